//! solc's `storageLayout` and `transientStorageLayout`.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Entries, Text, part};
use crate::layout_output::{SolcStorageLayout, SolcStorageType, SolcStorageVariable};

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawLayout<'a> {
    #[serde(borrow)]
    storage: Vec<RawVariable<'a>>,
    /// `null` when there is no variable.
    #[serde(borrow)]
    types: Option<Entries<'a, RawType<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawVariable<'a> {
    #[serde(rename = "astId")]
    ast_id: Option<i64>,
    #[serde(borrow, default = "empty")]
    contract: Text<'a>,
    #[serde(borrow)]
    label: Text<'a>,
    offset: u32,
    #[serde(borrow)]
    slot: Text<'a>,
    #[serde(borrow, rename = "type")]
    type_id: Text<'a>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawType<'a> {
    #[serde(borrow)]
    encoding: Text<'a>,
    #[serde(borrow)]
    label: Text<'a>,
    #[serde(borrow, rename = "numberOfBytes")]
    number_of_bytes: Text<'a>,
    #[serde(borrow)]
    base: Option<Text<'a>>,
    #[serde(borrow)]
    key: Option<Text<'a>>,
    #[serde(borrow)]
    value: Option<Text<'a>>,
    #[serde(borrow)]
    members: Option<Vec<RawVariable<'a>>>,
}

fn empty() -> Text<'static> {
    Text("".into())
}

/// Reads one layout. The reason says what is wrong with it.
pub(super) fn read(raw: &RawValue) -> Result<SolcStorageLayout, String> {
    let layout: RawLayout<'_> = part(raw)?;
    let types = layout.types.unwrap_or_default();
    Ok(SolcStorageLayout {
        storage: layout.storage.iter().map(variable).collect::<Result<_, _>>()?,
        types: types
            .0
            .iter()
            .map(|(id, ty)| Ok((id.to_string(), storage_type(ty)?)))
            .collect::<Result<BTreeMap<_, _>, String>>()?,
    })
}

fn variable(raw: &RawVariable<'_>) -> Result<SolcStorageVariable, String> {
    if raw.offset > 31 {
        return Err(format!("`{}` is said to stand at byte {} of a slot of 32", &*raw.label, raw.offset));
    }
    let slot = number(&raw.slot).ok_or_else(|| format!("the slot of `{}` is no number", &*raw.label))?;
    Ok(SolcStorageVariable {
        ast_id: raw.ast_id,
        contract: raw.contract.to_string(),
        label: raw.label.to_string(),
        offset: raw.offset,
        slot,
        type_id: raw.type_id.to_string(),
    })
}

fn storage_type(raw: &RawType<'_>) -> Result<SolcStorageType, String> {
    let number_of_bytes =
        number(&raw.number_of_bytes).ok_or_else(|| format!("the size of the type `{}` is no number", &*raw.label))?;
    let text = |text: &Option<Text<'_>>| text.as_deref().map(str::to_owned);
    let members = raw.members.as_ref().map(|members| members.iter().map(variable).collect::<Result<_, _>>());
    Ok(SolcStorageType {
        encoding: raw.encoding.to_string(),
        label: raw.label.to_string(),
        number_of_bytes,
        base: text(&raw.base),
        key: text(&raw.key),
        value: text(&raw.value),
        members: members.transpose()?,
    })
}

/// A decimal number of at most 256 bits. The standard parser would take `0x`, `_` and white space too.
fn number(text: &str) -> Option<U256> {
    // 2^256 has 78 digits.
    let plausible = !text.is_empty() && text.len() <= 78 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plausible { U256::from_str_radix(text, 10).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(json: &str) -> Result<SolcStorageLayout, String> {
        read(&RawValue::from_string(json.to_owned()).expect("JSON"))
    }

    fn one_variable(slot: &str, offset: &str) -> Result<SolcStorageLayout, String> {
        layout(&format!(
            r#"{{"storage":[{{"astId":3,"contract":"a.sol:A","label":"x","offset":{offset},"slot":"{slot}","type":"t_uint8"}}],
                "types":{{"t_uint8":{{"encoding":"inplace","label":"uint8","numberOfBytes":"1"}}}}}}"#
        ))
    }

    #[test]
    fn the_largest_slot_is_read_and_the_next_number_is_not() {
        let largest = U256::MAX.to_string();
        assert_eq!(one_variable(&largest, "31").expect("a layout").storage[0].slot, U256::MAX);
        let beyond = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        assert_eq!(one_variable(beyond, "0"), Err("the slot of `x` is no number".to_owned()));
        assert!(one_variable(&"9".repeat(100_000), "0").is_err());
    }

    #[test]
    fn slots_and_offsets_that_no_compiler_prints_are_refused() {
        for slot in ["", "-1", "0x1", "1_0", " 1", "１"] {
            assert!(one_variable(slot, "0").is_err(), "slot {slot:?}");
        }
        for offset in ["-1", "32", "1.5", "\"1\"", "4294967296", "null"] {
            assert!(one_variable("0", offset).is_err(), "offset {offset}");
        }
    }

    #[test]
    fn a_contract_without_variables_has_an_empty_layout() {
        assert_eq!(layout(r#"{"storage":[],"types":null}"#), Ok(SolcStorageLayout::default()));
    }

    #[test]
    fn a_type_that_stands_twice_is_refused() {
        let ty = r#""t":{"encoding":"inplace","label":"uint8","numberOfBytes":"1"}"#;
        assert_eq!(
            layout(&format!(r#"{{"storage":[],"types":{{{ty},{ty}}}}}"#)),
            Err("the key `t` stands twice".to_owned())
        );
    }
}
