//! Which slots small programs access, each written for one way in which a slot comes about.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use assembly::assemble;
use uplint_facts::effects::{EntryEffects, EntryName, SlotExpr, StorageAccess, code_effects};

#[path = "slots/assembly.rs"]
mod assembly;

/// The slots that a program accesses.
fn slots(text: &str) -> BTreeSet<String> {
    let effects = code_effects(&assemble(text), &[]);
    effects.entries.iter().flat_map(|entry| &entry.accesses).map(|access| access.slot.to_string()).collect()
}

fn set(slots: &[&str]) -> BTreeSet<String> {
    slots.iter().map(|&slot| slot.to_owned()).collect()
}

#[test]
fn a_function_has_the_arguments_that_it_takes_whether_or_not_it_takes_the_place_to_return_to() {
    for body in ["SLOAD SWAP1 JUMP", "SLOAD DUP2 JUMP"] {
        let effects = code_effects(&assemble(&format!("@back 0x07 @get JUMP back: STOP get: {body}")), &[]);
        let counts: Vec<_> = effects.internal.iter().map(|function| (function.arguments, function.returns)).collect();
        assert_eq!(counts, [(1, 1)], "{body}");
    }
}

#[test]
fn a_slot_that_a_branch_chooses_is_one_of_two() {
    let found = slots("CALLVALUE @five JUMPI 0x02 @load JUMP five: 0x05 load: SLOAD POP STOP");
    assert_eq!(found, set(&["2", "5"]));
}

#[test]
fn a_slot_that_a_function_chooses_is_one_of_two() {
    let found = slots(
        "@load @choose JUMP load: SLOAD POP STOP
         choose: CALLVALUE @five JUMPI 0x02 SWAP1 JUMP five: 0x05 SWAP1 JUMP",
    );
    assert_eq!(found, set(&["2", "5"]));
}

#[test]
fn what_a_function_leaves_in_memory_is_hashed_by_its_caller() {
    let code = |put: &str| format!("@back 0x07 @put JUMP back: 0x20 PUSH0 KECCAK256 SLOAD POP STOP put: {put}");
    assert_eq!(slots(&code("PUSH0 MSTORE JUMP")), set(&["7[0]"]));
    // It may have left it, or a part of it.
    assert_eq!(slots(&code("CALLVALUE @skip JUMPI PUSH0 MSTORE JUMP skip: POP JUMP")), set(&["unknown (?)"]));
    assert_eq!(slots(&code("PUSH0 MSTORE CALLVALUE 0x1f MSTORE8 JUMP")), set(&["seed 0x0[msg.value]"]));
}

#[test]
fn what_functions_leave_behind_a_pointer_is_hashed_by_their_caller() {
    // The outer function is given where to write, and the inner one writes there.
    let found = slots(
        "0x40 MLOAD @back 0x07 DUP3 @outer JUMP back: 0x20 SWAP1 KECCAK256 SLOAD POP STOP
         outer: @done DUP3 DUP3 @inner JUMP done: POP POP JUMP
         inner: MSTORE JUMP",
    );
    assert_eq!(found, set(&["7[0]"]));
}

#[test]
fn what_a_function_leaves_is_only_known_where_its_caller_knows_that_nothing_else_lies_there() {
    // It is given a word of the call data to write to, which may be the place that is hashed, or lie over it.
    let given = "@back PUSH0 CALLDATALOAD @put JUMP back:";
    let found = slots(&format!(
        "{given} 0x05 PUSH0 MSTORE 0x20 PUSH0 CALLDATALOAD KECCAK256 SLOAD POP STOP put: 0x07 SWAP1 MSTORE JUMP"
    ));
    assert_eq!(found, set(&["unknown (?)"]));
    let found =
        slots(&format!("{given} 0x20 PUSH0 KECCAK256 SLOAD POP STOP put: 0x05 PUSH0 MSTORE 0x07 SWAP1 MSTORE JUMP"));
    assert_eq!(found, set(&["unknown (?)"]));
}

