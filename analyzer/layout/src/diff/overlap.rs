//! What one version's layout says by itself: roots that share bytes, and internal functions in storage.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::U256;

use super::change::Leaf;
use super::leaves::Side;
use crate::gap::GapNames;
use crate::layout::{RootKind, Space, StorageLayout};
use crate::place::Place;
use crate::types::{TypeId, TypeKind, TypeTable};
use crate::well_known::proxy_slots;

/// Pairs of roots that are named; more only in a hostile layout.
const MAX_OVERLAPS: usize = 64;
/// Elements of a path to an internal function that are written.
const MAX_DEPTH: usize = 64;

/// Two roots of one version that share bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootOverlap {
    /// The leaf that starts first.
    pub first: Leaf,
    /// A leaf of another root, or a well-known slot, over the same bytes.
    pub second: Leaf,
}

/// Roots of one version that share bytes, one pair of leaves for each pair of roots. The same identifier declared again
/// with the same leaves is no overlap; nor is a declared root at exactly a well-known slot.
#[must_use]
pub fn overlaps(layout: &StorageLayout) -> Vec<RootOverlap> {
    let side = Side::of_layout(layout, Space::Storage, &GapNames::default());
    let mut runs: Vec<(Place, Leaf, usize)> = (0..side.leaves.len())
        .map(|at| (side.leaves[at].place, side.leaf(at), side.leaves[at].root))
        .chain(well_known().enumerate().map(|(at, leaf)| (leaf.place, leaf, side.roots.len() + at)))
        .collect();
    runs.sort_by(|(a, a_leaf, a_root), (b, b_leaf, b_root)| {
        (a.slot, a.offset, a_root, &a_leaf.label).cmp(&(b.slot, b.offset, b_root, &b_leaf.label))
    });
    let mut found: BTreeMap<(usize, usize), RootOverlap> = BTreeMap::new();
    // Of each root the run that reaches furthest; more than a few roots never reach over one place.
    let mut open: Vec<usize> = Vec::new();
    for at in 0..runs.len() {
        let (place, leaf, root) = &runs[at];
        open.retain(|&before| runs[before].0.end() > (place.slot, place.offset));
        for &before in &open {
            let (_, first, first_root) = &runs[before];
            let pair = (*first_root.min(root), *first_root.max(root));
            let is_new = !found.contains_key(&pair) && found.len() < MAX_OVERLAPS;
            if first_root != root && is_new && runs[before].0.overlaps(*place) && !is_same(first, leaf) {
                found.insert(pair, RootOverlap { first: first.clone(), second: leaf.clone() });
            }
        }
        match open.iter().position(|&before| runs[before].2 == *root) {
            Some(found) if runs[open[found]].0.end() < place.end() => open[found] = at,
            None if open.len() < MAX_OVERLAPS => open.push(at),
            Some(_) | None => {}
        }
    }
    found.into_values().collect()
}

/// Whether two leaves are one that was declared twice, or a root made for a well-known slot.
fn is_same(first: &Leaf, second: &Leaf) -> bool {
    let is_unstructured = |leaf: &Leaf| matches!(leaf.root, RootKind::Unstructured { .. });
    let is_well_known = |leaf: &Leaf| matches!(&leaf.root, RootKind::Unstructured { name } if *name == leaf.label);
    let start = |leaf: &Leaf| (leaf.place.slot, leaf.place.offset);
    // The address in a well-known slot takes 20 bytes of it where it is declared, and the slot is kept free as a whole.
    let is_made_for_it = is_unstructured(first)
        && is_unstructured(second)
        && start(first) == start(second)
        && (is_well_known(first) || is_well_known(second));
    let is_one_value = first.place == second.place && first.type_label == second.type_label;
    let has_one_name = if first.root == second.root {
        first.label == second.label
    } else {
        is_unstructured(first) && is_unstructured(second)
    };
    is_made_for_it || is_one_value && has_one_name
}

/// Slots that proxies agree on.
fn well_known() -> impl Iterator<Item = Leaf> {
    proxy_slots().map(|known| Leaf {
        space: Space::Storage,
        root: RootKind::Unstructured { name: known.name.to_owned() },
        label: known.name.to_owned(),
        place: Place { slot: known.slot, offset: 0, len_bytes: U256::from(32) },
        is_relative: false,
        type_label: "address".to_owned(),
        declared_in: None,
        span: None,
        is_gap: false,
    })
}

/// Leaves of persistent storage that hold a pointer to an internal function, at any depth: the variable with the path of
/// the nearest such pointer within it.
#[must_use]
pub fn internal_functions(layout: &StorageLayout) -> Vec<Leaf> {
    let steps = steps_to_pointers(&layout.types);
    if steps.is_empty() {
        return Vec::new();
    }
    let side = Side::of_layout(layout, Space::Storage, &GapNames::default());
    let path = |ty: TypeId| {
        let mut path = String::new();
        let mut at = ty;
        // Steps lead to ever nearer types, so that this ends by itself; the bound keeps a hostile path short.
        for _ in 0..MAX_DEPTH {
            let (step, next) = steps.get(&at)?;
            path.push_str(step);
            match next {
                Some(next) => at = *next,
                None => break,
            }
        }
        Some(path)
    };
    (0..side.leaves.len())
        .filter_map(|at| {
            let mut leaf = side.leaf(at);
            leaf.label.push_str(&path(side.leaves[at].ty)?);
            Some(leaf)
        })
        .collect()
}

/// For each type that reaches an internal function: the first step of a shortest path, and the type it leads to.
fn steps_to_pointers(types: &TypeTable) -> BTreeMap<TypeId, (String, Option<TypeId>)> {
    let mut holders: BTreeMap<TypeId, Vec<(TypeId, String)>> = BTreeMap::new();
    let mut steps = BTreeMap::new();
    let mut open = VecDeque::new();
    for (id, ty) in types.iter() {
        let mut hold = |part: TypeId, step: String| holders.entry(part).or_default().push((id, step));
        match &ty.kind {
            TypeKind::InternalFunction => {
                steps.insert(id, (String::new(), None));
                open.push_back(id);
            }
            TypeKind::Struct { members } => {
                for member in members {
                    hold(member.ty, format!(".{}", member.label));
                }
            }
            TypeKind::StaticArray { element, .. }
            | TypeKind::DynamicArray { element }
            | TypeKind::BoundedArray { element, .. } => hold(*element, "[]".to_owned()),
            TypeKind::Mapping { value, .. } => hold(*value, "{}".to_owned()),
            TypeKind::UserDefined { underlying: Some(underlying) } => hold(*underlying, String::new()),
            _ => {}
        }
    }
    while let Some(part) = open.pop_front() {
        for (holder, step) in holders.remove(&part).unwrap_or_default() {
            steps.entry(holder).or_insert_with(|| {
                open.push_back(holder);
                (step, Some(part))
            });
        }
    }
    steps
}
