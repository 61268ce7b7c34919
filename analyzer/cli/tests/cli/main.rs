//! Starts the real program: what a user sees of it, on which stream, and with which exit code.

mod bad_input;
mod inspecting;
mod judging;
mod output;
mod program;
#[cfg(unix)]
mod refusals;
mod usage;