#[test]
fn two_ways_out_of_a_function_leave_what_both_left() {
    let code = |other: &str| {
        format!(
            "@back 0x07 @put JUMP back: 0x20 PUSH0 KECCAK256 SLOAD POP STOP
             put: CALLVALUE @other JUMPI PUSH0 MSTORE JUMP other: {other} JUMP"
        )
    };
    assert_eq!(slots(&code("PUSH0 MSTORE")), set(&["7[0]"]));
    assert_eq!(slots(&code("POP 0x08 PUSH0 MSTORE")), set(&["unknown (?)"]));
}

#[test]
fn a_comparison_with_a_large_number_bounds_no_slot_in_a_loop_either() {
    let code = |check: &str, start: &str| {
        format!(
            "0x04 CALLDATALOAD {check} within: {start} ADD loop: DUP1 SLOAD POP 0x01 ADD CALLVALUE @loop JUMPI STOP"
        )
    };
    let large = "DUP1 0x01 0xc8 SHL GT @within JUMPI STOP";
    let (known, roots) = known(&code(large, "0x03 PUSH0 MSTORE 0x20 PUSH0 KECCAK256"));
    assert_eq!((known, roots), (set(&[]), BTreeSet::new()));
    let (known, roots) = self::known(&code(large, "0x05"));
    assert_eq!((known, roots), (set(&[]), BTreeSet::new()));
}

#[test]
fn an_index_is_bounded_by_a_comparison_within_a_disjunction_that_does_not_hold() {
    // As Vyper compares without optimizer: `!(index < 3) | (index < 0)` reverts.
    let code =
        "0x04 CALLDATALOAD 0x03 DUP2 LT ISZERO PUSH0 DUP3 LT OR ISZERO ISZERO @fail JUMPI 0x04 ADD SLOAD POP STOP
                fail: PUSH0 PUSH0 REVERT";
    assert_eq!(slots(code), set(&["4[calldata[4]]"]));
}

#[test]
fn hashes_of_hashes_of_many_parts_are_looked_at_only_so_often() {
    // Each level hashes 32 bytes of the one before, one by one: 32 to the power of 8 parts.
    let bytes: Vec<String> = (0..32).map(|at| format!("DUP1 0x{at:02x} MSTORE8")).collect();
    let level = format!("{} POP 0x20 PUSH0 KECCAK256 ", bytes.join(" "));
    let levels = level.repeat(8);
    let found = slots(&format!("0x04 CALLDATALOAD DUP1 0x0a GT @within JUMPI STOP within: {levels} SLOAD POP STOP"));
    assert_eq!(found.len(), 1);
}

#[test]
fn an_array_within_an_array_is_bounded_by_what_its_slot_was_compared_with() {
    // `rows[i]` is compared with the length in slot 3, and then all that it holds is walked over.
    let code = |check: &str| {
        format!(
            "0x03 PUSH0 MSTORE 0x04 CALLDATALOAD {check} within: 0x20 PUSH0 KECCAK256 ADD
             PUSH0 MSTORE 0x20 PUSH0 KECCAK256
             loop: DUP1 SLOAD POP 0x01 ADD CALLVALUE @loop JUMPI STOP"
        )
    };
    let (known, roots) = known(&code("DUP1 0x03 SLOAD GT @within JUMPI STOP"));
    assert_eq!((known, roots), (set(&["3", "3[calldata[4]][?]"]), BTreeSet::from([U256::from(3)])));
    let (known, roots) = self::known(&code("@within JUMP"));
    assert_eq!((known, roots), (set(&[]), BTreeSet::new()));
}

#[test]
fn what_a_loop_made_in_an_earlier_round_is_not_bounded_by_a_comparison_in_a_later_one() {
    // The element of the round before is read where this round's index was compared.
    let found = slots(
        "0x03 PUSH0 MSTORE 0x03
         loop: 0x04 CALLDATALOAD SLOAD
         DUP1 0x03 SLOAD GT @within JUMPI
         next: SWAP1 POP 0x20 PUSH0 KECCAK256 ADD CALLVALUE @loop JUMPI STOP
         within: SWAP1 SLOAD POP DUP1 @next JUMP",
    );
    assert_eq!(found, set(&["3", "slot calldata[4]", "3[storage[slot calldata[4]], unbounded]"]));
}

