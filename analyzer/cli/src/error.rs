//! What ends a run before or beside its verdict, with the exit code that says so.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;
use uplint_compile::CompileError;

/// Why a run could not be made: what was attempted, on what, and what to do.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum CliError {
    /// The command line cannot be read.
    #[error("{message}")]
    #[diagnostic(code(uplint::usage))]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },

    /// An output format that the command does not have.
    #[error("`{command}` has no output format `{format}`")]
    #[diagnostic(code(uplint::usage::format), help("this build of `{command}` writes {offered}"))]
    UnknownFormat {
        /// As the user wrote it.
        format: String,
        /// The command.
        command: &'static str,
        /// The formats it has.
        offered: String,
    },

    /// Two formats without a file.
    #[error("two reports would share standard output")]
    #[diagnostic(code(uplint::usage::output), help("give all but one `--output` a file: `--output json=report.json`"))]
    TwoReportsOnStandardOutput,

    /// Two formats with one file.
    #[error("two reports would share `{}`", path.display())]
    #[diagnostic(code(uplint::usage::output), help("give each `--output` its own file"))]
    TwoReportsInOneFile {
        /// The file.
        path: PathBuf,
    },

    /// A report that could not be written.
    #[error("cannot write the report `{}`: {reason}", path.display())]
    #[diagnostic(code(uplint::output::file), help("name a file in a directory that is there and can be written to"))]
    ReportNotWritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },

    /// Standard output that takes nothing more.
    #[error("cannot write to standard output: {reason}")]
    #[diagnostic(code(uplint::output::stdout), help("write the report to a file by `--output FMT=PATH`"))]
    StandardOutput {
        /// What the system said.
        reason: io::Error,
    },

    /// Standard input that cannot be read.
    #[error("cannot read standard input: {reason}")]
    #[diagnostic(code(uplint::input::unreadable), help("pipe runtime bytecode into uplint, or name a file"))]
    StandardInput {
        /// What the system said.
        reason: io::Error,
    },

    /// An input that the compiler's side refuses.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Compile(#[from] CompileError),

    /// An input of two that the compiler's side refuses.
    #[error("the {side} version: {error}")]
    #[diagnostic(forward(error))]
    OfSide {
        /// `old` or `new`.
        side: &'static str,
        /// What is wrong with it.
        error: CompileError,
    },

    /// A contract that neither version has.
    #[error("no contract `{name}` in {place}")]
    #[diagnostic(code(uplint::contract::unknown))]
    UnknownContract {
        /// As the user wrote it.
        name: String,
        /// Where it was looked for.
        place: String,
        /// What there is.
        #[help]
        help: Option<String>,
    },

    /// A name that several contracts have.
    #[error("`{name}` is ambiguous in {place}")]
    #[diagnostic(code(uplint::contract::ambiguous), help("name one of {candidates}"))]
    AmbiguousContract {
        /// As the user wrote it.
        name: String,
        /// Where it was looked for.
        place: String,
        /// The contracts of this name.
        candidates: String,
    },

    /// A contract that cannot run at an address.
    #[error("`{name}` is {kind}: it has no storage that an upgrade could hurt")]
    #[diagnostic(code(uplint::contract::kind), help("name a contract that is deployed, or one of its bases"))]
    NotAContract {
        /// Its name.
        name: String,
        /// `an interface` or `a library`.
        kind: &'static str,
    },

    /// A call that cannot be encoded.
    #[error("the upgrade call cannot be made: {reason}")]
    #[diagnostic(
        code(uplint::usage::call),
        help("give `none`, call data that begins with `0x`, or a call such as `initializeV2(uint256)(5)`")
    )]
    UpgradeCall {
        /// Why.
        reason: String,
    },

    /// A rule that is not in the catalogue.
    #[error("no rule `{name}`")]
    #[diagnostic(code(uplint::rule::unknown))]
    UnknownRule {
        /// As the user wrote it.
        name: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },

    /// Two proxies of one sort.
    #[error("`--proxy` names two {what}")]
    #[diagnostic(code(uplint::usage::proxy), help("give at most one kind and one contract or bytecode file"))]
    TwoProxies {
        /// What is there twice.
        what: &'static str,
    },

    /// Inputs in which nothing is upgradeable.
    #[error("nothing to judge: {reason}")]
    #[diagnostic(code(uplint::nothing))]
    NothingToJudge {
        /// What was looked at.
        reason: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },

    /// A part of uplint that failed.
    #[error("internal error: {message}")]
    #[diagnostic(code(uplint::internal), help("please report this with the input"))]
    Internal {
        /// What failed.
        message: String,
    },
}

impl CliError {
    /// The exit code that stands for this.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::NothingToJudge { .. } => 3,
            Self::Compile(error) | Self::OfSide { error, .. } if error.is_nothing_to_judge() => 3,
            _ => 2,
        }
    }

    /// The error of one of two versions.
    pub(crate) fn of(self, side: &'static str) -> Self {
        match self {
            Self::Compile(error) => Self::OfSide { side, error },
            other => other,
        }
    }

    /// An option that contradicts another one or the input.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: Some(help.into()) }
    }
}
