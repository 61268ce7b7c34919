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
    let switched_off = RULES.iter().map(|rule| rule.meta()).filter(|rule| !options.is_selected(rule));
    let switched_off = switched_off
        .map(|rule| (rule, RuleOutcome::NotChecked(NotChecked { rule: rule.id, reason: "switched off".to_owned() })));
    for (rule, outcome) in outcomes.into_iter().chain(switched_off) {
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

#[cfg(test)]
mod tests {
    use uplint_artifact::{SourceId, Span};
    use uplint_facts::{PlannedCall, UpgradePlan, VersionFacts, upgrade_facts, version_facts};

    use super::*;
    use crate::catalog::code_size::CodeSize;
    use crate::catalog::internal_function_in_storage::InternalFunctionInStorage;
    use crate::catalog::storage_meaning_unclear::StorageMeaningUnclear;
    use crate::catalog::storage_variable_moved::StorageVariableMoved;
    use crate::catalog::storage_variable_renamed::StorageVariableRenamed;
    use crate::finding::{Evidence, Location, Severity};
    use crate::verdict::Verdict;

    fn version(code: &str) -> VersionFacts {
        let document =
            uplint_artifact::read::bytecode("code.hex", code.as_bytes()).expect("invariant: it is well formed");
        let artifact = document.artifacts.into_iter().next().expect("invariant: bytecode is one contract");
        version_facts(Arc::new(artifact))
    }

    /// Facts about two versions of bare bytecode, with gaps of our own.
    fn facts(old: Option<&str>, gaps: Vec<CoverageGap>) -> Arc<UpgradeFacts> {
        let plan = UpgradePlan { call: PlannedCall::Unknown, ..UpgradePlan::default() };
        let mut facts = upgrade_facts(old.map(version), version("0x6001"), None, Vec::new(), plan);
        facts.coverage.gaps = gaps;
        Arc::new(facts)
    }

    fn options() -> AssessOptions {
        let policy = JudgementPolicy { fail_on: Some(Severity::High), judged_alone: false };
        AssessOptions { select: Vec::new(), ignore: Vec::new(), require: Vec::new(), policy }
    }

    fn finding(rule: &'static RuleMeta, evidence: Evidence, start: u32) -> Finding {
        let place = Location::span(Side::New, Some(Span { source: SourceId(0), start, len: 1 }));
        Finding::new(rule, evidence, place, "x", "message", "help")
    }

    fn judged(options: &AssessOptions, findings: Vec<Finding>) -> ContractAssessment {
        let outcomes =
            findings.into_iter().map(|finding| (finding.rule, RuleOutcome::Findings(vec![finding]))).collect();
        assess_with(&facts(Some("0x6002"), Vec::new()), options, outcomes)
    }

    fn gap(kind: CoverageKind, side: Side) -> CoverageGap {
        CoverageGap { kind, side, message: "unknown".to_owned(), may_hide_change: true, pc: None, span: None }
    }

    #[test]
    fn the_longest_name_decides_whether_a_rule_runs() {
        let is_selected = |select: &[&str], ignore: &[&str], rule: &RuleMeta| {
            let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            AssessOptions { select: owned(select), ignore: owned(ignore), ..options() }.is_selected(rule)
        };
        let moved = StorageVariableMoved::META;
        assert!(is_selected(&[], &[], moved));
        assert!(is_selected(&["SL"], &[], moved) && !is_selected(&["NS"], &[], moved));
        assert!(!is_selected(&[], &["SL"], moved) && !is_selected(&["SL"], &["SL"], moved));
        assert!(is_selected(&["SL001"], &["SL"], moved) && !is_selected(&["SL"], &["SL001"], moved));
        assert!(is_selected(&["storage-variable-moved"], &["SL"], moved));
        assert!(!is_selected(&["SL"], &["storage-variable-moved"], moved));
    }

    #[test]
    fn selected_rules_keep_the_order_of_the_catalogue() {
        let select = vec!["SE".to_owned(), "SL001".to_owned()];
        let ids: Vec<_> =
            selected_rules(&AssessOptions { select, ..options() }).iter().map(|rule| rule.meta().id).collect();
        assert!(ids.len() > 2 && ids.is_sorted() && ids.contains(&"SL001"), "{ids:?}");
        assert!(ids.iter().all(|id| id.starts_with("SE") || *id == "SL001"), "{ids:?}");
    }

    #[test]
    fn a_pattern_is_for_review_and_a_proof_fails() {
        let verdict = |evidence, rule| judged(&options(), vec![finding(rule, evidence, 0)]).verdict;
        assert_eq!(verdict(Evidence::Proved, StorageVariableMoved::META), Verdict::Fail);
        assert_eq!(verdict(Evidence::Witnessed, StorageVariableMoved::META), Verdict::Fail);
        assert_eq!(verdict(Evidence::Pattern, StorageMeaningUnclear::META), Verdict::Review);
        assert_eq!(verdict(Evidence::Proved, StorageVariableRenamed::META), Verdict::Pass);
    }

    #[test]
    fn what_was_there_before_counts_only_where_upgrading_at_all_is_unsafe() {
        let verdict = |rule| {
            let existing = Finding { state: State::Existing, ..finding(rule, Evidence::Proved, 0) };
            judged(&options(), vec![existing]).verdict
        };
        assert_eq!(verdict(StorageVariableMoved::META), Verdict::Pass);
        assert_eq!(verdict(InternalFunctionInStorage::META), Verdict::Fail);
    }

    #[test]
    fn a_version_alone_has_existing_findings_that_count_and_a_new_contract_introduced_ones() {
        for (judged_alone, state) in [(true, State::Existing), (false, State::Introduced)] {
            let policy = JudgementPolicy { judged_alone, ..options().policy };
            let outcome = RuleOutcome::Findings(vec![finding(CodeSize::META, Evidence::Proved, 0)]);
            let outcomes = vec![(CodeSize::META, outcome)];
            let assessment = assess_with(&facts(None, Vec::new()), &AssessOptions { policy, ..options() }, outcomes);
            assert_eq!(assessment.findings[0].state, state);
            assert_eq!((assessment.status, assessment.verdict), (ContractStatus::New, Verdict::Fail));
        }
    }

    #[test]
    fn the_worst_is_read_first_and_then_what_stands_first() {
        let rules = [
            (StorageVariableRenamed::META, 0),
            (StorageVariableMoved::META, 9),
            (InternalFunctionInStorage::META, 4),
            (StorageVariableMoved::META, 4),
        ];
        let assessment = judged(&options(), rules.map(|(rule, start)| finding(rule, Evidence::Proved, start)).to_vec());
        let order: Vec<_> = assessment
            .findings
            .iter()
            .map(|finding| (finding.rule.id, finding.primary.span.map(|span| span.start)))
            .collect();
        assert_eq!(order, [("SL001", Some(4)), ("SL012", Some(4)), ("SL001", Some(9)), ("SL006", Some(0))]);
    }

    #[test]
    fn a_gap_blocks_when_a_rule_that_fails_builds_could_have_said_more() {
        let outcomes = |rule| vec![(rule, RuleOutcome::Findings(Vec::new()))];
        let blocks = |kind, side, rule, options: &AssessOptions| {
            let assessment = assess_with(&facts(Some("0x6002"), vec![gap(kind, side)]), options, outcomes(rule));
            assert_eq!(assessment.gaps.len(), 1);
            assert_eq!(assessment.verdict == Verdict::Review, assessment.gaps[0].blocking);
            assessment.gaps[0].blocking
        };
        let (moved, renamed) = (StorageVariableMoved::META, StorageVariableRenamed::META);
        assert!(blocks(CoverageKind::LayoutNotRecoverable, Side::New, moved, &options()));
        assert!(!blocks(CoverageKind::LayoutNotRecoverable, Side::New, renamed, &options()), "it fails no build");
        assert!(
            !blocks(CoverageKind::LayoutNotRecoverable, Side::New, CodeSize::META, &options()),
            "it needs no layout"
        );
        assert!(!blocks(CoverageKind::LayoutNotRecoverable, Side::Proxy, moved, &options()), "it looks at no proxy");
        let never = JudgementPolicy { fail_on: None, judged_alone: false };
        assert!(!blocks(
            CoverageKind::LayoutNotRecoverable,
            Side::New,
            moved,
            &AssessOptions { policy: never, ..options() }
        ));
    }

    #[test]
    fn a_rule_that_does_not_apply_is_listed_and_blocks_only_where_it_is_required() {
        for (require, verdict) in [(Vec::new(), Verdict::Pass), (vec!["SL001".to_owned()], Verdict::Review)] {
            let select = vec!["SL001".to_owned()];
            let alone = facts(None, Vec::new());
            let assessment = assess(&alone, &AssessOptions { select, require, ..options() });
            let (off, unmet): (Vec<_>, Vec<_>) =
                assessment.not_checked.iter().partition(|found| found.reason == "switched off");
            let reasons: Vec<_> = unmet.iter().map(|found| (found.rule, found.reason.as_str())).collect();
            assert_eq!(reasons, [("SL001", "no old version to compare with")]);
            assert_eq!(off.len(), RULES.len() - 1, "every other rule is said to be switched off");
            assert_eq!(assessment.verdict, verdict);
        }
    }

    #[test]
    fn the_same_code_is_unchanged() {
        let status = |old| assess(&facts(Some(old), Vec::new()), &options()).status;
        assert_eq!(status("0x6001"), ContractStatus::Unchanged);
        assert_eq!(status("0x6002"), ContractStatus::Changed);
    }
}
