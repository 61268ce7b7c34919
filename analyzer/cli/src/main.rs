//! The command line of uplint: arguments in, a verdict and an exit code out.
//!
//! # Invariant
//!
//! Findings go to standard output or to a file that is complete or not there; everything else goes to standard error.
//! This is the only crate that runs things in parallel, and what it prints does not depend on how many at once.

mod args;
mod call;
mod commands;
mod console;
mod detect;
mod error;
mod guard;
mod input;
mod interrupt;
mod judge;
mod names;
mod output;
mod pairing;
mod pipeline;
mod progress;
mod repository;
mod spec;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::args::Cli;
use crate::error::CliError;

/// Bytes of stack for each thread: syntax trees nest as deep as their authors like.
const STACK_BYTES: usize = 16 << 20;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    console::set_color(cli.global.color);
    guard::silence_panics();
    match guard::guarded(|| start(&cli)) {
        Ok(Ok(ending)) => ending.into(),
        Ok(Err(error)) => end(&error),
        Err(message) => end(&CliError::Internal { message }),
    }
}

/// Runs the command on threads of our own.
fn start(cli: &Cli) -> Result<commands::Ending, CliError> {
    let internal = |message: String| CliError::Internal { message };
    interrupt::install().map_err(|reason| internal(format!("cannot listen for interrupts: {reason}")))?;
    let threads = cli.global.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
    pool.map_err(|reason| internal(format!("cannot start threads: {reason}")))?.install(|| commands::run(cli))
}

fn end(error: &CliError) -> ExitCode {
    console::print_error(error);
    ExitCode::from(error.exit_code())
}

/// Ends a run whose command line cannot be read, or asks for help.
fn refuse(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A reader that went away is no error.
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let end = ["\n\nUsage:", "\n\nFor more information"].iter().filter_map(|mark| text.find(mark)).min();
    let message = text.get(..end.unwrap_or(text.len())).unwrap_or(text).trim_end().to_owned();
    end_usage(message)
}

fn end_usage(message: String) -> ExitCode {
    end(&CliError::usage(message, "`uplint --help` and `uplint check --help` list what there is"))
}
