//! What is known of memory: which bytes hold which bytes of which word.
//!
//! Compilers hash mapping keys and slots from the first 64 bytes, and build call data behind the free-memory pointer.
//! Addresses are a base and an offset: no base for constant addresses, a term for others. Different bases may name the
//! same place, so that a write behind one forgets what is known behind the others, and a write to a computed address
//! forgets all constant addresses from its [floor](super::floor) on. Which words a function writes at addresses that its
//! callers give is told to each caller in its own words.

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::term::{Piece, TermId, Terms};

mod sum;

use sum::Sum;

use super::floor::Floor;

/// Most runs of bytes that are kept; the oldest is forgotten.
const MAX_RUNS: usize = 32;

/// Longest run that is read for a hash, in bytes.
const MAX_READ_BYTES: u64 = 1024;

/// Most runs that a function tells its callers.
const MAX_LEFT: usize = 8;

/// Bytes of a word at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    base: Option<TermId>,
    start: u64,
    /// The lowest address where it can be.
    floor: u64,
    piece: Piece,
    /// Whether it was loaded from there and not written.
    is_loaded: bool,
}

impl Run {
    fn end(&self) -> u64 {
        self.start + u64::from(self.piece.len)
    }

    /// Whether its address is computed.
    pub(super) fn is_computed(&self) -> bool {
        self.base.is_some()
    }

    /// Which bytes of which word it holds.
    pub(super) fn piece(&self) -> Piece {
        self.piece
    }

    /// The address of its first byte.
    pub(super) fn address(&self, terms: &mut Terms) -> TermId {
        let Some(base) = self.base else { return terms.constant(U256::from(self.start)) };
        let offset = terms.constant(U256::from(self.start).wrapping_sub(U256::from(ORIGIN)));
        terms.operation(op::ADD, &[base, offset])
    }
}

/// Which parts of memory a function may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Writes {
    /// The first 64 bytes, which compilers use for scratch.
    pub(super) scratch: bool,
    /// The free-memory pointer.
    pub(super) pointer: bool,
    /// Other constant addresses.
    pub(super) constant: bool,
    /// Computed addresses.
    pub(super) computed: bool,
    /// The lowest of the computed addresses that do not begin at a parameter.
    low: u64,
    /// The parameters that other computed addresses begin at, a bit for each by its place below the top.
    parameters: u64,
}

impl Default for Writes {
    fn default() -> Self {
        Self { scratch: false, pointer: false, constant: false, computed: false, low: u64::MAX, parameters: 0 }
    }
}

impl Writes {
    pub(super) fn join(&mut self, other: Self) -> bool {
        let before = *self;
        self.scratch |= other.scratch;
        self.pointer |= other.pointer;
        self.constant |= other.constant;
        self.computed |= other.computed;
        self.low = self.low.min(other.low);
        self.parameters |= other.parameters;
        *self != before
    }

    /// The parameters that computed addresses begin at, by their places below the top.
    pub(super) fn parameters(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |slot| self.parameters >> slot & 1 == 1)
    }

    /// A computed address is written.
    fn compute(&mut self, floor: Floor) {
        self.computed = true;
        match floor.parameter.filter(|&slot| slot < u64::BITS) {
            Some(slot) => self.parameters |= 1 << slot,
            None => self.low = self.low.min(floor.low),
        }
    }

    fn note(&mut self, base: Option<TermId>, start: u64, len: Option<u64>, floor: Floor) {
        if base.is_some() {
            self.compute(floor);
            return;
        }
        let end = len.map_or(u64::MAX, |len| start.saturating_add(len));
        self.scratch |= start < 0x40;
        self.pointer |= start < 0x60 && end > 0x40;
        self.constant |= end > 0x60;
    }

    /// What is left of a run, when computed addresses are at `low` and above, and those that begin at parameters at the
    /// places that are given, or above.
    fn leaves(self, run: Run, low: u64, given: &[Given]) -> Option<Run> {
        let up_to = |first: u64| {
            let len = first.checked_sub(run.start).filter(|&len| len > 0)?.min(u64::from(run.piece.len));
            Some(Run { piece: Piece { len: small(len), ..run.piece }, ..run })
        };
        let Some(base) = run.base else {
            let is_written = self.scratch && run.start < 0x40
                || self.pointer && run.start < 0x60 && run.end() > 0x40
                || self.constant && run.end() > 0x60;
            return if is_written { None } else { up_to(if self.computed { low } else { u64::MAX }) };
        };
        if self.constant || self.scratch && run.floor < 0x40 || self.pointer && run.floor < 0x60 {
            return None;
        }
        if !self.computed {
            return Some(run);
        }
        // Other addresses may name the same place.
        let begins = given.iter().map(|given| given.place.filter(|place| place.0 == Some(base)).map(|place| place.1));
        up_to(begins.collect::<Option<Vec<u64>>>().filter(|_| self.low == u64::MAX)?.into_iter().min()?)
    }
}

