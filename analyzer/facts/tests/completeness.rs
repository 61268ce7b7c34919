//! Nothing that a small program does goes untold, and what is not told is a gap.

use std::collections::BTreeSet;

use assembly::assemble;
use uplint_bytecode::{Unknown, opcode as op};
use uplint_facts::effects::{AccessKind, CodeEffects, code_effects};

#[path = "slots/assembly.rs"]
mod assembly;

fn effects(text: &str) -> CodeEffects {
    code_effects(&assemble(text), &[])
}

/// The slots that a program writes.
fn written(effects: &CodeEffects) -> BTreeSet<String> {
    let accesses = effects.entries.iter().flat_map(|entry| &entry.accesses);
    accesses.filter(|access| access.kind == AccessKind::Write).map(|access| access.slot.to_string()).collect()
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

/// Functions of which each calls the next; the last returns. Places have three bytes.
fn chain_of_functions(count: usize, of_each: &[u8], of_last: &[u8]) -> Vec<u8> {
    let push = |place: usize| {
        let place = u32::try_from(place).expect("a place").to_be_bytes();
        [op::PUSH3, place[1], place[2], place[3]]
    };
    let call = |code: &mut Vec<u8>, to: usize| {
        let behind = code.len() + 9;
        code.extend(push(behind).into_iter().chain(push(to)).chain([op::JUMP, op::JUMPDEST]));
    };
    let mut code = Vec::new();
    call(&mut code, 11);
    code.push(op::STOP);
    for _ in 0..count {
        code.push(op::JUMPDEST);
        code.extend(of_each);
        let next = code.len() + 11;
        call(&mut code, next);
        code.push(op::JUMP);
    }
    code.push(op::JUMPDEST);
    code.extend(of_last);
    code.push(op::JUMP);
    code
}

#[test]
fn what_a_fallback_does_before_a_jump_that_nobody_can_follow_is_told() {
    let effects = effects("CALLER PUSH0 SSTORE PUSH0 CALLDATALOAD JUMP");
    assert_eq!(written(&effects), set(&["0"]));
    assert!(!effects.coverage.is_complete());
}

#[test]
fn recursion_writes_whatever_slot_its_argument_is_counted_down_to() {
    let effects = effects(
        "@end 0x0a @fill JUMP end: STOP
         fill: 0x01 DUP2 SSTORE DUP1 @more JUMPI POP JUMP
         more: @done 0x01 DUP3 SUB @fill JUMP done: POP JUMP",
    );
    assert_eq!(written(&effects), set(&["10", "unknown (?)"]));
}

#[test]
fn a_word_that_recursion_passes_on_unchanged_stays_known() {
    // The place on top stays the same at every depth, the number beneath counts down.
    let effects = effects(
        "@end 0x0a 0x07 @fill JUMP end: STOP
         fill: DUP2 DUP2 SSTORE DUP2 @more JUMPI POP POP JUMP
         more: @done 0x01 DUP4 SUB DUP3 @fill JUMP done: POP POP JUMP",
    );
    assert_eq!(written(&effects), set(&["7"]));
}

#[test]
fn functions_that_call_each_other_do_what_each_does_at_any_depth() {
    let effects = effects(
        "@end 0x0a @even JUMP end: STOP
         even: 0x01 DUP2 SSTORE DUP1 @more JUMPI POP JUMP
         more: @done 0x01 DUP3 SUB @odd JUMP
         odd: 0x01 DUP2 0x20 ADD SSTORE @done 0x01 DUP3 SUB @even JUMP done: POP JUMP",
    );
    assert!(written(&effects).is_superset(&set(&["10", "unknown (?)"])), "{:?}", written(&effects));
}

#[test]
fn functions_that_call_each_other_far_down_do_not_exhaust_the_stack() {
    let effects = code_effects(&chain_of_functions(20_000, &[], &[op::PUSH0, op::PUSH0, op::SSTORE]), &[]);
    assert_eq!(written(&effects), set(&["0"]));
}

#[test]
fn what_callers_are_not_told_of_the_functions_that_they_call_is_a_gap() {
    let stores: Vec<u8> = (0..4_500u16)
        .flat_map(|slot| {
            let [high, low] = slot.to_be_bytes();
            [op::PUSH0, op::PUSH2, high, low, op::SSTORE]
        })
        .collect();
    let effects = code_effects(&chain_of_functions(100, &[], &stores), &[]);
    let gaps: Vec<Unknown> = effects.coverage.gaps.iter().map(|gap| gap.unknown).collect();
    assert_eq!(gaps, [Unknown::Effects]);
    assert!(effects.entries.iter().all(|entry| entry.accesses.len() <= 4_000));
}

#[test]
fn what_is_written_before_the_dispatch_is_written_by_every_function() {
    let effects = effects(
        "CALLER PUSH0 SSTORE PUSH0 CALLDATALOAD 0xe0 SHR DUP1 0x11223344 EQ @one JUMPI 0x55667788 EQ @two JUMPI STOP
         one: CALLER 0x01 SSTORE STOP two: STOP",
    );
    let of_each: Vec<Vec<String>> = effects
        .entries
        .iter()
        .map(|entry| entry.accesses.iter().map(|access| access.slot.to_string()).collect())
        .collect();
    assert_eq!(of_each, [vec!["0", "1"], vec!["0"], vec!["0"]]);
}
