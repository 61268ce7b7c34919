//! How low in memory an address can be.
//!
//! A computed address is a sum: of where something begins and of how far into it the code reaches. Compilers never go
//! below the beginning, so that what lies lower stays what it was. Assumed are three things, which hold for the output of
//! compilers: sums of addresses do not wrap around; a function that is given an address, and code that loads one from
//! memory, is given one behind the 96 bytes that compilers keep for themselves; and what a callee is really given counts
//! for what its caller knows.

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::term::{NodeId, Term, TermId, Terms};

use super::Lifter;

/// Where compilers begin to allocate: solc at 0x80, with a word that stays zero below it, Vyper at 0x40 and above.
const POINTERS: u64 = 0x60;

/// Most terms that are looked at for one address.
const MAX_LOOKS: u32 = 48;

/// Numbers above this one are negative.
const HIGHEST: u64 = 1 << 40;

/// The lowest that an address can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Floor {
    /// In bytes.
    pub(super) low: u64,
    /// The word of the function's caller that it is not below, by its place below the top.
    pub(super) parameter: Option<u32>,
}

impl Floor {
    /// An address that can be anywhere.
    const NONE: Self = Self { low: 0, parameter: None };

    /// The floor of a constant address.
    pub(super) fn of(terms: &Terms, address: TermId) -> Self {
        let number = terms.number(address).and_then(|number| u64::try_from(number).ok());
        Self { low: number.filter(|&number| number < HIGHEST).unwrap_or(0), parameter: None }
    }

    /// A number is added.
    fn plus(self, offset: i64) -> Self {
        Self { low: self.low.saturating_add_signed(offset), parameter: self.parameter.filter(|_| offset >= 0) }
    }

    /// Another word is added.
    fn and(self, other: Self) -> Self {
        Self { low: self.low.saturating_add(other.low), parameter: self.parameter.or(other.parameter) }
    }

    /// It is one of two.
    fn or(self, other: Self) -> Self {
        let parameter = self.parameter.filter(|_| self.parameter == other.parameter);
        Self { low: self.low.min(other.low), parameter }
    }
}

impl Lifter<'_> {
    /// How low an address that a node uses can be. The node is interpreted anew when that changes.
    pub(super) fn floor(&mut self, node: NodeId, address: TermId) -> Floor {
        if self.terms.number(address).is_some() {
            return Floor::of(&self.terms, address);
        }
        let mut budget = MAX_LOOKS;
        let floor = self.floor_of(node, address, &mut Vec::new(), &mut budget);
        self.steps += u64::from((MAX_LOOKS - budget) / 4);
        floor.unwrap_or(Floor::NONE)
    }

    /// `None` for a word that is met on the way to itself: what a loop adds is not lower than where it began.
    fn floor_of(&mut self, node: NodeId, word: TermId, path: &mut Vec<TermId>, budget: &mut u32) -> Option<Floor> {
        let Some(left) = budget.checked_sub(1) else { return Some(Floor::NONE) };
        *budget = left;
        match self.terms.get(word) {
            Term::Constant(_) => Some(Floor::of(&self.terms, word)),
            Term::Parameter { function, slot } => {
                let is_own = function == self.nodes[node].function;
                Some(Floor { low: POINTERS, parameter: is_own.then_some(slot) })
            }
            Term::Result { pc, .. } if self.code.opcode_at(pc.0 as usize) == op::MLOAD => {
                Some(Floor { low: POINTERS, parameter: None })
            }
            Term::InCall { term, .. } => {
                let floor = self.floor_of(node, term, path, budget)?;
                Some(Floor { parameter: None, ..floor })
            }
            Term::Join { .. } | Term::Returned { .. } => self.floor_of_inputs(node, word, path, budget),
            Term::Operation { opcode: op::ADD, operands } => {
                let (left, right) = (operands[0], operands[1]);
                // The operations keep numbers in the first place or in the second.
                for (number, other) in [(left, right), (right, left)] {
                    if let Some(number) = self.terms.number(number).copied() {
                        let offset = i64::try_from(number).ok().filter(|&offset| offset < 1 << 40);
                        let offset =
                            offset.or_else(|| i64::try_from(number.wrapping_neg()).ok().map(i64::wrapping_neg));
                        return match (self.floor_of(node, other, path, budget), offset) {
                            (Some(floor), Some(offset)) => Some(floor.plus(offset)),
                            (None, Some(offset)) if offset >= 0 => None,
                            _ => Some(Floor::NONE),
                        };
                    }
                }
                let floors = (self.floor_of(node, left, path, budget), self.floor_of(node, right, path, budget));
                Some(floors.0?.and(floors.1?))
            }
            // Rounded down to whole words.
            Term::Operation { opcode: op::AND, operands } => {
                let (left, right) = (operands[0], operands[1]);
                let rounds = |mask: TermId| self.terms.number(mask).map(|mask| (!*mask).wrapping_add(U256::ONE));
                let step = |mask: TermId| {
                    rounds(mask).and_then(|step| u64::try_from(step).ok()).filter(|step| step.is_power_of_two())
                };
                let (step, word) = match (step(left), step(right)) {
                    (Some(step), _) => (step, right),
                    (_, Some(step)) => (step, left),
                    _ => return Some(Floor::NONE),
                };
                let floor = self.floor_of(node, word, path, budget)?;
                Some(Floor { low: floor.low / step * step, parameter: None })
            }
            _ => Some(Floor::NONE),
        }
    }

    /// The floor of a word that several meet in.
    fn floor_of_inputs(
        &mut self,
        node: NodeId,
        word: TermId,
        path: &mut Vec<TermId>,
        budget: &mut u32,
    ) -> Option<Floor> {
        if path.contains(&word) {
            return None;
        }
        self.users.entry(word).or_default().insert(node);
        let inputs = self.inputs.get(&word).cloned().unwrap_or_default();
        if inputs.words.is_empty() || inputs.has_more {
            return Some(Floor::NONE);
        }
        path.push(word);
        let mut lowest: Option<Floor> = None;
        for input in inputs.words {
            if let Some(floor) = self.floor_of(node, input, path, budget) {
                lowest = Some(lowest.map_or(floor, |lowest| lowest.or(floor)));
            }
        }
        path.pop();
        lowest
    }
}
