//! One side of a comparison as leaves: structs are flattened, arrays and mappings are one leaf each.
//!
//! Static arrays are never expanded, so that `uint256[2**200]` is one leaf. Flattening is bounded in depth and number;
//! what lies beyond the bounds stays one opaque leaf and is a gap.

use std::ops::Range;
use std::sync::Arc;

use uplint_artifact::Span;

use super::change::Leaf;
use crate::gap::{GapNames, is_gap_named};
use crate::layout::{RootKind, Space, StorageLayout, StorageVariable};
use crate::place::{Place, Slot};
use crate::types::{TypeId, TypeKind, TypeTable};

/// Structs within structs that are flattened; real code stays below ten.
const MAX_DEPTH: usize = 64;
/// Leaves of one side beyond which no struct is flattened; real contracts have a tenth.
const MAX_LEAVES: usize = 20_000;
/// The same of one entry of a mapping or array.
const MAX_ENTRY_LEAVES: usize = 1_024;
/// The same for the bytes of all paths together.
const MAX_PATH_BYTES: usize = 1 << 24;

/// A position in storage: slot and byte.
pub(super) type Position = (Slot, u8);

/// A leaf and what the comparison needs of its declaration.
#[derive(Clone, Debug)]
pub(super) struct LeafRecord {
    pub(super) root: usize,
    /// The whole variable, in [`Side::nodes`].
    pub(super) top: usize,
    /// The struct it is a member of, or `None` for a whole variable.
    pub(super) parent: Option<usize>,
    pub(super) label: String,
    pub(super) place: Place,
    pub(super) ty: TypeId,
    pub(super) declared_in: Option<Arc<str>>,
    pub(super) span: Option<Span>,
    /// Old path by annotation; members follow their variable.
    pub(super) renamed_from: Option<String>,
    /// Old type label by annotation, inherited from the variable by its members.
    pub(super) retyped_from: Option<String>,
    pub(super) is_gap: bool,
}

impl LeafRecord {
    /// First byte.
    pub(super) fn start(&self) -> Position {
        (self.place.slot, self.place.offset)
    }

    /// Last element of its path.
    pub(super) fn last_element(&self) -> &str {
        self.label.rsplit('.').next().unwrap_or(&self.label)
    }
}

/// A variable or a struct within one: a run of leaves.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) root: usize,
    pub(super) label: String,
    pub(super) place: Place,
    pub(super) ty: TypeId,
    pub(super) declared_in: Option<Arc<str>>,
    pub(super) span: Option<Span>,
    /// Its leaves, in [`Side::leaves`].
    pub(super) leaves: Range<usize>,
}

/// A root without its variables.
#[derive(Clone, Debug)]
pub(super) struct RootRecord {
    pub(super) kind: RootKind,
    pub(super) base: Slot,
    pub(super) span: Option<Span>,
    /// Its leaves, in [`Side::leaves`], ascending by place.
    pub(super) leaves: Range<usize>,
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) types: &'a TypeTable,
    pub(super) roots: Vec<RootRecord>,
    pub(super) nodes: Vec<Node>,
    /// Grouped by root, ascending by place within it.
    pub(super) leaves: Vec<LeafRecord>,
    /// Whether places count from the start of an entry.
    pub(super) is_relative: bool,
    /// Whether the bounds were reached.
    pub(super) is_truncated: bool,
    space: Space,
    path_bytes: usize,
}

impl<'a> Side<'a> {
    /// All leaves of one space of a layout.
    pub(super) fn of_layout(layout: &'a StorageLayout, space: Space, gap_names: &GapNames) -> Self {
        let mut side = Side::empty(&layout.types, space, false);
        for root in layout.roots.iter().filter(|root| root.space == space) {
            let base = root.used_base.unwrap_or(root.base);
            let shift = base.0.wrapping_sub(root.base.0);
            let variables = root.variables.iter().map(|variable| (variable, variable.place.relative_to(Slot(shift))));
            side.push_root(&root.kind, base, root.span, variables, gap_names);
        }
        side
    }

    /// The entries of a mapping or array as a root of their own, with places from the start of the entry.
    pub(super) fn of_entry(types: &'a TypeTable, ty: TypeId, label: String, of: &Leaf, gap_names: &GapNames) -> Self {
        let mut side = Side::empty(types, of.space, true);
        let entry = StorageVariable {
            label,
            ty,
            place: Place { slot: Slot::default(), offset: 0, len_bytes: types[ty].size_bytes },
            declared_in: of.declared_in.clone(),
            span: of.span,
            renamed_from: None,
            retyped_from: None,
            is_referenced: Some(true),
            visibility: None,
        };
        side.push_root(&of.root, Slot::default(), of.span, [(&entry, entry.place)].into_iter(), gap_names);
        side
    }

