//! Which bytes of each word have a part in anything that the code does?
//!
//! solc keeps several variables in a slot, and reads one by a shift and a mask: of the word that it loads, only the bytes
//! of that variable matter. Backward: what a store puts into a slot, whatever else an effect takes, what is written to
//! memory or hashed, and what decides a jump is needed whole; and of what a needed word is made of, the bytes that make
//! its own. Words are followed through joins, into the functions that are given them, and to the callers of those that
//! leave them. The lattice of a word is the sets of its bytes; top is all of them. A set that rises more than a few times
//! rises to the top, so that the work is linear; where there is more of it than that, where functions pass on more words
//! than there are terms, or where the lifter dropped words of a join, all bytes of all words are needed.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use uplint_bytecode::lift::{Argument, End, Lifted};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, Term, TermId};

use super::byte_set::{ByteSet, Parts};
use super::kept::Kept;

/// How often the bytes of one word rise before all are needed.
const MAX_RISES: u8 = 6;

/// Steps for each term and node.
const STEPS_PER_TERM: usize = 64;

/// The bytes that are needed of each term.
#[derive(Debug)]
pub(super) struct Needed {
    /// By the number of the term; empty when all are needed of all.
    bytes: Vec<Parts>,
}

impl Needed {
    pub(super) fn new(lifted: &Lifted<'_>, kept: &Kept) -> Self {
        let mut spread = Spread::new(lifted);
        spread.begin(kept);
        Self { bytes: spread.run().unwrap_or_default() }
    }

    pub(super) fn of(&self, term: TermId) -> Parts {
        self.bytes.get(term.index()).copied().unwrap_or(Parts::ALL)
    }
}

/// A word that a function was entered with, by its place below the top.
type Parameter = (FunctionId, u32);

/// A word whose needs are known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Term(TermId),
    /// A parameter that a function only passes on, without a term, by its place among these.
    PassedOn(usize),
}

/// The work: needs that spread from words to those that they are made of.
struct Spread<'a> {
    lifted: &'a Lifted<'a>,
    /// By the number of the term; behind all terms the parameters that are passed on.
    bytes: Vec<Parts>,
    rises: Vec<u8>,
    left: Vec<Word>,
    parameters: HashMap<Parameter, Word, RandomState>,
    passed_on: Vec<Parameter>,
    /// Whether some word could not be followed.
    is_lost: bool,
}

impl<'a> Spread<'a> {
    fn new(lifted: &'a Lifted<'a>) -> Self {
        Self {
            lifted,
            bytes: vec![Parts::NONE; lifted.terms.len()],
            rises: vec![0; lifted.terms.len()],
            left: Vec::new(),
            parameters: HashMap::default(),
            passed_on: Vec::new(),
            is_lost: false,
        }
    }

    /// What is needed by itself.
    fn begin(&mut self, kept: &Kept) {
        let lifted = self.lifted;
        for term in lifted.terms.ids() {
            if let Term::Hash(pieces) = lifted.terms.get(term) {
                for piece in pieces {
                    self.need(piece.term, Parts::ALL);
                }
            }
        }
        for (id, node) in lifted.nodes.iter_enumerated() {
            for effect in &node.effects {
                match (effect.opcode, effect.operands()) {
                    (op::SSTORE | op::TSTORE, &[slot, value]) => {
                        self.need(slot, Parts::ALL);
                        self.need(value, kept.written(id, effect.pc));
                    }
                    (_, operands) => operands.iter().for_each(|&operand| self.need(operand, Parts::ALL)),
                }
                effect.data.iter().for_each(|piece| self.need(piece.term, Parts::ALL));
            }
            node.in_memory.iter().for_each(|&word| self.need(word, Parts::ALL));
            match node.end {
                End::Jump { target, .. } => self.need(target, Parts::ALL),
                End::Branch { target, condition, .. } => {
                    self.need(target, Parts::ALL);
                    self.need(condition, Parts::ALL);
                }
                End::FallThrough | End::Halt { .. } => {}
            }
        }
        for exit in lifted.functions.iter().flat_map(|function| &function.exits) {
            self.need(exit.target, Parts::ALL);
        }
    }

    fn number(&self, word: Word) -> usize {
        match word {
            Word::Term(term) => term.index(),
            Word::PassedOn(at) => self.lifted.terms.len() + at,
        }
    }

    fn need(&mut self, term: TermId, bytes: Parts) {
        self.rise(Word::Term(term), bytes);
    }

    fn rise(&mut self, word: Word, bytes: Parts) {
        let at = self.number(word);
        let known = self.bytes[at];
        if known.or(bytes) != known {
            self.rises[at] = self.rises[at].saturating_add(1);
            self.bytes[at] = if self.rises[at] > MAX_RISES { Parts::ALL } else { known.or(bytes) };
            self.left.push(word);
        }
    }

    /// The needs of all words; `None` when that is too much work, or when words are lost.
    fn run(mut self) -> Option<Vec<Parts>> {
        let mut steps = STEPS_PER_TERM * (self.lifted.terms.len() + self.lifted.nodes.len());
        // Words are made after those that they are made of, so that the latest ones are known first.
        self.left.sort_unstable();
        while let Some(word) = self.left.pop() {
            let bytes = self.bytes[self.number(word)];
            let work = match word {
                Word::Term(term) => self.need_parts(term, bytes),
                Word::PassedOn(at) => self.need_arguments(self.passed_on[at], bytes),
            };
            steps = steps.checked_sub(work)?;
            if self.is_lost {
                return None;
            }
        }
        Some(self.bytes)
    }

