//! Hexadecimal text to bytes, with the places that a linker and a constructor fill.

use std::fmt;

use alloy_primitives::hex;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Entries, Text, part};
use crate::artifact::{Bytecode, ImmutableReference, LinkReference};

/// Characters that stand for a library's address.
const PLACEHOLDER_LEN: usize = 40;

/// Bytes of an address.
const ADDRESS_LEN: u32 = 20;

/// What is wrong with hexadecimal text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HexError {
    /// This many digits, which is odd.
    Odd(usize),
    /// A character at a byte offset.
    Character(char, usize),
}

impl fmt::Display for HexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Odd(digits) => write!(f, "{digits} hexadecimal digits are no whole number of bytes"),
            Self::Character(found, at) => write!(f, "{found:?} at byte {at} is no hexadecimal digit"),
        }
    }
}

/// Decodes hexadecimal text with or without `0x`, with white space anywhere and placeholders of unlinked libraries.
///
/// solc prints 40 characters for a library's address: `__$` and `$__` around a hash since 0.5, before that `__`, the
/// qualified name cut to 36 characters, and `_` up to the length.
pub(super) fn decode(text: &str) -> Result<Bytecode, HexError> {
    let start = text.len() - text.trim_start().len();
    let start = start + if text[start..].starts_with("0x") || text[start..].starts_with("0X") { 2 } else { 0 };
    let digits = text[start..].trim_end();
    // The decoder would take a second prefix.
    if !digits.starts_with("0x")
        && let Ok(bytes) = hex::decode(digits)
    {
        return Ok(Bytecode { bytes: bytes.into(), ..Bytecode::default() });
    }
    decode_with_gaps(text, start)
}

fn decode_with_gaps(text: &str, start: usize) -> Result<Bytecode, HexError> {
    let mut bytes = Vec::with_capacity((text.len() - start) / 2);
    let mut link_references = Vec::new();
    let mut high = None;
    let mut at = start;
    while let Some(character) = text[at..].chars().next() {
        if character.is_whitespace() {
            at += character.len_utf8();
            continue;
        }
        if high.is_none()
            && let Some(placeholder) = placeholder_at(text, at)
        {
            // Four gigabytes of digits are no bytecode of anything.
            let start = u32::try_from(bytes.len()).map_err(|_| HexError::Character(character, at))?;
            link_references.push(LinkReference { start, len: ADDRESS_LEN, library: name_of(placeholder).to_owned() });
            bytes.extend([0; ADDRESS_LEN as usize]);
            at += PLACEHOLDER_LEN;
            continue;
        }
        let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digit = digit.ok_or(HexError::Character(character, at))?;
        match high.take() {
            Some(high) => bytes.push(high << 4 | digit),
            None => high = Some(digit),
        }
        at += 1;
    }
    if high.is_some() {
        return Err(HexError::Odd(2 * bytes.len() + 1));
    }
    Ok(Bytecode { bytes: bytes.into(), link_references, ..Bytecode::default() })
}

fn placeholder_at(text: &str, at: usize) -> Option<&str> {
    text.get(at..at + PLACEHOLDER_LEN).filter(|placeholder| placeholder.starts_with("__"))
}

/// The name or hash within a placeholder.
fn name_of(placeholder: &str) -> &str {
    let name = placeholder.trim_matches('_');
    name.strip_prefix('$').and_then(|name| name.strip_suffix('$')).unwrap_or(name)
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawCode<'a> {
    #[serde(borrow)]
    object: Option<Text<'a>>,
    #[serde(borrow, rename = "linkReferences")]
    link_references: Option<RawLinkReferences<'a>>,
    #[serde(borrow, rename = "immutableReferences")]
    immutable_references: Option<RawImmutableReferences<'a>>,
    /// Kept unread, because Vyper prints an object where solc prints text.
    #[serde(borrow, rename = "sourceMap")]
    source_map: Option<&'a RawValue>,
}

/// Places by file and library.
pub(super) type RawLinkReferences<'a> = Entries<'a, Entries<'a, Vec<Place>>>;

/// Places by the identifier of the immutable's declaration.
pub(super) type RawImmutableReferences<'a> = Entries<'a, Vec<Place>>;

/// A place in bytecode.
#[derive(Clone, Copy, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Place {
    start: u32,
    length: u32,
}

/// Reads a compiler's `bytecode` or `deployedBytecode`; `None` when it is empty. Files of deployments hold the bare text.
pub(super) fn read(raw: &RawValue) -> Result<Option<Bytecode>, String> {
    if let Ok(object) = part::<Text<'_>>(raw) {
        return assemble(&object, None, None, None);
    }
    let code: RawCode<'_> = part(raw)?;
    let Some(object) = code.object else { return Err("it has no `object`".to_owned()) };
    let source_map = code.source_map.and_then(source_map);
    assemble(&object, code.link_references.as_ref(), code.immutable_references.as_ref(), source_map.as_deref())
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawVyperMap<'a> {
    #[serde(borrow, rename = "pc_pos_map_compressed")]
    compressed: Option<Text<'a>>,
}

