//! What happens when the user interrupts: compilers end, temporary files go, and the exit code is 130.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files and directories that must not outlive the process.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Exit code of an interrupted run: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// Takes over the interrupt and termination signals.
pub(crate) fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        uplint_compile::end_running_programs();
        remove_all(&TEMPORARY);
        uplint_compile::remove_temporary_files();
        std::process::exit(INTERRUPTED);
    })
}

/// Removes a path when the run is interrupted while the guard lives.
#[must_use]
pub(crate) fn remove_on_interrupt(path: &Path) -> Guard {
    remove_with(&TEMPORARY, path)
}

fn remove_with(list: &'static Mutex<Vec<PathBuf>>, path: &Path) -> Guard {
    lock(list).push(path.to_path_buf());
    Guard { list, path: path.to_path_buf() }
}

/// Keeps a path on the list of what must not outlive the process.
pub(crate) struct Guard {
    list: &'static Mutex<Vec<PathBuf>>,
    path: PathBuf,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut list = lock(self.list);
        if let Some(at) = list.iter().position(|path| *path == self.path) {
            list.swap_remove(at);
        }
    }
}

fn remove_all(list: &Mutex<Vec<PathBuf>>) {
    for path in lock(list).drain(..) {
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        // The process ends here: a file that is already gone, or cannot be removed, has nobody left to hear of it.
        drop(removed);
    }
}

fn lock(list: &Mutex<Vec<PathBuf>>) -> MutexGuard<'_, Vec<PathBuf>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_still_guarded_is_removed() {
        static LIST: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
        let directory = tempfile::tempdir().expect("invariant: a temporary directory can be made");
        let kept = directory.path().join("kept");
        let dropped = directory.path().join("dropped");
        for path in [&kept, &dropped] {
            std::fs::write(path, "").expect("invariant: the directory is writable");
        }
        drop(remove_with(&LIST, &kept));
        let _guard = remove_with(&LIST, &dropped);
        remove_all(&LIST);
        assert!(kept.exists());
        assert!(!dropped.exists());
    }
}
