//! EVM bytecode: disassembly, the compiler's trailer, and the hard fork that code needs.
//!
//! # Invariant
//!
//! This crate is a leaf. It knows bytes, opcodes and hard forks; it does not know Solidity, storage layouts, artifacts
//! or rules. It is total: hostile bytecode is normal input, and every function here runs in time and space linear in
//! the length of the code.

pub mod code;
pub mod coverage;
pub mod dispatch;
pub mod hard_fork;
pub mod instruction;
pub mod lift;
pub mod reach;
pub mod term;
pub mod trailer;

pub use code::Code;
pub use coverage::{Coverage, CoverageGap, Unknown};
pub use dispatch::{Dispatch, Entry, Selector, dispatch};
pub use hard_fork::{HardFork, NEWEST_HARD_FORK, hard_fork_name, hard_fork_named, introduced_in};
pub use instruction::{Instruction, Instructions, Pc, disassemble, instructions};
pub use lift::{Lifted, lift, lift_with};
pub use reach::{Reach, reach};
pub use term::compute;
pub use term::{FunctionId, NodeId, Term, TermId, Terms};
pub use trailer::without_metadata;

/// Opcodes by their names.
pub use revm_bytecode::opcode;

/// The name of an opcode; `UNKNOWN` for one that no hard fork defines.
pub fn opcode_name(opcode: u8) -> &'static str {
    opcode::OpCode::new(opcode).map_or("UNKNOWN", |known| known.info().name())
}
