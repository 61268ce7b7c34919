//! Runs one rule and says what came of it: findings, a gap, or the reason why it was not checked.

use uplint_facts::{Side, UpgradeFacts};

use crate::assessment::{Gap, NotChecked};
use crate::finding::Finding;
use crate::rule::{Need, Rule};

/// What came of one rule.
#[derive(Clone, Debug)]
pub enum RuleOutcome {
    /// It ran.
    Findings(Vec<Finding>),
    /// It did not apply.
    NotChecked(NotChecked),
    /// It applied and could not be decided.
    Gap(Gap),
}

/// Runs one rule, or says why it does not apply.
pub fn run(rule: &dyn Rule, facts: &UpgradeFacts) -> RuleOutcome {
    let meta = rule.meta();
    match meta.required.iter().find_map(|&need| missing(need, facts)) {
        None => RuleOutcome::Findings(rule.check(facts)),
        Some(reason) => RuleOutcome::NotChecked(NotChecked { rule: meta.id, reason }),
    }
}

/// Why a need is not met, or `None` when it is.
fn missing(need: Need, facts: &UpgradeFacts) -> Option<String> {
    let versions =
        || [facts.old.as_ref().map(|old| (Side::Old, old)), Some((Side::New, &facts.new))].into_iter().flatten();
    let name = |side: Side| if side == Side::Old { "old" } else { "new" };
    match need {
        Need::Old => facts.old.is_none().then(|| "no old version to compare with".to_owned()),
        Need::Proxy => facts.proxy.is_none().then(|| match facts.plan.proxy_kind {
            Some(_) => "the proxy's kind is given and its code is not".to_owned(),
            None => "no proxy given".to_owned(),
        }),
        Need::Layout => versions()
            .find(|(_, version)| !version.has_declared_layout())
            .map(|(side, _)| format!("the {} version has no declared storage layout", name(side))),
        Need::Ast => versions()
            .find(|(_, version)| version.artifact.definition().is_none())
            .map(|(side, _)| format!("the {} version has no syntax tree", name(side))),
        Need::Abi => versions()
            .find(|(_, version)| version.artifact.abi.is_none())
            .map(|(side, _)| format!("the {} version has no interface description", name(side))),
        Need::Runtime => facts
            .new
            .artifact
            .runtime
            .as_ref()
            .is_none_or(|code| code.bytes.is_empty())
            .then(|| "the new version has no runtime bytecode".to_owned()),
        Need::Settings => versions()
            .find(|(_, version)| version.artifact.unit.is_none())
            .map(|(side, _)| format!("the {} version has no compiler settings", name(side))),
    }
}
