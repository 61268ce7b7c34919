//! What a project may try, and what is said when nothing can be had.

use std::path::{Path, PathBuf};

use semver::Version;

use super::trust::Surroundings;
use super::{Solc, Store};
use crate::error::CompileError;
use crate::options::CompileOptions;

const VERSION: Version = Version::new(0, 8, 28);

/// A project with an executable at `path` that leaves a mark when it is run.
struct Project {
    dir: tempfile::TempDir,
    executable: PathBuf,
}

impl Project {
    fn with(path: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let executable = dir.path().join("project").join(path);
        std::fs::create_dir_all(executable.parent().expect("it lies in a folder")).expect("folders can be made");
        let script = format!("#!/bin/sh\ntouch {}\necho 0.8.28\n", dir.path().join("was-run").display());
        std::fs::write(&executable, script).expect("it can be written");
        make_executable(&executable);
        Self { dir, executable }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    fn options(&self) -> CompileOptions {
        let cache_dir = Some(self.dir.path().join("cache"));
        CompileOptions { cache_dir, offline: true, forbidden_roots: vec![self.root()], ..CompileOptions::default() }
    }

    /// A store whose PATH starts with the executable's folder.
    fn store(&self, options: &CompileOptions) -> Result<Store, CompileError> {
        let mut path = vec![self.executable.parent().expect("it lies in a folder").to_path_buf()];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(path).expect("no entry holds the separator");
        Store::within(options, None, None, Surroundings { path, ..Surroundings::default() })
    }

    fn was_run(&self) -> bool {
        self.dir.path().join("was-run").exists()
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("it can be made executable");
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) {}

fn refusal(result: Result<Solc, CompileError>) -> String {
    result.map(|solc| solc.identity).expect_err("it has to be refused").to_string()
}

#[cfg(unix)]
#[test]
fn a_solc_of_the_project_on_path_is_refused_and_not_run() {
    let project = Project::with("node_modules/.bin/solc");
    let store = project.store(&project.options()).expect("the cache lies elsewhere");
    let text = refusal(store.solc(&VERSION));
    assert!(text.starts_with("refusing to run `solc` from the project under test"), "{text}");
    assert!(text.contains("node_modules/.bin/solc"), "{text}");
    assert!(!project.was_run());
}

#[cfg(unix)]
#[test]
fn a_solc_of_the_project_that_the_user_names_is_refused_until_it_is_allowed() {
    let project = Project::with("solc");
    let named = CompileOptions { solc: Some(project.executable.clone()), ..project.options() };
    let text = refusal(project.store(&named).expect("the cache lies elsewhere").solc(&VERSION));
    assert!(text.starts_with("refusing to run `solc`"), "{text}");
    assert!(!project.was_run());
    let allowed = CompileOptions { allow_project_compiler: true, ..named };
    let solc = project.store(&allowed).expect("it is allowed").solc(&VERSION).expect("it is allowed");
    assert_eq!(solc.identity.version, VERSION);
    assert!(project.was_run());
}

#[cfg(unix)]
#[test]
fn node_and_npm_of_the_project_are_refused_and_not_run() {
    for program in ["node", "npm"] {
        let project = Project::with(&format!("node_modules/.bin/{program}"));
        let store = project.store(&project.options()).expect("the cache lies elsewhere");
        let found = if program == "node" { store.node() } else { store.trust().npm() };
        let text = found.expect_err("it has to be refused").to_string();
        assert!(text.starts_with(&format!("refusing to run `{program}`")), "{text}");
        assert!(!project.was_run());
    }
}

#[test]
fn a_configuration_of_npm_in_the_project_is_refused() {
    let project = Project::with(".npmrc");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let surroundings = Surroundings { path, npmrc: Some(project.executable.clone()), ..Surroundings::default() };
    let store = Store::within(&project.options(), None, None, surroundings).expect("the cache lies elsewhere");
    let text = store.trust().npm().expect_err("it has to be refused").to_string();
    assert!(text.starts_with("refusing to run `npm`") && text.contains(".npmrc"), "{text}");
}

#[test]
fn an_environment_of_python_in_the_project_is_refused() {
    let project = Project::with(if cfg!(windows) { ".venv/Scripts/vyper.exe" } else { ".venv/bin/vyper" });
    let surroundings = Surroundings { virtual_env: Some(project.root().join(".venv")), ..Surroundings::default() };
    let store = Store::within(&project.options(), None, None, surroundings).expect("the cache lies elsewhere");
    let text = store.trust().vyper_of_environment().expect_err("it has to be refused").to_string();
    assert!(text.starts_with("refusing to run `vyper`") && text.contains(".venv"), "{text}");
    assert!(!project.was_run());
}

#[test]
fn a_cache_in_the_project_is_refused() {
    let project = Project::with("solc");
    let options = CompileOptions { cache_dir: Some(project.root().join("cache")), ..project.options() };
    let text = project.store(&options).map(|_| ()).expect_err("it has to be refused").to_string();
    assert!(text.starts_with("refusing the cache") && text.contains("lies in the project under test"), "{text}");
}

#[test]
fn children_find_no_program_of_the_project() {
    let project = Project::with("node_modules/.bin/node");
    let store = project.store(&project.options()).expect("the cache lies elsewhere");
    let path = store.trust().search_path();
    assert!(!path.to_string_lossy().contains("node_modules"), "{}", path.to_string_lossy());
}

#[test]
fn offline_says_what_was_looked_for() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let options =
        CompileOptions { cache_dir: Some(dir.path().join("cache")), offline: true, ..CompileOptions::default() };
    let store = Store::within(&options, None, None, Surroundings::default()).expect("the cache lies elsewhere");
    // No version manager holds a release that does not exist.
    let text = refusal(store.solc(&Version::new(0, 8, 9999)));
    assert!(text.starts_with("no solc 0.8.9999 to be had"), "{text}");
    assert!(text.contains("there is no `solc` on PATH") && text.contains("forbidden by `--offline`"), "{text}");
}
