//! Values of expressions that the compiler knows at compile time, as far as slots and array lengths need them.
//!
//! Literals, references to constants, `keccak256`, `abi.encode`, the `erc7201` builtin, conversions that keep all 256
//! bits, arithmetic, and internal functions that only return such a value. Anything else has no value here. Arithmetic
//! that would overflow has none either, for Solidity would not compile it.
//!
//! Terminates because every step is paid from a budget, however constants refer to each other.

use std::cell::Cell;

use alloy_primitives::{U256, keccak256};
use uplint_artifact::{Ast, Field, Node, NodeKind, NodeRef};

use crate::declaration::is_constant_or_immutable;

/// Most nodes that one evaluation looks at; a byte string costs a step more for each [`BYTES_PER_STEP`].
const MAX_STEPS: usize = 2_000;

/// Deepest nesting of expressions that is followed.
const MAX_DEPTH: u32 = 100;

/// Longest byte string that is kept.
const MAX_BYTES: usize = 64 * 1024;

/// Bytes that are copied or hashed at the price of looking at a node.
const BYTES_PER_STEP: usize = 64;

/// What an expression stands for.
enum Value {
    /// 256 bits.
    Word(U256),
    /// A string or byte string.
    Bytes(Vec<u8>),
}

impl Value {
    fn word(self) -> Option<U256> {
        match self {
            Value::Word(word) => Some(word),
            Value::Bytes(_) => None,
        }
    }
}

/// A number that depends on no contract, such as the length of an array.
pub(crate) fn number(ast: &Ast, expression: NodeRef) -> Option<U256> {
    word(ast, &[], expression)
}

/// The 256 bits of an expression in the code of a contract whose bases are these, most derived first.
pub fn word(ast: &Ast, bases: &[NodeRef], expression: NodeRef) -> Option<U256> {
    Evaluator { ast, bases, steps: Cell::new(MAX_STEPS) }.value(expression, 0)?.word()
}

/// The slot of an ERC-7201 namespace: `keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~0xff`.
pub(crate) fn erc7201(id: &[u8]) -> U256 {
    let inner = U256::from_be_bytes(keccak256(id).0).wrapping_sub(U256::from(1));
    let outer = keccak256(inner.to_be_bytes::<32>());
    U256::from_be_bytes(outer.0) & !U256::from(0xff)
}

struct Evaluator<'a> {
    ast: &'a Ast,
    bases: &'a [NodeRef],
    steps: Cell<usize>,
}

