//! By what a finding is known from run to run.
//!
//! A fingerprint names the rule, the contract and the subject, and nothing that moves when the source is reformatted or
//! a neighbour is renamed: no line, no side, no message. Findings that agree in all three are told apart by their order.

use std::collections::BTreeMap;

use alloy_primitives::{hex, keccak256};
use uplint_artifact::ContractName;

use crate::finding::Finding;

/// The fingerprint of a finding that is the only one of its rule and subject.
pub fn fingerprint(finding: &Finding, contract: &ContractName) -> String {
    numbered(finding, contract, 0)
}

/// The fingerprints of one contract's findings, in their order; equal subjects of one rule are numbered.
pub fn fingerprints(findings: &[Finding], contract: &ContractName) -> Vec<String> {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    findings
        .iter()
        .map(|finding| {
            let count = seen.entry((finding.rule.id, &finding.subject)).or_default();
            let ordinal = *count;
            *count += 1;
            numbered(finding, contract, ordinal)
        })
        .collect()
}

fn numbered(finding: &Finding, contract: &ContractName, ordinal: usize) -> String {
    let mut text = format!("{}|{contract}|{}", finding.rule.id, finding.subject);
    if ordinal > 0 {
        text.push('|');
        text.push_str(&ordinal.to_string());
    }
    // Half of the hash is plenty against chance, and code scanning shows it to people.
    hex::encode(&keccak256(text)[..16])
}

#[cfg(test)]
mod tests {
    use uplint_artifact::{SourceId, Span};
    use uplint_facts::Side;

    use super::*;
    use crate::catalog::storage_collision::StorageCollision;
    use crate::catalog::storage_variable_moved::StorageVariableMoved;
    use crate::finding::{Evidence, Location, State};
    use crate::rule::RuleMeta;

    fn finding(rule: &'static RuleMeta, subject: &str, start: u32) -> Finding {
        let place = Location::span(Side::New, Some(Span { source: SourceId(0), start, len: 7 }));
        Finding::new(rule, Evidence::Proved, place, subject, format!("`{subject}` at {start}"), "")
    }

    fn contract(path: &str, name: &str) -> ContractName {
        ContractName { path: path.into(), name: name.into() }
    }

    #[test]
    fn what_moves_when_a_source_is_edited_is_not_in_it() {
        let vault = contract("src/Vault.sol", "Vault");
        let known = fingerprint(&finding(StorageVariableMoved::META, "owner", 10), &vault);
        let mut elsewhere = finding(StorageVariableMoved::META, "owner", 900);
        elsewhere.primary.side = Side::Old;
        elsewhere.state = State::Existing;
        elsewhere.evidence = Evidence::Pattern;
        "other words".clone_into(&mut elsewhere.message);
        assert_eq!(fingerprint(&elsewhere, &vault), known);
    }

    #[test]
    fn another_rule_contract_or_subject_is_another_finding() {
        let vault = contract("src/Vault.sol", "Vault");
        let owner = || finding(StorageVariableMoved::META, "owner", 10);
        let mut all = vec![
            fingerprint(&owner(), &vault),
            fingerprint(&finding(StorageVariableMoved::META, "total", 10), &vault),
            fingerprint(&finding(StorageCollision::META, "owner", 10), &vault),
            fingerprint(&owner(), &contract("src/Vault.sol", "Store")),
            fingerprint(&owner(), &contract("src/old/Vault.sol", "Vault")),
        ];
        assert!(all.iter().all(|text| text.len() == 32), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn equal_subjects_of_one_rule_are_told_apart_by_their_order() {
        let vault = contract("src/Vault.sol", "Vault");
        let twins = [10, 20].map(|start| finding(StorageVariableMoved::META, "owner", start));
        let between = finding(StorageCollision::META, "owner", 15);
        let all = fingerprints(&[twins[0].clone(), between.clone(), twins[1].clone()], &vault);
        assert_eq!(all[0], fingerprint(&twins[0], &vault));
        assert_eq!(all[1], fingerprint(&between, &vault));
        assert_ne!(all[2], all[0]);
        assert_eq!(fingerprints(&twins, &vault), [all[0].clone(), all[2].clone()]);
    }
}
