//! Which of two words that are hashed together is the slot of a mapping?
//!
//! Solidity hashes the key before the slot, Vyper the slot before the key. Where either word could be the slot, the
//! compiler decides: solc's code begins by setting its free-memory pointer, both name themselves in their metadata, and
//! without that the mappings whose keys are not constant tell.

use std::sync::Arc;

use uplint_bytecode::lift::Lifted;
use uplint_bytecode::trailer::metadata_regions;
use uplint_bytecode::{Piece, Term, instructions, opcode as op};

use super::word::{Note, Word};

/// Most instructions before the free-memory pointer is set.
const MAX_BEFORE_POINTER: usize = 12;

/// Which word of a mapping's hash comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HashOrder {
    /// The key: Solidity.
    KeyFirst,
    /// The slot: Vyper.
    SlotFirst,
    /// Nothing tells.
    Unknown,
}

impl HashOrder {
    /// The order of the compiler that made a code.
    pub(super) fn of(lifted: &Lifted<'_>) -> Self {
        let code = lifted.code.bytes();
        if sets_memory_pointer(code) {
            return Self::KeyFirst;
        }
        let metadata = metadata_regions(code);
        let is_named = |name: &[u8]| {
            let regions = metadata.iter().filter_map(|region| code.get(region.clone()));
            regions.flat_map(|region| region.windows(name.len())).any(|bytes| bytes == name)
        };
        match (is_named(b"solc"), is_named(b"vyper")) {
            (true, false) => Self::KeyFirst,
            (false, true) => Self::SlotFirst,
            _ => Self::by_constants(lifted),
        }
    }

    /// The parts of a hash, with a note which of two words is the key.
    pub(super) fn with_key(self, mut parts: Vec<(Word, u8, u8)>) -> Vec<(Word, u8, u8)> {
        let key = match self {
            Self::KeyFirst => 0,
            Self::SlotFirst => 1,
            Self::Unknown => return parts,
        };
        if let [(.., 0, 32), (.., 0, 32)] = parts.as_slice() {
            let (word, ..) = &mut parts[key];
            *word = Word::Noted(Arc::new(std::mem::replace(word, Word::Unknown)), Note::Key);
        }
        parts
    }

    /// The order in which constants stand beside words that can only be keys.
    fn by_constants(lifted: &Lifted<'_>) -> Self {
        let terms = &lifted.terms;
        let (mut key_first, mut slot_first) = (0, 0);
        for term in terms.ids() {
            let Term::Hash([Piece { term: first, len: 32, .. }, Piece { term: second, len: 32, .. }]) = terms.get(term)
            else {
                continue;
            };
            let is_key = |term| !matches!(terms.get(term), Term::Constant(_) | Term::Hash(_));
            let is_number = |term| terms.number(term).is_some();
            key_first += u32::from(is_key(*first) && is_number(*second));
            slot_first += u32::from(is_number(*first) && is_key(*second));
        }
        match key_first.cmp(&slot_first) {
            std::cmp::Ordering::Greater => Self::KeyFirst,
            std::cmp::Ordering::Less => Self::SlotFirst,
            std::cmp::Ordering::Equal => Self::Unknown,
        }
    }
}

/// Whether a code begins by writing to the place of Solidity's free-memory pointer.
fn sets_memory_pointer(code: &[u8]) -> bool {
    let mut has_place = false;
    for instruction in instructions(code).take(MAX_BEFORE_POINTER) {
        match instruction.opcode.get() {
            op::MSTORE => return has_place,
            op::PUSH1 => has_place |= code.get(instruction.pc.0 as usize + 1) == Some(&0x40),
            op::JUMP | op::JUMPI => return false,
            _ => {}
        }
    }
    false
}