/// An address that a function is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// Its base and offset, where it has them.
    place: Option<(Option<TermId>, u64)>,
    floor: Floor,
}

impl Given {
    pub(super) fn new(terms: &Terms, address: TermId, floor: Floor) -> Self {
        Self { place: place(terms, address), floor }
    }
}

/// Bytes of a word that a function left in memory, as its caller sees them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) address: TermId,
    pub(super) floor: Floor,
    pub(super) word: TermId,
    /// The same bytes of the function's own word.
    pub(super) piece: Piece,
    /// Whether the function computed the address.
    pub(super) is_computed: bool,
}

/// What is known of memory at one point of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    runs: Vec<Run>,
    /// Constant addresses below this one that no run covers hold zero, as all do when a call begins.
    zero_below: u64,
    /// What may have been written since the function was entered.
    pub(super) writes: Writes,
}

impl Memory {
    /// Memory as a call begins.
    pub(super) fn zero() -> Self {
        Self { zero_below: u64::MAX, ..Self::default() }
    }

    /// How many runs of bytes are known.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// A word is written.
    pub(super) fn store(&mut self, terms: &Terms, address: TermId, floor: Floor, word: TermId) {
        self.store_piece(terms, address, floor, Piece { term: word, skip: 0, len: 32 });
    }

    /// The least significant byte of a word is written.
    pub(super) fn store_byte(&mut self, terms: &Terms, address: TermId, floor: Floor, word: TermId) {
        self.store_piece(terms, address, floor, Piece { term: word, skip: 31, len: 1 });
    }

    /// Some bytes of a word are written.
    pub(super) fn store_piece(&mut self, terms: &Terms, address: TermId, floor: Floor, piece: Piece) {
        let Some((base, start)) = place(terms, address) else {
            self.forget(terms, address, floor, None);
            return;
        };
        self.clear(base, start, Some(u64::from(piece.len)), floor);
        if self.runs.len() == MAX_RUNS {
            let oldest = self.runs.remove(0);
            // What was there is not zero.
            self.end_zero(&oldest);
        }
        self.runs.push(Run { base, start, floor: floor.low, piece, is_loaded: false });
    }

    /// What a run says is forgotten, which need not be zero.
    fn end_zero(&mut self, run: &Run) {
        if run.base.is_none() {
            self.zero_below = self.zero_below.min(run.start);
        }
    }

    /// Unknown bytes are written; `len` is `None` when nobody knows how many.
    pub(super) fn forget(&mut self, terms: &Terms, address: TermId, floor: Floor, len: Option<TermId>) {
        let len = len.and_then(|len| terms.number(len)).and_then(|len| u64::try_from(*len).ok());
        if len == Some(0) {
            return;
        }
        let (base, start) = place(terms, address).unwrap_or((Some(address), ORIGIN));
        self.clear(base, start, len, floor);
        if base.is_none() {
            self.zero_below = self.zero_below.min(start);
        }
    }

