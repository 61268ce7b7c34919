//! Programs that a pull request brings along: none of them is run unless the user trusts the project.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::program::{Seen, folder, run, uplint};

/// A proxy that is not there: the version manager's download fails at once, on every machine.
const NO_DOWNLOAD: (&str, &str) = ("HTTPS_PROXY", "http://127.0.0.1:1");

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
fn check(project: &Path, input: &str, path: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Seen {
    let cache = folder(&[]);
    let mut command = uplint();
    command.current_dir(project).args(["check", input]).args(arguments);
    command.env("PATH", path).env("HOME", cache.path()).env_remove("VIRTUAL_ENV").env("NO_PROXY", "127.0.0.1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().to_lowercase().starts_with("npm_config_") {
            command.env_remove(name);
        }
    }
    command.arg("--cache-dir").arg(cache.path().join("cache"));
    for (name, value) in variables {
        command.env(name, value);
    }
    run(&mut command)
}

fn assert_refused(seen: &Seen, project: &Path, program: &str) {
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    let name = program.rsplit('/').next().unwrap_or(program).trim_start_matches('.').trim_end_matches("rc");
    assert!(seen.stderr.contains(&format!("refusing to run `{name}` from the project")), "{}", seen.stderr);
    assert!(seen.stderr.contains("uplint::compiler::refused"), "{}", seen.stderr);
    assert!(seen.stderr.contains(program) && seen.stderr.contains("--allow-project-compiler"), "{}", seen.stderr);
    assert!(!project.join("was-run").exists(), "it was run");
}

/// A registry of packages that has none, and remembers whether it was asked for one.
struct Registry {
    port: u16,
    asked: Arc<AtomicBool>,
}

impl Registry {
    fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("invariant: a port is free");
        let port = listener.local_addr().expect("invariant: it is bound").port();
        let asked = Arc::new(AtomicBool::new(false));
        let remembered = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                remembered.store(true, Ordering::SeqCst);
                // A client that does not listen has nothing to learn.
                client.read(&mut [0; 4096]).unwrap_or_default();
                client.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok();
            }
        });
        Self { port, asked }
    }

    /// The lines of an `.npmrc` that name it.
    fn configuration(&self) -> String {
        format!("registry=http://127.0.0.1:{}/\nfetch-retries=0\n", self.port)
    }

    fn was_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
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
fn a_solc_of_the_project_on_path_is_refused_without_a_download_too() {
    let project = project("node_modules/.bin/solc", &[("src/Vault.sol", SOURCE)]);
    let path = project.path().join("node_modules/.bin").display().to_string();
    let seen = check(project.path(), ".", &path, &["--offline"], &[]);
    assert_refused(&seen, project.path(), "node_modules/.bin/solc");
}

#[test]
fn a_link_outside_of_the_project_that_leads_into_it_is_refused() {
    let project = project("tools/solc", &[("src/Vault.sol", SOURCE)]);
    let outside = folder(&[]);
    let link = outside.path().join("solc");
    std::os::unix::fs::symlink(project.path().join("tools/solc"), &link).expect("invariant: the folder is writable");
    let seen = check(project.path(), ".", &outside.path().display().to_string(), &["--offline"], &[]);
    assert_refused(&seen, project.path(), "tools/solc");
    let seen = check(project.path(), ".", "/usr/bin:/bin", &["--solc", &link.display().to_string()], &[]);
    assert_refused(&seen, project.path(), "tools/solc");
}

#[test]
fn node_and_npm_of_the_project_are_refused_when_a_compiler_has_to_be_fetched() {
    for program in ["node", "npm"] {
        let project = project(&format!("node_modules/.bin/{program}"), &[("src/Vault.sol", SOURCE)]);
        let path = format!("{}:/usr/bin:/bin", project.path().join("node_modules/.bin").display());
        let seen = check(project.path(), ".", &path, &[], &[NO_DOWNLOAD]);
        assert_refused(&seen, project.path(), &format!("node_modules/.bin/{program}"));
    }
}

#[test]
fn a_configuration_of_npm_that_leads_into_the_project_is_refused() {
    let project = folder(&[("src/Vault.sol", SOURCE), (".npmrc", "registry=http://stranger.invalid/\n")]);
    let npmrc = project.path().join(".npmrc");
    let path = std::env::var("PATH").unwrap_or_default();
    let seen =
        check(project.path(), ".", &path, &[], &[NO_DOWNLOAD, ("npm_config_userconfig", &npmrc.to_string_lossy())]);
    assert_refused(&seen, project.path(), ".npmrc");
}

#[test]
fn the_registry_of_the_user_is_asked_and_never_the_one_that_a_project_names() {
    let (of_user, of_project) = (Registry::open(), Registry::open());
    let project = folder(&[
        ("foundry.toml", "[profile.default]\nsolc = \"0.8.28\"\n"),
        ("src/Vault.sol", SOURCE),
        ("package.json", "{}"),
        (".npmrc", &of_project.configuration()),
    ]);
    let users = folder(&[("npmrc", &of_user.configuration())]);
    let path = std::env::var("PATH").unwrap_or_default();
    let npmrc = users.path().join("npmrc");
    let seen =
        check(project.path(), ".", &path, &[], &[NO_DOWNLOAD, ("npm_config_userconfig", &npmrc.to_string_lossy())]);
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    for needle in ["uplint::compiler::none", "no solc 0.8.28 to be had", "`npm pack solc@0.8.28` failed"] {
        assert!(seen.stderr.contains(needle), "{needle} is missing: {}", seen.stderr);
    }
    assert!(of_user.was_asked(), "{}", seen.stderr);
    assert!(!of_project.was_asked(), "{}", seen.stderr);
}

#[test]
fn a_vyper_of_the_project_is_refused_wherever_it_is_named() {
    let source = "# pragma version 0.4.0\nx: uint256\n";
    let toml = "[profile.default]\nvyper = { path = \"./tools/vyper\" }\n";
    let files = [("src/vault.vy", source), ("foundry.toml", toml)];
    let project = project("tools/vyper", &files);
    let tools = project.path().join("tools").display().to_string();
    for (input, path, arguments) in [
        (".", "/usr/bin:/bin", &[][..]),
        ("src/vault.vy", &tools, &[]),
        ("src/vault.vy", "/usr/bin:/bin", &["--vyper", "tools/vyper"]),
    ] {
        let seen = check(project.path(), input, path, arguments, &[]);
        assert_refused(&seen, project.path(), "tools/vyper");
    }
}

#[test]
fn an_environment_of_python_in_the_project_is_refused() {
    let source = "# pragma version 0.4.0\nx: uint256\n";
    let project = project(".venv/bin/vyper", &[("vault.vy", source)]);
    let environment = project.path().join(".venv");
    let seen =
        check(project.path(), "vault.vy", "/usr/bin:/bin", &[], &[("VIRTUAL_ENV", &environment.to_string_lossy())]);
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
