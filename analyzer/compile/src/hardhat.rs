//! A Hardhat project: its build information where there is some, else its sources.
//!
//! `hardhat.config.js` is a program of the project and is never run, so settings are known from build information alone.

use std::path::{Path, PathBuf};

use uplint_artifact::read::Document;

use crate::discover;
use crate::documents::{self, Documents};
use crate::error::CompileError;
use crate::plain;
use crate::units::SourceSet;

/// Said when the settings are not known.
pub(crate) const DEFAULT_SETTINGS: &str = "the Hardhat configuration is not run and there is no build-info, so the sources were compiled with solc's own \
     settings; run `npx hardhat compile` to judge what is deployed";

/// The build information of the project, if there is any and it is of the sources as they are.
pub(crate) fn build_info(root: &Path) -> Result<Option<Documents>, CompileError> {
    let folder = root.join("artifacts").join("build-info");
    if !folder.is_dir() {
        return Ok(None);
    }
    discover::check_within(&folder, root)?;
    let Some(found) = documents::folder(&folder)? else { return Ok(None) };
    for document in &found.found {
        check_fresh(root, document)?;
    }
    Ok(Some(found))
}

/// Fails when a source of the project is not what was compiled: a verdict about other code would be worse than none.
fn check_fresh(root: &Path, document: &Document) -> Result<(), CompileError> {
    // Only what the document's contracts come from: an older file may hold what a newer one replaced.
    let mut sources: Vec<_> = document
        .artifacts
        .iter()
        .filter_map(uplint_artifact::Artifact::source_file)
        .map(|source| (&source.path, source.text.as_deref()))
        .collect();
    sources.sort();
    sources.dedup();
    for (path, text) in sources {
        let file = root.join(&**path);
        let Some(text) = text.filter(|_| !path.contains("..") && file.is_file()) else { continue };
        let current = std::fs::read_to_string(&file).map_err(|error| CompileError::unreadable(&file, error))?;
        if current.replace("\r\n", "\n") != text.replace("\r\n", "\n") {
            return Err(CompileError::StaleBuild { source_path: path.to_string(), root: root.to_path_buf() });
        }
    }
    Ok(())
}

/// The Solidity files below `contracts`, with packages from `node_modules`.
pub(crate) fn sources(root: &Path) -> Result<SourceSet, CompileError> {
    let folder = root.join("contracts");
    let mut files: Vec<PathBuf> =
        if folder.is_dir() { discover::source_files(&folder, root, &["sol"], |_| false)? } else { Vec::new() };
    files.retain(|file| !file.to_string_lossy().ends_with(".t.sol"));
    plain::project(root, files)
}
