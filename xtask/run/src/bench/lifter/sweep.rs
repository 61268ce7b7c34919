//! The blocks of a code as both sides are counted by: each begins at the start of the code, at a jump destination or
//! behind a conditional jump, whatever is data.

use std::collections::BTreeSet;

use revm::bytecode::opcode as op;
use uplint_bytecode::lift::{End, Lifted, Successor};

/// Where blocks begin.
pub(super) fn leaders(code: &[u8]) -> BTreeSet<u32> {
    let mut leaders = BTreeSet::from([0]);
    for (pc, opcode) in instructions(code) {
        match opcode {
            op::JUMPDEST => leaders.insert(pc),
            op::JUMPI => leaders.insert(pc + 1),
            _ => false,
        };
    }
    leaders
}

/// The instructions of a sweep from the first byte.
pub(super) fn instructions(code: &[u8]) -> impl Iterator<Item = (u32, u8)> + '_ {
    uplint_bytecode::instructions(code).map(|instruction| (instruction.pc.0, instruction.opcode.get()))
}

/// The blocks that the lifter reaches.
pub(super) fn reached(lifted: &Lifted<'_>, leaders: &BTreeSet<u32>) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    for node in &lifted.nodes {
        // The last instruction that a node holds; a run of jump destinations is one node.
        let end = match node.end {
            End::Jump { pc, .. } | End::Branch { pc, .. } | End::Halt { pc } => pc.0,
            End::FallThrough => {
                let next = node.successors.iter().find_map(|successor| match successor {
                    Successor::Node(next) => Some(lifted.nodes[*next].pc.0),
                    _ => None,
                });
                next.map_or(node.pc.0, |next| next.saturating_sub(1))
            }
        };
        reached.extend(leaders.range(node.pc.0..=end.max(node.pc.0)).copied());
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_block_begins_behind_an_immediate_that_looks_like_a_branch() {
        assert_eq!(leaders(&[op::DUPN, op::JUMPI, op::PUSH1, op::JUMPI, op::JUMPI, op::STOP]), BTreeSet::from([0, 5]));
    }
}
