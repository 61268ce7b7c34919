//! With which words does a function do something?
//!
//! Functions that several others share ask what they are given: the one that moves a token's balances takes nothing from the
//! zero address, so that minting reads no sender's balance. What a function does only behind such branches is not told of a
//! call whose words decide one of them otherwise. A condition is told as long as it is made of words that the function is
//! given and of numbers; of any other nobody says more than that it may hold.

use std::sync::Arc;

use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::{End, Lifted};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Term, TermId, Terms};

use super::condition::required;
use super::summary::Summaries;
use super::word::Word;

/// Most conditions that are told of one effect.
const MAX_CONDITIONS: usize = 4;

/// Deepest parts of a condition that are looked at.
const MAX_DEPTH: u32 = 6;

/// Most branches of one function that are looked at.
const MAX_BRANCHES: usize = 64;

/// Words of what a function is given that are all not zero when it does something.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OnlyIf(Option<Arc<[Word]>>);

impl OnlyIf {
    fn new(mut words: Vec<Word>) -> Self {
        words.sort();
        words.dedup();
        words.truncate(MAX_CONDITIONS);
        Self((!words.is_empty()).then(|| words.into()))
    }

    fn words(&self) -> &[Word] {
        self.0.as_deref().unwrap_or_default()
    }

    /// The conditions in the words of a caller, beside those of the call itself; `None` when the call decides one otherwise.
    pub(super) fn in_call(&self, argument: &dyn Fn(u32) -> Word, of_call: &Self) -> Option<Self> {
        if self.0.is_none() {
            return Some(of_call.clone());
        }
        let mut words = of_call.words().to_vec();
        for word in self.words() {
            let word = word.with_arguments(argument);
            match word.value() {
                Some(number) if number.is_zero() => return None,
                Some(_) => {}
                None => words.extend(Some(word).filter(is_of_arguments)),
            }
        }
        Some(Self::new(words))
    }
}

/// Something that a function does under conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conditional<T> {
    pub(super) what: T,
    pub(super) only_if: OnlyIf,
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
        let mut of: IndexVec<FunctionId, Vec<_>> = lifted.functions.iter().map(|_| Vec::new()).collect();
        for (id, node) in lifted.nodes.iter_enumerated() {
            let known = &mut of[node.function];
            if node.function != FunctionId(0) && known.len() < MAX_BRANCHES {
                known.extend(asked(summaries, lifted, id));
            }
        }
        Self { of }
    }

    /// What a function is given whenever it reaches a node.
    pub(super) fn at(&self, summaries: &Summaries<'_>, node: NodeId) -> OnlyIf {
        let branches = self.of.get(summaries.lifted.nodes[node].function).into_iter().flatten();
        let passed = branches.filter(|(next, _)| summaries.ways.must_pass(*next, node));
        OnlyIf::new(passed.flat_map(|(_, words)| words.iter().cloned()).collect())
    }
}

/// What the branch at the end of a node asks of the words that its function is given, with where it leads.
fn asked(summaries: &Summaries<'_>, lifted: &Lifted<'_>, id: NodeId) -> Vec<(NodeId, Vec<Word>)> {
    let node = &lifted.nodes[id];
    let End::Branch { condition, target, .. } = node.end else { return Vec::new() };
    let is_told = lifted.terms.number(target).is_some() && node.branches[0] != node.branches[1];
    if !is_told || !may_ask(&lifted.terms, condition, 0) {
        return Vec::new();
    }
    // Without the other way nothing depends on this one: the function requires it, and the call reverts otherwise.
    if node.branches.iter().flatten().any(|&next| summaries.endings.must_revert(next)) {
        return Vec::new();
    }
    let ways = node.branches.iter().zip([true, false]);
    let ways = ways.filter_map(|(next, holds)| next.map(|next| (next, holds)));
    let asked = ways.filter(|&(next, _)| summaries.ways.only_from(next, id)).map(|(next, holds)| {
        (next, required(summaries, condition, holds).into_iter().filter(is_of_arguments).collect::<Vec<_>>())
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
