//! Which bytes of a code are instructions that look as if they could run.
//!
//! Compilers lay data behind the code: sub-contracts, tables, metadata. To read those as instructions would find
//! opcodes that are none. Without resolving jumps two answers bound the truth: an instruction is
//! [`Reach::Direct`] when it follows from the entry by falling through or by jumps whose target is pushed right before
//! them, and [`Reach::Pushed`] when it lies behind a `JUMPDEST` whose place some instruction reached so far pushes, as
//! return addresses and jump tables do. `Pushed` may hold data that happens to look like a target; code that computes a
//! jump target without ever pushing it is missing from both.
//!
//! Forward, over the lattice unreached < pushed < direct; it ends because a block is visited at most once a level.

use revm_bytecode::opcode as op;

use crate::instruction::{Instruction, Pc, disassemble};

/// How an instruction is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Its block's place is pushed by code that is reached.
    Pushed,
    /// By falling through, or by a jump that follows the push of its target.
    Direct,
}

/// The instructions that look reachable, in ascending order of their place.
pub fn reach(code: &[u8]) -> Vec<(Instruction<'_>, Reach)> {
    let instructions = disassemble(code);
    let mut reached: Vec<Option<Reach>> = vec![None; instructions.len()];
    let mut pushed = Vec::new();
    follow(&instructions, vec![0], Reach::Direct, &mut reached, &mut pushed);
    while let Some(target) = pushed.pop() {
        let mut more = Vec::new();
        follow(&instructions, vec![target], Reach::Pushed, &mut reached, &mut more);
        pushed.append(&mut more);
    }
    instructions.into_iter().zip(reached).filter_map(|(instruction, reach)| Some((instruction, reach?))).collect()
}

/// Marks what is reached from `starts`, and collects the jump destinations that the marked code pushes.
fn follow(
    code: &[Instruction<'_>],
    starts: Vec<usize>,
    level: Reach,
    reached: &mut [Option<Reach>],
    pushed: &mut Vec<usize>,
) {
    let mut starts = starts;
    while let Some(start) = starts.pop() {
        for at in start..code.len() {
            if reached[at].is_some() {
                break;
            }
            reached[at] = Some(level);
            let instruction = &code[at];
            if let Some(target) = instruction.pushed_pc().and_then(|pc| jump_destination(code, pc)) {
                let jumps = code.get(at + 1).is_some_and(|next| matches!(next.opcode.get(), op::JUMP | op::JUMPI));
                if jumps { starts.push(target) } else { pushed.push(target) }
            }
            if instruction.ends_block() {
                break;
            }
        }
    }
}

/// Index of the `JUMPDEST` at a place, when one stands there.
fn jump_destination(code: &[Instruction<'_>], pc: Pc) -> Option<usize> {
    let at = code.binary_search_by_key(&pc, |instruction| instruction.pc).ok()?;
    (code[at].opcode.get() == op::JUMPDEST).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(code: &[u8]) -> Vec<(u32, Reach)> {
        reach(code).into_iter().map(|(instruction, reach)| (instruction.pc.0, reach)).collect()
    }

    #[test]
    fn data_behind_a_halt_is_not_code() {
        assert_eq!(reached(&[0x5f, 0x00, 0x5c, 0x5b, 0x1e]), [(0, Reach::Direct), (1, Reach::Direct)]);
    }

    #[test]
    fn a_pushed_target_before_a_jump_is_direct_and_a_return_address_is_not() {
        // push 6 (return address), push 5, jump, jumpdest 5: jump, jumpdest 7: stop
        let code = [0x60, 0x07, 0x60, 0x05, 0x56, 0x5b, 0x56, 0x5b, 0x00];
        assert_eq!(
            reached(&code),
            [
                (0, Reach::Direct),
                (2, Reach::Direct),
                (4, Reach::Direct),
                (5, Reach::Direct),
                (6, Reach::Direct),
                (7, Reach::Pushed),
                (8, Reach::Pushed)
            ]
        );
    }

    #[test]
    fn a_number_that_is_no_jump_destination_reaches_nothing() {
        assert_eq!(reached(&[0x60, 0x04, 0x00, 0x00, 0x5c]).len(), 2);
    }

    #[test]
    fn empty_code_reaches_nothing() {
        assert!(reached(&[]).is_empty());
    }
}
