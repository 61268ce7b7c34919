//! A word of the machine as an auditor would name it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use alloy_primitives::{U256, keccak256};
use uplint_bytecode::opcode as op;

use super::access::AccessSpace;

/// Most words that one word is said to be one of; beyond, it is unknown.
const MAX_ALTERNATIVES: usize = 16;

/// Most parts of one word; larger ones are [`Word::Unknown`].
const MAX_SIZE: u32 = 64;

/// From how many bits on a word that is moved up is packed before others: room for an address is left.
const MIN_PACKED_BITS: u64 = 96;

/// Where a word comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// A number.
    Number(U256),
    /// A word that an internal function is given; 0 is the top of the stack.
    Argument(u32),
    /// The sender of the call.
    Caller,
    /// The account that began the transaction.
    Origin,
    /// The contract itself.
    This,
    /// The value of the call, in wei.
    Value,
    /// The time of the block.
    Timestamp,
    /// A word of the call data at an offset, in bytes.
    CallData(U256),
    /// A word that a deployment fills in, by its identity in the artifact.
    Immutable(U256),
    /// What storage holds.
    Stored(AccessSpace, Arc<Self>),
    /// The hash of bytes: parts of words, each with how many of its most significant bytes are left out and how many
    /// there are.
    Hash(Arc<[(Self, u8, u8)]>),
    /// An operation on words.
    Operation(u8, Arc<[Self]>),
    /// One of several words, which are in ascending order.
    OneOf(Arc<[Self]>),
    /// A word of which more is known than what it is.
    Noted(Arc<Self>, Note),
    /// Whether a call succeeded.
    CallResult,
    /// The contract that the code created, or zero where that failed.
    Created,
    /// Anything else.
    Unknown,
}

/// What is known of a word besides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// It is hashed together with a slot, of which it is a key.
    Key,
    /// It is less than another word.
    Below(Arc<Word>),
    /// It is how often a loop went round.
    Rounds,
}

impl Word {
    /// A word that is less than another one.
    pub(super) fn below(self, bound: Self) -> Self {
        if self.number().is_some() { self } else { Self::Noted(Arc::new(self), Note::Below(Arc::new(bound))) }
    }

    /// How often a loop went round.
    pub(super) fn rounds() -> Self {
        Self::Noted(Arc::new(Self::Unknown), Note::Rounds)
    }

    /// The word without what is known of it besides.
    pub(super) fn plain(&self) -> Self {
        let all = |words: &[Self]| words.iter().map(Self::plain).collect();
        match self {
            Self::Noted(word, _) => word.plain(),
            Self::Stored(space, slot) => Self::Stored(*space, Arc::new(slot.plain())),
            Self::Hash(parts) => {
                Self::Hash(parts.iter().map(|(word, skip, len)| (word.plain(), *skip, *len)).collect())
            }
            Self::Operation(..) if !std::ptr::eq(self.without_zero(), self) => self.without_zero().plain(),
            Self::Operation(opcode, operands) => Self::Operation(*opcode, all(operands)),
            Self::OneOf(words) => Self::OneOf(all(words)),
            other => other.clone(),
        }
    }

    /// The word without a zero that is added to it: where a walk begins at slot 0, it is kept.
    fn without_zero(&self) -> &Self {
        match self {
            Self::Operation(op::ADD, terms) => match &terms[..] {
                [word, Self::Number(U256::ZERO)] => word,
                _ => self,
            },
            _ => self,
        }
    }

    /// How many parts it has.
    pub(super) fn size(&self) -> u32 {
        match self {
            Self::Stored(_, slot) => 1 + slot.size(),
            Self::Noted(word, _) => word.size(),
            Self::Hash(parts) => 1 + parts.iter().map(|(word, ..)| word.size()).sum::<u32>(),
            Self::Operation(_, operands) | Self::OneOf(operands) => 1 + operands.iter().map(Self::size).sum::<u32>(),
            _ => 1,
        }
    }

