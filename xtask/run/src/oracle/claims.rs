//! Whether what the effects say of a function holds in each of its calls.
//!
//! A call is held against the function that answered it, not against the code as a whole: its slots, the bytes that its
//! stores changed and what they put there, whom it called with which value and selector, its events, the lengths that it
//! returned, and, where it succeeded, the conditions without which it is said to revert.

use std::collections::{BTreeMap, BTreeSet};

use revm::bytecode::opcode as op;
use revm::primitives::{B256, U256};
use uplint_bytecode::Unknown;
use uplint_facts::effects::{
    AccessKind, AccessSpace, Call, CallKind, CodeEffects, EntryEffects, EntryName, StorageAccess, Word,
};

use super::evaluate::values;
use super::frame::{Ended, Frame, Happened};
use super::record::Recorded;
use super::slots::{Named, name};
use super::{Count, Uncovered, Verdict};

/// How well a claim fits what happened, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// What is said comes to what happened.
    Exactly,
    /// What is said allows it, and says too little to tell.
    InPart,
    /// What is said is that it is unknown, or what happened is behind a place that is told as not followed.
    Declared,
    /// It is not said, and why.
    Not(&'static str),
}

/// The claims of a code's effects, ordered so that what happened is looked up.
pub(super) struct Claims<'a> {
    entries: Vec<Entry<'a>>,
    /// Places from which control goes where nobody followed.
    gaps: BTreeSet<u32>,
    /// First instructions of functions of which not all is told.
    cut: BTreeSet<u32>,
}

struct Entry<'a> {
    effects: &'a EntryEffects,
    accesses: BTreeMap<(u32, AccessKind), Vec<&'a StorageAccess>>,
    calls: BTreeMap<u32, Vec<&'a Call>>,
}

/// Kinds of claims that say something of what is there, not that nothing else is.
const SAID: [&str; 3] = ["guards", "stored bytes", "stored values"];

/// Takes what was judged: the kind, the instruction, what happened, and how well it fits what is said.
type Add<'a> = dyn FnMut(&'static str, u32, String, (Fit, String)) + 'a;

