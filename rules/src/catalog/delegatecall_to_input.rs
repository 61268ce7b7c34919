//! DC001: foreign code of the caller's choice runs over the contract's state.

use uplint_facts::{CallerCondition, Occurrence, Operation, OperationKind, Origin, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::operation::{Question, findings};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a `delegatecall` or `callcode`, in Solidity or inline assembly, whose target comes from call data or is
    /// the caller, and that callers reach without a test of who they are.
    ///
    /// ## Why it is dangerous
    ///
    /// The called code runs as the contract: it takes the ether, writes any slot, the implementation's address among
    /// them. Furucombo (February 2021, 14 million dollars) delegated to a contract of which the caller could choose what
    /// it in turn delegated to; Wormhole's bridge (February 2022, 10 million dollars of bounty) could have been destroyed
    /// so.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// function execute(address target, bytes calldata data) external {
    ///     target.delegatecall(data);
    /// }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Delegate to constants or to an address that only the owner can set.
    ///
    /// ## Limits
    ///
    /// Silent behind a condition on the caller on every path, and for `address(this)`, libraries, constants and state
    /// variables as targets (who can write those is DC013). Proved when nothing stands between a public function's
    /// parameter and the call; for review when a condition does, or when the target is computed. Values that go through
    /// storage, memory structures or external calls are not followed.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Delegatecall and Libraries"; SWC-112.
    pub DelegatecallToInput = {
        id: "DC001", slug: "delegatecall-to-input",
        summary: "callers choose the code that a delegatecall runs",
        severity: Critical, evidence: Proved, required: [Ast], sharpening: [],
        cwe: [829], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let question = Question {
        rule: DelegatecallToInput::META,
        allowed_by: UnsafeKind::Delegatecall,
        worst,
        evidence,
        was: |before, now| worst(before).is_some_and(|found| evidence(found) >= now),
        message: |entry, operation, worst| {
            let chosen = match worst.target {
                Origin::Caller => "the caller himself",
                Origin::Input => "an argument",
                _ => "computed from call data",
            };
            format!("`{entry}` runs code of the caller's choice: the target of `{}` is {chosen}", operation.kind.name())
        },
        help: "delegate only to constants or to addresses that the owner sets",
    };
    findings(facts, &question)
}

/// The occurrence with the strongest evidence, when there is one to report.
fn worst(operation: &Operation) -> Option<&Occurrence> {
    if operation.kind == OperationKind::SelfDestruct {
        return None;
    }
    let open = operation.occurrences.iter().filter(|met| {
        met.caller < CallerCondition::Established
            && matches!(met.target, Origin::Caller | Origin::Input | Origin::Derived)
    });
    // Of equal ones the first, in the order of the source.
    open.rev().max_by_key(|met| evidence(met))
}

fn evidence(met: &Occurrence) -> Evidence {
    let is_exact = matches!(met.target, Origin::Caller | Origin::Input) && !met.is_conditional;
    if is_exact && met.caller == CallerCondition::None { Evidence::Proved } else { Evidence::Pattern }
}
