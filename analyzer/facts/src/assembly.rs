//! What inline assembly does, as far as upgrades care: foreign code, self-destruction, storage writes, caller tests.
//!
//! solc 0.6 and later print Yul nodes; before that there is only text, which is cut into words without comments and
//! strings. Yul has no types and few forms, so provenance here follows variables that are given a value once.

use uplint_artifact::{Ast, AstId, Field, NodeKind, NodeRef, Span};

use crate::provenance::{CallerCondition, Origin, Origins};

/// An opcode of interest in a block of assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AssemblyCall {
    /// The opcode's name as written.
    pub(crate) opcode: &'static str,
    /// Its place.
    pub(crate) span: Span,
    /// The call's node where there is one.
    pub(crate) node: Option<NodeRef>,
    /// Where there is none, the name of the variable that is called: the word after `gas`.
    pub(crate) target: Option<String>,
}

/// Opcodes of interest. `suicide` is the name of `selfdestruct` before solc 0.5.
const OPCODES: [&str; 6] = ["delegatecall", "callcode", "selfdestruct", "suicide", "sstore", "tstore"];

/// The opcodes of interest that a block mentions, in the order of the text.
pub(crate) fn calls(ast: &Ast, assembly: NodeRef) -> Vec<AssemblyCall> {
    match ast.child(assembly, Field::Assembly) {
        Some(body) => ast
            .descendants(body)
            .filter(|&node| ast[node].kind == NodeKind::YulFunctionCall)
            .filter_map(|node| {
                let name = function_name(ast, node)?;
                let opcode = OPCODES.into_iter().find(|&opcode| opcode == name)?;
                Some(AssemblyCall { opcode, span: ast[node].span, node: Some(node), target: None })
            })
            .collect(),
        None => ast[assembly].value.as_deref().map(|text| calls_in_text(text, ast[assembly].span)).unwrap_or_default(),
    }
}

/// The calls in assembly text. Places in it are not places in the source: the text is the compiler's print of the block.
fn calls_in_text(text: &str, span: Span) -> Vec<AssemblyCall> {
    let words = words(text);
    (0_usize..)
        .zip(&words)
        .filter_map(|(at, word)| {
            let opcode = OPCODES.into_iter().find(|opcode| opcode == word)?;
            let target = match words.get(at + 1..at + 3) {
                Some(["gas", target]) => Some((*target).to_owned()),
                _ => None,
            };
            Some(AssemblyCall { opcode, span, node: None, target })
        })
        .collect()
}

/// Words of assembly text, without comments and string literals.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.get(2..).and_then(|body| body.find("*/")).map_or(rest.len(), |end| end + 4)
        } else if first == '"' || first == '\'' {
            string_len(rest, first)
        } else if first.is_alphanumeric() || first == '_' || first == '$' {
            let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            words.push(&rest[..len]);
            len
        } else {
            first.len_utf8()
        };
        rest = &rest[len..];
    }
    words
}

fn string_len(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if !is_escaped && letter == quote {
            return at + letter.len_utf8();
        }
        is_escaped = !is_escaped && letter == '\\';
    }
    text.len()
}

fn function_name(ast: &Ast, call: NodeRef) -> Option<&str> {
    ast[ast.child(call, Field::FunctionName)?].name.as_deref()
}

/// The argument at a place of a Yul call.
pub(crate) fn argument(ast: &Ast, call: NodeRef, at: usize) -> Option<NodeRef> {
    ast.children(call, Field::Arguments).nth(at)
}

/// Deepest chain of values that is followed.
const MAX_DEPTH: usize = 16;

/// Where a Yul value comes from.
pub(crate) fn origin(ast: &Ast, assembly: NodeRef, value: NodeRef, origins: &Origins) -> Origin {
    origin_within(ast, assembly, value, origins, 0)
}

