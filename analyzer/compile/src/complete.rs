//! What a document lacks and its recorded input can still give: layouts and syntax trees that were not asked for.
//!
//! The recorded input is compiled again by the same release with everything selected. What cannot be completed is a gap
//! that says why, never an error: the rest of the document can be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use semver::Version;
use serde_json::Value;
use uplint_artifact::read::{self, Document, Missing, Part};
use uplint_artifact::{Artifact, Bytecode, CompilerInfo, Language, SourceId, Unit};

use crate::error::CompileError;
use crate::solc;
use crate::units::Session;
use crate::{Build, BuildGap};

/// A document with what could be completed, and what could not.
pub(crate) fn complete(mut document: Document, session: Session<'_>) -> (Document, Vec<BuildGap>) {
    if document.missing.is_empty() {
        return (document, Vec::new());
    }
    let mut failures = Vec::new();
    let units: Vec<Arc<Unit>> = document.units().into_iter().map(Arc::clone).collect();
    for unit in units {
        match recompile(&unit, session) {
            Ok(fresh) => replace(&mut document, &unit, &fresh),
            Err(reason) => failures.push((unit, reason)),
        }
    }
    let gaps = document.missing.iter().map(|missing| gap(missing, reason(&document, missing, &failures))).collect();
    (document, gaps)
}

/// Why the compilation that something is missing from could not be repeated.
fn reason<'a>(document: &Document, missing: &Missing, failures: &'a [(Arc<Unit>, String)]) -> Option<&'a str> {
    let is_of = |artifact: &&Artifact| {
        artifact.contract.path == missing.path
            && missing.contract.as_ref().is_none_or(|name| *name == artifact.contract.name)
    };
    let unit = document.artifacts.iter().find(is_of).and_then(|artifact| artifact.unit.as_ref());
    let is_meant = |failed: &Arc<Unit>| match unit {
        Some(unit) => Arc::ptr_eq(unit, failed),
        // A source without contracts, or the whole document.
        None => missing.path.is_empty() || failed.sources.iter().any(|source| source.path == missing.path),
    };
    failures.iter().find(|(failed, _)| is_meant(failed)).map(|(_, reason)| reason.as_str())
}

/// Compiles what was recorded with everything selected, by the release that made it.
fn recompile(unit: &Unit, session: Session<'_>) -> Result<Document, String> {
    let Some(input) = unit.recorded_input.as_deref() else {
        return Err("the document does not record what was compiled".to_owned());
    };
    let version = match (&unit.compiler.version, unit.compiler.language) {
        (_, Language::Vyper) => return Err("only solc is asked again".to_owned()),
        (None, _) => return Err("the document does not say which compiler made it".to_owned()),
        (Some(version), _) => version,
    };
    let input = with_everything_selected(input, version)?;
    let solc = session.store.solc(version).map_err(|error| first_line(&error))?;
    let (wanted, found) = (&unit.compiler.long_version, &solc.identity.long_version);
    if wanted.contains("+commit") && !wanted.starts_with(found.as_str()) && !found.starts_with(wanted.as_str()) {
        return Err(format!("it was compiled by solc {wanted}, and the one at hand is {found}"));
    }
    let is_sound = |_: &str| true;
    let on_run = || (session.progress)(&format!("completing a build with solc {version}"));
    let output = solc::print(session.store, session.cache, &solc, &input, is_sound, on_run)
        .map_err(|error| first_line(&error))?;
    let compiler = CompilerInfo { long_version: found.clone(), ..unit.compiler.clone() };
    let fresh =
        read::standard_json_output(output.as_bytes(), Some(&input), compiler).map_err(|error| error.to_string())?;
    match fresh.diagnostics.iter().find(|diagnostic| diagnostic.is_error) {
        Some(error) => Err(format!("the recorded input does not compile again: {}", error.message)),
        None => Ok(fresh),
    }
}

