//! Where does control come from within a function, and what must it have passed?

use std::collections::BTreeSet;

use uplint_bytecode::NodeId;
use uplint_bytecode::lift::{Lifted, Successor};

/// Most nodes that are looked at to tell whether a way leads around one.
const MAX_LOOKS: usize = 512;

/// The ways between the nodes of each function.
#[derive(Debug)]
pub(super) struct Ways<'a> {
    lifted: &'a Lifted<'a>,
    predecessors: Vec<Vec<NodeId>>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(lifted: &'a Lifted<'a>) -> Self {
        let mut predecessors = vec![Vec::new(); lifted.nodes.len()];
        for (id, node) in (0..).map(NodeId).zip(&lifted.nodes) {
            for successor in &node.successors {
                if let Successor::Node(next) | Successor::Continuation(next) = *successor {
                    predecessors[next.0 as usize].push(id);
                }
            }
        }
        Self { lifted, predecessors }
    }

    /// The nodes that control comes from.
    pub(super) fn before(&self, node: NodeId) -> &[NodeId] {
        &self.predecessors[node.0 as usize]
    }

    /// The node that the function of a node begins with.
    pub(super) fn start(&self, node: NodeId) -> NodeId {
        self.lifted.functions[self.lifted.nodes[node].function].node
    }

    /// Whether control comes to a node from another one alone.
    pub(super) fn only_from(&self, node: NodeId, from: NodeId) -> bool {
        self.before(node) == [from] && self.start(node) != node
    }

    /// Whether every way to a node of a function passes another one, as far as a bounded look tells.
    pub(super) fn must_pass(&self, passed: NodeId, node: NodeId) -> bool {
        let start = self.start(node);
        let mut seen = BTreeSet::from([passed]);
        let mut left = Vec::new();
        if seen.insert(node) {
            left.push(node);
        }
        while let Some(node) = left.pop() {
            if node == start || seen.len() > MAX_LOOKS {
                return false;
            }
            left.extend(self.before(node).iter().copied().filter(|&before| seen.insert(before)));
        }
        true
    }
}
