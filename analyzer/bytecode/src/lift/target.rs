//! Which places a word can be, when a jump takes it for its target.

use std::collections::{BTreeSet, HashMap, HashSet};

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use revm_bytecode::opcode as op;

use crate::coverage::Unknown;
use crate::instruction::Pc;
use crate::term::{Choice, FunctionId, NodeId, Term, TermId};

use super::state::State;
use super::{Lifter, MAX_CHAINED_CALLS, MAX_COPIED_REGIONS, Successor};

/// Most values of one word that are told apart.
const MAX_VALUES: usize = 4096;

/// Most terms that are looked at for one word.
const MAX_LOOKS: u32 = 20_000;

/// Most numbers that are computed or put together for one word.
const MAX_NUMBERS: usize = 1 << 16;

/// Most operations within each other that are followed.
const MAX_DEPTH: usize = 48;

/// What a word can be.
#[derive(Debug, Default)]
struct Values {
    known: BTreeSet<U256>,
    /// Whether it can be something else, too.
    has_others: bool,
    /// Whether it comes out of memory, storage or call data.
    is_loaded: bool,
}

impl Values {
    fn insert(&mut self, number: U256) {
        if self.known.len() < MAX_VALUES || self.known.contains(&number) {
            self.known.insert(number);
        } else {
            self.has_others = true;
        }
    }

    fn join(&mut self, other: &Self) {
        self.has_others |= other.has_others;
        self.is_loaded |= other.is_loaded;
        for &number in &other.known {
            self.insert(number);
        }
    }
}

/// What one look for the values of a word has found so far.
#[derive(Debug, Default)]
struct Search {
    /// How many more words are looked at.
    left: u32,
    /// Operations whose values are being computed, the innermost last.
    path: Vec<TermId>,
    /// Operations whose values are known.
    known: HashMap<TermId, Values, RandomState>,
    /// How many numbers were computed or put together.
    numbers: usize,
}

impl Search {
    /// Takes one look, when there is one left.
    fn look(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1).filter(|_| self.numbers <= MAX_NUMBERS)?;
        Some(())
    }
}

