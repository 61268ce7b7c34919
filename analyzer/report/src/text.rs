//! The report for a reader at a terminal: the verdict first, then what stands against the upgrade with its cause in
//! the source, what was there before, and what was not established.

mod finding;
mod paint;
mod slot_table;
mod snippet;

use std::collections::{BTreeMap, BTreeSet};

use uplint_rules::{
    Assessment, ContractAssessment, ContractStatus, Finding, Gap, JudgementPolicy, NotChecked, Severity, State, Verdict,
};

use crate::escape::one_line;
use crate::layout_words;
use crate::source_place::side_text;
use paint::{Paint, Tone};
use slot_table::slot_tables;

/// How to print for a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Whether to write terminal styles.
    pub color: bool,
    /// Whether to draw with characters beyond ASCII.
    pub unicode: bool,
    /// Columns of the terminal; 100 when there is none.
    pub width: usize,
    /// Least severity that is shown.
    pub min_severity: Severity,
    /// Whether to list what is otherwise only counted.
    pub verbose: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        TextOptions { color: false, unicode: true, width: 100, min_severity: Severity::Low, verbose: false }
    }
}

/// The whole report as text.
pub fn text(assessment: &Assessment, options: &TextOptions) -> String {
    let paint = Paint { color: options.color, unicode: options.unicode, width: options.width.clamp(40, 400) };
    let policy = JudgementPolicy { fail_on: assessment.fail_on, judged_alone: assessment.old.is_none() };
    let printer = Printer { paint, policy, options: *options };
    let mut out = Vec::new();
    out.push(printer.headline(assessment));
    out.extend(printer.inputs(assessment));
    out.extend(assessment.notes.iter().map(|note| paint.fill("  note: ", &one_line(note))));
    let mut unsaid = BTreeSet::new();
    for contract in &assessment.contracts {
        let section = printer.contract(contract, assessment.contracts.len() == 1);
        if section.is_empty() {
            unsaid.extend(contract.not_checked.iter().cloned());
        }
        out.extend(section);
    }
    // A contract that has nothing else to tell still was not checked in full.
    out.extend(printer.not_checked(&unsaid.into_iter().collect::<Vec<_>>()));
    out.push(String::new());
    out.push(printer.summary(assessment));
    let mut text = out.join("\n");
    text.push('\n');
    text
}

/// The tone of a verdict.
fn tone_of(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Pass,
        Verdict::Review => Tone::Review,
        Verdict::Fail => Tone::Fail,
    }
}

/// A number with its noun.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

struct Printer {
    paint: Paint,
    policy: JudgementPolicy,
    options: TextOptions,
}

impl Printer {
    /// The verdict in one line.
    fn headline(&self, assessment: &Assessment) -> String {
        let concerned: Vec<_> =
            assessment.contracts.iter().filter(|contract| contract.verdict == assessment.verdict).collect();
        let who = match concerned[..] {
            [contract] => format!("`{}`", one_line(&contract.name.to_string())),
            _ => format!("{} of {}", concerned.len(), count(assessment.contracts.len(), "contract")),
        };
        let is_alone = assessment.old.is_none();
        let statement = match (assessment.verdict, is_alone) {
            (Verdict::Fail, false) => format!("{who} must not be upgraded like this"),
            (Verdict::Fail, true) => format!("{who} must not be deployed like this"),
            (Verdict::Review, _) => format!("{who} needs a person's judgement"),
            (Verdict::Pass, _) if self.grave(assessment) > 0 => {
                let findings = count(self.grave(assessment), "finding");
                format!("{findings} of high or critical severity, which `--fail-on` lets through")
            }
            (Verdict::Pass, false) => match concerned[..] {
                [_] => format!("nothing stands against the upgrade of {who}"),
                _ => format!("nothing stands against the upgrade of {}", count(concerned.len(), "contract")),
            },
            (Verdict::Pass, true) => format!("nothing stands against {who}"),
        };
        let verdict = assessment.verdict.to_string();
        let line = self.paint.fill(&format!("{verdict}: "), &statement);
        let rest = line.get(verdict.len()..).unwrap_or_default();
        format!("{}{}", self.paint.tone(tone_of(assessment.verdict), &verdict), self.paint.tone(Tone::Strong, rest))
    }

