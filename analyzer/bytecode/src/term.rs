//! What is known of a word that the EVM computes.
//!
//! A term is a constant, something that a function is given, or an operation on terms. Equal terms have one
//! [`TermId`] within a [`Terms`], so that comparing two is comparing numbers, and a term never changes once it is made.
//! Operations on constants are computed, and additions of constants are gathered, so that `base + 1 + 2` and `base + 3`
//! are one term.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use revm_bytecode::opcode as op;

use crate::index_vec::ids;
use crate::instruction::Pc;

mod evaluate;
mod fold;
mod table;

pub(crate) use evaluate::{Evaluation, Given};
pub use fold::compute;
pub(crate) use table::Choice;

/// A term of one [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(u32);

impl TermId {
    /// Fills the places of operands that an operation does not have.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// The term of this number.
    pub(crate) fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its number; terms are numbered from zero in the order in which they are made.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

ids! {
    /// A function of a lifted code.
    pub FunctionId "f";
    /// A block of instructions in one context of one function.
    pub NodeId "n";
}

/// How a word comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term<'a> {
    /// A number.
    Constant(&'a U256),
    /// A word that stood on the stack when the function was entered; 0 is the top.
    Parameter {
        /// The function.
        function: FunctionId,
        /// Its place below the top.
        slot: u32,
    },
    /// Different words meet here, or the same word in different rounds of a loop.
    Join {
        /// The block that they meet in.
        node: NodeId,
        /// Height above the stack that the function was entered with; negative within it.
        height: i32,
    },
    /// Different words that a function returns in the same place.
    Returned {
        /// The function.
        function: FunctionId,
        /// Which of its ways to return.
        exit: u32,
        /// Place among the words that it leaves, from the lowest.
        index: u32,
    },
    /// The result of an instruction that depends on more than its operands: a load, a call, what the chain says.
    Result {
        /// The block.
        node: NodeId,
        /// The instruction.
        pc: Pc,
    },
    /// A term of the function that was called, as it is in this call.
    InCall {
        /// The block that calls.
        call: NodeId,
        /// The term in the function.
        term: TermId,
    },
    /// An operation that depends on its operands alone, or a word that stays the same during a transaction.
    Operation {
        /// The opcode.
        opcode: u8,
        /// The operands, the top of the stack first.
        operands: &'a [TermId],
    },
    /// `KECCAK256` of bytes, all known but for those of a first piece without bytes.
    Hash(&'a [Piece]),
}

/// Some bytes of a word, in a run of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    /// The word.
    pub term: TermId,
    /// How many of its most significant bytes are left out.
    pub skip: u8,
    /// How many of its bytes are there; 0 at the start of a hash for any number of bytes that nobody knows.
    pub len: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Constant,
    Parameter,
    Join,
    Returned,
    Result,
    InCall,
    Operation {
        opcode: u8,
        /// How many operands it has.
        arity: u8,
    },
    Hash,
}

/// What makes a term: its kind and three numbers, whose meaning the kind decides. Those of an operation are its operands,
/// so that a slice of them can be lent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    parts: [TermId; 3],
}

/// The terms of one lifted code.
#[derive(Clone, Default)]
pub struct Terms {
    keys: Vec<Key>,
    known: HashMap<Key, TermId, RandomState>,
    numbers: Vec<U256>,
    known_numbers: HashMap<U256, TermId, RandomState>,
    hashes: Vec<Box<[Piece]>>,
    known_hashes: HashMap<Box<[Piece]>, TermId, RandomState>,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms").field("len", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Terms {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// All of them, in the order in which they were made.
    pub fn ids(&self) -> impl Iterator<Item = TermId> + use<> {
        (0..u32::try_from(self.keys.len()).unwrap_or(u32::MAX)).map(TermId)
    }

