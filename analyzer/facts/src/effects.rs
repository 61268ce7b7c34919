//! What a contract's bytecode does: which storage it reads and writes, whom it calls, and which conditions stand before
//! that.
//!
//! Every fact is told for the functions that callers reach: an internal function's accesses are told once for each
//! different way in which an external one uses it, with the words that it is given there. What the lifter did not see
//! is in [`CodeEffects::coverage`]; a fact that is absent here and not excused there does not exist in the code.

use std::collections::{BTreeMap, BTreeSet};

use uplint_artifact::{Artifact, Bytecode, Span};
use uplint_bytecode::dispatch::Dispatch;
use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::{Exit, Lifted, Placeholder, Successor, lift_with};
use uplint_bytecode::{Coverage, CoverageGap, FunctionId, NodeId, Selector, Term, Unknown, dispatch, instructions};

mod access;
mod bounds;
mod byte_set;
mod call;
mod condition;
mod ending;
mod guard;
mod hash_order;
mod joined;
mod kept;
mod needed;
mod only_if;
mod put;
mod recovered;
mod shared;
mod slot_expr;
mod summary;
mod ways;
mod word;

pub use access::{AccessKind, AccessSpace, StorageAccess};
pub use call::{Call, CallKind};
pub use guard::Guard;
pub use recovered::{RecoveredValue, recovered_values};
pub use slot_expr::{Index, Reach, SlotExpr};
pub use uplint_bytecode::Pc;
pub use word::{Note, Word, is_signed, mask_len_bytes, negated, sign};

use crate::function_name::named_functions;
use guard::Guards;
use shared::Shared;
use summary::Summaries;
use ways::Ways;

/// A way into the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryName {
    /// A function by its selector.
    Selector(Selector),
    /// What answers calls without data.
    Receive,
    /// What answers calls that no selector takes.
    Fallback,
}

/// What one function does when it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryEffects {
    /// Its name.
    pub name: EntryName,
    /// Its first instruction.
    pub pc: Pc,
    /// Accesses to storage, in ascending order of place and slot; those before the dispatch among them.
    pub accesses: Vec<StorageAccess>,
    /// Calls of other contracts, and creations, in ascending order of place.
    pub calls: Vec<Call>,
    /// Conditions without which the call reverts, in ascending order of place.
    pub guards: Vec<Guard>,
    /// Numbers of bytes that it can return; `None` among them stands for a number that is not constant.
    pub return_lens: BTreeSet<Option<u64>>,
    /// First topics of its events, where they are constant, with the number of topics.
    pub events: BTreeSet<(Option<alloy_primitives::B256>, u8)>,
}

/// What a contract's runtime code does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeEffects {
    /// Its functions, in ascending order of name.
    pub entries: Vec<EntryEffects>,
    /// Its internal functions, in ascending order of their place.
    pub internal: Vec<InternalFunction>,
    /// What the lifter did not see.
    pub coverage: Coverage,
    /// The source of each instruction that is named here, where the artifact has a source map.
    pub spans: BTreeMap<Pc, Span>,
}

/// An internal function: what stands at its entry is called, and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalFunction {
    /// Its first instruction.
    pub entry: Pc,
    /// Its name in the source, where that is known.
    pub name: Option<String>,
    /// How many words it is given, the return address left out; the most of all its ways to return.
    pub arguments: u32,
    /// How many words it returns.
    pub returns: u32,
    /// How many places call it.
    pub callers: usize,
}

/// Establishes what the runtime code of an artifact does; nothing without runtime code.
pub fn effects_of_artifact(artifact: &Artifact) -> CodeEffects {
    let Some(code) = artifact.runtime.as_ref().filter(|code| !code.bytes.is_empty()) else {
        return CodeEffects::default();
    };
    let mut effects = code_effects(&code.bytes, &placeholders(code));
    effects.spans = spans(code, &effects.named_places());
    let named = named_functions(artifact, &effects.spans, effects.internal.iter().map(|function| function.entry));
    for function in &mut effects.internal {
        function.name = named.get(&function.entry).cloned();
    }
    effects
}

