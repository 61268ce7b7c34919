//! May a library folder be searched for remappings without leaving the project?
//!
//! The search follows links as forge does. A link to the root of the disk would make it a search of the whole disk, so
//! every link that it would follow is looked at before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::CompileError;

/// The most files and folders that are looked at, some twenty times what the largest projects have.
const LIMIT: usize = 2_000_000;

/// Folders that the search for remappings does not enter.
const NOT_SEARCHED: [&str; 3] = ["test", "tests", "demo"];

/// Fails when a link below `library` leads out of `boundary`, or when there is too much to search.
pub(super) fn check(library: &Path, boundary: &Path) -> Result<(), CompileError> {
    let Ok(real) = library.canonicalize() else { return Ok(()) };
    if !real.starts_with(boundary) {
        return Err(leaves(library));
    }
    let mut seen = BTreeSet::from([real.clone()]);
    let mut pending = vec![real];
    let mut count: usize = 0;
    while let Some(folder) = pending.pop() {
        let entries = WalkDir::new(&folder).sort_by_file_name().into_iter().filter_entry(is_searched);
        for entry in entries.filter_map(Result::ok) {
            count += 1;
            if count > LIMIT {
                let reason = format!("it holds more than {LIMIT} files and folders, links followed");
                return Err(cannot_search(library, reason));
            }
            let Some(target) = linked_folder(&entry) else { continue };
            if !target.starts_with(boundary) {
                return Err(leaves(entry.path()));
            }
            if seen.insert(target.clone()) {
                pending.push(target);
            }
        }
    }
    Ok(())
}

fn is_searched(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    // What lies directly in the library is searched by any name.
    entry.depth() == 0 || !name.starts_with('.') && (entry.depth() == 1 || !NOT_SEARCHED.contains(&&*name))
}

/// The folder that a link leads to, by its real path.
fn linked_folder(entry: &DirEntry) -> Option<PathBuf> {
    let target = entry.path_is_symlink().then(|| entry.path().canonicalize().ok())?;
    target.filter(|target| target.is_dir())
}

fn leaves(link: &Path) -> CompileError {
    cannot_search(link, "it leads out of the project, and libraries are searched for remappings".to_owned())
}

fn cannot_search(path: &Path, reason: String) -> CompileError {
    CompileError::BadConfiguration {
        path: path.to_path_buf(),
        reason,
        help: "put a copy in its place, or write the remappings in `remappings.txt` and set \
               `auto_detect_remappings = false`"
            .to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A project with a library, beside a folder that is not of it.
    fn project() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().canonicalize().expect("it exists").join("project");
        std::fs::create_dir_all(root.join("lib/dep/src")).expect("folders can be made");
        std::fs::create_dir_all(root.join("vendor/inner")).expect("folders can be made");
        std::fs::create_dir(dir.path().join("outside")).expect("a directory");
        (dir, root)
    }

    fn refused(root: &Path) -> Option<String> {
        check(&root.join("lib"), root).err().map(|error| error.to_string())
    }

    #[test]
    fn links_and_cycles_within_the_project_are_searched() {
        let (_dir, root) = project();
        symlink(root.join("vendor"), root.join("lib/vendor")).expect("a link");
        symlink(root.join("lib"), root.join("vendor/inner/back")).expect("a link");
        symlink(&root, root.join("lib/dep/up")).expect("a link");
        symlink(root.join("lib/gone"), root.join("lib/dangling")).expect("a link");
        symlink(root.join("lib/itself"), root.join("lib/itself")).expect("a link");
        assert_eq!(refused(&root), None);
    }

    #[test]
    fn a_link_out_of_the_project_is_refused_wherever_it_lies() {
        for (place, target) in [("lib/test", "/"), ("lib/dep/src/x", "outside"), ("vendor/inner/x", "outside")] {
            let (dir, root) = project();
            symlink(root.join("vendor"), root.join("lib/vendor")).expect("a link");
            symlink(dir.path().join(target), root.join(place)).expect("a link");
            let text = refused(&root).unwrap_or_default();
            assert!(text.contains("leads out of the project") && text.contains("`: it"), "{place}: {text}");
        }
    }

    #[test]
    fn a_library_outside_of_the_project_is_refused() {
        let (dir, root) = project();
        let error = check(&root.join("../outside"), &root).expect_err("it lies outside");
        assert!(error.to_string().contains("leads out of the project"), "{error}");
        assert!(check(&dir.path().join("outside"), dir.path().canonicalize().expect("it exists").as_path()).is_ok());
    }
}
