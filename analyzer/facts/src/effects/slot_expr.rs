//! Which slot an access means: a known one, one behind a mapping or an array, or one that nobody knows.

use std::fmt;
use std::sync::{Arc, LazyLock};

use alloy_primitives::{B256, U256, keccak256};
use uplint_bytecode::opcode as op;

use super::word::{self, Note, Word};

/// Largest number that is taken for a declared slot when a hash could be read in two ways.
const MAX_DECLARED_SLOT: u64 = 1 << 32;

/// Most slots that an array of fixed length is believed to have. None so long reaches from a declared slot to a hash.
const MAX_REACH: U256 = U256::from_limbs([0, 1, 0, 0]);

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
    /// The slot that the call data names, as it stands there or as packed bytes of it: libraries are given their storage
    /// so. Whoever calls decides what it is.
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
    /// How far it goes.
    pub reach: Reach,
}

/// How far an index goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// It is less than a number.
    Below(U256),
    /// It is less than a length that is not constant, or goes on by one step in each round of a loop.
    Length,
    /// Nothing that the code compares bounds it.
    Anywhere,
}

impl SlotExpr {
    /// The place that a word means when it is taken for a slot.
    pub fn of(word: &Word) -> Self {
        let known = match word {
            Word::Number(number) => Some(Self::of_number(*number)),
            Word::Hash(parts) => Self::of_hash(parts),
            Word::Operation(op::ADD, terms) => Self::of_sum(terms),
            Word::Noted(word, _) => return Self::of(word),
            word if word.is_given() => Some(Self::Given(word.clone())),
            _ => None,
        };
        known.or_else(|| word.value().map(Self::Known)).unwrap_or_else(|| Self::Unknown(word.plain()))
    }

    fn of_number(number: U256) -> Self {
        let Some((slot, by)) = array_data(number) else { return Self::Known(number) };
        let base = Arc::new(Self::DynArray { base: Arc::new(Self::Known(slot)) });
        if by.is_zero() { (*base).clone() } else { Self::Offset { base, by, index: None } }
    }

    fn of_hash(parts: &[(Word, u8, u8)]) -> Option<Self> {
        match parts {
            [(word, 0, 32)] => Some(Self::DynArray { base: Arc::new(Self::of(word)) }),
            [(first, 0, 32), (second, 0, 32)] => {
                let (slot, key) = if is_first_slot(first, second) { (first, second) } else { (second, first) };
                Some(Self::Mapping { base: Arc::new(Self::of(slot)), key: key.plain() })
            }
            // A key of other than 32 bytes stands before the slot.
            [keys @ .., (slot, 0, 32)] if !keys.is_empty() && slot.is_place() => {
                let key = if let [(key, ..)] = keys { key.plain() } else { Word::Unknown };
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
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, (word, ..))| word.plain()).collect();
        (!keys.is_empty()).then_some(Self::Seeded { seed, keys })
    }

    fn of_sum(terms: &[Word]) -> Option<Self> {
        // That a place was compared with another one says nothing of how far behind it something is.
        let compared = |term: &Word| match term {
            Word::Noted(place, _) if place.is_place() => Some((**place).clone()),
            _ => None,
        };
        if terms.iter().any(|term| compared(term).is_some()) {
            let terms: Vec<Word> = terms.iter().map(|term| compared(term).unwrap_or_else(|| term.clone())).collect();
            return Some(Self::of(&word::operation(op::ADD, &terms)));
        }
        let by = terms.iter().find_map(Word::number).unwrap_or_default();
        let mut rest: Vec<Word> = terms.iter().filter(|term| term.number().is_none()).cloned().collect();
        // The hash is what is counted from, and what is left is the index.
        if let Some(at) = rest.iter().position(|term| matches!(term, Word::Hash(_))) {
            let base = rest.remove(at);
            let index = Index::of_sum(rest, &Length::of(&base));
            return Some(Self::behind(Self::of(&base), by, index));
        }
        if !terms.iter().any(|term| term.number().is_some()) {
            return Self::of_given(&rest, by);
        }
        let Some((slot, by)) = array_data(by).or_else(|| before_array_data(by)) else {
            // An array of fixed length in declared storage, or somewhere that a constant names. Without a bound it would
            // be any slot.
            let index = Index::of_sum(rest.clone(), &Length::Before(by))?;
            let is_named = by < U256::from(MAX_DECLARED_SLOT) || is_like_hash(by);
            if !is_named || index.reach == Reach::Anywhere {
                return Self::of_given(&rest, by);
            }
            return Some(Self::Offset { base: Arc::new(Self::Known(by)), by: U256::ZERO, index: Some(index) });
        };
        let index = Index::of_sum(rest, &Length::At(Word::Number(slot)));
        Some(Self::behind(Self::DynArray { base: Arc::new(Self::Known(slot)) }, by, index))
    }

