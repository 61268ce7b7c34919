//! What a lifted code computes, in static single assignment form: every word that the EVM's stack would hold has a name
//! that is given once.
//!
//! A [`Program`] has a [`Function`] for each one that the lifter found, with the same [`FunctionId`]. A [`BasicBlock`]
//! stands for a node of the lifter, or for a place between a call and what follows it that has no instructions. Where
//! ways meet that bring different words, the block has a **parameter**, and each [`Edge`] into it brings an argument. A
//! parameter is a place on the stack: its height is counted from the stack that the function was entered with, whose
//! own words have negative heights, so that in the code as a whole parameter n is stack slot n. Places that always bring
//! the same word, and those that nothing reads, have no parameter.
//!
//! `DUP`, `SWAP`, `POP`, `PUSH` and `JUMPDEST` are gone. What is pushed is a constant, or, where a deployment fills in
//! the bytes, a `PUSH` instruction whose operand names the placeholder. Return labels are no words any more: a call
//! names its function, and each exit of the function its continuation.
//!
//! What the lifter did not see is here as well: [`Terminator::Unknown`], a [`Terminator::Switch`] that is not complete,
//! and [`Definition::Unknown`] for words that were not followed.
//!
//! # Why it is small
//!
//! Blocks and instructions are as many as the nodes of the lifter have. Parameters are made for the places alone that
//! something reads, and all together they are capped by the size of the lifted code: further reads are
//! [`Definition::Unknown`].

use alloy_primitives::U256;

use crate::index_vec::{IndexVec, ids};
use crate::instruction::Pc;
use crate::lift::Lifted;
use crate::term::{FunctionId, NodeId};

mod build;
mod number;
pub mod text;
pub mod verify;

pub use text::{ParseError, parse};
pub use verify::{Invariant, Violation, verify};

pub use crate::graph::BlockId;

ids! {
    /// An instruction of a function.
    pub InstId "i";
    /// A value of a function.
    pub ValueId "v";
}

/// The functions of a code, the code as a whole first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Functions, numbered as the lifter numbers them.
    pub functions: IndexVec<FunctionId, Function>,
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its first instruction.
    pub entry: Pc,
    /// The words that callers give, the topmost first; places that it does not read are left out.
    pub parameters: Vec<Parameter>,
    /// How many words it leaves on the stack at each of its exits.
    pub exits: Vec<u32>,
    /// Its blocks. It begins with the first, which has no parameters and is jumped to by none.
    pub blocks: IndexVec<BlockId, BasicBlock>,
    /// Instructions, each of one block.
    pub instructions: IndexVec<InstId, Instruction>,
    /// How each value comes about; numbered in the order in which the text form mentions them.
    pub values: IndexVec<ValueId, Definition>,
}

/// A value that stands for a place on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The value.
    pub value: ValueId,
    /// The place, in words over the stack that the function was entered with; its own topmost word is at -1.
    pub height: i32,
}

/// Instructions that are executed one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicBlock {
    /// The first instruction, or for a block without a node the jump or call that leads to it.
    pub pc: Pc,
    /// The node of the lifter.
    pub node: Option<NodeId>,
    /// What the edges into it bring, from the lowest place on the stack.
    pub parameters: Vec<Parameter>,
    /// Instructions in order.
    pub instructions: Vec<InstId>,
    /// How it ends.
    pub terminator: Terminator,
}

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its place.
    pub pc: Pc,
    /// Its opcode.
    pub opcode: u8,
    /// What it takes, the top of the stack first.
    pub operands: Vec<ValueId>,
    /// What it pushes.
    pub result: Option<ValueId>,
}

/// A way into a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The block.
    pub block: BlockId,
    /// An argument for each parameter of the block.
    pub arguments: Vec<ValueId>,
}

