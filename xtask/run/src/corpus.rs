//! What is the verdict on real upgrades? Consecutive releases of packages that ship upgradeable contracts, compiled,
//! judged, and held against what a person who read them expects and against what OpenZeppelin's tool says.

mod expected;
mod judge;
mod readme;
mod releases;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::expected::{Expected, Pair};
pub(crate) use self::judge::PEER;
use self::judge::{Judged, PeerAnswer, ask_peer, judge};
use self::readme::{Disagreement, Row};
pub(crate) use self::releases::with_imports;
use self::releases::{Package, Packages, Release};
use crate::TaskError;
use crate::folder::{self, Folders};
use crate::program::{say, warn};
use crate::solc;

/// What to do.
#[derive(Debug)]
pub(crate) struct Choice {
    /// Only packages whose name contains this.
    pub(crate) package: Option<String>,
    /// Compile and go no further.
    pub(crate) only_compile: bool,
    /// List what differs instead of failing.
    pub(crate) list: bool,
}

/// What came of all pairs.
#[derive(Default)]
struct Outcome {
    rows: Vec<Row>,
    disagreements: BTreeMap<String, Vec<Disagreement>>,
    used: BTreeSet<usize>,
    faults: Vec<String>,
}

/// Judges every consecutive pair.
pub(crate) fn run(folders: &Folders, choice: &Choice) -> Result<(), TaskError> {
    let corpus = folders.testdata().join("corpus");
    let work = corpus.join(".work");
    let packages: Packages = folder::read_toml(&corpus.join("packages.toml"))?;
    let expected: Expected = folder::read_toml(&corpus.join("expected.toml"))?;
    let is_chosen =
        |package: &&Package| choice.package.as_ref().is_none_or(|wanted| package.name.contains(wanted.as_str()));
    let uplint = if choice.only_compile { PathBuf::new() } else { folders.uplint(true)? };
    let mut outcome = Outcome::default();
    for package in packages.packages.iter().filter(is_chosen) {
        let mut builds = Vec::new();
        for release in &package.releases {
            builds.push((release, build_info(&work, package, release)?));
        }
        if choice.only_compile {
            continue;
        }
        for pair in builds.windows(2) {
            let [(old, old_build), (new, new_build)] = pair else { continue };
            let judged = judge(&uplint, old_build, new_build, &new.contracts)?;
            let peer = ask_peer(&work, old_build, new_build, &judged)?;
            let pair = Pair { package: package.name.clone(), versions: format!("{} -> {}", old.version, new.version) };
            say(&format!("{} {}: {} contracts", pair.package, pair.versions, judged.len()));
            outcome.add(&expected, &pair, &judged, &peer);
        }
    }
    if choice.only_compile {
        return Ok(());
    }
    if choice.package.is_none() {
        outcome.faults.extend(expected.idle(&outcome.used));
    }
    outcome.faults.iter().for_each(|fault| warn(fault));
    if choice.package.is_none() {
        folder::write(&corpus.join("README.md"), &readme::render(&outcome.rows, &outcome.disagreements))?;
    }
    match outcome.faults.len() {
        0 => Ok(()),
        _ if choice.list => Ok(()),
        count => Err(TaskError::Found { count, what: "answers that nobody expects" }),
    }
}

impl Outcome {
    /// Holds what was said of a pair against what is expected.
    fn add(&mut self, expected: &Expected, pair: &Pair, judged: &[Judged], peer: &[PeerAnswer]) {
        let mut row =
            Row { pair: pair.clone(), counts: BTreeMap::new(), not_passed: BTreeMap::new(), asked: 0, agreed: 0 };
        for one in judged {
            *row.counts.entry(one.verdict.clone()).or_default() += 1;
            if let Some(expected) = expected.verdict(pair, &one.contract) {
                let group = (one.verdict.clone(), one.by.clone(), expected.reason.clone());
                row.not_passed.entry(group).or_default().push(one.short_name());
            }
            self.faults.extend(expected.difference(pair, one));
        }
        self.faults.extend(expected.unmet(pair, judged));
        for answer in peer {
            let Some(judged) = judged.iter().find(|one| one.contract == answer.contract) else { continue };
            row.asked += 1;
            let says = answer.complaints();
            let is_agreed = match judged.verdict.as_str() {
                "pass" => says.is_empty(),
                "fail" => !says.is_empty(),
                _ => false,
            };
            if is_agreed {
                row.agreed += 1;
                continue;
            }
            let says = if says.is_empty() { vec!["nothing".to_owned()] } else { says };
            for one in says {
                self.disagree(expected, pair, judged, one);
            }
        }
        self.rows.push(row);
    }

