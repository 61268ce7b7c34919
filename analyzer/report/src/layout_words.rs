//! Changes of a layout in words, for readers and, by kind, for machines.

use uplint_layout::view::root_name;
use uplint_layout::{LayoutChange, Leaf};

/// Kind of a change in kebab case.
pub(crate) fn kind(change: &LayoutChange) -> &'static str {
    match change {
        LayoutChange::Moved { .. } => "moved",
        LayoutChange::TypeChanged { .. } => "type-changed",
        LayoutChange::Reinterpreted { .. } => "reinterpreted",
        LayoutChange::Removed { .. } => "removed",
        LayoutChange::Renamed { .. } => "renamed",
        LayoutChange::MemberRenamed { .. } => "member-renamed",
        LayoutChange::Collision { .. } => "collision",
        LayoutChange::GapEndChanged { .. } => "gap-end-changed",
        LayoutChange::ClassChanged { .. } => "class-changed",
        LayoutChange::RootRemoved { .. } => "root-removed",
        LayoutChange::Added { .. } => "added",
        LayoutChange::Extended { .. } => "extended",
    }
}

/// The leaves of a change, before and after.
pub(crate) fn leaves(change: &LayoutChange) -> Vec<(Option<&Leaf>, Option<&Leaf>)> {
    match change {
        LayoutChange::Moved { leaves, .. } => leaves.iter().map(|leaf| (Some(&leaf.old), Some(&leaf.new))).collect(),
        LayoutChange::TypeChanged { old, new, .. }
        | LayoutChange::Reinterpreted { old, new, .. }
        | LayoutChange::Renamed { old, new, .. }
        | LayoutChange::Extended { old, new } => vec![(Some(old), Some(new))],
        LayoutChange::Removed { leaf, .. } | LayoutChange::ClassChanged { leaf, .. } => vec![(Some(leaf), None)],
        LayoutChange::MemberRenamed { leaf, .. } | LayoutChange::Added { leaf, .. } => vec![(None, Some(leaf))],
        LayoutChange::Collision { new, olds } => {
            let olds = olds.iter().map(|old| (Some(old), None));
            olds.chain(std::iter::once((None, Some(new)))).collect()
        }
        LayoutChange::GapEndChanged { old, new, .. } => vec![(old.as_ref(), new.as_ref())],
        LayoutChange::RootRemoved { leaves, .. } => leaves.iter().map(|leaf| (Some(leaf), None)).collect(),
    }
}

/// A change in one line.
pub(crate) fn message(change: &LayoutChange) -> String {
    match change {
        LayoutChange::Moved { leaves, .. } => {
            let Some(first) = leaves.first() else { return "variables move".to_owned() };
            let rest = leaves.len() - 1;
            let more = if rest > 0 { format!(", and {rest} more") } else { String::new() };
            format!("{} is looked for at {}{more}", described(&first.old), place(&first.new))
        }
        LayoutChange::TypeChanged { old, new, reason, .. } => {
            format!("{} becomes {}: {reason}", described(old), new.type_label)
        }
        LayoutChange::Reinterpreted { old, new, .. } => {
            format!("{} is taken for {}", described(old), new.type_label)
        }
        LayoutChange::Removed { leaf, .. } => format!("{} is gone, its bytes stay", described(leaf)),
        LayoutChange::Renamed { old, new, .. } => format!("{} is now called `{}`", described(old), new.label),
        LayoutChange::MemberRenamed { leaf, members } => {
            let names: Vec<_> = members.iter().map(|(old, new)| format!("`{old}` to `{new}`")).collect();
            format!("members of {} are renamed: {}", described(leaf), names.join(", "))
        }
        LayoutChange::Collision { new, olds } => {
            let olds: Vec<_> = olds.iter().map(described).collect();
            format!("{} lies over {}", described(new), olds.join(", "))
        }
        LayoutChange::GapEndChanged { old, new, .. } => match (old, new) {
            (Some(old), Some(new)) => format!("the gap {} ends elsewhere: {}", described(old), described(new)),
            (Some(old), None) => format!("the gap {} is gone", described(old)),
            (None, Some(new)) => format!("the gap {} is new", described(new)),
            (None, None) => "a gap ends elsewhere".to_owned(),
        },
        LayoutChange::ClassChanged { leaf, from, to, .. } => format!("`{}` was {from} and is {to}", leaf.label),
        LayoutChange::RootRemoved { root, leaves, .. } => {
            format!("`{}` is gone with {} variables, their bytes stay", root_name(root), leaves.len())
        }
        LayoutChange::Added { leaf, .. } => format!("{} is new", described(leaf)),
        LayoutChange::Extended { old, new } => format!("{} becomes {}", described(old), new.type_label),
    }
}

/// Label, type and bytes of a leaf.
fn described(leaf: &Leaf) -> String {
    format!("`{}` ({}, {})", leaf.label, leaf.type_label, place(leaf))
}

fn place(leaf: &Leaf) -> String {
    if leaf.is_relative { format!("{} of each entry", leaf.place) } else { leaf.place.to_string() }
}
