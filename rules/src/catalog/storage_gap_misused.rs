//! SL005: the end of a gap moved.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;
use uplint_layout::diff::MoveCause;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, gap_end, lost_place, moved, moves, new_place, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a gap (`uint256[50] __gap` and its kin) whose end moved although variables lie behind it, or although
    /// the contract is abstract, so that variables of other contracts follow. It says how long the gap should be.
    ///
    /// ## Why it is dangerous
    ///
    /// A gap exists so that a base can grow without moving its children. When it shrinks by another number of slots
    /// than the new variables take, every child reads other bytes. Packing makes this easy to get wrong: a `uint64`
    /// that fits into the slot before takes nothing from the gap. The shift is the one that cost EFVault 5.1 million
    /// dollars in February 2023, in every contract that inherits from the base at once.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// address owner; uint256[49] __gap;
    /// // new: should be uint256[48]
    /// address owner; uint256 fee; uint256[49] __gap;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Set the gap's length to the number that the finding names.
    ///
    /// ## Limits
    ///
    /// A gap is known by its name, its type and by not being used in the old version; further names are configured.
    /// Exact consumption is silent, and so is a gap that grows over a variable removed in the same change. At the end
    /// of a concrete contract see SL016.
    ///
    /// ## References
    ///
    /// OpenZeppelin, "Writing Upgradeable Contracts", storage gaps; Solidity documentation, "Layout of State Variables
    /// in Storage and Transient Storage".
    pub StorageGapMisused = {
        id: "SL005", slug: "storage-gap-misused", summary: "a storage gap ends elsewhere and moves what follows",
        severity: High, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let caused = moves(facts).filter(|(cause, _)| matches!(cause, MoveCause::Gap { .. }));
    let moving = caused.filter_map(|(cause, leaves)| moved(StorageGapMisused::META, facts, cause, leaves));
    let at_the_end = changes(facts).filter_map(|change| match change {
        LayoutChange::GapEndChanged { old, new, expected_len, is_abstract: true, .. } => {
            let gap = new.as_ref().or(old.as_ref())?;
            let (statement, help) = gap_end(old.as_ref(), new.as_ref(), *expected_len);
            let message = format!("{statement}: variables of contracts that inherit from this one move");
            let place = new.as_ref().map_or_else(|| lost_place(facts, gap), |gap| new_place(facts, gap));
            let mut finding =
                Finding::new(StorageGapMisused::META, Evidence::Proved, place, gap.label.as_str(), message, help);
            finding.related.extend(old_places(old, "ended elsewhere"));
            finding.storage = storage_place(gap);
            Some(finding)
        }
        _ => None,
    });
    moving.chain(at_the_end).collect()
}
