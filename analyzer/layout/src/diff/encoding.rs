//! What may follow what in the same bytes: encoding classes of single values, and preimages of mapping keys.
//!
//! A Vyper scalar takes a whole clean word; it is known by a size of 32 bytes where its width asks for fewer. Containers
//! are judged in `judge.rs`, member by member.

use std::collections::BTreeSet;

use alloy_primitives::U256;

use super::change::TypeReason;
use crate::types::{TypeId, TypeKind, TypeTable};

/// Underlying types of underlying types that are followed; solc allows one.
const MAX_UNDERLYING: usize = 16;

/// What reading an old value as a new type yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The same value of the same class.
    Same,
    /// The same value in a type that holds more, given that the added bytes were unused.
    Extended,
    /// The same value; members of an enum or flag have other names (old and new).
    MembersRenamed(Vec<(String, String)>),
    /// The same bytes, taken for something else.
    Reinterpreted,
    /// Another value, or a failure.
    Incompatible(TypeReason),
    /// Not known, with what is missing.
    Unknown(&'static str),
}

/// Follows user-defined value types to their underlying type. `None` where that is unknown.
pub(super) fn underlying(types: &TypeTable, ty: TypeId) -> Option<TypeId> {
    let mut at = ty;
    for _ in 0..MAX_UNDERLYING {
        match types[at].kind {
            TypeKind::UserDefined { underlying: Some(next) } => at = next,
            TypeKind::UserDefined { underlying: None } => return None,
            _ => return Some(at),
        }
    }
    None
}

/// Judges two types that are not containers; two containers, or a container and a value, share no class.
pub(super) fn compare_values(old: (&TypeTable, TypeId), new: (&TypeTable, TypeId)) -> Answer {
    let (old_type, new_type) = (&old.0[old.1], &new.0[new.1]);
    let (Some(old_base), Some(new_base)) = (underlying(old.0, old.1), underlying(new.0, new.1)) else {
        return if old_type.size_bytes == new_type.size_bytes {
            Answer::Unknown("the underlying type of a user-defined value type")
        } else {
            Answer::Incompatible(TypeReason::Kind)
        };
    };
    let answer = compare_kinds((old.0, old_base), (new.0, new_base));
    let is_user_defined = |types: &TypeTable, ty| matches!(types[ty].kind, TypeKind::UserDefined { .. });
    match answer {
        Answer::Incompatible(reason) if is_user_defined(old.0, old.1) && is_user_defined(new.0, new.1) => {
            Answer::Incompatible(TypeReason::Underlying(Box::new(reason)))
        }
        answer => answer,
    }
}

