//! With which words does a function do something?
//!
//! Functions that several others share ask what they are given: the one that moves a token's balances takes nothing from
//! the zero address, so that minting reads no sender's balance. What a function does only behind such branches is not told
//! of a call whose words decide one of them otherwise.
//!
//! From called functions to their callers. Of each effect a set of conditions is kept that are all needed for it: fewer say
//! less, and none is top. A condition is kept as long as it is made of words that the function is given and of numbers;
//! of those on the way the nearest are kept, and small ones alone, which only weakens what is said. What happens on two
//! ways keeps what both share. Within recursion a word that is not passed on is unknown, and decides nothing. In a code
//! with a jump that nobody could follow any block may be entered with any words, so that no condition is kept at all.

use std::sync::Arc;

use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::End;
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Term, TermId, Terms};

use super::condition::required;
use super::summary::Summaries;
use super::word::Word;

/// Most conditions that are told of one effect.
const MAX_CONDITIONS: usize = 4;

/// Deepest parts of a condition that are looked at.
const MAX_DEPTH: u32 = 6;

/// Most branches of one function that are looked into.
const MAX_BRANCHES: u32 = 64;

/// Largest condition that is kept, in parts.
const MAX_PARTS: u32 = 8;

/// Words of what a function is given that are all not zero when it does something.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OnlyIf(Option<Arc<[Word]>>);

impl OnlyIf {
    /// The first of some words.
    fn new(all: impl IntoIterator<Item = Word>) -> Self {
        let mut words: Vec<Word> = Vec::new();
        for word in all {
            if words.len() < MAX_CONDITIONS && !words.contains(&word) {
                words.push(word);
            }
        }
        words.sort();
        Self((!words.is_empty()).then(|| words.into()))
    }

    /// Whether two are one and the same, and not only alike.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(words), Some(others)) => Arc::ptr_eq(words, others),
            (None, None) => true,
            _ => false,
        }
    }

    /// Keeps what another needs too.
    pub(super) fn keep_common(&mut self, other: &Self) {
        if !self.is_same(other) {
            *self = Self::new(self.words().iter().filter(|word| other.words().contains(word)).cloned());
        }
    }

    fn words(&self) -> &[Word] {
        self.0.as_deref().unwrap_or_default()
    }

    /// The conditions in the words of a caller, beside those of the call itself; `None` when the call decides one otherwise.
    pub(super) fn in_call(&self, argument: &dyn Fn(u32) -> Word, of_call: &Self) -> Option<Self> {
        if self.0.is_none() {
            return Some(of_call.clone());
        }
        let mut words = Vec::new();
        for word in self.words() {
            let word = word.with_arguments(argument);
            match word.value() {
                Some(number) if number.is_zero() => return None,
                Some(_) => {}
                None => words.extend(Some(word).filter(is_of_arguments)),
            }
        }
        Some(Self::new(of_call.words().iter().cloned().chain(words)))
    }
}

/// The branches of internal functions that ask what these are given: a node, and words that are not zero there and in all
/// nodes that only it leads to.
#[derive(Debug, Default)]
pub(super) struct Branches {
    of: IndexVec<FunctionId, Vec<(NodeId, Vec<Word>)>>,
}

impl Branches {
    pub(super) fn new(summaries: &Summaries<'_>) -> Self {
        let lifted = summaries.lifted;
        if summaries.ways.unresolved.contains(&true) {
            return Self::default();
        }
        let mut of: IndexVec<FunctionId, Vec<_>> = lifted.functions.iter().map(|_| Vec::new()).collect();
        let mut left: IndexVec<FunctionId, u32> = lifted.functions.iter().map(|_| MAX_BRANCHES).collect();
        for (id, node) in lifted.nodes.iter_enumerated().filter(|(_, node)| node.function != FunctionId(0)) {
            if let End::Branch { condition, target, .. } = node.end
                && lifted.terms.number(target).is_some()
                && may_ask(&lifted.terms, condition, 0)
                && left[node.function] > 0
            {
                left[node.function] -= 1;
                of[node.function].extend(asked(summaries, id, condition));
            }
        }
        Self { of }
    }

    /// What a function is given whenever it reaches a node.
    pub(super) fn at(&self, summaries: &Summaries<'_>, node: NodeId) -> OnlyIf {
        // The latest ones are mostly the nearest.
        let branches = self.of.get(summaries.lifted.nodes[node].function).into_iter().flatten().rev();
        let passed = branches.filter(|(next, _)| summaries.ways.must_pass(*next, node));
        OnlyIf::new(passed.flat_map(|(_, words)| words.iter().cloned()).take(MAX_CONDITIONS))
    }
}

/// What the branch at the end of a node asks of the words that its function is given, with where it leads.
fn asked(summaries: &Summaries<'_>, id: NodeId, condition: TermId) -> Vec<(NodeId, Vec<Word>)> {
    let node = &summaries.lifted.nodes[id];
    if node.branches[0] == node.branches[1] {
        return Vec::new();
    }
    // Without the other way nothing depends on this one: the function requires it, and the call reverts otherwise.
    if node.branches.iter().flatten().any(|&next| summaries.endings.must_revert(next)) {
        return Vec::new();
    }
    let ways = node.branches.iter().zip([true, false]);
    let ways = ways.filter_map(|(next, holds)| next.map(|next| (next, holds)));
    let asked = ways.filter(|&(next, _)| summaries.ways.only_from(next, id)).map(|(next, holds)| {
        let words = required(summaries, condition, holds).into_iter();
        let small = words.filter(|word| word.size() <= MAX_PARTS && is_of_arguments(word));
        (next, small.take(MAX_CONDITIONS).collect::<Vec<_>>())
    });
    asked.filter(|(_, words)| !words.is_empty()).collect()
}

/// Whether a condition may be one of what a function is given alone: it is, or it depends on the way that was taken.
fn may_ask(terms: &Terms, condition: TermId, depth: u32) -> bool {
    let (word, _) = terms.without_negations(condition);
    match terms.get(word) {
        Term::Parameter { .. } | Term::Constant(_) => true,
        Term::Join { .. } => depth == 0,
        Term::Operation { opcode: op::AND | op::OR, operands } if depth < MAX_DEPTH => {
            operands.iter().any(|&operand| may_ask(terms, operand, depth + 1))
        }
        Term::Operation { operands, .. } if depth < MAX_DEPTH => {
            operands.iter().all(|&operand| may_ask(terms, operand, depth + 1))
        }
        _ => false,
    }
}

/// Whether a word is made of words that a function is given, and of numbers.
fn is_of_arguments(word: &Word) -> bool {
    fn has_no_other(word: &Word) -> bool {
        match word {
            Word::Number(_) | Word::Argument(_) => true,
            Word::Operation(_, words) => words.iter().all(has_no_other),
            Word::Noted(word, _) => has_no_other(word),
            _ => false,
        }
    }
    has_no_other(word) && word.has_arguments()
}
