//! What a contract declares: its kind, its bases, and its variables by where they live.

use std::collections::HashMap;

use uplint_artifact::{Artifact, Ast, AstId, Field, Node, NodeKind, NodeRef, Span};
pub use uplint_layout::diff::StorageClass;
use uplint_layout::diff::UnstoredVariable;

use crate::dispatch::Dispatch;
use crate::provenance::is_zero;

/// What stands before a contract's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractKind {
    /// `contract` or `abstract contract`.
    Contract,
    /// `interface`.
    Interface,
    /// `library`.
    Library,
}

/// The expression that gives a variable its first value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialValue {
    /// Its text, where the source is known.
    pub text: Option<String>,
    /// Whether it is a zero of its type, which is what storage holds anyway.
    pub is_zero: bool,
}

/// A variable of a contract or one of its bases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredVariable {
    /// Its name.
    pub label: String,
    /// The contract that declares it.
    pub declared_in: String,
    /// Where it lives.
    pub class: StorageClass,
    /// Its type as Solidity spells it.
    pub type_label: String,
    /// Its declaration.
    pub span: Span,
    /// The value in its declaration.
    pub initial: Option<InitialValue>,
    /// The values that constructors give it, as text, in the order of the source.
    pub assigned: Vec<String>,
}

/// What a contract declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Contract, interface or library.
    pub kind: ContractKind,
    /// Whether it cannot be deployed because something is left open.
    pub is_abstract: bool,
    /// Its whole text.
    pub span: Span,
    /// Its name in the source, or its whole text where the compiler does not print that.
    pub name_span: Span,
    /// Names of the contracts it inherits from, itself first, in linearized order.
    pub linearized_bases: Vec<String>,
    /// Variables of it and its bases, from the most basic contract to the most derived.
    pub variables: Vec<DeclaredVariable>,
}

/// What an artifact's contract declares; `None` without a syntax tree.
pub(crate) fn declaration(artifact: &Artifact, dispatch: &Dispatch<'_>) -> Option<Declaration> {
    let ast = dispatch.ast;
    let contract = *dispatch.bases.first()?;
    let kind = match ast[contract].contract_kind.as_deref() {
        Some("interface") => ContractKind::Interface,
        Some("library") => ContractKind::Library,
        _ => ContractKind::Contract,
    };
    let mut assigned = immutables_assigned(artifact, dispatch);
    let variables = dispatch
        .bases
        .iter()
        .rev()
        .flat_map(|&base| ast.children(base, Field::Nodes))
        .filter(|&node| ast[node].kind == NodeKind::VariableDeclaration && ast[node].is_state_variable)
        .map(|node| variable(artifact, ast, node, &mut assigned))
        .collect();
    Some(Declaration {
        kind,
        is_abstract: ast[contract].is_abstract,
        span: ast[contract].span,
        name_span: name_span(ast, contract),
        linearized_bases: dispatch.bases.iter().map(|&base| name(ast, base)).collect(),
        variables,
    })
}

/// The text of a declared name, or that of the whole declaration where the compiler does not print it.
pub(crate) fn name_span(ast: &Ast, node: NodeRef) -> Span {
    ast[node].name_span.unwrap_or(ast[node].span)
}

fn name(ast: &Ast, node: NodeRef) -> String {
    ast[node].name.as_deref().unwrap_or_default().to_owned()
}

/// Where a state variable lives.
pub(crate) fn storage_class(variable: &Node) -> StorageClass {
    match variable.mutability.as_deref() {
        _ if variable.is_constant => StorageClass::Constant,
        Some("constant") => StorageClass::Constant,
        Some("immutable") => StorageClass::Immutable,
        Some("transient") => StorageClass::Transient,
        _ if variable.storage_location.as_deref() == Some("transient") => StorageClass::Transient,
        _ => StorageClass::Storage,
    }
}

fn variable(artifact: &Artifact, ast: &Ast, node: NodeRef, assigned: &mut Assigned) -> DeclaredVariable {
    let declared = &ast[node];
    let initial = ast
        .child(node, Field::Value)
        .map(|value| InitialValue { text: source_text(artifact, ast[value].span), is_zero: is_zero(ast, value) });
    DeclaredVariable {
        label: name(ast, node),
        declared_in: declared.parent.map(|parent| name(ast, parent)).unwrap_or_default(),
        class: storage_class(declared),
        type_label: declared.type_string.as_deref().unwrap_or_default().to_owned(),
        span: declared.span,
        initial,
        assigned: declared.id.and_then(|id| assigned.remove(&id)).unwrap_or_default(),
    }
}

/// The texts of what is assigned to variables, by the variable.
type Assigned = HashMap<AstId, Vec<String>>;

/// What is assigned to immutables anywhere in the contract and its bases.
fn immutables_assigned(artifact: &Artifact, dispatch: &Dispatch<'_>) -> Assigned {
    let ast = dispatch.ast;
    let mut assigned = Assigned::new();
    let nodes = dispatch.bases.iter().flat_map(|&base| ast.descendants(base));
    for node in nodes.filter(|&node| ast[node].kind == NodeKind::Assignment) {
        let target = ast.child(node, Field::LeftHandSide).and_then(|target| ast[target].referenced);
        let variable = target.and_then(|id| ast.by_id(id));
        let is_immutable = variable.is_some_and(|variable| storage_class(&ast[variable]) == StorageClass::Immutable);
        let value = ast.child(node, Field::RightHandSide).filter(|_| is_immutable);
        if let (Some(id), Some(text)) = (target, value.and_then(|value| source_text(artifact, ast[value].span))) {
            assigned.entry(id).or_default().push(text);
        }
    }
    assigned
}

/// A piece of source with every run of blanks as one.
pub(crate) fn source_text(artifact: &Artifact, span: Span) -> Option<String> {
    let source = artifact.unit.as_deref()?.source(span.source)?;
    Some(source.slice(span)?.split_whitespace().collect::<Vec<_>>().join(" "))
}

impl Declaration {
    /// Whether it can be deployed and used as an implementation.
    pub fn is_deployable(&self) -> bool {
        self.kind == ContractKind::Contract && !self.is_abstract
    }

    /// The variables of one class.
    pub fn variables_of(&self, class: StorageClass) -> impl Iterator<Item = &DeclaredVariable> {
        self.variables.iter().filter(move |variable| variable.class == class)
    }

    /// Whether a contract of this name is the contract or one of its bases.
    pub fn inherits(&self, name: &str) -> bool {
        self.linearized_bases.iter().any(|base| base == name)
    }

    /// Variables that take no persistent storage.
    pub fn unstored(&self) -> Vec<UnstoredVariable> {
        self.variables
            .iter()
            .filter(|variable| variable.class != StorageClass::Storage)
            .map(|variable| UnstoredVariable {
                label: variable.label.clone(),
                class: variable.class,
                declared_in: Some(variable.declared_in.as_str().into()),
                span: Some(variable.span),
                value: variable.initial.as_ref().and_then(|value| value.text.clone()),
            })
            .collect()
    }
}
