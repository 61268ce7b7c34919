//! Inputs from a corpus: one of its members, spliced with others and changed in some places.

use std::path::Path;

use fastrand::Rng;
use uplint_bytecode::{lift, opcode as op, ssa};

/// Longest input, in bytes. What breaks a lifter is the shape of its loops and calls, which takes no long code.
const MAX_LEN: usize = 768;

/// Opcodes that decide where control goes and what a place on the stack or in memory is.
const TELLING: [u8; 32] = [
    op::JUMP,
    op::JUMPI,
    op::JUMPDEST,
    op::PUSH0,
    op::PUSH1,
    op::PUSH2,
    op::PUSH4,
    op::DUP1,
    op::DUP2,
    op::DUP16,
    op::SWAP1,
    op::SWAP2,
    op::SWAP16,
    op::POP,
    op::MLOAD,
    op::MSTORE,
    op::MSTORE8,
    op::CODECOPY,
    op::CALLDATACOPY,
    op::MCOPY,
    op::CALLDATALOAD,
    op::CALLDATASIZE,
    op::SLOAD,
    op::SSTORE,
    op::KECCAK256,
    op::ADD,
    op::MOD,
    op::AND,
    op::SHL,
    op::SHR,
    op::PC,
    op::STOP,
];

/// Words of the text form.
const WORDS: [&str; 24] = [
    "f0",
    "f1",
    "b0",
    "b1",
    "b9",
    "n0",
    "v0",
    "v1",
    "v77",
    "?",
    "0x0",
    "@0x1",
    "-1",
    "->",
    "[",
    "]",
    "(",
    ")",
    ": ",
    "{\n",
    "}\n",
    "jump b0()\n",
    "partial",
    "OP_0c",
];

/// The codes of the corpus.
pub(crate) fn codes() -> Vec<Vec<u8>> {
    read("code")
}

/// The texts of the corpus, and those of the programs of its codes.
pub(crate) fn texts() -> Vec<Vec<u8>> {
    let programs = codes().into_iter().map(|code| ssa::build(&lift(&code)).to_string().into_bytes());
    read("text").into_iter().chain(programs.filter(|text| text.len() <= 4 * MAX_LEN)).collect()
}

fn read(kind: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(kind);
    let entries = std::fs::read_dir(&folder).expect("the corpus is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.iter().map(|path| std::fs::read(path).expect("a member of the corpus")).collect()
}

/// An endless row of inputs that a seed decides.
pub(crate) struct Inputs {
    random: Rng,
    corpus: Vec<Vec<u8>>,
    is_text: bool,
}

impl Inputs {
    pub(crate) fn of_codes(seed: u64, corpus: Vec<Vec<u8>>) -> Self {
        Self { random: Rng::with_seed(seed), corpus, is_text: false }
    }

    pub(crate) fn of_texts(seed: u64, corpus: Vec<Vec<u8>>) -> Self {
        Self { random: Rng::with_seed(seed), corpus, is_text: true }
    }

    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = match self.random.u8(..8) {
            0 => (0..self.random.usize(..96)).flat_map(|_| self.piece(0)).collect(),
            1 => self.spliced(),
            _ => self.member(),
        };
        // Few changes leave most of a member as it was; many change what it means.
        for _ in 0..1 << self.random.u8(..5) {
            self.change(&mut input);
        }
        input.truncate(if self.is_text { 4 * MAX_LEN } else { MAX_LEN });
        input
    }

    fn member(&mut self) -> Vec<u8> {
        let at = self.random.usize(..self.corpus.len());
        self.corpus[at].clone()
    }

    /// The beginning of one member and the end of another.
    fn spliced(&mut self) -> Vec<u8> {
        let (mut head, tail) = (self.member(), self.member());
        head.truncate(self.random.usize(..=head.len()));
        head.extend_from_slice(&tail[self.random.usize(..=tail.len())..]);
        head
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.random.usize(..=input.len());
        let end = input.len().min(at + self.random.usize(..=16));
        match self.random.u8(..6) {
            0 => drop(input.drain(at..end)),
            1 => {
                let copy = input[at..end].to_vec();
                let to = self.random.usize(..=input.len());
                input.splice(to..to, copy);
            }
            2 if at < input.len() => input[at] ^= 1 << self.random.u8(..8),
            3 => {
                let piece = self.piece(input.len());
                input.splice(at..at, piece);
            }
            _ => {
                let piece = self.piece(input.len());
                let end = input.len().min(at + piece.len());
                input.splice(at..end, piece);
            }
        }
    }

    /// Something that means something: a word of the text form, or an instruction, at times with the place of another.
    fn piece(&mut self, len: usize) -> Vec<u8> {
        if self.is_text {
            return WORDS[self.random.usize(..WORDS.len())].into();
        }
        match self.random.u8(..4) {
            0 => {
                let [high, low] = u16::try_from(self.random.usize(..=len)).unwrap_or(u16::MAX).to_be_bytes();
                if high == 0 { vec![op::PUSH1, low] } else { vec![op::PUSH2, high, low] }
            }
            1 => vec![self.random.u8(..)],
            _ => vec![TELLING[self.random.usize(..TELLING.len())]],
        }
    }
}
