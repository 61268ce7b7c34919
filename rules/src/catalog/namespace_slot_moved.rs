//! NS003: a namespace at another slot.

use uplint_facts::UpgradeFacts;
use uplint_layout::diff::{MoveCause, RelocatedWord};

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{moved, moves, new_place, old_places, relocated, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a namespace, or a struct at a slot constant (diamond storage, unstructured storage), whose slot changed:
    /// by another constant, by another identifier, or by code that uses another constant than its annotation says.
    ///
    /// ## Why it is dangerous
    ///
    /// Everything in it reads zero at the new slot: the owner, the initialized flag, all balances. Zero is not neutral:
    /// an unset flag lets anyone initialize again, which is how Pike Finance lost 1.68 million dollars in April 2024
    /// when its flag came to lie elsewhere.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// bytes32 constant POSITION = keccak256("vault.storage.v1");
    /// // new: every member of the struct is at another slot
    /// bytes32 constant POSITION = keccak256("vault.storage.v2");
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the slot; a version in the identifier is not for upgrades.
    ///
    /// ## Limits
    ///
    /// Roots are paired by identifier, then by slot, then by their members. A single word under another name, or
    /// under none, is paired with a new one of its type: likely, and for review. A slot that code computes at run time
    /// is not seen.
    ///
    /// ## References
    ///
    /// EIP-7201; EIP-2535; Pike Finance post-mortem, May 2024.
    pub NamespaceSlotMoved = {
        id: "NS003", slug: "namespace-slot-moved", summary: "a storage namespace is at another slot",
        severity: Critical, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let caused = moves(facts).filter(|(cause, _)| matches!(cause, MoveCause::RootSlot { .. }));
    let mut findings: Vec<Finding> =
        caused.filter_map(|(cause, leaves)| moved(NamespaceSlotMoved::META, facts, cause, leaves)).collect();
    findings.extend(relocated(facts).iter().map(|word| relocation(facts, word)));
    findings
}

/// A word without a name that lasts: that it moved is likely and not proved.
fn relocation(facts: &UpgradeFacts, word: &RelocatedWord) -> Finding {
    let RelocatedWord { old, new } = word;
    let message = if old.label.starts_with("0x") {
        format!(
            "nothing uses slot {} any more, and slot {} is new: the value stays behind",
            old.place.slot, new.place.slot
        )
    } else {
        format!(
            "`{}` at slot {} is gone and `{}` at slot {} is new: if it is the same, its value stays behind",
            old.label, old.place.slot, new.label, new.place.slot
        )
    };
    let help = format!("keep slot {} if the value is to be found again", old.place.slot);
    let place = new_place(facts, new);
    let mut finding =
        Finding::new(NamespaceSlotMoved::META, Evidence::Pattern, place, new.label.as_str(), message, help);
    finding.related.extend(old_places([old], "was kept there"));
    finding.storage = storage_place(new);
    finding
}