#[test]
fn a_loop_over_the_data_of_an_array_accesses_its_elements() {
    let found =
        slots("0x03 PUSH0 MSTORE 0x20 PUSH0 KECCAK256 loop: DUP1 SLOAD POP 0x02 ADD CALLVALUE @loop JUMPI STOP");
    assert_eq!(found, set(&["3[? by 2]"]));
}

#[test]
fn a_loop_from_the_first_slot_on_counts_from_it() {
    let found = slots("PUSH0 loop: DUP1 SLOAD POP 0x01 ADD CALLVALUE @loop JUMPI STOP");
    assert_eq!(found, set(&["0[?]"]));
}

#[test]
fn a_loop_over_the_members_of_a_namespace_is_within_it() {
    let namespace = "0xec44febe4e6c0d3dd3c050e40c02d88058036ea09c12f689e0b1272f8882e0b1";
    let found = slots(&format!("PUSH0 loop: DUP1 {namespace} ADD SLOAD POP 0x01 ADD CALLVALUE @loop JUMPI STOP"));
    assert_eq!(found, set(&[&format!("{namespace}[?]")]));
}

#[test]
fn a_slot_from_the_call_data_is_given_and_not_unknown() {
    assert_eq!(slots("0x04 CALLDATALOAD SLOAD POP STOP"), set(&["slot calldata[4]"]));
    assert_eq!(slots("0x04 CALLDATALOAD 0x60 SHL SLOAD POP STOP"), set(&["slot (calldata[4] << 96)"]));
    // A multiple, and a byte that is an index.
    assert_eq!(
        slots("0x04 CALLDATALOAD 0x01 SHL 0x05 ADD SLOAD POP STOP"),
        set(&["unknown (((calldata[4] << 1) + 5))"])
    );
    assert_eq!(slots("0x04 CALLDATALOAD 0xf8 SHR 0x05 ADD SLOAD POP STOP"), set(&["5[(calldata[4] >> 248)]"]));
    assert_eq!(
        slots("0x04 CALLDATALOAD SLOAD SLOAD POP STOP"),
        set(&["slot calldata[4]", "unknown (storage[slot calldata[4]])"])
    );
}

/// The slots of a program that somebody knows, and the declared slots that any begin from.
fn known(text: &str) -> (BTreeSet<String>, BTreeSet<U256>) {
    let effects = code_effects(&assemble(text), &[]);
    let slots = || effects.entries.iter().flat_map(|entry| &entry.accesses).map(|access| &access.slot);
    let known = slots().filter(|slot| slot.is_known()).map(ToString::to_string).collect();
    (known, slots().filter_map(SlotExpr::root).collect())
}

#[test]
fn a_write_to_any_slot_is_known_to_nobody_and_begins_nowhere() {
    let compared_elsewhere = "0x04 CALLDATALOAD DUP1 0x04 GT @over JUMPI over: 0x05 ADD";
    for slot in [
        "0x04 CALLDATALOAD",
        "0x04 CALLDATALOAD 0x05 ADD",
        "0x04 CALLDATALOAD 0x24 CALLDATALOAD ADD 0x05 ADD",
        "0x04 CALLDATALOAD 0x02 MUL 0x05 ADD",
        "0x07 SLOAD 0x05 ADD",
        "GAS 0x05 ADD",
        "0x04 CALLDATALOAD 0x20 PUSH0 KECCAK256 ADD",
        "0x07 SLOAD 0x20 PUSH0 KECCAK256 ADD",
        "0x24 CALLDATALOAD 0x04 CALLDATALOAD DUP1 SWAP2 GT @in JUMPI PUSH0 PUSH0 REVERT in: 0x05 ADD",
        "0x01 0xff SHL 0x04 CALLDATALOAD DUP1 SWAP2 GT @in JUMPI PUSH0 PUSH0 REVERT in: 0x05 ADD",
        compared_elsewhere,
        "0x05 loop: GAS ADD CALLVALUE @loop JUMPI",
    ] {
        let (known, roots) = known(&format!("{slot} CALLER SWAP1 SSTORE STOP"));
        let written: BTreeSet<String> = known.into_iter().filter(|slot| slot != "7").collect();
        assert!(written.is_empty(), "{slot}: {written:?}");
        assert!(roots.iter().all(|&root| root == U256::from(7)), "{slot}: {roots:?}");
    }
}

