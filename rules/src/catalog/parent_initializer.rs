//! IN005: a parent is not initialized, initialized twice, or too late.

use uplint_facts::{ParentFault, ParentInitialization, Side, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Confidence, Evidence, Finding, Location, Related, State};

declare_rule! {
    /// ## What it does
    ///
    /// Follows each initializer of a contract along its control flow, through the calls it makes, and reports a parent
    /// whose own initializer does not run, runs twice, or runs after that of a contract which inherits from it.
    ///
    /// ## Why it is dangerous
    ///
    /// A parent that was never initialized has no owner, no name, no threshold: whatever it protects is open or stuck.
    /// Ronin's upgrade of August 2024 skipped one initializer; a total weight stayed zero, any withdrawal had enough
    /// votes, and 12 million dollars left.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// contract Vault is OwnableUpgradeable, PausableUpgradeable {
    ///     function initialize(address owner) public initializer {
    ///         __Pausable_init();
    ///         // `__Ownable_init(owner)` is missing
    ///     }
    /// }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Call each parent's initializer exactly once, most basic parent first.
    ///
    /// ## Limits
    ///
    /// A parent counts when its initializer writes something that is not zero, or calls another contract: empty ones such
    /// as `__UUPSUpgradeable_init` are silent, and so are contracts that only have reinitializers. Calls inside branches
    /// count when every path has one; when only some have, the finding is for review, because the condition may always
    /// hold. Order is for review too: it matters only where one initializer reads what the other writes. Parents that do
    /// not inherit from each other may come in any order.
    ///
    /// ## References
    ///
    /// OpenZeppelin Contracts, "Writing Upgradeable Contracts", "Multiple Inheritance".
    pub ParentInitializer = {
        id: "IN005", slug: "parent-initializer",
        summary: "a parent's initializer is missing, called twice or called too late",
        severity: Medium, evidence: Proved, required: [Ast], sharpening: [],
        cwe: [665, 909], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let new = &facts.new;
    let faults = new.parent_initializations.iter().filter(|fault| !is_allowed(facts, fault));
    faults
        .map(|fault| {
            let location =
                Location { function: fault.initializer.clone(), ..Location::own(Side::New, new, [fault.span]) };
            let (message, help) = statement(fault);
            let mut finding =
                Finding::new(ParentInitializer::META, evidence(fault.fault), location, subject(fault), message, help);
            if fault.fault == ParentFault::WrongOrder {
                finding.confidence = Confidence::Low;
            }
            let had = facts
                .old
                .as_ref()
                .is_some_and(|old| old.parent_initializations.iter().any(|before| subject(before) == subject(fault)));
            finding.state = State::of(had);
            let declared = Location::span(Side::New, Some(fault.parent_span));
            finding
                .related
                .push(Related::new(declared, format!("`{}` of `{}`", fault.parent_initializer, fault.parent)));
            finding
        })
        .collect()
}

fn statement(fault: &ParentInitialization) -> (String, &'static str) {
    let call = format!("`{}` of `{}`", fault.parent_initializer, fault.parent);
    let Some(initializer) = &fault.initializer else {
        let message = format!("no initializer calls {call}, and the contract has none of its own");
        return (message, "add an initializer that calls it");
    };
    match fault.fault {
        ParentFault::Missing => (format!("`{initializer}` never calls {call}"), "call it once"),
        ParentFault::MissingOnSomePath => {
            (format!("`{initializer}` does not call {call} on every path"), "call it once on every path")
        }
        ParentFault::Duplicate => (format!("`{initializer}` runs {call} twice"), "call it once"),
        ParentFault::DuplicateOnSomePath => {
            (format!("`{initializer}` runs {call} twice on some path"), "call it once on every path")
        }
        ParentFault::WrongOrder => (
            format!("`{initializer}` runs {call} after the initializer of a contract that inherits from it"),
            "call the most basic parent first",
        ),
    }
}

fn evidence(fault: ParentFault) -> Evidence {
    match fault {
        ParentFault::Missing | ParentFault::Duplicate => Evidence::Proved,
        ParentFault::MissingOnSomePath | ParentFault::DuplicateOnSomePath | ParentFault::WrongOrder => {
            Evidence::Pattern
        }
    }
}

fn subject(fault: &ParentInitialization) -> String {
    let what = match fault.fault {
        ParentFault::Missing | ParentFault::MissingOnSomePath => "missing",
        ParentFault::Duplicate | ParentFault::DuplicateOnSomePath => "twice",
        ParentFault::WrongOrder => "order",
    };
    format!("{} {what} {}", fault.initializer.as_deref().unwrap_or("contract"), fault.parent)
}

fn is_allowed(facts: &UpgradeFacts, fault: &ParentInitialization) -> bool {
    let kind = match fault.fault {
        ParentFault::Missing | ParentFault::MissingOnSomePath if fault.initializer.is_none() => {
            UnsafeKind::MissingInitializer
        }
        ParentFault::Missing | ParentFault::MissingOnSomePath => UnsafeKind::MissingInitializerCall,
        ParentFault::Duplicate | ParentFault::DuplicateOnSomePath => UnsafeKind::DuplicateInitializerCall,
        ParentFault::WrongOrder => UnsafeKind::IncorrectInitializerOrder,
    };
    // A repeated call is annotated where it stands, within the initializer.
    let on_statement = facts.new.allowances.iter().any(|allowance| {
        let kinds = allowance.kinds.iter().chain(&allowance.reachable_kinds);
        kind == UnsafeKind::DuplicateInitializerCall
            && fault.definition.contains(allowance.span)
            && kinds.into_iter().any(|&allowed| allowed == kind)
    });
    on_statement || facts.new.allows(kind, fault.span, &[])
}
