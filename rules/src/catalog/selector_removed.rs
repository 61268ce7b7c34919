//! SE003: an external function is gone.

use uplint_facts::{FallbackBehaviour, Side, UpgradeFacts, VersionFacts};

use crate::catalog::function_resignatured::replacements;
use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an external function of the old version whose selector no function of the new version answers.
    ///
    /// ## Why it is dangerous
    ///
    /// Whoever still calls it, another contract, a keeper, a front end, reverts from the moment of the upgrade.
    /// Compound's proposal 117 (August 2022) brought a price oracle that called `underlying()` on every market; the ether
    /// market has no such function, and 830 million dollars stood still for a week.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// function harvest() external { … }
    /// // new: no function `harvest()`
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the function, if only to revert with a reason, until nobody calls it.
    ///
    /// ## Limits
    ///
    /// A `receive` or a `fallback` that is gone counts as a function. Silent when the new version's `fallback` may serve the call: it calls, runs assembly, returns data or reads
    /// `msg.data`. Without a syntax tree any `fallback` may. A function of the same name with other parameters is SE011.
    /// Who calls the function is not looked for.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Contract ABI Specification", "Function Selector".
    pub SelectorRemoved = {
        id: "SE003", slug: "selector-removed", summary: "an external function of the old version is gone",
        severity: Medium, evidence: Proved, required: [Old, Abi], sharpening: [Ast],
        cwe: [439], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let (Some(old), new) = (&facts.old, &facts.new) else { return Vec::new() };
    if serves_anything(new) {
        return Vec::new();
    }
    let gone = old.interface.functions.iter().filter(|function| {
        new.interface.function_by_selector(function.selector).is_none() && replacements(old, new, function).is_empty()
    });
    let gone = gone.map(|function| {
        let message =
            format!("`{}` (0x{}) is gone: calls of it will revert", function.signature, hex(function.selector));
        let location = Location {
            function: Some(function.signature.clone()),
            selector: Some(function.selector),
            ..Location::contract(Side::New, new)
        };
        let help = "keep the function, or make sure that nothing calls it any more";
        let mut finding =
            Finding::new(SelectorRemoved::META, Evidence::Proved, location, function.signature.as_str(), message, help);
        finding
            .related
            .push(Related::new(Location::function(Side::Old, old, function), "declared here in the old version"));
        finding
    });
    gone.chain(unnamed(old, new)).collect()
}

/// What the functions without a selector answered: plain transfers of ether, and calls that no function answers.
fn unnamed(old: &VersionFacts, new: &VersionFacts) -> impl Iterator<Item = Finding> {
    let (before, after) = (&old.interface, &new.interface);
    let answered = old.declaration.is_none() || old.entry_points.fallback != FallbackBehaviour::Reverts;
    let gone = [
        ("receive", before.has_receive && !after.has_receive && !after.has_fallback, "plain transfers of ether"),
        ("fallback", before.has_fallback && !after.has_fallback && answered, "calls of any other selector"),
    ];
    let place = Location::contract(Side::New, new);
    gone.into_iter().filter(|(_, is_gone, _)| *is_gone).map(move |(name, _, calls)| {
        let message = format!("`{name}` is gone: {calls} will revert");
        let help = format!("keep `{name}`, or make sure that nobody relies on it any more");
        Finding::new(SelectorRemoved::META, Evidence::Proved, place.clone(), name, message, help)
    })
}

/// Whether the `fallback` may answer a selector that no function has.
fn serves_anything(version: &VersionFacts) -> bool {
    match version.declaration {
        Some(_) => version.entry_points.fallback == FallbackBehaviour::Serves,
        None => version.interface.has_fallback,
    }
}

fn hex(selector: [u8; 4]) -> String {
    alloy_primitives::hex::encode(selector)
}
