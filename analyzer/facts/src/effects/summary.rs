//! What each internal function does, in the words that it is given, and what that is for each of its callers.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use alloy_primitives::B256;
use petgraph::Direction::Incoming;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{Graph, NodeIndex};
use uplint_bytecode::index_vec::{Id, IndexVec};
use uplint_bytecode::lift::{Argument, Effect, End, Lifted};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Pc, Selector, Term, TermId};

use super::access::{AccessKind, AccessSpace, StorageAccess};
use super::bounds::{Bounds, Less};
use super::byte_set::Parts;
use super::call::{Call, CallKind};
use super::ending::Endings;
use super::hash_order::HashOrder;
use super::kept::Kept;
use super::needed::Needed;
use super::only_if::{Branches, OnlyIf};
use super::put::put;
use super::shared::Shared;
use super::slot_expr::SlotExpr;
use super::ways::Ways;
use super::word::{self, Word};

/// Most accesses and calls that are told apart for one function; further ones are told without their words.
const MAX_EFFECTS: usize = 2_000;

/// Most effects that are told for one function, and for all together; further ones are a gap.
const MAX_TOLD: usize = 2 * MAX_EFFECTS;
const MAX_TOLD_IN_ALL: usize = 200_000;

/// Most effects of called functions that are looked at for their callers, all together; further ones are a gap.
const MAX_PASSED_ON: usize = 400_000;

/// Deepest terms that are put into words.
const MAX_DEPTH: u32 = 96;

/// Deepest parts of a slot that are looked at for what they are less than.
const MAX_SLOT_DEPTH: u32 = 8;

/// Most parts of one slot that are looked at so.
const MAX_SLOT_LOOKS: u32 = 128;

/// What a word is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Usage {
    Word,
    /// A slot, of which it matters how far it can reach.
    Slot,
}

/// An access in the words that a function is given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RawAccess {
    pc: Pc,
    space: AccessSpace,
    kind: AccessKind,
    slot: Word,
    bytes: Parts,
    value: Option<Word>,
}

impl RawAccess {
    /// The accesses that it can be: one for each slot.
    pub(super) fn classified(self) -> impl Iterator<Item = StorageAccess> {
        let Self { pc, space, kind, slot, bytes, value } = self;
        let bytes_at = bytes.ranges();
        let value = value.map(|value| put(value, bytes.bytes, space, &slot));
        slot.alternatives().into_iter().map(move |slot| StorageAccess {
            pc,
            space,
            kind,
            slot: SlotExpr::of(&slot),
            bytes: bytes_at.clone(),
            value: value.clone(),
        })
    }
}

/// What some nodes do, with all that they call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    pub(super) accesses: BTreeMap<RawAccess, OnlyIf>,
    pub(super) calls: BTreeMap<Call, OnlyIf>,
    pub(super) return_lens: BTreeMap<Option<u64>, OnlyIf>,
    pub(super) events: BTreeMap<(Option<B256>, u8), OnlyIf>,
    /// Whether there are more than are told.
    pub(super) is_cut: bool,
    /// Most that are told.
    limit: usize,
}

/// How a caller sees the words that a function is given, and when it calls it.
struct CallSite<'a> {
    argument: &'a dyn Fn(u32) -> Word,
    /// With what is known of them where slots are counted.
    in_slot: &'a dyn Fn(u32) -> Word,
    only_if: OnlyIf,
    /// What was asked for last, with the answer: what one block does has one condition.
    asked: RefCell<Option<(OnlyIf, Option<OnlyIf>)>>,
}

impl<'a> CallSite<'a> {
    fn new(argument: &'a dyn Fn(u32) -> Word, in_slot: &'a dyn Fn(u32) -> Word, only_if: OnlyIf) -> Self {
        Self { argument, in_slot, only_if, asked: RefCell::new(None) }
    }

    /// When something happens that a called function does under some conditions; `None` when it does not.
    fn only_if(&self, called: &OnlyIf) -> Option<OnlyIf> {
        if let Some((asked, known)) = &*self.asked.borrow()
            && asked.is_same(called)
        {
            return known.clone();
        }
        let known = called.in_call(self.argument, &self.only_if);
        self.asked.replace(Some((called.clone(), known.clone())));
        known
    }
}

