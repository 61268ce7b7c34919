//! Solidity files and settings to artifacts: imports resolved, sources grouped by compiler version, each group compiled.
//!
//! foundry-compilers decides which file an import means and which version a file gets. Every source is then handed to
//! solc under a name relative to the project, and where solc by its own rules would look under another name a remapping
//! for exactly that import is added. So nothing is read by the compiler itself and no absolute path enters an input.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use foundry_compilers::artifacts::sources::{Source, Sources};
use foundry_compilers::artifacts::{Settings, SolcLanguage};
use foundry_compilers::compilers::solc::{SolcRestrictions, SolcSettings, SolcVersionedInput};
use foundry_compilers::compilers::{CompilerInput, CompilerSettings, RestrictionsWithVersion};
use foundry_compilers::resolver::GraphEdges;
use foundry_compilers::resolver::parse::SolParser;
use foundry_compilers::{Graph, ProjectBuilder, ProjectPathsConfig};
use globset::GlobMatcher;
use semver::Version;
use serde_json::{Map, Value, json};
use uplint_artifact::read::{self, Document};
use uplint_artifact::{CompilerInfo, Language};

use crate::cache::Cache;
use crate::discover;
use crate::error::CompileError;
use crate::solc::{self, StoreCompiler};
use crate::store::Store;

mod names;

/// Solidity files and how they are to be compiled.
#[derive(Debug)]
pub(crate) struct SourceSet {
    /// What the files are called together in messages.
    pub(crate) name: String,
    /// Where things lie. The root is a real path.
    pub(crate) paths: ProjectPathsConfig<SolcLanguage>,
    /// The files to compile, absolute; what they import is added.
    pub(crate) files: Vec<PathBuf>,
    /// Settings, without output selection and remappings.
    pub(crate) settings: Settings,
    /// Further settings by name, for files whose restrictions the first ones do not meet.
    pub(crate) additional_settings: BTreeMap<String, Settings>,
    /// What the files that match a glob demand.
    pub(crate) restrictions: Vec<(GlobMatcher, RestrictionsWithVersion<SolcRestrictions>)>,
    /// Further folders from which sources may come.
    pub(crate) allowed: Vec<PathBuf>,
    /// Folders whose name is not part of the names of the sources in them: `node_modules`, as Hardhat names them.
    pub(crate) unnamed_folders: Vec<PathBuf>,
}

/// What is shared by all compilations of one input.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) store: &'a Arc<Store>,
    pub(crate) cache: &'a Cache,
    /// The most compilers at once.
    pub(crate) jobs: usize,
    /// Called with what is being done when it takes time.
    pub(crate) progress: &'a (dyn Fn(&str) + Sync),
}

/// One run of the compiler.
struct Group {
    version: Version,
    profile: String,
    input: String,
    /// Names of sources that were given these settings for their own sake, not as somebody's import.
    own: BTreeSet<String>,
}

/// Compiles the files and reads what the compiler printed, one document for each group, in a stable order.
pub(crate) fn compile(set: &SourceSet, session: Session<'_>) -> Result<(Vec<Document>, [u8; 32]), CompileError> {
    let groups = groups(set, session.store)?;
    let mut hasher = blake3::Hasher::new();
    for group in &groups {
        hasher.update(group.version.to_string().as_bytes());
        hasher.update(&(group.input.len() as u64).to_le_bytes());
        hasher.update(group.input.as_bytes());
    }
    let mut documents = in_parallel(&groups, session.jobs, |group| run(group, session))?;
    check(&set.name, &groups, &documents)?;
    // A file that others import under other settings is what its own settings make of it.
    for (at, document) in documents.iter_mut().enumerate() {
        let is_anothers =
            |path: &str| !groups[at].own.contains(path) && groups.iter().any(|group| group.own.contains(path));
        document.artifacts.retain(|artifact| !is_anothers(&artifact.contract.path));
    }
    Ok((documents, *hasher.finalize().as_bytes()))
}

fn run(group: &Group, session: Session<'_>) -> Result<Document, CompileError> {
    if !session.store.is_at_hand(&group.version) {
        (session.progress)(&format!("fetching solc {}", group.version));
    }
    let solc = session.store.solc(&group.version)?;
    let compiler = CompilerInfo {
        language: Language::Solidity,
        version: Some(solc.identity.version.clone()),
        long_version: solc.identity.long_version.clone(),
    };
    let read = |output: &str| read::standard_json_output(output.as_bytes(), Some(&group.input), compiler.clone());
    let mut document = None;
    let is_sound = |output: &str| {
        let read = read(output);
        let is_sound = read.as_ref().is_ok_and(|document| !document.has_errors());
        document = Some(read);
        is_sound
    };
    let on_run = || (session.progress)(&format!("compiling with solc {}", group.version));
    let output = solc::print(session.store, session.cache, &solc, &group.input, is_sound, on_run)?;
    Ok(document.unwrap_or_else(|| read(&output))?)
}

