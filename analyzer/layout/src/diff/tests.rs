//! What an upgrade does to storage, as a table: an old layout, a new one, and everything that is said about them.

use super::change::{AdditionPlace, LayoutChange, Leaf, MoveCause, MovedLeaf};
use super::sketch::diff_of;

mod causes;
mod encodings;
mod fates;
mod hostile;
mod roots;

/// Changes in short, without additions and compatible extensions.
fn changes(old: &str, new: &str) -> Vec<String> {
    let diff = diff_of(old, new);
    assert_eq!(diff.gaps, [], "nothing is left out");
    diff.changes.iter().filter_map(short).collect()
}

/// Changes in short of two lists of variables of one contract.
fn of_variables(old: &str, new: &str) -> Vec<String> {
    changes(&format!("contract A {{ {old} }}"), &format!("contract A {{ {new} }}"))
}

fn short(change: &LayoutChange) -> Option<String> {
    Some(match change {
        LayoutChange::Moved { cause, leaves } => format!("moved by {}: {}", short_cause(cause), moved(leaves)),
        LayoutChange::TypeChanged { old, new, reason, also } => {
            format!("type {} -> {}: {reason}{}", old.type_label, name(new), and(also))
        }
        LayoutChange::Reinterpreted { old, new, also } => {
            format!("reinterpreted {} as {}{}", name(old), new.type_label, and(also))
        }
        LayoutChange::Removed { leaf, covered_by, also, .. } if covered_by.is_empty() => {
            format!("removed {}{}", name(leaf), and(also))
        }
        LayoutChange::Removed { leaf, covered_by, .. } => format!("removed {} under {}", name(leaf), names(covered_by)),
        LayoutChange::Renamed { old, new, proof } => format!("renamed {} to {} by {proof:?}", name(old), name(new)),
        LayoutChange::MemberRenamed { leaf, members } => format!("members of {}: {members:?}", name(leaf)),
        LayoutChange::Collision { new, olds } => format!("collision {} over {}", name(new), names(olds)),
        LayoutChange::GapEndChanged { old, new, expected_len, is_abstract, .. } => {
            let part = |leaf: &Option<Leaf>| leaf.as_ref().map_or("none".to_owned(), name);
            format!("gap end {} to {}, should be {expected_len:?}, abstract {is_abstract}", part(old), part(new))
        }
        LayoutChange::ClassChanged { leaf, from, to, loses_value, moves, .. } => {
            format!("class of {} from {from} to {to}, loses {loses_value}, moves {moves}", name(leaf))
        }
        LayoutChange::RootRemoved { root, leaves, .. } => format!("root {root:?} removed: {}", names(leaves)),
        LayoutChange::Added { .. } | LayoutChange::Extended { .. } => return None,
    })
}

fn short_cause(cause: &MoveCause) -> String {
    match cause {
        MoveCause::Inserted { leaves } => format!("inserted {}", names(leaves)),
        MoveCause::Removed { leaves } => format!("removed {}", names(leaves)),
        MoveCause::Replaced { removed, inserted } => format!("{} for {}", names(inserted), names(removed)),
        MoveCause::Resized { new, .. } => format!("resized {}", name(new)),
        MoveCause::Reordered { leaves } => format!("reordered {}", names(leaves)),
        MoveCause::BasesChanged { old_bases, new_bases } => format!("bases {old_bases:?} to {new_bases:?}"),
        MoveCause::Gap { new, inserted, expected_len, .. } => {
            let gap = new.as_ref().map_or("none".to_owned(), |gap| name(gap));
            format!("gap {gap} should be {expected_len:?} after [{}]", names(inserted))
        }
        MoveCause::LayoutBase { old, new } => format!("layout base {old} to {new}"),
        MoveCause::RootSlot { root, new_root, .. } if root == new_root => format!("slot of {root:?}"),
        MoveCause::RootSlot { root, new_root, .. } => format!("slot of {root:?} as {new_root:?}"),
        MoveCause::ToNamespace { root, .. } => format!("to {root:?}"),
        MoveCause::FromNamespace { root } => format!("from {root:?}"),
        MoveCause::ClassChanged { leaf, from, to, .. } => format!("class of {} from {from} to {to}", name(leaf)),
        MoveCause::Lock { leaf, change } => format!("lock {} {change:?}", name(leaf)),
    }
}

fn name(leaf: &Leaf) -> String {
    leaf.label.clone()
}

fn names(leaves: &[Leaf]) -> String {
    leaves.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn and(also: &[Leaf]) -> String {
    also.iter().flat_map(|leaf| [" and ", &leaf.label]).collect()
}

fn moved(leaves: &[MovedLeaf]) -> String {
    let one = |leaf: &MovedLeaf| match &leaf.encoding_change {
        Some(reason) => format!("{} ({reason})", leaf.new.label),
        None => leaf.new.label.clone(),
    };
    leaves.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Whose bytes the new leaves take.
fn additions(old: &str, new: &str) -> Vec<(String, AdditionPlace)> {
    let added = |change: LayoutChange| match change {
        LayoutChange::Added { leaf, place } => Some((leaf.label, place)),
        _ => None,
    };
    diff_of(old, new).changes.into_iter().filter_map(added).collect()
}
