//! What happens while a code runs.

use std::collections::{BTreeMap, BTreeSet};

use revm::Inspector;
use revm::bytecode::opcode as op;
use revm::context::ContextTr;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{InputsTr as _, Jumps as _, MemoryTr as _};
use revm::interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Host, InstructionResult, Interpreter};
use revm::primitives::{B256, Bytes, U256, keccak256};
use uplint_facts::effects::AccessSpace;

use super::frame::{Ended, Frame, Happened};
use super::world::CONTRACT;

/// Most instructions of one call, all frames together.
const MAX_STEPS: u64 = 150_000;

/// Longest preimage that is recorded, in bytes: strings of words that have no form can be long.
const MAX_PREIMAGE_BYTES: usize = 1 << 17;

/// Highest byte of memory that is looked at. Gas does not go so far.
const MAX_MEMORY_BYTES: usize = 1 << 24;

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
    /// Calls that were refused before they ran.
    pub refused: u64,
    /// The calls of the judged code, those that it made of itself among them.
    pub frames: Vec<Frame>,
    /// The calls that go on, the innermost last; `None` for those of other codes.
    running: Vec<Option<usize>>,
    steps: u64,
    known: BTreeMap<u32, u32>,
}

impl Recorded {
    /// A new call begins.
    pub(super) fn begin_call(&mut self) {
        self.steps = 0;
    }

    /// The call of the judged code that runs, when the innermost one is.
    fn frame(&mut self) -> Option<&mut Frame> {
        let running = self.running.last().copied().flatten()?;
        self.frames.get_mut(running)
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
        if len > MAX_PREIMAGE_BYTES || start > MAX_MEMORY_BYTES {
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
        let hash = keccak256(&preimage);
        self.preimages.insert(hash, preimage.clone());
        if let Some(frame) = self.frame() {
            frame.preimages.insert(hash, preimage.clone());
        }
        self.add(pc, Event::Hash { preimage });
    }
}

/// What an instruction of the judged code is about to do, beside jumping and hashing.
fn about_to_happen<CTX: Host>(
    opcode: u8,
    interpreter: &Interpreter<EthInterpreter>,
    context: &mut CTX,
) -> Option<(Happened, Option<U256>)> {
    let peek = |at| interpreter.stack.peek(at).ok();
    let space = if matches!(opcode, op::TLOAD | op::TSTORE) { AccessSpace::Transient } else { AccessSpace::Storage };
    let mut held = |slot: U256| match space {
        AccessSpace::Storage => context.sload(CONTRACT, slot).map(|loaded| loaded.data),
        AccessSpace::Transient => Some(context.tload(CONTRACT, slot)),
    };
    let low = |word: U256| word << 96 >> 96;
    let happened = match opcode {
        op::SLOAD | op::TLOAD => {
            let slot = peek(0)?;
            return Some((Happened::Load { space, slot }, held(slot)));
        }
        op::SSTORE | op::TSTORE => {
            let (slot, new) = (peek(0)?, peek(1)?);
            Happened::Store { space, slot, old: held(slot)?, new }
        }
        op::CALL | op::CALLCODE => {
            let selector = selector(interpreter, peek(3)?, peek(4)?);
            Happened::Call { opcode, target: low(peek(1)?), value: peek(2)?, selector }
        }
        op::DELEGATECALL | op::STATICCALL => {
            let selector = selector(interpreter, peek(2)?, peek(3)?);
            Happened::Call { opcode, target: low(peek(1)?), value: U256::ZERO, selector }
        }
        op::CREATE | op::CREATE2 => Happened::Call { opcode, target: U256::ZERO, value: peek(0)?, selector: None },
        op::SELFDESTRUCT => Happened::Call { opcode, target: low(peek(0)?), value: U256::ZERO, selector: None },
        op::LOG0..=op::LOG4 => {
            let topics = opcode - op::LOG0;
            Happened::Log { first: if topics > 0 { peek(2) } else { None }, topics }
        }
        _ => return None,
    };
    Some((happened, None))
}

/// The first four bytes of a region of memory.
fn selector(interpreter: &Interpreter<EthInterpreter>, start: U256, len: U256) -> Option<[u8; 4]> {
    let start = usize::try_from(start).ok()?;
    let is_there = len >= U256::from(4) && interpreter.memory.size() >= start.checked_add(4)?;
    let bytes = is_there.then(|| interpreter.memory.slice_len(start, 4))?;
    <[u8; 4]>::try_from(&*bytes).ok()
}

impl<CTX: ContextTr + Host> Inspector<CTX, EthInterpreter> for Recorded {
    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        let is_judged = inputs.bytecode_address == CONTRACT && inputs.target_address == CONTRACT;
        self.running.push(is_judged.then_some(self.frames.len()));
        if is_judged {
            let data = Bytes::copy_from_slice(&inputs.input.as_bytes(context));
            self.frames.push(Frame::new(data, inputs.caller, inputs.value.get(), context.timestamp()));
        }
        None
    }

    fn call_end(&mut self, _: &mut CTX, _: &CallInputs, outcome: &mut CallOutcome) {
        if let Some(frame) = self.running.pop().flatten().and_then(|at| self.frames.get_mut(at))
            && outcome.result.result.is_ok()
        {
            let is_destroyed = outcome.result.result == InstructionResult::SelfDestruct;
            frame.ended = Ended::Succeeded { returned: outcome.result.output.len() as u64, is_destroyed };
        }
    }

    fn create(&mut self, _: &mut CTX, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.running.push(None);
        None
    }

    fn create_end(&mut self, _: &mut CTX, _: &CreateInputs, _: &mut CreateOutcome) {
        self.running.pop();
    }

    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
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
        let opcode = interpreter.bytecode.opcode();
        if let Some(frame) = self.frame() {
            frame.reached.insert(pc);
            if let Some((happened, loaded)) = about_to_happen(opcode, interpreter, context) {
                if let (Happened::Load { space, slot }, Some(loaded)) = (&happened, loaded) {
                    frame.loaded.entry((*space, *slot)).or_default().insert(loaded);
                }
                frame.add(pc, happened);
            }
        }
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
                // A store halts where the stack holds no value for it.
                if matches!(opcode, op::SLOAD | op::TLOAD) || peek(1).is_some() {
                    self.add(pc, Event::Storage { opcode, slot });
                }
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
