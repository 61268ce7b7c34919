//! What can be said on the command line.
//!
//! Only the shape is decided here. What a value means, such as a contract's specification, is read by the module that
//! owns it, so that a wrong value is reported in the words of its subject.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::call::UpgradeCall;
use crate::output::OutputSpec;
use crate::spec::{ContractSpec, ProxySpec};

/// Judges the upgrade of a smart contract: is it safe to put the new code over the old state?
#[derive(Debug, Parser)]
#[command(name = "uplint", version = env!("CARGO_PKG_VERSION"), long_version = env!("UPLINT_LONG_VERSION"))]
#[command(after_help = "exit codes: 0 pass or review, 1 fail, 2 usage, configuration, compile or internal error, \
                        3 nothing to judge")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// How `inspect` writes what bytecode computes.
const NOTATION: &str = "\
in `accesses`, `calls` and `guards`:
  ?              a word that could not be followed
  unknown (…)    a slot of which a part could not be followed
  slot (…)       a slot that the code computes and that belongs to no known variable
  storage[a]     what slot `a` held when the code read it; a write behind that may have changed it
  a[k].1         one slot behind `a[k]`, where no type says which member that is
  a[0], a[?]     the first element of an array, or word of long bytes; one of an unknown index
  a[i by 2]      one of the slots from the start of `a` in steps of two
  seed 0x1[k]    a slot that assembly hashes of a constant and keys
  one of (a, b)  the one or the other, by the way that is taken
  argument 1     the first argument of a function without names for them, as of a generated getter
Bytes are counted from the low end of a slot: `0, 4-7` are the lowest one and four others. Accesses
and calls are made on some way through the function; conditions hold on every way that succeeds, or
it reverts. `the way that was taken` is a condition that the ways before it decide.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare two versions, or judge one alone
    Check(Box<CheckArgs>),
    /// Show one version
    #[command(after_help = NOTATION)]
    Inspect(Box<InspectArgs>),
    /// Print a rule's page
    Explain {
        /// Identifier or slug, for example `SL001` or `storage-variable-moved`
        rule: String,
    },
    /// List the rules
    Rules {
        /// text, json or markdown, with a file to write to after `=`
        #[arg(long, value_name = "FMT[=PATH]")]
        output: Vec<OutputSpec>,
    },
    /// Drop the compile cache
    Clean {
        /// The cache directory to drop, instead of the user's
        #[arg(long, value_name = "DIR")]
        cache_dir: Option<PathBuf>,
    },
    /// Print a completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Terminal")]
pub(crate) struct GlobalArgs {
    /// When to use colours; `NO_COLOR` is honoured
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
    /// Number of threads; that of the machine when left out
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Show no progress
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// Print findings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say on standard error what is being done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// When to do something that suits terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The deployed version, or with one input the version to judge alone: a project or a directory of `.sol` files, a
    /// `.sol` or `.vy` file, build information or artifacts (`.json`), runtime bytecode (`.hex`, `.bin`), or `-` for
    /// bytecode on standard input; `.` when left out
    #[arg(value_name = "OLD")]
    pub(crate) first: Option<PathBuf>,
    /// The version that is to replace it
    #[arg(value_name = "NEW")]
    pub(crate) second: Option<PathBuf>,
    /// The contracts to judge
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    /// The plan of the upgrade.
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// What is checked, shown and failed.
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// text, json or sarif, with a file to write to after `=`; repeatable [default: text]
    #[arg(long, value_name = "FMT[=PATH]", help_heading = "Report")]
    pub(crate) output: Vec<OutputSpec>,
    /// Keep fixed, suppressed and existing results in SARIF
    #[arg(long, help_heading = "Report")]
    pub(crate) sarif_all: bool,
    /// Add `elapsed_ms` to JSON
    #[arg(long, help_heading = "Report", conflicts_with = "reproducible")]
    pub(crate) timings: bool,
    /// Refuse what makes two runs differ
    #[arg(long, help_heading = "Report")]
    pub(crate) reproducible: bool,
    /// How to compile.
    #[command(flatten)]
    pub(crate) compile: CompileArgs,
}

