//! What the syntax tree says about a variable, an enum or a user-defined value type apart from its place.

use std::sync::Arc;

use uplint_artifact::{Ast, AstId, Field, NodeKind, NodeRef, Unit};

use crate::annotation::annotations_of;
use crate::layout::{StorageVariable, Visibility};
use crate::place::Place;
use crate::types::TypeId;

/// A variable of which nothing is known but its name, type and place.
pub(crate) fn bare_variable(label: &str, ty: TypeId, place: Place) -> StorageVariable {
    StorageVariable {
        label: label.to_owned(),
        ty,
        place,
        declared_in: None,
        span: None,
        renamed_from: None,
        retyped_from: None,
        is_referenced: None,
        visibility: None,
    }
}

/// The state variable or member that this node declares.
pub(crate) fn declared_variable(unit: &Unit, node: NodeRef, ty: TypeId, place: Place) -> StorageVariable {
    let ast = unit.ast();
    let declaration = &ast[node];
    let annotations = annotations_of(unit, node);
    StorageVariable {
        label: declaration.name.as_deref().unwrap_or_default().to_owned(),
        ty,
        place,
        declared_in: declaring_scope(ast, node),
        span: Some(declaration.span),
        renamed_from: annotations.renamed_from,
        retyped_from: annotations.retyped_from,
        is_referenced: declaration.id.map(|id| ast.is_mentioned(id)),
        visibility: visibility(ast, node),
    }
}

/// The variable declaration of this identifier and name; anything else under the identifier is another compilation's.
pub(crate) fn variable_named(ast: &Ast, id: i64, label: &str) -> Option<NodeRef> {
    let node = ast.by_id(AstId(id))?;
    (ast[node].kind == NodeKind::VariableDeclaration && ast[node].name.as_deref() == Some(label)).then_some(node)
}

/// The contract or struct that a variable stands in; a struct by its canonical name.
fn declaring_scope(ast: &Ast, node: NodeRef) -> Option<Arc<str>> {
    let parent = &ast[ast[node].parent?];
    match parent.kind {
        NodeKind::StructDefinition => parent.canonical_name.clone().or_else(|| parent.name.clone()),
        _ => parent.name.clone(),
    }
}

fn visibility(ast: &Ast, node: NodeRef) -> Option<Visibility> {
    let declaration = &ast[node];
    match declaration.visibility.as_deref() {
        _ if !declaration.is_state_variable => None,
        Some("public") => Some(Visibility::Public),
        Some("private") => Some(Visibility::Private),
        Some("internal" | "default") => Some(Visibility::Internal),
        _ => None,
    }
}

/// Whether a variable lies neither in storage nor in transient storage: constants and immutables.
pub(crate) fn is_constant_or_immutable(ast: &Ast, node: NodeRef) -> bool {
    ast[node].is_constant || matches!(ast[node].mutability.as_deref(), Some("constant" | "immutable"))
}

/// Whether a variable lies in transient storage.
pub(crate) fn is_transient(ast: &Ast, node: NodeRef) -> bool {
    [&ast[node].storage_location, &ast[node].mutability].into_iter().any(|text| text.as_deref() == Some("transient"))
}

/// Names of an enum's members in order.
pub(crate) fn enum_members(ast: &Ast, definition: NodeRef) -> Vec<String> {
    let members = ast.children(definition, Field::Members);
    members.map(|member| ast[member].name.as_deref().unwrap_or_default().to_owned()).collect()
}

/// The elementary type that a user-defined value type is made of, as Solidity spells it.
pub(crate) fn underlying_type(ast: &Ast, definition: NodeRef) -> Option<&str> {
    let underlying = ast.child(definition, Field::UnderlyingType)?;
    ast[underlying].type_string.as_deref().or(ast[underlying].name.as_deref())
}
