//! DF003: the compiler or its settings changed.

use uplint_artifact::Unit;
use uplint_facts::{Side, UpgradeFacts};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a change of the compiler's version, the optimizer, `viaIR` or the EVM version between the two builds.
    ///
    /// ## Why it is dangerous
    ///
    /// Every function is other code then, whatever the sources say, and a compiler can be at fault: Vyper 0.2.15 to 0.3.0
    /// gave one reentrancy lock several slots, and Curve's pools lost about 70 million dollars (July 2023).
    ///
    /// ## Example
    ///
    /// ```text
    /// old: solc 0.8.19, optimizer 200 runs, paris
    /// new: solc 0.8.24, optimizer 200 runs, cancun
    /// ```
    ///
    /// ## How to fix
    ///
    /// Change code and compiler in two upgrades, or read the compiler's list of known bugs.
    ///
    /// ## Limits
    ///
    /// A setting that one of the builds does not state is not compared.
    ///
    /// ## References
    ///
    /// Solidity documentation, "List of Known Bugs".
    pub SettingsChanged = {
        id: "DF003", slug: "settings-changed", summary: "the compiler or its settings changed",
        severity: Info, evidence: Proved, required: [Old, Settings], sharpening: [],
        cwe: [733], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let units = facts.old.as_ref().and_then(|old| old.artifact.unit.as_deref()).zip(facts.new.artifact.unit.as_deref());
    let Some((old, new)) = units else { return Vec::new() };
    settings(old)
        .into_iter()
        .zip(settings(new))
        .filter_map(|((name, before), (_, now))| {
            let (before, now) = before.zip(now).filter(|(before, now)| before != now)?;
            let message = format!("{name} was `{before}` and is now `{now}`");
            let help = "change code and compiler in two upgrades, so that each can be checked by itself";
            let location = Location::span(Side::New, None);
            let mut finding = Finding::new(SettingsChanged::META, Evidence::Proved, location, name, message, help);
            finding.details.insert("new".to_owned(), now.into());
            finding.details.insert("old".to_owned(), before.into());
            Some(finding)
        })
        .collect()
}

/// What decides the bytecode besides the sources, by name; `None` where the build does not say.
fn settings(unit: &Unit) -> [(&'static str, Option<String>); 5] {
    let (compiler, settings) = (&unit.compiler, &unit.settings);
    let runs = settings.optimizer_runs.filter(|_| settings.optimizer == Some(true));
    [
        ("compiler", compiler.version.as_ref().map(ToString::to_string)),
        ("optimizer", settings.optimizer.map(|is_on| is_on.to_string())),
        ("optimizer runs", runs.map(|runs| runs.to_string())),
        ("viaIR", settings.via_ir.map(|is_on| is_on.to_string())),
        ("EVM version", settings.evm_version.clone()),
    ]
}
