//! The generated `testdata/corpus/README.md`: what was compared, and where the peer answers otherwise and why.

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
    /// Why contracts do not pass, with their number.
    pub(crate) reasons: BTreeMap<String, usize>,
}

/// Contracts of which the peer says something else for one reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Disagreement {
    /// The package.
    pub(crate) package: String,
    /// The pair.
    pub(crate) versions: String,
    /// Our verdict.
    pub(crate) verdict: String,
    /// The peer's complaint, or that it has none.
    pub(crate) complaint: String,
    /// Why.
    pub(crate) reason: String,
}

/// The whole file.
pub(crate) fn render(rows: &[Row], disagreements: &BTreeMap<Disagreement, Vec<String>>) -> String {
    let mut text = String::from(
        "<!-- Made by `cargo xtask corpus`; do not edit. -->\n\n# Consecutive releases of real packages\n\n\
         Each release is judged as an upgrade of the one before it. `packages.toml` pins the releases, `expected.toml` says\n\
         what a person who read the contracts expects; whatever it does not name is expected to pass.\n\n\
         | package | pair | pass | review | fail | why not pass |\n|---|---|---|---|---|---|\n",
    );
    for Row { pair, counts, reasons } in rows {
        let count = |verdict: &str| counts.get(verdict).copied().unwrap_or(0);
        let why: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count}: {reason}")).collect();
        push(
            &mut text,
            format_args!(
                "| {} | {} | {} | {} | {} | {} |\n",
                pair.package,
                pair.versions,
                count("pass"),
                count("review"),
                count("fail"),
                why.join("<br>")
            ),
        );
    }
    push(
        &mut text,
        format_args!(
            "\n## Where `{}` {} answers otherwise\n\n\
             It was asked about the same build information, each contract with its old version as the reference. It agrees\n\
             when it finds nothing where uplint says `pass`, and something where uplint says `fail`.\n\n\
             | package | pair | uplint | upgrades-core | why | contracts |\n|---|---|---|---|---|---|\n",
            PEER.name, PEER.version
        ),
    );
    for (disagreement, contracts) in disagreements {
        let Disagreement { package, versions, verdict, complaint, reason } = disagreement;
        let complaint = complaint.replace('|', "\\|");
        let names = contracts.join(", ");
        push(&mut text, format_args!("| {package} | {versions} | {verdict} | {complaint} | {reason} | {names} |\n"));
    }
    text
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("invariant: writing to a string does not fail");
}