    /// The word, unless it is too large to be worth keeping. A place is kept without its keys and indices.
    pub(super) fn bounded(self) -> Self {
        if self.size() <= MAX_SIZE {
            return self;
        }
        let small = |word: &Self| if word.is_place() { word.clone() } else { Self::Unknown };
        let smaller = match &self {
            Self::Hash(parts) => Self::Hash(parts.iter().map(|(word, skip, len)| (small(word), *skip, *len)).collect()),
            Self::Operation(op::ADD, terms) => Self::Operation(op::ADD, terms.iter().map(small).collect()),
            _ => Self::Unknown,
        };
        if smaller.size() > MAX_SIZE { Self::Unknown } else { smaller }
    }

    /// The same word with arguments replaced.
    pub(super) fn with_arguments(&self, argument: &dyn Fn(u32) -> Self) -> Self {
        self.replaced(argument).unwrap_or_else(|| self.clone())
    }

    /// The same word with arguments replaced; `None` without any.
    fn replaced(&self, argument: &dyn Fn(u32) -> Self) -> Option<Self> {
        let all = |words: &[Self]| -> Option<Vec<Self>> {
            let at = words.iter().position(Self::has_arguments)?;
            let rest = words[at..].iter().map(|word| word.with_arguments(argument));
            Some(words[..at].iter().cloned().chain(rest).collect())
        };
        let word = match self {
            Self::Argument(slot) => argument(*slot),
            Self::Stored(space, slot) => Self::Stored(*space, Arc::new(slot.replaced(argument)?)),
            Self::Hash(parts) => {
                if !parts.iter().any(|(word, ..)| word.has_arguments()) {
                    return None;
                }
                hash(parts.iter().map(|(word, skip, len)| (word.with_arguments(argument), *skip, *len)))
            }
            Self::Operation(opcode, operands) => return Some(operation(*opcode, &all(operands)?).bounded()),
            Self::OneOf(words) => one_of(all(words)?),
            Self::Noted(word, note) => {
                let (inner, note) = match note {
                    Note::Below(bound) => match (word.replaced(argument), bound.replaced(argument)) {
                        (None, None) => return None,
                        (inner, bound_with) => (inner, Note::Below(bound_with.map_or_else(|| bound.clone(), Arc::new))),
                    },
                    note => (Some(word.replaced(argument)?), note.clone()),
                };
                match inner {
                    // A number is known better than by what is noted of it.
                    Some(number @ Self::Number(_)) => number,
                    Some(inner) => Self::Noted(Arc::new(inner), note),
                    None => Self::Noted(word.clone(), note),
                }
            }
            _ => return None,
        };
        Some(word.bounded())
    }

    pub(super) fn has_arguments(&self) -> bool {
        match self {
            Self::Argument(_) => true,
            Self::Stored(_, slot) => slot.has_arguments(),
            Self::Hash(parts) => parts.iter().any(|(word, ..)| word.has_arguments()),
            Self::Operation(_, words) | Self::OneOf(words) => words.iter().any(Self::has_arguments),
            Self::Noted(word, Note::Below(bound)) => word.has_arguments() || bound.has_arguments(),
            Self::Noted(word, _) => word.has_arguments(),
            _ => false,
        }
    }