#[test]
fn an_element_of_an_array_of_fixed_length_is_named_where_its_index_was_compared() {
    let expected = (set(&["5[calldata[4]]"]), BTreeSet::from([U256::from(5)]));
    for index in [
        // In the same function, in a function that is called for it, and in one that is given the slot.
        "0x04 0x04 CALLDATALOAD DUP1 SWAP2 GT @in JUMPI PUSH0 PUSH0 REVERT in: 0x05 ADD",
        "0x04 CALLDATALOAD 0x03 DUP2 GT @out JUMPI 0x05 ADD",
        "@got 0x04 CALLDATALOAD @element JUMP got:",
        "0x04 CALLDATALOAD @got DUP2 @check JUMP got: 0x05 ADD",
    ] {
        let found = known(&format!(
            "{index} CALLER SWAP1 SSTORE STOP
             element: 0x04 DUP2 LT ISZERO @out JUMPI 0x05 ADD SWAP1 JUMP
             check: 0x04 SWAP1 LT ISZERO @out JUMPI JUMP
             out: PUSH0 PUSH0 REVERT"
        ));
        assert_eq!(found, expected, "{index}");
    }
}

#[test]
fn an_element_that_a_called_function_writes_is_named_where_its_caller_compared() {
    let found = known(
        "@end 0x04 CALLDATALOAD 0x03 DUP2 GT @out JUMPI 0x05 ADD @write JUMP end: STOP
         write: CALLER SWAP1 SSTORE JUMP
         out: PUSH0 PUSH0 REVERT",
    );
    assert_eq!(found, (set(&["5[calldata[4]]"]), BTreeSet::from([U256::from(5)])));
}

#[test]
fn what_a_function_compares_says_nothing_where_the_jump_to_it_may_lead_elsewhere() {
    let written = |before: &str| {
        known(&format!(
            "@first 0x03 @check JUMP first: @end @write JUMP end: STOP
             write: 0x04 CALLDATALOAD {before} own: CALLER SWAP1 0x05 ADD SSTORE JUMP
             check: 0x04 SWAP1 LT ISZERO @out JUMPI JUMP
             out: PUSH0 PUSH0 REVERT"
        ))
    };
    let compared = (set(&["5[calldata[4]]"]), BTreeSet::from([U256::from(5)]));
    assert_eq!(written("@own DUP2 @check JUMP"), compared);
    // It is called with what its caller was given and returns in its place. One off, a place is no label to tell blocks by.
    let either = "CALLVALUE @to_check JUMPI 0x01 @own ADD @go JUMP to_check: 0x01 @check ADD";
    let elsewhere = written(&format!("{either} go: 0x01 SWAP1 SUB JUMP"));
    assert_eq!(elsewhere, (BTreeSet::new(), BTreeSet::new()));
}

#[test]
fn elements_that_a_loop_with_a_known_end_writes_are_named() {
    let found = known("PUSH0 loop: CALLER DUP2 0x05 ADD SSTORE 0x01 ADD 0x04 DUP2 LT @loop JUMPI STOP");
    assert_eq!(found, (set(&["5[?]"]), BTreeSet::from([U256::from(5)])));
}

#[test]
fn packed_elements_that_a_loop_writes_are_within_their_array() {
    let found = known("PUSH0 loop: CALLER 0x20 DUP3 DIV 0x01 ADD SSTORE 0x01 ADD 0x08 DUP2 LT @loop JUMPI STOP");
    assert_eq!(found, (set(&["1[(? / 32)]"]), BTreeSet::from([U256::ONE])));
}

#[test]
fn an_index_that_cannot_be_large_is_within_declared_storage() {
    let found = known("0x04 CALLDATALOAD 0x03 AND 0x05 ADD CALLER SWAP1 SSTORE STOP");
    assert_eq!(found.1, BTreeSet::from([U256::from(5)]));
}

