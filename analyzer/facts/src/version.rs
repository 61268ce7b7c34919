//! Facts about one version of a contract.

use std::collections::HashMap;
use std::sync::Arc;

use uplint_artifact::{Artifact, Ast, Field, NodeKind, NodeRef, Span, Unit};
use uplint_layout::diff::VersionContext;
use uplint_layout::{
    AnnotationError, Annotations, StorageLayout, StorageVariable, TypeKind, UnsafeKind, annotations_of, layout_of,
};

use crate::code::{CodeFacts, code_facts};
use crate::constructor::{ConstructorEffect, constructor_effects};
use crate::declaration::{Declaration, declaration};
use crate::dispatch::Dispatch;
use crate::entry_point::{EntryPoints, entry_points};
use crate::initialization::{Initializer, ParentInitialization, initializers, parent_initializations};
use crate::interface::{Interface, interface};
use crate::operations::{Operation, operations};
use crate::upgradeability::{Upgradeability, establish, of_interface};

/// What a team allows in a part of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The declaration that is annotated.
    pub span: Span,
    /// Allowed in its text.
    pub kinds: Vec<UnsafeKind>,
    /// Allowed in its text and in all that is reached from there.
    pub reachable_kinds: Vec<UnsafeKind>,
}

/// One version of a contract, as rules see it.
#[derive(Clone, Debug)]
pub struct VersionFacts {
    /// What the compiler gave us.
    pub artifact: Arc<Artifact>,
    /// Declared storage.
    pub layout: StorageLayout,
    /// What it answers to; empty without an ABI.
    pub interface: Interface,
    /// Its bytecode as bytes.
    pub code: CodeFacts,
    /// Why it is taken for upgradeable.
    pub upgradeability: Upgradeability,
    /// What it declares; `None` without a syntax tree.
    pub declaration: Option<Declaration>,
    /// How it answers calls; empty without a syntax tree.
    pub entry_points: EntryPoints,
    /// Functions that do a constructor's work, from the most derived contract to the most basic.
    pub initializers: Vec<Initializer>,
    /// Parents that are not initialized as they should be; none for contracts that cannot be deployed.
    pub parent_initializations: Vec<ParentInitialization>,
    /// Writes of the deployment that proxies never see.
    pub constructor_effects: Vec<ConstructorEffect>,
    /// Dangerous operations that callers reach.
    pub operations: Vec<Operation>,
    /// What the team allows by annotations, in the order of the linearized bases.
    pub allowances: Vec<Allowance>,
    /// Annotations that cannot be read.
    pub annotation_errors: Vec<AnnotationError>,
    /// Whether all code could be walked within the budget.
    pub is_walked: bool,
}

/// Establishes the facts about one version.
#[expect(clippy::needless_pass_by_value, reason = "the facts keep the artifact; a caller gives its share away")]
pub fn version_facts(artifact: Arc<Artifact>) -> VersionFacts {
    let interface =
        artifact.abi.as_ref().map(|abi| interface(abi, artifact.method_identifiers.as_ref())).unwrap_or_default();
    let mut facts = VersionFacts {
        layout: layout_of(&artifact),
        code: code_facts(&artifact),
        upgradeability: of_interface(&interface),
        interface,
        declaration: None,
        entry_points: EntryPoints::default(),
        initializers: Vec::new(),
        parent_initializations: Vec::new(),
        constructor_effects: Vec::new(),
        operations: Vec::new(),
        allowances: Vec::new(),
        annotation_errors: Vec::new(),
        is_walked: true,
        artifact: Arc::clone(&artifact),
    };
    if let (Some(ast), Some(contract), Some(unit)) = (artifact.ast(), artifact.definition(), artifact.unit.as_deref()) {
        read_source(&mut facts, unit, &Dispatch::new(ast, contract));
    }
    facts
}

/// Adds what the syntax tree tells.
fn read_source(facts: &mut VersionFacts, unit: &Unit, dispatch: &Dispatch<'_>) {
    let annotations = annotations(unit, dispatch);
    let by_node: HashMap<NodeRef, &Annotations> = annotations.iter().map(|(node, found)| (*node, found)).collect();
    let is_annotated_initializer = |function| by_node.get(&function).is_some_and(|found| found.is_initializer);
    let found = initializers(dispatch, &is_annotated_initializer);
    facts.initializers = found.into_iter().map(|(_, initializer)| initializer).collect();
    let none = Annotations::default();
    let of_contract = dispatch.bases.first().and_then(|contract| by_node.get(contract)).copied().unwrap_or(&none);
    facts.upgradeability = establish(unit, dispatch, of_contract, &facts.initializers, &facts.interface);
    facts.declaration = declaration(&facts.artifact, dispatch);
    (facts.entry_points, facts.is_walked) = entry_points(dispatch);
    if facts.is_deployable() {
        let (parents, parents_walked) = parent_initializations(dispatch, &is_annotated_initializer);
        let (effects, effects_walked) = constructor_effects(dispatch);
        let (operations, operations_walked) = operations(dispatch);
        facts.parent_initializations = parents;
        facts.constructor_effects = effects;
        facts.operations = operations;
        facts.is_walked &= parents_walked && effects_walked && operations_walked;
    }
    facts.annotation_errors = annotations.iter().flat_map(|(_, found)| found.errors.clone()).collect();
    let further = further_annotations(unit, dispatch, facts);
    facts.annotation_errors.extend(further.iter().flat_map(|(_, found)| found.errors.clone()));
    facts.allowances = annotations
        .into_iter()
        .chain(further)
        .filter(|(_, found)| !found.unsafe_allow.is_empty() || !found.unsafe_allow_reachable.is_empty())
        .map(|(node, found)| Allowance {
            span: dispatch.ast[node].span,
            kinds: found.unsafe_allow,
            reachable_kinds: found.unsafe_allow_reachable,
        })
        .collect();
}

