//! What a comparison says: changes by fate and cause, each with everything that a message needs.
//!
//! Every value stands for itself; a reader needs neither layout to print it.

use std::sync::Arc;

use uplint_artifact::Span;

use crate::layout::{LayoutGap, RootKind, Space};
use crate::place::{Place, Slot};

/// A run of bytes with a meaning: a variable, a member of a struct, or an entry of a mapping or array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Persistent or transient.
    pub space: Space,
    /// The root it belongs to.
    pub root: RootKind,
    /// Its path: `config.owner` for a member, `positions{}.amount` in a mapping's value, `queue[].id` in an array.
    pub label: String,
    /// Its bytes: absolute, unless [`is_relative`](Self::is_relative).
    pub place: Place,
    /// Whether the place counts from the start of a mapping's value or of an array's element.
    pub is_relative: bool,
    /// Its type as the source language spells it.
    pub type_label: String,
    /// Name of the contract (or struct) that declares it.
    pub declared_in: Option<Arc<str>>,
    /// Its declaration.
    pub span: Option<Span>,
    /// Whether it only reserves bytes.
    pub is_gap: bool,
}

/// A leaf at its old and its new bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedLeaf {
    /// Where its value lies.
    pub old: Leaf,
    /// Where the new code looks for it.
    pub new: Leaf,
    /// What the new code takes its old bytes for; the first few, in ascending order.
    pub now_covered_by: Vec<Leaf>,
    /// Why its encoding no longer fits either.
    pub encoding_change: Option<TypeReason>,
}

/// Where a variable is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageClass {
    /// In persistent storage.
    Storage,
    /// In transient storage, empty at the start of every transaction.
    Transient,
    /// In the code, as a `constant`.
    Constant,
    /// In the code, as an `immutable`.
    Immutable,
}

impl std::fmt::Display for StorageClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            StorageClass::Storage => "a storage variable",
            StorageClass::Transient => "`transient`",
            StorageClass::Constant => "`constant`",
            StorageClass::Immutable => "`immutable`",
        })
    }
}

/// A variable that takes no persistent storage: a constant, an immutable, a transient variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnstoredVariable {
    /// Its name.
    pub label: String,
    /// Where it is kept instead.
    pub class: StorageClass,
    /// Name of the contract that declares it.
    pub declared_in: Option<Arc<str>>,
    /// Its declaration.
    pub span: Option<Span>,
    /// Its value as the source spells it, where the declaration gives one.
    pub value: Option<String>,
}

/// What happened to a lock of Vyper's `@nonreentrant`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockChange {
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It went to transient storage.
    MadeTransient,
}

/// The declaration that is responsible for moved leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveCause {
    /// New variables before them.
    Inserted {
        /// The new variables, as whole declarations.
        leaves: Vec<Leaf>,
    },
    /// Variables before them are gone.
    Removed {
        /// The variables that are gone, as whole declarations.
        leaves: Vec<Leaf>,
    },
    /// Other variables stand before them now.
    Replaced {
        /// Variables that are gone.
        removed: Vec<Leaf>,
        /// Variables in their place.
        inserted: Vec<Leaf>,
    },
    /// A variable before them takes more or fewer bytes.
    Resized {
        /// It in the old version.
        old: Box<Leaf>,
        /// It in the new version.
        new: Box<Leaf>,
    },
    /// Declarations stand in another order.
    Reordered {
        /// The declarations that were taken to another place, as they stand in the new version.
        leaves: Vec<Leaf>,
    },
    /// Base contracts were added, removed or put into another order.
    BasesChanged {
        /// Linearized bases of the old version, most basic first.
        old_bases: Vec<Arc<str>>,
        /// Linearized bases of the new version, most basic first.
        new_bases: Vec<Arc<str>>,
    },
    /// A gap before them ends elsewhere than it did.
    Gap {
        /// The gap in the old version.
        old: Option<Box<Leaf>>,
        /// The gap in the new version.
        new: Option<Box<Leaf>>,
        /// New variables in front of it, for which it should have made room.
        inserted: Vec<Leaf>,
        /// Number of elements with which nothing would move, where there is one.
        expected_len: Option<u64>,
    },
    /// The base of the linear layout changed (`layout at`).
    LayoutBase {
        /// First slot of the old version.
        old: Slot,
        /// First slot of the new version.
        new: Slot,
    },
    /// A namespace, or a struct at a slot constant, is at another slot.
    RootSlot {
        /// The root in the old version.
        root: RootKind,
        /// The root in the new version; another one when its identifier changed.
        new_root: RootKind,
        /// Its old slot.
        old: Slot,
        /// Its new slot.
        new: Slot,
        /// Its declaration in the new version.
        span: Option<Span>,
    },
    /// The leaves left the linear layout for a namespace.
    ToNamespace {
        /// The namespace.
        root: RootKind,
        /// Its declaration in the new version.
        span: Option<Span>,
    },
    /// The leaves left a namespace for the linear layout.
    FromNamespace {
        /// The namespace.
        root: RootKind,
    },
    /// A variable before them became, or stopped being, constant, immutable or transient.
    ClassChanged {
        /// The variable in the version that stores it.
        leaf: Box<Leaf>,
        /// Its declaration in the new version.
        new_span: Option<Span>,
        /// Where it was kept.
        from: StorageClass,
        /// Where it is kept.
        to: StorageClass,
    },
    /// A lock of Vyper's `@nonreentrant` before them came or went.
    Lock {
        /// The lock.
        leaf: Box<Leaf>,
        /// What happened to it.
        change: LockChange,
    },
}

