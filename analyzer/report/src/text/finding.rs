//! One finding for a reader: headline, weight, the cause and its victims in the source, and what to do.

use uplint_rules::{ContractAssessment, Evidence, Finding, Location, Related};

use super::Printer;
use super::paint::Tone;
use super::snippet::{Mark, snippets};
use crate::escape::one_line;
use crate::source_place::{selector_text, side_text, source_place};

/// Further places that are drawn unless all are asked for.
const PLACES_SHOWN: usize = 6;

impl Printer {
    /// The whole entry of a finding that counts.
    pub(super) fn finding(&self, contract: &ContractAssessment, finding: &Finding, tables: &[String]) -> String {
        let mut out = vec![self.finding_headline(finding), self.weight(finding)];
        out.extend(self.excerpts(contract, finding));
        out.extend(self.path(contract, finding));
        if !tables.is_empty() {
            out.push(format!("\n{}\n", tables.join("\n\n")));
        }
        if !finding.help.is_empty() {
            out.push(self.labelled("help", &one_line(&finding.help)));
        }
        out.push(self.labelled("more", &format!("uplint explain {}", finding.rule.id)));
        out.join("\n")
    }

    /// One finding in one entry of a list.
    pub(super) fn brief_finding(&self, contract: &ContractAssessment, finding: &Finding) -> String {
        let severity = finding.rule.severity.to_string();
        let place = Self::place_text(contract, &finding.primary).map(|place| format!(" ({place})")).unwrap_or_default();
        let text = format!("{severity}[{}]: {}{place}", finding.rule.id, one_line(&finding.message));
        let line = self.paint.fill_indented("    ", "      ", &text);
        line.replacen(&severity, &self.paint.tone(Tone::Note, &severity), 1)
    }

    fn finding_headline(&self, finding: &Finding) -> String {
        let (tone, word) = self.outcome(finding);
        let head = format!("{word}[{}]", finding.rule.id);
        let text = self.paint.fill_indented(&format!("{head}: "), "  ", &one_line(&finding.message));
        let rest = text.get(head.len()..).unwrap_or_default();
        format!("{}{}", self.paint.tone(tone, &head), self.paint.tone(Tone::Strong, rest))
    }

    /// What the finding does to the verdict, or its severity when nothing.
    fn outcome(&self, finding: &Finding) -> (Tone, String) {
        let blocks = self.policy.fail_on.is_some_and(|fail_on| finding.rule.severity >= fail_on);
        match (blocks, finding.evidence) {
            (true, Evidence::Pattern) => (Tone::Review, "review".to_owned()),
            (true, Evidence::Proved | Evidence::Witnessed) => (Tone::Fail, "fail".to_owned()),
            (false, _) => (Tone::Note, finding.rule.severity.to_string()),
        }
    }

    fn weight(&self, finding: &Finding) -> String {
        let words = [
            finding.rule.slug.to_owned(),
            format!("{} severity", finding.rule.severity),
            finding.evidence.to_string(),
            format!("{} confidence", finding.confidence),
        ];
        self.paint.tone(Tone::Faint, &self.paint.fill("  ", &words.join(self.paint.dot())))
    }

    /// The cause and what it touches, in the source where there is one.
    fn excerpts(&self, contract: &ContractAssessment, finding: &Finding) -> Vec<String> {
        let facts = contract.facts.as_deref();
        let mut marks = Vec::new();
        let mut without_source = Vec::new();
        let primary = source_place(facts, &finding.primary).filter(|place| place.text().is_some());
        match primary {
            Some(place) => marks.push(Mark { place, message: String::new(), is_primary: true }),
            None => without_source
                .extend(Self::place_text(contract, &finding.primary).map(|place| self.labelled("at", &place))),
        }
        let shown = if self.options.verbose { finding.related.len() } else { PLACES_SHOWN };
        for related in finding.related.iter().take(shown) {
            match source_place(facts, &related.location).filter(|place| place.text().is_some()) {
                Some(place) => marks.push(Mark { place, message: related.message.clone(), is_primary: false }),
                None => without_source.push(self.labelled("note", &Self::related_text(contract, related))),
            }
        }
        let mut out = Vec::new();
        let drawn = snippets(&marks, &self.paint);
        if !drawn.is_empty() {
            out.push(drawn.trim_end_matches('\n').to_owned());
        }
        out.append(&mut without_source);
        if let Some(rest) = finding.related.len().checked_sub(shown).filter(|&rest| rest > 0) {
            out.push(self.labelled("note", &format!("and {rest} more places, all of them with --verbose")));
        }
        out
    }

    /// Steps from entry to effect.
    fn path(&self, contract: &ContractAssessment, finding: &Finding) -> Vec<String> {
        finding
            .path
            .iter()
            .zip(1..)
            .map(|(step, number)| {
                let text = Self::related_text(contract, step);
                self.paint.fill(&format!("  {number:>4}. "), &text)
            })
            .collect()
    }

    fn related_text(contract: &ContractAssessment, related: &Related) -> String {
        let place = Self::place_text(contract, &related.location);
        let message = one_line(&related.message);
        place.map_or_else(|| message.to_string(), |place| format!("{message} ({place})"))
    }

    /// A location in words: file and line where there is a source, else side, function, selector and pc.
    fn place_text(contract: &ContractAssessment, location: &Location) -> Option<String> {
        let side = side_text(location.side);
        if let Some(place) = source_place(contract.facts.as_deref(), location) {
            let path = one_line(&place.source.path);
            let line = place.line_columns().map(|(start, _)| format!(":{}:{}", start.line, start.column));
            return Some(format!("{side}, {path}{}", line.unwrap_or_default()));
        }
        let mut words = Vec::new();
        words.extend(location.function.as_deref().map(|function| format!("`{}`", one_line(function))));
        words.extend(location.selector.map(|selector| format!("selector {}", selector_text(selector))));
        words.extend(location.pc.map(|pc| format!("pc {pc}")));
        (!words.is_empty()).then(|| format!("{side}, {}", words.join(", ")))
    }

    /// A line with a word in front, aligned with its kind.
    fn labelled(&self, label: &str, text: &str) -> String {
        let line = self.paint.fill(&format!("  {label}: "), text);
        line.replacen(label, &self.paint.tone(Tone::Note, label), 1)
    }
}