fn first_line(error: &CompileError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn with_everything_selected(input: &str, version: &Version) -> Result<String, String> {
    let mut input: Value =
        serde_json::from_str(input).map_err(|error| format!("the recorded input cannot be read: {error}"))?;
    // A framework records options of its own beside what the compiler takes.
    if let Some(input) = input.as_object_mut() {
        input.retain(|key, _| ["language", "sources", "settings"].contains(&key.as_str()));
    }
    let settings = input.get_mut("settings").and_then(Value::as_object_mut);
    let settings = settings.ok_or("the recorded input has no settings")?;
    settings.insert("outputSelection".to_owned(), solc::output_selection(version));
    serde_json::to_string(&input).map_err(|error| error.to_string())
}

/// Puts freshly compiled contracts in the place of those of `unit`, under the names that the document gives them.
fn replace(document: &mut Document, unit: &Arc<Unit>, fresh: &Document) {
    let Some(fresh_unit) = fresh.units().first().map(|unit| Arc::clone(unit)) else { return };
    let shown: BTreeMap<&str, &Arc<str>> =
        unit.sources.iter().map(|source| (&*source.unit_name, &source.path)).collect();
    let mut sources = fresh_unit.sources.clone();
    for source in &mut sources {
        if let Some(path) = shown.get(&*source.unit_name) {
            source.path = Arc::clone(path);
        }
    }
    let paths: BTreeMap<SourceId, Arc<str>> =
        sources.iter().map(|source| (source.id, Arc::clone(&source.path))).collect();
    let shown: BTreeSet<Arc<str>> = unit.sources.iter().map(|source| Arc::clone(&source.path)).collect();
    let completed = Arc::new(Unit {
        compiler: unit.compiler.clone(),
        settings: unit.settings.clone(),
        sources,
        ast_documents: fresh_unit.ast_documents.clone(),
        recorded_input: None,
        parsed_ast: OnceLock::new(),
    });
    let fresh: Vec<Artifact> = fresh.artifacts.iter().map(|artifact| under(artifact, &paths, &completed)).collect();
    let is_ours = |artifact: &Artifact| artifact.unit.as_ref().is_some_and(|own| Arc::ptr_eq(own, unit));
    let mut done = Vec::new();
    for artifact in document.artifacts.iter_mut().filter(|artifact| is_ours(artifact)) {
        let Some(found) = fresh.iter().find(|found| found.contract == artifact.contract) else { continue };
        // What was deployed is what the document says, so another result is another build.
        let code = |artifact: &Artifact| artifact.runtime.as_ref().map(|code| Arc::clone(&code.bytes));
        if code(artifact).is_none_or(|recorded| code(found) == Some(recorded)) {
            *artifact = found.clone();
            done.push(artifact.contract.clone());
        }
    }
    let is_done = |missing: &Missing| {
        done.iter().any(|contract| {
            contract.path == missing.path && missing.contract.as_ref().is_none_or(|name| *name == contract.name)
        }) || missing.contract.is_none() && missing.part != Part::Settings && shown.contains(&missing.path)
    };
    document.missing.retain(|missing| !is_done(missing));
}

fn under(artifact: &Artifact, paths: &BTreeMap<SourceId, Arc<str>>, unit: &Arc<Unit>) -> Artifact {
    let mut artifact = artifact.clone();
    if let Some(path) = artifact.source.and_then(|source| paths.get(&source)) {
        artifact.contract.path = Arc::clone(path);
    }
    artifact.unit = Some(Arc::clone(unit));
    artifact
}

/// Replaces the contracts of `build` that lack something by those of `fresh` with the same code; returns how many.
pub(crate) fn replace_same_code(build: &mut Build, fresh: &Build) -> usize {
    let code = |artifact: &Artifact| {
        let bytes = |code: &Option<Bytecode>| code.as_ref().map(|code| Arc::clone(&code.bytes));
        (bytes(&artifact.creation), bytes(&artifact.runtime))
    };
    let mut replaced = 0;
    for artifact in &mut build.artifacts {
        let same = fresh.artifacts.iter().find(|found| found.contract == artifact.contract);
        let Some(same) = same.filter(|same| code(same) == code(artifact)) else { continue };
        *artifact = same.clone();
        replaced += 1;
        build.gaps.retain(|gap| {
            gap.path.as_ref() != Some(&same.contract.path)
                || gap.contract.as_ref().is_some_and(|name| *name != same.contract.name)
        });
    }
    replaced
}

/// A missing part as the caller sees it.
pub(crate) fn gap(missing: &Missing, why_not_completed: Option<&str>) -> BuildGap {
    let what = match missing.part {
        Part::Settings => "the compiler's settings",
        Part::SourceNumber => "the number of the source",
        Part::SyntaxTree => "the syntax tree",
        Part::Abi => "the interface",
        Part::MethodIdentifiers => "the selectors",
        Part::StorageLayout => "the storage layout",
        Part::TransientLayout => "the layout of transient storage",
        Part::CreationCode => "the creation code",
        Part::RuntimeCode => "the runtime code",
    };
    let state = match &missing.reason {
        Some(reason) => format!("{what} cannot be read ({reason})"),
        None => format!("{what} is missing"),
    };
    let message = match why_not_completed {
        Some(why) => format!("{state} and was not completed: {why}"),
        None => state,
    };
    BuildGap {
        path: Some(Arc::clone(&missing.path)).filter(|path| !path.is_empty()),
        contract: missing.contract.clone(),
        part: missing.part,
        message,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cache::Cache;
    use crate::options::CompileOptions;
    use crate::store::Store;

    /// A contract without a layout, of a compiler whose version is not said.
    fn incomplete(path: &str, input: Option<&str>, language: Language) -> Document {
        let contract = json!({ "abi": [], "evm": { "deployedBytecode": { "object": "00" } } });
        let output = json!({ "contracts": { path: { "C": contract } }, "sources": { path: { "id": 0 } } });
        let compiler = CompilerInfo { language, version: None, long_version: String::new() };
        read::standard_json_output(output.to_string().as_bytes(), input, compiler).expect("it is well formed")
    }

    #[test]
    fn each_gap_says_why_its_own_compilation_could_not_be_repeated() {
        let cache_dir = tempfile::tempdir().expect("a temporary directory");
        let options = CompileOptions { cache_dir: Some(cache_dir.path().to_path_buf()), ..CompileOptions::default() };
        let store = Arc::new(Store::new(&options, None, None).expect("the cache can be used"));
        let cache = Cache::new(cache_dir.path(), false);
        let session = Session { store: &store, cache: &cache, jobs: 1, progress: &|_| {} };
        let mut document = incomplete("a.sol", None, Language::Solidity);
        for (path, language) in [("b.sol", Language::Solidity), ("c.vy", Language::Vyper)] {
            let input = json!({ "sources": { path: { "content": "" } }, "settings": {} }).to_string();
            let other = incomplete(path, Some(&input), language);
            document.artifacts.extend(other.artifacts);
            document.missing.extend(other.missing);
        }
        let (_, gaps) = complete(document, session);
        for (path, reason) in [
            ("a.sol", "does not record what was compiled"),
            ("b.sol", "does not say which compiler made it"),
            ("c.vy", "only solc is asked again"),
        ] {
            let of_path: Vec<_> = gaps.iter().filter(|gap| gap.path.as_deref() == Some(path)).collect();
            assert!(!of_path.is_empty(), "{gaps:?}");
            assert!(of_path.iter().all(|gap| gap.message.ends_with(reason)), "{of_path:?}");
        }
    }
}
