//! How much does the lifter find, how fast is it, and does what it says hold when the code runs? Truth is what compilers
//! say and what executions do; beside it stands what evmole finds in the same codes in the same run.

mod compiled;
mod figures;
mod mainnet;
mod matrix;
mod peer;
mod positions;
mod print;
mod sweep;
mod timing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use uplint_bytecode::lift;
use uplint_facts::effects::effects_of;
use xtask_run::contract::Contract;
use xtask_run::oracle::{self, Entry, Verdict};

use self::figures::Figures;
use self::matrix::{Compiler, Job};
use self::positions::Positions;
use crate::TaskError;
use crate::folder::{self, Folders};
use crate::program::{say, warn};
use crate::testdata::in_parallel;

/// What to compile and to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A folder of deployed codes: `runtime-sample.jsonl`, with `id` and `runtimeBytecode` in each line, and `runtime/*.hex`.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Only what has this in its name, for example `Text.sol, solc 0.8.28`.
    #[arg(long)]
    only: Option<String>,
    /// Compile and go no further.
    #[arg(long)]
    only_compile: bool,
    /// Compile what the tests keep, write it into the test data, and go no further.
    #[arg(long)]
    freeze: bool,
    /// How often each code is lifted for the time.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// A code that is judged.
#[derive(Debug)]
struct Code {
    name: String,
    group: &'static str,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// Whether `entries` are what a compiler says.
    has_truth: bool,
    /// Marks of jumps, where the compiler gives them.
    marks: Option<Vec<(u32, u8)>>,
    /// Entries of internal functions, where the compiler keeps them apart.
    functions: Option<BTreeSet<u32>>,
    /// Where the compiler says that variables lie.
    layout: serde_json::Value,
}

/// What came of one code.
struct Judged {
    figures: Figures,
    verdict: Verdict,
    positions: Positions,
}

/// From how many bytes on a code is large: half of what chains accept.
const LARGE_BYTES: usize = 12 << 10;

/// Most uncovered events that are printed of one code.
const MAX_PRINTED: usize = 4;

pub(crate) fn run(folders: &Folders, arguments: &Arguments) -> Result<(), TaskError> {
    let jobs = matrix::jobs(folders, arguments.only.as_deref())?;
    if arguments.freeze {
        return freeze(folders, &jobs);
    }
    let mut codes = compiled_codes(folders, &jobs)?;
    if arguments.only_compile {
        return Ok(());
    }
    if let Some(data) = &arguments.data {
        codes.extend(mainnet::codes(data)?);
    }
    let judged = in_parallel(&codes, judge);
    let mut groups: BTreeMap<&str, (Figures, Verdict, Positions)> = BTreeMap::new();
    let mut uncovered = 0;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, judged) in codes.iter().zip(judged) {
        for (at, event) in judged.verdict.uncovered.iter().enumerate() {
            uncovered += 1;
            *reasons.entry(event.reason).or_default() += 1;
            if at < MAX_PRINTED {
                warn(&format!("{}: at {:#x}, {}: {}; {}", code.name, event.pc, event.event, event.reason, event.said));
            }
        }
        let (figures, verdict, positions) = groups.entry(code.group).or_default();
        *positions += judged.positions;
        *figures += judged.figures;
        for (kind, count) in judged.verdict.counts {
            verdict.counts.entry(kind).or_default().add(count);
        }
    }
    for (group, (figures, verdict, positions)) in &groups {
        print::figures(group, figures);
        print::positions(positions);
        print::events(verdict);
    }
    for group in groups.keys() {
        let codes: Vec<&Code> = codes.iter().filter(|code| code.group == *group).collect();
        print::times("the graphs", group, codes.len(), timing::graphs(&codes, arguments.runs));
        print::times("storage", group, codes.len(), timing::storage(&codes, arguments.runs));
    }
    let large: Vec<&Code> = codes.iter().filter(|code| code.bytes.len() >= LARGE_BYTES).collect();
    if !large.is_empty() {
        print::times("storage", "large ones of all", large.len(), timing::storage(&large, arguments.runs));
    }
    for (reason, number) in &reasons {
        say(&format!("{number} events: {reason}"));
    }
    if uncovered > 0 {
        Err(TaskError::Found { count: uncovered, what: "events that the lifter did not foresee" })
    } else {
        Ok(())
    }
}

