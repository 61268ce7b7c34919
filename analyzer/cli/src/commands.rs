//! The commands, one a module, and how each of them ends.

mod catalogue;
mod check;
mod inspect;

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::args::{Cli, Command};
use crate::error::CliError;
use crate::{console, output};

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing stands against it.
    Success,
    /// The verdict fails.
    Fail,
    /// A part of uplint failed; the report is written.
    InternalError,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        ExitCode::from(match ending {
            Ending::Success => 0,
            Ending::Fail => 1,
            Ending::InternalError => 2,
        })
    }
}

/// Runs what the command line asks for.
pub(crate) fn run(cli: &Cli) -> Result<Ending, CliError> {
    match &cli.command {
        Command::Check(args) => check::run(args, &cli.global),
        Command::Inspect(args) => inspect::run(args, &cli.global),
        Command::Explain { rule } => catalogue::explain(rule),
        Command::Rules { output } => catalogue::rules(output),
        Command::Clean { cache_dir } => clean(cache_dir.as_deref(), cli.global.quiet),
        Command::Completions { shell } => completions(*shell),
        Command::Man => man(),
    }
}

fn clean(cache_dir: Option<&std::path::Path>, quiet: bool) -> Result<Ending, CliError> {
    let report = uplint_compile::clean(cache_dir)?;
    if !quiet {
        let (files, bytes) = (report.files, report.bytes);
        console::print_remark(&format!("removed {files} files ({bytes} bytes) from {}", report.directory.display()));
    }
    Ok(Ending::Success)
}

fn completions(shell: clap_complete::Shell) -> Result<Ending, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "uplint", &mut script);
    output::write_stdout(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Success)
}

fn man() -> Result<Ending, CliError> {
    let mut page = Vec::new();
    // A page that cannot be made in memory would be an error of the generator.
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|reason| CliError::Internal { message: format!("the manual page: {reason}") })?;
    output::write_stdout(&String::from_utf8_lossy(&page))?;
    Ok(Ending::Success)
}
