//! Where can control go, whatever the stack holds?
//!
//! [`control_flow`] makes one block of all nodes of a lifted code that begin at one instruction, and tells falling
//! through, jumps, both sides of branches, calls and returns apart. Blocks may share their last instructions: a jump
//! into a run of jump destinations begins a block of its own. [`call_graph`] has the functions. Both stand on a
//! [`FlowGraph`], as does the graph of a function in static single assignment form, and that has orders, [`Dominance`]
//! and [`Loops`].

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{DfsPostOrder, EdgeRef};

use crate::index_vec::{Id, IndexVec, ids};
use crate::instruction::Pc;
use crate::lift::{End, Lifted, Node, Successor, begins_block};
use crate::ssa;
use crate::term::{FunctionId, NodeId};

mod dominance;
mod loops;

pub use dominance::Dominance;
pub use loops::{Loop, LoopId, Loops};

ids! {
    /// A block of a graph.
    pub BlockId "b";
}

/// Most edges by which functions return. A function that a thousand places call returns from each of its jumps to each.
const MAX_RETURN_EDGES: usize = 1 << 18;

/// How control takes an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// The next instruction follows.
    FallThrough,
    /// By a jump.
    Jump,
    /// By a branch whose condition holds.
    True,
    /// By a branch whose condition does not hold.
    False,
    /// Into a function.
    Call,
    /// Behind a call.
    Return,
}

/// Blocks and edges, with a block that control enters first.
#[derive(Clone, Debug)]
pub struct FlowGraph {
    graph: DiGraph<(), EdgeKind>,
    entry: BlockId,
}

impl FlowGraph {
    /// A graph of so many blocks. Edges from or to others are left out, and of equal edges one is kept.
    pub fn new(blocks: usize, entry: BlockId, edges: impl IntoIterator<Item = (BlockId, BlockId, EdgeKind)>) -> Self {
        let mut graph = DiGraph::new();
        for _ in 0..blocks {
            graph.add_node(());
        }
        let is_there = |block: BlockId| block.index() < blocks;
        let edges: BTreeSet<_> = edges.into_iter().filter(|&(from, to, _)| is_there(from) && is_there(to)).collect();
        // petgraph answers the newest edge first.
        for (from, to, kind) in edges.into_iter().rev() {
            graph.add_edge(at(from), at(to), kind);
        }
        Self { graph, entry }
    }

    /// The graph of a function in static single assignment form.
    pub fn of_function(function: &ssa::Function) -> Self {
        let mut edges = Vec::new();
        for (block, at) in function.blocks.iter_enumerated() {
            for (place, edge) in at.terminator.edges().enumerate() {
                let kind = match &at.terminator {
                    ssa::Terminator::Branch { .. } if place == 0 => EdgeKind::True,
                    ssa::Terminator::Branch { .. } => EdgeKind::False,
                    ssa::Terminator::Call { .. } => EdgeKind::Return,
                    _ => EdgeKind::Jump,
                };
                edges.push((block, edge.block, kind));
            }
        }
        Self::new(function.blocks.len(), BlockId(0), edges)
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The block that control enters first.
    pub fn entry(&self) -> BlockId {
        self.entry
    }

    /// Where control goes from a block, in ascending order.
    pub fn successors(&self, block: BlockId) -> impl Iterator<Item = (BlockId, EdgeKind)> + '_ {
        self.graph.edges(at(block)).map(|edge| (id(edge.target()), *edge.weight()))
    }

    /// Where control comes from, in ascending order.
    pub fn predecessors(&self, block: BlockId) -> impl Iterator<Item = (BlockId, EdgeKind)> + '_ {
        let edges = self.graph.edges_directed(at(block), petgraph::Direction::Incoming);
        edges.map(|edge| (id(edge.source()), *edge.weight()))
    }

    /// All edges, in ascending order.
    pub fn edges(&self) -> impl Iterator<Item = (BlockId, BlockId, EdgeKind)> + '_ {
        let edges = self.graph.edge_references().rev();
        edges.map(|edge| (id(edge.source()), id(edge.target()), *edge.weight()))
    }

    /// The blocks that control reaches, each before its successors except along the edges that close loops.
    pub fn reverse_postorder(&self) -> Vec<BlockId> {
        if self.entry.index() >= self.len() {
            return Vec::new();
        }
        let mut search = DfsPostOrder::new(&self.graph, at(self.entry));
        let mut order = Vec::new();
        while let Some(node) = search.next(&self.graph) {
            order.push(id(node));
        }
        order.reverse();
        order
    }

    /// Which blocks lie on every way to a block.
    pub fn dominators(&self) -> Dominance {
        Dominance::of(&self.graph, self.entry)
    }

    /// Which blocks lie on every way from a block to an end. All blocks without a successor end in one that is not in
    /// the graph. A block from which no end is reached is post-dominated by none: such an execution ends when its gas
    /// does, anywhere.
    pub fn post_dominators(&self) -> Dominance {
        let mut reversed = self.graph.clone();
        reversed.reverse();
        let exit = reversed.add_node(());
        for block in self.graph.node_indices() {
            if self.graph.neighbors(block).next().is_none() {
                reversed.add_edge(exit, block, EdgeKind::FallThrough);
            }
        }
        Dominance::of(&reversed, id(exit)).without(id(exit))
    }

    /// The loops.
    pub fn loops(&self) -> Loops {
        Loops::of(self)
    }
}

