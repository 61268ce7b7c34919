//! What the lifter makes of small programs, each written for one thing.

use std::collections::BTreeSet;

use alloy_primitives::{U256, hex};
use revm_bytecode::opcode::OpCode;
use uplint_bytecode::graph::control_flow;
use uplint_bytecode::lift::{Argument, Lifted, Successor, lift};
use uplint_bytecode::{FunctionId, NodeId, Pc, Unknown, dispatch, opcode as op};

use assembly::assemble;

#[path = "lift/assembly.rs"]
mod assembly;

fn blocks(lifted: &Lifted<'_>) -> BTreeSet<Pc> {
    lifted.nodes.iter().map(|node| node.pc).collect()
}

fn gaps(lifted: &Lifted<'_>) -> Vec<Unknown> {
    lifted.coverage.gaps.iter().map(|gap| gap.unknown).collect()
}

/// The places to which a function entered there returns, from all of its callers.
fn continuations(lifted: &Lifted<'_>, function: Pc) -> BTreeSet<Pc> {
    let id = lifted.functions.iter().position(|known| known.entry == function).expect("a function");
    let calls = |successor: &Successor| matches!(successor, Successor::Call(called) if called.0 as usize == id);
    let callers = lifted.nodes.iter().filter(|node| node.successors.iter().any(calls));
    callers
        .flat_map(|node| &node.successors)
        .filter_map(|successor| match successor {
            Successor::Continuation(node) => Some(lifted.nodes[*node].pc),
            _ => None,
        })
        .collect()
}

#[test]
fn a_function_is_interpreted_once_and_returns_to_each_caller() {
    let (code, labels) = assemble(
        "@one 0x05 @double JUMP one: @two SWAP1 @double JUMP two: POP STOP
         double: DUP1 ADD SWAP1 JUMP",
    );
    let lifted = lift(&code);
    assert!(lifted.coverage.is_complete());
    assert_eq!(continuations(&lifted, labels["double"]), BTreeSet::from([labels["one"], labels["two"]]));
    assert_eq!(lifted.nodes.iter().filter(|node| node.pc == labels["double"]).count(), 1);
}

#[test]
fn what_a_function_returns_is_known_in_the_words_of_its_caller() {
    let (code, _) = assemble("@back CALLER @next JUMP back: SSTORE STOP next: 0x01 ADD 0x07 SWAP2 JUMP");
    let lifted = lift(&code);
    let effect = lifted.nodes.iter().flat_map(|node| &node.effects).next().expect("a write");
    let words: Vec<_> = effect.operands().iter().map(|&word| lifted.terms.base_and_offset(word)).collect();
    assert_eq!(words[0].0.map(|base| lifted.terms.operands_of(base, OpCode::CALLER.get()).is_some()), Some(true));
    assert_eq!(words[0].1.to::<u64>(), 1);
    assert_eq!(words[1], (None, alloy_primitives::U256::from(7)));
}

#[test]
fn recursion_ends_and_both_returns_are_found() {
    let (code, labels) = assemble(
        "@end 0x05 @sum JUMP end: STOP
         sum: DUP1 @more JUMPI SWAP1 JUMP
         more: @again DUP2 0x01 SWAP1 SUB @sum JUMP
         again: ADD SWAP1 JUMP",
    );
    let lifted = lift(&code);
    assert!(lifted.coverage.is_complete());
    assert_eq!(continuations(&lifted, labels["sum"]), BTreeSet::from([labels["end"], labels["again"]]));
}

#[test]
fn a_loop_joins_its_counter_and_ends() {
    let (code, labels) = assemble("PUSH0 top: 0x01 ADD DUP1 CALLDATASIZE LT @out JUMPI @top JUMP out: SLOAD STOP");
    let lifted = lift(&code);
    assert!(lifted.coverage.is_complete());
    assert!(blocks(&lifted).contains(&labels["out"]));
    assert!(lifted.steps < 200, "{}", lifted.steps);
}

#[test]
fn a_condition_that_was_tested_is_not_tested_the_other_way() {
    // The second branch finds what the first one found, and the stacks of the two ways differ.
    let (code, labels) = assemble(
        "CALLVALUE DUP1 @yes JUMPI 0x01 SWAP1 @join JUMP yes:
         join: @set JUMPI STOP set: STOP",
    );
    let lifted = lift(&code);
    assert_eq!(lifted.nodes.iter().filter(|node| node.pc == labels["set"]).count(), 1);
}

