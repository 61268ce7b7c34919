//! Which bytes of a slot small programs read and write, each written for one way in which the bytes come about.

use std::collections::BTreeSet;

use assembly::assemble;
use uplint_facts::effects::{AccessKind, AccessSpace, code_effects};

#[path = "slots/assembly.rs"]
mod assembly;

/// Accesses as `read slot bytes`.
fn accesses(text: &str) -> BTreeSet<String> {
    let effects = code_effects(&assemble(text), &[]);
    let told = effects.entries.iter().flat_map(|entry| &entry.accesses).map(|access| {
        let kind = if access.kind == AccessKind::Read { "read" } else { "write" };
        let space = if access.space == AccessSpace::Transient { "transient " } else { "" };
        let bytes: Vec<_> = access.bytes.iter().map(ToString::to_string).collect();
        format!("{kind} {space}{} {}", access.slot, bytes.join(", "))
    });
    told.collect()
}

#[track_caller]
fn expect(text: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|&line| line.to_owned()).collect();
    assert_eq!(accesses(text), expected, "{text}");
}

/// A program that uses the word of slot 0 in some way, which leaves it on the stack, and its lowest byte besides.
fn used_besides(usage: &str) -> String {
    format!("PUSH0 SLOAD {usage} 0xff AND 0x02 SSTORE STOP over: JUMPDEST STOP")
}

#[test]
fn a_word_that_is_used_whole_besides_its_lowest_byte_is_read_whole() {
    for usage in [
        "DUP1 0x01 SSTORE",
        "DUP1 0x01 TSTORE",
        "DUP1 SLOAD POP",
        "DUP1 PUSH0 PUSH0 LOG1",
        "DUP1 PUSH0 MSTORE",
        "DUP1 0x07 MSTORE8",
        "DUP1 CALLER CALLVALUE ADD MSTORE",
        "DUP1 PUSH0 MSTORE 0x20 PUSH0 KECCAK256 POP",
        "DUP1 @over JUMPI",
        "PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 DUP6 GAS CALL POP",
        "PUSH0 PUSH0 PUSH0 PUSH0 CALLER DUP6 STATICCALL POP",
    ] {
        let found = accesses(&used_besides(usage));
        assert!(found.contains("read 0 all bytes"), "{usage}: {found:?}");
    }
}

#[test]
fn a_word_that_a_called_function_stores_is_read_whole() {
    expect(
        "PUSH0 SLOAD @end DUP2 @keep JUMP keep: 0x01 SSTORE JUMP end: 0xff AND 0x02 SSTORE STOP",
        &["read 0 all bytes", "write 1 all bytes", "write 2 all bytes"],
    );
}

#[test]
fn a_word_that_a_caller_stores_is_read_whole() {
    expect(
        "@end @get JUMP get: PUSH0 SLOAD DUP1 0xff AND 0x02 SSTORE SWAP1 JUMP end: 0x01 SSTORE STOP",
        &["read 0 all bytes", "write 1 all bytes", "write 2 all bytes"],
    );
}

#[test]
fn a_word_that_is_stored_where_two_ways_meet_is_read_whole() {
    expect(
        "PUSH0 SLOAD DUP1 0xff AND 0x02 SSTORE CALLVALUE @meet JUMPI POP 0x05 meet: 0x01 SSTORE STOP",
        &["read 0 all bytes", "write 1 all bytes", "write 2 all bytes"],
    );
}

#[test]
fn a_word_that_a_called_function_masks_is_read_in_the_bytes_of_the_mask() {
    expect(
        "@end PUSH0 SLOAD @second JUMP second: 0x08 SHR 0xff AND SWAP1 JUMP end: 0x02 SSTORE STOP",
        &["read 0 byte 1", "write 2 all bytes"],
    );
}

#[test]
fn a_word_that_is_masked_where_two_ways_meet_is_read_in_the_bytes_of_the_mask() {
    expect(
        "0x05 CALLVALUE @meet JUMPI POP PUSH0 SLOAD meet: 0xffff AND 0x02 SSTORE STOP",
        &["read 0 bytes 0-1", "write 2 all bytes"],
    );
}

/// Puts the caller's lowest byte into a word that is on the stack.
const PUT_BYTE_0: &str = "0xff NOT AND CALLER 0xff AND OR";

#[test]
fn bytes_that_were_loaded_from_the_slot_are_kept() {
    expect(&format!("PUSH0 SLOAD {PUT_BYTE_0} PUSH0 SSTORE STOP"), &["write 0 byte 0"]);
    expect(&format!("PUSH0 TLOAD {PUT_BYTE_0} PUSH0 TSTORE STOP"), &["write transient 0 byte 0"]);
}

