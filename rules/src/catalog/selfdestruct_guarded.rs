//! DC012: certain callers can destroy the contract.

use uplint_facts::{CallerCondition, Occurrence, Operation, OperationKind, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::operation::{Question, findings};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a `selfdestruct` that only certain callers reach.
    ///
    /// ## Why it is dangerous
    ///
    /// Whoever gets hold of the key, or of an implementation that nobody initialized, ends the contract. The attacker of
    /// Parity's wallets (November 2017, 513,000 ether frozen) first made himself the owner of the library and then called
    /// its guarded `kill`.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// function close() external onlyOwner {
    ///     selfdestruct(payable(owner));
    /// }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Remove it; move funds with a transfer.
    ///
    /// ## Limits
    ///
    /// Who the certain callers are is not looked at. Without a condition on the caller it is DC002.
    ///
    /// ## References
    ///
    /// EIP-6780; SWC-106.
    pub SelfdestructGuarded = {
        id: "DC012", slug: "selfdestruct-guarded", summary: "certain callers reach a selfdestruct",
        severity: Low, evidence: Proved, required: [Ast], sharpening: [],
        cwe: [284], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let question = Question {
        rule: SelfdestructGuarded::META,
        allowed_by: UnsafeKind::Selfdestruct,
        worst: guarded,
        evidence: |_| Evidence::Proved,
        // One that was less guarded is there still.
        was: |_, _| true,
        message: |entry, _, _| format!("certain callers of `{entry}` reach a `selfdestruct`"),
        help: "remove it and move funds with a transfer",
    };
    findings(facts, &question)
}

/// The first way to a self-destruction, when all ways single out the caller.
fn guarded(operation: &Operation) -> Option<&Occurrence> {
    let is_guarded = operation.kind == OperationKind::SelfDestruct
        && operation.occurrences.iter().all(|met| met.caller == CallerCondition::Established);
    operation.occurrences.first().filter(|_| is_guarded)
}
