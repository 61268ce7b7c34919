//! What a node does with the stack, instruction by instruction.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use revm_bytecode::opcode::{self as op, OPCODE_INFO};

use crate::code::{Code, Move, names_its_words};
use crate::coverage::Unknown;
use crate::index_vec::IndexVec;
use crate::instruction::Pc;
use crate::lift::{End, Lifted, Node, begins_block};
use crate::term::{FunctionId, NodeId};

use super::super::{Instruction, ValueId};
use super::draft::{Draft, Ending, UnitId};

mod leave;

/// Walks every function, and counts the instructions.
pub(super) fn functions(lifted: &Lifted<'_>, walked: &mut u64) -> IndexVec<FunctionId, Draft> {
    let gaps = Gaps::of(lifted);
    let functions = (0..lifted.functions.len()).map(|at| {
        let function = FunctionId(u32::try_from(at).expect("invariant: functions have ids"));
        let mut walk = Walk::new(lifted, &gaps, function);
        walk.run();
        *walked += walk.walked;
        walk.draft
    });
    functions.collect()
}

/// Jumps of which not all targets are known.
struct Gaps {
    jumps: BTreeSet<Pc>,
    /// Whether the lifter did not follow ways into some blocks because of their stack heights.
    has_dropped_ways: bool,
}

impl Gaps {
    fn of(lifted: &Lifted<'_>) -> Self {
        let gaps = &lifted.coverage.gaps;
        let is_jump =
            |unknown| matches!(unknown, Unknown::JumpTarget | Unknown::SomeJumpTargets | Unknown::FunctionPointer);
        Self {
            jumps: gaps.iter().filter(|gap| is_jump(gap.unknown)).map(|gap| gap.pc).collect(),
            has_dropped_ways: gaps.iter().any(|gap| matches!(gap.unknown, Unknown::StackHeights | Unknown::Budget)),
        }
    }

    fn is_complete(&self, pc: Pc) -> bool {
        !self.has_dropped_ways && !self.jumps.contains(&pc)
    }
}

/// A call that a unit is to end with.
struct Pending {
    unit: UnitId,
    node: NodeId,
    pc: Pc,
    function: FunctionId,
}

/// The walk over one function.
struct Walk<'a, 'code> {
    lifted: &'a Lifted<'code>,
    gaps: &'a Gaps,
    draft: Draft,
    units: HashMap<NodeId, UnitId, RandomState>,
    /// Units that stand for a call made with what another call left.
    calls: HashMap<(NodeId, FunctionId), UnitId, RandomState>,
    nodes: Vec<(UnitId, NodeId)>,
    pending: Vec<Pending>,
    walked: u64,
    /// Inputs that the walk itself asks for are as many as the words that instructions take.
    inputs: u64,
}

/// The stack of a unit during the walk. Beneath `base` lie its inputs.
struct Stack {
    unit: UnitId,
    base: i32,
    items: Vec<ValueId>,
}

/// The stack has no such word.
struct Missing;

impl<'a, 'code> Walk<'a, 'code> {
    fn new(lifted: &'a Lifted<'code>, gaps: &'a Gaps, function: FunctionId) -> Self {
        let at = &lifted.functions[function];
        let exits = at.exits.iter().map(|exit| u32::try_from(exit.leaves.len()).unwrap_or(u32::MAX)).collect();
        let mut walk = Self {
            lifted,
            gaps,
            draft: Draft::new(function, exits),
            units: HashMap::default(),
            calls: HashMap::default(),
            nodes: Vec::new(),
            pending: Vec::new(),
            walked: 0,
            inputs: u64::MAX,
        };
        let start = walk.draft.unit(at.entry, None, 0);
        let first = walk.unit_of(at.node);
        walk.draft.units[start].ending = Ending::Jump(first);
        walk
    }

    fn run(&mut self) {
        while let Some((unit, node)) = self.nodes.pop() {
            self.node(unit, node);
            while let Some(pending) = self.pending.pop() {
                self.end_with_call(&pending);
            }
        }
    }

    /// The unit of a node.
    fn unit_of(&mut self, node: NodeId) -> UnitId {
        if let Some(&known) = self.units.get(&node) {
            return known;
        }
        let at = &self.lifted.nodes[node];
        let unit = self.draft.unit(at.pc, Some(node), at.height());
        self.units.insert(node, unit);
        self.nodes.push((unit, node));
        unit
    }

    fn node(&mut self, unit: UnitId, id: NodeId) {
        let node = &self.lifted.nodes[id];
        if !node.is_interpreted() {
            return;
        }
        let code = &self.lifted.code;
        let mut stack = Stack { unit, base: node.height(), items: Vec::new() };
        let mut pc = node.pc;
        while !ends_before(code, node, pc) {
            let opcode = code.opcode_at(pc.0 as usize);
            // The lifter went on here, so that the words are there.
            if self.step(&mut stack, pc, opcode).is_err() || pc.0 as usize >= code.bytes().len() {
                break;
            }
            pc = Pc(u32::try_from(code.behind(pc.0 as usize)).unwrap_or(u32::MAX));
            self.walked += 1;
        }
        self.end(stack, id, pc);
    }

