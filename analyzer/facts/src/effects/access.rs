//! Which bytes of which slot are read or written.
//!
//! solc keeps several variables in a slot: it reads one by a shift and a mask, and writes one by putting it between the
//! bytes that the slot held before. The bytes of an access are those that such masks leave; a word that is used whole is
//! an access of all 32.

use std::fmt;

use alloy_primitives::U256;
use uplint_bytecode::lift::Lifted;
use uplint_bytecode::opcode as op;
use uplint_bytecode::{NodeId, Pc, Term, TermId};
use uplint_layout::ByteRange;

use super::slot_expr::SlotExpr;
use super::word::Word;

/// Deepest operations that are looked into for masks.
const MAX_DEPTH: u32 = 24;

/// Which of the two storages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessSpace {
    /// Persistent storage.
    Storage,
    /// Transient storage (EIP-1153).
    Transient,
}

impl fmt::Display for AccessSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Storage => "storage",
            Self::Transient => "transient",
        })
    }
}

/// Reading or writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessKind {
    /// A load.
    Read,
    /// A store.
    Write,
}

/// An access to storage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageAccess {
    /// The instruction.
    pub pc: Pc,
    /// Which storage.
    pub space: AccessSpace,
    /// Reading or writing.
    pub kind: AccessKind,
    /// The slot.
    pub slot: SlotExpr,
    /// The bytes within the slot, in ascending order.
    pub bytes: Vec<ByteRange>,
    /// What is written, for a write; where only some bytes are, what is put there.
    pub value: Option<Word>,
}

/// A set of bytes of a word; bit 0 is the least significant byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ByteSet(pub(super) u32);

impl ByteSet {
    pub(super) const ALL: Self = Self(u32::MAX);
    const NONE: Self = Self(0);

    /// Bytes of a number that satisfy a test.
    fn of(number: U256, test: impl Fn(u8) -> bool) -> Self {
        Self((0..32).filter(|&at| test(number.byte(at))).fold(0, |set, at| set | 1 << at))
    }

    /// Bytes from one on.
    fn from(byte: usize) -> Self {
        if byte >= 32 { Self::NONE } else { Self(u32::MAX << byte) }
    }

    fn shifted_left(self, bytes: usize) -> Self {
        if bytes >= 32 { Self::NONE } else { Self(self.0 << bytes) }
    }

    fn shifted_right(self, bytes: usize) -> Self {
        if bytes >= 32 { Self::NONE } else { Self(self.0 >> bytes) }
    }

    pub(super) fn ranges(self) -> Vec<ByteRange> {
        let mut ranges = Vec::new();
        let mut at = 0u8;
        while at < 32 {
            if self.0 >> at & 1 == 0 {
                at += 1;
                continue;
            }
            let len = u8::try_from((self.0 >> at).trailing_ones()).unwrap_or(32);
            ranges.push(ByteRange { offset: at, len });
            at += len;
        }
        ranges
    }
}

/// Which bytes are read by each load and written by each store of a lifted code.
pub(super) struct Masks<'a> {
    lifted: &'a Lifted<'a>,
    /// Operations by what they operate on, sorted.
    users: Vec<(TermId, TermId)>,
    /// Words that hold what was loaded, for writing it back.
    kept: std::collections::BTreeSet<TermId>,
}

impl<'a> Masks<'a> {
    pub(super) fn new(lifted: &'a Lifted<'a>) -> Self {
        let mut users = Vec::new();
        for term in lifted.terms.ids() {
            match lifted.terms.get(term) {
                Term::Operation { operands, .. } => users.extend(operands.iter().map(|&operand| (operand, term))),
                Term::InCall { term: inner, .. } => users.push((inner, term)),
                _ => {}
            }
        }
        users.sort_unstable();
        let mut masks = Self { lifted, users, kept: std::collections::BTreeSet::new() };
        let mut kept = std::collections::BTreeSet::new();
        for effect in lifted.nodes.iter().flat_map(|node| &node.effects) {
            if let (op::SSTORE | op::TSTORE, &[slot, value]) = (effect.opcode, effect.operands()) {
                masks.find_kept(value, slot, &mut kept, 0);
            }
        }
        masks.kept = kept;
        masks
    }

