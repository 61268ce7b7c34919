//! Vyper sources, with executables that print what Vyper 0.3.10 and 0.4.3 printed.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use uplint_compile::{Build, CompileError, CompileOptions, InputKind};

use super::{folder, load, names, options, refused, write};

/// An executable in `dir` that prints what a release of Vyper printed for `a3.vy` or `a4.vy`.
fn vyper(dir: &Path, version: &str) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifact/tests/data/vyper").join(version);
    let script = format!(
        "#!/bin/sh\necho run >> {runs}\ncase \"$1\" in\n--version) echo {version}+commit.12345678 ;;\n\
         --standard-json) cat > /dev/null; cat {data}.output.json ;;\n*) cat {data}.layout.json ;;\nesac\n",
        runs = dir.join("runs").display(),
        data = data.display(),
    );
    let path = write(&dir.join("bin/vyper"), &script);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    path
}

fn with(input: &Path, vyper: &Path, cache: &Path) -> Result<Build, CompileError> {
    let options = CompileOptions {
        vyper: Some(vyper.to_path_buf()),
        cache_dir: Some(cache.to_path_buf()),
        ..CompileOptions::default()
    };
    load(input, &options)
}

fn layout(build: &Build) -> Vec<String> {
    let layout = build.artifacts[0].vyper_layout.as_ref().expect("Vyper printed a layout");
    layout.storage.iter().map(|variable| variable.label.clone()).collect()
}

#[test]
fn the_layout_is_asked_for_where_standard_json_leaves_it_out() {
    let dir = folder(&[("project/a3.vy", "# @version ^0.3.0\n")]);
    let vyper = vyper(dir.path(), "0.3.10");
    let build = with(&dir.path().join("project/a3.vy"), &vyper, &dir.path().join("cache")).expect("it compiles");
    assert_eq!(build.kind, InputKind::VyperFile);
    assert_eq!(names(&build), ["a3.vy:a3"]);
    assert_eq!(layout(&build), ["nonreentrant.lock", "owner", "paused", "balances", "points", "name"]);
    assert!(build.artifacts[0].runtime.is_some() && build.artifacts[0].abi.is_some());
}

#[test]
fn a_second_run_starts_nothing() {
    let dir = folder(&[("project/a4.vy", "# pragma version ~=0.4.0\n")]);
    let vyper = vyper(dir.path(), "0.4.3");
    let (input, cache) = (dir.path().join("project/a4.vy"), dir.path().join("cache"));
    let first = with(&input, &vyper, &cache).expect("it compiles");
    let runs = std::fs::read_to_string(dir.path().join("runs")).expect("it was run");
    let second = with(&input, &vyper, &cache).expect("it compiles");
    assert_eq!(std::fs::read_to_string(dir.path().join("runs")).ok(), Some(runs));
    assert_eq!(layout(&first), layout(&second));
}

#[test]
fn a_folder_of_vyper_files_is_compiled() {
    let dir = folder(&[("project/a4.vy", "# pragma version ~=0.4.0\n")]);
    let vyper = vyper(dir.path(), "0.4.3");
    let build = with(&dir.path().join("project"), &vyper, &dir.path().join("cache")).expect("it compiles");
    assert_eq!(names(&build), ["a4.vy:a4"]);
}

#[test]
fn a_vyper_that_does_not_fit_is_named_with_the_command_that_installs_one() {
    let dir = folder(&[("project/a3.vy", "# @version ^0.3.0\n")]);
    let vyper = vyper(dir.path(), "0.4.3");
    let error = with(&dir.path().join("project/a3.vy"), &vyper, &dir.path().join("cache"));
    let error = error.map(|build| names(&build)).expect_err("it does not fit");
    let text = error.to_string();
    assert!(text.contains("is vyper 0.4.3, and `a3.vy` wants ^0.3.0"), "{text}");
    let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
    assert!(help.contains("pip install 'vyper>=0.3.0,<0.4'"), "{help}");
}

#[test]
fn a_vyper_of_the_project_is_refused_and_not_run() {
    let dir = folder(&[("project/a4.vy", "# pragma version ~=0.4.0\n")]);
    let vyper = vyper(&dir.path().join("project"), "0.4.3");
    let options = CompileOptions { vyper: Some(vyper), ..options() };
    let text = refused(&dir.path().join("project/a4.vy"), &options).to_string();
    assert!(text.starts_with("refusing to run `vyper` from the project under test"), "{text}");
    assert!(!dir.path().join("project/runs").exists());
}

#[test]
fn an_import_may_not_lead_out_of_the_project() {
    let dir = folder(&[("project/a4.vy", "from .. import secret\n"), ("secret.vy", "")]);
    let vyper = vyper(dir.path(), "0.4.3");
    let error = with(&dir.path().join("project/a4.vy"), &vyper, &dir.path().join("cache"));
    let text = error.map(|build| names(&build)).expect_err("it leads out").to_string();
    assert!(text.contains("leads out of the project"), "{text}");
}
