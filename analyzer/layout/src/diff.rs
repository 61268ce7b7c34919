//! What an upgrade does to storage: will the new code find, in the bytes it reads, a value of the meaning and the
//! encoding that it expects?
//!
//! Both versions are turned into leaves, and leaves are compared by position, encoding and identity. Every old leaf has
//! exactly one fate; a fate that has a cause is reported once for each cause. Nothing here fails: what cannot be
//! compared is a gap.

use std::sync::Arc;

mod change;

pub use change::{
    AdditionPlace, LayoutChange, LayoutDiff, Leaf, LockChange, MoveCause, MovedLeaf, RenameProof, Rollback,
    StorageClass, TypeReason, UnstoredVariable,
};

use crate::gap::GapNames;
use crate::layout::StorageLayout;

/// What a layout does not say about its version.
#[derive(Clone, Debug, Default)]
pub struct VersionContext {
    /// Names of the linearized base contracts, most basic first, the contract itself last; empty when unknown.
    pub bases: Vec<Arc<str>>,
    /// Whether the contract is abstract, so that variables of other contracts follow its own.
    pub is_abstract: bool,
    /// Constants, immutables and transient variables.
    pub unstored: Vec<UnstoredVariable>,
}

/// What two layouts do not say about their versions.
#[derive(Clone, Debug, Default)]
pub struct DiffContext {
    /// The old version.
    pub old: VersionContext,
    /// The new version.
    pub new: VersionContext,
    /// Names under which the project reserves storage.
    pub gap_names: GapNames,
}

/// Two roots of one version that share bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootOverlap {
    /// The leaf that starts first.
    pub first: Leaf,
    /// A leaf of another root over the same bytes.
    pub second: Leaf,
}

/// Compares two layouts.
#[must_use]
pub fn diff(_old: &StorageLayout, _new: &StorageLayout, _context: &DiffContext) -> LayoutDiff {
    LayoutDiff::default()
}

/// Roots of one version that share bytes, one pair of leaves for each pair of roots.
#[must_use]
pub fn overlaps(_layout: &StorageLayout) -> Vec<RootOverlap> {
    Vec::new()
}

/// Leaves of one version that hold a pointer to an internal function, at any depth.
#[must_use]
pub fn internal_functions(_layout: &StorageLayout) -> Vec<Leaf> {
    Vec::new()
}