/// Why an encoding no longer fits, or means something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeReason {
    /// The kinds have nothing in common.
    Kind,
    /// An integer with and one without a sign.
    Sign,
    /// Narrower than before: high bytes are cut off.
    Narrowed,
    /// A wider `intN`: stored negative numbers are not sign-extended.
    SignedWidened,
    /// `bytesN` of another length: stored bytes would shift.
    FixedBytesWidth,
    /// Values of an integer that an `enum` or `bool` does not have.
    OutOfRange,
    /// Members of an enum or flag were put in another order, inserted or removed.
    EnumMembers {
        /// The first member that is not where it was.
        member: String,
    },
    /// Elements of an array take another number of bytes.
    ElementStride,
    /// Keys of a mapping no longer have the same preimage.
    MappingKey {
        /// Old key type.
        old: String,
        /// New key type.
        new: String,
    },
    /// A bounded Vyper type whose bound became smaller.
    Bound,
    /// The underlying type of a user-defined value type changed so.
    Underlying(Box<TypeReason>),
    /// Same width, but a number, an address or raw bytes instead of one another.
    Meaning,
    /// A number of more bits than an address takes, in the place of one.
    WiderMeaning,
    /// The entries of a mapping or array lie elsewhere within it.
    Entries,
}

impl std::fmt::Display for TypeReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            TypeReason::Kind => "the two encodings have nothing in common",
            TypeReason::Sign => "one has a sign and the other has none",
            TypeReason::Narrowed => "the new type is narrower",
            TypeReason::SignedWidened => "stored negative numbers are not sign-extended",
            TypeReason::FixedBytesWidth => "stored bytes stand at another offset in a type of another length",
            TypeReason::OutOfRange => "stored values may lie outside the new type's range",
            TypeReason::EnumMembers { member } => return write!(f, "member `{member}` no longer has its value"),
            TypeReason::ElementStride => "elements take another number of bytes",
            TypeReason::MappingKey { old, new } => {
                return write!(f, "not every key of type `{old}` hashes alike as a key of type `{new}`");
            }
            TypeReason::Bound => "the new bound is smaller",
            TypeReason::Underlying(reason) => return write!(f, "the underlying type changed: {reason}"),
            TypeReason::Meaning => "the same bytes are taken for something else",
            TypeReason::WiderMeaning => "an address is taken for a wider number",
            TypeReason::Entries => "its entries lie elsewhere within it",
        })
    }
}

/// Why a renamed leaf is known to be the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenameProof {
    /// `@custom:oz-renamed-from` says so.
    Annotation,
    /// One label contains the other, or they differ in case, underscores or marks such as `deprecated`.
    RelatedLabels,
    /// The new label marks it as no longer used.
    Retired,
    /// The last element of its path is the same: it went into a struct, or out of one.
    Regrouped,
    /// Only one thing of that kind can be meant, such as a lock.
    OnlyOne,
}

/// Why a new leaf does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdditionPlace {
    /// Behind everything that its root held.
    End,
    /// Bytes that nothing used.
    Padding,
    /// Bytes that a gap reserved.
    Gap,
    /// A root that is new.
    NewRoot,
}

