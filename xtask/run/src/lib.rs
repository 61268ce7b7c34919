//! Does what the lifter says of a code hold when the code runs?
//!
//! The tasks and the tests of this package share this; the tasks themselves are in the program.
//!
//! # Invariant
//!
//! Executions are bounded and the same in every run, so that what was refuted once is refuted again.

pub mod contract;
pub mod hostile;
pub mod oracle;
