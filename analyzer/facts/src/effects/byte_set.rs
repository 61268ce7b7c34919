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