fn origin_within(ast: &Ast, assembly: NodeRef, value: NodeRef, origins: &Origins, depth: usize) -> Origin {
    if depth > MAX_DEPTH {
        return Origin::Unknown;
    }
    match ast[value].kind {
        NodeKind::YulLiteral => Origin::Fixed,
        NodeKind::YulIdentifier => identifier(ast, assembly, value, origins, depth),
        NodeKind::YulFunctionCall => {
            let all = || {
                ast.children(value, Field::Arguments)
                    .map(|argument| origin_within(ast, assembly, argument, origins, depth + 1))
                    .reduce(Origin::join)
                    .unwrap_or(Origin::Unknown)
            };
            match function_name(ast, value) {
                Some("sload" | "tload") => Origin::Storage,
                Some("caller" | "origin") => Origin::Caller,
                Some("calldataload") => Origin::Input,
                Some("address" | "create" | "create2") => Origin::Fixed,
                // Shifts and masks bring an address into place; they do not make it another one.
                Some("shr" | "shl") => argument(ast, value, 1)
                    .map_or(Origin::Unknown, |operand| origin_within(ast, assembly, operand, origins, depth + 1)),
                Some("and") => and(ast, assembly, value, origins, depth),
                Some("add" | "sub" | "mul" | "div" | "or" | "xor" | "not" | "eq" | "iszero" | "lt" | "gt") => {
                    match all() {
                        Origin::Input | Origin::Caller => Origin::Derived,
                        other => other,
                    }
                }
                _ => Origin::Unknown,
            }
        }
        _ => Origin::Unknown,
    }
}

/// A mask with a constant keeps the other side's origin.
fn and(ast: &Ast, assembly: NodeRef, call: NodeRef, origins: &Origins, depth: usize) -> Origin {
    let mut sides =
        ast.children(call, Field::Arguments).map(|side| origin_within(ast, assembly, side, origins, depth + 1));
    match (sides.next(), sides.next()) {
        (Some(Origin::Fixed), Some(other)) | (Some(other), Some(Origin::Fixed)) => other,
        (Some(one), Some(other)) => one.join(other),
        _ => Origin::Unknown,
    }
}

fn identifier(ast: &Ast, assembly: NodeRef, value: NodeRef, origins: &Origins, depth: usize) -> Origin {
    let span = ast[value].span;
    if let Some(reference) = ast[assembly].external_references.iter().find(|reference| reference.span == Some(span)) {
        if matches!(reference.suffix.as_deref(), Some("slot" | "offset")) {
            return Origin::Fixed;
        }
        let is_constant = ast.by_id(reference.declaration).is_some_and(|declared| ast[declared].is_constant);
        return if is_constant {
            Origin::Fixed
        } else {
            origins.get(&reference.declaration).copied().unwrap_or(Origin::Unknown)
        };
    }
    let Some(name) = ast[value].name.as_deref() else { return Origin::Unknown };
    let values = assigned(ast, assembly, name);
    // A parameter of an assembly function has no value that is written down.
    if values.is_empty() {
        return Origin::Unknown;
    }
    values
        .into_iter()
        .map(|given| given.map_or(Origin::Unknown, |given| origin_within(ast, assembly, given, origins, depth + 1)))
        .reduce(Origin::join)
        .unwrap_or(Origin::Unknown)
}

/// What a block leaves in the variables of the surrounding Solidity.
pub(crate) fn results(ast: &Ast, assembly: NodeRef, origins: &Origins) -> Vec<(AstId, Origin)> {
    let assignments = ast.descendants(assembly).filter(|&node| ast[node].kind == NodeKind::YulAssignment);
    let mut results = Vec::new();
    for assignment in assignments {
        let names: Vec<_> = ast.children(assignment, Field::VariableNames).collect();
        let value = ast.child(assignment, Field::Value).filter(|_| names.len() == 1);
        for name in names {
            let span = Some(ast[name].span);
            let reference = ast[assembly].external_references.iter().find(|reference| reference.span == span);
            let Some(reference) = reference.filter(|reference| reference.suffix.is_none()) else { continue };
            let origin = value.map_or(Origin::Unknown, |value| origin(ast, assembly, value, origins));
            results.push((reference.declaration, origin));
        }
    }
    results
}

/// The values that a block gives to a local variable.
fn assigned(ast: &Ast, assembly: NodeRef, name: &str) -> Vec<Option<NodeRef>> {
    ast.descendants(assembly)
        .filter(|&node| matches!(ast[node].kind, NodeKind::YulVariableDeclaration | NodeKind::YulAssignment))
        .filter_map(|node| {
            let names: Vec<_> =
                ast.children(node, Field::Variables).chain(ast.children(node, Field::VariableNames)).collect();
            let at = names.iter().position(|&variable| ast[variable].name.as_deref() == Some(name))?;
            let value = ast.child(node, Field::Value);
            Some(value.filter(|_| names.len() == 1 && at == 0))
        })
        .collect()
}

