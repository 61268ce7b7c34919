//! Which bytes may be jumped to, and where do blocks of instructions end?
//!
//! The EVM takes any `JUMPDEST` byte that is not within the immediate of a `PUSH` for a jump destination, wherever the
//! code ends and data begins (Yellow Paper, section 9.4.3), so that the one sweep here reads data as instructions too.

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::instruction::Pc;

/// Bytecode with its jump destinations.
#[derive(Clone, Debug)]
pub struct Code<'a> {
    bytes: &'a [u8],
    /// A bit for each byte, set where a jump may lead.
    destinations: Vec<u64>,
}

impl<'a> Code<'a> {
    /// Reads the jump destinations in one sweep. Bytes beyond the four that a [`Pc`] has are left out.
    pub fn new(bytes: &'a [u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
        let mut destinations = vec![0u64; bytes.len().div_ceil(64)];
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte == op::JUMPDEST {
                destinations[at / 64] |= 1 << (at % 64);
            }
            at += 1 + push_len_bytes(byte);
        }
        Self { bytes, destinations }
    }

    /// The bytes, data included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether a jump may lead there.
    pub fn is_destination(&self, pc: Pc) -> bool {
        let at = pc.0 as usize;
        self.destinations.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    /// The place that a number names, when a jump may lead there.
    pub fn destination(&self, number: &U256) -> Option<Pc> {
        let pc = Pc(u32::try_from(number).ok()?);
        self.is_destination(pc).then_some(pc)
    }

    /// The bytes at a place, in the most significant bytes of a word, when they are at most 32 and all there.
    pub(crate) fn word(&self, start: U256, len: U256) -> Option<U256> {
        let (start, len) = (usize::try_from(start).ok()?, usize::try_from(len).ok().filter(|&len| len <= 32)?);
        let bytes = self.bytes.get(start..start.checked_add(len)?)?;
        let mut word = [0u8; 32];
        word[..len].copy_from_slice(bytes);
        Some(U256::from_be_bytes(word))
    }

    /// The opcode at a place; behind the end of the code the EVM reads `STOP`.
    pub(crate) fn opcode_at(&self, pc: usize) -> u8 {
        self.bytes.get(pc).copied().unwrap_or(op::STOP)
    }

    /// The number that the `PUSH` at a place pushes. Bytes that the end of the code cuts off are zero.
    pub(crate) fn pushed_at(&self, pc: usize) -> U256 {
        let len = push_len_bytes(self.opcode_at(pc));
        let mut word = [0u8; 32];
        let immediate = self.bytes.get(pc + 1..).unwrap_or_default();
        let there = immediate.len().min(len);
        word[32 - len..32 - len + there].copy_from_slice(&immediate[..there]);
        U256::from_be_bytes(word)
    }
}

/// How many bytes the immediate of an opcode has.
pub(crate) fn push_len_bytes(opcode: u8) -> usize {
    if (op::PUSH1..=op::PUSH32).contains(&opcode) { usize::from(opcode - op::PUSH0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jumpdest_within_an_immediate_is_no_destination() {
        let code = Code::new(&[op::PUSH2, op::JUMPDEST, op::JUMPDEST, op::JUMPDEST]);
        assert_eq!((0..5).filter(|&at| code.is_destination(Pc(at))).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn bytes_cut_off_a_push_are_zero() {
        let code = Code::new(&[op::PUSH4, 0x12, 0x34]);
        assert_eq!(code.pushed_at(0), U256::from(0x1234_0000));
        assert_eq!(code.opcode_at(3), op::STOP);
    }
}
