//! SE004: another function answers to an old selector.

use uplint_facts::UpgradeFacts;

use crate::declare_rule;
use crate::finding::Finding;
use crate::interface::{changed, kept_selectors};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a function of the new version that has the four-byte selector of an old function of another signature.
    ///
    /// ## Why it is dangerous
    ///
    /// Four bytes are found by trying: a caller that asks for the old function runs the new one, with its arguments read
    /// as others. The Poly Network attack (August 2021, 610 million dollars) searched a method name whose selector was
    /// that of a privileged function.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// function collate_propagate_storage(bytes16 value) external;
    /// // new: the same selector, 0x42966c68
    /// function burn(uint256 amount) external;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Rename the new function.
    ///
    /// ## Limits
    ///
    /// Only selectors of the two versions are compared; a proxy's own are SE001 and SE010.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Function Selector". Nomic Foundation, "Malicious backdoors in Ethereum proxies" (2018).
    pub SelectorClashAcrossVersions = {
        id: "SE004", slug: "selector-clash-across-versions",
        summary: "a new function has the selector of an old function of another signature",
        severity: High, evidence: Proved, required: [Old, Abi], sharpening: [Ast],
        cwe: [694], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    kept_selectors(facts)
        .filter(|(function, clash)| clash.signature != function.signature)
        .map(|(function, clash)| {
            let selector = alloy_primitives::hex::encode(function.selector);
            let message = format!(
                "`{}` answers calls of the old `{}`: both have selector 0x{selector}",
                function.signature, clash.signature
            );
            changed(SelectorClashAcrossVersions::META, facts, (function, clash), message, "rename the new function")
        })
        .collect()
}
