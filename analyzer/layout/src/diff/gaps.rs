//! Gaps that end elsewhere than they did, and how long they should be.
//!
//! A section is what a contract (or struct) declares up to a run of gap variables. Its start is rounded up to a slot,
//! so that packing into the slot of the contract before does not count. A gap is at fault when its end moved against the
//! start of its section.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::U256;

use super::DiffContext;
use super::change::LayoutChange;
use super::compare::{Comparison, Novelty};
use super::encoding::{self, Stride};
use super::leaves::{Position, Side};
use crate::layout::RootKind;
use crate::types::TypeKind;

/// A section whose gap ends elsewhere.
#[derive(Clone, Debug)]
pub(super) struct GapFault {
    /// The last gap variable of the section in the old version.
    pub(super) old: Option<usize>,
    /// The last gap variable of the section in the new version.
    pub(super) new: Option<usize>,
    pub(super) old_end: Position,
    pub(super) new_end: Position,
    /// Where the gap should end.
    wanted_end: Position,
    /// New variables of the section.
    pub(super) inserted: Vec<usize>,
    /// Number of elements with which it would end there.
    pub(super) expected_len: Option<u64>,
}

/// Variables of one contract or struct in order, with whether each is a gap of that contract or struct itself.
type Segment = Vec<(usize, bool)>;

/// Consecutive gaps of a segment: positions in the segment, both inclusive.
type Run = (usize, usize);

/// Gaps at fault in a root, by their new end.
pub(super) fn faults(comparison: &Comparison<'_, '_>, old_root: usize, new_root: usize) -> Vec<GapFault> {
    let same = |name: &str| name.to_owned();
    let renamed = |name: &str| comparison.contracts.new_name(name).to_owned();
    let old_segments = contract_segments(comparison.old, old_root, renamed);
    let mut new_segments = contract_segments(comparison.new, new_root, same);
    let mut found = Vec::new();
    for (name, old_segment) in &old_segments {
        if let Some(new_segment) = new_segments.remove(name) {
            found.extend(section_faults(comparison, old_segment, &new_segment));
        }
    }
    for (old_segment, new_segment) in struct_segments(comparison, old_root, new_root) {
        found.extend(section_faults(comparison, &old_segment, &new_segment));
    }
    found.sort_by_key(|fault| (fault.new_end, fault.old_end));
    found
}

fn contract_segments(side: &Side<'_>, root: usize, name_of: impl Fn(&str) -> String) -> BTreeMap<String, Segment> {
    let mut segments: BTreeMap<String, Segment> = BTreeMap::new();
    for at in side.roots[root].leaves.clone() {
        let leaf = &side.leaves[at];
        let name = leaf.declared_in.as_deref().map(&name_of).unwrap_or_default();
        segments.entry(name).or_default().push((at, leaf.is_gap && leaf.parent.is_none()));
    }
    segments
}

/// Structs of both versions of which one has a gap among its members.
fn struct_segments(comparison: &Comparison<'_, '_>, old_root: usize, new_root: usize) -> Vec<(Segment, Segment)> {
    let with_gaps = |side: &Side<'_>, root: usize| -> BTreeSet<usize> {
        let leaves = side.leaves[side.roots[root].leaves.clone()].iter();
        leaves.filter(|leaf| leaf.is_gap).filter_map(|leaf| leaf.parent).collect()
    };
    let (old, new) = (comparison.old, comparison.new);
    let (old_nodes, new_nodes) = (with_gaps(old, old_root), with_gaps(new, new_root));
    if old_nodes.is_empty() && new_nodes.is_empty() {
        return Vec::new();
    }
    let by_label = |side: &Side<'_>, root: usize| -> HashMap<String, usize> {
        let nodes = side.nodes.iter().enumerate().filter(|(_, node)| node.root == root && !node.leaves.is_empty());
        nodes.map(|(at, node)| (node.label.clone(), at)).collect()
    };
    let (old_by_label, new_by_label) = (by_label(old, old_root), by_label(new, new_root));
    let labels: BTreeSet<&str> = old_nodes
        .iter()
        .map(|&at| old.nodes[at].label.as_str())
        .chain(new_nodes.iter().map(|&at| new.nodes[at].label.as_str()))
        .collect();
    let segment = |side: &Side<'_>, node: usize| -> Segment {
        let is_gap = |at: usize| side.leaves[at].is_gap && side.leaves[at].parent == Some(node);
        side.nodes[node].leaves.clone().map(|at| (at, is_gap(at))).collect()
    };
    let nodes = labels.into_iter().filter_map(|label| Some((*old_by_label.get(label)?, *new_by_label.get(label)?)));
    nodes.map(|(old_node, new_node)| (segment(old, old_node), segment(new, new_node))).collect()
}