/// The compressed map: text, or a member of the object that Vyper prints since 0.4.
fn source_map(raw: &RawValue) -> Option<Text<'_>> {
    part(raw).ok().or_else(|| part::<RawVyperMap<'_>>(raw).ok()?.compressed)
}

/// Makes bytecode of its parts; `None` when it is empty.
pub(super) fn assemble(
    object: &str,
    link_references: Option<&RawLinkReferences<'_>>,
    immutable_references: Option<&RawImmutableReferences<'_>>,
    source_map: Option<&str>,
) -> Result<Option<Bytecode>, String> {
    let mut bytecode = decode(object).map_err(|error| error.to_string())?;
    if bytecode.bytes.is_empty() {
        return Ok(None);
    }
    if let Some(references) = link_references {
        name_libraries(&mut bytecode, references);
    }
    if let Some(references) = immutable_references {
        bytecode.immutable_references = immutables(references, bytecode.bytes.len())?;
    }
    bytecode.source_map = source_map.filter(|map| !map.is_empty()).map(Into::into);
    Ok(Some(bytecode))
}

/// Gives the found placeholders the names that the compiler lists. A listed place without a placeholder is linked
/// already and therefore left out.
fn name_libraries(bytecode: &mut Bytecode, references: &RawLinkReferences<'_>) {
    for (file, libraries) in &references.0 {
        for (library, places) in &libraries.0 {
            for place in places {
                let found = bytecode.link_references.binary_search_by_key(&place.start, |reference| reference.start);
                if let Ok(found) = found {
                    bytecode.link_references[found].library = format!("{file}:{library}");
                }
            }
        }
    }
}

fn immutables(references: &RawImmutableReferences<'_>, code_len: usize) -> Result<Vec<ImmutableReference>, String> {
    let mut list = Vec::new();
    for (id, places) in &references.0 {
        let ast_id = id.parse().ok();
        for place in places {
            let end = u64::from(place.start) + u64::from(place.length);
            if end > code_len as u64 {
                return Err(format!("the immutable at byte {} lies beyond the code's {code_len} bytes", place.start));
            }
            list.push(ImmutableReference { start: place.start, len: place.length, ast_id });
        }
    }
    list.sort();
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        decode(text).expect("hexadecimal").bytes.to_vec()
    }

    #[test]
    fn the_prefix_and_white_space_do_not_matter() {
        for text in ["6001ff", "0x6001FF", " 0x6001\r\n ff\n", "60 01 ff"] {
            assert_eq!(bytes(text), [0x60, 0x01, 0xff], "{text}");
        }
    }

    #[test]
    fn a_bad_character_is_told_with_its_place() {
        assert_eq!(decode("0x60zz"), Err(HexError::Character('z', 4)));
        assert_eq!(decode("60\u{0}1"), Err(HexError::Character('\u{0}', 2)));
        assert_eq!(decode("0x0x60"), Err(HexError::Character('x', 3)));
        assert_eq!(decode("6é"), Err(HexError::Character('é', 1)));
    }

    #[test]
    fn half_a_byte_is_told_with_the_number_of_digits() {
        assert_eq!(decode("0x600"), Err(HexError::Odd(3)));
    }

    #[test]
    fn placeholders_of_both_styles_become_zeroed_link_references() {
        let hash = "__$4a1f7cf0a2cb4e9b5e4f3d1a2b3c4d5e6f$__";
        let name = "__contracts/Lib.sol:Lib_________________";
        let code = decode(&format!("0x73{hash}6373{name}00")).expect("bytecode");
        assert_eq!(code.bytes.len(), 1 + 20 + 2 + 20 + 1);
        assert!(code.bytes[1..21].iter().all(|&byte| byte == 0));
        let found: Vec<_> = code.link_references.iter().map(|link| (link.start, &*link.library)).collect();
        assert_eq!(found, [(1, "4a1f7cf0a2cb4e9b5e4f3d1a2b3c4d5e6f"), (23, "contracts/Lib.sol:Lib")]);
    }

    #[test]
    fn a_cut_placeholder_is_no_hexadecimal() {
        assert_eq!(decode("73__$4a"), Err(HexError::Character('_', 2)));
    }

    #[test]
    fn an_immutable_beyond_the_code_is_refused() {
        let raw = RawValue::from_string(
            r#"{"object":"600160","immutableReferences":{"7":[{"start":2,"length":32}]}}"#.to_owned(),
        );
        assert!(read(&raw.expect("JSON")).is_err());
    }
}
