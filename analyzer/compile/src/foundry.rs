//! How does a Foundry project want to be built?
//!
//! Everything of `foundry.toml` that decides what the compiler is given, read by ourselves, because what forge prints
//! comes with a forge that not every machine has. The defaults are those of forge 1.7.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use semver::Version;
use serde::Deserialize;
use toml::Value;

use crate::error::CompileError;

mod document;
mod links;
mod remappings;
mod set;

pub(crate) use document::Environment;
use document::{DEFAULT_PROFILE, bad};
pub(crate) use set::source_set;

/// The configuration of a Foundry project, as far as it decides a build. Paths are as written, relative to the root.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundryConfig {
    /// The project's root, a real path.
    pub root: PathBuf,
    /// The selected profile.
    pub profile: String,
    /// Folder of the sources.
    pub src: PathBuf,
    /// Folder of the tests.
    pub test: PathBuf,
    /// Folder of the scripts.
    pub script: PathBuf,
    /// Folder of the build products.
    pub out: PathBuf,
    /// Folders of libraries.
    pub libs: Vec<PathBuf>,
    /// Remappings that a build uses, in their order.
    pub remappings: Vec<String>,
    /// Remappings that `forge remappings` lists; it lists some that a build leaves out.
    pub listed_remappings: Vec<String>,
    /// Whether the libraries imply remappings.
    pub auto_detect_remappings: bool,
    /// The compiler, where one is named.
    pub solc: Option<SolcChoice>,
    /// Whether each source gets a compiler that fits its pragma; without a named compiler each does in any case, in
    /// forge 1.7 too.
    pub auto_detect_solc: bool,
    /// Whether downloads are forbidden.
    pub offline: bool,
    /// Target of the EVM.
    pub evm_version: String,
    /// Whether the optimizer runs.
    pub optimizer: bool,
    /// The optimizer's runs.
    pub optimizer_runs: usize,
    /// The optimizer's details, as solc names them.
    pub optimizer_details: Option<serde_json::Value>,
    /// Whether code goes through Yul.
    pub via_ir: bool,
    /// `ipfs`, `none` or `bzzr1`.
    pub bytecode_hash: String,
    /// Whether code ends in metadata.
    pub cbor_metadata: bool,
    /// Whether metadata holds whole sources.
    pub use_literal_content: bool,
    /// What happens to reason strings.
    pub revert_strings: Option<String>,
    /// Addresses of libraries, as `file:Name:0xaddress`.
    pub libraries: Vec<String>,
    /// Further folders from which sources may come.
    pub allow_paths: Vec<PathBuf>,
    /// Further folders in which imports are looked up.
    pub include_paths: Vec<PathBuf>,
    /// Globs of sources that are not built.
    pub skip: Vec<String>,
    /// Further settings by name.
    pub additional_compiler_profiles: Vec<CompilerProfile>,
    /// What single files demand.
    pub compilation_restrictions: Vec<CompilationRestriction>,
    /// The Vyper that is named.
    pub vyper: Option<PathBuf>,
}

/// The compiler that a project names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SolcChoice {
    /// A version.
    Version(Version),
    /// An executable, as written.
    Path(PathBuf),
}

/// Settings under which files may be built besides the ordinary ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CompilerProfile {
    /// Its name.
    pub name: String,
    /// Whether code goes through Yul.
    pub via_ir: Option<bool>,
    /// Target of the EVM.
    pub evm_version: Option<String>,
    /// Whether the optimizer runs.
    pub optimizer: Option<bool>,
    /// The optimizer's runs.
    pub optimizer_runs: Option<usize>,
    /// `ipfs`, `none` or `bzzr1`.
    pub bytecode_hash: Option<String>,
}

/// What the files that match a glob demand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CompilationRestriction {
    /// The glob.
    pub paths: String,
    /// Versions of the compiler.
    pub version: Option<String>,
    /// Whether code goes through Yul.
    pub via_ir: Option<bool>,
    /// `ipfs`, `none` or `bzzr1`.
    pub bytecode_hash: Option<String>,
    /// Fewest runs of the optimizer.
    pub min_optimizer_runs: Option<usize>,
    /// Exact runs of the optimizer.
    pub optimizer_runs: Option<usize>,
    /// Most runs of the optimizer.
    pub max_optimizer_runs: Option<usize>,
    /// Oldest target.
    pub min_evm_version: Option<String>,
    /// Exact target.
    pub evm_version: Option<String>,
    /// Newest target.
    pub max_evm_version: Option<String>,
}

/// The keys that matter, as they are written.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Raw {
    src: String,
    test: String,
    script: String,
    out: String,
    libs: Vec<String>,
    remappings: Vec<String>,
    auto_detect_remappings: bool,
    solc: Option<String>,
    solc_version: Option<String>,
    auto_detect_solc: bool,
    offline: bool,
    evm_version: Option<String>,
    optimizer: Option<bool>,
    optimizer_runs: Option<usize>,
    optimizer_details: Option<serde_json::Value>,
    via_ir: bool,
    bytecode_hash: String,
    cbor_metadata: bool,
    use_literal_content: bool,
    revert_strings: Option<String>,
    libraries: Vec<String>,
    allow_paths: Vec<PathBuf>,
    include_paths: Vec<PathBuf>,
    skip: Vec<String>,
    additional_compiler_profiles: Vec<CompilerProfile>,
    compilation_restrictions: Vec<CompilationRestriction>,
    vyper: RawVyper,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawVyper {
    path: Option<PathBuf>,
}

