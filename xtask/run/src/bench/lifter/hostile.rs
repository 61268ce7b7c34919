//! Codes that nobody compiled: short patterns of the instructions that decide where control goes and what lies where,
//! repeated until the code is as long as it is asked to be. The same in every run.

use revm::bytecode::opcode as op;
use xtask_run::oracle::Random;

/// How many codes of each length.
const CODES: u64 = 600;

/// Longest pattern, in bytes.
const MAX_PATTERN: u64 = 42;

/// What patterns are made of, besides random bytes.
const TELLING: [u8; 34] = [
    op::JUMP,
    op::JUMPI,
    op::JUMPDEST,
    op::JUMPDEST,
    op::PUSH0,
    op::PUSH1,
    op::PUSH2,
    op::PUSH2,
    op::DUP1,
    op::DUP2,
    op::DUP3,
    op::DUP16,
    op::SWAP1,
    op::SWAP2,
    op::SWAP16,
    op::POP,
    op::MLOAD,
    op::MSTORE,
    op::MSTORE8,
    op::SLOAD,
    op::SSTORE,
    op::KECCAK256,
    op::CODECOPY,
    op::CALLDATACOPY,
    op::CALLDATALOAD,
    op::CALLDATASIZE,
    op::ADD,
    op::MUL,
    op::MOD,
    op::AND,
    op::SHL,
    op::SHR,
    op::CALLER,
    op::CALL,
];

/// Codes of a length in bytes.
pub(super) fn codes(len: usize) -> impl Iterator<Item = Vec<u8>> {
    (1..=CODES).map(move |seed| code(len, &mut Random::new(seed)))
}

fn code(len: usize, random: &mut Random) -> Vec<u8> {
    let mut byte = || {
        if random.below(5) == 0 {
            u8::try_from(random.below(256)).unwrap_or_default()
        } else {
            random.choose(&TELLING).unwrap_or(op::JUMPDEST)
        }
    };
    let pattern_len = 2 + usize::from(byte()) % usize::try_from(MAX_PATTERN).unwrap_or(2);
    let pattern: Vec<u8> = (0..pattern_len).map(|_| byte()).collect();
    let mut code: Vec<u8> = pattern.iter().copied().cycle().take(len).collect();
    if random.below(3) > 0 {
        aim(&mut code, random);
    }
    code
}

/// Makes the words of two bytes that the code pushes places where a jump may lead.
fn aim(code: &mut [u8], random: &mut Random) {
    let places: Vec<u16> = uplint_bytecode::instructions(code)
        .filter(|instruction| instruction.opcode.get() == op::JUMPDEST)
        .filter_map(|instruction| u16::try_from(instruction.pc.0).ok())
        .collect();
    let pushes: Vec<usize> = uplint_bytecode::instructions(code)
        .filter(|instruction| instruction.opcode.get() == op::PUSH2)
        .map(|instruction| instruction.pc.0 as usize)
        .collect();
    for push in pushes {
        if let (Some(place), Some(bytes)) = (random.choose(&places), code.get_mut(push + 1..push + 3)) {
            bytes.copy_from_slice(&place.to_be_bytes());
        }
    }
}
