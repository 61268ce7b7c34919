//! Inputs that cannot be judged: one clear message each, with the exit code that it stands for.

use std::path::Path;

use crate::program::{Seen, cache, folder, run, uplint};

/// An input by the name and contents of its file, the exit code, and what the message says.
type Case = (&'static str, &'static str, i32, &'static [&'static str]);

/// Lists within lists, deeper than a reader that follows them by its own stack could go.
const DEEP: &str = match str::from_utf8(&[b'['; 200_000]) {
    Ok(text) => text,
    Err(_) => "",
};

const CASES: &[Case] = &[
    ("odd.hex", "0x608", 2, &["uplint::artifact::odd_bytecode", "`odd.hex`", "3 hexadecimal digits"]),
    ("words.bin", "hello", 2, &["uplint::artifact::not_hexadecimal", "`words.bin`", "'h'"]),
    ("empty.hex", "0x", 3, &["uplint::artifact::empty_bytecode", "`empty.hex`"]),
    ("blank.hex", "\n", 3, &["uplint::artifact::empty_bytecode", "`blank.hex`"]),
    ("cut.json", "{\"abi\": [", 2, &["uplint::artifact::truncated", "`cut.json`", "cut off"]),
    ("text.json", "{hello}", 2, &["uplint::artifact::not_json", "`text.json`"]),
    ("other.json", "{\"name\": \"left-pad\"}", 2, &["uplint::artifact::", "`other.json`"]),
    ("deep.json", DEEP, 2, &["uplint::artifact::", "`deep.json`"]),
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
        "Torn.sol",
        "pragma solidity >=0.8.10 <0.8.5;\ncontract Torn {}\n",
        2,
        &["uplint::source::version", "no compiler version fits", "Torn.sol"],
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
        let side = if arguments[0] == "odd.hex" { "the old version:" } else { "the new version:" };
        assert!(seen.stderr.contains("`odd.hex`") && seen.stderr.contains(side), "{}", seen.stderr);
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
fn a_version_that_is_given_and_holds_nothing_is_no_version_to_compare_with() {
    let refused = r#"{"errors":[{"severity":"error","message":"no","formattedMessage":"ParserError: no\n --> A.sol:1:1"}],
        "sources":{}}"#;
    let vault = "pragma solidity 0.8.28;\ncontract Vault { function initialize() external {} }\n";
    let folder = folder(&[
        ("Vault.sol", vault),
        ("empty.sol", ""),
        ("comment.sol", "// nothing yet\n"),
        ("nothing.json", r#"{"contracts":{}}"#),
        ("refused.json", refused),
        ("refusals/refused.json", refused),
    ]);
    for (empty, code, needle) in [
        ("empty.sol", 3, "holds no contract"),
        ("comment.sol", 3, "holds no contract"),
        ("nothing.json", 3, "holds no contract"),
        ("refused.json", 2, "ParserError: no --> A.sol:1:1"),
        ("refusals", 2, "ParserError: no --> A.sol:1:1"),
    ] {
        for arguments in [&[empty, "Vault.sol"][..], &["Vault.sol", empty], &[empty]] {
            let seen = run(uplint().current_dir(folder.path()).arg("check").args(arguments).args(cache()));
            assert_eq!(seen.code, Some(code), "{arguments:?}: {}{}", seen.stdout, seen.stderr);
            assert!(seen.stderr.contains(needle), "{arguments:?}: {}", seen.stderr);
        }
    }
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
fn a_configuration_that_cannot_be_used_is_shown_with_its_place() {
    let vault = "pragma solidity 0.8.28;\ncontract Vault { function initialize() external {} }\n";
    for (toml, needles) in [
        ("[profile.default]\noptimizer = maybe\n", ["foundry.toml", "line 2"]),
        ("[profile.default]\nsolc = \"newest\"\n", ["foundry.toml", "neither a version nor a file"]),
        ("[profile.default]\nevm_version = \"tomorrow\"\n", ["foundry.toml", "tomorrow"]),
        ("[profile.default]\nremappings = [\"nowhere\"]\n", ["foundry.toml", "nowhere"]),
    ] {
        let project = folder(&[("foundry.toml", toml), ("src/Vault.sol", vault)]);
        let seen = run(uplint().current_dir(project.path()).arg("check").args(cache()));
        assert_eq!(seen.code, Some(2), "{}", seen.stderr);
        for needle in needles.iter().chain(&["uplint::project::config"]) {
            assert!(seen.stderr.contains(needle), "{needle} is missing: {}", seen.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_source_that_is_a_link_out_of_the_project_is_not_read() {
    let importing = "pragma solidity 0.8.28;\nimport \"./Secret.sol\";\ncontract A {}\n";
    let folder =
        folder(&[("app/foundry.toml", ""), ("app/src/A.sol", importing), ("Secret.sol", "contract Secret {}")]);
    std::os::unix::fs::symlink(folder.path().join("Secret.sol"), folder.path().join("app/src/Secret.sol"))
        .expect("invariant: the folder is writable");
    let seen = run(uplint().arg("check").arg(folder.path().join("app")).args(cache()));
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    assert!(seen.stderr.contains("uplint::input::outside"), "{}", seen.stderr);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_out_of_the_project_is_not_searched() {
    let vault = "pragma solidity 0.8.28;\ncontract Vault { function initialize() external {} }\n";
    for (marker, link, code) in [
        ("foundry.toml", "lib/everything", "uplint::project::config"),
        ("foundry.toml", "src", "uplint::input::outside"),
        ("hardhat.config.js", "contracts", "uplint::input::outside"),
        ("hardhat.config.js", "artifacts/build-info", "uplint::input::outside"),
    ] {
        let project = folder(&[(marker, ""), ("other/Vault.sol", vault), ("lib/readme", ""), ("artifacts/readme", "")]);
        std::os::unix::fs::symlink("/", project.path().join(link)).expect("invariant: the folder is writable");
        let seen = run(uplint().arg("check").arg(project.path()).args(cache()));
        assert_eq!(seen.code, Some(2), "{link}: {}", seen.stderr);
        assert!(
            seen.stderr.contains(code) && seen.stderr.contains("leads out of the project"),
            "{link}: {}",
            seen.stderr
        );
    }
}

/// A machine with no compiler on it: what a run there looks like.
fn without_compilers(input: &Path, arguments: &[&str]) -> Seen {
    let home = folder(&[]);
    let mut command = uplint();
    command.env("HOME", home.path()).env("PATH", home.path()).env_remove("VIRTUAL_ENV").env_remove("XDG_DATA_HOME");
    run(command.arg("check").arg(input).args(arguments).arg("--cache-dir").arg(home.path().join("cache")))
}

#[test]
fn where_no_compiler_is_to_be_had_everything_that_was_tried_is_told() {
    let vault = "pragma solidity 0.8.28;\ncontract Vault {}\n";
    let toml = "[profile.default]\nsolc = \"0.8.28\"\n";
    let project = folder(&[("foundry.toml", toml), ("src/Vault.sol", vault), ("vault.vy", "# pragma version 0.4.0\n")]);
    let seen = without_compilers(project.path(), &["--offline"]);
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    for needle in [
        "uplint::compiler::none",
        "no solc 0.8.28 to be had",
        "the version manager's store does not hold it",
        "there is no `solc` on PATH",
        "the cache does not hold it",
        "forbidden by `--offline`",
        "--solc PATH",
    ] {
        assert!(seen.stderr.contains(needle), "{needle} is missing: {}", seen.stderr);
    }
    let seen = without_compilers(&project.path().join("vault.vy"), &[]);
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    for needle in ["uplint::compiler::vyper", "no vyper to be had", "pip install 'vyper==0.4.0'", "--vyper PATH"] {
        assert!(seen.stderr.contains(needle), "{needle} is missing: {}", seen.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_compiler_that_does_not_fit_or_does_not_work_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let source = folder(&[("Vault.sol", "pragma solidity 0.8.28;\ncontract Vault {}\n")]);
    for (script, needles) in [
        ("echo 'Version: 0.8.1'", ["uplint::compiler::version", "is solc 0.8.1, which does not fit"]),
        ("echo no >&2; exit 7", ["uplint::compiler::failed", "no"]),
        ("echo solc", ["uplint::compiler::failed", "printed no version"]),
    ] {
        let tools = folder(&[("solc", &format!("#!/bin/sh\n{script}\n"))]);
        let solc = tools.path().join("solc");
        std::fs::set_permissions(&solc, std::fs::Permissions::from_mode(0o755)).expect("invariant: it is our file");
        let seen = without_compilers(&source.path().join("Vault.sol"), &["--solc", &solc.to_string_lossy()]);
        assert_eq!(seen.code, Some(2), "{}", seen.stderr);
        for needle in needles {
            assert!(seen.stderr.contains(needle), "{needle} is missing: {}", seen.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_home_directory_that_is_relative_serves() {
    let soljson = "const answers = { solidity_version: () => '0.8.28+commit.00000000.Emscripten.clang',\n\
        solidity_compile: () => JSON.stringify({ errors: [{ severity: 'error', message: 'it ran' }] }) };\n\
        module.exports = { _solidity_version() {}, _solidity_compile() {}, cwrap: name => answers[name],\n\
        _malloc: () => 0, HEAPU8: new Uint8Array(1 << 20) };\n";
    let place = folder(&[("A.sol", "pragma solidity 0.8.28;\ncontract A {}\n"), ("tools/soljson.js", soljson)]);
    let mut command = uplint();
    command.current_dir(place.path()).env("HOME", "home").env_remove("XDG_CACHE_HOME");
    let seen = run(command.args(["check", "A.sol", "--solc", "tools/soljson.js", "--allow-project-compiler"]));
    assert!(seen.stderr.contains("it ran"), "{}", seen.stderr);
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
