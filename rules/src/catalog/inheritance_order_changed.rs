//! SL007: the base list moves variables.

use uplint_facts::UpgradeFacts;
use uplint_layout::diff::MoveCause;

use crate::declare_rule;
use crate::finding::Finding;
use crate::storage::{moved, moves};

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables that move because a base contract with storage was added before others, removed, or put into
    /// another order. Equal labels in two bases are told apart by the contract that declares them.
    ///
    /// ## Why it is dangerous
    ///
    /// Bases lie in storage from the most basic to the most derived, so one more base moves everything behind it. Pike
    /// Finance (April 2024, 1.68 million dollars) added a pause dependency in front: its variables took the place of
    /// the `initialized` flag, anyone could initialize again and upgrade to code of his own.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// contract Spoke is Initializable, Auth {}
    /// // new: everything in Initializable and Auth moves
    /// contract Spoke is Pausable, Initializable, Auth {}
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the bases in their order and add new ones behind them, or give the new base its own namespace.
    ///
    /// ## Limits
    ///
    /// Silent when no variable moves, for example for bases without storage. A contract that only changed its name is
    /// the same base.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Multiple Inheritance and Linearization"; Pike Finance post-mortem, May 2024.
    pub InheritanceOrderChanged = {
        id: "SL007", slug: "inheritance-order-changed", summary: "a changed list of base contracts moves state variables",
        severity: High, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let caused = moves(facts).filter(|(cause, _)| matches!(cause, MoveCause::BasesChanged { .. }));
    caused.filter_map(|(cause, leaves)| moved(InheritanceOrderChanged::META, facts, cause, leaves)).collect()
}