#[test]
fn an_element_of_a_dynamic_array_is_known_where_its_index_was_compared_with_the_length() {
    let data = "PUSH0 PUSH0 MSTORE 0x20 PUSH0 KECCAK256";
    let found = known(&format!(
        "0x04 CALLDATALOAD PUSH0 SLOAD DUP2 LT @in JUMPI PUSH0 PUSH0 REVERT
         in: {data} ADD CALLER SWAP1 SSTORE STOP"
    ));
    assert_eq!(found, (set(&["0", "0[calldata[4]]"]), BTreeSet::from([U256::ZERO])));
    // What is pushed lies at the length.
    let found = known(&format!("PUSH0 SLOAD {data} ADD CALLER SWAP1 SSTORE STOP"));
    assert_eq!(found.0, set(&["0", "0[storage[0]]"]));
}

#[test]
fn the_last_element_of_an_array_is_one_before_its_length() {
    let data = "PUSH0 PUSH0 MSTORE 0x20 PUSH0 KECCAK256";
    let found = slots(&format!("0x03 PUSH0 SLOAD MUL {data} ADD 0x02 SWAP1 SUB CALLER SWAP1 SSTORE STOP"));
    assert_eq!(found, set(&["0", "0[(storage[0] - 1) by 3].1"]));
    // Where the compiler computed the hash, it took the one away from that.
    let before_data = "0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e562";
    assert_eq!(slots(&format!("PUSH0 SLOAD {before_data} ADD SLOAD POP STOP")), set(&["0", "0[(storage[0] - 1)]"]));
}

#[test]
fn members_of_what_the_call_data_names_are_counted_from_there() {
    assert_eq!(
        slots("0x04 CALLDATALOAD 0x01 ADD PUSH0 MSTORE 0x20 PUSH0 KECCAK256 SLOAD POP STOP"),
        set(&["slot calldata[4].1[0]"])
    );
}

/// The slots that a program accesses which hashes two words, and another one with a key that is not constant.
fn hashed(before: &str, first: &str, second: &str) -> BTreeSet<String> {
    let load = |first: &str, second: &str| {
        format!("{first} PUSH0 MSTORE {second} 0x20 MSTORE 0x40 PUSH0 KECCAK256 SLOAD POP ")
    };
    slots(&format!("{before} {} STOP", load(first, second)))
}

#[test]
fn of_two_constants_that_are_hashed_the_compiler_tells_which_is_the_slot() {
    let namespace = "0x02dd7bc7dec4dceedda775e58dd541e08a116c6c53815c0bd028192f7b626800";
    let solidity = "0x80 0x40 MSTORE";
    let vyper = "0x03 PUSH0 MSTORE CALLER 0x20 MSTORE 0x40 PUSH0 KECCAK256 SLOAD POP";
    let with_caller = |slot: &str| set(&["3[caller]", slot]);
    let of_namespace = &format!("0x{}[0]", &namespace[3..]);
    // A role that is zero, in the storage of OpenZeppelin's AccessControlUpgradeable.
    assert_eq!(hashed("", "PUSH0", namespace), set(&[of_namespace]));
    assert_eq!(hashed(solidity, "PUSH0", namespace), set(&[of_namespace]));
    assert_eq!(hashed(vyper, "0x04", namespace), with_caller(&format!("4[0x{}]", &namespace[3..])));
    assert_eq!(hashed(solidity, namespace, "0x04"), set(&[&format!("4[0x{}]", &namespace[3..])]));
    assert_eq!(hashed(solidity, "0x05", "0x04"), set(&["4[5]"]));
    assert_eq!(hashed(vyper, "0x05", "0x04"), with_caller("5[4]"));
}

#[test]
fn a_library_that_is_given_a_mapping_has_it_hashed_behind_a_constant_key() {
    assert_eq!(hashed("0x80 0x40 MSTORE", "0x01", "0x04 CALLDATALOAD"), set(&["slot calldata[4][1]"]));
}

