//! Inputs that cannot be judged: one clear message each, with the exit code that it stands for.

use crate::program::{cache, folder, run, uplint};

/// An input by the name and contents of its file, the exit code, and what the message says.
type Case = (&'static str, &'static str, i32, &'static [&'static str]);

const CASES: &[Case] = &[
    ("odd.hex", "0x608", 2, &["uplint::artifact::odd_bytecode", "`odd.hex`", "3 hexadecimal digits"]),
    ("words.bin", "hello", 2, &["uplint::artifact::not_hexadecimal", "`words.bin`", "'h'"]),
    ("empty.hex", "0x", 3, &["uplint::artifact::empty_bytecode", "`empty.hex`"]),
    ("blank.hex", "\n", 3, &["uplint::artifact::empty_bytecode", "`blank.hex`"]),
    ("cut.json", "{\"abi\": [", 2, &["uplint::artifact::truncated", "`cut.json`", "cut off"]),
    ("text.json", "{hello}", 2, &["uplint::artifact::not_json", "`text.json`"]),
    ("other.json", "{\"name\": \"left-pad\"}", 2, &["uplint::artifact::", "`other.json`"]),
    ("readme.md", "hello", 2, &["uplint::input::unknown", "readme.md"]),
    (
        "Broken.sol",
        "pragma solidity 0.8.28;\ncontract Broken { uint256 public x = y; }\n",
        2,
        &["uplint::source::error", "Broken.sol", "Undeclared identifier", "Broken.sol:2"],
    ),
    (
        "Importing.sol",
        "pragma solidity 0.8.28;\nimport \"./Gone.sol\";\ncontract Importing {}\n",
        2,
        &["uplint::source::import", "`./Gone.sol`", "Importing.sol"],
    ),
    (
        "Plain.sol",
        "pragma solidity 0.8.28;\ncontract Plain { uint256 public x; }\n",
        3,
        &["uplint::nothing", "Plain.sol:Plain", "--contract Plain", "--all"],
    ),
    (
        "Interface.sol",
        "pragma solidity 0.8.28;\ninterface Interface { function initialize() external; }\n",
        3,
        &["uplint::nothing"],
    ),
];

#[test]
fn each_bad_input_has_its_message_and_its_exit_code() {
    for (name, contents, code, needles) in CASES {
        let folder = folder(&[(name, contents)]);
        let seen = run(uplint().current_dir(folder.path()).arg("check").arg(name).args(cache()));
        assert_eq!(seen.code, Some(*code), "{name}: {}", seen.stderr);
        assert_eq!(seen.stdout, "", "{name}");
        for needle in *needles {
            assert!(seen.stderr.contains(needle), "{name} lacks {needle}: {}", seen.stderr);
        }
    }
}

#[test]
fn a_bad_old_version_is_told_like_a_bad_new_one() {
    let folder = folder(&[("odd.hex", "0x608"), ("good.hex", "0x6080")]);
    for arguments in [["odd.hex", "good.hex"], ["good.hex", "odd.hex"]] {
        let seen = run(uplint().current_dir(folder.path()).arg("check").args(arguments));
        assert_eq!(seen.code, Some(2));
        assert!(seen.stderr.contains("`odd.hex`"), "{}", seen.stderr);
    }
}

#[test]
fn a_missing_file_is_named() {
    let seen = run(uplint().args(["check", "no/such/file.sol"]));
    assert_eq!(seen.code, Some(2));
    assert!(
        seen.stderr.contains("uplint::input::missing") && seen.stderr.contains("no/such/file.sol"),
        "{}",
        seen.stderr
    );
}

#[test]
fn an_empty_folder_holds_nothing_to_judge() {
    let folder = folder(&[]);
    let seen = run(uplint().arg("check").arg(folder.path()));
    assert_eq!(seen.code, Some(3));
    assert!(seen.stderr.contains("uplint::input::nothing"), "{}", seen.stderr);
}

