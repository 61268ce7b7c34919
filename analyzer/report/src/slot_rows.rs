//! Storage before and after, run of bytes by run of bytes: which variable the old version keeps there, and which one the
//! new version takes the same bytes for.

use std::collections::{BTreeMap, BTreeSet};

use uplint_layout::view::root_name;
use uplint_layout::{
    LayoutChange, LayoutDiff, LayoutRow, Leaf, Place, Slot, Space, StorageLayout, is_gap, layout_rows,
};

/// A byte of storage: slot and byte within it.
type Byte = (Slot, u8);

/// A variable, or a member of a struct, that has no members itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) label: String,
    pub(crate) ty: String,
    pub(crate) place: Place,
    pub(crate) is_gap: bool,
}

/// A run of bytes with its variable in each version.
#[derive(Clone, Debug)]
pub(crate) struct SlotRow {
    pub(crate) start: Byte,
    pub(crate) end: Byte,
    pub(crate) old: Option<Cell>,
    pub(crate) new: Option<Cell>,
    /// What the upgrade does to it; empty when nothing.
    pub(crate) happens: String,
}

/// The rows of one root.
#[derive(Clone, Debug)]
pub(crate) struct RootRows {
    pub(crate) name: String,
    /// Base slots of the old and the new version.
    pub(crate) bases: (Option<Slot>, Option<Slot>),
    pub(crate) rows: Vec<SlotRow>,
}

impl RootRows {
    /// Whether any row says something.
    pub(crate) fn is_changed(&self) -> bool {
        self.rows.iter().any(|row| !row.happens.is_empty())
    }
}

/// Persistent storage of both versions, root by root. Roots that are not linear count their slots from their base.
pub(crate) fn slot_rows(old: &StorageLayout, new: &StorageLayout, diff: Option<&LayoutDiff>) -> Vec<RootRows> {
    let fates = Fates::of(diff);
    let (mut old, mut new) = (roots(old), roots(new));
    let mut names: Vec<String> = new.keys().chain(old.keys()).cloned().collect();
    names.sort_by_key(|name| (name != "linear", name.clone()));
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let (old, new) = (old.remove(&name).unwrap_or_default(), new.remove(&name).unwrap_or_default());
            let rows = rows(&name, &old.cells, &new.cells, &fates);
            RootRows { name, bases: (old.base, new.base), rows }
        })
        .collect()
}

#[derive(Default)]
struct RootCells {
    base: Option<Slot>,
    cells: Vec<Cell>,
}

fn roots(layout: &StorageLayout) -> BTreeMap<String, RootCells> {
    let mut roots: BTreeMap<String, RootCells> = BTreeMap::new();
    let mut gaps: BTreeSet<(String, &str)> = BTreeSet::new();
    for root in layout.roots.iter().filter(|root| root.space == Space::Storage) {
        let name = root_name(&root.kind);
        let gaps_of_root = root.variables.iter().filter(|variable| is_gap(variable, &layout.types));
        gaps.extend(gaps_of_root.map(|variable| (name.clone(), variable.label.as_str())));
        roots.entry(name).or_default().base = Some(root.base);
    }
    let rows = layout_rows(layout);
    for (at, row) in rows.iter().enumerate() {
        let has_members = rows.get(at + 1).is_some_and(|next| next.depth > row.depth);
        if row.space != "storage" || has_members || row.place.len_bytes.is_zero() {
            continue;
        }
        let Some(root) = roots.get_mut(&row.root) else { continue };
        let is_gap = gaps.contains(&(row.root.clone(), row.label.as_str()));
        root.cells.push(cell(row, is_gap, root.base));
    }
    for root in roots.values_mut() {
        root.cells.sort_by_key(|cell| (cell.place.slot, cell.place.offset));
    }
    roots
}

