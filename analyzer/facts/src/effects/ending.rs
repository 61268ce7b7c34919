//! How control can leave a node for good: by a success, by a return to the caller, or by reverting alone.

use uplint_bytecode::lift::{End, Lifted, Successor};
use uplint_bytecode::{NodeId, opcode as op, unresolved};

/// How the ways from each node end, by the number of the node.
pub(super) struct Endings {
    /// The node itself goes on or ends in a way that nobody saw.
    pub(super) unresolved: Vec<bool>,
    /// The node itself ends the call without reverting, or nobody knows how it ends.
    ends: Vec<bool>,
    /// Some way from the node, through called functions too, ends the call without reverting.
    halts: Vec<bool>,
    /// Some way from the node returns to the caller of its function.
    returns: Vec<bool>,
}

impl Endings {
    pub(super) fn new(lifted: &Lifted<'_>) -> Self {
        let count = lifted.nodes.len();
        let (mut within, mut callers) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        let unresolved = unresolved(lifted);
        let mut ends = unresolved.clone();
        let mut returns = vec![false; count];
        for (at, node) in lifted.nodes.iter().enumerate() {
            ends[at] |= is_success(lifted, &node.end);
            for successor in &node.successors {
                match *successor {
                    Successor::Node(next) | Successor::Continuation(next) => within[next.0 as usize].push(at),
                    Successor::Call(function) => {
                        callers[lifted.functions[function].node.0 as usize].push(at);
                    }
                    Successor::Return(_) => returns[at] = true,
                }
            }
        }
        // A halt within a called function ends its callers too; its return goes on at their continuations.
        let mut halts = ends.clone();
        spread(&mut halts, &[&within, &callers]);
        spread(&mut returns, &[&within]);
        Self { unresolved, ends, halts, returns }
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
fn spread(marked: &mut [bool], predecessors: &[&Vec<Vec<usize>>]) {
    let mut left: Vec<usize> = (0..marked.len()).filter(|&at| marked[at]).collect();
    while let Some(at) = left.pop() {
        for before in predecessors.iter().flat_map(|of| &of[at]) {
            if !std::mem::replace(&mut marked[*before], true) {
                left.push(*before);
            }
        }
    }
}

fn is_success(lifted: &Lifted<'_>, end: &End) -> bool {
    let End::Halt { pc } = end else { return false };
    let last = lifted.code.bytes().get(pc.0 as usize).copied().unwrap_or(op::STOP);
    matches!(last, op::STOP | op::RETURN | op::SELFDESTRUCT)
}
