//! A program as text, which is the same for equal programs and is read back by [`parse`].
//!
//! ```text
//! f0 @0x0() {
//! b0 n0 @0x0:
//!   0x2: v0 = CALLDATALOAD 0x0
//!   0x9: call f1(v0) [0 (v2) b1]
//! b1 n2 @0xa:
//!   0xc: SSTORE 0x0, v2
//!   0xd: halt STOP
//! }
//! f1 @0x10(v0: -1) -> 1 {
//! b0 n1 @0x10:
//!   0x13: v1 = ADD v0, 0x1
//!   0x15: return 0 (v1)
//! }
//! ```
//!
//! A function has its first instruction, its parameters with their heights, and the number of words that each of its
//! exits leaves. A block has the node of the lifter, when there is one, its first instruction and its parameters. Each
//! line begins with the place of the instruction, but for `jump`, which is none. Other ends are `branch condition, then,
//! otherwise`, `switch target, [edges]` with `partial` behind it when edges may be missing, `call` with the results and
//! the edge of each exit, `return exit (values)`, `halt OPCODE operands` and `unknown`. A word that is not known is `?`.
//!
//! Numbers of values are names to the reader: it numbers them anew, in the order of the text.

use std::collections::BTreeSet;
use std::fmt;

use revm_bytecode::opcode::OpCode;

use crate::index_vec::Id;
use crate::term::FunctionId;

use super::{
    BasicBlock, BlockId, Continuation, Definition, Edge, Function, Instruction, Parameter, Program, Terminator, ValueId,
};

mod lexer;
mod parser;

pub use parser::{ParseError, parse};

/// What an opcode without a name is called, before its two digits.
const UNNAMED: &str = "OP_";

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.functions.iter_enumerated().try_for_each(|(id, function)| write_function(f, id, function, &|_| true))
    }
}

/// Some blocks of a function as text. With all of them it is the function as its program prints it; with fewer it is an
/// excerpt for readers, which [`parse`] need not take.
pub struct Excerpt<'a> {
    /// The number of the function.
    pub id: FunctionId,
    /// The function.
    pub function: &'a Function,
    /// The blocks.
    pub blocks: &'a BTreeSet<BlockId>,
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_function(f, self.id, self.function, &|block| self.blocks.contains(&block))
    }
}

fn write_function(
    f: &mut fmt::Formatter<'_>,
    id: FunctionId,
    function: &Function,
    is_shown: &dyn Fn(BlockId) -> bool,
) -> fmt::Result {
    write!(f, "{id} @{}", function.entry)?;
    write_parameters(f, &function.parameters, function, true)?;
    for (at, words) in function.exits.iter().enumerate() {
        write!(f, "{}{words}", if at == 0 { " -> " } else { ", " })?;
    }
    writeln!(f, " {{")?;
    for (id, block) in function.blocks.iter_enumerated().filter(|(id, _)| is_shown(*id)) {
        write!(f, "{id} ")?;
        write_block(f, function, block)?;
    }
    writeln!(f, "}}")
}

fn write_block(f: &mut fmt::Formatter<'_>, function: &Function, block: &BasicBlock) -> fmt::Result {
    if let Some(node) = block.node {
        write!(f, "{node} ")?;
    }
    write!(f, "@{}", block.pc)?;
    write_parameters(f, &block.parameters, function, false)?;
    writeln!(f, ":")?;
    for &id in &block.instructions {
        if let Some(instruction) = function.instructions.get(id) {
            write_instruction(f, function, instruction)?;
        }
    }
    write_terminator(f, function, &block.terminator)
}

fn write_instruction(f: &mut fmt::Formatter<'_>, function: &Function, instruction: &Instruction) -> fmt::Result {
    write!(f, "  {}: ", instruction.pc)?;
    if let Some(result) = instruction.result {
        write!(f, "{result} = ")?;
    }
    write!(f, "{}", Name(instruction.opcode))?;
    if !instruction.operands.is_empty() {
        write!(f, " {}", Values(function, &instruction.operands))?;
    }
    writeln!(f)
}

