//! Numbers instructions and values in the order in which the text form mentions them, so that equal functions have equal
//! numbers.

use crate::index_vec::{Id, IndexVec};

use super::{BasicBlock, BlockId, Definition, Edge, Function, InstId, Terminator, ValueId};

/// The function with its instructions and values in order. Of the definitions only numbers and unknown words are read;
/// the others follow from where a value stands.
pub(super) fn in_order(function: Function) -> Function {
    let Function { entry, mut parameters, exits, mut blocks, instructions, values } = function;
    let mut names = Names { old: values, new: IndexVec::new(), numbers: Vec::new() };
    for (at, parameter) in parameters.iter_mut().enumerate() {
        names.define(&mut parameter.value, Definition::Parameter { index: number(at) });
    }
    let mut in_order = IndexVec::new();
    let mut left: IndexVec<InstId, Option<super::Instruction>> = IndexVec::new();
    for instruction in instructions.into_items() {
        left.push(Some(instruction));
    }
    for at in 0..blocks.len() {
        let id = BlockId::new(at);
        let block = &mut blocks[id];
        for (at, parameter) in block.parameters.iter_mut().enumerate() {
            names.define(&mut parameter.value, Definition::BlockParameter { block: id, index: number(at) });
        }
        for place in &mut block.instructions {
            let Some(mut instruction) = left.get_mut(*place).and_then(Option::take) else { continue };
            *place = InstId::new(in_order.len());
            if let Some(result) = &mut instruction.result {
                names.define(result, Definition::Instruction(*place));
            }
            names.all(&mut instruction.operands);
            in_order.push(instruction);
        }
        names.terminator(id, block);
    }
    Function { entry, parameters, exits, blocks, instructions: in_order, values: names.new }
}

/// New names of values.
struct Names {
    old: IndexVec<ValueId, Definition>,
    new: IndexVec<ValueId, Definition>,
    /// The new number of each old one, and one; zero when it has none yet.
    numbers: Vec<u32>,
}

impl Names {
    fn name(&mut self, value: &mut ValueId) {
        let at = value.index();
        if at >= self.numbers.len() {
            self.numbers.resize(self.old.len().max(at + 1), 0);
        }
        if self.numbers[at] == 0 {
            let definition = match self.old.get(*value) {
                Some(Definition::Constant(number)) => Definition::Constant(*number),
                _ => Definition::Unknown,
            };
            self.numbers[at] = self.new.push(definition).0 + 1;
        }
        *value = ValueId(self.numbers[at] - 1);
    }

    fn define(&mut self, value: &mut ValueId, definition: Definition) {
        self.name(value);
        self.new[*value] = definition;
    }

    fn all(&mut self, values: &mut [ValueId]) {
        for value in values {
            self.name(value);
        }
    }

    fn edge(&mut self, edge: &mut Edge) {
        self.all(&mut edge.arguments);
    }

    fn terminator(&mut self, id: BlockId, block: &mut BasicBlock) {
        match &mut block.terminator {
            Terminator::Jump(edge) => self.edge(edge),
            Terminator::Branch { condition, then, otherwise, .. } => {
                self.name(condition);
                self.edge(then);
                self.edge(otherwise);
            }
            Terminator::Switch { target, edges, .. } => {
                self.name(target);
                for edge in edges {
                    self.edge(edge);
                }
            }
            Terminator::Call { arguments, continuations, .. } => {
                self.all(arguments);
                for continuation in continuations {
                    let exit = continuation.exit;
                    for (at, result) in continuation.results.iter_mut().enumerate() {
                        self.define(result, Definition::Result { block: id, exit, index: number(at) });
                    }
                    self.edge(&mut continuation.edge);
                }
            }
            Terminator::Return { values, .. } => self.all(values),
            Terminator::Halt { operands, .. } => self.all(operands),
            Terminator::Unknown { .. } => {}
        }
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("invariant: lists are shorter than four billion")
}