/// What the source map says of some instructions.
fn spans(code: &Bytecode, places: &BTreeSet<Pc>) -> BTreeMap<Pc, Span> {
    let entries = instructions(&code.bytes).map(|instruction| instruction.pc).zip(code.source_map_entries());
    entries.filter(|(pc, _)| places.contains(pc)).filter_map(|(pc, entry)| Some((pc, entry.span?))).collect()
}

impl CodeEffects {
    /// The instructions that are named here.
    fn named_places(&self) -> BTreeSet<Pc> {
        let of_entry = |entry: &EntryEffects| -> Vec<Pc> {
            let accesses = entry.accesses.iter().map(|access| access.pc);
            let calls = entry.calls.iter().map(|call| call.pc);
            accesses.chain(calls).chain(entry.guards.iter().map(|guard| guard.pc)).chain([entry.pc]).collect()
        };
        let entries = self.entries.iter().flat_map(of_entry);
        let internal = self.internal.iter().map(|function| function.entry);
        entries.chain(internal).chain(self.coverage.gaps.iter().map(|gap| gap.pc)).collect()
    }
}

/// Libraries are told apart from immutables by where their numbers begin.
const FIRST_LIBRARY: u32 = 1 << 31;

/// The places that a deployment fills in: immutables and addresses of libraries.
pub(crate) fn placeholders(code: &Bytecode) -> Vec<Placeholder> {
    let mut known_immutables: Vec<i64> = code.immutable_references.iter().filter_map(|place| place.ast_id).collect();
    known_immutables.sort_unstable();
    known_immutables.dedup();
    let mut libraries: Vec<&str> = code.link_references.iter().map(|link| link.library.as_str()).collect();
    libraries.sort_unstable();
    libraries.dedup();
    let number = |at: usize| u32::try_from(at).unwrap_or(FIRST_LIBRARY - 1);
    let immutables = code.immutable_references.iter().map(|place| {
        let known = place.ast_id.and_then(|id| known_immutables.binary_search(&id).ok());
        // Without a declaration each place is its own.
        Placeholder { start: place.start, identity: known.map_or(place.start | 1 << 30, number) }
    });
    let links = code.link_references.iter().map(|link| {
        let at = libraries.binary_search(&link.library.as_str()).unwrap_or_default();
        Placeholder { start: link.start, identity: FIRST_LIBRARY + number(at) }
    });
    let mut places: Vec<Placeholder> = immutables.chain(links).collect();
    places.sort_by_key(|place| place.start);
    places
}

/// Establishes what a code does. `placeholders` are the places that a deployment fills in, in ascending order.
pub fn code_effects(code: &[u8], placeholders: &[Placeholder]) -> CodeEffects {
    let lifted = lift_with(code, placeholders);
    let dispatch = dispatch(&lifted);
    effects_of(&lifted, &dispatch)
}

/// Establishes what a lifted code does.
pub fn effects_of(lifted: &Lifted<'_>, dispatch: &Dispatch) -> CodeEffects {
    let names = names(dispatch);
    let reached: Vec<_> = names.iter().map(|&(_, node)| reachable(lifted, node)).collect();
    let summaries = Summaries::new(lifted, Shared::new(lifted, &reached));
    let guards = Guards::new(&summaries);
    let before = BeforeEntries::new(lifted, dispatch, &summaries.ways);
    let mut gaps: BTreeSet<CoverageGap> = lifted.coverage.gaps.iter().chain(&dispatch.coverage.gaps).copied().collect();
    let mut entries = Vec::new();
    for ((name, start), nodes) in names.into_iter().zip(&reached) {
        let (entry, is_cut) = entry(&guards, &before.of(start), name, start, nodes);
        if is_cut {
            gaps.insert(CoverageGap { pc: entry.pc, unknown: Unknown::Effects });
        }
        entries.push(entry);
    }
    entries.sort_by_key(|entry| entry.name);
    let coverage = Coverage { gaps: gaps.into_iter().collect() };
    CodeEffects { entries, internal: internal(lifted), coverage, spans: BTreeMap::new() }
}

/// The ways into the contract. Code without a dispatch, which a fallback is too, answers every call alike.
pub(crate) fn names(dispatch: &Dispatch) -> Vec<(EntryName, NodeId)> {
    let mut names: Vec<_> =
        dispatch.entries.iter().map(|entry| (EntryName::Selector(entry.selector), entry.node)).collect();
    names.extend(dispatch.receive.map(|node| (EntryName::Receive, node)));
    names.extend(dispatch.fallback.map(|node| (EntryName::Fallback, node)));
    names
}

