//! How control can leave a node for good: by a success, by a return to the caller, or by reverting alone.

use uplint_bytecode::index_vec::Id;
use uplint_bytecode::lift::{End, Lifted, Successor};
use uplint_bytecode::{NodeId, opcode as op};

use super::ways::Ways;

/// How the ways from each node end, by the number of the node.
pub(super) struct Endings {
    /// The node itself ends the call without reverting, or nobody knows how it ends.
    ends: Vec<bool>,
    /// Some way from the node, through called functions too, ends the call without reverting.
    halts: Vec<bool>,
    /// Some way from the node returns to the caller of its function.
    returns: Vec<bool>,
}

impl Endings {
    pub(super) fn new(lifted: &Lifted<'_>, ways: &Ways<'_>) -> Self {
        let count = lifted.nodes.len();
        let mut ends = ways.unresolved.clone();
        let mut returns = vec![false; count];
        for (id, node) in lifted.nodes.iter_enumerated() {
            ends[id.index()] |= is_success(lifted, &node.end);
            returns[id.index()] = node.successors.iter().any(|next| matches!(next, Successor::Return(_)));
        }
        // A halt within a called function ends its callers too; its return goes on at their continuations.
        let mut halts = ends.clone();
        let callers = |node: NodeId| {
            let function = &lifted.functions[lifted.nodes[node].function];
            if function.node == node { function.callers.as_slice() } else { &[] }
        };
        spread(&mut halts, |node| ways.before(node).iter().chain(callers(node)));
        spread(&mut returns, |node| ways.before(node).iter());
        Self { ends, halts, returns }
    }

    /// Whether every way from a node ends in a revert.
    pub(super) fn must_revert(&self, node: NodeId) -> bool {
        !self.halts[node.0 as usize] && !self.returns[node.0 as usize]
    }

    /// Whether the node itself can end the call without reverting.
    pub(super) fn may_end(&self, node: NodeId) -> bool {
        self.ends[node.0 as usize]
    }

    /// Whether some way from a node, through called functions too, ends the call without reverting.
    pub(super) fn may_halt(&self, node: NodeId) -> bool {
        self.halts[node.0 as usize]
    }
}

/// Marks what leads to what is marked.
fn spread<'a, Before: Iterator<Item = &'a NodeId>>(marked: &mut [bool], before: impl Fn(NodeId) -> Before) {
    let mut left: Vec<NodeId> = (0..marked.len()).filter(|&at| marked[at]).map(NodeId::new).collect();
    while let Some(node) = left.pop() {
        for &before in before(node) {
            if !std::mem::replace(&mut marked[before.index()], true) {
                left.push(before);
            }
        }
    }
}

fn is_success(lifted: &Lifted<'_>, end: &End) -> bool {
    let End::Halt { pc } = end else { return false };
    let last = lifted.code.bytes().get(pc.0 as usize).copied().unwrap_or(op::STOP);
    matches!(last, op::STOP | op::RETURN | op::SELFDESTRUCT)
}
