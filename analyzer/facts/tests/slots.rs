//! Which slots small programs access, each written for one way in which a slot comes about.

use std::collections::BTreeSet;

use assembly::assemble;
use uplint_facts::effects::code_effects;

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
    assert_eq!(
        slots("0x04 CALLDATALOAD SLOAD SLOAD POP STOP"),
        set(&["slot calldata[4]", "unknown (storage[slot calldata[4]])"])
    );
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
