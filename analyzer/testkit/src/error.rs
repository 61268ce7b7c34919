//! What can be wrong with test data.

use std::path::{Path, PathBuf};

/// A fault in test data, said so that its author can mend it.
#[derive(Debug, thiserror::Error)]
pub enum TestkitError {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A header or marker is malformed.
    #[error("{path}:{line}: {message}")]
    Marker {
        /// The source file.
        path: PathBuf,
        /// Line, from one.
        line: u32,
        /// What is wrong with it.
        message: String,
    },
    /// A case folder lacks something.
    #[error("{path}: {message}")]
    Case {
        /// The case folder.
        path: PathBuf,
        /// What is missing.
        message: String,
    },
    /// Recorded compiler output is not what was written here.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// Recorded compiler output is missing or of other sources.
    #[error("{case}: the recorded compiler output is {state}; run `cargo xtask testdata {case}`")]
    Stale {
        /// The case by group and name.
        case: String,
        /// `missing` or `of other sources`.
        state: &'static str,
    },
    /// A golden file differs.
    #[error("{path} differs (- recorded, + now); run the test with UPLINT_BLESS=1 if that is right\n{difference}")]
    Golden {
        /// The file.
        path: PathBuf,
        /// The lines that differ, with context.
        difference: String,
    },
}

impl TestkitError {
    /// Wraps a failure to read or write.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| TestkitError::Io { path: path.to_owned(), source }
    }

    /// Wraps a failure to parse.
    pub(crate) fn json(path: &Path) -> impl FnOnce(serde_json::Error) -> Self + '_ {
        move |source| TestkitError::Json { path: path.to_owned(), source }
    }
}
