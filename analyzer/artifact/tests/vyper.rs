//! What Vyper prints, from the first release with a layout on.
//!
//! The layouts in `data/vyper` are unchanged; the standard-JSON outputs are without syntax trees and opcodes.

use alloy_primitives::U256;
use uplint_artifact::read::{Document, detect_and_read, vyper_layout};
use uplint_artifact::{Language, VyperStorageLayout, VyperVariable};

const OUTPUT_0_3: &[u8] = include_bytes!("data/vyper/0.3.10.output.json");
const OUTPUT_0_4: &[u8] = include_bytes!("data/vyper/0.4.3.output.json");
const LAYOUT_0_2: &str = include_str!("data/vyper/0.2.16.layout.json");
const LAYOUT_0_3: &str = include_str!("data/vyper/0.3.10.layout.json");
const LAYOUT_0_4: &str = include_str!("data/vyper/0.4.3.layout.json");

fn layout(json: &str) -> VyperStorageLayout {
    vyper_layout(json).expect("a layout")
}

fn slots(variables: &[VyperVariable]) -> Vec<(&str, u64)> {
    variables.iter().map(|variable| (&*variable.label, variable.slot.to::<u64>())).collect()
}

fn read(bytes: &[u8]) -> Document {
    detect_and_read("output.json", bytes, None).expect("an output")
}

#[test]
fn layouts_of_every_form_are_read() {
    assert_eq!(slots(&layout(LAYOUT_0_2).storage), [("nonreentrant.lock", 0), ("owner", 1), ("balances", 2)]);
    let current = layout(LAYOUT_0_3);
    let expected =
        [("nonreentrant.lock", 0), ("owner", 1), ("paused", 2), ("balances", 3), ("points", 4), ("name", 10)];
    assert_eq!(slots(&current.storage), expected);
    assert!(current.transient.is_empty());
    assert_eq!(current.storage[0].type_label, "nonreentrant lock");
    let modular = layout(LAYOUT_0_4);
    let expected = [("lib4.counter", 0), ("lib4.slot", 1), ("owner", 2), ("balances", 3), ("big", 4)];
    assert_eq!(slots(&modular.storage), expected);
    assert_eq!(slots(&modular.transient), [("$.nonreentrant_key", 0), ("temp", 1)]);
}

#[test]
fn a_size_beyond_64_bits_is_read() {
    let big = layout(LAYOUT_0_4).storage.pop().expect("the last variable");
    assert_eq!(big.slot_count, Some(U256::from(1) << 100));
}

#[test]
fn an_output_tells_its_compiler_and_carries_code_and_selectors() {
    for (bytes, version, path) in [(OUTPUT_0_3, "0.3.10", "a3.vy:a3"), (OUTPUT_0_4, "0.4.3", "a4.vy:a4")] {
        let document = read(bytes);
        let [contract] = &*document.artifacts else { panic!("one contract") };
        assert_eq!(contract.contract.to_string(), path);
        let unit = contract.unit.as_deref().expect("a unit");
        assert_eq!((unit.compiler.language, &*unit.compiler.long_version), (Language::Vyper, version));
        let selectors = contract.method_identifiers.as_ref().expect("selectors");
        assert_eq!(selectors.keys().collect::<Vec<_>>(), ["f()", "f(uint256)", "owner()"]);
        assert!(
            contract.runtime.as_ref().is_some_and(|code| code.source_map_entries().any(|entry| entry.span.is_some()))
        );
        assert!(contract.ast().is_none() && unit.ast().unreadable.is_empty());
    }
}

#[test]
fn an_output_with_a_layout_equals_the_layout_alone_and_one_without_lacks_it() {
    let document = read(OUTPUT_0_4);
    assert_eq!(document.artifacts[0].vyper_layout, Some(layout(LAYOUT_0_4)));
    assert!(document.missing.is_empty(), "{:?}", document.missing);
    assert_eq!(read(OUTPUT_0_3).missing.len(), 1);
}
