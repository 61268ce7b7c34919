//! Which bytes of a slot does a store leave as they were?
//!
//! solc writes a variable that shares its slot by loading the slot and putting the new bytes between the others. These
//! are kept only when they are still what the slot holds: when the load is of the same slot in the same storage, every
//! way to the store passes it, and nothing behind it changed those bytes. Any call that can come back may; a store may
//! unless its slot is provably another one; and one to the same slot leaves what it keeps itself. A jump to an unknown
//! place may lead behind the load, and from a called function to any store. What cannot be shown within a bound of work
//! is not kept, so that the store is said to write it.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use uplint_bytecode::index_vec::Id;
use uplint_bytecode::lift::{Effect, Lifted};
use uplint_bytecode::{FunctionId, NodeId, Pc, Term, TermId, opcode as op};

use super::access::AccessSpace;
use super::bounds::Bounds;
use super::byte_set::{ByteSet, Parts};
use super::call::CallKind;
use super::ways::Ways;

/// Deepest operations that are looked into for masks.
const MAX_DEPTH: u32 = 24;

/// Most stores that are looked into for the sake of a later one.
const MAX_EARLIER: u32 = 8;

/// Most effects and nodes that are passed on the ways between a load and a store.
const MAX_PASSED: usize = 1_024;

/// Most of them for each effect of the code, on average.
const PASSED_PER_EFFECT: usize = 64;

/// Most words that are looked at for one store; words that are put together of the same ones are looked at again.
const MAX_LOOKS: u32 = 2_048;

/// What stores leave as it was.
#[derive(Debug)]
pub(super) struct Kept {
    written: HashMap<(NodeId, Pc), Parts, RandomState>,
    written_back: BTreeSet<TermId>,
}

impl Kept {
    pub(super) fn new(lifted: &Lifted<'_>, ways: &Ways<'_>, bounds: &Bounds) -> Self {
        let mut search = Search::new(lifted, ways, bounds);
        for (id, node) in lifted.nodes.iter_enumerated() {
            for (at, effect) in node.effects.iter().enumerate() {
                if matches!(effect.opcode, op::SSTORE | op::TSTORE) {
                    search.looks.set(MAX_LOOKS);
                    search.store(Place { node: id, at }, 0);
                }
            }
        }
        let mut written = HashMap::default();
        for (id, node) in lifted.nodes.iter_enumerated() {
            for (at, effect) in node.effects.iter().enumerate() {
                if matches!(effect.opcode, op::SSTORE | op::TSTORE) {
                    search.looks.set(MAX_LOOKS);
                    written.insert((id, effect.pc), search.written(Place { node: id, at }));
                }
            }
        }
        Self { written, written_back: search.written_back }
    }

    /// The bytes that a store changes, as far as anybody knows.
    pub(super) fn written(&self, node: NodeId, pc: Pc) -> Parts {
        self.written.get(&(node, pc)).copied().unwrap_or(Parts::ALL)
    }

    /// Whether bytes of a loaded word are put back where they were loaded from.
    pub(super) fn is_written_back(&self, loaded: TermId) -> bool {
        self.written_back.contains(&loaded)
    }
}

/// A place among the effects of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    node: NodeId,
    at: usize,
}

impl Place {
    fn of<'a>(self, lifted: &'a Lifted<'_>) -> &'a Effect {
        &lifted.nodes[self.node].effects[self.at]
    }
}

/// A word that is stored, its slot and storage, and the function.
type Stored = (TermId, TermId, AccessSpace, FunctionId);

/// A store whose kept bytes are looked for.
#[derive(Clone, Copy)]
struct Store {
    place: Place,
    space: AccessSpace,
    slot: TermId,
    /// How many stores are looked into for this one's sake, it among them.
    depth: u32,
}

struct Search<'a> {
    lifted: &'a Lifted<'a>,
    ways: &'a Ways<'a>,
    bounds: &'a Bounds,
    /// Which storages a function may change, by its number, with all that it calls.
    changes: Vec<[bool; 2]>,
    /// What each store keeps; nothing while that is looked for.
    stores: HashMap<(NodeId, Pc), ByteSet, RandomState>,
    /// Where words are stored, in order.
    stored: HashMap<Stored, Vec<Place>, RandomState>,
    written_back: BTreeSet<TermId>,
    /// How many effects and nodes may still be passed.
    left: usize,
    /// How many words may still be looked at for one store.
    looks: Cell<u32>,
}