#[test]
fn jumps_through_a_table_in_the_code_lead_to_every_row() {
    // Two rows of two bytes each lie behind the code: the places of `a` and `b`.
    let (mut code, labels) = assemble(
        "0x02 PUSH0 CALLDATALOAD 0xe0 SHR MOD 0x01 SHL @table ADD 0x02 SWAP1 0x1e CODECOPY PUSH0 MLOAD JUMP
         a: STOP b: STOP table:",
    );
    let table = labels["table"].0 as usize;
    code.truncate(table);
    for label in ["a", "b"] {
        code.extend(u16::try_from(labels[label].0).expect("a short program").to_be_bytes());
    }
    let lifted = lift(&code);
    assert_eq!(gaps(&lifted), []);
    assert!(blocks(&lifted).is_superset(&BTreeSet::from([labels["a"], labels["b"]])));
}

#[test]
fn a_jump_that_nobody_can_follow_is_a_gap_at_its_place() {
    let (code, _) = assemble("PUSH0 CALLDATALOAD JUMP here: STOP");
    let lifted = lift(&code);
    assert_eq!(
        lifted.coverage.gaps.iter().map(|gap| (gap.pc, gap.unknown)).collect::<Vec<_>>(),
        [(Pc(2), Unknown::JumpTarget)]
    );
}

#[test]
fn a_function_pointer_in_storage_leads_to_every_stored_label() {
    let (code, labels) = assemble("@a PUSH0 SSTORE @b 0x01 SSTORE CALLER SLOAD JUMP a: STOP b: STOP c: STOP");
    let lifted = lift(&code);
    assert_eq!(gaps(&lifted), [Unknown::FunctionPointer]);
    assert!(blocks(&lifted).is_superset(&BTreeSet::from([labels["a"], labels["b"]])));
    assert!(!blocks(&lifted).contains(&labels["c"]));
}

#[test]
fn a_stack_that_is_too_short_or_too_long_halts() {
    for text in ["ADD STOP", "PUSH0 top: DUP1 DUP1 @top JUMP"] {
        let (code, _) = assemble(text);
        let lifted = lift(&code);
        assert!(lifted.nodes.len() < 1200, "{}", lifted.nodes.len());
    }
}

#[test]
fn hostile_codes_end_with_a_gap_and_in_linear_space() {
    let growing = "top: CALLDATASIZE @top JUMPI CALLDATASIZE CALLDATASIZE @top JUMPI PUSH0 @top JUMP";
    let (growing, _) = assemble(growing);
    for code in [vec![0x5b; 1_000_000], vec![0x60; 100_000], growing, vec![0x56], Vec::new()] {
        let lifted = lift(&code);
        assert!(lifted.nodes.len() <= 200_001);
        assert!(lifted.steps < 2_000_000);
    }
}

/// Words of stacks, and ways from node to node, that a result keeps at most for each byte of a code.
const MAX_WORDS_PER_BYTE: usize = 256;
const MAX_WAYS_PER_BYTE: usize = 32;

#[test]
fn what_many_nodes_keep_of_high_stacks_and_of_stored_labels_is_linear() {
    // Thousands of short blocks upon hundreds of words, in a loop that makes the stack higher each time.
    let blocks = "JUMPDEST GAS POP ".repeat(7_400);
    let climbing = format!("{} top: {blocks} CALLDATASIZE @top JUMP", "CALLDATASIZE ".repeat(880));
    // Each of many blocks jumps to any of them.
    let stores = (0..1_900).map(|at| format!("@l{at} PUSH0 SSTORE"));
    let jumps = (0..1_900).map(|at| format!("l{at}: PUSH0 SLOAD JUMP"));
    let pooled = stores.chain(["PUSH0 SLOAD JUMP".to_owned()]).chain(jumps).collect::<Vec<_>>().join(" ");
    for program in [climbing, pooled] {
        let (code, _) = assemble(&program);
        let lifted = lift(&code);
        let heights = lifted.nodes.iter().map(|node| usize::try_from(node.height()).unwrap_or_default());
        let ways = lifted.nodes.iter().map(|node| node.successors.len());
        let (words, ways) = (heights.sum::<usize>() / code.len(), ways.sum::<usize>() / code.len());
        assert!(words < MAX_WORDS_PER_BYTE && ways < MAX_WAYS_PER_BYTE, "{words} words and {ways} ways for each byte");
        assert!(gaps(&lifted).contains(&Unknown::Budget));
    }
}

