//! What is this input, and who reads it?

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use uplint_artifact::Artifact;
use uplint_artifact::read::{self, Document, DocumentKind, Missing};

use crate::cache::Cache;
use crate::discover;
use crate::error::CompileError;
use crate::options::CompileOptions;
use crate::store::Store;
use crate::units::{self, Session, SourceSet};
use crate::{Build, BuildGap, InputKind, Progress, plain, real_path};

/// Extensions of documents that are read as they are.
const DOCUMENTS: [&str; 3] = ["json", "hex", "bin"];

/// Turns a file or a directory into artifacts.
pub fn load(input: &Path, options: &CompileOptions, progress: Progress<'_>) -> Result<Build, CompileError> {
    let real = real_path(input)?;
    if real.is_dir() {
        return load_directory(&real, options, progress);
    }
    let extension = input.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "sol" => load_solidity_file(&real, options, progress),
        extension if DOCUMENTS.contains(&extension) => {
            let bytes = std::fs::read(&real).map_err(|error| CompileError::unreadable(input, error))?;
            load_bytes(&input.to_string_lossy(), &bytes, options)
        }
        _ => Err(CompileError::UnknownKind { path: input.to_path_buf() }),
    }
}

/// Turns a document that was read already, such as standard input, into artifacts: build information in JSON, or
/// runtime bytecode in hexadecimal.
pub fn load_bytes(name: &str, bytes: &[u8], _options: &CompileOptions) -> Result<Build, CompileError> {
    let document = read::detect_and_read(name, bytes, None)?;
    let kind = match document.kind {
        DocumentKind::StandardJsonOutput => InputKind::StandardJson,
        DocumentKind::BuildInfo(_) => InputKind::BuildInfo,
        DocumentKind::FoundryArtifact | DocumentKind::HardhatArtifact => InputKind::Artifacts,
        DocumentKind::Bytecode => InputKind::Bytecode,
    };
    let (artifacts, gaps) = merge(vec![document]);
    Ok(Build { artifacts, root: None, kind, gaps, inputs_digest: *blake3::hash(bytes).as_bytes(), notes: Vec::new() })
}

fn load_directory(root: &Path, options: &CompileOptions, progress: Progress<'_>) -> Result<Build, CompileError> {
    let set = plain::directory(root)?;
    if set.files.is_empty() {
        return Err(CompileError::NothingFound { path: root.to_path_buf() });
    }
    compile(&set, InputKind::Directory, options, progress)
}

fn load_solidity_file(file: &Path, options: &CompileOptions, progress: Progress<'_>) -> Result<Build, CompileError> {
    let root = file.parent().unwrap_or(file);
    compile(&plain::file(root, file)?, InputKind::SolidityFile, options, progress)
}

/// Compiles a set of sources with the store and the cache that the options describe.
fn compile(
    set: &SourceSet,
    kind: InputKind,
    options: &CompileOptions,
    progress: Progress<'_>,
) -> Result<Build, CompileError> {
    let root = &set.paths.root;
    let store = Arc::new(Store::new(options, None, Some(root))?);
    let cache = Cache::new(store.directory(), !options.no_cache);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let session = Session { store: &store, cache: &cache, jobs: options.jobs.unwrap_or(threads), progress };
    let (documents, inputs_digest) = units::compile(set, session)?;
    let (artifacts, gaps) = merge(documents);
    Ok(Build { artifacts, root: Some(root.clone()), kind, gaps, inputs_digest, notes: store.take_notes() })
}

/// One list of artifacts by name. A dependency that several compilers compiled is kept as the last one, the newest,
/// made it: that is the version its own file got when it is judged.
fn merge(documents: Vec<Document>) -> (Vec<Artifact>, Vec<BuildGap>) {
    let mut artifacts: Vec<Artifact> = Vec::new();
    let mut gaps: Vec<BuildGap> = Vec::new();
    for document in documents {
        gaps.extend(document.missing.iter().map(gap));
        artifacts.extend(document.artifacts);
    }
    artifacts.reverse();
    artifacts.sort_by(|a, b| a.contract.cmp(&b.contract));
    artifacts.dedup_by(|a, b| a.contract == b.contract);
    gaps.sort();
    gaps.dedup();
    (artifacts, gaps)
}

fn gap(missing: &Missing) -> BuildGap {
    let what = format!("{:?}", missing.part);
    let reason = missing.reason.as_deref().unwrap_or("the compiler did not print it");
    BuildGap {
        path: Some(Arc::clone(&missing.path)).filter(|path| !path.is_empty()),
        contract: missing.contract.clone(),
        part: missing.part,
        message: format!("no {what}: {reason}"),
    }
}

/// The root of the project that an input belongs to: the folder whose executables are refused. A lone file's is its own.
pub fn project_root(input: &Path) -> Result<PathBuf, CompileError> {
    let real = real_path(input)?;
    let start = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
    Ok(discover::enclosing_project(start).map_or_else(|| start.to_path_buf(), |(root, _)| root))
}
