//! SL015: variables that leave or enter storage without harm.

use uplint_facts::{Side, UpgradeFacts};
use uplint_layout::LayoutChange;
use uplint_layout::diff::StorageClass;

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};
use crate::migration::enters_unwritten;
use crate::storage::{changes, described, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Names a variable that becomes, or stops being, `constant`, `immutable` or `transient` while no other variable
    /// moves and no stored value is lost, with the value that the new code uses.
    ///
    /// ## Why it is dangerous
    ///
    /// The value that counts changes place: what governance set in storage no longer matters once the code carries its
    /// own. Proxies keep their storage while the code's value comes from whoever builds the implementation. Ronin's
    /// bridge (August 2024, 12 million dollars) shows how far one wrong value reaches: a vote threshold that read zero.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 total; uint256 fee;
    /// // new
    /// uint256 total; uint256 constant fee = 30;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Compare the stored value with the one in the code before the upgrade.
    ///
    /// ## Limits
    ///
    /// The stored value is not read here. Where others move or the value is lost, see SL008.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Constant and Immutable State Variables".
    pub StorageClassChanged = {
        id: "SL015", slug: "storage-class-changed", summary: "a variable leaves or enters storage and nothing else moves",
        severity: Info, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    changes(facts)
        .filter(|change| !enters_unwritten(facts, change))
        .filter_map(|change| match change {
            LayoutChange::ClassChanged { leaf, unstored, from, to, loses_value: false, moves: false } => {
                let value = unstored.value.as_ref().map(|value| format!(" with the value `{value}`"));
                let (was, is) = match from {
                    StorageClass::Storage => (String::new(), value.unwrap_or_default()),
                    _ => (value.unwrap_or_default(), String::new()),
                };
                let message = format!("{} becomes {to}{is} and was {from}{was}", described(leaf));
                let span = if *from == StorageClass::Storage { unstored.span } else { leaf.span };
                let place = Location::span(Side::New, span.or_else(|| facts.new.name_span()));
                let help = format!("compare the old and the new value of `{}`", leaf.label);
                let mut finding = Finding::new(
                    StorageClassChanged::META,
                    Evidence::Proved,
                    place,
                    leaf.label.as_str(),
                    message,
                    help,
                );
                if *from == StorageClass::Storage {
                    finding.related.extend(old_places([leaf], "is stored"));
                } else {
                    let old = Location::span(Side::Old, unstored.span);
                    finding.related.push(Related::new(old, format!("`{}` is {from} here", unstored.label)));
                }
                finding.storage = storage_place(leaf);
                Some(finding)
            }
            _ => None,
        })
        .collect()
}
