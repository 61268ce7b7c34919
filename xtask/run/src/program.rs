//! Programs, started as a user starts them: what they print, how they end, how long they take.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;
pub(crate) use xtask::{say, warn};

/// A program could not be run or did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("`{line}` {reason}")]
pub(crate) struct ProgramError {
    /// The command line.
    line: String,
    /// What happened.
    reason: String,
}

/// A program with its arguments. It reads nothing from standard input unless told.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    name: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    environment: Vec<(String, Option<OsString>)>,
}

/// How a program ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// Exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: Vec<u8>,
    /// Standard error, as text.
    pub(crate) stderr: String,
}

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end.
    pub(crate) elapsed: Duration,
    /// Most memory at once, in bytes.
    pub(crate) peak_bytes: u64,
}

impl Program {
    /// A program by name or path.
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        Program { name: name.as_ref().into(), arguments: Vec::new(), folder: None, environment: Vec::new() }
    }

    /// With one more argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().into());
        self
    }

    /// With more arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().into()));
        self
    }

    /// Started in a folder.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// With a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.to_owned(), Some(value.as_ref().into())));
        self
    }

    /// Runs it to its end, however it ends.
    pub(crate) fn run(&self) -> Result<Ended, ProgramError> {
        let output = self.command().output().map_err(|error| self.failed(format!("could not run: {error}")))?;
        Ok(Ended {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it, and what it prints is an error unless it succeeds.
    pub(crate) fn output(&self) -> Result<Vec<u8>, ProgramError> {
        let ended = self.run()?;
        if ended.code == Some(0) {
            return Ok(ended.stdout);
        }
        let printed = if ended.stderr.trim().is_empty() {
            String::from_utf8_lossy(&ended.stdout).into_owned()
        } else {
            ended.stderr.clone()
        };
        let how = ended.code.map_or_else(|| "was ended by a signal".to_owned(), |code| format!("ended with {code}"));
        Err(self.failed(format!("{how}:\n{}", last_lines(&printed))))
    }

    /// Runs it with our own standard output and error; the answer is whether it succeeded.
    pub(crate) fn show(&self) -> Result<bool, ProgramError> {
        let status = self.command().stdout(Stdio::inherit()).stderr(Stdio::inherit()).status();
        Ok(status.map_err(|error| self.failed(format!("could not run: {error}")))?.success())
    }

    /// The command as the standard library takes it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments).stdin(Stdio::null());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Runs it, its output thrown away, and says what that cost. It must end with one of the codes.
    pub(crate) fn measure(&self, codes: &[i32]) -> Result<Cost, ProgramError> {
        let started = Instant::now();
        let child = self
            .command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| self.failed(format!("could not run: {error}")))?;
        let used = child.wait4().map_err(|error| self.failed(format!("could not be waited for: {error}")))?;
        let elapsed = started.elapsed();
        match used.status.code() {
            Some(code) if codes.contains(&code) => Ok(Cost { elapsed, peak_bytes: used.rusage.maxrss }),
            code => Err(self.failed(format!("ended with {code:?}"))),
        }
    }

    /// The command line, for messages.
    pub(crate) fn line(&self) -> String {
        let words: Vec<_> =
            std::iter::once(&self.name).chain(&self.arguments).map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }

    /// An error about this program.
    pub(crate) fn failed(&self, reason: impl Into<String>) -> ProgramError {
        ProgramError { line: self.line(), reason: reason.into() }
    }
}

/// The end of what a program printed.
fn last_lines(text: &str) -> String {
    const LINES: usize = 30;
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
