//! The execution oracle: a code runs, and all that happens must be foreseen by the lifter, or the lifter must say at that
//! very place that it does not know.
//!
//! Calls are generated, bounded and the same in every run. What they do not reach is not judged: the oracle refutes, it
//! does not prove.

use std::collections::BTreeMap;

use revm::context::{Context, TxEnv};
use revm::primitives::TxKind;
use revm::primitives::hardfork::SpecId;
use revm::{InspectCommitEvm as _, MainBuilder as _, MainContext as _};
use uplint_bytecode::dispatch;
use uplint_bytecode::lift::Lifted;
use uplint_facts::effects::effects_of;

use self::known::Known;
pub use self::known::edges;
use self::random::Random;
pub use self::record::{Event, Recorded};
use self::slots::{Named, Slots};
pub use self::world::ANSWERS_ONE as OTHER;
use self::world::{CALLER, CONTRACT, Fill, World};

mod calls;
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
    /// Those that the lifter foresaw.
    pub foreseen: u64,
    /// Those at a place where it says that it does not know.
    pub declared: u64,
}

impl Count {
    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        self.events += other.events;
        self.foreseen += other.foreseen;
        self.declared += other.declared;
    }
}

/// An event that was neither foreseen nor declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// The instruction.
    pub pc: u32,
    /// What happened.
    pub event: Event,
    /// Why it was not foreseen.
    pub reason: &'static str,
    /// What the lifter says instead.
    pub said: String,
}

/// What came of one code.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// By kind of event.
    pub counts: BTreeMap<&'static str, Count>,
    /// In ascending order of place.
    pub uncovered: Vec<Uncovered>,
    /// Accesses whose slot the effects call unknown, in ascending order of place.
    pub unnamed: Vec<Uncovered>,
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
            evm.inspector.begin_call(&call.data);
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
    let slots = Slots::new(&effects);
    let mut verdict = Verdict::default();
    for (pc, event) in &recorded.events {
        let count = verdict.counts.entry(kind(event)).or_default();
        count.events += 1;
        if known.foresees(*pc, event, &recorded.preimages) {
            count.foreseen += 1;
        } else if known.declares(*pc, event) {
            count.declared += 1;
        } else {
            let (reason, said) = (known.reason(*pc, event), known.says(*pc));
            verdict.uncovered.push(Uncovered { pc: *pc, event: event.clone(), reason, said });
            continue;
        }
        if let Event::Storage { slot, .. } = event {
            let count = verdict.counts.entry("slots named by the effects").or_default();
            count.events += 1;
            let reason = match slots.names(*pc, *slot, recorded) {
                Named::Exactly => {
                    count.foreseen += 1;
                    continue;
                }
                Named::Unknown => {
                    count.declared += 1;
                    let (reason, said) = ("the effects call the slot unknown", slots.says(*pc));
                    verdict.unnamed.push(Uncovered { pc: *pc, event: event.clone(), reason, said });
                    continue;
                }
                Named::Otherwise => "the effects name another slot",
                Named::Nowhere => "the effects have no access there",
            };
            verdict.uncovered.push(Uncovered { pc: *pc, event: event.clone(), reason, said: slots.says(*pc) });
        }
    }
    verdict
}

/// The kind of an event, as figures are given.
fn kind(event: &Event) -> &'static str {
    use revm::bytecode::opcode as op;
    match event {
        Event::Jump { .. } => "jumps",
        Event::Storage { opcode: op::SLOAD, .. } => "loads",
        Event::Storage { opcode: op::SSTORE, .. } => "stores",
        Event::Storage { opcode: op::TLOAD, .. } => "transient loads",
        Event::Storage { .. } => "transient stores",
        Event::Call { .. } => "calls",
        Event::Hash { .. } => "preimages",
    }
}