    /// Whether it is a word of the call data, as it stands there or its lower bytes moved up, of which so few are left
    /// that it is no multiple.
    pub(super) fn is_given(&self) -> bool {
        match self {
            Self::CallData(_) | Self::Operation(op::CALLDATALOAD, _) => true,
            Self::Operation(op::SHL, operands) => match &operands[..] {
                [Self::Number(bits), word] => *bits >= U256::from(MIN_PACKED_BITS) && word.is_given(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether it is a number or a place behind a hash.
    pub(super) fn is_place(&self) -> bool {
        match self {
            Self::Number(_) | Self::Hash(_) => true,
            Self::Operation(op::ADD, terms) => terms.iter().any(|term| matches!(term, Self::Hash(_))),
            Self::Noted(word, _) => word.is_place(),
            _ => false,
        }
    }

    /// The number that it comes to, hashes of numbers included.
    pub(super) fn value(&self) -> Option<U256> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Noted(word, _) => word.value(),
            Self::Operation(op::ADD, terms) => {
                terms.iter().try_fold(U256::ZERO, |sum, term| Some(sum.wrapping_add(term.value()?)))
            }
            Self::Operation(opcode, operands) => {
                let numbers: Vec<_> = operands.iter().map(Self::value).collect::<Option<_>>()?;
                uplint_bytecode::compute(*opcode, &numbers)
            }
            Self::Hash(parts) => {
                let mut bytes = Vec::new();
                for (word, skip, len) in parts.iter() {
                    let word: [u8; 32] = word.value()?.to_be_bytes();
                    bytes.extend_from_slice(word.get(usize::from(*skip)..usize::from(*skip) + usize::from(*len))?);
                }
                (!bytes.is_empty()).then(|| U256::from_be_bytes(keccak256(bytes).0))
            }
            _ => None,
        }
    }

    /// The number that it is.
    pub(super) fn number(&self) -> Option<U256> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Noted(word, _) => word.number(),
            _ => None,
        }
    }
}

/// An operation, computed where its operands are numbers.
pub(super) fn operation(opcode: u8, operands: &[Word]) -> Word {
    // A sum may have more than two terms, of which several can be numbers once arguments are replaced.
    if let (op::ADD, [first, rest @ ..]) = (opcode, operands)
        && rest.len() > 1
    {
        return rest.iter().fold(first.clone(), |sum, term| operation(op::ADD, &[sum, term.clone()]));
    }
    if let (op::ADD, [a, b]) = (opcode, operands) {
        let (constant, rest) = (constant_of(a).wrapping_add(constant_of(b)), [rest_of(a), rest_of(b)]);
        let mut rest: Vec<Word> = rest.into_iter().flatten().collect();
        rest.sort();
        if rest.is_empty() {
            return Word::Number(constant);
        }
        if !constant.is_zero() {
            rest.push(Word::Number(constant));
        }
        return if rest.len() == 1 { rest.swap_remove(0) } else { Word::Operation(op::ADD, rest.into()) };
    }
    if let (op::CALLDATALOAD, [Word::Number(offset)]) = (opcode, operands) {
        return Word::CallData(*offset);
    }
    if let Some(numbers) = operands.iter().map(Word::value).collect::<Option<Vec<_>>>()
        && let Some(number) = uplint_bytecode::compute(opcode, &numbers)
    {
        return Word::Number(number);
    }
    match (opcode, operands) {
        (op::OR | op::XOR, [word, Word::Number(U256::ZERO)] | [Word::Number(U256::ZERO), word])
        | (op::SHL | op::SHR, [Word::Number(U256::ZERO), word])
        | (op::AND, [word, Word::Number(U256::MAX)] | [Word::Number(U256::MAX), word])
        | (op::MUL, [word, Word::Number(U256::ONE)] | [Word::Number(U256::ONE), word])
        | (op::DIV, [word, Word::Number(U256::ONE)]) => word.clone(),
        (op::AND | op::MUL, [_, Word::Number(U256::ZERO)] | [Word::Number(U256::ZERO), _]) => Word::Number(U256::ZERO),
        _ => Word::Operation(opcode, operands.iter().map(|word| word.without_zero().clone()).collect()),
    }
}