#[test]
fn a_mapping_in_a_namespace_is_known_by_the_slot_behind_its_string() {
    let namespace = "0x02dd7bc7dec4dceedda775e58dd541e08a116c6c53815c0bd028192f7b626800";
    let found = slots(&format!(
        "0x40 MLOAD 0x04 CALLDATALOAD DUP1 0x24 DUP4 CALLDATACOPY
         {namespace} DUP3 DUP3 ADD MSTORE
         0x20 ADD SWAP1 KECCAK256 SLOAD POP STOP"
    ));
    assert_eq!(found, set(&[&format!("0x{}[?]", &namespace[3..])]));
}

#[test]
fn a_key_that_is_shifted_beside_a_seed_is_told_apart_from_it() {
    let found = slots("0x87a211a2 0x04 CALLDATALOAD 0x60 SHL OR 0x0c MSTORE 0x20 0x0c KECCAK256 SLOAD POP STOP");
    assert_eq!(found, set(&["seed 0x87a211a2[calldata[4]]"]));
}

#[test]
fn two_keys_around_a_seed_are_both_named() {
    let found = slots(
        "0x04 CALLDATALOAD 0x20 MSTORE 0x7f5e9f20 0x0c MSTORE CALLER PUSH0 MSTORE 0x34 0x0c KECCAK256 SLOAD POP STOP",
    );
    assert_eq!(found, set(&["seed 0x7f5e9f20[caller][calldata[4]]"]));
}

#[test]
fn a_namespace_that_is_computed_when_the_code_runs_is_its_number() {
    // The formula of ERC-7201 for a hash that is written out.
    let found = slots("0x07 PUSH0 MSTORE 0x20 PUSH0 KECCAK256 0xff NOT AND SLOAD POP STOP");
    assert_eq!(found, set(&["0xa66cc928b5edb82af9bd49922954155ab7b0942694bea4ce44661d9a8736c600"]));
}

#[test]
fn a_mapping_stays_known_when_its_key_is_too_large_to_be_told() {
    let key = format!("0x04 CALLDATALOAD {}", "DUP1 0x03 XOR MUL ".repeat(8));
    let found = slots(&format!("{key} PUSH0 MSTORE 0x09 0x20 MSTORE 0x40 PUSH0 KECCAK256 SLOAD POP STOP"));
    let found: Vec<&String> = found.iter().collect();
    assert!(matches!(found[..], [slot] if slot.starts_with("9[")), "{found:?}");
}

#[test]
fn a_mapping_whose_keys_are_strings_is_known_by_the_slot_behind_them() {
    let found = slots(
        "0x40 MLOAD 0x04 CALLDATALOAD DUP1 0x24 DUP4 CALLDATACOPY
         0x02 DUP3 DUP3 ADD MSTORE
         0x20 ADD SWAP1 KECCAK256 SLOAD POP STOP",
    );
    assert_eq!(found, set(&["2[?]"]));
}

/// A function that writes slot 2 only when it is given something, and slot 3 always.
const UPDATE: &str = "update: DUP1 ISZERO @skip JUMPI 0x01 0x02 SSTORE skip: POP 0x07 0x03 SSTORE JUMP";

#[test]
fn what_a_function_does_for_other_words_alone_is_not_told_of_a_call() {
    let with = |word: &str| slots(&format!("@back {word} @update JUMP back: STOP {UPDATE}"));
    assert_eq!(with("PUSH0"), set(&["3"]));
    assert_eq!(with("0x05"), set(&["2", "3"]));
    assert_eq!(with("CALLVALUE"), set(&["2", "3"]));
    // Each of two calls is told by what it is given.
    let both = format!("@next PUSH0 @update JUMP next: @back 0x05 @update JUMP back: STOP {UPDATE}");
    assert_eq!(slots(&both), set(&["2", "3"]));
    // Through a function that passes on what it is given.
    let passed_on = |word: &str| {
        slots(&format!("@back {word} @outer JUMP back: STOP outer: @done DUP2 @update JUMP done: POP JUMP {UPDATE}"))
    };
    assert_eq!(passed_on("PUSH0"), set(&["3"]));
    assert_eq!(passed_on("0x05"), set(&["2", "3"]));
}

