//! Storage before and after, as the JSON report spells it.

use uplint_facts::UpgradeFacts;
use uplint_layout::view::root_name;
use uplint_layout::{LayoutChange, Leaf, Space, StorageLayout, layout_rows};

use super::model as view;
use crate::layout_words;

/// Layouts and their comparison; all empty without facts.
pub(super) fn layout(facts: Option<&UpgradeFacts>) -> view::Layout {
    let Some(facts) = facts else { return view::Layout::default() };
    let diff = facts.layout_diff.as_ref();
    view::Layout {
        old: facts.old.as_ref().map(|old| variables(&old.layout)).unwrap_or_default(),
        new: variables(&facts.new.layout),
        changes: diff.map(|diff| diff.changes.iter().map(change).collect()).unwrap_or_default(),
        rollback: diff.map(|diff| view::Rollback {
            is_possible: diff.rollback.is_possible(),
            blockers: diff.rollback.blockers.iter().map(change).collect(),
        }),
    }
}

/// The variables of a layout, members of structs beneath them.
pub(super) fn variables(layout: &StorageLayout) -> Vec<view::Variable> {
    layout_rows(layout)
        .into_iter()
        .map(|row| {
            let space = if row.space == "transient" { Space::Transient } else { Space::Storage };
            view::Variable {
                place: view::storage(space, row.place),
                label: row.label,
                ty: row.ty,
                root: row.root,
                declared_in: row.declared_in,
                depth: row.depth,
            }
        })
        .collect()
}

fn change(change: &LayoutChange) -> view::Change {
    view::Change {
        kind: layout_words::kind(change).to_owned(),
        message: layout_words::message(change),
        leaves: layout_words::leaves(change)
            .into_iter()
            .map(|(old, new)| view::ChangedLeaf { old: old.map(leaf), new: new.map(leaf) })
            .collect(),
    }
}

fn leaf(leaf: &Leaf) -> view::Leaf {
    view::Leaf {
        label: leaf.label.clone(),
        ty: leaf.type_label.clone(),
        place: view::storage(leaf.space, leaf.place),
        is_relative: leaf.is_relative,
        root: root_name(&leaf.root),
        declared_in: leaf.declared_in.as_deref().map(str::to_owned),
    }
}
