//! Layouts that solc prints: its table of types and its list of variables, read with suspicion.
//!
//! The table comes from a document that anybody may have written. What does not fit together (a missing type, a struct
//! of impossible size, a variable that leaves its slot) becomes a gap and [`TypeKind::Unknown`]. Types that contain
//! themselves by value are left to [`crate::nesting`].

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::U256;
use uplint_artifact::{AstId, NodeKind, NodeRef, SolcStorageLayout, SolcStorageType, SolcStorageVariable};

use crate::declaration;
use crate::draft::Draft;
use crate::elementary::elementary;
use crate::layout::StorageVariable;
use crate::nesting::MAX_TYPE_DEPTH;
use crate::packing::array_size_bytes;
use crate::place::{Place, Slot};
use crate::types::{StorageType, TypeId, TypeKind};

/// What a type is taken to be that is larger than 256 bits can say: all slots but the last of 2^251.
const GREATEST_SIZE_BYTES: U256 = U256::from_limbs([u64::MAX - 31, u64::MAX, u64::MAX, u64::MAX]);

/// The variables of a printed layout, their types entered into the draft.
pub(crate) fn variables(draft: &mut Draft<'_>, layout: &SolcStorageLayout) -> Vec<StorageVariable> {
    let ids = enter_types(draft, &layout.types);
    let mut variables: Vec<_> = layout.storage.iter().map(|variable| read_variable(draft, &ids, variable)).collect();
    // The compiler's order is that of places already; a stable sort keeps it where places are equal.
    variables.sort_by_key(|variable| (variable.place.slot, variable.place.offset));
    if let Some(variable) = overlapping(&variables) {
        let message = format!("other variables of the compiler's storage layout lie over `{}`", variable.label);
        draft.gap(message, variable.span);
    }
    variables
}

/// Types by the compiler's identifier.
type Ids<'a> = HashMap<&'a str, TypeId>;

fn enter_types<'t>(draft: &mut Draft<'_>, types: &'t BTreeMap<String, SolcStorageType>) -> Ids<'t> {
    let mut ids = Ids::new();
    // Entered before they are read, because types refer to each other in circles.
    for (key, ty) in types {
        let size_bytes = size_bytes(types, key, ty).unwrap_or_else(|| {
            let message =
                format!("`{}` takes 2^251 slots or more, and what lies behind so many is not compared", ty.label);
            draft.gap(message, None);
            GREATEST_SIZE_BYTES
        });
        ids.insert(key, draft.add(ty.label.as_str(), size_bytes, TypeKind::Unknown));
    }
    for (key, ty) in types {
        let id = ids[key.as_str()];
        let kind = read_kind(draft, &ids, key, ty).unwrap_or_else(|problem| {
            draft.gap(format!("type `{}` of the compiler's storage layout {problem}", ty.label), None);
            TypeKind::Unknown
        });
        let size_bytes = draft.types[id].size_bytes;
        draft.types.set(id, StorageType { label: ty.label.clone(), size_bytes, kind });
    }
    ids
}

/// The bytes that a type takes in place; `None` when they are 2^256 or more, of which the compiler prints what is left
/// modulo 2^256.
fn size_bytes(types: &BTreeMap<String, SolcStorageType>, key: &str, ty: &SolcStorageType) -> Option<U256> {
    let is_array = |ty: &SolcStorageType| ty.encoding == "inplace" && ty.members.is_none() && ty.base.is_some();
    let (mut at, mut lens) = ((key, ty), Vec::new());
    // A table of arrays that hold themselves goes in circles, which is told when it is unfolded.
    while is_array(at.1) && lens.len() < MAX_TYPE_DEPTH {
        let Some(len) = array_len(at.0) else { return Some(ty.number_of_bytes) };
        let Some(element) = at.1.base.as_ref().and_then(|base| types.get_key_value(base)) else {
            return Some(ty.number_of_bytes);
        };
        lens.push(len);
        at = (element.0, element.1);
    }
    let mut size = at.1.number_of_bytes;
    if lens.iter().any(U256::is_zero) || size.is_zero() || is_array(at.1) {
        return Some(ty.number_of_bytes);
    }
    while let Some(len) = lens.pop() {
        size = array_size_bytes(size, len)?;
    }
    Some(ty.number_of_bytes)
}

