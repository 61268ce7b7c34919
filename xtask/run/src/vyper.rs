//! Vyper of a pinned version, installed from the Python package index into a virtual environment of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::TaskError;
use crate::folder::{self, parse_json};
use crate::program::{Program, warn};
use crate::testdata::Printed;

/// Installs a version below a folder, unless it is there, and returns the folder of its executables.
pub(crate) fn install(folder: &Path, version: &str) -> Result<PathBuf, TaskError> {
    let place = folder.join(version);
    let (executables, stamp) = (place.join("bin"), place.join("installed.txt"));
    if stamp.is_file() {
        return Ok(executables);
    }
    warn(&format!("installing vyper {version}"));
    folder::remove(&place)?;
    Program::new("python3").args(["-m", "venv"]).arg(&place).output()?;
    let pip = Program::new(executables.join("python3")).args(["-m", "pip", "--disable-pip-version-check", "--quiet"]);
    // Vyper 0.3 imports a module that newer releases of setuptools no longer bring.
    pip.args(["install", &format!("vyper=={version}"), "setuptools<81"]).output()?;
    folder::write(&stamp, version)?;
    Ok(executables)
}

/// Compiles a standard-JSON input.
pub(crate) fn compile(folder: &Path, version: &str, input: &Value) -> Result<Printed, TaskError> {
    let executables = install(folder, version)?;
    let name = format!("vyper {version}");
    let printed = Program::new(executables.join("vyper")).arg("--version").output()?;
    let compiler = String::from_utf8_lossy(&printed).trim().to_owned();
    let program = Program::new(executables.join("vyper-json"));
    let failed = |reason: String| TaskError::Compiler { version: name.clone(), reason };
    let mut child = program
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    // It reads to the end before it writes, so writing all first cannot block.
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.to_string().as_bytes()));
    written.map_err(|error| failed(error.to_string()))?;
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let mut output = parse_json(Path::new(&name), &output.stdout)?;
    add_layouts(&mut output, input, |text| layout(&executables, folder, text))?;
    Ok(Printed { compiler, output })
}

/// Puts the layout beside the interface where the standard-JSON output has none: Vyper 0.3 prints it alone only.
fn add_layouts(
    output: &mut Value,
    input: &Value,
    print: impl Fn(&str) -> Result<Value, TaskError>,
) -> Result<(), TaskError> {
    for (file, contracts) in output["contracts"].as_object_mut().into_iter().flatten() {
        for contract in contracts.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            if contract.get("layout").is_none() {
                contract["layout"] = print(input["sources"][file]["content"].as_str().unwrap_or_default())?;
            }
        }
    }
    Ok(())
}

/// The layout of one source that imports nothing.
fn layout(executables: &Path, folder: &Path, text: &str) -> Result<Value, TaskError> {
    // Threads compile different sources at the same time.
    let name = format!("{:?}.vy", std::thread::current().id()).replace(['(', ')'], "");
    let source = folder.join(name);
    folder::write(&source, text)?;
    let printed = Program::new(executables.join("vyper")).args(["-f", "layout"]).arg(&source).output()?;
    std::fs::remove_file(&source).map_err(|error| TaskError::File {
        attempt: "remove",
        path: source,
        source: error,
    })?;
    parse_json(Path::new("vyper -f layout"), &printed)
}