    /// How many findings count that would fail a build by default.
    fn grave(&self, assessment: &Assessment) -> usize {
        let findings = assessment.contracts.iter().flat_map(|contract| &contract.findings);
        findings.filter(|finding| self.policy.counts(finding) && finding.rule.severity >= Severity::High).count()
    }

    /// What was compared.
    fn inputs(&self, assessment: &Assessment) -> Vec<String> {
        if assessment.verdict == Verdict::Pass && !self.options.verbose {
            return Vec::new();
        }
        [("old", assessment.old.as_ref()), ("new", Some(&assessment.new))]
            .into_iter()
            .filter_map(|(side, input)| Some((side, input?)))
            .map(|(side, input)| {
                let mut words = vec![one_line(&input.given).into_owned(), one_line(&input.kind).into_owned()];
                words.extend(input.compilers.iter().map(|compiler| one_line(compiler).into_owned()));
                if self.options.verbose {
                    words.push(one_line(&input.digest).into_owned());
                }
                let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
                self.paint.tone(Tone::Faint, &self.paint.fill(&format!("  {side}  "), &words.join(self.paint.dot())))
            })
            .collect()
    }

    /// All about one contract; nothing when there is nothing to say.
    fn contract(&self, contract: &ContractAssessment, is_only: bool) -> Vec<String> {
        let shown = |finding: &&Finding| finding.rule.severity >= self.options.min_severity;
        let counting: Vec<_> =
            contract.findings.iter().filter(|finding| self.policy.counts(finding)).filter(shown).collect();
        let others = |state: State| -> Vec<_> {
            let is_other = |finding: &&Finding| finding.state == state && !self.policy.counts(finding);
            contract.findings.iter().filter(is_other).filter(shown).collect()
        };
        let (existing, fixed) = (others(State::Existing), others(State::Fixed));
        let is_quiet = counting.is_empty() && contract.gaps.is_empty() && contract.verdict == Verdict::Pass;
        if is_quiet && !is_only && !self.options.verbose && existing.is_empty() && fixed.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        if !is_quiet || !is_only {
            out.push(String::new());
            out.push(self.paint.rule(tone_of(contract.verdict), &contract_title(contract)));
        }
        out.extend(contract.notes.iter().map(|note| self.paint.fill("  note: ", &one_line(note))));
        // One table shows what all findings about storage have in common, so it stands with the first of them.
        let mut tables = contract.facts.as_deref().map(|facts| slot_tables(facts, &self.paint)).unwrap_or_default();
        for finding in counting {
            let tables = if finding.rule.is_about_storage() { std::mem::take(&mut tables) } else { Vec::new() };
            out.push(String::new());
            out.push(self.finding(contract, finding, &tables));
        }
        if self.options.verbose {
            out.extend(tables.iter().map(|table| format!("\n{table}")));
        }
        out.extend(self.brief_findings("already there, not counted", contract, &existing));
        out.extend(self.brief_findings("fixed by this change", contract, &fixed));
        out.extend(self.gaps(&contract.gaps));
        out.extend(self.not_checked(&contract.not_checked));
        out.extend(self.rollback(contract));
        out
    }