impl<'a> Search<'a> {
    fn new(lifted: &'a Lifted<'a>, ways: &'a Ways<'a>, bounds: &'a Bounds) -> Self {
        let mut stored: HashMap<Stored, Vec<Place>, RandomState> = HashMap::default();
        for (id, node) in lifted.nodes.iter_enumerated() {
            for (at, effect) in node.effects.iter().enumerate() {
                if let (op::SSTORE | op::TSTORE, &[slot, value]) = (effect.opcode, effect.operands()) {
                    let key = (value, slot, AccessSpace::of(effect.opcode), node.function);
                    stored.entry(key).or_default().push(Place { node: id, at });
                }
            }
        }
        let effects: usize = lifted.nodes.iter().map(|node| node.effects.len() + 1).sum();
        Self {
            lifted,
            ways,
            bounds,
            changes: changes(lifted, ways),
            stores: HashMap::default(),
            stored,
            written_back: BTreeSet::new(),
            left: MAX_PASSED + PASSED_PER_EFFECT * effects,
            looks: Cell::new(0),
        }
    }

    /// The bytes that a store keeps; none when that is being looked for, or too far to look.
    fn store(&mut self, place: Place, depth: u32) -> ByteSet {
        let effect = place.of(self.lifted);
        let key = (place.node, effect.pc);
        if let Some(&known) = self.stores.get(&key) {
            return known;
        }
        let &[slot, value] = effect.operands() else { return ByteSet::NONE };
        if depth >= MAX_EARLIER {
            return ByteSet::NONE;
        }
        self.stores.insert(key, ByteSet::NONE);
        let store = Store { place, space: AccessSpace::of(effect.opcode), slot, depth: depth + 1 };
        let kept = match self.kept(value, store, 0) {
            // Whoever writes a word back whole means to write it.
            ByteSet::ALL => ByteSet::NONE,
            kept => kept,
        };
        self.stores.insert(key, kept);
        kept
    }

    /// The bytes of a word that the slot of a store holds before it.
    fn kept(&mut self, word: TermId, store: Store, depth: u32) -> ByteSet {
        let lifted = self.lifted;
        let parts = match lifted.terms.get(word) {
            Term::Result { node, pc } => {
                let Some(load) = load_at(lifted, node, pc, store) else { return ByteSet::NONE };
                let kept = self.unchanged(load, store);
                if kept != ByteSet::NONE {
                    self.written_back.insert(word);
                }
                return kept;
            }
            Term::Operation { .. } if depth > MAX_DEPTH || !self.may_look() => return ByteSet::NONE,
            Term::Operation { opcode: op::AND, operands: &[inner, mask] } => match lifted.terms.number(mask) {
                Some(mask) => self.kept(inner, store, depth + 1).and(ByteSet::of(*mask, |byte| byte == 0xff)),
                None => ByteSet::NONE,
            },
            Term::Operation { opcode: op::OR, operands: &[a, b] } => {
                let node = store.place.node;
                let [zero_a, zero_b] = [a, b].map(|side| self.zero_bytes(node, side, depth + 1));
                let (kept_a, kept_b) = (self.kept(a, store, depth + 1), self.kept(b, store, depth + 1));
                kept_a.and(zero_b).or(kept_b.and(zero_a))
            }
            _ => ByteSet::NONE,
        };
        if depth == 0 { parts } else { parts.or(self.stored_before(word, store)) }
    }

    /// The bytes of a word that an earlier store put into the same slot, and that are still there.
    fn stored_before(&mut self, word: TermId, store: Store) -> ByteSet {
        let function = self.lifted.nodes[store.place.node].function;
        let Some(places) = self.stored.get(&(word, store.slot, store.space, function)) else { return ByteSet::NONE };
        // The nearest one in the same block, or the first of all.
        let (node, at) = (store.place.node, store.place.at);
        let before = places.partition_point(|place| (place.node, place.at) < (node, at));
        let within = before.checked_sub(1).map(|last| places[last]).filter(|place| place.node == node);
        let place = within.or_else(|| places.iter().find(|&&place| place != store.place).copied());
        place.map_or(ByteSet::NONE, |place| self.unchanged(place, store))
    }