fn read_kind(draft: &mut Draft<'_>, ids: &Ids<'_>, key: &str, ty: &SolcStorageType) -> Result<TypeKind, String> {
    let refer = |what: &str, key: &Option<String>| {
        let key = key.as_deref().ok_or_else(|| format!("names no {what}"))?;
        ids.get(key).copied().ok_or_else(|| format!("refers to the type `{key}`, which is missing"))
    };
    match ty.encoding.as_str() {
        "mapping" => {
            expect_size(ty, 32)?;
            Ok(TypeKind::Mapping { key: refer("key type", &ty.key)?, value: refer("value type", &ty.value)? })
        }
        "dynamic_array" => {
            expect_size(ty, 32)?;
            Ok(TypeKind::DynamicArray { element: refer("element type", &ty.base)? })
        }
        "bytes" => {
            expect_size(ty, 32)?;
            Ok(if ty.label == "string" { TypeKind::String } else { TypeKind::Bytes })
        }
        "inplace" => match (&ty.members, &ty.base) {
            (Some(members), _) => Ok(TypeKind::Struct { members: read_members(draft, ids, ty, members)? }),
            (None, Some(_)) => Ok(TypeKind::StaticArray {
                element: refer("element type", &ty.base)?,
                len: array_len(key).ok_or("has no length")?,
            }),
            (None, None) => value_type(draft, key, ty),
        },
        other => Err(format!("has the unknown encoding `{other}`")),
    }
}

fn expect_size(ty: &SolcStorageType, size_bytes: u8) -> Result<(), String> {
    if ty.number_of_bytes == U256::from(size_bytes) {
        Ok(())
    } else {
        Err(format!("takes {} bytes where its kind takes {size_bytes}", ty.number_of_bytes))
    }
}

/// The length in an array's identifier, `t_array(t_uint256)50_storage`.
fn array_len(key: &str) -> Option<U256> {
    let (_, tail) = key.rsplit_once(')')?;
    let digits = tail.split('_').next().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    U256::from_str_radix(digits, 10).ok().filter(|_| !digits.is_empty())
}

fn value_type(draft: &mut Draft<'_>, key: &str, ty: &SolcStorageType) -> Result<TypeKind, String> {
    if let Some((kind, size_bytes)) = elementary(&ty.label) {
        expect_size(ty, size_bytes)?;
        return Ok(kind);
    }
    if key.starts_with("t_contract(") {
        expect_size(ty, 20)?;
        return Ok(TypeKind::Contract);
    }
    if key.starts_with("t_function_external") {
        expect_size(ty, 24)?;
        return Ok(TypeKind::ExternalFunction);
    }
    if key.starts_with("t_function_internal") {
        expect_size(ty, 8)?;
        return Ok(TypeKind::InternalFunction);
    }
    if ty.number_of_bytes.is_zero() || ty.number_of_bytes > U256::from(32) {
        return Err(format!("takes {} bytes where a value takes 1 to 32", ty.number_of_bytes));
    }
    if key.starts_with("t_enum(") {
        return Ok(TypeKind::Enum { members: enum_members(draft, key, ty) });
    }
    if key.starts_with("t_userDefinedValueType(") {
        return Ok(TypeKind::UserDefined { underlying: underlying(draft, key, ty) });
    }
    Err("is of no known kind".to_owned())
}

/// The declaration whose identifier ends a type's, `t_enum(Status)12`, when the tree has it under the same name.
fn declaration(draft: &Draft<'_>, key: &str, ty: &SolcStorageType, kind: NodeKind) -> Option<NodeRef> {
    let (_, tail) = key.rsplit_once(')')?;
    let id = tail.split('_').next()?.parse().ok()?;
    let ast = draft.ast?;
    let node = ast.by_id(AstId(id))?;
    let name = ty.label.rsplit(['.', ' ']).next();
    (ast[node].kind == kind && ast[node].name.as_deref() == name).then_some(node)
}

