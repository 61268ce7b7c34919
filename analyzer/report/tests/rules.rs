//! Runs every case of the test data through all rules and holds the outcome against its markers, its verdict and its
//! recorded report. Compiler output is recorded with the cases; `UPLINT_BLESS=1` rewrites the reports.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use serde_json::Value;
use uplint_artifact::{Artifact, CompilerInfo, Language, read};
use uplint_facts::{PlannedCall, ProxyKind, UpgradePlan, upgrade_facts, version_facts};
use uplint_report::{JsonOptions, TextOptions, json, text};
use uplint_rules::{AssessOptions, Assessment, ContractAssessment, InputSummary, JudgementPolicy, Severity, assess};
use uplint_testkit::{Case, Expectation, Pragma, ProxyHeader, RecordedUnit, UpgradeCallHeader, cases, read_build};

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(&uplint_report::json_schema()).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
});

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata"))
}

#[test]
fn every_case_ends_as_its_markers_say() {
    let cases = cases(testdata()).unwrap_or_else(|error| panic!("{error}"));
    assert!(!cases.is_empty(), "there are cases");
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            let faults = judge(case).map_or_else(|fault| vec![fault], |contract| faults(case, contract));
            (!faults.is_empty()).then(|| format!("{}\n    {}", case.id(), faults.join("\n    ")))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Judges a case as the program would, all rules on.
fn judge(case: &Case) -> Result<ContractAssessment, String> {
    let build = read_build(case).map_err(|error| error.to_string())?;
    let old = build.old.as_ref().map(|unit| artifacts(case, &build.compiler, unit)).transpose()?;
    let new = artifacts(case, &build.compiler, &build.new)?;
    let find = |side: &[Arc<Artifact>], file: Option<&str>, name: &str| {
        side.iter()
            .find(|artifact| {
                *artifact.contract.name == *name && file.is_none_or(|file| *artifact.contract.path == *file)
            })
            .map(Arc::clone)
            .ok_or_else(|| format!("there is no contract `{name}`"))
    };
    let new_facts = version_facts(find(&new, None, &case.header.contract)?);
    let old_facts = match &old {
        Some(artifacts) => Some(version_facts(find(artifacts, None, &case.header.old_contract)?)),
        None => None,
    };
    let both: Vec<_> = new.iter().chain(old.iter().flatten()).map(Arc::clone).collect();
    let (proxy, proxy_kind) = match &case.header.proxy {
        None => (None, None),
        Some(ProxyHeader::Kind(kind)) => (None, Some(proxy_kind(kind)?)),
        Some(ProxyHeader::Contract { file, name }) => (Some(version_facts(find(&both, Some(file), name)?)), None),
    };
    let call = planned_call(&case.header.upgrade_call, &new_facts.artifact)?;
    let plan = UpgradePlan {
        call,
        proxy_kind,
        hard_fork: case.header.hard_fork.clone(),
        code_size_limit_bytes: case.header.code_size_limit_bytes,
    };
    let siblings = case
        .header
        .siblings
        .iter()
        .map(|name| find(&new, None, name).map(|found| Arc::new(version_facts(found))))
        .collect::<Result<_, _>>()?;
    let judged_alone = old_facts.is_none();
    let facts = Arc::new(upgrade_facts(old_facts, new_facts, proxy, siblings, plan));
    let options = AssessOptions {
        select: Vec::new(),
        ignore: Vec::new(),
        require: Vec::new(),
        policy: JudgementPolicy { fail_on: Some(Severity::High), judged_alone },
    };
    Ok(assess(&facts, &options))
}

fn artifacts(case: &Case, compiler: &str, unit: &RecordedUnit) -> Result<Vec<Arc<Artifact>>, String> {
    let (language, version) = match &case.header.compiler {
        Pragma::Solc(version) => (Language::Solidity, version),
        Pragma::Vyper(version) => (Language::Vyper, version),
    };
    let compiler = CompilerInfo {
        language,
        version: Some(version.parse().map_err(|error| format!("`{version}`: {error}"))?),
        long_version: compiler.to_owned(),
    };
    let (input, output) = (unit.input.to_string(), unit.output.to_string());
    let document =
        read::standard_json_output(output.as_bytes(), Some(&input), compiler).map_err(|error| error.to_string())?;
    Ok(document.artifacts.into_iter().map(Arc::new).collect())
}

fn proxy_kind(kind: &str) -> Result<ProxyKind, String> {
    match kind {
        "uups" => Ok(ProxyKind::Uups),
        "transparent" => Ok(ProxyKind::Transparent),
        "beacon" => Ok(ProxyKind::Beacon),
        "diamond" => Ok(ProxyKind::Diamond),
        _ => Err(format!("`{kind}` is no kind of proxy")),
    }
}

/// Call data of the planned call: the selector of the only function with that name and number of arguments, and its
/// arguments where all are numbers or addresses.
fn planned_call(header: &UpgradeCallHeader, new: &Artifact) -> Result<PlannedCall, String> {
    let call = match header {
        UpgradeCallHeader::Unknown => return Ok(PlannedCall::Unknown),
        UpgradeCallHeader::None => return Ok(PlannedCall::None),
        UpgradeCallHeader::Call(call) => call,
    };
    let fault = || format!("`{call}` is no call of one function of the new version");
    let (name, arguments) = call.strip_suffix(')').and_then(|call| call.split_once('(')).ok_or_else(fault)?;
    let arguments: Vec<_> = arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty()).collect();
    let functions: Vec<_> = new
        .abi
        .iter()
        .flat_map(uplint_artifact::JsonAbi::functions)
        .filter(|function| function.name == name && function.inputs.len() == arguments.len())
        .collect();
    let [function] = functions[..] else { return Err(fault()) };
    let mut data = function.selector().to_vec();
    for argument in arguments {
        let word: alloy_primitives::U256 = match argument {
            "true" => alloy_primitives::U256::from(1),
            "false" => alloy_primitives::U256::ZERO,
            number => number.parse().map_err(|_| format!("`{number}` is no number or address"))?,
        };
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    Ok(PlannedCall::Call(data))
}

/// Everything in which the outcome is not what the case says.
fn faults(case: &Case, contract: ContractAssessment) -> Vec<String> {
    let mut faults = Vec::new();
    let verdict = contract.verdict.to_string();
    if verdict != case.header.verdict {
        let gaps: Vec<_> = contract.gaps.iter().filter(|gap| gap.blocking).map(|gap| gap.message.as_str()).collect();
        faults.push(format!("the verdict is {verdict}, not {} (blocking gaps: {gaps:?})", case.header.verdict));
    }
    let assessment = assessment(case, contract);
    faults.extend(unexpected(case, &assessment));
    faults.extend(style_faults(&assessment));
    let options = TextOptions { min_severity: Severity::Info, ..TextOptions::default() };
    if let Err(error) = uplint_testkit::compare(&case.path.join("report.txt"), &text(&assessment, &options)) {
        faults.push(error.to_string().replace('\n', "\n    "));
    }
    faults
}

fn assessment(case: &Case, contract: ContractAssessment) -> Assessment {
    let compiler = match &case.header.compiler {
        Pragma::Solc(version) => format!("solc {version}"),
        Pragma::Vyper(version) => format!("vyper {version}"),
    };
    let input = |file: &str| InputSummary {
        given: file.to_owned(),
        kind: "file".to_owned(),
        digest: String::new(),
        compilers: vec![compiler.clone()],
    };
    Assessment {
        verdict: contract.verdict,
        old: case.old.as_ref().map(|file| input(&file.name)),
        new: input(&case.new.name),
        contracts: vec![contract],
        notes: Vec::new(),
        fail_on: Some(Severity::High),
        elapsed_ms: None,
    }
}

/// Findings without a marker and markers without a finding. Findings are read from the report for machines, so that
/// this compares what a user gets.
fn unexpected(case: &Case, assessment: &Assessment) -> Vec<String> {
    let report: Value = serde_json::from_str(&json(assessment, &JsonOptions::default())).expect("the report is JSON");
    let broken: Vec<_> =
        SCHEMA.iter_errors(&report).map(|error| format!("not of the published shape: {error}")).collect();
    let findings = report["contracts"][0]["findings"].as_array().cloned().unwrap_or_default();
    let mut open: Vec<&Expectation> = case.expectations.iter().collect();
    // A marker that says more is matched first, so that a short one does not take its finding.
    open.sort_by_key(|expectation| std::cmp::Reverse(expectation.message.len()));
    let mut unmatched: Vec<&Value> = findings.iter().collect();
    open.retain(|expectation| match unmatched.iter().position(|finding| matches(expectation, finding)) {
        Some(at) => {
            unmatched.remove(at);
            false
        }
        None => true,
    });
    open.sort();
    let missing = open.into_iter().map(|expectation| format!("missing: {expectation}"));
    let extra = unmatched.into_iter().map(|finding| format!("unexpected: {}", described(finding)));
    broken.into_iter().chain(missing).chain(extra).collect()
}

fn word<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap_or_default()
}

