//! What is compiled, by which compilers, with which settings.

use std::collections::BTreeMap;
use std::path::Path;

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::TaskError;
use crate::corpus::with_imports;
use crate::folder::{self, Folders};
use crate::npm::{self, Pinned};

/// `testdata/bytecode/matrix.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    solc: Vec<Version>,
    vyper: Vec<Version>,
    /// What is kept in the test data: folders by the name of the job.
    frozen: BTreeMap<String, String>,
    #[serde(default, rename = "package")]
    packages: Vec<Package>,
}

/// Contracts of packages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    sources: Vec<String>,
    /// Compilers in place of all that the pragmas allow.
    #[serde(default)]
    solc: Vec<Version>,
    dependencies: BTreeMap<String, String>,
    /// Where imports lie that begin otherwise than with a package's name.
    #[serde(default)]
    paths: BTreeMap<String, String>,
}

/// Sources that are compiled together.
struct Unit {
    name: String,
    sources: BTreeMap<String, String>,
    /// The sources whose contracts are taken.
    outputs: Vec<String>,
    solc: Vec<Version>,
}

/// A compiler and what it is to compile.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// For a person: what, by whom, how.
    pub(super) name: String,
    /// Which compiler.
    pub(super) compiler: Compiler,
    /// Its standard-JSON input.
    pub(super) input: Value,
    /// Whether the compiler keeps functions as they are written.
    pub(super) is_optimized: bool,
    /// Whether the code comes of the intermediate language.
    pub(super) is_via_ir: bool,
}

/// A compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Compiler {
    Solc(Version),
    Vyper(Version),
}

/// The folders of the test data that keep what a job gives, by the name of the job.
pub(super) fn frozen(folders: &Folders) -> Result<BTreeMap<String, String>, TaskError> {
    let matrix: Matrix = folder::read_toml(&folders.testdata().join("bytecode/matrix.toml"))?;
    Ok(matrix.frozen)
}

/// All jobs, in the order of the files.
pub(super) fn jobs(folders: &Folders, filter: Option<&str>) -> Result<Vec<Job>, TaskError> {
    let place = folders.testdata().join("bytecode");
    let matrix: Matrix = folder::read_toml(&place.join("matrix.toml"))?;
    let is_chosen = |name: &str| filter.is_none_or(|wanted| name.contains(wanted));
    let mut jobs = Vec::new();
    for source in own_sources(&place.join("src"))? {
        let text = folder::read(&place.join("src").join(&source))?;
        if Path::new(&source).extension().is_some_and(|extension| extension == "vy") {
            jobs.extend(vyper_jobs(&matrix.vyper, &source, &text));
        } else {
            let unit = Unit {
                name: source.clone(),
                sources: BTreeMap::from([(source.clone(), text)]),
                outputs: vec![source],
                solc: Vec::new(),
            };
            jobs.extend(solc_jobs(&matrix.solc, &unit));
        }
    }
    for package in &matrix.packages {
        jobs.extend(solc_jobs(&matrix.solc, &unit(folders, package)?));
    }
    jobs.retain(|job| is_chosen(&job.name));
    Ok(jobs)
}

