//! Which slot an access means: a known one, one behind a mapping or an array, or one that nobody knows.

use std::fmt;
use std::sync::{Arc, LazyLock};

use alloy_primitives::{B256, U256, keccak256};
use uplint_bytecode::opcode as op;

use super::word::Word;

/// Largest number that is taken for a declared slot when a hash could be read in two ways.
const MAX_DECLARED_SLOT: u64 = 1 << 32;

/// A place in storage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotExpr {
    /// A slot by its number.
    Known(U256),
    /// The value of a mapping: the hash of a key and the mapping's slot.
    Mapping {
        /// The mapping's slot.
        base: Arc<Self>,
        /// The key.
        key: Word,
    },
    /// The data of a dynamic array, or of long bytes: the hash of its slot.
    DynArray {
        /// The array's slot.
        base: Arc<Self>,
    },
    /// Slots after another one: a member of a struct, an element of an array.
    Offset {
        /// The slot that it is counted from.
        base: Arc<Self>,
        /// Slots that are added always.
        by: U256,
        /// Slots that are added for each index, when there is one.
        index: Option<Index>,
    },
    /// A value under keys that are hashed together with a constant of fewer than 32 bytes.
    Seeded {
        /// The constant.
        seed: U256,
        /// The keys, in the order in which they are hashed.
        keys: Arc<[Word]>,
    },
    /// The slot that the call data names: libraries are given their storage so.
    Given(Word),
    /// Nobody knows, and why.
    Unknown(Word),
}

/// An index that is not constant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index {
    /// The index.
    pub word: Word,
    /// Slots from one element to the next.
    pub stride: U256,
}

impl SlotExpr {
    /// The place that a word means when it is taken for a slot.
    pub fn of(word: &Word) -> Self {
        let known = match word {
            Word::Number(number) => Some(array_data(*number).unwrap_or(Self::Known(*number))),
            Word::Hash(parts) => Self::of_hash(parts),
            Word::Operation(op::ADD, terms) => Self::of_sum(terms),
            Word::CallData(_) | Word::Operation(op::CALLDATALOAD, _) => Some(Self::Given(word.clone())),
            _ => None,
        };
        known.or_else(|| word.value().map(Self::Known)).unwrap_or_else(|| Self::Unknown(word.clone()))
    }

    fn of_hash(parts: &[(Word, u8, u8)]) -> Option<Self> {
        match parts {
            [(word, 0, 32)] => Some(Self::DynArray { base: Arc::new(Self::of(word)) }),
            // Solidity hashes the key before the slot, Vyper the slot before the key.
            [(first, 0, 32), (second, 0, 32)] => {
                let (slot, key) = if !is_slot(second) && is_slot(first) || !second.is_place() && first.is_place() {
                    (first, second)
                } else {
                    (second, first)
                };
                Some(Self::Mapping { base: Arc::new(Self::of(slot)), key: key.clone() })
            }
            // A key of other than 32 bytes stands before the slot.
            [keys @ .., (slot, 0, 32)] if !keys.is_empty() && is_slot(slot) => {
                let key = if let [(key, ..)] = keys { key.clone() } else { Word::Unknown };
                Some(Self::Mapping { base: Arc::new(Self::of(slot)), key })
            }
            parts => Self::of_seed(parts),
        }
    }

    fn of_seed(parts: &[(Word, u8, u8)]) -> Option<Self> {
        let (at, seed) = parts.iter().enumerate().find_map(|(at, (word, skip, len))| {
            let bytes: [u8; 32] = word.number()?.to_be_bytes();
            let (start, end) = (usize::from(*skip), usize::from(*skip) + usize::from(*len));
            bytes.get(start..end).map(|bytes| (at, U256::from_be_slice(bytes)))
        })?;
        let keys: Arc<[Word]> =
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, (word, ..))| word.clone()).collect();
        (!keys.is_empty()).then_some(Self::Seeded { seed, keys })
    }

    fn of_sum(terms: &[Word]) -> Option<Self> {
        let by = terms.iter().find_map(Word::number).unwrap_or_default();
        let mut rest: Vec<Word> = terms.iter().filter(|term| term.number().is_none()).cloned().collect();
        // The hash is what is counted from, and what is left is the index.
        if let Some(at) = rest.iter().position(|term| matches!(term, Word::Hash(_))) {
            let base = rest.remove(at);
            return Some(Self::Offset { base: Arc::new(Self::of(&base)), by, index: Index::of_sum(rest) });
        }
        if !terms.iter().any(|term| term.number().is_some()) {
            return None;
        }
        let index = Some(Index::of_sum(rest)?);
        match array_data(by) {
            // An array of fixed length in declared storage, or somewhere that a constant names.
            None => (by < U256::from(MAX_DECLARED_SLOT) || is_like_hash(by)).then(|| Self::Offset {
                base: Arc::new(Self::Known(by)),
                by: U256::ZERO,
                index,
            }),
            Some(Self::Offset { base, by, .. }) => Some(Self::Offset { base, by, index }),
            Some(base) => Some(Self::Offset { base: Arc::new(base), by: U256::ZERO, index }),
        }
    }

    /// Whether it is a slot that somebody knows, whatever its keys are.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Known(_) | Self::Seeded { .. } | Self::Given(_) => true,
            Self::Mapping { base, .. } | Self::DynArray { base } | Self::Offset { base, .. } => base.is_known(),
            Self::Unknown(_) => false,
        }
    }

    /// The declared slot that it begins from; `None` for seeds, and for slots that are given or unknown.
    pub fn root(&self) -> Option<U256> {
        match self {
            Self::Known(slot) => Some(*slot),
            Self::Mapping { base, .. } | Self::DynArray { base } | Self::Offset { base, .. } => base.root(),
            Self::Seeded { .. } | Self::Given(_) | Self::Unknown(_) => None,
        }
    }
}

