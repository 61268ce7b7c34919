//! Build information, artifacts and bytecode, complete and incomplete.

use std::path::{Path, PathBuf};

use serde_json::Value;
use uplint_compile::{Build, CompileOptions, InputKind, load_bytes};

use super::{built, folder, load, names, options, refused, variables, write};

/// A recorded document of one build of a small project.
fn recorded(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifact/tests/data/vault").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn copy(name: &str, to: &Path) -> PathBuf {
    write(to, &String::from_utf8(recorded(name)).expect("it is text"))
}

/// Writes the sources that a build records below `root`.
fn write_sources(build: &str, root: &Path) {
    let build: Value = serde_json::from_slice(&recorded(build)).expect("it is JSON");
    for (path, source) in build["input"]["sources"].as_object().expect("it has sources") {
        write(&root.join(path), source["content"].as_str().expect("it has text"));
    }
}

fn gaps(build: &Build) -> Vec<&str> {
    build.gaps.iter().map(|gap| gap.message.as_str()).collect()
}

const VAULT: &str = "src/Vault.sol:Vault";

#[test]
fn a_build_info_without_layouts_is_completed_from_its_recorded_input() {
    let dir = folder(&[]);
    let file = copy("hardhat2-build-info.json", &dir.path().join("build.json"));
    let build = built(&file);
    assert_eq!(build.kind, InputKind::BuildInfo);
    assert_eq!(gaps(&build), [""; 0]);
    assert!(!variables(&build, VAULT).is_empty());
    let complete = built(&copy("foundry-build-info.json", &dir.path().join("foundry.json")));
    assert_eq!(variables(&build, VAULT), variables(&complete, VAULT));
    assert_eq!(names(&build), names(&complete));
}

#[test]
fn a_build_info_of_foundry_is_completed_without_what_foundry_adds_to_the_input() {
    let mut build: Value = serde_json::from_slice(&recorded("foundry-build-info.json")).expect("it is JSON");
    assert!(build["input"].get("allowPaths").is_some(), "the recorded input has no addition of Foundry's");
    let vault = build["output"]["contracts"]["src/Vault.sol"]["Vault"].as_object_mut().expect("it is a contract");
    let layout = vault.remove("storageLayout").expect("it has a layout");
    build["input"]["settings"]["outputSelection"]["*"]["*"] = serde_json::json!(["abi"]);
    let dir = folder(&[("build.json", &build.to_string())]);
    let build = built(&dir.path().join("build.json"));
    assert_eq!(gaps(&build), [""; 0]);
    assert_eq!(variables(&build, VAULT).len(), layout["storage"].as_array().map_or(0, Vec::len));
}

#[test]
fn both_halves_of_a_hardhat_3_build_are_read_under_the_names_of_the_project() {
    let dir = folder(&[]);
    for half in ["hardhat3-build-info.json", "hardhat3-build-info.output.json"] {
        copy(half, &dir.path().join(half));
    }
    let build = built(dir.path());
    assert_eq!(build.kind, InputKind::BuildInfo);
    assert!(names(&build).iter().all(|name| !name.starts_with("project/")), "{:?}", names(&build));
    assert_eq!(gaps(&build), [""; 0]);
    assert!(build.artifacts.iter().any(|artifact| artifact.storage_layout.is_some() && artifact.ast().is_some()));
    std::fs::remove_file(dir.path().join("hardhat3-build-info.output.json")).expect("it is there");
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.contains("one half of a Hardhat 3 build-info"), "{text}");
}

#[test]
fn what_cannot_be_completed_is_a_gap_that_says_why() {
    let mut build: Value = serde_json::from_slice(&recorded("hardhat2-build-info.json")).expect("it is JSON");
    build["solcVersion"] = "0.8.9999".into();
    build["solcLongVersion"] = "0.8.9999+commit.00000000".into();
    let dir = folder(&[("build.json", &build.to_string())]);
    let options = CompileOptions { offline: true, ..options() };
    let build = load(&dir.path().join("build.json"), &options).expect("the rest can be judged");
    let about_vault =
        build.gaps.iter().find(|gap| gap.contract.as_deref() == Some("Vault")).expect("a layout is missing");
    let text = &about_vault.message;
    assert!(text.starts_with("the storage layout is missing and was not completed: no solc 0.8.9999"), "{text}");
    assert!(!names(&build).is_empty());
}

#[test]
fn an_output_without_its_input_is_read_with_gaps() {
    let mut output: Value = serde_json::from_slice(&recorded("standard-json-output.json")).expect("it is JSON");
    for (_, file) in output["contracts"].as_object_mut().expect("it has contracts") {
        for (_, contract) in file.as_object_mut().expect("it is a file") {
            contract.as_object_mut().expect("it is a contract").remove("storageLayout");
        }
    }
    let build = load_bytes("-", output.to_string().as_bytes(), &options()).expect("it can be read");
    assert_eq!(build.kind, InputKind::StandardJson);
    assert!(gaps(&build).iter().any(|gap| gap.contains("does not record what was compiled")), "{:?}", gaps(&build));
}

