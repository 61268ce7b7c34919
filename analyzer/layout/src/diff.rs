//! What an upgrade does to storage: will the new code find, in the bytes it reads, a value of the meaning and the
//! encoding that it expects?
//!
//! Both versions are turned into leaves, and leaves are compared by position, encoding and identity. Every old leaf has
//! exactly one fate; a fate that has a cause is reported once for each cause. Nothing here fails: what cannot be
//! compared is a gap.

use std::sync::Arc;

mod causes;
mod change;
mod compare;
mod contracts;
mod encoding;
mod gaps;
mod identity;
mod judge;
mod labels;
mod leaves;
mod merge;
mod overlap;
mod raw_words;
mod rollback;
#[cfg(test)]
mod sketch;
#[cfg(test)]
mod tests;

pub use change::{
    AdditionPlace, LayoutChange, LayoutDiff, Leaf, LockChange, MoveCause, MovedLeaf, RenameProof, Rollback,
    StorageClass, TypeReason, UnstoredVariable,
};

pub use overlap::{RootOverlap, internal_functions, overlaps};
pub use raw_words::{RelocatedWord, VariableOverWord, relocated_words, variables_over_words};

use compare::Session;
use leaves::Side;

use crate::gap::GapNames;
use crate::layout::{LayoutGap, Space, StorageLayout};

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

/// Compares two layouts.
#[must_use]
pub fn diff(old: &StorageLayout, new: &StorageLayout, context: &DiffContext) -> LayoutDiff {
    let context = DiffContext {
        old: with_transient(&context.old, old),
        new: with_transient(&context.new, new),
        gap_names: context.gap_names.clone(),
    };
    let (changes, gaps) = compare(old, new, &context);
    let reversed = DiffContext { old: context.new, new: context.old, gap_names: context.gap_names };
    let (changes_back, _) = compare(new, old, &reversed);
    LayoutDiff { changes, rollback: rollback::rollback(changes_back), gaps }
}

fn compare(old: &StorageLayout, new: &StorageLayout, context: &DiffContext) -> (Vec<LayoutChange>, Vec<LayoutGap>) {
    let side = |layout| Side::of_layout(layout, Space::Storage, &context.gap_names);
    let (old_side, new_side) = (side(old), side(new));
    let mut session = Session::new(context);
    session.compare(&old_side, &new_side, 0);
    if session.has_left_out_entries {
        session.gap("there are too many entries of mappings and arrays to compare all of them".to_owned(), None);
    }
    session.gaps.sort();
    session.gaps.dedup();
    (merge::merge(session.changes), session.gaps)
}

/// The context with the transient variables that the layout knows.
fn with_transient(context: &VersionContext, layout: &StorageLayout) -> VersionContext {
    let mut context = context.clone();
    let known: std::collections::BTreeSet<String> =
        context.unstored.iter().map(|variable| variable.label.clone()).collect();
    for root in layout.roots.iter().filter(|root| root.space == Space::Transient) {
        for variable in root.variables.iter().filter(|variable| !known.contains(&variable.label)) {
            context.unstored.push(UnstoredVariable {
                label: variable.label.clone(),
                class: StorageClass::Transient,
                declared_in: variable.declared_in.clone(),
                span: variable.span,
                value: None,
            });
        }
    }
    context
}
