//! Build information and artifacts on disk: which files of a folder are documents, and which of two wins?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;
use uplint_artifact::ContractName;
use uplint_artifact::read::{self, Document, DocumentKind, ReadError};

use crate::error::CompileError;

/// Folders that hold no documents.
const NOT_DOCUMENTS: [&str; 4] = ["node_modules", "cache", "broadcast", ".git"];

/// The documents of a folder or a file.
#[derive(Debug)]
pub(crate) struct Documents {
    /// What was read. A contract may be in several; the last one wins.
    pub(crate) found: Vec<Document>,
    /// Hash of all bytes that were read.
    pub(crate) digest: [u8; 32],
    /// Contracts that differ between documents, of which the newest was taken.
    pub(crate) notes: Vec<String>,
}

/// Reads one document, with the other half of a build-info of Hardhat 3.
pub(crate) fn file(path: &Path, shown: &str) -> Result<Documents, CompileError> {
    let bytes = read_bytes(path)?;
    // A large document is hashed while it is read: neither needs the other.
    let (mut hasher, read) = std::thread::scope(|scope| {
        let hashed = scope.spawn(|| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&bytes);
            hasher
        });
        let read = with_companion(path, shown, &bytes);
        (hashed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), read)
    });
    let (mut document, companion) = read?;
    hasher.update(&companion);
    if document.kind == DocumentKind::HardhatArtifact
        && let Some(build) = build_of(path, &bytes)
    {
        // What the artifact leaves out is in the build information that Hardhat keeps for it.
        let bytes = read_bytes(&build)?;
        hasher.update(&bytes);
        let contracts: Vec<_> = document.artifacts.iter().map(|artifact| artifact.contract.clone()).collect();
        let (of_build, companion) = with_companion(&build, &build.to_string_lossy(), &bytes)?;
        hasher.update(&companion);
        document = of_build;
        document.artifacts.retain(|artifact| contracts.contains(&artifact.contract));
        document.missing.retain(|missing| {
            missing.path.is_empty() || contracts.iter().any(|contract| contract.path == missing.path)
        });
    }
    Ok(Documents { found: vec![document], digest: *hasher.finalize().as_bytes(), notes: Vec::new() })
}

/// The build information that an artifact of Hardhat belongs to, where it is still there.
fn build_of(path: &Path, bytes: &[u8]) -> Option<PathBuf> {
    let folder = path.parent()?;
    let debug = folder.join(format!("{}.dbg.json", path.file_stem()?.to_string_lossy()));
    let build = if let Ok(debug) = std::fs::read(debug) {
        folder.join(serde_json::from_slice::<DebugFile>(&debug).ok()?.build_info)
    } else {
        let id = serde_json::from_slice::<Hardhat3Artifact>(bytes).ok()?.build_info_id;
        let folders = folder.ancestors().map(|folder| folder.join("build-info"));
        folders.map(|folder| folder.join(format!("{id}.json"))).find(|path| path.is_file())?
    };
    build.is_file().then_some(build)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, CompileError> {
    std::fs::read(path).map_err(|error| CompileError::unreadable(path, error))
}

/// Reads a document and the other half that it asks for, whose bytes are answered too.
fn with_companion(path: &Path, shown: &str, bytes: &[u8]) -> Result<(Document, Vec<u8>), CompileError> {
    let companion = read::companion_name(&path.to_string_lossy(), bytes).map(PathBuf::from);
    let companion = match companion.filter(|companion| companion.is_file()) {
        Some(companion) => Some(read_bytes(&companion)?),
        None => None,
    };
    let document = read::detect_and_read(shown, bytes, companion.as_deref())?;
    Ok((document, companion.unwrap_or_default()))
}

/// The JSON files of a folder that may be documents, by name. Links are not followed.
pub(crate) fn json_files(dir: &Path) -> Vec<PathBuf> {
    let enters =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !NOT_DOCUMENTS.iter().any(|name| entry.file_name() == *name);
    let entries = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().filter_entry(enters);
    let files = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".json") && !name.ends_with(".dbg.json") && !name.ends_with(".output.json")
        })
        .collect()
}

