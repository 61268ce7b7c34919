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
