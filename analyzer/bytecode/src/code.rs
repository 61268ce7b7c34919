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
    /// Those right behind a conditional jump, in ascending order.
    behind_branches: Vec<Pc>,
}

impl<'a> Code<'a> {
    /// Reads the jump destinations in one sweep. Bytes beyond the four that a [`Pc`] has are left out.
    pub fn new(bytes: &'a [u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
        let mut destinations = vec![0u64; bytes.len().div_ceil(64)];
        let mut behind_branches = Vec::new();
        let (mut at, mut before) = (0, op::STOP);
        while let Some(&byte) = bytes.get(at) {
            if byte == op::JUMPDEST {
                destinations[at / 64] |= 1 << (at % 64);
                if before == op::JUMPI {
                    behind_branches.extend(u32::try_from(at).map(Pc));
                }
            }
            at += 1 + push_len_bytes(byte);
            // A run of destinations is one block.
            before = if byte == op::JUMPDEST { before } else { byte };
        }
        Self { bytes, destinations, behind_branches }
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

    /// Whether a conditional jump leads there when it is not taken. Compilers begin no function so.
    pub(crate) fn is_behind_branch(&self, pc: Pc) -> bool {
        self.behind_branches.binary_search(&pc).is_ok()
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

    /// Where the instruction behind the one at a place is.
    pub(crate) fn behind(&self, pc: usize) -> usize {
        pc + 1 + immediate_len_bytes(self.opcode_at(pc), self.opcode_at(pc + 1))
    }

    /// What the instruction at a place moves on the stack. Of those that can do nothing else, one that names no words
    /// ends the call.
    pub(crate) fn move_at(&self, pc: usize) -> Option<Move> {
        move_of(self.opcode_at(pc), self.opcode_at(pc + 1))
    }

    /// Whether a block ends with the instruction at a place: behind a branch another begins.
    pub(crate) fn ends_block_at(&self, pc: usize) -> bool {
        let opcode = self.opcode_at(pc);
        op::OpCode::new(opcode)
            .is_none_or(|known| matches!(opcode, op::JUMP | op::JUMPI) || known.info().is_terminating())
            || names_its_words(opcode) && self.move_at(pc).is_none()
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

/// What an instruction only moves on the stack; depths count from the top, which is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// A copy of the word at a depth is pushed.
    Copy(usize),
    /// The words at two depths change places.
    Swap(usize, usize),
}

/// What an opcode with this byte behind it moves. `None` when it moves nothing; such a byte behind `DUPN`, `SWAPN` or
/// `EXCHANGE` is an instruction of its own, so that no `JUMPDEST` and no `PUSH` hides in an immediate (EIP-8024).
pub(crate) fn move_of(opcode: u8, next: u8) -> Option<Move> {
    let single = || (next <= 90 || next >= 128).then(|| (usize::from(next) + 145) % 256);
    match opcode {
        op::DUP1..=op::DUP16 => Some(Move::Copy(usize::from(opcode - op::DUP1))),
        op::SWAP1..=op::SWAP16 => Some(Move::Swap(0, usize::from(opcode - op::SWAP1) + 1)),
        op::DUPN => single().map(|n| Move::Copy(n - 1)),
        op::SWAPN => single().map(|n| Move::Swap(0, n)),
        op::EXCHANGE if next <= 81 || next >= 128 => {
            let (q, r) = (usize::from(next ^ 0x8f) / 16, usize::from(next ^ 0x8f) % 16);
            Some(if q < r { Move::Swap(q + 1, r + 1) } else { Move::Swap(r + 1, 29 - q) })
        }
        _ => None,
    }
}

/// Whether an opcode moves what the byte behind it names.
pub(crate) fn names_its_words(opcode: u8) -> bool {
    matches!(opcode, op::DUPN | op::SWAPN | op::EXCHANGE)
}

/// How many bytes behind an opcode belong to it, when this byte is the first of them.
pub(crate) fn immediate_len_bytes(opcode: u8, next: u8) -> usize {
    match opcode {
        op::DUPN | op::SWAPN | op::EXCHANGE => usize::from(move_of(opcode, next).is_some()),
        _ => push_len_bytes(opcode),
    }
}

/// How many bytes a `PUSH` pushes; none for another opcode.
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
    fn words_that_an_immediate_names_are_those_of_the_proposal() {
        assert_eq!(move_of(op::DUPN, 0x80), Some(Move::Copy(16)));
        assert_eq!(move_of(op::SWAPN, 0), Some(Move::Swap(0, 145)));
        assert_eq!(move_of(op::SWAPN, 0xff), Some(Move::Swap(0, 144)));
        assert_eq!(move_of(op::EXCHANGE, 0x8e), Some(Move::Swap(1, 2)));
        assert_eq!(move_of(op::EXCHANGE, 0x8f), Some(Move::Swap(1, 29)));
        assert_eq!(move_of(op::EXCHANGE, op::JUMPDEST), None);
    }

    #[test]
    fn what_names_no_words_is_an_instruction_of_its_own() {
        let code = Code::new(&[op::DUPN, op::JUMPDEST, op::DUPN, 0x80, op::STOP]);
        assert!(code.ends_block_at(0) && code.is_destination(Pc(1)) && !code.ends_block_at(2));
        assert_eq!((code.behind(0), code.behind(2)), (1, 4));
    }

    #[test]
    fn bytes_cut_off_a_push_are_zero() {
        let code = Code::new(&[op::PUSH4, 0x12, 0x34]);
        assert_eq!(code.pushed_at(0), U256::from(0x1234_0000));
        assert_eq!(code.opcode_at(3), op::STOP);
    }
}
