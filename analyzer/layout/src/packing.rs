//! Places of variables from the syntax tree alone, by the rules of the Solidity documentation, "Layout of State
//! Variables in Storage": items are packed from the low end of a slot upwards, an item that does not fit starts the next
//! slot, structs and static arrays start a slot and so does what follows them.
//!
//! This serves what no compiler prints: namespaces, contracts before solc 0.5.13, transient variables before 0.8.27.

use alloy_primitives::U256;
use uplint_artifact::{Ast, Field, NodeKind, NodeRef, Unit};

use crate::constant;
use crate::declaration;
use crate::draft::Draft;
use crate::elementary::elementary;
use crate::layout::{Space, StorageVariable};
use crate::nesting::MAX_TYPE_DEPTH;
use crate::place::{Place, Slot};
use crate::types::{StorageType, TypeId, TypeKind};

const WORD: U256 = U256::from_limbs([32, 0, 0, 0]);

/// The syntax trees and the unit they are of; packing starts only where both are there.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'a> {
    /// The compilation.
    pub(crate) unit: &'a Unit,
    /// Its trees.
    pub(crate) ast: &'a Ast,
}

impl<'a> Draft<'a> {
    /// The syntax trees, where there are any.
    pub(crate) fn tree(&self) -> Option<Tree<'a>> {
        Some(Tree { unit: self.unit?, ast: self.ast? })
    }
}

/// The state variables of a contract and its bases in one space, from this base slot on.
pub(crate) fn state_variables(
    draft: &mut Draft<'_>,
    tree: Tree<'_>,
    contract: NodeRef,
    space: Space,
    base: Slot,
) -> Vec<StorageVariable> {
    let declarations: Vec<NodeRef> = tree
        .ast
        .linearized_bases(contract)
        .into_iter()
        .rev()
        .flat_map(|contract| tree.ast.children(contract, Field::Nodes))
        .filter(|&node| space_of(tree.ast, node) == Some(space))
        .collect();
    pack(draft, tree, &declarations, base).0
}

/// Where a member of a contract lies, `None` for what is no variable or has no place.
fn space_of(ast: &Ast, node: NodeRef) -> Option<Space> {
    if ast[node].kind != NodeKind::VariableDeclaration || declaration::is_constant_or_immutable(ast, node) {
        return None;
    }
    Some(if declaration::is_transient(ast, node) { Space::Transient } else { Space::Storage })
}

/// The type of a struct, its members packed.
pub(crate) fn struct_type(draft: &mut Draft<'_>, tree: Tree<'_>, definition: NodeRef) -> TypeId {
    let node = &tree.ast[definition];
    if let Some(&known) = node.id.and_then(|id| draft.declared.get(&id)) {
        return known;
    }
    let label = format!("struct {}", canonical_name(tree.ast, definition));
    // Entered before its members are read, because they may refer to it.
    let id = draft.unknown(&label);
    if let Some(ast_id) = node.id {
        draft.declared.insert(ast_id, id);
    }
    draft.open.insert(id);
    let members: Vec<NodeRef> = tree.ast.children(definition, Field::Members).collect();
    let (members, end) = pack(draft, tree, &members, Slot::default());
    draft.open.remove(&id);
    let size_bytes = end.and_then(|end| end.max(U256::from(1)).checked_mul(WORD));
    match size_bytes {
        Some(size_bytes) => {
            draft.types.set(id, StorageType { label, size_bytes, kind: TypeKind::Struct { members } });
        }
        None => draft.gap(format!("`{label}` cannot be laid out"), Some(node.span)),
    }
    id
}

/// Packs declarations one behind the other. The second part is the number of slots used, `None` when something could
/// not be placed; then the variables before it are returned.
fn pack(
    draft: &mut Draft<'_>,
    tree: Tree<'_>,
    declarations: &[NodeRef],
    base: Slot,
) -> (Vec<StorageVariable>, Option<U256>) {
    let mut cursor = Cursor { slot: U256::ZERO, offset: 0 };
    let mut variables = Vec::new();
    for &node in declarations {
        let ty = tree.ast.child(node, Field::TypeName).map(|name| type_of(draft, tree, name));
        let placed =
            ty.filter(|ty| !draft.open.contains(ty)).and_then(|ty| Some((ty, cursor.place(&draft.types[ty])?)));
        let Some((ty, place)) = placed else {
            let name = tree.ast[node].name.as_deref().unwrap_or_default();
            let message = format!("`{name}` and what follows it have no known place, for its size is unknown");
            draft.gap(message, Some(tree.ast[node].span));
            return (variables, None);
        };
        variables.push(declaration::declared_variable(tree.unit, node, ty, place.relative_to(base)));
    }
    (variables, cursor.slots())
}