fn at(block: BlockId) -> NodeIndex {
    NodeIndex::new(block.index())
}

fn id(node: NodeIndex) -> BlockId {
    BlockId::new(node.index())
}

/// Instructions that are executed one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The first instruction.
    pub first: Pc,
    /// The last instruction.
    pub last: Pc,
    /// The nodes that begin with it, in ascending order. Relays begin no block.
    pub nodes: Vec<NodeId>,
}

/// The blocks of a code, in ascending order of their first instruction, and the edges between them.
#[derive(Clone, Debug)]
pub struct ControlFlowGraph {
    /// The blocks.
    pub blocks: IndexVec<BlockId, Block>,
    /// The edges.
    pub graph: FlowGraph,
    /// Whether edges by which functions return were left out because there are too many.
    pub lacks_returns: bool,
}

impl ControlFlowGraph {
    /// The block that begins at a place.
    pub fn block_at(&self, first: Pc) -> Option<BlockId> {
        self.blocks.as_slice().binary_search_by_key(&first, |block| block.first).ok().map(BlockId::new)
    }
}

/// The control-flow graph of a lifted code.
pub fn control_flow(lifted: &Lifted<'_>) -> ControlFlowGraph {
    let mut nodes: BTreeMap<Pc, Vec<NodeId>> = BTreeMap::new();
    for (id, node) in lifted.nodes.iter_enumerated().filter(|(_, node)| !node.is_relay) {
        nodes.entry(node.pc).or_default().push(id);
    }
    let blocks: IndexVec<BlockId, Block> =
        nodes.into_iter().map(|(first, nodes)| Block { first, last: last_of(lifted, first), nodes }).collect();
    let places: BTreeMap<Pc, BlockId> = blocks.iter_enumerated().map(|(id, block)| (block.first, id)).collect();
    let mut by_last: BTreeMap<Pc, Vec<BlockId>> = BTreeMap::new();
    for (id, block) in blocks.iter_enumerated() {
        by_last.entry(block.last).or_default().push(id);
    }
    let mut edges = BTreeSet::new();
    let mut returns = BTreeSet::new();
    let mut lacks_returns = false;
    for node in &lifted.nodes {
        // What leads to a relay leads where its jump does.
        if let Some(&from) = places.get(&node.pc).filter(|_| !node.is_relay) {
            for (pc, kind) in ways(lifted, node) {
                edges.extend(places.get(&pc).map(|&to| (from, to, kind)));
            }
        }
        for (jumps, pc, kind) in ways_back(lifted, node) {
            let Some(&to) = places.get(&pc) else { continue };
            for from in jumps.iter().filter_map(|jump| by_last.get(jump)).flatten() {
                if returns.len() >= MAX_RETURN_EDGES {
                    lacks_returns = true;
                    break;
                }
                returns.insert((*from, to, kind));
            }
        }
    }
    let entry = places.get(&Pc(0)).copied().unwrap_or_default();
    let graph = FlowGraph::new(blocks.len(), entry, edges.into_iter().chain(returns));
    ControlFlowGraph { blocks, graph, lacks_returns }
}

/// Where the last instruction of a block is.
fn last_of(lifted: &Lifted<'_>, first: Pc) -> Pc {
    let code = &lifted.code;
    let (start, mut last) = (first.0 as usize, first.0 as usize);
    let mut pc = start;
    while !begins_block(code, start, pc) {
        last = pc;
        if code.ends_block_at(pc) || pc >= code.bytes().len() {
            break;
        }
        pc = code.behind(pc);
    }
    Pc(u32::try_from(last).unwrap_or(u32::MAX))
}