/// Reads the documents of a folder; `None` when it holds none. Build information is preferred to what lies beside it
/// about single contracts, because only it has everything.
pub(crate) fn folder(dir: &Path) -> Result<Option<Documents>, CompileError> {
    let files = json_files(dir);
    let mut hasher = blake3::Hasher::new();
    let mut builds: Vec<(SystemTime, PathBuf, Document)> = Vec::new();
    let mut hardhat = Vec::new();
    let mut foundry: Vec<(String, Vec<u8>)> = Vec::new();
    let mut refusal = None;
    for path in files {
        let bytes = read_bytes(&path)?;
        let shown = crate::discover::relative(&path, dir);
        let mut own = blake3::Hasher::new();
        own.update(&bytes);
        let (document, companion) = match with_companion(&path, &shown, &bytes) {
            Ok(document) => document,
            // Configuration and caches of tools lie beside documents.
            Err(CompileError::Document(ReadError::UnknownFormat { .. })) => continue,
            Err(error @ CompileError::Document(ReadError::NoOutput { .. } | ReadError::InputOnly { .. })) => {
                refusal.get_or_insert(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        own.update(&companion);
        hasher.update(own.finalize().as_bytes());
        match document.kind {
            DocumentKind::FoundryArtifact => foundry.push((shown, bytes)),
            DocumentKind::HardhatArtifact => hardhat.push(document),
            DocumentKind::Bytecode => {}
            DocumentKind::BuildInfo(_) | DocumentKind::StandardJsonOutput => {
                let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
                builds.push((modified.unwrap_or(SystemTime::UNIX_EPOCH), path, document));
            }
        }
    }
    let mut notes = Vec::new();
    let documents = if !builds.is_empty() {
        builds.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let owners = owners(dir);
        let builds = builds.into_iter().map(|(_, path, document)| (path, document)).collect();
        current(builds, &owners, &mut notes)
    } else if !foundry.is_empty() {
        let files: Vec<(&str, &[u8])> = foundry.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        vec![read::merge_foundry_artifacts(&files)?]
    } else if !hardhat.is_empty() {
        hardhat
    } else {
        return refusal.map_or(Ok(None), Err);
    };
    Ok(Some(Documents { found: documents, digest: *hasher.finalize().as_bytes(), notes }))
}

/// Leaves each contract in one document: the one its artifact names, else the newest.
fn current(
    mut builds: Vec<(PathBuf, Document)>,
    owners: &BTreeMap<ContractName, String>,
    notes: &mut Vec<String>,
) -> Vec<Document> {
    for (path, document) in &mut builds {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        document.artifacts.retain(|artifact| owners.get(&artifact.contract).is_none_or(|owner| *owner == stem));
    }
    let mut seen: BTreeMap<ContractName, Option<std::sync::Arc<[u8]>>> = BTreeMap::new();
    let mut differing = std::collections::BTreeSet::new();
    for artifact in builds.iter().flat_map(|(_, document)| &document.artifacts) {
        let code = artifact.runtime.as_ref().map(|code| std::sync::Arc::clone(&code.bytes));
        if let Some(known) = seen.insert(artifact.contract.clone(), code.clone())
            && known != code
        {
            differing.insert(artifact.contract.to_string());
        }
    }
    notes.extend(
        differing
            .into_iter()
            .map(|contract| format!("`{contract}` differs between build-info files; the newest file was taken")),
    );
    builds.into_iter().map(|(_, document)| document).collect()
}

#[derive(Deserialize)]
struct DebugFile {
    #[serde(rename = "buildInfo")]
    build_info: String,
}

#[derive(Deserialize)]
struct Hardhat3Artifact {
    #[serde(rename = "buildInfoId")]
    build_info_id: String,
    #[serde(rename = "sourceName")]
    source_name: String,
    #[serde(rename = "contractName")]
    contract_name: String,
}

/// Which build-info a contract belongs to, by the file's stem, as Hardhat keeps it: Hardhat 2 in a `.dbg.json` beside
/// the contract's artifact, Hardhat 3 in the artifact.
fn owners(dir: &Path) -> BTreeMap<ContractName, String> {
    let mut owners = BTreeMap::new();
    // A folder of build information lies in the folder of artifacts.
    let base = if dir.ends_with("build-info") { dir.parent().unwrap_or(dir) } else { dir };
    for entry in walkdir::WalkDir::new(base).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy());
        if !entry.file_type().is_file() || path.parent().is_some_and(|parent| parent.ends_with("build-info")) {
            continue;
        }
        if let Some(contract) = name.strip_suffix(".dbg.json") {
            let file = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<DebugFile>(&bytes).ok());
            let source = path.parent().map(|parent| crate::discover::relative(parent, base));
            if let (Some(file), Some(source)) = (file, source) {
                let stem = Path::new(&file.build_info).file_stem().unwrap_or_default().to_string_lossy().into_owned();
                owners.insert(ContractName { path: source.into(), name: contract.into() }, stem);
            }
        } else if name.ends_with(".json") {
            let artifact = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if let Some(Hardhat3Artifact { build_info_id, source_name, contract_name }) = artifact {
                let contract = ContractName { path: source_name.into(), name: contract_name.into() };
                owners.insert(contract, build_info_id);
            }
        }
    }
    owners
}
