//! Where things lie, and files read and written with errors that name them.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::TaskError;
use crate::program::Program;

/// Folders of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    /// Root of the workspace, absolute.
    pub(crate) root: PathBuf,
    /// Where cargo builds, absolute.
    pub(crate) target: PathBuf,
}

impl Folders {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self, TaskError> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Program::new(cargo).arg("metadata").args(["--no-deps", "--format-version", "1"]).output()?;
        let metadata: Value = parse_json(Path::new("cargo metadata"), &output)?;
        let folder = |key: &str| PathBuf::from(metadata[key].as_str().unwrap_or_default());
        Ok(Folders { root: folder("workspace_root"), target: folder("target_directory") })
    }

    /// The test data.
    pub(crate) fn testdata(&self) -> PathBuf {
        self.root.join("testdata")
    }

    /// The program under test, built first: optimized where time is measured or much is judged.
    pub(crate) fn uplint(&self, is_release: bool) -> Result<PathBuf, TaskError> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build =
            Program::new(cargo).folder(&self.root).args(["build", "--quiet", "--locked", "--package", "uplint"]);
        if is_release {
            build = build.arg("--release");
        }
        build.output()?;
        let profile = if is_release { "release" } else { "debug" };
        Ok(self.target.join(profile).join(format!("uplint{}", std::env::consts::EXE_SUFFIX)))
    }
}

/// Reads a file as text.
pub(crate) fn read(path: &Path) -> Result<String, TaskError> {
    std::fs::read_to_string(path).map_err(|source| TaskError::File { attempt: "read", path: path.into(), source })
}

/// Writes a file, with the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), TaskError> {
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
    written.map_err(|source| TaskError::File { attempt: "write", path: path.into(), source })
}

/// Makes a folder with those above it.
pub(crate) fn make(path: &Path) -> Result<(), TaskError> {
    std::fs::create_dir_all(path).map_err(|source| TaskError::File { attempt: "make", path: path.into(), source })
}

/// Removes a folder with what it holds, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), TaskError> {
    match std::fs::remove_dir_all(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(TaskError::File { attempt: "remove", path: path.into(), source })
        }
        _ => Ok(()),
    }
}

/// Reads a JSON file, however deep it is nested.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, TaskError> {
    parse_json(path, read(path)?.as_bytes())
}

/// Parses JSON, however deep it is nested; compilers nest syntax trees deeply.
pub(crate) fn parse_json<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, TaskError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.disable_recursion_limit();
    T::deserialize(&mut deserializer).map_err(|error| TaskError::Form { path: path.into(), reason: error.to_string() })
}

/// Reads a TOML file.
pub(crate) fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, TaskError> {
    toml::from_str(&read(path)?).map_err(|error| TaskError::Form { path: path.into(), reason: error.to_string() })
}