    fn users_of(&self, term: TermId) -> impl Iterator<Item = TermId> + '_ {
        let start = self.users.partition_point(|&(operand, _)| operand < term);
        self.users[start..].iter().take_while(move |&&(operand, _)| operand == term).map(|&(_, user)| user)
    }

    /// The bytes that are read of a loaded word.
    pub(super) fn read(&self, loaded: TermId) -> ByteSet {
        let mut bytes = ByteSet::NONE;
        let mut is_used = false;
        for user in self.users_of(loaded) {
            if self.kept.contains(&user) {
                is_used = true;
                continue;
            }
            if let Some(used) = self.used(loaded, user, 0, 0) {
                bytes.0 |= used.0;
                is_used = true;
            }
        }
        if is_used { bytes } else { ByteSet::ALL }
    }

    /// The bytes of a loaded word that an operation takes, when `word` is the loaded word moved right by `shift` bytes.
    fn used(&self, word: TermId, user: TermId, shift: usize, depth: u32) -> Option<ByteSet> {
        let all = ByteSet::from(shift);
        if depth > 4 {
            return Some(all);
        }
        let Term::Operation { opcode, operands } = self.lifted.terms.get(user) else {
            // The word in a caller of the function that loads it.
            let mut bytes = None;
            for outer in self.users_of(user) {
                if let Some(used) = self.used(user, outer, shift, depth + 1) {
                    bytes = Some(ByteSet(bytes.unwrap_or(ByteSet::NONE).0 | used.0));
                }
            }
            return bytes;
        };
        let number = |at: usize| operands.get(at).and_then(|&operand| self.lifted.terms.number(operand)).copied();
        let moved = |bits: Option<U256>| {
            bits.and_then(|bits| usize::try_from(bits).ok()).filter(|bits| bits % 8 == 0).map(|bits| bits / 8)
        };
        match opcode {
            op::AND => match number(1) {
                Some(mask) => Some(ByteSet::of(mask, |byte| byte != 0).shifted_left(shift)),
                None => Some(all),
            },
            op::SHR if operands[1] == word => match moved(number(0)) {
                Some(bytes) => Some(self.through(user, shift + bytes, depth)),
                None => Some(all),
            },
            op::DIV if operands[0] == word => {
                let bits = number(1)
                    .filter(|number| number.is_power_of_two())
                    .map(|number| U256::from(number.trailing_zeros()));
                match moved(bits) {
                    Some(bytes) => Some(self.through(user, shift + bytes, depth)),
                    None => Some(all),
                }
            }
            op::BYTE if operands[1] == word => {
                let at = number(0).and_then(|at| usize::try_from(at).ok()).filter(|&at| at < 32);
                Some(at.map_or(all, |at| ByteSet(1 << (31 - at)).shifted_left(shift)))
            }
            op::SIGNEXTEND if operands[1] == word => {
                let last = number(0).and_then(|last| usize::try_from(last).ok()).filter(|&last| last < 32);
                Some(last.map_or(all, |last| ByteSet(!ByteSet::from(last + 1).0).shifted_left(shift)))
            }
            // Moved to the left, what is cut off was not meant.
            op::SHL if operands[1] == word => match moved(number(0)) {
                Some(bytes) if shift == 0 => Some(ByteSet(!ByteSet::from(32 - bytes.min(32)).0)),
                _ => Some(all),
            },
            _ => Some(all),
        }
    }

    fn through(&self, moved: TermId, shift: usize, depth: u32) -> ByteSet {
        let mut bytes = ByteSet::NONE;
        let mut is_used = false;
        for user in self.users_of(moved) {
            if let Some(used) = self.used(moved, user, shift, depth + 1) {
                bytes.0 |= used.0;
                is_used = true;
            }
        }
        if is_used { bytes } else { ByteSet::from(shift) }
    }

    /// The bytes that a store changes.
    pub(super) fn written(&self, slot: TermId, value: TermId) -> ByteSet {
        ByteSet(!self.kept_bytes(value, slot, 0).0)
    }

    /// Whether a word was loaded from a slot.
    fn is_load_of(&self, word: TermId, slot: TermId) -> bool {
        let Term::Result { node, pc } = self.lifted.terms.get(word) else { return false };
        loaded_slot(self.lifted, node, pc) == Some(slot)
    }

    /// The bytes of a word that are those which the slot holds.
    fn kept_bytes(&self, word: TermId, slot: TermId, depth: u32) -> ByteSet {
        if self.is_load_of(word, slot) {
            return ByteSet::ALL;
        }
        let Term::Operation { opcode, operands } = self.lifted.terms.get(word) else { return ByteSet::NONE };
        if depth > MAX_DEPTH {
            return ByteSet::NONE;
        }
        match (opcode, operands) {
            (op::AND, &[inner, mask]) => match self.lifted.terms.number(mask) {
                Some(mask) => {
                    let whole = ByteSet::of(*mask, |byte| byte == 0xff);
                    ByteSet(self.kept_bytes(inner, slot, depth + 1).0 & whole.0)
                }
                None => ByteSet::NONE,
            },
            (op::OR, &[a, b]) => {
                let (kept_a, kept_b) = (self.kept_bytes(a, slot, depth + 1), self.kept_bytes(b, slot, depth + 1));
                let (zero_a, zero_b) = (self.zero_bytes(a, depth + 1), self.zero_bytes(b, depth + 1));
                ByteSet(kept_a.0 & zero_b.0 | kept_b.0 & zero_a.0)
            }
            _ => ByteSet::NONE,
        }
    }

    /// The bytes of a word that are zero without doubt.
    fn zero_bytes(&self, word: TermId, depth: u32) -> ByteSet {
        let terms = &self.lifted.terms;
        if let Some(number) = terms.number(word) {
            return ByteSet::of(*number, |byte| byte == 0);
        }
        let Term::Operation { opcode, operands } = terms.get(word) else { return ByteSet::NONE };
        if depth > MAX_DEPTH {
            return ByteSet::NONE;
        }
        let bytes = |at: usize| {
            let bits = terms.number(operands[at]).and_then(|bits| usize::try_from(*bits).ok());
            bits.filter(|bits| bits % 8 == 0).map(|bits| bits / 8)
        };
        let power = |at: usize| {
            let number = terms.number(operands[at]).filter(|number| number.is_power_of_two());
            number.map(alloy_primitives::Uint::trailing_zeros).filter(|bits| bits % 8 == 0).map(|bits| bits / 8)
        };
        match opcode {
            op::AND => ByteSet(self.zero_bytes(operands[0], depth + 1).0 | self.zero_bytes(operands[1], depth + 1).0),
            op::OR => ByteSet(self.zero_bytes(operands[0], depth + 1).0 & self.zero_bytes(operands[1], depth + 1).0),
            op::SHL => bytes(0).map_or(ByteSet::NONE, |bytes| {
                ByteSet(self.zero_bytes(operands[1], depth + 1).shifted_left(bytes).0 | !ByteSet::from(bytes).0)
            }),
            op::MUL => power(1).map_or(ByteSet::NONE, |bytes| {
                ByteSet(self.zero_bytes(operands[0], depth + 1).shifted_left(bytes).0 | !ByteSet::from(bytes).0)
            }),
            op::SHR => bytes(0).map_or(ByteSet::NONE, |bytes| {
                let top = ByteSet::from(32usize.saturating_sub(bytes));
                ByteSet(self.zero_bytes(operands[1], depth + 1).shifted_right(bytes).0 | top.0)
            }),
            op::ISZERO | op::EQ | op::LT | op::GT | op::SLT | op::SGT | op::BYTE => ByteSet::from(1),
            op::CALLER | op::ORIGIN | op::ADDRESS | op::COINBASE => ByteSet::from(20),
            op::TIMESTAMP | op::NUMBER => ByteSet::from(8),
            _ => ByteSet::NONE,
        }
    }

    /// Parts of a stored word that only carry what the slot held.
    fn find_kept(&self, word: TermId, slot: TermId, kept: &mut std::collections::BTreeSet<TermId>, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        match (self.lifted.terms.get(word), depth) {
            (Term::Operation { opcode: op::AND, operands: &[inner, mask] }, _) => {
                if self.lifted.terms.number(mask).is_some() && self.is_load_of(inner, slot) {
                    kept.insert(word);
                }
                self.find_kept(inner, slot, kept, depth + 1);
            }
            (Term::Operation { opcode: op::OR, operands: &[a, b] }, _) => {
                self.find_kept(a, slot, kept, depth + 1);
                self.find_kept(b, slot, kept, depth + 1);
            }
            _ => {}
        }
    }
}

/// The slot that the load at a place loads from.
pub(super) fn loaded_slot(lifted: &Lifted<'_>, node: NodeId, pc: Pc) -> Option<TermId> {
    let effects = &lifted.nodes[node.0 as usize].effects;
    let at = effects.binary_search_by_key(&pc, |effect| effect.pc).ok()?;
    matches!(effects[at].opcode, op::SLOAD | op::TLOAD).then(|| effects[at].operands()[0])
}
