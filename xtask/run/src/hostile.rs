//! Codes that nobody compiled, the same for one seed.

use revm::bytecode::opcode as op;

use crate::oracle::Random;

/// Longest pattern that is repeated, in bytes.
const MAX_PATTERN: u8 = 42;

/// Most patterns that are tried.
const MAX_PATTERNS: usize = 2_000;

/// About how long a function is that calls others, in bytes.
const BYTES_PER_FUNCTION: u64 = 60;

/// How long it is at most, in bytes.
const MAX_FUNCTION_BYTES: usize = 200;

/// Words that are on the stack before the first repetition.
const WORDS: usize = 20;

/// What decides where control goes and what lies where, and the instructions that work on it.
const TELLING: [u8; 42] = [
    op::JUMP,
    op::JUMPI,
    op::JUMPI,
    op::JUMPDEST,
    op::JUMPDEST,
    op::PUSH0,
    op::PUSH1,
    op::PUSH1,
    op::PUSH2,
    op::PUSH2,
    op::DUP1,
    op::DUP2,
    op::DUP3,
    op::DUP16,
    op::SWAP1,
    op::SWAP2,
    op::SWAP3,
    op::SWAP16,
    op::POP,
    op::MLOAD,
    op::MSTORE,
    op::MSTORE8,
    op::SLOAD,
    op::SSTORE,
    op::TLOAD,
    op::TSTORE,
    op::KECCAK256,
    op::CODECOPY,
    op::CALLDATACOPY,
    op::CALLDATALOAD,
    op::CALLDATASIZE,
    op::ADD,
    op::SUB,
    op::MUL,
    op::MOD,
    op::AND,
    op::OR,
    op::SHL,
    op::SHR,
    op::CALLER,
    op::ISZERO,
    op::CALL,
];

/// A short pattern of instructions and bytes, repeated until the code has a length in bytes: what takes time and memory.
/// Words are on the stack first, and the pattern leaves as many, so that no repetition is the last, or jumps.
pub fn repeated(len: usize, random: &mut Random) -> Vec<u8> {
    let mut patterns = std::iter::repeat_with(|| pattern(random)).take(MAX_PATTERNS);
    let pattern = patterns.find(|pattern| goes_on(pattern)).unwrap_or_else(|| vec![op::JUMPDEST]);
    let words = std::iter::repeat_with(|| [op::PUSH1, small(random, 8)]).take(WORDS);
    let words: Vec<u8> = words.flatten().collect();
    let mut code: Vec<u8> = words.into_iter().chain(pattern.iter().copied().cycle()).take(len).collect();
    if random.below(3) > 0 {
        aim(&mut code, random);
    }
    code
}

fn pattern(random: &mut Random) -> Vec<u8> {
    let mut byte = || {
        if random.below(8) == 0 { small(random, 256) } else { random.choose(&TELLING).unwrap_or(op::JUMPDEST) }
    };
    let len = 2 + byte() % MAX_PATTERN;
    (0..len).map(|_| byte()).collect()
}

/// Whether a pattern finds what it takes on the stack, leaves as much, and does not end the call by itself.
fn goes_on(pattern: &[u8]) -> bool {
    let mut height = WORDS;
    for instruction in uplint_bytecode::instructions(pattern) {
        let opcode = instruction.opcode.get();
        let Some(info) = op::OPCODE_INFO[usize::from(opcode)].filter(|info| !info.is_terminating()) else {
            return false;
        };
        let Some(rest) = height.checked_sub(info.inputs().into()) else { return false };
        height = rest + usize::from(info.outputs());
        // An unconditional jump, mostly to where `aim` says.
        if opcode == op::JUMP {
            return height >= WORDS;
        }
    }
    height == WORDS
}

/// Functions that call each other and themselves, compare what they are given, hash it and access what they hashed, until
/// the code has a length in bytes.
pub fn calling(len: usize, random: &mut Random) -> Vec<u8> {
    let mut assembler = Assembler::default();
    let functions = 1 + random.below(len as u64 / BYTES_PER_FUNCTION);
    for _ in 0..WORDS {
        assembler.code.extend([op::PUSH1, small(random, 8)]);
    }
    for _ in 0..=random.below(3) {
        assembler.call(random.below(functions), random);
    }
    assembler.code.push(op::STOP);
    while assembler.code.len() + MAX_FUNCTION_BYTES < len {
        assembler.function(functions, random);
    }
    assembler.finish(len)
}

/// A code that is written one function after the other.
#[derive(Debug, Default)]
struct Assembler {
    code: Vec<u8>,
    /// Where functions begin.
    functions: Vec<u16>,
    /// Where a function's number stands in place of where it begins.
    calls: Vec<(usize, u64)>,
}

impl Assembler {
    fn here(&self) -> u16 {
        u16::try_from(self.code.len()).unwrap_or(u16::MAX)
    }

    /// A jump destination that a `PUSH2` names before it is known: writes it there.
    fn land(&mut self, named_at: usize) {
        let here = self.here().to_be_bytes();
        if let Some(name) = self.code.get_mut(named_at..named_at + 2) {
            name.copy_from_slice(&here);
        }
        self.code.push(op::JUMPDEST);
    }

    fn push_label(&mut self) -> usize {
        self.code.extend([op::PUSH2, 0, 0]);
        self.code.len() - 2
    }

