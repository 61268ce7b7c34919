//! Whether a slot that was accessed is the one that an access of the effects names.

use revm::bytecode::opcode as op;
use revm::primitives::{B256, U256, keccak256};
use uplint_facts::effects::{Reach, SlotExpr, StorageAccess, Word};

use super::evaluate::{slots, values};
use super::frame::Frame;

/// How far behind a slot that the call data names an element can lie whose index is not known.
const MAX_DISTANCE: u64 = 1 << 32;

/// Most hashes that are tried for the start of an array.
const MAX_STARTS: usize = 64;

/// What an access says of a slot, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// It comes to the slot.
    Exactly,
    /// It leads to the slot by a key or an index that is not known.
    InPart,
    /// It says that the slot is unknown.
    Unknown,
    /// It is another slot.
    Otherwise,
}

/// What an access says of a slot that was accessed in a call.
pub(super) fn name(access: &StorageAccess, slot: U256, frame: &Frame) -> Named {
    if slots(&access.slot, frame).is_some_and(|slots| slots.contains(&slot)) {
        Named::Exactly
    } else if !access.slot.is_known() && !is_given(&access.slot, frame) {
        Named::Unknown
    } else if is_slot(&access.slot, slot, frame) {
        Named::InPart
    } else {
        Named::Otherwise
    }
}

/// Whether an expression is counted from a slot that the call data names, by an index that is bounded, and this slot can
/// be told: what it says is judged like what is said of a known slot. Of a word of the call data at an offset that is not
/// known, only the slot itself can be judged.
fn is_given(expression: &SlotExpr, frame: &Frame) -> bool {
    let is_told = |base: &SlotExpr| match base {
        SlotExpr::Given(word) => values(word, frame).is_some(),
        base => is_given(base, frame),
    };
    match expression {
        SlotExpr::Given(Word::Operation(op::CALLDATALOAD, _)) => true,
        SlotExpr::Given(_) => is_told(expression),
        SlotExpr::Mapping { base, .. } | SlotExpr::DynArray { base } => is_told(base),
        SlotExpr::Offset { base, index, .. } => {
            is_told(base) && index.as_ref().is_none_or(|index| index.reach != Reach::Anywhere)
        }
        SlotExpr::Known(_) | SlotExpr::Seeded { .. } | SlotExpr::Unknown(_) => false,
    }
}

/// Whether an expression can mean a slot, when what was hashed is known.
fn is_slot(expression: &SlotExpr, slot: U256, frame: &Frame) -> bool {
    let preimage = || frame.preimages.get(&B256::from(slot));
    match expression {
        SlotExpr::Known(number) => *number == slot,
        SlotExpr::Mapping { base, key } => preimage().is_some_and(|preimage| {
            let Some(len) = preimage.len().checked_sub(32) else { return false };
            // Solidity hashes the key before the slot, Vyper the slot before the key.
            let (before, behind) = (preimage.split_at(len), preimage.split_at(32));
            let fits = |slot: &[u8], key_bytes: &[u8]| {
                is_slot(base, U256::from_be_slice(slot), frame) && is_key(key, key_bytes, frame)
            };
            fits(before.1, before.0) || fits(behind.0, behind.1)
        }),
        SlotExpr::DynArray { base } => match base.as_ref() {
            SlotExpr::Known(number) => keccak256(number.to_be_bytes::<32>()) == B256::from(slot),
            base => preimage()
                .is_some_and(|preimage| preimage.len() == 32 && is_slot(base, U256::from_be_slice(preimage), frame)),
        },
        SlotExpr::Offset { base, by, index: None } => is_slot(base, slot.wrapping_sub(*by), frame),
        SlotExpr::Offset { base, by, index: Some(index) } => {
            let known = values(&index.word, frame);
            // Of an index that is not known, the stride still divides the distance, which may wrap around: a length that
            // is nonsense lets any index pass.
            let is_element = |start: U256| {
                let distance = slot.wrapping_sub(*by).wrapping_sub(start);
                match &known {
                    Some(known) => known.iter().any(|at| at.wrapping_mul(index.stride) == distance),
                    // Behind a slot that is no hash nothing else tells one array from another.
                    None if matches!(**base, SlotExpr::Given(_)) => distance < U256::from(MAX_DISTANCE),
                    None => distance.is_zero() || index.stride.trailing_zeros() <= distance.trailing_zeros(),
                }
            };
            starts(base, slot.wrapping_sub(*by), frame).into_iter().any(is_element)
        }
        SlotExpr::Seeded { seed, .. } => preimage().is_some_and(|preimage| {
            let bytes = seed.to_be_bytes_trimmed_vec();
            bytes.is_empty() || preimage.windows(bytes.len()).any(|window| window == bytes)
        }),
        SlotExpr::Given(word) => match values(word, frame) {
            Some(known) => known.contains(&slot),
            None => frame.is_given(slot),
        },
        SlotExpr::Unknown(_) => true,
    }
}

/// A key of other than 32 bytes is not told with its length.
fn is_key(key: &Word, bytes: &[u8], frame: &Frame) -> bool {
    let known = if bytes.len() == 32 { values(key, frame) } else { None };
    known.is_none_or(|keys| keys.contains(&U256::from_be_slice(bytes)))
}

/// Where an array can begin that has an element there.
fn starts(base: &SlotExpr, element: U256, frame: &Frame) -> Vec<U256> {
    match base {
        SlotExpr::Known(number) => vec![*number],
        SlotExpr::Given(word) => values(word, frame).unwrap_or_default().into_iter().take(MAX_STARTS).collect(),
        SlotExpr::Offset { base, by, .. } => {
            let before = starts(base, element.wrapping_sub(*by), frame);
            before.into_iter().map(|start| start.wrapping_add(*by)).collect()
        }
        _ => {
            // The hash of a constant may be computed by the compiler, so that it was not seen.
            let constant = match base {
                SlotExpr::DynArray { base } => match base.as_ref() {
                    SlotExpr::Known(number) => Some(keccak256(number.to_be_bytes::<32>()).into()),
                    _ => None,
                },
                _ => None,
            };
            // The nearest ones first: only an array whose length is nonsense has elements far away.
            let before = frame
                .preimages
                .range(..=B256::from(element))
                .rev()
                .chain(frame.preimages.range(B256::from(element)..).rev());
            let hashes = before.map(|(hash, _)| U256::from_be_bytes(hash.0));
            hashes.chain(constant).filter(|start| is_slot(base, *start, frame)).take(MAX_STARTS).collect()
        }
    }
}
