//! Which values lie in storage, as far as a code's accesses tell.
//!
//! An access shows bytes that belong together, and not always a variable: a read may want the low half of a number only,
//! and a store may clear a struct or copy one at once. What is taken for a value is
//! - what is written as one word of its own,
//! - what is read or written, when no value of its own lies around it and nothing narrower within.
//!
//! So a value that is only ever read, in whole and in part, is told by its parts; and bits that a contract packs into a
//! number of its own are told as values where it writes them together.
//!
//! Keys and indices are left out: all values of a mapping lie in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy_primitives::U256;
use uplint_bytecode::opcode as op;
use uplint_layout::ByteRange;

use super::CodeEffects;
use super::access::{AccessKind, AccessSpace, StorageAccess};
use super::byte_set::ByteSet;
use super::slot_expr::{Index, Reach, SlotExpr};
use super::word::Word;

/// A value in storage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecoveredValue {
    /// Which storage.
    pub space: AccessSpace,
    /// The slot, whatever its keys and indices are.
    pub slot: SlotExpr,
    /// The bytes within the slot.
    pub bytes: ByteRange,
    /// Whether it is read.
    pub is_read: bool,
    /// Whether it is written.
    pub is_written: bool,
}

/// What accesses say of some bytes of a slot.
#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    is_read: bool,
    /// It is written, with whatever value.
    is_written: bool,
    /// It is written as one word of its own.
    is_own: bool,
}

/// The values that a code reads and writes, in ascending order; those in slots that nobody knows are left out.
pub fn recovered_values(effects: &CodeEffects) -> Vec<RecoveredValue> {
    let mut slots: BTreeMap<(AccessSpace, SlotExpr), BTreeMap<ByteRange, Evidence>> = BTreeMap::new();
    let accesses: BTreeSet<&StorageAccess> = effects.entries.iter().flat_map(|entry| &entry.accesses).collect();
    for access in accesses.into_iter().filter(|access| access.slot.is_known()) {
        let slot = slots.entry((access.space, without_keys(&access.slot))).or_default();
        for bytes in &access.bytes {
            let evidence = slot.entry(*bytes).or_default();
            match access.kind {
                AccessKind::Read => evidence.is_read = true,
                AccessKind::Write => {
                    evidence.is_written = true;
                    let first = access.bytes.first().map_or(0, |first| first.offset);
                    let is_own =
                        |value: &Word| is_own_value(value, bytes.offset - first, bytes.len, access.bytes.len() > 1);
                    evidence.is_own |= access.value.as_ref().is_some_and(is_own);
                }
            }
        }
    }
    let values = slots.into_iter().flat_map(|((space, slot), evidence)| {
        let kept: Vec<_> = evidence.iter().filter(|(bytes, _)| is_value(&evidence, **bytes)).collect();
        let value = |(bytes, evidence): (&ByteRange, &Evidence)| {
            let Evidence { is_read, is_written, .. } = *evidence;
            RecoveredValue { space, slot: slot.clone(), bytes: *bytes, is_read, is_written }
        };
        kept.into_iter().map(value).collect::<Vec<_>>()
    });
    values.collect()
}

/// Whether bytes that are accessed together are a value.
fn is_value(evidence: &BTreeMap<ByteRange, Evidence>, bytes: ByteRange) -> bool {
    let is_own = |bytes: &ByteRange| evidence.get(bytes).is_some_and(|evidence| evidence.is_own);
    let is_in_own = evidence.keys().any(|other| is_within(bytes, *other) && is_own(other));
    let has_narrower = evidence.keys().any(|other| is_within(*other, bytes));
    is_own(&bytes) || !is_in_own && !has_narrower
}

/// Whether bytes lie within others that are more.
fn is_within(inner: ByteRange, outer: ByteRange) -> bool {
    inner != outer && outer.offset <= inner.offset && inner.offset + inner.len <= outer.offset + outer.len
}

/// Whether some bytes of a word that is stored are one value: neither nothing, nor copied from elsewhere with what lies
/// beside it, nor put together of several unless these are told apart.
fn is_own_value(value: &Word, offset: u8, len: u8, is_apart: bool) -> bool {
    match value {
        Word::Stored(..) | Word::Unknown => false,
        Word::OneOf(words) => words.iter().any(|word| is_own_value(word, offset, len, is_apart)),
        Word::Noted(word, _) => is_own_value(word, offset, len, is_apart),
        Word::Operation(op::OR, _) if !is_apart => false,
        value => {
            let bytes = ByteSet::from(offset.into()).and(ByteSet::below(usize::from(offset) + usize::from(len)));
            nonzero_bytes(value).and(bytes) != ByteSet::NONE
        }
    }
}

/// The bytes of a word that may be other than zero.
fn nonzero_bytes(word: &Word) -> ByteSet {
    let masked = |word: &Word, mask: &U256| nonzero_bytes(word).and(ByteSet::of(*mask, |byte| byte != 0));
    match word {
        Word::Number(number) => ByteSet::of(*number, |byte| byte != 0),
        Word::Noted(word, _) => nonzero_bytes(word),
        Word::Operation(opcode, operands) => match (*opcode, &operands[..]) {
            (op::OR, [a, b]) => nonzero_bytes(a).or(nonzero_bytes(b)),
            (op::AND, [word, Word::Number(mask)] | [Word::Number(mask), word]) => masked(word, mask),
            (op::SHL, [Word::Number(bits), word]) => {
                usize::try_from(*bits).map_or(ByteSet::ALL, |bits| nonzero_bytes(word).shifted_left(bits))
            }
            (op::SHR, [Word::Number(bits), word]) => {
                usize::try_from(*bits).map_or(ByteSet::ALL, |bits| nonzero_bytes(word).shifted_right(bits))
            }
            (op::MUL, [word, Word::Number(by)] | [Word::Number(by), word]) if by.is_power_of_two() => {
                nonzero_bytes(word).shifted_left(by.trailing_zeros())
            }
            _ => ByteSet::ALL,
        },
        _ => ByteSet::ALL,
    }
}

/// A slot whatever its keys and indices are.
fn without_keys(slot: &SlotExpr) -> SlotExpr {
    let base = |base: &Arc<SlotExpr>| Arc::new(without_keys(base));
    match slot {
        SlotExpr::Mapping { base: of, .. } => SlotExpr::Mapping { base: base(of), key: Word::Unknown },
        SlotExpr::DynArray { base: of } => SlotExpr::DynArray { base: base(of) },
        SlotExpr::Offset { base: of, by, index } => {
            let any = |index: &Index| Index { word: Word::Unknown, stride: index.stride, reach: Reach::Length };
            let index = index.as_ref().map(any);
            SlotExpr::Offset { base: base(of), by: *by, index }
        }
        SlotExpr::Seeded { seed, keys } => {
            SlotExpr::Seeded { seed: *seed, keys: keys.iter().map(|_| Word::Unknown).collect() }
        }
        slot => slot.clone(),
    }
}