/// The hash of parts of words. A word that assembly put together of a shifted one and a constant is taken apart again.
pub(super) fn hash(parts: impl IntoIterator<Item = (Word, u8, u8)>) -> Word {
    let mut apart = Vec::new();
    for (word, skip, len) in parts {
        match shifted(&word) {
            Some((high, by, low)) if skip + len <= 32 => {
                let (end, middle) = (skip + len, 32 - by);
                if skip < middle {
                    apart.push((high, skip + by, end.min(middle) - skip));
                }
                if end > middle {
                    apart.push((Word::Number(low), skip.max(middle), end - skip.max(middle)));
                }
            }
            _ => apart.push((word, skip, len)),
        }
    }
    Word::Hash(apart.into())
}

/// A word that was moved to the left, by how many bytes, and the number that takes its place.
fn shifted(word: &Word) -> Option<(Word, u8, U256)> {
    let moved = |word: &Word| match word {
        Word::Operation(op::SHL, sides) => match &sides[..] {
            [Word::Number(bits), word] => {
                let bits = u8::try_from(*bits).ok().filter(|bits| bits % 8 == 0 && *bits > 0)?;
                Some((word.clone(), bits / 8))
            }
            _ => None,
        },
        _ => None,
    };
    match word {
        Word::Operation(op::OR | op::ADD, sides) => match &sides[..] {
            [high, Word::Number(low)] | [Word::Number(low), high] => {
                let (high, by) = moved(high)?;
                (low.bit_len() <= 8 * usize::from(by)).then_some((high, by, *low))
            }
            _ => None,
        },
        word => moved(word).map(|(high, by)| (high, by, U256::ZERO)),
    }
}

/// One of some words, of which one may be unknown; unknown when there are too many.
pub(super) fn one_of(words: impl IntoIterator<Item = Word>) -> Word {
    let mut all = BTreeSet::new();
    for word in words {
        match word {
            Word::OneOf(words) => all.extend(words.iter().cloned()),
            word => {
                all.insert(word);
            }
        }
        if all.len() > MAX_ALTERNATIVES {
            return Word::Unknown;
        }
    }
    match all.len() {
        0 => Word::Unknown,
        1 => all.pop_first().unwrap_or(Word::Unknown),
        _ => Word::OneOf(all.into_iter().collect()).bounded(),
    }
}

impl Word {
    /// The words that it can be, when it is made of some that are one of several. Too many stay together.
    pub(super) fn alternatives(&self) -> Vec<Self> {
        let words = self.expanded();
        if words.len() > MAX_ALTERNATIVES { vec![self.clone()] } else { words }
    }

    fn expanded(&self) -> Vec<Self> {
        let combined = |parts: Vec<Vec<Self>>, make: &dyn Fn(&[Self]) -> Self| {
            let mut rows: Vec<Vec<Self>> = vec![Vec::new()];
            for part in parts {
                if rows.len() * part.len() > MAX_ALTERNATIVES {
                    return vec![self.clone()];
                }
                rows = rows
                    .iter()
                    .flat_map(|row| part.iter().map(|word| [row.as_slice(), std::slice::from_ref(word)].concat()))
                    .collect();
            }
            rows.iter().map(|row| make(row)).collect()
        };
        match self {
            Self::OneOf(words) => words.iter().flat_map(Self::expanded).collect(),
            Self::Noted(word, note) => {
                word.expanded().into_iter().map(|word| Self::Noted(Arc::new(word), note.clone())).collect()
            }
            Self::Operation(opcode, operands) if operands.iter().any(Self::has_alternatives) => {
                let parts = operands.iter().map(Self::expanded).collect();
                combined(parts, &|row| match (*opcode, row) {
                    (op::ADD, [first, rest @ ..]) => {
                        rest.iter().fold(first.clone(), |sum, term| operation(op::ADD, &[sum, term.clone()]))
                    }
                    (opcode, row) => operation(opcode, row),
                })
            }
            Self::Hash(hashed) if hashed.iter().any(|(word, ..)| word.has_alternatives()) => {
                // Only the slot matters: a key may be one of several.
                let has_slot = hashed.iter().any(|(word, ..)| !word.has_alternatives() && word.is_place());
                if has_slot {
                    return vec![self.clone()];
                }
                let parts = hashed.iter().map(|(word, ..)| word.expanded()).collect();
                combined(parts, &|row| {
                    Self::Hash(
                        row.iter()
                            .zip(hashed.iter())
                            .map(|(word, (_, skip, len))| (word.clone(), *skip, *len))
                            .collect(),
                    )
                })
            }
            word => vec![word.clone()],
        }
    }

