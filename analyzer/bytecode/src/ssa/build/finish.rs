//! A draft with its final blocks, parameters and arguments.

use crate::index_vec::{Id, IndexVec};
use crate::lift::Lifted;
use crate::term::FunctionId;

use super::super::number::in_order;
use super::super::{BasicBlock, BlockId, Continuation, Definition, Edge, Function, Parameter, Terminator, ValueId};
use super::draft::{Draft, Ending, Known, START, UnitId, Way};

/// What a draft has become so far.
struct Finish<'a> {
    draft: &'a mut Draft,
    /// The block of each unit that control reaches.
    blocks: IndexVec<UnitId, Option<BlockId>>,
    /// The inputs of each unit that are parameters, the lowest first.
    kept: IndexVec<UnitId, Vec<(i32, ValueId)>>,
    parameters: &'a IndexVec<FunctionId, Vec<(i32, ValueId)>>,
}

pub(super) fn function(
    function: FunctionId,
    drafts: &mut IndexVec<FunctionId, Draft>,
    parameters: &IndexVec<FunctionId, Vec<(i32, ValueId)>>,
    lifted: &Lifted<'_>,
) -> Function {
    let draft = &mut drafts[function];
    let order = reverse_postorder(draft);
    let mut blocks: IndexVec<UnitId, Option<BlockId>> = draft.units.iter().map(|_| None).collect();
    for (at, &unit) in order.iter().enumerate() {
        blocks[unit] = Some(BlockId::new(at));
    }
    let kept = kept_inputs(draft);
    let mut finish = Finish { draft, blocks, kept, parameters };
    let blocks = order.iter().map(|&unit| finish.block(unit)).collect();
    let given = &parameters[function];
    let parameters = given.iter().map(|&(height, value)| Parameter { value, height }).collect();
    let draft = finish.draft;
    let mut instructions = std::mem::take(&mut draft.instructions);
    for instruction in &mut instructions {
        for operand in &mut instruction.operands {
            *operand = draft.resolved(*operand);
        }
    }
    let values = draft.values.iter().map(|known| match known {
        Known::Constant(number) => Definition::Constant(*number),
        _ => Definition::Unknown,
    });
    in_order(Function {
        entry: lifted.functions[function].entry,
        parameters,
        exits: std::mem::take(&mut draft.exits),
        blocks,
        instructions,
        values: values.collect(),
    })
}

/// The inputs that turned out to be no other value.
fn kept_inputs(draft: &Draft) -> IndexVec<UnitId, Vec<(i32, ValueId)>> {
    let mut kept: IndexVec<UnitId, Vec<(i32, ValueId)>> = draft.units.iter().map(|_| Vec::new()).collect();
    for (value, unit, height) in draft.read_inputs().filter(|&(_, unit, _)| unit != START) {
        if draft.same.get(value.index()) == Some(&value) {
            kept[unit].push((height, value));
        }
    }
    for inputs in &mut kept {
        inputs.sort_unstable();
    }
    kept
}

/// The units that control reaches, each before those that follow it where no loop forbids that. The unit before the
/// first instruction is left out when nothing but it leads to that instruction.
fn reverse_postorder(draft: &Draft) -> Vec<UnitId> {
    let first = match draft.units[START].ending {
        Ending::Jump(first) if draft.units[first].sources.len() == 1 => first,
        _ => START,
    };
    let mut is_seen: IndexVec<UnitId, bool> = draft.units.iter().map(|_| false).collect();
    is_seen[first] = true;
    let mut order = Vec::new();
    let mut path = vec![(first, draft.units[first].ending.targets())];
    while let Some((unit, left)) = path.last_mut() {
        // From the last to the first, so that the first way comes right behind in the reversed order.
        match left.pop() {
            Some(next) if !is_seen[next] => {
                is_seen[next] = true;
                path.push((next, draft.units[next].ending.targets()));
            }
            Some(_) => {}
            None => {
                order.push(*unit);
                path.pop();
            }
        }
    }
    order.reverse();
    order
}

impl Finish<'_> {
    fn block(&mut self, unit: UnitId) -> BasicBlock {
        let ending = self.draft.units[unit].ending.clone();
        let terminator = self.terminator(unit, ending);
        let parameters = self.kept[unit].iter().map(|&(height, value)| Parameter { value, height }).collect();
        let at = &mut self.draft.units[unit];
        BasicBlock {
            pc: at.pc,
            node: at.node,
            parameters,
            instructions: std::mem::take(&mut at.instructions),
            terminator,
        }
    }

    fn terminator(&mut self, unit: UnitId, ending: Ending) -> Terminator {
        match ending {
            Ending::Jump(to) => Terminator::Jump(self.edge(unit, None, to)),
            Ending::Branch { pc, condition, then, otherwise } => Terminator::Branch {
                pc,
                condition: self.draft.resolved(condition),
                then: self.edge(unit, None, then),
                otherwise: self.edge(unit, None, otherwise),
            },
            Ending::Switch { pc, target, to, is_complete } => Terminator::Switch {
                pc,
                target: self.draft.resolved(target),
                edges: to.into_iter().map(|to| self.edge(unit, None, to)).collect(),
                is_complete,
            },
            Ending::Call { pc, function, onward } => Terminator::Call {
                pc,
                function,
                arguments: self.arguments(unit, function),
                continuations: onward
                    .into_iter()
                    .enumerate()
                    .map(|(at, onward)| Continuation {
                        exit: onward.exit,
                        results: onward.results,
                        edge: self.edge(unit, Some(at), onward.to),
                    })
                    .collect(),
            },
            Ending::Return { pc, exit, values } => Terminator::Return { pc, exit, values: self.resolved(&values) },
            Ending::Halt { pc, opcode, operands } => {
                Terminator::Halt { pc, opcode, operands: self.resolved(&operands) }
            }
            Ending::Unknown { pc } => Terminator::Unknown { pc },
        }
    }

    fn resolved(&mut self, values: &[ValueId]) -> Vec<ValueId> {
        values.iter().map(|&value| self.draft.resolved(value)).collect()
    }

    fn arguments(&mut self, unit: UnitId, function: FunctionId) -> Vec<ValueId> {
        let parameters = &self.parameters[function];
        let given: Vec<ValueId> =
            parameters.iter().map(|&(height, _)| self.draft.given(unit, height, &mut 0)).collect();
        self.resolved(&given)
    }

    fn edge(&mut self, from: UnitId, continuation: Option<usize>, to: UnitId) -> Edge {
        let block = self.blocks[to].expect("invariant: what follows a unit in order is in order");
        let way = Way { from, continuation };
        let arguments = (0..self.kept[to].len()).map(|at| {
            let (height, _) = self.kept[to][at];
            let brought = self.draft.brought(way, height, &mut 0);
            self.draft.resolved(brought)
        });
        Edge { block, arguments: arguments.collect() }
    }
}
