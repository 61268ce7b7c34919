//! SE010: the proxy answers a signature that the implementation has too.

use uplint_facts::{Side, UpgradeFacts};

use crate::catalog::proxy_selector_clash::{clashes, state};
use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a function that both the proxy and the implementation declare.
    ///
    /// ## Why it is dangerous
    ///
    /// The proxy's function runs, over the same storage and with its own idea of it; the implementation's is dead code
    /// that reads as if it were alive: who reviews the implementation's `owner()` reviews what nobody can call. In the
    /// CPIMP attacks (Kinto, July 2025, 1.55 million dollars) what a proxy answered for its implementation hid for months
    /// what really ran.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// contract Proxy { address public owner; fallback() external { … } }
    /// contract Vault { address public owner; }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Rename one of the two, or use a proxy without functions of its own.
    ///
    /// ## Limits
    ///
    /// Silent for transparent proxies, whose functions answer the admin alone on purpose.
    ///
    /// ## References
    ///
    /// OpenZeppelin, "The transparent proxy pattern".
    pub ProxySelectorShadowed = {
        id: "SE010", slug: "proxy-selector-shadowed",
        summary: "the proxy answers a signature that the implementation has too",
        severity: Medium, evidence: Proved, required: [Proxy, Abi], sharpening: [Ast],
        cwe: [561], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    clashes(facts)
        .filter(|(of_proxy, function)| of_proxy.signature == function.signature)
        .map(|(of_proxy, function)| {
            let message =
                format!("`{}` is answered by the proxy and never reaches the implementation", function.signature);
            let location = Location::function(Side::New, &facts.new, function);
            let subject = function.signature.as_str();
            let help = "rename one of the two functions";
            let mut finding =
                Finding::new(ProxySelectorShadowed::META, Evidence::Proved, location, subject, message, help);
            finding.state = state(facts, function);
            finding.related.extend(
                facts.proxy.as_ref().map(|proxy| {
                    Related::new(Location::function(Side::Proxy, proxy, of_proxy), "the proxy's function")
                }),
            );
            finding
        })
        .collect()
}
