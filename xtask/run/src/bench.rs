//! How fast is uplint, and how much memory does it take? Whole processes of the optimized program, as a user starts them;
//! beside the peer in one run, one after the other in turns, so that both meet the same machine.

mod lifter;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::TaskError;
use crate::corpus::{self, PEER};
use crate::folder::{self, Folders};
use crate::npm;
use crate::program::{Program, say};
use crate::solc;

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subject {
    /// The comparison of layouts on ready build information, beside OpenZeppelin upgrades-core.
    Layout {
        /// How often each is run.
        #[arg(long, default_value_t = 15)]
        runs: usize,
    },
    /// The large build-info alone. What makes it grows to several times its size, and the system counts the memory of a
    /// process that starts another one as the other one's, so that this is a process of its own.
    #[command(hide = true)]
    LargeBuildInfo,
    /// The most memory that `uplint inspect` takes for any of some codes, in bytes: a process of its own, as above.
    #[command(hide = true)]
    PeakOfInspect {
        /// Files with a code each.
        #[arg(required = true)]
        codes: Vec<PathBuf>,
    },
    /// The lifter on compiled contracts, beside evmole: how much it finds, how fast, and whether executions agree.
    Lifter(lifter::Arguments),
}

/// The release of OpenZeppelin's package that is judged.
const RELEASE: (&str, &str) = ("@openzeppelin/contracts-upgradeable", "4.9.6");

/// The figures that uplint promises.
const TIMES_FASTER: f64 = 10.0;
const WARM_DEMO: Duration = Duration::from_millis(100);
const PEAK_BYTES: u64 = 300 << 20;

/// Size of the large build-info, in bytes, at least.
const LARGE_BYTES: u64 = 30 << 20;

pub(crate) fn run(folders: &Folders, subject: &Subject) -> Result<(), TaskError> {
    match subject {
        Subject::Layout { runs } => layout(folders, *runs),
        Subject::PeakOfInspect { codes } => lifter::print_peak(folders, codes),
        Subject::LargeBuildInfo => make_large_build_info(&large_build_info(folders)),
        Subject::Lifter(arguments) => lifter::run(folders, arguments),
    }
}

fn layout(folders: &Folders, runs: usize) -> Result<(), TaskError> {
    let uplint = folders.uplint(true)?;
    let work = folders.target.join("bench");
    let mut missed = 0;
    let mut judge = |line: String, is_met: bool| {
        say(&format!("{line}  {}", if is_met { "ok" } else { "MISSED" }));
        missed += usize::from(!is_met);
    };

    let (ours, theirs) = beside_peer(folders, &uplint, &work, runs.max(1))?;
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    judge(
        format!(
            "{} {}: uplint {} ms, {} {} {} ms (medians of {runs}), {ratio:.1} times faster",
            RELEASE.0,
            RELEASE.1,
            ours.as_millis(),
            PEER.name,
            PEER.version,
            theirs.as_millis(),
        ),
        ratio >= TIMES_FASTER,
    );

    let demo = folders.testdata().join("demo");
    let check = Program::new(&uplint).args(["check", "--no-progress"]).arg(demo.join("v1")).arg(demo.join("v2"));
    check.measure(&[0, 1])?;
    let warm = median(repeat(runs, || Ok(check.measure(&[0, 1])?.elapsed))?);
    judge(format!("warm check of the demo: {} ms", warm.as_millis()), warm < WARM_DEMO);

    let large = large_build_info(folders);
    if !large.is_file() {
        own_program()?.args(["bench", "large-build-info"]).measure(&[0])?;
    }
    let size = std::fs::metadata(&large)
        .map_err(|source| TaskError::File { attempt: "read", path: large.clone(), source })?
        .len();
    let cost = Program::new(&uplint).args(["check", "--no-progress"]).arg(&large).arg(&large).measure(&[0, 1])?;
    judge(
        format!(
            "build-info of {} MB on both sides: peak memory {} MB, {} ms",
            size >> 20,
            cost.peak_bytes >> 20,
            cost.elapsed.as_millis()
        ),
        cost.peak_bytes < PEAK_BYTES && size >= LARGE_BYTES,
    );
    if missed > 0 { Err(TaskError::Found { count: missed, what: "figures missed" }) } else { Ok(()) }
}

