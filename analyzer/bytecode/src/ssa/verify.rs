//! Does a program keep what its form promises?
//!
//! | | invariant |
//! |---|---|
//! | S1 | A value that is neither a number nor unknown stands in exactly one place of definition, which its entry names. |
//! | S2 | The definition of a value lies on every way to each of its uses. |
//! | S3 | An edge has an argument for each parameter of the block that it leads to. |
//! | S4 | Blocks, instructions, values, functions and exits that are named exist. |
//! | S5 | A function has a first block, without parameters, to which no edge leads. |
//! | S6 | Every block is reached from the first. |
//! | S7 | An instruction is in one block, and those of a block ascend. |
//! | S8 | An instruction has as many operands and results as its opcode, which neither moves words nor ends a block. |
//! | S9 | A call has an argument for each parameter of its function, and for each exit, in ascending order, its results. |
//! | S10 | A return has a value for each word that its exit leaves. |
//! | S11 | Parameters of a function descend beneath its entry's stack; parameters of a block ascend. |
//! | S12 | A number has one value in a function, and so has what is unknown. |
//!
//! [`verify`] lists every place where one is broken. It takes any program, however broken.

use std::fmt;

use revm_bytecode::opcode::{self as op, OPCODE_INFO};

use crate::code::names_its_words;
use crate::graph::{Dominance, EdgeKind, FlowGraph};
use crate::index_vec::{Id, IndexVec};
use crate::term::FunctionId;

use super::{BlockId, Definition, Function, Parameter, Program, Terminator, ValueId};

mod values;

/// What holds for every program. See the module for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// Values are defined once.
    S1,
    /// Definitions dominate uses.
    S2,
    /// Arguments match parameters.
    S3,
    /// What is named exists.
    S4,
    /// The first block is entered from outside alone.
    S5,
    /// Blocks are reached.
    S6,
    /// Instructions are in one block and ascend.
    S7,
    /// Instructions have the shape of their opcode.
    S8,
    /// Calls match their functions.
    S9,
    /// Returns match their exits.
    S10,
    /// Heights are in order.
    S11,
    /// Numbers have one value.
    S12,
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The function.
    pub function: FunctionId,
    /// The block, when it is in one.
    pub block: Option<BlockId>,
    /// The invariant.
    pub invariant: Invariant,
    /// What breaks it.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {}", self.invariant, self.function)?;
        if let Some(block) = self.block {
            write!(f, " {block}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Lists every broken invariant, by function and block.
pub fn verify(program: &Program) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (id, function) in program.functions.iter_enumerated() {
        let mut check = Check { program, id, function, violations: Vec::new() };
        check.run();
        violations.append(&mut check.violations);
    }
    violations.sort();
    violations
}

/// The check of one function.
struct Check<'a> {
    program: &'a Program,
    id: FunctionId,
    function: &'a Function,
    violations: Vec<Violation>,
}

