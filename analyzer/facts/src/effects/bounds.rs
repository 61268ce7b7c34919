//! What is a word less than, where it is used?
//!
//! Compilers compare an index with the length of its array before each access. A comparison holds in the block where its
//! branch leads, unless other ways lead there too, and in all that only this block leads to; what a called function has
//! compared whenever it returns holds for its caller behind the call. Where a jump of the function may lead to unknown
//! places, nothing holds.

use std::collections::HashMap;

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use uplint_bytecode::lift::{Argument, End, Lifted, Node, Successor};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Term, TermId};

use super::ways::Ways;

/// Most bounds that are kept of one word.
const MAX_BOUNDS: usize = 32;

/// Most joins between a word and one that is compared.
const MAX_JOINS_PASSED: usize = 3;

/// Deepest sides of conditions that are looked at.
const MAX_SIDES_DEPTH: u32 = 3;

/// What a word is less than.
#[derive(Clone, Copy, Debug)]
pub(super) enum Less {
    Number(U256),
    /// A word in the function that compared, and the call of it; without a call the function of the word itself.
    Word(TermId, Option<(NodeId, FunctionId)>),
}

/// What a word is less than, and where.
#[derive(Clone, Copy, Debug)]
struct Bound {
    less: Less,
    holds: Holds,
}

/// Where something is known.
#[derive(Clone, Copy, Debug)]
enum Holds {
    /// From the start of a block on.
    From(NodeId),
    /// Behind a block.
    Behind(NodeId),
}

/// What words are less than.
#[derive(Debug)]
pub(super) struct Bounds {
    of: HashMap<TermId, Vec<Bound>, RandomState>,
    /// Whether something is known of a word, or of what it is made of, by its number.
    is_in: Vec<bool>,
}

impl Bounds {
    /// `called_first` are the functions, called ones before their callers.
    pub(super) fn new(lifted: &Lifted<'_>, ways: &Ways<'_>, called_first: &[FunctionId]) -> Self {
        let mut bounds = Self { of: HashMap::default(), is_in: vec![false; lifted.terms.len()] };
        let mut nodes: Vec<Vec<NodeId>> = vec![Vec::new(); lifted.functions.len()];
        let mut parameters: Vec<Vec<(u32, TermId)>> = vec![Vec::new(); lifted.functions.len()];
        for (id, node) in lifted.nodes.iter_enumerated() {
            nodes[node.function.0 as usize].push(id);
            bounds.compare(lifted, ways, id);
        }
        let mut words: Vec<TermId> = bounds.of.keys().copied().collect();
        words.sort_unstable();
        for word in words {
            if let Term::Parameter { function, slot } = lifted.terms.get(word) {
                parameters[function.0 as usize].push((slot, word));
            }
        }
        let mut on_return: HashMap<FunctionId, Vec<(u32, Bound)>> = HashMap::new();
        for function in called_first.iter().copied().chain([FunctionId(0)]) {
            for &id in &nodes[function.0 as usize] {
                bounds.call(lifted, id, &on_return, &mut parameters);
            }
            let returning = nodes[function.0 as usize].iter().copied().filter(|id| {
                let successors = &lifted.nodes[*id].successors;
                successors.iter().any(|successor| matches!(successor, Successor::Return(_)))
            });
            let returning: Vec<NodeId> = returning.collect();
            let mut held = Vec::new();
            for &(slot, word) in &parameters[function.0 as usize] {
                let holds = |bound: &&Bound| returning.iter().all(|&node| holds_at(ways, bound.holds, node));
                held.extend(bounds.of[&word].iter().find(holds).map(|bound| (slot, *bound)));
            }
            // Their order does not depend on that of the words.
            held.sort_by_key(|(slot, _)| *slot);
            if !held.is_empty() && !returning.is_empty() {
                on_return.insert(function, held);
            }
        }
        bounds.is_in = bounds.made_of_bounded(lifted);
        bounds
    }