/// One change, by fate and cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutChange {
    /// Leaves are looked for in other bytes.
    Moved {
        /// What is responsible.
        cause: MoveCause,
        /// All leaves that it moves, in ascending order of their old place.
        leaves: Vec<MovedLeaf>,
    },
    /// The same bytes in an encoding that does not fit.
    TypeChanged {
        /// The leaf in the old version.
        old: Leaf,
        /// The leaf in the new version.
        new: Leaf,
        /// Why it does not fit.
        reason: TypeReason,
        /// Other leaves of the new version that the same declaration changes.
        also: Vec<Leaf>,
    },
    /// The same bytes and values, taken for something else.
    Reinterpreted {
        /// The leaf in the old version.
        old: Leaf,
        /// The leaf in the new version.
        new: Leaf,
        /// Other leaves of the new version that the same declaration changes.
        also: Vec<Leaf>,
    },
    /// The leaf is gone and its bytes stay as they are.
    Removed {
        /// The leaf; its type label names the removed elements of an array that shrank.
        leaf: Leaf,
        /// Moved leaves that read its bytes now; empty when nothing does.
        covered_by: Vec<Leaf>,
        /// Other leaves of the old version that go with the same declaration.
        also: Vec<Leaf>,
        /// The array in the new version, when only its last elements are gone.
        shrunk: Option<Box<Leaf>>,
    },
    /// Same bytes and encoding under another name.
    Renamed {
        /// The leaf in the old version; a whole struct where all its members only changed their prefix.
        old: Leaf,
        /// The leaf in the new version.
        new: Leaf,
        /// Why it is the same one; `None` when nothing says so.
        proof: Option<RenameProof>,
    },
    /// A member of an enum or flag has another name.
    MemberRenamed {
        /// The leaf in the new version.
        leaf: Leaf,
        /// Old and new names.
        members: Vec<(String, String)>,
    },
    /// A leaf without an old identity lies over bytes of leaves that are gone.
    Collision {
        /// The leaf in the new version.
        new: Leaf,
        /// What held its bytes; the first few, in ascending order.
        olds: Vec<Leaf>,
    },
    /// The gap at the end of a root ends elsewhere, and nothing lies behind it.
    GapEndChanged {
        /// The gap in the old version.
        old: Option<Leaf>,
        /// The gap in the new version.
        new: Option<Leaf>,
        /// Number of elements with which the end would stay, where there is one.
        expected_len: Option<u64>,
        /// Whether the contract is abstract, so that variables of other contracts follow.
        is_abstract: bool,
        /// First byte behind the old root, as slot and offset.
        old_end: (Slot, u8),
        /// First byte behind the new root, as slot and offset.
        new_end: (Slot, u8),
    },
    /// A variable left persistent storage or entered it, and nothing else moved.
    ClassChanged {
        /// The variable in the version that stores it.
        leaf: Leaf,
        /// The variable in the version that does not.
        unstored: UnstoredVariable,
        /// Where it was kept.
        from: StorageClass,
        /// Where it is kept.
        to: StorageClass,
        /// Whether its stored value is lost: `transient` starts empty.
        loses_value: bool,
        /// Leaves that it moves are a [`Moved`](Self::Moved) of their own with this as its cause.
        moves: bool,
    },
    /// A namespace or a struct at a slot constant is gone, and nothing lies over it.
    RootRemoved {
        /// The root.
        root: RootKind,
        /// Its slot.
        slot: Slot,
        /// Its leaves.
        leaves: Vec<Leaf>,
        /// Its declaration in the old version.
        span: Option<Span>,
    },
    /// A new leaf over bytes that no leaf of the old version used.
    Added {
        /// The leaf in the new version.
        leaf: Leaf,
        /// Whose bytes it takes.
        place: AdditionPlace,
    },
    /// A compatible change of a type: wider, longer, one more member.
    Extended {
        /// The leaf in the old version.
        old: Leaf,
        /// The leaf in the new version.
        new: Leaf,
    },
}

/// Whether the old code could be put back over the state of the new one, as far as layouts tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollback {
    /// What stands against it. `old` and `new` are those of the way back: `old` is the version to be rolled back from.
    pub blockers: Vec<LayoutChange>,
}

impl Rollback {
    /// Whether nothing stands against it.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.blockers.is_empty()
    }
}

/// The comparison of two layouts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayoutDiff {
    /// Changes in a fixed order. Transient storage is not compared: it never outlives a transaction.
    pub changes: Vec<LayoutChange>,
    /// Whether the upgrade could be rolled back.
    pub rollback: Rollback,
    /// What could not be compared.
    pub gaps: Vec<LayoutGap>,
}
