//! Starting a program, feeding it and collecting what it prints, without a deadlock and within limits.
//!
//! What is running is known to the process as a whole, so that none of it outlives an interrupted run.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use shared_child::SharedChild;

use super::trust::Trust;

/// The most that is read from a program, in bytes. The output of the largest known projects is a fifth of it.
const OUTPUT_LIMIT_BYTES: u64 = 2 << 30;

/// The programs of this process by their numbers.
static RUNNING: Mutex<Running> = Mutex::new(Running { children: BTreeMap::new(), is_over: false });

struct Running {
    children: BTreeMap<u32, Arc<SharedChild>>,
    /// Whether the process is about to end, so that nothing more is started.
    is_over: bool,
}

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

/// Ends the programs that are running, for a run that ends in the middle. Who waits for one of them waits for good.
pub fn end_running_programs() {
    let mut running = running();
    running.is_over = true;
    for child in running.children.values() {
        // One that ended by itself cannot be killed, and one that cannot be waited for is gone.
        child.kill().and_then(|()| child.wait().map(drop)).unwrap_or_default();
    }
}

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that is running, known as such while this lives.
struct Program(Arc<SharedChild>);

impl Program {
    fn start(command: &mut Command) -> io::Result<Self> {
        let mut running = running();
        if running.is_over {
            drop(running);
            wait_for_the_end();
        }
        let child = Arc::new(SharedChild::spawn(command)?);
        running.children.insert(child.id(), Arc::clone(&child));
        Ok(Self(child))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let mut running = running();
        running.children.remove(&self.0.id());
        if running.is_over {
            drop(running);
            wait_for_the_end();
        }
    }
}

/// Keeps a thread from reporting as a failure what the end of the process did.
fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

/// Runs a command to its end, or kills it when `limit` is over.
pub(crate) fn run(command: &mut Command, input: &[u8], limit: Option<Duration>) -> io::Result<Output> {
    let program = Program::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let child = &program.0;
    let (stdin, stdout, stderr) = (child.take_stdin(), child.take_stdout(), child.take_stderr());
    thread::scope(|scope| {
        scope.spawn(move || match stdin.map(|mut stdin| stdin.write_all(input)) {
            // A program that ends before it has read everything says why by its status and standard error.
            None | Some(Ok(()) | Err(_)) => {}
        });
        let stdout = scope.spawn(move || read_all(stdout));
        let stderr = scope.spawn(move || read_all(stderr));
        let status = wait(child, limit);
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

fn wait(child: &SharedChild, limit: Option<Duration>) -> io::Result<ExitStatus> {
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
