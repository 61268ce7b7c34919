//! SE002: two facets of a diamond claim one selector for different functions.

use uplint_facts::{ProxyKind, Side, UpgradeFacts};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, State};

declare_rule! {
    /// ## What it does
    ///
    /// Compares the selectors of the facets that stand behind one diamond, and reports a pair of functions with one
    /// selector and two signatures.
    ///
    /// ## Why it is dangerous
    ///
    /// A diamond keeps one facet for each selector: the other function cannot be added or, with `Replace`, silently takes
    /// the first one's place. The clash of `proxyOwner()` with `clash550254402()` (0x025313a2) shows how cheaply a
    /// second name for any selector is found.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// contract OwnershipFacet { function proxyOwner() external view returns (address); }
    /// contract GameFacet { function clash550254402() external; }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Rename one of the two functions.
    ///
    /// ## Limits
    ///
    /// Facets are the contracts that are named together with `--proxy diamond` or in `[[diamond]]`. One signature in two
    /// facets is no clash: facets share bases, and the cut says which one serves.
    ///
    /// ## References
    ///
    /// EIP-2535, "Diamonds, Multi-Facet Proxy".
    pub FacetSelectorClash = {
        id: "SE002", slug: "facet-selector-clash",
        summary: "two facets of a diamond claim one selector for different functions",
        severity: High, evidence: Proved, required: [Abi], sharpening: [Ast],
        cwe: [694], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    if facts.plan.proxy_kind != Some(ProxyKind::Diamond) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for sibling in &facts.siblings {
        for function in &facts.new.interface.functions {
            let clash = sibling.interface.function_by_selector(function.selector);
            let Some(clash) = clash.filter(|clash| clash.signature != function.signature) else { continue };
            let selector = alloy_primitives::hex::encode(function.selector);
            let message = format!(
                "`{}` and `{}` of facet `{}` have one selector, 0x{selector}",
                function.signature, clash.signature, sibling.artifact.contract.name
            );
            let location = Location::function(Side::New, &facts.new, function);
            let subject = format!("{} {}", function.signature, clash.signature);
            let mut finding = Finding::new(
                FacetSelectorClash::META,
                Evidence::Proved,
                location,
                subject,
                message,
                "rename one of the two functions",
            );
            // Which facets stood beside the old version is not known; what it had itself is.
            let had = |old: &uplint_facts::VersionFacts| old.interface.function(&function.signature).is_some();
            finding.state = State::of(facts.old.as_ref().is_some_and(had));
            findings.push(finding);
        }
    }
    findings
}
