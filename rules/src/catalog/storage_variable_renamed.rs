//! SL006: confirmed renames.

use uplint_facts::UpgradeFacts;
use uplint_layout::diff::RenameProof;
use uplint_layout::{LayoutChange, Leaf};

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, described, new_place, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Names variables that keep their bytes and encoding under a related name (other case, underscores, a mark such as
    /// `deprecated`, one name within the other), variables that went into a struct or out of one at the same bytes, and
    /// members of enums with another name.
    ///
    /// ## Why it is dangerous
    ///
    /// It is not dangerous by itself: the bytes and their meaning stay. It is listed because the same picture with an
    /// unrelated name is how EFVault's `assetDecimal` came to read `maxDeposit` (February 2023, 5.1 million dollars); a
    /// reader should see which renames were taken for granted.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 fee;
    /// // new
    /// uint256 feeBps;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Annotate the variable with `@custom:oz-renamed-from` to say that it is meant, which silences this.
    ///
    /// ## Limits
    ///
    /// An unrelated name is SL013.
    ///
    /// ## References
    ///
    /// OpenZeppelin Upgrades, "Storage Layout", renaming.
    pub StorageVariableRenamed = {
        id: "SL006", slug: "storage-variable-renamed", summary: "a variable or enum member has another name and is the same one",
        severity: Info, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    changes(facts)
        .filter_map(|change| match change {
            LayoutChange::Renamed { proof: Some(RenameProof::Annotation) | None, .. } => None,
            LayoutChange::Renamed { old, new, .. } => Some(variable(facts, old, new)),
            LayoutChange::MemberRenamed { leaf, members } => Some(member(facts, leaf, members)),
            _ => None,
        })
        .collect()
}

fn variable(facts: &UpgradeFacts, old: &Leaf, new: &Leaf) -> Finding {
    let message = format!("{} was `{}`", described(new), old.label);
    let help = format!("annotate `{}` with `@custom:oz-renamed-from {}`", new.label, old.label);
    let place = new_place(facts, new);
    let mut finding =
        Finding::new(StorageVariableRenamed::META, Evidence::Proved, place, new.label.as_str(), message, help);
    finding.related.extend(old_places([old], "is its old name"));
    finding.storage = storage_place(new);
    finding
}

fn member(facts: &UpgradeFacts, leaf: &Leaf, members: &[(String, String)]) -> Finding {
    let names: Vec<String> = members.iter().map(|(old, new)| format!("`{new}` was `{old}`")).collect();
    let message = format!("members of {} have other names: {}", described(leaf), names.join(", "));
    let help = "check that each member still means the same";
    let place = new_place(facts, leaf);
    let mut finding =
        Finding::new(StorageVariableRenamed::META, Evidence::Proved, place, leaf.label.as_str(), message, help);
    finding.storage = storage_place(leaf);
    finding
}
