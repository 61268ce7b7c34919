//! Finds out which commit is being built, for `--version`.
//!
//! The commit is taken from git when this is a checkout of the workspace, from cargo's own record when it is a package,
//! and is left out otherwise. Nothing here can fail a build.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let commit = commit_of_package(&package).or_else(|| commit_of_checkout(&package));
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let long = commit.map_or(version.clone(), |commit| format!("{version} ({commit})"));
    println!("cargo::rustc-env=UPLINT_LONG_VERSION={long}");
}

/// The commit that `cargo package` recorded.
fn commit_of_package(package: &Path) -> Option<String> {
    let record = package.join(".cargo_vcs_info.json");
    let text = std::fs::read_to_string(&record).ok()?;
    println!("cargo::rerun-if-changed={}", record.display());
    let hash = text.split("\"sha1\"").nth(1)?.split('"').nth(1)?;
    short(hash)
}

/// The commit of the git checkout, when its top is the top of this workspace and not of something around it.
fn commit_of_checkout(package: &Path) -> Option<String> {
    let top = git(package, &["rev-parse", "--show-toplevel"])?;
    let workspace = package.join("../..").canonicalize().ok()?;
    if Path::new(&top).canonicalize().ok()? != workspace {
        return None;
    }
    // A path that does not exist would make cargo run this again every time.
    for name in ["HEAD", "logs/HEAD", "packed-refs"] {
        if let Some(path) = git(package, &["rev-parse", "--git-path", name]).map(|path| package.join(path))
            && path.exists()
        {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    short(&git(package, &["rev-parse", "HEAD"])?)
}

/// What git prints, or `None` when there is no git, no repository or no such thing.
fn git(package: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(package).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The first ten digits of a commit's hash.
fn short(hash: &str) -> Option<String> {
    hash.get(..10).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned)
}