#[test]
fn bytes_of_the_other_storage_are_written() {
    expect(
        &format!("PUSH0 TLOAD {PUT_BYTE_0} PUSH0 SSTORE STOP"),
        &["read transient 0 bytes 1-31", "write 0 all bytes"],
    );
}

#[test]
fn bytes_that_another_store_or_call_may_have_changed_are_written() {
    let call = "PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 CALLER GAS CALL POP";
    for between in ["CALLER PUSH0 SSTORE", "CALLER PUSH0 CALLDATALOAD SSTORE", call, "@on @change JUMP on:"] {
        let found = accesses(&format!(
            "PUSH0 SLOAD {between} {PUT_BYTE_0} PUSH0 SSTORE STOP change: CALLER 0x04 CALLDATALOAD SSTORE JUMP"
        ));
        assert!(found.contains("read 0 bytes 1-31"), "{between}: {found:?}");
        assert!(found.contains("write 0 all bytes") && !found.contains("write 0 byte 0"), "{between}: {found:?}");
    }
}

#[test]
fn bytes_that_only_some_way_changed_are_written() {
    expect(
        &format!("PUSH0 SLOAD CALLVALUE @on JUMPI CALLER PUSH0 SSTORE on: {PUT_BYTE_0} PUSH0 SSTORE STOP"),
        &["read 0 bytes 1-31", "write 0 all bytes"],
    );
}

#[test]
fn bytes_are_written_where_a_jump_to_an_unknown_place_may_lead_behind_the_load() {
    let known = format!("PUSH0 SLOAD CALLVALUE @on JUMPI STOP on: {PUT_BYTE_0} PUSH0 SSTORE STOP");
    expect(&known, &["write 0 byte 0"]);
    expect(
        &format!("CALLER @load JUMPI 0x24 CALLDATALOAD 0x04 CALLDATALOAD JUMP load: {known}"),
        &["read 0 bytes 1-31", "write 0 all bytes"],
    );
}

#[test]
fn bytes_that_a_called_function_may_have_changed_by_a_jump_to_an_unknown_place_are_written() {
    let found = accesses(&format!(
        "PUSH0 SLOAD @on @called JUMP on: {PUT_BYTE_0} PUSH0 SSTORE STOP
         called: CALLVALUE @back JUMPI 0x04 CALLDATALOAD JUMP back: JUMP"
    ));
    assert!(found.contains("write 0 all bytes") && !found.contains("write 0 byte 0"), "{found:?}");
}

#[test]
fn a_word_is_not_small_where_a_jump_to_an_unknown_place_may_lead_behind_the_comparison() {
    let put = "PUSH0 SLOAD 0xff NOT AND OR PUSH0 SSTORE STOP out: PUSH0 PUSH0 REVERT";
    let small = format!("0x04 CALLDATALOAD 0x03 DUP2 GT @out JUMPI {put}");
    expect(&small, &["write 0 byte 0"]);
    let found = accesses(&format!("CALLER @load JUMPI 0x24 CALLDATALOAD 0x04 CALLDATALOAD JUMP load: {small}"));
    assert!(found.contains("write 0 all bytes") && !found.contains("write 0 byte 0"), "{found:?}");
}

#[test]
fn what_cannot_change_the_slot_leaves_its_bytes_kept() {
    let static_call = "PUSH0 PUSH0 PUSH0 PUSH0 CALLER GAS STATICCALL POP";
    let of_mapping = "CALLER PUSH0 MSTORE 0x01 0x20 MSTORE CALLER 0x40 PUSH0 KECCAK256 SSTORE";
    for between in ["CALLER 0x01 SSTORE", "CALLER PUSH0 TSTORE", static_call, of_mapping, "@on @look JUMP on:"] {
        let found = accesses(&format!(
            "PUSH0 SLOAD {between} {PUT_BYTE_0} PUSH0 SSTORE STOP look: 0x07 SLOAD 0x09 MSTORE JUMP"
        ));
        assert!(found.contains("write 0 byte 0") && !found.contains("write 0 all bytes"), "{between}: {found:?}");
        assert!(!found.iter().any(|access| access.starts_with("read 0 ")), "{between}: {found:?}");
    }
}