#[test]
fn artifacts_of_a_foundry_project_are_completed_from_its_sources() {
    let build: Value = serde_json::from_slice(&recorded("foundry-build-info.json")).expect("it is JSON");
    let dir = folder(&[(
        "foundry.toml",
        "[profile.default]\nsolc = \"0.8.28\"\noptimizer = true\nevm_version = \"cancun\"\n",
    )]);
    write_sources("foundry-build-info.json", dir.path());
    let out = dir.path().join("out/Vault.sol/Vault.json");
    let vault = &build["output"]["contracts"]["src/Vault.sol"]["Vault"];
    let artifact = serde_json::json!({
        "abi": vault["abi"],
        "bytecode": vault["evm"]["bytecode"],
        "deployedBytecode": vault["evm"]["deployedBytecode"],
        "methodIdentifiers": vault["evm"]["methodIdentifiers"],
        "rawMetadata": vault["metadata"],
        "id": 2,
    });
    write(&out, &artifact.to_string());
    for input in [out.as_path(), &dir.path().join("out")] {
        let build = built(input);
        assert_eq!(build.kind, InputKind::Artifacts);
        assert_eq!(names(&build), [VAULT]);
        assert!(!variables(&build, VAULT).is_empty(), "{:?} {:?}", build.notes, gaps(&build));
        assert_eq!(gaps(&build), [""; 0]);
    }
    let source = dir.path().join("src/Vault.sol");
    let text = std::fs::read_to_string(&source).expect("it is there");
    write(&source, &format!("{text}\n// changed\n"));
    let build = built(&out);
    assert!(variables(&build, VAULT).is_empty());
    assert!(build.notes.iter().any(|note| note.contains("not of the project's sources")), "{:?}", build.notes);
}

#[test]
fn a_hardhat_project_is_judged_by_its_build_info() {
    let dir = folder(&[("hardhat.config.js", "throw new Error('never run')")]);
    write_sources("hardhat2-build-info.json", dir.path());
    copy("hardhat2-build-info.json", &dir.path().join("artifacts/build-info/abc.json"));
    let build = built(dir.path());
    assert_eq!(build.kind, InputKind::Hardhat);
    assert!(!variables(&build, VAULT).is_empty());
    let source = dir.path().join("src/Vault.sol");
    let text = std::fs::read_to_string(&source).expect("it is there");
    write(&source, &format!("{text}\n// changed\n"));
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.contains("`src/Vault.sol` has changed"), "{text}");
}

#[test]
fn a_hardhat_project_without_build_info_is_compiled_and_says_so() {
    let dir = folder(&[
        ("hardhat.config.ts", ""),
        ("contracts/A.sol", "pragma solidity 0.8.28; import '@dep/D.sol'; contract A is D {}"),
        ("node_modules/@dep/D.sol", "pragma solidity ^0.8.0; contract D { uint256 d; }"),
        ("test/T.sol", "does not compile"),
    ]);
    let build = built(dir.path());
    assert_eq!(build.kind, InputKind::Hardhat);
    assert_eq!(names(&build), ["@dep/D.sol:D", "contracts/A.sol:A"]);
    assert!(build.notes.iter().any(|note| note.contains("solc's own settings")), "{:?}", build.notes);
}

#[test]
fn of_two_builds_the_one_that_the_artifact_names_is_taken() {
    let mut changed: Value = serde_json::from_slice(&recorded("foundry-build-info.json")).expect("it is JSON");
    changed["output"]["contracts"]["src/Vault.sol"]["Vault"]["storageLayout"]["storage"] = Value::Array(Vec::new());
    let dir = folder(&[("artifacts/build-info/b.json", &changed.to_string())]);
    copy("foundry-build-info.json", &dir.path().join("artifacts/build-info/a.json"));
    let debug = dir.path().join("artifacts/src/Vault.sol/Vault.dbg.json");
    for owner in ["a", "b"] {
        write(&debug, &format!("{{\"buildInfo\":\"../../build-info/{owner}.json\"}}"));
        let build = built(&dir.path().join("artifacts"));
        assert_eq!(variables(&build, VAULT).is_empty(), owner == "b", "{owner}");
    }
}

#[test]
fn bytecode_is_read_from_a_file_and_from_standard_input() {
    let dir = folder(&[("a.hex", "0x6001\n"), ("b.bin", "6001")]);
    for build in [
        built(&dir.path().join("a.hex")),
        built(&dir.path().join("b.bin")),
        load_bytes("-", b"0x6001", &options()).expect("it can be read"),
    ] {
        assert_eq!(build.kind, InputKind::Bytecode);
        assert_eq!(build.artifacts[0].runtime.as_ref().map(|code| code.bytes.to_vec()), Some(vec![0x60, 0x01]));
    }
}

#[test]
fn bad_documents_are_refused_with_what_is_wrong() {
    let whole = String::from_utf8(recorded("foundry-build-info.json")).expect("it is text");
    for (name, content, expected) in [
        ("odd.hex", "0x600", "no whole number of bytes"),
        ("not.hex", "0x60zz", "is no hexadecimal digit"),
        ("cut.json", &whole[..whole.len() / 2], "ends in the middle"),
        ("text.json", "{nothing}", "as JSON"),
        ("other.json", "{\"name\":\"a\"}", "none of the known formats"),
    ] {
        let dir = folder(&[(name, content)]);
        let error = refused(&dir.path().join(name), &options());
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert!(!error.is_nothing_to_judge(), "{name}");
    }
    let dir = folder(&[("empty.hex", "0x")]);
    assert!(refused(&dir.path().join("empty.hex"), &options()).is_nothing_to_judge());
    // A folder with a truncated artifact is not a folder without artifacts.
    let dir = folder(&[("cut.json", &whole[..whole.len() / 2])]);
    assert!(refused(dir.path(), &options()).to_string().contains("ends in the middle"));
}
