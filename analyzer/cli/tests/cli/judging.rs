//! Which contracts are judged, how they are paired, and what the verdict does to the exit code.

use crate::program::{Seen, cache, demo, folder, run, uplint};

/// A small upgradeable contract with these state variables.
fn contract(name: &str, variables: &str) -> String {
    format!(
        "pragma solidity 0.8.28;\ncontract {name} {{ {variables}\n    function initialize() external {{}}\n    \
         function upgradeTo(address) external {{}} }}\n"
    )
}

fn check(old: &[(&str, &str)], new: &[(&str, &str)], arguments: &[&str]) -> Seen {
    let (old, new) = (folder(old), folder(new));
    run(uplint().arg("check").args([old.path(), new.path()]).args(arguments).args(cache()))
}

fn json(seen: &Seen) -> serde_json::Value {
    serde_json::from_str(&seen.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", seen.stdout, seen.stderr))
}

#[test]
fn the_demonstration_fails_and_names_the_slot_both_variables_and_the_cause() {
    let seen = run(uplint().arg("check").args([demo("v1"), demo("v2")]).args(cache()));
    assert_eq!(seen.code, Some(1), "{}", seen.stderr);
    for needle in ["fail", "SL001", "`feeBasisPoints`", "owner", "totalAssets", "slot 0", "slot 1"] {
        assert!(seen.stdout.contains(needle), "{needle} is missing:\n{}", seen.stdout);
    }
}

#[test]
fn the_demonstration_passes_against_itself() {
    let seen = run(uplint().arg("check").args([demo("v1"), demo("v1")]).args(["--output", "json"]).args(cache()));
    assert_eq!(seen.code, Some(0), "{}", seen.stdout);
    let report = json(&seen);
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["contracts"][0]["status"], "unchanged");
}

#[test]
fn what_fails_and_what_is_shown_can_be_chosen() {
    let demo =
        |arguments: &[&str]| run(uplint().arg("check").args([demo("v1"), demo("v2")]).args(arguments).args(cache()));
    assert_eq!(demo(&["--fail-on", "critical"]).code, Some(0));
    assert_eq!(demo(&["--fail-on", "none"]).code, Some(0));
    assert_eq!(demo(&["--ignore", "SL"]).code, Some(0));
    assert_eq!(demo(&["--select", "SL001"]).code, Some(1));
    assert_eq!(demo(&["--select", "storage-variable-moved", "--fail-on", "low"]).code, Some(1));
    let quiet = demo(&["--min-severity", "critical", "--fail-on", "critical"]);
    assert!(!quiet.stdout.contains("SL001"), "{}", quiet.stdout);
    let lowered = demo(&["--min-severity", "critical"]);
    assert!(lowered.stdout.contains("SL001"), "what fails is shown:\n{}", lowered.stdout);
}

#[test]
fn review_fails_in_strict_mode_alone() {
    let code = folder(&[("old.hex", "0x6001"), ("new.hex", "0x6002")]);
    let check = |arguments: &[&str]| {
        run(uplint().current_dir(code.path()).args(["check", "old.hex", "new.hex"]).args(arguments))
    };
    let plain = check(&["--output", "json"]);
    assert_eq!((plain.code, json(&plain)["verdict"].as_str()), (Some(0), Some("review")));
    assert_eq!(check(&["--strict"]).code, Some(1));
}

#[test]
fn one_version_is_judged_alone() {
    let seen = run(uplint().arg("check").arg(demo("v1").join("Vault.sol")).args(["--output", "json"]).args(cache()));
    assert_eq!(seen.code, Some(0), "{}{}", seen.stdout, seen.stderr);
    let report = json(&seen);
    assert_eq!(report["inputs"]["old"], serde_json::Value::Null);
    assert_eq!(report["contracts"][0]["name"], "Vault.sol:Vault");
}

#[test]
fn a_removed_contract_is_for_review_and_its_likeliest_successor_is_named() {
    let vault = contract("Vault", "uint256 total; address owner;");
    let (store, other) =
        (contract("Store", "uint256 total; address owner; uint256 cap;"), contract("Other", "bytes32 root;"));
    let seen = check(
        &[("Vault.sol", &vault), ("Other.sol", &other)],
        &[("Store.sol", &store), ("Other.sol", &other), ("Third.sol", &contract("Third", "uint8 q;"))],
        &["--output", "json"],
    );
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    let report = json(&seen);
    assert_eq!(report["verdict"], "review");
    let contracts = report["contracts"].as_array().cloned().unwrap_or_default();
    let statuses: Vec<_> = contracts.iter().map(|contract| (&contract["name"], &contract["status"])).collect();
    let expected = [
        ("Other.sol:Other", "unchanged"),
        ("Store.sol:Store", "new"),
        ("Third.sol:Third", "new"),
        ("Vault.sol:Vault", "removed"),
    ];
    assert_eq!(
        format!("{statuses:?}"),
        format!("{:?}", expected.map(|(name, status)| (serde_json::json!(name), serde_json::json!(status))))
    );
    let gap = &contracts[3]["gaps"][0];
    assert_eq!(gap["blocking"], true);
    assert!(gap["message"].as_str().is_some_and(|text| text.contains("Store.sol:Store")), "{gap}");
}

