//! Where control goes: into nodes, into functions and back.

use alloy_primitives::U256;
use arrayvec::ArrayVec;

use crate::coverage::Unknown;
use crate::instruction::Pc;
use crate::term::{FunctionId, NodeId, Term, TermId};

use super::memory::{Given, Run, Told};
use super::state::{Halt, State};
use super::{
    Call, Exit, Lifter, MAX_CONTEXTS, MAX_HEIGHTS, MAX_SHARED_CONTEXTS, NodeKey, STEPS_PER_JOIN, Successor, Transfer,
    WORDS_PER_STEP, number_of,
};

/// Most ways to return that a function has.
const MAX_EXITS: usize = 48;

/// Most operations that a call copies of one word that the function leaves.
const MAX_COPIED: u32 = 48;

/// Most calls that a term is nested in.
const MAX_NESTED_CALLS: u32 = 6;

/// Most words that are kept of those that met in a join.
pub(super) const MAX_INPUTS: usize = 64;

/// The context of a block whose contexts were merged.
const MERGED: u64 = u64::MAX;

impl Lifter<'_> {
    /// Control goes to a place of the same function. Answers the node there.
    pub(super) fn go(&mut self, from: NodeId, state: State, pc: Pc, is_continuation: bool) -> Option<NodeId> {
        let to = self.enter(from, state, pc, false)?;
        let successor = if is_continuation { Successor::Continuation(to) } else { Successor::Node(to) };
        self.succeed(from, successor);
        Some(to)
    }

    /// A called function returns by a jump right into a further call, which the node that called it makes already in
    /// another way. Answers the relay that makes the further call.
    pub(super) fn relay(&mut self, from: NodeId, mut state: State, to: Pc, jump: Pc) -> Option<NodeId> {
        let label = self.terms.constant(U256::from(to.0));
        // The jump took it from the stack, so that there is room for it.
        state.push(label).ok()?;
        let relay = self.enter(from, state, jump, true)?;
        self.succeed(from, Successor::Continuation(relay));
        Some(relay)
    }

    fn succeed(&mut self, from: NodeId, successor: Successor) {
        let successors = &mut self.nodes[from].successors;
        self.steps += (successors.len() / WORDS_PER_STEP) as u64;
        if !successors.contains(&successor) {
            successors.push(successor);
        }
    }

    /// Notes where a call leads on.
    pub(super) fn transfer(&mut self, node: NodeId, from: Option<(FunctionId, u32)>, to: Successor) {
        let transfers = &mut self.nodes[node].transfers;
        let transfer = Transfer { from, to };
        self.steps += (transfers.len() / WORDS_PER_STEP) as u64;
        if !transfers.contains(&transfer) {
            transfers.push(transfer);
        }
    }

    fn enter(&mut self, from: NodeId, state: State, pc: Pc, is_relay: bool) -> Option<NodeId> {
        self.spend_words(state.len_words());
        let function = state.function;
        let height = state.height();
        let mut context = self.context(&state);
        let key = NodeKey { function, pc, height, context, is_relay };
        if let Some(&known) = self.known_nodes.get(&key) {
            self.meet(from, known, state);
            return Some(known);
        }
        let number = self.contexts.entry((function, pc)).or_insert(0);
        *number += 1;
        let number = *number;
        if number > MAX_CONTEXTS {
            self.gap(pc, if number > MAX_HEIGHTS { Unknown::StackHeights } else { Unknown::Contexts });
            context = MERGED;
            let key = NodeKey { function, pc, height, context, is_relay };
            if let Some(&known) = self.known_nodes.get(&key) {
                self.meet(from, known, state);
                return Some(known);
            }
            if number > MAX_HEIGHTS {
                return None;
            }
        }
        let node = self.new_node(pc, state, is_relay);
        self.nodes[node].came_from.push(from);
        self.known_nodes.insert(NodeKey { function, pc, height, context, is_relay }, node);
        Some(node)
    }

    /// What keeps nodes of one block apart: the labels on the function's own part of the stack, and their places.
    fn context(&mut self, state: &State) -> u64 {
        let mut context = 0u64;
        for (at, &item) in state.items.iter().enumerate() {
            if let Some(label) = self.label(item) {
                // Counted from the words that the function was entered with, which all states of a node share.
                let height = (at as u64).wrapping_sub(u64::from(state.below));
                context = (context.rotate_left(5) ^ (u64::from(label.0) << 32 ^ height & 0xffff_ffff))
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            }
        }
        if context == MERGED { 0 } else { context }
    }

    /// Two ways meet in a node.
    fn meet(&mut self, from: NodeId, node: NodeId, mut state: State) {
        let mut known = std::mem::replace(&mut self.nodes[node].entry, State::entry(state.function));
        let deepest = known.below.max(state.below);
        let mut has_changed = false;
        // Words that were not taken before are made.
        self.steps += 2 * u64::from(deepest) - u64::from(known.below) - u64::from(state.below);
        let mut deepen = |side: &mut State| {
            let missing = (deepest - side.below) as usize;
            side.take(&mut self.terms, side.items.len() + missing)
        };
        // Neither fails: the code as a whole takes no words, and other functions took as many on the other way.
        if deepen(&mut known).and_then(|()| deepen(&mut state)).is_err() {
            self.nodes[node].entry = known;
            return;
        }
        let below = i32::try_from(known.below).unwrap_or(i32::MAX);
        let mut came_from = std::mem::take(&mut self.nodes[node].came_from);
        for at in 0..known.items.len().min(state.items.len()) {
            let (old, new) = (known.items[at], state.items[at]);
            if old == new {
                continue;
            }
            let height = i32::try_from(at).unwrap_or(i32::MAX) - below;
            let join = self.terms.join(node, height);
            has_changed |= self.join_words(join, old, &came_from, (from, new));
            known.items[at] = join;
        }
        note_origin(&mut came_from, from);
        self.nodes[node].came_from = came_from;
        has_changed |= known.memory.meet(&state.memory);
        has_changed |= known.meet_assumptions(&state);
        self.nodes[node].entry = known;
        if has_changed {
            self.enqueue(node);
        }
    }

    /// A word that comes from a node meets the one that is known, and that came from others, in a join. Answers whether no
    /// join was known there.
    fn join_words(&mut self, join: TermId, known: TermId, came_from: &[NodeId], (from, new): (NodeId, TermId)) -> bool {
        self.steps += STEPS_PER_JOIN;
        if known != join {
            self.add_input(join, known);
            for &before in came_from {
                self.add_arrival(join, before, known);
            }
        }
        self.add_input(join, new);
        self.add_arrival(join, from, new);
        known != join
    }

    fn add_input(&mut self, join: TermId, input: TermId) {
        if join == input {
            return;
        }
        let inputs = self.inputs.entry(join).or_default();
        if !inputs.has_more && !inputs.words.contains(&input) {
            if inputs.words.len() < MAX_INPUTS {
                inputs.words.push(input);
            } else {
                inputs.has_more = true;
            }
            let users: Vec<NodeId> = self.users.get(&join).into_iter().flatten().copied().collect();
            self.spend_words(users.len());
            for user in users {
                self.enqueue(user);
            }
        }
    }

    /// A word of a join comes from a node.
    fn add_arrival(&mut self, join: TermId, from: NodeId, word: TermId) {
        let arrivals = &mut self.inputs.entry(join).or_default().arrivals;
        if join != word && arrivals.len() <= MAX_INPUTS && !arrivals.contains(&(from, word)) {
            arrivals.push((from, word));
        }
    }

    /// Whether a jump there is a call: a return label lies on the function's own part of the stack, or the place is
    /// known to be called. Where a branch leads as well, it is taken for an end that calls share; either way is right, and
    /// this one says more as long as it is met in few contexts.
    pub(super) fn is_call(&mut self, state: &State, target: Pc) -> bool {
        let contexts = || self.contexts.get(&(state.function, target)).copied().unwrap_or_default();
        if self.code.is_behind_branch(target) && contexts() < MAX_SHARED_CONTEXTS {
            return false;
        }
        let has_label = state.items.iter().any(|&item| self.label(item).is_some());
        if has_label {
            return true;
        }
        match self.known_functions.get(&target) {
            Some(&known) => known != state.function,
            None => false,
        }
    }

    /// A call of the function at a place, by the block's own jump or with what the exit of another left. Control does
    /// not come back yet.
    pub(super) fn call(&mut self, from: NodeId, state: State, target: Pc, by: Option<(FunctionId, u32)>) -> FunctionId {
        let function = self.function_at(target);
        self.succeed(from, Successor::Call(function));
        self.transfer(from, by, Successor::Call(function));
        if self.known_calls.insert((function, from)) {
            self.functions[function].callers.push(from);
        }
        self.spend_words(state.len_words());
        let calls = &mut self.nodes[from].calls;
        self.steps += (calls.len() / WORDS_PER_STEP) as u64;
        let call = Call { function, by, state };
        if let Some(known) = calls.iter_mut().find(|call| call.function == function) {
            *known = call;
        } else {
            // Nearly all nodes make one call.
            calls.reserve_exact(1);
            calls.push(call);
        }
        function
    }

    /// Whether a node calls a function, and not with what this exit left.
    pub(super) fn calls_otherwise(&self, node: NodeId, target: Pc, by: (FunctionId, u32)) -> bool {
        let function = self.known_functions.get(&target);
        let calls = &self.nodes[node].calls;
        calls.iter().any(|call| Some(&call.function) == function && call.by != Some(by))
    }

    /// Control comes back from a call by each exit that is known.
    pub(super) fn come_back_by_all(&mut self, caller: NodeId, function: FunctionId) {
        for exit in 0..self.functions[function].exits.len() {
            if self.is_spent() {
                let jumps: Vec<Pc> = self.functions[function].exits[exit].jumps.iter().copied().collect();
                self.gaps_at(&jumps, Unknown::Budget);
            } else {
                self.come_back(caller, function, exit);
            }
        }
    }

    /// A function returns by an exit that is new or has changed.
    pub(super) fn tell_callers(&mut self, function: FunctionId, exit: u32) {
        self.functions[function].exits[exit as usize].is_dirty = false;
        for at in 0..self.functions[function].callers.len() {
            if self.is_spent() {
                self.dirty.push((function, exit));
                return;
            }
            let caller = self.functions[function].callers[at];
            self.come_back(caller, function, exit as usize);
        }
    }

    /// Control goes on behind a call.
    fn come_back(&mut self, caller: NodeId, function: FunctionId, exit: usize) {
        let calls = &self.nodes[caller].calls;
        self.steps += 8 + (calls.len() / WORDS_PER_STEP) as u64;
        let Some(call) = calls.iter().find(|call| call.function == function) else { return };
        let mut state = call.state.clone();
        self.spend_words(state.len_words());
        let Ok((target, jumps)) = self.returned_state(caller, &mut state, function, exit) else { return };
        self.follow_return(caller, state, target, (function, number_of(exit)), &jumps);
    }

    /// The state behind a call, where it goes on, and the jumps that return.
    fn returned_state(
        &mut self,
        caller: NodeId,
        state: &mut State,
        function: FunctionId,
        exit: usize,
    ) -> Result<(TermId, Vec<Pc>), Halt> {
        let Exit { target, takes, leaves, jumps, writes, in_memory, .. } = &self.functions[function].exits[exit];
        let (target, takes, leaves, writes) = (*target, *takes as usize, leaves.clone(), *writes);
        let in_memory = in_memory.clone();
        let jumps: Vec<Pc> = jumps.iter().copied().collect();
        let mut budget = MAX_COPIED;
        let copied = self.copy(caller, state, target, &mut budget)?;
        let target = copied.unwrap_or_else(|| self.terms.in_call(caller, target));
        let mut left = Vec::with_capacity(leaves.len());
        for (index, leaf) in leaves.into_iter().enumerate() {
            let mut budget = MAX_COPIED;
            let copied = self.copy(caller, state, leaf, &mut budget)?;
            self.steps += 2 + u64::from(MAX_COPIED - budget);
            left.push(if let Some(copied) = copied {
                copied
            } else {
                let opaque = self.terms.returned(function, number_of(exit), number_of(index));
                self.terms.in_call(caller, opaque)
            });
        }
        let mut given = Vec::new();
        for slot in writes.parameters() {
            let address = state.peek(&mut self.terms, slot as usize)?;
            let floor = self.floor(caller, address);
            given.push(Given::new(&self.terms, address, floor));
        }
        let told = self.told(caller, state, &in_memory)?;
        self.steps += takes.saturating_sub(state.items.len()) as u64;
        state.take(&mut self.terms, takes)?;
        let len = state.items.len() - takes;
        state.items.truncate(len);
        for word in left {
            state.push(word)?;
        }
        state.memory.after(&self.terms, writes, &given, &told);
        Ok((target, jumps))
    }

    /// What a function left in memory, with addresses and words as its caller sees them.
    fn told(&mut self, caller: NodeId, state: &mut State, runs: &[Run]) -> Result<Vec<Told>, Halt> {
        let mut told = Vec::with_capacity(runs.len());
        for run in runs {
            let mut budget = MAX_COPIED;
            let address = run.address(&mut self.terms);
            let address = self.copy(caller, state, address, &mut budget)?;
            let piece = run.piece();
            let word = self.copy(caller, state, piece.term, &mut budget)?;
            self.steps += 2 + u64::from(MAX_COPIED - budget);
            if let (Some(address), Some(word)) = (address, word) {
                let (floor, is_computed) = (self.floor(caller, address), run.is_computed());
                told.push(Told { address, floor, word, piece, is_computed });
            }
        }
        Ok(told)
    }

    /// A term of a called function as its caller sees it; `None` when that would be too large.
    fn copy(
        &mut self,
        caller: NodeId,
        state: &mut State,
        term: TermId,
        budget: &mut u32,
    ) -> Result<Option<TermId>, Halt> {
        match self.terms.get(term) {
            Term::Constant(_) => Ok(Some(term)),
            Term::Parameter { slot, .. } => state.peek(&mut self.terms, slot as usize).map(Some),
            Term::Join { .. } | Term::Returned { .. } | Term::Result { .. } => {
                Ok(Some(self.terms.in_call(caller, term)))
            }
            Term::InCall { .. } => {
                let nested = std::iter::successors(Some(term), |&term| match self.terms.get(term) {
                    Term::InCall { term, .. } => Some(term),
                    _ => None,
                });
                let is_deep = nested.count() > MAX_NESTED_CALLS as usize;
                Ok((!is_deep).then(|| self.terms.in_call(caller, term)))
            }
            Term::Operation { opcode, operands } => {
                let Some(left) = budget.checked_sub(1) else { return Ok(None) };
                *budget = left;
                let mut copies: ArrayVec<TermId, 3> = operands.iter().copied().collect();
                for operand in &mut copies {
                    match self.copy(caller, state, *operand, budget)? {
                        Some(word) => *operand = word,
                        None => return Ok(None),
                    }
                }
                Ok(Some(self.terms.operation(opcode, &copies)))
            }
            Term::Hash(pieces) => {
                let mut pieces = pieces.to_vec();
                for piece in &mut pieces {
                    let Some(left) = budget.checked_sub(1) else { return Ok(None) };
                    *budget = left;
                    match self.copy(caller, state, piece.term, budget)? {
                        Some(term) => piece.term = term,
                        None => return Ok(None),
                    }
                }
                Ok(Some(self.terms.hash(&pieces)))
            }
        }
    }

    /// Whether only the callers of a function can say what a word is: it is made of parameters and numbers.
    pub(super) fn is_of_parameters(&self, word: TermId) -> bool {
        if let Term::Constant(_) | Term::Parameter { .. } = self.terms.get(word) {
            return self.terms.number(word).is_none();
        }
        let mut has_parameter = false;
        let mut left = vec![word];
        for _ in 0..MAX_COPIED {
            match left.pop().map(|word| self.terms.get(word)) {
                None => return has_parameter,
                Some(Term::Constant(_)) => {}
                Some(Term::Parameter { .. }) => has_parameter = true,
                Some(Term::Operation { operands, .. }) => left.extend(operands),
                Some(_) => return false,
            }
        }
        false
    }

    /// A function leaves by a jump to what it was entered with.
    pub(super) fn leave(&mut self, from: NodeId, mut state: State, target: TermId, jumps: &[Pc]) -> Option<Successor> {
        state.normalize(&mut self.terms);
        self.spend_words(state.len_words());
        let function = state.function;
        let exits = &mut self.functions[function].exits;
        let same =
            |exit: &Exit| exit.target == target && exit.takes == state.below && exit.leaves.len() == state.items.len();
        let at = match exits.iter().position(same) {
            Some(at) => at,
            None if exits.len() < MAX_EXITS => {
                exits.push(Exit {
                    target,
                    takes: state.below,
                    leaves: state.items.clone(),
                    jumps: jumps.iter().copied().collect(),
                    first_jump: jumps.first().copied().unwrap_or_default(),
                    writes: state.memory.writes,
                    in_memory: state.memory.left_to_callers(),
                    came_from: vec![from],
                    is_dirty: true,
                });
                let at = exits.len() - 1;
                self.dirty.push((function, number_of(at)));
                self.succeed(from, Successor::Return(number_of(at)));
                return Some(Successor::Return(number_of(at)));
            }
            None => {
                let pc = self.nodes[from].pc;
                self.gap(pc, Unknown::StackHeights);
                return None;
            }
        };
        let mut has_changed = self.functions[function].exits[at].writes.join(state.memory.writes);
        has_changed |= state.memory.keep_common(&mut self.functions[function].exits[at].in_memory);
        let mut came_from = std::mem::take(&mut self.functions[function].exits[at].came_from);
        for (index, &word) in state.items.iter().enumerate() {
            let known = self.functions[function].exits[at].leaves[index];
            if known == word {
                continue;
            }
            let join = self.terms.returned(function, number_of(at), number_of(index));
            has_changed |= self.join_words(join, known, &came_from, (from, word));
            self.functions[function].exits[at].leaves[index] = join;
        }
        note_origin(&mut came_from, from);
        let exit = &mut self.functions[function].exits[at];
        exit.came_from = came_from;
        let before = exit.jumps.len();
        exit.jumps.extend(jumps);
        has_changed |= exit.jumps.len() != before;
        if has_changed && !exit.is_dirty {
            exit.is_dirty = true;
            self.dirty.push((function, number_of(at)));
        }
        self.succeed(from, Successor::Return(number_of(at)));
        Some(Successor::Return(number_of(at)))
    }
}

/// Control comes from a node; one more than are kept stands for too many.
fn note_origin(came_from: &mut Vec<NodeId>, from: NodeId) {
    if came_from.len() <= MAX_INPUTS && !came_from.contains(&from) {
        came_from.push(from);
    }
}
