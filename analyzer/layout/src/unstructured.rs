//! Roots without annotation, found by the slot constants that code uses: diamond storage, unstructured storage, the slots
//! of EIP-1967 and EIP-1822.

use std::collections::HashSet;

use alloy_primitives::U256;
use uplint_artifact::{NodeKind, NodeRef};

use crate::declaration::bare_variable;
use crate::draft::Draft;
use crate::layout::{LayoutGap, LayoutOrigin, RawWord, Root, RootKind, Space, StorageVariable};
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

/// The struct that a storage pointer points to.
pub(crate) fn pointed_struct(tree: Tree<'_>, access: Access) -> Option<NodeRef> {
    let Access::Pointer(type_name) = access else { return None };
    let definition = tree.ast.declaration_of(type_name)?;
    (tree.ast[definition].kind == NodeKind::StructDefinition).then_some(definition)
}

/// The roots of slots that neither belong to one of `roots` nor to a namespace's struct. Structs come before words, so
/// that a word at a struct's slot is part of it, and words of known type before others. Returns the words that lie over
/// variables of the linear layout, by slot.
pub(crate) fn add_roots(
    draft: &mut Draft<'_>,
    tree: Tree<'_>,
    named: &[SlotUse],
    is_namespace: impl Fn(NodeRef) -> bool,
    roots: &mut Vec<Root>,
) -> Vec<RawWord> {
    let mut raw = Vec::new();
    let mut sorted: Vec<&SlotUse> = named.iter().collect();
    sorted.sort_by_key(|slot_use| match slot_use.access {
        Access::Pointer(_) => 0,
        Access::Word { type_name: Some(_), .. } => 1,
        Access::Word { type_name: None, .. } => 2,
    });
    let mut unknown = HashSet::new();
    for slot_use in sorted {
        if pointed_struct(tree, slot_use.access).is_some_and(&is_namespace) {
            continue;
        }
        let Some(slot) = slot_use.slot else {
            let constant = slot_use.constant.filter(|&constant| unknown.insert(constant));
            draft.gaps.extend(constant.map(|constant| unknown_constant(tree, constant)));
            continue;
        };
        if roots.len() >= MAX_ROOTS {
            draft.gap("the slots that the code names are more than are laid out", None);
            return raw;
        }
        let found = root(draft, tree, slot_use, Slot(slot));
        let is_word = matches!(slot_use.access, Access::Word { .. });
        match roots.iter().find(|known| covers(draft, known, &found, is_word)) {
            Some(known) if known.kind == RootKind::Linear => raw.extend(raw_word(slot_use, &found)),
            Some(_) => {}
            None => roots.push(found),
        }
    }
    raw.sort_by_key(|word| word.place.slot);
    raw.dedup_by(|this, kept| {
        let is_same = this.place.slot == kept.place.slot;
        kept.is_stored |= is_same && this.is_stored;
        is_same
    });
    raw
}

/// A word of persistent storage that lies over declared variables.
fn raw_word(slot_use: &SlotUse, found: &Root) -> Option<RawWord> {
    let Access::Word { space: Space::Storage, is_store, .. } = slot_use.access else { return None };
    let place = found.variables.first()?.place;
    Some(RawWord { place, span: found.span, is_stored: is_store })
}

fn unknown_constant(tree: Tree<'_>, constant: NodeRef) -> LayoutGap {
    let node = &tree.ast[constant];
    let name = node.name.as_deref().unwrap_or_default();
    let message = format!("the value of `{name}` cannot be computed, so what lies at that slot is unknown");
    LayoutGap { message, span: Some(node.span), may_hide_change: true }
}

fn root(draft: &mut Draft<'_>, tree: Tree<'_>, slot_use: &SlotUse, base: Slot) -> Root {
    let constant = slot_use.constant;
    let known = well_known_slot(base);
    let constant_name = constant.and_then(|node| tree.ast[node].name.as_deref());
    let name = known.map(|known| known.name).or(constant_name).map_or_else(|| format!("{:#x}", base.0), str::to_owned);
    let span = constant.map(|node| tree.ast[node].span);
    let (space, mut variables) = match slot_use.access {
        Access::Word { space, type_name, .. } => {
            let content = known.map(|known| known.content);
            let ty = word_type(draft, tree, content, type_name);
            let place = Place { slot: base, offset: 0, len_bytes: draft.types[ty].size_bytes };
            (space, vec![StorageVariable { span, ..bare_variable(&name, ty, place) }])
        }
        Access::Pointer(type_name) => (Space::Storage, pointed(draft, tree, type_name, &name, base)),
    };
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

/// The type of a word that assembly loads or stores: what is known of the slot, else that of the variable that it
/// comes from or goes to, else no more than a word.
fn word_type(
    draft: &mut Draft<'_>,
    tree: Tree<'_>,
    content: Option<WellKnownContent>,
    type_name: Option<NodeRef>,
) -> TypeId {
    match content {
        Some(WellKnownContent::Address) => return draft.add("address", U256::from(20), TypeKind::Address),
        Some(WellKnownContent::Bool) => return draft.add("bool", U256::from(1), TypeKind::Bool),
        Some(WellKnownContent::Struct) | None => {}
    }
    if let Some(name) = type_name.filter(|&name| tree.ast[name].kind == NodeKind::ElementaryTypeName) {
        let ty = packing::type_of(draft, tree, name);
        // Assembly keeps these at the low end of a word, as storage does; shorter `bytesN` would be at the high end.
        if let TypeKind::Uint { .. } | TypeKind::Int { .. } | TypeKind::Bool | TypeKind::Address = draft.types[ty].kind
        {
            return ty;
        }
    }
    draft.add("bytes32", U256::from(32), TypeKind::Word)
}

fn pointed(draft: &mut Draft<'_>, tree: Tree<'_>, type_name: NodeRef, name: &str, base: Slot) -> Vec<StorageVariable> {
    let ty: TypeId = packing::type_of(draft, tree, type_name);
    namespace::members_at(draft, ty, base).unwrap_or_else(|| {
        let len_bytes = draft.types[ty].size_bytes;
        vec![bare_variable(name, ty, Place { slot: base, offset: 0, len_bytes })]
    })
}

/// Whether a root says nothing that another one does not: a word over its bytes, or the same variables at the same
/// places, be it as the members of one of its structs.
fn covers(draft: &Draft<'_>, known: &Root, found: &Root, is_word: bool) -> bool {
    let same = |this: &StorageVariable, other: &StorageVariable| {
        this.place == other.place && draft.types[this.ty].label == draft.types[other.ty].label
    };
    let is_known = |variable: &StorageVariable| {
        // Only one that lies over it can be it or hold it.
        let mut over = known.variables.iter().filter(|other| other.place.overlaps(variable.place));
        over.any(|other| {
            let is_member = || {
                let members = namespace::members_at(draft, other.ty, other.place.slot).unwrap_or_default();
                members.iter().any(|member| same(member, variable))
            };
            is_word || same(other, variable) || is_member()
        })
    };
    known.space == found.space && found.variables.iter().all(is_known)
}
