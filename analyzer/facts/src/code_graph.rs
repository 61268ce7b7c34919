//! Which blocks of instructions does a contract's runtime code have, which functions are they of, and where does control
//! go from each?
//!
//! A [`CodeGraph`] tells it twice. Its [blocks](CodeGraph::blocks) have every edge of the whole code, calls and returns
//! included. Its [functions](CodeGraph::functions) have their own blocks alone, each with the edges that control takes
//! while it is in that function, and with the functions that it calls on the way. What decides which function runs is a
//! function here too, the [dispatch](FunctionName::Dispatch). A block that several functions use is listed with each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uplint_artifact::{Artifact, Span};
use uplint_bytecode::graph::{BlockId, EdgeKind, FlowGraph, control_flow, ways_within};
use uplint_bytecode::index_vec::Id;
use uplint_bytecode::lift::{Lifted, Node, Successor, lift_with};
use uplint_bytecode::ssa::{self, Program};
use uplint_bytecode::{Coverage, Dispatch, FunctionId, Instruction, NodeId, Pc, dispatch, instructions};

use crate::effects::{EntryName, names, placeholders, reachable};
use crate::function_name::named_functions;

/// Most blocks that all functions together list. Functions that share their blocks could list each of them a thousand
/// times.
const MAX_LISTED: usize = 1 << 18;

/// The control flow of a contract's runtime code.
#[derive(Clone, Debug, Default)]
pub struct CodeGraph {
    /// The dispatch, then the functions that callers reach in ascending order of name, then internal ones in ascending
    /// order of place.
    pub functions: Vec<CodeFunction>,
    /// All blocks, in ascending order of their first instruction.
    pub blocks: Vec<CodeBlock>,
    /// What the lifter did not see.
    pub coverage: Coverage,
    /// Whether edges by which functions return are missing from `blocks` because there are too many.
    pub lacks_returns: bool,
    /// Whether blocks are missing from functions because those share too many.
    pub lacks_blocks: bool,
    /// The source of each instruction, where the artifact has a source map.
    pub spans: BTreeMap<Pc, Span>,
    code: Arc<[u8]>,
}

/// What a function is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionName {
    /// What decides which of the others runs.
    Dispatch,
    /// A function that callers reach.
    Entry(EntryName),
    /// A function that others call, with its name in the source where that is known.
    Internal(Option<String>),
}

/// A function with its blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeFunction {
    /// What it is called.
    pub name: FunctionName,
    /// Its first instruction.
    pub entry: Pc,
    /// Its blocks, in ascending order of place.
    pub blocks: Vec<FunctionBlock>,
    /// The lifter's function that its blocks are of.
    pub lifted: FunctionId,
    /// The lifter's node that it begins with.
    pub node: NodeId,
}

/// A block within a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionBlock {
    /// Its first instruction.
    pub first: Pc,
    /// Where control goes without leaving the function. Only the dispatch leads to blocks that it does not have.
    pub successors: BTreeSet<(Pc, EdgeKind)>,
    /// Where calls lead that are made at its end.
    pub calls: BTreeSet<CallStep>,
    /// Whether its last jump goes back to a caller.
    pub is_return: bool,
    /// Whether it is where a loop is entered.
    pub is_loop_head: bool,
}

/// A step of a call: into a function, or on from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallStep {
    /// The function that has returned, by its first instruction; `None` for the call itself.
    pub from: Option<Pc>,
    /// Where control goes.
    pub to: CallTarget,
}

/// Where a step of a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallTarget {
    /// Into a function, by its first instruction.
    Function(Pc),
    /// On in a block of the calling function.
    Block(Pc),
    /// Back to the caller of the calling function.
    Caller,
}

/// Instructions that are executed one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock {
    /// The first instruction.
    pub first: Pc,
    /// The last instruction.
    pub last: Pc,
    /// Where control goes, calls and returns included.
    pub successors: Vec<(Pc, EdgeKind)>,
}

impl CodeGraph {
    /// The block that begins at a place.
    pub fn block(&self, first: Pc) -> Option<&CodeBlock> {
        self.blocks.binary_search_by_key(&first, |block| block.first).ok().map(|at| &self.blocks[at])
    }

    /// The instructions of a block.
    pub fn instructions(&self, block: &CodeBlock) -> impl Iterator<Item = Instruction<'_>> + '_ {
        let (first, last) = (block.first.0, block.last.0);
        let code = self.code.get(first as usize..).unwrap_or_default();
        instructions(code)
            .map(move |instruction| Instruction { pc: Pc(instruction.pc.0 + first), ..instruction })
            .take_while(move |instruction| instruction.pc.0 <= last)
    }