/// Fails with the compiler's own messages when it refused a source.
fn check(name: &str, groups: &[Group], documents: &[Document]) -> Result<(), CompileError> {
    let mut messages = Vec::new();
    let mut versions = BTreeSet::new();
    for (group, document) in groups.iter().zip(documents) {
        for diagnostic in document.diagnostics.iter().filter(|diagnostic| diagnostic.is_error) {
            let text = diagnostic.formatted.as_deref().unwrap_or(&diagnostic.message).trim_end().to_owned();
            if !messages.contains(&text) {
                messages.push(text);
            }
            versions.insert(&group.version);
        }
    }
    if messages.is_empty() {
        return Ok(());
    }
    let versions = versions.into_iter().map(Version::to_string).collect::<Vec<_>>().join(", ");
    Err(CompileError::does_not_compile(name, messages, &format!("solc {versions}")))
}

/// Applies `work` to every item on at most `jobs` threads and returns the results in the order of the items.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> Result<R, CompileError> + Sync,
) -> Result<Vec<R>, CompileError> {
    if jobs <= 1 || items.len() <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = work(item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Resolves imports and versions and writes the input of each run of the compiler.
fn groups(set: &SourceSet, store: &Arc<Store>) -> Result<Vec<Group>, CompileError> {
    let mut sources = Sources::new();
    for file in &set.files {
        sources.insert(file.clone(), read_source(file)?);
    }
    let graph = Graph::<SolParser>::resolve_sources(&set.paths, sources).map_err(|error| internal(set, &error))?;
    let demands = graph.nodes.iter().filter_map(|node| node.data.version_req.as_ref());
    let compiler = StoreCompiler::new(Arc::clone(store), demands)?;
    let solc_settings = |settings: &Settings| SolcSettings { settings: settings.clone(), ..SolcSettings::default() };
    let additional = set.additional_settings.iter().map(|(name, settings)| (name.clone(), solc_settings(settings)));
    let project = ProjectBuilder::<StoreCompiler>::default()
        .paths(set.paths.clone())
        .settings(solc_settings(&set.settings))
        .additional_settings(additional.collect())
        .restrictions(restrictions(set, graph.files().keys())?)
        .set_offline(false)
        .ephemeral()
        .no_artifacts()
        .build(compiler)
        .map_err(|error| internal(set, &error))?;
    let resolved = graph.into_sources_by_version(&project).map_err(|error| no_version(store, &error.to_string()))?;
    check_imports(set, &resolved.edges)?;

    let mut groups = Vec::new();
    let mut languages: Vec<_> = resolved.sources.into_iter().collect();
    languages.sort_by_key(|(language, _)| language.to_string());
    for (language, versioned) in languages {
        for (version, sources, (profile, settings)) in versioned {
            check_places(set, &sources)?;
            let settings = settings.clone().with_remappings(&set.paths.remappings);
            let input = SolcVersionedInput::build(sources, settings, language, version.clone());
            let names = names::unit_names(set, input.sources().map(|(path, _)| path));
            let is_own = |path: &PathBuf| resolved.primary_profiles.get(path) == Some(&profile);
            let own = names.iter().filter(|(path, _)| is_own(path)).map(|(_, name)| name.clone()).collect();
            let input = write_input(set, &input, &names, &resolved.edges).map_err(|error| internal(set, &error))?;
            groups.push(Group { version, profile: profile.to_owned(), input, own });
        }
    }
    groups.sort_by(|a, b| (&a.version, &a.profile, &a.input).cmp(&(&b.version, &b.profile, &b.input)));
    Ok(groups)
}

/// What each file demands, of all that the configuration says about it.
fn restrictions<'a>(
    set: &SourceSet,
    files: impl Iterator<Item = &'a PathBuf>,
) -> Result<BTreeMap<PathBuf, RestrictionsWithVersion<SolcRestrictions>>, CompileError> {
    let mut all: BTreeMap<PathBuf, RestrictionsWithVersion<SolcRestrictions>> = BTreeMap::new();
    for file in files {
        let relative = discover::relative(file, &set.paths.root);
        for (_, demand) in set.restrictions.iter().filter(|(glob, _)| glob.is_match(&relative) || glob.is_match(file)) {
            let known = all.remove(file).unwrap_or_default();
            let merged = known.merge(demand.clone()).ok_or_else(|| {
                internal(set, &format!("the `compilation_restrictions` of `{relative}` contradict each other"))
            })?;
            all.insert(file.clone(), merged);
        }
    }
    Ok(all)
}

/// The standard-JSON input of one group. Keys are sorted, so that equal sources and settings are equal text.
fn write_input(
    set: &SourceSet,
    input: &SolcVersionedInput,
    names: &BTreeMap<PathBuf, String>,
    edges: &GraphEdges<SolParser>,
) -> Result<String, serde_json::Error> {
    let mut settings = serde_json::to_value(&input.input.settings)?;
    let mut remappings: Vec<String> = set.paths.remappings.iter().map(ToString::to_string).collect();
    remappings.extend(names::missing_remappings(set, names, edges));
    if let Value::Object(settings) = &mut settings {
        settings.insert("outputSelection".to_owned(), solc::output_selection(&input.version));
        if remappings.is_empty() {
            settings.remove("remappings")
        } else {
            settings.insert("remappings".to_owned(), json!(remappings))
        };
    }
    let sources: Map<String, Value> = input
        .sources()
        .filter_map(|(path, source)| Some((names.get(path)?.clone(), json!({ "content": *source.content }))))
        .collect();
    serde_json::to_string(&json!({ "language": input.input.language, "settings": settings, "sources": sources }))
}

pub(crate) fn read_source(file: &Path) -> Result<Source, CompileError> {
    let mut content = std::fs::read_to_string(file).map_err(|error| CompileError::unreadable(file, error))?;
    // What solc sees has one kind of line end, as every framework hands it over.
    if content.contains('\r') {
        content = content.replace("\r\n", "\n");
    }
    Ok(Source::new(content))
}

fn check_imports(set: &SourceSet, edges: &GraphEdges<SolParser>) -> Result<(), CompileError> {
    let unresolved = edges.unresolved_imports();
    if unresolved.is_empty() {
        return Ok(());
    }
    let mut imports: Vec<_> = unresolved
        .iter()
        .map(|(import, importer)| {
            (import.to_string_lossy().into_owned(), discover::relative(importer, &set.paths.root))
        })
        .collect();
    imports.sort();
    Err(CompileError::ImportNotFound { imports })
}

/// Fails when a source lies where a project may not read: outside of the repository, of its library folders and of
/// what its configuration allows, links followed; or when it is there but no Solidity.
fn check_places(set: &SourceSet, sources: &Sources) -> Result<(), CompileError> {
    let root = &set.paths.root;
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let allowed: Vec<PathBuf> = std::iter::once(discover::boundary(root))
        .chain(set.paths.libraries.iter().map(|library| real(&root.join(library))))
        .chain(set.allowed.iter().map(|folder| real(&root.join(folder))))
        .collect();
    let mut kept: Vec<&PathBuf> = sources.keys().collect();
    kept.sort();
    for path in kept {
        let real = real(path);
        if real.starts_with(&allowed[0]) {
            continue;
        }
        let is_dependency = allowed.iter().any(|folder| real.starts_with(folder))
            || path.components().chain(real.components()).any(|part| part.as_os_str() == "node_modules")
            || set.paths.libraries.iter().any(|library| path.starts_with(root.join(library)));
        if !is_dependency || real.extension().is_none_or(|extension| extension != "sol") {
            return Err(CompileError::OutsideProject { path: path.clone(), root: root.clone() });
        }
    }
    Ok(())
}

fn no_version(store: &Store, reason: &str) -> CompileError {
    // foundry-compilers colours its messages.
    let reason = anstream::adapter::strip_str(reason).to_string();
    match (store.named(), store.refusal()) {
        (Ok(Some(solc)), _) => CompileError::SolcDoesNotFit {
            path: solc.path().to_path_buf(),
            found: solc.identity.version.clone(),
            reason,
        },
        // The compiler that was not asked might have fitted, and the user has to know why it was not.
        (_, Some(refusal)) => refusal,
        _ => CompileError::NoFittingVersion { reason, offline: store.is_offline() },
    }
}

fn internal(set: &SourceSet, error: &impl ToString) -> CompileError {
    CompileError::Sources {
        name: set.name.clone(),
        reason: anstream::adapter::strip_str(&error.to_string()).to_string(),
    }
}