#[test]
fn a_function_that_returns_its_own_label_is_followed_a_bounded_number_of_times() {
    let (code, _) = assemble("@own DUP1 JUMP own: DUP1 JUMP");
    let lifted = lift(&code);
    assert_eq!(gaps(&lifted), []);
    assert!(lifted.nodes.len() < 8);
}

#[test]
fn a_function_that_is_given_what_it_returned_itself_is_called_each_time() {
    // The first two calls return right to the function.
    let (code, _) = assemble(
        "@out @inc @inc CALLER @inc JUMP out: PUSH0 SSTORE STOP
         inc: 0x01 ADD SWAP1 JUMP",
    );
    let lifted = lift(&code);
    assert_eq!(gaps(&lifted), []);
    let added = |term| lifted.terms.base_and_offset(term).1.to::<u64>();
    let effect = lifted.nodes.iter().flat_map(|node| &node.effects).next().expect("a write");
    assert_eq!(added(effect.operands()[1]), 3);
    let given = lifted.nodes.iter().filter_map(|node| match node.argument(FunctionId(1), 0)? {
        Argument::Term(term) => Some(added(term)),
        Argument::Parameter(_) => None,
    });
    assert_eq!(given.collect::<Vec<_>>(), [0, 1, 2], "each call is given its own word");
}

#[test]
fn functions_that_return_each_to_the_next_are_all_called() {
    // One block calls more functions one behind the other than it keeps itself.
    let each = |text: fn(u32) -> String| (0..40).map(text).collect::<Vec<_>>().join(" ");
    let (labels, functions) = (each(|at| format!("@f{at}")), each(|at| format!("f{at}: 0x01 ADD SWAP1 JUMP")));
    let (code, _) = assemble(&format!("@out {labels} {labels} CALLER @f0 JUMP out: PUSH0 SSTORE STOP {functions}"));
    let lifted = lift(&code);
    assert_eq!(gaps(&lifted), []);
    let effect = lifted.nodes.iter().flat_map(|node| &node.effects).next().expect("a write");
    assert_eq!(lifted.terms.base_and_offset(effect.operands()[1]).1.to::<u64>(), 81);
}

/// A dispatch as compilers write it: a length check, two comparisons, a receive function and a fallback.
const DISPATCH: &str = "0x04 CALLDATASIZE LT @short JUMPI PUSH0 CALLDATALOAD 0xe0 SHR
     DUP1 0x11223344 EQ @one JUMPI DUP1 0x55667788 XOR @fallback JUMPI two: STOP
     one: STOP
     short: CALLDATASIZE @fallback JUMPI receive: STOP
     fallback: CALLER 0xaabbccdd EQ @done JUMPI STOP done: STOP";

#[test]
fn the_dispatch_is_read_whatever_form_its_comparisons_have() {
    let (code, labels) = assemble(DISPATCH);
    let lifted = lift(&code);
    let dispatch = dispatch(&lifted);
    let place = |node: NodeId| lifted.nodes[node].pc;
    let found: Vec<_> = dispatch.entries.iter().map(|entry| (entry.selector, place(entry.node))).collect();
    assert_eq!(found, [([0x11, 0x22, 0x33, 0x44], labels["one"]), ([0x55, 0x66, 0x77, 0x88], labels["two"])]);
    assert_eq!(dispatch.receive.map(place), Some(labels["receive"]));
    assert_eq!(dispatch.fallback.map(place), Some(labels["fallback"]));
}

