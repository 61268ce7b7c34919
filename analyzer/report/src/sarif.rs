//! The report for code scanning: one run of SARIF 2.1.0.
//!
//! A result stands at the *cause*, on one line of a file of the new version, because code scanning shows nothing else;
//! places of the old version are named in the text. What uplint does not block stands under another rule descriptor
//! than what it blocks, because code scanning blocks by descriptor. The output holds no time, no random identifier and
//! no path of the machine.

mod anchor;
mod model;
mod result;
mod rule;

use std::collections::BTreeMap;

use uplint_rules::{Assessment, Gap, JudgementPolicy, RuleMeta, State, fingerprints};

use crate::escape;
use crate::source_place::side_text;
use model::{
    Artifact, AutomationDetails, Driver, Invocation, Log, Message, Notification, NotificationDescriptor, Run, Tool,
};
use result::Located;
use rule::Descriptors;

/// Most results that code scanning takes in a run; beyond it the whole file is refused.
const MAX_RESULTS: usize = 25_000;

/// How to write for code scanning.
#[derive(Clone, Debug, Default)]
pub struct SarifOptions {
    /// Whether to write findings that do not count too: fixed ones, and existing ones beside an old version.
    pub all: bool,
    /// Path of the project from the root of the repository, with `/`; empty for the root itself. Reported paths begin
    /// with it, and it tells apart the runs of several projects.
    pub project: String,
    /// Path of the judged input from the root of the repository, for findings without a source.
    pub input: Option<String>,
    /// The rules that ran.
    pub rules: Vec<&'static RuleMeta>,
}

/// The whole report as SARIF.
pub fn sarif(assessment: &Assessment, options: &SarifOptions) -> String {
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [run(assessment, options)],
    };
    let text = serde_json::to_string_pretty(&log);
    let text = text.expect("invariant: the model holds strings, numbers and maps with string keys alone");
    format!("{}\n", escape::json(&text))
}

fn run(assessment: &Assessment, options: &SarifOptions) -> Run {
    let policy = JudgementPolicy { fail_on: assessment.fail_on, judged_alone: assessment.old.is_none() };
    let mut located: Vec<Located<'_>> = Vec::new();
    for contract in &assessment.contracts {
        for (finding, fingerprint) in contract.findings.iter().zip(fingerprints(&contract.findings, &contract.name)) {
            if options.all || policy.counts(finding) {
                located.push(Located { assessment, contract, finding, fingerprint });
            }
        }
    }
    // Where there is not room for all, the worst stay.
    located.sort_by_key(|one| std::cmp::Reverse((one.finding.rule.severity, one.finding.evidence)));
    let dropped = located.len().saturating_sub(MAX_RESULTS);
    located.truncate(MAX_RESULTS);
    let descriptors = Descriptors::new(options.rules.iter().copied().chain(located.iter().map(|one| one.finding.rule)));
    let mut results: Vec<_> = located.iter().map(|one| result::result(one, &descriptors, options)).collect();
    results.sort_by(|left, right| left.order().cmp(&right.order()));
    let mut notifications: Vec<_> = assessment
        .contracts
        .iter()
        .flat_map(|contract| contract.gaps.iter().map(|gap| notification(&contract.name.to_string(), gap)))
        .collect();
    if dropped > 0 {
        notifications.push(Notification {
            descriptor: NotificationDescriptor { id: "results-left-out".to_owned() },
            level: "warning",
            message: Message::text(&format!(
                "{dropped} results of least weight are left out, because a run holds {MAX_RESULTS}"
            )),
        });
    }
    Run {
        tool: Tool { driver: driver(descriptors) },
        automation_details: AutomationDetails { id: category(&options.project) },
        column_kind: "utf16CodeUnits",
        original_uri_base_ids: BTreeMap::from([(
            "%SRCROOT%",
            Artifact { description: Message::text("the root of the repository") },
        )]),
        invocations: [Invocation { execution_successful: true, tool_execution_notifications: notifications }],
        results,
    }
}

