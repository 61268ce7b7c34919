//! NS005: values left behind by a move to a namespace.

use uplint_facts::UpgradeFacts;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::migration::{Migration, migrations};
use crate::storage::moved;

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables that the old version keeps in the linear layout and the new one in a namespace, or the
    /// reverse, while nothing writes their values to the new place: the planned upgrade call is known and does not, or
    /// no initializer could.
    ///
    /// ## Why it is dangerous
    ///
    /// Owner, initialized flag, roles, allowances and balances all read zero after the upgrade, and the old values lie
    /// where nothing looks. This is what an upgrade from OpenZeppelin 4 to 5 does to every base at once, because
    /// version 5 put each base into a namespace; with the flag at zero, the initializer is open again. Pike Finance
    /// (April 2024, 1.68 million dollars) fell to a flag that read zero.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old: OpenZeppelin 4
    /// address private _owner;
    /// // new: OpenZeppelin 5
    /// /// @custom:storage-location erc7201:openzeppelin.storage.Ownable
    /// struct OwnableStorage { address _owner; }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Write the values in a reinitializer that the upgrade calls, or stay on the old layout for proxies that exist.
    ///
    /// ## Limits
    ///
    /// A variable keeps its identity by the last part of its path, whatever its width. One that stays behind under a
    /// deprecated name has moved all the same. When the call is unknown and an initializer would write the values, see
    /// NS006. Entries of mappings cannot be written back by an initializer that does not know the keys; a write to any
    /// of them counts. Without a syntax tree it is not known what the planned call writes, and `sstore` in inline assembly
    /// may write any variable: the finding is then only a pattern.
    ///
    /// ## References
    ///
    /// EIP-7201; OpenZeppelin Contracts 5.0 changelog, "Migrating from 4.x".
    pub LinearToNamespaceMigration = {
        id: "NS005", slug: "linear-to-namespace-migration", summary: "variables leave the linear layout for a namespace, or the reverse, and lose their values",
        severity: Critical, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329, 665], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    migrations(facts)
        .into_iter()
        .filter_map(|found| {
            let Migration::ValuesLost { is_proved } = found.outcome else { return None };
            let mut finding = moved(LinearToNamespaceMigration::META, facts, found.cause, &found.leaves)?;
            finding.evidence = if is_proved { Evidence::Proved } else { Evidence::Pattern };
            Some(finding)
        })
        .collect()
}
