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
    /// A value under a key that is hashed together with a constant of fewer than 32 bytes.
    Seeded {
        /// The constant.
        seed: U256,
        /// The key.
        key: Word,
    },
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
        match word {
            Word::Number(number) => array_data(*number).unwrap_or(Self::Known(*number)),
            Word::Hash(parts) => Self::of_hash(parts).unwrap_or_else(|| Self::Unknown(word.clone())),
            Word::Operation(op::ADD, terms) => Self::of_sum(terms).unwrap_or_else(|| Self::Unknown(word.clone())),
            other => Self::Unknown(other.clone()),
        }
    }

    fn of_hash(parts: &[(Word, u8, u8)]) -> Option<Self> {
        match parts {
            [(word, 0, 32)] => Some(Self::DynArray { base: Arc::new(Self::of(word)) }),
            // Solidity hashes the key before the slot, Vyper the slot before the key.
            [(first, 0, 32), (second, 0, 32)] => {
                let (slot, key) = if !is_slot(second) && is_slot(first) || !is_place(second) && is_place(first) {
                    (first, second)
                } else {
                    (second, first)
                };
                Some(Self::Mapping { base: Arc::new(Self::of(slot)), key: key.clone() })
            }
            // A key of other than 32 bytes stands before the slot.
            [(key, ..), (slot, 0, 32)] if is_slot(slot) => {
                Some(Self::Mapping { base: Arc::new(Self::of(slot)), key: key.clone() })
            }
            [(key, ..), (Word::Number(seed), skip, len)] if usize::from(*skip) + usize::from(*len) <= 32 => {
                let bytes: [u8; 32] = seed.to_be_bytes();
                let (start, end) = (usize::from(*skip), usize::from(*skip) + usize::from(*len));
                Some(Self::Seeded { seed: U256::from_be_slice(&bytes[start..end]), key: key.clone() })
            }
            _ => None,
        }
    }

    fn of_sum(terms: &[Word]) -> Option<Self> {
        let by = terms.iter().find_map(Word::number).unwrap_or_default();
        let rest: Vec<&Word> = terms.iter().filter(|term| term.number().is_none()).collect();
        // The hash is what is counted from, and what is left is the index.
        let base = rest.iter().position(|term| matches!(term, Word::Hash(_)));
        match (base, rest.as_slice()) {
            (Some(0), [base]) => Some(Self::Offset { base: Arc::new(Self::of(base)), by, index: None }),
            (Some(at), [a, b]) => {
                let (base, index) = if at == 0 { (a, b) } else { (b, a) };
                Some(Self::Offset { base: Arc::new(Self::of(base)), by, index: Some(Index::of(index)) })
            }
            // An array of fixed length in declared storage.
            (None, [index]) if array_data(by).is_some() => match array_data(by)? {
                Self::Offset { base, by, .. } => Some(Self::Offset { base, by, index: Some(Index::of(index)) }),
                base => Some(Self::Offset { base: Arc::new(base), by: U256::ZERO, index: Some(Index::of(index)) }),
            },
            (None, [index]) if by < U256::from(MAX_DECLARED_SLOT) => {
                Some(Self::Offset { base: Arc::new(Self::Known(by)), by: U256::ZERO, index: Some(Index::of(index)) })
            }
            _ => None,
        }
    }

    /// Whether it is a slot that somebody knows, whatever its keys are.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Known(_) | Self::Seeded { .. } => true,
            Self::Mapping { base, .. } | Self::DynArray { base } | Self::Offset { base, .. } => base.is_known(),
            Self::Unknown(_) => false,
        }
    }

    /// The declared slot that it begins from; `None` for seeds and unknown slots.
    pub fn root(&self) -> Option<U256> {
        match self {
            Self::Known(slot) => Some(*slot),
            Self::Mapping { base, .. } | Self::DynArray { base } | Self::Offset { base, .. } => base.root(),
            Self::Seeded { .. } | Self::Unknown(_) => None,
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

impl Index {
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
        word => is_place(word),
    }
}

/// Whether a word is a number or a place behind a hash.
fn is_place(word: &Word) -> bool {
    match word {
        Word::Number(_) | Word::Hash(_) => true,
        Word::Operation(op::ADD, terms) => terms.iter().any(|term| matches!(term, Word::Hash(_))),
        _ => false,
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
            Self::Seeded { seed, key } => format!("seed {seed:#x}[{key}]"),
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
