//! EVM bytecode: disassembly, the compiler's trailer, and the hard fork that code needs.
//!
//! # Invariant
//!
//! This crate is a leaf. It knows bytes, opcodes and hard forks; it does not know Solidity, storage layouts, artifacts
//! or rules. It is total: hostile bytecode is normal input, and every function here runs in time and space linear in
//! the length of the code.

pub mod hard_fork;
pub mod instruction;
pub mod reach;
pub mod trailer;

pub use hard_fork::{HardFork, NEWEST_HARD_FORK, hard_fork_name, hard_fork_named, introduced_in};
pub use instruction::{Instruction, Instructions, Pc, disassemble, instructions};
pub use reach::{Reach, reach};
pub use trailer::without_metadata;
