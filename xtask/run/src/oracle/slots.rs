//! Whether a slot that was accessed is the one that the effects of the code name at that place.

use std::collections::{BTreeMap, BTreeSet};

use revm::primitives::{B256, U256, keccak256};
use uplint_facts::effects::{AccessKind, CodeEffects, SlotExpr, Word};

use super::record::Recorded;

/// Most hashes that are tried for the start of an array.
const MAX_STARTS: usize = 64;

/// What the effects say of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// They name it.
    Exactly,
    /// They say that it is unknown.
    Unknown,
    /// They name others only.
    Otherwise,
    /// They have no access at the place.
    Nowhere,
}

/// The slots of all accesses, by place.
pub(super) struct Slots<'a> {
    named: BTreeMap<u32, Vec<&'a SlotExpr>>,
    written: BTreeSet<&'a SlotExpr>,
    has_unknown_write: bool,
}

impl<'a> Slots<'a> {
    pub(super) fn new(effects: &'a CodeEffects) -> Self {
        let mut slots: BTreeMap<u32, Vec<&SlotExpr>> = BTreeMap::new();
        for access in effects.entries.iter().flat_map(|entry| &entry.accesses) {
            let known = slots.entry(access.pc.0).or_default();
            if !known.contains(&&access.slot) {
                known.push(&access.slot);
            }
        }
        let writes = effects.entries.iter().flat_map(|entry| &entry.accesses);
        let writes = writes.filter(|access| access.kind == AccessKind::Write);
        let (unknown, written): (BTreeSet<_>, BTreeSet<_>) =
            writes.map(|access| &access.slot).partition(|slot| !slot.is_known());
        Self { named: slots, written, has_unknown_write: !unknown.is_empty() }
    }

    /// What is said of a slot that the instruction at a place accessed.
    pub(super) fn names(&self, pc: u32, slot: U256, recorded: &Recorded) -> Named {
        let Some(slots) = self.named.get(&pc) else {
            // A word that is loaded only to be written back beside something new counts as no read.
            let is_written = self.written.iter().any(|expression| is_slot(expression, slot, recorded));
            return match is_written {
                true => Named::Exactly,
                false if self.has_unknown_write => Named::Unknown,
                false => Named::Nowhere,
            };
        };
        let (unknown, known): (Vec<_>, Vec<_>) = slots.iter().partition(|slot| !slot.is_known());
        if known.into_iter().any(|expression| is_slot(expression, slot, recorded)) {
            Named::Exactly
        } else if unknown.is_empty() {
            Named::Otherwise
        } else {
            Named::Unknown
        }
    }

    /// What is named at a place, for a person.
    pub(super) fn says(&self, pc: u32) -> String {
        let named = self.named.get(&pc).into_iter().flatten().copied();
        let (mut unknown, known): (Vec<&SlotExpr>, Vec<&SlotExpr>) = named.partition(|slot| !slot.is_known());
        unknown.extend(known);
        let named = unknown.into_iter().take(4);
        named.map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

/// Whether an expression can mean a slot, when what was hashed is known.
fn is_slot(expression: &SlotExpr, slot: U256, recorded: &Recorded) -> bool {
    let preimage = || recorded.preimages.get(&B256::from(slot));
    match expression {
        SlotExpr::Known(number) => *number == slot,
        SlotExpr::Mapping { base, key } => preimage().is_some_and(|preimage| {
            let Some(len) = preimage.len().checked_sub(32) else { return false };
            // Solidity hashes the key before the slot, Vyper the slot before the key.
            let (before, behind) = (preimage.split_at(len), preimage.split_at(32));
            let fits = |slot: &[u8], key_bytes: &[u8]| {
                is_slot(base, U256::from_be_slice(slot), recorded) && is_key(key, key_bytes)
            };
            fits(before.1, before.0) || fits(behind.0, behind.1)
        }),
        SlotExpr::DynArray { base } => match base.as_ref() {
            SlotExpr::Known(number) => keccak256(number.to_be_bytes::<32>()) == B256::from(slot),
            base => preimage()
                .is_some_and(|preimage| preimage.len() == 32 && is_slot(base, U256::from_be_slice(preimage), recorded)),
        },
        SlotExpr::Offset { base, by, index: None } => is_slot(base, slot.wrapping_sub(*by), recorded),
        SlotExpr::Offset { base, by, index: Some(index) } => {
            // Whether the index times the stride can be the distance, which may wrap around: a length that is nonsense
            // lets any index pass.
            let is_element = |start: U256| {
                let distance = slot.wrapping_sub(*by).wrapping_sub(start);
                distance.is_zero() || index.stride.trailing_zeros() <= distance.trailing_zeros()
            };
            starts(base, slot.wrapping_sub(*by), recorded).into_iter().any(is_element)
        }
        SlotExpr::Seeded { seed, .. } => preimage().is_some_and(|preimage| {
            let bytes = seed.to_be_bytes_trimmed_vec();
            bytes.is_empty() || preimage.windows(bytes.len()).any(|window| window == bytes)
        }),
        SlotExpr::Given(_) => recorded.given.contains(&slot),
        SlotExpr::Unknown(_) => true,
    }
}

fn is_key(key: &Word, bytes: &[u8]) -> bool {
    match key {
        Word::Number(number) if bytes.len() == 32 => number.to_be_bytes::<32>() == bytes,
        _ => true,
    }
}

/// Where an array can begin that has an element there.
fn starts(base: &SlotExpr, element: U256, recorded: &Recorded) -> Vec<U256> {
    match base {
        SlotExpr::Known(number) => vec![*number],
        SlotExpr::Offset { base, by, .. } => {
            let before = starts(base, element.wrapping_sub(*by), recorded);
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
            let before = recorded
                .preimages
                .range(..=B256::from(element))
                .rev()
                .chain(recorded.preimages.range(B256::from(element)..).rev());
            let hashes = before.map(|(hash, _)| U256::from_be_bytes(hash.0));
            hashes.chain(constant).filter(|start| is_slot(base, *start, recorded)).take(MAX_STARTS).collect()
        }
    }
}
