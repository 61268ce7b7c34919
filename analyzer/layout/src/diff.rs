//! What an upgrade does to storage.

/// The comparison of two layouts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayoutDiff {}