/// Where a call goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation {
    /// The exit of the called function.
    pub exit: u32,
    /// The words that it leaves, the lowest first. They are defined on the way to the block.
    pub results: Vec<ValueId>,
    /// The way on.
    pub edge: Edge,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// It goes on in one block.
    Jump(Edge),
    /// It goes on in one of two.
    Branch {
        /// The instruction.
        pc: Pc,
        /// What decides.
        condition: ValueId,
        /// The way when the condition is not zero.
        then: Edge,
        /// The way when it is zero.
        otherwise: Edge,
    },
    /// It jumps to a computed place.
    Switch {
        /// The instruction.
        pc: Pc,
        /// The place.
        target: ValueId,
        /// The ways that were found.
        edges: Vec<Edge>,
        /// Whether there are no others.
        is_complete: bool,
    },
    /// It calls a function.
    Call {
        /// The instruction.
        pc: Pc,
        /// The function.
        function: FunctionId,
        /// An argument for each parameter of the function.
        arguments: Vec<ValueId>,
        /// In ascending order of exits; an exit that is missing is not followed.
        continuations: Vec<Continuation>,
    },
    /// It goes back to the caller.
    Return {
        /// The instruction.
        pc: Pc,
        /// The exit.
        exit: u32,
        /// The words that are left, the lowest first.
        values: Vec<ValueId>,
    },
    /// The execution ends, by its own will or not.
    Halt {
        /// The instruction.
        pc: Pc,
        /// Its opcode; one that does not halt by itself finds a stack that is too short or too long, or a bad target.
        opcode: u8,
        /// What it takes, the top of the stack first.
        operands: Vec<ValueId>,
    },
    /// Nobody followed it further.
    Unknown {
        /// The instruction.
        pc: Pc,
    },
}

/// How a value comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Definition {
    /// It is a number.
    Constant(U256),
    /// It is given by the callers.
    Parameter {
        /// Its place among the parameters.
        index: u32,
    },
    /// It is given to a block.
    BlockParameter {
        /// The block.
        block: BlockId,
        /// Its place among the parameters.
        index: u32,
    },
    /// An instruction pushes it.
    Instruction(InstId),
    /// A called function leaves it.
    Result {
        /// The block that calls.
        block: BlockId,
        /// The exit of the called function.
        exit: u32,
        /// Its place among the words that are left, from the lowest.
        index: u32,
    },
    /// A word that was not followed.
    Unknown,
}

impl Terminator {
    /// The ways to blocks of the same function, in the order of the text form.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        let (one, other, many, continuations): (_, _, &[Edge], &[Continuation]) = match self {
            Self::Jump(edge) => (Some(edge), None, &[], &[]),
            Self::Branch { then, otherwise, .. } => (Some(then), Some(otherwise), &[], &[]),
            Self::Switch { edges, .. } => (None, None, edges, &[]),
            Self::Call { continuations, .. } => (None, None, &[], continuations),
            Self::Return { .. } | Self::Halt { .. } | Self::Unknown { .. } => (None, None, &[], &[]),
        };
        one.into_iter().chain(other).chain(many).chain(continuations.iter().map(|continuation| &continuation.edge))
    }

    /// The values that the end itself takes, without the arguments of edges.
    pub fn operands(&self) -> &[ValueId] {
        match self {
            Self::Branch { condition, .. } => std::slice::from_ref(condition),
            Self::Switch { target, .. } => std::slice::from_ref(target),
            Self::Call { arguments, .. } => arguments,
            Self::Return { values, .. } => values,
            Self::Halt { operands, .. } => operands,
            Self::Jump(_) | Self::Unknown { .. } => &[],
        }
    }

    /// Where calls go on.
    pub fn continuations(&self) -> &[Continuation] {
        match self {
            Self::Call { continuations, .. } => continuations,
            _ => &[],
        }
    }
}

impl Function {
    /// The number that a value is.
    pub fn constant(&self, value: ValueId) -> Option<U256> {
        match self.values.get(value) {
            Some(Definition::Constant(number)) => Some(*number),
            _ => None,
        }
    }
}

/// Builds the form of a lifted code. Total, and linear in what was lifted.
///
/// ```
/// use uplint_bytecode::{lift, ssa};
///
/// // PUSH1 1, PUSH0, CALLDATALOAD, ADD, PUSH0, SSTORE, STOP
/// let program = ssa::build(&lift(&[0x60, 0x01, 0x5f, 0x35, 0x01, 0x5f, 0x55, 0x00]));
/// assert!(ssa::verify(&program).is_empty());
/// assert!(program.to_string().contains("v0 = CALLDATALOAD 0x0"));
/// assert_eq!(ssa::parse(&program.to_string()), Ok(program));
/// ```
pub fn build(lifted: &Lifted<'_>) -> Program {
    build::program(lifted)
}
