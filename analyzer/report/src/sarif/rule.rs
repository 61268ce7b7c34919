//! Rules as code scanning shows them: two descriptors for each, so that it blocks only what uplint blocks.

use std::collections::BTreeMap;

use uplint_rules::{Evidence, Finding, RuleMeta, Severity};

use super::model::{Configuration, Descriptor, DescriptorProperties, Help, Message, sentence};
use crate::page;

/// Longest short and full description.
const MAX_DESCRIPTION: usize = 1024;

/// Descriptors in the order of their identifiers.
pub(super) struct Descriptors {
    descriptors: BTreeMap<String, Descriptor>,
}

impl Descriptors {
    /// Both descriptors of each rule.
    pub(super) fn new(rules: impl Iterator<Item = &'static RuleMeta>) -> Self {
        let mut descriptors = BTreeMap::new();
        for rule in rules {
            for is_review in [false, true] {
                descriptors.entry(descriptor_id(rule, is_review)).or_insert_with(|| descriptor(rule, is_review));
            }
        }
        Descriptors { descriptors }
    }

    /// The descriptor of a finding with its place in the list.
    pub(super) fn of(&self, finding: &Finding) -> (usize, &Descriptor) {
        let id = descriptor_id(finding.rule, finding.evidence == Evidence::Pattern);
        let at = self.descriptors.keys().position(|known| *known == id);
        let at = at.expect("invariant: `new` was given the rule of every finding");
        (at, &self.descriptors[&id])
    }

    /// The descriptors as a list.
    pub(super) fn into_list(self) -> Vec<Descriptor> {
        self.descriptors.into_values().collect()
    }
}

fn descriptor_id(rule: &RuleMeta, is_review: bool) -> String {
    if is_review { format!("{}-review", rule.id) } else { rule.id.to_owned() }
}

fn descriptor(rule: &RuleMeta, is_review: bool) -> Descriptor {
    let body = page::body(rule);
    let first = page::first_paragraph(&body, "What it does").unwrap_or_else(|| rule.summary.to_owned());
    let remark = if is_review { "For review: " } else { "" };
    let name: String = rule.slug.split('-').map(capitalized).collect();
    Descriptor {
        id: descriptor_id(rule, is_review),
        name: format!("{name}{}", if is_review { "Review" } else { "" }),
        short_description: Message { text: cut(&sentence(&format!("{remark}{}", sentence(rule.summary)))) },
        full_description: Message { text: cut(&format!("{remark}{}", sentence(&first))) },
        help: Help { text: sentence(&page::plain_text(&body)), markdown: page::markdown(rule) },
        help_uri: format!("{}/blob/main/rules/docs/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.id),
        default_configuration: Configuration { level: level(rule.severity, is_review) },
        properties: DescriptorProperties {
            tags: tags(rule),
            precision: precision(rule, is_review),
            security_severity: security_severity(rule.severity, is_review),
        },
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// At most so many characters, cut at a word and still a sentence.
fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MAX_DESCRIPTION - 2).collect();
    let at = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}….", &cut[..at])
}

/// How results are shown where `security-severity` is not.
fn level(severity: Severity, is_review: bool) -> &'static str {
    match severity {
        Severity::Critical | Severity::High if !is_review => "error",
        Severity::Critical | Severity::High | Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Above 9.0 critical, from 7.0 high, from 4.0 medium, below low. What needs a person is at most medium.
fn security_severity(severity: Severity, is_review: bool) -> Option<&'static str> {
    match (severity, is_review) {
        (Severity::Critical, false) => Some("9.5"),
        (Severity::High, false) => Some("8.0"),
        (Severity::Critical | Severity::High, true) => Some("6.9"),
        (Severity::Medium, _) => Some("5.5"),
        (Severity::Low, _) => Some("2.5"),
        (Severity::Info, _) => None,
    }
}

fn precision(rule: &RuleMeta, is_review: bool) -> &'static str {
    match (is_review, rule.evidence) {
        (true, _) => "low",
        (false, Evidence::Proved | Evidence::Witnessed) => "very-high",
        (false, Evidence::Pattern) => "medium",
    }
}

/// Tags by which code scanning filters; it shows ten at most.
fn tags(rule: &RuleMeta) -> Vec<String> {
    let family = match rule.id.get(..2) {
        Some("SL" | "NS") => "storage",
        Some("IN") => "initialization",
        Some("PX") => "proxy",
        Some("SE") => "interface",
        Some("RE") => "reentrancy",
        Some("DC") => "dangerous-code",
        _ => "change",
    };
    let mut tags: Vec<_> = ["security", "upgrade", family].map(str::to_owned).to_vec();
    tags.extend(rule.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    tags.extend(rule.scwe.iter().map(|number| format!("external/scwe/scwe-{number:03}")));
    tags.truncate(10);
    tags
}
