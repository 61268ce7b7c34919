//! All that a rule sees: facts about one version of a contract, and about the step from one version to the next.
//!
//! # Invariant
//!
//! This crate joins layouts, bytecode and what the compiler gave us, and is the only place that does. It is pure and
//! total: it opens no file, knows no rule, severity or report format, and what it cannot establish is recorded in
//! [`Coverage`], never guessed and never left out.

pub mod upgrade;
pub mod version;

pub use upgrade::{Coverage, CoverageGap, CoverageKind, PlannedCall, ProxyKind, Side, UpgradeFacts, UpgradePlan};
pub use version::VersionFacts;