/// The program of this task, to be run by itself.
fn own_program() -> Result<Program, TaskError> {
    let own = std::env::current_exe().map_err(|source| TaskError::File {
        attempt: "find",
        path: PathBuf::from("the program of this task"),
        source,
    })?;
    Ok(Program::new(own))
}

/// Medians of uplint and of the peer on one ready build-info.
fn beside_peer(folders: &Folders, uplint: &Path, work: &Path, runs: usize) -> Result<(Duration, Duration), TaskError> {
    let build_info = corpus::release_build_info(folders, RELEASE.0, RELEASE.1)?;
    let modules = npm::install(&work.join("peer"), &[PEER])?;
    let ours = Program::new(uplint).args(["check", "--no-progress"]).arg(&build_info);
    let theirs = Program::new("node")
        .arg(modules.join(PEER.name).join("dist/cli/cli.js"))
        .arg("validate")
        .arg(build_info.parent().unwrap_or(&build_info));
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    // Both end with 1 when they find something, which here is not what matters.
    ours.measure(&[0, 1])?;
    theirs.measure(&[0, 1])?;
    for _ in 0..runs {
        our_times.push(ours.measure(&[0, 1])?.elapsed);
        their_times.push(theirs.measure(&[0, 1])?.elapsed);
    }
    Ok((median(our_times), median(their_times)))
}

fn repeat(runs: usize, run: impl Fn() -> Result<Duration, TaskError>) -> Result<Vec<Duration>, TaskError> {
    (0..runs.max(1)).map(|_| run()).collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn large_build_info(folders: &Folders) -> PathBuf {
    folders.target.join("bench/large/build-info.json")
}

/// Makes a build-info of many contracts that really compile.
fn make_large_build_info(path: &Path) -> Result<(), TaskError> {
    const SOLC: &str = "0.8.28";
    const FILES: usize = 60;
    let sources: serde_json::Map<String, serde_json::Value> =
        (0..FILES).map(|file| (format!("contracts/Vault{file}.sol"), json!({ "content": contract(file) }))).collect();
    let outputs = ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "metadata", "storageLayout"];
    let input = json!({
        "language": "Solidity",
        "sources": sources,
        "settings": { "outputSelection": { "*": { "*": outputs, "": ["ast"] } } },
    });
    let printed = solc::compile(SOLC, &input)?;
    let document = json!({
        "_format": "hh-sol-build-info-1", "id": "large", "solcVersion": SOLC, "solcLongVersion": printed.compiler,
        "input": input, "output": printed.output,
    });
    folder::write(path, &document.to_string())
}

/// A contract with an initializer, state of many kinds, and functions that use it.
fn contract(file: usize) -> String {
    const MEMBERS: usize = 14;
    let mut text = format!(
        "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n\ncontract Vault{file} {{\n    \
         address public owner;\n    bool private initialized;\n\n    \
         struct Position {{ uint128 amount; uint64 since; address by; }}\n\n    \
         function initialize(address owner_) external {{\n        require(!initialized);\n        \
         initialized = true;\n        owner = owner_;\n    }}\n"
    );
    for member in 0..MEMBERS {
        text.write_fmt(format_args!(
            "\n    mapping(address => Position[]) internal positions{member};\n    uint256 public total{member};\n    \
             function open{member}(uint128 amount, address by) external returns (uint256 index) {{\n        \
             require(msg.sender == owner || by == msg.sender, \"not allowed\");\n        \
             positions{member}[by].push(Position(amount, uint64(block.timestamp), by));\n        \
             total{member} += amount;\n        index = positions{member}[by].length - 1;\n    }}\n    \
             function close{member}(uint256 index) external {{\n        \
             Position storage position = positions{member}[msg.sender][index];\n        \
             total{member} -= position.amount;\n        delete positions{member}[msg.sender][index];\n    }}\n"
        ))
        .expect("invariant: writing to a string does not fail");
    }
    text.push_str("}\n");
    text
}