    /// Whether something is known of each word, or of what it is made of. Words are numbered behind what they are made
    /// of, but for what goes into a join.
    fn made_of_bounded(&self, lifted: &Lifted<'_>) -> Vec<bool> {
        let mut is_in = self.is_in.clone();
        let of = |is_in: &[bool], term: TermId| match lifted.terms.get(term) {
            Term::Operation { operands, .. } => operands.iter().any(|operand| is_in[operand.index()]),
            Term::Hash(pieces) => pieces.iter().any(|piece| is_in[piece.term.index()]),
            Term::Join { .. } => lifted.inputs(term).into_iter().flatten().any(|input| is_in[input.index()]),
            _ => false,
        };
        if self.of.is_empty() {
            return is_in;
        }
        let mut joins = Vec::new();
        for term in lifted.terms.ids() {
            if !is_in[term.index()] {
                is_in[term.index()] = of(&is_in, term);
                if !is_in[term.index()] && matches!(lifted.terms.get(term), Term::Join { .. }) {
                    joins.push(term);
                }
            }
        }
        // Nothing else changes unless a join does.
        for _ in 1..MAX_JOINS_PASSED {
            let Some(&first) = joins.iter().find(|&&join| of(&is_in, join)) else { break };
            for term in lifted.terms.ids().skip(first.index()) {
                is_in[term.index()] = is_in[term.index()] || of(&is_in, term);
            }
        }
        is_in
    }

    /// Whether something is known of a word somewhere, or of what it is made of.
    pub(super) fn is_in(&self, word: TermId) -> bool {
        self.is_in[word.index()]
    }

    /// What a word is less than at a node.
    pub(super) fn at(&self, ways: &Ways<'_>, node: NodeId, word: TermId) -> Option<Less> {
        self.of.get(&word)?.iter().find(|bound| holds_at(ways, bound.holds, node)).map(|bound| bound.less)
    }

    /// The number that a word is less than at a node.
    pub(super) fn number_at(&self, ways: &Ways<'_>, node: NodeId, word: TermId) -> Option<U256> {
        let bounds = self.of.get(&word)?.iter();
        let numbers = bounds.filter_map(|bound| match bound.less {
            Less::Number(number) => Some((number, bound.holds)),
            Less::Word(..) => None,
        });
        numbers.filter(|(_, holds)| holds_at(ways, *holds, node)).map(|(number, _)| number).min()
    }

    fn add(&mut self, word: TermId, bound: Bound) -> bool {
        self.is_in[word.index()] = true;
        let known = self.of.entry(word).or_default();
        if known.len() < MAX_BOUNDS {
            known.push(bound);
        }
        known.len() == 1
    }

    /// What the branch at the end of a node compares.
    fn compare(&mut self, lifted: &Lifted<'_>, ways: &Ways<'_>, id: NodeId) {
        let node = &lifted.nodes[id];
        let End::Branch { condition, target, .. } = node.end else { return };
        // Where both ways lead to one place, neither says anything there.
        if lifted.terms.number(target).is_none() || node.branches[0] == node.branches[1] {
            return;
        }
        let (compared, is_true) = lifted.terms.without_negations(condition);
        for (next, holds) in node.branches.iter().zip([is_true, !is_true]) {
            let Some(next) = next.filter(|&next| ways.only_from(next, id)) else { continue };
            for (word, less) in compared_words(lifted, compared, holds, 0) {
                self.add(word, Bound { less, holds: Holds::From(next) });
            }
        }
    }

    /// What the function that is called at the end of a node has compared when it returns.
    fn call(
        &mut self,
        lifted: &Lifted<'_>,
        id: NodeId,
        on_return: &HashMap<FunctionId, Vec<(u32, Bound)>>,
        parameters: &mut [Vec<(u32, TermId)>],
    ) {
        let node = &lifted.nodes[id];
        let Some(function) = only_call(node) else { return };
        for &(slot, bound) in on_return.get(&function).into_iter().flatten() {
            let less = match bound.less {
                Less::Number(number) => Less::Number(number),
                Less::Word(word, None) => Less::Word(word, Some((id, function))),
                // What it was told itself by what it called is not told further.
                Less::Word(_, Some(_)) => continue,
            };
            if let Some(Argument::Term(word)) = node.argument(function, slot)
                && lifted.terms.number(word).is_none()
            {
                let is_first = self.add(word, Bound { less, holds: Holds::Behind(id) });
                if let (true, Term::Parameter { function, slot }) = (is_first, lifted.terms.get(word)) {
                    parameters[function.0 as usize].push((slot, word));
                }
            }
        }
    }
}