    /// Spreads what is needed of a word to the words that it is made of. Answers how much work that was.
    fn need_parts(&mut self, term: TermId, bytes: Parts) -> usize {
        let lifted = self.lifted;
        match lifted.terms.get(term) {
            Term::Constant(_) | Term::Result { .. } | Term::Hash(_) => 1,
            Term::Operation { opcode, operands } => {
                for (at, &operand) in operands.iter().enumerate() {
                    self.need(operand, part(lifted, opcode, operands, at, bytes));
                }
                operands.len() + 1
            }
            Term::InCall { term, .. } => {
                self.need(term, bytes);
                1
            }
            Term::Parameter { function, slot } => self.need_arguments((function, slot), bytes),
            Term::Join { .. } => self.need_inputs(term, bytes),
            Term::Returned { function, exit, index } => {
                let exit = lifted.functions[function].exits.get(exit as usize);
                match exit.and_then(|exit| exit.leaves.get(index as usize)) {
                    // The word is told apart only because it is large.
                    Some(&left) if left != term => {
                        self.need(left, bytes);
                        1
                    }
                    _ => self.need_inputs(term, bytes),
                }
            }
        }
    }

    fn need_inputs(&mut self, join: TermId, bytes: Parts) -> usize {
        let inputs = self.lifted.inputs(join);
        self.is_lost |= inputs.is_none();
        let inputs = inputs.unwrap_or_default();
        for &input in inputs {
            self.need(input, bytes);
        }
        inputs.len() + 1
    }

    /// Spreads what a function needs of a word that it is given to its callers.
    fn need_arguments(&mut self, (function, slot): Parameter, bytes: Parts) -> usize {
        let lifted = self.lifted;
        let callers = &lifted.functions[function].callers;
        for &caller in callers {
            let node = &lifted.nodes[caller];
            match node.argument(function, slot) {
                Some(Argument::Term(term)) => self.need(term, bytes),
                Some(Argument::Parameter(slot)) => {
                    let word = self.parameter((node.function, slot));
                    self.rise(word, bytes);
                }
                None => {}
            }
        }
        callers.len() + 1
    }

    fn parameter(&mut self, parameter: Parameter) -> Word {
        let terms = &self.lifted.terms;
        if self.parameters.is_empty() {
            self.parameters.extend(terms.ids().filter_map(|term| match terms.get(term) {
                Term::Parameter { function, slot } => Some(((function, slot), Word::Term(term))),
                _ => None,
            }));
        }
        if let Some(&known) = self.parameters.get(&parameter) {
            return known;
        }
        // Functions that call each other with the stack of all the others pass on more than anybody can follow.
        self.is_lost |= self.passed_on.len() >= terms.len();
        let word = Word::PassedOn(self.passed_on.len());
        self.parameters.insert(parameter, word);
        self.passed_on.push(parameter);
        self.bytes.push(Parts::NONE);
        self.rises.push(0);
        word
    }
}

/// The bytes of an operand that make some bytes of the result.
fn part(lifted: &Lifted<'_>, opcode: u8, operands: &[TermId], at: usize, bytes: Parts) -> Parts {
    let number = |at: usize| operands.get(at).and_then(|&operand| lifted.terms.number(operand)).copied();
    let small = |at: usize| number(at).map(|number| usize::try_from(number).unwrap_or(256).min(256));
    let other = number(1 - at.min(1));
    let power = other.filter(|factor| factor.is_power_of_two()).map(|factor| factor.trailing_zeros());
    match (opcode, at) {
        (op::AND, _) => other.map_or(bytes, |mask| bytes.and(ByteSet::of(mask, |byte| byte != 0))),
        (op::OR, _) => other.map_or(bytes, |mask| bytes.and(ByteSet::of(mask, |byte| byte != 0xff))),
        (op::XOR | op::NOT, _) => bytes,
        (op::SHL, 1) => small(0).map_or(Parts::ALL, |bits| bytes.shifted_right(bits)),
        (op::SHR, 1) => small(0).map_or(Parts::ALL, |bits| bytes.shifted_left(bits)),
        (op::SAR, 1) => small(0).map_or(Parts::ALL, |bits| {
            let copies_sign = bytes.bytes.and(ByteSet::from((256 - bits) / 8)) != ByteSet::NONE;
            let moved = bytes.shifted_left(bits);
            if copies_sign { Parts::whole(moved.bytes.or(ByteSet::from(31))) } else { moved }
        }),
        (op::MUL, _) => power.map_or(Parts::ALL, |bits| bytes.shifted_right(bits)),
        (op::DIV, 0) => power.map_or(Parts::ALL, |bits| bytes.shifted_left(bits)),
        (op::BYTE, 1) => match small(0) {
            Some(place @ 0..32) => Parts::whole(ByteSet(1 << (31 - place))),
            Some(_) => Parts::NONE,
            None => Parts::ALL,
        },
        (op::SIGNEXTEND, 1) => match small(0) {
            Some(last @ 0..31) if bytes.bytes.and(ByteSet::from(last)) != ByteSet::NONE => {
                Parts::whole(bytes.bytes.and(ByteSet::below(last)).or(ByteSet(1 << last)))
            }
            Some(_) => bytes,
            None => Parts::ALL,
        },
        _ => Parts::ALL,
    }
}
