//! A contract's ABI and its selectors.

use std::collections::BTreeMap;

use alloy_json_abi::JsonAbi;
use alloy_primitives::hex;
use serde_json::value::RawValue;

use super::json::{Entries, Text, part};

/// Reads an ABI.
pub(super) fn abi(raw: &RawValue) -> Result<JsonAbi, String> {
    part(raw)
}

/// Reads selectors by signature; solc prints them without `0x`, Vyper with it.
pub(super) fn method_identifiers(raw: &RawValue) -> Result<BTreeMap<String, [u8; 4]>, String> {
    let raw: Entries<'_, Text<'_>> = part(raw)?;
    // Vyper before 0.4 lists the constructor, which no call reaches.
    let called = raw.0.iter().filter(|(signature, _)| !signature.starts_with("__init__("));
    called.map(|(signature, selector)| Ok((signature.to_string(), self::selector(signature, selector)?))).collect()
}

fn selector(signature: &str, text: &str) -> Result<[u8; 4], String> {
    hex::decode_to_array(text).map_err(|_| format!("the selector of `{signature}` is not four bytes"))
}

/// Selectors by signature, computed from an ABI. An internal type in a library's signature has no ABI form, so that
/// for libraries the compiler's own list is the better one.
pub(super) fn selectors(abi: &JsonAbi) -> BTreeMap<String, [u8; 4]> {
    abi.functions().map(|function| (function.signature(), function.selector().0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("JSON")
    }

    #[test]
    fn computed_selectors_equal_the_compilers() {
        let abi = abi(&raw(
            r#"[{"type":"function","name":"transfer","inputs":[{"name":"to","type":"address"},{"name":"v","type":"uint256"}],
                "outputs":[{"name":"","type":"bool"}],"stateMutability":"nonpayable"}]"#,
        ))
        .expect("an ABI");
        let listed = method_identifiers(&raw(r#"{"transfer(address,uint256)":"a9059cbb"}"#)).expect("selectors");
        assert_eq!(selectors(&abi), listed);
    }

    #[test]
    fn selectors_of_another_length_are_refused() {
        for selector in ["", "a9059c", "a9059cbb00", "a9059cbz", "０"] {
            assert!(method_identifiers(&raw(&format!(r#"{{"f()":"{selector}"}}"#))).is_err(), "{selector}");
        }
        assert!(method_identifiers(&raw(r#"{"f()":"0xa9059cbb"}"#)).is_ok());
    }
}
