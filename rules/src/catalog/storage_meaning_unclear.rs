//! SL013: unconfirmed renames.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, described, is_raw_word_still_used, new_place, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a variable that is gone and a new one of the same encoding at exactly its bytes, where nothing says that
    /// it is the same variable under another name.
    ///
    /// ## Why it is dangerous
    ///
    /// If it is a rename, nothing is wrong. If it is not, the new variable starts with the old one's value, and no type
    /// gives that away. EFVault (February 2023, 5.1 million dollars): `assetDecimal` and `maxDeposit` were both
    /// `uint256`, and a share was paid five million times its worth.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 maxDeposit;
    /// // new: a rename, or another variable over the same bytes?
    /// uint256 assetDecimal;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Annotate a rename with `@custom:oz-renamed-from`; otherwise declare the new variable behind all others.
    ///
    /// ## Limits
    ///
    /// It cannot tell a rename from a new meaning, so a person must. Related names are SL006. Roles in code are not
    /// compared yet.
    ///
    /// ## References
    ///
    /// OpenZeppelin Upgrades, "Storage Layout", renaming; EFVault post-mortem, February 2023.
    pub StorageMeaningUnclear = {
        id: "SL013", slug: "storage-meaning-unclear", summary: "a variable of an unrelated name takes the bytes of one that is gone",
        severity: High, evidence: Pattern, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329, 665], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let unclear = changes(facts).filter_map(|change| match change {
        LayoutChange::Renamed { old, new, proof: None } if !is_raw_word_still_used(facts, old) => Some((old, new)),
        _ => None,
    });
    unclear
        .map(|(old, new)| {
            let message = format!("{} takes the bytes and the value of `{}`, which is gone", described(new), old.label);
            let help =
                format!("annotate `{}` with `@custom:oz-renamed-from {}` if it is the same", new.label, old.label);
            let place = new_place(facts, new);
            let mut finding =
                Finding::new(StorageMeaningUnclear::META, Evidence::Pattern, place, new.label.as_str(), message, help);
            finding.related.extend(old_places([old], "left its value there"));
            finding.storage = storage_place(new);
            finding
        })
        .collect()
}