    /// Makes room for what is written.
    fn clear(&mut self, base: Option<TermId>, start: u64, len: Option<u64>, floor: Floor) {
        self.writes.note(base, start, len, floor);
        let end = len.map_or(u64::MAX, |len| start.saturating_add(len));
        if base.is_some() {
            self.zero_below = self.zero_below.min(floor.low);
        }
        let mut kept = Vec::with_capacity(self.runs.len() + 1);
        for run in self.runs.drain(..) {
            if run.base != base {
                let is_apart = match (run.base, base) {
                    (None, _) => run.end() <= floor.low,
                    (_, None) => end <= run.floor,
                    _ => false,
                };
                kept.extend(is_apart.then_some(run));
                continue;
            }
            if run.start < start {
                let len = u64::from(run.piece.len).min(start - run.start);
                kept.push(Run { piece: Piece { len: small(len), ..run.piece }, ..run });
            }
            if run.end() > end {
                let cut = end.saturating_sub(run.start);
                if cut == 0 {
                    kept.push(run);
                } else {
                    let Piece { term, skip, len } = run.piece;
                    let piece = Piece { term, skip: skip + small(cut), len: len - small(cut) };
                    kept.push(Run { start: end, piece, ..run });
                }
            }
        }
        self.runs = kept;
    }

    /// The word at an address, when its bytes are known and make a term.
    pub(super) fn load(&self, terms: &mut Terms, address: TermId) -> Option<TermId> {
        let pieces = self.read(terms, address, 32)?;
        match pieces.as_slice() {
            [Piece { term, skip: 0, len: 32 }] => Some(*term),
            // A selector that was copied to the end of a word that is zero.
            [zeros, Piece { term, skip: 0, len }] if terms.number(zeros.term) == Some(&U256::ZERO) => {
                let bits = terms.constant(U256::from(8 * (32 - u32::from(*len))));
                Some(terms.operation(op::SHR, &[bits, *term]))
            }
            pieces => {
                let mut word = [0u8; 32];
                let mut at = 0;
                for piece in pieces {
                    let bytes: [u8; 32] = terms.number(piece.term)?.to_be_bytes();
                    let (skip, len) = (usize::from(piece.skip), usize::from(piece.len));
                    word[at..at + len].copy_from_slice(&bytes[skip..skip + len]);
                    at += len;
                }
                Some(terms.constant(U256::from_be_bytes(word)))
            }
        }
    }

    /// Remembers what a load found, so that the next load of the same place finds the same.
    pub(super) fn learn(&mut self, terms: &Terms, address: TermId, floor: Floor, word: TermId) {
        if let Some((base, start)) = place(terms, address) {
            let piece = Piece { term: word, skip: 0, len: 32 };
            self.add_if_free(Run { base, start, floor: floor.low, piece, is_loaded: true });
        }
    }

    /// The bytes of a region, when all are known.
    pub(super) fn read(&self, terms: &mut Terms, address: TermId, len: u64) -> Option<Vec<Piece>> {
        if len > MAX_READ_BYTES {
            return None;
        }
        let (base, start) = place(terms, address)?;
        let end = start.checked_add(len)?;
        let mut pieces = Vec::new();
        let mut at = start;
        while at < end {
            let covering = self.runs.iter().find(|run| run.base == base && run.start <= at && at < run.end());
            let piece = match covering {
                Some(run) => {
                    let cut = small(at - run.start);
                    let len = (run.end() - at).min(end - at);
                    Piece { term: run.piece.term, skip: run.piece.skip + cut, len: small(len) }
                }
                None if base.is_none() && at < self.zero_below => {
                    let next = self.runs.iter().filter(|run| run.base.is_none() && run.start > at);
                    let next = next.map(|run| run.start).min().unwrap_or(end).min(end).min(self.zero_below);
                    Piece { term: terms.constant(U256::ZERO), skip: 0, len: small((next - at).min(32)) }
                }
                None => return None,
            };
            at += u64::from(piece.len);
            pieces.push(piece);
        }
        Some(pieces)
    }

    /// The bytes of a region as far as they are known from its start.
    pub(super) fn read_prefix(&self, terms: &mut Terms, address: TermId, len: u64) -> Vec<Piece> {
        let len = len.min(MAX_READ_BYTES);
        let Some((base, start)) = place(terms, address) else { return Vec::new() };
        let runs = self.runs.iter().filter(|run| run.base == base);
        let known = |at: u64| runs.clone().find(|run| run.start <= at && at < run.end()).map(Run::end);
        let mut end = start;
        while let Some(next) = known(end).filter(|_| end < start + len) {
            end = next.min(start + len);
        }
        self.read(terms, address, end - start).unwrap_or_default()
    }

