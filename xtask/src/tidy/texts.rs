//! How files are made: what lies at the top, how sources open, how long they are, what no text may hold.

use std::path::{Path, PathBuf};

use super::Complaint;
use crate::TaskError;
use crate::workspace::Workspace;

/// Everything that may lie at the top. The folders are the architecture.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "action.yml",
    "analyzer",
    "clippy.toml",
    "deny.toml",
    "rules",
    "rustfmt.toml",
    "testdata",
    "xtask",
];

/// What must lie there.
const NEEDED: &[&str] =
    &["CHANGELOG.md", "Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "SECURITY.md", "deny.toml"];

/// Names of files that gather what has no other home: a function lives beside its type.
const DRAWERS: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// Lines that a source may have.
const MAX_LINES: usize = 800;

/// What no file may hold: places of one machine, and registries, which a user's configuration names. In halves, so that
/// this file passes.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/ro", "ot/"),
    ("/wo", "rk/"),
    ("/home/", "runner"),
    ("registry.npm", "js.org"),
    ("registry.yarn", "pkg.com"),
    ("npm", "mirror.com"),
    ("py", "pi.org"),
    ("files.python", "hosted.org"),
    ("index.crat", "es.io"),
    ("static.crat", "es.io"),
    ("proxy.gol", "ang.org"),
];

/// What no Rust source may hold, and what to do instead. In halves for the same reason.
const FORBIDDEN_RUST: &[(&str, &str, &str)] = &[
    ("#[ign", "ore", "a test that does not run is no test"),
    ("#[should", "_panic", "compare the value instead"),
    ("#[al", "low(", "use `#[expect(…, reason = \"…\")]` at the narrowest item"),
    ("#![al", "low(", "use `#[expect(…, reason = \"…\")]` at the narrowest item"),
    ("let _ ", "= ", "a result is not dropped"),
    ("fn te", "st_", "a test is a sentence without this prefix"),
];

pub(super) fn check(workspace: &Workspace, files: &[PathBuf]) -> Result<Vec<Complaint>, TaskError> {
    let mut complaints = top(files);
    for path in files {
        let absolute = workspace.root.join(path);
        let bytes =
            std::fs::read(&absolute).map_err(|source| TaskError::File { attempt: "read", path: absolute, source })?;
        // Pictures are binary; a test file that is meant not to be text says so in its name.
        if has_extension(path, &["png", "bin"]) {
            continue;
        }
        match String::from_utf8(bytes) {
            Ok(text) => complaints.extend(in_text(path, &text)),
            Err(_) => complaints.push(Complaint::file(path, "is not UTF-8")),
        }
    }
    Ok(complaints)
}

fn top(files: &[PathBuf]) -> Vec<Complaint> {
    let mut names: Vec<String> = files
        .iter()
        .filter_map(|path| path.components().next())
        .map(|first| first.as_os_str().to_string_lossy().into_owned())
        .collect();
    names.dedup();
    let surplus = names
        .iter()
        .filter(|name| !TOP.contains(&name.as_str()))
        .map(|name| Complaint::file(name, "does not belong at the top"));
    let missing = NEEDED
        .iter()
        .filter(|needed| !names.iter().any(|name| name == *needed))
        .map(|needed| Complaint::file(*needed, "is missing"));
    surplus.chain(missing).collect()
}

fn in_text(path: &Path, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if text.contains('\r') && !is_test_data(path) {
        complaints.push(Complaint::file(path, "has carriage returns"));
    }
    if !text.is_empty() && !text.ends_with('\n') && !is_test_data(path) {
        complaints.push(Complaint::file(path, "does not end with a line break"));
    }
    if path != Path::new("Cargo.lock") {
        complaints.extend(forbidden(path, text, FORBIDDEN.iter().map(|&(a, b)| (format!("{a}{b}"), String::new()))));
    }
    if !is_test_data(path) && !has_extension(path, &["md"]) {
        let blank_ends = text.lines().enumerate().filter(|(_, line)| line.trim_end().len() < line.len());
        complaints.extend(blank_ends.map(|(index, _)| Complaint::line(path, index, "ends in blanks")));
    }
    if has_extension(path, &["rs"]) {
        complaints.extend(in_rust(path, text));
    }
    complaints
}

