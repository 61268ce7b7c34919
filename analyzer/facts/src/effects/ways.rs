//! Where does control come from within a function, and what must it have passed?

use std::collections::BTreeSet;

use uplint_bytecode::NodeId;
use uplint_bytecode::index_vec::Id;
use uplint_bytecode::lift::{Lifted, Node, Successor};

/// Most nodes that are looked at to tell whether a way leads around one.
const MAX_LOOKS: usize = 512;

/// The ways between the nodes of each function.
#[derive(Debug)]
pub(super) struct Ways<'a> {
    lifted: &'a Lifted<'a>,
    /// Where control comes from, the nodes in order.
    predecessors: Vec<NodeId>,
    /// Where those of each node begin, and one end more.
    starts: Vec<u32>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(lifted: &'a Lifted<'a>) -> Self {
        let mut starts = vec![0; lifted.nodes.len() + 1];
        for next in lifted.nodes.iter().flat_map(next) {
            starts[next.index()] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        // Filled from behind, so that each ends up at its start.
        let mut predecessors = vec![NodeId::default(); end as usize];
        for (id, node) in lifted.nodes.iter_enumerated().rev() {
            for next in next(node) {
                starts[next.index()] -= 1;
                predecessors[starts[next.index()] as usize] = id;
            }
        }
        Self { lifted, predecessors, starts }
    }

    /// The nodes that control comes from, in ascending order.
    pub(super) fn before(&self, node: NodeId) -> &[NodeId] {
        &self.predecessors[self.starts[node.index()] as usize..self.starts[node.index() + 1] as usize]
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

/// Where control goes from a node within its function.
fn next(node: &Node) -> impl Iterator<Item = NodeId> + '_ {
    node.successors.iter().filter_map(|successor| match *successor {
        Successor::Node(next) | Successor::Continuation(next) => Some(next),
        Successor::Call(_) | Successor::Return(_) => None,
    })
}