/// The next free byte, in slots from the base.
struct Cursor {
    slot: U256,
    offset: u8,
}

impl Cursor {
    /// Takes the place of the next item; `None` for a type of unknown size or beyond the end of storage.
    fn place(&mut self, ty: &StorageType) -> Option<Place> {
        let starts_slot = matches!(ty.kind, TypeKind::Struct { .. } | TypeKind::StaticArray { .. });
        let free = U256::from(32 - self.offset);
        if self.offset > 0 && (starts_slot || ty.size_bytes > free) {
            self.slot = self.slot.checked_add(U256::from(1))?;
            self.offset = 0;
        }
        let known_size = Some(ty.size_bytes).filter(|size| !size.is_zero())?;
        let place = Place { slot: Slot(self.slot), offset: self.offset, len_bytes: known_size };
        let end = known_size.checked_add(U256::from(self.offset))?;
        self.slot = self.slot.checked_add(end >> 5)?;
        self.offset = end.byte(0) & 31;
        Some(place)
    }

    /// Slots used so far.
    fn slots(&self) -> Option<U256> {
        self.slot.checked_add(U256::from(u8::from(self.offset > 0)))
    }
}

/// The type that a type name stands for.
pub(crate) fn type_of(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> TypeId {
    if draft.depth >= MAX_TYPE_DEPTH {
        return unreadable(draft, tree, name);
    }
    draft.depth += 1;
    let ty = match tree.ast[name].kind {
        NodeKind::ElementaryTypeName => elementary_type(draft, tree, name),
        NodeKind::UserDefinedTypeName | NodeKind::IdentifierPath => user_defined_type(draft, tree, name),
        NodeKind::ArrayTypeName => array_type(draft, tree, name),
        NodeKind::Mapping => mapping_type(draft, tree, name),
        NodeKind::FunctionTypeName => Some(function_type(draft, tree, name)),
        _ => None,
    };
    draft.depth -= 1;
    ty.unwrap_or_else(|| unreadable(draft, tree, name))
}

fn unreadable(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> TypeId {
    let label = spelled(tree.ast, name);
    draft.gap(format!("the type `{label}` cannot be read from the syntax tree"), Some(tree.ast[name].span));
    draft.unknown(&label)
}

/// The type as the compiler spells it, without a data location.
fn spelled(ast: &Ast, name: NodeRef) -> String {
    let node = &ast[name];
    let text = node.type_string.as_deref().or(node.name.as_deref()).unwrap_or_default();
    [" storage pointer", " storage ref"]
        .into_iter()
        .fold(text, |text, end| text.strip_suffix(end).unwrap_or(text))
        .to_owned()
}

fn elementary_type(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> Option<TypeId> {
    let label = spelled(tree.ast, name);
    let (kind, size) = elementary(&label)?;
    Some(draft.add(label, U256::from(size), kind))
}

fn user_defined_type(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> Option<TypeId> {
    let definition = tree.ast.declaration_of(name)?;
    let node = &tree.ast[definition];
    if let Some(&known) = node.id.and_then(|id| draft.declared.get(&id)) {
        return Some(known);
    }
    let canonical = canonical_name(tree.ast, definition);
    let ty = match node.kind {
        NodeKind::StructDefinition => return Some(struct_type(draft, tree, definition)),
        NodeKind::ContractDefinition => draft.add(format!("contract {canonical}"), U256::from(20), TypeKind::Contract),
        NodeKind::EnumDefinition => {
            let members = declaration::enum_members(tree.ast, definition);
            let size = enum_size_bytes(members.len());
            draft.add(format!("enum {canonical}"), size, TypeKind::Enum { members: Some(members) })
        }
        NodeKind::UserDefinedValueTypeDefinition => {
            let underlying = type_of(draft, tree, tree.ast.child(definition, Field::UnderlyingType)?);
            let size = draft.types[underlying].size_bytes;
            draft.add(canonical, size, TypeKind::UserDefined { underlying: Some(underlying) })
        }
        _ => return None,
    };
    if let Some(id) = node.id {
        draft.declared.insert(id, ty);
    }
    Some(ty)
}

/// The name of a declaration with that of the contract around it.
pub(crate) fn canonical_name(ast: &Ast, definition: NodeRef) -> String {
    let node = &ast[definition];
    if let Some(name) = &node.canonical_name {
        return name.as_ref().to_owned();
    }
    let name = node.name.as_deref().unwrap_or_default();
    let scope = node.parent.map(|parent| &ast[parent]).filter(|parent| parent.kind == NodeKind::ContractDefinition);
    match scope.and_then(|scope| scope.name.as_deref()) {
        Some(scope) => format!("{scope}.{name}"),
        None => name.to_owned(),
    }
}

/// Bytes that hold the greatest member. solc before 0.8 allows more than 256 members.
fn enum_size_bytes(members: usize) -> U256 {
    let greatest = members.saturating_sub(1);
    let bits = usize::BITS - greatest.leading_zeros();
    U256::from(bits.div_ceil(8).max(1))
}

fn array_type(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> Option<TypeId> {
    let element = type_of(draft, tree, tree.ast.child(name, Field::BaseType)?);
    let element_label = draft.types[element].label.clone();
    let Some(length) = tree.ast.child(name, Field::Length) else {
        return Some(draft.add(format!("{element_label}[]"), WORD, TypeKind::DynamicArray { element }));
    };
    let len = printed_len(tree.ast, name).or_else(|| constant::number(tree.ast, length))?;
    if draft.open.contains(&element) {
        return None;
    }
    let size_bytes = array_size_bytes(draft.types[element].size_bytes, len)?;
    Some(draft.add(format!("{element_label}[{len}]"), size_bytes, TypeKind::StaticArray { element, len }))
}

/// The length in an array's identifier, `t_array$_t_uint256_$50_storage_ptr`.
fn printed_len(ast: &Ast, name: NodeRef) -> Option<U256> {
    let (_, tail) = ast[name].type_identifier.as_deref()?.rsplit_once("_$")?;
    let digits = tail.split('_').next().filter(|digits| !digits.is_empty())?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| U256::from_str_radix(digits, 10).ok())?
}

/// Elements share a slot when at least two fit; else each starts one. `None` for an empty element or array, and where
/// the size in bytes has more than 256 bits.
pub(crate) fn array_size_bytes(element: U256, len: U256) -> Option<U256> {
    if element.is_zero() || len.is_zero() {
        return None;
    }
    let slots = if element <= U256::from(16) {
        let per_slot = WORD / element;
        len.div_ceil(per_slot)
    } else {
        element.div_ceil(WORD).checked_mul(len)?
    };
    slots.checked_mul(WORD)
}

fn mapping_type(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> Option<TypeId> {
    let key = type_of(draft, tree, tree.ast.child(name, Field::KeyType)?);
    let value = type_of(draft, tree, tree.ast.child(name, Field::ValueType)?);
    let label = format!("mapping({} => {})", draft.types[key].label, draft.types[value].label);
    Some(draft.add(label, WORD, TypeKind::Mapping { key, value }))
}

fn function_type(draft: &mut Draft<'_>, tree: Tree<'_>, name: NodeRef) -> TypeId {
    let label = spelled(tree.ast, name);
    let is_external = tree.ast[name].visibility.as_deref() == Some("external");
    if is_external {
        draft.add(label, U256::from(24), TypeKind::ExternalFunction)
    } else {
        draft.add(label, U256::from(8), TypeKind::InternalFunction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enum_takes_the_bytes_of_its_greatest_member() {
        for (members, bytes) in [(0, 1), (1, 1), (2, 1), (256, 1), (257, 2), (65_536, 2), (65_537, 3)] {
            assert_eq!(enum_size_bytes(members), U256::from(bytes), "{members}");
        }
    }

    #[test]
    fn elements_share_a_slot_when_two_fit() {
        for (element, len, bytes) in [(1, 32, 32), (1, 33, 64), (16, 3, 64), (17, 2, 64), (5, 7, 64), (96, 2, 192)] {
            assert_eq!(array_size_bytes(U256::from(element), U256::from(len)), Some(U256::from(bytes)), "{element}");
        }
        assert_eq!(array_size_bytes(U256::from(32), U256::MAX), None);
        assert_eq!(array_size_bytes(U256::ZERO, U256::from(1)), None);
    }
}