fn cell(row: &LayoutRow, is_gap: bool, base: Option<Slot>) -> Cell {
    let mut place = row.place;
    if let Some(base) = base.filter(|_| row.root != "linear") {
        place.slot = Slot(place.slot.0.wrapping_sub(base.0));
    }
    Cell { label: row.label.clone(), ty: row.ty.clone(), place, is_gap }
}

fn rows(root: &str, old: &[Cell], new: &[Cell], fates: &Fates) -> Vec<SlotRow> {
    let cells = || old.iter().chain(new);
    let mut bytes: Vec<Byte> =
        cells().flat_map(|cell| [(cell.place.slot, cell.place.offset), cell.place.end()]).collect();
    bytes.sort_unstable();
    bytes.dedup();
    let mut rows: Vec<SlotRow> = Vec::new();
    for (&start, &end) in bytes.iter().zip(bytes.iter().skip(1)) {
        let (old, new) = (covering(old, start), covering(new, start));
        if old.is_none() && new.is_none() {
            continue;
        }
        match rows.last_mut() {
            Some(row) if row.end == start && is_continued(row, end, old, new) => {
                row.end = end;
                row.old = row.old.take().or_else(|| old.cloned());
                row.new = row.new.take().or_else(|| new.cloned());
            }
            _ => rows.push(SlotRow { start, end, old: old.cloned(), new: new.cloned(), happens: String::new() }),
        }
    }
    let (old, new) = (by_label(old), by_label(new));
    for row in &mut rows {
        row.happens = happens(root, row, &old, &new, fates);
    }
    rows
}

/// Variables by label. Of private variables that share one, the first.
fn by_label(cells: &[Cell]) -> BTreeMap<&str, &Cell> {
    cells.iter().rev().map(|cell| (cell.label.as_str(), cell)).collect()
}

/// The variable that holds a byte. Variables of one root do not overlap; where a document says so nevertheless, the
/// later one is shown.
fn covering(cells: &[Cell], byte: Byte) -> Option<&Cell> {
    let at = cells.partition_point(|cell| (cell.place.slot, cell.place.offset) <= byte);
    cells[..at].last().filter(|cell| byte < cell.place.end())
}

/// Whether the next bytes belong to the same row: the rest of the same slot, with nothing in it that the row lacks.
fn is_continued(row: &SlotRow, end: Byte, old: Option<&Cell>, new: Option<&Cell>) -> bool {
    let is_same_slot = end.0 == row.start.0 || end == (row.start.0.offset(alloy_primitives::U256::from(1)), 0);
    let fits = |there: &Option<Cell>, next: Option<&Cell>| next.is_none() || there.as_ref() == next;
    is_same_slot && fits(&row.old, old) && fits(&row.new, new)
}

/// What the comparison says of variables that the rows cannot see.
#[derive(Default)]
struct Fates {
    /// Where an old variable went, by root and label.
    old: BTreeMap<(String, String), String>,
    /// Where a new variable came from, by root and label.
    new: BTreeMap<(String, String), String>,
    /// What stays in place and is read otherwise, by root and label of the variable that stands there.
    types: BTreeMap<(String, String), String>,
}

impl Fates {
    fn of(diff: Option<&LayoutDiff>) -> Self {
        let mut fates = Fates::default();
        for change in diff.into_iter().flat_map(|diff| &diff.changes) {
            fates.add(change);
        }
        fates
    }

    fn add(&mut self, change: &LayoutChange) {
        match change {
            LayoutChange::Moved { leaves, .. } => {
                for leaf in leaves.iter().filter(|leaf| !leaf.old.is_relative && leaf.old.root != leaf.new.root) {
                    let (old, new) = (root_name(&leaf.old.root), root_name(&leaf.new.root));
                    let key = (old.clone(), leaf.old.label.clone());
                    self.old.insert(key, format!("`{}` is read in `{new}`", leaf.old.label));
                    self.new.insert((new, leaf.new.label.clone()), format!("`{}` was in `{old}`", leaf.new.label));
                }
            }
            LayoutChange::Renamed { old, new, proof } if !new.is_relative => {
                let sure = if proof.is_some() { "`{}` is renamed" } else { "`{}` is renamed, or replaced" };
                self.new.insert((root_name(&new.root), new.label.clone()), sure.replace("{}", &old.label));
            }
            LayoutChange::TypeChanged { new, reason, .. } => {
                self.types.entry(standing(new)).or_insert_with(|| format!("`{}`: {reason}", new.label));
            }
            LayoutChange::Reinterpreted { new, .. } => {
                let text = format!("`{}`: the same bytes, taken for something else", new.label);
                self.types.entry(standing(new)).or_insert(text);
            }
            _ => {}
        }
    }
}

