//! SE005: a function returns other types.

use uplint_facts::UpgradeFacts;

use crate::declare_rule;
use crate::finding::Finding;
use crate::interface::{changed, kept};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an external function of unchanged signature whose return types differ.
    ///
    /// ## Why it is dangerous
    ///
    /// The selector does not cover what is returned, so a caller compiled against the old version goes on and decodes the
    /// wrong thing: it reverts on too little data, and takes other values for its own where the sizes agree. When
    /// Compound's oracle got nothing back from a market that lacked the function it asked (proposal 117, August 2022),
    /// decoding reverted and 830 million dollars stood still for a week.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// function position(address user) external view returns (uint256 amount, uint256 since);
    /// // new
    /// function position(address user) external view returns (uint256 since, address asset);
    /// ```
    ///
    /// ## How to fix
    ///
    /// Give the new shape a new function name.
    ///
    /// ## Limits
    ///
    /// Types are compared, not meanings: two values of one type that change places are not seen.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Contract ABI Specification".
    pub ReturnShapeChanged = {
        id: "SE005", slug: "return-shape-changed", summary: "a function of unchanged signature returns other types",
        severity: Medium, evidence: Proved, required: [Old, Abi], sharpening: [Ast],
        cwe: [439], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    kept(facts)
        .filter(|(function, before)| before.returns != function.returns)
        .map(|(function, before)| {
            let message = format!(
                "`{}` returned `({})` and now returns `({})`",
                function.signature,
                before.returns.join(","),
                function.returns.join(",")
            );
            let help = "give the new shape a new function name, and keep the old function";
            changed(ReturnShapeChanged::META, facts, (function, before), message, help)
        })
        .collect()
}
