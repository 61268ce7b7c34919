//! What is this input, and who reads it?

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use uplint_artifact::Artifact;
use uplint_artifact::read::{self, Document, DocumentKind};

use crate::cache::Cache;
use crate::complete;
use crate::discover::{self, ProjectKind};
use crate::documents::{self, Documents};
use crate::error::CompileError;
use crate::foundry::{self, FoundryConfig, SolcChoice};
use crate::hardhat;
use crate::options::CompileOptions;
use crate::plain;
use crate::store::Store;
use crate::units::{self, Session, SourceSet};
use crate::vyper::{self, VyperSet};
use crate::{Build, BuildGap, InputKind, Progress, real_path};

/// Extensions of documents that are read as they are.
const DOCUMENTS: [&str; 3] = ["json", "hex", "bin"];

/// Turns a file or a directory into artifacts.
pub fn load(input: &Path, options: &CompileOptions, progress: Progress<'_>) -> Result<Build, CompileError> {
    let real = real_path(input)?;
    let loader = Loader { options, progress };
    if real.is_dir() {
        return loader.directory(&real, input);
    }
    let extension = input.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "sol" => loader.solidity_file(&real),
        "vy" => loader.vyper_file(&real),
        extension if DOCUMENTS.contains(&extension) => {
            let found = documents::file(&real, &input.to_string_lossy())?;
            loader.documents(found, &real)
        }
        _ => Err(CompileError::UnknownKind { path: input.to_path_buf() }),
    }
}

/// Turns a document that was read already, such as standard input, into artifacts: build information in JSON, or
/// runtime bytecode in hexadecimal.
pub fn load_bytes(name: &str, bytes: &[u8], options: &CompileOptions) -> Result<Build, CompileError> {
    let document = read::detect_and_read(name, bytes, None)?;
    let digest = *blake3::hash(bytes).as_bytes();
    let loader = Loader { options, progress: &|_| {} };
    loader.completed(Documents { found: vec![document], digest, notes: Vec::new() }, None)
}

/// The root of the project that an input belongs to: the folder whose executables are refused. A lone file's is its own.
pub fn project_root(input: &Path) -> Result<PathBuf, CompileError> {
    let real = real_path(input)?;
    let start = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
    Ok(discover::enclosing_project(start).map_or_else(|| start.to_path_buf(), |(root, _)| root))
}

/// What is the same for all kinds of input.
#[derive(Clone, Copy)]
struct Loader<'a> {
    options: &'a CompileOptions,
    progress: Progress<'a>,
}

