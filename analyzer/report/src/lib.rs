//! Reports of an assessment.
//!
//! # Invariant
//!
//! Every report is a pure function of an [`Assessment`](uplint_rules::Assessment) and its options: it reads no file, no
//! clock, no environment and no terminal, and the same assessment gives the same bytes. A report judges nothing; it
//! says what the assessment says. What strangers wrote reaches no terminal unescaped.

mod escape;
pub mod inspect;
pub mod json;
mod layout_words;
pub mod page;
#[cfg(test)]
mod sample;
pub mod sarif;
mod slot_rows;
mod source_place;
pub mod text;

pub use inspect::{InspectFormat, inspect_layout, inspect_selectors};
pub use json::{JsonOptions, json, json_schema};
pub use page::{PageFormat, explain, rules_table};
pub use sarif::{SarifOptions, sarif};
pub use text::{TextOptions, text};