    fn has_alternatives(&self) -> bool {
        match self {
            Self::OneOf(_) => true,
            Self::Noted(word, _) => word.has_alternatives(),
            Self::Operation(_, operands) => operands.iter().any(Self::has_alternatives),
            Self::Hash(parts) => parts.iter().any(|(word, ..)| word.has_alternatives()),
            _ => false,
        }
    }
}

/// The number within a sum.
pub(super) fn constant_of(word: &Word) -> U256 {
    match word {
        Word::Operation(op::ADD, terms) => terms.iter().filter_map(Word::number).fold(U256::ZERO, U256::wrapping_add),
        word => word.number().unwrap_or_default(),
    }
}

/// What a sum has besides its number.
fn rest_of(word: &Word) -> Vec<Word> {
    match word {
        word if word.number().is_some() => Vec::new(),
        Word::Operation(op::ADD, terms) => terms.iter().filter(|term| term.number().is_none()).cloned().collect(),
        other => vec![other.clone()],
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) if *number < U256::from(1u64 << 16) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number:#x}"),
            Self::Argument(slot) => write!(f, "argument {slot}"),
            Self::Caller => f.write_str("caller"),
            Self::Origin => f.write_str("origin"),
            Self::This => f.write_str("this"),
            Self::Value => f.write_str("msg.value"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::CallData(offset) => write!(f, "calldata[{offset}]"),
            Self::Immutable(identity) => write!(f, "immutable {identity}"),
            Self::Stored(space, slot) => write!(f, "{space}[{}]", super::SlotExpr::of(slot)),
            Self::Hash(parts) => {
                f.write_str("keccak256(")?;
                for (at, (word, skip, len)) in parts.iter().enumerate() {
                    if at > 0 {
                        f.write_str(" . ")?;
                    }
                    write!(f, "{word}")?;
                    if *len < 32 {
                        write!(f, "[{skip}..{}]", skip + len)?;
                    }
                }
                f.write_str(")")
            }
            Self::Operation(opcode, operands) => fmt_operation(f, *opcode, operands),
            Self::OneOf(words) => fmt_list(f, "one of (", ", ", words),
            Self::Noted(word, _) => word.fmt(f),
            Self::CallResult => f.write_str("call result"),
            Self::Created => f.write_str("the created contract"),
            Self::Unknown => f.write_str("?"),
        }
    }
}

fn fmt_operation(f: &mut fmt::Formatter<'_>, opcode: u8, operands: &[Word]) -> fmt::Result {
    match (opcode, operands) {
        (op::AND, [word, Word::Number(mask)] | [Word::Number(mask), word]) if mask_len_bytes(*mask).is_some() => {
            match mask_len_bytes(*mask) {
                Some(20) => write!(f, "address({word})"),
                Some(len) => write!(f, "uint{}({word})", len * 8),
                None => f.write_str("?"),
            }
        }
        (op::ISZERO, [Word::Operation(inner, sides)]) if negated(*inner).is_some() && sides.len() == 2 => {
            fmt_compared(f, *inner, &sides[0], negated(*inner).unwrap_or_default(), &sides[1])
        }
        (op::ISZERO, [Word::Operation(op::ISZERO, inner)]) if inner.len() == 1 => write!(f, "({} != 0)", inner[0]),
        (op::ISZERO, [word]) => write!(f, "!{word}"),
        (op::NOT, [word]) => write!(f, "~{word}"),
        (op::SHL | op::SHR, [bits, word]) => {
            write!(f, "({word} {} {bits})", if opcode == op::SHL { "<<" } else { ">>" })
        }
        (op::SAR, [bits, word]) => write!(f, "({} >> {bits})", Signed(word)),
        (op::SIGNEXTEND, [Word::Number(last), word]) if *last < U256::from(32) => {
            write!(f, "int{}{}", (last.to::<u32>() + 1) * 8, Parenthesised(word))
        }
        (op::ADD, [word, Word::Number(number)]) if number.wrapping_neg() < *number => {
            write!(f, "({word} - {})", Word::Number(number.wrapping_neg()))
        }
        (op::CALLDATASIZE, []) => f.write_str("calldata.length"),
        (op::CALLDATALOAD, [offset]) => write!(f, "calldata[{offset}]"),
        (_, [a, b]) if let Some(sign) = sign(opcode).filter(|_| is_signed(opcode)) => {
            fmt_compared(f, opcode, a, sign, b)
        }
        _ => match sign(opcode) {
            Some(sign) => fmt_list(f, "(", sign, operands),
            None => fmt_list(f, &format!("{}(", uplint_bytecode::opcode_name(opcode).to_lowercase()), ", ", operands),
        },
    }
}