fn compare_kinds(old: (&TypeTable, TypeId), new: (&TypeTable, TypeId)) -> Answer {
    use TypeKind as K;

    let (old, new) = (&old.0[old.1], &new.0[new.1]);
    let word = U256::from(32);
    let is_word = old.size_bytes == word && new.size_bytes == word;
    let bits_in_place = |size: U256| u16::try_from(size.saturating_mul(U256::from(8))).unwrap_or(u16::MAX);
    match (&old.kind, &new.kind) {
        (&K::Uint { bits: old }, &K::Uint { bits: new }) => unsigned(old, new),
        (&K::Int { bits: old }, &K::Int { bits: new }) if old == new => Answer::Same,
        (&K::Int { bits: old }, &K::Int { bits: new }) if old > new => Answer::Incompatible(TypeReason::Narrowed),
        (K::Int { .. }, K::Int { .. }) if is_word => Answer::Extended,
        (K::Int { .. }, K::Int { .. }) => Answer::Incompatible(TypeReason::SignedWidened),
        (K::Uint { .. }, K::Int { .. }) | (K::Int { .. }, K::Uint { .. }) => Answer::Incompatible(TypeReason::Sign),
        (&K::FixedBytes { len_bytes: old }, &K::FixedBytes { len_bytes: new }) => {
            if old == new {
                Answer::Same
            } else {
                Answer::Incompatible(TypeReason::FixedBytesWidth)
            }
        }
        (K::Bool, K::Uint { .. }) | (K::Flag { .. }, K::Uint { bits: 256 }) => Answer::Extended,
        (K::Enum { .. }, &K::Uint { bits }) if bits >= bits_in_place(old.size_bytes) => Answer::Extended,
        (K::Enum { .. }, K::Uint { .. }) => Answer::Incompatible(TypeReason::Narrowed),
        (K::Uint { .. }, K::Enum { .. } | K::Bool | K::Flag { .. }) => Answer::Incompatible(TypeReason::OutOfRange),
        (K::Enum { members: old }, K::Enum { members: new }) | (K::Flag { members: old }, K::Flag { members: new }) => {
            match (old, new) {
                (Some(old), Some(new)) => compare_members(old, new),
                _ => Answer::Unknown("the members of an enum"),
            }
        }
        (K::Bool, K::Bool)
        | (K::Address | K::Contract, K::Address | K::Contract)
        | (K::Bytes | K::String, K::Bytes | K::String)
        | (K::ExternalFunction, K::ExternalFunction)
        | (K::InternalFunction, K::InternalFunction)
        | (K::Lock, K::Lock)
        | (K::Word, _)
        | (_, K::Word) => Answer::Same,
        (K::Fixed { .. }, K::Fixed { .. }) if old.kind == new.kind => Answer::Same,
        (
            &(K::BoundedBytes { max_bytes: old } | K::BoundedString { max_bytes: old }),
            &(K::BoundedBytes { max_bytes: new } | K::BoundedString { max_bytes: new }),
        ) => match old.cmp(&new) {
            std::cmp::Ordering::Equal => Answer::Same,
            std::cmp::Ordering::Less => Answer::Extended,
            std::cmp::Ordering::Greater => Answer::Incompatible(TypeReason::Bound),
        },
        (K::Unknown, _) | (_, K::Unknown) => Answer::Unknown("a type"),
        (K::Address | K::Contract, &K::Uint { bits }) if bits > 160 => Answer::Incompatible(TypeReason::WiderMeaning),
        _ if old.size_bytes == new.size_bytes && have_one_width(&old.kind, &new.kind, is_word) => Answer::Reinterpreted,
        _ => Answer::Incompatible(TypeReason::Kind),
    }
}

fn unsigned(old_bits: u16, new_bits: u16) -> Answer {
    match old_bits.cmp(&new_bits) {
        std::cmp::Ordering::Equal => Answer::Same,
        std::cmp::Ordering::Less => Answer::Extended,
        std::cmp::Ordering::Greater => Answer::Incompatible(TypeReason::Narrowed),
    }
}

/// Whether two values of the same size are a number, an address or raw bytes with the same significant bits. In a whole
/// word (Vyper) numbers stand at the low end and raw bytes at the high end, so that short ones do not agree there.
fn have_one_width(old: &TypeKind, new: &TypeKind, is_word: bool) -> bool {
    let width = |kind: &TypeKind| match *kind {
        TypeKind::Uint { bits } => Some((bits, false, true)),
        TypeKind::Int { bits } => Some((bits, true, true)),
        TypeKind::Address | TypeKind::Contract => Some((160, false, true)),
        TypeKind::FixedBytes { len_bytes } => Some((u16::from(len_bytes) * 8, false, false)),
        _ => None,
    };
    let (Some((old_bits, old_sign, old_low)), Some((new_bits, new_sign, new_low))) = (width(old), width(new)) else {
        return false;
    };
    let is_address = |kind: &TypeKind| matches!(kind, TypeKind::Address | TypeKind::Contract);
    let is_signed_address = (is_address(old) && new_sign) || (is_address(new) && old_sign);
    old_bits == new_bits && !is_signed_address && (!is_word || old_low == new_low || old_bits == 256)
}

/// Members of an enum by value, of a flag by bit: appended ones are fine, renamed ones are named, any other order is not.
fn compare_members(old: &[String], new: &[String]) -> Answer {
    let old_names: BTreeSet<&str> = old.iter().map(String::as_str).collect();
    let new_names: BTreeSet<&str> = new.iter().map(String::as_str).collect();
    if new.len() < old.len() {
        let missing = old.iter().find(|member| !new_names.contains(member.as_str())).or(old.last());
        return Answer::Incompatible(TypeReason::EnumMembers { member: missing.cloned().unwrap_or_default() });
    }
    let mut renamed = Vec::new();
    for (old_member, new_member) in old.iter().zip(new).filter(|(old, new)| old != new) {
        if new_names.contains(old_member.as_str()) || old_names.contains(new_member.as_str()) {
            return Answer::Incompatible(TypeReason::EnumMembers { member: old_member.clone() });
        }
        renamed.push((old_member.clone(), new_member.clone()));
    }
    match (renamed.is_empty(), old.len() == new.len()) {
        (false, _) => Answer::MembersRenamed(renamed),
        (true, true) => Answer::Same,
        (true, false) => Answer::Extended,
    }
}

