//! What a word or a slot that the effects name comes to in one call.

use std::collections::BTreeSet;

use revm::bytecode::opcode as op;
use revm::primitives::{U256, keccak256};
use uplint_facts::effects::{SlotExpr, Word};

use super::frame::Frame;
use super::world::{CALLER, CONTRACT};

/// Most values that a word can have in one call.
const MAX_VALUES: usize = 256;

/// All values that a word may have in a call; `None` where it says too little to tell. A word that is loaded has those
/// that were loaded from its slot.
pub(super) fn values(word: &Word, frame: &Frame) -> Option<BTreeSet<U256>> {
    let one = |value: U256| Some(BTreeSet::from([value]));
    let found = match word {
        Word::Number(number) => return one(*number),
        Word::Caller => return one(U256::from_be_slice(frame.caller.as_slice())),
        Word::Origin => return one(U256::from_be_slice(CALLER.as_slice())),
        Word::This => return one(U256::from_be_slice(CONTRACT.as_slice())),
        Word::Value => return one(frame.value),
        Word::Timestamp => return one(frame.timestamp),
        Word::CallData(offset) => return one(frame.call_data(*offset)),
        Word::Stored(space, slot) => {
            let slots = values(slot, frame)?;
            slots.into_iter().filter_map(|slot| frame.loaded.get(&(*space, slot))).flatten().copied().collect()
        }
        Word::Noted(word, _) => return values(word, frame),
        Word::Hash(parts) => hashes(parts, frame)?,
        Word::Operation(opcode, operands) => operation(*opcode, operands, frame)?,
        Word::OneOf(words) => {
            let all: Option<Vec<_>> = words.iter().map(|word| values(word, frame)).collect();
            all?.into_iter().flatten().collect()
        }
        Word::Argument(_) | Word::Immutable(_) | Word::CallResult | Word::Created | Word::Unknown => return None,
    };
    (found.len() <= MAX_VALUES).then_some(found)
}

fn operation(opcode: u8, operands: &[Word], frame: &Frame) -> Option<BTreeSet<U256>> {
    if let (op::CALLDATASIZE, []) = (opcode, operands) {
        return Some(BTreeSet::from([U256::from(frame.data.len())]));
    }
    let mut all: Vec<BTreeSet<U256>> = operands.iter().map(|operand| values(operand, frame)).collect::<Option<_>>()?;
    if opcode == op::OR {
        // Of a disjunction, a side whose words were not loaded was not asked.
        all.iter_mut().filter(|side| side.is_empty()).for_each(|side| side.extend([U256::ZERO]));
    }
    let mut found = BTreeSet::new();
    for words in choices(&all)? {
        found.insert(match (opcode, words.as_slice()) {
            (op::CALLDATALOAD, [offset]) => frame.call_data(*offset),
            // A sum has as many terms as it needs.
            (op::ADD, terms) => terms.iter().fold(U256::ZERO, |sum, term| sum.wrapping_add(*term)),
            (opcode, words) => uplint_bytecode::compute(opcode, words)?,
        });
    }
    Some(found)
}

fn hashes(parts: &[(Word, u8, u8)], frame: &Frame) -> Option<BTreeSet<U256>> {
    // A part without a length stands for bytes that are not known.
    if parts.iter().any(|(_, _, len)| *len == 0) {
        return None;
    }
    let all: Vec<BTreeSet<U256>> = parts.iter().map(|(word, ..)| values(word, frame)).collect::<Option<_>>()?;
    let mut found = BTreeSet::new();
    for words in choices(&all)? {
        let mut bytes = Vec::new();
        for ((_, skip, len), word) in parts.iter().zip(words) {
            let (start, end) = (usize::from(*skip), usize::from(*skip) + usize::from(*len));
            bytes.extend_from_slice(word.to_be_bytes::<32>().get(start..end)?);
        }
        found.insert(U256::from_be_bytes(keccak256(bytes).0));
    }
    Some(found)
}

/// Each way to take one value for each word; `None` of too many.
fn choices(all: &[BTreeSet<U256>]) -> Option<Vec<Vec<U256>>> {
    let mut chosen = vec![Vec::new()];
    for values in all {
        if chosen.len().saturating_mul(values.len()) > MAX_VALUES {
            return None;
        }
        let with = |before: &Vec<U256>, value: &U256| before.iter().chain([value]).copied().collect();
        chosen = chosen.iter().flat_map(|before| values.iter().map(move |value| with(before, value))).collect();
    }
    Some(chosen)
}

/// All slots that a place may mean in a call; `None` where it says too little to tell.
pub(super) fn slots(place: &SlotExpr, frame: &Frame) -> Option<BTreeSet<U256>> {
    let hashed = |bytes: &[&[u8]]| U256::from_be_bytes(keccak256(bytes.concat()).0);
    let found: BTreeSet<U256> = match place {
        SlotExpr::Known(slot) => BTreeSet::from([*slot]),
        SlotExpr::Mapping { base, key } => {
            // A key of other than 32 bytes is not told with its length.
            let [bases, keys] = [slots(base, frame)?, values(key, frame)?];
            let both = bases.iter().flat_map(|base| keys.iter().map(move |key| (base, key)));
            both.flat_map(|(base, key)| {
                let (base, key) = (base.to_be_bytes::<32>(), key.to_be_bytes::<32>());
                // Solidity hashes the key before the slot, Vyper the slot before the key.
                [hashed(&[&key, &base]), hashed(&[&base, &key])]
            })
            .collect()
        }
        SlotExpr::DynArray { base } => {
            slots(base, frame)?.iter().map(|base| hashed(&[&base.to_be_bytes::<32>()])).collect()
        }
        SlotExpr::Offset { base, by, index } => {
            let bases = slots(base, frame)?;
            let steps = match index {
                None => BTreeSet::from([U256::ZERO]),
                Some(index) => {
                    values(&index.word, frame)?.into_iter().map(|at| at.wrapping_mul(index.stride)).collect()
                }
            };
            let sum = |base: &U256, step: &U256| base.wrapping_add(*by).wrapping_add(*step);
            bases.iter().flat_map(|base| steps.iter().map(move |step| sum(base, step))).collect()
        }
        SlotExpr::Given(word) => values(word, frame)?,
        SlotExpr::Seeded { .. } | SlotExpr::Unknown(_) => return None,
    };
    (found.len() <= MAX_VALUES).then_some(found)
}
