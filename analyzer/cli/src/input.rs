//! From what the command line names to the contracts of a version.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use uplint_artifact::{Artifact, Ast, Language, Tree, Unit};
use uplint_compile::{Build, BuildGap, CompileOptions, InputKind, Progress};
use uplint_rules::InputSummary;

use crate::args::{ChoiceArgs, CompileArgs};
use crate::detect::{Candidate, candidates};
use crate::error::CliError;

/// The most bytes that are read from standard input.
const STANDARD_INPUT_LIMIT_BYTES: u64 = 1 << 30;

/// Where a version comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file or a directory.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// Reads an input's name. `--project` leads into directories.
    pub(crate) fn new(name: &Path, choice: &ChoiceArgs) -> Result<Self, CliError> {
        if name.as_os_str() == "-" {
            return Ok(Self::Stdin);
        }
        let text = name.to_string_lossy();
        if text.starts_with("git:") || is_address(&text) {
            return Err(CliError::usage(
                format!("`{text}` cannot be read by this build: revisions and addresses are not among its inputs"),
                "check the revision out beside the project, or save the code in a `.hex` file",
            ));
        }
        if is_long_hexadecimal(&text) && !name.exists() {
            return Err(CliError::usage(
                "bytecode is not taken as an argument",
                "give it in a `.hex` file, or `-` and on standard input",
            ));
        }
        match &choice.project {
            Some(project) if name.is_dir() => {
                if !project.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
                    return Err(CliError::usage(
                        format!("`--project {}` leads out of the input", project.display()),
                        "name a directory within the input, relative to it",
                    ));
                }
                Ok(Self::Path(name.join(project)))
            }
            _ => Ok(Self::Path(name.to_path_buf())),
        }
    }
}

fn is_address(text: &str) -> bool {
    let digits = text.rsplit(':').next().and_then(|last| last.strip_prefix("0x"));
    digits.is_some_and(|digits| digits.len() == 40 && is_hexadecimal(digits))
}

fn is_long_hexadecimal(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    digits.len() > 40 && is_hexadecimal(digits) || text.starts_with("0x") && is_hexadecimal(digits)
}

fn is_hexadecimal(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The contracts of a version, and what reports say about where they come from.
#[derive(Debug)]
pub(crate) struct Version {
    /// Contracts by name.
    pub(crate) candidates: Vec<Candidate>,
    /// What the input lacks.
    pub(crate) gaps: Vec<BuildGap>,
    /// Where the paths of its sources start; `None` when the input does not say.
    pub(crate) root: Option<PathBuf>,
    /// How reports name the input.
    pub(crate) summary: InputSummary,
    /// Remarks for the user.
    pub(crate) notes: Vec<String>,
}

/// Reads or compiles a version.
pub(crate) fn load(
    input: &Input,
    shown_as: String,
    options: &CompileOptions,
    progress: Progress<'_>,
) -> Result<Version, CliError> {
    let build = match input {
        Input::Path(path) => uplint_compile::load(path, options, progress)?,
        Input::Stdin => {
            progress("reading standard input");
            uplint_compile::load_bytes("stdin", &standard_input()?, options)?
        }
    };
    Ok(version(build, shown_as))
}

fn version(build: Build, given: String) -> Version {
    let Build { artifacts, root, kind, gaps, inputs_digest, notes } = build;
    let artifacts: Vec<Arc<Artifact>> = artifacts.into_iter().map(Arc::new).collect();
    read_syntax_trees(&artifacts);
    let only_one =
        artifacts.len() == 1 && matches!(kind, InputKind::Bytecode | InputKind::Artifacts | InputKind::VyperFile);
    let summary = InputSummary {
        given,
        kind: kind_name(kind).to_owned(),
        digest: alloy_primitives::hex::encode(inputs_digest),
        compilers: compilers(&artifacts),
    };
    Version { candidates: candidates(&artifacts, only_one), gaps, root, summary, notes }
}

/// Reads the syntax trees of all sources side by side; judging would read them one after the other when first asked.
fn read_syntax_trees(artifacts: &[Arc<Artifact>]) {
    let mut units: Vec<&Arc<Unit>> = artifacts.iter().filter_map(|artifact| artifact.unit.as_ref()).collect();
    units.sort_by_key(|unit| Arc::as_ptr(unit));
    units.dedup_by_key(|unit| Arc::as_ptr(unit));
    units.par_iter().for_each(|unit| {
        let trees = unit.ast_documents.par_iter().map(|(source, document)| Tree::read(*source, document)).collect();
        unit.parsed_ast.get_or_init(|| Ast::join(trees));
    });
}

fn kind_name(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Foundry => "foundry project",
        InputKind::Hardhat => "hardhat project",
        InputKind::Directory => "directory",
        InputKind::SolidityFile => "solidity file",
        InputKind::VyperFile => "vyper file",
        InputKind::StandardJson => "standard-JSON output",
        InputKind::BuildInfo => "build-info",
        InputKind::Artifacts => "artifacts",
        InputKind::Bytecode => "bytecode",
    }
}

