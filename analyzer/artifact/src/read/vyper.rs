//! Vyper's `layout` output.
//!
//! Up to 0.3.3 an entry stands at the top and says its `location`; from 0.3.4 on there are `storage_layout` and
//! `code_layout`; from 0.4.0 on `transient_storage_layout` too, and a module's variables stand in an object named by the
//! module; from 0.4.1 on an entry says `n_slots`.

use alloy_primitives::U256;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ReadError;
use super::json::{self, Entries, Text, part};
use crate::layout_output::{VyperStorageLayout, VyperVariable};

/// Deepest nesting of modules that is read.
const MAX_DEPTH: usize = 32;

type RawEntries<'a> = Entries<'a, &'a RawValue>;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawVariable<'a> {
    #[serde(borrow, rename = "type")]
    type_label: Option<Text<'a>>,
    #[serde(borrow)]
    location: Option<Text<'a>>,
    #[serde(borrow)]
    slot: &'a RawValue,
    #[serde(borrow)]
    n_slots: Option<&'a RawValue>,
}

/// Reads a whole document.
pub(super) fn document(json: &str) -> Result<VyperStorageLayout, ReadError> {
    let name = "the compiler's layout";
    let entries: RawEntries<'_> = json::document(name, "Vyper's layout", json)?;
    let shape = |reason| ReadError::Shape { document: name.to_owned(), format: "Vyper's layout", reason };
    read(&entries).map_err(shape)
}

/// Reads the `layout` of a contract in a standard-JSON output.
pub(super) fn part_of_output(raw: &RawValue) -> Result<VyperStorageLayout, String> {
    read(&part(raw)?)
}

fn read(entries: &RawEntries<'_>) -> Result<VyperStorageLayout, String> {
    let mut layout = VyperStorageLayout::default();
    let is_current =
        ["storage_layout", "transient_storage_layout", "code_layout"].iter().any(|key| entries.get(key).is_some());
    if !is_current {
        collect(entries, "", 0, &mut layout.storage)?;
    }
    if let Some(raw) = entries.get("storage_layout") {
        collect(&part(raw)?, "", 0, &mut layout.storage)?;
    }
    if let Some(raw) = entries.get("transient_storage_layout") {
        collect(&part(raw)?, "", 0, &mut layout.transient)?;
    }
    // One command of the compiler prints its own order and another one the order of names.
    for list in [&mut layout.storage, &mut layout.transient] {
        list.sort_by(|a, b| (a.slot, &a.label).cmp(&(b.slot, &b.label)));
    }
    Ok(layout)
}

fn collect(entries: &RawEntries<'_>, module: &str, depth: usize, list: &mut Vec<VyperVariable>) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("its modules are nested too deeply".to_owned());
    }
    for (name, raw) in &entries.0 {
        let label = if module.is_empty() { name.to_string() } else { format!("{module}.{name}") };
        let inner: RawEntries<'_> = part(raw).map_err(|reason| format!("`{label}`: {reason}"))?;
        // A module may have a variable that is named `slot`: that one is an object.
        match inner.get("slot") {
            Some(slot) if !slot.get().starts_with('{') => list.extend(variable(label, raw)?),
            _ if inner.get("offset").is_some_and(|offset| !offset.get().starts_with('{')) => {}
            _ => collect(&inner, &label, depth + 1, list)?,
        }
    }
    Ok(())
}

/// One variable; `None` for an immutable of the old form, which is in the code.
fn variable(label: String, raw: &RawValue) -> Result<Option<VyperVariable>, String> {
    let raw: RawVariable<'_> = part(raw).map_err(|reason| format!("`{label}`: {reason}"))?;
    if raw.location.as_deref().is_some_and(|location| location != "storage") {
        return Ok(None);
    }
    let slot = number(raw.slot).ok_or_else(|| format!("the slot of `{label}` is no number"))?;
    let slot_count = match raw.n_slots {
        Some(raw) => Some(number(raw).ok_or_else(|| format!("the size of `{label}` is no number"))?),
        None => None,
    };
    let type_label = raw.type_label.map(|text| text.to_string()).unwrap_or_default();
    Ok(Some(VyperVariable { label, slot, slot_count, type_label }))
}

/// A whole number of at most 256 bits, which is more than a JSON reader's own integers hold.
fn number(raw: &RawValue) -> Option<U256> {
    let text = raw.get();
    let plausible = text.len() <= 78 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plausible { U256::from_str_radix(text, 10).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(json: &str) -> Vec<(String, U256)> {
        let layout = document(json).expect("a layout");
        layout.storage.into_iter().chain(layout.transient).map(|variable| (variable.label, variable.slot)).collect()
    }

    #[test]
    fn a_modules_variables_carry_its_name_even_one_named_slot() {
        let found = labels(
            r#"{"storage_layout":{"b":{"type":"uint256","n_slots":1,"slot":3},
                "m":{"slot":{"type":"uint256","n_slots":1,"slot":0},"inner":{"x":{"type":"bool","slot":1}}}},
               "transient_storage_layout":{"$.nonreentrant_key":{"type":"nonreentrant lock","n_slots":1,"slot":0}},
               "code_layout":{"K":{"type":"uint256","offset":0,"length":32}}}"#,
        );
        let expected = [("m.slot", 0), ("m.inner.x", 1), ("b", 3), ("$.nonreentrant_key", 0)];
        assert_eq!(found, expected.map(|(label, slot)| (label.to_owned(), U256::from(slot))));
    }

    #[test]
    fn slots_that_are_no_numbers_are_refused() {
        for slot in ["-1", "1.5", "1e9", "null", "\"1\"", "true"] {
            assert!(
                document(&format!(r#"{{"storage_layout":{{"b":{{"type":"x","slot":{slot}}}}}}}"#)).is_err(),
                "{slot}"
            );
        }
        assert!(
            document(&format!(r#"{{"storage_layout":{{"b":{{"type":"x","slot":{}}}}}}}"#, "9".repeat(90))).is_err()
        );
    }

    #[test]
    fn modules_without_end_are_refused() {
        let json = format!("{}{}", r#"{"m":"#.repeat(100), "{}".to_owned() + &"}".repeat(100));
        assert!(document(&json).is_err());
    }
}