impl Effects {
    fn at_most(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    fn len(&self) -> usize {
        self.accesses.len() + self.calls.len() + self.return_lens.len() + self.events.len()
    }

    /// Adds what a called function does.
    fn add(&mut self, called: &Self, site: &CallSite<'_>) {
        self.is_cut |= called.is_cut;
        self.add_accesses(called, site);
        self.add_calls(called, site);
        for (&len, only_if) in &called.return_lens {
            if let Some(only_if) = site.only_if(only_if) {
                self.tell(|told| &mut told.return_lens, len, only_if);
            }
        }
        for (&event, only_if) in &called.events {
            if let Some(only_if) = site.only_if(only_if) {
                self.tell(|told| &mut told.events, event, only_if);
            }
        }
    }

    fn add_accesses(&mut self, called: &Self, site: &CallSite<'_>) {
        for (access, only_if) in &called.accesses {
            if self.has_no_room() {
                return;
            }
            let Some(only_if) = site.only_if(only_if) else { continue };
            let is_full = self.accesses.len() >= MAX_EFFECTS || self.len() >= self.limit;
            let put = |word: &Word, with: &dyn Fn(u32) -> Word| {
                if is_full { Word::Unknown } else { word.with_arguments(with) }
            };
            let slot = put(&access.slot, site.in_slot);
            let value = access.value.as_ref().map(|value| put(value, site.argument));
            let RawAccess { pc, space, kind, bytes, .. } = *access;
            self.tell(|told| &mut told.accesses, RawAccess { pc, space, kind, slot, bytes, value }, only_if);
        }
    }

    fn add_calls(&mut self, called: &Self, site: &CallSite<'_>) {
        for (call, only_if) in &called.calls {
            if self.has_no_room() {
                return;
            }
            let Some(only_if) = site.only_if(only_if) else { continue };
            let is_full = self.calls.len() >= MAX_EFFECTS || self.len() >= self.limit;
            let put = |word: &Word| if is_full { Word::Unknown } else { word.with_arguments(site.argument) };
            let Call { pc, kind, selector, is_checked, .. } = *call;
            let (target, value) = (put(&call.target), call.value.as_ref().map(put));
            self.tell(|told| &mut told.calls, Call { pc, kind, target, value, selector, is_checked }, only_if);
        }
    }

    /// Whether nothing more is told, and that was said.
    fn has_no_room(&self) -> bool {
        self.is_cut && self.len() >= self.limit
    }

    /// Adds one effect, unless there are too many. What happens twice happens under the conditions that both share.
    fn tell<T: Ord>(&mut self, among: impl Fn(&mut Self) -> &mut BTreeMap<T, OnlyIf>, effect: T, only_if: OnlyIf) {
        let has_room = self.len() < self.limit;
        match among(self).entry(effect) {
            Entry::Occupied(mut known) => known.get_mut().keep_common(&only_if),
            Entry::Vacant(free) if has_room => {
                free.insert(only_if);
            }
            Entry::Vacant(_) => self.is_cut = true,
        }
    }
}

/// What is known of the word of a term.
#[derive(Clone, Debug)]
enum Known {
    Not,
    /// It is being made.
    Partly,
    Word(Word),
}

/// What the functions of a lifted code do.
pub(super) struct Summaries<'a> {
    pub(super) lifted: &'a Lifted<'a>,
    /// Called functions, before their callers.
    pub(super) called_first: Vec<FunctionId>,
    pub(super) ways: Ways<'a>,
    pub(super) endings: Endings,
    bounds: Bounds,
    order: HashOrder,
    kept: Kept,
    needed: Needed,
    /// Nothing where it is not known yet.
    functions: IndexVec<FunctionId, Option<Effects>>,
    /// Words by the number of their term.
    words: RefCell<Vec<Known>>,
    /// Whether a branch depends on a term, by its number.
    checked: Vec<bool>,
    /// What branches ask of the words that functions are given.
    branches: OnceCell<Branches>,
    /// What several ways into the contract share.
    pub(super) shared: Shared,
    /// The nodes of the way into the contract that is told, where it shares some.
    within: RefCell<Option<IndexVec<NodeId, bool>>>,
    /// How many effects may still be told, and how many of called functions looked at for their callers.
    left: Cell<usize>,
    left_to_pass_on: Cell<usize>,
    /// How many parts of the slot at hand may still be looked at.
    slot_looks: Cell<u32>,
}

