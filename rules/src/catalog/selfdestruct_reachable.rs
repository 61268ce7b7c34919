//! DC002: anybody can destroy the contract.

use uplint_facts::{CallerCondition, Occurrence, Operation, OperationKind, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::operation::{Question, findings};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a `selfdestruct`, in Solidity or inline assembly, that callers reach without a test of who they are.
    ///
    /// ## Why it is dangerous
    ///
    /// Run through a proxy it sends the proxy's whole balance away, and before the Cancun fork it deletes the code. A
    /// stranger destroyed the library of Parity's wallets (November 2017) and froze 513,000 ether.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// function close(address payable to) external {
    ///     selfdestruct(to);
    /// }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Remove it.
    ///
    /// ## Limits
    ///
    /// Proved when no condition at all stands on the way; for review when one does that does not single out the caller.
    /// Behind a condition on the caller it is DC012. Constructors are left out.
    ///
    /// ## References
    ///
    /// EIP-6780; SWC-106.
    pub SelfdestructReachable = {
        id: "DC002", slug: "selfdestruct-reachable", summary: "callers reach a selfdestruct without a test of who they are",
        severity: High, evidence: Proved, required: [Ast], sharpening: [],
        cwe: [284], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let question = Question {
        rule: SelfdestructReachable::META,
        allowed_by: UnsafeKind::Selfdestruct,
        worst: open,
        evidence,
        was: |before, now| open(before).is_some_and(|found| evidence(found) >= now),
        message: |entry, _, _| format!("anybody who calls `{entry}` reaches a `selfdestruct`"),
        help: "remove it, or let only the owner reach it",
    };
    findings(facts, &question)
}

/// The least guarded way to a self-destruction that does not single out the caller.
fn open(operation: &Operation) -> Option<&Occurrence> {
    let met = operation.occurrences.iter().filter(|met| met.caller < CallerCondition::Established);
    met.rev().max_by_key(|met| evidence(met)).filter(|_| operation.kind == OperationKind::SelfDestruct)
}

fn evidence(met: &Occurrence) -> Evidence {
    let is_free = met.caller == CallerCondition::None && !met.is_conditional;
    if is_free { Evidence::Proved } else { Evidence::Pattern }
}
