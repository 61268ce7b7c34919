//! What holds for the values of a program, wherever control goes?
//!
//! An [`Analysis`] has a **direction**, a **lattice** whose elements are facts of one value, what is known at the
//! **boundary**, and a **transfer** function of instructions; [`solve`] joins facts along the edges between blocks, into
//! functions and back, until nothing changes. Values have one definition, so that a fact belongs to a value and not to a
//! point of the program, and one pass over a block serves all that it defines.
//!
//! Forward, facts go from operands to results, from the arguments of an edge to the parameters of its block, from the
//! arguments of a call to the parameters of its function, and from what a function leaves to the results of its calls,
//! whatever the caller. Only blocks that control reaches are visited, and an analysis may say which edges it takes.
//! Backward, facts go the other way, over all blocks.
//!
//! # Why it ends
//!
//! Facts only rise, and a lattice has no endless chain. A block is visited again when a fact that it uses has risen: so
//! the visits of a block are at most the values that it uses times the height of the lattice.

use std::collections::BTreeSet;

use crate::index_vec::IndexVec;
use crate::ssa::{BlockId, Definition, Edge, Function, Instruction, Program, Terminator, ValueId};
use crate::term::FunctionId;

mod backward;
pub mod constants;
pub mod needed;
pub mod taint;

/// Facts of which two make one that covers both.
pub trait JoinSemilattice: Clone {
    /// Covered by every fact: nothing is known to happen.
    const BOTTOM: Self;

    /// Becomes the least fact that covers both. Answers whether that is another one.
    fn join(&mut self, other: &Self) -> bool;
}

/// Which way facts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From operands to results.
    Forward,
    /// From results to operands.
    Backward,
}

/// What is asked of the values of a program.
pub trait Analysis {
    /// A fact of a value.
    type Fact: JoinSemilattice;

    /// Which way facts go.
    const DIRECTION: Direction;

    /// What is known of a value from its definition alone.
    fn boundary(&self, definition: &Definition) -> Self::Fact;

    /// Forward: what holds for the result of an instruction when `given` holds for its operands. Backward: what holds for
    /// its operands when `given` holds for its result, which it may not have.
    fn transfer(&self, instruction: &Instruction, given: &[Self::Fact]) -> Self::Fact;

    /// Backward: what holds for the words that the end of a block takes.
    fn end(&self, _end: &Terminator) -> Self::Fact {
        Self::Fact::BOTTOM
    }

    /// Forward: whether control can take an edge, counted from the first, when `given` holds for what decides.
    fn takes(&self, _end: &Terminator, _edge: usize, _given: &Self::Fact) -> bool {
        true
    }
}

/// What holds for the values of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution<F> {
    facts: IndexVec<FunctionId, IndexVec<ValueId, F>>,
    reached: IndexVec<FunctionId, IndexVec<BlockId, bool>>,
}

impl<F: JoinSemilattice> Solution<F> {
    /// The fact of a value; the bottom for one that is not there.
    pub fn fact(&self, function: FunctionId, value: ValueId) -> F {
        self.facts.get(function).and_then(|facts| facts.get(value)).cloned().unwrap_or(F::BOTTOM)
    }

    /// Whether the analysis came to a block. Backward analyses come to all.
    pub fn is_reached(&self, function: FunctionId, block: BlockId) -> bool {
        self.reached.get(function).and_then(|blocks| blocks.get(block)).copied().unwrap_or(false)
    }

    fn facts(&self, function: FunctionId, values: &[ValueId]) -> Vec<F> {
        values.iter().map(|&value| self.fact(function, value)).collect()
    }
}

/// Solves an analysis over a program that its verifier finds nothing in. For others the solution may say less.
pub fn solve<A: Analysis>(program: &Program, analysis: &A) -> Solution<A::Fact> {
    let facts = |function: &Function| function.values.iter().map(|value| analysis.boundary(value)).collect();
    let is_backward = A::DIRECTION == Direction::Backward;
    let reached = |function: &Function| function.blocks.iter().map(|_| is_backward).collect();
    let solution = Solution {
        facts: program.functions.iter().map(facts).collect(),
        reached: program.functions.iter().map(reached).collect(),
    };
    let callers = callers(program);
    match A::DIRECTION {
        Direction::Forward => Forward::new(program, analysis, solution, callers).run(),
        Direction::Backward => backward::run(program, analysis, solution, &callers),
    }
}

/// The blocks that call each function.
type Callers = IndexVec<FunctionId, Vec<(FunctionId, BlockId)>>;

fn callers(program: &Program) -> Callers {
    let mut callers: Callers = program.functions.iter().map(|_| Vec::new()).collect();
    for (caller, function) in program.functions.iter_enumerated() {
        for (block, at) in function.blocks.iter_enumerated() {
            if let Terminator::Call { function: called, .. } = at.terminator
                && let Some(callers) = callers.get_mut(called)
            {
                callers.push((caller, block));
            }
        }
    }
    callers
}