/// What was judged: the kind, the function, the instruction and what happened.
type Key = (&'static str, usize, u32, String);

impl<'a> Claims<'a> {
    pub(super) fn new(effects: &'a CodeEffects) -> Self {
        let places = |is_it: &dyn Fn(Unknown) -> bool| {
            effects.coverage.gaps.iter().filter(|gap| is_it(gap.unknown)).map(|gap| gap.pc.0).collect()
        };
        Self {
            entries: effects.entries.iter().map(Entry::new).collect(),
            gaps: places(&|unknown| !matches!(unknown, Unknown::Contexts | Unknown::Effects)),
            cut: places(&|unknown| unknown == Unknown::Effects),
        }
    }

    /// Judges all calls; what happened the same way in several counts once, by the worst.
    pub(super) fn judge(&self, recorded: &Recorded, verdict: &mut Verdict) {
        let mut judged: BTreeMap<Key, (Fit, String)> = BTreeMap::new();
        for frame in &recorded.frames {
            let Some((at, entry)) = self.answering(frame) else { continue };
            let has_gap = self.gaps.iter().any(|gap| frame.reached.contains(gap));
            let is_cut = self.cut.contains(&entry.effects.pc.0);
            let mut add = |kind: &'static str, pc: u32, what: String, (fit, said): (Fit, String)| {
                // What is told holds also where not all is told.
                let is_excused = has_gap || is_cut && !SAID.contains(&kind);
                let fit = if matches!(fit, Fit::Not(_)) && is_excused { Fit::Declared } else { fit };
                let known = judged.entry((kind, at, pc, what)).or_insert_with(|| (fit, said.clone()));
                if fit > known.0 {
                    *known = (fit, said);
                }
            };
            for (pc, happened) in &frame.happened {
                entry.judge(*pc, happened, frame, &mut add);
            }
            entry.judge_end(frame, &mut add);
        }
        for ((kind, _, pc, event), (fit, said)) in judged {
            verdict.counts.entry(kind).or_default().add(Count::of(fit));
            let list = match fit {
                Fit::Not(_) => &mut verdict.uncovered,
                Fit::Declared => &mut verdict.declared,
                Fit::Exactly | Fit::InPart => continue,
            };
            let reason = if let Fit::Not(reason) = fit { reason } else { "it is told as unknown" };
            list.push(Uncovered { pc, event: format!("{kind}: {event}"), reason, said });
        }
    }

    /// The function that answered a call; none when the call ended before one did.
    fn answering(&self, frame: &Frame) -> Option<(usize, &Entry<'a>)> {
        let selector = frame.data.get(..4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        let named = |name: EntryName| {
            let is_it = |(_, entry): &(usize, &Entry<'a>)| {
                entry.effects.name == name && frame.reached.contains(&entry.effects.pc.0)
            };
            self.entries.iter().enumerate().find(is_it)
        };
        selector
            .and_then(|selector| named(EntryName::Selector(selector)))
            .or_else(|| if frame.data.is_empty() { named(EntryName::Receive) } else { None })
            .or_else(|| named(EntryName::Fallback))
    }
}

impl<'a> Entry<'a> {
    fn new(effects: &'a EntryEffects) -> Self {
        let mut entry = Self { effects, accesses: BTreeMap::new(), calls: BTreeMap::new() };
        for access in &effects.accesses {
            entry.accesses.entry((access.pc.0, access.kind)).or_default().push(access);
        }
        for call in &effects.calls {
            entry.calls.entry(call.pc.0).or_default().push(call);
        }
        entry
    }

    fn judge(&self, pc: u32, happened: &Happened, frame: &Frame, add: &mut Add<'_>) {
        match *happened {
            Happened::Load { space, slot } => {
                let kind = if space == AccessSpace::Storage { "loads" } else { "transient loads" };
                add(kind, pc, format!("slot {slot:#x}"), self.load(pc, space, slot, frame));
            }
            Happened::Store { space, slot, old, new } => {
                let kind = if space == AccessSpace::Storage { "stores" } else { "transient stores" };
                let accesses = self.of(pc, AccessKind::Write, space);
                add(kind, pc, format!("slot {slot:#x}"), slot_fit(&accesses, slot, frame));
                // Only what is said of this slot speaks of its bytes.
                let here: Vec<&StorageAccess> =
                    accesses.into_iter().filter(|access| name(access, slot, frame) != Named::Otherwise).collect();
                if !here.is_empty() {
                    let change = format!("slot {slot:#x} from {old:#x} to {new:#x}");
                    add("stored bytes", pc, change.clone(), bytes_fit(&here, old, new));
                    add("stored values", pc, change, value_fit(&here, new, frame));
                }
            }
            Happened::Call { opcode, target, value, selector } => {
                self.judge_call((pc, opcode), (target, value, selector), frame, add);
            }
            Happened::Log { first, topics } => {
                let first = first.map(B256::from);
                let events = &self.effects.events;
                // Where there is a topic, one that is not known says too little.
                let is_exact = events.contains(&(first, topics)) && (first.is_some() || topics == 0);
                let open = events.contains(&(None, topics)).then_some(Fit::InPart);
                let fit = told_fit(is_exact, open, "the function tells no such event");
                add("events", pc, format!("{first:?}, {topics} topics"), (fit, format!("{events:?}")));
            }
        }
    }

    fn judge_call(
        &self,
        (pc, opcode): (u32, u8),
        (target, value, selector): (U256, U256, Option<[u8; 4]>),
        frame: &Frame,
        add: &mut Add<'_>,
    ) {
        let what = format!("{} of {target:#x}", op::OpCode::name_by_op(opcode));
        let here = self.calls.get(&pc).into_iter().flatten().copied();
        let calls: Vec<&Call> = here.filter(|call| opcode_of(call.kind) == opcode).collect();
        if calls.is_empty() {
            add("calls", pc, what, (Fit::Not("the function makes no such call"), String::new()));
            return;
        }
        if matches!(opcode, op::CREATE | op::CREATE2) {
            add("creations", pc, what, (Fit::Exactly, String::new()));
        } else {
            let targets = || calls.iter().map(|call| &call.target);
            let fit = word_fit(targets(), frame, |word| word << 96 >> 96 == target);
            add("calls", pc, what, (fit, list(targets().map(ToString::to_string))));
        }
        if matches!(opcode, op::CALL | op::CALLCODE | op::CREATE | op::CREATE2) {
            let values = || calls.iter().filter_map(|call| call.value.as_ref());
            let fit = word_fit(values(), frame, |word| word == value);
            add("values sent", pc, format!("{value}"), (fit, list(values().map(ToString::to_string))));
        }
        if let Some(selector) = selector {
            let told: Vec<_> = calls.iter().map(|call| call.selector).collect();
            let open = told.contains(&None).then_some(Fit::Declared);
            let fit = told_fit(told.contains(&Some(selector)), open, "the function calls another selector");
            add("selectors called", pc, format!("{selector:02x?}"), (fit, format!("{told:02x?}")));
        }
    }

    /// What a call that succeeded says of conditions and of lengths.
    fn judge_end(&self, frame: &Frame, add: &mut Add<'_>) {
        let Ended::Succeeded { returned, is_destroyed } = frame.ended else { return };
        for guard in &self.effects.guards {
            let said = guard.condition.to_string();
            let fit = match values(&guard.condition, frame) {
                _ if !frame.reached.contains(&guard.pc.0) => Fit::Not("a call succeeded without the condition"),
                None => Fit::InPart,
                Some(values) if values.iter().any(|value| !value.is_zero()) => Fit::Exactly,
                Some(_) => Fit::Not("a call succeeded though the condition is false"),
            };
            add("guards", guard.pc.0, said.clone(), (fit, said));
        }
        if !is_destroyed {
            let lens = &self.effects.return_lens;
            let open = lens.contains(&None).then_some(Fit::InPart);
            let fit = told_fit(lens.contains(&Some(returned)), open, "the function returns other lengths");
            add("returned lengths", self.effects.pc.0, format!("{returned} bytes"), (fit, format!("{lens:?}")));
        }
    }

    fn of(&self, pc: u32, kind: AccessKind, space: AccessSpace) -> Vec<&'a StorageAccess> {
        let all = self.accesses.get(&(pc, kind)).into_iter().flatten();
        all.filter(|access| access.space == space).copied().collect()
    }

    fn load(&self, pc: u32, space: AccessSpace, slot: U256, frame: &Frame) -> (Fit, String) {
        let reads = self.of(pc, AccessKind::Read, space);
        if !reads.is_empty() {
            return slot_fit(&reads, slot, frame);
        }
        // A word that is loaded only to be written back beside something new counts as no read.
        let writes = self.accesses.iter().filter(|((_, kind), _)| *kind == AccessKind::Write).flat_map(|(_, all)| all);
        let writes: Vec<&StorageAccess> = writes.filter(|access| access.space == space).copied().collect();
        match slot_fit(&writes, slot, frame) {
            (Fit::Not(_), said) => (Fit::Not("the function has no access there"), said),
            fit => fit,
        }
    }
}

