//! SE001: the proxy answers what was meant for another function of the implementation.

use uplint_facts::UpgradeFacts;

use crate::declare_rule;
use crate::finding::Finding;
use crate::interface::{answered_by_proxy, hidden_by_proxy};

declare_rule! {
    /// ## What it does
    ///
    /// Compares the selectors of the proxy with those of the implementation, and reports a pair of functions with one
    /// selector and two signatures.
    ///
    /// ## Why it is dangerous
    ///
    /// The proxy's function runs and the implementation's can never be reached; worse, a user who calls the harmless one
    /// runs the other. Such pairs are made on purpose: `clash550254402()` and `proxyOwner()` share `0x025313a2`.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// contract Proxy { function proxyOwner() external view returns (address); }
    /// contract Token { function clash550254402() external; }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Rename the implementation's function, or use a proxy without functions of its own.
    ///
    /// ## Limits
    ///
    /// Silent for a proxy without selectors (`ERC1967Proxy`), and for functions that answer only the admin and pass
    /// everybody else on, as a transparent proxy does. The same signature on both sides is SE010.
    ///
    /// ## References
    ///
    /// Nomic Foundation, "Malicious backdoors in Ethereum proxies" (2018); OpenZeppelin, "The transparent proxy pattern".
    pub ProxySelectorClash = {
        id: "SE001", slug: "proxy-selector-clash",
        summary: "a function of the proxy has the selector of another function of the implementation",
        severity: Critical, evidence: Proved, required: [Proxy, Abi], sharpening: [Ast],
        cwe: [694], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    answered_by_proxy(facts)
        .filter(|(of_proxy, function)| of_proxy.signature != function.signature)
        .map(|(of_proxy, function)| {
            let selector = alloy_primitives::hex::encode(function.selector);
            let message = format!(
                "calls of `{}` run the proxy's `{}`: both have selector 0x{selector}",
                function.signature, of_proxy.signature
            );
            let help = "rename the implementation's function";
            hidden_by_proxy(ProxySelectorClash::META, facts, (of_proxy, function), message, help)
        })
        .collect()
}