/// A forward analysis on its way.
struct Forward<'a, A: Analysis> {
    program: &'a Program,
    analysis: &'a A,
    solution: Solution<A::Fact>,
    callers: Callers,
    /// The blocks that use each value.
    users: IndexVec<FunctionId, IndexVec<ValueId, Vec<BlockId>>>,
    /// What each exit leaves, when a return is reached.
    left: IndexVec<FunctionId, Vec<Option<Vec<A::Fact>>>>,
    queue: BTreeSet<(FunctionId, BlockId)>,
}

impl<'a, A: Analysis> Forward<'a, A> {
    fn new(program: &'a Program, analysis: &'a A, solution: Solution<A::Fact>, callers: Callers) -> Self {
        let users = program.functions.iter().map(users).collect();
        let left = program.functions.iter().map(|function| vec![None; function.exits.len()]).collect();
        Self { program, analysis, solution, callers, users, left, queue: BTreeSet::new() }
    }

    fn run(mut self) -> Solution<A::Fact> {
        self.reach(FunctionId(0), BlockId(0));
        while let Some((function, block)) = self.queue.pop_first() {
            self.visit(function, block);
        }
        self.solution
    }

    fn reach(&mut self, function: FunctionId, block: BlockId) {
        if let Some(is_reached) = self.solution.reached.get_mut(function).and_then(|blocks| blocks.get_mut(block))
            && !*is_reached
        {
            *is_reached = true;
            self.queue.insert((function, block));
        }
    }

    fn visit(&mut self, id: FunctionId, block: BlockId) {
        let function = &self.program.functions[id];
        let content = &function.blocks[block];
        for instruction in content.instructions.iter().filter_map(|&at| function.instructions.get(at)) {
            let given = self.solution.facts(id, &instruction.operands);
            if let Some(result) = instruction.result {
                let fact = self.analysis.transfer(instruction, &given);
                self.raise(id, result, &fact);
            }
        }
        match &content.terminator {
            Terminator::Call { .. } => self.call(id, &content.terminator),
            Terminator::Return { exit, values, .. } => self.leave(id, *exit, values),
            end => {
                let given = end.operands().first().map_or(A::Fact::BOTTOM, |&value| self.solution.fact(id, value));
                for (at, edge) in end.edges().enumerate() {
                    if self.analysis.takes(end, at, &given) {
                        self.follow(id, edge);
                    }
                }
            }
        }
    }

    fn follow(&mut self, id: FunctionId, edge: &Edge) {
        self.reach(id, edge.block);
        let Some(target) = self.program.functions[id].blocks.get(edge.block) else { return };
        for (parameter, &argument) in target.parameters.iter().zip(&edge.arguments) {
            let fact = self.solution.fact(id, argument);
            self.raise(id, parameter.value, &fact);
        }
    }

    fn call(&mut self, id: FunctionId, call: &Terminator) {
        let Terminator::Call { function, arguments, continuations, .. } = call else { return };
        let Some(called) = self.program.functions.get(*function) else { return };
        self.reach(*function, BlockId(0));
        for (parameter, &argument) in called.parameters.iter().zip(arguments) {
            let fact = self.solution.fact(id, argument);
            self.raise(*function, parameter.value, &fact);
        }
        for continuation in continuations {
            let left = self.left[*function].get(continuation.exit as usize).cloned().flatten();
            let Some(left) = left else { continue };
            for (&result, fact) in continuation.results.iter().zip(&left) {
                self.raise(id, result, fact);
            }
            self.follow(id, &continuation.edge);
        }
    }

    fn leave(&mut self, id: FunctionId, exit: u32, values: &[ValueId]) {
        let facts = self.solution.facts(id, values);
        let Some(left) = self.left[id].get_mut(exit as usize) else { return };
        let has_risen = match left {
            None => {
                *left = Some(facts);
                true
            }
            Some(left) => left.iter_mut().zip(&facts).fold(false, |risen, (left, fact)| left.join(fact) | risen),
        };
        if has_risen {
            let callers = self.callers[id].iter().copied();
            self.queue.extend(callers.filter(|&(caller, block)| self.solution.is_reached(caller, block)));
        }
    }

    fn raise(&mut self, id: FunctionId, value: ValueId, fact: &A::Fact) {
        let known = self.solution.facts.get_mut(id).and_then(|facts| facts.get_mut(value));
        if known.is_some_and(|known| known.join(fact)) {
            let users = self.users[id].get(value).into_iter().flatten();
            let reached = users.filter(|&&block| self.solution.is_reached(id, block));
            self.queue.extend(reached.map(|&block| (id, block)));
        }
    }
}

fn users(function: &Function) -> IndexVec<ValueId, Vec<BlockId>> {
    let mut users: IndexVec<ValueId, Vec<BlockId>> = function.values.iter().map(|_| Vec::new()).collect();
    for (block, content) in function.blocks.iter_enumerated() {
        let instructions = content.instructions.iter().filter_map(|&at| function.instructions.get(at));
        let operands = instructions.flat_map(|instruction| &instruction.operands);
        let arguments = content.terminator.edges().flat_map(|edge| &edge.arguments);
        for &value in operands.chain(content.terminator.operands()).chain(arguments) {
            if let Some(users) = users.get_mut(value).filter(|users| users.last() != Some(&block)) {
                users.push(block);
            }
        }
    }
    users
}