    /// The last 32 bytes of a region whose length is not constant, when they were written as one word.
    pub(super) fn read_last(&self, terms: &Terms, address: TermId, len: TermId) -> Option<Piece> {
        let last = Sum::number(U256::from(32).wrapping_neg()).plus(terms, address)?.plus(terms, len)?;
        let is_last = |run: &&Run| {
            let offset = U256::from(run.start).wrapping_sub(U256::from(ORIGIN));
            let start = run.base.and_then(|base| Sum::number(offset).plus(terms, base));
            run.piece.len == 32 && start.is_some_and(|start| start == last)
        };
        self.runs.iter().rev().find(is_last).map(|run| run.piece)
    }

    /// What a function wrote to memory and leaves there, the latest first.
    pub(super) fn left_to_callers(&self) -> Vec<Run> {
        let is_pointer = |run: &Run| run.base.is_none() && (0x40..0x60).contains(&run.start);
        let told = self.runs.iter().rev().filter(|run| !run.is_loaded && !is_pointer(run));
        told.take(MAX_LEFT).copied().collect()
    }

    /// Keeps of what a function leaves only what is also left here. Answers whether that is less than before.
    pub(super) fn keep_common(&self, left: &mut Vec<Run>) -> bool {
        let before = left.len();
        left.retain(|run| self.runs.contains(run));
        before != left.len()
    }

    /// Another function returns: what it may have written is forgotten, and what it left is learned. It was given some
    /// addresses; it could not know how low they are.
    pub(super) fn after(&mut self, terms: &Terms, writes: Writes, given: &[Given], told: &[Told]) {
        let mut own = Writes { parameters: 0, ..writes };
        for given in given {
            own.compute(given.floor);
        }
        let low = given.iter().map(|given| given.floor.low).fold(writes.low, u64::min);
        self.runs = self.runs.drain(..).filter_map(|run| writes.leaves(run, low, given)).collect();
        let starts = [(writes.scratch, 0), (writes.pointer, 0x40), (writes.constant, 0x60), (writes.computed, low)];
        for (_, start) in starts.into_iter().filter(|(is_written, _)| *is_written) {
            self.zero_below = self.zero_below.min(start);
        }
        for told in told {
            let Some((base, start)) = place(terms, told.address) else { continue };
            let piece = Piece { term: told.word, ..told.piece };
            let run = Run { base, start, floor: told.floor.low, piece, is_loaded: false };
            // Of addresses that it computed, the function took for granted that they lie behind the constant ones.
            let is_apart = if told.is_computed {
                !(writes.scratch && run.floor < 0x40 || writes.pointer && run.floor < 0x60)
            } else {
                !writes.computed || run.end() <= low
            };
            if is_apart {
                self.add_if_free(run);
            }
        }
        self.writes.join(own);
    }

    /// Adds what is known of bytes of which nothing is known yet.
    fn add_if_free(&mut self, run: Run) {
        let is_free = self
            .runs
            .iter()
            .all(|other| other.base != run.base || other.end() <= run.start || run.end() <= other.start);
        if is_free && self.runs.len() < MAX_RUNS {
            self.runs.push(run);
        }
    }

    /// What holds on both ways here. Answers whether that is less than before.
    pub(super) fn meet(&mut self, other: &Self) -> bool {
        let (before, zero) = (self.runs.len(), self.zero_below);
        self.zero_below = self.zero_below.min(other.zero_below);
        // A place where only one way wrote is neither zero nor what was written.
        let only = |runs: &[Run], others: &[Run]| {
            let only = runs.iter().filter(|run| run.base.is_none() && !others.contains(run));
            only.map(|run| run.start).min().unwrap_or(u64::MAX)
        };
        self.zero_below = self.zero_below.min(only(&self.runs, &other.runs)).min(only(&other.runs, &self.runs));
        self.runs.retain(|run| other.runs.contains(run));
        let more = self.writes.join(other.writes);
        more || before != self.runs.len() || zero != self.zero_below
    }
}