fn section_faults(comparison: &Comparison<'_, '_>, old_segment: &Segment, new_segment: &Segment) -> Vec<GapFault> {
    let (old, new) = (comparison.old, comparison.new);
    let (old_runs, new_runs) = (runs(old_segment), runs(new_segment));
    if old_runs.is_empty() && new_runs.is_empty() {
        return Vec::new();
    }
    let pairs = pair_runs(comparison, (old_segment, &old_runs), (new_segment, &new_runs));
    let mut found = Vec::new();
    let (mut old_from, mut new_from) = (0, 0);
    for (old_run, new_run) in pairs {
        let old_at = old_run.map(|run| old_segment[run.1].0);
        let new_at = new_run.map(|run| new_segment[run.1].0);
        // Without a gap a section ends where the variables of its contract end, rounded up to a slot.
        let end = |side: &Side<'_>, segment: &Segment, gap: Option<usize>| match gap {
            Some(at) => side.leaves[at].place.end(),
            None => segment.last().map_or_else(Position::default, |&(at, _)| rounded(side.leaves[at].place.end())),
        };
        let (old_end, new_end) = (end(old, old_segment, old_at), end(new, new_segment, new_at));
        let start = |side: &Side<'_>, segment: &Segment, from: usize| {
            segment.get(from).map_or_else(Position::default, |&(at, _)| rounded(side.leaves[at].start()))
        };
        let (old_start, new_start) = (start(old, old_segment, old_from), start(new, new_segment, new_from));
        let wanted_slot = new_start.0.offset(old_end.0.0.wrapping_sub(old_start.0.0));
        let wanted_end = (wanted_slot, old_end.1);
        let until = new_run.map_or(new_segment.len(), |run| run.0);
        let section = new_segment.get(new_from..until).unwrap_or_default();
        if new_end != wanted_end {
            let inserted = section.iter().map(|&(at, _)| at).filter(|&at| comparison.novelties[at] == Novelty::New);
            let expected_len = expected_len(comparison, (old_at, new_at), section, wanted_end);
            let inserted = inserted.collect();
            found.push(GapFault { old: old_at, new: new_at, old_end, new_end, wanted_end, inserted, expected_len });
        }
        old_from = old_run.map_or(old_segment.len(), |run| run.1 + 1);
        new_from = new_run.map_or(new_segment.len(), |run| run.1 + 1);
    }
    found
}

/// The next slot boundary.
fn rounded(position: Position) -> Position {
    if position.1 == 0 { position } else { (position.0.offset(U256::from(1)), 0) }
}

fn runs(segment: &Segment) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, &(_, is_gap)) in segment.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if is_gap && run.1 + 1 == at => run.1 = at,
            _ if is_gap => runs.push((at, at)),
            _ => {}
        }
    }
    runs
}

/// Runs of both versions by the name of their last gap, then in order; the only run of a version that has no
/// counterpart is compared with the end of the other version's segment.
fn pair_runs(
    comparison: &Comparison<'_, '_>,
    (old_segment, old_runs): (&Segment, &[Run]),
    (new_segment, new_runs): (&Segment, &[Run]),
) -> Vec<(Option<Run>, Option<Run>)> {
    if new_runs.is_empty() {
        return old_runs.last().map(|&run| (Some(run), None)).into_iter().collect();
    }
    if old_runs.is_empty() {
        return new_runs.last().map(|&run| (None, Some(run))).into_iter().collect();
    }
    let old_name = |run: &Run| comparison.old.leaves[old_segment[run.1].0].last_element();
    let new_name = |run: &Run| comparison.new.leaves[new_segment[run.1].0].last_element();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (at, run) in new_runs.iter().enumerate().rev() {
        by_name.insert(new_name(run), at);
    }
    // Only pairs that keep their order; a gap that overtook another one is none of a section.
    let mut next = 0;
    let mut pairs = Vec::new();
    for run in old_runs {
        if let Some(&at) = by_name.get(old_name(run))
            && at >= next
        {
            pairs.push((Some(*run), Some(new_runs[at])));
            next = at + 1;
        }
    }
    if pairs.is_empty() {
        pairs.extend(old_runs.iter().zip(new_runs).map(|(old, new)| (Some(*old), Some(*new))));
    }
    pairs
}