/// Where control goes from a node within its function, by its own jump or by falling through.
pub fn ways_within(node: &Node) -> impl Iterator<Item = (NodeId, EdgeKind)> + '_ {
    let kinds = move |to: NodeId| -> &'static [EdgeKind] {
        match (node.end, node.branches.map(|branch| branch == Some(to))) {
            (End::FallThrough, _) => &[EdgeKind::FallThrough],
            (End::Branch { .. }, [true, true]) => &[EdgeKind::True, EdgeKind::False],
            (End::Branch { .. }, [false, true]) => &[EdgeKind::False],
            (End::Branch { .. }, _) => &[EdgeKind::True],
            (End::Jump { .. } | End::Halt { .. }, _) => &[EdgeKind::Jump],
        }
    };
    let nodes = node.successors.iter().filter_map(|successor| match successor {
        Successor::Node(to) => Some(*to),
        _ => None,
    });
    nodes.flat_map(move |to| kinds(to).iter().map(move |&kind| (to, kind)))
}

/// Where control goes from a node by its own jump, by falling through or by a call.
fn ways<'a>(lifted: &'a Lifted<'_>, node: &'a Node) -> impl Iterator<Item = (Pc, EdgeKind)> + 'a {
    let within = ways_within(node).map(|(to, kind)| (lifted.nodes[to].pc, kind));
    let called = node.transfers.iter().filter_map(|transfer| match transfer.to {
        Successor::Call(function) if transfer.from.is_none() => {
            Some((lifted.functions[function].entry, EdgeKind::Call))
        }
        _ => None,
    });
    within.chain(called)
}

/// Where control comes back to a node that calls, or is sent on to another function, and by which jumps.
fn ways_back<'a>(
    lifted: &'a Lifted<'_>,
    node: &'a Node,
) -> impl Iterator<Item = (&'a BTreeSet<Pc>, Pc, EdgeKind)> + 'a {
    let ways = node.transfers.iter().filter_map(|transfer| {
        let (function, exit) = transfer.from?;
        let exit = lifted.functions[function].exits.get(exit as usize)?;
        Some(lifted.past_relay(transfer.to).into_iter().map(move |to| (&exit.jumps, to)))
    });
    ways.flatten().filter_map(|(jumps, to)| match to {
        Successor::Node(to) | Successor::Continuation(to) => Some((jumps, lifted.nodes[to].pc, EdgeKind::Return)),
        Successor::Call(function) => Some((jumps, lifted.functions[function].entry, EdgeKind::Call)),
        // The jumps of the called function are those of this one's exit.
        Successor::Return(_) => None,
    })
}

/// Which functions call which.
#[derive(Clone, Debug)]
pub struct CallGraph {
    graph: DiGraph<(), ()>,
    recursive: Vec<bool>,
}

impl CallGraph {
    /// The functions that a function calls, in ascending order.
    pub fn callees(&self, function: FunctionId) -> impl Iterator<Item = FunctionId> + '_ {
        self.neighbors(function, petgraph::Direction::Outgoing)
    }

    /// The functions that call a function, in ascending order.
    pub fn callers(&self, function: FunctionId) -> impl Iterator<Item = FunctionId> + '_ {
        self.neighbors(function, petgraph::Direction::Incoming)
    }

    /// Whether a function may be called again before it returns.
    pub fn is_recursive(&self, function: FunctionId) -> bool {
        self.recursive.get(function.index()).copied().unwrap_or(false)
    }

    fn neighbors(&self, function: FunctionId, side: petgraph::Direction) -> impl Iterator<Item = FunctionId> + '_ {
        self.graph.neighbors_directed(NodeIndex::new(function.index()), side).map(|node| FunctionId::new(node.index()))
    }
}

/// The call graph of a lifted code.
pub fn call_graph(lifted: &Lifted<'_>) -> CallGraph {
    let mut calls = BTreeSet::new();
    for node in &lifted.nodes {
        calls.extend(node.called().map(|called| (node.function, called)));
    }
    let mut graph = DiGraph::new();
    for _ in &lifted.functions {
        graph.add_node(());
    }
    for &(from, to) in calls.iter().rev() {
        graph.add_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), ());
    }
    let mut recursive = vec![false; lifted.functions.len()];
    for component in petgraph::algo::kosaraju_scc(&graph) {
        let calls_itself = |node: NodeIndex| graph.contains_edge(node, node);
        if component.len() > 1 || component.iter().any(|&node| calls_itself(node)) {
            for node in component {
                recursive[node.index()] = true;
            }
        }
    }
    CallGraph { graph, recursive }
}
