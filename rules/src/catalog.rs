//! The catalogue, in the order of identifiers. Made by `cargo xtask codegen`; do not edit.

use crate::rule::Rule;

/// Every rule, in the order of identifiers.
pub static RULES: &[&dyn Rule] = &[];
