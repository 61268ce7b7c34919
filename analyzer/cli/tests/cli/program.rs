//! How tests start the program and make its inputs.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// The program with a cache of the tests' own and nothing of the caller's taste.
pub(crate) fn uplint() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uplint"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FOUNDRY_PROFILE"] {
        command.env_remove(name);
    }
    command
}

/// The option that names a cache which the tests share, so that a compiler is fetched once.
pub(crate) fn cache() -> [PathBuf; 2] {
    ["--cache-dir".into(), Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")]
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("invariant: a temporary directory can be made");
    for (name, contents) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path())).expect("invariant: the folder is writable");
        std::fs::write(path, contents).expect("invariant: the folder is writable");
    }
    folder
}

/// A folder of the demonstration.
pub(crate) fn demo(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/demo").join(version)
}

/// What a finished run left.
pub(crate) struct Seen {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error, with line breaks and margins of diagnostics made into single spaces.
    pub(crate) stderr: String,
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Seen {
    let Output { status, stdout, stderr } = command.output().expect("invariant: the program starts");
    let stderr = String::from_utf8_lossy(&stderr);
    Seen {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" "),
    }
}
