//! Which words differ by the way into the contract?
//!
//! Compilers merge ends that are alike: a store of one function can be that of another, with the slot and the value that
//! either leaves on the stack. A join there is one of the words of both; for each of the two it is its own.

use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::Lifted;
use uplint_bytecode::{NodeId, Term, TermId};

/// What several ways into the contract share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    nodes: IndexVec<NodeId, bool>,
    /// Joins in such nodes, and what is made of them.
    pub(super) terms: Vec<TermId>,
}

impl Shared {
    /// `reached` are the nodes that follow from each way into the contract.
    pub(super) fn new(lifted: &Lifted<'_>, reached: &[Vec<NodeId>]) -> Self {
        let mut ways: IndexVec<NodeId, u32> = lifted.nodes.iter().map(|_| 0).collect();
        for &node in reached.iter().flatten() {
            ways[node] += 1;
        }
        let nodes: IndexVec<NodeId, bool> = ways.iter().map(|&ways| ways > 1).collect();
        let mut is_shared = vec![false; lifted.terms.len()];
        let mut terms = Vec::new();
        // Words are numbered behind what they are made of, and joins in nodes of one way take no words of others.
        for term in lifted.terms.ids() {
            let of = |term: TermId| is_shared[term.index()];
            let depends = match lifted.terms.get(term) {
                Term::Join { node, .. } => nodes[node],
                Term::Operation { operands, .. } => operands.iter().any(|&operand| of(operand)),
                Term::Hash(pieces) => pieces.iter().any(|piece| of(piece.term)),
                // What is loaded or called there depends on what the node was entered with.
                Term::Result { node, .. } | Term::InCall { call: node, .. } => nodes[node] && !terms.is_empty(),
                Term::Constant(_) | Term::Parameter { .. } | Term::Returned { .. } => false,
            };
            if depends {
                is_shared[term.index()] = true;
                terms.push(term);
            }
        }
        Self { nodes, terms }
    }

    /// Whether words differ in one of some nodes.
    pub(super) fn is_in(&self, nodes: &[NodeId]) -> bool {
        !self.terms.is_empty() && nodes.iter().any(|&node| self.has(node))
    }

    /// Whether several ways into the contract share a node.
    pub(super) fn has(&self, node: NodeId) -> bool {
        self.nodes.get(node).is_some_and(|&is_shared| is_shared)
    }
}
