//! SL016: a gap at the end of a concrete contract.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, gap_end, new_place, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a gap at the end of a concrete contract that ends behind its old end, because it grew or because it was
    /// not shrunk by the variables that were added before it.
    ///
    /// ## Why it is dangerous
    ///
    /// Nothing moves today. But a gap that is not shrunk no longer says how much room is left, and the day another
    /// contract inherits from this one, or the same base is used elsewhere, the next upgrade moves variables as SL005
    /// describes. A variable in front was all it took in EFVault's upgrade (February 2023, 5.1 million dollars).
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 total; uint256[10] __gap;
    /// // new: should be uint256[9]
    /// uint256 total; uint256 fee; uint256[10] __gap;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Set the gap's length to the number that the finding names.
    ///
    /// ## Limits
    ///
    /// Silent when the gap gets shorter or goes away, which moves nothing at the end of a root, and when a gap is new.
    ///
    /// ## References
    ///
    /// OpenZeppelin, "Writing Upgradeable Contracts", storage gaps.
    pub GapEndChanged = {
        id: "SL016", slug: "gap-end-changed", summary: "a storage gap at the end of a concrete contract grows or is not shrunk",
        severity: Low, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let at_the_end = changes(facts).filter_map(|change| match change {
        LayoutChange::GapEndChanged { old, new: Some(gap), expected_len, is_abstract: false, .. } => {
            let (statement, help) = gap_end(old.as_ref(), Some(gap), *expected_len);
            let message = format!("{statement}: nothing moves, for nothing lies behind it");
            let place = new_place(facts, gap);
            let mut finding =
                Finding::new(GapEndChanged::META, Evidence::Proved, place, gap.label.as_str(), message, help);
            finding.related.extend(old_places(old, "ended elsewhere"));
            finding.storage = storage_place(gap);
            Some(finding)
        }
        _ => None,
    });
    at_the_end.collect()
}