#[test]
fn a_selector_that_is_only_compared_behind_another_condition_is_told_apart() {
    let compare = "PUSH0 CALLDATALOAD 0xe0 SHR 0x11223344 EQ @answer JUMPI STOP answer: PUSH0 PUSH0 SSTORE STOP";
    let in_fallback = |text: &str| -> Vec<bool> {
        let (code, _) = assemble(text);
        dispatch(&lift(&code)).entries.iter().map(|entry| entry.in_fallback).collect()
    };
    assert_eq!(in_fallback(compare), [false]);
    // Only the owner is answered.
    let owner_only = format!("CALLER PUSH0 SLOAD EQ @owner JUMPI STOP owner: {compare}");
    assert_eq!(in_fallback(&owner_only), [true]);
    // Whoever sends no value is.
    let without_value = format!("CALLVALUE ISZERO @free JUMPI STOP free: {compare}");
    assert_eq!(in_fallback(&without_value), [false]);
}

#[test]
fn a_dispatch_that_only_asks_for_any_call_data_is_no_fallback() {
    let (code, labels) = assemble(
        "CALLDATASIZE ISZERO @fallback JUMPI PUSH0 CALLDATALOAD 0xe0 SHR 0x11223344 EQ @one JUMPI
         fallback: 0x07 PUSH0 SSTORE STOP one: 0x09 0x01 SSTORE STOP",
    );
    let lifted = lift(&code);
    let dispatch = dispatch(&lifted);
    let place = |node: NodeId| lifted.nodes[node].pc;
    assert_eq!(dispatch.entries.iter().map(|entry| place(entry.node)).collect::<Vec<_>>(), [labels["one"]]);
    assert_eq!((dispatch.fallback.map(place), dispatch.receive), (Some(labels["fallback"]), None));
}

#[test]
fn a_fallback_that_only_reverts_is_none() {
    let (code, _) = assemble(
        "0x04 CALLDATASIZE LT @none JUMPI PUSH0 CALLDATALOAD 0xe0 SHR 0x11223344 EQ @one JUMPI none: PUSH0 DUP1 REVERT
         one: STOP",
    );
    let dispatch = dispatch(&lift(&code));
    assert_eq!(dispatch.entries.len(), 1);
    assert_eq!((dispatch.receive, dispatch.fallback), (None, None));
}

#[test]
fn a_fallback_whose_jump_nobody_can_follow_is_one() {
    let (code, labels) = assemble(
        "0x04 CALLDATASIZE LT @other JUMPI PUSH0 CALLDATALOAD 0xe0 SHR 0x11223344 EQ @one JUMPI
         other: CALLER PUSH0 SSTORE PUSH0 CALLDATALOAD JUMP
         one: STOP",
    );
    let lifted = lift(&code);
    let fallback = dispatch(&lifted).fallback.map(|node| lifted.nodes[node].pc);
    assert_eq!(fallback, Some(labels["other"]));
}

#[test]
fn a_table_that_lists_selectors_beside_places_is_read_row_by_row() {
    // A row has four bytes of selector and two of place; the selector's remainder by two chooses it.
    let (mut code, labels) = assemble(
        "PUSH0 CALLDATALOAD 0xe0 SHR 0x06 0x06 0x02 DUP4 MOD MUL @table ADD 0x1a CODECOPY
         PUSH0 MLOAD DUP1 0x10 SHR DUP3 XOR @other JUMPI CALLVALUE @other JUMPI 0xffff AND JUMP
         a: STOP b: STOP other: PUSH0 DUP1 REVERT table:",
    );
    code.truncate(labels["table"].0 as usize);
    let rows = [(0x1000_0000u32, "a"), (0x1000_0001, "b")];
    for (selector, label) in rows {
        code.extend(selector.to_be_bytes());
        code.extend(u16::try_from(labels[label].0).expect("a short program").to_be_bytes());
    }
    let lifted = lift(&code);
    let dispatch = dispatch(&lifted);
    let place = |node: NodeId| lifted.nodes[node].pc;
    let found: Vec<_> =
        dispatch.entries.iter().map(|entry| (u32::from_be_bytes(entry.selector), place(entry.node))).collect();
    assert_eq!(found, rows.map(|(selector, label)| (selector, labels[label])));
    assert_eq!(dispatch.fallback, None);
}

