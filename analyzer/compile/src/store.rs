//! Where does solc of a version come from, and how is it run?
//!
//! In this order: the one that was named, the version manager's store, `solc` on PATH when its version fits, a download
//! by the version manager, and the WebAssembly build from npm under node. A WebAssembly build that was fetched before
//! is used before any download is tried. Nothing of the project under test is ever run; see [`trust`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use semver::Version;

use crate::cache;
use crate::error::CompileError;
use crate::options::CompileOptions;
use crate::temporary;

mod identity;
mod manager;
mod npm;
pub(crate) mod process;
mod releases;
pub(crate) mod trust;

pub(crate) use identity::Identity;
use trust::{Surroundings, Trust};

const SHIM: &str = include_str!("store/solc_shim.js");

/// One install at a time in this process, so that two sides that need the same compiler fetch it once.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The compilers that can be had.
#[derive(Debug)]
pub(crate) struct Store {
    /// The cache directory.
    directory: PathBuf,
    /// The one compiler that was named, by the user or by a project.
    named: Option<PathBuf>,
    /// The one version that a project's configuration allows.
    pinned: Option<Version>,
    offline: bool,
    trust: Trust,
    /// `solc` on PATH with what is known of it; the error is kept until it matters.
    on_path: OnceLock<Result<Option<Solc>, CompileError>>,
    notes: Mutex<Vec<String>>,
}

/// A compiler that can be run.
#[derive(Clone, Debug)]
pub(crate) struct Solc {
    /// Which build it is.
    pub(crate) identity: Identity,
    launch: Launch,
}

#[derive(Clone, Debug)]
enum Launch {
    Native(PathBuf),
    WebAssembly(PathBuf),
}

impl Launch {
    fn path(&self) -> &Path {
        let (Self::Native(path) | Self::WebAssembly(path)) = self;
        path
    }
}

impl Solc {
    /// The executable, or the WebAssembly build.
    pub(crate) fn path(&self) -> &Path {
        self.launch.path()
    }
}

/// A version that can be had, and whether it is on this machine already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Available {
    pub(crate) version: Version,
    pub(crate) is_installed: bool,
}

impl Store {
    /// The store of a run. `pinned` is the one version that a project's configuration allows.
    pub(crate) fn new(
        options: &CompileOptions,
        pinned: Option<Version>,
        root: Option<&Path>,
    ) -> Result<Self, CompileError> {
        Self::within(options, pinned, root, Surroundings::of_process())
    }

    fn within(
        options: &CompileOptions,
        pinned: Option<Version>,
        root: Option<&Path>,
        surroundings: Surroundings,
    ) -> Result<Self, CompileError> {
        let roots = options.forbidden_roots.iter().map(PathBuf::as_path).chain(root);
        let trust = Trust::new(roots, options.allow_project_compiler, surroundings);
        let directory = cache::directory(options.cache_dir.as_deref())?;
        trust.check_directory(&directory)?;
        // Compilers are started in another folder than the current one.
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        Ok(Self {
            directory,
            named: options.solc.as_deref().map(absolute),
            pinned,
            offline: options.offline,
            trust,
            on_path: OnceLock::new(),
            notes: Mutex::default(),
        })
    }

    /// The cache directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// What may be run.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Whether downloads are forbidden.
    pub(crate) fn is_offline(&self) -> bool {
        self.offline
    }

    /// What the user should know about how compilers were found.
    pub(crate) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// The compiler that was named, which then serves every source.
    pub(crate) fn named(&self) -> Result<Option<Solc>, CompileError> {
        self.named.as_deref().map(|path| self.native(path)).transpose()
    }

    /// The versions that can be had, ascending. A named compiler is the only one.
    pub(crate) fn available(&self) -> Result<Vec<Available>, CompileError> {
        if let Some(named) = self.named()? {
            return Ok(vec![Available { version: named.identity.version, is_installed: true }]);
        }
        if let Some(pinned) = &self.pinned {
            return Ok(vec![Available { version: pinned.clone(), is_installed: true }]);
        }
        let mut found = BTreeMap::new();
        for version in releases::versions() {
            // What npm gave before counts as installed only where nothing else can be had: which versions happen to be
            // in our cache must not decide between compilers.
            let is_installed = self.offline && npm::soljson_path(&self.compilers(), version).is_file();
            found.insert(version.clone(), is_installed);
        }
        for version in manager::installed_versions() {
            found.insert(version, true);
        }
        if let Ok(Some(on_path)) = self.on_path() {
            found.insert(on_path.identity.version.clone(), true);
        }
        if self.offline {
            found.retain(|_, is_installed| *is_installed);
        }
        Ok(found.into_iter().map(|(version, is_installed)| Available { version, is_installed }).collect())
    }