#[test]
fn two_fields_that_are_written_one_after_the_other_are_written_in_their_own_bytes() {
    let expected = ["write 0 byte 0", "write 0 byte 1"];
    let put_byte_1 = "0xff00 NOT AND CALLVALUE 0xff AND 0x08 SHL OR";
    // The slot is loaded anew, or the word goes on that was stored.
    expect(&format!("PUSH0 SLOAD {PUT_BYTE_0} PUSH0 SSTORE PUSH0 SLOAD {put_byte_1} PUSH0 SSTORE STOP"), &expected);
    expect(&format!("PUSH0 SLOAD {PUT_BYTE_0} DUP1 PUSH0 SSTORE {put_byte_1} PUSH0 SSTORE STOP"), &expected);
}

#[test]
fn two_fields_of_a_word_that_is_loaded_once_are_read_in_their_own_bytes() {
    expect(
        "PUSH0 SLOAD DUP1 0xff AND 0x02 SSTORE 0x08 SHR 0xffff AND 0x03 SSTORE STOP",
        &["read 0 byte 0, bytes 1-2", "write 2 all bytes", "write 3 all bytes"],
    );
    // The lowest byte is a part of what is used whole.
    expect(
        "PUSH0 SLOAD DUP1 0xff AND 0x02 SSTORE 0xffff AND 0x03 SSTORE STOP",
        &["read 0 bytes 0-1", "write 2 all bytes", "write 3 all bytes"],
    );
}

#[test]
fn two_fields_that_are_written_at_once_are_written_in_their_own_bytes() {
    let field = "CALLVALUE 0xffff AND 0x08 SHL";
    expect(
        &format!("PUSH0 SLOAD 0xffffff NOT AND {field} OR CALLER 0xff AND OR PUSH0 SSTORE STOP"),
        &["write 0 byte 0, bytes 1-2"],
    );
    expect(
        "PUSH0 SLOAD 0xffffff NOT AND 0x010000 OR CALLER 0xffff AND OR PUSH0 SSTORE STOP",
        &["write 0 bytes 0-1, byte 2"],
    );
    // A number can begin with zeros, and a field that reaches into the other one is no field.
    expect("PUSH0 SLOAD 0xffffff NOT AND 0x010000 OR CALLER 0xff AND OR PUSH0 SSTORE STOP", &["write 0 bytes 0-2"]);
    expect(
        &format!("PUSH0 SLOAD 0xffffff NOT AND {field} OR CALLER 0xffff AND OR PUSH0 SSTORE STOP"),
        &["write 0 bytes 0-2"],
    );
}

#[test]
fn a_word_that_was_found_to_be_small_is_put_beside_what_is_kept() {
    for check in ["0x03 DUP2 GT @out JUMPI", "DUP1 0xff AND DUP2 EQ ISZERO @out JUMPI", "DUP1 0x08 SHR @out JUMPI"] {
        let put = "PUSH0 SLOAD 0xff NOT AND OR PUSH0 SSTORE STOP out: PUSH0 PUSH0 REVERT";
        expect(&format!("0x04 CALLDATALOAD {check} {put}"), &["write 0 byte 0"]);
    }
}

#[test]
fn a_word_is_small_however_far_behind_the_comparison_it_is_used() {
    let blocks: Vec<String> = (0..600).map(|at| format!("CALLVALUE @on{at} JUMPI on{at}:")).collect();
    let blocks = blocks.join(" ");
    expect(
        &format!(
            "0x04 CALLDATALOAD 0x03 DUP2 GT @out JUMPI {blocks}
             PUSH0 SLOAD 0xff NOT AND OR PUSH0 SSTORE STOP out: PUSH0 PUSH0 REVERT"
        ),
        &["write 0 byte 0"],
    );
}

#[test]
fn words_that_are_put_together_of_the_same_word_over_and_over_are_soon_told() {
    let doubled = "DUP1 0x08 SHL OR ".repeat(60);
    let found = accesses(&format!("PUSH0 SLOAD {doubled} PUSH0 SSTORE STOP"));
    assert!(found.contains("write 0 all bytes"), "{found:?}");
}

#[test]
fn a_word_from_before_a_field_was_written_brings_back_what_the_field_held() {
    expect(
        &format!(
            "PUSH0 SLOAD DUP1 {PUT_BYTE_0} PUSH0 SSTORE
             0xff00 NOT AND CALLVALUE 0xff AND 0x08 SHL OR PUSH0 SSTORE STOP"
        ),
        &["read 0 byte 0", "write 0 byte 0", "write 0 bytes 0-1"],
    );
}

