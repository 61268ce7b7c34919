//! What an elementary type's name means: its kind and the bytes it takes in storage.
//!
//! Sizes are those of the Solidity documentation, "Layout of State Variables in Storage" and "Types".

use crate::types::TypeKind;

/// Kind and size in bytes of an elementary type as Solidity spells it, `None` for every other type.
///
/// `bytes` and `string` count with the 32 bytes of their head.
pub(crate) fn elementary(name: &str) -> Option<(TypeKind, u8)> {
    let word = match name {
        "bool" => (TypeKind::Bool, 1),
        "address" | "address payable" => (TypeKind::Address, 20),
        "bytes" => (TypeKind::Bytes, 32),
        "string" => (TypeKind::String, 32),
        "byte" => (TypeKind::FixedBytes { len_bytes: 1 }, 1),
        "uint" => (TypeKind::Uint { bits: 256 }, 32),
        "int" => (TypeKind::Int { bits: 256 }, 32),
        "ufixed" => (fixed(false, 128, 18), 16),
        "fixed" => (fixed(true, 128, 18), 16),
        _ => return sized(name),
    };
    Some(word)
}

/// Elementary types whose name ends in their width.
fn sized(name: &str) -> Option<(TypeKind, u8)> {
    if let Some(width) = name.strip_prefix("bytes") {
        let len_bytes = number(width)?;
        let len_bytes = u8::try_from(len_bytes).ok().filter(|len| (1..=32).contains(len))?;
        return Some((TypeKind::FixedBytes { len_bytes }, len_bytes));
    }
    if let Some(width) = name.strip_prefix("uint") {
        let bits = bits(width)?;
        return Some((TypeKind::Uint { bits }, bytes(bits)));
    }
    if let Some(width) = name.strip_prefix("int") {
        let bits = bits(width)?;
        return Some((TypeKind::Int { bits }, bytes(bits)));
    }
    let (is_signed, rest) = match name.strip_prefix('u') {
        Some(rest) => (false, rest),
        None => (true, name),
    };
    let (width, places) = rest.strip_prefix("fixed")?.split_once('x')?;
    let bits = bits(width)?;
    let decimals = u8::try_from(number(places)?).ok().filter(|&places| places <= 80)?;
    Some((fixed(is_signed, bits, decimals), bytes(bits)))
}

fn fixed(is_signed: bool, bits: u16, decimals: u8) -> TypeKind {
    TypeKind::Fixed { is_signed, bits, decimals }
}

/// A width in bits: a multiple of eight from 8 to 256.
fn bits(text: &str) -> Option<u16> {
    number(text).filter(|bits| (8..=256).contains(bits) && bits % 8 == 0)
}

fn bytes(bits: u16) -> u8 {
    u8::try_from(bits / 8).unwrap_or(32)
}

/// A decimal number without sign or leading zero, as it stands in names.
fn number(text: &str) -> Option<u16> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_kind_and_size() {
        for (name, kind, size) in [
            ("uint8", TypeKind::Uint { bits: 8 }, 1),
            ("uint", TypeKind::Uint { bits: 256 }, 32),
            ("int24", TypeKind::Int { bits: 24 }, 3),
            ("bytes20", TypeKind::FixedBytes { len_bytes: 20 }, 20),
            ("bytes", TypeKind::Bytes, 32),
            ("address payable", TypeKind::Address, 20),
            ("fixed128x18", fixed(true, 128, 18), 16),
            ("ufixed64x2", fixed(false, 64, 2), 8),
        ] {
            assert_eq!(elementary(name), Some((kind, size)), "{name}");
        }
    }

    #[test]
    fn impossible_widths_are_no_types() {
        for name in ["uint7", "uint264", "int0", "bytes0", "bytes33", "uint08", "uint+8", "fixed8", "contract C", ""] {
            assert_eq!(elementary(name), None, "{name}");
        }
    }
}
