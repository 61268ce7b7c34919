//! A function while it is built: units, which become blocks, and values that may still turn out to be others.

use std::collections::{HashMap, HashSet};

use alloy_primitives::U256;
use foldhash::fast::RandomState;

use crate::index_vec::{Id, IndexVec, ids};
use crate::instruction::Pc;
use crate::term::{FunctionId, NodeId};

use super::super::{InstId, Instruction, ValueId};

/// Deepest word that a function reaches beneath the stack that it was entered with, and highest above (Yellow Paper,
/// section 9.1).
const MAX_HEIGHT: i32 = 1024;

ids! {
    /// What becomes a block.
    pub(super) UnitId "u";
}

/// The unit that stands before the first instruction; its inputs are the parameters of the function.
pub(super) const START: UnitId = UnitId(0);

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    Constant(U256),
    Unknown,
    /// A word that lies on the stack when a unit begins.
    Input {
        unit: UnitId,
        height: i32,
    },
    /// The result of an instruction or of a call.
    Result,
}

/// A way into a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) from: UnitId,
    /// Which continuation of the call that ends the unit, when it ends by one.
    pub(super) continuation: Option<usize>,
}

/// Where a call goes on.
#[derive(Clone, Debug)]
pub(super) struct Onward {
    pub(super) exit: u32,
    /// How many words of the caller's stack the function takes.
    pub(super) takes: i32,
    pub(super) results: Vec<ValueId>,
    pub(super) to: UnitId,
}

/// How a unit ends.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    Jump(UnitId),
    Branch { pc: Pc, condition: ValueId, then: UnitId, otherwise: UnitId },
    Switch { pc: Pc, target: ValueId, to: Vec<UnitId>, is_complete: bool },
    Call { pc: Pc, function: FunctionId, onward: Vec<Onward> },
    Return { pc: Pc, exit: u32, values: Vec<ValueId> },
    Halt { pc: Pc, opcode: u8, operands: Vec<ValueId> },
    Unknown { pc: Pc },
}

impl Ending {
    /// What the ending itself takes.
    fn operands(&self) -> &[ValueId] {
        match self {
            Self::Branch { condition, .. } => std::slice::from_ref(condition),
            Self::Switch { target, .. } => std::slice::from_ref(target),
            Self::Return { values, .. } => values,
            Self::Halt { operands, .. } => operands,
            Self::Jump(_) | Self::Call { .. } | Self::Unknown { .. } => &[],
        }
    }

    /// The units that follow.
    pub(super) fn targets(&self) -> Vec<UnitId> {
        match self {
            Self::Jump(to) => vec![*to],
            Self::Branch { then, otherwise, .. } => vec![*then, *otherwise],
            Self::Switch { to, .. } => to.clone(),
            Self::Call { onward, .. } => onward.iter().map(|onward| onward.to).collect(),
            Self::Return { .. } | Self::Halt { .. } | Self::Unknown { .. } => Vec::new(),
        }
    }
}

/// A block to be.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) pc: Pc,
    pub(super) node: Option<NodeId>,
    /// The stack at the end: what lies from this height on. Beneath it the stack is as it was at the start.
    pub(super) base: i32,
    pub(super) items: Vec<ValueId>,
    pub(super) instructions: Vec<InstId>,
    pub(super) ending: Ending,
    pub(super) sources: Vec<Way>,
}

impl Unit {
    /// Height of the stack at the end.
    pub(super) fn top(&self) -> i32 {
        self.base.saturating_add(i32::try_from(self.items.len()).unwrap_or(i32::MAX))
    }
}

/// A function to be.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Whether it is the code as a whole, beneath whose stack there is nothing.
    is_whole: bool,
    pub(super) exits: Vec<u32>,
    pub(super) units: IndexVec<UnitId, Unit>,
    pub(super) instructions: IndexVec<InstId, Instruction>,
    pub(super) values: IndexVec<ValueId, Known>,
    /// What the ways into a unit bring for an input, in the order of its sources.
    pub(super) incoming: HashMap<ValueId, Vec<ValueId>, RandomState>,
    /// Inputs that something reads, and those of them that no way was asked for yet.
    is_read: HashSet<ValueId, RandomState>,
    pub(super) asked: Vec<ValueId>,
    /// What each value turned out to be.
    pub(super) same: Vec<ValueId>,
    constants: HashMap<U256, ValueId, RandomState>,
    inputs: HashMap<(UnitId, i32), ValueId, RandomState>,
    unknown: ValueId,
}

impl Draft {
    pub(super) fn new(function: FunctionId, exits: Vec<u32>) -> Self {
        let mut values = IndexVec::new();
        let unknown = values.push(Known::Unknown);
        Self {
            is_whole: function == FunctionId(0),
            exits,
            units: IndexVec::new(),
            instructions: IndexVec::new(),
            values,
            incoming: HashMap::default(),
            is_read: HashSet::default(),
            asked: Vec::new(),
            same: Vec::new(),
            constants: HashMap::default(),
            inputs: HashMap::default(),
            unknown,
        }
    }