impl Evaluator<'_> {
    fn value(&self, node: NodeRef, depth: u32) -> Option<Value> {
        self.pay(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let at = &self.ast[node];
        if let Some(number) = rational(at) {
            return Some(Value::Word(number));
        }
        match at.kind {
            NodeKind::Literal => {
                let value = literal(at)?;
                if let Value::Bytes(bytes) = &value {
                    self.pay(bytes.len() / BYTES_PER_STEP)?;
                }
                Some(value)
            }
            NodeKind::Identifier | NodeKind::MemberAccess | NodeKind::IdentifierPath => self.reference(node, depth),
            NodeKind::TupleExpression => self.value(self.only_child(node, Field::Components)?, depth + 1),
            NodeKind::UnaryOperation => self.unary(node, depth).map(Value::Word),
            NodeKind::BinaryOperation => self.binary(node, depth).map(Value::Word),
            NodeKind::FunctionCall => self.call(node, depth),
            _ => None,
        }
    }

    /// Takes steps from the budget; `None` when it has not so many left.
    fn pay(&self, steps: usize) -> Option<()> {
        self.steps.set(self.steps.get().checked_sub(steps)?);
        Some(())
    }

    fn word(&self, node: NodeRef, depth: u32) -> Option<U256> {
        self.value(node, depth)?.word()
    }

    fn only_child(&self, node: NodeRef, field: Field) -> Option<NodeRef> {
        let mut children = self.ast.children(node, field);
        let first = children.next()?;
        children.next().is_none().then_some(first)
    }

    /// A constant, or an immutable with a value in its declaration.
    fn reference(&self, node: NodeRef, depth: u32) -> Option<Value> {
        let declaration = self.ast.declaration_of(node)?;
        let is_variable = self.ast[declaration].kind == NodeKind::VariableDeclaration;
        if !is_variable || !is_constant_or_immutable(self.ast, declaration) {
            return None;
        }
        self.value(self.ast.child(declaration, Field::Value)?, depth + 1)
    }

    fn unary(&self, node: NodeRef, depth: u32) -> Option<U256> {
        let is_whole_word = self.is_whole_word(node);
        let operand = self.word(self.ast.child(node, Field::SubExpression)?, depth + 1)?;
        (self.ast[node].operator.as_deref() == Some("~") && is_whole_word).then_some(!operand)
    }

    /// Whether the type has 256 bits, so that complements and shifts need no cleaning.
    fn is_whole_word(&self, node: NodeRef) -> bool {
        matches!(self.ast[node].type_identifier.as_deref(), Some("t_bytes32" | "t_uint256"))
    }

    fn binary(&self, node: NodeRef, depth: u32) -> Option<U256> {
        let left = self.word(self.ast.child(node, Field::LeftExpression)?, depth + 1)?;
        let right = self.word(self.ast.child(node, Field::RightExpression)?, depth + 1)?;
        match self.ast[node].operator.as_deref()? {
            "+" => left.checked_add(right),
            "-" => left.checked_sub(right),
            "*" => left.checked_mul(right),
            "/" => left.checked_div(right),
            "%" => left.checked_rem(right),
            "**" => left.checked_pow(right),
            "&" => Some(left & right),
            "|" => Some(left | right),
            "^" => Some(left ^ right),
            "<<" if self.is_whole_word(node) => Some(left << right.saturating_to::<usize>().min(256)),
            ">>" if self.is_whole_word(node) => Some(left >> right.saturating_to::<usize>().min(256)),
            _ => None,
        }
    }

    fn call(&self, node: NodeRef, depth: u32) -> Option<Value> {
        let callee = self.ast.child(node, Field::Expression)?;
        if self.ast[node].sub_kind.as_deref() == Some("typeConversion") {
            return self.conversion(node, depth);
        }
        let at = &self.ast[callee];
        let is_builtin = at.referenced.and_then(|id| self.ast.by_id(id)).is_none();
        match (at.kind, at.name.as_deref()?) {
            (NodeKind::Identifier, "keccak256" | "sha3") if is_builtin => {
                let bytes = self.bytes(self.only_child(node, Field::Arguments)?, depth)?;
                Some(Value::Word(U256::from_be_bytes(keccak256(bytes).0)))
            }
            (NodeKind::Identifier, "erc7201") if is_builtin => {
                let id = self.bytes(self.only_child(node, Field::Arguments)?, depth)?;
                Some(Value::Word(erc7201(&id)))
            }
            (NodeKind::MemberAccess, "encode" | "encodePacked") if is_builtin => self.encode(node, callee, depth),
            (NodeKind::MemberAccess, "wrap" | "unwrap") if is_builtin => {
                self.value(self.only_child(node, Field::Arguments)?, depth + 1)
            }
            _ => self.returned_value(node, callee, depth),
        }
    }

    fn bytes(&self, node: NodeRef, depth: u32) -> Option<Vec<u8>> {
        match self.value(node, depth + 1)? {
            Value::Bytes(bytes) => Some(bytes),
            Value::Word(_) => None,
        }
    }

    /// Conversions that keep every bit, and a string's to `bytes`, `string` and `bytes32`.
    fn conversion(&self, node: NodeRef, depth: u32) -> Option<Value> {
        let value = self.value(self.only_child(node, Field::Arguments)?, depth + 1)?;
        let is_text = matches!(
            self.ast[node].type_string.as_deref(),
            Some("bytes memory" | "string memory" | "bytes" | "string")
        );
        match value {
            Value::Word(word) if self.is_whole_word(node) => Some(Value::Word(word)),
            Value::Bytes(bytes) if is_text => Some(Value::Bytes(bytes)),
            Value::Bytes(bytes) if self.is_whole_word(node) && bytes.len() <= 32 => {
                let mut word = [0; 32];
                word[..bytes.len()].copy_from_slice(&bytes);
                Some(Value::Word(U256::from_be_bytes(word)))
            }
            Value::Word(_) | Value::Bytes(_) => None,
        }
    }

    /// `abi.encode` of words, and `abi.encodePacked` of words and strings.
    fn encode(&self, node: NodeRef, callee: NodeRef, depth: u32) -> Option<Value> {
        let object = self.ast.child(callee, Field::Expression)?;
        if self.ast[object].name.as_deref() != Some("abi") {
            return None;
        }
        let is_packed = self.ast[callee].name.as_deref() == Some("encodePacked");
        let mut encoded = Vec::new();
        for argument in self.ast.children(node, Field::Arguments) {
            match self.value(argument, depth + 1)? {
                Value::Word(word) if self.is_whole_word(argument) => encoded.extend(word.to_be_bytes::<32>()),
                Value::Bytes(bytes) if is_packed => encoded.extend(bytes),
                Value::Word(_) | Value::Bytes(_) => return None,
            }
            if encoded.len() > MAX_BYTES {
                return None;
            }
        }
        self.pay(encoded.len() / BYTES_PER_STEP)?;
        Some(Value::Bytes(encoded))
    }

    /// What an internal function without parameters returns in its only statement, overrides considered.
    fn returned_value(&self, node: NodeRef, callee: NodeRef, depth: u32) -> Option<Value> {
        if self.ast.child(node, Field::Arguments).is_some() {
            return None;
        }
        let function = self.override_of(self.ast.declaration_of(callee)?);
        let body = self.ast.child(function, Field::Body)?;
        let statement = self.only_child(body, Field::Statements)?;
        if self.ast[function].kind != NodeKind::FunctionDefinition || self.ast[statement].kind != NodeKind::Return {
            return None;
        }
        self.value(self.ast.child(statement, Field::Expression)?, depth + 1)
    }

    /// The most derived function of this name and without parameters, for virtual ones.
    fn override_of(&self, function: NodeRef) -> NodeRef {
        if !self.ast[function].is_virtual {
            return function;
        }
        let name = &self.ast[function].name;
        let members = self.bases.iter().flat_map(|&base| self.ast.children(base, Field::Nodes));
        let mut same = members.filter(|&node| {
            self.ast[node].kind == NodeKind::FunctionDefinition
                && self.ast[node].name == *name
                && self
                    .ast
                    .child(node, Field::Parameters)
                    .is_none_or(|list| self.ast.all_children(list).next().is_none())
        });
        same.next().unwrap_or(function)
    }
}

