//! SL014: same bytes, other meaning.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, described, new_place, new_places, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables, at any depth, that keep their bytes and width and become something else without a change of
    /// sign: `uint256` and `bytes32`, `address` and `uint160` or `bytes20`.
    ///
    /// ## Why it is dangerous
    ///
    /// Every bit is read as before, but what it is for has changed, and code that treats it by the new meaning may
    /// accept values that never were meant so. In Nomad's upgrade (August 2022, 190 million dollars) a stored status
    /// came to be used as a Merkle root, and zero as a valid one.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 root;
    /// // new
    /// bytes32 root;
    /// ```
    ///
    /// ## How to fix
    ///
    /// If it is meant, annotate the variable with `@custom:oz-retyped-from` and the old type.
    ///
    /// ## Limits
    ///
    /// Another sign, width or encoding is SL003. Types within an annotated variable are taken as annotated too.
    ///
    /// ## References
    ///
    /// OpenZeppelin Upgrades, "Storage Layout", retyping; Nomad root cause analysis, August 2022.
    pub StorageReinterpreted = {
        id: "SL014", slug: "storage-reinterpreted", summary: "the same bytes are taken for a number, an address or raw bytes instead",
        severity: Medium, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [704], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let reinterpreted = changes(facts).filter_map(|change| match change {
        LayoutChange::Reinterpreted { old, new, also } => Some((old, new, also)),
        _ => None,
    });
    reinterpreted
        .map(|(old, new, also)| {
            let message = format!("{} was {}: the same bytes mean something else", described(new), old.type_label);
            let help =
                format!("annotate `{}` with `@custom:oz-retyped-from {}` if it is meant", new.label, old.type_label);
            let place = new_place(facts, new);
            let mut finding =
                Finding::new(StorageReinterpreted::META, Evidence::Proved, place, new.label.as_str(), message, help);
            finding.related.extend(old_places([old], "is what the bytes were"));
            finding.related.extend(new_places(also, "changes with it"));
            finding.storage = storage_place(new);
            finding
        })
        .collect()
}