    /// Slots behind another one. Whole elements of a dynamic array are a part of the index: what lies behind element
    /// `i - 1` of an array whose elements have two slots is `2 * i - 2` slots and so many more away.
    fn behind(base: Self, by: U256, index: Option<Index>) -> Self {
        let base = Arc::new(base);
        let (Self::DynArray { .. }, Some(index)) = (&*base, &index) else {
            return Self::Offset { base, by, index };
        };
        let (stride, back) = (index.stride, by.wrapping_neg());
        let (elements, by) = match (by < back, stride.is_zero()) {
            (_, true) => (U256::ZERO, by),
            (true, _) => (by / stride, by % stride),
            (false, _) => {
                let elements = back.div_ceil(stride);
                (elements.wrapping_neg(), elements.wrapping_mul(stride).wrapping_sub(back))
            }
        };
        let word = word::operation(op::ADD, &[index.word.clone(), Word::Number(elements)]);
        let index = Some(Index { word, ..index.clone() });
        Self::Offset { base, by, index }
    }

    /// A member of what the call data names, or an element of an array in it.
    fn of_given(rest: &[Word], by: U256) -> Option<Self> {
        let is_given = |word: &&Word| word.is_given();
        let given = rest.iter().find(is_given).filter(|_| rest.iter().filter(is_given).count() == 1)?;
        let others: Vec<Word> = rest.iter().filter(|word| *word != given).cloned().collect();
        let index = Index::of_sum(others, &Length::None);
        let is_member = by < U256::from(MAX_DECLARED_SLOT);
        let is_element = index.as_ref().is_none_or(|index| index.reach != Reach::Anywhere);
        let base = Arc::new(Self::Given(given.clone()));
        (is_member && is_element).then_some(Self::Offset { base, by, index })
    }

    /// Whether it is a slot that somebody knows, whatever its keys are.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Known(_) | Self::Seeded { .. } => true,
            Self::Mapping { base, .. } | Self::DynArray { base } => base.is_known(),
            Self::Offset { base, index, .. } => base.is_known() && !is_anywhere(index.as_ref()),
            Self::Given(_) | Self::Unknown(_) => false,
        }
    }

    /// The declared slot that it begins from; `None` for seeds, and for slots that are given or unknown or behind an
    /// index that nothing bounds.
    pub fn root(&self) -> Option<U256> {
        match self {
            Self::Known(slot) => Some(*slot),
            Self::Mapping { base, .. } | Self::DynArray { base } => base.root(),
            Self::Offset { base, index, .. } => base.root().filter(|_| !is_anywhere(index.as_ref())),
            Self::Seeded { .. } | Self::Given(_) | Self::Unknown(_) => None,
        }
    }
}

fn is_anywhere(index: Option<&Index>) -> bool {
    index.is_some_and(|index| index.reach == Reach::Anywhere)
}

/// Slots whose hashes are recognised when the compiler computed them.
const HASHED_SLOTS: u64 = 512;

/// Slots behind a hash that still belong to it.
const MAX_BEHIND: u64 = 1 << 32;

/// The slot of the dynamic array whose data a number is in, and how far behind their first slot.
fn array_data(number: U256) -> Option<(U256, U256)> {
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
    (by < U256::from(MAX_BEHIND)).then(|| (U256::from(slot), by))
}