    /// What a term is.
    pub fn get(&self, term: TermId) -> Term<'_> {
        let Key { kind, parts } = &self.keys[term.index()];
        let [a, b, c] = parts.map(|part| part.0);
        match *kind {
            Kind::Constant => Term::Constant(&self.numbers[a as usize]),
            Kind::Parameter => Term::Parameter { function: FunctionId(a), slot: b },
            Kind::Join => Term::Join { node: NodeId(a), height: b.cast_signed() },
            Kind::Returned => Term::Returned { function: FunctionId(a), exit: b, index: c },
            Kind::Result => Term::Result { node: NodeId(a), pc: Pc(b) },
            Kind::InCall => Term::InCall { call: NodeId(a), term: TermId(b) },
            Kind::Operation { opcode, arity } => Term::Operation { opcode, operands: &parts[..usize::from(arity)] },
            Kind::Hash => Term::Hash(&self.hashes[a as usize]),
        }
    }

    /// The number that a term is.
    pub fn number(&self, term: TermId) -> Option<&U256> {
        let Key { kind, parts } = self.keys[term.index()];
        (kind == Kind::Constant).then(|| &self.numbers[parts[0].index()])
    }

    /// The operands of an operation with this opcode.
    pub fn operands_of(&self, term: TermId, opcode: u8) -> Option<&[TermId]> {
        match self.get(term) {
            Term::Operation { opcode: found, operands } if found == opcode => Some(operands),
            _ => None,
        }
    }

    /// What is tested beneath the negations of a condition, and whether the condition holds when that is not zero.
    pub fn without_negations(&self, condition: TermId) -> (TermId, bool) {
        let (mut word, mut holds) = (condition, true);
        while let Some(&[negated]) = self.operands_of(word, op::ISZERO) {
            (word, holds) = (negated, !holds);
        }
        (word, holds)
    }

    /// A term and the constant that is added to it.
    pub fn base_and_offset(&self, term: TermId) -> (Option<TermId>, U256) {
        if let Some(number) = self.number(term) {
            return (None, *number);
        }
        match self.operands_of(term, op::ADD) {
            Some(&[base, offset]) => match self.number(offset) {
                Some(offset) => (Some(base), *offset),
                None => (Some(term), U256::ZERO),
            },
            _ => (Some(term), U256::ZERO),
        }
    }

    fn intern(&mut self, kind: Kind, parts: [u32; 3]) -> TermId {
        self.add(Key { kind, parts: parts.map(TermId) })
    }

    fn add(&mut self, key: Key) -> TermId {
        match self.known.entry(key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => *free.insert(push(&mut self.keys, key)),
        }
    }

    pub(crate) fn constant(&mut self, number: U256) -> TermId {
        if let Some(&known) = self.known_numbers.get(&number) {
            return known;
        }
        let at = u32::try_from(self.numbers.len()).expect("invariant: there are no more numbers than terms");
        self.numbers.push(number);
        let term = push(&mut self.keys, Key { kind: Kind::Constant, parts: [TermId(at), TermId::NONE, TermId::NONE] });
        self.known_numbers.insert(number, term);
        term
    }

    pub(crate) fn parameter(&mut self, function: FunctionId, slot: u32) -> TermId {
        self.intern(Kind::Parameter, [function.0, slot, 0])
    }

    pub(crate) fn join(&mut self, node: NodeId, height: i32) -> TermId {
        self.intern(Kind::Join, [node.0, height.cast_unsigned(), 0])
    }

    pub(crate) fn returned(&mut self, function: FunctionId, exit: u32, index: u32) -> TermId {
        self.intern(Kind::Returned, [function.0, exit, index])
    }

    pub(crate) fn result(&mut self, node: NodeId, pc: Pc) -> TermId {
        self.intern(Kind::Result, [node.0, pc.0, 0])
    }

    pub(crate) fn in_call(&mut self, call: NodeId, term: TermId) -> TermId {
        self.intern(Kind::InCall, [call.0, term.0, 0])
    }

    pub(crate) fn hash(&mut self, pieces: &[Piece]) -> TermId {
        if let Some(&known) = self.known_hashes.get(pieces) {
            return known;
        }
        let at = u32::try_from(self.hashes.len()).expect("invariant: there are no more hashes than terms");
        self.hashes.push(pieces.into());
        let term = push(&mut self.keys, Key { kind: Kind::Hash, parts: [TermId(at), TermId::NONE, TermId::NONE] });
        self.known_hashes.insert(pieces.into(), term);
        term
    }

    /// An operation, computed when its operands are known.
    pub(crate) fn operation(&mut self, opcode: u8, operands: &[TermId]) -> TermId {
        if let Some(simpler) = self.simplify(opcode, operands) {
            return simpler;
        }
        let mut parts = [TermId::NONE; 3];
        let mut arity = 0;
        for (part, operand) in parts.iter_mut().zip(operands) {
            *part = *operand;
            arity += 1;
        }
        // One order for those whose order does not matter: constants last.
        if is_commutative(opcode) && (self.number(operands[0]).is_some() || operands[0] > operands[1]) {
            let constant_stays_last = self.number(operands[1]).is_some();
            if !constant_stays_last {
                parts.swap(0, 1);
            }
        }
        self.add(Key { kind: Kind::Operation { opcode, arity }, parts })
    }
}

/// A term that is not known yet.
fn push(keys: &mut Vec<Key>, key: Key) -> TermId {
    let number = u32::try_from(keys.len()).expect("invariant: the budget ends long before so many terms");
    keys.push(key);
    TermId(number)
}

fn is_commutative(opcode: u8) -> bool {
    matches!(opcode, op::ADD | op::MUL | op::AND | op::OR | op::XOR | op::EQ)
}
