//! Which instructions a byte string holds, read in one sweep from the first byte.
//!
//! The sweep knows nothing of jumps: what lies behind the last instruction, or is never reached, is read as
//! instructions too. A `PUSH` that the end of the code cuts short is kept with the bytes that are there; the EVM reads
//! the missing ones as zero (Yellow Paper, section 9.4.1).

use std::fmt;

use revm_bytecode::opcode::{self, OpCode};

use crate::code::{immediate_len_bytes, names_its_words, push_len_bytes};

/// Place in bytecode, in bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pc(pub u32);

impl fmt::Display for Pc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction<'a> {
    /// Where it begins.
    pub pc: Pc,
    /// The opcode, which may be one that no hard fork defines.
    pub opcode: OpCode,
    /// Bytes that follow the opcode and belong to it; shorter than the opcode says where the code ends within them.
    pub immediate: &'a [u8],
}

impl Instruction<'_> {
    /// Whether any hard fork known to this crate defines the opcode.
    pub fn is_known(&self) -> bool {
        OpCode::new(self.opcode.get()).is_some()
    }

    /// Whether the end of the code cuts what it pushes short.
    pub fn is_truncated(&self) -> bool {
        self.immediate.len() < push_len_bytes(self.opcode.get())
    }

    /// Whether control never goes on to the next instruction: a halt, an unconditional jump, an undefined opcode, or
    /// one whose immediate names no words of the stack.
    pub fn ends_block(&self) -> bool {
        match OpCode::new(self.opcode.get()) {
            None => true,
            Some(known) if names_its_words(known.get()) => self.immediate.is_empty(),
            Some(known) => known.get() == opcode::JUMP || known.info().is_terminating(),
        }
    }

    /// The pushed number when it could be a place in code, which has at most four bytes.
    pub fn pushed_pc(&self) -> Option<Pc> {
        if !(opcode::PUSH0..=opcode::PUSH32).contains(&self.opcode.get()) || self.is_truncated() {
            return None;
        }
        let significant = self.immediate.iter().position(|&byte| byte != 0).unwrap_or(self.immediate.len());
        let digits = &self.immediate[significant..];
        (digits.len() <= 4).then(|| Pc(digits.iter().fold(0, |value, &byte| value << 8 | u32::from(byte))))
    }
}

impl fmt::Display for Instruction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pc, self.opcode)?;
        if !self.immediate.is_empty() {
            f.write_str(" 0x")?;
            self.immediate.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}

/// The instructions of some code, in order. See [`instructions`].
#[derive(Clone, Debug)]
pub struct Instructions<'a> {
    code: &'a [u8],
    at: usize,
}

/// Reads code instruction by instruction, without allocating.
pub fn instructions(code: &[u8]) -> Instructions<'_> {
    Instructions { code, at: 0 }
}

/// Reads code into a list of at most as many instructions as it has bytes.
pub fn disassemble(code: &[u8]) -> Vec<Instruction<'_>> {
    instructions(code).collect()
}

impl<'a> Iterator for Instructions<'a> {
    type Item = Instruction<'a>;

    fn next(&mut self) -> Option<Instruction<'a>> {
        let opcode = OpCode::new_or_unknown(*self.code.get(self.at)?);
        // Code is limited by what an artifact holds; a place beyond four bytes is the end of the sweep.
        let pc = Pc(u32::try_from(self.at).ok()?);
        let start = self.at + 1;
        let next = self.code.get(start).copied().unwrap_or_default();
        let end = (start + immediate_len_bytes(opcode.get(), next)).min(self.code.len());
        self.at = end;
        Some(Instruction { pc, opcode, immediate: &self.code[start..end] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &[u8]) -> Vec<String> {
        instructions(code).map(|instruction| instruction.to_string()).collect()
    }

    #[test]
    fn immediates_are_not_read_as_instructions() {
        assert_eq!(text(&[0x61, 0x5b, 0x5b, 0x56, 0x5b]), ["0x0 PUSH2 0x5b5b", "0x3 JUMP", "0x4 JUMPDEST"]);
    }

    #[test]
    fn a_push_cut_short_keeps_the_bytes_that_are_there() {
        let code = disassemble(&[0x00, 0x63, 0x01, 0x02]);
        assert_eq!(code[1].immediate, [1, 2]);
        assert!(code[1].is_truncated());
        assert_eq!(code[1].pushed_pc(), None);
    }

    #[test]
    fn undefined_opcodes_stand_alone_and_end_a_block() {
        let code = disassemble(&[0x0c, 0x01]);
        assert_eq!(code.len(), 2);
        assert!(!code[0].is_known() && code[0].ends_block());
        assert!(code[1].is_known() && !code[1].ends_block());
    }

    #[test]
    fn leading_zeros_do_not_hide_a_jump_target() {
        let wide = disassemble(&[0x64, 0, 0, 0, 1, 2]);
        assert_eq!(wide[0].pushed_pc(), Some(Pc(0x0102)));
        assert_eq!(disassemble(&[0x64, 1, 0, 0, 0, 0])[0].pushed_pc(), None);
        assert_eq!(disassemble(&[0x5f])[0].pushed_pc(), Some(Pc(0)));
    }
}
