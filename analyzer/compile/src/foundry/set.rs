//! A Foundry project's configuration as sources and settings for the compiler.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use foundry_compilers::ProjectPathsConfig;
use foundry_compilers::artifacts::{
    BytecodeHash, DebuggingSettings, EvmVersion, Libraries, Optimizer, RevertStrings, Settings, SettingsMetadata,
    SolcLanguage,
};
use foundry_compilers::compilers::RestrictionsWithVersion;
use foundry_compilers::compilers::solc::{Restriction, SolcRestrictions};
use globset::{Glob, GlobMatcher};
use semver::{Version, VersionReq};

use super::document::bad;
use super::{CompilationRestriction, CompilerProfile, DEFAULT_EVM_VERSION, FoundryConfig, SolcChoice};
use crate::discover;
use crate::error::CompileError;
use crate::plain;
use crate::units::SourceSet;

/// The target of a build: the one named, else the default, which a named compiler lowers to what it knows.
pub(super) fn evm_version(named: Option<&str>, solc: Option<&SolcChoice>, path: &Path) -> Result<String, CompileError> {
    let target: EvmVersion = value(path, "evm_version", &named.unwrap_or(DEFAULT_EVM_VERSION).to_lowercase())?;
    let lowered = match solc {
        Some(SolcChoice::Version(version)) => target.normalize_version_solc(version),
        _ => None,
    };
    Ok(lowered.unwrap_or(target).to_string())
}

/// The project's sources, or only `files` of it, and its settings.
pub(crate) fn source_set(config: &FoundryConfig, files: Option<Vec<PathBuf>>) -> Result<SourceSet, CompileError> {
    let root = &config.root;
    let path = root.join("foundry.toml");
    let mut remappings = Vec::new();
    for text in &config.remappings {
        remappings.push(value(&path, "remappings", text)?);
    }
    let mut paths = plain::paths(root, &root.join(&config.src), libraries(config), remappings);
    paths.tests = root.join(&config.test);
    paths.scripts = root.join(&config.script);
    paths.include_paths = config.include_paths.iter().map(|include| root.join(include)).collect();
    let settings = settings(config, &paths, &path)?;
    let mut additional_settings = BTreeMap::new();
    for profile in &config.additional_compiler_profiles {
        additional_settings.insert(profile.name.clone(), profile_settings(&settings, profile, &path)?);
    }
    let files = match files {
        Some(files) => files,
        None => source_files(config, &path)?,
    };
    let restrictions =
        config.compilation_restrictions.iter().map(|demand| restriction(demand, &path)).collect::<Result<_, _>>()?;
    Ok(SourceSet {
        name: format!("`{}`", root.display()),
        paths,
        files,
        settings,
        additional_settings,
        restrictions,
        allowed: config.allow_paths.iter().chain(&config.include_paths).cloned().collect(),
        unnamed_folders: Vec::new(),
    })
}

/// Library folders for resolving imports: those of the configuration and, as forge does, `include_paths`.
fn libraries(config: &FoundryConfig) -> Vec<PathBuf> {
    config.libs.iter().chain(&config.include_paths).map(|library| config.root.join(library)).collect()
}

/// The files of the source folder that are no tests and no scripts and are not skipped.
fn source_files(config: &FoundryConfig, path: &Path) -> Result<Vec<PathBuf>, CompileError> {
    let root = &config.root;
    let sources = root.join(&config.src);
    if !sources.is_dir() {
        return Ok(Vec::new());
    }
    let not_sources: Vec<PathBuf> = [&config.test, &config.script, &config.out]
        .into_iter()
        .chain(&config.libs)
        .map(|folder| root.join(folder))
        .chain(["cache", "broadcast"].map(|folder| root.join(folder)))
        .collect();
    let skip = config.skip.iter().map(|glob| Skip::new(glob, path)).collect::<Result<Vec<_>, _>>()?;
    // A source folder may lie in a folder of another role, and then it is still the source folder.
    let is_pruned = |dir: &Path| not_sources.iter().any(|folder| same(folder, dir)) && !sources.starts_with(dir);
    let mut files =
        discover::source_files(&sources.canonicalize().unwrap_or(sources.clone()), root, &["sol"], is_pruned)?;
    files.retain(|file| {
        let relative = discover::relative(file, root);
        !relative.ends_with(".t.sol")
            && !relative.ends_with(".s.sol")
            && !skip.iter().any(|skip| skip.matches(&relative))
    });
    Ok(files)
}

fn same(a: &Path, b: &Path) -> bool {
    a.components().eq(b.components())
}

/// A pattern of sources that are not built.
struct Skip {
    glob: GlobMatcher,
    text: String,
}

impl Skip {
    fn new(text: &str, path: &Path) -> Result<Self, CompileError> {
        Ok(Self { glob: glob(text, path)?, text: text.to_owned() })
    }

