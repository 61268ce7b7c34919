//! SL001: variables are looked for in other bytes.

use uplint_facts::UpgradeFacts;
use uplint_layout::diff::MoveCause;

use crate::declare_rule;
use crate::finding::Finding;
use crate::migration::not_written_by_plan;
use crate::storage::{moved, moves};

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables whose bytes change between the versions while the proxy's state stays as it is. One finding
    /// names one cause (a variable inserted, removed, resized or put elsewhere, a moved start of the layout, a Vyper
    /// lock) and lists everything that the cause moves.
    ///
    /// ## Why it is dangerous
    ///
    /// The new code reads another variable's bytes. EFVault (February 2023, 5.1 million dollars) inserted
    /// `assetDecimal` before `maxDeposit`: the decimals read 5,000,000,000,000 and every share paid out five million
    /// times its worth.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// address asset; uint256 maxDeposit;
    /// // new: assetDecimal reads maxDeposit, maxDeposit reads what follows
    /// address asset; uint256 assetDecimal; uint256 maxDeposit;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Declare new variables after all that exist, or in place of a gap; keep what is no longer used under a name that
    /// says so.
    ///
    /// ## Limits
    ///
    /// Identity is the variable's path; the declaring contract only breaks ties. Changed bases are SL007, gaps SL005,
    /// variables that become constant SL008, namespaces NS003 and NS005. Variables that the planned upgrade call writes
    /// are left out. Transient variables may move.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Layout of State Variables in Storage and Transient Storage"; EFVault post-mortem,
    /// February 2023.
    pub StorageVariableMoved = {
        id: "SL001", slug: "storage-variable-moved", summary: "a state variable is looked for in other bytes than those that hold its value",
        severity: High, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let caused = moves(facts).filter(|(cause, _)| is_of_this_rule(cause));
    caused
        .filter_map(|(cause, leaves)| {
            moved(StorageVariableMoved::META, facts, cause, &not_written_by_plan(facts, leaves))
        })
        .collect()
}

fn is_of_this_rule(cause: &MoveCause) -> bool {
    matches!(
        cause,
        MoveCause::Inserted { .. }
            | MoveCause::Removed { .. }
            | MoveCause::Replaced { .. }
            | MoveCause::Resized { .. }
            | MoveCause::Reordered { .. }
            | MoveCause::LayoutBase { .. }
            | MoveCause::Lock { .. }
    )
}