fn write_terminator(f: &mut fmt::Formatter<'_>, function: &Function, terminator: &Terminator) -> fmt::Result {
    let way = |edge| Way(function, edge);
    match terminator {
        Terminator::Jump(edge) => writeln!(f, "  jump {}", way(edge)),
        Terminator::Branch { pc, condition, then, otherwise } => {
            writeln!(f, "  {pc}: branch {}, {}, {}", Word(function, *condition), way(then), way(otherwise))
        }
        Terminator::Switch { pc, target, edges, is_complete } => {
            write!(f, "  {pc}: switch {}, [", Word(function, *target))?;
            for (at, edge) in edges.iter().enumerate() {
                write!(f, "{}{}", if at == 0 { "" } else { ", " }, way(edge))?;
            }
            writeln!(f, "]{}", if *is_complete { "" } else { " partial" })
        }
        Terminator::Call { pc, function: called, arguments, continuations } => {
            write!(f, "  {pc}: call {called}({}) [", Values(function, arguments))?;
            for (at, Continuation { exit, results, edge }) in continuations.iter().enumerate() {
                let separator = if at == 0 { "" } else { ", " };
                write!(f, "{separator}{exit} ({}) {}", Values(function, results), way(edge))?;
            }
            writeln!(f, "]")
        }
        Terminator::Return { pc, exit, values } => {
            writeln!(f, "  {pc}: return {exit} ({})", Values(function, values))
        }
        Terminator::Halt { pc, opcode, operands } => {
            write!(f, "  {pc}: halt {}", Name(*opcode))?;
            let separator = if operands.is_empty() { "" } else { " " };
            writeln!(f, "{separator}{}", Values(function, operands))
        }
        Terminator::Unknown { pc } => writeln!(f, "  {pc}: unknown"),
    }
}

/// Parameters with their heights; those of a function stand in parentheses even when there are none.
fn write_parameters(
    f: &mut fmt::Formatter<'_>,
    parameters: &[Parameter],
    function: &Function,
    is_function: bool,
) -> fmt::Result {
    if parameters.is_empty() && !is_function {
        return Ok(());
    }
    f.write_str("(")?;
    for (at, parameter) in parameters.iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        write!(f, "{separator}{}: {}", Word(function, parameter.value), parameter.height)?;
    }
    f.write_str(")")
}

/// The name of an opcode.
struct Name(u8);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match OpCode::new(self.0) {
            Some(opcode) => f.write_str(opcode.as_str()),
            None => write!(f, "{UNNAMED}{:02X}", self.0),
        }
    }
}

/// A value, by its number or as the number that it is.
struct Word<'a>(&'a Function, ValueId);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.values.get(self.1) {
            Some(Definition::Constant(number)) => write!(f, "{number:#x}"),
            Some(Definition::Unknown) => f.write_str("?"),
            _ => write!(f, "{}", self.1),
        }
    }
}

/// Values with commas between them.
struct Values<'a>(&'a Function, &'a [ValueId]);

impl fmt::Display for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, &value) in self.1.iter().enumerate() {
            write!(f, "{}{}", if at == 0 { "" } else { ", " }, Word(self.0, value))?;
        }
        Ok(())
    }
}

/// An edge.
struct Way<'a>(&'a Function, &'a Edge);

impl fmt::Display for Way<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.1.block)?;
        if !self.1.arguments.is_empty() {
            write!(f, "({})", Values(self.0, &self.1.arguments))?;
        }
        Ok(())
    }
}

/// The opcode of a name.
fn opcode_named(name: &str) -> Option<u8> {
    if let Some(digits) = name.strip_prefix(UNNAMED).filter(|digits| digits.len() == 2) {
        return u8::from_str_radix(digits, 16).ok().filter(|&opcode| OpCode::new(opcode).is_none());
    }
    OpCode::parse(name).map(OpCode::get)
}
