//! Which reports do the test cases now end in? The tests that compare them write them.

use crate::TaskError;
use crate::folder::Folders;
use crate::program::Program;

/// Runs the tests of reports and of the command line with the order to rewrite their golden files.
pub(crate) fn run(folders: &Folders) -> Result<(), TaskError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tests = Program::new(cargo)
        .folder(&folders.root)
        .args(["test", "--quiet", "--locked", "--package", "uplint-report", "--package", "uplint"])
        .env("UPLINT_BLESS", "1");
    if tests.show()? { Ok(()) } else { Err(tests.failed("failed for another reason than a golden file").into()) }
}