impl Check<'_> {
    fn broken(&mut self, block: Option<BlockId>, invariant: Invariant, what: String) {
        self.violations.push(Violation { function: self.id, block, invariant, what });
    }

    fn run(&mut self) {
        let graph = FlowGraph::of_function(self.function);
        self.first_block(&graph);
        let dominance = graph.dominators();
        for block in self.function.blocks.ids() {
            if !dominance.is_reached(block) {
                self.broken(Some(block), Invariant::S6, format!("`{block}` is not reached"));
            }
        }
        let heights: Vec<i32> = self.function.parameters.iter().map(|parameter| parameter.height).collect();
        if heights.iter().any(|&height| height >= 0) || !heights.is_sorted_by(|above, beneath| above > beneath) {
            self.broken(None, Invariant::S11, "the heights of the parameters do not descend from -1".to_owned());
        }
        self.instructions();
        for block in self.function.blocks.ids() {
            self.block(block);
        }
        self.values();
    }

    fn first_block(&mut self, graph: &FlowGraph) {
        let first = BlockId(0);
        match self.function.blocks.get(first) {
            None => self.broken(None, Invariant::S5, "there is no block".to_owned()),
            Some(block) => {
                if !block.parameters.is_empty() {
                    self.broken(Some(first), Invariant::S5, format!("`{first}` has parameters"));
                }
                if graph.predecessors(first).next().is_some() {
                    self.broken(Some(first), Invariant::S5, format!("an edge leads to `{first}`"));
                }
            }
        }
    }

    fn instructions(&mut self) {
        let mut is_placed: IndexVec<_, bool> = self.function.instructions.iter().map(|_| false).collect();
        for (block, at) in self.function.blocks.iter_enumerated() {
            let mut last = None;
            for &id in &at.instructions {
                let Some(instruction) = self.function.instructions.get(id) else {
                    self.broken(Some(block), Invariant::S4, format!("there is no instruction `{id}`"));
                    continue;
                };
                if std::mem::replace(&mut is_placed[id], true) {
                    self.broken(Some(block), Invariant::S7, format!("`{id}` has a place already"));
                }
                if last.is_some_and(|last| last >= instruction.pc) {
                    self.broken(Some(block), Invariant::S7, format!("`{id}` does not ascend"));
                }
                last = Some(instruction.pc);
                self.shape(block, instruction);
            }
        }
        for (id, is_placed) in is_placed.iter_enumerated() {
            if !is_placed {
                self.broken(None, Invariant::S7, format!("`{id}` is in no block"));
            }
        }
    }

    fn shape(&mut self, block: BlockId, instruction: &super::Instruction) {
        let opcode = instruction.opcode;
        let moves = matches!(opcode, op::POP | op::JUMP..=op::JUMPI | op::JUMPDEST | op::DUP1..=op::SWAP16 | op::PC)
            || names_its_words(opcode);
        let info = OPCODE_INFO[usize::from(opcode)].filter(|info| !info.is_terminating() && !moves);
        let Some(info) = info else {
            self.broken(Some(block), Invariant::S8, format!("opcode {opcode:#04x} is no instruction"));
            return;
        };
        // A `PUSH` of what a deployment fills in names the placeholder.
        let is_push = (op::PUSH0..=op::PUSH32).contains(&opcode);
        let operands = if is_push { 1 } else { usize::from(info.inputs()) };
        if instruction.operands.len() != operands || instruction.result.is_some() != (info.outputs() > 0) {
            let what = format!("`{}` has other operands or results at {}", info.name(), instruction.pc);
            self.broken(Some(block), Invariant::S8, what);
        }
    }

    fn block(&mut self, block: BlockId) {
        let function = self.function;
        let at = &function.blocks[block];
        let ascends = |parameters: &[Parameter]| parameters.is_sorted_by(|low, high| low.height < high.height);
        if !ascends(&at.parameters) {
            self.broken(Some(block), Invariant::S11, format!("the parameters of `{block}` do not ascend"));
        }
        for edge in at.terminator.edges() {
            match function.blocks.get(edge.block) {
                None => self.broken(Some(block), Invariant::S4, format!("there is no block `{}`", edge.block)),
                Some(target) if target.parameters.len() != edge.arguments.len() => {
                    let (given, wanted) = (edge.arguments.len(), target.parameters.len());
                    let what = format!("`{}` has {wanted} parameters and is given {given} words", edge.block);
                    self.broken(Some(block), Invariant::S3, what);
                }
                Some(_) => {}
            }
        }
        match &at.terminator {
            Terminator::Call { .. } => self.call(block, &at.terminator),
            Terminator::Return { exit, values, .. } => match function.exits.get(*exit as usize) {
                None => self.broken(Some(block), Invariant::S4, format!("there is no exit {exit}")),
                Some(&words) if words as usize != values.len() => {
                    let what = format!("exit {exit} leaves {words} words and is given {}", values.len());
                    self.broken(Some(block), Invariant::S10, what);
                }
                Some(_) => {}
            },
            _ => {}
        }
    }

    fn call(&mut self, block: BlockId, call: &Terminator) {
        let Terminator::Call { function, arguments, continuations, .. } = call else { return };
        let Some(called) = self.program.functions.get(*function) else {
            self.broken(Some(block), Invariant::S4, format!("there is no function `{function}`"));
            return;
        };
        if called.parameters.len() != arguments.len() {
            let (given, wanted) = (arguments.len(), called.parameters.len());
            let what = format!("`{function}` has {wanted} parameters and is given {given} words");
            self.broken(Some(block), Invariant::S9, what);
        }
        if !continuations.is_sorted_by(|one, next| one.exit < next.exit) {
            self.broken(Some(block), Invariant::S9, format!("the exits of `{function}` do not ascend"));
        }
        for continuation in continuations {
            let exit = continuation.exit;
            match called.exits.get(exit as usize) {
                None => self.broken(Some(block), Invariant::S4, format!("`{function}` has no exit {exit}")),
                Some(&words) if words as usize != continuation.results.len() => {
                    let what = format!("exit {exit} of `{function}` leaves {words} words");
                    self.broken(Some(block), Invariant::S9, what);
                }
                Some(_) => {}
            }
        }
    }
}
