//! Which state variables a piece of code writes by name.
//!
//! A write is an assignment, `++`, `--`, `push`, or `sstore` in inline assembly. What is written is named by the state
//! variable at the root of the expression or, through a storage pointer, by the pointer's struct and the member. `delete`
//! writes zero. A write through a pointer that comes from a function is named by its member alone.

use std::sync::Arc;

use uplint_artifact::{Ast, Field, NodeKind, NodeRef, Span};

use crate::assembly;
use crate::declaration::{StorageClass, storage_class};
use crate::provenance::is_zero;

/// One write to persistent storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StorageWrite {
    /// The variable, or struct and member.
    pub(crate) label: String,
    /// The contract, library or struct that declares it.
    pub(crate) declared_in: Option<Arc<str>>,
    /// The text of the write.
    pub(crate) span: Span,
    /// What is written, where it is an expression of its own.
    pub(crate) value: Option<NodeRef>,
    /// Whether zero is written.
    pub(crate) is_zero: bool,
}

/// The writes that one node performs itself, not those beneath it.
pub(crate) fn writes_at(ast: &Ast, node: NodeRef) -> Vec<StorageWrite> {
    match ast[node].kind {
        NodeKind::Assignment => assignment(ast, node),
        NodeKind::UnaryOperation if matches!(ast[node].operator.as_deref(), Some("++" | "--" | "delete")) => {
            let zero = ast[node].operator.as_deref() == Some("delete");
            ast.child(node, Field::SubExpression)
                .and_then(|target| written(ast, node, target, None, zero))
                .into_iter()
                .collect()
        }
        NodeKind::FunctionCall => {
            let callee = ast.child(node, Field::Expression);
            let pushes = callee.filter(|&callee| {
                ast[callee].type_identifier.as_deref().is_some_and(|ty| ty.starts_with("t_function_arraypush"))
                    || ast[callee].kind == NodeKind::MemberAccess && ast[callee].name.as_deref() == Some("push")
            });
            let array = pushes.and_then(|callee| ast.child(callee, Field::Expression));
            array
                .and_then(|array| written(ast, node, array, ast.child(node, Field::Arguments), false))
                .into_iter()
                .collect()
        }
        NodeKind::InlineAssembly => assembly::calls(ast, node)
            .into_iter()
            .filter(|call| call.opcode == "sstore")
            .map(|call| {
                let value = call.node.and_then(|call| assembly::argument(ast, call, 1));
                let is_zero = value.is_some_and(|value| {
                    ast[value].kind == NodeKind::YulLiteral
                        && matches!(ast[value].value.as_deref(), Some("0" | "0x00" | "0x0"))
                });
                StorageWrite { label: "sstore".to_owned(), declared_in: None, span: call.span, value: None, is_zero }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// All writes in a node and beneath it, calls not followed, in the order of the text.
pub(crate) fn writes_within(ast: &Ast, node: NodeRef) -> Vec<StorageWrite> {
    ast.descendants(node).flat_map(|at| writes_at(ast, at)).collect()
}

fn assignment(ast: &Ast, node: NodeRef) -> Vec<StorageWrite> {
    let Some(target) = ast.child(node, Field::LeftHandSide) else { return Vec::new() };
    let value = ast.child(node, Field::RightHandSide);
    if ast[target].kind == NodeKind::TupleExpression {
        let parts = ast.children(target, Field::Components);
        return parts.filter_map(|part| written(ast, node, part, None, false)).collect();
    }
    let is_plain = ast[node].operator.as_deref() == Some("=");
    let zero = is_plain && value.is_some_and(|value| is_zero(ast, value));
    written(ast, node, target, value, zero).into_iter().collect()
}

/// The write to an expression, when it denotes persistent storage.
fn written(ast: &Ast, site: NodeRef, target: NodeRef, value: Option<NodeRef>, is_zero: bool) -> Option<StorageWrite> {
    let mut root = target;
    let mut member = None;
    loop {
        match ast[root].kind {
            NodeKind::IndexAccess => root = ast.child(root, Field::BaseExpression)?,
            NodeKind::TupleExpression => root = ast.child(root, Field::Components)?,
            NodeKind::MemberAccess => {
                member.clone_from(&ast[root].name);
                root = ast.child(root, Field::Expression)?;
            }
            _ => break,
        }
    }
    let span = ast[site].span;
    let is_pointer = ast[root].type_identifier.as_deref().is_some_and(|ty| ty.contains("_storage"));
    let variable = ast[root].referenced.and_then(|id| ast.by_id(id)).filter(|_| ast[root].kind == NodeKind::Identifier);
    match variable {
        Some(variable) if ast[variable].is_state_variable => {
            let is_persistent = storage_class(&ast[variable]) == StorageClass::Storage;
            let declared_in = ast[variable].parent.and_then(|parent| ast[parent].name.clone());
            let label = ast[variable].name.as_deref().unwrap_or_default().to_owned();
            is_persistent.then_some(StorageWrite { label, declared_in, span, value, is_zero })
        }
        // Giving a storage pointer a value moves the pointer; only a member or element of it is storage.
        _ if is_pointer && root != target => {
            let declared_in = ast[root].type_string.as_deref().map(struct_name).map(Arc::from);
            let label = member.as_deref().unwrap_or("an element").to_owned();
            Some(StorageWrite { label, declared_in, span, value, is_zero })
        }
        _ => None,
    }
}

/// `struct A.B storage pointer` without what stands around the name.
fn struct_name(ty: &str) -> &str {
    let name = ty.strip_prefix("struct ").unwrap_or(ty);
    name.split(' ').next().unwrap_or(name)
}
