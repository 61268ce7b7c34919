//! Layouts of real compiler output, recorded under `tests/data` beside the source that was compiled.

mod compiled;
mod hostile;
mod named;
mod packed;
mod recorded;
mod vyper;
