//! What a store puts into the bytes that it changes, apart from what it writes back beside them.

use alloy_primitives::U256;
use uplint_bytecode::opcode as op;

use super::access::AccessSpace;
use super::byte_set::ByteSet;
use super::word::{self, Word};

/// The part of a stored word that lies in the changed bytes, moved down so that the lowest of them is its lowest. What
/// the word has in bytes that do not change says nothing.
pub(super) fn put(value: Word, bytes: ByteSet, space: AccessSpace, slot: &Word) -> Word {
    if bytes == ByteSet::ALL {
        return value;
    }
    let first_bit = 8 * bytes.0.trailing_zeros() as usize;
    let is_kept = |word: &Word| kept_mask(word, space, slot).is_some_and(|mask| mask.and(bytes) == ByteSet::NONE);
    if is_kept(&value) {
        return Word::Number(U256::ZERO);
    }
    let new = match &value {
        Word::Operation(op::OR, sides) => match &sides[..] {
            [old, new] | [new, old] if is_kept(old) => new,
            _ => &value,
        },
        _ => &value,
    };
    match moved(new, bytes) {
        Some((inner, bits)) if bits == first_bit => inner.clone(),
        _ => word::operation(op::SHR, &[Word::Number(U256::from(first_bit)), new.clone()]).bounded(),
    }
}

/// The bytes that a word has of what the slot held, when it has nothing else.
fn kept_mask(word: &Word, space: AccessSpace, slot: &Word) -> Option<ByteSet> {
    match word {
        Word::Stored(of, from) if *of == space && (**from == *slot || from.plain() == slot.plain()) => {
            Some(ByteSet::ALL)
        }
        Word::Operation(op::AND, sides) => match &sides[..] {
            [inner, Word::Number(mask)] | [Word::Number(mask), inner] => {
                Some(kept_mask(inner, space, slot)?.and(ByteSet::of(*mask, |byte| byte != 0)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A word before it was moved to higher bits, and by how many.
fn moved(word: &Word, bytes: ByteSet) -> Option<(&Word, usize)> {
    let Word::Operation(opcode, sides) = word else { return Some((word, 0)) };
    match (*opcode, &sides[..]) {
        (op::MUL, [inner, Word::Number(factor)] | [Word::Number(factor), inner]) if factor.is_power_of_two() => {
            Some((inner, factor.trailing_zeros()))
        }
        (op::SHL, [Word::Number(bits), inner]) => Some((inner, usize::try_from(*bits).ok()?)),
        // A mask behind the move that leaves the changed bytes whole.
        (
            op::AND,
            [inner @ Word::Operation(op::SHL, _), Word::Number(mask)]
            | [Word::Number(mask), inner @ Word::Operation(op::SHL, _)],
        ) if bytes.and(ByteSet::of(*mask, |byte| byte == 0xff)) == bytes => moved(inner, bytes),
        _ => Some((word, 0)),
    }
}
