//! What is a word less than, where it is used?
//!
//! Compilers compare an index with the length of its array before each access. A comparison holds in the block where its
//! branch leads, unless other ways lead there too, and in all that only this block leads to; what a called function has
//! compared whenever it returns holds for its caller behind the call.

use std::collections::HashMap;

use uplint_bytecode::lift::{Argument, End, Lifted, Successor};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Term, TermId};

use super::ways::Ways;

/// Most bounds that are kept of one word.
const MAX_BOUNDS: usize = 32;

/// A word that another one is less than.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The word, in the function that compared.
    pub(super) word: TermId,
    /// Whether the words may be the same.
    pub(super) is_inclusive: bool,
    /// The call of the function that compared; `None` for the function of the word itself.
    pub(super) call: Option<(NodeId, FunctionId)>,
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
    of: HashMap<TermId, Vec<Bound>>,
}

impl Bounds {
    /// `called_first` are the functions, called ones before their callers.
    pub(super) fn new(lifted: &Lifted<'_>, ways: &Ways<'_>, called_first: &[FunctionId]) -> Self {
        let mut bounds = Self { of: HashMap::new() };
        let mut nodes: Vec<Vec<NodeId>> = vec![Vec::new(); lifted.functions.len()];
        let mut parameters: Vec<Vec<(u32, TermId)>> = vec![Vec::new(); lifted.functions.len()];
        for (id, node) in (0..).map(NodeId).zip(&lifted.nodes) {
            nodes[node.function.0 as usize].push(id);
            bounds.compare(lifted, ways, id);
        }
        for word in lifted.terms.ids().filter(|word| bounds.of.contains_key(word)) {
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
        bounds
    }

    /// What a word is less than at a node.
    pub(super) fn at(&self, ways: &Ways<'_>, node: NodeId, word: TermId) -> Option<Bound> {
        self.of.get(&word)?.iter().find(|bound| holds_at(ways, bound.holds, node)).copied()
    }

    fn add(&mut self, word: TermId, bound: Bound) -> bool {
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
        let (mut compared, mut is_true) = (condition, true);
        while let Some(&[negated]) = lifted.terms.operands_of(compared, op::ISZERO) {
            (compared, is_true) = (negated, !is_true);
        }
        let (less, more) = match lifted.terms.get(compared) {
            Term::Operation { opcode: op::LT, operands: &[a, b] } => (a, b),
            Term::Operation { opcode: op::GT, operands: &[a, b] } => (b, a),
            _ => return,
        };
        for (next, holds) in node.branches.iter().zip([is_true, !is_true]) {
            let Some(next) = *next else { continue };
            // `a < b`, or else `b <= a`.
            let (word, bound) = if holds { (less, more) } else { (more, less) };
            let is_number = |term| lifted.terms.number(term).is_some();
            if !is_number(word) && (holds || is_number(bound)) && ways.only_from(next, id) {
                let bound = Bound { word: bound, is_inclusive: !holds, call: None, holds: Holds::From(next) };
                self.add(word, bound);
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
        let mut called = node.called();
        let (Some(function), None) = (called.next(), called.next()) else { return };
        for &(slot, bound) in on_return.get(&function).into_iter().flatten() {
            // What it was told itself by what it called is not told further, but for numbers.
            let is_number = lifted.terms.number(bound.word).is_some();
            if bound.call.is_some() && !is_number {
                continue;
            }
            if let Some(Argument::Term(word)) = node.argument(function, slot)
                && lifted.terms.number(word).is_none()
            {
                let is_first = self.add(word, Bound { call: Some((id, function)), holds: Holds::Behind(id), ..bound });
                if let (true, Term::Parameter { function, slot }) = (is_first, lifted.terms.get(word)) {
                    parameters[function.0 as usize].push((slot, word));
                }
            }
        }
    }
}

fn holds_at(ways: &Ways<'_>, holds: Holds, node: NodeId) -> bool {
    match holds {
        Holds::From(start) => ways.must_pass(start, node),
        Holds::Behind(call) => call != node && ways.must_pass(call, node),
    }
}