    /// Whether the old code could be put back.
    fn rollback(&self, contract: &ContractAssessment) -> Option<String> {
        let facts = contract.facts.as_deref()?;
        let has_layouts = facts.new.has_declared_layout() && facts.old.as_ref()?.has_declared_layout();
        let rollback = &facts.layout_diff.as_ref().filter(|_| has_layouts)?.rollback;
        let first = rollback.blockers.first().map(|first| one_line(&layout_words::message(first)).into_owned());
        let answer = match (first, rollback.blockers.len()) {
            (None, _) => "possible".to_owned(),
            (Some(first), 1) => format!("not possible, {first}"),
            (Some(first), number) => format!("not possible for {number} reasons, the first: {first}"),
        };
        let line = self.paint.fill_indented("  ", "    ", &format!("rollback, by layout only: {answer}"));
        Some(self.paint.tone(Tone::Faint, &line))
    }

    /// A section with one entry a finding.
    fn brief_findings(&self, title: &str, contract: &ContractAssessment, findings: &[&Finding]) -> Vec<String> {
        if findings.is_empty() {
            return Vec::new();
        }
        let mut out = vec![String::new(), self.paint.tone(Tone::Strong, &format!("  {title} ({})", findings.len()))];
        out.extend(findings.iter().map(|finding| self.brief_finding(contract, finding)));
        out
    }

    /// What could not be decided, blocking gaps first.
    fn gaps(&self, gaps: &[Gap]) -> Vec<String> {
        if gaps.is_empty() {
            return Vec::new();
        }
        let mut out =
            vec![String::new(), self.paint.tone(Tone::Strong, &format!("  not established ({})", gaps.len()))];
        let (blocking, notes): (Vec<_>, Vec<_>) = gaps.iter().partition(|gap| gap.blocking);
        for gap in blocking.into_iter().chain(notes) {
            let (tone, word) = if gap.blocking { (Tone::Review, "review") } else { (Tone::Note, "note") };
            let mut places: Vec<String> = Vec::new();
            places.extend(gap.side.map(|side| side_text(side).to_owned()));
            places.extend(gap.pc.map(|pc| format!("pc {pc}")));
            let place = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
            let subject = gap.rule.map_or(gap.kind.to_owned(), |rule| format!("{rule} {}", gap.kind));
            let line = self.paint.fill_indented(
                "    ",
                "      ",
                &format!("{word}[{subject}]: {}{place}", one_line(&gap.message)),
            );
            out.push(line.replacen(word, &self.paint.tone(tone, word), 1));
        }
        out
    }

    /// Rules that did not apply, one line for each reason.
    fn not_checked(&self, rules: &[NotChecked]) -> Vec<String> {
        if rules.is_empty() {
            return Vec::new();
        }
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for not_checked in rules {
            by_reason.entry(&not_checked.reason).or_default().push(not_checked.rule);
        }
        let mut groups: Vec<_> = by_reason.into_iter().collect();
        groups.sort_by(|left, right| left.1.cmp(&right.1));
        let mut out = vec![String::new()];
        for (reason, rules) in groups {
            let line = self.paint.fill("  not checked: ", &format!("{} ({})", rules.join(" "), one_line(reason)));
            out.push(self.paint.tone(Tone::Faint, &line));
        }
        out
    }

    /// The last line: how many of what, and what fails.
    fn summary(&self, assessment: &Assessment) -> String {
        let findings = || assessment.contracts.iter().flat_map(|contract| &contract.findings);
        let counted = |severity: Severity| {
            findings().filter(|finding| self.policy.counts(finding) && finding.rule.severity == severity).count()
        };
        let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
        let by_severity: Vec<_> = severities
            .into_iter()
            .map(|severity| (severity, counted(severity)))
            .filter(|&(_, number)| number > 0)
            .map(|(severity, number)| format!("{number} {severity}"))
            .collect();
        let mut parts = vec![if by_severity.is_empty() { "no findings".to_owned() } else { by_severity.join(", ") }];
        let hidden = findings()
            .filter(|finding| self.policy.counts(finding) && finding.rule.severity < self.options.min_severity)
            .count();
        if hidden > 0 {
            parts.push(format!("{hidden} below {} not shown", self.options.min_severity));
        }
        let gaps = assessment.contracts.iter().flat_map(|contract| &contract.gaps).filter(|gap| gap.blocking).count();
        if gaps > 0 {
            parts.push(format!("{gaps} not established"));
        }
        parts.push(count(assessment.contracts.len(), "contract"));
        parts.push(match assessment.fail_on {
            Some(Severity::Critical) => "fails on critical".to_owned(),
            Some(severity) => format!("fails on {severity} and above"),
            None => "fails on nothing".to_owned(),
        });
        if let Some(elapsed) = assessment.elapsed_ms {
            parts.push(format!("{elapsed} ms"));
        }
        let verdict = assessment.verdict.to_string();
        format!("{}: {}", self.paint.tone(tone_of(assessment.verdict), &verdict), parts.join(self.paint.dot()))
    }
}