fn driver(descriptors: Descriptors) -> Driver {
    let version = env!("CARGO_PKG_VERSION");
    Driver {
        name: "uplint",
        full_name: concat!("uplint ", env!("CARGO_PKG_VERSION")),
        semantic_version: version,
        version,
        information_uri: env!("CARGO_PKG_HOMEPAGE"),
        rules: descriptors.into_list(),
    }
}

/// `uplint/<project>/`: code scanning takes what stands before the last slash for the category.
fn category(project: &str) -> String {
    let project = project.trim_matches('/');
    if project.is_empty() || project == "." {
        "uplint/".to_owned()
    } else {
        format!("uplint/{}/", escape::one_line(project))
    }
}

fn notification(contract: &str, gap: &Gap) -> Notification {
    let side = gap.side.map(|side| format!(", {}", side_text(side))).unwrap_or_default();
    let rule = gap.rule.map(|rule| format!(", {rule}")).unwrap_or_default();
    Notification {
        descriptor: NotificationDescriptor { id: gap.kind.to_owned() },
        level: if gap.blocking { "warning" } else { "note" },
        message: Message::text(&format!("{contract}{side}{rule}: {}", gap.message)),
    }
}

/// The word for a state in comparison with an earlier run.
fn baseline_word(state: State) -> &'static str {
    match state {
        State::Introduced => "new",
        State::Existing => "unchanged",
        State::Fixed => "absent",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use uplint_facts::Side;
    use uplint_rules::{Evidence, Finding, Location, Verdict};

    use super::*;
    use crate::sample;

    fn options() -> SarifOptions {
        let rules = vec![&sample::REMOVED, &sample::MOVED, &sample::UNCLEAR];
        SarifOptions { project: "packages/core".to_owned(), rules, ..SarifOptions::default() }
    }

    fn parsed(assessment: &Assessment, options: &SarifOptions) -> Value {
        serde_json::from_str(&sarif(assessment, options)).expect("the report is JSON")
    }

    /// Every value under a key, at any depth.
    fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get(key));
                map.values().for_each(|value| all(value, key, found));
            }
            Value::Array(values) => values.iter().for_each(|value| all(value, key, found)),
            _ => {}
        }
    }

    #[test]
    fn the_report_is_what_it_was() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/full.sarif");
        uplint_testkit::compare(path.as_ref(), &sarif(&sample::full(), &options()))
            .unwrap_or_else(|difference| panic!("{difference}"));
    }

    #[test]
    fn a_clean_run_has_an_empty_list_of_results_and_all_rules() {
        let report = parsed(&sample::assessment(Vec::new(), Verdict::Pass), &options());
        assert_eq!(report["runs"][0]["results"], serde_json::json!([]));
        let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
        let ids: Vec<_> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
        assert_eq!(ids, ["SL001", "SL001-review", "SL004", "SL004-review", "SL013", "SL013-review"]);
        assert_eq!(report["runs"][0]["automationDetails"]["id"], "uplint/packages/core/");
    }

    #[test]
    fn only_what_counts_is_a_result_unless_all_are_asked_for() {
        assert_eq!(parsed(&sample::full(), &options())["runs"][0]["results"].as_array().map(Vec::len), Some(3));
        let report = parsed(&sample::full(), &SarifOptions { all: true, ..options() });
        let results = report["runs"][0]["results"].as_array().expect("results");
        assert_eq!(results.len(), 4);
        assert!(results.iter().all(|result| result["baselineState"].is_string()));
    }

    #[test]
    fn a_pattern_stands_under_a_descriptor_that_blocks_nothing() {
        let report = parsed(&sample::full(), &options());
        let run = &report["runs"][0];
        let results = run["results"].as_array().expect("results");
        let review = results.iter().find(|result| result["ruleId"] == "SL013-review").expect("the pattern");
        let index = review["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
        let rule = &run["tool"]["driver"]["rules"][index];
        assert_eq!(rule["id"], "SL013-review");
        assert_eq!(rule["properties"]["security-severity"], "6.9");
        assert_eq!(rule["properties"]["precision"], "low");
        assert_eq!(review["level"], "warning");
    }

    #[test]
    fn columns_count_utf_16_units_and_regions_have_one_line() {
        let text = "contract Vault {\n    /* 𝒳 */ uint256 fee;\n    address owner;\n    uint256 total;\n}\n";
        let span = text.find("uint256 fee").map(|at| u32::try_from(at).expect("short"));
        let mut finding = sample::moved();
        let len = u32::try_from(text.len()).expect("short") - span.expect("the needle");
        finding.primary.span =
            Some(uplint_artifact::Span { source: uplint_artifact::SourceId(0), start: span.expect("the needle"), len });
        let assessment = sample::assessment_of(text, vec![finding], Verdict::Fail);
        let report = parsed(&assessment, &options());
        let region = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], 2);
        assert_eq!(region["endLine"], 2);
        assert_eq!(region["startColumn"], 14);
        assert_eq!(region["endColumn"], 26);
        assert_eq!(region["snippet"]["text"], "uint256 fee;");
    }

    #[test]
    fn messages_link_to_related_locations_that_exist() {
        let mut finding = sample::moved();
        finding.related[0].message = "`a[0]` \\ moved".to_owned();
        let report = parsed(&sample::assessment(vec![finding], Verdict::Fail), &options());
        let result = &report["runs"][0]["results"][0];
        let text = result["message"]["text"].as_str().expect("a text");
        assert!(text.contains("[`a\\[0\\]` \\\\ moved](1)"), "{text}");
        assert_eq!(result["relatedLocations"][0]["id"], 1);
        assert_eq!(
            result["relatedLocations"].as_array().map(Vec::len),
            Some(1),
            "the old version has no file to link to"
        );
        assert!(text.contains("old version, src/Vault.sol:2"), "{text}");
    }

    #[test]
    fn a_place_that_cannot_be_shown_is_told_in_the_text() {
        let old = sample::at(Side::Old, "uint256 total");
        let gone = Finding::new(&sample::MOVED, Evidence::Proved, old, "x", "`x` is gone", "restore it");
        let report = parsed(&sample::assessment(vec![gone], Verdict::Fail), &options());
        let result = &report["runs"][0]["results"][0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "packages/core/src/Vault.sol");
        assert_eq!(place["region"]["endColumn"], 2);
        let text = result["message"]["text"].as_str().expect("a text");
        assert!(text.starts_with("`x` is gone. At: old version, src/Vault.sol:3."), "{text}");
    }

    #[test]
    fn without_a_source_the_input_stands_for_the_place() {
        let mut assessment = sample::full();
        assessment.contracts[0].facts = None;
        let options = SarifOptions { input: Some("code/vault.hex".to_owned()), ..options() };
        let report = parsed(&assessment, &options);
        let result = &report["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "code/vault.hex");
        let texts: Vec<_> = report["runs"][0]["results"]
            .as_array()
            .expect("results")
            .iter()
            .map(|one| one["message"]["text"].to_string())
            .collect();
        assert!(texts.iter().any(|text| text.contains("selector 0x2e1a7d4d, pc 412")), "{texts:?}");
        let mut names = Vec::new();
        all(&report, "fullyQualifiedName", &mut names);
        assert!(names.contains(&&Value::from("src/Vault.sol:Vault.withdraw(uint256)")), "{names:?}");
    }

    #[test]
    fn texts_end_with_a_full_stop() {
        let mut bare = Location::span(Side::New, None);
        bare.pc = Some(1);
        let finding = Finding::new(&sample::MOVED, Evidence::Proved, bare, "x", "is it `x`?", "ask");
        let report = parsed(&sample::assessment(vec![sample::moved(), finding], Verdict::Fail), &options());
        let mut texts = Vec::new();
        for key in ["message", "shortDescription", "fullDescription", "help"] {
            all(&report, key, &mut texts);
        }
        assert!(texts.len() > 10);
        for text in texts {
            let text = text["text"].as_str().expect("a text");
            assert!(text.ends_with(['.', '?']), "{text}");
        }
    }
}
