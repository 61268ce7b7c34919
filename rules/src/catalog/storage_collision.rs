//! SL002: a new variable over the bytes of a removed one.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, described, labels, new_place, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a variable without an old identity that takes bytes of a removed variable, in another encoding or range,
    /// and a variable that grew over such bytes. One finding for each new variable.
    ///
    /// ## Why it is dangerous
    ///
    /// Nothing clears storage. The new variable starts with what the old one left there: an address read as a balance,
    /// a timestamp as a flag. Audius (July 2022, 704 ether) had its `initialized` flags read from bytes of an admin
    /// address, which made a finished initialization look unfinished for ever.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// address owner; uint256 total;
    /// // new: root starts with the owner's address
    /// bytes32 root; uint256 total;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the old variable in place under a name that says that it is no longer used, and declare the new one behind
    /// all others.
    ///
    /// ## Limits
    ///
    /// Padding and bytes of a gap are free. A new variable of the same encoding at exactly the same bytes is a rename
    /// (SL006, SL013). Bytes that moved variables left are part of that move (SL001).
    ///
    /// ## References
    ///
    /// Solidity documentation, "Layout of State Variables in Storage and Transient Storage"; Audius governance takeover
    /// post-mortem, July 2022.
    pub StorageCollision = {
        id: "SL002", slug: "storage-collision", summary: "a new variable lies over the bytes of one that is gone",
        severity: Critical, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329, 665], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let collisions = changes(facts).filter_map(|change| match change {
        LayoutChange::Collision { new, olds } => Some((new, olds)),
        _ => None,
    });
    collisions
        .map(|(new, olds)| {
            let victims: Vec<String> = olds.iter().map(described).collect();
            let message = format!("{} starts with the bytes of {}", described(new), victims.join(" and "));
            let help = format!("keep {} in place and declare `{}` behind all variables", labels(olds), new.label);
            let place = new_place(facts, new);
            let mut finding =
                Finding::new(StorageCollision::META, Evidence::Proved, place, new.label.as_str(), message, help);
            finding.related.extend(old_places(olds, "left its value there"));
            finding.storage = storage_place(new);
            finding
        })
        .collect()
}
