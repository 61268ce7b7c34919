//! SL012: internal functions in storage.

use std::collections::BTreeSet;

use uplint_facts::{UpgradeFacts, VariableName, VersionFacts};
use uplint_layout::diff::internal_functions;
use uplint_layout::{Leaf, UnsafeKind};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, State};
use crate::migration::planned_selector;
use crate::storage::{described, new_place, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables that hold a pointer to an internal function, directly or within structs, arrays and mappings.
    /// It counts whether or not the change brings it.
    ///
    /// ## Why it is dangerous
    ///
    /// Such a pointer is a place in the bytecode of the version that stored it. In the next version another instruction
    /// stands there: the call jumps into the middle of something else or reverts. Upgrading at all is unsafe. Parity's
    /// wallets (November 2017, 513,000 ether) show what a call into code that is no longer there costs.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// contract Vault {
    ///     function(uint256) internal returns (uint256) hook;
    /// }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Store an enum or a selector, and choose the function in code.
    ///
    /// ## Limits
    ///
    /// Functions kept in memory or on the stack are fine, and so are external function pointers: address and selector
    /// survive. Silent when the known upgrade call assigns the variable itself, on every path and before anything reads it;
    /// pointers within structs, arrays and mappings are always reported.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Function Types"; OpenZeppelin Upgrades, `internal-function-storage`.
    pub InternalFunctionInStorage = {
        id: "SL012", slug: "internal-function-in-storage", summary: "a pointer to an internal function is kept in storage",
        severity: High, evidence: Proved, required: [Layout], sharpening: [Ast],
        cwe: [1329, 758], scwe: [], counts_when_existing: true, since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let old: BTreeSet<String> = facts.old.iter().flat_map(pointers).map(|leaf| leaf.label).collect();
    let assigned = planned_selector(facts).map(|called| facts.new.assigned_first(called)).unwrap_or_default();
    let is_assigned = |leaf: &Leaf| {
        let name: VariableName = (leaf.label.as_str().into(), leaf.declared_in.clone());
        assigned.contains(&name)
    };
    pointers(&facts.new)
        .into_iter()
        .filter(|leaf| !is_assigned(leaf))
        .map(|leaf| {
            let message =
                format!("{} holds a pointer to an internal function, which the next version breaks", described(&leaf));
            let help = format!("store an enum in place of `{}` and choose the function in code", leaf.label);
            let place = new_place(facts, &leaf);
            let mut finding = Finding::new(
                InternalFunctionInStorage::META,
                Evidence::Proved,
                place,
                leaf.label.as_str(),
                message,
                help,
            );
            finding.state = State::of(old.contains(&leaf.label));
            finding.storage = storage_place(&leaf);
            finding
        })
        .collect()
}

/// Pointers to internal functions that the team does not allow.
fn pointers(version: &VersionFacts) -> Vec<Leaf> {
    let is_allowed =
        |leaf: &Leaf| leaf.span.is_some_and(|span| version.allows(UnsafeKind::InternalFunctionStorage, span, &[]));
    internal_functions(&version.layout).into_iter().filter(|leaf| !is_allowed(leaf)).collect()
}
