//! DC001: foreign code of the caller's choice runs over the contract's state.

use uplint_facts::{CallerCondition, Occurrence, Operation, OperationKind, Origin, Side, UpgradeFacts, VersionFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Confidence, Evidence, Finding, Location, Related, State};

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
    let new = &facts.new;
    let mut findings = Vec::new();
    for operation in &new.operations {
        let Some(worst) = worst(operation).filter(|worst| !is_allowed(new, operation, worst)) else { continue };
        let spans = std::iter::once(operation.span).chain(worst.path.iter().rev().filter_map(|step| step.call));
        let location = Location {
            function: worst.path.first().map(|step| step.function.clone()),
            selector: worst.selector,
            ..Location::own(Side::New, new, spans)
        };
        let entry = worst.path.first().map_or("", |step| &step.function);
        let chosen = match worst.target {
            Origin::Caller => "the caller himself",
            Origin::Input => "an argument",
            _ => "computed from call data",
        };
        let message = format!(
            "`{entry}` runs code of the caller's choice: the target of `{}` is {chosen}",
            operation.kind.name()
        );
        let help = "delegate only to constants or to addresses that the owner sets";
        let mut finding =
            Finding::new(DelegatecallToInput::META, evidence(worst), location, subject(operation), message, help);
        if worst.caller == CallerCondition::Unclear {
            finding.confidence = Confidence::Low;
        }
        finding.path = steps(worst, operation);
        let had = |old: &VersionFacts| {
            old.operations.iter().any(|before| {
                subject(before) == subject(operation)
                    && self::worst(before).is_some_and(|found| evidence(found) >= evidence(worst))
            })
        };
        finding.state = State::of(facts.old.as_ref().is_some_and(had));
        findings.push(finding);
    }
    findings
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

/// The function that holds the operation and its number there: both outlive recompilation.
pub(crate) fn subject(operation: &Operation) -> String {
    let (function, number) = &operation.identity;
    match number {
        0 => format!("{} in {function}", operation.kind.name()),
        more => format!("{} {} in {function}", operation.kind.name(), more + 1),
    }
}

/// The calls from the entry to the operation.
pub(crate) fn steps(met: &Occurrence, operation: &Operation) -> Vec<Related> {
    let calls = met.path.iter().map(|step| {
        let place = Location::span(Side::New, Some(step.call.unwrap_or(step.definition)));
        let verb = if step.call.is_some() { "calls" } else { "starts at" };
        Related::new(place, format!("{verb} `{}`", step.function))
    });
    let end = Related::new(Location::span(Side::New, Some(operation.span)), format!("`{}`", operation.kind.name()));
    calls.chain([end]).collect()
}

fn is_allowed(version: &VersionFacts, operation: &Operation, met: &Occurrence) -> bool {
    let path: Vec<_> = met.path.iter().map(|step| step.definition).collect();
    version.allows(UnsafeKind::Delegatecall, operation.span, &path)
}
