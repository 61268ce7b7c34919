//! Which values have a part in anything that the code does?
//!
//! Backward. The lattice of a value is `No < Yes`, so that facts rise once. What a write, a log, a call, a branch or an
//! end takes is needed, and what a needed value is computed from. Memory is not followed: whatever is written to it is
//! needed. The result of an instruction that only computes or reads, and that is not needed, could be left out.

use revm_bytecode::opcode as op;

use crate::ssa::{Definition, Instruction, Program, Terminator};

use super::{Analysis, Direction, JoinSemilattice, Solution, solve};

/// Whether a value is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// Nothing depends on it.
    No,
    /// Something may depend on it.
    Yes,
}

impl JoinSemilattice for Need {
    const BOTTOM: Self = Self::No;

    fn join(&mut self, other: &Self) -> bool {
        let has_risen = *self == Self::No && *other == Self::Yes;
        if has_risen {
            *self = Self::Yes;
        }
        has_risen
    }
}

/// The analysis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Needs;

impl Analysis for Needs {
    type Fact = Need;

    const DIRECTION: Direction = Direction::Backward;

    fn boundary(&self, _definition: &Definition) -> Need {
        Need::No
    }

    fn transfer(&self, instruction: &Instruction, given: &[Need]) -> Need {
        if has_effect(instruction.opcode) { Need::Yes } else { given.first().copied().unwrap_or(Need::Yes) }
    }

    fn end(&self, end: &Terminator) -> Need {
        match end {
            // What functions need of their arguments, and callers of results, follows from themselves.
            Terminator::Call { .. } | Terminator::Return { .. } => Need::No,
            _ => Need::Yes,
        }
    }
}

/// Whether an instruction does more than to compute or read a word.
fn has_effect(opcode: u8) -> bool {
    matches!(
        opcode,
        op::MSTORE
            | op::MSTORE8
            | op::SSTORE
            | op::TSTORE
            | op::MCOPY
            | op::CALLDATACOPY
            | op::CODECOPY
            | op::EXTCODECOPY
            | op::RETURNDATACOPY
            | op::LOG0..=op::LOG4
            | op::CREATE..=op::CALLCODE
            | op::DELEGATECALL
            | op::CREATE2
            | op::STATICCALL
    )
}

/// What is needed in a program.
pub fn needed(program: &Program) -> Solution<Need> {
    solve(program, &Needs)
}
