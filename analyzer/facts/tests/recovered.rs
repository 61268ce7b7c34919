//! Which values the accesses of a code show, each case for one way in which accesses differ from variables.

use std::sync::Arc;

use alloy_primitives::U256;
use uplint_bytecode::{Pc, opcode as op};
use uplint_facts::effects::{
    AccessKind, AccessSpace, CodeEffects, EntryEffects, EntryName, Index, Reach, SlotExpr, StorageAccess, Word,
    recovered_values,
};
use uplint_layout::ByteRange;

type Bytes<'a> = &'a [(u8, u8)];

fn access(slot: SlotExpr, kind: AccessKind, bytes: Bytes<'_>, value: Option<Word>) -> StorageAccess {
    let bytes = bytes.iter().map(|&(offset, len)| ByteRange { offset, len }).collect();
    StorageAccess { pc: Pc(0), space: AccessSpace::Storage, kind, slot, bytes, value }
}

fn read(bytes: Bytes<'_>) -> StorageAccess {
    access(SlotExpr::Known(U256::ZERO), AccessKind::Read, bytes, None)
}

fn write(bytes: Bytes<'_>, value: Word) -> StorageAccess {
    access(SlotExpr::Known(U256::ZERO), AccessKind::Write, bytes, Some(value))
}

/// The values of some accesses: the slot, the first byte and how many there are.
fn values(accesses: &[StorageAccess]) -> Vec<(String, u8, u8)> {
    let entry = EntryEffects {
        name: EntryName::Fallback,
        pc: Pc(0),
        accesses: accesses.to_vec(),
        calls: Vec::new(),
        guards: Vec::new(),
        return_lens: [].into(),
        events: [].into(),
    };
    let effects = CodeEffects { entries: vec![entry], ..CodeEffects::default() };
    let value =
        |value: uplint_facts::effects::RecoveredValue| (value.slot.to_string(), value.bytes.offset, value.bytes.len);
    recovered_values(&effects).into_iter().map(value).collect()
}

fn in_slot_0(values: &[(u8, u8)]) -> Vec<(String, u8, u8)> {
    values.iter().map(|&(offset, len)| ("0".to_owned(), offset, len)).collect()
}

fn both(a: Word, b: Word) -> Word {
    Word::Operation(op::OR, [a, b].into())
}

fn given(offset: u32) -> Word {
    Word::CallData(U256::from(offset))
}

#[test]
fn a_part_that_is_read_of_what_is_written_as_one_word_is_no_value() {
    assert_eq!(values(&[write(&[(0, 32)], given(4)), read(&[(0, 20)])]), in_slot_0(&[(0, 32)]));
    // Unless it is written by itself.
    let by_itself = write(&[(0, 20)], Word::Caller);
    assert_eq!(values(&[write(&[(0, 32)], given(4)), by_itself]), in_slot_0(&[(0, 20), (0, 32)]));
}

#[test]
fn what_clears_or_copies_several_values_is_no_value() {
    let stored = Word::Stored(AccessSpace::Storage, Arc::new(Word::Number(U256::from(7))));
    for value in [Word::Number(U256::ZERO), stored, both(given(4), given(36)), Word::Unknown] {
        let accesses = [write(&[(0, 32)], value.clone()), read(&[(0, 20)]), read(&[(20, 1)])];
        assert_eq!(values(&accesses), in_slot_0(&[(0, 20), (20, 1)]), "{value}");
    }
}

#[test]
fn what_nothing_contradicts_is_a_value_however_it_is_accessed() {
    assert_eq!(values(&[write(&[(0, 32)], Word::Number(U256::ZERO))]), in_slot_0(&[(0, 32)]));
    assert_eq!(values(&[read(&[(0, 20), (20, 12)])]), in_slot_0(&[(0, 20), (20, 12)]));
}

#[test]
fn what_one_store_puts_together_of_words_that_are_told_apart_are_values() {
    // 12 bytes of the call data and 20 of the caller; then the low byte of the first is read.
    let moved = Word::Operation(op::SHL, [Word::Number(U256::from(96)), Word::Caller].into());
    let accesses = [write(&[(0, 12), (12, 20)], both(given(4), moved)), read(&[(0, 1)])];
    assert_eq!(values(&accesses), in_slot_0(&[(0, 12), (12, 20)]));
    // Bytes that are zero in all that is put together show nothing.
    let low = Word::Operation(op::AND, [Word::Number(U256::from(0xff)), given(4)].into());
    let accesses = [write(&[(0, 12), (12, 20)], both(low.clone(), low)), read(&[(12, 4)])];
    assert_eq!(values(&accesses), in_slot_0(&[(0, 12), (12, 4)]));
}

#[test]
fn all_keys_and_indices_lead_to_one_value() {
    let element = |word: Word, reach: Reach| {
        let mapping = SlotExpr::Mapping { base: Arc::new(SlotExpr::Known(U256::from(3))), key: word.clone() };
        let base = Arc::new(SlotExpr::DynArray { base: Arc::new(mapping) });
        let index = Some(Index { word, stride: U256::from(2), reach });
        SlotExpr::Offset { base, by: U256::ONE, index }
    };
    let of = |word: Word, reach: Reach| access(element(word, reach), AccessKind::Read, &[(0, 32)], None);
    let accesses = [of(Word::Caller, Reach::Length), of(given(4), Reach::Below(U256::from(9)))];
    assert_eq!(values(&accesses), [("3[?][? by 2].1".to_owned(), 0, 32)]);
    // Without a bound it could be any slot.
    assert_eq!(values(&[of(given(4), Reach::Anywhere)]), []);
}
