//! What evmole finds in a code.

use std::collections::{BTreeMap, BTreeSet};

use evmole::control_flow_graph::{Block, BlockType, ControlFlowGraph};
use evmole::{ContractInfoArgs, contract_info};
use revm::bytecode::opcode as op;
use revm::primitives::U256;
use uplint_bytecode::Instruction;

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

/// Where its blocks begin that follow from the first.
pub(super) fn reached(graph: &ControlFlowGraph) -> BTreeSet<u32> {
    follow(graph, |_, _| true, |_, _| {})
}

/// Where its blocks begin that follow from the first, without some edges from the last instruction of a block. A jump to
/// what lies on the stack leads only to places that a block on the way pushed: what a call in a block that is not
/// reached would return to is no place to return to.
pub(super) fn reached_without(code: &[u8], graph: &ControlFlowGraph, without: &BTreeSet<(u32, u32)>) -> BTreeSet<u32> {
    let pushed = pushed(code);
    // A label that no instruction pushes comes about in another way.
    let is_pushed: BTreeSet<U256> = pushed.values().copied().collect();
    let (mut labels, mut before) = (BTreeSet::new(), usize::MAX);
    let mut reached = BTreeSet::new();
    // Labels are found by blocks that earlier ones lead to.
    while labels.len() != before {
        before = labels.len();
        let mut found = labels.clone();
        let is_followed = |block: &Block, to: u32| {
            let is_open = u32::try_from(block.end).is_ok_and(|end| !without.contains(&(end, to)));
            let is_on_stack = match &block.btype {
                BlockType::DynamicJump { .. } => true,
                BlockType::DynamicJumpi { false_to, .. } => *false_to != to as usize,
                _ => false,
            };
            let label = U256::from(to);
            is_open && (!is_on_stack || labels.contains(&label) || !is_pushed.contains(&label))
        };
        reached = follow(graph, is_followed, |start, end| {
            found.extend(pushed.range(start..=end).map(|(_, label)| *label));
        });
        labels = found;
    }
    reached
}

/// Where blocks begin that follow from the first by some edges; each is met with its first and its last instruction.
fn follow(
    graph: &ControlFlowGraph,
    is_followed: impl Fn(&Block, u32) -> bool,
    mut meet: impl FnMut(u32, u32),
) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    let mut left = vec![0usize];
    while let Some(start) = left.pop() {
        let (Some(block), Ok(pc)) = (graph.blocks.get(&start), u32::try_from(start)) else { continue };
        if reached.insert(pc) {
            meet(pc, u32::try_from(block.end).unwrap_or(u32::MAX));
            let is_followed = |to: &usize| u32::try_from(*to).is_ok_and(|to| is_followed(block, to));
            left.extend(successors(block).into_iter().filter(is_followed));
        }
    }
    reached
}

/// The numbers that instructions push.
fn pushed(code: &[u8]) -> BTreeMap<u32, U256> {
    let number = |instruction: Instruction<'_>| {
        let is_push = matches!(instruction.opcode.get(), op::PUSH0..=op::PUSH32);
        is_push.then(|| (instruction.pc.0, U256::from_be_slice(instruction.immediate)))
    };
    uplint_bytecode::instructions(code).filter_map(number).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `if (false) { f() } f()`: the first call and what is behind it are never reached.
    const CODE: [u8; 29] = [
        op::PUSH0, // 0: never
        op::PUSH1,
        10,
        op::JUMPI,
        op::PUSH1,
        20, // 4: the second return
        op::PUSH1,
        26,
        op::JUMP,
        op::INVALID,
        op::JUMPDEST, // 10
        op::PUSH1,
        16,
        op::PUSH1,
        26,
        op::JUMP,
        op::JUMPDEST, // 16: the first return
        op::PUSH1,
        4,
        op::STOP,
        op::JUMPDEST, // 20
        op::STOP,
        op::STOP,
        op::STOP,
        op::STOP,
        op::STOP,
        op::JUMPDEST, // 26: the function
        op::JUMP,
        op::STOP,
    ];

    #[test]
    fn without_an_edge_nothing_is_reached_through_it_and_no_label_behind_it_is_returned_to() {
        let graph = graph(&CODE);
        assert!(reached(&graph).is_superset(&BTreeSet::from([0, 4, 10, 16, 20, 26])), "{:?}", reached(&graph));
        let without = reached_without(&CODE, &graph, &BTreeSet::from([(3, 10)]));
        assert_eq!(without, BTreeSet::from([0, 4, 20, 26]));
        assert_eq!(reached_without(&CODE, &graph, &BTreeSet::new()), reached(&graph));
    }
}
