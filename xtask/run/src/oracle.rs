//! The execution oracle: a code runs, and all that happens must be foreseen by the lifter, or the lifter must say at that
//! very place that it does not know.
//!
//! Calls are generated, bounded and the same in every run. What they do not reach is not judged: the oracle refutes, it
//! does not prove.

use std::collections::{BTreeMap, HashSet};
use std::ops::AddAssign;

use revm::context::{Context, TxEnv};
use revm::primitives::TxKind;
use revm::primitives::hardfork::SpecId;
use revm::{InspectCommitEvm as _, MainBuilder as _, MainContext as _};
use uplint_bytecode::lift::Lifted;
use uplint_bytecode::{dispatch, instructions};
use uplint_facts::effects::effects_of;

use self::claims::{Claims, Fit};
pub use self::frame::{Ended, Frame, Happened};
use self::known::Known;
pub use self::known::edges;
pub use self::random::Random;
pub use self::record::{Event, Recorded};
pub use self::world::ANSWERS_ONE as OTHER;
use self::world::{CALLER, CONTRACT, Fill, World};

mod calls;
mod claims;
mod evaluate;
mod frame;
mod known;
mod random;
mod record;
mod slots;
mod world;

/// Gas of a call.
const GAS: u64 = 3_000_000;

/// A function that is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its selector.
    pub selector: [u8; 4],
    /// Its signature, where it is known.
    pub signature: Option<String>,
}

/// Events of one kind, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All.
    pub events: u64,
    /// Those that what is said comes to.
    pub foreseen: u64,
    /// Those that what is said allows and says too little to tell: a key, an index or a target that is not known.
    pub in_part: u64,
    /// Those at a place where it says that it does not know.
    pub declared: u64,
}

impl Count {
    /// One event.
    fn of(fit: Fit) -> Self {
        Self {
            events: 1,
            foreseen: u64::from(fit == Fit::Exactly),
            in_part: u64::from(fit == Fit::InPart),
            declared: u64::from(fit == Fit::Declared),
        }
    }

    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        self.events += other.events;
        self.foreseen += other.foreseen;
        self.in_part += other.in_part;
        self.declared += other.declared;
    }
}

/// An event that was neither foreseen nor declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// The instruction.
    pub pc: u32,
    /// What happened, for a person.
    pub event: String,
    /// Why it was not foreseen.
    pub reason: &'static str,
    /// What the lifter says instead.
    pub said: String,
}

/// What came of one code, or of many.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// By kind of event.
    pub counts: BTreeMap<&'static str, Count>,
    /// In ascending order of place.
    pub uncovered: Vec<Uncovered>,
    /// Events at places where it is said that something is not known, in ascending order of kind.
    pub declared: Vec<Uncovered>,
    /// Calls of the code, those that it made of itself among them.
    pub calls: u64,
    /// Calls that were refused before they ran.
    pub refused: u64,
    /// Instructions that ran, each once.
    pub executed: u64,
    /// Instructions that a sweep of the code finds, data included.
    pub instructions: u64,
}

impl AddAssign for Verdict {
    fn add_assign(&mut self, other: Self) {
        for (kind, count) in other.counts {
            self.counts.entry(kind).or_default().add(count);
        }
        self.uncovered.extend(other.uncovered);
        self.declared.extend(other.declared);
        self.calls += other.calls;
        self.refused += other.refused;
        self.executed += other.executed;
        self.instructions += other.instructions;
    }
}

/// Runs a code and holds what happens against what the lifter says.
pub fn judge(lifted: &Lifted<'_>, entries: &[Entry]) -> Verdict {
    compare(lifted, &run(lifted.code.bytes(), entries))
}

/// Runs a code with generated calls in several worlds.
pub fn run(code: &[u8], entries: &[Entry]) -> Recorded {
    let mut recorded = Recorded::default();
    for (seed, fill) in [(1, Fill::Zero), (2, Fill::Caller), (3, Fill::Seeded(3)), (4, Fill::Seeded(4))] {
        let mut random = Random::new(seed);
        let calls = calls::calls(entries, &mut random);
        let context = Context::mainnet().with_db(World::new(code, fill)).modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
            cfg.disable_nonce_check = true;
        });
        let mut evm = context.build_mainnet_with_inspector(&mut recorded);
        for call in calls {
            evm.inspector.begin_call();
            let transaction = TxEnv {
                caller: CALLER,
                kind: TxKind::Call(CONTRACT),
                gas_limit: GAS,
                gas_price: 0,
                value: call.value,
                data: call.data,
                ..TxEnv::default()
            };
            if evm.inspect_tx_commit(transaction).is_err() {
                evm.inspector.refused += 1;
            }
        }
    }
    recorded
}

/// Holds what happened against what the lifter says.
pub fn compare(lifted: &Lifted<'_>, recorded: &Recorded) -> Verdict {
    let known = Known::new(lifted);
    let effects = effects_of(lifted, &dispatch(lifted));
    let reached: HashSet<u32> = recorded.frames.iter().flat_map(|frame| &frame.reached).copied().collect();
    let mut verdict = Verdict {
        calls: recorded.frames.len() as u64,
        refused: recorded.refused,
        executed: reached.len() as u64,
        instructions: instructions(lifted.code.bytes()).count() as u64,
        ..Verdict::default()
    };
    for (pc, event) in &recorded.events {
        let fit = if known.declares(*pc, event) { Fit::Declared } else { Fit::Not(known.reason(*pc, event)) };
        let fit = known.foresees(*pc, event, &recorded.preimages).unwrap_or(fit);
        if let Some(kind) = kind(event) {
            verdict.counts.entry(kind).or_default().add(Count::of(fit));
        }
        if let Fit::Not(reason) = fit {
            verdict.uncovered.push(Uncovered { pc: *pc, event: event.to_string(), reason, said: known.says(*pc) });
        }
    }
    Claims::new(&effects).judge(recorded, &mut verdict);
    verdict.uncovered.sort_by_key(|event| event.pc);
    verdict
}

/// How figures call an event that the graph alone speaks of; what the effects of functions say of the others is counted
/// there.
fn kind(event: &Event) -> Option<&'static str> {
    match event {
        Event::Jump { .. } => Some("jumps"),
        Event::Hash { .. } => Some("preimages"),
        Event::Storage { .. } | Event::Call { .. } => None,
    }
}