/// The exact value that the compiler gives to expressions of literals, `t_rational_42_by_1`.
fn rational(node: &Node) -> Option<U256> {
    let (numerator, denominator) = node.type_identifier.as_deref()?.strip_prefix("t_rational_")?.split_once("_by_")?;
    // A decimal of 256 bits has 78 digits; the text of longer ones is not worth reading.
    (denominator == "1" && numerator.len() <= 78).then(|| U256::from_str_radix(numerator, 10).ok())?
}

fn literal(node: &Node) -> Option<Value> {
    match node.sub_kind.as_deref() {
        Some("string" | "hexString" | "unicodeString") => {
            let bytes = match &node.hex_value {
                Some(hex) => alloy_primitives::hex::decode(hex.as_bytes()).ok()?,
                None => node.value.as_deref()?.as_bytes().to_vec(),
            };
            (bytes.len() <= MAX_BYTES).then_some(Value::Bytes(bytes))
        }
        Some("number") => literal_number(node.value.as_deref()?).map(Value::Word),
        _ => None,
    }
}

/// A decimal or hexadecimal integer as Solidity and Yul write it.
pub(crate) fn literal_number(text: &str) -> Option<U256> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let is_number = digits.starts_with(|first: char| first.is_ascii_hexdigit())
        && digits.len() <= 160
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_');
    if is_number { U256::from_str_radix(&digits.replace('_', ""), radix).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_formula_is_that_of_the_standard() {
        let expected = "0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500";
        assert_eq!(format!("{:#066x}", erc7201(b"example.main")), expected);
    }

    #[test]
    fn numbers_are_read_as_the_language_writes_them() {
        for (text, value) in [("0", Some(0)), ("1_000", Some(1000)), ("0xff", Some(255)), ("0xFF_00", Some(65280))] {
            assert_eq!(literal_number(text), value.map(U256::from), "{text}");
        }
        for text in ["", "0x", "_1", "1e3", "0xg", "-1", "1.5"] {
            assert_eq!(literal_number(text), None, "{text}");
        }
    }
}