/// Writes the contracts of some jobs, without what only figures need.
fn freeze(folders: &Folders, jobs: &[Job]) -> Result<(), TaskError> {
    for (name, place) in matrix::frozen(folders)? {
        let Some(job) = jobs.iter().find(|job| job.name == name) else {
            return Err(TaskError::Usage(format!("nothing is compiled under the name `{name}`")));
        };
        let mut output = compiled::compile(folders, job)?;
        if let Some(reason) = output.refused {
            return Err(TaskError::Compiler { version: name, reason });
        }
        // What can be called: libraries whose functions are part of their callers leave a stub.
        output.contracts.retain(|contract| !contract.selectors.is_empty());
        for contract in &mut output.contracts {
            contract.source_map.clear();
            contract.functions.clear();
            contract.layout = serde_json::Value::Null;
        }
        let path = folders.testdata().join("bytecode").join(place).join("build.json");
        let text = serde_json::to_string_pretty(&output)
            .map_err(|error| TaskError::Form { path: path.clone(), reason: error.to_string() })?;
        folder::write(&path, &format!("{text}\n"))?;
    }
    Ok(())
}

fn judge(code: &Code) -> Judged {
    let lifted = lift(&code.bytes);
    let entries = if code.has_truth {
        code.entries.clone()
    } else {
        let found = uplint_bytecode::dispatch(&lifted).entries;
        found.iter().map(|entry| Entry { selector: entry.selector, signature: None }).collect()
    };
    let recorded = oracle::run(&code.bytes, &entries);
    let effects = effects_of(&lifted, &uplint_bytecode::dispatch(&lifted));
    Judged {
        figures: figures::figures(code, &lifted),
        positions: positions::positions(code, &effects, &recorded),
        verdict: oracle::compare(&lifted, &recorded),
    }
}

/// Compiles everything; what compilers refuse is listed. Codes that are the same are taken once.
fn compiled_codes(folders: &Folders, jobs: &[Job]) -> Result<Vec<Code>, TaskError> {
    for job in jobs {
        if let Compiler::Vyper(version) = &job.compiler {
            crate::vyper::install(&folders.target.join("vyper"), &version.to_string())?;
        }
    }
    let outputs = in_parallel(jobs, |job| compiled::compile(folders, job));
    let (mut codes, mut seen) = (Vec::new(), BTreeSet::new());
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for (job, output) in jobs.iter().zip(outputs) {
        let output = output?;
        if let Some(reason) = output.refused {
            warn(&format!("refused: {}: {}", job.name, reason.lines().next().unwrap_or_default()));
            *refused.entry(reason).or_default() += 1;
        }
        for contract in output.contracts {
            if seen.insert(contract.code.clone()) {
                codes.push(code(job, contract));
            }
        }
    }
    say(&format!(
        "{} combinations compiled, {} refused; {} different codes",
        jobs.len(),
        refused.values().sum::<usize>(),
        codes.len()
    ));
    Ok(codes)
}

fn code(job: &Job, contract: Contract) -> Code {
    let entries = contract.entries();
    let is_solc = matches!(job.compiler, Compiler::Solc(_));
    let has_marks = is_solc && !job.is_via_ir && !contract.source_map.is_empty();
    let has_functions = is_solc && !job.is_optimized && !contract.functions.is_empty();
    Code {
        name: format!("{} of {}", contract.name, job.name),
        group: match (is_solc, job.is_via_ir) {
            (true, false) => "solc",
            (true, true) => "solc via IR",
            (false, _) => "vyper",
        },
        marks: has_marks.then(|| figures::marks(&contract.code, &contract.source_map)),
        functions: has_functions.then(|| contract.returning_functions()),
        bytes: contract.code,
        layout: contract.layout,
        entries,
        has_truth: true,
    }
}
