//! Is the demo judged alike whatever form it comes in?

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::foundry::{forge, solc_executable};
use super::{Fault, Place, expect_equal};
use crate::folder;
use crate::solc;

/// The compiler of the demo.
const SOLC: &str = "0.8.28";

/// The two versions in one form.
struct Form {
    name: &'static str,
    old: PathBuf,
    new: PathBuf,
}

pub(super) fn the_demo_fails_alike_from_every_form_of_input(place: &Place) -> Result<(), Fault> {
    let demo = place.folders.testdata().join("demo");
    let made = place.work.join("demo");
    folder::remove(&made)?;
    let mut forms = vec![
        Form { name: "two directories", old: demo.join("v1"), new: demo.join("v2") },
        Form { name: "two files", old: demo.join("v1/Vault.sol"), new: demo.join("v2/Vault.sol") },
    ];
    let sides = [("v1", folder::read(&demo.join("v1/Vault.sol"))?), ("v2", folder::read(&demo.join("v2/Vault.sol"))?)];
    for (side, text) in &sides {
        make_projects(place, &made.join(side), text)?;
        make_documents(&made.join(side), text)?;
    }
    let both = |path: &str| (made.join("v1").join(path), made.join("v2").join(path));
    for (name, path) in [
        ("two Foundry projects", "project"),
        ("artifacts of forge", "artifacts"),
        ("build-info of forge", "forge-build-info"),
        ("standard-JSON output", "output.json"),
        ("build-info of Hardhat 2", "hardhat-2"),
        ("build-info of Hardhat 3", "hardhat-3"),
    ] {
        let (old, new) = both(path);
        forms.push(Form { name, old, new });
    }

    let mut expected = None;
    let mut faults = Vec::new();
    for form in &forms {
        let checked = place.check(&form.old, &form.new, &[])?;
        let answer = (checked.ended.code, checked.verdict().to_owned(), checked.findings());
        let expected = expected.get_or_insert_with(|| answer.clone());
        let wrong = |fault: Fault| faults.push(fault.to_string());
        expect_equal(form.name, &answer, expected).unwrap_or_else(wrong);
    }
    let (code, verdict, findings) = expected.unwrap_or_default();
    expect_equal("exit code and verdict", &(code, verdict.as_str()), &(Some(1), "fail"))?;
    if !findings.iter().any(|finding| finding.contains("slot")) {
        return Err(Fault::Wrong(format!("no finding names a slot: {findings:?}")));
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault::Wrong(faults.join("\n"))) }
}

pub(super) fn the_number_of_threads_does_not_change_a_byte(place: &Place) -> Result<(), Fault> {
    let demo = place.folders.testdata().join("demo");
    let printed = |jobs: &str| {
        let checked = place.check(&demo.join("v1"), &demo.join("v2"), &["--jobs", jobs])?;
        Ok::<_, Fault>(checked.ended.stdout)
    };
    expect_equal("1 and 8 threads", &printed("1")?, &printed("8")?)
}

/// A Foundry project, and what forge builds of it, each where nothing else of the project is.
fn make_projects(place: &Place, folder: &Path, text: &str) -> Result<(), Fault> {
    let project = folder.join("project");
    let config = format!("[profile.default]\nsolc_version = \"{SOLC}\"\nevm_version = \"cancun\"\n");
    folder::write(&project.join("foundry.toml"), &config)?;
    folder::write(&project.join("src/Vault.sol"), text)?;
    let built = folder.join("built");
    folder::write(&built.join("src/Vault.sol"), text)?;
    folder::write(&built.join("foundry.toml"), "[profile.default]\n")?;
    forge(place)?
        .folder(&built)
        .args(["build", "--offline", "--build-info", "--ast", "--extra-output", "storageLayout", "--use"])
        .arg(solc_executable(place, SOLC)?)
        .output()?;
    move_to(&built.join("out/build-info"), &folder.join("forge-build-info"))?;
    move_to(&built.join("out"), &folder.join("artifacts"))
}

/// The documents that solc and Hardhat write.
fn make_documents(folder: &Path, text: &str) -> Result<(), Fault> {
    let outputs = ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "metadata", "storageLayout"];
    let input = |name: &str| {
        json!({
            "language": "Solidity",
            "sources": { name: { "content": text } },
            "settings": { "outputSelection": { "*": { "*": outputs, "": ["ast"] } } },
        })
    };
    let plain = input("contracts/Vault.sol");
    let printed = solc::compile(SOLC, &plain)?;
    folder::write(&folder.join("output.json"), &printed.output.to_string())?;
    let document = |format: &str, input: &Value| {
        json!({
            "_format": format, "id": "0123456789abcdef", "solcVersion": SOLC, "solcLongVersion": printed.compiler,
            "input": input,
        })
    };
    let mut second = document("hh-sol-build-info-1", &plain);
    second["output"] = printed.output;
    folder::write(&folder.join("hardhat-2/0123456789abcdef.json"), &second.to_string())?;

    let named = input("project/contracts/Vault.sol");
    let mut third = document("hh3-sol-build-info-1", &named);
    third["userSourceNameMap"] = json!({ "contracts/Vault.sol": "project/contracts/Vault.sol" });
    folder::write(&folder.join("hardhat-3/0123456789abcdef.json"), &third.to_string())?;
    let output = json!({
        "_format": "hh3-sol-build-info-output-1", "id": "0123456789abcdef",
        "output": solc::compile(SOLC, &named)?.output,
    });
    folder::write(&folder.join("hardhat-3/0123456789abcdef.output.json"), &output.to_string())?;
    Ok(())
}

fn move_to(from: &Path, to: &Path) -> Result<(), Fault> {
    std::fs::rename(from, to)
        .map_err(|source| crate::TaskError::File { attempt: "move", path: from.into(), source }.into())
}
