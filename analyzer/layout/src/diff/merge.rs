//! One finding for each cause: a struct that several variables use changes once.

use std::collections::HashMap;
use std::mem::discriminant;

use uplint_artifact::Span;

use super::change::{LayoutChange, Leaf, MoveCause, TypeReason};

/// What makes two changes the same declaration's doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Moved(std::mem::Discriminant<MoveCause>, Vec<Span>),
    Type(String, Span, Span),
    Reinterpreted(Span, Span),
    Removed(Span, String),
}

/// Merges changes of one declaration into the first of them.
pub(super) fn merge(changes: Vec<LayoutChange>) -> Vec<LayoutChange> {
    let mut merged: Vec<LayoutChange> = Vec::with_capacity(changes.len());
    let mut first: HashMap<Key, usize> = HashMap::new();
    for change in changes {
        let Some(key) = key(&change) else {
            merged.push(change);
            continue;
        };
        if let Some(&at) = first.get(&key) {
            absorb(&mut merged[at], change);
        } else {
            first.insert(key, merged.len());
            merged.push(change);
        }
    }
    merged
}

fn key(change: &LayoutChange) -> Option<Key> {
    match change {
        LayoutChange::Moved { cause, .. } => Some(Key::Moved(discriminant(cause), cause_spans(cause)?)),
        LayoutChange::TypeChanged { old, new, reason, .. } => {
            let reason = match reason {
                TypeReason::MappingKey { .. } => "key".to_owned(),
                reason => reason.to_string(),
            };
            Some(Key::Type(reason, old.span?, new.span?))
        }
        LayoutChange::Reinterpreted { old, new, .. } => Some(Key::Reinterpreted(old.span?, new.span?)),
        LayoutChange::Removed { leaf, covered_by, .. } if covered_by.is_empty() => {
            Some(Key::Removed(leaf.span?, leaf.type_label.clone()))
        }
        _ => None,
    }
}

/// The declarations of a cause, where each has a place in the source.
fn cause_spans(cause: &MoveCause) -> Option<Vec<Span>> {
    let spans = |leaves: &[Leaf]| leaves.iter().map(|leaf| leaf.span).collect::<Option<Vec<_>>>();
    match cause {
        MoveCause::Inserted { leaves } | MoveCause::Removed { leaves } | MoveCause::Reordered { leaves } => {
            spans(leaves)
        }
        MoveCause::Replaced { removed, inserted } => Some([spans(removed)?, spans(inserted)?].concat()),
        MoveCause::Resized { old, new } => Some(vec![old.span?, new.span?]),
        MoveCause::Gap { old, new, .. } => {
            let span = |leaf: &Option<Box<Leaf>>| leaf.as_ref().map_or(Some(None), |leaf| leaf.span.map(Some));
            Some([span(old)?, span(new)?].into_iter().flatten().collect())
        }
        MoveCause::ClassChanged { leaf, new_span, .. } => Some(vec![leaf.span?, (*new_span)?]),
        MoveCause::BasesChanged { .. }
        | MoveCause::LayoutBase { .. }
        | MoveCause::RootSlot { .. }
        | MoveCause::ToNamespace { .. }
        | MoveCause::FromNamespace { .. }
        | MoveCause::Lock { .. } => None,
    }
}

fn absorb(into: &mut LayoutChange, change: LayoutChange) {
    match (into, change) {
        (LayoutChange::Moved { leaves, .. }, LayoutChange::Moved { leaves: more, .. }) => leaves.extend(more),
        (LayoutChange::TypeChanged { also, .. }, LayoutChange::TypeChanged { new, also: more, .. })
        | (LayoutChange::Reinterpreted { also, .. }, LayoutChange::Reinterpreted { new, also: more, .. }) => {
            also.push(new);
            also.extend(more);
        }
        (LayoutChange::Removed { also, .. }, LayoutChange::Removed { leaf, also: more, .. }) => {
            also.push(leaf);
            also.extend(more);
        }
        // Keys of different variants are never equal.
        _ => {}
    }
}
