//! A contract's storage as declared: roots, variables and what could not be laid out.

use std::sync::Arc;

use uplint_artifact::Span;

use crate::place::{Place, Slot};
use crate::types::{TypeId, TypeTable};

/// Which of the two storages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Persistent storage.
    Storage,
    /// Transient storage (EIP-1153), empty at the start of every transaction.
    Transient,
}

/// Why a root stands where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootKind {
    /// State variables, from slot 0 or the base that `layout at` names.
    Linear,
    /// An annotated namespace (`@custom:storage-location`).
    Namespace {
        /// What follows the annotation, for example `erc7201:openzeppelin.storage.Ownable`.
        id: String,
    },
    /// A struct or value at a slot constant without annotation: diamond storage, unstructured storage, EIP-1967.
    Unstructured {
        /// Name of the constant or of the well-known slot.
        name: String,
    },
}

/// Where a root's layout was taken from; it bounds how much may be called proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayoutOrigin {
    /// Printed by the compiler.
    Compiler,
    /// Packed from the syntax tree by the language's rules.
    SyntaxTree,
    /// Recovered from bytecode.
    Bytecode,
}

/// A run of variables that share a base slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Why it stands there.
    pub kind: RootKind,
    /// Persistent or transient.
    pub space: Space,
    /// Base slot; places of `variables` are absolute and already include it.
    pub base: Slot,
    /// Of a namespace: the slot constant that the code really uses, where it was found in the source.
    pub used_base: Option<Slot>,
    /// Variables in ascending order of their place.
    pub variables: Vec<StorageVariable>,
    /// Where it was taken from.
    pub origin: LayoutOrigin,
    /// Its declaration: the struct of a namespace, the constant of an unstructured slot, the contract.
    pub span: Option<Span>,
    /// Name of the contract or library that declares it.
    pub declared_in: Option<Arc<str>>,
}

/// A state variable, or a member of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageVariable {
    /// Its name.
    pub label: String,
    /// Its type.
    pub ty: TypeId,
    /// Its bytes: absolute for a variable of a root, relative to the struct for a member.
    pub place: Place,
    /// Name of the contract (or struct) that declares it.
    pub declared_in: Option<Arc<str>>,
    /// Its declaration.
    pub span: Option<Span>,
    /// Old label that `@custom:oz-renamed-from` names.
    pub renamed_from: Option<String>,
    /// Old type label that `@custom:oz-retyped-from` names.
    pub retyped_from: Option<String>,
    /// Whether the contract's code refers to it, `None` when that is not known.
    pub is_referenced: Option<bool>,
    /// Who may read it by name, `None` without a syntax tree and for members of structs.
    pub visibility: Option<Visibility>,
}

/// Visibility of a state variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Has a getter.
    Public,
    /// Seen by derived contracts.
    Internal,
    /// Seen by its own contract alone.
    Private,
}

/// Something that could not be laid out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayoutGap {
    /// What is missing and why, as a message for a reader.
    pub message: String,
    /// The declaration concerned.
    pub span: Option<Span>,
    /// Whether a change could hide behind it; without this the gap is a note.
    pub may_hide_change: bool,
}

/// A word that assembly accesses by the number of its slot although a state variable lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawWord {
    /// Its bytes.
    pub place: Place,
    /// The constant that names the slot.
    pub span: Option<Span>,
    /// Whether the code stores to it.
    pub is_stored: bool,
}

/// All storage that a contract declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageLayout {
    /// Roots: the linear one first, then namespaces and others by base slot; persistent before transient.
    pub roots: Vec<Root>,
    /// Types of all variables.
    pub types: TypeTable,
    /// Words over state variables that assembly accesses by number, ascending by slot.
    pub raw_words: Vec<RawWord>,
    /// What could not be laid out.
    pub gaps: Vec<LayoutGap>,
}
