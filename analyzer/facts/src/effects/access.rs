//! Which bytes of which slot are read or written.

use std::fmt;

use uplint_bytecode::{Pc, opcode as op};
use uplint_layout::ByteRange;

use super::slot_expr::SlotExpr;
use super::word::Word;

/// Which of the two storages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessSpace {
    /// Persistent storage.
    Storage,
    /// Transient storage (EIP-1153).
    Transient,
}

impl AccessSpace {
    /// The storage that a load or a store is of.
    pub(super) fn of(opcode: u8) -> Self {
        if matches!(opcode, op::TLOAD | op::TSTORE) { Self::Transient } else { Self::Storage }
    }
}

impl fmt::Display for AccessSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Storage => "storage",
            Self::Transient => "transient",
        })
    }
}

/// Reading or writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
}

/// An access to storage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageAccess {
    /// The instruction.
    pub pc: Pc,
    /// Which storage.
    pub space: AccessSpace,
    /// Reading or writing.
    pub kind: AccessKind,
    /// The slot.
    pub slot: SlotExpr,
    /// The bytes within the slot, in ascending order. What is used or put there apart is told apart.
    pub bytes: Vec<ByteRange>,
    /// What is written, for a write. Where only some bytes are, what is put there, moved down to the lowest of them; what it
    /// has in bytes that do not change says nothing.
    pub value: Option<Word>,
}
