//! Whether the old code could be put back: the reversed comparison, read with other eyes.
//!
//! On the way back a gap, or the end of a root, takes back bytes; that is compatible. A wider type, a grown enum and
//! moved variables are not.

use super::change::{LayoutChange, Rollback};

/// What stands against a rollback, from the changes of the reversed comparison.
pub(super) fn rollback(reversed: Vec<LayoutChange>) -> Rollback {
    let is_blocker = |change: &LayoutChange| match change {
        LayoutChange::Moved { .. }
        | LayoutChange::TypeChanged { .. }
        | LayoutChange::Reinterpreted { .. }
        | LayoutChange::Collision { .. } => true,
        LayoutChange::ClassChanged { loses_value, .. } => *loses_value,
        LayoutChange::Removed { .. }
        | LayoutChange::Renamed { .. }
        | LayoutChange::MemberRenamed { .. }
        | LayoutChange::GapEndChanged { .. }
        | LayoutChange::RootRemoved { .. }
        | LayoutChange::Added { .. }
        | LayoutChange::Extended { .. } => false,
    };
    Rollback { blockers: reversed.into_iter().filter(is_blocker).collect() }
}
