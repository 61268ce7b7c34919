//! Judges pairs of contracts: facts, rules, verdict, each behind a boundary that a panic does not cross.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use uplint_artifact::Artifact;
use uplint_artifact::read::Part;
use uplint_compile::BuildGap;
use uplint_facts::{
    CoverageGap, CoverageKind, Side, UpgradeFacts, UpgradePlan, VersionFacts, upgrade_facts, version_facts,
};
use uplint_layout::{Place, Space, StorageLayout, layout_of};
use uplint_rules::{
    AssessOptions, Confidence, ContractAssessment, ContractStatus, Evidence, Gap, Need, NotChecked, Rule, RuleOutcome,
    assess_with, run,
};

use crate::detect::{Candidate, ContractKind};
use crate::guard::guarded;
use crate::pairing::Pair;

/// What is the same for every pair of a run.
pub(crate) struct Setting<'a> {
    /// Contracts of the old version.
    pub(crate) old: &'a [Candidate],
    /// Contracts of the new version.
    pub(crate) new: &'a [Candidate],
    /// What the inputs lack, with the side.
    pub(crate) build_gaps: &'a [(Side, BuildGap)],
    /// The rules to run, in the order of the catalogue.
    pub(crate) rules: &'a [&'static dyn Rule],
    /// What the engine is asked.
    pub(crate) options: &'a AssessOptions,
    /// What stands in front.
    pub(crate) proxy: Option<Arc<Artifact>>,
    /// Facts of contracts of the new version that stand beside others, made when the first of those is judged.
    pub(crate) facets: Vec<OnceLock<Arc<VersionFacts>>>,
}

/// A pair with what is planned for it.
pub(crate) struct Case {
    /// The pair.
    pub(crate) pair: Pair,
    /// How the upgrade is carried out.
    pub(crate) plan: UpgradePlan,
    /// Contracts of the new version that stand beside it.
    pub(crate) siblings: Vec<usize>,
}

/// A judgement, and whether a part of uplint failed on the way.
pub(crate) struct Judgement {
    /// The judgement.
    pub(crate) assessment: ContractAssessment,
    /// Whether a rule or a pass panicked.
    pub(crate) has_internal_error: bool,
}

/// Judges all pairs, in parallel and in their order.
pub(crate) fn judge_all(setting: &Setting<'_>, cases: &[Case]) -> Vec<Judgement> {
    cases.par_iter().map(|case| judge(setting, case)).collect()
}

fn judge(setting: &Setting<'_>, case: &Case) -> Judgement {
    let old = case.pair.old.map(|at| &setting.old[at]);
    let Some(new) = case.pair.new.map(|at| &setting.new[at]) else {
        return judge_removed(setting, case, old);
    };
    let facts = guarded(|| establish(setting, case, old, new));
    let mut judgement = match facts {
        Ok(facts) => judge_facts(setting, new, &Arc::new(facts)),
        Err(message) => Judgement { assessment: without_facts(old, new, &message), has_internal_error: true },
    };
    let assessment = &mut judgement.assessment;
    assessment.notes.extend(case.pair.notes.iter().cloned());
    if let Some(origin) = &case.pair.missing_origin {
        assessment.gaps.push(Gap {
            kind: "annotation-unresolved",
            rule: None,
            blocking: old.is_none(),
            message: format!("`@custom:oz-upgrades-from {origin}` names no contract of the old version"),
            side: Some(Side::New),
            pc: None,
        });
    }
    if case.pair.is_guess {
        for finding in &mut assessment.findings {
            finding.confidence = Confidence::Low;
            // What two versions show is no better proved than that they are two versions of one contract.
            if finding.rule.required.contains(&Need::Old) {
                finding.evidence = Evidence::Pattern;
            }
        }
    }
    assessment.gaps.sort();
    assessment.verdict = setting.options.policy.judge(&assessment.findings, &assessment.gaps);
    judgement
}