#[test]
fn renamed_contracts_are_paired_by_what_their_names_share_or_by_being_the_last() {
    let old = contract("Vault", "uint256 total; address owner;");
    for (name, remark) in [("VaultV2", "version mark"), ("Treasury", "low confidence")] {
        let new = contract(name, "uint256 total; address owner; uint256 cap;");
        let seen = check(&[("V.sol", &old)], &[("W.sol", &new)], &["--output", "json"]);
        let report = json(&seen);
        assert_eq!(report["contracts"][0]["old"], "V.sol:Vault", "{name}");
        assert!(seen.stdout.contains(remark), "{}", seen.stdout);
    }
}

#[test]
fn a_pair_that_is_a_guess_does_not_fail_a_build() {
    let (old, new) = (contract("Vault", "uint256 total;"), contract("Treasury", "address owner; uint256 total;"));
    let guessed = check(&[("V.sol", &old)], &[("W.sol", &new)], &["--output", "json"]);
    assert_eq!((guessed.code, json(&guessed)["verdict"].as_str()), (Some(0), Some("review")), "{}", guessed.stdout);
    let named = check(&[("V.sol", &old)], &[("W.sol", &new)], &["--contract", "Vault=Treasury"]);
    assert_eq!(named.code, Some(1), "{}", named.stdout);
}

#[test]
fn an_annotation_pairs_two_contracts_of_one_input() {
    let old = contract("VaultV1", "address owner; uint256 total;");
    let new = contract("VaultV2", "address owner; uint256 fee; uint256 total;")
        .replace("contract", "/// @custom:oz-upgrades-from VaultV1\ncontract");
    let both = folder(&[("V1.sol", &old), ("V2.sol", &new)]);
    let seen = run(uplint().arg("check").arg(both.path()).args(["--output", "json"]).args(cache()));
    assert_eq!(seen.code, Some(1), "{}{}", seen.stdout, seen.stderr);
    let second = &json(&seen)["contracts"][1];
    assert_eq!((&second["old"], &second["findings"][0]["rule"]), (&"V1.sol:VaultV1".into(), &"SL001".into()));
}

#[test]
fn a_specification_pairs_what_nothing_else_would() {
    let old = contract("A", "uint256 x;");
    let new = contract("B", "uint256 x;") + "contract C { uint128 y; uint128 x; function initialize() external {} }";
    let seen = check(&[("A.sol", &old)], &[("B.sol", &new)], &["--contract", "A=C", "--output", "json"]);
    let report = json(&seen);
    assert_eq!(report["contracts"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&report["contracts"][0]["old"], &report["contracts"][0]["name"]),
        (&"A.sol:A".into(), &"B.sol:C".into())
    );
}

#[test]
fn all_takes_what_does_not_look_upgradeable() {
    let plain = "pragma solidity 0.8.28;\ncontract Plain { uint256 public x; }\nlibrary L {}\ninterface I {}\n";
    let folder = folder(&[
        ("Plain.sol", plain),
        ("test/Plain.t.sol", "pragma solidity 0.8.28;\ncontract PlainTest { uint256 x; }\n"),
    ]);
    let seen = run(uplint().arg("check").arg(folder.path()).args(["--all", "--output", "json"]).args(cache()));
    let report = json(&seen);
    let names: Vec<_> =
        report["contracts"].as_array().into_iter().flatten().map(|contract| &contract["name"]).collect();
    assert_eq!(names, ["Plain.sol:Plain"]);
}

#[test]
fn tests_and_scripts_are_compiled_and_judged_when_they_are_named() {
    let (vault, mock) = (contract("Vault", "uint256 total;"), contract("Mock", "uint256 total;"));
    let moved = contract("Mock", "uint8 first; uint256 total;");
    for (marker, test) in [
        ("foundry.toml", "test/Mock.t.sol"),
        ("foundry.toml", "script/Mock.s.sol"),
        ("hardhat.config.js", "test/Mock.t.sol"),
        ("readme", "contracts/Mock.t.sol"),
    ] {
        let sources = ["src/Vault.sol", "contracts/Vault.sol"].map(|path| (path, vault.as_str()));
        let version =
            |mock| [&[(marker, ""), (test, mock), ("test/Broken.t.sol", "contract {")][..], &sources].concat();
        let spec = format!("{test}:Mock");
        let seen = check(&version(&mock), &version(&moved), &["--contract", &spec, "--output", "json"]);
        assert_eq!(seen.code, Some(1), "{test}: {}", seen.stderr);
        assert_eq!(json(&seen)["contracts"][0]["name"], spec.as_str());
        let seen = check(&version(&mock), &version(&moved), &["--output", "json"]);
        assert!(!seen.stdout.contains("Mock"), "{test}: {}", seen.stdout);
        let old = folder(&version(&mock));
        let seen = run(uplint().arg("inspect").arg(old.path()).args(["--contract", &spec]).args(cache()));
        assert_eq!(seen.code, Some(0), "{test}: {}", seen.stderr);
    }
}