/// The same for a number before the data, to which an index is added: the last element of an array is one before its
/// length.
fn before_array_data(number: U256) -> Option<(U256, U256)> {
    let (slot, by) = array_data(number.checked_add(U256::from(MAX_BEHIND - 1))?)?;
    Some((slot, by.wrapping_sub(U256::from(MAX_BEHIND - 1))))
}

/// Whether a number is neither small nor the negative of a small one: a constant slot somewhere in storage, or the hash
/// of one.
fn is_like_hash(number: U256) -> bool {
    number.bit_len() > 128 && number.wrapping_neg().bit_len() > 128
}

/// Where the length of an array is kept.
enum Length {
    /// In this slot.
    At(Word),
    /// In a slot before the elements, which begin here: Vyper keeps it there.
    Before(U256),
    /// Nobody knows.
    None,
}

impl Length {
    /// Where the length of an array is kept whose elements a hash begins.
    fn of(hash: &Word) -> Self {
        match hash {
            Word::Hash(parts) => match &parts[..] {
                [(slot, 0, 32)] => Self::At(slot.plain()),
                _ => Self::At(hash.plain()),
            },
            _ => Self::None,
        }
    }

    /// Whether a word is the length, or computed of it and of numbers.
    fn makes(&self, word: &Word, stride: U256) -> bool {
        let is_made = |word: &Word| word.number().is_some() || self.makes(word, stride);
        match (word, self) {
            (Word::Stored(_, slot), Self::At(length)) => slot.plain() == *length,
            (Word::Stored(_, slot), Self::Before(first)) => {
                // The element before the length is the last one.
                slot.number().and_then(|slot| first.checked_sub(slot)).is_some_and(|by| by <= stride)
            }
            (Word::Operation(_, words) | Word::OneOf(words), _) => {
                words.iter().all(is_made) && words.iter().any(|word| self.makes(word, stride))
            }
            (Word::Noted(word, _), _) => self.makes(word, stride),
            _ => false,
        }
    }
}

impl Index {
    /// The index that is the sum of some words; `None` of none.
    fn of_sum(mut words: Vec<Word>, length: &Length) -> Option<Self> {
        match words.len() {
            0 => None,
            1 => words.pop().map(|word| Self::of(&word, length)),
            _ => {
                let reach = words.iter().map(|word| limited(reach(word, length, U256::ONE))).reduce(both)?;
                let words: Vec<Word> = words.iter().map(Word::plain).collect();
                Some(Self { word: Word::Operation(op::ADD, words.into()), stride: U256::ONE, reach: limited(reach) })
            }
        }
    }

