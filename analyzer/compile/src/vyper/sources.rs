//! Which files does a Vyper contract import, and which Vyper does it want?

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use semver::{Comparator, Op, VersionReq};

use crate::discover;
use crate::error::CompileError;
use crate::units;

/// Extensions of what can be imported, in the order in which they are tried.
const IMPORTED: [&str; 3] = ["vy", "vyi", "json"];

/// The files and what they import, text by name relative to the root. An import that is not found is one of Vyper's
/// own modules, or the compiler says that it is missing.
pub(super) fn collect(root: &Path, files: &[PathBuf]) -> Result<BTreeMap<String, String>, CompileError> {
    let mut sources = BTreeMap::new();
    let mut pending: Vec<PathBuf> = files.to_vec();
    while let Some(file) = pending.pop() {
        let name = discover::relative(&file, root);
        if sources.contains_key(&name) {
            continue;
        }
        if !file.canonicalize().is_ok_and(|real| real.starts_with(root)) {
            return Err(CompileError::OutsideProject { path: file, root: root.to_path_buf() });
        }
        let text = units::read_source(&file)?.content.as_ref().clone();
        let folder = file.parent().unwrap_or(root);
        pending.extend(imports(&text).iter().filter_map(|import| locate(import, folder, root)));
        sources.insert(name, text);
    }
    Ok(sources)
}

/// The names of files that no other file imports as a module.
pub(super) fn contracts(sources: &BTreeMap<String, String>) -> BTreeSet<&str> {
    let is_contract = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "vy");
    let mut contracts: BTreeSet<&str> = sources.keys().map(String::as_str).filter(|name| is_contract(name)).collect();
    for (name, text) in sources {
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        for import in imports(text) {
            for base in [folder, Path::new("")] {
                let imported = normal(&base.join(&import)).with_extension("vy");
                let imported = imported.to_string_lossy().replace('\\', "/");
                if imported != *name {
                    contracts.remove(imported.as_str());
                }
            }
        }
    }
    // Files that import each other are all contracts, rather than none.
    if contracts.is_empty() {
        sources.keys().map(String::as_str).filter(|name| is_contract(name)).collect()
    } else {
        contracts
    }
}

/// What a file imports, as paths without extension; a leading dot is the folder of the file, two its parent.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("import"), Some(module), ..) => found.push(path_of(module.trim_end_matches(','))),
            (Some("from"), Some(module), Some("import"), Some(name)) => {
                let separator = if module.ends_with('.') { "" } else { "." };
                found.push(path_of(&format!("{module}{separator}{name}")));
            }
            _ => {}
        }
    }
    found
}

fn path_of(module: &str) -> String {
    let name = module.trim_start_matches('.');
    let climbs = (module.len() - name.len()).saturating_sub(1);
    format!("{}{}", "../".repeat(climbs), name.replace('.', "/"))
}

fn locate(import: &str, folder: &Path, root: &Path) -> Option<PathBuf> {
    let places = [folder, root].into_iter().map(|base| normal(&base.join(import)));
    places.flat_map(|place| IMPORTED.map(|extension| place.with_extension(extension))).find(|path| path.is_file())
}

fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// The version that a file wants: `# @version ^0.3.0`, `# pragma version ~=0.4.0`, `#pragma version 0.4.0`.
pub(super) fn version_pragma(text: &str) -> Option<VersionReq> {
    text.lines().find_map(|line| {
        let comment = line.trim().strip_prefix('#')?.trim();
        let version = comment
            .strip_prefix("@version")
            .or_else(|| comment.strip_prefix("pragma")?.trim_start().strip_prefix("version"))?;
        requirement(version.trim())
    })
}

/// Reads a version as Vyper writes it: npm's operators, and those of Python.
fn requirement(text: &str) -> Option<VersionReq> {
    let parts = text.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts
        .map(|part| {
            if let Some(version) = part.strip_prefix("~=") {
                // `~=0.4.0` leaves the last number open, `~=0.4` the one before.
                return if version.split('.').count() > 2 { format!("~{version}") } else { format!("^{version}") };
            }
            if let Some(version) = part.strip_prefix("==") {
                return format!("={version}");
            }
            if part.starts_with(|first: char| first.is_ascii_digit()) { format!("={part}") } else { part.to_owned() }
        })
        .collect();
    VersionReq::parse(&parts.join(",")).ok()
}

/// The requirement as pip takes it, for the command that installs it.
pub(super) fn pip_requirement(requirement: &VersionReq) -> String {
    requirement.comparators.iter().map(pip_comparator).collect::<Vec<_>>().join(",")
}

fn pip_comparator(comparator: &Comparator) -> String {
    let Comparator { op, major, minor, patch, .. } = comparator;
    let (minor, patch) = (minor.unwrap_or(0), patch.unwrap_or(0));
    match op {
        Op::Exact => format!("=={major}.{minor}.{patch}"),
        Op::Greater => format!(">{major}.{minor}.{patch}"),
        Op::Less => format!("<{major}.{minor}.{patch}"),
        Op::LessEq => format!("<={major}.{minor}.{patch}"),
        Op::Tilde | Op::Caret => format!(">={major}.{minor}.{patch},<{major}.{}", minor + 1),
        _ => format!(">={major}.{minor}.{patch}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pragmas_are_read_in_every_spelling() {
        let of = |text: &str| version_pragma(text).map(|requirement| requirement.to_string());
        assert_eq!(of("# @version ^0.3.0\n").as_deref(), Some("^0.3.0"));
        assert_eq!(of("#pragma version 0.4.0").as_deref(), Some("=0.4.0"));
        assert_eq!(of("# pragma version ~=0.4.0").as_deref(), Some("~0.4.0"));
        assert_eq!(of("# pragma version ==0.3.10").as_deref(), Some("=0.3.10"));
        assert_eq!(of("# @version >=0.3.7,<0.4").as_deref(), Some(">=0.3.7, <0.4"));
        assert_eq!(of("# pragma optimize gas\nx: uint256"), None);
    }

    #[test]
    fn a_requirement_is_written_for_pip() {
        let of = |text: &str| requirement(text).map(|requirement| pip_requirement(&requirement));
        assert_eq!(of("^0.3.0").as_deref(), Some(">=0.3.0,<0.4"));
        assert_eq!(of("0.3.10").as_deref(), Some("==0.3.10"));
        assert_eq!(of(">=0.3.7,<0.4.0").as_deref(), Some(">=0.3.7,<0.4.0"));
    }

    #[test]
    fn imports_are_paths() {
        let text = "import lib1\nimport a.b as c\nfrom . import d\nfrom .. import e\nfrom x.y import z as w\n";
        assert_eq!(imports(text), ["lib1", "a/b", "d", "../e", "x/y/z"]);
    }

    #[test]
    fn what_is_imported_is_no_contract_of_its_own() {
        let source = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let sources =
            BTreeMap::from([source("a/B.vy", "from . import lib1"), source("a/lib1.vy", ""), source("C.vy", "")]);
        assert_eq!(contracts(&sources).into_iter().collect::<Vec<_>>(), ["C.vy", "a/B.vy"]);
    }
}