    /// The shortest text that an instruction of a block comes from: that of the block's own statement, where others are
    /// of whole functions.
    pub fn span(&self, block: &CodeBlock) -> Option<Span> {
        let spans = self.spans.range(block.first..=block.last).map(|(_, span)| *span);
        spans.filter(|span| span.len > 0).min_by_key(|span| span.len)
    }
}

/// The control flow of an artifact's runtime code; nothing without runtime code.
pub fn code_graph(artifact: &Artifact) -> CodeGraph {
    let Some(code) = artifact.runtime.as_ref().filter(|code| !code.bytes.is_empty()) else {
        return CodeGraph::default();
    };
    let placeholders = placeholders(code);
    let lifted = lift_with(&code.bytes, &placeholders);
    let entries = instructions(&code.bytes).map(|instruction| instruction.pc).zip(code.source_map_entries());
    let mut graph = graph_of(&lifted, &dispatch(&lifted));
    graph.spans = entries.filter_map(|(pc, entry)| Some((pc, entry.span?))).collect();
    graph.code = Arc::clone(&code.bytes);
    let internal = graph.functions.iter().filter(|function| matches!(function.name, FunctionName::Internal(_)));
    let named = named_functions(artifact, &graph.spans, internal.map(|function| function.entry));
    for function in &mut graph.functions {
        if let FunctionName::Internal(name) = &mut function.name {
            *name = named.get(&function.entry).cloned();
        }
    }
    graph
}

/// The static single assignment form of an artifact's runtime code; nothing without runtime code.
pub fn program(artifact: &Artifact) -> Program {
    let Some(code) = artifact.runtime.as_ref().filter(|code| !code.bytes.is_empty()) else {
        return Program::default();
    };
    ssa::build(&lift_with(&code.bytes, &placeholders(code)))
}

fn graph_of(lifted: &Lifted<'_>, dispatch: &Dispatch) -> CodeGraph {
    let whole = control_flow(lifted);
    let mut names = names(dispatch);
    names.sort();
    let mut functions = Functions { lifted, listed: 0, is_cut: false, found: Vec::new() };
    let entries: BTreeSet<NodeId> = names.iter().map(|&(_, node)| node).collect();
    let start = lifted.functions.get(FunctionId(0)).map(|function| function.node);
    if let Some(start) = start.filter(|start| !entries.contains(start)) {
        functions.push(FunctionName::Dispatch, start, &reachable_until(lifted, start, &entries));
    }
    for (name, node) in names {
        functions.push(FunctionName::Entry(name), node, &reachable(lifted, node));
    }
    let mut internal: Vec<NodeId> = lifted.functions.iter().skip(1).map(|function| function.node).collect();
    internal.sort_by_key(|node| lifted.nodes[*node].pc);
    let mut of_function: BTreeMap<FunctionId, Vec<NodeId>> = BTreeMap::new();
    for (id, node) in lifted.nodes.iter_enumerated() {
        of_function.entry(node.function).or_default().push(id);
    }
    for node in internal {
        let nodes = of_function.remove(&lifted.nodes[node].function).unwrap_or_default();
        functions.push(FunctionName::Internal(None), node, &nodes);
    }
    let (functions, lacks_blocks) = (functions.found, functions.is_cut);
    let blocks = whole.blocks.iter_enumerated().map(|(id, block)| CodeBlock {
        first: block.first,
        last: block.last,
        successors: whole
            .graph
            .successors(id)
            .filter_map(|(to, kind)| Some((whole.blocks.get(to)?.first, kind)))
            .collect(),
    });
    CodeGraph {
        functions,
        blocks: blocks.collect(),
        coverage: lifted.coverage.clone(),
        lacks_returns: whole.lacks_returns,
        lacks_blocks,
        spans: BTreeMap::new(),
        code: Arc::from([]),
    }
}

/// The nodes that follow from one of them up to the entries of functions, in ascending order.
fn reachable_until(lifted: &Lifted<'_>, start: NodeId, entries: &BTreeSet<NodeId>) -> Vec<NodeId> {
    let mut seen = BTreeSet::from([start]);
    let mut left = vec![start];
    while let Some(node) = left.pop() {
        for successor in &lifted.nodes[node].successors {
            if let Successor::Node(next) | Successor::Continuation(next) = *successor
                && !entries.contains(&next)
                && seen.insert(next)
            {
                left.push(next);
            }
        }
    }
    seen.into_iter().collect()
}

/// Functions as they are gathered.
struct Functions<'a> {
    lifted: &'a Lifted<'a>,
    listed: usize,
    is_cut: bool,
    found: Vec<CodeFunction>,
}

