//! SL008: variables that leave or enter storage.

use uplint_facts::{Side, UpgradeFacts};
use uplint_layout::diff::{MoveCause, StorageClass, UnstoredVariable};
use uplint_layout::{LayoutChange, Leaf};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};
use crate::migration::enters_unwritten;
use crate::storage::{changes, described, moved, moves, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a variable that becomes, or stops being, `constant`, `immutable` or `transient`, when that moves other
    /// variables, when its stored value is lost because `transient` starts empty in every transaction, or when the new
    /// version reads it from storage and the known upgrade call does not write it.
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
    /// When nothing moves and nothing is lost see SL015, which also stands while the upgrade call is unknown. A call that
    /// writes a variable which enters storage on some path is taken to write it before it is read. A value in the
    /// declaration counts for nothing: the proxy never runs it.
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
    let entering = changes(facts).filter(|change| enters_unwritten(facts, change)).filter_map(|change| match change {
        LayoutChange::ClassChanged { leaf, unstored, from, .. } => Some(entered(facts, leaf, unstored, *from)),
        _ => None,
    });
    moving.chain(losing).chain(entering).collect()
}

fn entered(facts: &UpgradeFacts, leaf: &Leaf, unstored: &UnstoredVariable, from: StorageClass) -> Finding {
    let value = unstored.value.as_ref().map(|value| format!(" with the value `{value}`")).unwrap_or_default();
    let message = format!("{} was {from}{value} and reads zero: the upgrade does not write it", described(leaf));
    let help = format!("write `{}` in the initializer that the upgrade calls", leaf.label);
    let place = Location::span(Side::New, leaf.span.or_else(|| facts.new.name_span()));
    let mut finding =
        Finding::new(StorageLeftOrEntered::META, Evidence::Proved, place, leaf.label.as_str(), message, help);
    let old = Location::span(Side::Old, unstored.span);
    finding.related.push(Related::new(old, format!("`{}` is {from} here", unstored.label)));
    finding.storage = storage_place(leaf);
    finding
}