/// How many elements the new gap should have, so that it ends where it should.
fn expected_len(
    comparison: &Comparison<'_, '_>,
    (old_gap, new_gap): (Option<usize>, Option<usize>),
    section: &[(usize, bool)],
    wanted_end: Position,
) -> Option<u64> {
    let (old, new) = (comparison.old, comparison.new);
    let stride = |side: &Side<'_>, at: usize| match side.types[side.leaves[at].ty].kind {
        TypeKind::StaticArray { element, .. } => Some(encoding::stride(side.types, element)),
        _ => None,
    };
    let (stride, start) = if let Some(at) = new_gap {
        (stride(new, at)?, new.leaves[at].start())
    } else {
        let last = section.last().map(|&(at, _)| rounded(new.leaves[at].place.end()));
        (stride(old, old_gap?)?, last?)
    };
    let slots = wanted_end.0.0.checked_sub(start.0.0)?;
    let elements = match stride {
        Stride::Slots(per_element) if !per_element.is_zero() && (slots % per_element).is_zero() => slots / per_element,
        Stride::Slots(_) => return None,
        Stride::Packed(size) => slots.checked_mul(U256::from(32 / size.max(1)))?,
    };
    u64::try_from(elements).ok()
}

/// Gaps at the end of a root that end elsewhere while nothing lies behind them.
pub(super) fn end_changes(
    comparison: &Comparison<'_, '_>,
    old_root: usize,
    context: &DiffContext,
) -> Option<LayoutChange> {
    let (old, new) = (comparison.old, comparison.new);
    let new_root = comparison.identity.root_to_new[old_root]?;
    let (old_leaves, new_leaves) = (old.roots[old_root].leaves.clone(), new.roots[new_root].leaves.clone());
    let last_in_use = old_leaves.clone().rev().find(|&at| !old.leaves[at].is_gap);
    let in_use_until = last_in_use.map_or_else(Position::default, |at| old.leaves[at].place.end());
    let is_linear = old.roots[old_root].kind == RootKind::Linear && !old.is_relative;
    let is_abstract = is_linear && (context.new.is_abstract || context.old.is_abstract);
    let fault = faults(comparison, old_root, new_root).into_iter().rev().find(|fault| {
        let is_last = fault.old.is_none_or(|at| last_in_use.is_none() || old.leaves[at].start() >= in_use_until);
        // Bytes that a concrete contract gives back, or reserves for the first time, move nothing.
        let grows = fault.old.is_some() && fault.new.is_some() && fault.new_end > fault.wanted_end;
        is_last && (is_abstract || grows)
    });
    let (old_last, new_last) = (old_leaves.clone().next_back()?, new_leaves.clone().next_back()?);
    let (old_end, new_end) = (old.leaves[old_last].place.end(), new.leaves[new_last].place.end());
    if let Some(fault) = fault {
        return Some(LayoutChange::GapEndChanged {
            old: fault.old.map(|at| old.leaf(at)),
            new: fault.new.map(|at| new.leaf(at)),
            expected_len: fault.expected_len,
            is_abstract,
            old_end: fault.old_end,
            new_end: fault.new_end,
        });
    }
    // A variable behind the gap of an abstract contract, or a gap consumed up to the middle of a slot.
    let is_past_gap = old.leaves[old_last].is_gap && new_end != old_end && !new.leaves[new_last].is_gap;
    (is_abstract && is_past_gap).then(|| LayoutChange::GapEndChanged {
        old: Some(old.leaf(old_last)),
        new: new_leaves.rev().find(|&at| new.leaves[at].is_gap).map(|at| new.leaf(at)),
        expected_len: None,
        is_abstract,
        old_end,
        new_end,
    })
}