impl Lifter<'_> {
    /// A jump to a word.
    pub(super) fn jump(&mut self, node: NodeId, state: State, target: TermId, pc: Pc, is_branch: bool) {
        if self.is_of_parameters(target) {
            self.leave(node, state, target, &[pc]);
            return;
        }
        let targets = self.targets(node, target, &[pc]);
        let last = targets.len().saturating_sub(1);
        let mut state = Some(state);
        let mut called = Vec::new();
        for (at, &to) in targets.iter().enumerate() {
            let Some(state) = (if at == last { state.take() } else { state.clone() }) else { break };
            if self.is_spent() {
                self.gap(pc, Unknown::Budget);
                break;
            }
            if !is_branch && self.is_call(&state, to) {
                called.push(self.call(node, state, to, None));
            } else {
                let there = self.go(node, state, to, false);
                if is_branch {
                    self.nodes[node].branches[0] = there;
                }
            }
        }
        // What one returns into another is a further call only when the node's own are known.
        for function in called {
            self.come_back_by_all(node, function);
        }
    }

    /// Control goes on where a called function returned to.
    pub(super) fn follow_return(
        &mut self,
        caller: NodeId,
        state: State,
        target: TermId,
        by: (FunctionId, u32),
        jumps: &[Pc],
    ) {
        if self.is_of_parameters(target) {
            if let Some(exit) = self.leave(caller, state, target, jumps) {
                self.transfer(caller, Some(by), exit);
            }
            return;
        }
        let first = self.functions[by.0].exits[by.1 as usize].first_jump;
        for to in self.targets(caller, target, jumps) {
            if self.is_spent() {
                self.gaps_at(jumps, Unknown::Budget);
                break;
            }
            // A label that is a function itself is called with what is returned.
            if self.known_functions.contains_key(&to) && self.is_call(&state, to) {
                // Each may return the label of the next without end.
                if self.chained_calls < MAX_CHAINED_CALLS && !self.calls_otherwise(caller, to, by) {
                    self.chained_calls += 1;
                    let function = self.call(caller, state.clone(), to, Some(by));
                    self.come_back_by_all(caller, function);
                    self.chained_calls -= 1;
                } else if let Some(relay) = self.relay(caller, state.clone(), to, first) {
                    self.transfer(caller, Some(by), Successor::Continuation(relay));
                }
            } else if let Some(there) = self.go(caller, state.clone(), to, true) {
                self.transfer(caller, Some(by), Successor::Continuation(there));
            }
        }
    }

    /// The places that any of these jumps can lead to.
    fn targets(&mut self, node: NodeId, target: TermId, jumps: &[Pc]) -> Vec<Pc> {
        if let Some(number) = self.terms.number(target) {
            // A jump to anything but a destination halts.
            return self.code.destination(number).into_iter().collect();
        }
        let values = self.values(node, target);
        let mut places: BTreeSet<Pc> = values.known.iter().filter_map(|number| self.code.destination(number)).collect();
        if values.has_others {
            if values.is_loaded {
                self.pool_users.insert(node);
                if !self.stored_labels.is_empty() {
                    self.steps += self.stored_labels.len() as u64;
                    self.gaps_at(jumps, Unknown::FunctionPointer);
                    places.extend(self.stored_labels.iter().copied());
                    return places.into_iter().collect();
                }
            }
            let unknown = if places.is_empty() { Unknown::JumpTarget } else { Unknown::SomeJumpTargets };
            self.gaps_at(jumps, unknown);
        }
        places.into_iter().collect()
    }

    fn values(&mut self, node: NodeId, word: TermId) -> Values {
        let mut values = Values::default();
        let mut search = Search { left: MAX_LOOKS, ..Search::default() };
        self.collect(node, word, &mut values, &mut search);
        self.steps += u64::from(MAX_LOOKS - search.left);
        self.steps += search.numbers as u64;
        values
    }

    /// Adds what a word can be. Words that meet are followed without nesting, however they lead into each other.
    fn collect(&mut self, node: NodeId, word: TermId, values: &mut Values, search: &mut Search) {
        let mut pending = vec![word];
        let mut seen = HashSet::with_hasher(RandomState::default());
        while let Some(word) = pending.pop() {
            if !seen.insert(word) {
                continue;
            }
            if search.look().is_none() {
                values.has_others = true;
                return;
            }
            match self.terms.get(word) {
                Term::Constant(number) => values.insert(*number),
                Term::Join { .. } | Term::Returned { .. } => {
                    let inputs = self.inputs.get(&word).cloned().unwrap_or_default();
                    self.users.entry(word).or_default().insert(node);
                    values.has_others |= inputs.words.is_empty() || inputs.has_more;
                    pending.extend(inputs.words);
                }
                Term::InCall { term, .. } => pending.push(term),
                Term::Operation { .. } => self.collect_operation(node, word, values, search),
                Term::Result { pc, .. } => {
                    values.has_others = true;
                    values.is_loaded |= matches!(self.code.opcode_at(pc.0 as usize), op::MLOAD | op::SLOAD | op::TLOAD);
                }
                Term::Parameter { .. } => {
                    values.has_others = true;
                    values.is_loaded = true;
                }
                Term::Hash(_) => values.has_others = true,
            }
        }
    }

    fn collect_operation(&mut self, node: NodeId, word: TermId, values: &mut Values, search: &mut Search) {
        if let Some(known) = search.known.get(&word) {
            search.numbers += known.known.len();
            values.join(known);
            return;
        }
        // A word that is computed from itself has ever other values.
        if search.path.contains(&word) || search.path.len() >= MAX_DEPTH {
            values.has_others = true;
            return;
        }
        search.path.push(word);
        let mut found = Values::default();
        self.compute(node, word, &mut found, search);
        search.path.pop();
        values.join(&found);
        search.known.insert(word, found);
    }

    fn compute(&mut self, node: NodeId, word: TermId, values: &mut Values, search: &mut Search) {
        // A row of a table within the code: every row is tried.
        if let Some(choice) = self.choice(word) {
            for row in 0..choice.rows {
                if search.left == 0 {
                    values.has_others = true;
                    break;
                }
                let row = self.terms.constant(U256::from(row));
                let mut left = 64;
                match self.replace(word, choice.row, row, &mut left) {
                    Some(chosen) => self.collect(node, chosen, values, search),
                    None => values.has_others = true,
                }
            }
            return;
        }
        let Term::Operation { opcode, operands } = self.terms.get(word) else { return };
        let operands = operands.to_vec();
        let unknown: Vec<TermId> =
            operands.iter().copied().filter(|&operand| self.terms.number(operand).is_none()).collect();
        let [unknown] = unknown.as_slice() else {
            values.has_others = true;
            values.is_loaded |= opcode == op::CALLDATALOAD || !unknown.is_empty();
            return;
        };
        if opcode == op::CALLDATALOAD || opcode == op::CODECOPY {
            values.has_others = true;
            values.is_loaded = true;
            return;
        }
        let mut inner = Values::default();
        self.collect(node, *unknown, &mut inner, search);
        values.has_others |= inner.has_others;
        values.is_loaded |= inner.is_loaded;
        search.numbers += inner.known.len();
        for number in inner.known {
            let number = self.terms.constant(number);
            let mut operands = operands.clone();
            for operand in &mut operands {
                if operand == unknown {
                    *operand = number;
                }
            }
            let value = self.terms.operation(opcode, &operands);
            match self.terms.number(value) {
                Some(number) => values.insert(*number),
                None => values.has_others = true,
            }
        }
    }

    /// The first choice of a row of a table in the code that a word needs.
    fn choice(&mut self, word: TermId) -> Option<Choice> {
        let mut left = MAX_LOOKS;
        let choice = Choice::find(&self.terms, word, |term| self.terms.number(term).copied(), &mut left);
        self.steps += u64::from(MAX_LOOKS - left) / 4;
        choice
    }

    /// A word with one part replaced, computed anew.
    pub(super) fn replace(&mut self, word: TermId, part: TermId, with: TermId, budget: &mut u32) -> Option<TermId> {
        if word == part {
            return Some(with);
        }
        let Term::Operation { opcode, operands } = self.terms.get(word) else { return Some(word) };
        *budget = budget.checked_sub(1)?;
        let mut replaced = operands.to_vec();
        for operand in &mut replaced {
            *operand = self.replace(*operand, part, with, budget)?;
        }
        self.steps += 1;
        if opcode == op::CODECOPY {
            return Some(self.code_word(replaced[0], replaced[1]));
        }
        Some(self.terms.operation(opcode, &replaced))
    }

    /// The bytes of the code at a place, in the most significant bytes of a word: a number when the place is known and
    /// within the code.
    pub(super) fn code_word(&mut self, from: TermId, len: TermId) -> TermId {
        self.note_copied(from, len);
        let known = self.terms.number(from).zip(self.terms.number(len));
        match known.and_then(|(from, len)| self.code.word(*from, *len)) {
            Some(word) => self.terms.constant(word),
            None => self.terms.operation(op::CODECOPY, &[from, len]),
        }
    }

    /// Remembers a region of the code that is read as data, when it is known and within the code.
    pub(super) fn note_copied(&mut self, from: TermId, len: TermId) {
        let number = |term: TermId| self.terms.number(term).and_then(|number| u32::try_from(*number).ok());
        let Some((from, len)) = number(from).zip(number(len)).filter(|&(_, len)| len > 0) else { return };
        let is_within = from.checked_add(len).is_some_and(|end| end as usize <= self.code.bytes().len());
        if is_within && self.copied.len() < MAX_COPIED_REGIONS {
            self.copied.insert((from, len));
        }
    }

    /// Labels among the words that an instruction keeps as data.
    pub(super) fn keep_labels(&mut self, words: &[TermId]) {
        for &word in words {
            let Some(label) = self.label(word) else { continue };
            if self.stored_labels.insert(label) {
                self.spend_words(self.pool_users.len());
                for user in self.pool_users.clone() {
                    self.enqueue(user);
                }
            }
        }
    }
}
