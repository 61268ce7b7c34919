//! Roots without annotation, found by the slot constants that code uses: diamond storage, unstructured storage, the slots
//! of EIP-1967 and EIP-1822.

use alloy_primitives::U256;
use uplint_artifact::{NodeKind, NodeRef};

use crate::declaration::bare_variable;
use crate::draft::Draft;
use crate::layout::{LayoutOrigin, Root, RootKind, Space, StorageVariable};
use crate::namespace::{self, AssignedSlots};
use crate::packing::{self, Tree};
use crate::place::{Place, Slot};
use crate::slot_use::{Access, SlotUse};
use crate::types::{TypeId, TypeKind};
use crate::well_known::{WellKnownContent, well_known_slot};

/// Most roots that are made of slots without annotation. Each is compared with all before it.
const MAX_ROOTS: usize = 1_000;

/// Slots that the code assigns to pointers of these structs.
pub(crate) fn assigned_slots(tree: Tree<'_>, named: &[SlotUse]) -> AssignedSlots {
    let mut assigned = AssignedSlots::new();
    for slot_use in named {
        if let (Some(slot), Some(definition)) = (slot_use.slot, pointed_struct(tree, slot_use.access)) {
            assigned.entry(definition).or_default().push(slot);
        }
    }
    assigned
}

fn pointed_struct(tree: Tree<'_>, access: Access) -> Option<NodeRef> {
    let Access::Pointer(type_name) = access else { return None };
    let definition = tree.ast.declaration_of(type_name)?;
    (tree.ast[definition].kind == NodeKind::StructDefinition).then_some(definition)
}

/// The roots of slots that neither belong to one of `roots` nor to a namespace's struct. Structs come before single
/// words, so that a word at a struct's slot is part of it.
pub(crate) fn add_roots(
    draft: &mut Draft<'_>,
    tree: Tree<'_>,
    named: &[SlotUse],
    is_namespace: impl Fn(NodeRef) -> bool,
    roots: &mut Vec<Root>,
) {
    let is_pointer = |slot_use: &&SlotUse| matches!(slot_use.access, Access::Pointer(_));
    let pointers = named.iter().filter(is_pointer);
    let words = named.iter().filter(|slot_use| !is_pointer(slot_use));
    for slot_use in pointers.chain(words) {
        if pointed_struct(tree, slot_use.access).is_some_and(&is_namespace) {
            continue;
        }
        let Some(slot) = slot_use.slot else {
            unknown_constant(draft, tree, slot_use);
            continue;
        };
        if roots.len() >= MAX_ROOTS {
            draft.gap("the slots that the code names are more than are laid out", None);
            return;
        }
        let found = root(draft, tree, slot_use, Slot(slot));
        if !roots.iter().any(|known| covers(draft, known, &found)) {
            roots.push(found);
        }
    }
}

fn unknown_constant(draft: &mut Draft<'_>, tree: Tree<'_>, slot_use: &SlotUse) {
    let Some(constant) = slot_use.constant else { return };
    let node = &tree.ast[constant];
    let name = node.name.as_deref().unwrap_or_default();
    let message = format!("the value of `{name}` cannot be computed, so what lies at that slot is unknown");
    if !draft.gaps.iter().any(|gap| gap.message == message) {
        draft.gap(message, Some(node.span));
    }
}

fn root(draft: &mut Draft<'_>, tree: Tree<'_>, slot_use: &SlotUse, base: Slot) -> Root {
    let constant = slot_use.constant;
    let known = well_known_slot(base);
    let constant_name = constant.and_then(|node| tree.ast[node].name.as_deref());
    let name = known.map(|known| known.name).or(constant_name).map_or_else(|| format!("{:#x}", base.0), str::to_owned);
    let (space, mut variables) = match slot_use.access {
        Access::Word(space) => (space, vec![word(draft, &name, base, known.map(|known| known.content))]),
        Access::Pointer(type_name) => (Space::Storage, pointed(draft, tree, type_name, &name, base)),
    };
    let span = constant.map(|node| tree.ast[node].span);
    if let [only] = variables.as_mut_slice() {
        // Wrappers such as `AddressSlot { address value; }` have nothing of their own to say.
        if only.label == "value" {
            *only = StorageVariable { span, ..bare_variable(&name, only.ty, only.place) };
        }
    }
    Root {
        kind: RootKind::Unstructured { name },
        space,
        base,
        used_base: None,
        variables,
        origin: LayoutOrigin::SyntaxTree,
        span,
        declared_in: constant.and_then(|node| namespace::owner(tree.ast, node)),
    }
}

/// One slot of which the code says no more than its number.
fn word(draft: &mut Draft<'_>, name: &str, base: Slot, content: Option<WellKnownContent>) -> StorageVariable {
    let (label, size, kind) = match content {
        Some(WellKnownContent::Address) => ("address", 20, TypeKind::Address),
        Some(WellKnownContent::Bool) => ("bool", 1, TypeKind::Bool),
        Some(WellKnownContent::Struct) | None => ("unknown", 32, TypeKind::Unknown),
    };
    let ty = draft.add(label, U256::from(size), kind);
    bare_variable(name, ty, Place { slot: base, offset: 0, len_bytes: U256::from(size) })
}

fn pointed(draft: &mut Draft<'_>, tree: Tree<'_>, type_name: NodeRef, name: &str, base: Slot) -> Vec<StorageVariable> {
    let ty: TypeId = packing::type_of(draft, tree, type_name);
    namespace::members_at(draft, ty, base).unwrap_or_else(|| {
        let len_bytes = draft.types[ty].size_bytes;
        vec![bare_variable(name, ty, Place { slot: base, offset: 0, len_bytes })]
    })
}

/// Whether a root says nothing that another one does not: a word within it, or the same variables at the same places,
/// be it as the members of one of its structs.
fn covers(draft: &Draft<'_>, known: &Root, found: &Root) -> bool {
    let is_untyped = |variable: &StorageVariable| draft.types[variable.ty].kind == TypeKind::Unknown;
    let same = |this: &StorageVariable, other: &StorageVariable| {
        this.place == other.place && draft.types[this.ty].label == draft.types[other.ty].label
    };
    let is_known = |variable: &StorageVariable| {
        known.variables.iter().any(|other| {
            let members = namespace::members_at(draft, other.ty, other.place.slot).unwrap_or_default();
            same(other, variable)
                || members.iter().any(|member| same(member, variable))
                || (is_untyped(variable) && other.place.overlaps(variable.place))
        })
    };
    known.space == found.space && found.variables.iter().all(is_known)
}
