//! PX002: the new version cannot be upgraded any more.

use alloy_primitives::U256;
use uplint_facts::{ProxyKind, Side, UpgradeFacts, VersionFacts};
use uplint_layout::{Slot, UnsafeKind, well_known_slot};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an implementation behind a UUPS proxy that has no upgrade function any more, or whose upgrade functions
    /// revert on every path, or whose `proxiableUUID` returns another slot than that of EIP-1967.
    ///
    /// ## Why it is dangerous
    ///
    /// A UUPS proxy has no upgrade logic of its own. Once an implementation without it is in place, no fix can ever be
    /// deployed again. Parity's wallets (November 2017, 513,000 ether) show what that means: the code they delegated to
    /// was gone, and nothing could put another in its place.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// contract Vault is UUPSUpgradeable { … }
    /// // new
    /// contract Vault { … }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Inherit `UUPSUpgradeable` again, or move the proxies to another kind first and say so with `--proxy`.
    ///
    /// ## Limits
    ///
    /// Silent when one of `upgradeTo(address)` and `upgradeToAndCall(address,bytes)` is left, when another kind of proxy
    /// is declared, and for facets of a diamond. A path counts as reverting when it ends in `revert`, in a condition that
    /// is literally false, or in one that only the zero address could meet. What `proxiableUUID` returns is checked
    /// where it is known before it runs; the slot of EIP-1822 is fine where the old version returns it too.
    ///
    /// ## References
    ///
    /// EIP-1822; EIP-1967; OpenZeppelin Contracts, `UUPSUpgradeable`.
    pub UpgradePathLost = {
        id: "PX002", slug: "upgrade-path-lost", summary: "the new version cannot be upgraded any more",
        severity: Critical, evidence: Proved, required: [Abi], sharpening: [Ast],
        cwe: [1329], scwe: [], counts_when_existing: true, since: "0.1.0", check: check,
    }
}

/// The texts that the slots of the standards are derived from.
const EIP_1967: &str = "eip1967.proxy.implementation";
const EIP_1822: &str = "PROXIABLE";

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let new = &facts.new;
    let declared = facts.plan.proxy_kind;
    let is_uups = match declared {
        Some(kind) => kind == ProxyKind::Uups,
        None => [facts.old.as_ref(), Some(new)].into_iter().flatten().any(is_self_upgrading),
    };
    let allowed = new.name_span().is_some_and(|at| new.allows(UnsafeKind::MissingPublicUpgradeto, at, &[]));
    if !is_uups || allowed || !new.is_deployable() {
        return Vec::new();
    }
    let had = facts.old.as_ref().is_some_and(|old| !is_self_upgrading(old) || all_revert(old));
    let finding = if new.upgradeability.upgrade_functions.is_empty() {
        Some(Finding { state: State::of(had), ..missing(facts) })
    } else if all_revert(new) {
        Some(Finding { state: State::of(had), ..reverting(new) })
    } else {
        foreign_uuid(facts)
    };
    finding.into_iter().collect()
}

fn is_self_upgrading(version: &VersionFacts) -> bool {
    !version.upgradeability.upgrade_functions.is_empty()
}

fn all_revert(version: &VersionFacts) -> bool {
    let functions = version.upgradeability.upgrade_functions.iter();
    let mut known = functions.filter_map(|signature| version.interface.function(signature)).peekable();
    known.peek().is_some() && known.all(|function| version.entry_points.reverting_upgrades.contains(&function.selector))
}

/// The standard name of a slot.
fn standard(uuid: U256) -> Option<&'static str> {
    well_known_slot(Slot(uuid)).map(|known| known.name)
}

fn foreign_uuid(facts: &UpgradeFacts) -> Option<Finding> {
    let new = &facts.new;
    let uuid = new.entry_points.proxiable_uuid?;
    let old = facts.old.as_ref().and_then(|old| old.entry_points.proxiable_uuid);
    let stays = facts.old.is_none() || old == Some(uuid);
    if standard(uuid) == Some(EIP_1967) || standard(uuid) == Some(EIP_1822) && stays {
        return None;
    }
    let function = new.interface.function("proxiableUUID()");
    let location = function
        .map_or_else(|| Location::contract(Side::New, new), |function| Location::function(Side::New, new, function));
    let finding = Finding::new(
        UpgradePathLost::META,
        Evidence::Proved,
        location,
        "proxiableUUID",
        format!(
            "`proxiableUUID` of `{}` returns {uuid:#066x}, which is not the implementation slot of EIP-1967: an upgrade \
             that checks it reverts",
            new.artifact.contract.name
        ),
        "return the implementation slot of EIP-1967",
    );
    Some(Finding { state: State::of(old == Some(uuid)), ..finding })
}

fn missing(facts: &UpgradeFacts) -> Finding {
    let new = &facts.new;
    let mut finding = Finding::new(
        UpgradePathLost::META,
        Evidence::Proved,
        Location::contract(Side::New, new),
        "upgrade function",
        format!(
            "`{}` has no `upgradeToAndCall(address,bytes)`: a UUPS proxy can never be upgraded again",
            new.artifact.contract.name
        ),
        "inherit `UUPSUpgradeable`, or declare the proxy's kind with `--proxy`",
    );
    let old = facts.old.as_ref();
    let before = old.and_then(|old| {
        let signature = old.upgradeability.upgrade_functions.first()?;
        Some(Location::function(Side::Old, old, old.interface.function(signature)?))
    });
    finding.related.extend(before.map(|place| Related::new(place, "the old version upgrades itself here")));
    finding
}

fn reverting(new: &VersionFacts) -> Finding {
    let mut functions = new.upgradeability.upgrade_functions.iter();
    let first = functions.find_map(|signature| new.interface.function(signature));
    let location = first.map_or_else(
        || Location::contract(Side::New, new),
        |function| {
            let declared = Location::function(Side::New, new, function);
            let own = Location::own(Side::New, new, declared.span);
            Location { span: own.span, ..declared }
        },
    );
    Finding::new(
        UpgradePathLost::META,
        Evidence::Proved,
        location,
        "upgrade function",
        format!("every path of the upgrade functions of `{}` reverts", new.artifact.contract.name),
        "let the upgrade authority pass `_authorizeUpgrade`",
    )
}
