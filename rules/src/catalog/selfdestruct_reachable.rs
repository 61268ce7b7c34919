//! DC002: anybody can destroy the contract.

use uplint_facts::{CallerCondition, Occurrence, Operation, OperationKind, Side, UpgradeFacts, VersionFacts};
use uplint_layout::UnsafeKind;

use crate::catalog::delegatecall_to_input::{steps, subject};
use crate::declare_rule;
use crate::finding::{Confidence, Evidence, Finding, Location, State};

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
    let new = &facts.new;
    let mut findings = Vec::new();
    for operation in &new.operations {
        let Some(worst) = open(operation).filter(|met| !is_allowed(new, operation, met)) else { continue };
        let entry = worst.path.first().map_or("", |step| &step.function);
        let message = format!("anybody who calls `{entry}` reaches a `selfdestruct`");
        let location = place(new, operation, worst);
        let help = "remove it, or let only the owner reach it";
        let mut finding =
            Finding::new(SelfdestructReachable::META, evidence(worst), location, subject(operation), message, help);
        if worst.caller == CallerCondition::Unclear {
            finding.confidence = Confidence::Low;
        }
        finding.path = steps(worst, operation);
        let had = |old: &VersionFacts| {
            old.operations.iter().any(|before| {
                subject(before) == subject(operation)
                    && open(before).is_some_and(|met| evidence(met) >= evidence(worst))
            })
        };
        finding.state = State::of(facts.old.as_ref().is_some_and(had));
        findings.push(finding);
    }
    findings
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

/// Where a self-destruction is reported.
pub(crate) fn place(version: &VersionFacts, operation: &Operation, met: &Occurrence) -> Location {
    let spans = std::iter::once(operation.span).chain(met.path.iter().rev().filter_map(|step| step.call));
    Location {
        function: met.path.first().map(|step| step.function.clone()),
        selector: met.selector,
        ..Location::own(Side::New, version, spans)
    }
}

/// Whether the team allows it.
pub(crate) fn is_allowed(version: &VersionFacts, operation: &Operation, met: &Occurrence) -> bool {
    let path: Vec<_> = met.path.iter().map(|step| step.definition).collect();
    version.allows(UnsafeKind::Selfdestruct, operation.span, &path)
}
