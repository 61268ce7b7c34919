//! Reads the text form.

use std::collections::HashMap;
use std::fmt;

use alloy_primitives::U256;
use foldhash::fast::RandomState;

use crate::index_vec::IndexVec;
use crate::instruction::Pc;
use crate::term::{FunctionId, NodeId};

use super::super::number::in_order;
use super::lexer::{Lexer, Place, Token};
use super::{
    BasicBlock, Continuation, Definition, Edge, Function, Id, Instruction, Parameter, Program, Terminator, ValueId,
    opcode_named,
};
use crate::graph::BlockId;

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.what)
    }
}

impl std::error::Error for ParseError {}

/// Reads a program. Blocks and functions are in the order of their numbers; every value that is used is defined, once.
/// Whatever else a program promises is for [`verify`](super::super::verify()) to say.
pub fn parse(text: &str) -> Result<Program, ParseError> {
    let mut parser = Parser::new(text)?;
    let mut program = Program::default();
    while parser.token != Token::End {
        let function = parser.function(program.functions.len())?;
        program.functions.push(function);
    }
    Ok(program)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    place: Place,
    names: Names,
}

/// The values of the function that is read.
#[derive(Default)]
struct Names {
    values: IndexVec<ValueId, Definition>,
    numbers: HashMap<U256, ValueId, RandomState>,
    unknown: Option<ValueId>,
    named: HashMap<u32, ValueId, RandomState>,
    /// Where each value was first used, until its definition is found.
    open: HashMap<ValueId, Place, RandomState>,
}

