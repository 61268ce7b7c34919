//! What happens while a code runs.

use std::collections::{BTreeMap, BTreeSet};

use revm::Inspector;
use revm::bytecode::opcode as op;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{InputsTr as _, Jumps as _, MemoryTr as _};
use revm::interpreter::{InstructionResult, Interpreter};
use revm::primitives::{B256, Bytes, U256, keccak256};

use super::world::CONTRACT;

/// Most instructions of one call, all frames together.
const MAX_STEPS: u64 = 150_000;

/// Longest preimage that is recorded, in bytes.
const MAX_PREIMAGE_BYTES: usize = 4096;

/// Most different events of one instruction, so that a loop over storage does not outweigh all else.
const MAX_EVENTS: u32 = 48;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A jump that was taken, or a branch that was not.
    Jump {
        /// Where control went, a place in the code.
        to: u32,
    },
    /// A storage slot was loaded or stored to, by the opcode at the place.
    Storage {
        /// The opcode.
        opcode: u8,
        /// The slot.
        slot: U256,
    },
    /// Another contract was called.
    Call {
        /// The opcode.
        opcode: u8,
        /// Whom.
        target: U256,
    },
    /// Bytes were hashed.
    Hash {
        /// The bytes.
        preimage: Bytes,
    },
}

/// All that happened, each once.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// With the place of the instruction.
    pub events: BTreeSet<(u32, Event)>,
    /// What was hashed, by the hash.
    pub preimages: BTreeMap<B256, Bytes>,
    /// Words that calls were given.
    pub given: BTreeSet<U256>,
    /// The instructions that ran.
    pub reached: BTreeSet<u32>,
    /// Calls that were refused before they ran.
    pub refused: u64,
    steps: u64,
    known: BTreeMap<u32, u32>,
}

impl Recorded {
    /// A new call begins.
    pub(super) fn begin_call(&mut self, data: &[u8]) {
        self.steps = 0;
        let words = data.get(4..).unwrap_or_default().chunks(32);
        self.given.extend(words.map(|word| U256::from_be_slice(word) << (8 * (32 - word.len()))));
    }

    fn add(&mut self, pc: u32, event: Event) {
        let known = self.known.entry(pc).or_default();
        if *known < MAX_EVENTS && self.events.insert((pc, event)) {
            *known += 1;
        }
    }

    fn hash(&mut self, pc: u32, interpreter: &Interpreter<EthInterpreter>) {
        let word = |at| interpreter.stack.peek(at).ok().and_then(|word| usize::try_from(word).ok());
        let (Some(start), Some(len)) = (word(0), word(1)) else { return };
        if len > MAX_PREIMAGE_BYTES || start > usize::from(u16::MAX) {
            return;
        }
        // Memory that nobody has touched yet is zero.
        let mut preimage = vec![0u8; len];
        let size = interpreter.memory.size();
        let there = size.saturating_sub(start).min(len);
        if there > 0 {
            preimage[..there].copy_from_slice(&interpreter.memory.slice_len(start, there));
        }
        let preimage = Bytes::from(preimage);
        self.preimages.insert(keccak256(&preimage), preimage.clone());
        self.add(pc, Event::Hash { preimage });
    }
}

impl<CTX> Inspector<CTX, EthInterpreter> for Recorded {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            interpreter.halt(InstructionResult::OutOfGas);
            return;
        }
        // Whatever runs in the contract's storage with another code is not the code that is judged.
        if interpreter.input.bytecode_address() != Some(&CONTRACT) {
            return;
        }
        let Ok(pc) = u32::try_from(interpreter.bytecode.pc()) else { return };
        self.reached.insert(pc);
        let opcode = interpreter.bytecode.opcode();
        let peek = |at| interpreter.stack.peek(at).ok();
        match opcode {
            op::JUMP | op::JUMPI => {
                let Some(target) = peek(0) else { return };
                let is_taken = opcode == op::JUMP || peek(1).is_some_and(|condition| !condition.is_zero());
                if opcode == op::JUMPI && peek(1).is_none() {
                    return;
                }
                if !is_taken {
                    self.add(pc, Event::Jump { to: pc + 1 });
                } else if let Ok(to) = usize::try_from(target)
                    && interpreter.bytecode.is_valid_legacy_jump(to)
                    && let Ok(to) = u32::try_from(to)
                {
                    self.add(pc, Event::Jump { to });
                }
            }
            op::SLOAD | op::SSTORE | op::TLOAD | op::TSTORE => {
                let Some(slot) = peek(0) else { return };
                self.add(pc, Event::Storage { opcode, slot });
            }
            op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL => {
                let Some(target) = peek(1) else { return };
                // The EVM takes the low 20 bytes.
                self.add(pc, Event::Call { opcode, target: target << 96 >> 96 });
            }
            op::KECCAK256 => self.hash(pc, interpreter),
            _ => {}
        }
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = op::OpCode::name_by_op;
        match self {
            Self::Jump { to } => write!(f, "control goes to {to:#x}"),
            Self::Storage { opcode, slot } => write!(f, "{} of slot {slot:#x}", name(*opcode)),
            Self::Call { opcode, target } => write!(f, "{} of {target:#x}", name(*opcode)),
            Self::Hash { preimage } => write!(f, "hash of {preimage}"),
        }
    }
}