#[test]
fn a_finding_is_known_again_after_its_source_was_edited() {
    let fingerprints = |old: &str, source: &str| {
        let old = contract("Vault", old);
        let seen = check(&[("V.sol", &old)], &[("V.sol", source)], &["--output", "json"]);
        let findings = json(&seen)["contracts"][0]["findings"].as_array().cloned().unwrap_or_default();
        let of_moved = findings.iter().filter(|finding| finding["rule"] == "SL001");
        of_moved.filter_map(|finding| finding["fingerprint"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let old = "uint256 total; address owner;";
    let known = fingerprints(old, &contract("Vault", "uint256 fee; uint256 total; address owner;"));
    assert_eq!(known.len(), 1);
    let edited = contract("Vault", "\n\n    /* what it takes */ uint256\n  fee;\n uint256 total; address owner;\n\n");
    assert_eq!(fingerprints(old, &format!("// a new first line\n{edited}")), known);
    let other = contract("Vault", "uint256 fee; uint256 assets; address owner;");
    assert_ne!(fingerprints("uint256 assets; address owner;", &other), known);
}

#[test]
fn an_upgrade_call_has_to_fit_a_contract() {
    let old = contract("Vault", "uint256 total;");
    let new = contract("Vault", "uint256 total; function initializeV2(uint256 cap) external {}");
    let check = |call: &str| check(&[("V.sol", &old)], &[("V.sol", &new)], &["--upgrade-call", call]);
    for call in ["none", "initializeV2(5)", "initializeV2(uint256)(5)", "initialize()"] {
        let seen = check(call);
        assert!(matches!(seen.code, Some(0 | 1)), "{call}: {}", seen.stderr);
    }
    for (call, needle) in [
        ("initializeV3(5)", "`initializeV3`"),
        ("initializeV2(x)", "initializeV2(uint256)"),
        ("0x12345678", "0x12345678"),
    ] {
        let seen = check(call);
        assert_eq!(seen.code, Some(2), "{call}");
        assert!(seen.stderr.contains("uplint::usage::call") && seen.stderr.contains(needle), "{}", seen.stderr);
    }
}

#[test]
fn a_proxy_is_a_kind_a_contract_or_a_file() {
    let vault = contract("Vault", "uint256 total;") + "contract Front { address impl; fallback() external payable {} }";
    let old = folder(&[("V.sol", &vault)]);
    let code = folder(&[("proxy.hex", "0x6001")]);
    let check = |specs: &[&str]| {
        let mut command = uplint();
        command.current_dir(code.path()).arg("check").args([old.path(), old.path()]).args(cache());
        for spec in specs {
            command.args(["--proxy", spec]);
        }
        run(&mut command)
    };
    for specs in [&["uups"][..], &["Front"], &["V.sol:Front", "transparent"], &["proxy.hex"]] {
        let seen = check(specs);
        assert!(matches!(seen.code, Some(0 | 1)), "{specs:?}: {}", seen.stderr);
    }
    for specs in [&["uups", "beacon"][..], &["Front", "proxy.hex"], &["Nowhere"], &["gone.hex"]] {
        let seen = check(specs);
        assert_eq!(seen.code, Some(2), "{specs:?}: {}", seen.stderr);
    }
}

#[test]
fn what_the_code_of_a_version_does_is_shown_by_the_names_of_its_variables() {
    let show = |what: &str, format: &str| {
        let seen =
            run(uplint().arg("inspect").arg(demo("v1")).args(["--show", what, "--output", format]).args(cache()));
        assert_eq!(seen.code, Some(0), "{}", seen.stderr);
        seen
    };
    let text = show("functions,accesses,calls,guards", "text").stdout;
    for part in ["0x3659cfe6 upgradeTo(address)", "balanceOf[caller]", "totalAssets", "staticcall", "internal function"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let accesses = json(&show("accesses", "json"));
    let functions = accesses["contracts"][0]["accesses"]["functions"].as_array().cloned().unwrap_or_default();
    let upgrade = functions.iter().find(|function| function["function"] == "0x3659cfe6 upgradeTo(address)");
    let written: Vec<_> = upgrade
        .map(|function| &function["list"])
        .and_then(|list| list.as_array())
        .into_iter()
        .flatten()
        .filter(|access| access["kind"] == "write")
        .map(|access| access["slot"].clone())
        .collect();
    assert_eq!(written, ["0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"]);
    let guards = show("guards", "json").stdout;
    assert!(guards.contains("(caller == address(storage[0]))") || guards.contains("(address(storage[0]) == caller)"));
}
