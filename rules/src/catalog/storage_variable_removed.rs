//! SL004: a variable is gone and nothing lies over it.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, described, lost_place, new_place, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables, and elements at the end of an array, that are gone while nothing is laid over their bytes.
    ///
    /// ## Why it is dangerous
    ///
    /// Today nothing reads them. The next variable that is declared there starts with the old value instead of zero.
    /// And to tidy up instead is no cure: Arbitrum's inbox (September 2022, reported for a bounty of 400 ether) was
    /// upgraded with a migration that cleared old slots, among them the flag that kept its initializer closed.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 total; uint256 fee;
    /// // new
    /// uint256 total;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the declaration under a name that says that it is no longer used, or put a gap of its size in its place.
    ///
    /// ## Limits
    ///
    /// A removed gap held nothing and is silent. A namespace that is gone as a whole is NS001.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Layout of State Variables in Storage and Transient Storage".
    pub StorageVariableRemoved = {
        id: "SL004", slug: "storage-variable-removed", summary: "a variable is gone and leaves its bytes dirty",
        severity: Low, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [459], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let removed = changes(facts).filter_map(|change| match change {
        LayoutChange::Removed { leaf, covered_by, also, shrunk } if covered_by.is_empty() => Some((leaf, also, shrunk)),
        _ => None,
    });
    removed
        .map(|(leaf, also, shrunk)| {
            let message = format!("{} is gone and its bytes stay as they are", described(leaf));
            let help = format!("keep the bytes of `{}` reserved", leaf.label);
            let place = shrunk.as_deref().map_or_else(|| lost_place(facts, leaf), |array| new_place(facts, array));
            let mut finding =
                Finding::new(StorageVariableRemoved::META, Evidence::Proved, place, leaf.label.as_str(), message, help);
            finding.related.extend(old_places([leaf], "was declared here"));
            finding.related.extend(old_places(also, "is gone with it"));
            finding.storage = storage_place(leaf);
            finding
        })
        .collect()
}