    /// The bytes of a store's slot that nothing changes between an effect and the store. None when there is a way to the
    /// store that does not pass the effect.
    fn unchanged(&mut self, from: Place, store: Store) -> ByteSet {
        let to = store.place;
        let mut between = Between { store, bytes: ByteSet::ALL, left: MAX_PASSED.min(self.left) };
        let before = between.left;
        if from.node == to.node && from.at < to.at {
            self.pass(&mut between, to.node, from.at + 1..to.at);
        } else if from.node == to.node || self.ways.may_be_unseen(to.node) {
            between.bytes = ByteSet::NONE;
        } else {
            self.pass(&mut between, to.node, 0..to.at);
            self.pass_to_end(&mut between, from.node, from.at + 1);
            let (ways, start) = (self.ways, self.ways.start(to.node));
            let mut seen = BTreeSet::from([from.node]);
            let mut ahead = vec![to.node];
            while let Some(node) = ahead.pop().filter(|_| between.bytes != ByteSet::NONE) {
                if node == start {
                    between.bytes = ByteSet::NONE;
                }
                for &before in ways.before(node) {
                    if seen.insert(before) {
                        self.pass_to_end(&mut between, before, 0);
                        ahead.push(before);
                    }
                }
            }
        }
        self.left = self.left.saturating_sub(before - between.left);
        between.bytes
    }

    /// The effects of a node from one on lie between, and what it calls.
    fn pass_to_end(&mut self, between: &mut Between, node: NodeId, start: usize) {
        let at = &self.lifted.nodes[node];
        self.pass(between, node, start..at.effects.len());
        let space = between.store.space as usize;
        if at.called().any(|called| self.changes[called.0 as usize][space]) {
            between.bytes = ByteSet::NONE;
        }
    }

    /// Some effects of a node lie between.
    fn pass(&mut self, between: &mut Between, node: NodeId, effects: std::ops::Range<usize>) {
        let lifted = self.lifted;
        match between.left.checked_sub(effects.len() + 1) {
            Some(left) => between.left = left,
            None => between.bytes = ByteSet::NONE,
        }
        for at in effects {
            if between.bytes == ByteSet::NONE {
                return;
            }
            let place = Place { node, at };
            let effect = place.of(lifted);
            let Store { space, slot, depth, .. } = between.store;
            let changes = change(effect.opcode);
            if !changes[space as usize] {
                continue;
            }
            let kept = match effect.operands().first() {
                Some(_) if CallKind::of(effect.opcode).is_some() => ByteSet::NONE,
                Some(&other) if other == slot => self.store(place, depth),
                Some(&other) if are_apart(lifted, other, slot, 0, &mut between.left) => ByteSet::ALL,
                _ => ByteSet::NONE,
            };
            between.bytes = between.bytes.and(kept);
        }
    }

    /// The parts of a slot that a store writes. Words that are put together into one begin parts, unless others reach
    /// into them.
    fn written(&mut self, place: Place) -> Parts {
        let kept = self.store(place, 0);
        let written = kept.others();
        let &[_, value] = place.of(self.lifted).operands() else { return Parts::whole(written) };
        let (mut parts, mut numbers) = (Vec::new(), ByteSet::NONE);
        self.put_together(place.node, value, written, 0, &mut parts, &mut numbers);
        let begin = |bytes: ByteSet| ByteSet(bytes.0 & bytes.0.wrapping_neg());
        let all = parts.iter().copied().fold(ByteSet::NONE, ByteSet::or);
        let within = parts.iter().fold(ByteSet::NONE, |within, part| within.or(part.and(part.shifted_left(8))));
        let starts = parts.iter().copied().map(begin).fold(ByteSet::NONE, ByteSet::or);
        // A number can begin with zeros, unless it begins where another part ends.
        let starts = starts.or(begin(numbers).and(all.shifted_left(8)));
        Parts::whole(written).apart_at(starts.and(within.others()))
    }

