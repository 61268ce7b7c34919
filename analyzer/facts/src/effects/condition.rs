//! What must hold for a condition to hold?
//!
//! Compilers compute `a && b` and `a || b` by branches: where they meet again lies one word or another, by the way that was
//! taken. Such a word is not zero only on some of the ways, and what these ways require is required with it. A function
//! that returns whether it did something does the same by its ways to return. It ends since each condition is looked into
//! at most so deep and so often; of any other the word itself is told. What storage and accounts hold is what they held
//! when the code read them: two equal words of them may be two readings.

use std::cell::Cell;
use std::collections::BTreeSet;

use uplint_bytecode::lift::End;
use uplint_bytecode::opcode as op;
use uplint_bytecode::{NodeId, Term, TermId};

use super::summary::Summaries;
use super::word::{self, Word};

/// Most conditions that are looked into for one branch.
const MAX_LOOKS: u32 = 64;

/// Deepest conditions within each other.
const MAX_DEPTH: u32 = 6;

/// Longest way back from where words meet to where their ways parted, in nodes.
const MAX_WAY: usize = 6;

/// Most alternatives of one condition, and most words that one of them requires; beyond, only the word itself is told.
const MAX_ALTERNATIVES: usize = 8;

/// The words that are not zero whenever a condition is zero or not, as it is asked for.
pub(super) fn required(summaries: &Summaries<'_>, condition: TermId, holds: bool) -> BTreeSet<Word> {
    Conditions { summaries, left: Cell::new(MAX_LOOKS) }.required(condition, holds, 0)
}

struct Conditions<'a> {
    summaries: &'a Summaries<'a>,
    /// How many conditions may still be looked into; the word itself is told of the others.
    left: Cell<u32>,
}

impl Conditions<'_> {
    fn required(&self, condition: TermId, holds: bool, depth: u32) -> BTreeSet<Word> {
        let terms = &self.summaries.lifted.terms;
        let (condition, holds) = self.without_negations(condition, holds);
        let whole = || BTreeSet::from([truth(self.summaries.word(condition), holds)]);
        let Some(left) = self.left.get().checked_sub(1).filter(|_| depth <= MAX_DEPTH) else { return whole() };
        self.left.set(left);
        match terms.get(condition) {
            // A mask is no condition.
            Term::Operation { opcode: op::AND, operands: &[a, b] } if holds && !self.has_number(&[a, b]) => {
                self.both(a, b, holds, depth)
            }
            Term::Operation { opcode: op::OR, operands: &[a, b] } if !holds && !self.has_number(&[a, b]) => {
                self.both(a, b, holds, depth)
            }
            Term::Join { node, .. } => self.joined(Some(node), condition, holds, depth).unwrap_or_else(whole),
            Term::Returned { .. } => self.joined(None, condition, holds, depth).unwrap_or_else(whole),
            Term::InCall { call, term } => self.in_call(call, term, holds, depth).unwrap_or_else(whole),
            _ => whole(),
        }
    }

    /// What is required of a word that a called function returns, in the words of its caller.
    fn in_call(&self, call: NodeId, term: TermId, holds: bool, depth: u32) -> Option<BTreeSet<Word>> {
        let called = self.summaries.function_of(term)?;
        let required = self.required(term, holds, depth + 1).into_iter();
        let words = required.map(|word| word.with_arguments(&|slot| self.summaries.argument(call, called, slot)));
        // What the arguments decide is no condition.
        let words: BTreeSet<Word> = words.filter(|word| word.number().is_none_or(|number| number.is_zero())).collect();
        words.iter().all(|word| word.number().is_none()).then_some(words)
    }

    fn both(&self, a: TermId, b: TermId, holds: bool, depth: u32) -> BTreeSet<Word> {
        let mut words = self.required(a, holds, depth + 1);
        words.extend(self.required(b, holds, depth + 1));
        words
    }

    fn has_number(&self, words: &[TermId]) -> bool {
        words.iter().any(|&word| self.summaries.lifted.terms.number(word).is_some())
    }

    /// What is tested beneath negations, and whether it holds.
    fn without_negations(&self, condition: TermId, holds: bool) -> (TermId, bool) {
        let (word, is_positive) = self.summaries.lifted.terms.without_negations(condition);
        (word, is_positive == holds)
    }

    /// What is required where words meet, at a node or where a function returns; `None` where that cannot be told better
    /// than by the word itself.
    fn joined(&self, node: Option<NodeId>, join: TermId, holds: bool, depth: u32) -> Option<BTreeSet<Word>> {
        // What a function is given arrives from its callers.
        if self.left.get() == 0 || node.is_some_and(|node| self.summaries.ways.start(node) == node) {
            return None;
        }
        let arrivals = self.summaries.arrivals(join)?;
        let ways: Vec<Vec<NodeId>> = arrivals.iter().map(|&(from, _)| self.way_back(from)).collect();
        let parted = ways[0].iter().copied().find(|node| ways.iter().all(|way| way.contains(node)))?;
        let mut alternatives: BTreeSet<BTreeSet<Word>> = BTreeSet::new();
        for (&(from, word), way) in arrivals.iter().zip(&ways) {
            let known = self.known(from, node, word);
            if known.is_some_and(|known| known != holds) {
                continue;
            }
            let mut words = BTreeSet::new();
            let mut next = node;
            for &at in way {
                words.extend(next.map(|next| self.taken(at, next, depth)).unwrap_or_default());
                if at == parted {
                    break;
                }
                next = Some(at);
            }
            if known.is_none() {
                words.extend(self.required(word, holds, depth + 1));
            }
            alternatives.insert(words);
        }
        either(alternatives)
    }

    /// The nodes that control passes on the way to one, that one first, as long as it comes from one node alone.
    fn way_back(&self, from: NodeId) -> Vec<NodeId> {
        let mut way = vec![from];
        while way.len() < MAX_WAY {
            let at = way[way.len() - 1];
            match self.summaries.ways.before(at) {
                &[before] if self.summaries.ways.only_from(at, before) && !way.contains(&before) => way.push(before),
                _ => break,
            }
        }
        way
    }

    /// Whether a word that comes from a node holds, where a number or the branch there says so.
    fn known(&self, from: NodeId, to: Option<NodeId>, word: TermId) -> Option<bool> {
        let (word, is_positive) = self.without_negations(word, true);
        if let Some(number) = self.summaries.lifted.terms.number(word) {
            return Some(number.is_zero() != is_positive);
        }
        let (condition, holds) = self.edge(from, to?)?;
        let (condition, holds) = self.without_negations(condition, holds);
        (condition == word).then_some(holds == is_positive)
    }

    /// The condition of an edge and whether it holds there, where a branch decides.
    fn edge(&self, from: NodeId, to: NodeId) -> Option<(TermId, bool)> {
        let node = &self.summaries.lifted.nodes[from];
        let End::Branch { condition, target, .. } = node.end else { return None };
        // A jump to several places may lead where control goes on otherwise.
        self.summaries.lifted.terms.number(target)?;
        match node.branches.map(|branch| branch == Some(to)) {
            [true, false] => Some((condition, true)),
            [false, true] => Some((condition, false)),
            _ => None,
        }
    }

    /// What an edge requires.
    fn taken(&self, from: NodeId, to: NodeId, depth: u32) -> BTreeSet<Word> {
        self.edge(from, to).map(|(condition, holds)| self.required(condition, holds, depth + 1)).unwrap_or_default()
    }
}