impl Functions<'_> {
    fn push(&mut self, name: FunctionName, start: NodeId, nodes: &[NodeId]) {
        let node = &self.lifted.nodes[start];
        let mut blocks: BTreeMap<Pc, FunctionBlock> = BTreeMap::new();
        if self.listed + nodes.len() > MAX_LISTED {
            self.is_cut = true;
        } else {
            // What a relay does belongs to the block of the call before it.
            for node in nodes.iter().filter(|node| !self.lifted.nodes[**node].is_relay) {
                let first = self.lifted.nodes[*node].pc;
                let block = blocks.entry(first).or_insert_with(|| FunctionBlock { first, ..FunctionBlock::default() });
                add(self.lifted, *node, block);
            }
        }
        self.listed += nodes.len();
        let mut blocks: Vec<FunctionBlock> = blocks.into_values().collect();
        mark_loops(&mut blocks, node.pc);
        self.found.push(CodeFunction { name, entry: node.pc, blocks, lifted: node.function, node: start });
    }
}

/// Adds what one node of a block does.
fn add(lifted: &Lifted<'_>, node: NodeId, block: &mut FunctionBlock) {
    let node = &lifted.nodes[node];
    block.successors.extend(ways_within(node).map(|(to, kind)| (lifted.nodes[to].pc, kind)));
    add_calls(lifted, node, block);
    let returns_itself = node.called().next().is_none();
    block.is_return |= returns_itself && node.successors.iter().any(|next| matches!(next, Successor::Return(_)));
}

/// Adds where the calls of a node lead, and those of the relays behind them.
fn add_calls(lifted: &Lifted<'_>, node: &Node, block: &mut FunctionBlock) {
    let entry = |function: FunctionId| lifted.functions[function].entry;
    let mut seen = BTreeSet::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        for transfer in &node.transfers {
            // What the jump of a relay does is told of the transfer to it.
            if node.is_relay && transfer.from.is_none() {
                continue;
            }
            if let Successor::Continuation(next) = transfer.to
                && lifted.nodes[next].is_relay
                && seen.insert(next)
            {
                left.push(&lifted.nodes[next]);
            }
            let from = transfer.from.map(|(function, _)| entry(function));
            block.calls.extend(lifted.past_relay(transfer.to).into_iter().filter_map(|to| {
                let to = match to {
                    Successor::Call(function) => CallTarget::Function(entry(function)),
                    Successor::Node(to) | Successor::Continuation(to) => CallTarget::Block(lifted.nodes[to].pc),
                    Successor::Return(_) => CallTarget::Caller,
                };
                // A jump of its own is among the successors.
                let is_call = from.is_some() || matches!(to, CallTarget::Function(_));
                is_call.then_some(CallStep { from, to })
            }));
        }
    }
}

/// Marks where the loops of a function are entered.
fn mark_loops(blocks: &mut [FunctionBlock], entry: Pc) {
    let place = |pc: Pc| blocks.binary_search_by_key(&pc, |block| block.first).ok().map(BlockId::new);
    let mut edges = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let behind = block.calls.iter().filter_map(|step| match step.to {
            CallTarget::Block(pc) => Some((pc, EdgeKind::Return)),
            CallTarget::Function(_) | CallTarget::Caller => None,
        });
        let ways = block.successors.iter().copied().chain(behind);
        edges.extend(ways.filter_map(|(to, kind)| Some((BlockId::new(at), place(to)?, kind))));
    }
    let Some(entry) = place(entry) else { return };
    let loops = FlowGraph::new(blocks.len(), entry, edges).loops();
    for found in &loops.loops {
        blocks[found.header.index()].is_loop_head = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_what_the_same_function_returned_is_a_step_of_its_block() {
        // `f(f(x))`: the first call returns right to the function at 0xc, the second to 0x8.
        let code = alloy_primitives::hex!("6008600c33600c56 5b5f5500 5b6001019056");
        let lifted = lift_with(&code, &[]);
        let graph = graph_of(&lifted, &dispatch(&lifted));
        let whole = &graph.functions[0];
        assert_eq!(whole.blocks.iter().map(|block| block.first).collect::<Vec<_>>(), [Pc(0), Pc(8)]);
        let (first, then) = (None, Some(Pc(0xc)));
        let steps = [
            CallStep { from: first, to: CallTarget::Function(Pc(0xc)) },
            CallStep { from: then, to: CallTarget::Function(Pc(0xc)) },
            CallStep { from: then, to: CallTarget::Block(Pc(8)) },
        ];
        assert_eq!(whole.blocks[0].calls, BTreeSet::from(steps));
    }
}