    /// The bytes of the words that a word is put together of, and of the numbers among them.
    fn put_together(
        &self,
        node: NodeId,
        word: TermId,
        bytes: ByteSet,
        depth: u32,
        parts: &mut Vec<ByteSet>,
        numbers: &mut ByteSet,
    ) {
        let terms = &self.lifted.terms;
        let number = |term: TermId| terms.number(term);
        match terms.get(word) {
            Term::Operation { opcode: op::OR, operands: &[a, b] } if depth < MAX_DEPTH && self.may_look() => {
                self.put_together(node, a, bytes, depth + 1, parts, numbers);
                self.put_together(node, b, bytes, depth + 1, parts, numbers);
            }
            Term::Operation { opcode: op::AND, operands: &[inner, mask] }
                if depth < MAX_DEPTH && number(mask).is_some() =>
            {
                let left = number(mask).map_or(ByteSet::ALL, |mask| ByteSet::of(*mask, |byte| byte != 0));
                self.put_together(node, inner, bytes.and(left), depth + 1, parts, numbers);
            }
            Term::Constant(number) => *numbers = numbers.or(ByteSet::of(*number, |byte| byte != 0).and(bytes)),
            // What a slot held before has parts of its own.
            Term::Result { node, pc } if bytes != ByteSet::NONE && is_load(self.lifted, node, pc) => {
                parts.push(ByteSet::ALL);
            }
            _ => {
                let bytes = bytes.and(self.zero_bytes(node, word, depth).others());
                parts.extend((bytes != ByteSet::NONE).then_some(bytes));
            }
        }
    }

    fn may_look(&self) -> bool {
        let left = self.looks.get().checked_sub(1);
        self.looks.set(left.unwrap_or_default());
        left.is_some()
    }

    /// The bytes of a word that are zero without doubt, where a node uses it.
    fn zero_bytes(&self, node: NodeId, word: TermId, depth: u32) -> ByteSet {
        let terms = &self.lifted.terms;
        if let Some(number) = terms.number(word) {
            return ByteSet::of(*number, |byte| byte == 0);
        }
        if !self.may_look() {
            return ByteSet::NONE;
        }
        let less = self.bounds.number_at(self.ways, node, word);
        let most = less.map_or(256, |less| less.saturating_sub(U256::ONE).bit_len());
        let above = ByteSet::from(most.div_ceil(8));
        let Term::Operation { opcode, operands } = terms.get(word) else { return above };
        if depth > MAX_DEPTH {
            return above;
        }
        let bits = |at: usize| terms.number(operands[at]).map(|bits| usize::try_from(*bits).unwrap_or(256).min(256));
        let power = |at: usize| {
            let number = terms.number(operands[at]).filter(|number| number.is_power_of_two());
            number.map(alloy_primitives::Uint::trailing_zeros)
        };
        let zero = |at: usize| self.zero_bytes(node, operands[at], depth + 1);
        // What moves is what is not zero.
        let moved_left = |at: usize, bits: Option<usize>| {
            bits.map_or(ByteSet::NONE, |bits| zero(at).others().shifted_left(bits).others())
        };
        above.or(match opcode {
            op::AND => zero(0).or(zero(1)),
            op::OR => zero(0).and(zero(1)),
            op::SHL => moved_left(1, bits(0)),
            op::MUL => moved_left(0, power(1)),
            op::SHR => bits(0).map_or(ByteSet::NONE, |bits| zero(1).others().shifted_right(bits).others()),
            op::ISZERO | op::EQ | op::LT | op::GT | op::SLT | op::SGT | op::BYTE => ByteSet::from(1),
            op::CALLER | op::ORIGIN | op::ADDRESS | op::COINBASE => ByteSet::from(20),
            op::TIMESTAMP | op::NUMBER => ByteSet::from(8),
            _ => ByteSet::NONE,
        })
    }
}

/// What is known so far of the ways between an effect and a store.
struct Between {
    store: Store,
    /// The bytes that nothing changed.
    bytes: ByteSet,
    /// How many effects and nodes may still be passed.
    left: usize,
}

/// Which storages an instruction may change: a call can come back.
fn change(opcode: u8) -> [bool; 2] {
    match opcode {
        op::SSTORE => [true, false],
        op::TSTORE => [false, true],
        op::CALL | op::CALLCODE | op::DELEGATECALL | op::CREATE | op::CREATE2 => [true, true],
        _ => [false, false],
    }
}

