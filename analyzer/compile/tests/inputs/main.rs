//! From inputs on disk to artifacts, with the real compiler as npm has it.

mod documents;
mod foundry;
mod plain;
mod vyper;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uplint_compile::{Build, CompileError, CompileOptions};

/// Options whose cache all tests share, so that each compiler is fetched once.
fn options() -> CompileOptions {
    let cache_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-cache");
    CompileOptions { cache_dir: Some(cache_dir), ..CompileOptions::default() }
}

/// A temporary folder with these files; a path is created with its folders.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (path, content) in files {
        write(&dir.path().join(path), content);
    }
    dir
}

fn write(path: &Path, content: &str) -> PathBuf {
    std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders can be made");
    std::fs::write(path, content).expect("it can be written");
    path.to_path_buf()
}

fn load(input: &Path, options: &CompileOptions) -> Result<Build, CompileError> {
    uplint_compile::load(input, options, &|_| {})
}

fn built(input: &Path) -> Build {
    load(input, &options()).unwrap_or_else(|error| panic!("{}: {error}", input.display()))
}

fn refused(input: &Path, options: &CompileOptions) -> CompileError {
    load(input, options).map(|build| names(&build)).expect_err("it has to fail")
}

fn names(build: &Build) -> Vec<String> {
    build.artifacts.iter().map(|artifact| artifact.contract.to_string()).collect()
}

/// The labels of a contract's persistent variables.
fn variables(build: &Build, contract: &str) -> Vec<String> {
    let artifact = build.artifacts.iter().find(|artifact| artifact.contract.to_string() == contract);
    let layout = artifact.and_then(|artifact| artifact.storage_layout.as_ref());
    layout.map(|layout| layout.storage.iter().map(|variable| variable.label.clone()).collect()).unwrap_or_default()
}
