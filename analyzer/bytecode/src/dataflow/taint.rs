//! Where do the words come from that decide what is called, jumped to, written or destroyed?
//!
//! Forward. The lattice of a value is the sets of [`Source`]s under inclusion, so that facts rise at most as often as
//! there are sources. A value has the sources of all that has a part in computing it, addresses of loads included; the
//! result of a load or a call has its own source besides. Top is all sources; a word that was not followed has
//! [`Source::Unknown`] alone.
//!
//! Memory and storage are not followed: what is loaded comes from [`Source::Memory`] or [`Source::Storage`], whatever was
//! written there. Branches taint nothing: what a condition decides has no part of it.

use std::fmt;

use revm_bytecode::opcode as op;

use crate::instruction::Pc;
use crate::ssa::{BlockId, Definition, Function, Instruction, Program, Terminator, ValueId};
use crate::term::FunctionId;

use super::{Analysis, Direction, JoinSemilattice, Solution, solve};

/// Where a word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The call data.
    CallData,
    /// The account that calls.
    Caller,
    /// The account that signed the transaction.
    Origin,
    /// The value of the call.
    CallValue,
    /// What a call to another account or a deployment answered.
    ReturnData,
    /// Storage, persistent or transient.
    Storage,
    /// Memory, and hashes of it.
    Memory,
    /// Balances, code and hashes of code of accounts.
    Account,
    /// The block and the transaction: time, number, gas and prices.
    Block,
    /// A word that was not followed.
    Unknown,
}

impl Source {
    /// All sources, in order.
    pub const ALL: [Self; 10] = [
        Self::CallData,
        Self::Caller,
        Self::Origin,
        Self::CallValue,
        Self::ReturnData,
        Self::Storage,
        Self::Memory,
        Self::Account,
        Self::Block,
        Self::Unknown,
    ];

    /// The source of the result of an instruction.
    fn of(opcode: u8) -> Option<Self> {
        Some(match opcode {
            op::CALLDATALOAD | op::CALLDATASIZE => Self::CallData,
            op::CALLER => Self::Caller,
            op::ORIGIN => Self::Origin,
            op::CALLVALUE => Self::CallValue,
            op::RETURNDATASIZE | op::CREATE..=op::CALLCODE | op::DELEGATECALL | op::CREATE2 | op::STATICCALL => {
                Self::ReturnData
            }
            op::SLOAD | op::TLOAD => Self::Storage,
            op::MLOAD | op::KECCAK256 => Self::Memory,
            op::BALANCE | op::SELFBALANCE | op::EXTCODESIZE | op::EXTCODEHASH => Self::Account,
            op::BLOCKHASH..=op::CHAINID | op::BASEFEE..=op::BLOBBASEFEE | op::GASPRICE | op::GAS => Self::Block,
            _ => return None,
        })
    }
}

/// A set of sources.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taint(u16);

impl Taint {
    /// The set of one source.
    pub fn from(source: Source) -> Self {
        Self(1 << source as u16)
    }

    /// Whether a source is in it.
    pub fn has(self, source: Source) -> bool {
        self.0 >> source as u16 & 1 == 1
    }

    /// Whether no source is in it.
    pub fn is_clean(self) -> bool {
        self.0 == 0
    }

    /// Its sources, in order.
    pub fn sources(self) -> impl Iterator<Item = Source> {
        Source::ALL.into_iter().filter(move |&source| self.has(source))
    }
}

impl fmt::Debug for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.sources()).finish()
    }
}

impl JoinSemilattice for Taint {
    const BOTTOM: Self = Self(0);

    fn join(&mut self, other: &Self) -> bool {
        let before = self.0;
        self.0 |= other.0;
        self.0 != before
    }
}

/// The analysis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taints;

impl Analysis for Taints {
    type Fact = Taint;

    const DIRECTION: Direction = Direction::Forward;

    fn boundary(&self, definition: &Definition) -> Taint {
        if *definition == Definition::Unknown { Taint::from(Source::Unknown) } else { Taint::BOTTOM }
    }

    fn transfer(&self, instruction: &Instruction, given: &[Taint]) -> Taint {
        let own = Source::of(instruction.opcode).map_or(Taint::BOTTOM, Taint::from);
        given.iter().fold(own, |all, taint| Taint(all.0 | taint.0))
    }
}

/// What a word decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sink {
    /// Where a jump leads that could lead to several places.
    JumpTarget,
    /// The account that is called.
    CallTarget,
    /// The account whose code is executed with this one's storage.
    DelegateTarget,
    /// The slot that is written, persistent or transient.
    WrittenSlot,
    /// The account that gets the balance when this one is destroyed.
    SelfDestruct,
}

/// A sink and what has a part in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaintedSink {
    /// The function.
    pub function: FunctionId,
    /// The block.
    pub block: BlockId,
    /// The instruction.
    pub pc: Pc,
    /// What the word decides.
    pub sink: Sink,
    /// The word.
    pub value: ValueId,
    /// Its sources, of which there is one at least.
    pub taint: Taint,
}

/// The sources of each value of a program.
pub fn taint(program: &Program) -> Solution<Taint> {
    solve(program, &Taints)
}

/// The sinks that are reached and whose words have a source, in the order of the program.
pub fn tainted_sinks(program: &Program, taint: &Solution<Taint>) -> Vec<TaintedSink> {
    let mut tainted = Vec::new();
    for (id, function) in program.functions.iter_enumerated() {
        for block in function.blocks.ids().filter(|&block| taint.is_reached(id, block)) {
            tainted.extend(sinks(function, block).filter_map(|(pc, sink, value)| {
                let taint = taint.fact(id, value);
                (!taint.is_clean()).then_some(TaintedSink { function: id, block, pc, sink, value, taint })
            }));
        }
    }
    tainted
}

/// The sinks of a block.
fn sinks(function: &Function, block: BlockId) -> impl Iterator<Item = (Pc, Sink, ValueId)> + '_ {
    let content = &function.blocks[block];
    let instructions = content.instructions.iter().filter_map(|&at| function.instructions.get(at));
    let within = instructions.filter_map(|instruction| {
        let (sink, at) = match instruction.opcode {
            op::CALL | op::STATICCALL => (Sink::CallTarget, 1),
            op::DELEGATECALL | op::CALLCODE => (Sink::DelegateTarget, 1),
            op::SSTORE | op::TSTORE => (Sink::WrittenSlot, 0),
            _ => return None,
        };
        Some((instruction.pc, sink, *instruction.operands.get(at)?))
    });
    let end = match &content.terminator {
        Terminator::Switch { pc, target, .. } => Some((*pc, Sink::JumpTarget, *target)),
        Terminator::Halt { pc, opcode: op::SELFDESTRUCT, operands } => {
            operands.first().map(|&value| (*pc, Sink::SelfDestruct, value))
        }
        _ => None,
    };
    within.chain(end)
}
