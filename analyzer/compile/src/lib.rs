//! From what a user names to compiled artifacts: projects, files, build information, bytecode.
//!
//! # Invariant
//!
//! This is the only crate that reads projects, starts compilers and keeps a cache. It writes only below its cache
//! directory, runs nothing that comes with a project unless the user says so, and hands out artifacts in which every
//! path is relative to the project. It does not know what a storage slot means, what a rule is or how a report looks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uplint_artifact::Artifact;

mod cache;
mod complete;
mod discover;
mod documents;
mod error;
pub mod foundry;
mod hardhat;
mod input;
mod options;
mod plain;
mod solc;
mod standard_json;
mod store;
mod temporary;
mod units;
mod vyper;

pub use cache::{CleanReport, clean};
pub use error::CompileError;
pub use input::{load, load_bytes, project_root};
pub use options::CompileOptions;
pub use standard_json::{StandardJsonOutput, standard_json};
pub use store::process::end_running_programs;
pub use temporary::remove_temporary_files;

/// Told what is being done when it takes time, from any thread.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// What an input was made into.
#[derive(Clone, Debug)]
pub struct Build {
    /// Its contracts by name, each once.
    pub artifacts: Vec<Artifact>,
    /// The folder that the paths in `artifacts` are relative to; `None` when the input says nothing about it.
    pub root: Option<PathBuf>,
    /// What the input is.
    pub kind: InputKind,
    /// What is missing and could not be had.
    pub gaps: Vec<BuildGap>,
    /// Hash of everything that was read.
    pub inputs_digest: [u8; 32],
    /// What the user should know, for standard error.
    pub notes: Vec<String>,
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputKind {
    /// A Foundry project.
    Foundry,
    /// A Hardhat project.
    Hardhat,
    /// A folder of sources without a framework.
    Directory,
    /// One Solidity file.
    SolidityFile,
    /// One Vyper file.
    VyperFile,
    /// The output of solc's standard JSON.
    StandardJson,
    /// Build information of Foundry or Hardhat.
    BuildInfo,
    /// Contracts as Foundry or Hardhat writes them, one a file.
    Artifacts,
    /// Bare runtime bytecode.
    Bytecode,
}

/// Something that an analysis may need and that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuildGap {
    /// Display path of the source that it concerns; `None` when it is the whole input.
    pub path: Option<Arc<str>>,
    /// Name of the contract; `None` when it is the whole source.
    pub contract: Option<Arc<str>>,
    /// What is missing.
    pub part: uplint_artifact::read::Part,
    /// What is missing and why, in a sentence.
    pub message: String,
}

/// The real path of something that has to exist.
fn real_path(path: &Path) -> Result<PathBuf, CompileError> {
    path.canonicalize().map_err(|error| CompileError::unreadable(path, error))
}
