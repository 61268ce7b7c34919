//! What uplint and its peer say of one pair of releases.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use serde_json::Value;

use crate::TaskError;
use crate::folder;
use crate::npm::{self, Pinned};
use crate::program::Program;

/// The peer, pinned.
pub(crate) const PEER: Pinned<'static> = Pinned { name: "@openzeppelin/upgrades-core", version: "1.46.0" };

const PEER_SCRIPT: &str = include_str!("peer.js");

/// What uplint says of one contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The contract in the new release, or in the old one where it is removed, `path:Name`.
    pub(crate) contract: String,
    /// The contract in the old release.
    pub(crate) old: Option<String>,
    /// Whether the new release has no such contract.
    pub(crate) is_removed: bool,
    /// `pass`, `review` or `fail`.
    pub(crate) verdict: String,
    /// What decided it: rules with findings at or above `high` that count, and kinds of blocking gaps.
    pub(crate) by: Vec<String>,
    /// The first message behind it, for who reads the list.
    pub(crate) message: String,
}

impl Judged {
    /// The contract's name without its path.
    pub(crate) fn short_name(&self) -> String {
        self.contract.rsplit(':').next().unwrap_or_default().to_owned()
    }
}

/// Judges a pair; in the order of the report. Without specs it is the program that finds what is upgradeable.
pub(crate) fn judge(uplint: &Path, old: &Path, new: &Path, specs: &[String]) -> Result<Vec<Judged>, TaskError> {
    let options: Vec<&str> = if specs.iter().any(|spec| spec == "*") {
        vec!["--all"]
    } else {
        specs.iter().flat_map(|spec| ["--contract", spec.as_str()]).collect()
    };
    let program = Program::new(uplint)
        .args(["check", "--offline", "--no-progress", "--output", "json"])
        .args(options)
        .arg(old)
        .arg(new);
    let ended = program.run()?;
    if !matches!(ended.code, Some(0 | 1)) {
        return Err(program.failed(format!("ended with {:?}:\n{}", ended.code, ended.stderr)).into());
    }
    let report: Value = folder::parse_json(Path::new("the report"), &ended.stdout)?;
    let contracts = report["contracts"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(contracts.iter().map(judged).collect())
}

fn judged(contract: &Value) -> Judged {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| contract[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let decides = |finding: &&Value| {
        ["high", "critical"].contains(&finding["severity"].as_str().unwrap_or_default())
            && finding["state"] == "introduced"
    };
    let findings: Vec<&Value> = list("findings").iter().filter(decides).collect();
    let gaps: Vec<&Value> = list("gaps").iter().filter(|gap| gap["blocking"] == true).collect();
    let mut by: Vec<String> = findings.iter().map(|finding| text(finding, "rule")).collect();
    by.extend(gaps.iter().map(|gap| format!("gap:{}", text(gap, "kind"))));
    by.sort();
    by.dedup();
    Judged {
        contract: text(contract, "name"),
        old: contract["old"].as_str().map(str::to_owned),
        is_removed: contract["status"] == "removed",
        verdict: text(contract, "verdict"),
        by,
        message: findings.iter().chain(&gaps).next().map(|first| text(first, "message")).unwrap_or_default(),
    }
}

/// What the peer says of one contract.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PeerAnswer {
    /// The contract in the new release, as it was asked for.
    pub(crate) contract: String,
    /// Kinds of what it finds.
    says: Vec<String>,
    /// Its message where it gave up.
    failure: Option<String>,
}

impl PeerAnswer {
    /// What it says, one by one; empty when it finds nothing.
    pub(crate) fn complaints(&self) -> Vec<String> {
        match &self.failure {
            Some(failure) => vec![format!("gives up: {failure}")],
            None => self.says.clone(),
        }
    }
}

/// Asks the peer about the contracts that are in both releases.
pub(crate) fn ask_peer(
    work: &Path,
    old: &Path,
    new: &Path,
    contracts: &[Judged],
) -> Result<Vec<PeerAnswer>, TaskError> {
    let modules = npm::install(&work.join("peer"), &[PEER])?;
    let script: PathBuf = work.join("peer/peer.js");
    folder::write(&script, PEER_SCRIPT)?;
    let pairs: Vec<(&str, &str)> = contracts
        .iter()
        .filter(|judged| !judged.is_removed)
        .filter_map(|judged| Some((judged.old.as_deref()?, judged.contract.as_str())))
        .collect();
    let question = work.join("peer/question.json");
    folder::write(&question, &serde_json::json!(pairs).to_string())?;
    let dir = |path: &Path| path.parent().unwrap_or(path).to_owned();
    let program = Program::new("node").arg(&script).arg(modules).arg(dir(old)).arg(dir(new));
    let input = std::fs::File::open(&question).map_err(|source| TaskError::File {
        attempt: "read",
        path: question.clone(),
        source,
    })?;
    let output = program
        .command()
        .stdin(Stdio::from(input))
        .output()
        .map_err(|error| program.failed(format!("could not run: {error}")))?;
    if !output.status.success() {
        return Err(program.failed(String::from_utf8_lossy(&output.stderr).into_owned()).into());
    }
    folder::parse_json(Path::new("the peer's answers"), &output.stdout)
}