/// The compilers of a version, by name and version.
fn compilers(artifacts: &[Arc<Artifact>]) -> Vec<String> {
    let mut known: Vec<_> = artifacts
        .iter()
        .filter_map(|artifact| artifact.unit.as_ref())
        .filter_map(|unit| Some((unit.compiler.language, unit.compiler.version.clone()?)))
        .map(|(language, version)| (if language == Language::Vyper { "vyper" } else { "solc" }, version))
        .collect();
    known.sort();
    known.dedup();
    known.into_iter().map(|(name, version)| format!("{name} {version}")).collect()
}

fn standard_input() -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let mut stdin = std::io::stdin().lock().take(STANDARD_INPUT_LIMIT_BYTES + 1);
    stdin.read_to_end(&mut bytes).map_err(|reason| CliError::StandardInput { reason })?;
    if bytes.len() as u64 > STANDARD_INPUT_LIMIT_BYTES {
        let reason = std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it is larger than 1 GiB");
        return Err(CliError::StandardInput { reason });
    }
    Ok(bytes)
}

/// How reports name two inputs: by what is left of their paths without the folders that they share, so that neither the
/// working directory nor the place of a checkout is in a report.
pub(crate) fn names_of(old: &Input, new: &Input) -> (String, String) {
    let (old, new) = (components(old), components(new));
    let shared = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = |path: &[String]| {
        let start = shared.min(path.len().saturating_sub(1));
        path.get(start..).unwrap_or_default().join("/")
    };
    (rest(&old), rest(&new))
}

/// How reports name the only input.
pub(crate) fn name_of(input: &Input) -> String {
    components(input).pop().unwrap_or_default()
}

fn components(input: &Input) -> Vec<String> {
    let Input::Path(path) = input else { return vec!["stdin".to_owned()] };
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    real.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect()
}

/// The choices about compiling that hold for all inputs of a run. No program within the inputs is run, nor within the
/// folders that `--project` leads down from.
pub(crate) fn compile_options(
    args: &CompileArgs,
    jobs: Option<u16>,
    inputs: &[&Input],
    given: &[&Path],
) -> CompileOptions {
    let projects = inputs.iter().filter_map(|input| match input {
        // An input that cannot be read is told about when it is loaded.
        Input::Path(path) => uplint_compile::project_root(path).ok(),
        Input::Stdin => None,
    });
    let folders = given.iter().filter(|given| given.is_dir()).filter_map(|given| given.canonicalize().ok());
    let mut forbidden_roots: Vec<PathBuf> = projects.chain(folders).collect();
    forbidden_roots.sort();
    forbidden_roots.dedup();
    CompileOptions {
        solc: args.solc.clone(),
        vyper: args.vyper.clone(),
        offline: args.offline,
        allow_project_compiler: args.allow_project_compiler,
        cache_dir: args.cache_dir.clone(),
        no_cache: args.no_cache,
        jobs: jobs.map(usize::from),
        profile: None,
        named_sources: Vec::new(),
        forbidden_roots,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(old: &str, new: &str) -> (String, String) {
        names_of(&Input::Path(old.into()), &Input::Path(new.into()))
    }

    #[test]
    fn inputs_are_named_by_what_tells_them_apart() {
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(names("/nowhere/demo/v1", "/nowhere/demo/v2"), pair("v1", "v2"));
        assert_eq!(names("/nowhere/a/Vault.sol", "/nowhere/b/Vault.sol"), pair("a/Vault.sol", "b/Vault.sol"));
        assert_eq!(names("/nowhere/a", "/nowhere/a"), pair("a", "a"));
        assert_eq!(names("/nowhere/a", "/nowhere/a/b"), pair("a", "b"));
    }

    #[test]
    fn bytecode_and_addresses_are_told_from_paths() {
        assert!(is_address("0x1111111111111111111111111111111111111111"));
        assert!(is_address("10:0x1111111111111111111111111111111111111111"));
        assert!(!is_address("src/Vault.sol"));
        assert!(is_long_hexadecimal("0x6080"));
        assert!(!is_long_hexadecimal("decade"));
    }
}
