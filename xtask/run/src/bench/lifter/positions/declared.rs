//! Where a compiler says that variables lie: the variables of a contract as one struct for each storage.

use std::collections::BTreeMap;

use serde_json::Value;

/// A type, as far as places depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// A value of so many bytes.
    Value(u64),
    /// Bytes or a string in Solidity's encoding.
    Text,
    /// A mapping.
    Mapping(Box<Type>),
    /// A dynamic array whose elements lie behind its hash.
    Dynamic(Box<Type>),
    /// An array of fixed length.
    Fixed(Box<Type>, u64),
    /// Members, or variables.
    Struct(Vec<Member>),
    /// Whole words, so many where that is known, of which no more is said.
    Words(Option<u64>),
}

/// A member of a struct, or a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name.
    pub(super) name: String,
    /// Its first slot, from the start of the struct.
    pub(super) slot: u64,
    /// Its first byte in this slot.
    pub(super) byte: u64,
    /// Its type.
    pub(super) ty: Type,
}

/// Deepest types within types.
const MAX_DEPTH: u32 = 16;

impl Type {
    /// How many bytes it takes.
    pub(super) fn len_bytes(&self) -> u64 {
        match self {
            Self::Value(len) => *len,
            _ => self.slots().saturating_mul(32),
        }
    }

    /// How many slots it takes.
    pub(super) fn slots(&self) -> u64 {
        match self {
            Self::Value(_) | Self::Text | Self::Mapping(_) | Self::Dynamic(_) => 1,
            Self::Fixed(element, number) => match element.in_one_slot() {
                Some(together) => number.div_ceil(together),
                None => element.slots().saturating_mul(*number),
            },
            Self::Struct(members) => {
                members.iter().map(|member| member.slot.saturating_add(member.ty.slots())).max().unwrap_or(1)
            }
            Self::Words(number) => number.unwrap_or(u64::MAX),
        }
    }

    /// How many elements of this type share a slot.
    pub(super) fn in_one_slot(&self) -> Option<u64> {
        match self {
            Self::Value(len) if (1..=16).contains(len) => Some(32 / len),
            _ => None,
        }
    }
}

/// The variables of a contract in storage and in transient storage.
pub(super) fn variables(layout: &Value, is_vyper: bool) -> [Type; 2] {
    if is_vyper {
        let of = |name: &str| Type::Struct(vyper_variables(&layout[name]));
        // Without transient variables there is one section, and it has no name.
        return if layout["storage_layout"].is_object() {
            [of("storage_layout"), of("transient_storage_layout")]
        } else {
            [Type::Struct(vyper_variables(layout)), Type::Struct(Vec::new())]
        };
    }
    ["storage", "transient"].map(|space| {
        let types = &layout[space]["types"];
        Type::Struct(members(&layout[space]["storage"], types, 0))
    })
}

fn members(list: &Value, types: &Value, depth: u32) -> Vec<Member> {
    let member = |entry: &Value| {
        Some(Member {
            name: entry["label"].as_str()?.to_owned(),
            slot: entry["slot"].as_str()?.parse().ok()?,
            byte: entry["offset"].as_u64()?,
            ty: solc_type(entry["type"].as_str()?, types, depth + 1)?,
        })
    };
    list.as_array().into_iter().flatten().filter_map(member).collect()
}

fn solc_type(id: &str, types: &Value, depth: u32) -> Option<Type> {
    let ty = &types[id];
    let len: u64 = ty["numberOfBytes"].as_str()?.parse().ok()?;
    let part = |name: &str| Some(Box::new(solc_type(ty[name].as_str()?, types, depth + 1)?));
    if depth > MAX_DEPTH {
        return Some(Type::Words(Some(len.div_ceil(32))));
    }
    Some(match ty["encoding"].as_str()? {
        "bytes" => Type::Text,
        "mapping" => Type::Mapping(part("value")?),
        "dynamic_array" => Type::Dynamic(part("base")?),
        _ if ty["members"].is_array() => Type::Struct(members(&ty["members"], types, depth)),
        _ if ty["base"].is_string() => {
            let number = ty["label"].as_str()?.rsplit_once('[')?.1.trim_end_matches(']').parse().ok()?;
            Type::Fixed(part("base")?, number)
        }
        _ => Type::Value(len),
    })
}

fn vyper_variables(layout: &Value) -> Vec<Member> {
    let mut slots: BTreeMap<u64, (String, String)> = BTreeMap::new();
    collect_vyper(layout, &mut slots);
    let ends: Vec<u64> = slots.keys().copied().skip(1).collect();
    let ends = ends.into_iter().map(Some).chain([None]);
    let member = |((slot, (name, ty)), end): ((u64, (String, String)), Option<u64>)| Member {
        name,
        slot,
        byte: 0,
        ty: vyper_type(&ty, end.map(|end| end - slot)),
    };
    slots.into_iter().zip(ends).map(member).collect()
}

/// Variables, those of modules in objects of their own.
fn collect_vyper(layout: &Value, slots: &mut BTreeMap<u64, (String, String)>) {
    for (name, entry) in layout.as_object().into_iter().flatten() {
        match (entry["slot"].as_u64(), entry["type"].as_str()) {
            (Some(slot), Some(ty)) => {
                slots.insert(slot, (name.clone(), ty.to_owned()));
            }
            _ => collect_vyper(entry, slots),
        }
    }
}

/// Vyper takes whole words, and keeps an array's length before its elements.
fn vyper_type(text: &str, slots: Option<u64>) -> Type {
    if let Some(inner) = text.strip_prefix("HashMap[").and_then(|rest| rest.strip_suffix(']')) {
        let value = inner.split_once(", ").map_or(inner, |(_, value)| value);
        return Type::Mapping(Box::new(vyper_type(value, None)));
    }
    let is_word = ["uint", "int", "address", "bool", "decimal", "bytes", "nonreentrant", "flag"]
        .iter()
        .any(|start| text.starts_with(start));
    if is_word && !text.contains('[') {
        return Type::Value(32);
    }
    if let Some((element, number)) = text.strip_suffix(']').and_then(|rest| rest.rsplit_once('['))
        && let (Type::Value(len), Ok(number)) = (vyper_type(element, None), number.parse())
    {
        return Type::Fixed(Box::new(Type::Value(len)), number);
    }
    Type::Words(slots)
}