    /// Whether versions that are not on this machine may be chosen.
    pub(crate) fn may_fetch(&self) -> bool {
        !self.offline && self.named.is_none() && self.pinned.is_none()
    }

    /// Whether a version is newer than all that are known without asking.
    pub(crate) fn is_newer_than_known(version: &Version) -> bool {
        releases::versions().last().is_none_or(|newest| version > newest)
    }

    /// Whether the compiler of a version is on this machine, so that having it takes no time.
    pub(crate) fn is_at_hand(&self, version: &Version) -> bool {
        self.named.is_some()
            || manager::installed(version).is_some()
            || npm::soljson_path(&self.compilers(), version).is_file()
            || matches!(self.on_path(), Ok(Some(solc)) if solc.identity.version == *version)
    }

    /// The compiler of a version, fetched if need be.
    pub(crate) fn solc(&self, version: &Version) -> Result<Solc, CompileError> {
        if let Some(named) = self.named()? {
            return Ok(named);
        }
        if let Some(path) = manager::installed(version) {
            return self.native(&path);
        }
        match self.on_path() {
            Ok(Some(solc)) if solc.identity.version == *version => return Ok(solc.clone()),
            Ok(_) => {}
            Err(error) => return Err(error.clone()),
        }
        let _guard = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        let soljson = npm::soljson_path(&self.compilers(), version);
        let is_stored = soljson.is_file();
        if is_stored && npm::is_intact(&soljson) {
            return self.web_assembly(&soljson);
        }
        // The other side of the comparison may have fetched it while this one waited.
        if let Some(path) = manager::installed(version) {
            return self.native(&path);
        }
        if is_stored {
            self.note(format!("the solc {version} of the cache is not what was fetched, and is fetched again"));
        }
        self.fetch(version)
    }

    fn fetch(&self, version: &Version) -> Result<Solc, CompileError> {
        let mut tried = vec![
            "the version manager's store does not hold it".to_owned(),
            match self.on_path() {
                Ok(Some(solc)) => format!("`solc` on PATH is {}", solc.identity.version),
                _ => "there is no `solc` on PATH".to_owned(),
            },
        ];
        if self.offline {
            let is_damaged = npm::soljson_path(&self.compilers(), version).is_file();
            let cached = if is_damaged { "the cache's copy is damaged" } else { "the cache does not hold it" };
            tried.push(cached.to_owned());
            tried.push("downloads are forbidden by `--offline`".to_owned());
            return Err(CompileError::NoCompiler { version: version.clone(), tried, offline: true });
        }
        match manager::download(version) {
            Ok(path) => return self.native(&path),
            Err(reason) => {
                self.note(format!("solc {version} could not be downloaded by the version manager: {reason}"));
                tried.push(format!("a download by the version manager failed: {reason}"));
            }
        }
        if self.node()?.is_none() {
            tried.push("there is no `node` on PATH to run the WebAssembly build from npm".to_owned());
        } else if let Some(npm) = self.trust.npm()? {
            let place = cache::workplace(&self.directory, "npm")?;
            let compilers = cache::folder(&self.directory, "compilers")?;
            match npm::install(&npm, place.path(), &compilers, version, &self.trust) {
                Ok(installed) => {
                    self.note(format!("solc {version} was fetched from npm and runs under node"));
                    installed.note.into_iter().for_each(|note| self.note(note));
                    return self.web_assembly(&installed.soljson);
                }
                Err(reason) => tried.push(reason),
            }
        } else {
            tried.push("there is no `npm` on PATH to fetch the WebAssembly build".to_owned());
        }
        Err(CompileError::NoCompiler { version: version.clone(), tried, offline: false })
    }

    fn compilers(&self) -> PathBuf {
        self.directory.join("compilers")
    }

    fn node(&self) -> Result<Option<PathBuf>, CompileError> {
        self.trust.find("node")
    }

