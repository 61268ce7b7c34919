//! SE010: the proxy answers a signature that the implementation has too.

use uplint_facts::UpgradeFacts;

use crate::declare_rule;
use crate::finding::Finding;
use crate::interface::{answered_by_proxy, hidden_by_proxy};

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
    answered_by_proxy(facts)
        .filter(|(of_proxy, function)| of_proxy.signature == function.signature)
        .map(|(of_proxy, function)| {
            let message =
                format!("`{}` is answered by the proxy and never reaches the implementation", function.signature);
            let help = "rename one of the two functions";
            hidden_by_proxy(ProxySelectorShadowed::META, facts, (of_proxy, function), message, help)
        })
        .collect()
}
