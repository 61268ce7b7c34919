//! Starting a program, feeding it and collecting what it prints, without a deadlock and within limits.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::trust::Trust;

/// The most that is read from a program, in bytes. The output of the largest known projects is a fifth of it.
const OUTPUT_LIMIT_BYTES: u64 = 2 << 30;

/// What a program printed.
#[derive(Debug)]
pub(crate) struct Output {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Standard output.
    pub(crate) stdout: Vec<u8>,
    /// Standard error, as text.
    pub(crate) stderr: String,
}

/// A command that runs in `directory` and finds further programs only where `trust` allows.
pub(crate) fn command(program: impl AsRef<OsStr>, directory: &Path, trust: &Trust) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).env("PATH", trust.search_path());
    command
}

/// Runs a command to its end, or kills it when `limit` is over.
pub(crate) fn run(command: &mut Command, input: &[u8], limit: Option<Duration>) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(move || match stdin.map(|mut stdin| stdin.write_all(input)) {
            // A program that ends before it has read everything says why by its status and standard error.
            None | Some(Ok(()) | Err(_)) => {}
        });
        let stdout = scope.spawn(move || read_all(stdout));
        let stderr = scope.spawn(move || read_all(stderr));
        let status = wait(&mut child, limit);
        let joined = |result: thread::Result<io::Result<Vec<u8>>>| {
            result.unwrap_or_else(|_| Err(io::Error::other("reading its output failed")))
        };
        let (stdout, stderr) = (joined(stdout.join()), joined(stderr.join()));
        Ok(Output { status: status?, stdout: stdout?, stderr: String::from_utf8_lossy(&stderr?).into_owned() })
    })
}

fn read_all(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(OUTPUT_LIMIT_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn wait(child: &mut Child, limit: Option<Duration>) -> io::Result<ExitStatus> {
    let Some(limit) = limit else { return child.wait() };
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("it took more than {} s", limit.as_secs())));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The end of what a program printed on standard error, in one line, for a message.
pub(crate) fn last_words(stderr: &str) -> String {
    const LIMIT: usize = 400;
    let line = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut start = line.len().saturating_sub(LIMIT);
    while !line.is_char_boundary(start) {
        start += 1;
    }
    if line.is_empty() { "it printed no reason".to_owned() } else { line[start..].to_owned() }
}