    /// Whether a path relative to the project is meant: by its whole, by its name, or written from `./` on.
    fn matches(&self, relative: &str) -> bool {
        let name = relative.rsplit('/').next().unwrap_or(relative);
        self.glob.is_match(relative)
            || name.contains(&self.text)
            || self.text.starts_with("./") && self.glob.is_match(format!("./{relative}"))
    }
}

fn glob(text: &str, path: &Path) -> Result<GlobMatcher, CompileError> {
    Glob::new(text).map(|glob| glob.compile_matcher()).map_err(|error| bad(path, error.to_string()))
}

fn settings(
    config: &FoundryConfig,
    paths: &ProjectPathsConfig<SolcLanguage>,
    path: &Path,
) -> Result<Settings, CompileError> {
    let details = config.optimizer_details.clone().map(serde_json::from_value).transpose();
    let libraries = Libraries::parse(&config.libraries).map_err(|error| bad(path, error.to_string()))?;
    let libraries = paths.apply_lib_remappings(libraries).with_stripped_file_prefixes(&config.root);
    let revert_strings =
        config.revert_strings.as_deref().map(|text| value::<RevertStrings>(path, "revert_strings", text));
    Ok(Settings {
        libraries,
        optimizer: Optimizer {
            enabled: Some(config.optimizer),
            runs: Some(config.optimizer_runs),
            details: details.map_err(|error| bad(path, format!("`optimizer_details`: {error}")))?,
        },
        evm_version: Some(value(path, "evm_version", &config.evm_version)?),
        metadata: Some(SettingsMetadata {
            use_literal_content: Some(config.use_literal_content),
            bytecode_hash: Some(value::<BytecodeHash>(path, "bytecode_hash", &config.bytecode_hash)?),
            cbor_metadata: Some(config.cbor_metadata),
        }),
        debug: revert_strings
            .transpose()?
            .map(|strings| DebuggingSettings { revert_strings: Some(strings), debug_info: Vec::new() }),
        via_ir: Some(config.via_ir),
        ..plain::default_settings()
    })
}

/// The ordinary settings with what a further profile changes.
fn profile_settings(base: &Settings, profile: &CompilerProfile, path: &Path) -> Result<Settings, CompileError> {
    let mut settings = base.clone();
    if profile.via_ir.is_some() {
        settings.via_ir = profile.via_ir;
    }
    if let Some(target) = &profile.evm_version {
        settings.evm_version = Some(value(path, "evm_version", &target.to_lowercase())?);
    }
    if profile.optimizer.is_some() {
        settings.optimizer.enabled = profile.optimizer;
    }
    if let Some(runs) = profile.optimizer_runs {
        settings.optimizer.runs = Some(runs);
        // Naming the runs switches the optimizer on, as it does for the whole project.
        if profile.optimizer.is_none() {
            settings.optimizer.enabled = Some(runs > 0);
        }
    }
    if let Some(hash) = &profile.bytecode_hash {
        let hash = value(path, "bytecode_hash", hash)?;
        settings.metadata.get_or_insert_with(|| SettingsMetadata::new(hash, true)).bytecode_hash = Some(hash);
    }
    Ok(settings)
}

fn restriction(
    demand: &CompilationRestriction,
    path: &Path,
) -> Result<(GlobMatcher, RestrictionsWithVersion<SolcRestrictions>), CompileError> {
    let target = |text: &Option<String>| -> Result<Option<EvmVersion>, CompileError> {
        text.as_ref().map(|text| value(path, "evm_version", &text.to_lowercase())).transpose()
    };
    let exact = target(&demand.evm_version)?;
    let restrictions = SolcRestrictions {
        evm_version: Restriction {
            min: target(&demand.min_evm_version)?.or(exact),
            max: target(&demand.max_evm_version)?.or(exact),
        },
        via_ir: demand.via_ir,
        optimizer_runs: Restriction {
            min: demand.min_optimizer_runs.or(demand.optimizer_runs),
            max: demand.max_optimizer_runs.or(demand.optimizer_runs),
        },
        bytecode_hash: demand.bytecode_hash.as_ref().map(|hash| value(path, "bytecode_hash", hash)).transpose()?,
    };
    let version = demand.version.as_ref().map(|version| requirement(version, path)).transpose()?;
    Ok((glob(&demand.paths, path)?, RestrictionsWithVersion { version, restrictions }))
}

fn requirement(text: &str, path: &Path) -> Result<VersionReq, CompileError> {
    if Version::parse(text).is_ok() {
        return Err(bad(
            path,
            format!("write `={text}` or `>={text}` in `compilation_restrictions`: `{text}` is ambiguous"),
        ));
    }
    value(path, "version", text)
}

/// A value of a key, read from its text.
fn value<T: FromStr>(path: &Path, key: &str, text: &str) -> Result<T, CompileError>
where
    T::Err: Display,
{
    text.parse().map_err(|error| bad(path, format!("`{key} = \"{text}\"`: {error}")))
}