    fn step(&mut self, stack: &mut Stack, pc: Pc, opcode: u8) -> Result<(), Missing> {
        match opcode {
            op::PUSH0..=op::PUSH32 => {
                let word = self.pushed(stack.unit, pc, opcode);
                stack.items.push(word);
            }
            op::POP => {
                self.pop(stack)?;
            }
            op::JUMPDEST => {}
            op::PC => {
                let place = self.draft.constant(U256::from(pc.0));
                stack.items.push(place);
            }
            _ => match self.lifted.code.move_at(pc.0 as usize) {
                Some(Move::Copy(depth)) => {
                    let word = self.peek(stack, depth)?;
                    stack.items.push(word);
                }
                Some(Move::Swap(upper, lower)) => {
                    self.fill(stack, lower + 1)?;
                    let top = stack.items.len() - 1;
                    stack.items.swap(top - upper, top - lower);
                }
                None if names_its_words(opcode) => return Err(Missing),
                None => self.operate(stack, pc, opcode)?,
            },
        }
        Ok(())
    }

    fn operate(&mut self, stack: &mut Stack, pc: Pc, opcode: u8) -> Result<(), Missing> {
        let info = OPCODE_INFO[usize::from(opcode)].ok_or(Missing)?;
        let operands = self.take(stack, usize::from(info.inputs()))?;
        let result = (info.outputs() > 0).then(|| self.draft.result());
        stack.items.extend(result);
        self.instruction(stack.unit, Instruction { pc, opcode, operands, result });
        Ok(())
    }

    fn pushed(&mut self, unit: UnitId, pc: Pc, opcode: u8) -> ValueId {
        let places = self.lifted.placeholders;
        match places.binary_search_by_key(&pc.0.saturating_add(1), |place| place.start) {
            Ok(at) => {
                let identity = self.draft.constant(U256::from(places[at].identity));
                let result = self.draft.result();
                let instruction = Instruction { pc, opcode, operands: vec![identity], result: Some(result) };
                self.instruction(unit, instruction);
                result
            }
            Err(_) => self.draft.constant(self.lifted.code.pushed_at(pc.0 as usize)),
        }
    }

    fn instruction(&mut self, unit: UnitId, instruction: Instruction) {
        let id = self.draft.instructions.push(instruction);
        self.draft.units[unit].instructions.push(id);
    }

    /// Brings inputs onto the stack of the unit until it has `len` words.
    fn fill(&mut self, stack: &mut Stack, len: usize) -> Result<(), Missing> {
        let Some(missing) = len.checked_sub(stack.items.len()).filter(|&missing| missing > 0) else { return Ok(()) };
        let base = stack.base.saturating_sub(i32::try_from(missing).unwrap_or(i32::MAX));
        if !self.draft.has_place(base) {
            return Err(Missing);
        }
        let inputs: Vec<ValueId> =
            (base..stack.base).map(|height| self.draft.input(stack.unit, height, &mut self.inputs)).collect();
        stack.items.splice(0..0, inputs);
        stack.base = base;
        Ok(())
    }

    fn pop(&mut self, stack: &mut Stack) -> Result<ValueId, Missing> {
        self.fill(stack, 1)?;
        stack.items.pop().ok_or(Missing)
    }

    fn take(&mut self, stack: &mut Stack, count: usize) -> Result<Vec<ValueId>, Missing> {
        self.fill(stack, count)?;
        Ok((0..count).filter_map(|_| stack.items.pop()).collect())
    }

    fn peek(&mut self, stack: &Stack, depth: usize) -> Result<ValueId, Missing> {
        if let Some(at) = stack.items.len().checked_sub(depth + 1) {
            return Ok(stack.items[at]);
        }
        let beneath = i32::try_from(depth - stack.items.len()).unwrap_or(i32::MAX);
        let height = stack.base.saturating_sub(1).saturating_sub(beneath);
        if !self.draft.has_place(height) {
            return Err(Missing);
        }
        Ok(self.draft.input(stack.unit, height, &mut self.inputs))
    }
}

/// Whether the instruction at a place is the last of a node, or the first of the next.
fn ends_before(code: &Code<'_>, node: &Node, at: Pc) -> bool {
    match node.end {
        End::Jump { pc, .. } | End::Branch { pc, .. } | End::Halt { pc } => pc == at,
        End::FallThrough => begins_block(code, node.pc.0 as usize, at.0 as usize),
    }
}