/// The annotations of a contract, its bases and their members.
fn annotations(unit: &Unit, dispatch: &Dispatch<'_>) -> Vec<(NodeRef, Annotations)> {
    let ast: &Ast = dispatch.ast;
    let members = |base| ast.children(base, Field::Nodes).filter(|&node| is_annotatable(ast[node].kind));
    let nodes = dispatch.bases.iter().flat_map(|&base| std::iter::once(base).chain(members(base)));
    read_annotations(unit, nodes)
}

fn is_annotatable(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::FunctionDefinition
            | NodeKind::ModifierDefinition
            | NodeKind::VariableDeclaration
            | NodeKind::StructDefinition
    )
}

/// The annotations that matter only where something was found: those of libraries and free functions when an operation
/// is reached, and those of statements when a parent is not initialized as it should be.
fn further_annotations(unit: &Unit, dispatch: &Dispatch<'_>, facts: &VersionFacts) -> Vec<(NodeRef, Annotations)> {
    let ast: &Ast = dispatch.ast;
    let mut nodes = Vec::new();
    if !facts.operations.is_empty() {
        let top = || ast.roots().iter().flat_map(|&(_, root)| ast.all_children(root));
        let libraries = top().filter(|&node| ast[node].contract_kind.as_deref() == Some("library"));
        nodes.extend(top().filter(|&node| ast[node].kind == NodeKind::FunctionDefinition));
        nodes.extend(libraries.flat_map(|library| std::iter::once(library).chain(ast.children(library, Field::Nodes))));
    }
    if !facts.parent_initializations.is_empty() {
        let functions = dispatch.members(NodeKind::FunctionDefinition);
        let faulty =
            functions.filter(|&node| facts.parent_initializations.iter().any(|at| at.definition == ast[node].span));
        nodes.extend(
            faulty
                .flat_map(|node| ast.descendants(node))
                .filter(|&node| ast[node].kind == NodeKind::ExpressionStatement),
        );
    }
    read_annotations(unit, nodes.into_iter())
}

fn read_annotations(unit: &Unit, nodes: impl Iterator<Item = NodeRef>) -> Vec<(NodeRef, Annotations)> {
    nodes.map(|node| (node, annotations_of(unit, node))).filter(|(_, found)| *found != Annotations::default()).collect()
}

impl VersionFacts {
    /// Whether the storage layout was declared by a source, as opposed to unknown.
    pub fn has_declared_layout(&self) -> bool {
        self.artifact.storage_layout.is_some() || self.artifact.vyper_layout.is_some() || self.artifact.ast().is_some()
    }

    /// Whether it can be deployed as an implementation; true where the source is unknown.
    pub fn is_deployable(&self) -> bool {
        self.declaration.as_ref().is_none_or(Declaration::is_deployable)
    }

    /// Whether the team allows an operation at a place: the place lies in a declaration that allows it, or one of the
    /// declarations on the way there allows what is reached from it. The contract itself is always on the way.
    pub fn allows(&self, kind: UnsafeKind, at: Span, path: &[Span]) -> bool {
        let contract = self.declaration.as_ref().map(|declaration| declaration.span);
        self.allowances.iter().any(|allowance| {
            let reachable = allowance.reachable_kinds.contains(&kind);
            let lexical = (reachable || allowance.kinds.contains(&kind)) && allowance.span.contains(at);
            let on_the_way = || path.iter().chain(&contract).any(|&step| allowance.span.contains(step));
            lexical || (reachable && on_the_way())
        })
    }

    /// The contract's name in the source, where there is one.
    pub fn name_span(&self) -> Option<Span> {
        self.declaration.as_ref().map(|declaration| declaration.name_span)
    }

    /// What its layout does not say, for the comparison of layouts.
    pub fn context(&self) -> VersionContext {
        let declaration = self.declaration.as_ref();
        VersionContext {
            bases: declaration
                .map(|found| found.linearized_bases.iter().rev().map(|name| name.as_str().into()).collect())
                .unwrap_or_default(),
            is_abstract: declaration.is_some_and(|found| found.is_abstract),
            unstored: declaration.map(Declaration::unstored).unwrap_or_default(),
        }
    }

    /// Whether both are the same code once metadata is cut, with the same interface and the same declared storage.
    /// Contracts without code are the same when what is known of them is.
    pub fn is_same_code_as(&self, other: &VersionFacts) -> bool {
        self.code.hash == other.code.hash
            && self.code.linked_libraries == other.code.linked_libraries
            && self.interface == other.interface
            && storage_outline(&self.layout) == storage_outline(&other.layout)
    }
}

/// Everything about a layout that storage depends on, without places in the source.
fn storage_outline(layout: &StorageLayout) -> impl PartialEq {
    let variable = |variable: &StorageVariable| {
        (
            variable.label.clone(),
            variable.ty,
            variable.place,
            variable.renamed_from.clone(),
            variable.retyped_from.clone(),
        )
    };
    let roots: Vec<_> = layout
        .roots
        .iter()
        .map(|root| {
            let variables: Vec<_> = root.variables.iter().map(variable).collect();
            (root.kind.clone(), root.space, root.base, root.used_base, variables)
        })
        .collect();
    let types: Vec<_> = layout
        .types
        .iter()
        .map(|(_, ty)| match &ty.kind {
            TypeKind::Struct { members } => {
                (ty.label.clone(), ty.size_bytes, members.iter().map(variable).collect(), None)
            }
            kind => (ty.label.clone(), ty.size_bytes, Vec::new(), Some(kind.clone())),
        })
        .collect();
    (roots, types)
}
