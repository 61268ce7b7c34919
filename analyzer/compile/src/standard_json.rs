//! What does solc of one version print for an input that somebody else wrote?

use semver::Version;
use uplint_artifact::read;
use uplint_artifact::{CompilerInfo, Language};

use crate::cache::Cache;
use crate::error::CompileError;
use crate::options::CompileOptions;
use crate::store::Store;
use crate::{Progress, solc};

/// What a compiler printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardJsonOutput {
    /// Its version with the commit.
    pub long_version: String,
    /// The document, as printed. It may report errors of the sources.
    pub output: String,
}

/// Runs solc of a version on a standard-JSON input, found and cached as for every other input.
pub fn standard_json(
    version: &Version,
    input: &str,
    options: &CompileOptions,
    progress: Progress<'_>,
) -> Result<StandardJsonOutput, CompileError> {
    let store = Store::new(options, None, None)?;
    let cache = Cache::new(store.directory(), !options.no_cache);
    let solc = store.solc(version)?;
    let long_version = solc.identity.long_version.clone();
    let compiler = CompilerInfo {
        language: Language::Solidity,
        version: Some(solc.identity.version.clone()),
        long_version: long_version.clone(),
    };
    let is_sound = |output: &str| {
        let document = read::standard_json_output(output.as_bytes(), Some(input), compiler);
        document.is_ok_and(|document| !document.has_errors())
    };
    let on_run = || progress(&format!("compiling with solc {version}"));
    let output = solc::print(&store, &cache, &solc, input, is_sound, on_run)?;
    Ok(StandardJsonOutput { long_version, output })
}