fn contract_title(contract: &ContractAssessment) -> String {
    let remark = match (contract.status, &contract.old_name) {
        (ContractStatus::New, _) => " (new)".to_owned(),
        (ContractStatus::Removed, _) => " (removed)".to_owned(),
        (ContractStatus::Unchanged, _) => " (unchanged)".to_owned(),
        (ContractStatus::Changed, Some(old)) if *old != contract.name => {
            format!(" (was {})", one_line(&old.to_string()))
        }
        (ContractStatus::Changed, _) => String::new(),
    };
    format!("{}: {}{remark}", contract.verdict, one_line(&contract.name.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape::is_unprintable;
    use crate::sample;

    fn golden(name: &str, text: &str) {
        let path = format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
        uplint_testkit::compare(path.as_ref(), text).unwrap_or_else(|difference| panic!("{difference}"));
    }

    #[test]
    fn a_failing_upgrade_is_told_with_its_cause_in_the_source() {
        golden("full.txt", &text(&sample::full(), &TextOptions::default()));
    }

    #[test]
    fn a_narrow_terminal_without_unicode_is_served() {
        let options = TextOptions { width: 60, unicode: false, ..TextOptions::default() };
        let text = text(&sample::full(), &options);
        golden("narrow.txt", &text);
        let without_source = text.replace('ü', "u");
        assert!(without_source.is_ascii(), "drawn with ASCII alone");
    }

    #[test]
    fn a_pass_is_short() {
        let assessment = sample::assessment_of(sample::APPENDED, Vec::new(), Verdict::Pass);
        golden("pass.txt", &text(&assessment, &TextOptions::default()));
        let verbose = TextOptions { verbose: true, ..TextOptions::default() };
        assert!(text(&assessment, &verbose).contains("`fee` is new"), "what changed is there for those who ask");
    }

    #[test]
    fn colour_is_written_only_when_asked_for_and_changes_no_word() {
        let plain = text(&sample::full(), &TextOptions::default());
        let colored = text(&sample::full(), &TextOptions { color: true, ..TextOptions::default() });
        assert!(!plain.contains('\u{1b}'));
        assert!(colored.contains("\u{1b}["));
        let mut stripped = String::new();
        for (at, part) in colored.split('\u{1b}').enumerate() {
            stripped.push_str(if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
        }
        assert_eq!(stripped, plain);
    }

    #[test]
    fn what_strangers_wrote_cannot_steer_the_terminal() {
        let mut finding = sample::moved();
        finding.message = "a\u{1b}]0;title\u{7}b\r\nc".to_owned();
        finding.help = "\u{9b}2J".to_owned();
        let mut assessment = sample::assessment(vec![finding], Verdict::Fail);
        assessment.notes = vec!["\u{1b}[2J".to_owned()];
        assessment.contracts[0].notes = vec!["\u{202e}".to_owned()];
        assessment.contracts[0].name.path = "src/\u{1b}[31m.sol".into();
        let text = text(&assessment, &TextOptions { verbose: true, ..TextOptions::default() });
        assert!(!text.contains(|c| is_unprintable(c) && c != '\n'), "{text:?}");
    }
}