fn slot_fit(accesses: &[&StorageAccess], slot: U256, frame: &Frame) -> (Fit, String) {
    let named = accesses.iter().map(|access| name(access, slot, frame)).min();
    let fit = match named {
        Some(Named::Exactly) => Fit::Exactly,
        Some(Named::InPart) => Fit::InPart,
        Some(Named::Unknown) => Fit::Declared,
        Some(Named::Otherwise) => Fit::Not("the function names another slot"),
        None => Fit::Not("the function has no access there"),
    };
    (fit, list(accesses.iter().map(|access| access.slot.to_string())))
}

/// The bits of the bytes that an access tells.
fn told_bits(access: &StorageAccess) -> U256 {
    access.bytes.iter().fold(U256::ZERO, |mask, range| {
        let bits = U256::MAX >> (256 - 8 * usize::from(range.len).clamp(1, 32));
        mask | bits << (8 * usize::from(range.offset))
    })
}

/// Whether a store changed no bytes but those that are told.
fn bytes_fit(accesses: &[&StorageAccess], old: U256, new: U256) -> (Fit, String) {
    let is_told = accesses.iter().any(|access| ((old ^ new) & !told_bits(access)).is_zero());
    let fit = if is_told { Fit::Exactly } else { Fit::Not("other bytes changed") };
    (fit, list(accesses.iter().map(|access| format!("{:?}", access.bytes))))
}

/// Whether the told bytes hold what is told to be put there.
fn value_fit(accesses: &[&StorageAccess], new: U256, frame: &Frame) -> (Fit, String) {
    let fit_of = |access: &&StorageAccess| {
        let first_bit = access.bytes.first().map_or(0, |range| 8 * usize::from(range.offset));
        let told = told_bits(access) >> first_bit;
        let put = (new >> first_bit) & told;
        match access.value.as_ref().and_then(|value| values(value, frame)) {
            None => Fit::InPart,
            Some(values) if values.iter().any(|value| *value & told == put) => Fit::Exactly,
            Some(_) => Fit::Not("another value is stored"),
        }
    };
    let fit = accesses.iter().map(fit_of).min().unwrap_or(Fit::InPart);
    let said = accesses.iter().map(|access| access.value.as_ref().map_or_else(String::new, ToString::to_string));
    (fit, list(said))
}

/// Whether some word comes to what is asked for.
fn word_fit<'w>(words: impl Iterator<Item = &'w Word>, frame: &Frame, is_it: impl Fn(U256) -> bool) -> Fit {
    let fit_of = |word: &Word| match values(word, frame) {
        None if *word == Word::Unknown => Fit::Declared,
        None => Fit::InPart,
        Some(values) if values.iter().any(|value| is_it(*value)) => Fit::Exactly,
        Some(_) => Fit::Not("the function names another word"),
    };
    words.map(fit_of).min().unwrap_or(Fit::Declared)
}

/// How well what is told fits, when it says exactly what happened or leaves it open.
fn told_fit(is_exact: bool, open: Option<Fit>, reason: &'static str) -> Fit {
    if is_exact { Fit::Exactly } else { open.unwrap_or(Fit::Not(reason)) }
}

fn opcode_of(kind: CallKind) -> u8 {
    match kind {
        CallKind::Call => op::CALL,
        CallKind::CallCode => op::CALLCODE,
        CallKind::DelegateCall => op::DELEGATECALL,
        CallKind::StaticCall => op::STATICCALL,
        CallKind::Create => op::CREATE,
        CallKind::Create2 => op::CREATE2,
        CallKind::SelfDestruct => op::SELFDESTRUCT,
    }
}

/// The first few, for a person.
fn list(all: impl Iterator<Item = String>) -> String {
    all.take(4).collect::<Vec<_>>().join("; ")
}
