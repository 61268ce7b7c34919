//! Which values are the same number whenever they are computed, and which blocks are never reached for that reason?
//!
//! Forward. The lattice of a value is `Never < Number(n) < Any`, so that facts rise at most twice. Operations on numbers
//! are computed; a branch on a number is taken to one side only (Wegman and Zadeck, "Constant Propagation with
//! Conditional Branches", 1991). Whatever memory, storage, call data or the chain brings is `Any`, and so are words that
//! are unknown. Calls of a function from several places are not told apart.

use alloy_primitives::U256;

use crate::ssa::{Definition, Instruction, Program, Terminator};
use crate::term::compute;

use super::{Analysis, Direction, JoinSemilattice, Solution, solve};

/// What a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// It is never computed.
    Never,
    /// It is always this number.
    Number(U256),
    /// It may be any number.
    Any,
}

impl JoinSemilattice for Constant {
    const BOTTOM: Self = Self::Never;

    fn join(&mut self, other: &Self) -> bool {
        let joined = match (*self, *other) {
            (known, Self::Never) => known,
            (Self::Never, other) => other,
            (known, other) if known == other => known,
            _ => Self::Any,
        };
        let has_risen = joined != *self;
        *self = joined;
        has_risen
    }
}

/// The analysis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constants;

impl Analysis for Constants {
    type Fact = Constant;

    const DIRECTION: Direction = Direction::Forward;

    fn boundary(&self, definition: &Definition) -> Constant {
        match definition {
            Definition::Constant(number) => Constant::Number(*number),
            Definition::Unknown => Constant::Any,
            _ => Constant::Never,
        }
    }

    fn transfer(&self, instruction: &Instruction, given: &[Constant]) -> Constant {
        let mut numbers = Vec::with_capacity(given.len());
        for fact in given {
            match fact {
                Constant::Never => return Constant::Never,
                Constant::Number(number) => numbers.push(*number),
                Constant::Any => {}
            }
        }
        if numbers.len() < given.len() {
            return Constant::Any;
        }
        compute(instruction.opcode, &numbers).map_or(Constant::Any, Constant::Number)
    }

    fn takes(&self, end: &Terminator, edge: usize, given: &Constant) -> bool {
        match (end, given) {
            (Terminator::Branch { .. }, Constant::Never) => false,
            (Terminator::Branch { .. }, Constant::Number(number)) => number.is_zero() == (edge == 1),
            _ => true,
        }
    }
}

/// The constants of a program.
pub fn constants(program: &Program) -> Solution<Constant> {
    solve(program, &Constants)
}
