//! Which nodes may go on, or end, in ways that nobody saw?
//!
//! A jump whose targets are not all known, a node that the budget left alone, a way that was dropped: from there the
//! call may succeed. Whoever claims that something always reverts, or always holds, asks here first. What is marked is
//! more rather than less: when ways into a block were dropped, every node of its functions is marked.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::Unknown;
use crate::instruction::Pc;
use crate::lift::{End, Lifted, Node};
use crate::term::FunctionId;

/// For each node, by its number, whether it may go on or end in a way that is not among its successors.
pub fn unresolved(lifted: &Lifted<'_>) -> Vec<bool> {
    let mut gaps: BTreeMap<Pc, Vec<Unknown>> = BTreeMap::new();
    for gap in &lifted.coverage.gaps {
        gaps.entry(gap.pc).or_default().push(gap.unknown);
    }
    let has = |pc: Pc, test: fn(Unknown) -> bool| gaps.get(&pc).is_some_and(|gaps| gaps.iter().any(|&gap| test(gap)));
    let lost = |node: &&Node| has(node.pc, |gap| gap == Unknown::StackHeights);
    let with_lost_ways: BTreeSet<FunctionId> = lifted.nodes.iter().filter(lost).map(|node| node.function).collect();
    let is_unresolved = |node: &Node| {
        let goes_anywhere = match node.end {
            // Merged contexts lose no way.
            End::Jump { pc, .. } | End::Branch { pc, .. } => has(pc, |gap| gap != Unknown::Contexts),
            End::FallThrough | End::Halt { .. } => false,
        };
        let leads_nowhere = match node.end {
            // A known target that is no destination halts.
            End::Jump { target, .. } => node.successors.is_empty() && lifted.terms.number(target).is_none(),
            End::Branch { .. } | End::FallThrough => node.successors.is_empty(),
            End::Halt { .. } => false,
        };
        let is_cut_off = !node.is_interpreted() || has(node.pc, |gap| gap == Unknown::Budget);
        goes_anywhere || leads_nowhere || is_cut_off || with_lost_ways.contains(&node.function)
    };
    lifted.nodes.iter().map(is_unresolved).collect()
}
