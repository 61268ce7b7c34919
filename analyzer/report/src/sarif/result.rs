//! One finding as a result of code scanning.

use std::collections::BTreeMap;

use uplint_facts::{Side, UpgradeFacts};
use uplint_rules::{Assessment, ContractAssessment, Finding, Location, Related};

use super::model::{
    CodeFlow, Fingerprints, LogicalLocation, Message, PhysicalLocation, Place, ResultEntry, ThreadFlow,
    ThreadFlowLocation, link_text, sentence, unlinked,
};
use super::rule::Descriptors;
use super::{SarifOptions, anchor, baseline_word};
use crate::escape::one_line;
use crate::source_place::{selector_text, side_text, source_place};

/// Most related locations of a result that code scanning keeps.
const MAX_RELATED: usize = 100;

/// Most places that the message links to.
const MAX_LINKS: usize = 8;

/// Most steps of a path that code scanning keeps.
const MAX_STEPS: usize = 1000;

/// A finding with what belongs to it.
pub(super) struct Located<'a> {
    pub(super) assessment: &'a Assessment,
    pub(super) contract: &'a ContractAssessment,
    pub(super) finding: &'a Finding,
    pub(super) fingerprint: String,
}

/// The result of a finding.
pub(super) fn result(located: &Located<'_>, descriptors: &Descriptors, options: &SarifOptions) -> ResultEntry {
    let Located { assessment, contract, finding, fingerprint } = located;
    let facts = contract.facts.as_deref();
    let (rule_index, descriptor) = descriptors.of(finding);
    let primary = anchor::shown(facts, &finding.primary, &options.project);
    let input = options.input.as_deref().unwrap_or(&assessment.new.given);
    let is_at_cause = primary.is_some();
    let physical = primary.unwrap_or_else(|| anchor::fallback(facts, &options.project, input));
    let others: Vec<_> = finding.related.iter().chain(&finding.path).collect();
    let shown: Vec<_> = others
        .iter()
        .filter_map(|related| Some((*related, anchor::shown(facts, &related.location, &options.project)?)))
        .take(MAX_RELATED)
        .collect();
    let related_locations: Vec<_> = shown
        .iter()
        .zip(1..)
        .map(|((related, physical), id)| Place {
            id: Some(id),
            message: Some(Message::text(&related.message)),
            physical_location: physical.clone(),
            logical_locations: Vec::new(),
        })
        .collect();
    ResultEntry {
        rule_id: descriptor.id.clone(),
        rule_index,
        level: descriptor.default_configuration.level,
        message: Message::linked(message(contract, finding, is_at_cause, &shown)),
        locations: [Place {
            id: None,
            message: None,
            physical_location: physical.clone(),
            logical_locations: logical_locations(contract, &finding.primary),
        }],
        related_locations,
        code_flows: code_flows(facts, finding, &physical, options),
        partial_fingerprints: Fingerprints {
            line_hash: format!("{}:1", fingerprint.get(..16).unwrap_or(fingerprint)),
            uplint: fingerprint.clone(),
        },
        baseline_state: options.all.then(|| baseline_word(finding.state)),
        properties: properties(contract, finding),
    }
}

/// The statement, then where it holds, then links to the other places. Only the first sentence is shown where there is
/// little room.
fn message(
    contract: &ContractAssessment,
    finding: &Finding,
    is_at_cause: bool,
    shown: &[(&Related, PhysicalLocation)],
) -> String {
    let facts = contract.facts.as_deref();
    let mut sentences = vec![sentence(&unlinked(&one_line(&finding.message)))];
    if !is_at_cause && let Some(place) = place_text(facts, &finding.primary) {
        sentences.push(format!("At: {}.", unlinked(&place)));
    }
    sentences.push(format!("Contract: {}.", unlinked(&one_line(&contract.name.to_string()))));
    let links: Vec<_> = shown
        .iter()
        .zip(1..)
        .take(MAX_LINKS)
        .map(|((related, _), id)| format!("[{}]({id})", link_text(&related.message)))
        .collect();
    if !links.is_empty() {
        let rest = shown.len().saturating_sub(MAX_LINKS);
        let more = if rest > 0 { format!("; and {rest} more") } else { String::new() };
        sentences.push(format!("See: {}{more}.", links.join("; ")));
    }
    for related in finding.related.iter().filter(|related| related.location.side == Side::Old).take(MAX_LINKS) {
        let place = place_text(facts, &related.location).map(|place| format!(" ({place})")).unwrap_or_default();
        sentences.push(sentence(&unlinked(&format!("{}{place}", one_line(&related.message)))));
    }
    if !finding.help.is_empty() {
        sentences.push(sentence(&format!("Help: {}", unlinked(&one_line(&finding.help)))));
    }
    sentences.join(" ")
}

