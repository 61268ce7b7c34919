//! What is known of memory: which bytes hold which bytes of which word.
//!
//! Compilers hash mapping keys and slots from the first 64 bytes, and build call data behind the free-memory pointer.
//! Addresses are a base and an offset: no base for constant addresses, a term for others. Two assumptions hold for all
//! compilers and are stated because hostile code can break them: what is written behind a computed base leaves constant
//! addresses alone, and the reverse. Different computed bases may name the same place, so that a write behind one
//! forgets what is known behind the others.

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::term::{Piece, TermId, Terms};

mod sum;

use sum::Sum;

/// Most runs of bytes that are kept; the oldest is forgotten.
const MAX_RUNS: usize = 32;

/// Longest run that is read for a hash, in bytes.
const MAX_READ_BYTES: u64 = 1024;

/// Bytes of a word at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    base: Option<TermId>,
    start: u64,
    piece: Piece,
}

impl Run {
    fn end(&self) -> u64 {
        self.start + u64::from(self.piece.len)
    }
}

/// Which kinds of memory a function may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Writes {
    /// The first 64 bytes, which compilers use for scratch.
    pub(super) scratch: bool,
    /// The free-memory pointer.
    pub(super) pointer: bool,
    /// Other constant addresses.
    pub(super) constant: bool,
    /// Computed addresses.
    pub(super) computed: bool,
}

impl Writes {
    pub(super) fn join(&mut self, other: Self) -> bool {
        let before = *self;
        self.scratch |= other.scratch;
        self.pointer |= other.pointer;
        self.constant |= other.constant;
        self.computed |= other.computed;
        *self != before
    }

    fn note(&mut self, base: Option<TermId>, start: u64, len: Option<u64>) {
        if base.is_some() {
            self.computed = true;
            return;
        }
        let end = len.map_or(u64::MAX, |len| start.saturating_add(len));
        self.scratch |= start < 0x40;
        self.pointer |= start < 0x60 && end > 0x40;
        self.constant |= end > 0x60;
    }

    fn covers(self, run: &Run) -> bool {
        match run.base {
            Some(_) => self.computed,
            None => {
                self.scratch && run.start < 0x40
                    || self.pointer && run.start < 0x60 && run.end() > 0x40
                    || self.constant && run.end() > 0x60
            }
        }
    }
}

/// What is known of memory at one point of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    runs: Vec<Run>,
    /// Whether constant addresses that no run covers hold zero, as they do when a call begins.
    starts_zero: bool,
    /// What may have been written since the function was entered.
    pub(super) writes: Writes,
}

impl Memory {
    /// Memory as a call begins.
    pub(super) fn zero() -> Self {
        Self { starts_zero: true, ..Self::default() }
    }

    /// A word is written.
    pub(super) fn store(&mut self, terms: &Terms, address: TermId, word: TermId) {
        self.store_piece(terms, address, Piece { term: word, skip: 0, len: 32 });
    }

    /// The least significant byte of a word is written.
    pub(super) fn store_byte(&mut self, terms: &Terms, address: TermId, word: TermId) {
        self.store_piece(terms, address, Piece { term: word, skip: 31, len: 1 });
    }

    /// Some bytes of a word are written.
    pub(super) fn store_piece(&mut self, terms: &Terms, address: TermId, piece: Piece) {
        let Some((base, start)) = place(terms, address) else {
            self.forget(terms, address, None);
            return;
        };
        self.clear(base, start, Some(u64::from(piece.len)));
        if self.runs.len() == MAX_RUNS {
            self.runs.remove(0);
            // What was there is not zero.
            self.starts_zero = false;
        }
        self.runs.push(Run { base, start, piece });
    }

    /// Unknown bytes are written; `len` is `None` when nobody knows how many.
    pub(super) fn forget(&mut self, terms: &Terms, address: TermId, len: Option<TermId>) {
        let len = len.and_then(|len| terms.number(len)).and_then(|len| u64::try_from(*len).ok());
        if len == Some(0) {
            return;
        }
        let (base, start) = place(terms, address).unwrap_or((Some(address), ORIGIN));
        self.clear(base, start, len);
        if base.is_none() {
            self.starts_zero = false;
        }
    }

