//! What a word can be where several ways meet: one of the words that come together there, or, in a loop, one of those
//! that go into it, moved by some multiple of what each round adds.
//!
//! A round is recognised by sums: `slot = slot + 1` at the end of a loop over storage, or an offset in memory that
//! grows by 32. Joins that feed each other are taken together, each with its distance from the first; where two ways
//! lead to the same join at different distances, there is a loop, and its step divides the difference.

use std::sync::Arc;

use alloy_primitives::U256;
use uplint_bytecode::opcode as op;
use uplint_bytecode::{NodeId, Term, TermId};

use super::summary::Summaries;
use super::word::{self, Word};

/// Most joins that are taken together.
const MAX_JOINS: usize = 32;

/// Deepest parts of a word that are looked at for where they are made.
const MAX_PARTS_DEPTH: u32 = 8;

/// Joins that feed each other.
#[derive(Debug, Default)]
struct Joins {
    /// Each with what is added to it on the way to the first.
    distances: Vec<(TermId, U256)>,
    /// What goes into them, with what is added to it on the way to the first.
    entries: Vec<(TermId, U256)>,
    /// Divides all that rounds add; zero without a loop.
    step: U256,
    /// Whether a round can add anything.
    is_anywhere: bool,
}

impl Joins {
    /// A word meets others at a distance from the first join.
    fn meet(&mut self, join: TermId, distance: U256) {
        let Some(&(_, known)) = self.distances.iter().find(|(known, _)| *known == join) else {
            self.distances.push((join, distance));
            return;
        };
        let (less, more) = if known < distance { (known, distance) } else { (distance, known) };
        self.step = greatest_common_divisor(self.step, shorter(more - less));
    }
}

impl Summaries<'_> {
    /// The word of a join.
    pub(super) fn joined(&self, join: TermId, depth: u32) -> Word {
        self.joined_of(join, &|entry, _| self.word_at(entry, depth))
    }

    /// The word of a join, with words for what goes into it, of which some are made before all the joins on the way.
    pub(super) fn joined_of(&self, join: TermId, word_of: &dyn Fn(TermId, bool) -> Word) -> Word {
        let Some(Joins { distances, entries, step, is_anywhere }) = self.joins(join) else { return Word::Unknown };
        let is_before_all = |entry: TermId| {
            distances.iter().all(|(join, _)| match self.lifted.terms.get(*join) {
                Term::Join { node, .. } => self.is_before(entry, node, 0),
                _ => false,
            })
        };
        let words = entries.into_iter().map(|(entry, distance)| {
            word::operation(op::ADD, &[word_of(entry, is_before_all(entry)), Word::Number(distance)])
        });
        if is_anywhere {
            let anywhere = |word: Word| word::operation(op::ADD, &[word, Word::Unknown]);
            return word::one_of(words.map(anywhere));
        }
        if step.is_zero() {
            return word::one_of(words);
        }
        // The first round may have been seen with what it starts from: it is a round like all others.
        let mut starts: Vec<Word> = Vec::new();
        for word in words {
            if !starts.iter().any(|start| is_round(start, &word, step)) {
                starts.push(word);
            }
        }
        word::one_of(starts.iter().map(|start| moved(start, step)))
    }

    /// Whether a word is made before control comes to a node, and not anew behind it: every way there passes where it is
    /// made.
    fn is_before(&self, term: TermId, node: NodeId, depth: u32) -> bool {
        let of = |term: &TermId| self.is_before(*term, node, depth + 1);
        match self.lifted.terms.get(term) {
            Term::Constant(_) | Term::Parameter { .. } => true,
            Term::Join { node: made, .. } | Term::Result { node: made, .. } => {
                made != node && self.ways.must_pass(made, node)
            }
            _ if depth >= MAX_PARTS_DEPTH => false,
            Term::Operation { operands, .. } => operands.iter().all(of),
            Term::Hash(pieces) => pieces.iter().all(|piece| of(&piece.term)),
            Term::InCall { .. } | Term::Returned { .. } => false,
        }
    }

    /// A join with those that feed it; `None` when they are too many.
    fn joins(&self, first: TermId) -> Option<Joins> {
        let mut joins = Joins { distances: vec![(first, U256::ZERO)], ..Joins::default() };
        let mut at = 0;
        while let Some(&(join, distance)) = joins.distances.get(at) {
            at += 1;
            for input in self.inputs(join)? {
                match self.fed_by(input, &joins) {
                    Some((feeding, Some(by))) => joins.meet(feeding, distance.wrapping_add(by)),
                    // By how much a round moves the word is not constant.
                    Some((_, None)) => joins.is_anywhere = true,
                    None => joins.entries.push((input, distance)),
                }
            }
            if joins.distances.len() > MAX_JOINS {
                return None;
            }
        }
        Some(joins)
    }

    /// The join that a word is, or is counted from, and what is added to it when that is constant.
    fn fed_by(&self, word: TermId, joins: &Joins) -> Option<(TermId, Option<U256>)> {
        let terms = &self.lifted.terms;
        let (base, offset) = terms.base_and_offset(word);
        let base = base?;
        if matches!(terms.get(base), Term::Join { .. }) {
            return Some((base, Some(offset)));
        }
        let is_known = |term: &TermId| joins.distances.iter().any(|(join, _)| join == term);
        match terms.get(base) {
            Term::Returned { .. } if is_known(&base) => Some((base, Some(offset))),
            Term::Operation { opcode: op::ADD, operands } => {
                let bases = operands.iter().filter_map(|operand| terms.base_and_offset(*operand).0);
                bases.into_iter().find(is_known).map(|join| (join, None))
            }
            _ => None,
        }
    }
}

/// Whether rounds of a loop that add a step lead from one word to another.
fn is_round(start: &Word, word: &Word, step: U256) -> bool {
    let base = |word: &Word| {
        let offset = word::constant_of(word);
        (word::operation(op::ADD, &[word.clone(), Word::Number(offset.wrapping_neg())]), offset)
    };
    let ((start, first), (word, later)) = (base(start), base(word));
    start == word && (shorter(later.wrapping_sub(first)) % step).is_zero()
}

/// A word that was moved by an unknown multiple of a step. The number that it is counted from is kept even when it is
/// zero: it is the first slot of what is walked over.
fn moved(word: &Word, step: U256) -> Word {
    let by = word::operation(op::MUL, &[Word::rounds(), Word::Number(step)]);
    match word {
        Word::Number(number) => Word::Operation(op::ADD, Arc::new([by, Word::Number(*number)])),
        word => word::operation(op::ADD, &[word.clone(), by]),
    }
}

/// A distance the shorter way around.
fn shorter(distance: U256) -> U256 {
    distance.min(distance.wrapping_neg())
}

fn greatest_common_divisor(a: U256, b: U256) -> U256 {
    let (mut a, mut b) = (a, b);
    while !b.is_zero() {
        (a, b) = (b, a % b);
    }
    a
}
