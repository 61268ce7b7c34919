//! How a task of this workspace speaks, ends and keeps the generated part of a text.
//!
//! # Invariant
//!
//! Links no crate of uplint, so that tasks run when those do not compile.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// Prints a line of the task's result.
pub fn say(line: &str) {
    write_line(&mut std::io::stdout().lock(), line);
}

/// Prints a line about the task.
pub fn warn(line: &str) {
    write_line(&mut std::io::stderr().lock(), line);
}

/// The exit code of a task; why it ended early is printed.
pub fn end(result: Result<ExitCode, impl Display>) -> ExitCode {
    result.unwrap_or_else(|error| {
        warn(&format!("error: {error}"));
        ExitCode::FAILURE
    })
}

/// A closed pipe is nobody's error, and nobody reads on.
fn write_line(stream: &mut impl Write, line: &str) {
    if writeln!(stream, "{line}").is_err() {
        std::process::exit(1);
    }
}

/// A text with what stands between two lines replaced; `None` where it lacks one of them.
pub fn replace_between(text: &str, (begin, end): (&str, &str), between: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}{between}{end}{after}"))
}