fn enum_members(draft: &mut Draft<'_>, key: &str, ty: &SolcStorageType) -> Option<Vec<String>> {
    let members = declaration(draft, key, ty, NodeKind::EnumDefinition)
        .and_then(|node| Some(declaration::enum_members(draft.ast?, node)));
    if members.is_none() {
        draft.gap(format!("the members of `{}` are unknown without its syntax tree", ty.label), None);
    }
    members
}

fn underlying(draft: &mut Draft<'_>, key: &str, ty: &SolcStorageType) -> Option<TypeId> {
    let node = declaration(draft, key, ty, NodeKind::UserDefinedValueTypeDefinition);
    let name = node.and_then(|node| declaration::underlying_type(draft.ast?, node)).map(str::to_owned);
    let fits = |size: u8| ty.number_of_bytes == U256::from(size);
    let Some((name, (kind, size))) =
        name.and_then(|name| elementary(&name).map(|found| (name, found))).filter(|(_, (_, size))| fits(*size))
    else {
        draft.gap(format!("the underlying type of `{}` is unknown without its syntax tree", ty.label), None);
        return None;
    };
    Some(draft.add(name, U256::from(size), kind))
}

fn read_members(
    draft: &mut Draft<'_>,
    ids: &Ids<'_>,
    ty: &SolcStorageType,
    members: &[SolcStorageVariable],
) -> Result<Vec<StorageVariable>, String> {
    let mut read: Vec<_> = members.iter().map(|member| read_variable(draft, ids, member)).collect();
    read.sort_by_key(|member| (member.place.slot, member.place.offset));
    let whole = Place { slot: Slot::default(), offset: 0, len_bytes: ty.number_of_bytes };
    if let Some(member) = read.iter().find(|member| !whole.contains(member.place)) {
        return Err(format!("is smaller than its member `{}`", member.label));
    }
    match overlapping(&read) {
        Some(member) => Err(format!("has other members over the bytes of `{}`", member.label)),
        None => Ok(read),
    }
}

/// The first of these sorted variables over which the next one lies. An empty one counts: copies of it would cost
/// nothing, and a table of such structs would unfold to any size.
fn overlapping(sorted: &[StorageVariable]) -> Option<&StorageVariable> {
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let mut overlapping = pairs.filter(|(this, next)| {
        this.place.end() > (next.place.slot, next.place.offset) || this.place.len_bytes.is_zero()
    });
    overlapping.next().map(|(this, _)| this)
}

fn read_variable(draft: &mut Draft<'_>, ids: &Ids<'_>, variable: &SolcStorageVariable) -> StorageVariable {
    let (ty, place) = place(draft, ids, variable).unwrap_or_else(|problem| {
        draft.gap(format!("`{}` of the compiler's storage layout {problem}", variable.label), None);
        let nowhere = Place { slot: Slot(variable.slot), offset: 0, len_bytes: U256::ZERO };
        (draft.unknown(&variable.type_id), nowhere)
    });
    let node =
        draft.ast.zip(variable.ast_id).and_then(|(ast, id)| declaration::variable_named(ast, id, &variable.label));
    match draft.unit.zip(node) {
        Some((unit, node)) => declaration::declared_variable(unit, node, ty, place),
        None => declaration::bare_variable(&variable.label, ty, place),
    }
}

fn place(draft: &Draft<'_>, ids: &Ids<'_>, variable: &SolcStorageVariable) -> Result<(TypeId, Place), String> {
    let ty = *ids
        .get(variable.type_id.as_str())
        .ok_or_else(|| format!("has the type `{}`, which is missing", variable.type_id))?;
    let len_bytes = draft.types[ty].size_bytes;
    let offset = u8::try_from(variable.offset).ok().filter(|&offset| {
        // What does not start a slot must end in it.
        offset == 0 || (offset < 32 && len_bytes <= U256::from(32 - offset))
    });
    let offset = offset.ok_or_else(|| format!("leaves its slot: {len_bytes} bytes at offset {}", variable.offset))?;
    let place = Place { slot: Slot(variable.slot), offset, len_bytes };
    let last_slot = place.slots().saturating_sub(U256::from(1));
    if variable.slot.checked_add(last_slot).is_none() {
        return Err("leaves storage".to_owned());
    }
    Ok((ty, place))
}
