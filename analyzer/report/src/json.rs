//! The report for machines. Its shape is published as a JSON Schema and versioned by `schema_version`: within one
//! version keys are added and never changed or removed.

mod layout;
mod model;

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use uplint_facts::UpgradeFacts;
use uplint_layout::StorageLayout;
use uplint_rules::{
    Assessment, ContractAssessment, ContractStatus, Finding, Gap, InputSummary, Location, Related, Severity,
    fingerprints,
};

use crate::escape;
use crate::source_place::{selector_text, side_word, source_place};
use model as view;

/// How to write for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonOptions {
    /// Whether to write on one line.
    pub compact: bool,
}

/// The whole report as JSON: every finding, whatever its severity and state.
pub fn json(assessment: &Assessment, options: &JsonOptions) -> String {
    let report = report(assessment);
    let text = if options.compact { serde_json::to_string(&report) } else { serde_json::to_string_pretty(&report) };
    let text = text.expect("invariant: the view holds strings, numbers and maps with string keys alone");
    format!("{}\n", escape::json(&text))
}

/// One layout alone: its variables and what could not be laid out.
pub(crate) fn layout_json(layout: &StorageLayout) -> String {
    let gaps: Vec<_> = layout.gaps.iter().map(|gap| gap.message.as_str()).collect();
    let document = serde_json::json!({ "layout": layout::variables(layout), "gaps": gaps });
    let text = serde_json::to_string_pretty(&sorted(document));
    let text = text.expect("invariant: a value holds maps with string keys alone");
    format!("{}\n", escape::json(&text))
}

/// The JSON Schema of [`json`]'s output.
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<view::Report>();
    schema.insert("title".to_owned(), "uplint report, schema version 1".into());
    let text = serde_json::to_string_pretty(&sorted(schema.to_value()));
    let text = text.expect("invariant: a schema holds strings, numbers and maps with string keys alone");
    format!("{text}\n")
}

/// The value with the keys of its maps in alphabetical order, whatever order they were entered in.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let ordered: BTreeMap<_, _> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            ordered.into_iter().collect()
        }
        serde_json::Value::Array(values) => values.into_iter().map(sorted).collect(),
        scalar => scalar,
    }
}

