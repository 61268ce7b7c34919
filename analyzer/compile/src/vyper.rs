//! Vyper sources to artifacts, with the layout that Vyper prints.
//!
//! Everything comes from one standard-JSON run, except that before 0.4 the layout is only printed for a file. Each
//! contract is then asked for in a folder of our own that holds copies of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde_json::{Map, Value, json};
use uplint_artifact::read::{self, Document};
use uplint_artifact::{CompilerInfo, Language};

use crate::cache::{self, Key};
use crate::discover;
use crate::error::CompileError;
use crate::store::{Identity, process};
use crate::units::Session;

mod sources;

/// The first release whose standard JSON has the layout.
const HAS_LAYOUT_IN_JSON: Version = Version::new(0, 4, 0);

/// Vyper sources and where they are.
#[derive(Debug)]
pub(crate) struct VyperSet {
    /// What they are called together in messages.
    pub(crate) name: String,
    /// The project's root, a real path.
    pub(crate) root: PathBuf,
    /// Files with contracts, absolute.
    pub(crate) files: Vec<PathBuf>,
    /// The Vyper that is named by the user or by the project.
    pub(crate) named: Option<PathBuf>,
}

/// A Vyper that can be run.
struct Vyper {
    path: PathBuf,
    identity: Identity,
}

/// Compiles all contracts of the set and reads what Vyper printed.
pub(crate) fn compile(set: &VyperSet, session: Session<'_>) -> Result<(Document, [u8; 32]), CompileError> {
    let sources = sources::collect(&set.root, &set.files)?;
    let demands = demands(&sources);
    let vyper = find(set, session, &demands)?;
    let targets = sources::contracts(&sources);
    let input = write_input(&sources, &targets);
    let compiler = CompilerInfo {
        language: Language::Vyper,
        version: Some(vyper.identity.version.clone()),
        long_version: vyper.identity.long_version.clone(),
    };
    let key = Key::new(&format!("vyper {}", vyper.identity.cache_text()), &input);
    let output = if let Some(output) = session.cache.get(key) {
        output
    } else {
        (session.progress)(&format!("compiling with vyper {}", vyper.identity.version));
        let output = run(&vyper, &sources, &targets, &input, session)?;
        session.cache.put(key, &output)?;
        output
    };
    let document = read::standard_json_output(output.as_bytes(), Some(&input), compiler)?;
    let errors = document.diagnostics.iter().filter(|diagnostic| diagnostic.is_error);
    let messages: Vec<String> = errors
        .map(|diagnostic| {
            let place = diagnostic.path.as_deref().map(|path| format!("{path}: ")).unwrap_or_default();
            format!("{place}{}", diagnostic.formatted.as_deref().unwrap_or(&diagnostic.message).trim_end())
        })
        .collect();
    if !messages.is_empty() {
        let name = format!("vyper {}", vyper.identity.version);
        return Err(CompileError::does_not_compile(&set.name, messages, &name));
    }
    Ok((document, *blake3::hash(input.as_bytes()).as_bytes()))
}

/// The version that each file demands, by its name; files without a pragma take what there is.
fn demands(sources: &BTreeMap<String, String>) -> BTreeMap<&str, VersionReq> {
    let named = sources.iter().filter_map(|(name, text)| Some((name.as_str(), sources::version_pragma(text)?)));
    named.collect()
}