/// How a mapping pads its keys before hashing (Solidity documentation, "Mappings and Dynamic Arrays").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyFamily {
    /// Zero-extended on the left, with the number of significant bits.
    Unsigned(u16),
    /// Sign-extended on the left, with the number of significant bits.
    Signed(u16),
    /// Zero-extended on the right, with the number of bytes.
    LeftAligned(u8),
    /// Not padded.
    Raw,
}

/// Judges key types: whether every old key has the same preimage in the new type.
pub(super) fn compare_keys(old: (&TypeTable, TypeId), new: (&TypeTable, TypeId)) -> Answer {
    let reason = || {
        let (old, new) = (old.0[old.1].label.clone(), new.0[new.1].label.clone());
        Answer::Incompatible(TypeReason::MappingKey { old, new })
    };
    let value_answer = compare_values(old, new);
    if matches!(value_answer, Answer::Same | Answer::MembersRenamed(_) | Answer::Unknown(_)) {
        return value_answer;
    }
    let (Some(old_base), Some(new_base)) = (underlying(old.0, old.1), underlying(new.0, new.1)) else {
        return reason();
    };
    let (old_kind, new_kind) = (&old.0[old_base].kind, &new.0[new_base].kind);
    if matches!(new_kind, TypeKind::Enum { .. } | TypeKind::Bool) {
        // Only an enum that keeps its members has all old keys.
        return match value_answer {
            Answer::Extended | Answer::Incompatible(TypeReason::EnumMembers { .. }) => value_answer,
            _ => reason(),
        };
    }
    let (Some(old_family), Some(new_family)) =
        (key_family(old.0, old_base, old_kind), key_family(new.0, new_base, new_kind))
    else {
        return if matches!(value_answer, Answer::Extended) { Answer::Extended } else { reason() };
    };
    let keeps_preimage = match (old_family, new_family) {
        (KeyFamily::Unsigned(old), KeyFamily::Unsigned(new)) | (KeyFamily::Signed(old), KeyFamily::Signed(new)) => {
            old <= new
        }
        (KeyFamily::Unsigned(old), KeyFamily::Signed(new)) => old < new,
        (KeyFamily::LeftAligned(old), KeyFamily::LeftAligned(new)) => old <= new,
        (KeyFamily::Raw, KeyFamily::Raw) => true,
        _ => false,
    };
    if keeps_preimage { Answer::Extended } else { reason() }
}

fn key_family(types: &TypeTable, ty: TypeId, kind: &TypeKind) -> Option<KeyFamily> {
    Some(match *kind {
        TypeKind::Uint { bits } => KeyFamily::Unsigned(bits),
        TypeKind::Int { bits } => KeyFamily::Signed(bits),
        TypeKind::Address | TypeKind::Contract => KeyFamily::Unsigned(160),
        TypeKind::Bool => KeyFamily::Unsigned(1),
        TypeKind::Enum { .. } => {
            let bits = types[ty].size_bytes.saturating_mul(U256::from(8));
            KeyFamily::Unsigned(u16::try_from(bits).unwrap_or(u16::MAX))
        }
        TypeKind::FixedBytes { len_bytes } => KeyFamily::LeftAligned(len_bytes),
        TypeKind::Bytes | TypeKind::String | TypeKind::BoundedBytes { .. } | TypeKind::BoundedString { .. } => {
            KeyFamily::Raw
        }
        _ => return None,
    })
}

/// How elements of an array follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stride {
    /// Several a slot, of so many bytes each.
    Packed(u8),
    /// So many slots each.
    Slots(U256),
}

/// The stride of elements of a type (Solidity documentation, "Layout of State Variables in Storage").
pub(super) fn stride(types: &TypeTable, element: TypeId) -> Stride {
    let size = types[element].size_bytes;
    match u8::try_from(size) {
        Ok(size @ 1..=16) => Stride::Packed(size),
        _ => Stride::Slots(size.saturating_add(U256::from(31)) >> 5),
    }
}