#[test]
fn what_a_function_does_when_it_calls_itself_with_other_words_is_told() {
    let found = slots(
        "@back 0x05 @f JUMP back: STOP
         f: DUP1 ISZERO @end JUMPI 0x01 0x02 SSTORE @more 0x01 DUP3 SUB @f JUMP more: POP JUMP
         end: POP 0x01 0x04 SSTORE JUMP",
    );
    assert_eq!(found, set(&["2", "4"]));
}

#[test]
fn what_a_jump_that_nobody_can_follow_may_lead_to_is_told_for_all_words() {
    let with_jumps = [
        // Within the function itself.
        "@back PUSH0 @update JUMP back: STOP
         update: DUP1 ISZERO @skip JUMPI put: JUMPDEST 0x01 0x02 SSTORE skip: 0x20 CALLDATALOAD @known JUMPI
         POP JUMP known: 0x40 CALLDATALOAD JUMP",
        // Within a function that it calls, which drops the place to return to.
        "@back PUSH0 @update JUMP back: STOP
         update: DUP1 ISZERO @skip JUMPI put: 0x01 0x02 SSTORE skip: @r @g JUMP r: POP JUMP
         g: 0x02 SLOAD @done JUMPI POP 0x40 CALLDATALOAD JUMP done: JUMP",
        // Before the call, so that another word may be given.
        "0x20 CALLDATALOAD @go JUMPI PUSH0 mid: @back SWAP1 @update JUMP back: STOP
         go: 0x05 0x40 CALLDATALOAD JUMP
         update: DUP1 ISZERO @skip JUMPI 0x01 0x02 SSTORE skip: POP 0x07 0x03 SSTORE JUMP",
        // Behind the call, right into the function.
        "@back PUSH0 @update JUMP back: PUSH0 CALLDATALOAD @e JUMPI STOP e: @fin 0x05 0x40 CALLDATALOAD JUMP fin: STOP
         update: DUP1 ISZERO @skip JUMPI put: 0x01 0x02 SSTORE skip: POP 0x07 0x03 SSTORE JUMP",
    ];
    for text in with_jumps {
        let found = slots(text);
        assert!(found.contains("2"), "{text}: {found:?}");
    }
}

#[test]
fn what_happens_under_other_words_alone_is_not_told_of_calls_events_and_what_is_returned() {
    let code = "update: DUP1 ISZERO @skip JUMPI PUSH0 PUSH0 LOG0 PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 CALLER GAS CALL
                POP 0x20 PUSH0 RETURN skip: POP JUMP";
    let told = |word: &str| {
        let effects = code_effects(&assemble(&format!("@back {word} @update JUMP back: STOP {code}")), &[]);
        let entry = effects.entries.into_iter().next().expect("the code is a function");
        (entry.calls.len(), entry.events.len(), entry.return_lens)
    };
    assert_eq!(told("PUSH0"), (0, 0, BTreeSet::from([Some(0)])));
    assert_eq!(told("CALLVALUE"), (1, 1, BTreeSet::from([Some(0), Some(32)])));
}

#[test]
fn what_two_calls_do_under_different_conditions_is_told_once() {
    // Each of some functions calls the next one always, and once more when it is given something.
    let call = |at: u32| {
        let next = at + 1;
        format!(
            "f{at}: DUP1 @a{at} SWAP1 @f{next} JUMP a{at}: DUP1 ISZERO @s{at} JUMPI
             DUP1 @s{at} SWAP1 @f{next} JUMP s{at}: POP JUMP"
        )
    };
    let calls = (0..8).map(call).collect::<Vec<_>>().join(" ");
    let stores = (1..=40).map(|slot| format!("CALLER 0x{slot:02x} SSTORE")).collect::<Vec<_>>().join(" ");
    let text = format!("@back CALLVALUE @f0 JUMP back: STOP {calls} f8: {stores} POP JUMP");
    let effects = code_effects(&assemble(&text), &[]);
    assert!(effects.coverage.is_complete(), "{:?}", effects.coverage);
    let entry = &effects.entries[0];
    assert_eq!(entry.accesses.len(), 40, "{:?}", entry.accesses);
}