    fn empty(types: &'a TypeTable, space: Space, is_relative: bool) -> Self {
        let (roots, nodes, leaves) = (Vec::new(), Vec::new(), Vec::new());
        Side { types, roots, nodes, leaves, is_relative, is_truncated: false, space, path_bytes: 0 }
    }

    fn push_root<'v>(
        &mut self,
        kind: &RootKind,
        base: Slot,
        span: Option<Span>,
        variables: impl Iterator<Item = (&'v StorageVariable, Place)>,
        gap_names: &GapNames,
    ) {
        let root = self.roots.len();
        let (first, first_node) = (self.leaves.len(), self.nodes.len());
        let mut variables: Vec<_> = variables.collect();
        variables.sort_by_key(|(_, place)| (place.slot, place.offset));
        for (variable, place) in variables {
            let top = self.nodes.len();
            let whole =
                Path { root, top, parent: None, prefix: "", depth: 0, from: Annotations::default(), declared_in: None };
            self.flatten(variable, place, &whole, gap_names);
        }
        // A hostile layout may list members out of order or let variables overlap; nodes keep their runs only when the
        // order was right, which is what every compiler prints.
        let is_sorted = self.leaves[first..].is_sorted_by_key(LeafRecord::start);
        if !is_sorted {
            self.leaves[first..].sort_by_key(LeafRecord::start);
            for node in &mut self.nodes[first_node..] {
                node.leaves = first..first;
            }
        }
        self.roots.push(RootRecord { kind: kind.clone(), base, span, leaves: first..self.leaves.len() });
    }

    fn flatten(&mut self, variable: &StorageVariable, place: Place, path: &Path<'_>, gap_names: &GapNames) {
        let label = match path.prefix {
            "" => variable.label.clone(),
            prefix => format!("{prefix}.{}", variable.label),
        };
        self.path_bytes = self.path_bytes.saturating_add(label.len());
        let node = self.nodes.len();
        let first = self.leaves.len();
        let declared_in = path.declared_in.clone().or_else(|| variable.declared_in.clone());
        let from = path.from.of_member(variable, path.parent.is_some());
        let members = match &self.types[variable.ty].kind {
            TypeKind::Struct { members } if !members.is_empty() => members.as_slice(),
            _ => &[],
        };
        let is_too_much = path.depth >= MAX_DEPTH
            || self.leaves.len() >= if self.is_relative { MAX_ENTRY_LEAVES } else { MAX_LEAVES }
            || self.path_bytes >= MAX_PATH_BYTES;
        self.is_truncated |= is_too_much && !members.is_empty();
        if path.parent.is_none() || !members.is_empty() {
            self.nodes.push(Node {
                root: path.root,
                label: label.clone(),
                place,
                ty: variable.ty,
                declared_in: declared_in.clone(),
                span: variable.span,
                leaves: first..first,
            });
        }
        if members.is_empty() || is_too_much {
            let is_gap = is_gap_named(variable, self.types, gap_names);
            self.leaves.push(LeafRecord {
                root: path.root,
                top: path.top,
                parent: path.parent,
                label,
                place,
                ty: variable.ty,
                declared_in,
                span: variable.span,
                renamed_from: from.renamed,
                retyped_from: from.retyped,
                is_gap,
            });
        } else {
            let types = self.types;
            let TypeKind::Struct { members } = &types[variable.ty].kind else { return };
            for member in members {
                let inner = Path {
                    root: path.root,
                    top: path.top,
                    parent: Some(node),
                    prefix: &label,
                    depth: path.depth + 1,
                    from: from.clone(),
                    declared_in: declared_in.clone(),
                };
                self.flatten(member, member.place.relative_to(place.slot), &inner, gap_names);
            }
        }
        let end = self.leaves.len();
        if let Some(entry) = self.nodes.get_mut(node) {
            entry.leaves = first..end;
        }
    }

    /// Puts another name in front of all paths.
    pub(super) fn relabel(&mut self, from: &str, to: &str) {
        let labels =
            self.leaves.iter_mut().map(|leaf| &mut leaf.label).chain(self.nodes.iter_mut().map(|n| &mut n.label));
        for label in labels {
            if let Some(rest) = label.strip_prefix(from) {
                *label = format!("{to}{rest}");
            }
        }
    }

