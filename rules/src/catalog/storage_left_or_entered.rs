//! SL008: variables that leave or enter storage.

use uplint_facts::{Side, UpgradeFacts};
use uplint_layout::LayoutChange;
use uplint_layout::diff::MoveCause;

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location};
use crate::storage::{changes, described, moved, moves, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a variable that becomes, or stops being, `constant`, `immutable` or `transient`, when that moves other
    /// variables, or when its stored value is lost because `transient` starts empty in every transaction.
    ///
    /// ## Why it is dangerous
    ///
    /// A constant takes no slot, so everything behind a variable that becomes one moves up, as in EFVault's upgrade
    /// (February 2023, 5.1 million dollars) but in the other direction, and no line of the moved variables shows it. A
    /// lock or a balance that becomes `transient` forgets.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 fee = 1; uint256 total;
    /// // new: total now reads fee
    /// uint256 constant fee = 1; uint256 total;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the bytes reserved with a variable that is not used, and give the constant another name.
    ///
    /// ## Limits
    ///
    /// When nothing moves and nothing is lost see SL015. Whether a variable that enters storage is read before
    /// something writes it is not decided.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Constant and Immutable State Variables" and "Transient Storage".
    pub StorageLeftOrEntered = {
        id: "SL008", slug: "storage-left-or-entered", summary: "a variable leaves or enters storage and moves others or loses its value",
        severity: High, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let caused = moves(facts).filter(|(cause, _)| matches!(cause, MoveCause::ClassChanged { .. }));
    let moving = caused.filter_map(|(cause, leaves)| moved(StorageLeftOrEntered::META, facts, cause, leaves));
    let losing = changes(facts).filter_map(|change| match change {
        LayoutChange::ClassChanged { leaf, unstored, from, to, loses_value: true, moves: false } => {
            let message = format!("{} becomes {to}: its stored value is lost", described(leaf));
            let help = format!("keep `{}` {from}", leaf.label);
            let span = unstored.span.or_else(|| facts.new.name_span());
            let place = Location::span(Side::New, span);
            let mut finding =
                Finding::new(StorageLeftOrEntered::META, Evidence::Proved, place, leaf.label.as_str(), message, help);
            finding.related.extend(old_places([leaf], "is stored"));
            finding.storage = storage_place(leaf);
            Some(finding)
        }
        _ => None,
    });
    moving.chain(losing).collect()
}