    fn of(word: &Word, length: &Length) -> Self {
        let scaled = |word: &Word, stride: U256| {
            let is_near = stride < U256::from(MAX_DECLARED_SLOT);
            let reach = if is_near { limited(reach(word, length, stride)) } else { Reach::Anywhere };
            Self { word: word.plain(), stride, reach }
        };
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

/// A reach, as far as arrays go.
fn limited(reach: Reach) -> Reach {
    match reach {
        Reach::Below(length) if length > MAX_REACH => Reach::Anywhere,
        reach => reach,
    }
}

/// How far a word goes by itself, or by what it was compared with.
fn reach(word: &Word, length: &Length, stride: U256) -> Reach {
    let inner = |word: &Word| reach(word, length, stride);
    match word {
        Word::Number(number) => Reach::Below(number.saturating_add(U256::ONE)),
        Word::Noted(word, Note::Below(bound)) => match (inner(word), bound.number()) {
            (Reach::Below(less), Some(number)) => Reach::Below(less.min(number)),
            (_, Some(number)) => Reach::Below(number),
            (reach, None) if length.makes(bound, stride) => reach.min(Reach::Length),
            (reach, None) => reach,
        },
        Word::Noted(_, Note::Rounds) => Reach::Length,
        Word::Noted(word, Note::Key) => inner(word),
        Word::OneOf(words) => words.iter().map(inner).max().unwrap_or(Reach::Anywhere),
        word if length.makes(word, stride) => Reach::Length,
        Word::Operation(opcode, operands) => match (*opcode, &operands[..]) {
            (op::AND, [word, Word::Number(mask)] | [Word::Number(mask), word]) => {
                let below = mask.saturating_add(U256::ONE);
                match inner(word) {
                    Reach::Below(less) => Reach::Below(less.min(below)),
                    Reach::Length | Reach::Anywhere => Reach::Below(below),
                }
            }
            (op::DIV, [word, Word::Number(by)]) => divided(inner(word), *by),
            (op::SHR, [Word::Number(bits), word]) if *bits < U256::from(256) => {
                divided(inner(word), U256::ONE << *bits)
            }
            // A small number that is taken off goes no farther.
            (op::ADD, words) => {
                let is_added = |word: &&Word| word.number().is_none_or(|number| number.wrapping_neg() > MAX_REACH);
                let added = words.iter().filter(is_added);
                added.map(|word| limited(inner(word))).reduce(both).unwrap_or(Reach::Anywhere)
            }
            (op::MUL, [word, Word::Number(by)] | [Word::Number(by), word]) => multiplied(inner(word), *by),
            (op::SHL, [Word::Number(bits), word]) if *bits < U256::from(64) => {
                multiplied(inner(word), U256::ONE << *bits)
            }
            (op::MOD, [_, Word::Number(by)]) => Reach::Below(*by),
            (op::ISZERO | op::EQ | op::LT | op::GT | op::SLT | op::SGT, _) => Reach::Below(U256::from(2)),
            (op::BYTE, _) => Reach::Below(U256::from(256)),
            _ => Reach::Anywhere,
        },
        _ => Reach::Anywhere,
    }
}

/// How far a word goes that is multiplied with a number.
fn multiplied(reach: Reach, by: U256) -> Reach {
    match reach {
        Reach::Below(less) => Reach::Below(less.saturating_mul(by)),
        Reach::Length if by < U256::from(MAX_DECLARED_SLOT) => Reach::Length,
        Reach::Length | Reach::Anywhere => Reach::Anywhere,
    }
}

/// How far the sum of two words goes.
fn both(a: Reach, b: Reach) -> Reach {
    match (a, b) {
        (Reach::Below(a), Reach::Below(b)) => Reach::Below(a.saturating_add(b)),
        (a, b) => a.max(b),
    }
}

/// How far a word goes that is divided by a number.
fn divided(reach: Reach, by: U256) -> Reach {
    match reach {
        _ if by.is_zero() => Reach::Below(U256::ONE),
        Reach::Below(less) => Reach::Below(less.saturating_sub(U256::ONE) / by + U256::ONE),
        Reach::Length => Reach::Length,
        Reach::Anywhere => limited(Reach::Below((U256::MAX / by).saturating_add(U256::ONE))),
    }
}

/// Whether the first of two words that are hashed together is the slot: the other one is the key without doubt, or
/// could not be a slot. Otherwise Solidity's order is believed.
fn is_first_slot(first: &Word, second: &Word) -> bool {
    let is_key = |word: &Word| matches!(word, Word::Noted(_, Note::Key));
    // A constant that nobody declared: assembly hashes keys behind its own.
    let is_namespace = first.is_place() && first.number().is_none_or(is_like_hash);
    if is_key(second) {
        first.is_place() || !second.is_place()
    } else if is_key(first) {
        !second.is_place() && is_namespace
    } else {
        !second.is_place() && first.is_place()
    }
}

impl SlotExpr {
    /// The place as text, with names for the slots that have one.
    pub fn describe(&self, name: &dyn Fn(U256) -> Option<String>) -> String {
        match self {
            Self::Known(slot) => name(*slot).unwrap_or_else(|| slot_text(*slot)),
            Self::Mapping { base, key } => format!("{}[{key}]", base.describe(name)),
            Self::DynArray { base } => format!("{}[0]", base.describe(name)),
            Self::Offset { base, by, index } => {
                let text = match index {
                    None => base.describe(name),
                    Some(Index { word, stride, reach }) => {
                        let stride = if *stride == U256::ONE { String::new() } else { format!(" by {stride}") };
                        let stride = if *reach == Reach::Anywhere { format!("{stride}, unbounded") } else { stride };
                        // The data of an array with an index is the array's element.
                        let array = if let Self::DynArray { base } = &**base { base } else { base };
                        format!("{}[{word}{stride}]", array.describe(name))
                    }
                };
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
