//! NS001: a namespace is gone.

use uplint_facts::{Side, UpgradeFacts};
use uplint_layout::view::root_name;
use uplint_layout::{LayoutChange, Leaf};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};
use crate::storage::{changes, labels, relocated, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a namespace, or a struct at a slot constant, that the new version no longer declares while nothing lies
    /// over its bytes.
    ///
    /// ## Why it is dangerous
    ///
    /// Its values stay in storage and nothing reads them. If that is not meant, an owner, a set of roles or all
    /// balances are lost to the new code. Pike Finance (April 2024, 1.68 million dollars) fell to a single flag that
    /// the new code no longer found. If it is meant, the bytes stay dirty for whoever declares the same identifier
    /// again.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// /// @custom:storage-location erc7201:vault.main
    /// struct Main { uint256 total; }
    /// // new: no such struct
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the struct declared, or say in its place that its identifier is not to be used again.
    ///
    /// ## Limits
    ///
    /// Silent when the code still uses the slot constant, which then counts as the same root, and when its leaves
    /// reappear under another identifier, which is NS003; so is a single word while another one of its type is new.
    ///
    /// ## References
    ///
    /// EIP-7201.
    pub NamespaceRemoved = {
        id: "NS001", slug: "namespace-removed", summary: "a storage namespace is gone",
        severity: Low, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [459], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let relocated = relocated(facts);
    let is_relocated = |leaves: &[Leaf]| leaves.iter().any(|leaf| relocated.iter().any(|word| word.old == *leaf));
    changes(facts)
        .filter_map(|change| match change {
            LayoutChange::RootRemoved { root, slot, leaves, span } if !is_relocated(leaves) => {
                let name = root_name(root);
                let message = format!("`{name}` at slot {slot} is gone, and {} with it", labels(leaves));
                let help = format!("keep `{name}` declared");
                let place = Location::contract(Side::New, &facts.new);
                let mut finding =
                    Finding::new(NamespaceRemoved::META, Evidence::Proved, place, name.as_str(), message, help);
                let declared = Related::new(Location::span(Side::Old, *span), format!("`{name}` was declared here"));
                finding.related.extend(span.map(|_| declared));
                finding.storage = leaves.first().and_then(storage_place);
                Some(finding)
            }
            _ => None,
        })
        .collect()
}