/// Which storages each function may change, with all that it calls.
fn changes(lifted: &Lifted<'_>, ways: &Ways<'_>) -> Vec<[bool; 2]> {
    let mut changes = vec![[false; 2]; lifted.functions.len()];
    for (id, node) in lifted.nodes.iter_enumerated() {
        let function = node.function.0 as usize;
        if ways.may_be_unseen(id) {
            changes[function] = [true, true];
        }
        for [storage, transient] in node.effects.iter().map(|effect| change(effect.opcode)) {
            changes[function][0] |= storage;
            changes[function][1] |= transient;
        }
    }
    for space in 0..2 {
        let mut left: Vec<usize> = (0..changes.len()).filter(|&function| changes[function][space]).collect();
        while let Some(function) = left.pop() {
            let callers = lifted.functions[FunctionId::new(function)].callers.iter();
            for caller in callers.map(|&caller| lifted.nodes[caller].function.index()) {
                if !std::mem::replace(&mut changes[caller][space], true) {
                    left.push(caller);
                }
            }
        }
    }
    changes
}

fn is_load(lifted: &Lifted<'_>, node: NodeId, pc: Pc) -> bool {
    let effects = &lifted.nodes[node].effects;
    let at = effects.binary_search_by_key(&pc, |effect| effect.pc);
    at.is_ok_and(|at| matches!(effects[at].opcode, op::SLOAD | op::TLOAD))
}

/// The load at a place, when it is of the slot of a store in its function.
fn load_at(lifted: &Lifted<'_>, node: NodeId, pc: Pc, store: Store) -> Option<Place> {
    let at = &lifted.nodes[node];
    let place = at.effects.binary_search_by_key(&pc, |effect| effect.pc).ok()?;
    let effect = &at.effects[place];
    let is_load = matches!(effect.opcode, op::SLOAD | op::TLOAD) && AccessSpace::of(effect.opcode) == store.space;
    let is_within = at.function == lifted.nodes[store.place.node].function;
    (is_load && is_within && effect.operands() == [store.slot]).then_some(Place { node, at: place })
}

/// Offsets within what a hash or a declared slot begins.
const MAX_OFFSET: u64 = 1 << 32;

/// Whether two slots are different without doubt: different numbers, different distances from the same word, and, since
/// hashes do not collide, hashes of different bytes and declared slots. Each pair of words that is looked at takes one of
/// the looks that are left; with none left nothing is certain.
fn are_apart(lifted: &Lifted<'_>, a: TermId, b: TermId, depth: u32, left: &mut usize) -> bool {
    let terms = &lifted.terms;
    let Some(less) = left.checked_sub(1).filter(|_| a != b) else { return false };
    *left = less;
    let ((base_a, by_a), (base_b, by_b)) = (terms.base_and_offset(a), terms.base_and_offset(b));
    let is_near = |by: U256| by < U256::from(MAX_OFFSET);
    let hash = |base: TermId| match terms.get(base) {
        Term::Hash(pieces) => Some(pieces),
        _ => None,
    };
    match (base_a, base_b) {
        (None, None) => by_a != by_b,
        (Some(a), Some(b)) if a == b => by_a != by_b,
        (None, Some(base)) | (Some(base), None) => hash(base).is_some() && is_near(by_a) && is_near(by_b),
        (Some(base_a), Some(base_b)) => {
            let (Some(a), Some(b)) = (hash(base_a), hash(base_b)) else { return false };
            let len = |pieces: &[uplint_bytecode::Piece]| {
                let is_open = pieces.iter().any(|piece| piece.len == 0);
                (!is_open).then(|| pieces.iter().map(|piece| u32::from(piece.len)).sum::<u32>())
            };
            let (Some(len_a), Some(len_b)) = (len(a), len(b)) else { return false };
            let is_whole = |piece: &uplint_bytecode::Piece| piece.skip == 0 && piece.len == 32;
            let mut words = a.iter().zip(b);
            let differ = len_a != len_b
                || depth < MAX_EARLIER
                    && a.iter().chain(b).all(is_whole)
                    && words.any(|(a, b)| are_apart(lifted, a.term, b.term, depth + 1, left));
            differ && is_near(by_a) && is_near(by_b)
        }
    }
}
