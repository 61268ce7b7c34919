//! What can go wrong between an input's name and its artifacts, each said once and clearly.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use semver::Version;
use thiserror::Error;
use uplint_artifact::read::ReadError;

/// An input that could not be turned into artifacts: what was attempted, on what, and what to do.
#[derive(Clone, Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum CompileError {
    /// The input is not there.
    #[error("`{}` does not exist", path.display())]
    #[diagnostic(code(uplint::input::missing), help("give a file, a directory or `-` for standard input"))]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },

    /// A file or directory is there but cannot be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    #[diagnostic(
        code(uplint::input::unreadable),
        help("{}", if reason.kind() == std::io::ErrorKind::InvalidData { "save it as UTF-8" } else { "check its permissions" })
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: Arc<std::io::Error>,
    },

    /// A file whose kind is not known.
    #[error("`{}` is not an input that can be judged", path.display())]
    #[diagnostic(
        code(uplint::input::unknown),
        help(
            "give Solidity (`.sol`), Vyper (`.vy`), build information (`.json`) or runtime bytecode (`.hex`, `.bin`)"
        )
    )]
    UnknownKind {
        /// The file.
        path: PathBuf,
    },

    /// A document that cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Document(#[from] ReadError),

    /// A directory without sources and build information.
    #[error("`{}` holds no contract", path.display())]
    #[diagnostic(
        code(uplint::input::nothing),
        help(
            "give the project's root, a directory of `.sol` files, or the directory that holds its build information"
        )
    )]
    NothingFound {
        /// The directory.
        path: PathBuf,
    },

    /// Build information of other sources than those that are there.
    #[error("the build-info of `{}` is not of its sources: `{source_path}` has changed", root.display())]
    #[diagnostic(
        code(uplint::input::stale),
        help("run `npx hardhat compile`, or name the build-info itself to judge what was compiled")
    )]
    StaleBuild {
        /// Display path of a source that differs.
        source_path: String,
        /// The project.
        root: PathBuf,
    },

    /// A source that lies outside of the project.
    #[error("`{}` leads out of the project `{}`", path.display(), root.display())]
    #[diagnostic(
        code(uplint::input::outside),
        help(
            "put a copy in its place, judge the folder that holds both, or add its folder to `allow_paths` in \
             `foundry.toml`; links to dependencies in a library folder or `node_modules` are followed"
        )
    )]
    OutsideProject {
        /// The source.
        path: PathBuf,
        /// The project's root.
        root: PathBuf,
    },

    /// An imported file that is not there.
    #[error("{}", imports_not_found(imports))]
    #[diagnostic(
        code(uplint::source::import),
        help("install the project's dependencies (`forge install`, `npm ci`) or correct its remappings")
    )]
    ImportNotFound {
        /// Import as written, and the display path of the file that has it.
        imports: Vec<(String, String)>,
    },

    /// No single compiler fits a file and what it imports.
    #[error("no compiler version fits: {reason}")]
    #[diagnostic(
        code(uplint::source::version),
        help("{}", if *offline { "leave out `--offline` so that one may be downloaded, or name one by `--solc`" }
            else { "make the version pragmas of the file and its imports agree" })
    )]
    NoFittingVersion {
        /// Which files demand what.
        reason: String,
        /// Whether only compilers on this machine were considered.
        offline: bool,
    },

    /// Sources that cannot be resolved for another reason.
    #[error("cannot resolve the sources of {name}: {reason}")]
    #[diagnostic(code(uplint::source::resolve))]
    Sources {
        /// The input.
        name: String,
        /// What happened.
        reason: String,
    },

    /// The compiler refused a source.
    #[error("{name} does not compile\n{}", messages.join("\n"))]
    #[diagnostic(code(uplint::source::error), help("{help}"))]
    DoesNotCompile {
        /// The input.
        name: String,
        /// The compiler's messages with their places.
        messages: Vec<String>,
        /// What to do.
        help: String,
    },

    /// A compiler that did not do its work.
    #[error("{compiler} failed: {reason}")]
    #[diagnostic(code(uplint::compiler::failed), help("run it by hand, or name another one by `{option}`"))]
    CompilerFailed {
        /// The compiler and where it is.
        compiler: String,
        /// What it printed.
        reason: String,
        /// The option that names another one.
        option: &'static str,
    },

    /// No compiler of a version could be found or fetched.
    #[error("no solc {version} to be had\n{}", tried.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n"))]
    #[diagnostic(
        code(uplint::compiler::none),
        help("name one by `--solc PATH`, put `solc` {version} on PATH, or allow a download{}",
            if *offline { " by leaving out `--offline`" } else { " (Node.js with npm, and its registry, are enough)" })
    )]
    NoCompiler {
        /// The version.
        version: Version,
        /// What was tried, in order, with its outcome.
        tried: Vec<String>,
        /// Whether downloads were forbidden.
        offline: bool,
    },

    /// The compiler that was named does not fit the sources.
    #[error("`{}` is solc {found}, which does not fit: {reason}", path.display())]
    #[diagnostic(code(uplint::compiler::version), help("name a solc that fits, or leave out `--solc`"))]
    SolcDoesNotFit {
        /// The executable.
        path: PathBuf,
        /// Its version.
        found: Version,
        /// Which files demand what.
        reason: String,
    },

    /// No Vyper that fits.
    #[error("{reason}")]
    #[diagnostic(code(uplint::compiler::vyper), help("{help}"))]
    NoVyper {
        /// What was looked for and found.
        reason: String,
        /// The command that installs one.
        help: String,
    },

    /// An executable that comes with the project under test.
    #[error("refusing to run `{program}` from the project under test: `{}` lies in `{}`", resolved.display(), root.display())]
    #[diagnostic(
        code(uplint::compiler::refused),
        help("use a `{program}` from outside of the project, or trust this project with `--allow-project-compiler`")
    )]
    RefusedExecutable {
        /// Its role.
        program: &'static str,
        /// How it was found.
        path: PathBuf,
        /// What that is, links followed.
        resolved: PathBuf,
        /// The project.
        root: PathBuf,
    },

    /// A cache that comes with the project under test.
    #[error("refusing the cache `{}`: it lies in the project under test, `{}`", path.display(), root.display())]
    #[diagnostic(
        code(uplint::compiler::cache_refused),
        help(
            "name a directory outside of the project by `--cache-dir`, or trust this project with `--allow-project-compiler`"
        )
    )]
    RefusedCacheDirectory {
        /// The directory.
        path: PathBuf,
        /// The project.
        root: PathBuf,
    },

    /// A project's configuration that cannot be used.
    #[error("cannot use `{}`: {reason}", path.display())]
    #[diagnostic(code(uplint::project::config), help("{help}"))]
    BadConfiguration {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        help: String,
    },

    /// Our own cache directory cannot be used.
    #[error("cannot use the cache directory `{}`: {reason}", path.display())]
    #[diagnostic(code(uplint::cache::unusable), help("name another one by `--cache-dir`"))]
    Cache {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        reason: Arc<std::io::Error>,
    },

    /// There is no place for a cache.
    #[error("no cache directory is known: there is no home directory")]
    #[diagnostic(code(uplint::cache::nowhere), help("name one by `--cache-dir`"))]
    NoCacheDirectory,
}