fn matches(expectation: &Expectation, finding: &Value) -> bool {
    word(&finding["location"], "file") == expectation.file
        && finding["location"]["line"].as_u64().unwrap_or(0) == u64::from(expectation.line)
        && word(finding, "severity") == expectation.severity
        && word(finding, "rule") == expectation.rule
        && word(finding, "message").contains(&expectation.message)
        && expectation
            .qualifiers
            .iter()
            .all(|qualifier| [word(finding, "evidence"), word(finding, "state")].contains(&qualifier.as_str()))
}

fn described(finding: &Value) -> String {
    let place = match word(&finding["location"], "file") {
        "" => String::new(),
        file => format!("{file}:{}: ", finding["location"]["line"]),
    };
    let severity = word(finding, "severity").to_uppercase();
    let (evidence, state) = (word(finding, "evidence"), word(finding, "state"));
    format!("{place}{severity} {} ({evidence}, {state}): {}", word(finding, "rule"), word(finding, "message"))
}

/// Messages begin in lower case and end without a full stop, and so does the help.
fn style_faults(assessment: &Assessment) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check =
        |what: &str, rule: &str, text: &str| {
            if text.is_empty() || text.ends_with('.') || text.contains('\n') {
                faults.push(format!("{rule}: its {what} is empty, ends in a full stop or has two lines: {text}"));
            }
            if text.split_whitespace().next().is_some_and(|first| {
                first.starts_with(char::is_uppercase) && first.chars().skip(1).all(char::is_lowercase)
            }) {
                faults.push(format!("{rule}: its {what} begins in upper case: {text}"));
            }
        };
    for contract in &assessment.contracts {
        for finding in &contract.findings {
            check("message", finding.rule.id, &finding.message);
            check("help", finding.rule.id, &finding.help);
            for related in finding.related.iter().chain(&finding.path) {
                check("related message", finding.rule.id, &related.message);
            }
        }
        for gap in &contract.gaps {
            check("message", gap.kind, &gap.message);
        }
    }
    faults
}
