//! What inline assembly does, as far as upgrades care: foreign code, self-destruction, storage writes, caller tests.
//!
//! solc 0.6 and later print Yul nodes; before that there is only text, which is cut into words without comments and
//! strings.

use uplint_artifact::{Ast, Field, NodeKind, NodeRef, Span};

mod values;

pub(crate) use values::Values;

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