    /// Why `solc` on PATH may not be run, where it may not.
    pub(crate) fn refusal(&self) -> Option<CompileError> {
        self.on_path().err().cloned()
    }

    fn on_path(&self) -> Result<Option<&Solc>, &CompileError> {
        self.on_path
            .get_or_init(|| {
                let Some(path) = self.trust.find("solc")? else { return Ok(None) };
                match self.native(&path) {
                    // Something else that goes by this name is no reason to stop.
                    Err(CompileError::CompilerFailed { reason, .. }) => {
                        self.note(format!("`{}` on PATH was not used: {reason}", path.display()));
                        Ok(None)
                    }
                    found => found.map(Some),
                }
            })
            .as_ref()
            .map(Option::as_ref)
    }

    fn native(&self, path: &Path) -> Result<Solc, CompileError> {
        self.trust.check("solc", path)?;
        // A WebAssembly build may be named as well as an executable.
        if path.extension().is_some_and(|extension| extension == "js" || extension == "cjs") {
            return self.web_assembly(path);
        }
        self.identify(Launch::Native(path.to_path_buf()))
    }

    fn web_assembly(&self, soljson: &Path) -> Result<Solc, CompileError> {
        self.identify(Launch::WebAssembly(soljson.to_path_buf()))
    }

    fn identify(&self, launch: Launch) -> Result<Solc, CompileError> {
        let identity = self.identity(launch.path(), "--solc", || self.launch(&launch, "--version", ""))?;
        Ok(Solc { identity, launch })
    }

    /// The identity of a compiler, remembered or asked for by `probe`. `option` names another one on the command line.
    pub(crate) fn identity(
        &self,
        path: &Path,
        option: &'static str,
        probe: impl FnOnce() -> Result<String, CompileError>,
    ) -> Result<Identity, CompileError> {
        let folder = cache::folder(&self.directory, "identities")?;
        identity::of(path, &folder, option, probe)
    }

    /// Runs a compiler on a standard-JSON input and returns what it prints.
    pub(crate) fn run(&self, solc: &Solc, input: &str) -> Result<String, CompileError> {
        self.launch(&solc.launch, "--standard-json", input)
    }

    fn launch(&self, launch: &Launch, option: &str, input: &str) -> Result<String, CompileError> {
        // An empty folder: whatever a source asks for beyond its input is not found.
        let folder = cache::folder(&self.directory, "run")?;
        let mut arguments: Vec<OsString> = Vec::new();
        let program = match launch {
            Launch::Native(path) => path.clone(),
            Launch::WebAssembly(soljson) => {
                // Deeply nested sources need more stack than node's default; the system's is twice this.
                arguments.extend(cfg!(unix).then(|| "--stack-size=3900".into()));
                arguments.extend([self.shim()?.into_os_string(), soljson.clone().into_os_string()]);
                self.node()?.ok_or_else(|| CompileError::CompilerFailed {
                    compiler: format!("`{}`", soljson.display()),
                    reason: "there is no `node` on PATH to run it".to_owned(),
                    option: "--solc",
                })?
            }
        };
        arguments.push(option.into());
        let mut command = process::command(&program, &folder, &self.trust);
        let failed = |reason: String| CompileError::CompilerFailed {
            compiler: format!("`{}`", launch.path().display()),
            reason,
            option: "--solc",
        };
        let output = process::run(command.args(&arguments), input.as_bytes(), None)
            .map_err(|error| failed(format!("it could not run: {error}")))?;
        if !output.status.success() {
            return Err(failed(format!("{}: {}", output.status, process::last_words(&output.stderr))));
        }
        String::from_utf8(output.stdout).map_err(|_| failed("its output is not UTF-8".to_owned()))
    }

    /// The bundled shim as a file; named by its contents, so that two releases of uplint share a cache.
    fn shim(&self) -> Result<PathBuf, CompileError> {
        let folder = cache::folder(&self.directory, "compilers")?;
        let path = folder.join(format!("solc_shim-{}.cjs", &blake3::hash(SHIM.as_bytes()).to_hex()[..16]));
        if !path.is_file() {
            let write = || {
                let file = temporary::file_in(&folder)?;
                std::fs::write(file.path(), SHIM)?;
                file.persist(&path).map_err(|error| error.error)?;
                Ok(())
            };
            write().map_err(|error| CompileError::cache(&path, error))?;
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests;