fn report(assessment: &Assessment) -> view::Report {
    view::Report {
        schema_version: 1,
        tool: view::Tool { name: "uplint".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        verdict: assessment.verdict.to_string(),
        fail_on: assessment.fail_on.map(|severity| severity.to_string()),
        inputs: view::Inputs { old: assessment.old.as_ref().map(input), new: input(&assessment.new) },
        contracts: assessment.contracts.iter().map(contract).collect(),
        notes: assessment.notes.clone(),
        summary: summary(assessment),
        elapsed_ms: assessment.elapsed_ms,
    }
}

fn input(input: &InputSummary) -> view::Input {
    view::Input {
        given: input.given.clone(),
        kind: input.kind.clone(),
        digest: input.digest.clone(),
        compilers: input.compilers.clone(),
    }
}

fn contract(contract: &ContractAssessment) -> view::Contract {
    let facts = contract.facts.as_deref();
    let status = match contract.status {
        ContractStatus::Changed => "changed",
        ContractStatus::Unchanged => "unchanged",
        ContractStatus::New => "new",
        ContractStatus::Removed => "removed",
    };
    view::Contract {
        name: contract.name.to_string(),
        old: contract.old_name.as_ref().map(ToString::to_string),
        status: status.to_owned(),
        verdict: contract.verdict.to_string(),
        findings: contract
            .findings
            .iter()
            .zip(fingerprints(&contract.findings, &contract.name))
            .map(|(one, fingerprint)| finding(facts, one, fingerprint))
            .collect(),
        gaps: contract.gaps.iter().map(gap).collect(),
        not_checked: contract
            .not_checked
            .iter()
            .map(|one| view::NotChecked { rule: one.rule.to_owned(), reason: one.reason.clone() })
            .collect(),
        notes: contract.notes.clone(),
        layout: layout::layout(facts),
    }
}

fn finding(facts: Option<&UpgradeFacts>, finding: &Finding, fingerprint: String) -> view::Finding {
    view::Finding {
        rule: finding.rule.id.to_owned(),
        slug: finding.rule.slug.to_owned(),
        severity: finding.rule.severity.to_string(),
        confidence: finding.confidence.to_string(),
        evidence: finding.evidence.to_string(),
        state: finding.state.to_string(),
        message: finding.message.clone(),
        help: finding.help.clone(),
        fingerprint,
        location: location(facts, &finding.primary),
        related: finding.related.iter().map(|one| related(facts, one)).collect(),
        path: finding.path.iter().map(|one| related(facts, one)).collect(),
        storage: finding.storage.map(|storage| view::storage(storage.space, storage.place)),
        details: finding.details.iter().map(|(key, value)| (key.clone(), sorted(value.clone()))).collect(),
    }
}

fn related(facts: Option<&UpgradeFacts>, related: &Related) -> view::Related {
    view::Related { location: location(facts, &related.location), message: related.message.clone() }
}

fn location(facts: Option<&UpgradeFacts>, location: &Location) -> view::Location {
    let place = source_place(facts, location);
    let lines = place.and_then(|place| place.line_columns());
    view::Location {
        side: side_word(location.side).to_owned(),
        file: place.map(|place| place.source.path.to_string()),
        line: lines.map(|(start, _)| start.line),
        column: lines.map(|(start, _)| start.column),
        end_line: lines.map(|(_, end)| end.line),
        end_column: lines.map(|(_, end)| end.column),
        function: location.function.clone(),
        selector: location.selector.map(selector_text),
        pc: location.pc,
    }
}

fn gap(gap: &Gap) -> view::Gap {
    view::Gap {
        kind: gap.kind.to_owned(),
        rule: gap.rule.map(str::to_owned),
        blocking: gap.blocking,
        message: gap.message.clone(),
        side: gap.side.map(|side| side_word(side).to_owned()),
        pc: gap.pc,
    }
}

/// Counts of all findings by severity, whatever their state: the array beside it holds them all.
fn summary(assessment: &Assessment) -> view::Summary {
    let number = |severity: Severity| {
        let findings = assessment.contracts.iter().flat_map(|contract| &contract.findings);
        findings.filter(|finding| finding.rule.severity == severity).count()
    };
    view::Summary {
        findings: view::Counts {
            critical: number(Severity::Critical),
            high: number(Severity::High),
            medium: number(Severity::Medium),
            low: number(Severity::Low),
            info: number(Severity::Info),
        },
        contracts: assessment.contracts.len(),
        unchanged: assessment.contracts.iter().filter(|contract| contract.status == ContractStatus::Unchanged).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/uplint.schema.json");

    fn parsed(assessment: &Assessment) -> serde_json::Value {
        serde_json::from_str(&json(assessment, &JsonOptions::default())).expect("the report is JSON")
    }

    #[test]
    fn the_published_schema_is_what_the_types_say() {
        uplint_testkit::compare(SCHEMA_PATH.as_ref(), &json_schema())
            .unwrap_or_else(|difference| panic!("{difference}"));
    }

    #[test]
    fn reports_keep_to_the_published_schema() {
        let schema = std::fs::read_to_string(SCHEMA_PATH).expect("the schema is published");
        let schema = serde_json::from_str(&schema).expect("the schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
        for assessment in [sample::full(), sample::assessment(Vec::new(), uplint_rules::Verdict::Pass)] {
            let errors: Vec<_> = validator.iter_errors(&parsed(&assessment)).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
        let mut broken = parsed(&sample::full());
        broken["contracts"][0]["findings"][0]["severity"] = "dreadful".into();
        assert!(!validator.is_valid(&broken), "the schema holds everything to be right");
    }

    #[test]
    fn columns_count_characters_and_ends_are_one_past() {
        let report = parsed(&sample::full());
        let location = &report["contracts"][0]["findings"][0]["location"];
        assert_eq!(location["line"], 2);
        assert_eq!(location["column"], 16);
        assert_eq!(location["end_column"], 27);
        assert_eq!(location["side"], "new");
    }

    #[test]
    fn a_place_without_source_names_function_selector_and_pc() {
        let report = parsed(&sample::full());
        let location = &report["contracts"][0]["findings"][1]["location"];
        assert_eq!(location["function"], "withdraw(uint256)");
        assert_eq!(location["selector"], "0x2e1a7d4d");
        assert_eq!(location["pc"], 412);
        assert_eq!(location["line"], serde_json::Value::Null);
    }

    #[test]
    fn the_least_severity_shown_does_not_thin_out_the_data() {
        let report = parsed(&sample::full());
        assert_eq!(report["contracts"][0]["findings"].as_array().map(Vec::len), Some(4));
        assert_eq!(report["summary"]["findings"]["low"], 1);
        assert_eq!(report["summary"]["contracts"], 1);
    }

    #[test]
    fn contracts_that_did_not_change_are_counted() {
        let unchanged = |status| {
            let mut assessment = sample::assessment(Vec::new(), uplint_rules::Verdict::Pass);
            assessment.contracts[0].status = status;
            parsed(&assessment)["summary"]["unchanged"].as_u64()
        };
        assert_eq!(unchanged(ContractStatus::Unchanged), Some(1));
        assert_eq!(unchanged(ContractStatus::Changed), Some(0));
    }
}
