//! Conditions without which a call of a function reverts.
//!
//! Forward, over sets of conditions that grow smaller where ways meet: what holds on every way to a node. A branch whose
//! other way must revert adds its condition; a called function adds what holds whenever it returns. Ends because a set
//! only ever loses conditions after a node was first reached.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use uplint_bytecode::lift::{End, Lifted, Successor};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Pc};

use super::summary::Summaries;
use super::word::{self, Word};

/// Deepest calls that are looked into for conditions.
const MAX_DEPTH: u32 = 6;

/// A condition without which the call reverts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guard {
    /// The branch.
    pub pc: Pc,
    /// What must not be zero.
    pub condition: Word,
}

/// The conditions that hold on every way on which a call of the function succeeds.
pub(super) fn guards(
    lifted: &Lifted<'_>,
    summaries: &Summaries<'_>,
    start: NodeId,
    nodes: &BTreeSet<NodeId>,
) -> Vec<Guard> {
    let held = on_all_ways(lifted, summaries, start, nodes, 0);
    let ends = nodes.iter().filter(|&&node| {
        let node_at = &lifted.nodes[node.0 as usize];
        !summaries.reverting[node.0 as usize] && node_at.successors.is_empty()
    });
    let mut common: Option<BTreeSet<Guard>> = None;
    for held in ends.filter_map(|end| held.get(end)) {
        common = Some(match common {
            None => held.clone(),
            Some(common) => common.intersection(held).cloned().collect(),
        });
    }
    common.unwrap_or_default().into_iter().collect()
}

/// What holds at the start of each node.
fn on_all_ways(
    lifted: &Lifted<'_>,
    summaries: &Summaries<'_>,
    start: NodeId,
    nodes: &BTreeSet<NodeId>,
    depth: u32,
) -> BTreeMap<NodeId, BTreeSet<Guard>> {
    let mut held: BTreeMap<NodeId, BTreeSet<Guard>> = BTreeMap::from([(start, BTreeSet::new())]);
    let mut left = VecDeque::from([start]);
    let mut of_functions: BTreeMap<(NodeId, FunctionId), BTreeSet<Guard>> = BTreeMap::new();
    while let Some(at) = left.pop_front() {
        let here = held.get(&at).cloned().unwrap_or_default();
        let node = &lifted.nodes[at.0 as usize];
        for successor in &node.successors {
            let (next, added) = match *successor {
                Successor::Node(next) => (next, branch(lifted, summaries, at, next).into_iter().collect()),
                Successor::Continuation(next) => {
                    let mut added = BTreeSet::new();
                    let mut called = summaries.called(at);
                    if let (Some(function), None) = (called.next(), called.next()) {
                        let within = of_functions
                            .entry((at, function))
                            .or_insert_with(|| of_call(lifted, summaries, at, function, depth));
                        added.extend(within.iter().cloned());
                    }
                    (next, added)
                }
                Successor::Call(_) | Successor::Return(_) => continue,
            };
            if !nodes.contains(&next) {
                continue;
            }
            let mut then = here.clone();
            then.extend(added);
            match held.get_mut(&next) {
                None => {
                    held.insert(next, then);
                    left.push_back(next);
                }
                Some(known) => {
                    let before = known.len();
                    known.retain(|guard| then.contains(guard));
                    if known.len() != before {
                        left.push_back(next);
                    }
                }
            }
        }
    }
    held
}

/// The condition of a branch on the way to a node, when the other way must revert.
fn branch(lifted: &Lifted<'_>, summaries: &Summaries<'_>, at: NodeId, next: NodeId) -> Option<Guard> {
    let node = &lifted.nodes[at.0 as usize];
    let End::Branch { pc, condition, .. } = node.end else { return None };
    let [taken, not_taken] = node.branches;
    let reverts = |way: Option<NodeId>| way.is_some_and(|way| summaries.reverting[way.0 as usize]);
    let condition = summaries.word(condition);
    if taken == Some(next) && reverts(not_taken) {
        Some(Guard { pc, condition: simplified(condition) })
    } else if not_taken == Some(next) && reverts(taken) {
        Some(Guard { pc, condition: simplified(word::operation(op::ISZERO, &[condition])) })
    } else {
        None
    }
}

/// A condition without pairs of negations.
fn simplified(condition: Word) -> Word {
    if let Word::Operation(op::ISZERO, outer) = &condition
        && let [Word::Operation(op::ISZERO, inner)] = &outer[..]
        && let [word] = &inner[..]
    {
        return simplified(word.clone());
    }
    condition
}

/// What holds whenever a called function returns, in the words of its caller.
fn of_call(
    lifted: &Lifted<'_>,
    summaries: &Summaries<'_>,
    call: NodeId,
    function: FunctionId,
    depth: u32,
) -> BTreeSet<Guard> {
    if depth >= MAX_DEPTH {
        return BTreeSet::new();
    }
    let start = lifted.functions[function.0 as usize].node;
    let nodes = super::reachable(lifted, start);
    let held = on_all_ways(lifted, summaries, start, &nodes, depth + 1);
    let returns = nodes.iter().filter(|&&node| {
        let successors = &lifted.nodes[node.0 as usize].successors;
        successors.iter().any(|successor| matches!(successor, Successor::Return(_)))
    });
    let mut common: Option<BTreeSet<Guard>> = None;
    for held in returns.filter_map(|node| held.get(node)) {
        common = Some(match common {
            None => held.clone(),
            Some(common) => common.intersection(held).cloned().collect(),
        });
    }
    let argument = |slot: u32| summaries.argument(call, function, slot);
    let guards = common.unwrap_or_default().into_iter();
    guards.map(|guard| Guard { condition: guard.condition.with_arguments(&argument), ..guard }).collect()
}
