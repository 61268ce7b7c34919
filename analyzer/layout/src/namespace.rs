//! Namespaces: structs annotated `@custom:storage-location`, in contracts, in libraries and at file level (ERC-7201).
//!
//! No compiler lays them out, so they are packed from the syntax tree, and their slot is computed from the identifier.
//! The slot that the code assigns to pointers of the struct is kept beside it. Some projects annotate the constant of the
//! slot instead of the struct, which names the namespace as well where the constant keeps to the formula.

use std::collections::{HashMap, HashSet};

use alloy_primitives::U256;
use uplint_artifact::{Ast, Field, NodeKind, NodeRef};

use crate::annotation;
use crate::constant;
use crate::documentation::{Documentation, documentation_of};
use crate::draft::Draft;
use crate::layout::{LayoutOrigin, Root, RootKind, Space, StorageVariable};
use crate::packing::{self, Tree};
use crate::place::Slot;
use crate::reach::Code;
use crate::slot_use::SlotUse;
use crate::types::{TypeId, TypeKind};
use crate::unstructured;

/// The slot of the namespace that a `@custom:storage-location` names, for the formulas that are known.
#[must_use]
pub fn namespace_slot(location: &str) -> Option<Slot> {
    location.strip_prefix("erc7201:").map(|id| Slot(constant::erc7201(id.as_bytes())))
}

/// Slots that the code assigns to storage pointers, by the struct pointed to.
pub(crate) type AssignedSlots = HashMap<NodeRef, Vec<U256>>;

/// An annotated struct.
pub(crate) struct Annotated {
    /// Its declaration.
    pub(crate) definition: NodeRef,
    /// What follows the annotation.
    location: String,
}

/// The annotated structs of a contract: those that its bases declare, and those of libraries and files that its code
/// mentions.
pub(crate) fn annotated_structs(draft: &mut Draft<'_>, tree: Tree<'_>, code: &Code) -> Vec<Annotated> {
    let ast = tree.ast;
    let own = code.bases.iter().rev().flat_map(|&base| ast.children(base, Field::Nodes));
    let mentioned = code.type_names.iter().filter_map(|&name| ast.declaration_of(name));
    let mut known = HashSet::new();
    let structs: Vec<NodeRef> = own
        .chain(mentioned)
        .filter(|&node| ast[node].kind == NodeKind::StructDefinition && known.insert(node))
        .collect();
    let mut annotated = Vec::new();
    let mut unreadable = Vec::new();
    for definition in structs {
        match documentation_of(tree.unit, definition) {
            Documentation::Text { text, span } => {
                let location = annotation::read(&text, Some(span)).storage_location;
                annotated.extend(location.map(|location| Annotated { definition, location }));
            }
            Documentation::Absent => {}
            Documentation::Unknown => unreadable.push(definition),
        }
    }
    if let Some(&first) = unreadable.first() {
        let name = packing::canonical_name(ast, first);
        let message = format!("the comment of `{name}` is unknown without source text, so a namespace may be missing");
        draft.gap(message, Some(ast[first].span));
    }
    annotated
}

/// The structs to whose pointers the code assigns one slot alone, by a constant that is annotated with the namespace of
/// that slot. A constant that does not keep to the formula names nothing.
pub(crate) fn structs_at_annotated_constants(
    tree: Tree<'_>,
    named: &[SlotUse],
    assigned: &AssignedSlots,
) -> Vec<Annotated> {
    let mut found: Vec<Annotated> = Vec::new();
    for slot_use in named {
        let (Some(slot), Some(constant)) = (slot_use.slot, slot_use.constant) else { continue };
        let Some(definition) = unstructured::pointed_struct(tree, slot_use.access) else { continue };
        let is_only = assigned.get(&definition).is_some_and(|slots| slots.iter().all(|&other| other == slot));
        let is_known = found.iter().any(|known| known.definition == definition);
        let Documentation::Text { text, span } = documentation_of(tree.unit, constant) else { continue };
        let location = annotation::read(&text, Some(span)).storage_location;
        let location = location.filter(|location| namespace_slot(location) == Some(Slot(slot)) && is_only && !is_known);
        found.extend(location.map(|location| Annotated { definition, location }));
    }
    found
}

/// The root of an annotated struct.
pub(crate) fn root(
    draft: &mut Draft<'_>,
    tree: Tree<'_>,
    annotated: &Annotated,
    assigned: &AssignedSlots,
) -> Option<Root> {
    let node = &tree.ast[annotated.definition];
    let computed = namespace_slot(&annotated.location);
    let used = assigned.get(&annotated.definition).map(Vec::as_slice).unwrap_or_default();
    // One place that uses another slot is what matters, however many use the right one.
    let other = used.iter().map(|&slot| Slot(slot)).find(|&slot| Some(slot) != computed);
    let used_base = other.or(used.first().map(|&slot| Slot(slot)));
    let Some(base) = computed.or(used_base) else {
        let message = format!("the slot of `{}` follows no known formula", annotated.location);
        draft.gap(message, Some(node.span));
        return None;
    };
    let ty = packing::struct_type(draft, tree, annotated.definition);
    Some(Root {
        kind: RootKind::Namespace { id: annotated.location.clone() },
        space: Space::Storage,
        base,
        used_base,
        variables: members_at(draft, ty, base)?,
        origin: LayoutOrigin::SyntaxTree,
        span: Some(node.name_span.unwrap_or(node.span)),
        declared_in: owner(tree.ast, annotated.definition),
    })
}

/// The members of a struct as variables at this base; `None` when it could not be laid out, which is a gap already.
pub(crate) fn members_at(draft: &Draft<'_>, ty: TypeId, base: Slot) -> Option<Vec<StorageVariable>> {
    let TypeKind::Struct { members } = &draft.types[ty].kind else { return None };
    let at_base =
        |member: &StorageVariable| StorageVariable { place: member.place.relative_to(base), ..member.clone() };
    Some(members.iter().map(at_base).collect())
}

/// Name of the contract or library that a declaration stands in.
pub(crate) fn owner(ast: &Ast, declaration: NodeRef) -> Option<std::sync::Arc<str>> {
    ast[ast.enclosing(declaration, NodeKind::ContractDefinition)?].name.clone()
}
