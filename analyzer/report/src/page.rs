//! The pages of rules and the catalogue, as they stand in the program: what `explain` and `rules` print and what the
//! help of code scanning shows.

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use uplint_rules::{Need, RuleMeta};

/// Format of a rule's page or of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    /// For a terminal of so many columns.
    Text {
        /// Columns.
        width: usize,
    },
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
}

/// The page of one rule.
pub fn explain(rule: &RuleMeta, format: PageFormat) -> String {
    match format {
        PageFormat::Markdown => markdown(rule),
        PageFormat::Text { width } => {
            let head = format!("{} {}\n{}\n\n{}\n", rule.id, rule.slug, rule.summary, facts(rule).join("\n"));
            format!("{head}\n{}\n", plain(&body(rule), width))
        }
        PageFormat::Json => {
            let text = serde_json::to_string_pretty(&Entry::with_page(rule));
            text.expect("invariant: an entry holds strings and lists alone") + "\n"
        }
    }
}

/// The catalogue of these rules.
pub fn rules_table(rules: &[&RuleMeta], format: PageFormat) -> String {
    match format {
        PageFormat::Json => {
            let entries: Vec<_> = rules.iter().copied().map(Entry::without_page).collect();
            let text = serde_json::to_string_pretty(&entries);
            text.expect("invariant: an entry holds strings and lists alone") + "\n"
        }
        PageFormat::Markdown => {
            let mut text = String::from("| rule | severity | evidence | what it finds |\n|---|---|---|---|\n");
            for rule in rules {
                let RuleMeta { id, slug, severity, evidence, summary, .. } = rule;
                text.extend([format!("| {id} {slug} | {severity} | {evidence} | {} |\n", summary.replace('|', "\\|"))]);
            }
            text
        }
        PageFormat::Text { width } => {
            let mut table = Table::new();
            table.load_preset(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
            table.set_header(["rule", "name", "severity", "evidence", "what it finds"]);
            for rule in rules {
                let (severity, evidence) = (rule.severity.to_string(), rule.evidence.to_string());
                table.add_row([rule.id, rule.slug, &severity, &evidence, rule.summary]);
            }
            if let Some(column) = table.column_mut(0) {
                column.set_padding((0, 1));
            }
            format!("{}\n", table.trim_fmt())
        }
    }
}

/// A rule in the catalogue.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    slug: &'a str,
    summary: &'a str,
    severity: String,
    evidence: String,
    required: Vec<&'static str>,
    sharpening: Vec<&'static str>,
    cwe: Vec<String>,
    scwe: Vec<String>,
    since: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

impl<'a> Entry<'a> {
    fn without_page(rule: &'a RuleMeta) -> Self {
        Entry {
            id: rule.id,
            slug: rule.slug,
            summary: rule.summary,
            severity: rule.severity.to_string(),
            evidence: rule.evidence.to_string(),
            required: rule.required.iter().copied().map(need_word).collect(),
            sharpening: rule.sharpening.iter().copied().map(need_word).collect(),
            cwe: rule.cwe.iter().map(|number| format!("CWE-{number}")).collect(),
            scwe: rule.scwe.iter().map(|number| format!("SCWE-{number:03}")).collect(),
            since: rule.since,
            markdown: None,
        }
    }

    fn with_page(rule: &'a RuleMeta) -> Self {
        Entry { markdown: Some(body(rule)), ..Self::without_page(rule) }
    }
}

fn need_word(need: Need) -> &'static str {
    match need {
        Need::Old => "an old version",
        Need::Layout => "declared storage layouts",
        Need::Ast => "syntax trees",
        Need::Abi => "interfaces",
        Need::Runtime => "runtime bytecode",
        Need::Proxy => "a proxy",
        Need::Settings => "compiler settings",
    }
}

/// What is to be known of a rule besides its page, one statement an entry.
fn facts(rule: &RuleMeta) -> Vec<String> {
    let list = |needs: &[Need]| needs.iter().copied().map(need_word).collect::<Vec<_>>().join(", ");
    let mut facts = vec![format!("severity {}", rule.severity), format!("strongest evidence: {}", rule.evidence)];
    if !rule.required.is_empty() {
        facts.push(format!("needs {}", list(rule.required)));
    }
    if !rule.sharpening.is_empty() {
        facts.push(format!("says more with {}", list(rule.sharpening)));
    }
    let weaknesses: Vec<_> = rule
        .cwe
        .iter()
        .map(|number| format!("CWE-{number}"))
        .chain(rule.scwe.iter().map(|number| format!("SCWE-{number:03}")))
        .collect();
    if !weaknesses.is_empty() {
        facts.push(weaknesses.join(", "));
    }
    if rule.counts_when_existing {
        facts.push("counts even where the old version has it too".to_owned());
    }
    facts.push(format!("since {}", rule.since));
    facts
}

