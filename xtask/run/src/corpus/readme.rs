//! The generated `testdata/corpus/README.md`: what was compared, what does not pass, and where the peer answers otherwise,
//! each with the reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::expected::Pair;
use super::judge::PEER;

/// One pair and how its contracts were judged.
pub(crate) struct Row {
    /// The pair.
    pub(crate) pair: Pair,
    /// Contracts by verdict: `pass`, `review`, `fail`.
    pub(crate) counts: BTreeMap<String, usize>,
    /// Contracts that do not pass, by verdict, what decided it, and why that is right.
    pub(crate) not_passed: BTreeMap<(String, Vec<String>, String), Vec<String>>,
    /// Contracts that the peer was asked about.
    pub(crate) asked: usize,
    /// Contracts of which it says the same.
    pub(crate) agreed: usize,
}

/// One thing that the peer says otherwise of one contract.
pub(crate) struct Disagreement {
    /// The pair.
    pub(crate) pair: Pair,
    /// Our verdict.
    pub(crate) verdict: String,
    /// What the peer says.
    pub(crate) says: String,
    /// The contract.
    pub(crate) contract: String,
}

/// The whole file; disagreements by their reason.
pub(crate) fn render(rows: &[Row], disagreements: &BTreeMap<String, Vec<Disagreement>>) -> String {
    let mut text = String::from(
        "<!-- Made by `cargo xtask corpus`; do not edit. -->\n\n# Consecutive releases of real packages\n\n\
         Each release is judged as an upgrade of the one before it. `packages.toml` pins the releases, `expected.toml` says\n\
         what a person who read the contracts expects; whatever it does not name is expected to pass. The last column\n\
         counts the contracts of which the peer below says the same, among those that it was asked about.\n\n\
         | package | pair | pass | review | fail | peer agrees |\n|---|---|--:|--:|--:|--:|\n",
    );
    for Row { pair, counts, asked, agreed, .. } in rows {
        let count = |verdict: &str| counts.get(verdict).copied().unwrap_or(0);
        let (pass, review, fail) = (count("pass"), count("review"), count("fail"));
        let Pair { package, versions } = pair;
        line(&mut text, format_args!("| {package} | {versions} | {pass} | {review} | {fail} | {agreed} of {asked} |"));
    }
    line(&mut text, format_args!("\n## What does not pass"));
    for Row { pair: Pair { package, versions }, not_passed, .. } in rows.iter().filter(|row| !row.not_passed.is_empty())
    {
        line(&mut text, format_args!("\n### {package} {versions}\n"));
        for ((verdict, by, reason), contracts) in not_passed {
            let by = by.join(", ");
            line(&mut text, format_args!("- **{verdict}** by {by}: {reason}  \n  {}", list(contracts)));
        }
    }
    line(
        &mut text,
        format_args!(
            "\n## Where `{}` {} answers otherwise\n\n\
             It was asked about the same build information, each contract with its old version as the reference. It agrees\n\
             when it finds nothing where uplint says `pass`, and something where uplint says `fail`. Abstract contracts, which\n\
             its command leaves out, were compared by the function that the command calls for the layout of the others.",
            PEER.name, PEER.version
        ),
    );
    for (reason, places) in disagreements {
        line(
            &mut text,
            format_args!("\n### {reason}\n\n| package | pair | uplint | peer | contracts |\n|---|---|---|---|---|"),
        );
        for ((pair, verdict, says), contracts) in by_place(places) {
            let Pair { package, versions } = pair;
            let says = says.replace('|', "\\|");
            line(&mut text, format_args!("| {package} | {versions} | {verdict} | {says} | {} |", list(&contracts)));
        }
    }
    text
}

/// A pair, our verdict, and what the peer says.
type Said<'a> = (&'a Pair, &'a str, &'a str);

/// Contracts of which the same is said in one pair, in the order of the pairs.
fn by_place(places: &[Disagreement]) -> Vec<(Said<'_>, Vec<String>)> {
    let mut grouped: Vec<(Said<'_>, Vec<String>)> = Vec::new();
    for Disagreement { pair, verdict, says, contract } in places {
        let said = (pair, verdict.as_str(), says.as_str());
        match grouped.iter_mut().find(|(known, _)| *known == said) {
            Some((_, contracts)) => contracts.push(contract.clone()),
            None => grouped.push((said, vec![contract.clone()])),
        }
    }
    grouped
}

/// Names, with their number where there are many.
fn list(names: &[String]) -> String {
    const FEW: usize = 6;
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.len() {
        0..=FEW => quoted.join(", "),
        count => format!("{count} contracts: {}", quoted.join(", ")),
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("invariant: writing to a string does not fail");
    text.push('\n');
}
