//! Programs that a pull request brings along: none of them is run unless the user trusts the project.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::program::{Seen, folder, run, uplint};

const SOURCE: &str = "pragma solidity 0.8.28;\ncontract Vault { function initialize() external {} }\n";

/// A project with a program of its own, which leaves a trace when it is run.
fn project(program: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let project = folder(files);
    let path = project.path().join(program);
    std::fs::create_dir_all(path.parent().unwrap_or(project.path())).expect("invariant: the folder is writable");
    let script = format!("#!/bin/sh\ntouch '{}'\nexit 1\n", project.path().join("was-run").display());
    std::fs::write(&path, script).expect("invariant: the folder is writable");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("invariant: it is our file");
    project
}

/// Checks a project with nothing to compile with but what the environment names.
fn check(project: &Path, input: &str, path: &str, arguments: &[&str], variables: &[(&str, &Path)]) -> Seen {
    let cache = folder(&[]);
    let mut command = uplint();
    command.current_dir(project).args(["check", input]).args(arguments);
    command.env("PATH", path).env("HOME", cache.path()).env_remove("VIRTUAL_ENV");
    command.arg("--cache-dir").arg(cache.path().join("cache"));
    for (name, value) in variables {
        command.env(name, value);
    }
    run(&mut command)
}

fn assert_refused(seen: &Seen, project: &Path, program: &str) {
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    assert!(seen.stderr.contains("uplint::compiler::refused"), "{}", seen.stderr);
    assert!(seen.stderr.contains(program) && seen.stderr.contains("--allow-project-compiler"), "{}", seen.stderr);
    assert!(!project.join("was-run").exists(), "it was run");
}

#[test]
fn a_solc_that_the_configuration_names_is_refused() {
    let toml = "[profile.default]\nsolc = \"./bin/solc\"\n";
    let project = project("bin/solc", &[("foundry.toml", toml), ("src/Vault.sol", SOURCE)]);
    let seen = check(project.path(), ".", "/usr/bin:/bin", &[], &[]);
    assert_refused(&seen, project.path(), "bin/solc");
}

#[test]
fn a_solc_of_the_project_on_path_is_refused() {
    let project = project("node_modules/.bin/solc", &[("src/Vault.sol", SOURCE), ("package.json", "{}")]);
    let path = format!("{}:/usr/bin:/bin", project.path().join("node_modules/.bin").display());
    let seen = check(project.path(), ".", &path, &[], &[]);
    assert_refused(&seen, project.path(), "node_modules/.bin/solc");
}

#[test]
fn a_solc_of_the_old_version_is_refused_for_the_new_one_too() {
    let old = project("bin/solc", &[("Vault.sol", SOURCE)]);
    let new = folder(&[("Vault.sol", SOURCE)]);
    let solc = old.path().join("bin/solc");
    let cache = folder(&[]);
    let seen = run(uplint()
        .arg("check")
        .args([old.path(), new.path()])
        .arg("--solc")
        .arg(&solc)
        .arg("--cache-dir")
        .arg(cache.path()));
    assert_refused(&seen, old.path(), "bin/solc");
}

#[test]
fn an_environment_of_python_in_the_project_is_refused() {
    let source = "# pragma version 0.4.0\nx: uint256\n";
    let project = project(".venv/bin/vyper", &[("vault.vy", source)]);
    let environment = project.path().join(".venv");
    let seen = check(project.path(), "vault.vy", "/usr/bin:/bin", &[], &[("VIRTUAL_ENV", &environment)]);
    assert_refused(&seen, project.path(), ".venv/bin/vyper");
}

#[test]
fn a_cache_in_the_project_is_refused() {
    let project = folder(&[("Vault.sol", SOURCE)]);
    let seen = run(uplint().current_dir(project.path()).args(["check", "Vault.sol", "--cache-dir", "cache"]));
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    assert!(seen.stderr.contains("uplint::compiler::cache_refused"), "{}", seen.stderr);
}

#[test]
fn a_project_that_is_trusted_may_bring_its_compiler() {
    let project = project("bin/solc", &[("Vault.sol", SOURCE)]);
    let arguments = ["--solc", "bin/solc", "--allow-project-compiler"];
    let seen = check(project.path(), "Vault.sol", "/usr/bin:/bin", &arguments, &[]);
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    assert!(project.path().join("was-run").exists(), "{}", seen.stderr);
}
