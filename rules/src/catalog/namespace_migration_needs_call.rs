//! NS006: values that only the right call brings along.

use uplint_facts::{Side, UpgradeFacts};

use crate::declare_rule;
use crate::finding::{Confidence, Evidence, Finding, Location, Related};
use crate::migration::{Migration, migrations};
use crate::storage::moved;

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables that leave the linear layout for a namespace, or the reverse, when the upgrade call is unknown
    /// and an initializer of the new version would write them. It names that initializer.
    ///
    /// ## Why it is dangerous
    ///
    /// With the call the upgrade is sound; without it everything reads zero, as NS005 describes. Ronin's bridge (August
    /// 2024, 12 million dollars) was upgraded with a call that jumped over the initializer that set its vote threshold:
    /// the threshold read zero, and anyone could withdraw.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // to be planned with --upgrade-call "initializeV2(0x…)"
    /// function initializeV2(address owner_) external reinitializer(2) { _storage()._owner = owner_; }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Plan the call with the upgrade and name it with `--upgrade-call`.
    ///
    /// ## Limits
    ///
    /// It says that the initializer writes the variables, not that it writes the right values. A write on some path
    /// counts as one.
    ///
    /// ## References
    ///
    /// EIP-7201; OpenZeppelin Contracts 5.0 changelog, "Migrating from 4.x"; Ronin bridge post-mortem, August 2024.
    pub NamespaceMigrationNeedsCall = {
        id: "NS006", slug: "namespace-migration-needs-call", summary: "variables move between the linear layout and a namespace, and only the right upgrade call keeps their values",
        severity: High, evidence: Pattern, required: [Old, Layout], sharpening: [Ast],
        cwe: [1329, 665], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    migrations(facts)
        .into_iter()
        .filter_map(|found| {
            let Migration::NeedsCall { signature, span } = &found.outcome else { return None };
            let mut finding = moved(NamespaceMigrationNeedsCall::META, facts, found.cause, &found.leaves)?;
            finding.evidence = Evidence::Pattern;
            finding.confidence = Confidence::Medium;
            finding.message = format!("{}; only `{signature}` writes them again", finding.message);
            finding.help = format!("plan the call of `{signature}` with the upgrade");
            let writer = Location::span(Side::New, Some(*span));
            finding.related.push(Related::new(writer, format!("`{signature}` writes them here")));
            Some(finding)
        })
        .collect()
}
