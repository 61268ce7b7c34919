//! What a version answers to: by its interface, by its code, and where the two differ.

use std::collections::BTreeMap;

use alloy_primitives::hex;
use serde::Serialize;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{CodeEffects, EntryName, Pc};

use super::code::document;
use super::{InspectFormat, lines, new_table};
use crate::escape::one_line;

/// A function as it is inspected.
#[derive(Serialize)]
struct SelectorEntry {
    selector: String,
    /// `None` for a function that the interface does not list.
    signature: Option<String>,
    mutability: Option<&'static str>,
    returns: Vec<String>,
    /// Where the code of the function begins; `None` when the dispatch does not lead to it.
    pc: Option<u32>,
}

/// The selectors that a version answers to, by its interface and by the dispatch of its code.
pub fn inspect_selectors(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let in_code: BTreeMap<[u8; 4], Pc> = effects
        .entries
        .iter()
        .filter_map(|entry| match entry.name {
            EntryName::Selector(selector) => Some((selector, entry.pc)),
            EntryName::Receive | EntryName::Fallback => None,
        })
        .collect();
    let entries = entries(facts, &in_code);
    let remarks = remarks(facts, effects, &entries);
    let has = |name| effects.entries.iter().any(|entry| entry.name == name);
    // Code that has no other function answers every call alike, which no interface calls a fallback.
    let is_known = facts.artifact.abi.is_some();
    let fallback = facts.interface.has_fallback || !is_known && has(EntryName::Fallback);
    let receive = facts.interface.has_receive || !is_known && has(EntryName::Receive);
    let InspectFormat::Text { width, unicode } = format else {
        return document(&serde_json::json!({
            "selectors": entries,
            "fallback": fallback,
            "receive": receive,
            "remarks": remarks,
        }));
    };
    let mut table = new_table(width, unicode, &["selector", "function", "mutability", "returns", "pc"]);
    for entry in &entries {
        table.add_row([
            entry.selector.clone(),
            entry.signature.as_deref().map(one_line).unwrap_or_default().into_owned(),
            entry.mutability.unwrap_or_default().to_owned(),
            one_line(&entry.returns.join(", ")).into_owned(),
            entry.pc.map(|pc| Pc(pc).to_string()).unwrap_or_default(),
        ]);
    }
    for (is_there, name) in [(fallback, "fallback"), (receive, "receive")] {
        if is_there {
            table.add_row(["", name, "", "", ""]);
        }
    }
    let remarks = remarks.iter().map(|remark| format!("\n{remark}\n"));
    lines(&table) + "\n" + &remarks.collect::<String>()
}

/// What the interface lists and what the code answers, in ascending order of selectors.
fn entries(facts: &VersionFacts, in_code: &BTreeMap<[u8; 4], Pc>) -> Vec<SelectorEntry> {
    let listed = facts.interface.functions.iter().map(|function| {
        let entry = SelectorEntry {
            selector: hex::encode_prefixed(function.selector),
            signature: Some(function.signature.clone()),
            mutability: Some(function.mutability.as_json_str()),
            returns: function.returns.clone(),
            pc: in_code.get(&function.selector).map(|pc| pc.0),
        };
        (function.selector, entry)
    });
    let is_listed = |selector: &[u8; 4]| facts.interface.functions.iter().any(|known| known.selector == *selector);
    let unlisted = in_code.iter().filter(|(selector, _)| !is_listed(selector)).map(|(selector, pc)| {
        let selector_text = hex::encode_prefixed(selector);
        let entry = SelectorEntry {
            selector: selector_text,
            signature: None,
            mutability: None,
            returns: Vec::new(),
            pc: Some(pc.0),
        };
        (*selector, entry)
    });
    let mut entries: Vec<_> = listed.chain(unlisted).collect();
    entries.sort_by_key(|(selector, _)| *selector);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// Where the interface and the code say different things.
fn remarks(facts: &VersionFacts, effects: &CodeEffects, entries: &[SelectorEntry]) -> Vec<String> {
    let has_code = facts.artifact.runtime.as_ref().is_some_and(|code| !code.bytes.is_empty());
    if facts.artifact.abi.is_none() || !has_code {
        return Vec::new();
    }
    let mut remarks = Vec::new();
    for entry in entries {
        match (&entry.signature, entry.pc) {
            (None, Some(_)) => {
                remarks.push(format!("the code answers `{}`, which the interface does not list", entry.selector));
            }
            (Some(signature), None) => {
                let excuse = if effects.coverage.is_complete() { "" } else { "; not all of the code was seen" };
                remarks.push(format!(
                    "the interface lists `{}`, which the code does not answer{excuse}",
                    one_line(signature)
                ));
            }
            _ => {}
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const TEXT: InspectFormat = InspectFormat::Text { width: 100, unicode: false };

    /// Answers `owner()` and a selector that no interface lists.
    const CODE: [u8; 32] = [
        0x5f, 0x35, 0x60, 0xe0, 0x1c, 0x80, 0x63, 0x8d, 0xa5, 0xcb, 0x5b, 0x14, 0x60, 0x1d, 0x57, 0x63, 0x01, 0x02,
        0x03, 0x04, 0x14, 0x60, 0x1d, 0x57, 0x5f, 0x5f, 0xfd, 0x00, 0x00, 0x5b, 0x00, 0x00,
    ];

    fn rows(facts: &VersionFacts, effects: &CodeEffects) -> Vec<String> {
        let text = inspect_selectors(facts, effects, TEXT);
        text.lines().skip(2).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn selectors_are_listed_in_their_order() {
        let assessment = sample::full();
        let facts = &assessment.contracts[0].facts.as_ref().expect("the sample has facts").new;
        let expected = ["0x2e1a7d4d withdraw(uint256) nonpayable", "0x8da5cb5b owner() view address", "receive"];
        assert_eq!(rows(facts, &CodeEffects::default()), expected);
    }

    #[test]
    fn where_code_and_interface_differ_it_is_said() {
        let assessment = sample::full();
        let facts = &assessment.contracts[0].facts.as_ref().expect("the sample has facts").new;
        let mut artifact = (*facts.artifact).clone();
        artifact.runtime =
            Some(uplint_artifact::Bytecode { bytes: CODE.into(), ..uplint_artifact::Bytecode::default() });
        let effects = uplint_facts::effects::effects_of_artifact(&artifact);
        let facts = uplint_facts::version_facts(std::sync::Arc::new(artifact));
        let expected = [
            "0x01020304 0x1d",
            "0x2e1a7d4d withdraw(uint256) nonpayable",
            "0x8da5cb5b owner() view address 0x1d",
            "receive",
            "",
            "the code answers `0x01020304`, which the interface does not list",
            "",
            "the interface lists `withdraw(uint256)`, which the code does not answer",
        ];
        assert_eq!(rows(&facts, &effects), expected);
    }

    #[test]
    fn without_an_interface_the_code_alone_says_what_it_answers() {
        let mut artifact =
            uplint_artifact::Artifact::named(uplint_artifact::ContractName { path: "".into(), name: "code".into() });
        artifact.runtime =
            Some(uplint_artifact::Bytecode { bytes: CODE.into(), ..uplint_artifact::Bytecode::default() });
        let effects = uplint_facts::effects::effects_of_artifact(&artifact);
        let facts = uplint_facts::version_facts(std::sync::Arc::new(artifact));
        assert_eq!(rows(&facts, &effects), ["0x01020304 0x1d", "0x8da5cb5b 0x1d"]);
    }
}