#[test]
fn a_function_that_stands_behind_a_branch_may_call_itself() {
    let effects = code_effects(
        &assemble(
            "@back 0x04 CALLDATALOAD CALLVALUE @x JUMPI
             f: DUP1 ISZERO @end JUMPI @more 0x01 DUP3 SUB @f JUMP more: POP JUMP
             end: POP 0x01 0x04 SSTORE JUMP x: STOP
             back: CALLER 0x09 SLOAD EQ @ok JUMPI PUSH0 PUSH0 REVERT ok: 0x01 0x02 SSTORE STOP",
        ),
        &[],
    );
    assert!(effects.coverage.is_complete(), "{:?}", effects.coverage);
    let slots: BTreeSet<_> = effects.entries[0].accesses.iter().map(|access| access.slot.to_string()).collect();
    assert_eq!(slots, set(&["9", "4", "2"]));
}

#[test]
fn calls_that_end_alike_share_their_end_and_no_function() {
    // Both ways put a word and jump to, or fall into, the end that calls `load` and returns to `back`.
    let effects = code_effects(
        &assemble(
            "@back CALLVALUE @other JUMPI 0x02 CALLER @there JUMPI tail: @load JUMP
             other: 0x03 @tail JUMP there: STOP back: STOP load: SLOAD POP JUMP",
        ),
        &[],
    );
    assert_eq!(effects.internal.len(), 1, "{:?}", effects.internal);
}

#[test]
fn each_call_of_a_function_leaves_what_it_was_given() {
    let found = slots(
        "@one 0x07 @put JUMP one: 0x20 PUSH0 KECCAK256 SLOAD POP @two 0x09 @put JUMP
         two: 0x20 PUSH0 KECCAK256 SLOAD POP STOP put: PUSH0 MSTORE JUMP",
    );
    assert_eq!(found, set(&["7[0]", "9[0]"]));
}

#[test]
fn a_way_out_that_is_found_late_takes_back_what_callers_were_told() {
    // The second way out leads through another function, and leaves nothing.
    let found = slots(
        "@back 0x07 @put JUMP back: 0x20 PUSH0 KECCAK256 SLOAD POP STOP
         put: CALLVALUE @other JUMPI PUSH0 MSTORE JUMP other: @done @inner JUMP done: POP JUMP inner: JUMP",
    );
    assert_eq!(found, set(&["unknown (?)"]));
}

#[test]
fn a_function_tells_the_latest_words_that_it_leaves() {
    let stores = (0..10).map(|word| format!("0x05 0x{:04x} MSTORE", 32 * word)).collect::<Vec<_>>().join(" ");
    let at = |word: u32| {
        slots(&format!("@back @put JUMP back: 0x20 0x{:04x} KECCAK256 SLOAD POP STOP put: {stores} JUMP", 32 * word))
    };
    assert_eq!(at(9), set(&["5[0]"]));
    // Eight of them, the pointer to free memory left out.
    assert_eq!(at(0), set(&["unknown (?)"]));
}

#[test]
fn each_of_two_functions_that_end_alike_writes_its_own_slot() {
    let code = assemble(
        "PUSH0 CALLDATALOAD 0xe0 SHR DUP1 0x11111111 EQ @one JUMPI DUP1 0x22222222 EQ @two JUMPI PUSH0 PUSH0 REVERT
         one: CALLER 0x05 @end JUMP two: 0x04 CALLDATALOAD 0x04 CALLDATALOAD @end JUMP end: SSTORE STOP",
    );
    let effects = code_effects(&code, &[]);
    let of = |selector: u8| -> BTreeSet<String> {
        let is_it = |entry: &&EntryEffects| entry.name == EntryName::Selector([selector; 4]);
        let entry = effects.entries.iter().find(is_it).expect("the function");
        let text = |access: &StorageAccess| {
            format!("{} = {}", access.slot, access.value.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        entry.accesses.iter().map(text).collect()
    };
    assert_eq!(of(0x11), set(&["5 = caller"]));
    assert_eq!(of(0x22), set(&["slot calldata[4] = calldata[4]"]));
}
