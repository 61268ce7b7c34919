//! Which task of this workspace is to be done, and by whom.
//!
//! This package writes and checks sources and links no crate of uplint, so that it runs when they do not compile.
//! What runs uplint over its test data is handed on to the package `xtask-run`, built for it.

mod codegen;
mod new_rule;
mod rule_source;
mod tidy;
mod workspace;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use xtask::{end, say};

use crate::workspace::Workspace;

/// Tasks of the uplint workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// One task.
#[derive(Debug, Subcommand)]
enum Task {
    /// Write a new rule: its file, its first cases, the catalogue and its page.
    NewRule {
        /// Name in kebab case: what is wrong, not the cure.
        slug: String,
        /// Identifier; without one, the next free number of the family `SL`.
        #[arg(long)]
        id: Option<String>,
    },
    /// Write what is generated: the catalogue and the rule pages from the rules, the schema from the report's types.
    Codegen {
        /// Change nothing and fail when a generated file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Check what neither the compiler nor clippy checks: arrows between crates, texts, test data, the lock file.
    Tidy,
    /// Rewrite the expected reports of the test cases.
    #[command(disable_help_flag = true)]
    Bless(HandedOn),
    /// Compile the test cases with the pinned compiler and write, or `--check`, what they hold of its output.
    #[command(disable_help_flag = true)]
    Testdata(HandedOn),
    /// Judge every consecutive pair of the pinned releases and compare with what is expected.
    #[command(disable_help_flag = true)]
    Corpus(HandedOn),
    /// Measure.
    #[command(disable_help_flag = true)]
    Bench(HandedOn),
    /// Run the tests that need more than Rust and Node.js, and install that.
    #[command(disable_help_flag = true)]
    E2e(HandedOn),
}

/// Arguments for the other package, as they are.
#[derive(Debug, clap::Args)]
struct HandedOn {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
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
    /// A program could not be run or failed.
    #[error("`{program}` failed: {reason}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it said.
        reason: String,
    },
    /// A source or manifest does not have the form that it must have.
    #[error("`{}`: {reason}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
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
    end(run(Arguments::parse().task))
}

fn run(task: Task) -> Result<ExitCode, TaskError> {
    let workspace = Workspace::open()?;
    match task {
        Task::NewRule { slug, id } => new_rule::write(&workspace, &slug, id.as_deref())?,
        Task::Codegen { check } => {
            if check {
                codegen::check(&workspace)?;
            } else {
                codegen::write(&workspace)?;
            }
            codegen::schema(&workspace, check)?;
        }
        Task::Tidy => tidy::check(&workspace)?,
        Task::Bless(rest) => return hand_on(&workspace, "bless", &rest),
        Task::Testdata(rest) => return hand_on(&workspace, "testdata", &rest),
        Task::Corpus(rest) => return hand_on(&workspace, "corpus", &rest),
        Task::Bench(rest) => return hand_on(&workspace, "bench", &rest),
        Task::E2e(rest) => return hand_on(&workspace, "e2e", &rest),
    }
    say("ok");
    Ok(ExitCode::SUCCESS)
}

/// Runs a task of `xtask-run`; optimized where time is measured or much is judged.
fn hand_on(workspace: &Workspace, task: &str, rest: &HandedOn) -> Result<ExitCode, TaskError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(&workspace.root).args(["run", "--quiet", "--locked", "--package", "xtask-run"]);
    if matches!(task, "bench" | "corpus") {
        command.arg("--release");
    }
    command.args(["--", task]).args(&rest.arguments);
    let status =
        command.status().map_err(|error| TaskError::Program { program: "cargo run", reason: error.to_string() })?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