    /// A leaf as a value of its own.
    pub(super) fn leaf(&self, index: usize) -> Leaf {
        let record = &self.leaves[index];
        Leaf {
            space: self.space,
            root: self.roots[record.root].kind.clone(),
            label: record.label.clone(),
            place: record.place,
            is_relative: self.is_relative,
            type_label: self.types[record.ty].label.clone(),
            declared_in: record.declared_in.clone(),
            span: record.span,
            is_gap: record.is_gap,
        }
    }

    /// A variable or struct as a value of its own.
    pub(super) fn node_leaf(&self, index: usize) -> Leaf {
        let node = &self.nodes[index];
        Leaf {
            space: self.space,
            root: self.roots[node.root].kind.clone(),
            label: node.label.clone(),
            place: node.place,
            is_relative: self.is_relative,
            type_label: self.types[node.ty].label.clone(),
            declared_in: node.declared_in.clone(),
            span: node.span,
            is_gap: false,
        }
    }

    /// Leaves as values, with a whole variable for all of its leaves where all of them are listed.
    pub(super) fn collapsed(&self, indices: &[usize]) -> Vec<Leaf> {
        let mut collapsed = Vec::new();
        let mut rest = indices;
        while let Some(&index) = rest.first() {
            let node = &self.nodes[self.leaves[index].top];
            let len = node.leaves.len();
            let is_whole = len > 1
                && node.leaves.start == index
                && rest.get(..len).is_some_and(|run| run.iter().copied().eq(node.leaves.clone()));
            if is_whole {
                collapsed.push(self.node_leaf(self.leaves[index].top));
                rest = &rest[len..];
            } else {
                collapsed.push(self.leaf(index));
                rest = &rest[1..];
            }
        }
        collapsed
    }
}

/// Where flattening stands.
struct Path<'p> {
    root: usize,
    top: usize,
    parent: Option<usize>,
    prefix: &'p str,
    depth: usize,
    from: Annotations,
    declared_in: Option<Arc<str>>,
}

/// What annotations say of the old version of a declaration.
#[derive(Clone, Debug, Default)]
struct Annotations {
    renamed: Option<String>,
    retyped: Option<String>,
}

impl Annotations {
    fn of_member(&self, variable: &StorageVariable, is_member: bool) -> Self {
        Annotations {
            renamed: match &self.renamed {
                Some(struct_path) if is_member => Some(format!("{struct_path}.{}", variable.label)),
                _ => variable.renamed_from.clone(),
            },
            retyped: self.retyped.clone().or_else(|| variable.retyped_from.clone()),
        }
    }
}

/// Answers which leaves cover given bytes.
#[derive(Debug)]
pub(super) struct Coverage {
    /// Start, end (exclusive) and leaf, ascending by start.
    runs: Vec<(Position, Position, usize)>,
    /// Greatest end among the runs up to each.
    greatest_end: Vec<Position>,
}

impl Coverage {
    /// Of those leaves of a side that are to be seen.
    pub(super) fn of(side: &Side<'_>, is_seen: impl Fn(usize) -> bool) -> Self {
        let mut runs: Vec<_> = (0..side.leaves.len())
            .filter(|&index| is_seen(index) && !side.leaves[index].place.len_bytes.is_zero())
            .map(|index| (side.leaves[index].start(), side.leaves[index].place.end(), index))
            .collect();
        runs.sort_unstable();
        let greatest_end = runs
            .iter()
            .scan((Slot::default(), 0), |greatest, run| {
                *greatest = (*greatest).max(run.1);
                Some(*greatest)
            })
            .collect();
        Coverage { runs, greatest_end }
    }

    /// The first `limit` leaves that share a byte with a place, ascending by place.
    pub(super) fn over(&self, place: Place, limit: usize) -> Vec<usize> {
        if place.len_bytes.is_zero() {
            return Vec::new();
        }
        let (start, end) = ((place.slot, place.offset), place.end());
        // The first run whose end, or that of any run before it, lies behind the start.
        let first = self.greatest_end.partition_point(|&greatest| greatest <= start);
        self.runs[first..]
            .iter()
            .take_while(|run| run.0 < end)
            // Runs of one layout do not overlap, so that this skips none; a hostile layout must not cost more.
            .take(limit.saturating_mul(8))
            .filter(|run| run.1 > start)
            .map(|run| run.2)
            .take(limit)
            .collect()
    }
}