/// Root and label of the variable that a leaf stands in: what a mapping or array holds is named by its head.
fn standing(leaf: &Leaf) -> (String, String) {
    let end = leaf.label.find(['{', '[']).unwrap_or(leaf.label.len());
    (root_name(&leaf.root), leaf.label[..end].to_owned())
}

fn happens(
    root: &str,
    row: &SlotRow,
    old_cells: &BTreeMap<&str, &Cell>,
    new_cells: &BTreeMap<&str, &Cell>,
    fates: &Fates,
) -> String {
    let key = |cell: &Cell| (root.to_owned(), cell.label.clone());
    match (&row.old, &row.new) {
        (None, None) => String::new(),
        (Some(old), Some(new)) if old.label == new.label => same_variable(old, new, fates.types.get(&key(new))),
        (Some(old), Some(new)) => match fates.new.get(&key(new)) {
            Some(fate) => fate.clone(),
            None if old.is_gap => format!("`{}` takes bytes of the gap", new.label),
            None if new.is_gap => format!("the gap covers `{}`", old.label),
            None => format!("`{}` reads the bytes of `{}`", new.label, old.label),
        },
        (Some(old), None) => match (fates.old.get(&key(old)), new_cells.get(old.label.as_str())) {
            (Some(fate), _) => fate.clone(),
            (None, Some(new)) if is_same_start(old, new) => format!("`{}` is shorter", old.label),
            (None, _) if old.is_gap => "the gap ends before".to_owned(),
            (None, Some(new)) => format!("`{}` is read at {}", old.label, new.place),
            (None, None) => format!("`{}` is gone, its bytes stay", old.label),
        },
        (None, Some(new)) => match (fates.new.get(&key(new)), old_cells.get(new.label.as_str())) {
            (Some(fate), _) => fate.clone(),
            (None, Some(old)) if is_same_start(old, new) => format!("`{}` is longer", new.label),
            (None, Some(_)) if new.is_gap => "the gap reaches further".to_owned(),
            (None, Some(old)) => format!("`{}` reads unused bytes, it was at {}", new.label, old.place),
            (None, None) => format!("`{}` is new", new.label),
        },
    }
}

/// What happens to bytes that hold the same variable in both versions.
fn same_variable(old: &Cell, new: &Cell, fate: Option<&String>) -> String {
    match fate {
        Some(fate) => fate.clone(),
        None if old.is_gap => String::new(),
        None if old.place == new.place && old.ty == new.ty => String::new(),
        None if old.place == new.place => "the type is compatible".to_owned(),
        None if is_same_start(old, new) && old.place.len_bytes < new.place.len_bytes => {
            format!("`{}` is longer", new.label)
        }
        None if is_same_start(old, new) => format!("`{}` is shorter", new.label),
        None => format!("`{}` reads other bytes of its own", new.label),
    }
}

