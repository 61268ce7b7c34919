//! Which files of a folder are sources, which folder is the project, and where may its sources lie?
//!
//! Folders are walked in the order of names and links are not followed out of the project: what a stranger's link
//! points to would otherwise be quoted in a message.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::CompileError;

/// Files that say which framework a project uses.
const HARDHAT_CONFIGS: [&str; 6] = [
    "hardhat.config.js",
    "hardhat.config.ts",
    "hardhat.config.cjs",
    "hardhat.config.mjs",
    "hardhat.config.cts",
    "hardhat.config.mts",
];

/// The framework of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProjectKind {
    Foundry,
    Hardhat,
}

/// The framework whose configuration lies in `dir`. Foundry's is read in full, so it wins where both are.
pub(crate) fn project_kind(dir: &Path) -> Option<ProjectKind> {
    if dir.join("foundry.toml").is_file() {
        return Some(ProjectKind::Foundry);
    }
    HARDHAT_CONFIGS.iter().any(|name| dir.join(name).is_file()).then_some(ProjectKind::Hardhat)
}

/// The nearest folder at or above `start` that holds a project, not beyond the repository.
pub(crate) fn enclosing_project(start: &Path) -> Option<(PathBuf, ProjectKind)> {
    for dir in start.ancestors() {
        if let Some(kind) = project_kind(dir) {
            return Some((dir.to_path_buf(), kind));
        }
        if dir.join(".git").exists() {
            break;
        }
    }
    None
}

/// The folder that sources of the project may come from: the repository around it, else the project itself.
pub(crate) fn boundary(root: &Path) -> PathBuf {
    root.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(root).to_path_buf()
}

/// Fails when a folder that is to be searched leads out of the repository around `root`.
pub(crate) fn check_within(dir: &Path, root: &Path) -> Result<(), CompileError> {
    if dir.canonicalize().is_ok_and(|real| real.starts_with(boundary(root))) {
        return Ok(());
    }
    Err(CompileError::OutsideProject { path: dir.to_path_buf(), root: root.to_path_buf() })
}

/// The existing `node_modules` folders from `root` upwards, nearest first, as node resolves packages.
pub(crate) fn node_modules(root: &Path) -> Vec<PathBuf> {
    root.ancestors().map(|dir| dir.join("node_modules")).filter(|dir| dir.is_dir()).collect()
}

/// The files below `dir` with one of the extensions, sorted. `is_pruned` leaves out a folder with all it holds; hidden
/// files and folders and `node_modules` always are. A link is followed within the repository around `root`, and one that
/// leads out of it is refused: a contract that is left out in silence would pass unseen.
pub(crate) fn source_files(
    dir: &Path,
    root: &Path,
    extensions: &[&str],
    is_pruned: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, CompileError> {
    let enters = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_folder = !entry.file_type().is_file();
        let is_left_out = name.starts_with('.') || is_folder && (name == "node_modules" || is_pruned(entry.path()));
        entry.depth() == 0 || !is_left_out
    };
    let is_named =
        |path: &Path| path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted));
    check_within(dir, root)?;
    let mut files = Vec::new();
    let mut seen: BTreeSet<PathBuf> = root.ancestors().map(Path::to_path_buf).collect();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_entry(enters) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(dir).to_path_buf();
                CompileError::unreadable(&path, error.into())
            })?;
            let path = entry.path();
            if !entry.path_is_symlink() || entry.depth() == 0 {
                if entry.file_type().is_file() && is_named(path) {
                    files.push(entry.into_path());
                }
                continue;
            }
            let real = path.canonicalize().ok();
            match real.filter(|real| real.is_dir()) {
                Some(real) => {
                    check_within(path, root)?;
                    // What lies within the root is walked at its own place.
                    if !real.starts_with(root) && seen.insert(real) {
                        pending.push(entry.into_path());
                    }
                }
                None if is_named(path) => {
                    check_within(path, root)?;
                    files.push(entry.into_path());
                }
                None => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

/// `path` relative to `root`, with `/`, climbing by `..` where it lies outside. Both are absolute.
pub(crate) fn relative(path: &Path, root: &Path) -> String {
    let (mut path_parts, mut root_parts) = (path.components().peekable(), root.components().peekable());
    while path_parts.peek().is_some() && path_parts.peek() == root_parts.peek() {
        path_parts.next();
        root_parts.next();
    }
    let climbed = root_parts.map(|_| "..".into());
    let below = path_parts.filter(|part| !matches!(part, Component::Prefix(_) | Component::RootDir));
    climbed.chain(below.map(|part| part.as_os_str().to_string_lossy())).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_project() {
        let relative = |path: &str, root: &str| relative(Path::new(path), Path::new(root));
        assert_eq!(relative("/w/app/src/A.sol", "/w/app"), "src/A.sol");
        assert_eq!(relative("/w/node_modules/oz/A.sol", "/w/app"), "../node_modules/oz/A.sol");
        assert_eq!(relative("/other/A.sol", "/w/app"), "../../other/A.sol");
    }

    #[cfg(unix)]
    #[test]
    fn links_within_the_repository_are_followed_and_others_are_refused() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().canonicalize().expect("it exists").join("repository/project");
        for folder in ["src", "../shared", "../.git", "../../outside"] {
            std::fs::create_dir_all(root.join(folder)).expect("a directory");
        }
        for file in ["src/A.sol", "../shared/B.sol", "../../outside/Secret.sol"] {
            std::fs::write(root.join(file), "").expect("a file");
        }
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(target, root.join(name)).expect("a link");
        };
        link("../../shared", "src/shared");
        link("../../shared/B.sol", "src/C.sol");
        link("..", "src/up");
        link("src", "src/itself");
        link("nowhere", "src/.#A.sol");
        let find = || source_files(&root, &root, &["sol"], |_| false);
        let found = ["src/A.sol", "src/C.sol", "src/shared/B.sol"].map(|name| root.join(name));
        assert_eq!(find().expect("it can be walked"), found);
        for target in ["../../../outside", "../../../outside/Secret.sol", "/", "nowhere"] {
            link(target, "src/Link.sol");
            let error = find().expect_err("it leads out");
            assert!(error.to_string().contains("leads out of the project"), "{error}");
            std::fs::remove_file(root.join("src/Link.sol")).expect("it was made");
        }
        for folder in ["../../outside", "..", "/"] {
            let is_out = source_files(&root.join(folder), &root, &["sol"], |_| false).is_err();
            assert_eq!(is_out, folder != "..", "{folder}");
        }
    }
}
