//! Where does control come from within a function, and what must it have passed?

use uplint_bytecode::graph::{BlockId, Dominance, EdgeKind, FlowGraph};
use uplint_bytecode::index_vec::{Id, IndexVec};
use uplint_bytecode::lift::{Lifted, Node, Successor};
use uplint_bytecode::{FunctionId, NodeId, unresolved};

/// The ways between the nodes of each function.
#[derive(Debug)]
pub(super) struct Ways<'a> {
    lifted: &'a Lifted<'a>,
    /// Where control comes from, the nodes in order.
    predecessors: Vec<NodeId>,
    /// Where those of each node begin, and one end more.
    starts: Vec<u32>,
    /// The nodes of all functions, below a block that leads to the start of each function.
    dominance: Dominance,
    /// Whether control may take a way through a function that nobody saw.
    has_unseen: IndexVec<FunctionId, bool>,
    /// Whether a node itself goes on or ends in a way that nobody saw, by its number.
    pub(super) unresolved: Vec<bool>,
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
        let mut has_unseen: IndexVec<FunctionId, bool> = lifted.functions.iter().map(|_| false).collect();
        let unresolved = unresolved(lifted);
        for (node, is_unresolved) in lifted.nodes.iter().zip(&unresolved) {
            has_unseen[node.function] |= is_unresolved;
        }
        Self { lifted, predecessors, starts, dominance: dominance(lifted), has_unseen, unresolved }
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

    /// Whether control may come to a node on a way that nobody saw, because of a jump of its function.
    pub(super) fn may_be_unseen(&self, node: NodeId) -> bool {
        self.has_unseen[self.lifted.nodes[node].function]
    }

    /// Whether every way to a node of a function passes another one without doubt.
    pub(super) fn must_pass(&self, passed: NodeId, node: NodeId) -> bool {
        !self.may_be_unseen(node) && self.dominance.dominates(block(passed), block(node))
    }
}

/// What lies on every way to each node.
fn dominance(lifted: &Lifted<'_>) -> Dominance {
    let first = BlockId::new(lifted.nodes.len());
    let starts = lifted.functions.iter().map(|function| (first, block(function.node), EdgeKind::Call));
    let within = lifted.nodes.iter_enumerated().flat_map(|(id, node)| {
        let next = next(node);
        next.map(move |next| (block(id), block(next), EdgeKind::Jump))
    });
    FlowGraph::new(lifted.nodes.len() + 1, first, starts.chain(within)).dominators()
}

fn block(node: NodeId) -> BlockId {
    BlockId::new(node.index())
}

/// Where control goes from a node within its function.
fn next(node: &Node) -> impl Iterator<Item = NodeId> + '_ {
    node.successors.iter().filter_map(|successor| match *successor {
        Successor::Node(next) | Successor::Continuation(next) => Some(next),
        Successor::Call(_) | Successor::Return(_) => None,
    })
}