#[test]
fn a_table_that_chooses_rows_by_rows_without_end_is_a_gap_and_its_functions_belong_to_the_fallback() {
    // Each row of the table says where the next one is looked up, five times.
    let row = "DUP2 ADD 0x03ff AND @table ADD 0x01 SWAP1 0x1f CODECOPY PUSH0 MLOAD";
    let (mut code, labels) = assemble(&format!(
        "CALLER PUSH0 SSTORE PUSH0 CALLDATALOAD 0xe0 SHR PUSH0 {row} {row} {row} {row} {row}
         DUP1 DUP3 XOR @other JUMPI JUMP other: STOP table:"
    ));
    code.resize(labels["table"].0 as usize + 2 * 1024, 0);
    let lifted = lift(&code);
    let dispatch = dispatch(&lifted);
    assert_eq!(dispatch.coverage.gaps.iter().map(|gap| gap.unknown).collect::<Vec<_>>(), [Unknown::Budget]);
    assert_eq!(dispatch.fallback, Some(lifted.functions[FunctionId(0)].node));
}

#[test]
fn a_function_pointer_that_is_masked_within_a_function_is_followed_for_each_caller() {
    let (code, labels) = assemble(
        "@one 0x07 @inc @apply JUMP one: POP @two 0x07 @dec @apply JUMP two: POP STOP
         apply: @applied SWAP2 SWAP1 0xffffffff AND JUMP applied: SWAP1 JUMP
         inc: 0x01 ADD SWAP1 JUMP
         dec: 0x01 SWAP1 SUB SWAP1 JUMP",
    );
    let lifted = lift(&code);
    assert_eq!(gaps(&lifted), []);
    assert!(blocks(&lifted).is_superset(&["inc", "dec", "applied", "one", "two"].map(|label| labels[label]).into()));
}

#[test]
fn words_deep_in_the_stack_are_copied_and_swapped_by_their_immediates() {
    // The destination lies under so many words that no `DUP` and no `SWAP` reaches it.
    for (reach, above) in [([op::DUPN, 0x80], 16), ([op::SWAPN, 0xff], 144)] {
        let mut code = [vec![op::PUSH1, 0], vec![op::PUSH0; above]].concat();
        code.extend([reach[0], reach[1], op::JUMP, op::INVALID, op::JUMPDEST, op::STOP]);
        code[1] = u8::try_from(code.len() - 2).expect("a short code");
        let lifted = lift(&code);
        assert!(lifted.coverage.is_complete());
        assert_eq!(blocks(&lifted), BTreeSet::from([Pc(0), Pc(u32::from(code[1]))]), "{reach:?}");
    }
    // What names no words ends the call, and the byte behind it is an instruction of its own.
    let code = [op::PUSH1, 4, op::JUMP, op::DUPN, op::JUMPDEST, op::DUPN, op::JUMPDEST, op::STOP];
    assert_eq!(blocks(&lift(&code)), BTreeSet::from([Pc(0), Pc(4)]));
}

/// Jumps that are known, by the place of the instruction and its target.
fn known_jumps(lifted: &Lifted<'_>) -> BTreeSet<(u32, u32)> {
    let flow = control_flow(lifted);
    let place = |from, to| (flow.blocks[from].last.0, flow.blocks[to].first.0);
    flow.graph.edges().map(|(from, to, _)| place(from, to)).collect()
}

/// The first jump of an execution that the lifter neither knows nor names; what follows one that it names may be unknown.
fn unforeseen(lifted: &Lifted<'_>, executed: &[(u32, u32)]) -> Option<(u32, u32)> {
    let known = known_jumps(lifted);
    let is_named = |pc: u32| lifted.coverage.gaps.iter().any(|gap| gap.pc.0 == pc && gap.unknown != Unknown::Contexts);
    executed.iter().copied().find(|jump| !known.contains(jump)).filter(|&(pc, _)| !is_named(pc))
}

