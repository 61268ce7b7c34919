//! Where the workspace is, and which files belong to it.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};

use crate::TaskError;

/// The workspace that this program was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Its root, absolute.
    pub(crate) root: PathBuf,
    /// Its packages and what they resolve to.
    pub(crate) metadata: Metadata,
}

impl Workspace {
    /// Asks cargo, without changing the lock file.
    pub(crate) fn open() -> Result<Self, TaskError> {
        let metadata = MetadataCommand::new()
            .other_options(vec!["--locked".to_owned()])
            .exec()
            .map_err(|error| TaskError::Program { program: "cargo metadata", reason: error.to_string() })?;
        Ok(Workspace { root: metadata.workspace_root.clone().into_std_path_buf(), metadata })
    }

    /// Paths of all files that are or would be under version control, relative to the root, sorted.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, TaskError> {
        let failed = |reason: String| TaskError::Program { program: "git ls-files", reason };
        let output = Command::new("git")
            .current_dir(&self.root)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let listing = String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))?;
        let mut files: Vec<PathBuf> = listing
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .filter(|path| self.root.join(path).is_file())
            .collect();
        files.sort();
        Ok(files)
    }

    /// Text of a file of the workspace.
    pub(crate) fn read(&self, path: &Path) -> Result<String, TaskError> {
        let path = self.root.join(path);
        std::fs::read_to_string(&path).map_err(|source| TaskError::File { attempt: "read", path, source })
    }

    /// Writes a file of the workspace with the folders above it.
    pub(crate) fn write(&self, path: &Path, text: &str) -> Result<(), TaskError> {
        let path = self.root.join(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        written.map_err(|source| TaskError::File { attempt: "write", path, source })
    }

    /// Files directly in a folder of the workspace with an extension, relative to the root, sorted. None when there is
    /// no such folder.
    pub(crate) fn files_in(&self, folder: &Path, extension: &str) -> Result<Vec<PathBuf>, TaskError> {
        let mut found: Vec<PathBuf> = self
            .entries(folder)?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|found| found == extension) && self.root.join(path).is_file())
            .collect();
        found.sort();
        Ok(found)
    }

    /// Folders directly in a folder of the workspace, relative to the root, sorted.
    pub(crate) fn folders_in(&self, folder: &Path) -> Result<Vec<PathBuf>, TaskError> {
        let mut found: Vec<PathBuf> =
            self.entries(folder)?.into_iter().filter(|path| self.root.join(path).is_dir()).collect();
        found.sort();
        Ok(found)
    }

    fn entries(&self, folder: &Path) -> Result<Vec<PathBuf>, TaskError> {
        let path = self.root.join(folder);
        if !path.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |source| TaskError::File { attempt: "list", path: path.clone(), source };
        std::fs::read_dir(&path)
            .map_err(failed)?
            .map(|entry| entry.map(|entry| folder.join(entry.file_name())).map_err(failed))
            .collect()
    }
}
