//! From the facts of one upgrade to its judgement: runs the rules, orders what they say, and decides.
//!
//! [`assess`] does all of it. A caller that runs rules itself, in parallel or behind a guard against panics, takes the
//! list from [`selected_rules`], runs each with [`run`] and hands the outcomes, in the same order, to
//! [`assess_with`].

use std::sync::Arc;

use uplint_facts::{CoverageGap, CoverageKind, Side, UpgradeFacts};

use crate::assessment::{ContractAssessment, ContractStatus, Gap, NotChecked};
use crate::catalog::RULES;
use crate::finding::{Finding, State};
use crate::rule::{Need, Rule, RuleMeta};
use crate::run::{RuleOutcome, run};
use crate::verdict::JudgementPolicy;

/// What a run asks of the engine.
#[derive(Clone, Debug)]
pub struct AssessOptions {
    /// Identifiers, slugs or prefixes of identifiers of the rules to run; empty means all.
    pub select: Vec<String>,
    /// The same for rules not to run. Where both name a rule, the longer name decides, and `ignore` on a tie.
    pub ignore: Vec<String>,
    /// Identifiers of rules that must be checked: one that cannot be is a blocking gap.
    pub require: Vec<String>,
    /// What fails.
    pub policy: JudgementPolicy,
}

impl AssessOptions {
    /// Whether a rule is to be run.
    pub fn is_selected(&self, rule: &RuleMeta) -> bool {
        let longest = |names: &[String]| {
            names
                .iter()
                .filter(|name| rule.id.starts_with(name.as_str()) || rule.slug == name.as_str())
                .map(|name| if rule.slug == name.as_str() { rule.id.len() } else { name.len() })
                .max()
        };
        let selected = if self.select.is_empty() { Some(0) } else { longest(&self.select) };
        selected.is_some_and(|length| longest(&self.ignore).is_none_or(|ignored| length > ignored))
    }
}

/// The rules to run, in the order of the catalogue.
pub fn selected_rules(options: &AssessOptions) -> Vec<&'static dyn Rule> {
    RULES.iter().copied().filter(|rule| options.is_selected(rule.meta())).collect()
}

/// Runs the selected rules over one upgrade and judges it.
pub fn assess(facts: &Arc<UpgradeFacts>, options: &AssessOptions) -> ContractAssessment {
    let outcomes = selected_rules(options).into_iter().map(|rule| (rule.meta(), run(rule, facts))).collect();
    assess_with(facts, options, outcomes)
}

/// Judges one upgrade by what its rules said, in the order of the catalogue.
pub fn assess_with(
    facts: &Arc<UpgradeFacts>,
    options: &AssessOptions,
    outcomes: Vec<(&'static RuleMeta, RuleOutcome)>,
) -> ContractAssessment {
    let mut findings = Vec::new();
    let mut gaps = Vec::new();
    let mut not_checked = Vec::new();
    for gap in &facts.coverage.gaps {
        let blocking = gap.may_hide_change && outcomes.iter().any(|(rule, _)| depends_on(rule, gap, facts, options));
        gaps.push(gap_of_coverage(gap, blocking));
    }
    for (rule, outcome) in outcomes {
        match outcome {
            RuleOutcome::Findings(of_rule) => findings.extend(of_rule),
            RuleOutcome::Gap(gap) => gaps.push(gap),
            RuleOutcome::NotChecked(reason) => {
                if options.require.iter().any(|id| id == rule.id || id == rule.slug) {
                    gaps.push(gap_of_required(&reason));
                }
                not_checked.push(reason);
            }
        }
    }
    if facts.old.is_none() {
        let state = if options.policy.judged_alone { State::Existing } else { State::Introduced };
        for finding in &mut findings {
            finding.state = state;
        }
    }
    sort(&mut findings);
    gaps.sort();
    gaps.dedup();
    not_checked.sort();
    ContractAssessment {
        name: facts.new.artifact.contract.clone(),
        old_name: facts.old.as_ref().map(|old| old.artifact.contract.clone()),
        status: status(facts),
        verdict: options.policy.judge(&findings, &gaps),
        findings,
        gaps,
        not_checked,
        notes: Vec::new(),
        facts: Some(Arc::clone(facts)),
    }
}

/// The order of reading: worst first, then by place, rule and subject.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.rule
            .severity
            .cmp(&a.rule.severity)
            .then_with(|| a.primary.cmp(&b.primary))
            .then_with(|| a.rule.id.cmp(b.rule.id))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| a.message.cmp(&b.message))
    });
}

/// Whether a rule that can fail the build could have said more without this gap.
fn depends_on(rule: &RuleMeta, gap: &CoverageGap, facts: &UpgradeFacts, options: &AssessOptions) -> bool {
    let applies = rule.required.iter().all(|need| match need {
        Need::Old => facts.old.is_some(),
        Need::Proxy => facts.proxy.is_some(),
        _ => true,
    }) && (gap.side != Side::Proxy || rule.required.contains(&Need::Proxy));
    let uses = |needs: &[Need]| rule.required.iter().chain(rule.sharpening).any(|need| needs.contains(need));
    applies
        && options.policy.fail_on.is_some_and(|least| rule.severity >= least)
        && match gap.kind {
            CoverageKind::LayoutNotRecoverable => uses(&[Need::Layout]),
            CoverageKind::ArtifactIncomplete => uses(&[Need::Layout, Need::Ast, Need::Abi]),
            CoverageKind::CodeNotAnalysed => uses(&[Need::Ast, Need::Runtime]),
            CoverageKind::AnnotationUnreadable | CoverageKind::BudgetReached => true,
        }
}

fn gap_of_coverage(gap: &CoverageGap, blocking: bool) -> Gap {
    let kind = match gap.kind {
        CoverageKind::LayoutNotRecoverable => "layout-not-recoverable",
        CoverageKind::ArtifactIncomplete => "artifact-incomplete",
        CoverageKind::AnnotationUnreadable => "annotation-unreadable",
        CoverageKind::CodeNotAnalysed => "code-not-analysed",
        CoverageKind::BudgetReached => "budget-reached",
    };
    Gap { kind, rule: None, blocking, message: gap.message.clone(), side: Some(gap.side), pc: gap.pc }
}

fn gap_of_required(reason: &NotChecked) -> Gap {
    Gap {
        kind: "required-rule-not-checked",
        rule: Some(reason.rule),
        blocking: true,
        message: format!("{} is required and was not checked: {}", reason.rule, reason.reason),
        side: None,
        pc: None,
    }
}

fn status(facts: &UpgradeFacts) -> ContractStatus {
    match &facts.old {
        None => ContractStatus::New,
        Some(old) if old.is_same_code_as(&facts.new) => ContractStatus::Unchanged,
        Some(_) => ContractStatus::Changed,
    }
}