/// What a block requires of the caller before it goes on: `if iszero(eq(caller(), owner)) { revert(0, 0) }`.
pub(crate) fn caller_condition(ast: &Ast, assembly: NodeRef, origins: &Origins) -> CallerCondition {
    let Some(body) = ast.child(assembly, Field::Assembly) else { return CallerCondition::None };
    let mut strongest = CallerCondition::None;
    for statement in ast.children(body, Field::Statements) {
        if ast[statement].kind != NodeKind::YulIf
            || !ast.child(statement, Field::Body).is_some_and(|body| halts(ast, body))
        {
            continue;
        }
        if let Some(condition) = ast.child(statement, Field::Condition) {
            strongest = strongest.max(test(ast, assembly, condition, false, origins, 0));
        }
    }
    strongest
}

/// Whether a block ends by reverting.
fn halts(ast: &Ast, block: NodeRef) -> bool {
    ast.children(block, Field::Statements).any(|statement| {
        ast.child(statement, Field::Expression)
            .and_then(|call| function_name(ast, call))
            .is_some_and(|name| matches!(name, "revert" | "invalid"))
    })
}

fn test(ast: &Ast, assembly: NodeRef, node: NodeRef, holds: bool, origins: &Origins, depth: usize) -> CallerCondition {
    if depth > MAX_DEPTH || ast[node].kind != NodeKind::YulFunctionCall {
        return CallerCondition::None;
    }
    let arguments: Vec<_> = ast.children(node, Field::Arguments).collect();
    match (function_name(ast, node), arguments.as_slice()) {
        (Some("iszero"), &[inner]) => test(ast, assembly, inner, !holds, origins, depth + 1),
        (Some(name @ ("eq" | "sub" | "xor")), &[left, right]) => {
            let is_equal = (name == "eq") == holds;
            let of = |side| origin(ast, assembly, side, origins);
            match (of(left), of(right)) {
                (Origin::Caller, Origin::Caller | Origin::Input | Origin::Derived)
                | (Origin::Input | Origin::Derived, Origin::Caller) => CallerCondition::None,
                (Origin::Caller, _) | (_, Origin::Caller) if is_equal => CallerCondition::Established,
                _ => CallerCondition::None,
            }
        }
        (Some(name @ ("and" | "or")), &[left, right]) => {
            let one = test(ast, assembly, left, holds, origins, depth + 1);
            let other = test(ast, assembly, right, holds, origins, depth + 1);
            if (name == "and") == holds { one.max(other) } else { one.min(other) }
        }
        // A storage entry at a slot that is computed from the caller: `sload(keccak256(…))` after storing `caller()`.
        _ if ast
            .descendants(node)
            .any(|at| ast[at].kind == NodeKind::YulFunctionCall && function_name(ast, at) == Some("caller")) =>
        {
            CallerCondition::Unclear
        }
        _ => CallerCondition::None,
    }
}

/// Whether a block may end the call before its end: some statement in it reverts or returns.
pub(crate) fn may_stop(ast: &Ast, assembly: NodeRef) -> bool {
    ast.descendants(assembly).any(|node| {
        ast[node].kind == NodeKind::YulFunctionCall
            && matches!(function_name(ast, node), Some("return" | "revert" | "stop" | "invalid"))
    })
}

/// Whether a block ends the call at its top level: `return`, `revert`, `stop`, `selfdestruct`, `invalid`.
pub(crate) fn ends(ast: &Ast, assembly: NodeRef) -> bool {
    let Some(body) = ast.child(assembly, Field::Assembly) else { return false };
    ast.children(body, Field::Statements).any(|statement| {
        ast.child(statement, Field::Expression)
            .and_then(|call| function_name(ast, call))
            .is_some_and(|name| matches!(name, "return" | "revert" | "stop" | "selfdestruct" | "invalid"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_hold_no_words() {
        assert_eq!(words("a /* delegatecall */ b // c\n\"sstore(\" 'x\\'y' d("), ["a", "b", "d"]);
        assert_eq!(words("/* open"), Vec::<&str>::new());
        assert_eq!(words("\"open"), Vec::<&str>::new());
    }
}
