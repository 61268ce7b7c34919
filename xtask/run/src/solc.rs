//! What solc of a pinned version prints, found and cached as uplint finds and caches it.

use std::path::Path;

use semver::Version;
use serde_json::Value;
use uplint_compile::{CompileOptions, standard_json};

use crate::TaskError;
use crate::folder::parse_json;
use crate::program::warn;
use crate::testdata::Printed;

/// Compiles a standard-JSON input.
pub(crate) fn compile(version: &str, input: &Value) -> Result<Printed, TaskError> {
    let name = format!("solc {version}");
    let failed = |reason: String| TaskError::Compiler { version: name.clone(), reason };
    let parsed = Version::parse(version).map_err(|error| failed(error.to_string()))?;
    // Only what runs long is worth a line.
    let on_progress = |_: &str| {};
    let printed = standard_json(&parsed, &input.to_string(), &CompileOptions::default(), &on_progress);
    let printed = printed.map_err(|error| {
        warn(&format!("{name}: {error}"));
        failed(error.to_string())
    })?;
    Ok(Printed { compiler: printed.long_version, output: parse_json(Path::new(&name), printed.output.as_bytes())? })
}
