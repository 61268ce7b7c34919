//! Which conditions guard small programs, and which only seem to.

use std::collections::BTreeSet;

use assembly::assemble;
use uplint_facts::effects::code_effects;

#[path = "slots/assembly.rs"]
mod assembly;

/// The conditions without which a program reverts.
fn guards(text: &str) -> BTreeSet<String> {
    let effects = code_effects(&assemble(text), &[]);
    effects.entries.iter().flat_map(|entry| &entry.guards).map(|guard| guard.condition.to_string()).collect()
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn a_test_behind_a_function_that_can_stop_is_no_guard() {
    let found = guards(
        "@back @first JUMP back: PUSH0 SLOAD CALLER EQ @go JUMPI PUSH0 PUSH0 REVERT
         go: 0x01 0x02 SSTORE STOP
         first: PUSH0 CALLDATALOAD @stop JUMPI JUMP stop: 0x09 0x03 SSTORE STOP",
    );
    assert_eq!(found, set(&[]));
}

#[test]
fn a_test_before_a_function_that_can_stop_guards_it() {
    let found = guards(
        "@back @first JUMP back: STOP
         first: PUSH0 SLOAD CALLER EQ @go JUMPI PUSH0 PUSH0 REVERT
         go: PUSH0 CALLDATALOAD @stop JUMPI JUMP stop: STOP",
    );
    assert_eq!(found, set(&["(storage[0] == caller)"]));
}

#[test]
fn a_test_whose_failure_jumps_where_nobody_can_follow_is_no_guard() {
    let found = guards(
        "CALLVALUE @go JUMPI 0x01 CALLDATALOAD 0x02 CALLDATALOAD JUMPI PUSH0 PUSH0 REVERT
         go: 0x01 0x02 SSTORE STOP",
    );
    assert_eq!(found, set(&[]));
}

#[test]
fn a_branch_whose_ways_both_lead_to_one_place_is_no_guard() {
    let found = guards("PUSH0 SLOAD CALLER EQ ISZERO @next JUMPI next: 0x01 0x02 SSTORE STOP");
    assert_eq!(found, set(&[]));
}

/// `first` and `second` leave a condition on the stack each; the second is computed where `jump` does not lead on.
fn in_short(first: &str, jump: &str, second: &str) -> BTreeSet<String> {
    guards(&format!(
        "{first} DUP1 {jump} @joined JUMPI POP {second} joined: @go JUMPI PUSH0 PUSH0 REVERT go: 0x01 0x02 SSTORE STOP"
    ))
}

#[test]
fn of_two_conditions_that_must_both_hold_each_is_a_guard() {
    let both = set(&["!storage[1]", "(storage[0] == caller)"]);
    assert_eq!(in_short("PUSH0 SLOAD CALLER EQ", "ISZERO", "0x01 SLOAD ISZERO"), both);
    // Vyper leaves a zero where the first one fails.
    let with_zero = guards(
        "PUSH0 SLOAD CALLER EQ @second JUMPI PUSH0 @joined JUMP second: 0x01 SLOAD ISZERO
         joined: @go JUMPI PUSH0 PUSH0 REVERT go: 0x01 0x02 SSTORE STOP",
    );
    assert_eq!(with_zero, both);
    // Without branches, and the other way round.
    let at_once =
        guards("PUSH0 SLOAD CALLER EQ ISZERO 0x01 SLOAD OR @fail JUMPI 0x01 0x02 SSTORE STOP fail: PUSH0 PUSH0 REVERT");
    assert_eq!(at_once, both);
}

#[test]
fn of_two_conditions_of_which_one_must_hold_neither_is_a_guard_alone() {
    let found = in_short("PUSH0 SLOAD CALLER EQ", "", "0x01 SLOAD ISZERO");
    assert_eq!(found, set(&["((storage[0] == caller) | !storage[1])"]));
}

#[test]
fn what_guards_the_one_of_two_functions_that_a_block_calls_guards_the_block() {
    // The first returns right into the second, which ends the call.
    let found = guards(
        "@second @first JUMP first: PUSH0 SLOAD CALLER EQ @go JUMPI PUSH0 PUSH0 REVERT go: 0x01 SWAP1 JUMP
         second: 0x02 SSTORE STOP",
    );
    assert_eq!(found, set(&["(storage[0] == caller)"]));
}

#[test]
fn what_a_loop_brings_back_to_a_function_is_not_all_that_it_is_given() {
    // The first round tests what the caller gives.
    let found = guards(
        "@back PUSH0 CALLDATALOAD @f JUMP back: STOP
         f: DUP1 @ok JUMPI PUSH0 PUSH0 REVERT ok: POP CALLVALUE @again JUMPI JUMP
         again: PUSH0 SLOAD CALLER EQ @f JUMP",
    );
    assert!(!found.contains("(storage[0] == caller)"), "{found:?}");
}

#[test]
fn a_jump_to_what_is_no_destination_reverts() {
    let found = guards("PUSH0 SLOAD CALLER EQ ISZERO 0x02 JUMPI 0x01 0x02 SSTORE STOP");
    assert_eq!(found, set(&["(storage[0] == caller)"]));
}

#[test]
fn a_branch_to_several_places_is_no_guard_when_one_of_them_does_not_revert() {
    // The jump leads to `bad` or to `fine`, whatever the order in which they are found.
    for (first, second) in [("@fine", "@bad"), ("@bad", "@fine")] {
        let found = guards(&format!(
            "CALLER @else JUMPI {first} @join JUMP else: {second}
             join: CALLVALUE SWAP1 JUMPI STOP
             fine: STOP bad: PUSH0 PUSH0 REVERT"
        ));
        assert!(!found.contains("!value"), "{found:?}");
    }
}

#[test]
fn what_a_function_requires_guards_whoever_calls_it_in_his_words() {
    let found = guards(
        "@back CALLER @require JUMP back: STOP
         require: PUSH0 SLOAD EQ @fine JUMPI PUSH0 PUSH0 REVERT fine: JUMP",
    );
    assert!(found == set(&["(caller == storage[0])"]) || found == set(&["(storage[0] == caller)"]), "{found:?}");
}

#[test]
fn what_only_one_of_two_ways_requires_is_no_guard() {
    let found = guards(
        "CALLVALUE @other JUMPI PUSH0 SLOAD CALLER EQ @end JUMPI PUSH0 PUSH0 REVERT
         other: end: STOP",
    );
    assert_eq!(found, set(&[]));
}

#[test]
fn a_test_of_words_that_two_ways_bring_is_of_the_one_whose_way_is_taken() {
    let found = guards(
        "PUSH0 CALLDATALOAD @two JUMPI PUSH0 SLOAD @join JUMP two: CALLER
         join: @go JUMPI PUSH0 PUSH0 REVERT go: STOP",
    );
    let either = "(((caller != 0) & (calldata[0] != 0)) | ((storage[0] != 0) & !calldata[0]))";
    assert_eq!(found, set(&[either]));
}

#[test]
fn a_test_of_a_creation_is_told_apart_from_one_of_a_call() {
    let found = guards("PUSH0 PUSH0 PUSH0 CREATE @go JUMPI PUSH0 PUSH0 REVERT go: STOP");
    assert_eq!(found, set(&["the created contract"]));
    let found = guards("PUSH0 PUSH0 PUSH0 PUSH0 CALLER GAS STATICCALL @go JUMPI PUSH0 PUSH0 REVERT go: STOP");
    assert_eq!(found, set(&["call result"]));
}

#[test]
fn a_comparison_of_numbers_with_a_sign_says_that_they_have_one() {
    let branch = "@go JUMPI PUSH0 PUSH0 REVERT go: STOP";
    let found = guards(&format!("0x04 NOT PUSH0 CALLDATALOAD SGT {branch}"));
    assert_eq!(found, set(&["(int256(calldata[0]) > -5)"]));
    let found = guards(&format!("0x07 PUSH0 CALLDATALOAD 0x0f SIGNEXTEND SLT ISZERO {branch}"));
    assert_eq!(found, set(&["(int128(calldata[0]) >= 7)"]));
}

#[test]
fn what_is_required_before_the_dispatch_guards_every_function() {
    let text = "CALLER PUSH0 SLOAD EQ @in JUMPI PUSH0 PUSH0 REVERT
         in: PUSH0 CALLDATALOAD 0xe0 SHR DUP1 0x11223344 EQ @one JUMPI 0x55667788 EQ @two JUMPI PUSH0 PUSH0 REVERT
         one: STOP two: STOP";
    let effects = code_effects(&assemble(text), &[]);
    let of_each: Vec<Vec<String>> = effects
        .entries
        .iter()
        .map(|entry| entry.guards.iter().map(|guard| guard.condition.to_string()).collect())
        .collect();
    assert_eq!(of_each, [["(caller == storage[0])"], ["(caller == storage[0])"]]);
}

#[test]
fn functions_that_call_each_other_often_are_looked_into_once() {
    // Nine levels of nine calls each: looked into once for each call, they are hundreds of millions.
    let level = |level: usize| {
        let calls = (0..9).map(|call| format!(" @r{level}x{call} @f{} JUMP r{level}x{call}:", level + 1));
        format!(" f{level}:{} JUMP", calls.collect::<String>())
    };
    let levels: String = (0..9).map(level).collect();
    let text = format!(
        "@out @f0 JUMP out: STOP {levels}
         f9: CALLER PUSH0 SLOAD EQ @fine JUMPI PUSH0 PUSH0 REVERT fine: JUMP"
    );
    assert_eq!(guards(&text), set(&["(caller == storage[0])"]));
}

#[test]
fn a_flag_that_a_function_returns_requires_what_it_was_returned_for() {
    // `add` writes where nothing stands yet, and returns whether it did.
    let add = "add: DUP1 SLOAD @known JUMPI 0x01 SWAP1 SSTORE 0x01 SWAP1 JUMP known: POP PUSH0 SWAP1 JUMP";
    let with = |after: &str| {
        guards(&format!("@back 0x04 CALLDATALOAD @add JUMP back: {after} @go JUMPI PUSH0 PUSH0 REVERT go: STOP {add}"))
    };
    assert_eq!(with(""), set(&["!storage[slot calldata[4]]"]));
    assert_eq!(with("ISZERO"), set(&["storage[slot calldata[4]]"]));
    // Where the ways meet before the function returns.
    let joined = "add: DUP1 SLOAD @known JUMPI 0x01 SWAP1 SSTORE 0x01 @end JUMP known: POP PUSH0 end: SWAP1 JUMP";
    let found =
        guards(&format!("@back 0x04 CALLDATALOAD @add JUMP back: @go JUMPI PUSH0 PUSH0 REVERT go: STOP {joined}"));
    assert_eq!(found, set(&["!storage[slot calldata[4]]"]));
}

#[test]
fn a_flag_that_a_function_returns_on_every_way_requires_nothing() {
    let add = "add: DUP1 SLOAD @known JUMPI 0x01 SWAP1 SSTORE 0x01 SWAP1 JUMP known: POP 0x01 SWAP1 JUMP";
    let found = guards(&format!("@back 0x04 CALLDATALOAD @add JUMP back: @go JUMPI PUSH0 PUSH0 REVERT go: STOP {add}"));
    assert_eq!(found, set(&[]));
}

#[test]
fn what_the_chain_says_of_an_account_is_a_condition() {
    let with = |words: &str| guards(&format!("{words} @go JUMPI PUSH0 PUSH0 REVERT go: STOP"));
    assert_eq!(with("0x04 CALLDATALOAD EXTCODESIZE"), set(&["extcodesize(calldata[4])"]));
    assert_eq!(with("0x04 CALLDATALOAD EXTCODEHASH"), set(&["extcodehash(calldata[4])"]));
    assert_eq!(with("CALLER BALANCE"), set(&["balance(caller)"]));
    assert_eq!(with("SELFBALANCE"), set(&["selfbalance()"]));
}

#[test]
fn of_several_conditions_that_lead_on_by_jumps_alone_one_is_required() {
    let found = guards(
        "CALLER SLOAD @go JUMPI PUSH0 SLOAD CALLER EQ @go JUMPI 0x01 SLOAD ORIGIN EQ @go JUMPI PUSH0 PUSH0 REVERT
         go: 0x01 0x02 SSTORE STOP",
    );
    let one = "(((caller == storage[0]) | (storage[1] == origin)) | (storage[unknown (caller)] != 0))";
    assert_eq!(found, set(&[one]));
    // A way without a condition requires nothing of the others.
    let with_detour = guards(
        "CALLVALUE @go JUMPI PUSH0 CALLDATALOAD @other JUMPI PUSH0 SLOAD CALLER EQ @go JUMPI PUSH0 PUSH0 REVERT
         other: 0x03 0x04 SSTORE go: 0x01 0x02 SSTORE STOP",
    );
    assert!(with_detour.iter().all(|guard| guard.contains("calldata[0]")), "{with_detour:?}");
}

#[test]
fn ways_that_differ_and_never_revert_require_nothing() {
    let found = guards("CALLVALUE @a JUMPI CALLER SLOAD @go JUMPI a: 0x03 0x04 SSTORE go: 0x01 0x02 SSTORE STOP");
    assert_eq!(found, set(&[]));
}

#[test]
fn what_each_of_several_ways_requires_is_required() {
    // Each way calls `only`, with another place to return to on the stack.
    let found = guards(
        "CALLVALUE @other JUMPI @end @only JUMP other: 0x01 0x02 SSTORE @end @only JUMP
         end: 0x03 0x04 SSTORE STOP only: PUSH0 SLOAD CALLER EQ @go JUMPI PUSH0 PUSH0 REVERT go: JUMP",
    );
    assert_eq!(found, set(&["(storage[0] == caller)"]));
    let with_detour = guards(
        "CALLVALUE @other JUMPI @end @only JUMP other: 0x01 0x02 SSTORE
         end: 0x03 0x04 SSTORE STOP only: PUSH0 SLOAD CALLER EQ @go JUMPI PUSH0 PUSH0 REVERT go: JUMP",
    );
    assert_eq!(with_detour, set(&[]));
}

#[test]
fn of_three_conditions_that_must_all_hold_each_is_a_guard() {
    // `(a && b) && c`, each computed only where those before it hold.
    let found = guards(
        "0x01 SLOAD DUP1 @more JUMPI first: DUP1 @last JUMPI second: @go JUMPI PUSH0 PUSH0 REVERT
         go: 0x01 0x09 SSTORE STOP more: POP 0x02 SLOAD @first JUMP last: POP 0x03 SLOAD @second JUMP",
    );
    assert_eq!(found, set(&["storage[1]", "storage[2]", "storage[3]"]));
}