impl CompileError {
    /// Whether the input is sound but holds nothing to judge.
    pub fn is_nothing_to_judge(&self) -> bool {
        matches!(self, Self::NothingFound { .. } | Self::Document(ReadError::EmptyBytecode { .. }))
    }

    /// Whether a dependency of the sources is missing: what an old revision without its dependencies shows.
    pub fn is_missing_dependency(&self) -> bool {
        matches!(self, Self::ImportNotFound { .. })
    }

    pub(crate) fn does_not_compile(name: &str, mut messages: Vec<String>, compiler: &str) -> Self {
        const SHOWN: usize = 20;
        let hidden = messages.len().saturating_sub(SHOWN);
        messages.truncate(SHOWN);
        if hidden > 0 {
            messages.push(format!("and {hidden} more"));
        }
        let messages = messages.iter().map(|message| printable(message)).collect();
        let help = format!("these are the messages of {compiler}; correct the sources, or the settings they need");
        Self::DoesNotCompile { name: name.to_owned(), messages, help }
    }

    pub(crate) fn unreadable(path: &Path, reason: std::io::Error) -> Self {
        if reason.kind() == std::io::ErrorKind::NotFound {
            Self::Missing { path: path.to_path_buf() }
        } else {
            Self::Unreadable { path: path.to_path_buf(), reason: Arc::new(reason) }
        }
    }

    pub(crate) fn cache(path: &Path, reason: std::io::Error) -> Self {
        Self::Cache { path: path.to_path_buf(), reason: Arc::new(reason) }
    }
}

/// A text that quotes a stranger's source, without what a terminal would take for a command.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

fn imports_not_found(imports: &[(String, String)]) -> String {
    const SHOWN: usize = 10;
    let mut text = String::new();
    for (index, (import, importer)) in imports.iter().take(SHOWN).enumerate() {
        let start = if index == 0 { "" } else { "\n" };
        // Writing to a string does not fail.
        write!(text, "{start}import `{}` of `{}` is not found", printable(import), printable(importer))
            .unwrap_or_default();
    }
    if imports.len() > SHOWN {
        write!(text, "\nand {} more", imports.len() - SHOWN).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_source_cannot_command_the_terminal() {
        let messages = vec!["TypeError: \u{1b}[2J\u{7}\n --> A.sol:1:1\t|".to_owned()];
        let text = CompileError::does_not_compile("`A.sol`", messages, "solc 0.8.28").to_string();
        assert_eq!(text, "`A.sol` does not compile\nTypeError: \u{fffd}[2J\u{fffd}\n --> A.sol:1:1\t|");
        let imports = vec![("\u{1b}[2J".to_owned(), "A.sol".to_owned())];
        assert!(!CompileError::ImportNotFound { imports }.to_string().contains('\u{1b}'));
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let imports = (0..12).map(|at| (format!("{at}.sol"), "A.sol".to_owned())).collect();
        let text = CompileError::ImportNotFound { imports }.to_string();
        assert!(text.ends_with("and 2 more") && text.lines().count() == 11, "{text}");
    }
}