    /// Notes one thing that the peer says of a contract and uplint does not, or the reverse.
    fn disagree(&mut self, expected: &Expected, pair: &Pair, judged: &Judged, says: String) {
        let Pair { package, versions } = pair;
        let Some((place, known)) = expected.peer(pair, judged, &says) else {
            let Judged { contract, verdict, .. } = judged;
            self.faults.push(format!("{package} {versions} {contract}: {verdict}, the peer says `{says}`"));
            return;
        };
        self.used.insert(place);
        self.disagreements.entry(known.reason.clone()).or_default().push(Disagreement {
            pair: pair.clone(),
            verdict: judged.verdict.clone(),
            says,
            contract: judged.short_name(),
        });
    }
}

/// The build-info of one of the pinned releases, for who measures on it.
pub(crate) fn release_build_info(folders: &Folders, package: &str, version: &str) -> Result<PathBuf, TaskError> {
    let corpus = folders.testdata().join("corpus");
    let packages: Packages = folder::read_toml(&corpus.join("packages.toml"))?;
    let package = packages.packages.iter().find(|one| one.name == package);
    let found = package.and_then(|package| {
        let release = package.releases.iter().find(|release| release.version == version)?;
        Some((package, release))
    });
    let (package, release) = found.ok_or_else(|| TaskError::Usage(format!("{version} is not among the packages")))?;
    build_info(&corpus.join(".work"), package, release)
}

/// The build-info of a release, made unless it is there.
fn build_info(work: &Path, package: &Package, release: &Release) -> Result<PathBuf, TaskError> {
    let name = format!("{}-{}", package.folder_name(), release.version);
    let place = work.join(&name);
    // The peer tells the two sides by the names of the folders.
    let path = work.join("build-info").join(&name).join("build-info.json");
    let modules = release.fetch(package, &place)?;
    let sources = release.sources(package, &modules)?;
    let input = input(release, sources);
    // The file is remade when what is compiled changes, not when it is old.
    if path.is_file() && folder::read_json::<Value>(&path)?["input"] == input {
        return Ok(path);
    }
    let printed = solc::compile(&release.solc, &input)?;
    if let Some(error) = first_error(&printed.output) {
        return Err(TaskError::Compiler { version: release.solc.clone(), reason: format!("{name}: {error}") });
    }
    let document = json!({
        "_format": "hh-sol-build-info-1",
        "id": name,
        "solcVersion": release.solc,
        "solcLongVersion": printed.compiler,
        "input": input,
        "output": printed.output,
    });
    folder::write(&path, &document.to_string())?;
    Ok(path)
}

fn input(release: &Release, sources: std::collections::BTreeMap<String, String>) -> Value {
    let sources: serde_json::Map<String, Value> =
        sources.into_iter().map(|(name, text)| (name, json!({ "content": text }))).collect();
    let outputs = ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "metadata", "storageLayout"];
    let settings = json!({
        "optimizer": { "enabled": true, "runs": release.runs.unwrap_or(200) },
        "outputSelection": { "*": { "*": outputs, "": ["ast"] } },
    });
    json!({ "language": "Solidity", "sources": sources, "settings": settings })
}

fn first_error(output: &Value) -> Option<String> {
    let errors = output["errors"].as_array()?;
    let error = errors.iter().find(|error| error["severity"] == "error")?;
    Some(error["formattedMessage"].as_str().unwrap_or("an error without a message").to_owned())
}