/// The function that every way out of a node calls.
fn only_call(node: &Node) -> Option<FunctionId> {
    let mut called = node.called();
    let (Some(function), None) = (called.next(), called.next()) else { return None };
    let is_around = |successor: &Successor| matches!(successor, Successor::Node(_));
    let mut own = node.transfers.iter().filter(|transfer| transfer.from.is_none());
    let calls = own.all(|transfer| transfer.to == Successor::Call(function));
    (calls && !node.successors.iter().any(is_around)).then_some(function)
}

/// What a condition says of words when it holds, or when it does not: a conjunction what each side says when it holds,
/// and a disjunction when it does not.
fn compared_words(lifted: &Lifted<'_>, condition: TermId, holds: bool, depth: u32) -> Vec<(TermId, Less)> {
    let (condition, is_positive) = lifted.terms.without_negations(condition);
    let holds = holds == is_positive;
    match lifted.terms.get(condition) {
        Term::Operation { opcode: op::AND, operands: &[a, b] } if holds && depth < MAX_SIDES_DEPTH => {
            [a, b].iter().flat_map(|side| compared_words(lifted, *side, holds, depth + 1)).collect()
        }
        Term::Operation { opcode: op::OR, operands: &[a, b] } if !holds && depth < MAX_SIDES_DEPTH => {
            [a, b].iter().flat_map(|side| compared_words(lifted, *side, holds, depth + 1)).collect()
        }
        _ => compared_word(lifted, condition, holds).into_iter().collect(),
    }
}

/// What a condition says of a word when it holds, or when it does not.
fn compared_word(lifted: &Lifted<'_>, condition: TermId, holds: bool) -> Option<(TermId, Less)> {
    let terms = &lifted.terms;
    let is_word = |term: &TermId| terms.number(*term).is_none();
    let Term::Operation { opcode, operands: &[a, b] } = terms.get(condition) else { return None };
    let (less, more) = match opcode {
        op::LT => (a, b),
        op::GT => (b, a),
        // A word that is what a mask leaves of it.
        op::EQ if holds => return masked(lifted, a, b).or_else(|| masked(lifted, b, a)),
        op::SUB | op::XOR if !holds => return masked(lifted, a, b).or_else(|| masked(lifted, b, a)),
        // A word whose upper bits are zero.
        op::SHR if !holds => {
            let bits = terms.number(a).and_then(|bits| usize::try_from(*bits).ok()).filter(|&bits| bits < 256)?;
            return Some((b, Less::Number(U256::ONE << bits))).filter(|_| is_word(&b));
        }
        _ => return None,
    };
    // `less < more`, or else `more <= less`.
    let (word, bound) = if holds { (less, more) } else { (more, less) };
    let less = match terms.number(bound) {
        Some(number) if holds => Less::Number(*number),
        Some(number) => Less::Number(number.checked_add(U256::ONE)?),
        None if holds => Less::Word(bound, None),
        None => return None,
    };
    Some((word, less)).filter(|(word, _)| is_word(word))
}

/// What a word is less than that a mask leaves as it is.
fn masked(lifted: &Lifted<'_>, word: TermId, masked: TermId) -> Option<(TermId, Less)> {
    let &[a, b] = lifted.terms.operands_of(masked, op::AND)? else { return None };
    let mask = if a == word { b } else { Some(a).filter(|_| b == word)? };
    Some((word, Less::Number(lifted.terms.number(mask)?.checked_add(U256::ONE)?)))
}

fn holds_at(ways: &Ways<'_>, holds: Holds, node: NodeId) -> bool {
    match holds {
        Holds::From(start) => ways.must_pass(start, node),
        Holds::Behind(call) => call != node && ways.must_pass(call, node),
    }
}
