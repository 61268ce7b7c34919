//! Where the values in a block of inline assembly come from, and what the block requires of the caller.
//!
//! Yul variables are followed through what the block assigns to them, whatever the order: a variable has the least
//! origin that covers all of its values. Assignments in circles unfold to any number of values, so that work is counted;
//! beyond the budget, and below [`MAX_DEPTH`], a value is [`Origin::Unknown`].

use std::cell::Cell;
use std::collections::HashMap;

use uplint_artifact::ast::ExternalReference;
use uplint_artifact::{Ast, AstId, Field, NodeKind, NodeRef, Span};

use super::function_name;
use crate::provenance::{CallerCondition, Origin, Origins};

/// Deepest chain of values that is followed.
const MAX_DEPTH: usize = 16;

/// Values that are looked at for each node of a block: honest code takes fewer than ten.
const WORK_PER_NODE: usize = 32;

/// A block of assembly with what its names stand for.
pub(crate) struct Values<'a> {
    ast: &'a Ast,
    assembly: NodeRef,
    origins: &'a Origins,
    /// Uses of Solidity declarations by their place.
    references: HashMap<Span, &'a ExternalReference>,
    /// What is given to each Yul variable; `None` for one of several values of a call.
    given: HashMap<&'a str, Vec<Option<NodeRef>>>,
    /// Values that may still be looked at.
    work: Cell<usize>,
}

impl<'a> Values<'a> {
    /// The values of a block. `origins` are those of the variables of the surrounding Solidity.
    pub(crate) fn of(ast: &'a Ast, assembly: NodeRef, origins: &'a Origins) -> Self {
        let references = ast[assembly].external_references.iter();
        let references = references.filter_map(|reference| Some((reference.span?, reference))).collect();
        let mut given: HashMap<&str, Vec<Option<NodeRef>>> = HashMap::new();
        let mut nodes = 0_usize;
        for node in ast.descendants(assembly) {
            nodes += 1;
            if !matches!(ast[node].kind, NodeKind::YulVariableDeclaration | NodeKind::YulAssignment) {
                continue;
            }
            let names = || ast.children(node, Field::Variables).chain(ast.children(node, Field::VariableNames));
            let value = ast.child(node, Field::Value).filter(|_| names().count() == 1);
            for name in names().filter_map(|name| ast[name].name.as_deref()) {
                given.entry(name).or_default().push(value);
            }
        }
        let work = Cell::new(nodes.saturating_mul(WORK_PER_NODE));
        Values { ast, assembly, origins, references, given, work }
    }

    /// Where a value comes from.
    pub(crate) fn origin(&self, value: NodeRef) -> Origin {
        self.origin_within(value, 0)
    }

    fn origin_within(&self, value: NodeRef, depth: usize) -> Origin {
        let Some(work) = self.work.get().checked_sub(1).filter(|_| depth <= MAX_DEPTH) else { return Origin::Unknown };
        self.work.set(work);
        match self.ast[value].kind {
            NodeKind::YulLiteral => Origin::Fixed,
            NodeKind::YulIdentifier => self.identifier(value, depth),
            NodeKind::YulFunctionCall => self.call(value, depth),
            _ => Origin::Unknown,
        }
    }

    fn call(&self, call: NodeRef, depth: usize) -> Origin {
        let mut arguments =
            self.ast.children(call, Field::Arguments).map(|argument| self.origin_within(argument, depth + 1));
        match function_name(self.ast, call) {
            Some("sload" | "tload") => Origin::Storage,
            Some("caller" | "origin") => Origin::Caller,
            Some("calldataload") => Origin::Input,
            Some("address" | "create" | "create2") => Origin::Fixed,
            // Shifts and masks bring an address into place; they do not make it another one.
            Some("shr" | "shl") => super::argument(self.ast, call, 1)
                .map_or(Origin::Unknown, |operand| self.origin_within(operand, depth + 1)),
            Some("and") => match (arguments.next(), arguments.next()) {
                (Some(Origin::Fixed), Some(other)) | (Some(other), Some(Origin::Fixed)) => other,
                (Some(one), Some(other)) => one.join(other),
                _ => Origin::Unknown,
            },
            Some("add" | "sub" | "mul" | "div" | "or" | "xor" | "not" | "eq" | "iszero" | "lt" | "gt") => {
                match arguments.reduce(Origin::join) {
                    Some(Origin::Input | Origin::Caller) => Origin::Derived,
                    other => other.unwrap_or(Origin::Unknown),
                }
            }
            _ => Origin::Unknown,
        }
    }

    fn identifier(&self, value: NodeRef, depth: usize) -> Origin {
        if let Some(reference) = self.references.get(&self.ast[value].span) {
            if matches!(reference.suffix.as_deref(), Some("slot" | "offset")) {
                return Origin::Fixed;
            }
            let declared = self.ast.by_id(reference.declaration);
            return if declared.is_some_and(|declared| self.ast[declared].is_constant) {
                Origin::Fixed
            } else {
                self.origins.get(&reference.declaration).copied().unwrap_or(Origin::Unknown)
            };
        }
        // A parameter of an assembly function has no value that is written down.
        let given = self.ast[value].name.as_deref().and_then(|name| self.given.get(name));
        given
            .into_iter()
            .flatten()
            .map(|given| given.map_or(Origin::Unknown, |given| self.origin_within(given, depth + 1)))
            .reduce(Origin::join)
            .unwrap_or(Origin::Unknown)
    }

