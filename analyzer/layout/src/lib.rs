//! Storage layouts: where a contract's state lies, byte by byte, and what an upgrade does to it.
//!
//! # Invariant
//!
//! This crate knows types, slots and bytes. It does not know an opcode, a rule, a severity or a report, it opens no
//! file, and it is total: whatever it cannot lay out is a [`LayoutGap`] in its result, never an error and never a
//! silent absence.

pub mod diff;
pub mod gap;
pub mod layout;
pub mod place;
pub mod types;

pub use diff::{DiffContext, LayoutChange, LayoutDiff, Leaf, VersionContext, diff};
pub use gap::{GapNames, is_gap, is_gap_named};
pub use layout::{LayoutGap, LayoutOrigin, Root, RootKind, Space, StorageLayout, StorageVariable, Visibility};
pub use place::{ByteRange, Place, Slot};
pub use types::{StorageType, TypeId, TypeKind, TypeTable};
