//! IN006: a constructor or an initial value writes what the proxy never sees.

use uplint_facts::{ConstructorEffect, Side, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a state variable that a constructor, or an initial value in its declaration, gives a value other than
    /// zero.
    ///
    /// ## Why it is dangerous
    ///
    /// Both run once, over the storage of the implementation. The proxy's storage keeps its zeros: no owner, no limit,
    /// no fee. In the second Parity incident (November 2017, 513,000 ether frozen for good) the library that all wallets
    /// shared was itself a wallet without an owner, because only the wallets had been initialized.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// contract Vault {
    ///     uint256 limit = 100 ether;
    ///     address owner;
    ///     constructor() { owner = msg.sender; }
    /// }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Write the value in an initializer, or make the variable `constant` or `immutable`.
    ///
    /// ## Limits
    ///
    /// Silent for `_disableInitializers()`, for `constructor() initializer {}`, for what an initializer compares with a
    /// constant before it writes it (a flag, a version), for
    /// locks that a modifier sets and resets, for zeros, and for constants and immutables. What stands behind a condition
    /// is for review. Assembly writes of a constructor count whatever the slot.
    ///
    /// ## References
    ///
    /// OpenZeppelin Contracts, "Writing Upgradeable Contracts", "Initializers" and "Avoiding Initial Values in Field
    /// Declarations".
    pub ConstructorWritesState = {
        id: "IN006", slug: "constructor-writes-state",
        summary: "a constructor or an initial value writes storage that the proxy never sees",
        severity: High, evidence: Proved, required: [Ast], sharpening: [],
        cwe: [665], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let new = &facts.new;
    let mut findings: Vec<Finding> = Vec::new();
    for effect in new.constructor_effects.iter().filter(|effect| !is_allowed(facts, effect)) {
        let subject = subject(effect);
        if findings.iter().any(|known| *known.subject == *subject) {
            continue;
        }
        let calls = effect.path.iter().rev().filter_map(|step| step.call);
        let location = Location::own(Side::New, new, std::iter::once(effect.span).chain(calls));
        let evidence = if effect.is_certain { Evidence::Proved } else { Evidence::Pattern };
        let message = if effect.is_initial_value {
            format!(
                "the initial value of `{}` is written to the implementation and never to its proxies",
                effect.variable
            )
        } else {
            format!(
                "the constructor writes `{}` in the implementation's storage, which its proxies never see",
                effect.variable
            )
        };
        let help = "write it in an initializer, or make it `constant` or `immutable`";
        let primary = location.span;
        let mut finding =
            Finding::new(ConstructorWritesState::META, evidence, location, subject.as_str(), message, help);
        if primary != Some(effect.span) {
            let place = Location::span(Side::New, Some(effect.span));
            finding.related.push(Related::new(place, format!("`{}` is written here", effect.variable)));
        }
        let had = |old: &uplint_facts::VersionFacts| {
            old.constructor_effects.iter().any(|before| self::subject(before) == subject)
        };
        finding.state = State::of(facts.old.as_ref().is_some_and(had));
        findings.push(finding);
    }
    findings
}

fn subject(effect: &ConstructorEffect) -> String {
    let how = if effect.is_initial_value { "initial value" } else { "constructor" };
    format!("{how} {}", effect.variable)
}

fn is_allowed(facts: &UpgradeFacts, effect: &ConstructorEffect) -> bool {
    let kind = if effect.is_initial_value { UnsafeKind::StateVariableAssignment } else { UnsafeKind::Constructor };
    let path: Vec<_> = effect.path.iter().map(|step| step.definition).collect();
    // The plugins report the constructor as a whole, so an annotation on it allows all that it does.
    let at = effect.path.first().map_or(effect.span, |constructor| constructor.definition);
    facts.new.allows(kind, at, &path)
}