#[test]
fn slots_that_are_hashes_of_hashes_of_many_words_are_not_compared_without_end() {
    // Only the innermost words differ, and those may be equal.
    let hash = format!(
        "{} 0x0400 PUSH0 KECCAK256 SWAP1 POP",
        (0..32).map(|at| format!("DUP1 0x{:04x} MSTORE", at * 32)).collect::<Vec<_>>().join(" ")
    );
    let slot = |innermost: &str| format!("{innermost} CALLDATALOAD {}", format!("{hash} ").repeat(8));
    let found = accesses(&format!(
        "{} {} DUP2 SLOAD CALLER DUP3 SSTORE {PUT_BYTE_0} DUP3 SSTORE STOP",
        slot("0x04"),
        slot("0x24")
    ));
    assert!(
        found.iter().filter(|access| access.starts_with("write")).all(|access| access.ends_with("all bytes")),
        "{found:?}"
    );
}

#[test]
fn a_word_is_kept_from_where_the_same_block_stored_it_to_the_slot() {
    let word = "0x04 CALLDATALOAD";
    let found = accesses(&format!(
        "CALLVALUE @main JUMPI {word} PUSH0 SSTORE STOP
         main: {word} PUSH0 SSTORE {word} 0x01 SSTORE {word} {PUT_BYTE_0} PUSH0 SSTORE STOP"
    ));
    assert!(found.contains("write 0 byte 0"), "{found:?}");
}

#[test]
fn a_word_from_before_a_loop_is_not_what_the_slot_holds_within_it() {
    expect(
        &format!("PUSH0 SLOAD loop: DUP1 {PUT_BYTE_0} PUSH0 SSTORE CALLVALUE @loop JUMPI STOP"),
        &["read 0 bytes 1-31", "write 0 all bytes"],
    );
}

#[test]
fn a_word_that_is_written_back_whole_is_read_and_written() {
    expect("PUSH0 SLOAD PUSH0 SSTORE STOP", &["read 0 all bytes", "write 0 all bytes"]);
}

#[test]
fn hostile_chains_of_stores_end_and_say_that_they_write_everything() {
    // Each store keeps bytes of the word that was loaded before all of them.
    let stores = format!("DUP1 {PUT_BYTE_0} PUSH0 SSTORE ").repeat(1_500);
    let found = accesses(&format!("PUSH0 SLOAD {stores} STOP"));
    assert!(found.contains("write 0 all bytes"), "{found:?}");
}

/// What is stored to slot 0 where only some bytes change.
fn values(text: &str) -> BTreeSet<String> {
    let effects = code_effects(&assemble(text), &[]);
    let accesses = effects.entries.iter().flat_map(|entry| &entry.accesses);
    let values = accesses.filter_map(|access| access.value.as_ref());
    values.map(ToString::to_string).collect()
}

#[test]
fn what_is_put_into_changed_bytes_is_told_as_it_lies_there() {
    let keep = |mask: &str| format!("PUSH0 SLOAD {mask} AND");
    let all_but_low_two = keep("PUSH0 NOT 0xffff XOR");
    let expected = |word: &str| BTreeSet::from([word.to_owned()]);
    // Into the second byte, whether it is moved there or lies there already.
    let second = keep("PUSH0 NOT 0xff00 XOR");
    assert_eq!(
        values(&format!("0xff CALLVALUE AND 0x08 SHL {second} OR PUSH0 SSTORE STOP")),
        expected("uint8(msg.value)")
    );
    let there = values(&format!("0xff00 CALLVALUE AND {second} OR PUSH0 SSTORE STOP"));
    assert_eq!(there, expected("((msg.value & 65280) >> 8)"));
    // Of what is moved, only a bit is put there.
    let cut = values(&format!("0x0100 CALLVALUE 0x08 SHL AND {second} OR PUSH0 SSTORE STOP"));
    assert_eq!(cut, expected("(((msg.value << 8) & 256) >> 8)"));
    // Into the first two, of which the lower becomes zero.
    let above = values(&format!("0xff CALLVALUE AND 0x08 SHL {all_but_low_two} OR PUSH0 SSTORE STOP"));
    assert_eq!(above, expected("(uint8(msg.value) << 8)"));
    assert_eq!(values(&format!("{all_but_low_two} PUSH0 SSTORE STOP")), expected("0"));
}

#[test]
fn an_index_that_a_caller_gives_is_added_to_the_place_of_the_array() {
    expect(
        "@end PUSH0 CALLDATALOAD 0x02 @f JUMP end: STOP
         f: 0x03 MUL SWAP1 PUSH0 MSTORE 0x01 0x20 MSTORE 0x40 PUSH0 KECCAK256 ADD 0x05 ADD 0x07 SWAP1 SSTORE JUMP",
        &["write 1[calldata[0]].11 all bytes"],
    );
}
