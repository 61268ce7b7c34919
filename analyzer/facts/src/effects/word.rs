//! A word of the machine as an auditor would name it.

use std::fmt;
use std::sync::Arc;

use alloy_primitives::U256;
use uplint_bytecode::opcode as op;

use super::access::AccessSpace;

/// Most parts of one word; larger ones are [`Word::Unknown`].
const MAX_SIZE: u32 = 64;

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
    /// What a call returned, or whether it succeeded.
    CallResult,
    /// Anything else.
    Unknown,
}

impl Word {
    /// How many parts it has.
    pub(super) fn size(&self) -> u32 {
        match self {
            Self::Stored(_, slot) => 1 + slot.size(),
            Self::Hash(parts) => 1 + parts.iter().map(|(word, ..)| word.size()).sum::<u32>(),
            Self::Operation(_, operands) => 1 + operands.iter().map(Self::size).sum::<u32>(),
            _ => 1,
        }
    }

    /// The word, unless it is too large to be worth keeping.
    pub(super) fn bounded(self) -> Self {
        if self.size() > MAX_SIZE { Self::Unknown } else { self }
    }

    /// The same word with arguments replaced.
    pub(super) fn with_arguments(&self, argument: &dyn Fn(u32) -> Self) -> Self {
        let word = match self {
            Self::Argument(slot) => argument(*slot),
            Self::Stored(space, slot) => Self::Stored(*space, Arc::new(slot.with_arguments(argument))),
            Self::Hash(parts) => {
                Self::Hash(parts.iter().map(|(word, skip, len)| (word.with_arguments(argument), *skip, *len)).collect())
            }
            Self::Operation(opcode, operands) => {
                let operands: Vec<_> = operands.iter().map(|word| word.with_arguments(argument)).collect();
                return operation(*opcode, &operands).bounded();
            }
            other => return other.clone(),
        };
        word.bounded()
    }

    /// The number that it is.
    pub(super) fn number(&self) -> Option<U256> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// An operation, computed where its operands are numbers.
pub(super) fn operation(opcode: u8, operands: &[Word]) -> Word {
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
    if let Some(numbers) = operands.iter().map(Word::number).collect::<Option<Vec<_>>>()
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
        _ => Word::Operation(opcode, operands.into()),
    }
}

/// The number within a sum.
fn constant_of(word: &Word) -> U256 {
    match word {
        Word::Number(number) => *number,
        Word::Operation(op::ADD, terms) => terms.iter().find_map(Word::number).unwrap_or_default(),
        _ => U256::ZERO,
    }
}

/// What a sum has besides its number.
fn rest_of(word: &Word) -> Vec<Word> {
    match word {
        Word::Number(_) => Vec::new(),
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
            Self::Value => f.write_str("value"),
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
            Self::CallResult => f.write_str("call result"),
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
            write!(f, "({}{}{})", sides[0], negated(*inner).unwrap_or_default(), sides[1])
        }
        (op::ISZERO, [Word::Operation(op::ISZERO, inner)]) if inner.len() == 1 => write!(f, "({} != 0)", inner[0]),
        (op::ISZERO, [word]) => write!(f, "!{word}"),
        (op::NOT, [word]) => write!(f, "~{word}"),
        (op::SHL | op::SHR | op::SAR, [bits, word]) => {
            write!(f, "({word} {} {bits})", if opcode == op::SHL { "<<" } else { ">>" })
        }
        (op::CALLDATASIZE, []) => f.write_str("calldata.length"),
        (op::CALLDATALOAD, [offset]) => write!(f, "calldata[{offset}]"),
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

fn sign(opcode: u8) -> Option<&'static str> {
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
fn negated(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        op::LT | op::SLT => " >= ",
        op::GT | op::SGT => " <= ",
        op::EQ => " != ",
        _ => return None,
    })
}

/// How many of the least significant bytes a mask leaves, when it leaves no others.
fn mask_len_bytes(mask: U256) -> Option<usize> {
    let bits = mask.checked_add(U256::ONE).filter(|end| end.is_power_of_two()).map(|end| end.trailing_zeros())?;
    (bits > 0 && bits % 8 == 0).then_some(bits / 8)
}
