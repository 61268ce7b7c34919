//! Words that assembly keeps at slots of its own choice: which of them went to another slot, and over which of them a
//! state variable lies.
//!
//! Such a word has no name that an upgrade keeps. Where one is gone and one of its type is new, both may be the same
//! value; nothing proves it.

use super::change::Leaf;
use super::leaves::Side;
use crate::gap::GapNames;
use crate::layout::{RootKind, Space, StorageLayout};
use crate::types::TypeKind;
use crate::well_known::well_known_slot;

/// A word that may have gone to another slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelocatedWord {
    /// Where its value lies.
    pub old: Leaf,
    /// Where the new code may look for it.
    pub new: Leaf,
}

/// A state variable over a word that assembly accesses by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableOverWord {
    /// The variable, the first that shares bytes with the word.
    pub variable: Leaf,
    /// Whether the code stores to the word.
    pub is_stored: bool,
}

/// Words that are gone, each with one of its type that is new, in the order of their slots. Slots that standards name
/// are no others.
#[must_use]
pub fn relocated_words(old: &StorageLayout, new: &StorageLayout) -> Vec<RelocatedWord> {
    let names = GapNames::default();
    let (old_side, new_side) =
        (Side::of_layout(old, Space::Storage, &names), Side::of_layout(new, Space::Storage, &names));
    let gone = words_missing_in(&old_side, &new_side, new);
    let mut come = words_missing_in(&new_side, &old_side, old);
    let mut found = Vec::new();
    for old_at in gone {
        let is_any = |side: &Side<'_>, at: usize| side.types[side.leaves[at].ty].kind == TypeKind::Word;
        let label = |side: &Side<'_>, at: usize| side.types[side.leaves[at].ty].label.clone();
        let fits = |&new_at: &usize| {
            is_any(&old_side, old_at)
                || is_any(&new_side, new_at)
                || label(&old_side, old_at) == label(&new_side, new_at)
        };
        if let Some(at) = come.iter().position(fits) {
            found.push(RelocatedWord { old: old_side.leaf(old_at), new: new_side.leaf(come.remove(at)) });
        }
    }
    found
}

/// Leaves that are the only one of a root without annotation, of which the other side has neither the name nor the slot.
fn words_missing_in(side: &Side<'_>, other: &Side<'_>, other_layout: &StorageLayout) -> Vec<usize> {
    let is_known = |at: usize| {
        let root = &side.roots[at];
        other.roots.iter().any(|known| known.kind == root.kind || known.base == root.base)
            || other_layout.raw_words.iter().any(|word| word.place.slot == root.base)
            || well_known_slot(root.base).is_some()
    };
    (0..side.roots.len())
        .filter(|&at| matches!(side.roots[at].kind, RootKind::Unstructured { .. }) && !is_known(at))
        .filter_map(|at| (side.roots[at].leaves.len() == 1).then_some(side.roots[at].leaves.start))
        .collect()
}

/// State variables over words that assembly accesses by number, in the order of their slots.
#[must_use]
pub fn variables_over_words(layout: &StorageLayout) -> Vec<VariableOverWord> {
    if layout.raw_words.is_empty() {
        return Vec::new();
    }
    let side = Side::of_layout(layout, Space::Storage, &GapNames::default());
    let linear: Vec<usize> =
        side.roots.iter().filter(|root| root.kind == RootKind::Linear).flat_map(|root| root.leaves.clone()).collect();
    let over = layout.raw_words.iter().filter_map(|word| {
        // Leaves of one root ascend and do not overlap.
        let first = linear.partition_point(|&at| side.leaves[at].place.end() <= (word.place.slot, word.place.offset));
        let &at = linear.get(first).filter(|&&at| side.leaves[at].place.overlaps(word.place))?;
        Some(VariableOverWord { variable: side.leaf(at), is_stored: word.is_stored })
    });
    over.collect()
}