    /// Makes room for what is written.
    fn clear(&mut self, base: Option<TermId>, start: u64, len: Option<u64>) {
        self.writes.note(base, start, len);
        let end = len.map_or(u64::MAX, |len| start.saturating_add(len));
        let mut kept = Vec::with_capacity(self.runs.len() + 1);
        for run in self.runs.drain(..) {
            if run.base != base {
                if run.base.is_none() || base.is_none() {
                    kept.push(run);
                }
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
    pub(super) fn learn(&mut self, terms: &Terms, address: TermId, word: TermId) {
        let writes = self.writes;
        if let Some((base, start)) = place(terms, address) {
            let end = start.saturating_add(32);
            let is_free = self.runs.iter().all(|run| run.base != base || run.end() <= start || run.start >= end);
            if is_free && self.runs.len() < MAX_RUNS {
                self.runs.push(Run { base, start, piece: Piece { term: word, skip: 0, len: 32 } });
            }
        }
        self.writes = writes;
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
                None if base.is_none() && self.starts_zero => {
                    let next = self.runs.iter().filter(|run| run.base.is_none() && run.start > at);
                    let next = next.map(|run| run.start).min().unwrap_or(end).min(end);
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

    /// Forgets what another function may have written.
    pub(super) fn after(&mut self, writes: Writes) {
        self.runs.retain(|run| !writes.covers(run));
        if writes.scratch || writes.pointer || writes.constant {
            self.starts_zero = false;
        }
        self.writes.join(writes);
    }

    /// What holds on both ways here. Answers whether that is less than before.
    pub(super) fn meet(&mut self, other: &Self) -> bool {
        let before = self.runs.len();
        self.runs.retain(|run| other.runs.contains(run));
        let zero = self.starts_zero;
        // A place where only one way wrote is neither zero nor what was written.
        self.starts_zero &= other.starts_zero && before == self.runs.len() && self.runs.len() == other.runs.len();
        let more = self.writes.join(other.writes);
        more || before != self.runs.len() || zero != self.starts_zero
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
        memory.store(&terms, at_12, a);
        memory.store(&terms, at_0, b);
        let pieces = memory.read(&mut terms, at_12, 32).expect("known bytes");
        assert_eq!(pieces, [Piece { term: b, skip: 12, len: 20 }, Piece { term: a, skip: 20, len: 12 }]);
    }

    #[test]
    fn a_computed_base_leaves_constant_addresses_and_forgets_other_bases() {
        let (mut terms, a, b) = fixture();
        let at_0 = constant(&mut terms, 0);
        let mut memory = Memory::default();
        memory.store(&terms, at_0, a);
        memory.store(&terms, a, a);
        memory.store(&terms, b, b);
        assert_eq!(memory.load(&mut terms, at_0), Some(a));
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
        memory.store(&terms, at_60, a);
        let bits = constant(&mut terms, 224);
        let shifted = terms.operation(op::SHR, &[bits, a]);
        assert_eq!(memory.load(&mut terms, at_64), Some(shifted));
        memory.forget(&terms, at_64, Some(len));
        assert_eq!(memory.load(&mut terms, at_64), None);
    }

    #[test]
    fn two_ways_meet_in_what_both_know() {
        let (mut terms, a, b) = fixture();
        let (at_0, at_32) = (constant(&mut terms, 0), constant(&mut terms, 32));
        let mut left = Memory::default();
        left.store(&terms, at_0, a);
        left.store(&terms, at_32, a);
        let mut right = Memory::default();
        right.store(&terms, at_0, a);
        right.store(&terms, at_32, b);
        assert!(left.meet(&right));
        assert_eq!(left.load(&mut terms, at_0), Some(a));
        assert_eq!(left.load(&mut terms, at_32), None);
        assert!(!left.meet(&right));
    }
}
