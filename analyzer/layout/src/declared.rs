//! All storage that an artifact declares, from what its compiler printed and from its syntax tree.

use std::collections::HashSet;

use alloy_primitives::U256;
use uplint_artifact::{Artifact, Ast, Field, Language, NodeRef};

use crate::constant;
use crate::draft::Draft;
use crate::layout::{LayoutOrigin, RawWord, Root, RootKind, Space, StorageLayout, StorageVariable};
use crate::packing;
use crate::place::Slot;
use crate::{names, namespace, nesting, reach, slot_use, solc, unstructured, vyper};

/// The storage layout that an artifact declares. Total: what cannot be laid out is listed in
/// [`StorageLayout::gaps`].
#[must_use]
pub fn layout_of(artifact: &Artifact) -> StorageLayout {
    let mut draft = Draft::default();
    let mut raw_words = Vec::new();
    let mut roots = roots(&mut draft, artifact, &mut raw_words);
    nesting::bound(&mut draft);
    names::bound(&mut draft, &mut roots);
    StorageLayout { roots, types: draft.types, raw_words, gaps: draft.gaps }
}

fn roots<'a>(draft: &mut Draft<'a>, artifact: &'a Artifact, raw_words: &mut Vec<RawWord>) -> Vec<Root> {
    let mut roots = Vec::new();
    let is_vyper = artifact.unit.as_ref().is_some_and(|unit| unit.compiler.language == Language::Vyper);
    if is_vyper || artifact.vyper_layout.is_some() {
        return vyper::roots(draft, artifact);
    }
    if artifact.unit.is_none() && artifact.storage_layout.is_none() {
        draft.gap("bare bytecode declares no storage layout", None);
        return roots;
    }
    (draft.unit, draft.ast) = (artifact.unit.as_deref(), artifact.ast());
    roots.extend(linear(draft, artifact, Space::Storage));
    roots.extend(linear(draft, artifact, Space::Transient));
    *raw_words = named_roots(draft, artifact, &mut roots);
    roots.sort_by_key(|root| (root.space, root.kind != RootKind::Linear, root.base));
    roots
}

/// State variables of one space: as the compiler placed them, else packed from the syntax tree.
fn linear(draft: &mut Draft<'_>, artifact: &Artifact, space: Space) -> Option<Root> {
    let printed = match space {
        Space::Storage => &artifact.storage_layout,
        Space::Transient => &artifact.transient_layout,
    };
    let definition = artifact.definition();
    let declared_base = draft.ast.zip(definition).and_then(|(ast, node)| base_expression(ast, node));
    let (origin, base, variables) = if let Some(printed) = printed {
        let variables = solc::variables(draft, printed);
        let base = variables.first().map(|variable: &StorageVariable| variable.place.slot);
        let declared = || draft.ast.zip(declared_base).and_then(|(ast, node)| constant::number(ast, node)).map(Slot);
        (LayoutOrigin::Compiler, base.or_else(declared).unwrap_or_default(), variables)
    } else {
        let Some((tree, node)) = draft.tree().zip(definition) else {
            if space == Space::Storage {
                draft.gap("there is neither a storage layout of the compiler nor a syntax tree", None);
            }
            return None;
        };
        let expression = declared_base.filter(|_| space == Space::Storage);
        let base = match expression.map(|node| constant::number(tree.ast, node)) {
            None => U256::ZERO,
            Some(Some(base)) => base,
            Some(None) => {
                let message = "the base slot that `layout at` names is no constant that can be evaluated";
                draft.gap(message, Some(tree.ast[node].span));
                return None;
            }
        };
        let variables = packing::state_variables(draft, tree, node, space, Slot(base));
        (LayoutOrigin::SyntaxTree, Slot(base), variables)
    };
    // An empty linear root says that there are no variables; without transient ones that goes without saying.
    (space == Space::Storage || !variables.is_empty()).then(|| Root {
        kind: RootKind::Linear,
        space,
        base,
        used_base: None,
        variables,
        origin,
        span: definition.and_then(|node| Some(draft.ast?[node].span)),
        declared_in: Some(artifact.contract.name.clone()),
    })
}

/// Namespaces and whatever else the code keeps at slots of its own choice.
/// Returns what assembly accesses by number over the linear layout.
fn named_roots(draft: &mut Draft<'_>, artifact: &Artifact, roots: &mut Vec<Root>) -> Vec<RawWord> {
    let Some((tree, contract)) = draft.tree().zip(artifact.definition()) else {
        draft.gap("namespaces cannot be seen without a syntax tree", None);
        return Vec::new();
    };
    let code = reach::code_of(tree.ast, contract);
    if code.is_incomplete {
        let message = "the syntax tree of a base contract is missing, so namespaces may be missing too";
        draft.gap(message, Some(tree.ast[contract].span));
    }
    let named = slot_use::slot_uses(tree.ast, &code);
    if named.is_incomplete {
        draft.gap("the slots that the code names are more than are followed", Some(tree.ast[contract].span));
    }
    let assigned = unstructured::assigned_slots(tree, &named.uses);
    let mut annotated = namespace::annotated_structs(draft, tree, &code);
    let by_constant = namespace::structs_at_annotated_constants(tree, &named.uses, &assigned);
    let is_new = |found: &namespace::Annotated| annotated.iter().all(|known| known.definition != found.definition);
    let by_constant: Vec<_> = by_constant.into_iter().filter(is_new).collect();
    annotated.extend(by_constant);
    for annotated in &annotated {
        roots.extend(namespace::root(draft, tree, annotated, &assigned));
    }
    let definitions: HashSet<NodeRef> = annotated.iter().map(|annotated| annotated.definition).collect();
    let is_namespace = |node| definitions.contains(&node);
    unstructured::add_roots(draft, tree, &named.uses, is_namespace, roots)
}

/// The expression after `layout at`.
fn base_expression(ast: &Ast, contract: NodeRef) -> Option<NodeRef> {
    let specifier = ast.child(contract, Field::StorageLayout)?;
    ast.child(specifier, Field::BaseSlotExpression)
}