fn is_same_start(old: &Cell, new: &Cell) -> bool {
    (old.place.slot, old.place.offset) == (new.place.slot, new.place.offset)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;
    use uplint_layout::{LayoutOrigin, Root, RootKind, StorageType, StorageVariable, TypeKind};

    use super::*;

    fn place(slot: u64, offset: u8, len: u64) -> Place {
        Place { slot: Slot(U256::from(slot)), offset, len_bytes: U256::from(len) }
    }

    /// A layout of one root; a length above 32 makes an array of words.
    fn layout(kind: &RootKind, base: u64, variables: &[(&str, Place)]) -> StorageLayout {
        let mut layout = StorageLayout::default();
        let word =
            StorageType { label: "uint256".to_owned(), size_bytes: U256::from(32), kind: TypeKind::Uint { bits: 256 } };
        let word = layout.types.push(word);
        let variables = variables.iter().map(|&(label, place)| {
            let len = place.len_bytes / U256::from(32);
            let kind = TypeKind::StaticArray { element: word, len };
            let array = StorageType { label: format!("uint256[{len}]"), size_bytes: place.len_bytes, kind };
            let ty = if place.len_bytes > U256::from(32) { layout.types.push(array) } else { word };
            StorageVariable {
                label: label.to_owned(),
                ty,
                place: place.relative_to(Slot(U256::from(base))),
                declared_in: None,
                span: None,
                renamed_from: None,
                retyped_from: None,
                is_referenced: None,
                visibility: None,
            }
        });
        let variables = variables.collect();
        layout.roots.push(Root {
            kind: kind.clone(),
            space: Space::Storage,
            base: Slot(U256::from(base)),
            variables,
            origin: LayoutOrigin::Compiler,
            span: None,
            declared_in: None,
            used_base: None,
        });
        layout
    }

    /// Rows as `slot.byte..slot.byte old|new: what happens`.
    fn shown(old: &StorageLayout, new: &StorageLayout) -> Vec<String> {
        let byte = |(slot, offset): Byte| format!("{slot}.{offset}");
        let label = |cell: &Option<Cell>| cell.as_ref().map_or("-".to_owned(), |cell| cell.label.clone());
        slot_rows(old, new, None)
            .iter()
            .flat_map(|root| &root.rows)
            .map(|row| {
                let (start, end) = (byte(row.start), byte(row.end));
                format!("{start}..{end} {}|{}: {}", label(&row.old), label(&row.new), row.happens)
            })
            .collect()
    }

    #[test]
    fn a_slot_that_is_packed_otherwise_is_cut_where_variables_begin() {
        let old = layout(&RootKind::Linear, 0, &[("a", place(0, 0, 16)), ("b", place(0, 16, 16))]);
        let new =
            layout(&RootKind::Linear, 0, &[("a", place(0, 0, 16)), ("c", place(0, 16, 8)), ("b", place(1, 0, 16))]);
        let expected = [
            "0.0..0.16 a|a: ",
            "0.16..1.0 b|c: `c` reads the bytes of `b`",
            "1.0..1.16 -|b: `b` reads unused bytes, it was at slot 0, bytes 16-31",
        ];
        assert_eq!(shown(&old, &new), expected);
    }

    #[test]
    fn a_gap_that_gives_its_bytes_is_no_change_of_its_own() {
        let old = layout(&RootKind::Linear, 0, &[("a", place(0, 0, 32)), ("__gap", place(1, 0, 1600))]);
        let new = layout(
            &RootKind::Linear,
            0,
            &[("a", place(0, 0, 32)), ("b", place(1, 0, 8)), ("__gap", place(2, 0, 1568))],
        );
        let expected = ["0.0..1.0 a|a: ", "1.0..2.0 __gap|b: `b` takes bytes of the gap", "2.0..51.0 __gap|__gap: "];
        assert_eq!(shown(&old, &new), expected);
    }

    #[test]
    fn a_namespace_counts_from_its_base() {
        let kind = RootKind::Namespace { id: "erc7201:a".to_owned() };
        let old = layout(&kind, 1000, &[("a", place(0, 0, 32))]);
        let new = layout(&kind, 2000, &[("b", place(0, 0, 32))]);
        assert_eq!(shown(&old, &new), ["0.0..1.0 a|b: `b` reads the bytes of `a`"]);
        assert_eq!(slot_rows(&old, &new, None)[0].bases, (Some(Slot(U256::from(1000))), Some(Slot(U256::from(2000)))));
    }
}