/// Offsets from a computed base may be negative, so that they are counted from here.
const ORIGIN: u64 = 1 << 33;

/// Base and offset of an address; `None` when the offset is beyond what memory can have.
fn place(terms: &Terms, address: TermId) -> Option<(Option<TermId>, u64)> {
    let (base, offset) = terms.base_and_offset(address);
    let offset = if base.is_some() { offset.wrapping_add(U256::from(ORIGIN)) } else { offset };
    let offset = u64::try_from(offset).ok().filter(|&offset| offset < 1 << 34)?;
    Some((base, offset))
}

fn small(len: u64) -> u8 {
    u8::try_from(len).expect("invariant: a run has at most 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture() -> (Terms, TermId, TermId) {
        let mut terms = Terms::default();
        let (a, b) = (terms.operation(op::CALLER, &[]), terms.operation(op::ORIGIN, &[]));
        (terms, a, b)
    }

    fn constant(terms: &mut Terms, number: u64) -> TermId {
        terms.constant(U256::from(number))
    }

    #[test]
    fn a_write_over_half_a_word_leaves_the_other_half() {
        let (mut terms, a, b) = fixture();
        let (at_12, at_0) = (constant(&mut terms, 12), constant(&mut terms, 0));
        let mut memory = Memory::default();
        memory.store(&terms, at_12, Floor::of(&terms, at_12), a);
        memory.store(&terms, at_0, Floor::of(&terms, at_0), b);
        let pieces = memory.read(&mut terms, at_12, 32).expect("known bytes");
        assert_eq!(pieces, [Piece { term: b, skip: 12, len: 20 }, Piece { term: a, skip: 20, len: 12 }]);
    }

    #[test]
    fn a_computed_base_forgets_other_bases_and_constant_addresses_from_its_floor_on() {
        let (mut terms, a, b) = fixture();
        let (at_0, at_96) = (constant(&mut terms, 0), constant(&mut terms, 96));
        let floor = Floor { low: 96, parameter: None };
        let mut memory = Memory::zero();
        memory.store(&terms, at_0, Floor::of(&terms, at_0), a);
        memory.store(&terms, at_96, Floor::of(&terms, at_96), a);
        memory.store(&terms, a, floor, a);
        memory.store(&terms, b, floor, b);
        assert_eq!(memory.load(&mut terms, at_0), Some(a));
        assert_eq!(memory.load(&mut terms, at_96), None);
        assert_eq!(memory.load(&mut terms, b), Some(b));
        assert_eq!(memory.load(&mut terms, a), None);
    }

    #[test]
    fn memory_is_zero_until_something_unknown_is_written() {
        let (mut terms, a, _) = fixture();
        let (at_64, len) = (constant(&mut terms, 64), constant(&mut terms, 4));
        let mut memory = Memory::zero();
        let zero = constant(&mut terms, 0);
        assert_eq!(memory.load(&mut terms, at_64), Some(zero));
        let at_60 = constant(&mut terms, 92);
        memory.store(&terms, at_60, Floor::of(&terms, at_60), a);
        let bits = constant(&mut terms, 224);
        let shifted = terms.operation(op::SHR, &[bits, a]);
        assert_eq!(memory.load(&mut terms, at_64), Some(shifted));
        memory.forget(&terms, at_64, Floor::of(&terms, at_64), Some(len));
        assert_eq!(memory.load(&mut terms, at_64), None);
    }

    #[test]
    fn two_ways_meet_in_what_both_know() {
        let (mut terms, a, b) = fixture();
        let (at_0, at_32) = (constant(&mut terms, 0), constant(&mut terms, 32));
        let mut left = Memory::default();
        left.store(&terms, at_0, Floor::of(&terms, at_0), a);
        left.store(&terms, at_32, Floor::of(&terms, at_32), a);
        let mut right = Memory::default();
        right.store(&terms, at_0, Floor::of(&terms, at_0), a);
        right.store(&terms, at_32, Floor::of(&terms, at_32), b);
        assert!(left.meet(&right));
        assert_eq!(left.load(&mut terms, at_0), Some(a));
        assert_eq!(left.load(&mut terms, at_32), None);
        assert!(!left.meet(&right));
    }
}