/// The words that are not zero where those of one of several alternatives are all not zero; `None` where there are too many,
/// or where one requires nothing.
pub(super) fn either(alternatives: BTreeSet<BTreeSet<Word>>) -> Option<BTreeSet<Word>> {
    let mut alternatives = alternatives;
    // One that is left as a single word leaves others with fewer.
    for _ in 0..MAX_ALTERNATIVES {
        alternatives = without_contraries(alternatives);
    }
    if alternatives.len() > MAX_ALTERNATIVES || alternatives.iter().any(|words| words.len() > MAX_ALTERNATIVES) {
        return None;
    }
    if alternatives.len() <= 1 {
        return alternatives.into_iter().next();
    }
    let joined = |opcode: u8, words: BTreeSet<Word>| {
        words.into_iter().map(as_boolean).reduce(|all, word| word::operation(opcode, &[all, word]))
    };
    let each: Option<BTreeSet<Word>> = alternatives.into_iter().map(|words| joined(op::AND, words)).collect();
    Some(joined(op::OR, each?).map(Word::bounded).into_iter().collect())
}

/// Where one alternative is a single word, that it does not hold need not be said of the others.
fn without_contraries(alternatives: BTreeSet<BTreeSet<Word>>) -> BTreeSet<BTreeSet<Word>> {
    let single: BTreeSet<Word> = alternatives.iter().filter(|words| words.len() == 1).flatten().cloned().collect();
    let is_contrary =
        |word: &Word| single.iter().any(|one| *word == truth(one.clone(), false) || is_negation(one, word));
    let rest = |words: BTreeSet<Word>| match words.len() {
        0 | 1 => words,
        _ => words.into_iter().filter(|word| !is_contrary(word)).collect(),
    };
    alternatives.into_iter().map(rest).collect()
}

/// Whether a word is the negation of another.
fn is_negation(word: &Word, of: &Word) -> bool {
    matches!(word, Word::Operation(op::ISZERO, words) if words[..] == [of.clone()])
}

/// A word, or its negation.
fn truth(word: Word, holds: bool) -> Word {
    if holds { word } else { word::operation(op::ISZERO, &[word]) }
}

/// The same condition as a zero or a one.
fn as_boolean(word: Word) -> Word {
    if is_condition(&word) {
        return word;
    }
    word::operation(op::ISZERO, &[word::operation(op::ISZERO, &[word])])
}

/// Whether a word is a zero or a one.
fn is_condition(word: &Word) -> bool {
    match word {
        Word::Operation(op::LT..=op::ISZERO, _) => true,
        Word::Operation(op::AND | op::OR, words) => words.iter().all(is_condition),
        _ => false,
    }
}
