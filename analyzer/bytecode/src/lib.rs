//! EVM bytecode: disassembly, control flow, functions, and what each word that the code computes is.
//!
//! [`lift()`] interprets a code once, forward and abstractly. Its result has every reachable block in every context, the
//! functions that blocks belong to with their ways to return, the effects of each block (loads, stores, calls, logs,
//! hashes) with [terms](term) for their operands, and a [`Coverage`] of what stayed unknown. [`dispatch()`] reads from
//! it which selectors the code answers.
//!
//! ```
//! use uplint_bytecode::{dispatch, lift, opcode};
//!
//! // Answers the selector 0x11223344 by storing the caller in slot 7.
//! let code = [
//!     0x5f, 0x35, 0x60, 0xe0, 0x1c, // the first four bytes of the call data
//!     0x63, 0x11, 0x22, 0x33, 0x44, 0x14, 0x60, 0x10, 0x57, // jump to 0x10 when they are 0x11223344
//!     0x5f, 0xfd, // revert without data
//!     0x5b, 0x33, 0x60, 0x07, 0x55, 0x00, // store the caller in slot 7 and stop
//! ];
//! let lifted = lift(&code);
//! assert!(lifted.coverage.is_complete());
//!
//! let dispatch = dispatch(&lifted);
//! let entry = dispatch.entries[0];
//! assert_eq!(entry.selector, [0x11, 0x22, 0x33, 0x44]);
//!
//! let store = &lifted.nodes[entry.node].effects[0];
//! assert_eq!(store.opcode, opcode::SSTORE);
//! let slot = lifted.terms.number(store.operands()[0]);
//! assert_eq!(slot.map(|slot| slot.to::<u64>()), Some(7));
//! ```
//!
//! From what was lifted, [`ssa::build`] makes a program in static single assignment form, and [`graph::control_flow`] a
//! graph of blocks with dominators and loops. [`dataflow`] asks what holds for the values of a program, and [`sections`]
//! tells instructions from code to deploy, tables, metadata and bytes that nothing uses.
//!
//! # Guarantees
//!
//! A jump, load, store or call that an execution makes is in the result, or the place of the instruction that led away
//! from it is in the coverage. Three assumptions about memory hold for the output of compilers and can be broken by code
//! that is written to break them: sums of addresses do not wrap around; addresses that a function is given, and those
//! that are loaded from memory, lie behind the first 96 bytes, which compilers keep for themselves; and a function that
//! writes to an address that it was given writes there or higher.
//!
//! # Invariant
//!
//! This crate is a leaf. It knows bytes, opcodes and hard forks; it does not know Solidity, storage layouts, artifacts
//! or rules. It is total: hostile bytecode is normal input, and every function here runs in time and space linear in
//! the length of the code.

pub mod code;
pub mod coverage;
pub mod dataflow;
pub mod dispatch;
pub mod graph;
pub mod hard_fork;
pub mod index_vec;
pub mod instruction;
pub mod lift;
pub mod reach;
pub mod section;
pub mod ssa;
pub mod term;
pub mod trailer;
pub mod unresolved;

pub use code::Code;
pub use coverage::{Coverage, CoverageGap, Unknown};
pub use dispatch::{Dispatch, Entry, Selector, dispatch};
pub use hard_fork::{HardFork, NEWEST_HARD_FORK, hard_fork_name, hard_fork_named, introduced_in};
pub use instruction::{Instruction, Instructions, Pc, disassemble, instructions};
pub use lift::{Lifted, lift, lift_with};
pub use reach::{Reach, reach};
pub use section::{Section, SectionKind, sections};
pub use term::compute;
pub use term::{FunctionId, NodeId, Piece, Term, TermId, Terms};
pub use trailer::{metadata_regions, without_metadata};
pub use unresolved::unresolved;

/// Opcodes by their names.
pub use revm_bytecode::opcode;

/// The name of an opcode; `UNKNOWN` for one that no hard fork defines.
pub fn opcode_name(opcode: u8) -> &'static str {
    opcode::OpCode::new(opcode).map_or("UNKNOWN", |known| known.info().name())
}