/// Options of `inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The version, as for `check`
    pub(crate) input: PathBuf,
    /// What to show
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Show::Layout, Show::Selectors])]
    pub(crate) show: Vec<Show>,
    /// The one function to show of `functions`, `cfg`, `ssa`, `accesses`, `calls` and `guards`: its name, signature,
    /// selector or first instruction (`0x1a2`), or `receive`, `fallback` or `dispatch`
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) function: Option<String>,
    /// text or json, and for `--show cfg` alone dot (Graphviz) or svg (a picture), with a file to write to after `=`;
    /// repeatable [default: text]
    #[arg(long, value_name = "FMT[=PATH]")]
    pub(crate) output: Vec<OutputSpec>,
    /// The contracts to show
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    /// How to compile.
    #[command(flatten)]
    pub(crate) compile: CompileArgs,
}

/// What `inspect` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Show {
    /// Storage, byte by byte
    Layout,
    /// Functions by selector, of the interface and of the bytecode's dispatch
    Selectors,
    /// Functions that the bytecode has, external and internal
    Functions,
    /// Blocks of instructions and where control goes from each
    Cfg,
    /// The bytecode in static single assignment form
    Ssa,
    /// Accesses to storage in the bytecode, function by function
    Accesses,
    /// Calls of other contracts in the bytecode
    Calls,
    /// Conditions in the bytecode without which a function reverts
    Guards,
}

/// Which contracts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Contracts")]
pub(crate) struct ChoiceArgs {
    /// A contract: `Name`, `path.sol:Name`, or `OLDSPEC=NEWSPEC` when the name changed; repeatable
    #[arg(short = 'c', long = "contract", value_name = "SPEC", conflicts_with = "all")]
    pub(crate) contracts: Vec<ContractSpec>,
    /// Every contract, not only those that look upgradeable
    #[arg(long)]
    pub(crate) all: bool,
    /// The project within a monorepo
    #[arg(long, value_name = "DIR")]
    pub(crate) project: Option<PathBuf>,
}

/// What is planned.
#[derive(Debug, Args)]
#[command(next_help_heading = "Upgrade")]
pub(crate) struct PlanArgs {
    /// What the versions run behind: `uups`, `transparent`, `beacon`, `diamond`, a contract (`path.sol:Name`) or a
    /// bytecode file; a kind and a contract may be given together
    #[arg(long, value_name = "SPEC")]
    pub(crate) proxy: Vec<ProxySpec>,
    /// The initializer call that goes with the upgrade: `none`, call data in hexadecimal, or
    /// `initializeV2(uint256)(5)`; unknown when left out
    #[arg(long, value_name = "CALL")]
    pub(crate) upgrade_call: Option<UpgradeCall>,
    /// The target's hard fork, for example `cancun`; the newest when left out
    #[arg(long, value_name = "FORK", value_parser = crate::spec::hard_fork)]
    pub(crate) hardfork: Option<String>,
}

/// What is checked, shown and failed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct PolicyArgs {
    /// Rules to run, by identifier, slug or prefix (`SL`, `SE003`); all when left out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Rules not to run
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Least severity that is shown
    #[arg(long, value_enum, default_value_t = Level::Low, value_name = "SEVERITY")]
    pub(crate) min_severity: Level,
    /// Least severity that fails, or `none`
    #[arg(long, value_enum, default_value_t = Threshold::High, value_name = "SEVERITY")]
    pub(crate) fail_on: Threshold,
    /// Verdict `review` fails too
    #[arg(long)]
    pub(crate) strict: bool,
}

/// How to compile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Compilers")]
pub(crate) struct CompileArgs {
    /// The solc to use
    #[arg(long, value_name = "PATH")]
    pub(crate) solc: Option<PathBuf>,
    /// The Vyper to use
    #[arg(long, value_name = "PATH")]
    pub(crate) vyper: Option<PathBuf>,
    /// Download nothing
    #[arg(long)]
    pub(crate) offline: bool,
    /// Run compilers that come with the project under test
    #[arg(long)]
    pub(crate) allow_project_compiler: bool,
    /// The directory of the compile cache
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Neither read nor write the compile cache
    #[arg(long)]
    pub(crate) no_cache: bool,
}

/// A severity on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// A severity from which on a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Threshold {
    None,
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// The severity of this name.
    pub(crate) fn severity(self) -> uplint_rules::Severity {
        use uplint_rules::Severity;
        match self {
            Self::Info => Severity::Info,
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }
}

impl Threshold {
    /// The severity of this name; `None` never fails.
    pub(crate) fn severity(self) -> Option<uplint_rules::Severity> {
        Some(match self {
            Self::None => return None,
            Self::Info => Level::Info.severity(),
            Self::Low => Level::Low.severity(),
            Self::Medium => Level::Medium.severity(),
            Self::High => Level::High.severity(),
            Self::Critical => Level::Critical.severity(),
        })
    }
}
