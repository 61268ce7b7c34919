//! What a block of instructions does to the stack and to memory.

use revm_bytecode::opcode::{self as op, OPCODE_INFO};

use crate::code::{Move, names_its_words};
use crate::instruction::Pc;
use crate::term::{NodeId, Piece, TermId};

use super::state::{Halt, State};
use super::{Effect, End, Lifter, Operands, begins_block, number_of};

/// Longest region that is remembered when code is copied to memory, in bytes.
const MAX_COPIED_BYTES: u8 = 32;

/// Whether a block goes on.
enum Step {
    Next,
    End,
}

impl Lifter<'_> {
    /// Interprets a node and follows where it leads.
    pub(super) fn evaluate(&mut self, node: NodeId) {
        let at = &mut self.nodes[node];
        at.effects.clear();
        at.in_memory.clear();
        at.successors.clear();
        at.calls.clear();
        at.transfers.clear();
        at.branches = [None; 2];
        let mut state = at.entry.clone();
        self.spend_words(state.len_words());
        let start = self.nodes[node].pc.0 as usize;
        let mut pc = start;
        loop {
            self.steps += 1;
            let opcode = self.code.opcode_at(pc);
            if begins_block(&self.code, start, pc) {
                self.nodes[node].end = End::FallThrough;
                self.go(node, state, place(pc), false);
                return;
            }
            match self.step(node, &mut state, pc, opcode) {
                Ok(Step::Next) => pc = self.code.behind(pc),
                Ok(Step::End) => {
                    self.end(node, state, pc, opcode);
                    return;
                }
                Err(Halt) => {
                    self.nodes[node].end = End::Halt { pc: place(pc) };
                    return;
                }
            }
        }
    }

    /// The last instruction of a block.
    fn end(&mut self, node: NodeId, mut state: State, pc: usize, opcode: u8) {
        let here = place(pc);
        let end = match opcode {
            op::JUMP => state.pop(&mut self.terms).map(|target| (target, None)),
            op::JUMPI => state.pop(&mut self.terms).and_then(|target| {
                let condition = state.pop(&mut self.terms)?;
                Ok((target, Some(condition)))
            }),
            _ => Err(Halt),
        };
        match end {
            Err(Halt) => self.nodes[node].end = End::Halt { pc: here },
            Ok((target, None)) => {
                self.nodes[node].end = End::Jump { pc: here, target };
                self.jump(node, state, target, here, false);
            }
            Ok((target, Some(condition))) => {
                self.nodes[node].end = End::Branch { pc: here, target, condition };
                let known = state.decided(&self.terms, condition);
                if known != Some(true) {
                    let mut state = state.clone();
                    state.assume(&self.terms, condition, false);
                    let next = self.go(node, state, place(pc + 1), false);
                    self.nodes[node].branches[1] = next;
                }
                if known != Some(false) {
                    state.assume(&self.terms, condition, true);
                    self.jump(node, state, target, here, true);
                }
            }
        }
    }

    fn step(&mut self, node: NodeId, state: &mut State, pc: usize, opcode: u8) -> Result<Step, Halt> {
        match opcode {
            op::PUSH0..=op::PUSH32 => {
                let word = self.pushed(pc);
                state.push(word)?;
            }
            op::POP => {
                state.pop(&mut self.terms)?;
            }
            op::JUMPDEST => {}
            op::JUMP | op::JUMPI => return Ok(Step::End),
            _ => match self.code.move_at(pc) {
                Some(Move::Copy(depth)) => {
                    let word = state.peek(&mut self.terms, depth)?;
                    state.push(word)?;
                }
                Some(Move::Swap(upper, lower)) => state.swap(&mut self.terms, upper, lower)?,
                None if names_its_words(opcode) => return Ok(Step::End),
                None => return self.operate(node, state, pc, opcode),
            },
        }
        Ok(Step::Next)
    }

    fn pushed(&mut self, pc: usize) -> TermId {
        let behind = place(pc + 1).0;
        if let Ok(at) = self.placeholders.binary_search_by_key(&behind, |placeholder| placeholder.start) {
            let identity = self.terms.constant(alloy_primitives::U256::from(self.placeholders[at].identity));
            return self.terms.operation(self.code.opcode_at(pc), &[identity]);
        }
        if let Some(known) = self.pushed.get(pc).and_then(|known| known.checked_sub(1)) {
            return TermId::new(known);
        }
        let number = self.code.pushed_at(pc);
        let term = self.terms.constant(number);
        if let Some(known) = self.pushed.get_mut(pc) {
            *known = number_of(term.index() + 1);
        }
        term
    }

    fn operate(&mut self, node: NodeId, state: &mut State, pc: usize, opcode: u8) -> Result<Step, Halt> {
        let Some(info) = OPCODE_INFO[usize::from(opcode)] else { return Ok(Step::End) };
        let mut operands = Operands::NONE;
        for _ in 0..info.inputs() {
            operands.push(state.pop(&mut self.terms)?);
        }
        let words = operands.as_slice();
        if matches!(opcode, op::AND | op::OR | op::MSTORE | op::SSTORE | op::TSTORE) {
            self.keep_labels(words);
        }
        let pushes = info.outputs() > 0;
        let word = if is_pure(opcode) {
            Some(self.terms.operation(opcode, words))
        } else {
            self.act(node, state, pc, opcode, operands)
        };
        if pushes {
            let word = match word {
                Some(word) => word,
                None => self.terms.result(node, place(pc)),
            };
            state.push(word)?;
        }
        Ok(if info.is_terminating() { Step::End } else { Step::Next })
    }

    /// An instruction that reads or changes more than the stack. Answers the word that it pushes, when it is known.
    fn act(&mut self, node: NodeId, state: &mut State, pc: usize, opcode: u8, operands: Operands) -> Option<TermId> {
        let here = place(pc);
        let words = operands.as_slice();
        let mut data = Vec::new();
        let mut result = None;
        match opcode {
            op::PC => return Some(self.terms.constant(alloy_primitives::U256::from(here.0))),
            op::GAS | op::MSIZE => return None,
            op::MLOAD => {
                result = state.memory.load(&mut self.terms, words[0]);
                if result.is_none() {
                    let word = self.terms.result(node, here);
                    let floor = self.floor(node, words[0]);
                    state.memory.learn(&self.terms, words[0], floor, word);
                }
            }
            op::MSTORE => {
                let floor = self.floor(node, words[0]);
                state.memory.store(&self.terms, words[0], floor, words[1]);
                self.nodes[node].in_memory.push(words[1]);
            }
            op::MSTORE8 => {
                let floor = self.floor(node, words[0]);
                state.memory.store_byte(&self.terms, words[0], floor, words[1]);
                self.nodes[node].in_memory.push(words[1]);
            }
            op::KECCAK256 => {
                data = self.read(state, words[0], words[1]);
                result = self.hash(&data, words[1]).or_else(|| self.open_hash(node, state, here, words));
            }
            op::CODECOPY => self.copy_code(node, state, words),
            op::CALLDATACOPY | op::RETURNDATACOPY | op::MCOPY => {
                self.forget(node, state, words[0], words[2]);
            }
            op::EXTCODECOPY => self.forget(node, state, words[1], words[3]),
            op::CALL | op::CALLCODE => {
                data = self.read(state, words[3], words[4]);
                self.forget(node, state, words[5], words[6]);
            }
            op::DELEGATECALL | op::STATICCALL => {
                data = self.read(state, words[2], words[3]);
                self.forget(node, state, words[4], words[5]);
            }
            op::RETURN | op::REVERT | op::LOG0..=op::LOG4 => data = self.read(state, words[0], words[1]),
            op::CREATE | op::CREATE2 => data = self.read(state, words[1], words[2]),
            _ => {}
        }
        if !matches!(opcode, op::MSTORE | op::MSTORE8 | op::MLOAD) {
            let pushes = OPCODE_INFO[usize::from(opcode)].is_some_and(|info| info.outputs() > 0);
            let word = pushes.then(|| result.unwrap_or_else(|| self.terms.result(node, here)));
            self.steps += 1 + 2 * data.len() as u64;
            let effect = Effect { pc: here, opcode, result: word, data: data.into(), operands };
            self.nodes[node].effects.push(effect);
        }
        result
    }

    /// The bytes of a region, as far as they are known.
    fn read(&mut self, state: &State, address: TermId, len: TermId) -> Vec<Piece> {
        let len = self.terms.number(len).and_then(|len| u64::try_from(*len).ok()).unwrap_or(u64::MAX);
        state.memory.read_prefix(&mut self.terms, address, len)
    }

    fn hash(&mut self, data: &[Piece], len: TermId) -> Option<TermId> {
        let known: u64 = data.iter().map(|piece| u64::from(piece.len)).sum();
        let is_whole = self.terms.number(len).is_some_and(|len| *len == alloy_primitives::U256::from(known));
        (is_whole && known > 0).then(|| self.terms.hash(data))
    }

    /// The hash of a region that ends with a known word, as the value of a mapping whose keys are strings.
    fn open_hash(&mut self, node: NodeId, state: &State, here: Pc, words: &[TermId]) -> Option<TermId> {
        if self.terms.number(words[1]).is_some() {
            return None;
        }
        let last = state.memory.read_last(&self.terms, words[0], words[1])?;
        let first = Piece { term: self.terms.result(node, here), skip: 0, len: 0 };
        Some(self.terms.hash(&[first, last]))
    }

    /// Bytes that are not followed are written to memory.
    fn forget(&mut self, node: NodeId, state: &mut State, address: TermId, len: TermId) {
        let floor = self.floor(node, address);
        state.memory.forget(&self.terms, address, floor, Some(len));
    }

    /// Code is copied to memory: constants, rows of tables, or code to deploy.
    fn copy_code(&mut self, node: NodeId, state: &mut State, words: &[TermId]) {
        let [to, from, len] = *words else { return };
        let len_bytes = self.terms.number(len).and_then(|len| u8::try_from(*len).ok());
        if let Some(len_bytes) = len_bytes.filter(|&len| 0 < len && len <= MAX_COPIED_BYTES) {
            let word = self.code_word(from, len);
            let floor = self.floor(node, to);
            state.memory.store_piece(&self.terms, to, floor, Piece { term: word, skip: 0, len: len_bytes });
        } else {
            self.note_copied(from, len);
            self.forget(node, state, to, len);
        }
    }
}

fn place(pc: usize) -> Pc {
    Pc(u32::try_from(pc).unwrap_or(u32::MAX))
}

/// Whether an instruction's result depends on its operands alone, or stays the same during a call.
fn is_pure(opcode: u8) -> bool {
    matches!(
        opcode,
        op::ADD..=op::SIGNEXTEND
            | op::LT..=op::CLZ
            | op::ADDRESS
            | op::ORIGIN
            | op::CALLER
            | op::CALLVALUE
            | op::CALLDATALOAD
            | op::CALLDATASIZE
            | op::CODESIZE
            | op::GASPRICE
            | op::BLOCKHASH
            | op::COINBASE
            | op::TIMESTAMP
            | op::NUMBER
            | op::DIFFICULTY
            | op::GASLIMIT
            | op::CHAINID
            | op::BASEFEE
            | op::BLOBHASH
            | op::BLOBBASEFEE
    )
}