    /// A call with one word, of which one comes back.
    fn call(&mut self, function: u64, random: &mut Random) {
        let back = self.push_label();
        let word = random.choose(&[op::CALLER, op::CALLVALUE, op::PUSH0, op::DUP2, op::DUP3]);
        self.code.push(word.unwrap_or(op::PUSH0));
        let called = self.push_label();
        self.calls.push((called, function));
        self.code.push(op::JUMP);
        self.land(back);
    }

    /// A function that is given one word above the place to return to, and leaves one.
    fn function(&mut self, functions: u64, random: &mut Random) {
        self.functions.push(self.here());
        self.code.push(op::JUMPDEST);
        for _ in 0..=random.below(8) {
            match random.below(8) {
                // `word = f(word)`, often.
                0..3 => {
                    // Mostly forward, so that calls come back.
                    let next = self.functions.len() as u64 + random.below(8);
                    let called = if random.below(16) == 0 { random.below(functions) } else { next };
                    self.call(called, random);
                    self.code.push(random.choose(&[op::ADD, op::AND, op::MUL, op::POP]).unwrap_or(op::POP));
                }
                // `word = keccak256(word . number)`.
                3 => {
                    self.code.extend([op::DUP1, op::PUSH0, op::MSTORE, op::PUSH1, small(random, 4), op::PUSH1, 32]);
                    self.code.extend([op::MSTORE, op::POP, op::PUSH1, 64, op::PUSH0, op::KECCAK256]);
                }
                // `word = sload(word + number)`.
                4 => self.code.extend([op::PUSH1, small(random, 4), op::ADD, op::SLOAD]),
                5 => self.code.extend([op::CALLER, op::DUP2, op::SSTORE]),
                // `if (word < number) word = …`.
                6 => {
                    self.code.extend([op::DUP1, op::PUSH1, small(random, 64), op::GT]);
                    let skip = self.push_label();
                    self.code.extend([op::JUMPI, op::PUSH1, small(random, 4), op::ADD]);
                    self.land(skip);
                }
                // `while (word < x) word++`.
                _ => {
                    let again = self.here();
                    self.code.extend([op::JUMPDEST, op::PUSH1, 1, op::ADD, op::DUP1, op::CALLDATASIZE, op::GT]);
                    let back = self.push_label();
                    self.code.push(op::JUMPI);
                    if let Some(name) = self.code.get_mut(back..back + 2) {
                        name.copy_from_slice(&again.to_be_bytes());
                    }
                }
            }
        }
        self.code.extend([op::SWAP1, op::JUMP]);
    }

    fn finish(mut self, len: usize) -> Vec<u8> {
        for (at, function) in self.calls {
            let known = self.functions.get(usize::try_from(function).unwrap_or_default());
            if let (Some(place), Some(name)) = (known, self.code.get_mut(at..at + 2)) {
                name.copy_from_slice(&place.to_be_bytes());
            }
        }
        self.code.resize(len, op::STOP);
        self.code
    }
}

/// A code of some hundred bytes that runs for a while: words on the stack first, small numbers, jumps that lead
/// somewhere.
pub fn running(random: &mut Random) -> Vec<u8> {
    let len = 80 + random.below(160);
    let mut code = Vec::new();
    for _ in 0..WORDS {
        code.extend([op::PUSH1, small(random, 8)]);
    }
    while (code.len() as u64) < len {
        let opcode = random.choose(&TELLING).unwrap_or(op::JUMPDEST);
        code.push(opcode);
        match opcode {
            op::PUSH1 => code.push(small(random, 70)),
            op::PUSH2 => code.extend([0, 0]),
            _ => {}
        }
    }
    code.push(op::STOP);
    aim(&mut code, random);
    code
}

fn small(random: &mut Random, bound: u64) -> u8 {
    u8::try_from(random.below(bound)).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_goes_on_when_it_leaves_the_stack_as_high_or_jumps() {
        assert!(goes_on(&[op::DUP1, op::MLOAD, op::POP]));
        assert!(goes_on(&[op::PUSH1, 3, op::JUMP, op::STOP]));
        assert!(!goes_on(&[op::DUP1]), "the stack overflows after some hundred repetitions");
        assert!(!goes_on(&[op::POP]), "the stack is empty after some");
        assert!(!goes_on(&[op::JUMPDEST, op::STOP]), "it ends the call");
        assert!(!goes_on(&[op::POP; WORDS + 1]), "it takes more than there is");
    }

    #[test]
    fn a_hostile_code_is_as_long_as_it_is_asked_to_be_and_the_same_for_one_seed() {
        let [once, again] = [(); 2].map(|()| repeated(999, &mut Random::new(7)));
        assert_eq!((once.len(), &once), (999, &again));
        assert_ne!(once, repeated(999, &mut Random::new(8)));
        let [once, again] = [(); 2].map(|()| calling(999, &mut Random::new(7)));
        assert_eq!((once.len(), &once), (999, &again));
    }

    #[test]
    fn functions_that_call_each_other_come_back() {
        let returns = |seed: u64| {
            let code = calling(24 << 10, &mut Random::new(seed));
            let lifted = uplint_bytecode::lift(&code);
            lifted.functions.iter().filter(|function| !function.exits.is_empty()).count()
        };
        assert!((1..20).map(returns).max() > Some(50), "many functions return");
    }
}