fn own_sources(place: &Path) -> Result<Vec<String>, TaskError> {
    let failed = |source| TaskError::File { attempt: "list", path: place.into(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(place).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The sources of packages, fetched unless they are there.
fn unit(folders: &Folders, package: &Package) -> Result<Unit, TaskError> {
    let modules = folders.target.join("bench/lifter/packages").join(&package.name).join("node_modules");
    for (name, version) in &package.dependencies {
        npm::unpack(&modules, Pinned { name, version })?;
    }
    let place = |source: &str| {
        let found = package.paths.iter().find_map(|(start, there)| Some((there, source.strip_prefix(start.as_str())?)));
        found.map_or_else(|| source.to_owned(), |(there, rest)| format!("{there}{rest}"))
    };
    let sources = with_imports(&modules, package.sources.clone(), place)?;
    Ok(Unit { name: package.name.clone(), sources, outputs: package.sources.clone(), solc: package.solc.clone() })
}

fn solc_jobs(versions: &[Version], unit: &Unit) -> Vec<Job> {
    let versions = if unit.solc.is_empty() { versions } else { &unit.solc };
    let is_allowed = |version: &&Version| unit.sources.values().all(|text| allows(text, version));
    let mut jobs = Vec::new();
    for version in versions.iter().filter(is_allowed) {
        for is_via_ir in [false, true] {
            // The earliest version here that knows the setting.
            if is_via_ir && *version < Version::new(0, 8, 9) {
                continue;
            }
            for runs in [None, Some(1u32), Some(200), Some(1_000_000)] {
                let how = runs.map_or_else(|| "unoptimized".to_owned(), |runs| format!("{runs} runs"));
                let how = if is_via_ir { format!("{how}, via IR") } else { how };
                jobs.push(Job {
                    name: format!("{}, solc {version}, {how}", unit.name),
                    compiler: Compiler::Solc(version.clone()),
                    input: solc_input(unit, is_via_ir, runs),
                    is_optimized: runs.is_some(),
                    is_via_ir,
                });
            }
        }
    }
    jobs
}

fn solc_input(unit: &Unit, is_via_ir: bool, runs: Option<u32>) -> Value {
    let sources: serde_json::Map<String, Value> =
        unit.sources.iter().map(|(name, text)| (name.clone(), json!({ "content": text }))).collect();
    let wanted = json!({
        "*": ["evm.deployedBytecode", "evm.methodIdentifiers", "storageLayout", "transientStorageLayout"],
    });
    let selection: serde_json::Map<String, Value> =
        unit.outputs.iter().map(|name| (name.clone(), wanted.clone())).collect();
    let mut settings = json!({
        "optimizer": { "enabled": runs.is_some(), "runs": runs.unwrap_or(200) },
        "outputSelection": selection,
    });
    if is_via_ir {
        settings["viaIR"] = json!(true);
    }
    json!({ "language": "Solidity", "sources": sources, "settings": settings })
}

fn vyper_jobs(versions: &[Version], source: &str, text: &str) -> Vec<Job> {
    let wanted = text.lines().next().unwrap_or_default().trim_start_matches(|char: char| !char.is_ascii_digit());
    let mut jobs = Vec::new();
    // `0.3.10` and `~=0.4.0` name a minor version.
    let is_of = |version: &&Version| wanted.starts_with(&format!("{}.{}.", version.major, version.minor));
    for version in versions.iter().filter(is_of) {
        let has_venom = *version >= Version::new(0, 4, 0);
        for is_venom in [false, true] {
            for optimize in ["gas", "codesize", "none"] {
                if is_venom && (!has_venom || optimize == "none") {
                    continue;
                }
                let mut settings = json!({
                    "optimize": optimize,
                    "outputSelection": { "*": ["evm.deployedBytecode", "evm.methodIdentifiers", "layout"] },
                });
                if is_venom {
                    settings["experimentalCodegen"] = json!(true);
                }
                jobs.push(Job {
                    name: format!("{source}, vyper {version}, {optimize}{}", if is_venom { ", venom" } else { "" }),
                    compiler: Compiler::Vyper(version.clone()),
                    input: json!({
                        "language": "Vyper",
                        "sources": { source: { "content": text } },
                        "settings": settings,
                    }),
                    is_optimized: optimize != "none",
                    is_via_ir: false,
                });
            }
        }
    }
    jobs
}

/// Whether the pragmas of a source allow a version of solc.
fn allows(text: &str, version: &Version) -> bool {
    let pragmas = text.lines().filter_map(|line| line.trim_start().strip_prefix("pragma solidity")?.split(';').next());
    pragmas.into_iter().all(|pragma| pragma.split("||").any(|range| is_within(range, version)))
}

/// Whether a version is within a range such as `>=0.6.2 <0.9.0` or `^0.8.0`; one without an operator means itself alone.
fn is_within(range: &str, version: &Version) -> bool {
    let spaced = range.replace(['\'', '"'], "");
    let mut joined = String::new();
    for part in spaced.split_whitespace() {
        let is_behind_operator = joined.is_empty() || joined.ends_with(['<', '>', '=', '^', '~']);
        if !is_behind_operator {
            joined.push(',');
        }
        let is_number = part.starts_with(|char: char| char.is_ascii_digit());
        if is_number && !joined.ends_with(['<', '>', '=', '^', '~']) {
            joined.push('=');
        }
        joined.push_str(part);
    }
    VersionReq::parse(&joined).is_ok_and(|range| range.matches(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_pragmas_are_read_as_solc_reads_them() {
        let allows = |range: &str, version: &str| {
            allows(&format!("pragma solidity {range};"), &Version::parse(version).expect("a version"))
        };
        assert!(allows("^0.8.4", "0.8.28") && !allows("^0.8.4", "0.7.6"));
        assert!(allows(">=0.4.26 <0.9.0", "0.4.26") && !allows(">=0.4.26 <0.9.0", "0.9.0"));
        assert!(allows(">= 0.5.0", "0.8.9") && allows("0.8.9", "0.8.9") && !allows("0.8.9", "0.8.20"));
        assert!(allows("^0.7.6 || ^0.8.0", "0.8.0"));
    }
}