impl<'a> Summaries<'a> {
    pub(super) fn new(lifted: &'a Lifted<'a>, shared: Shared) -> Self {
        let mut nodes: IndexVec<FunctionId, Vec<NodeId>> = lifted.functions.iter().map(|_| Vec::new()).collect();
        let mut calls: Graph<(), ()> = Graph::with_capacity(lifted.functions.len(), 0);
        lifted.functions.iter().for_each(|_| {
            calls.add_node(());
        });
        for (id, node) in lifted.nodes.iter_enumerated() {
            nodes[node.function].push(id);
            for called in node.called() {
                calls.add_edge(place(node.function), place(called), ());
            }
        }
        // The code as a whole is a function to others only where it is called.
        let is_called = |id: FunctionId| id.0 != 0 || calls.neighbors_directed(place(id), Incoming).next().is_some();
        let component = |places: Vec<NodeIndex>| {
            places.into_iter().map(|place| FunctionId::new(place.index())).filter(|&id| is_called(id)).collect()
        };
        // Called functions come before their callers.
        let components: Vec<BTreeSet<FunctionId>> = kosaraju_scc(&calls).into_iter().map(component).collect();
        let called_first: Vec<FunctionId> = components.iter().flatten().copied().collect();
        let ways = Ways::new(lifted);
        let bounds = Bounds::new(lifted, &ways, &called_first);
        let kept = Kept::new(lifted, &ways, &bounds);
        let mut summaries = Self {
            lifted,
            bounds,
            endings: Endings::new(lifted, &ways),
            called_first,
            ways,
            order: HashOrder::of(lifted),
            needed: Needed::new(lifted, &kept),
            kept,
            functions: lifted.functions.iter().map(|_| None).collect(),
            words: RefCell::new(vec![Known::Not; lifted.terms.len()]),
            checked: checked(lifted),
            branches: OnceCell::new(),
            shared,
            within: RefCell::new(None),
            left: Cell::new(MAX_TOLD_IN_ALL),
            left_to_pass_on: Cell::new(MAX_PASSED_ON),
            slot_looks: Cell::new(0),
        };
        for component in &components {
            summaries.add_component(component, &nodes);
        }
        // What is told for the ways into the contract has a budget of its own.
        summaries.left.set(MAX_TOLD_IN_ALL);
        summaries.left_to_pass_on.set(MAX_PASSED_ON);
        summaries
    }

    /// Adds functions that call each other, or one that does not.
    ///
    /// In recursion a function is given words of any depth. A word that every call within the component passes on in the
    /// place where it was given is the same at every depth; any other is unknown, which is above all that it can be. With
    /// that, each function does what it does itself, and what any of them does at some depth: a fixpoint at once.
    fn add_component(&mut self, component: &BTreeSet<FunctionId>, nodes: &IndexVec<FunctionId, Vec<NodeId>>) {
        let nodes_of = |function: &FunctionId| nodes[*function].iter();
        let mut within: Vec<(NodeId, FunctionId)> = Vec::new();
        let mut own: Vec<(FunctionId, Effects)> = Vec::new();
        for function in component {
            own.push((*function, self.of_nodes_outside(nodes_of(function), component)));
            for &node in nodes_of(function) {
                let called = self.lifted.nodes[node].called();
                within.extend(called.filter(|called| component.contains(called)).map(|called| (node, called)));
            }
        }
        if !within.is_empty() {
            let passed_on: RefCell<BTreeMap<u32, bool>> = RefCell::default();
            let argument = |slot: u32| {
                let is_passed_on = *passed_on.borrow_mut().entry(slot).or_insert_with(|| {
                    within.iter().all(|&(node, called)| self.argument(node, called, slot) == Word::Argument(slot))
                });
                if is_passed_on { Word::Argument(slot) } else { Word::Unknown }
            };
            let mut at_any_depth = Effects::at_most(MAX_TOLD);
            let within = CallSite::new(&argument, &argument, OnlyIf::default());
            for (_, effects) in &own {
                at_any_depth.add(effects, &within);
            }
            let as_given = CallSite::new(&Word::Argument, &Word::Argument, OnlyIf::default());
            for (_, effects) in &mut own {
                let before = effects.len();
                effects.limit = before.saturating_add(self.left.get()).min(MAX_TOLD);
                effects.add(&at_any_depth, &as_given);
                self.left.set(self.left.get().saturating_sub(effects.len() - before));
            }
        }
        for (function, effects) in own {
            self.functions[function] = Some(effects);
        }
    }