type Parsed<T> = Result<T, ParseError>;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parsed<Self> {
        let mut lexer = Lexer::new(text);
        let (token, place) = lexer.next()?;
        Ok(Self { lexer, token, place, names: Names::default() })
    }

    fn advance(&mut self) -> Parsed<()> {
        (self.token, self.place) = self.lexer.next()?;
        Ok(())
    }

    fn unexpected<T>(&self, wanted: &str) -> Parsed<T> {
        Err(self.place.error(format!("expected {wanted}, found {}", self.token.text())))
    }

    fn is_sign(&self, sign: char) -> bool {
        self.token == Token::Sign(sign)
    }

    /// Takes a sign when it is there.
    fn took(&mut self, sign: char) -> Parsed<bool> {
        let is_there = self.is_sign(sign);
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn sign(&mut self, sign: char) -> Parsed<()> {
        if self.took(sign)? { Ok(()) } else { self.unexpected(&format!("`{sign}`")) }
    }

    fn word(&mut self, wanted: &str) -> Parsed<&'a str> {
        let Token::Word(word) = self.token else { return self.unexpected(wanted) };
        self.advance()?;
        Ok(word)
    }

    /// A word that a function makes something of.
    fn read<T>(&mut self, wanted: &str, make: impl FnOnce(&str) -> Option<T>) -> Parsed<T> {
        let result = match self.token {
            Token::Word(word) => make(word),
            _ => None,
        };
        let Some(result) = result else { return self.unexpected(wanted) };
        self.advance()?;
        Ok(result)
    }

    /// Things with commas between them, up to a sign.
    fn list<T>(&mut self, end: char, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        if self.took(end)? {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.took(end)? {
                return Ok(items);
            }
            self.sign(',')?;
        }
    }

    fn function(&mut self, number: usize) -> Parsed<Function> {
        self.names = Names::default();
        let id: FunctionId = FunctionId::new(number);
        self.read(&format!("`{id}`"), |word| (numbered(word, 'f') == Some(id.0)).then_some(()))?;
        self.sign('@')?;
        let entry = self.pc()?;
        self.sign('(')?;
        let parameters = self.list(')', Self::parameter)?;
        let mut exits = Vec::new();
        if self.token == Token::Arrow {
            self.advance()?;
            exits.push(self.count()?);
            while self.took(',')? {
                exits.push(self.count()?);
            }
        }
        self.sign('{')?;
        let mut instructions = IndexVec::new();
        let mut blocks = IndexVec::new();
        while !self.took('}')? {
            let block = self.block(blocks.len(), &mut instructions)?;
            blocks.push(block);
        }
        let names = std::mem::take(&mut self.names);
        let first_open = names.open.into_values().min_by_key(|place| (place.line, place.column));
        if let Some(place) = first_open {
            return Err(place.error("a value is used and not defined"));
        }
        Ok(in_order(Function { entry, parameters, exits, blocks, instructions, values: names.values }))
    }

    fn block(
        &mut self,
        number: usize,
        instructions: &mut IndexVec<super::super::InstId, Instruction>,
    ) -> Parsed<BasicBlock> {
        let id = BlockId::new(number);
        self.read(&format!("`{id}` or `}}`"), |word| (numbered(word, 'b') == Some(id.0)).then_some(()))?;
        let node = match self.token {
            Token::Word(_) => Some(NodeId(self.read("a node or `@`", |word| numbered(word, 'n'))?)),
            _ => None,
        };
        self.sign('@')?;
        let pc = self.pc()?;
        let parameters = if self.took('(')? { self.list(')', Self::parameter)? } else { Vec::new() };
        self.sign(':')?;
        let mut placed = Vec::new();
        let terminator = loop {
            if self.token == Token::Word("jump") {
                self.advance()?;
                break Terminator::Jump(self.edge()?);
            }
            let pc = self.read("`jump` or the place of an instruction", place)?;
            self.sign(':')?;
            match self.terminator(pc)? {
                Some(terminator) => break terminator,
                None => placed.push(instructions.push(self.instruction(pc)?)),
            }
        };
        Ok(BasicBlock { pc, node, parameters, instructions: placed, terminator })
    }

    fn instruction(&mut self, pc: Pc) -> Parsed<Instruction> {
        let is_value = matches!(self.token, Token::Word(word) if numbered(word, 'v').is_some());
        let result = if is_value {
            let result = self.definition()?;
            self.sign('=')?;
            Some(result)
        } else {
            None
        };
        let opcode = self.read("an opcode", opcode_named)?;
        let operands = self.operands()?;
        Ok(Instruction { pc, opcode, operands, result })
    }

    /// Operands up to the end of the line. The place of the next instruction is no operand: a colon follows it.
    fn operands(&mut self) -> Parsed<Vec<ValueId>> {
        let mut operands = Vec::new();
        while matches!(self.token, Token::Word(word) if word != "jump") && !self.is_place()? {
            operands.push(self.value()?);
            if !self.took(',')? {
                break;
            }
        }
        Ok(operands)
    }

    /// Whether the next line begins, or the next block.
    fn is_place(&self) -> Parsed<bool> {
        let (next, _) = self.lexer.clone().next()?;
        let is_block = matches!(self.token, Token::Word(word) if numbered(word, 'b').is_some());
        Ok(next == Token::Sign(':') || is_block)
    }

    fn terminator(&mut self, pc: Pc) -> Parsed<Option<Terminator>> {
        let Token::Word(word) = self.token else { return self.unexpected("an instruction") };
        if !matches!(word, "branch" | "switch" | "call" | "return" | "halt" | "unknown") {
            return Ok(None);
        }
        self.advance()?;
        Ok(Some(match word {
            "branch" => {
                let condition = self.value()?;
                self.sign(',')?;
                let then = self.edge()?;
                self.sign(',')?;
                Terminator::Branch { pc, condition, then, otherwise: self.edge()? }
            }
            "switch" => {
                let target = self.value()?;
                self.sign(',')?;
                self.sign('[')?;
                let edges = self.list(']', Self::edge)?;
                let is_complete = self.token != Token::Word("partial");
                if !is_complete {
                    self.advance()?;
                }
                Terminator::Switch { pc, target, edges, is_complete }
            }
            "call" => {
                let function = FunctionId(self.read("a function", |word| numbered(word, 'f'))?);
                self.sign('(')?;
                let arguments = self.list(')', Self::value)?;
                self.sign('[')?;
                Terminator::Call { pc, function, arguments, continuations: self.list(']', Self::continuation)? }
            }
            "return" => {
                let exit = self.count()?;
                self.sign('(')?;
                Terminator::Return { pc, exit, values: self.list(')', Self::value)? }
            }
            "halt" => {
                let opcode = self.read("an opcode", opcode_named)?;
                Terminator::Halt { pc, opcode, operands: self.operands()? }
            }
            _ => Terminator::Unknown { pc },
        }))
    }

    fn continuation(&mut self) -> Parsed<Continuation> {
        let exit = self.count()?;
        self.sign('(')?;
        let results = self.list(')', Self::definition)?;
        Ok(Continuation { exit, results, edge: self.edge()? })
    }

    fn edge(&mut self) -> Parsed<Edge> {
        let block = BlockId(self.read("a block", |word| numbered(word, 'b'))?);
        let arguments = if self.took('(')? { self.list(')', Self::value)? } else { Vec::new() };
        Ok(Edge { block, arguments })
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let value = self.definition()?;
        self.sign(':')?;
        let height =
            self.read("a height", |word| word.parse().ok().filter(|height: &i32| height.to_string() == word))?;
        Ok(Parameter { value, height })
    }

    fn pc(&mut self) -> Parsed<Pc> {
        self.read("a place such as `0x1f`", place)
    }

    fn count(&mut self) -> Parsed<u32> {
        self.read("a number", decimal)
    }

    fn definition(&mut self) -> Parsed<ValueId> {
        let at = self.place;
        let name = self.read("a value such as `v1`", |word| numbered(word, 'v'))?;
        let known = self.names.named.get(&name).copied();
        let value = known.unwrap_or_else(|| self.names.new_value(name));
        if known.is_some() && self.names.open.remove(&value).is_none() {
            return Err(at.error(format!("`v{name}` is defined again")));
        }
        Ok(value)
    }

    fn value(&mut self) -> Parsed<ValueId> {
        let at = self.place;
        let word = self.word("a value")?;
        if word == "?" {
            let names = &mut self.names;
            return Ok(*names.unknown.get_or_insert_with(|| names.values.push(Definition::Unknown)));
        }
        if let Some(name) = numbered(word, 'v') {
            if let Some(&known) = self.names.named.get(&name) {
                return Ok(known);
            }
            let value = self.names.new_value(name);
            self.names.open.insert(value, at);
            return Ok(value);
        }
        let Some(number) = hexadecimal(word) else {
            return Err(at.error(format!("expected a value, found {}", Token::Word(word).text())));
        };
        let Names { numbers, values, .. } = &mut self.names;
        Ok(*numbers.entry(number).or_insert_with(|| values.push(Definition::Constant(number))))
    }
}

impl Names {
    fn new_value(&mut self, name: u32) -> ValueId {
        // Its definition follows from where it stands.
        let value = self.values.push(Definition::Unknown);
        self.named.insert(name, value);
        value
    }
}

fn numbered(word: &str, letter: char) -> Option<u32> {
    decimal(word.strip_prefix(letter)?)
}

fn decimal(word: &str) -> Option<u32> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

fn place(word: &str) -> Option<Pc> {
    u32::try_from(hexadecimal(word)?).ok().map(Pc)
}

fn hexadecimal(word: &str) -> Option<U256> {
    let digits = word.strip_prefix("0x").filter(|digits| (1..=64).contains(&digits.len()))?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| U256::from_str_radix(digits, 16).ok()).flatten()
}