fn in_rust(path: &Path, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if !text.starts_with("//! ") {
        complaints.push(Complaint::line(path, 0, "a module opens with `//!` and the question that it answers"));
    }
    if path.ends_with("src/lib.rs") && !text.lines().take_while(|line| line.starts_with("//!")).any(is_invariant) {
        complaints.push(Complaint::line(path, 0, "a library opens with an `# Invariant` paragraph"));
    }
    let count = text.lines().count();
    if count > MAX_LINES {
        complaints.push(Complaint::file(path, format!("has {count} lines, {MAX_LINES} are allowed")));
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    if stem == "mod" {
        complaints.push(Complaint::file(path, "a module is `name.rs` beside `name/`"));
    }
    if DRAWERS.contains(&stem.as_ref()) {
        complaints.push(Complaint::file(path, "a function lives beside its type, not in a drawer"));
    }
    let words = FORBIDDEN_RUST.iter().map(|&(a, b, instead)| (format!("{a}{b}"), format!("; {instead}")));
    complaints.extend(forbidden(path, text, words));
    complaints
}

fn is_invariant(line: &str) -> bool {
    line == "//! # Invariant"
}

/// Every line that holds one of the words, each with what follows it in the message.
fn forbidden(path: &Path, text: &str, words: impl Iterator<Item = (String, String)>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (word, instead) in words {
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(&word));
        complaints
            .extend(lines.map(|(index, _)| Complaint::line(path, index, format!("must not hold `{word}`{instead}"))));
    }
    complaints
}

/// Test data holds what compilers and users write, blanks and carriage returns included.
fn is_test_data(path: &Path) -> bool {
    let is_in = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    is_in("testdata") || is_in("tests") && !has_extension(path, &["rs"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|found| extensions.iter().any(|extension| found == *extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        in_text(Path::new(path), text).into_iter().map(|complaint| complaint.what).collect()
    }

    #[test]
    fn a_well_made_library_passes() {
        let text = "//! What it answers.\n//!\n//! # Invariant\n//!\n//! Knows nothing.\n";
        assert_eq!(complaints("analyzer/x/src/lib.rs", text), Vec::<String>::new());
    }

    #[test]
    fn a_library_without_an_invariant_is_found() {
        let found = complaints("analyzer/x/src/lib.rs", "//! What it answers.\n");
        assert_eq!(found, ["a library opens with an `# Invariant` paragraph"]);
    }

    #[test]
    fn a_dropped_result_and_blank_ends_are_found() {
        let text = format!("//! Why.\nfn f() {{\n    let _ {} g(); \n}}\n", '=');
        let found = complaints("xtask/src/x.rs", &text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], "ends in blanks");
        assert!(found[1].ends_with("a result is not dropped"));
    }

    #[test]
    fn data_of_tests_may_end_in_blanks_but_not_name_a_machine() {
        let text = format!("contract C {{ \n// {}{}x\n", "/ro", "ot/");
        assert_eq!(complaints("testdata/demo/C.sol", &text), [format!("must not hold `{}{}`", "/ro", "ot/")]);
    }

    #[test]
    fn a_drawer_and_a_mod_file_are_found() {
        assert_eq!(complaints("rules/src/utils.rs", "//! Why.\n").len(), 1);
        assert_eq!(complaints("rules/src/x/mod.rs", "//! Why.\n").len(), 1);
    }

    #[test]
    fn an_unknown_file_at_the_top_is_found() {
        let mut files: Vec<PathBuf> = NEEDED.iter().map(PathBuf::from).collect();
        assert_eq!(top(&files), []);
        files.push("notes.txt".into());
        assert_eq!(top(&files), [Complaint::file("notes.txt", "does not belong at the top")]);
    }
}