impl Loader<'_> {
    fn directory(self, dir: &Path, shown: &Path) -> Result<Build, CompileError> {
        match discover::project_kind(dir) {
            Some(ProjectKind::Foundry) => return self.foundry(dir, None, shown),
            Some(ProjectKind::Hardhat) => return self.hardhat(dir, shown),
            None => {}
        }
        let set = self.with_named(plain::directory(dir)?);
        let vyper = vyper::files(dir, dir, |_| false)?;
        if set.files.is_empty() && vyper.is_empty() {
            return match documents::folder(dir)? {
                Some(found) => self.documents(found, dir),
                None => Err(CompileError::NothingFound { path: shown.to_path_buf() }),
            };
        }
        match discover::enclosing_project(dir) {
            Some((root, ProjectKind::Foundry)) => self.foundry(&root, Some(set.files), shown),
            Some((root, ProjectKind::Hardhat)) => {
                let notes = vec![hardhat::DEFAULT_SETTINGS.to_owned()];
                self.sources(
                    Some(&self.with_named(plain::project(&root, set.files)?)),
                    &vyper,
                    InputKind::Directory,
                    None,
                    notes,
                )
            }
            None => self.sources(Some(&set), &vyper, InputKind::Directory, None, Vec::new()),
        }
    }

    fn foundry(self, root: &Path, files: Option<Vec<PathBuf>>, shown: &Path) -> Result<Build, CompileError> {
        let config = foundry::resolve(root, self.options.profile.as_deref())?;
        let vyper = match &files {
            Some(_) => Vec::new(),
            None => vyper::files(&root.join(&config.src), root, |_| false).unwrap_or_default(),
        };
        let set = self.with_named(foundry::source_set(&config, files)?);
        if set.files.is_empty() && vyper.is_empty() {
            return Err(CompileError::NothingFound { path: shown.to_path_buf() });
        }
        self.sources(Some(&set), &vyper, InputKind::Foundry, Some(&config), Vec::new())
    }

    /// The set with the sources that the user names, which it may have left out as tests or scripts.
    fn with_named(self, mut set: SourceSet) -> SourceSet {
        let root = &set.paths.root;
        let is_below = |path: &&PathBuf| path.components().all(|part| matches!(part, Component::Normal(_)));
        let named = self.options.named_sources.iter().filter(is_below).map(|path| root.join(path));
        let is_source = |file: &PathBuf| {
            let real = file.canonicalize().ok().filter(|real| real.starts_with(discover::boundary(root)));
            real.is_some_and(|real| real.is_file() && file.extension().is_some_and(|extension| extension == "sol"))
        };
        let left_out: Vec<PathBuf> = named.filter(|file| is_source(file) && !set.files.contains(file)).collect();
        set.files.extend(left_out);
        set
    }

    fn hardhat(self, root: &Path, shown: &Path) -> Result<Build, CompileError> {
        if let Some(found) = hardhat::build_info(root)? {
            let build = self.completed(found, Some(root.to_path_buf()))?;
            return Ok(Build { kind: InputKind::Hardhat, ..build });
        }
        let set = self.with_named(hardhat::sources(root)?);
        if set.files.is_empty() {
            return Err(CompileError::NothingFound { path: shown.to_path_buf() });
        }
        self.sources(Some(&set), &[], InputKind::Hardhat, None, vec![hardhat::DEFAULT_SETTINGS.to_owned()])
    }

    fn solidity_file(self, file: &Path) -> Result<Build, CompileError> {
        let folder = file.parent().unwrap_or(file);
        match discover::enclosing_project(folder) {
            Some((root, ProjectKind::Foundry)) => self.foundry(&root, Some(vec![file.to_path_buf()]), file),
            Some((root, ProjectKind::Hardhat)) => {
                let notes = vec![hardhat::DEFAULT_SETTINGS.to_owned()];
                let set = plain::file(&root, file)?;
                self.sources(Some(&set), &[], InputKind::SolidityFile, None, notes)
            }
            None => self.sources(Some(&plain::file(folder, file)?), &[], InputKind::SolidityFile, None, Vec::new()),
        }
    }

    fn vyper_file(self, file: &Path) -> Result<Build, CompileError> {
        let folder = file.parent().unwrap_or(file);
        let root = discover::enclosing_project(folder).map_or_else(|| folder.to_path_buf(), |(root, _)| root);
        let (store, cache) = self.store(None, Some(&root))?;
        let set = VyperSet {
            name: format!("`{}`", file.display()),
            root: root.clone(),
            files: vec![file.to_path_buf()],
            named: self.options.vyper.clone(),
        };
        let (document, inputs_digest) = vyper::compile(&set, self.session(&store, &cache))?;
        let gaps = document.missing.iter().map(|missing| complete::gap(missing, None)).collect();
        let (artifacts, notes) = (merge(vec![document]), store.take_notes());
        Ok(Build { artifacts, root: Some(root), kind: InputKind::VyperFile, gaps, inputs_digest, notes })
    }

    /// Compiles Solidity and Vyper sources of one project.
    fn sources(
        self,
        set: Option<&SourceSet>,
        vyper: &[PathBuf],
        kind: InputKind,
        config: Option<&FoundryConfig>,
        mut notes: Vec<String>,
    ) -> Result<Build, CompileError> {
        let root = set.map(|set| set.paths.root.clone()).unwrap_or_default();
        let (store, cache) = self.store(config, Some(&root))?;
        let session = self.session(&store, &cache);
        let mut documents = Vec::new();
        let mut hasher = blake3::Hasher::new();
        if let Some(set) = set.filter(|set| !set.files.is_empty()) {
            let (found, digest) = units::compile(set, session)?;
            documents.extend(found);
            hasher.update(&digest);
        }
        if !vyper.is_empty() {
            let named = self.options.vyper.clone();
            let named = named.or_else(|| config.and_then(|config| config.vyper.clone()).map(|path| root.join(path)));
            let name = format!("`{}`", root.display());
            let set = VyperSet { name, root: root.clone(), files: vyper.to_vec(), named };
            let (found, digest) = vyper::compile(&set, session)?;
            documents.push(found);
            hasher.update(&digest);
        }
        let gaps = documents.iter().flat_map(|document| &document.missing);
        let mut gaps: Vec<BuildGap> = gaps.map(|missing| complete::gap(missing, None)).collect();
        gaps.sort();
        gaps.dedup();
        notes.extend(store.take_notes());
        let inputs_digest = *hasher.finalize().as_bytes();
        Ok(Build { artifacts: merge(documents), root: Some(root), kind, gaps, inputs_digest, notes })
    }

    /// Documents at `place`, whose paths are relative to the project around it.
    fn documents(self, found: Documents, place: &Path) -> Result<Build, CompileError> {
        let folder = if place.is_dir() { place } else { place.parent().unwrap_or(place) };
        self.completed(found, discover::enclosing_project(folder).map(|(root, _)| root))
    }

    /// Documents with what the compiler can add to them.
    fn completed(self, found: Documents, root: Option<PathBuf>) -> Result<Build, CompileError> {
        check_diagnostics(&found)?;
        let kind = match found.found.first().map(|document| document.kind) {
            Some(DocumentKind::StandardJsonOutput) => InputKind::StandardJson,
            Some(DocumentKind::BuildInfo(_)) | None => InputKind::BuildInfo,
            Some(DocumentKind::FoundryArtifact | DocumentKind::HardhatArtifact) => InputKind::Artifacts,
            Some(DocumentKind::Bytecode) => InputKind::Bytecode,
        };
        let (mut documents, mut gaps, mut notes) = (Vec::new(), Vec::new(), found.notes);
        if found.found.iter().all(|document| document.missing.is_empty()) {
            documents = found.found;
        } else {
            let (store, cache) = self.store(None, root.as_deref())?;
            for document in found.found {
                let (document, missing) = complete::complete(document, self.session(&store, &cache));
                documents.push(document);
                gaps.extend(missing);
            }
            notes.extend(store.take_notes());
        }
        gaps.sort();
        gaps.dedup();
        let mut build = Build { artifacts: merge(documents), root, kind, gaps, inputs_digest: found.digest, notes };
        if kind == InputKind::Artifacts && !build.gaps.is_empty() {
            self.complete_from_sources(&mut build);
        }
        Ok(build)
    }

    /// Foundry's artifacts do not record what was compiled, but the project around them may still hold it. Code that
    /// is the same, metadata included, proves that it does.
    fn complete_from_sources(self, build: &mut Build) {
        let Some(root) = build.root.clone() else { return };
        if discover::project_kind(&root) != Some(ProjectKind::Foundry) {
            return;
        }
        match self.foundry(&root, None, &root) {
            Ok(fresh) => {
                build.notes.extend(fresh.notes.iter().cloned());
                if complete::replace_same_code(build, &fresh) == 0 {
                    build.notes.push(
                        "the artifacts are not of the project's sources as they are; run `forge build`".to_owned(),
                    );
                }
            }
            Err(error) => build.notes.push(format!("the artifacts were not completed from the project: {error}")),
        }
    }

    fn store(self, config: Option<&FoundryConfig>, root: Option<&Path>) -> Result<(Arc<Store>, Cache), CompileError> {
        let mut options = self.options.clone();
        options.offline |= config.is_some_and(|config| config.offline);
        let mut pinned = None;
        match config.and_then(|config| config.solc.as_ref()) {
            Some(SolcChoice::Version(version)) => pinned = Some(version.clone()),
            // The user's own choice is stronger than the project's.
            Some(SolcChoice::Path(path)) if options.solc.is_none() => {
                let path = root.unwrap_or(Path::new("")).join(path);
                if !path.is_file() {
                    return Err(CompileError::BadConfiguration {
                        path: root.unwrap_or(Path::new("")).join("foundry.toml"),
                        reason: format!("its `solc` is neither a version nor a file: `{}`", path.display()),
                        help: "write a version, for example `solc = \"0.8.28\"`".to_owned(),
                    });
                }
                options.solc = Some(path);
            }
            _ => {}
        }
        let store = Store::new(&options, pinned, root)?;
        let cache = Cache::new(store.directory(), !options.no_cache);
        Ok((Arc::new(store), cache))
    }

    fn session<'a>(&'a self, store: &'a Arc<Store>, cache: &'a Cache) -> Session<'a> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Session { store, cache, jobs: self.options.jobs.unwrap_or(threads), progress: self.progress }
    }
}

/// Fails with the compiler's own messages when a document records that it refused the sources: what else the input
/// holds is then not all of it.
fn check_diagnostics(documents: &Documents) -> Result<(), CompileError> {
    let diagnostics = documents.found.iter().flat_map(|document| &document.diagnostics);
    let errors = diagnostics.filter(|diagnostic| diagnostic.is_error);
    let mut messages: Vec<String> =
        errors.map(|error| error.formatted.as_deref().unwrap_or(&error.message).trim_end().to_owned()).collect();
    messages.dedup();
    if messages.is_empty() {
        return Ok(());
    }
    Err(CompileError::does_not_compile("what the build information records", messages, "the compiler that wrote it"))
}

/// One list of artifacts by name. Of a contract in several documents the last one is kept: the newest build, or what
/// the newest compiler made of a dependency.
fn merge(documents: Vec<Document>) -> Vec<Artifact> {
    let mut artifacts: Vec<Artifact> = documents.into_iter().flat_map(|document| document.artifacts).collect();
    artifacts.reverse();
    artifacts.sort_by(|a, b| a.contract.cmp(&b.contract));
    artifacts.dedup_by(|a, b| a.contract == b.contract);
    artifacts
}
