//! Which files of a folder are sources, which folder is the project, and where may its sources lie?
//!
//! Folders are walked in the order of names and links are not followed out of the project: what a stranger's link
//! points to would otherwise be quoted in a message.

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
/// folders and `node_modules` always are. A link is taken when it leads to a file within `root`. `dir` itself may be a
/// link, and then it has to lead to a folder of the repository around `root`.
pub(crate) fn source_files(
    dir: &Path,
    root: &Path,
    extensions: &[&str],
    is_pruned: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, CompileError> {
    let enters = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_hidden = name.starts_with('.') && entry.depth() > 0;
        !(entry.file_type().is_dir()
            && entry.depth() > 0
            && (is_hidden || name == "node_modules" || is_pruned(entry.path())))
    };
    check_within(dir, root)?;
    let mut files = Vec::new();
    for entry in WalkDir::new(dir).sort_by_file_name().into_iter().filter_entry(enters) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(dir).to_path_buf();
            CompileError::unreadable(&path, error.into())
        })?;
        let path = entry.path();
        let has_extension =
            path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted));
        if !has_extension {
            continue;
        }
        let is_source = if entry.path_is_symlink() {
            path.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_file())
        } else {
            entry.file_type().is_file()
        };
        if is_source {
            files.push(entry.into_path());
        }
    }
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
    fn links_that_leave_the_project_are_not_followed() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().canonicalize().expect("it exists").join("project");
        std::fs::create_dir_all(root.join("src")).expect("a directory");
        std::fs::write(dir.path().join("secret.sol"), "").expect("a file");
        std::fs::write(root.join("src/A.sol"), "").expect("a file");
        std::os::unix::fs::symlink(dir.path().join("secret.sol"), root.join("src/Secret.sol")).expect("a link");
        std::os::unix::fs::symlink(dir.path(), root.join("src/up")).expect("a link");
        let found = source_files(&root, &root, &["sol"], |_| false).expect("it can be walked");
        assert_eq!(found, [root.join("src/A.sol")]);
        for folder in ["src/up", "..", "/"] {
            let error = source_files(&root.join(folder), &root, &["sol"], |_| false).expect_err("it lies outside");
            assert!(error.to_string().contains("leads out of the project"), "{error}");
        }
    }
}
