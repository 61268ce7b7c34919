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
mod targets;
mod timing;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;
use std::path::PathBuf;
use std::time::Duration;

use revm::primitives::hex;

use uplint_bytecode::lift;
use uplint_facts::effects::effects_of;
use xtask_run::contract::Contract;
use xtask_run::hostile;
use xtask_run::oracle::{self, Entry, Random, Verdict};

use self::figures::Figures;
use self::matrix::{Compiler, Job};
use self::positions::Positions;
use self::targets::{Group, Target};
use super::own_program;
use crate::TaskError;
use crate::folder::{self, Folders};
use crate::program::{Program, say, warn};
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
    /// Leave out time and memory.
    #[arg(long, conflicts_with = "write")]
    no_costs: bool,
    /// Print one by one what is told as unknown, what is named in part, and what only the peer reaches.
    #[arg(long)]
    explain: bool,
    /// Put the figures into the README.
    #[arg(long)]
    write: bool,
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

/// What came of one code, or of many.
#[derive(Default)]
struct Judged {
    figures: Figures,
    verdict: Verdict,
    positions: Positions,
}

impl Judged {
    /// Prints what a code's figures fall short by.
    fn explain(&self, name: &str) {
        for event in &self.verdict.declared {
            say(&format!("{name}: unknown at {:#x}: {}; {}", event.pc, event.event, event.said));
        }
        for what in &self.positions.inexact {
            say(&format!("{name}: {what}"));
        }
        for pc in &self.figures.only_theirs_open {
            say(&format!("{name}: only the peer reaches {pc:#x}"));
        }
    }
}

impl AddAssign for Judged {
    fn add_assign(&mut self, other: Self) {
        self.figures += other.figures;
        self.verdict += other.verdict;
        self.positions += other.positions;
    }
}

/// Longest code that chains accept (EIP-170), and a short one, in bytes.
const CHAIN_LIMIT: usize = 24 << 10;
const SHORT: usize = 218;

/// How many hostile codes there are of each kind and length.
const HOSTILE_CODES: u64 = 600;

/// The lines of the README between which the figures stand.
const TABLE: (&str, &str) = ("<!-- lifter: begin (cargo xtask bench lifter --write) -->\n", "<!-- lifter: end -->\n");

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
    // First, while nothing else lies in memory.
    let costs = if arguments.no_costs { Vec::new() } else { costs(folders, &codes, arguments.runs)? };
    let judged = in_parallel(&codes, judge);
    let mut groups: BTreeMap<&str, Judged> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, judged) in codes.iter().zip(judged) {
        for (at, event) in judged.verdict.uncovered.iter().enumerate() {
            *reasons.entry(event.reason).or_default() += 1;
            if at < MAX_PRINTED {
                warn(&format!("{}: at {:#x}, {}: {}; {}", code.name, event.pc, event.event, event.reason, event.said));
            }
        }
        if arguments.explain {
            judged.explain(&code.name);
        }
        *groups.entry(code.group).or_default() += judged;
    }
    let mut targets = Vec::new();
    for (name, Judged { figures, verdict, positions }) in &groups {
        print::figures(name, figures);
        print::positions(positions);
        print::events(verdict);
        targets.extend(targets::of_group(&Group { name, figures, verdict, positions }));
    }
    for (reason, number) in &reasons {
        say(&format!("{number} events: {reason}"));
    }
    targets.extend(costs);
    let table = targets::table(&targets);
    say(&format!("\n{table}"));
    if arguments.write {
        write_readme(folders, &table)?;
    }
    match targets.iter().filter(|target| !target.is_met()).count() {
        0 => Ok(()),
        count => Err(TaskError::Found { count, what: "figures missed" }),
    }
}