    /// From now on tells what one way into the contract does, by the nodes that lead to it and those that follow. Answers
    /// whether that makes words others.
    pub(super) fn tell_within(&self, before: &BTreeSet<NodeId>, nodes: &[NodeId]) -> bool {
        if !self.shared.is_in(nodes) {
            return false;
        }
        let mut within: IndexVec<NodeId, bool> = self.lifted.nodes.iter().map(|_| false).collect();
        for &node in before.iter().chain(nodes) {
            within[node] = true;
        }
        self.within.replace(Some(within));
        let mut words = self.words.borrow_mut();
        for term in &self.shared.terms {
            words[term.index()] = Known::Not;
        }
        true
    }

    /// The words that come to a join on the way into the contract that is told, with the nodes from which they come; `None`
    /// when they are too many.
    pub(super) fn arrivals(&self, join: TermId) -> Option<Vec<(NodeId, TermId)>> {
        let all = self.lifted.arrivals(join)?;
        let all: Vec<_> = all.iter().filter(|&&(from, word)| !self.is_superseded(all, from, word)).copied().collect();
        if let (Some(within), Term::Join { node, .. }) = (&*self.within.borrow(), self.lifted.terms.get(join))
            && self.shared.has(node)
        {
            let of_way: Vec<_> = all.into_iter().filter(|(from, _)| within[*from]).collect();
            return Some(of_way).filter(|of_way| !of_way.is_empty());
        }
        Some(all)
    }

    /// Whether a node brought a word before others met it there: now it brings their join. What comes back from calls may
    /// bring the word as well.
    fn is_superseded(&self, arrivals: &[(NodeId, TermId)], from: NodeId, word: TermId) -> bool {
        let is_join_of_it = |&(also, join): &(NodeId, TermId)| {
            let is_there = matches!(self.lifted.terms.get(join), Term::Join { node, .. } if node == from);
            also == from && is_there && self.lifted.inputs(join).is_some_and(|inputs| inputs.contains(&word))
        };
        self.lifted.nodes[from].called().next().is_none() && arrivals.iter().any(is_join_of_it)
    }

    /// The words that meet in a join, or that a function returns in one place, on the way into the contract that is told;
    /// `None` when they are too many.
    pub(super) fn inputs(&self, join: TermId) -> Option<Vec<TermId>> {
        if let Term::Join { node, .. } = self.lifted.terms.get(join)
            && self.shared.has(node)
            && let Some(arrivals) = self.arrivals(join)
        {
            let mut words: Vec<TermId> = Vec::new();
            for (_, word) in arrivals {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
            return Some(words);
        }
        self.lifted.inputs(join).map(<[_]>::to_vec)
    }

    /// What some nodes of a function do, with all that they call.
    pub(super) fn of_nodes<'b>(&self, nodes: impl IntoIterator<Item = &'b NodeId>) -> Effects {
        self.of_nodes_outside(nodes, &BTreeSet::new())
    }

