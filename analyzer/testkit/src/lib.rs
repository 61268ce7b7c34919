//! What the tests share: case folders with their expectation markers, recorded compiler output, and golden files.
//!
//! # Invariant
//!
//! This crate serves tests alone and is never linked into a release. It knows files and the formats of compilers; it
//! does not know a layout, a rule or a report, so that every crate of the workspace may use it in its tests. It starts
//! no compiler: recorded output is made elsewhere and only trimmed, written and read here.

pub mod case;
pub mod error;
pub mod expectation;
pub mod golden;
pub mod input;
pub mod recorded;

pub use case::{Case, CaseFile, Header, Pragma, ProxyHeader, UpgradeCallHeader, cases};
pub use error::TestkitError;
pub use expectation::{Expectation, strip_markers};
pub use golden::{compare, is_blessing};
pub use input::{CaseInputs, case_inputs};
pub use recorded::{Build, RecordedUnit, read_build, source_hash, write_build};
