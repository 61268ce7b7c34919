//! Slots, byte ranges within a slot, and places that may span many slots.
//!
//! Solidity packs from the least significant byte of a slot upwards, so offset 0 is the least significant byte
//! (Solidity documentation, "Layout of State Variables in Storage").

use std::fmt;

use alloy_primitives::U256;

/// Number of a storage slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub U256);

impl Slot {
    /// The slot `by` slots further on, modulo 2^256 as the EVM computes it.
    #[must_use]
    pub fn offset(self, by: U256) -> Self {
        Slot(self.0.wrapping_add(by))
    }
}

impl fmt::Display for Slot {
    /// Small slots in decimal, hashed ones in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < U256::from(1_u64 << 32) { write!(f, "{}", self.0) } else { write!(f, "{:#066x}", self.0) }
    }
}

/// Bytes within one slot, counted from the least significant byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteRange {
    /// First byte, 0 to 31.
    pub offset: u8,
    /// Number of bytes, 1 to 32; `offset + len` is at most 32.
    pub len: u8,
}

impl ByteRange {
    /// Whether both have a byte in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let end = |range: Self| u16::from(range.offset) + u16::from(range.len);
        u16::from(self.offset) < end(other) && u16::from(other.offset) < end(self)
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.offset, self.len) {
            (0, 32) => f.write_str("all bytes"),
            (offset, 1) => write!(f, "byte {offset}"),
            (offset, len) => write!(f, "bytes {offset}-{}", offset.saturating_add(len).saturating_sub(1)),
        }
    }
}

/// A run of bytes in storage: where something that stands in place begins and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// First slot.
    pub slot: Slot,
    /// First byte within that slot, 0 to 31.
    pub offset: u8,
    /// Length in bytes; zero for an empty array.
    pub len_bytes: U256,
}

impl Place {
    /// The bytes within the slot, when the place does not leave it.
    #[must_use]
    pub fn within_slot(self) -> Option<ByteRange> {
        let len = u8::try_from(self.len_bytes).ok().filter(|&len| len > 0)?;
        (u16::from(self.offset) + u16::from(len) <= 32).then_some(ByteRange { offset: self.offset, len })
    }

    /// First byte after the place as slot and offset; saturates at the end of storage.
    #[must_use]
    pub fn end(self) -> (Slot, u8) {
        let from_slot_start = self.len_bytes.saturating_add(U256::from(self.offset));
        let slots = from_slot_start >> 5;
        let rest = from_slot_start.byte(0) & 31;
        match self.slot.0.checked_add(slots) {
            Some(slot) => (Slot(slot), rest),
            None => (Slot(U256::MAX), 31),
        }
    }

    /// Number of slots touched, in whole or in part.
    #[must_use]
    pub fn slots(self) -> U256 {
        if self.len_bytes.is_zero() {
            return U256::ZERO;
        }
        self.len_bytes.saturating_add(U256::from(self.offset)).saturating_add(U256::from(31)) >> 5
    }

    /// Whether both cover a byte in common.
    #[must_use]
    pub fn overlaps(self, other: Place) -> bool {
        !self.len_bytes.is_zero()
            && !other.len_bytes.is_zero()
            && (self.slot, self.offset) < other.end()
            && (other.slot, other.offset) < self.end()
    }

    /// Whether every byte of `other` is one of this place.
    #[must_use]
    pub fn contains(self, other: Place) -> bool {
        (self.slot, self.offset) <= (other.slot, other.offset) && other.end() <= self.end()
    }

    /// The same bytes, counted from another slot.
    #[must_use]
    pub fn relative_to(self, base: Slot) -> Self {
        Place { slot: Slot(base.0.wrapping_add(self.slot.0)), ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.within_slot() {
            Some(ByteRange { offset: 0, len: 32 }) => write!(f, "slot {}", self.slot),
            Some(bytes) => write!(f, "slot {}, {bytes}", self.slot),
            None => {
                let last = self.slot.offset(self.slots().saturating_sub(U256::from(1)));
                write!(f, "slots {} to {last}", self.slot)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(slot: u64, offset: u8, len: u64) -> Place {
        Place { slot: Slot(U256::from(slot)), offset, len_bytes: U256::from(len) }
    }

    #[test]
    fn neighbours_in_a_slot_do_not_overlap() {
        assert!(!place(0, 0, 20).overlaps(place(0, 20, 1)));
        assert!(place(0, 0, 21).overlaps(place(0, 20, 1)));
    }

    #[test]
    fn a_long_place_covers_the_slots_between() {
        assert!(place(1, 0, 96).overlaps(place(3, 31, 1)));
        assert!(!place(1, 0, 96).overlaps(place(4, 0, 1)));
        assert!(place(1, 0, 96).contains(place(2, 4, 8)));
    }

    #[test]
    fn an_empty_place_overlaps_nothing() {
        assert!(!place(0, 0, 0).overlaps(place(0, 0, 32)));
    }

    #[test]
    fn places_are_written_with_their_bytes() {
        assert_eq!(place(3, 0, 32).to_string(), "slot 3");
        assert_eq!(place(3, 0, 1).to_string(), "slot 3, byte 0");
        assert_eq!(place(3, 4, 8).to_string(), "slot 3, bytes 4-11");
        assert_eq!(place(3, 0, 64).to_string(), "slots 3 to 4");
    }

    #[test]
    fn the_end_of_storage_saturates() {
        let last = Place { slot: Slot(U256::MAX), offset: 0, len_bytes: U256::from(64) };
        assert!(last.overlaps(Place { slot: Slot(U256::MAX), offset: 0, len_bytes: U256::from(1) }));
    }
}