/// The page as Markdown: a doc comment without the blank that follows its slashes.
pub(crate) fn body(rule: &RuleMeta) -> String {
    let lines: Vec<_> =
        rule.docs.markdown.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

/// The first paragraph under a heading, on one line.
pub(crate) fn first_paragraph(page: &str, heading: &str) -> Option<String> {
    let mut lines = page.lines().skip_while(|line| line.strip_prefix("## ") != Some(heading)).skip(1);
    let first = lines.find(|line| !line.trim().is_empty())?;
    let rest = lines.take_while(|line| !line.trim().is_empty() && !line.starts_with('#'));
    Some(std::iter::once(first).chain(rest).map(str::trim).collect::<Vec<_>>().join(" "))
}

/// The whole page as Markdown.
pub(crate) fn markdown(rule: &RuleMeta) -> String {
    let facts = facts(rule).join("; ");
    format!("# {} {}\n\n{}\n\n{facts}\n\n{}\n", rule.id, rule.slug, rule.summary, body(rule))
}

/// A page's body as text without Markdown.
pub(crate) fn plain_text(body: &str) -> String {
    plain(body, 100)
}

/// Markdown for a terminal: headings and paragraphs are set off, code and tables stay as they are.
fn plain(markdown: &str, width: usize) -> String {
    let width = width.clamp(40, 100);
    let mut out: Vec<String> = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut in_code = false;
    for line in markdown.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let is_prose = !in_code && !is_fence && !line.is_empty() && !line.starts_with(['#', '|', ' ', '-', '*', '>']);
        if is_prose {
            paragraph.push(line.trim());
            continue;
        }
        flush(&mut paragraph, width, &mut out);
        match line.trim_start_matches('#').trim() {
            _ if is_fence => in_code = !in_code,
            _ if in_code => out.push(format!("    {line}")),
            heading if line.starts_with('#') => out.push(heading.to_owned()),
            _ if line.starts_with(['-', '*']) => out.push(wrapped(line, "  ", width)),
            _ => out.push(line.to_owned()),
        }
    }
    flush(&mut paragraph, width, &mut out);
    out.join("\n")
}

fn flush(paragraph: &mut Vec<&str>, width: usize, out: &mut Vec<String>) {
    if !paragraph.is_empty() {
        out.push(wrapped(&paragraph.join(" "), "  ", width));
        paragraph.clear();
    }
}

fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let options = textwrap::Options::new(width).initial_indent(indent).subsequent_indent(indent);
    textwrap::fill(text, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{MOVED, REMOVED};

    #[test]
    fn a_page_is_plain_text_on_a_terminal() {
        let expected = "SL001 storage-variable-moved\na state variable moved to other bytes\n\nseverity high\n\
                        strongest evidence: proved\nCWE-664, SCWE-099\nsince 0.1.0\n\nWhat it does\n\n  \
                        Finds `moved` variables.\n\nHow to fix\n\n  Append.\n";
        assert_eq!(explain(&MOVED, PageFormat::Text { width: 80 }), expected);
    }

    #[test]
    fn code_of_a_page_is_set_in_and_not_filled() {
        let text = plain("## Example\n\na\nb\n\n```solidity\nuint256 a;\nuint256 b;\n```\n\n- c", 80);
        assert_eq!(text, "Example\n\n  a b\n\n    uint256 a;\n    uint256 b;\n\n  - c");
    }

    #[test]
    fn the_catalogue_has_a_line_for_each_rule() {
        let text = rules_table(&[&MOVED, &REMOVED], PageFormat::Text { width: 100 });
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.lines().all(|line| line.len() <= 100 && !line.starts_with(' ')), "{text}");
        let markdown = rules_table(&[&MOVED], PageFormat::Markdown);
        assert!(
            markdown.ends_with(
                "| SL001 storage-variable-moved | high | proved | a state variable moved to other bytes |\n"
            )
        );
    }

    #[test]
    fn the_catalogue_for_machines_names_what_a_rule_needs() {
        let text = explain(&MOVED, PageFormat::Json);
        let entry: serde_json::Value = serde_json::from_str(&text).expect("an entry");
        assert_eq!(entry["scwe"][0], "SCWE-099");
        assert_eq!(entry["markdown"], "## What it does\n\nFinds `moved` variables.\n\n## How to fix\n\nAppend.");
    }
}