#[test]
fn each_jump_of_an_execution_is_known_until_one_is_named() {
    // Each code with the jumps that it takes for some call.
    let codes: [(&str, &[(u32, u32)]); 6] = [
        // A function writes a word where its caller says, over one that the caller knew.
        ("61000a5f6001610015565b5f5161001257005b33ff5b905256", &[(0x09, 0x15), (0x18, 0x0a), (0x10, 0x12)]),
        // A jump to a word and to the same word plus one, which meet.
        (
            "3461000d5762020020610016565b62020024610016565b366100245760010161002456005b6202000090036002025600000000000000000000000000000000005b005b00000000005b005b33ff",
            &[(0x04, 0x0d), (0x15, 0x16), (0x22, 0x24), (0x2e, 0x4a)],
        ),
        // A counter as an index.
        (
            "6180005b8060100261002001637fff80009003637fff800001620800009003565b6100435600000000000000000000005b6100435600000000000000000000005b33ff5b60010161000356",
            &[(0x1f, 0x20), (0x24, 0x43), (0x4a, 0x03), (0x1f, 0x30), (0x34, 0x43), (0x4a, 0x03), (0x1f, 0x40)],
        ),
        // The first instruction is a function as well.
        ("5b5f54600e5760015f5560105f565b565b33ff", &[(0x0d, 0x00), (0x05, 0x0e), (0x0f, 0x10)]),
        // One block calls a function twice, the second time with what it returned.
        (
            "610010600161001960026000610019565b61001657005b33ff5b5a0390509056",
            &[(0x0f, 0x19), (0x1f, 0x19), (0x1f, 0x10), (0x14, 0x16)],
        ),
        // A function returns from two places to a word of the call data; each of its jumps is named.
        ("600f5f35600756 5b34600d5756 5b56 5b33ff", &[(0x06, 0x07), (0x0b, 0x0d), (0x0e, 0x0f)]),
    ];
    for (code, executed) in codes {
        let code = hex::decode(code.replace(' ', "")).expect("hexadecimal");
        assert_eq!(unforeseen(&lift(&code), executed), None, "{}", hex::encode(&code));
    }
}

#[test]
fn a_write_to_an_unknown_place_leaves_only_what_lies_below_where_it_begins() {
    // Words at 0x80 and 0xc0, a write to 0xa0 and a word of the call data; then each is the place of a jump.
    let jumps_to = |address: u8| {
        let (code, labels) = assemble(&format!(
            "@low 0x80 MSTORE @high 0xc0 MSTORE CALLER 0x00 CALLDATALOAD 0xa0 ADD MSTORE 0x{address:02x} MLOAD JUMP
             low: STOP high: CALLER STOP"
        ));
        let reached = blocks(&lift(&code));
        ["low", "high"].map(|label| reached.contains(&labels[label]))
    };
    assert_eq!(jumps_to(0x80), [true, false]);
    assert_eq!(jumps_to(0xc0), [true, true], "it is one of the labels that were stored");
}

#[test]
fn operations_that_share_their_operands_are_looked_at_once() {
    // Each of 26 sums is of the one before three times.
    let code = [&[op::PUSH0, op::CALLDATALOAD][..], &[op::DUP1, op::DUP1, op::ADDMOD].repeat(26), &[op::JUMP]].concat();
    assert_eq!(gaps(&lift(&code)), [Unknown::JumpTarget]);
}

/// The pieces of data that the calls of a code send.
fn data_sent(text: &str) -> Vec<(Option<U256>, u8, u8)> {
    let (code, _) = assemble(text);
    let lifted = lift(&code);
    let calls = lifted.nodes.iter().flat_map(|node| &node.effects).filter(|effect| effect.opcode == op::CALL);
    let pieces = calls.flat_map(|effect| effect.data.iter());
    pieces.map(|piece| (lifted.terms.number(piece.term).copied(), piece.skip, piece.len)).collect()
}

#[test]
fn what_lies_before_an_address_that_a_function_is_given_stays_known() {
    let code = |address: &str| {
        format!(
            "0x40 MLOAD 0x11223344 0xe0 SHL DUP2 MSTORE @back {address} @encode JUMP
             back: PUSH0 PUSH0 0x24 DUP4 PUSH0 CALLER GAS CALL STOP
             encode: CALLER SWAP1 MSTORE JUMP"
        )
    };
    let selector = U256::from(0x1122_3344u32) << 224;
    // What the function writes there is known too.
    assert_eq!(data_sent(&code("DUP2 0x04 ADD")), [(Some(selector), 0, 4), (None, 0, 32)]);
    // It may lie anywhere.
    assert_eq!(data_sent(&code("CALLDATASIZE")), []);
}
