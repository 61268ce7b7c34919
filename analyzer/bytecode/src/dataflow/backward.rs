//! Solves analyses whose facts go from uses to definitions.

use std::collections::BTreeSet;

use crate::index_vec::IndexVec;
use crate::ssa::{BlockId, Definition, Function, InstId, Program, Terminator, ValueId};
use crate::term::FunctionId;

use super::{Analysis, Callers, JoinSemilattice, Solution};

/// Where the definitions of a function get their facts from.
struct Places {
    instructions: IndexVec<InstId, Option<BlockId>>,
    predecessors: IndexVec<BlockId, Vec<BlockId>>,
    returns: Vec<BlockId>,
}

impl Places {
    fn of(function: &Function) -> Self {
        let mut places = Self {
            instructions: function.instructions.iter().map(|_| None).collect(),
            predecessors: function.blocks.iter().map(|_| Vec::new()).collect(),
            returns: Vec::new(),
        };
        for (block, content) in function.blocks.iter_enumerated() {
            for &at in &content.instructions {
                if let Some(place) = places.instructions.get_mut(at) {
                    *place = Some(block);
                }
            }
            for edge in content.terminator.edges() {
                if let Some(predecessors) = places.predecessors.get_mut(edge.block) {
                    predecessors.push(block);
                }
            }
            if matches!(content.terminator, Terminator::Return { .. }) {
                places.returns.push(block);
            }
        }
        places
    }
}

/// A backward analysis on its way.
struct Backward<'a, A: Analysis> {
    program: &'a Program,
    analysis: &'a A,
    solution: Solution<A::Fact>,
    callers: &'a Callers,
    places: IndexVec<FunctionId, Places>,
    queue: BTreeSet<(FunctionId, BlockId)>,
}

pub(super) fn run<A: Analysis>(
    program: &Program,
    analysis: &A,
    solution: Solution<A::Fact>,
    callers: &Callers,
) -> Solution<A::Fact> {
    let places = program.functions.iter().map(Places::of).collect();
    let functions = program.functions.iter_enumerated();
    let queue = functions.flat_map(|(id, function)| function.blocks.ids().map(move |block| (id, block))).collect();
    let mut backward = Backward { program, analysis, solution, callers, places, queue };
    // The last blocks first: what they use is defined before them.
    while let Some((function, block)) = backward.queue.pop_last() {
        backward.visit(function, block);
    }
    backward.solution
}

impl<A: Analysis> Backward<'_, A> {
    fn visit(&mut self, id: FunctionId, block: BlockId) {
        let function = &self.program.functions[id];
        let content = &function.blocks[block];
        self.end(id, &content.terminator);
        for instruction in content.instructions.iter().rev().filter_map(|&at| function.instructions.get(at)) {
            let given: Vec<A::Fact> = instruction.result.iter().map(|&value| self.solution.fact(id, value)).collect();
            let fact = self.analysis.transfer(instruction, &given);
            for &operand in &instruction.operands {
                self.raise(id, operand, &fact);
            }
        }
    }

    fn end(&mut self, id: FunctionId, end: &Terminator) {
        let program = self.program;
        let fact = self.analysis.end(end);
        for &operand in end.operands() {
            self.raise(id, operand, &fact);
        }
        for edge in end.edges() {
            let target = program.functions[id].blocks.get(edge.block);
            let parameters = target.into_iter().flat_map(|target| &target.parameters);
            for (parameter, &argument) in parameters.zip(&edge.arguments) {
                let fact = self.solution.fact(id, parameter.value);
                self.raise(id, argument, &fact);
            }
        }
        match end {
            Terminator::Call { function, arguments, .. } => {
                let called = program.functions.get(*function);
                let parameters = called.into_iter().flat_map(|called| &called.parameters);
                for (parameter, &argument) in parameters.zip(arguments) {
                    let fact = self.solution.fact(*function, parameter.value);
                    self.raise(id, argument, &fact);
                }
            }
            Terminator::Return { exit, values, .. } => self.leave(id, *exit, values),
            _ => {}
        }
    }

    fn leave(&mut self, id: FunctionId, exit: u32, values: &[ValueId]) {
        let mut facts = vec![A::Fact::BOTTOM; values.len()];
        for &(caller, block) in &self.callers[id] {
            let continuations = self.program.functions[caller].blocks[block].terminator.continuations();
            for continuation in continuations.iter().filter(|continuation| continuation.exit == exit) {
                for (fact, &result) in facts.iter_mut().zip(&continuation.results) {
                    fact.join(&self.solution.fact(caller, result));
                }
            }
        }
        for (&value, fact) in values.iter().zip(&facts) {
            self.raise(id, value, fact);
        }
    }

    fn raise(&mut self, id: FunctionId, value: ValueId, fact: &A::Fact) {
        let known = self.solution.facts.get_mut(id).and_then(|facts| facts.get_mut(value));
        if !known.is_some_and(|known| known.join(fact)) {
            return;
        }
        match self.program.functions[id].values[value] {
            Definition::Constant(_) | Definition::Unknown => {}
            Definition::Parameter { .. } => self.queue.extend(self.callers[id].iter().copied()),
            Definition::BlockParameter { block, .. } => {
                let predecessors = self.places[id].predecessors.get(block).into_iter().flatten();
                self.queue.extend(predecessors.map(|&block| (id, block)));
            }
            Definition::Instruction(at) => {
                let block = self.places[id].instructions.get(at).copied().flatten();
                self.queue.extend(block.map(|block| (id, block)));
            }
            Definition::Result { block, .. } => {
                let call = self.program.functions[id].blocks.get(block).map(|block| &block.terminator);
                if let Some(Terminator::Call { function, .. }) = call
                    && let Some(places) = self.places.get(*function)
                {
                    self.queue.extend(places.returns.iter().map(|&block| (*function, block)));
                }
            }
        }
    }
}
