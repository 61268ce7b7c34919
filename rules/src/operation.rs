//! How findings about dangerous operations are made: the way that weighs most, where it is told, whether it was there.

use uplint_facts::{CallerCondition, Occurrence, Operation, Side, UpgradeFacts, VersionFacts};
use uplint_layout::UnsafeKind;

use crate::finding::{Confidence, Evidence, Finding, Location, Related, State};
use crate::rule::RuleMeta;

/// What a rule asks of each operation.
pub(crate) struct Question {
    /// The rule.
    pub(crate) rule: &'static RuleMeta,
    /// The annotation by which a team allows it.
    pub(crate) allowed_by: UnsafeKind,
    /// The way to the operation that is to be told; `None` when the operation does not concern the rule.
    pub(crate) worst: fn(&Operation) -> Option<&Occurrence>,
    /// What that way proves.
    pub(crate) evidence: fn(&Occurrence) -> Evidence,
    /// Whether the old version's operation of the same identity was as bad.
    pub(crate) was: fn(&Operation, Evidence) -> bool,
    /// The statement about the entry of that way, the operation and the way itself.
    pub(crate) message: fn(&str, &Operation, &Occurrence) -> String,
    /// What to do.
    pub(crate) help: &'static str,
}

/// One finding for each operation of the new version that concerns the rule and is not allowed.
pub(crate) fn findings(facts: &UpgradeFacts, question: &Question) -> Vec<Finding> {
    let new = &facts.new;
    let told = new.operations.iter().filter_map(|operation| {
        let worst = (question.worst)(operation)?;
        let path: Vec<_> = worst.path.iter().map(|step| step.definition).collect();
        (!new.allows(question.allowed_by, operation.span, &path)).then(|| finding(facts, question, operation, worst))
    });
    told.collect()
}

fn finding(facts: &UpgradeFacts, question: &Question, operation: &Operation, worst: &Occurrence) -> Finding {
    let entry = worst.path.first().map_or("", |step| &step.function);
    let message = (question.message)(entry, operation, worst);
    let evidence = (question.evidence)(worst);
    let place = place(&facts.new, operation, worst);
    let mut finding = Finding::new(question.rule, evidence, place, subject(operation), message, question.help);
    if worst.caller == CallerCondition::Unclear {
        finding.confidence = Confidence::Low;
    }
    finding.path = steps(worst, operation);
    let mut before = facts.old.iter().flat_map(|old| &old.operations);
    let is_same = |before: &&Operation| (before.kind, &before.identity) == (operation.kind, &operation.identity);
    finding.state = State::of(before.find(is_same).is_some_and(|before| (question.was)(before, evidence)));
    finding
}

/// The function that holds the operation and its number there: both outlive recompilation.
fn subject(operation: &Operation) -> String {
    let (function, number) = &operation.identity;
    match number {
        0 => format!("{} in {function}", operation.kind.name()),
        more => format!("{} {} in {function}", operation.kind.name(), more + 1),
    }
}

fn place(version: &VersionFacts, operation: &Operation, met: &Occurrence) -> Location {
    let spans = std::iter::once(operation.span).chain(met.path.iter().rev().filter_map(|step| step.call));
    Location {
        function: met.path.first().map(|step| step.function.clone()),
        selector: met.selector,
        ..Location::own(Side::New, version, spans)
    }
}

/// The calls from the entry to the operation.
fn steps(met: &Occurrence, operation: &Operation) -> Vec<Related> {
    let calls = met.path.iter().map(|step| {
        let place = Location::span(Side::New, Some(step.call.unwrap_or(step.definition)));
        let verb = if step.call.is_some() { "calls" } else { "starts at" };
        Related::new(place, format!("{verb} `{}`", step.function))
    });
    let end = Related::new(Location::span(Side::New, Some(operation.span)), format!("`{}`", operation.kind.name()));
    calls.chain([end]).collect()
}