/// A place in words.
fn place_text(facts: Option<&UpgradeFacts>, location: &Location) -> Option<String> {
    let side = side_text(location.side);
    if let Some(place) = source_place(facts, location) {
        let line = place.line_columns().map(|(start, _)| format!(":{}", start.line)).unwrap_or_default();
        return Some(format!("{side}, {}{line}", one_line(&place.source.path)));
    }
    let mut words = Vec::new();
    words.extend(location.function.as_deref().map(|function| format!("function {}", one_line(function))));
    words.extend(location.selector.map(|selector| format!("selector {}", selector_text(selector))));
    words.extend(location.pc.map(|pc| format!("pc {pc}")));
    (!words.is_empty()).then(|| format!("{side}, {}", words.join(", ")))
}

fn logical_locations(contract: &ContractAssessment, location: &Location) -> Vec<LogicalLocation> {
    let name = contract.name.to_string();
    let mut locations = vec![LogicalLocation {
        fully_qualified_name: name.clone(),
        kind: "type",
        decorated_name: None,
        properties: BTreeMap::new(),
    }];
    if location.function.is_some() || location.selector.is_some() || location.pc.is_some() {
        let selector = location.selector.map(selector_text);
        let function = location.function.clone().or(selector.clone()).unwrap_or_else(|| "code".to_owned());
        locations.push(LogicalLocation {
            fully_qualified_name: format!("{name}.{function}"),
            kind: "function",
            decorated_name: selector,
            properties: location.pc.map(|pc| ("uplint/pc", pc)).into_iter().collect(),
        });
    }
    locations
}

/// The way from the cause to the effect, step by step; none when the cause is all there is.
fn code_flows(
    facts: Option<&UpgradeFacts>,
    finding: &Finding,
    primary: &PhysicalLocation,
    options: &SarifOptions,
) -> Vec<CodeFlow> {
    let step = |importance, message: &str, physical: PhysicalLocation| ThreadFlowLocation {
        importance,
        location: Place {
            id: None,
            message: Some(Message::text(message)),
            physical_location: physical,
            logical_locations: Vec::new(),
        },
    };
    let others = finding.related.iter().chain(&finding.path).filter_map(|related| {
        let physical = anchor::shown(facts, &related.location, &options.project)?;
        Some(step("important", &related.message, physical))
    });
    let mut locations = vec![step("essential", &finding.message, primary.clone())];
    locations.extend(others.take(MAX_STEPS - 1));
    if locations.len() < 2 {
        return Vec::new();
    }
    vec![CodeFlow { thread_flows: [ThreadFlow { locations }] }]
}

fn properties(contract: &ContractAssessment, finding: &Finding) -> BTreeMap<&'static str, String> {
    let mut properties = BTreeMap::from([
        ("uplint/contract", contract.name.to_string()),
        ("uplint/severity", finding.rule.severity.to_string()),
        ("uplint/confidence", finding.confidence.to_string()),
        ("uplint/evidence", finding.evidence.to_string()),
        ("uplint/state", finding.state.to_string()),
    ]);
    if let Some(storage) = finding.storage {
        properties.insert("uplint/storage", storage.place.to_string());
    }
    properties
}