    /// What some nodes of a function do, with all that they call but for some functions.
    fn of_nodes_outside<'b>(
        &self,
        nodes: impl IntoIterator<Item = &'b NodeId>,
        left_out: &BTreeSet<FunctionId>,
    ) -> Effects {
        let mut effects = Effects::at_most(self.left.get().min(MAX_TOLD));
        for &id in nodes {
            let node = &self.lifted.nodes[id];
            if node.effects.is_empty() && node.called().next().is_none() {
                continue;
            }
            let only_if = self.branches.get_or_init(|| Branches::new(self)).at(self, id);
            for effect in &node.effects {
                self.add_effect(&mut effects, id, effect, &only_if);
            }
            for called in node.called().filter(|called| !left_out.contains(called)) {
                if let Some(summary) = &self.functions[called] {
                    let Some(left) = self.left_to_pass_on.get().checked_sub(summary.len()) else {
                        effects.is_cut = true;
                        continue;
                    };
                    self.left_to_pass_on.set(left);
                    let [word, slot] =
                        [Usage::Word, Usage::Slot].map(|usage| move |slot| self.argument_for(usage, id, called, slot));
                    effects.add(summary, &CallSite::new(&word, &slot, only_if.clone()));
                }
            }
        }
        self.left.set(self.left.get().saturating_sub(effects.len()));
        effects
    }

    /// The bytes that are read of a loaded word; none when it is only written back.
    fn read(&self, loaded: TermId) -> Parts {
        match self.needed.of(loaded) {
            Parts::NONE if !self.kept.is_written_back(loaded) => Parts::ALL,
            needed => needed,
        }
    }

    fn add_effect(&self, effects: &mut Effects, node: NodeId, effect: &Effect, only_if: &OnlyIf) {
        let only_if = only_if.clone();
        let operands = effect.operands();
        let number = |at: usize| self.lifted.terms.number(operands[at]).copied();
        match effect.opcode {
            op::SLOAD | op::TLOAD => {
                let bytes = effect.result.map_or(Parts::ALL, |loaded| self.read(loaded));
                let (space, slot) = (AccessSpace::of(effect.opcode), self.slot(node, operands[0], 0));
                // What is only written back is no read.
                if bytes != Parts::NONE {
                    let kind = AccessKind::Read;
                    effects.tell(
                        |told| &mut told.accesses,
                        RawAccess { pc: effect.pc, space, kind, slot, bytes, value: None },
                        only_if,
                    );
                }
            }
            op::SSTORE | op::TSTORE => {
                let bytes = self.kept.written(node, effect.pc);
                let (space, slot) = (AccessSpace::of(effect.opcode), self.slot(node, operands[0], 0));
                let (kind, value) = (AccessKind::Write, Some(self.word(operands[1])));
                let access = RawAccess { pc: effect.pc, space, kind, slot, bytes, value };
                effects.tell(|told| &mut told.accesses, access, only_if);
            }
            op::RETURN => {
                effects.tell(|told| &mut told.return_lens, number(1).and_then(|len| u64::try_from(len).ok()), only_if);
            }
            op::STOP => {
                effects.tell(|told| &mut told.return_lens, Some(0), only_if);
            }
            op::LOG0..=op::LOG4 => {
                let topics = effect.opcode - op::LOG0;
                let first = (topics > 0).then(|| number(2)).flatten().map(B256::from);
                effects.tell(|told| &mut told.events, (first, topics), only_if);
            }
            opcode => {
                if let Some(kind) = CallKind::of(opcode) {
                    effects.tell(|told| &mut told.calls, self.call(kind, effect), only_if);
                }
            }
        }
    }

    fn call(&self, kind: CallKind, effect: &Effect) -> Call {
        let operands = effect.operands();
        let (target, value) = match kind {
            CallKind::Call | CallKind::CallCode => (self.word(operands[1]), Some(self.word(operands[2]))),
            CallKind::DelegateCall | CallKind::StaticCall => (self.word(operands[1]), None),
            CallKind::Create | CallKind::Create2 => (Word::Unknown, Some(self.word(operands[0]))),
            CallKind::SelfDestruct => (self.word(operands[0]), None),
        };
        let is_creation = matches!(kind, CallKind::Create | CallKind::Create2);
        Call {
            pc: effect.pc,
            kind,
            target,
            value,
            selector: if is_creation { None } else { self.selector(effect) },
            is_checked: effect.result.is_some_and(|result| self.checked[result.index()]),
        }
    }

    /// The first four bytes of a call's data.
    fn selector(&self, effect: &Effect) -> Option<Selector> {
        let mut bytes = Vec::new();
        for piece in &effect.data {
            let word: [u8; 32] = self.lifted.terms.number(piece.term)?.to_be_bytes();
            let start = usize::from(piece.skip);
            bytes.extend_from_slice(word.get(start..start + usize::from(piece.len))?);
            if bytes.len() >= 4 {
                break;
            }
        }
        bytes.get(..4).and_then(|bytes| bytes.try_into().ok())
    }

    /// A word that a called function is given.
    pub(super) fn argument(&self, call: NodeId, called: FunctionId, slot: u32) -> Word {
        self.argument_for(Usage::Word, call, called, slot)
    }

    fn argument_for(&self, usage: Usage, call: NodeId, called: FunctionId, slot: u32) -> Word {
        match self.lifted.nodes[call].argument(called, slot) {
            Some(Argument::Term(term)) if usage == Usage::Slot => self.slot(call, term, 0),
            Some(Argument::Term(term)) => self.word(term),
            Some(Argument::Parameter(slot)) => Word::Argument(slot),
            None => Word::Unknown,
        }
    }

    /// A term in words.
    pub(super) fn word(&self, term: TermId) -> Word {
        self.word_at(term, 0)
    }

    pub(super) fn word_at(&self, term: TermId, depth: u32) -> Word {
        if depth > MAX_DEPTH {
            return Word::Unknown;
        }
        match &self.words.borrow()[term.index()] {
            Known::Not => {}
            Known::Partly => return Word::Unknown,
            Known::Word(word) => return word.clone(),
        }
        self.words.borrow_mut()[term.index()] = Known::Partly;
        let word = self.make(term, depth + 1).bounded();
        self.words.borrow_mut()[term.index()] = Known::Word(word.clone());
        word
    }

    fn make(&self, term: TermId, depth: u32) -> Word {
        match self.lifted.terms.get(term) {
            Term::Constant(number) => Word::Number(*number),
            Term::Parameter { slot, .. } => Word::Argument(slot),
            Term::Join { .. } => self.joined(term, depth),
            Term::Returned { function, exit, index } => match self.lifted.inputs(term) {
                Some(_) => self.joined(term, depth),
                // The word is told apart only because it is large.
                None => self
                    .left(function, exit, index)
                    .filter(|&left| left != term)
                    .map_or(Word::Unknown, |left| self.word_at(left, depth)),
            },
            Term::Result { node, pc } => self.result(node, pc, depth),
            Term::InCall { call, term } => {
                let Some(called) = self.function_of(term) else { return Word::Unknown };
                let word = self.word_at(term, depth);
                word.with_arguments(&|slot| self.argument_at(call, called, slot, depth))
            }
            Term::Hash(pieces) => {
                let parts = pieces.iter().map(|piece| (self.word_at(piece.term, depth), piece.skip, piece.len));
                word::hash(self.order.with_key(parts.collect()))
            }
            Term::Operation { opcode, operands } => self.operation(opcode, operands, depth),
        }
    }

    /// A term that is a slot at a node, with what it and its parts are less than there.
    fn slot(&self, node: NodeId, term: TermId, depth: u32) -> Word {
        let before = self.slot_looks.replace(MAX_SLOT_LOOKS);
        let word = self.slot_word(node, term, depth);
        self.slot_looks.set(before);
        word
    }

    /// A slot or a part of one. It is looked into only so deep and so often: hashes of hashes have parts without number.
    /// The word of any other part is made once, and says nothing of bounds.
    fn slot_word(&self, node: NodeId, term: TermId, depth: u32) -> Word {
        let terms = &self.lifted.terms;
        let Some(left) = self.slot_looks.get().checked_sub(1) else { return self.word_at(term, depth) };
        self.slot_looks.set(left);
        if let Some(less) = self.bounds.at(&self.ways, node, term) {
            let below = match less {
                Less::Number(number) => Word::Number(number),
                Less::Word(word, None) => self.word_at(word, depth),
                Less::Word(word, Some((call, called))) => {
                    self.word_at(word, depth).with_arguments(&|slot| self.argument_at(call, called, slot, depth))
                }
            };
            return self.word_at(term, depth).below(below);
        }
        if depth >= MAX_SLOT_DEPTH || !self.bounds.is_in(term) {
            return self.word_at(term, depth);
        }
        let inner = |term: TermId| self.slot_word(node, term, depth + 1);
        match terms.get(term) {
            Term::Operation { opcode, operands: &[a, b] }
                if opcode == op::ADD
                    || matches!(opcode, op::MUL | op::DIV | op::SHL | op::SHR | op::AND)
                        && (terms.number(a).is_some() || terms.number(b).is_some()) =>
            {
                word::operation(opcode, &[a, b].map(inner)).bounded()
            }
            // The slot of an array within an array.
            Term::Hash(pieces) => {
                let parts = pieces.iter().map(|piece| (inner(piece.term), piece.skip, piece.len));
                word::hash(self.order.with_key(parts.collect())).bounded()
            }
            // What was compared before the loop is the same in all its rounds.
            Term::Join { .. } => {
                let word_of = |entry: TermId, is_before: bool| {
                    if is_before { inner(entry) } else { self.word_at(entry, depth) }
                };
                self.joined_of(term, &word_of).bounded()
            }
            _ => self.word_at(term, depth),
        }
    }

    /// What a function leaves in a place, by one of its exits.
    fn left(&self, function: FunctionId, exit: u32, index: u32) -> Option<TermId> {
        let exit = self.lifted.functions[function].exits.get(exit as usize)?;
        exit.leaves.get(index as usize).copied()
    }

    fn argument_at(&self, call: NodeId, called: FunctionId, slot: u32, depth: u32) -> Word {
        match self.lifted.nodes[call].argument(called, slot) {
            Some(Argument::Term(term)) => self.word_at(term, depth),
            Some(Argument::Parameter(slot)) => Word::Argument(slot),
            None => Word::Unknown,
        }
    }

    fn operation(&self, opcode: u8, operands: &[TermId], depth: u32) -> Word {
        let words: Vec<Word> = operands.iter().map(|&operand| self.word_at(operand, depth)).collect();
        match (opcode, words.as_slice()) {
            (op::CALLER, _) => Word::Caller,
            (op::ORIGIN, _) => Word::Origin,
            (op::ADDRESS, _) => Word::This,
            (op::CALLVALUE, _) => Word::Value,
            (op::TIMESTAMP, _) => Word::Timestamp,
            (op::CALLDATALOAD, [Word::Number(offset)]) => Word::CallData(*offset),
            (op::PUSH1..=op::PUSH32, [Word::Number(identity)]) => Word::Immutable(*identity),
            _ => word::operation(opcode, &words),
        }
    }

    /// What an instruction computed.
    fn result(&self, node: NodeId, pc: Pc, depth: u32) -> Word {
        let effects = &self.lifted.nodes[node].effects;
        let Ok(at) = effects.binary_search_by_key(&pc, |effect| effect.pc) else { return Word::Unknown };
        let effect = &effects[at];
        match effect.opcode {
            op::SLOAD | op::TLOAD => {
                Word::Stored(AccessSpace::of(effect.opcode), Arc::new(self.slot(node, effect.operands()[0], depth)))
            }
            op::CREATE | op::CREATE2 => Word::Created,
            // What the chain says of accounts, at the time of the instruction.
            opcode @ (op::BALANCE | op::SELFBALANCE | op::EXTCODESIZE | op::EXTCODEHASH) => {
                let words = effect.operands().iter().map(|&operand| self.word_at(operand, depth));
                Word::Operation(opcode, words.collect()).bounded()
            }
            opcode if CallKind::of(opcode).is_some() => Word::CallResult,
            _ => Word::Unknown,
        }
    }

    /// The function that a term belongs to.
    pub(super) fn function_of(&self, term: TermId) -> Option<FunctionId> {
        match self.lifted.terms.get(term) {
            Term::Parameter { function, .. } | Term::Returned { function, .. } => Some(function),
            Term::Join { node, .. } | Term::Result { node, .. } | Term::InCall { call: node, .. } => {
                Some(self.lifted.nodes[node].function)
            }
            Term::Constant(_) => None,
            Term::Operation { operands, .. } => operands.iter().find_map(|&operand| self.function_of(operand)),
            Term::Hash(pieces) => pieces.iter().find_map(|piece| self.function_of(piece.term)),
        }
    }
}