/// The functions that return. What is only jumped to and never returns is a part of its callers.
fn internal(lifted: &Lifted<'_>) -> Vec<InternalFunction> {
    let returning = lifted.functions.iter().skip(1).filter(|function| !function.exits.is_empty());
    let mut functions: Vec<_> = returning
        .map(|function| {
            let most = |count: &dyn Fn(&Exit) -> u32| function.exits.iter().map(count).max().unwrap_or_default();
            // Getters leave the place to return to where it stands.
            let takes_target = |exit: &Exit| match lifted.terms.get(exit.target) {
                Term::Parameter { slot, .. } => slot < exit.takes,
                _ => true,
            };
            InternalFunction {
                entry: function.entry,
                name: None,
                arguments: most(&|exit| exit.takes.saturating_sub(u32::from(takes_target(exit)))),
                returns: most(&|exit| u32::try_from(exit.leaves.len()).unwrap_or(u32::MAX)),
                callers: function.callers.len(),
            }
        })
        .collect();
    functions.sort_by_key(|function| function.entry);
    functions
}

/// What a way into the contract does, and whether it does more than is told. `before` are the nodes that lead to it, and
/// `nodes` those that follow from its first one, in ascending order.
fn entry(
    guards: &Guards<'_>,
    before: &BTreeSet<NodeId>,
    name: EntryName,
    start: NodeId,
    nodes: &[NodeId],
) -> (EntryEffects, bool) {
    let summaries = guards.summaries;
    if summaries.tell_within(before, nodes) {
        guards.forget_shared();
    }
    let only_before = before.iter().filter(|&node| nodes.binary_search(node).is_err());
    let effects = summaries.of_nodes(only_before.chain(nodes));
    let accesses: BTreeSet<_> = effects.accesses.into_keys().flat_map(summary::RawAccess::classified).collect();
    let held = guards.of_entry(before, start, nodes);
    let entry = EntryEffects {
        name,
        pc: summaries.lifted.nodes[start].pc,
        accesses: accesses.into_iter().collect(),
        calls: effects.calls.into_keys().collect(),
        guards: held.guards.into_iter().collect(),
        return_lens: effects.return_lens.into_keys().collect(),
        events: effects.events.into_keys().collect(),
    };
    (entry, effects.is_cut || held.is_cut)
}

/// What each call passes on the way from the first instruction to the function that answers it.
struct BeforeEntries<'a> {
    lifted: &'a Lifted<'a>,
    ways: &'a Ways<'a>,
    /// First nodes of functions that have selectors: no way to another function leads through them.
    selected: BTreeSet<NodeId>,
}

impl<'a> BeforeEntries<'a> {
    fn new(lifted: &'a Lifted<'a>, dispatch: &Dispatch, ways: &'a Ways<'a>) -> Self {
        Self { lifted, ways, selected: dispatch.entries.iter().map(|entry| entry.node).collect() }
    }

    /// The nodes of the dispatch that lead to an entry; none when it is the first instruction.
    fn of(&self, entry: NodeId) -> BTreeSet<NodeId> {
        let mut before = BTreeSet::new();
        let mut left = vec![entry];
        if entry == self.lifted.functions[FunctionId(0)].node {
            return before;
        }
        while let Some(node) = left.pop() {
            for &from in self.ways.before(node) {
                if from != entry && !self.selected.contains(&from) && before.insert(from) {
                    left.push(from);
                }
            }
        }
        before
    }
}

/// The nodes of a function that follow from one of them, in ascending order.
pub(crate) fn reachable(lifted: &Lifted<'_>, start: NodeId) -> Vec<NodeId> {
    let mut seen: IndexVec<NodeId, bool> = lifted.nodes.iter().map(|_| false).collect();
    seen[start] = true;
    let mut nodes = vec![start];
    let mut looked_at = 0;
    while let Some(&node) = nodes.get(looked_at) {
        looked_at += 1;
        for successor in &lifted.nodes[node].successors {
            if let Successor::Node(next) | Successor::Continuation(next) = *successor
                && !std::mem::replace(&mut seen[next], true)
            {
                nodes.push(next);
            }
        }
    }
    nodes.sort_unstable();
    nodes
}
