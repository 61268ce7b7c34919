//! What the pinned compiler says of each test case, recorded so that tests of rules need no compiler.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use uplint_testkit::case::{Case, Pragma, cases};
use uplint_testkit::input::case_inputs;
use uplint_testkit::recorded::{read_build, write_build};

use crate::TaskError;
use crate::folder::{self, Folders};
use crate::program::{say, warn};
use crate::{solc, vyper};

/// What became of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Same,
    Written,
    Differs,
}

/// Compiles the chosen cases and writes what differs, or fails when something does.
pub(crate) fn run(folders: &Folders, is_check: bool, chosen: &[String]) -> Result<(), TaskError> {
    let testdata = folders.testdata();
    let is_chosen = |case: &Case| {
        let id = case.id();
        chosen.is_empty() || chosen.iter().any(|one| is_within(&id, one.trim_end_matches('/')))
    };
    let cases: Vec<Case> = cases(&testdata)?.into_iter().filter(is_chosen).collect();
    if cases.is_empty() {
        return Err(TaskError::Usage("no case has such a name".to_owned()));
    }
    // Before the threads start, which would all want to install it.
    let versions: BTreeSet<&str> = cases.iter().filter_map(vyper_version).collect();
    for version in versions {
        vyper::install(&folders.target.join("vyper"), version)?;
    }
    folder::remove(&scratch(&folders.target))?;
    let outcomes = in_parallel(&cases, |case| record(case, is_check, !chosen.is_empty(), &folders.target));
    let mut faults = 0;
    let mut written = 0;
    for (case, outcome) in cases.iter().zip(outcomes) {
        match outcome {
            Ok(Outcome::Same) => {}
            Ok(Outcome::Written) => {
                say(&format!("wrote {}/build.json", case.id()));
                written += 1;
            }
            Ok(Outcome::Differs) => {
                warn(&format!("{}: the recorded compiler output differs; run `cargo xtask testdata`", case.id()));
                faults += 1;
            }
            Err(error) => {
                warn(&format!("{}: {error}", case.id()));
                faults += 1;
            }
        }
    }
    folder::remove(&scratch(&folders.target))?;
    if faults > 0 {
        return Err(TaskError::Found { count: faults, what: "cases with a fault" });
    }
    say(&format!("{} cases, {written} written", cases.len()));
    Ok(())
}

/// Where drafts are written.
fn scratch(target: &Path) -> PathBuf {
    target.join("xtask/testdata")
}

fn vyper_version(case: &Case) -> Option<&str> {
    match &case.header.compiler {
        Pragma::Vyper(version) => Some(version),
        Pragma::Solc(_) => None,
    }
}

/// Whether a case has this name or lies in a folder of this name.
fn is_within(id: &str, chosen: &str) -> bool {
    id.strip_prefix(chosen).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Compiles one case. When writing, a case whose record is of these very sources is left alone unless it was named.
fn record(case: &Case, is_check: bool, is_named: bool, target: &Path) -> Result<Outcome, TaskError> {
    if !is_check && !is_named && read_build(case).is_ok() {
        return Ok(Outcome::Same);
    }
    let compile = |input: &Value| match &case.header.compiler {
        Pragma::Solc(version) => solc::compile(version, input),
        Pragma::Vyper(version) => vyper::compile(&target.join("vyper"), version, input),
    };
    let inputs = case_inputs(case)?;
    let new = compile(&inputs.new)?;
    let old = inputs.old.as_ref().map(compile).transpose()?;

    // Written elsewhere first: a case is compared by the bytes that would be in its folder.
    let mut draft = case.clone();
    draft.path = scratch(target).join(case.id());
    folder::make(&draft.path)?;
    write_build(&draft, &new.compiler, old.map(|old| old.output), new.output)?;
    let text = folder::read(&draft.path.join("build.json"))?;
    let path: PathBuf = case.path.join("build.json");
    if path.is_file() && folder::read(&path)? == text {
        return Ok(Outcome::Same);
    }
    if is_check {
        return Ok(Outcome::Differs);
    }
    folder::write(&path, &text)?;
    Ok(Outcome::Written)
}

/// What a compiler printed.
pub(crate) struct Printed {
    /// Its version with the commit.
    pub(crate) compiler: String,
    /// Its standard-JSON output.
    pub(crate) output: Value,
}

/// Applies work to every item on all processors and returns the results in the order of the items.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    let result = work(item);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_chosen_by_its_name_or_by_a_folder() {
        let id = "rules/storage-collision/bad_first";
        for chosen in ["rules", "rules/storage-collision", id] {
            assert!(is_within(id, chosen), "{chosen}");
        }
        assert!(!is_within(id, "rules/storage"));
        assert!(!is_within(id, "layouts"));
    }

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(in_parallel(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }
}