fn write_input(sources: &BTreeMap<String, String>, targets: &BTreeSet<&str>) -> String {
    let wanted =
        json!(["abi", "layout", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"]);
    let selection: Map<String, Value> = targets.iter().map(|name| ((*name).to_owned(), wanted.clone())).collect();
    // Interfaces in JSON are handed over as such, everything else as text.
    let is_json = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "json");
    let texts: Map<String, Value> = sources
        .iter()
        .filter(|(name, _)| !is_json(name))
        .map(|(name, text)| (name.clone(), json!({ "content": text })))
        .collect();
    let interfaces: Map<String, Value> = sources
        .iter()
        .filter(|(name, _)| is_json(name))
        .filter_map(|(name, text)| Some((name.clone(), json!({ "abi": serde_json::from_str::<Value>(text).ok()? }))))
        .collect();
    let mut input = json!({ "language": "Vyper", "sources": texts, "settings": { "outputSelection": selection } });
    if !interfaces.is_empty() {
        input["interfaces"] = Value::Object(interfaces);
    }
    input.to_string()
}

/// The Vyper to use: the one named, else that of the activated environment, else that on PATH, the first that fits.
fn find(set: &VyperSet, session: Session<'_>, demands: &BTreeMap<&str, VersionReq>) -> Result<Vyper, CompileError> {
    let trust = session.store.trust();
    let candidates: Vec<PathBuf> = match &set.named {
        Some(named) => vec![std::path::absolute(named).unwrap_or_else(|_| named.clone())],
        None => trust.vyper_of_environment()?.into_iter().chain(trust.find("vyper")?).collect(),
    };
    let mut found = Vec::new();
    for path in candidates {
        trust.check("vyper", &path)?;
        let identity = identify(&path, session)?;
        let unmet = demands.iter().find(|(_, demand)| !demand.matches(&identity.version));
        match unmet {
            None => return Ok(Vyper { path, identity }),
            Some((name, demand)) => {
                found.push(format!("`{}` is vyper {}, and `{name}` wants {demand}", path.display(), identity.version));
            }
        }
    }
    let reason = if found.is_empty() {
        match demands.iter().next() {
            Some((name, demand)) => format!("no vyper to be had: `{name}` wants {demand}"),
            None => "no vyper to be had".to_owned(),
        }
    } else {
        found.dedup();
        format!("no vyper that fits: {}", found.join("; "))
    };
    let wanted = demands.values().next().map_or_else(String::new, sources::pip_requirement);
    let help = format!("run `pip install 'vyper{wanted}'` in an activated environment, or name one by `--vyper PATH`");
    Err(CompileError::NoVyper { reason, help })
}

fn identify(path: &Path, session: Session<'_>) -> Result<Identity, CompileError> {
    session.store.identity(path, "--vyper", || {
        let output = start(path, session, &["--version".as_ref()], "")?;
        Ok(output)
    })
}

fn start(
    path: &Path,
    session: Session<'_>,
    arguments: &[&std::ffi::OsStr],
    input: &str,
) -> Result<String, CompileError> {
    let folder = cache::folder(session.store.directory(), "run")?;
    start_in(&folder, path, session, arguments, input)
}

fn start_in(
    folder: &Path,
    path: &Path,
    session: Session<'_>,
    arguments: &[&std::ffi::OsStr],
    input: &str,
) -> Result<String, CompileError> {
    let failed =
        |reason| CompileError::CompilerFailed { compiler: format!("`{}`", path.display()), reason, option: "--vyper" };
    let mut command = process::command(path, folder, session.store.trust());
    let output = process::run(command.args(arguments), input.as_bytes(), None)
        .map_err(|error| failed(format!("it could not run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("{}: {}", output.status, process::last_words(&output.stderr))));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("its output is not UTF-8".to_owned()))
}

fn run(
    vyper: &Vyper,
    sources: &BTreeMap<String, String>,
    targets: &BTreeSet<&str>,
    input: &str,
    session: Session<'_>,
) -> Result<String, CompileError> {
    let output = start(&vyper.path, session, &["--standard-json".as_ref()], input)?;
    if vyper.identity.version >= HAS_LAYOUT_IN_JSON {
        return Ok(output);
    }
    let Ok(mut document) = serde_json::from_str::<Value>(&output) else { return Ok(output) };
    let Some(contracts) = document.get_mut("contracts").and_then(Value::as_object_mut) else { return Ok(output) };
    let place = cache::workplace(session.store.directory(), "run")?;
    copy(sources, place.path()).map_err(|error| CompileError::cache(place.path(), error))?;
    for target in targets {
        let Some(contract) = contracts.get_mut(*target).and_then(Value::as_object_mut) else { continue };
        let file = place.path().join(target);
        let arguments = ["-p".as_ref(), place.path().as_os_str(), "-f".as_ref(), "layout".as_ref(), file.as_os_str()];
        let layout = start_in(place.path(), &vyper.path, session, &arguments, "")?;
        if let Ok(layout) = serde_json::from_str::<Value>(&layout) {
            for (_, contract) in contract.iter_mut() {
                contract["layout"] = layout.clone();
            }
        }
    }
    Ok(document.to_string())
}

fn copy(sources: &BTreeMap<String, String>, folder: &Path) -> std::io::Result<()> {
    for (name, text) in sources {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// The Vyper files of a folder.
pub(crate) fn files(dir: &Path, root: &Path, is_pruned: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, CompileError> {
    discover::source_files(dir, root, &["vy"], is_pruned)
}