/// Time and memory.
fn costs(folders: &Folders, codes: &[Code], runs: usize) -> Result<Vec<Target>, TaskError> {
    let all: Vec<&Code> = codes.iter().collect();
    let large: Vec<&Code> = codes.iter().filter(|code| code.bytes.len() >= LARGE_BYTES).collect();
    let mut targets = Vec::new();
    if !large.is_empty() {
        let of = |what: &str| format!("{what} of {} codes of 12 KiB and more, faster than the peer", large.len());
        targets.push(targets::times_faster(of("graphs"), (7.0, "7 times"), timing::graphs(&large, runs)));
        targets.push(targets::times_faster(of("storage"), (15.0, "15 times"), timing::storage(&large, runs)));
    }
    let (ours, theirs) = timing::all_storage(&all, runs);
    let per_second = (print::codes_per_second(all.len(), ours), print::codes_per_second(all.len(), theirs));
    let everything = format!("everything, contracts per second and core, of {}", all.len());
    targets.push(targets::per_second(everything, (1_000.0, "1,000"), per_second));
    let within_limit = codes.iter().map(|code| code.bytes.as_slice()).filter(|code| code.len() <= CHAIN_LIMIT);
    let hostile = |make: fn(usize, &mut Random) -> Vec<u8>, len: usize| {
        (1..=HOSTILE_CODES).map(move |seed| make(len, &mut Random::new(seed)))
    };
    let (repeated, calling) = (hostile(hostile::repeated, CHAIN_LIMIT), hostile(hostile::calling, CHAIN_LIMIT));
    let long: Vec<_> = repeated.chain(calling).collect();
    let short: Vec<_> = hostile(hostile::repeated, SHORT).collect();
    let slowest = timing::slowest(within_limit.chain(long.iter().map(Vec::as_slice)));
    let limit = (Duration::from_millis(50), "under 50 ms");
    targets.push(targets::under(
        format!("the slowest of these and of {} hostile codes of 24 KiB", long.len()),
        limit,
        slowest,
    ));
    let slowest = timing::slowest(short.iter().map(Vec::as_slice));
    let limit = (Duration::from_millis(5), "under 5 ms");
    targets.push(targets::under(
        format!("the slowest of {HOSTILE_CODES} hostile codes of {SHORT} bytes"),
        limit,
        slowest,
    ));
    targets.push(peak(folders, codes, &long)?);
    Ok(targets)
}

/// Most memory that the program takes for one of the largest codes, or of the hostile ones that take most instructions.
fn peak(folders: &Folders, codes: &[Code], hostile: &[Vec<u8>]) -> Result<Target, TaskError> {
    const MEASURED: usize = 8;
    let mut largest: Vec<&[u8]> = codes.iter().map(|code| code.bytes.as_slice()).collect();
    largest.sort_by_key(|code| Reverse(code.len()));
    largest.truncate(MEASURED);
    let mut hardest: Vec<&[u8]> = hostile.iter().map(Vec::as_slice).collect();
    hardest.sort_by_cached_key(|code| Reverse(lift(code).nodes.len()));
    largest.extend(hardest.into_iter().take(MEASURED));
    let mut measure = own_program()?.args(["bench", "peak-of-inspect"]);
    for (at, code) in largest.into_iter().enumerate() {
        let place = folders.target.join(format!("bench/lifter/measured/{at}.hex"));
        folder::write(&place, &hex::encode(code))?;
        measure = measure.arg(place);
    }
    let printed = measure.output()?;
    let most = String::from_utf8_lossy(&printed).trim().parse();
    let most = most.map_err(|error| measure.failed(format!("did not print a number of bytes: {error}")))?;
    let what = "peak memory of `inspect` for the largest codes and the hostile ones of most nodes".to_owned();
    Ok(targets::memory(what, (200 << 20, "under 200 MB"), most))
}

/// Prints the most memory that the program takes for any of some codes, in bytes.
pub(crate) fn print_peak(folders: &Folders, codes: &[PathBuf]) -> Result<(), TaskError> {
    let uplint = folders.uplint(true)?;
    let mut most = 0;
    for code in codes {
        let inspect = Program::new(&uplint).args(["inspect", "--show", "functions,cfg,accesses,calls,guards"]);
        most = most.max(inspect.arg(code).measure(&[0])?.peak_bytes);
    }
    say(&most.to_string());
    Ok(())
}

/// Puts the table into the README.
fn write_readme(folders: &Folders, table: &str) -> Result<(), TaskError> {
    let path = folders.root.join("README.md");
    let text = folder::read(&path)?;
    let Some(text) = xtask::replace_between(&text, TABLE, table) else {
        let reason = format!("must hold the lines `{}` and `{}`", TABLE.0.trim(), TABLE.1.trim());
        return Err(TaskError::Form { path, reason });
    };
    folder::write(&path, &text)
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