/// Slots whose hashes are recognised when the compiler computed them.
const HASHED_SLOTS: u64 = 512;

/// Slots behind a hash that still belong to it.
const MAX_BEHIND: u64 = 1 << 32;

/// The data of the dynamic array whose first slot a number is, or is not far behind.
fn array_data(number: U256) -> Option<SlotExpr> {
    static HASHES: LazyLock<Vec<(U256, u64)>> = LazyLock::new(|| {
        let mut hashes: Vec<_> = (0..HASHED_SLOTS)
            .map(|slot| (U256::from_be_bytes(keccak256(B256::from(U256::from(slot))).0), slot))
            .collect();
        hashes.sort_unstable();
        hashes
    });
    let at = HASHES.partition_point(|&(hash, _)| hash <= number).checked_sub(1)?;
    let (hash, slot) = HASHES[at];
    let by = number - hash;
    if by >= U256::from(MAX_BEHIND) {
        return None;
    }
    let data = SlotExpr::DynArray { base: Arc::new(SlotExpr::Known(U256::from(slot))) };
    Some(if by.is_zero() { data } else { SlotExpr::Offset { base: Arc::new(data), by, index: None } })
}

/// Whether a number is neither small nor the negative of a small one: a constant slot somewhere in storage, or the hash
/// of one.
fn is_like_hash(number: U256) -> bool {
    number.bit_len() > 128 && number.wrapping_neg().bit_len() > 128
}

impl Index {
    /// The index that is the sum of some words; `None` of none.
    fn of_sum(mut words: Vec<Word>) -> Option<Self> {
        match words.len() {
            0 => None,
            1 => words.pop().map(|word| Self::of(&word)),
            _ => Some(Self { word: Word::Operation(op::ADD, words.into()), stride: U256::ONE }),
        }
    }

    fn of(word: &Word) -> Self {
        let scaled = |word: &Word, stride: U256| Self { word: word.clone(), stride };
        match word {
            Word::Operation(op::MUL, operands) => match &operands[..] {
                [Word::Number(stride), word] | [word, Word::Number(stride)] => scaled(word, *stride),
                _ => scaled(word, U256::ONE),
            },
            Word::Operation(op::SHL, operands) => match &operands[..] {
                [Word::Number(bits), word] if *bits < U256::from(64) => scaled(word, U256::ONE << *bits),
                _ => scaled(word, U256::ONE),
            },
            word => scaled(word, U256::ONE),
        }
    }
}

/// Whether a word is a slot without doubt: a small number, or itself a place behind a hash.
fn is_slot(word: &Word) -> bool {
    match word {
        Word::Number(number) => *number < U256::from(MAX_DECLARED_SLOT),
        word => word.is_place(),
    }
}

impl SlotExpr {
    /// The place as text, with names for the slots that have one.
    pub fn describe(&self, name: &dyn Fn(U256) -> Option<String>) -> String {
        match self {
            Self::Known(slot) => name(*slot).unwrap_or_else(|| slot_text(*slot)),
            Self::Mapping { base, key } => format!("{}[{key}]", base.describe(name)),
            Self::DynArray { base } => format!("{}[..]", base.describe(name)),
            Self::Offset { base, by, index } => {
                let mut text = base.describe(name);
                if let Some(Index { word, stride }) = index {
                    let stride = if *stride == U256::ONE { String::new() } else { format!(" by {stride}") };
                    // The data of an array with an index is the array's element.
                    text = format!("{}[{word}{stride}]", text.strip_suffix("[..]").unwrap_or(&text));
                }
                if by.is_zero() { text } else { format!("{text}.{by}") }
            }
            Self::Seeded { seed, keys } => {
                let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join("][");
                format!("seed {seed:#x}[{keys}]")
            }
            Self::Given(word) => format!("slot {word}"),
            Self::Unknown(word) => format!("unknown ({word})"),
        }
    }
}

fn slot_text(slot: U256) -> String {
    if slot < U256::from(MAX_DECLARED_SLOT) { slot.to_string() } else { format!("{slot:#x}") }
}

impl fmt::Display for SlotExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(&|_| None))
    }
}