/// The facts of a pair, with what the inputs lack.
fn establish(setting: &Setting<'_>, case: &Case, old: Option<&Candidate>, new: &Candidate) -> UpgradeFacts {
    let version = |candidate: &Candidate| version_facts(Arc::clone(&candidate.artifact));
    let (old_facts, new_facts) = rayon::join(|| old.map(version), || version(new));
    let proxy = setting.proxy.clone().map(version_facts);
    let shared = |at: usize| {
        let make = || Arc::new(version(&setting.new[at]));
        setting.facets.get(at).map_or_else(make, |known| Arc::clone(known.get_or_init(make)))
    };
    let siblings = case.siblings.iter().map(|&at| shared(at)).collect();
    let mut facts = upgrade_facts(old_facts, new_facts, proxy, siblings, case.plan.clone());
    for (side, candidate) in [(Side::Old, old), (Side::New, Some(new))] {
        let Some(candidate) = candidate else { continue };
        let of_input = setting.build_gaps.iter().filter(|(of, gap)| *of == side && concerns(gap, &candidate.artifact));
        facts.coverage.gaps.extend(of_input.map(|(_, gap)| CoverageGap {
            kind: CoverageKind::ArtifactIncomplete,
            side,
            message: gap.message.clone(),
            may_hide_change: matches!(gap.part, Part::SyntaxTree | Part::StorageLayout | Part::Abi),
            pc: None,
            span: None,
        }));
    }
    facts
}

fn concerns(gap: &BuildGap, artifact: &Artifact) -> bool {
    gap.path.as_ref().is_none_or(|path| *path == artifact.contract.path)
        && gap.contract.as_ref().is_none_or(|name| *name == artifact.contract.name)
}

/// Runs the rules over a pair's facts.
fn judge_facts(setting: &Setting<'_>, new: &Candidate, facts: &Arc<UpgradeFacts>) -> Judgement {
    let outcomes: Vec<_> = setting
        .rules
        .par_iter()
        .map(|&rule| {
            let meta = rule.meta();
            if new.kind == ContractKind::Abstract && !meta.is_about_storage() {
                let reason = "an abstract contract is judged for its layout alone".to_owned();
                return (meta, RuleOutcome::NotChecked(NotChecked { rule: meta.id, reason }), false);
            }
            match guarded(|| run(rule, facts)) {
                Ok(outcome) => (meta, outcome, false),
                Err(message) => (meta, RuleOutcome::Gap(internal_error(Some(meta.id), &message)), true),
            }
        })
        .collect();
    let has_internal_error = outcomes.iter().any(|(_, _, failed)| *failed);
    let outcomes = outcomes.into_iter().map(|(meta, outcome, _)| (meta, outcome)).collect();
    Judgement { assessment: assess_with(facts, setting.options, outcomes), has_internal_error }
}

/// The gap that a panic leaves.
fn internal_error(rule: Option<&'static str>, message: &str) -> Gap {
    let who = rule.map_or_else(|| "establishing the facts".to_owned(), |rule| format!("rule {rule}"));
    Gap {
        kind: "internal-error",
        rule,
        blocking: true,
        message: format!("{who} ended in an internal error: {message}"),
        side: None,
        pc: None,
    }
}

/// What is left to say when no facts could be established.
fn without_facts(old: Option<&Candidate>, new: &Candidate, message: &str) -> ContractAssessment {
    ContractAssessment {
        name: new.artifact.contract.clone(),
        old_name: old.map(|old| old.artifact.contract.clone()),
        status: if old.is_some() { ContractStatus::Changed } else { ContractStatus::New },
        verdict: uplint_rules::Verdict::default(),
        findings: Vec::new(),
        gaps: vec![internal_error(None, message)],
        not_checked: Vec::new(),
        notes: Vec::new(),
        facts: None,
    }
}

/// A contract that the new version does not have.
fn judge_removed(setting: &Setting<'_>, case: &Case, old: Option<&Candidate>) -> Judgement {
    let old = old.expect("invariant: a pair has a contract on at least one side");
    let name = &old.artifact.contract;
    let similar = guarded(|| most_similar(old, setting.new));
    let (similar, has_internal_error) = similar.map_or((None, true), |similar| (similar, false));
    let advice = match similar {
        Some(new) => {
            let new = &new.artifact.contract;
            format!("; `{new}` has the most similar layout: if it replaces it, give `--contract {name}={new}`")
        }
        None => "; name its replacement by `--contract OLD=NEW`".to_owned(),
    };
    let gaps = vec![Gap {
        kind: "contract-removed",
        rule: None,
        blocking: true,
        message: format!("`{name}` is gone and nothing is known to replace it{advice}"),
        side: Some(Side::Old),
        pc: None,
    }];
    let assessment = ContractAssessment {
        name: name.clone(),
        old_name: Some(name.clone()),
        status: ContractStatus::Removed,
        verdict: setting.options.policy.judge(&[], &gaps),
        findings: Vec::new(),
        gaps,
        not_checked: Vec::new(),
        notes: case.pair.notes.clone(),
        facts: None,
    };
    Judgement { assessment, has_internal_error }
}

