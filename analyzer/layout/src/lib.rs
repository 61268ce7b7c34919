//! Storage layouts: where a contract's state lies, byte by byte, and what an upgrade does to it.
//!
//! # Invariant
//!
//! This crate knows types, slots and bytes. It does not know an opcode, a rule, a severity or a report, it opens no
//! file, and it is total: whatever it cannot lay out is a [`LayoutGap`] in its result, never an error and never a
//! silent absence.

pub mod annotation;
mod constant;
mod declaration;
mod declared;
pub mod diff;
mod documentation;
mod draft;
mod elementary;
pub mod gap;
pub mod layout;
mod names;
pub mod namespace;
mod nesting;
mod packing;
pub mod place;
mod reach;
mod slot_use;
mod solc;
pub mod types;
mod unstructured;
pub mod view;
mod vyper;
pub mod well_known;

pub use annotation::{AnnotationError, AnnotationProblem, Annotations, UnsafeKind, annotations_of};
pub use constant::word as constant_word;
pub use declared::layout_of;
pub use diff::{DiffContext, LayoutChange, LayoutDiff, Leaf, VersionContext, diff};
pub use gap::{GapNames, is_gap, is_gap_named};
pub use layout::{LayoutGap, LayoutOrigin, RawWord, Root, RootKind, Space, StorageLayout, StorageVariable, Visibility};
pub use namespace::namespace_slot;
pub use place::{ByteRange, Place, Slot};
pub use types::{StorageType, TypeId, TypeKind, TypeTable};
pub use view::{LayoutRow, layout_rows};
pub use well_known::{WellKnownContent, WellKnownSlot, well_known_slot};
