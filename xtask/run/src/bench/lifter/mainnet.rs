//! Deployed codes of a folder, of which nothing is known but the bytes.

use std::path::Path;

use revm::primitives::hex;
use serde::Deserialize;

use super::Code;
use crate::TaskError;
use crate::folder;

/// A line of `runtime-sample.jsonl`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    runtime_bytecode: String,
}

/// All codes, in the order of the file and then of the names.
pub(super) fn codes(data: &Path) -> Result<Vec<Code>, TaskError> {
    let mut codes = Vec::new();
    let lines = data.join("runtime-sample.jsonl");
    if lines.is_file() {
        for line in folder::read(&lines)?.lines().filter(|line| !line.trim().is_empty()) {
            let Line { id, runtime_bytecode } = folder::parse_json(&lines, line.as_bytes())?;
            codes.push(code(&lines, id, &runtime_bytecode)?);
        }
    }
    let place = data.join("runtime");
    for entry in walkdir::WalkDir::new(&place).sort_by_file_name().into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|extension| extension == "hex") {
            let name = entry.file_name().to_string_lossy().into_owned();
            codes.push(code(entry.path(), name, &folder::read(entry.path())?)?);
        }
    }
    Ok(codes)
}

fn code(path: &Path, name: String, text: &str) -> Result<Code, TaskError> {
    let bytes = hex::decode(text.trim())
        .map_err(|error| TaskError::Form { path: path.into(), reason: format!("{name}: {error}") })?;
    Ok(Code {
        name,
        group: "deployed",
        bytes,
        entries: Vec::new(),
        has_truth: false,
        marks: None,
        functions: None,
        layout: serde_json::Value::Null,
    })
}
