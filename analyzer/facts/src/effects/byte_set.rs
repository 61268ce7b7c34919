//! Which bytes of a word: a set that moves as shifts move the word.

use alloy_primitives::U256;
use uplint_layout::ByteRange;

/// A set of bytes of a word; bit 0 is the least significant byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ByteSet(pub(super) u32);

impl ByteSet {
    pub(super) const ALL: Self = Self(u32::MAX);
    pub(super) const NONE: Self = Self(0);

    /// Bytes of a number that satisfy a test.
    pub(super) fn of(number: U256, test: impl Fn(u8) -> bool) -> Self {
        Self((0..32).filter(|&at| test(number.byte(at))).fold(0, |set, at| set | 1 << at))
    }

    /// Bytes from one on.
    pub(super) fn from(byte: usize) -> Self {
        if byte >= 32 { Self::NONE } else { Self(u32::MAX << byte) }
    }

    /// Bytes before one.
    pub(super) fn below(byte: usize) -> Self {
        Self::from(byte).others()
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn others(self) -> Self {
        Self(!self.0)
    }

    /// The bytes in which a word's bytes lie once it was shifted left by so many bits.
    pub(super) fn shifted_left(self, bits: usize) -> Self {
        let whole = |bytes: usize| if bytes >= 32 { Self::NONE } else { Self(self.0 << bytes) };
        let moved = whole(bits / 8);
        if bits.is_multiple_of(8) { moved } else { moved.or(whole(bits / 8 + 1)) }
    }

    /// The bytes in which a word's bytes lie once it was shifted right by so many bits.
    pub(super) fn shifted_right(self, bits: usize) -> Self {
        let whole = |bytes: usize| if bytes >= 32 { Self::NONE } else { Self(self.0 >> bytes) };
        let moved = whole(bits / 8);
        if bits.is_multiple_of(8) { moved } else { moved.or(whole(bits / 8 + 1)) }
    }
}

/// Bytes of a word, and which of them belong together: solc loads a slot once for several variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Parts {
    pub(super) bytes: ByteSet,
    /// Bytes that belong to the one below them.
    joined: ByteSet,
}

impl Parts {
    pub(super) const ALL: Self = Self { bytes: ByteSet::ALL, joined: ByteSet::ALL };
    pub(super) const NONE: Self = Self { bytes: ByteSet::NONE, joined: ByteSet::NONE };

    /// Bytes that belong to those beside them.
    pub(super) fn whole(bytes: ByteSet) -> Self {
        Self { bytes, joined: bytes.and(bytes.shifted_left(8)) }
    }

    /// The same bytes, which are apart where others begin.
    pub(super) fn apart_at(self, starts: ByteSet) -> Self {
        Self { joined: self.joined.and(starts.others()), ..self }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { bytes: self.bytes.or(other.bytes), joined: self.joined.or(other.joined) }
    }

    /// Those of some bytes.
    pub(super) fn and(self, bytes: ByteSet) -> Self {
        Self { bytes: self.bytes.and(bytes), joined: self.joined.and(bytes).and(bytes.shifted_left(8)) }
    }

    /// The parts of a word whose parts these are once it was shifted right.
    pub(super) fn shifted_left(self, bits: usize) -> Self {
        let bytes = self.bytes.shifted_left(bits);
        if !bits.is_multiple_of(8) {
            return Self::whole(bytes);
        }
        Self { bytes, joined: self.joined.shifted_left(bits).and(bytes.shifted_left(8)) }
    }

    /// The parts of a word whose parts these are once it was shifted left.
    pub(super) fn shifted_right(self, bits: usize) -> Self {
        let bytes = self.bytes.shifted_right(bits);
        if !bits.is_multiple_of(8) {
            return Self::whole(bytes);
        }
        Self { bytes, joined: self.joined.shifted_right(bits).and(bytes.shifted_left(8)) }
    }

    /// The parts in ascending order.
    pub(super) fn ranges(self) -> Vec<ByteRange> {
        let mut ranges: Vec<ByteRange> = Vec::new();
        for at in (0u8..32).filter(|at| self.bytes.0 >> at & 1 == 1) {
            match ranges.last_mut() {
                Some(range) if range.offset + range.len == at && self.joined.0 >> at & 1 == 1 => range.len += 1,
                _ => ranges.push(ByteRange { offset: at, len: 1 }),
            }
        }
        ranges
    }
}
