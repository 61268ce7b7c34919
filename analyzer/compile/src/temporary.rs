//! What must not outlive this process in the cache directory?
//!
//! Files are written under a temporary name and renamed. That name bears the number of the process, so that an
//! interrupted run can remove its own and never those of another run beside it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile, TempDir};

/// Folders in which this process made something temporary.
static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A temporary file in a folder of the cache, to be renamed to its place.
pub(crate) fn file_in(folder: &Path) -> io::Result<NamedTempFile> {
    remember(folder);
    Builder::new().prefix(&prefix()).tempfile_in(folder)
}

/// A temporary folder in a folder of the cache.
pub(crate) fn folder_in(folder: &Path) -> io::Result<TempDir> {
    remember(folder);
    Builder::new().prefix(&prefix()).tempdir_in(folder)
}

/// Removes what is temporary and of this process, for a run that ends in the middle.
pub fn remove_temporary_files() {
    remove_in(&FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).clone());
}

fn remove_in(folders: &BTreeSet<PathBuf>) {
    let prefix = prefix();
    for entry in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let path = entry.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            // The process is about to end: nobody is left to be told what could not be removed.
            drop(removed);
        }
    }
}

fn remember(folder: &Path) {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf());
}

fn prefix() -> String {
    format!(".uplint-{}-", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_run_removes_its_own_files_and_no_others() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (file, folder) =
            (file_in(dir.path()).expect("it is writable"), folder_in(dir.path()).expect("it is writable"));
        let others = dir.path().join(".uplint-0-other");
        fs::write(&others, "").expect("it is writable");
        fs::write(folder.path().join("inside"), "").expect("it is writable");
        remove_in(&BTreeSet::from([dir.path().to_path_buf()]));
        assert!(!file.path().exists() && !folder.path().exists());
        assert!(others.exists());
    }
}