#[test]
fn standard_input_is_held_to_the_same_standard() {
    for (bytes, code, needle) in [("0x1", 2, "uplint::artifact::odd_bytecode"), ("", 3, "uplint::artifact::empty")] {
        let seen = run(uplint().args(["check", "-"]).write_stdin(bytes));
        assert_eq!(seen.code, Some(code), "{}", seen.stderr);
        assert!(seen.stderr.contains(needle), "{}", seen.stderr);
    }
}

#[test]
fn contracts_that_are_not_there_or_not_told_apart_are_listed() {
    let vault = "pragma solidity 0.8.28;\ncontract Vault { uint256 public x; }\n";
    let both = folder(&[("a/Vault.sol", vault), ("b/Vault.sol", vault)]);
    let check = |name: &str| run(uplint().arg("check").arg(both.path()).args(["--contract", name]).args(cache()));
    let seen = check("Vault");
    assert_eq!(seen.code, Some(2));
    assert!(seen.stderr.contains("uplint::contract::ambiguous"), "{}", seen.stderr);
    assert!(seen.stderr.contains("`a/Vault.sol:Vault`, `b/Vault.sol:Vault`"), "{}", seen.stderr);
    let seen = check("Valut");
    assert_eq!(seen.code, Some(2));
    assert!(seen.stderr.contains("uplint::contract::unknown"), "{}", seen.stderr);
    assert!(seen.stderr.contains("did you mean `a/Vault.sol:Vault`?"), "{}", seen.stderr);
    let seen = check("Entirely");
    assert!(seen.stderr.contains("there is `a/Vault.sol:Vault`, `b/Vault.sol:Vault`"), "{}", seen.stderr);
}

#[test]
fn an_interface_that_is_named_is_refused() {
    let source = "pragma solidity 0.8.28;\ninterface Only { function f() external; }\nlibrary Lib {}\n";
    let folder = folder(&[("Only.sol", source)]);
    for name in ["Only", "Lib"] {
        let seen = run(uplint().arg("check").arg(folder.path()).args(["--contract", name]).args(cache()));
        assert_eq!(seen.code, Some(2));
        assert!(seen.stderr.contains("uplint::contract::kind"), "{}", seen.stderr);
    }
}

#[test]
fn a_compiler_that_is_not_there_is_an_error_and_no_download_is_tried_offline() {
    let source = "pragma solidity 0.8.27;\ncontract A { function initialize() external {} }\n";
    let folder = folder(&[("A.sol", source), ("cache/readme", "")]);
    let seen = run(uplint().current_dir(folder.path()).args(["check", "A.sol", "--offline", "--solc", "no/such/solc"]));
    assert_eq!(seen.code, Some(2));
    assert!(seen.stderr.contains("no/such/solc"), "{}", seen.stderr);
}

#[test]
fn hostile_sources_are_judged() {
    let a = "pragma solidity 0.8.28;\nimport \"./B.sol\";\ncontract A { B b; function initialize() external {} }\n";
    let b = "pragma solidity 0.8.28;\nimport \"./A.sol\";\ncontract B { A a; function initialize() external {} }\n";
    let cyclic = folder(&[("A.sol", a), ("B.sol", b)]);
    let seen = run(uplint().arg("check").arg(cyclic.path()).args(cache()));
    assert!(matches!(seen.code, Some(0 | 1)), "{}", seen.stderr);
    let linked = "pragma solidity 0.8.28;\nlibrary L { function f() external pure returns (uint256) { return 1; } }\n\
                  contract A { function initialize() external pure returns (uint256) { return L.f(); } }\n";
    let linked = folder(&[("A.sol", linked)]);
    let seen = run(uplint().arg("check").arg(linked.path()).args(cache()));
    assert!(matches!(seen.code, Some(0 | 1)), "{}", seen.stderr);
    let large = folder(&[("large.hex", &"5b".repeat(1 << 20))]);
    let seen = run(uplint().arg("check").arg(large.path().join("large.hex")));
    assert!(matches!(seen.code, Some(0 | 1)), "{}", seen.stderr);
}