/// The contract of the new version whose storage has the most in common; `None` when none has anything.
fn most_similar<'a>(old: &Candidate, new: &'a [Candidate]) -> Option<&'a Candidate> {
    let outline_of = |candidate: &Candidate| outline(&layout_of(&candidate.artifact));
    let wanted = outline_of(old);
    let mut best: Option<(usize, &Candidate)> = None;
    for candidate in new.iter().filter(|candidate| candidate.kind == ContractKind::Concrete && candidate.is_among_all())
    {
        let found = outline_of(candidate);
        let shared = wanted.intersection(&found).count();
        // Twice the shared over all, scaled, so that a larger contract does not win by size alone.
        let score = shared * 2000 / (wanted.len() + found.len()).max(1);
        if shared > 0 && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Every variable by its label alone and by label and place, so that one that moved counts half.
fn outline(layout: &StorageLayout) -> BTreeSet<(String, Option<Place>)> {
    let variables = layout.roots.iter().filter(|root| root.space == Space::Storage).flat_map(|root| &root.variables);
    variables
        .flat_map(|variable| [(variable.label.clone(), None), (variable.label.clone(), Some(variable.place))])
        .collect()
}

#[cfg(test)]
mod tests {
    use uplint_facts::UpgradeFacts;
    use uplint_rules::{Finding, JudgementPolicy, RuleDocs, RuleMeta, Severity, Verdict};

    use super::*;
    use crate::detect::candidates;

    struct Broken;

    impl Rule for Broken {
        fn meta(&self) -> &'static RuleMeta {
            &RuleMeta {
                id: "XX001",
                slug: "broken",
                summary: "breaks",
                severity: Severity::High,
                evidence: Evidence::Proved,
                required: &[],
                sharpening: &[],
                cwe: &[],
                scwe: &[],
                counts_when_existing: false,
                since: "0.1.0",
                docs: RuleDocs { markdown: "" },
            }
        }

        fn check(&self, _facts: &UpgradeFacts) -> Vec<Finding> {
            panic!("out of cheese")
        }
    }

    #[test]
    fn a_rule_that_panics_is_a_gap_with_its_name_and_the_others_are_judged() {
        crate::guard::silence_panics();
        let document = uplint_artifact::read::bytecode("code.hex", b"0x00").expect("invariant: it is well formed");
        let artifacts: Vec<_> = document.artifacts.into_iter().map(Arc::new).collect();
        let new = candidates(&artifacts, true);
        let options = AssessOptions {
            select: Vec::new(),
            ignore: Vec::new(),
            require: Vec::new(),
            policy: JudgementPolicy { fail_on: Some(Severity::High), judged_alone: true },
        };
        let rules: Vec<&'static dyn Rule> = vec![&Broken];
        let setting = Setting {
            old: &[],
            new: &new,
            build_gaps: &[],
            rules: &rules,
            options: &options,
            proxy: None,
            facets: Vec::new(),
        };
        let pair = Pair { new: Some(0), ..Pair::default() };
        let case = Case { pair, plan: UpgradePlan::default(), siblings: Vec::new() };
        let judgements = judge_all(&setting, &[case]);
        assert!(judgements[0].has_internal_error);
        let assessment = &judgements[0].assessment;
        let gap = assessment.gaps.iter().find(|gap| gap.rule == Some("XX001"));
        assert_eq!(gap.map(|gap| gap.message.as_str()), Some("rule XX001 ended in an internal error: out of cheese"));
        assert_eq!(assessment.verdict, Verdict::Review);
    }
}
