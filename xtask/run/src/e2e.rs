//! Does the real program hold against real compilers, frameworks and validators? Tests that need more than Rust and
//! Node.js; what they need is installed under `target/e2e`, pinned by version.

mod demo;
mod foundry;
mod new_rule;
mod reports;
mod terminal;
mod vyper;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::TaskError;
use crate::folder::{self, Folders};
use crate::program::{Ended, Program, say, warn};

/// Where the tests run.
pub(super) struct Place {
    /// Folders of the workspace.
    folders: Folders,
    /// The program under test.
    uplint: PathBuf,
    /// What is installed and made.
    work: PathBuf,
}

/// Why a test failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It could not run.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A program could not be run.
    #[error(transparent)]
    Program(#[from] crate::program::ProgramError),
    /// Something is not as expected.
    #[error("{0}")]
    Wrong(String),
}

/// A test and its name, a sentence.
type Test = (&'static str, fn(&Place) -> Result<(), Fault>);

const TESTS: &[Test] = &[
    ("the demo fails alike from every form of input", demo::the_demo_fails_alike_from_every_form_of_input),
    ("the number of threads does not change a byte", demo::the_number_of_threads_does_not_change_a_byte),
    ("foundry projects are read as forge reads them", foundry::projects_are_read_as_forge_reads_them),
    ("every case written in vyper ends as its header says", vyper::every_case_ends_as_its_header_says),
    ("vyper sources are compiled by the version that fits", vyper::sources_are_compiled_by_the_version_that_fits),
    ("every report of a case is valid", reports::every_report_of_a_case_is_valid),
    ("long work is told at a terminal", terminal::long_work_is_told_and_the_line_goes_when_it_is_done),
    ("a new rule compiles", new_rule::a_new_rule_compiles),
];

/// Runs the tests whose name contains the filter.
pub(crate) fn run(folders: &Folders, filter: Option<&str>) -> Result<(), TaskError> {
    let work = folders.target.join("e2e");
    folder::make(&work)?;
    let place = Place { folders: folders.clone(), uplint: folders.uplint(false)?, work };
    let chosen: Vec<&Test> =
        TESTS.iter().filter(|(name, _)| filter.is_none_or(|wanted| name.contains(wanted))).collect();
    if chosen.is_empty() {
        return Err(TaskError::Usage("no test has such a name".to_owned()));
    }
    let mut failed = 0;
    for (name, test) in &chosen {
        match test(&place) {
            Ok(()) => say(&format!("test {name} ... ok")),
            Err(fault) => {
                say(&format!("test {name} ... FAILED"));
                warn(&format!("{fault}"));
                failed += 1;
            }
        }
    }
    say(&format!("test result: {} passed; {failed} failed", chosen.len() - failed));
    if failed > 0 { Err(TaskError::Found { count: failed, what: "tests failed" }) } else { Ok(()) }
}

impl Place {
    /// Judges two inputs; the report is JSON on standard output.
    fn check(&self, old: &Path, new: &Path, more: &[&str]) -> Result<Checked, Fault> {
        let program = Program::new(&self.uplint)
            .folder(&self.work)
            .args(["check", "--no-progress", "--output", "json"])
            .args(more)
            .arg(old)
            .arg(new);
        let ended = program.run()?;
        let report = if ended.stdout.is_empty() {
            return Err(Fault::Wrong(format!("{} printed no report:\n{}", program.line(), ended.stderr)));
        } else {
            folder::parse_json(Path::new("the report"), &ended.stdout)?
        };
        Ok(Checked { ended, report })
    }
}

/// A run of the program with its report.
struct Checked {
    ended: Ended,
    report: Value,
}

impl Checked {
    fn verdict(&self) -> &str {
        self.report["verdict"].as_str().unwrap_or_default()
    }

    /// Findings as rule, evidence, state and message, in the order of the report.
    fn findings(&self) -> Vec<String> {
        let contracts = self.report["contracts"].as_array().into_iter().flatten();
        let findings = contracts.flat_map(|contract| contract["findings"].as_array().into_iter().flatten());
        findings
            .map(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap_or_default();
                format!("{} {} {}: {}", text("rule"), text("evidence"), text("state"), text("message"))
            })
            .collect()
    }
}

/// Fails with both values unless they are equal.
fn expect_equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    Err(Fault::Wrong(format!("{what}:\n  found    {found:?}\n  expected {expected:?}")))
}