fn fmt_list(f: &mut fmt::Formatter<'_>, start: &str, between: &str, words: &[Word]) -> fmt::Result {
    f.write_str(start)?;
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write!(f, "{word}")?;
    }
    f.write_str(")")
}

/// Two words with a sign between them, which are read as numbers with a sign where the operation does so.
fn fmt_compared(f: &mut fmt::Formatter<'_>, opcode: u8, a: &Word, sign: &str, b: &Word) -> fmt::Result {
    if is_signed(opcode) { write!(f, "({}{sign}{})", Signed(a), Signed(b)) } else { write!(f, "({a}{sign}{b})") }
}

/// A word that is read as a number with a sign.
struct Signed<'a>(&'a Word);

impl fmt::Display for Signed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Word::Number(number) if number.bit(255) => write!(f, "-{}", Word::Number(number.wrapping_neg())),
            Word::Noted(word, _) => Signed(word).fmt(f),
            Word::Operation(opcode, _) if is_signed(*opcode) || *opcode == op::SIGNEXTEND => self.0.fmt(f),
            Word::Number(_) => self.0.fmt(f),
            word => write!(f, "int256{}", Parenthesised(word)),
        }
    }
}

/// A word in parentheses, of which operations between two words have some already.
struct Parenthesised<'a>(&'a Word);

impl fmt::Display for Parenthesised<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        if text.starts_with('(') { f.write_str(&text) } else { write!(f, "({text})") }
    }
}

/// Whether an operation reads its operands as numbers with a sign.
pub fn is_signed(opcode: u8) -> bool {
    matches!(opcode, op::SLT | op::SGT | op::SDIV | op::SMOD | op::SAR)
}

/// The sign that stands between the two operands of an operation, with its spaces.
pub fn sign(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        op::ADD => " + ",
        op::MUL => " * ",
        op::SUB => " - ",
        op::DIV | op::SDIV => " / ",
        op::MOD | op::SMOD => " % ",
        op::LT | op::SLT => " < ",
        op::GT | op::SGT => " > ",
        op::EQ => " == ",
        op::AND => " & ",
        op::OR => " | ",
        op::XOR => " ^ ",
        _ => return None,
    })
}

/// The sign of a comparison that does not hold.
pub fn negated(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        op::LT | op::SLT => " >= ",
        op::GT | op::SGT => " <= ",
        op::EQ => " != ",
        _ => return None,
    })
}

/// How many of the least significant bytes a mask leaves, when it leaves no others.
pub fn mask_len_bytes(mask: U256) -> Option<usize> {
    let bits = mask.checked_add(U256::ONE).filter(|end| end.is_power_of_two()).map(|end| end.trailing_zeros())?;
    (bits > 0 && bits % 8 == 0).then_some(bits / 8)
}
