//! Which task over the test data is to be done.
//!
//! What judges is always the real program, started as a user starts it; only the recorded compiler output of the test
//! cases is made through the crate that compiles. Whatever is fetched lies under `target/` or in a folder that git
//! ignores, is pinned by version, and is fetched once.

mod bench;
mod bless;
mod corpus;
mod e2e;
mod folder;
mod npm;
mod program;
mod solc;
mod testdata;
mod vyper;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::folder::Folders;
use crate::program::ProgramError;

/// Tasks over the test data of uplint.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// One task.
#[derive(Debug, Subcommand)]
enum Task {
    /// Rewrite the expected reports of the test cases.
    Bless,
    /// Compile the test cases with the pinned compiler and record what they hold of its output.
    Testdata {
        /// Change nothing and fail when what is recorded differs.
        #[arg(long)]
        check: bool,
        /// Cases, or folders of cases, for example `rules/storage-variable-moved`; all when none is named.
        cases: Vec<String>,
    },
    /// Judge every consecutive pair of the pinned releases and compare with what is expected.
    Corpus {
        /// Only packages whose name contains this.
        #[arg(long)]
        package: Option<String>,
        /// Compile and go no further.
        #[arg(long)]
        only_compile: bool,
        /// List what differs from the expectation instead of failing; the reasons are for a person.
        #[arg(long)]
        list: bool,
    },
    /// Measure.
    Bench {
        /// What to measure.
        #[command(subcommand)]
        subject: bench::Subject,
    },
    /// Run the tests that need more than Rust and Node.js, and install that.
    E2e {
        /// Only tests whose name contains this.
        filter: Option<String>,
    },
}

/// Why a task ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaskError {
    /// A file could not be read, written or listed.
    #[error("could not {attempt} `{}`: {source}", path.display())]
    File {
        /// What was tried, as a verb.
        attempt: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file does not have the form that it must have.
    #[error("`{}`: {reason}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A program could not be run or failed.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A compiler could not be had or run.
    #[error("{version}: {reason}")]
    Compiler {
        /// The compiler and the version asked for.
        version: String,
        /// What happened.
        reason: String,
    },
    /// Test data are not as they must be.
    #[error(transparent)]
    Testkit(#[from] uplint_testkit::TestkitError),
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// Something is not as it must be; the places are already printed.
    #[error("{count} {what}")]
    Found {
        /// How many places.
        count: usize,
        /// What they are.
        what: &'static str,
    },
}

fn main() -> ExitCode {
    xtask::end(run(Arguments::parse().task).map(|()| ExitCode::SUCCESS))
}

fn run(task: Task) -> Result<(), TaskError> {
    let folders = Folders::find()?;
    match task {
        Task::Bless => bless::run(&folders),
        Task::Testdata { check, cases } => testdata::run(&folders, check, &cases),
        Task::Corpus { package, only_compile, list } => {
            corpus::run(&folders, &corpus::Choice { package, only_compile, list })
        }
        Task::Bench { subject } => bench::run(&folders, &subject),
        Task::E2e { filter } => e2e::run(&folders, filter.as_deref()),
    }
}
