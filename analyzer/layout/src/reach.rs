//! Which source code runs in a contract's storage: that of its bases, and the library and free functions that it calls.
//!
//! Calls of other contracts' functions run in their storage and are left out; every function of a base is taken as
//! reached, because storage declared by dead code is still declared.

use std::collections::HashSet;

use uplint_artifact::{Ast, AstId, Field, NodeKind, NodeRef};

/// The nodes of that code that may say something about storage, in a stable order.
#[derive(Default)]
pub(crate) struct Code {
    /// Bases in linearized order, most derived first.
    pub(crate) bases: Vec<NodeRef>,
    /// Names of types.
    pub(crate) type_names: Vec<NodeRef>,
    /// Function calls.
    pub(crate) calls: Vec<NodeRef>,
    /// Inline assembly.
    pub(crate) assemblies: Vec<NodeRef>,
    /// Variables that something is assigned to behind their declaration.
    pub(crate) assigned: HashSet<AstId>,
    /// Whether a base is missing from the syntax trees.
    pub(crate) is_incomplete: bool,
}

/// The code that runs in this contract's storage.
pub(crate) fn code_of(ast: &Ast, contract: NodeRef) -> Code {
    let bases = ast.linearized_bases(contract);
    let is_incomplete = bases.len() != ast[contract].linearized_bases.len();
    let mut code = Code { bases: bases.clone(), is_incomplete, ..Code::default() };
    let mut known: HashSet<NodeRef> = bases.iter().copied().collect();
    // From the most basic to the most derived, as variables are laid out.
    let mut pending: Vec<NodeRef> = bases.into_iter().rev().collect();
    let mut next = 0;
    while let Some(&root) = pending.get(next) {
        next += 1;
        for node in ast.descendants(root) {
            match ast[node].kind {
                NodeKind::UserDefinedTypeName => code.type_names.push(node),
                NodeKind::FunctionCall => code.calls.push(node),
                NodeKind::InlineAssembly => code.assemblies.push(node),
                NodeKind::Assignment => {
                    let target = ast.child(node, Field::LeftHandSide).and_then(|target| ast[target].referenced);
                    code.assigned.extend(target);
                }
                NodeKind::Identifier | NodeKind::MemberAccess | NodeKind::IdentifierPath => {
                    let called = ast.declaration_of(node).filter(|&function| runs_here(ast, function));
                    pending.extend(called.filter(|&function| known.insert(function)));
                }
                _ => {}
            }
        }
    }
    code
}

/// Functions and modifiers that run in the storage of their caller.
fn runs_here(ast: &Ast, declaration: NodeRef) -> bool {
    if !matches!(ast[declaration].kind, NodeKind::FunctionDefinition | NodeKind::ModifierDefinition) {
        return false;
    }
    match ast.enclosing(declaration, NodeKind::ContractDefinition) {
        Some(contract) => ast[contract].contract_kind.as_deref() == Some("library"),
        None => true,
    }
}
