//! Are the reports of all test cases valid, by validators that others wrote? SARIF by Microsoft's, with the rules of code
//! scanning; JSON by a validator of JSON Schema against the schema that is published.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use uplint_testkit::case::{Case, Pragma, ProxyHeader, UpgradeCallHeader, cases};
use uplint_testkit::recorded::{RecordedUnit, read_build};

use super::{Fault, Place, expect_equal};
use crate::TaskError;
use crate::folder;
use crate::npm::{self, Pinned};
use crate::program::Program;
use crate::testdata::in_parallel;
use crate::vyper::install;

pub(super) fn every_report_of_a_case_is_valid(place: &Place) -> Result<(), Fault> {
    let made = place.work.join("reports");
    folder::remove(&made)?;
    let cases = cases(&place.folders.testdata()).map_err(TaskError::from)?;
    // Before the threads start, which would all want to install it.
    for case in &cases {
        if let Pragma::Vyper(version) = &case.header.compiler {
            install(&place.folders.target.join("vyper"), version)?;
        }
    }
    let reported = in_parallel(&cases, |case| report(place, &made, case));
    let mut faults: Vec<String> = Vec::new();
    let (mut sarif, mut json) = (Vec::new(), Vec::new());
    for result in reported {
        match result {
            Ok(written) => {
                sarif.push(written.sarif);
                json.push(written.json);
            }
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if sarif.is_empty() {
        faults.push("no case was reported".to_owned());
    }
    faults.extend(invalid_sarif(place, &made, &sarif)?);
    faults.extend(invalid_json(place, &json)?);
    if faults.is_empty() { Ok(()) } else { Err(Fault::Wrong(faults.join("\n"))) }
}

struct Written {
    sarif: PathBuf,
    json: PathBuf,
}

/// Judges a case from its recorded compiler output with the real program and holds the verdict against the header. Cases
/// in Vyper have no build-info, so their sources are judged with the real compiler.
fn report(place: &Place, made: &Path, case: &Case) -> Result<Written, Fault> {
    let folder = made.join(case.id());
    let written = Written { sarif: folder.join("report.sarif"), json: folder.join("report.json") };
    let mut program = Program::new(&place.uplint).folder(made).args(["check", "--no-progress", "--offline"]);
    if let Pragma::Vyper(version) = &case.header.compiler {
        let vyper = install(&place.folders.target.join("vyper"), version)?.join("vyper");
        // What is tested lies below the repository, and so does the compiler that was installed for it.
        program = program.args(["--allow-project-compiler", "--vyper"]).arg(vyper);
    }
    program = program.arg("--output").arg(format!("sarif={}", written.sarif.display()));
    program = program.arg("--output").arg(format!("json={}", written.json.display()));
    let header = &case.header;
    match &header.proxy {
        None => {}
        Some(ProxyHeader::Kind(kind)) => program = program.args(["--proxy", kind]),
        Some(ProxyHeader::Contract { file, name }) => program = program.args(["--proxy", &format!("{file}:{name}")]),
    }
    match &header.upgrade_call {
        UpgradeCallHeader::Unknown => {}
        UpgradeCallHeader::None => program = program.args(["--upgrade-call", "none"]),
        UpgradeCallHeader::Call(call) => program = program.args(["--upgrade-call", call]),
    }
    let spec = if case.old.is_some() && header.old_contract != header.contract {
        format!("{}={}", header.old_contract, header.contract)
    } else {
        header.contract.clone()
    };
    program = program.args(["--contract", &spec]);
    for sibling in &header.siblings {
        program = program.args(["--contract", sibling]);
    }
    if let Some(fork) = &header.hard_fork {
        program = program.args(["--hardfork", fork]);
    }
    program = program.args(inputs(case, &folder)?);
    let ended = program.run()?;
    if !written.json.is_file() {
        return Err(Fault::Wrong(format!("{}: no report:\n{}", case.id(), ended.stderr)));
    }
    if folder::read(&written.sarif)?.is_empty() {
        return Err(Fault::Wrong(format!("{}: the SARIF report is empty", case.id())));
    }
    // The limit of a target's code size is no option of the command line, so such a verdict differs from the header's.
    if header.code_size_limit_bytes.is_none() {
        let report: Value = folder::read_json(&written.json)?;
        expect_equal(&case.id(), &verdict_of(&report, &header.contract), &header.verdict.as_str())?;
    }
    Ok(written)
}

/// Writes what the program is to judge: build-info, or the sources of a case in Vyper.
fn inputs(case: &Case, folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let mut paths = Vec::new();
    if matches!(case.header.compiler, Pragma::Vyper(_)) {
        for file in case.old.iter().chain([&case.new]) {
            paths.push(folder.join(&file.name));
            folder::write(&folder.join(&file.name), &file.text)?;
        }
        return Ok(paths);
    }
    let build = read_build(case).map_err(TaskError::from)?;
    for (side, unit) in [("old", build.old.as_ref()), ("new", Some(&build.new))] {
        if let Some(unit) = unit {
            let path = folder.join(format!("{side}.json"));
            folder::write(&path, &build_info(&case.header.compiler, &build.compiler, unit).to_string())?;
            paths.push(path);
        }
    }
    Ok(paths)
}

/// The verdict on one contract; collaborators of a case have verdicts of their own.
fn verdict_of<'a>(report: &'a Value, contract: &str) -> &'a str {
    let contracts = report["contracts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_named = |entry: &&Value| entry["name"].as_str().is_some_and(|name| name.ends_with(&format!(":{contract}")));
    contracts.iter().find(is_named).and_then(|entry| entry["verdict"].as_str()).unwrap_or_default()
}

fn build_info(compiler: &Pragma, long_version: &str, unit: &RecordedUnit) -> Value {
    let (Pragma::Solc(version) | Pragma::Vyper(version)) = compiler;
    json!({
        "_format": "hh-sol-build-info-1", "id": "0", "solcVersion": version, "solcLongVersion": long_version,
        "input": unit.input, "output": unit.output,
    })
}

/// What Microsoft's validator calls an error. Its exit code says nothing: the answer is in the log that it writes.
fn invalid_sarif(place: &Place, made: &Path, files: &[PathBuf]) -> Result<Vec<String>, Fault> {
    let package = Pinned { name: "@microsoft/sarif-multitool-linux", version: "5.7.0" };
    let modules = npm::install(&place.work.join("sarif-multitool"), &[package])?;
    let tool = modules.join(package.name).join("Sarif.Multitool");
    Program::new("chmod").arg("u+x").arg(&tool).output()?;
    let log = made.join("validated.sarif");
    Program::new(&tool)
        .folder(made)
        .arg("validate")
        .args(files)
        .args(["--rule-kind", "Sarif;Gh", "--level", "Error", "--log", "ForceOverwrite", "--output"])
        .arg(&log)
        // It is a .NET program, and no machine without that library's language data is to be refused.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()?;
    let log: Value = folder::read_json(&log)?;
    let Some(results) = log["runs"][0]["results"].as_array() else {
        return Err(Fault::Wrong("the validator wrote no results".to_owned()));
    };
    let errors = results.iter().filter(|result| result["level"] == "error");
    Ok(errors
        .map(|result| {
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            format!("{uri}: {} {}", result["ruleId"], result["message"])
        })
        .collect())
}

/// What the published schema does not allow.
fn invalid_json(place: &Place, files: &[PathBuf]) -> Result<Vec<String>, Fault> {
    const SCRIPT: &str = "import json, sys, jsonschema\n\
        schema = json.load(open(sys.argv[1]))\n\
        validator = jsonschema.validators.validator_for(schema)(schema)\n\
        for path in sys.argv[2:]:\n    \
            for error in validator.iter_errors(json.load(open(path))):\n        \
                print(f'{path}: {error.json_path}: {error.message[:200]}')\n";
    let python = python(place)?;
    let schema = place.folders.root.join("analyzer/report/schema/uplint.schema.json");
    let printed = Program::new(python).args(["-c", SCRIPT]).arg(schema).args(files).output()?;
    Ok(String::from_utf8_lossy(&printed).lines().map(str::to_owned).collect())
}

/// Python with a validator of JSON Schema.
fn python(place: &Place) -> Result<PathBuf, Fault> {
    const PACKAGE: &str = "jsonschema==4.25.1";
    let environment = place.work.join("python");
    let (python, stamp) = (environment.join("bin/python3"), environment.join("installed.txt"));
    if stamp.is_file() && folder::read(&stamp)? == PACKAGE {
        return Ok(python);
    }
    folder::remove(&environment)?;
    Program::new("python3").args(["-m", "venv"]).arg(&environment).output()?;
    let pip = Program::new(&python).args(["-m", "pip", "--disable-pip-version-check", "--quiet", "install", PACKAGE]);
    pip.output()?;
    folder::write(&stamp, PACKAGE)?;
    Ok(python)
}