/// The place of a function in a graph.
fn place(function: FunctionId) -> NodeIndex {
    NodeIndex::new(function.index())
}

/// Words that conditions of branches are made of, results of calls among them.
fn checked(lifted: &Lifted<'_>) -> Vec<bool> {
    let mut checked = vec![false; lifted.terms.len()];
    let conditions = lifted.nodes.iter().filter_map(|node| match node.end {
        End::Branch { condition, .. } => Some(condition),
        _ => None,
    });
    let mut left: Vec<TermId> = conditions.collect();
    while let Some(term) = left.pop() {
        if std::mem::replace(&mut checked[term.index()], true) {
            continue;
        }
        match lifted.terms.get(term) {
            // A function that tests what it is given tests it for its callers.
            Term::Parameter { function, slot } => {
                let callers = lifted.functions[function].callers.iter();
                left.extend(callers.filter_map(|&node| match lifted.nodes[node].argument(function, slot) {
                    Some(Argument::Term(term)) => Some(term),
                    _ => None,
                }));
            }
            Term::Operation { operands, .. } => left.extend(operands),
            Term::InCall { term, .. } => left.push(term),
            // What a function returns is tested by its callers.
            Term::Join { .. } | Term::Returned { .. } => left.extend(lifted.inputs(term).into_iter().flatten()),
            _ => {}
        }
    }
    checked
}