    /// A new unit with the stack at a height, which nothing follows yet.
    pub(super) fn unit(&mut self, pc: Pc, node: Option<NodeId>, height: i32) -> UnitId {
        let ending = Ending::Unknown { pc };
        let (items, instructions, sources) = (Vec::new(), Vec::new(), Vec::new());
        self.units.push(Unit { pc, node, base: height, items, instructions, ending, sources })
    }

    pub(super) fn constant(&mut self, number: U256) -> ValueId {
        *self.constants.entry(number).or_insert_with(|| self.values.push(Known::Constant(number)))
    }

    pub(super) fn result(&mut self) -> ValueId {
        self.values.push(Known::Result)
    }

    pub(super) fn unknown(&self) -> ValueId {
        self.unknown
    }

    /// Whether a stack has a place at this height.
    pub(super) fn has_place(&self, height: i32) -> bool {
        let lowest = if self.is_whole { 0 } else { -MAX_HEIGHT };
        (lowest..MAX_HEIGHT).contains(&height)
    }

    /// The word at a height when a unit begins.
    pub(super) fn input(&mut self, unit: UnitId, height: i32, budget: &mut u64) -> ValueId {
        if let Some(&known) = self.inputs.get(&(unit, height)) {
            return known;
        }
        let Some(left) = budget.checked_sub(1).filter(|_| self.has_place(height)) else { return self.unknown };
        *budget = left;
        let input = self.values.push(Known::Input { unit, height });
        self.inputs.insert((unit, height), input);
        input
    }

    /// The word at a height when a unit ends.
    pub(super) fn at_end(&mut self, unit: UnitId, height: i32, budget: &mut u64) -> ValueId {
        let at = &self.units[unit];
        match usize::try_from(i64::from(height) - i64::from(at.base)) {
            Ok(above) => at.items.get(above).copied().unwrap_or(self.unknown),
            Err(_) => self.input(unit, height, budget),
        }
    }

    /// The word that a way brings for a height.
    pub(super) fn brought(&mut self, way: Way, height: i32, budget: &mut u64) -> ValueId {
        *budget = budget.saturating_sub(1);
        if let (Some(at), Ending::Call { onward, .. }) = (way.continuation, &self.units[way.from].ending) {
            let Some(onward) = onward.get(at) else { return self.unknown };
            let floor = self.units[way.from].top().saturating_sub(onward.takes);
            if let Ok(above) = usize::try_from(i64::from(height) - i64::from(floor)) {
                return onward.results.get(above).copied().unwrap_or(self.unknown);
            }
        }
        self.at_end(way.from, height, budget)
    }

    /// The word that a call gives for a parameter of the called function.
    pub(super) fn given(&mut self, site: UnitId, height: i32, budget: &mut u64) -> ValueId {
        *budget = budget.saturating_sub(1);
        let height = self.units[site].top().saturating_add(height);
        self.at_end(site, height, budget)
    }

    /// Something reads a value.
    pub(super) fn read(&mut self, value: ValueId) {
        if matches!(self.values[value], Known::Input { .. }) && self.is_read.insert(value) {
            self.asked.push(value);
        }
    }

    /// The inputs that something reads, in order.
    pub(super) fn read_inputs(&self) -> impl Iterator<Item = (ValueId, UnitId, i32)> + '_ {
        self.values.iter_enumerated().filter_map(|(value, known)| match known {
            Known::Input { unit, height } if self.is_read.contains(&value) => Some((value, *unit, *height)),
            _ => None,
        })
    }

    /// Reads what the instructions and endings take.
    pub(super) fn find_reads(&mut self) {
        let mut values: Vec<ValueId> =
            self.instructions.iter().flat_map(|instruction| &instruction.operands).copied().collect();
        for unit in &self.units {
            values.extend(unit.ending.operands());
        }
        for value in values {
            self.read(value);
        }
    }

    /// Notes the ways into each unit.
    pub(super) fn find_sources(&mut self) {
        for from in self.units.ids() {
            let is_call = matches!(self.units[from].ending, Ending::Call { .. });
            for (at, to) in self.units[from].ending.targets().into_iter().enumerate() {
                self.units[to].sources.push(Way { from, continuation: is_call.then_some(at) });
            }
        }
    }

    /// The inputs of a function, the topmost first.
    pub(super) fn parameters(&self) -> Vec<(i32, ValueId)> {
        let inputs = self.read_inputs().filter(|&(_, unit, _)| unit == START);
        let mut parameters: Vec<(i32, ValueId)> = inputs.map(|(value, _, height)| (height, value)).collect();
        parameters.sort_unstable_by_key(|&(height, _)| std::cmp::Reverse(height));
        parameters
    }

    /// What a value turned out to be.
    pub(super) fn resolved(&mut self, value: ValueId) -> ValueId {
        let mut at = value;
        while let Some(&next) = self.same.get(at.index()).filter(|&&next| next != at) {
            // Every second step is skipped by the next search.
            let beyond = self.same[next.index()];
            self.same[at.index()] = beyond;
            at = beyond;
        }
        at
    }
}
