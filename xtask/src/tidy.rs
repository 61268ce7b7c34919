//! What neither the compiler nor clippy checks: which crate may know which, what lies at the top, how files are made,
//! that rules have cases, and what the lock file and the resolved features hold.

mod arrows;
mod manifests;
mod test_data;
mod texts;

use std::path::PathBuf;

use xtask::warn;

use crate::TaskError;
use crate::workspace::Workspace;

/// One place that is not as it must be.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Complaint {
    /// The file, relative to the root of the workspace.
    path: PathBuf,
    /// Its line, from one; zero for the whole file.
    line: usize,
    /// What is wrong.
    what: String,
}

impl Complaint {
    fn file(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Complaint { path: path.into(), line: 0, what: what.into() }
    }

    /// A line by its index from zero.
    fn line(path: impl Into<PathBuf>, index: usize, what: impl Into<String>) -> Self {
        Complaint { path: path.into(), line: index + 1, what: what.into() }
    }
}

/// Prints every complaint and fails when there is one.
pub(crate) fn check(workspace: &Workspace) -> Result<(), TaskError> {
    let files = workspace.files()?;
    let mut complaints = arrows::check(workspace);
    complaints.extend(manifests::check(workspace)?);
    complaints.extend(texts::check(workspace, &files)?);
    complaints.extend(test_data::check(workspace)?);
    complaints.sort();
    for Complaint { path, line, what } in &complaints {
        match line {
            0 => warn(&format!("{}: {what}", path.display())),
            line => warn(&format!("{}:{line}: {what}", path.display())),
        }
    }
    match complaints.len() {
        0 => Ok(()),
        count => Err(TaskError::Found { count, what: "places that are not tidy" }),
    }
}
