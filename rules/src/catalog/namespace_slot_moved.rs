//! NS003: a namespace at another slot.

use uplint_facts::UpgradeFacts;
use uplint_layout::diff::MoveCause;

use crate::declare_rule;
use crate::finding::Finding;
use crate::storage::{moved, moves};

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
    /// Roots are paired by identifier, then by slot, then by their members. A slot that code computes at run time is
    /// not seen.
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
    caused.filter_map(|(cause, leaves)| moved(NamespaceSlotMoved::META, facts, cause, leaves)).collect()
}
