//! What evmole finds in a code.

use std::collections::{BTreeMap, BTreeSet};

use evmole::control_flow_graph::{Block, BlockType, ControlFlowGraph};
use evmole::{ContractInfoArgs, contract_info};
use revm::primitives::U256;

/// Its selectors.
pub(super) fn selectors(code: &[u8]) -> BTreeSet<[u8; 4]> {
    let found = contract_info(ContractInfoArgs::new(code).with_selectors()).functions;
    found.into_iter().flatten().map(|function| function.selector).collect()
}

/// Slots and first bytes of its records of storage.
pub(super) fn storage(code: &[u8]) -> BTreeSet<(U256, u64)> {
    let found = contract_info(ContractInfoArgs::new(code).with_storage()).storage;
    found.into_iter().flatten().map(|record| (U256::from_be_bytes(record.slot), u64::from(record.offset))).collect()
}

/// Its graph.
pub(super) fn graph(code: &[u8]) -> ControlFlowGraph {
    let found = contract_info(ContractInfoArgs::new(code).with_control_flow_graph()).control_flow_graph;
    found.unwrap_or(ControlFlowGraph { blocks: BTreeMap::new() })
}

/// Where a block leads.
fn successors(block: &Block) -> Vec<usize> {
    match &block.btype {
        BlockType::Terminate { .. } => Vec::new(),
        BlockType::Jump { to } => vec![*to],
        BlockType::Jumpi { true_to, false_to } => vec![*true_to, *false_to],
        BlockType::DynamicJump { to } => to.iter().filter_map(|jump| jump.to).collect(),
        BlockType::DynamicJumpi { true_to, false_to } => {
            true_to.iter().filter_map(|jump| jump.to).chain([*false_to]).collect()
        }
    }
}

/// Where its blocks begin that follow from the first, without some edges from the last instruction of a block.
pub(super) fn reached(graph: &ControlFlowGraph, without: &BTreeSet<(u32, u32)>) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    let mut left = vec![0usize];
    while let Some(start) = left.pop() {
        let (Some(block), Ok(pc)) = (graph.blocks.get(&start), u32::try_from(start)) else { continue };
        if reached.insert(pc) {
            let end = u32::try_from(block.end).unwrap_or(u32::MAX);
            let is_followed = |to: &usize| u32::try_from(*to).is_ok_and(|to| !without.contains(&(end, to)));
            left.extend(successors(block).into_iter().filter(is_followed));
        }
    }
    reached
}

/// Its edges, from the last instruction of a block.
pub(super) fn edges(graph: &ControlFlowGraph) -> BTreeSet<(u32, u32)> {
    let of = |block: &Block| {
        let from = u32::try_from(block.end).unwrap_or(u32::MAX);
        successors(block).into_iter().filter_map(move |to| Some((from, u32::try_from(to).ok()?)))
    };
    graph.blocks.values().flat_map(of).collect()
}

/// How many jumps it leaves without a target.
pub(super) fn unresolved(graph: &ControlFlowGraph) -> u64 {
    let is_unresolved = |block: &&Block| match &block.btype {
        BlockType::DynamicJump { to } | BlockType::DynamicJumpi { true_to: to, .. } => {
            to.iter().all(|jump| jump.to.is_none())
        }
        _ => false,
    };
    graph.blocks.values().filter(is_unresolved).count() as u64
}