impl Default for Raw {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            src: text("src"),
            test: text("test"),
            script: text("script"),
            out: text("out"),
            libs: Vec::new(),
            remappings: Vec::new(),
            auto_detect_remappings: true,
            solc: None,
            solc_version: None,
            auto_detect_solc: true,
            offline: false,
            evm_version: None,
            optimizer: None,
            optimizer_runs: None,
            optimizer_details: None,
            via_ir: false,
            bytecode_hash: text("ipfs"),
            cbor_metadata: true,
            use_literal_content: false,
            revert_strings: None,
            libraries: Vec::new(),
            allow_paths: Vec::new(),
            include_paths: Vec::new(),
            skip: Vec::new(),
            additional_compiler_profiles: Vec::new(),
            compilation_restrictions: Vec::new(),
            vyper: RawVyper::default(),
        }
    }
}

/// The target of forge 1.7 where none is named; solc lowers it to what it knows.
const DEFAULT_EVM_VERSION: &str = "osaka";

/// Reads the configuration of the project at `root` under a profile; without one under that of `FOUNDRY_PROFILE`.
pub fn resolve(root: &Path, profile: Option<&str>) -> Result<FoundryConfig, CompileError> {
    resolve_in(root, profile, &Environment::of_process())
}

/// As [`resolve`], with the variables given.
pub(crate) fn resolve_in(
    root: &Path,
    profile: Option<&str>,
    environment: &Environment,
) -> Result<FoundryConfig, CompileError> {
    let profile = profile.or_else(|| environment.get("FOUNDRY_PROFILE")).unwrap_or(DEFAULT_PROFILE);
    resolve_at(&crate::real_path(root)?, profile, environment, 0)
}

fn resolve_at(
    root: &Path,
    profile: &str,
    environment: &Environment,
    depth: usize,
) -> Result<FoundryConfig, CompileError> {
    let (values, path) = document::values(root, profile, environment)?;
    let names: BTreeMap<&str, bool> = ["src", "libs"].into_iter().map(|key| (key, values.contains_key(key))).collect();
    let mut raw: Raw = Value::Table(values)
        .try_into()
        .map_err(|error: toml::de::Error| bad(&path, error.to_string().trim_end().to_owned()))?;
    if !names["src"] && !root.join("src").is_dir() && root.join("contracts").is_dir() {
        "contracts".clone_into(&mut raw.src);
    }
    if !names["libs"] {
        raw.libs = default_libraries(root);
    }
    let found = remappings::find(root, &raw, profile, environment, depth)?;
    let solc = raw.solc_choice();
    let (optimizer, optimizer_runs) = match (raw.optimizer, raw.optimizer_runs) {
        (None, None) => (false, 200),
        (None, Some(runs)) => (runs > 0, runs),
        (Some(enabled), runs) => (enabled, runs.unwrap_or(200)),
    };
    Ok(FoundryConfig {
        root: root.to_path_buf(),
        profile: profile.to_owned(),
        evm_version: set::evm_version(raw.evm_version.as_deref(), solc.as_ref(), &path)?,
        solc,
        optimizer,
        optimizer_runs,
        remappings: found.used.iter().map(ToString::to_string).collect(),
        listed_remappings: found.listed.iter().map(ToString::to_string).collect(),
        src: raw.src.into(),
        test: raw.test.into(),
        script: raw.script.into(),
        out: raw.out.into(),
        libs: raw.libs.into_iter().map(PathBuf::from).collect(),
        auto_detect_remappings: raw.auto_detect_remappings,
        auto_detect_solc: raw.auto_detect_solc,
        offline: raw.offline,
        optimizer_details: raw.optimizer_details,
        via_ir: raw.via_ir,
        bytecode_hash: raw.bytecode_hash,
        cbor_metadata: raw.cbor_metadata,
        use_literal_content: raw.use_literal_content,
        revert_strings: raw.revert_strings,
        libraries: raw.libraries,
        allow_paths: raw.allow_paths,
        include_paths: raw.include_paths,
        skip: raw.skip,
        additional_compiler_profiles: raw.additional_compiler_profiles,
        compilation_restrictions: raw.compilation_restrictions,
        vyper: raw.vyper.path,
    })
}

impl Raw {
    fn solc_choice(&self) -> Option<SolcChoice> {
        let text = self.solc.as_ref().or(self.solc_version.as_ref())?;
        Some(match Version::from_str(text.trim_start_matches('v')) {
            Ok(version) => SolcChoice::Version(version),
            Err(_) => SolcChoice::Path(PathBuf::from(text)),
        })
    }
}

/// The library folders that are there, as forge looks for them.
fn default_libraries(root: &Path) -> Vec<String> {
    let present: Vec<String> =
        ["lib", "node_modules"].into_iter().filter(|name| root.join(name).is_dir()).map(str::to_owned).collect();
    if present.is_empty() { vec!["lib".to_owned()] } else { present }
}

#[cfg(test)]
mod tests;