    /// What the block leaves in the variables of the surrounding Solidity.
    pub(crate) fn results(&self) -> Vec<(AstId, Origin)> {
        let ast = self.ast;
        let mut results = Vec::new();
        for assignment in ast.descendants(self.assembly).filter(|&node| ast[node].kind == NodeKind::YulAssignment) {
            let names: Vec<_> = ast.children(assignment, Field::VariableNames).collect();
            let value = ast.child(assignment, Field::Value).filter(|_| names.len() == 1);
            for name in names {
                let reference = self.references.get(&ast[name].span).filter(|reference| reference.suffix.is_none());
                let Some(reference) = reference else { continue };
                let origin = value.map_or(Origin::Unknown, |value| self.origin(value));
                results.push((reference.declaration, origin));
            }
        }
        results
    }

    /// What the block requires of the caller before it goes on: `if iszero(eq(caller(), owner)) { revert(0, 0) }`.
    pub(crate) fn caller_condition(&self) -> CallerCondition {
        let ast = self.ast;
        let Some(body) = ast.child(self.assembly, Field::Assembly) else { return CallerCondition::None };
        let mut strongest = CallerCondition::None;
        for statement in ast.children(body, Field::Statements) {
            if ast[statement].kind != NodeKind::YulIf
                || !ast.child(statement, Field::Body).is_some_and(|body| halts(ast, body))
            {
                continue;
            }
            if let Some(condition) = ast.child(statement, Field::Condition) {
                strongest = strongest.max(self.test(condition, false, 0));
            }
        }
        strongest
    }

    fn test(&self, node: NodeRef, holds: bool, depth: usize) -> CallerCondition {
        let ast = self.ast;
        if depth > MAX_DEPTH || ast[node].kind != NodeKind::YulFunctionCall {
            return CallerCondition::None;
        }
        let arguments: Vec<_> = ast.children(node, Field::Arguments).collect();
        match (function_name(ast, node), arguments.as_slice()) {
            (Some("iszero"), &[inner]) => self.test(inner, !holds, depth + 1),
            (Some(name @ ("eq" | "sub" | "xor")), &[left, right]) => {
                let is_equal = (name == "eq") == holds;
                match (self.origin(left), self.origin(right)) {
                    (Origin::Caller, Origin::Caller | Origin::Input | Origin::Derived)
                    | (Origin::Input | Origin::Derived, Origin::Caller) => CallerCondition::None,
                    (Origin::Caller, _) | (_, Origin::Caller) if is_equal => CallerCondition::Established,
                    _ => CallerCondition::None,
                }
            }
            (Some(name @ ("and" | "or")), &[left, right]) => {
                let one = self.test(left, holds, depth + 1);
                let other = self.test(right, holds, depth + 1);
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
}

/// Whether a block ends by reverting.
fn halts(ast: &Ast, block: NodeRef) -> bool {
    ast.children(block, Field::Statements).any(|statement| {
        ast.child(statement, Field::Expression)
            .and_then(|call| function_name(ast, call))
            .is_some_and(|name| matches!(name, "revert" | "invalid"))
    })
}

#[cfg(test)]
mod tests {
    use uplint_artifact::SourceId;

    use super::*;

    /// Where a variable comes from that is given these values, one statement each.
    fn origin_of(name: &str, statements: &[(&str, String)]) -> Origin {
        let assignments = (1..).zip(statements).map(|(at, (variable, value)): (u32, _)| {
            let (kind, variable) = (r#""nodeType":"YulAssignment""#, self::name(variable));
            format!(r#"{{{kind},"src":"{at}:1:0","variableNames":[{variable}],"value":{value}}}"#)
        });
        let kind = r#""nodeType":"YulExpressionStatement""#;
        let used = format!(r#"{{{kind},"src":"900000:1:0","expression":{}}}"#, self::name(name));
        let statements: Vec<String> = assignments.chain([used]).collect();
        let document = format!(
            r#"{{"nodeType":"InlineAssembly","id":1,"src":"0:9:0",
                "AST":{{"nodeType":"YulBlock","src":"0:9:0","statements":[{}]}}}}"#,
            statements.join(",")
        );
        let ast = Ast::parse(&[(SourceId(0), document.into())]);
        let (_, assembly) = ast.roots()[0];
        let used = ast.descendants(assembly).find_map(|node| ast.child(node, Field::Expression));
        Values::of(&ast, assembly, &Origins::new()).origin(used.expect("an expression"))
    }

    fn name(name: &str) -> String {
        format!(r#"{{"nodeType":"YulIdentifier","name":"{name}","src":"0:0:0"}}"#)
    }

    fn call(function: &str) -> String {
        format!(r#"{{"nodeType":"YulFunctionCall","src":"0:0:0","functionName":{},"arguments":[]}}"#, name(function))
    }

    #[test]
    fn a_variable_is_followed_to_all_of_its_values() {
        assert_eq!(origin_of("x", &[("x", call("calldataload"))]), Origin::Input);
        assert_eq!(origin_of("x", &[("y", call("sload")), ("x", name("y"))]), Origin::Storage);
        assert_eq!(origin_of("x", &[("x", call("sload")), ("x", call("calldataload"))]), Origin::Derived);
        assert_eq!(origin_of("x", &[]), Origin::Unknown);
    }

    #[test]
    fn variables_that_are_assigned_to_each_other_many_times_end() {
        let mut statements = vec![("x", call("calldataload"))];
        for _ in 0..100 {
            statements.extend([("x", name("y")), ("y", name("x"))]);
        }
        assert_eq!(origin_of("x", &statements), Origin::Derived);
    }
}
