//! A folder of Solidity files without a framework, or one file: which files, which dependencies, which settings?
//!
//! The settings are solc's own. Dependencies are found beside the importing file, by a `remappings.txt`, in a `lib`
//! folder and in `node_modules`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use foundry_compilers::artifacts::Settings;
use foundry_compilers::artifacts::remappings::Remapping;
use foundry_compilers::artifacts::{Optimizer, SolcLanguage};
use foundry_compilers::{ProjectPathsConfig, ProjectPathsConfig as Paths};

use crate::discover;
use crate::error::CompileError;
use crate::units::SourceSet;

/// Folders of dependencies and build products beside a folder of sources.
const BESIDE_SOURCES: [&str; 5] = ["lib", "out", "artifacts", "cache", "broadcast"];

/// The Solidity files of a folder. `root` is a real path.
pub(crate) fn directory(root: &Path) -> Result<SourceSet, CompileError> {
    let has_sources = ["src", "contracts"].iter().any(|name| root.join(name).is_dir());
    let is_pruned =
        |dir: &Path| has_sources && dir.parent() == Some(root) && BESIDE_SOURCES.iter().any(|name| dir.ends_with(name));
    let is_script = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".t.sol") || name.ends_with(".s.sol")
    };
    let mut files = discover::source_files(root, root, &["sol"], is_pruned)?;
    files.retain(|path| !is_script(path));
    project(root, files)
}

/// One Solidity file in the folder `root`. Both are real paths.
pub(crate) fn file(root: &Path, file: &Path) -> Result<SourceSet, CompileError> {
    source_set(root, vec![file.to_path_buf()], format!("`{}`", file.display()))
}

/// These files of the project in `root`, a real path.
pub(crate) fn project(root: &Path, files: Vec<PathBuf>) -> Result<SourceSet, CompileError> {
    source_set(root, files, format!("`{}`", root.display()))
}

fn source_set(root: &Path, files: Vec<PathBuf>, name: String) -> Result<SourceSet, CompileError> {
    let node_modules = discover::node_modules(root);
    let libraries: Vec<PathBuf> =
        std::iter::once(root.join("lib")).filter(|lib| lib.is_dir()).chain(node_modules.iter().cloned()).collect();
    Ok(SourceSet {
        name,
        paths: paths(root, root, libraries, remappings_txt(root)?),
        files,
        settings: default_settings(),
        additional_settings: BTreeMap::new(),
        restrictions: Vec::new(),
        allowed: Vec::new(),
        unnamed_folders: node_modules,
    })
}

/// The places of a project that have a meaning for resolving imports.
pub(crate) fn paths(
    root: &Path,
    sources: &Path,
    libraries: Vec<PathBuf>,
    remappings: Vec<Remapping>,
) -> Paths<SolcLanguage> {
    ProjectPathsConfig::builder()
        .sources(sources)
        .tests(root.join("test"))
        .scripts(root.join("script"))
        .artifacts(root.join("out"))
        .libs(libraries)
        .remappings(remappings)
        .build_with_root(root)
}

/// Nothing but what solc does by itself.
pub(crate) fn default_settings() -> Settings {
    Settings {
        optimizer: Optimizer { enabled: Some(false), runs: None, details: None },
        metadata: None,
        evm_version: None,
        via_ir: None,
        ..Settings::default()
    }
}

/// The remappings of a `remappings.txt`, one a line; a malformed line is an error that names it.
pub(crate) fn remappings_txt(root: &Path) -> Result<Vec<Remapping>, CompileError> {
    let path = root.join("remappings.txt");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(CompileError::unreadable(&path, error)),
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            line.parse().map_err(|error| CompileError::BadConfiguration {
                path: path.clone(),
                reason: format!("{error}"),
                help: "write one `context:prefix=target` a line; the context is optional".to_owned(),
            })
        })
        .collect()
}
