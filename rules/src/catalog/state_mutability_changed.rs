//! SE007: a function may do other things to state, or takes ether where it did not, or the reverse.

use alloy_json_abi::StateMutability;
use uplint_facts::UpgradeFacts;

use crate::declare_rule;
use crate::finding::Finding;
use crate::interface::{changed, kept};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an external function of unchanged signature whose mutability (`pure`, `view`, nothing, `payable`) differs.
    ///
    /// ## Why it is dangerous
    ///
    /// Contracts compiled against a `view` function call it with STATICCALL, so a version of it that writes reverts for
    /// them; one that stops being `payable` reverts for everybody who sends ether along. The result is that of Aave's
    /// rate strategy on Polygon (May 2023): a new contract did not fit how it was called, and 110 million dollars could
    /// not be moved until it was replaced.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// function price() external view returns (uint256);
    /// // new
    /// function price() external returns (uint256);
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the mutability, or give the changed function a new name.
    ///
    /// ## Limits
    ///
    /// What is declared is compared, not what the code does.
    ///
    /// ## References
    ///
    /// Solidity documentation, "State Mutability"; EIP-214.
    pub StateMutabilityChanged = {
        id: "SE007", slug: "state-mutability-changed", summary: "a function's state mutability changed",
        severity: Low, evidence: Proved, required: [Old, Abi], sharpening: [Ast],
        cwe: [439], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    kept(facts)
        .filter(|(function, before)| before.mutability != function.mutability)
        .map(|(function, before)| {
            let (was, is) = (word(before.mutability), word(function.mutability));
            let message = format!("`{}` was {was} and is now {is}", function.signature);
            let help = "keep the mutability, or give the changed function a new name";
            changed(StateMutabilityChanged::META, facts, (function, before), message, help)
        })
        .collect()
}

fn word(mutability: StateMutability) -> &'static str {
    match mutability {
        StateMutability::Pure => "`pure`",
        StateMutability::View => "`view`",
        StateMutability::NonPayable => "not payable",
        StateMutability::Payable => "`payable`",
    }
}
