//! Types as Vyper spells them in its layout and in source text.

use alloy_primitives::U256;

use super::source::{Definition, Sources};
use crate::declaration::bare_variable;
use crate::draft::Draft;
use crate::elementary::elementary;
use crate::nesting::MAX_TYPE_DEPTH;
use crate::place::{Place, Slot};
use crate::types::{TypeId, TypeKind};

const WORD: U256 = U256::from_limbs([32, 0, 0, 0]);

/// The type of this label; what cannot be read has no size and is unknown.
pub(super) fn read(draft: &mut Draft<'_>, sources: &Sources, label: &str) -> TypeId {
    // Up to 0.3 structs are labelled `Position declaration object`.
    let label = label.replace(" declaration object", "");
    read_part(draft, sources, label.trim())
}

fn read_part(draft: &mut Draft<'_>, sources: &Sources, label: &str) -> TypeId {
    if let Some(&known) = draft.labelled.get(label) {
        return known;
    }
    if draft.depth >= MAX_TYPE_DEPTH {
        return draft.unknown(label);
    }
    draft.depth += 1;
    let ty = known(draft, sources, label);
    draft.depth -= 1;
    let ty = ty.unwrap_or_else(|| draft.unknown(label));
    draft.labelled.insert(label.to_owned(), ty);
    ty
}

fn known(draft: &mut Draft<'_>, sources: &Sources, label: &str) -> Option<TypeId> {
    if let Some((head, arguments)) = subscript(label) {
        return subscripted(draft, sources, label, head, &arguments);
    }
    let kind = match label {
        "nonreentrant lock" => TypeKind::Lock,
        "decimal" => TypeKind::Fixed { is_signed: true, bits: 168, decimals: 10 },
        _ => match elementary(label).map(|(kind, _)| kind) {
            Some(TypeKind::Bytes | TypeKind::String) => return None,
            Some(kind) => kind,
            None => return named(draft, sources, label),
        },
    };
    Some(draft.add(label, WORD, kind))
}

/// `HEAD[ARGUMENTS]`, by the bracket that closes last.
fn subscript(label: &str) -> Option<(&str, Vec<&str>)> {
    let inner = label.strip_suffix(']')?;
    let mut depth = 0_usize;
    for (at, c) in inner.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth == 0 => return Some((inner[..at].trim(), arguments(&inner[at + 1..]))),
            '[' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits at the commas outside of brackets and parentheses.
fn arguments(text: &str) -> Vec<&str> {
    let mut depth = 0_i64;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

fn subscripted(
    draft: &mut Draft<'_>,
    sources: &Sources,
    label: &str,
    head: &str,
    arguments: &[&str],
) -> Option<TypeId> {
    match (head, arguments) {
        ("Bytes" | "String", [bound]) => {
            let max_bytes = sources.number(bound)?;
            let size = max_bytes.div_ceil(WORD).checked_mul(WORD)?.checked_add(WORD)?;
            let kind = match head {
                "Bytes" => TypeKind::BoundedBytes { max_bytes },
                _ => TypeKind::BoundedString { max_bytes },
            };
            Some(draft.add(format!("{head}[{max_bytes}]"), size, kind))
        }
        ("DynArray", [element, bound]) => {
            let max_len = sources.number(bound)?;
            let element = read_part(draft, sources, element);
            let size = known_size(draft, element)?.checked_mul(max_len)?.checked_add(WORD)?;
            let label = format!("DynArray[{}, {max_len}]", draft.types[element].label);
            Some(draft.add(label, size, TypeKind::BoundedArray { element, max_len }))
        }
        ("HashMap", [key, value]) => {
            let key = read_part(draft, sources, key);
            let value = read_part(draft, sources, value);
            for part in [key, value] {
                if draft.types[part].kind == TypeKind::Unknown {
                    let part = draft.types[part].label.clone();
                    draft.gap(format!("what `{part}` in `{label}` is made of is unknown"), None);
                }
            }
            let label = format!("HashMap[{}, {}]", draft.types[key].label, draft.types[value].label);
            Some(draft.add(label, WORD, TypeKind::Mapping { key, value }))
        }
        (element, [len]) => {
            let len = sources.number(len)?;
            let element = read_part(draft, sources, element);
            let size = known_size(draft, element)?.checked_mul(len)?;
            let label = format!("{}[{len}]", draft.types[element].label);
            Some(draft.add(label, size, TypeKind::StaticArray { element, len }))
        }
        _ => None,
    }
}

fn known_size(draft: &Draft<'_>, ty: TypeId) -> Option<U256> {
    Some(draft.types[ty].size_bytes).filter(|size| !size.is_zero())
}

/// A struct, flag or interface, by what the source text says of the name.
fn named(draft: &mut Draft<'_>, sources: &Sources, label: &str) -> Option<TypeId> {
    // Up to 0.3 flags are labelled with their members, `enum Role('ADMIN','USER')`.
    if let Some((name, members)) = label.strip_prefix("enum ").and_then(|rest| rest.strip_suffix(')')?.split_once('('))
    {
        let members = members.split(',').map(|member| member.trim().trim_matches('\'').to_owned()).collect();
        return Some(draft.add(name, WORD, TypeKind::Flag { members: Some(members) }));
    }
    // Interfaces of files are labelled with the file's path.
    if let Some(path) = label.strip_suffix(".vyi") {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        return Some(draft.add(name, WORD, TypeKind::Contract));
    }
    match sources.definition(label)? {
        Definition::Interface => Some(draft.add(label, WORD, TypeKind::Contract)),
        Definition::Flag(members) => Some(draft.add(label, WORD, TypeKind::Flag { members: Some(members.clone()) })),
        Definition::Struct(members) => {
            let mut slot = U256::ZERO;
            let mut variables = Vec::with_capacity(members.len());
            for member in members {
                let ty = read_part(draft, sources, &member.type_label);
                let len_bytes = known_size(draft, ty)?;
                let place = Place { slot: Slot(slot), offset: 0, len_bytes };
                let mut variable = bare_variable(&member.name, ty, place);
                variable.span = Some(member.span);
                variable.declared_in = Some(label.into());
                variables.push(variable);
                slot = slot.checked_add(len_bytes.div_ceil(WORD))?;
            }
            let size = slot.checked_mul(WORD).filter(|size| !size.is_zero())?;
            Some(draft.add(label, size, TypeKind::Struct { members: variables }))
        }
    }
}
