//! Expectations that real forge 1.7 prints for the same projects; `forge config --json` and `forge remappings`.

use std::path::Path;

use super::document::Environment;
use super::{FoundryConfig, SolcChoice, resolve_in};
use crate::error::CompileError;

const HEADER: &str = "[profile.default]\n";

fn project(toml: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (path, content) in files.iter().copied().chain([("foundry.toml", toml)]) {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("folders can be made");
        std::fs::write(path, content).expect("it can be written");
    }
    dir
}

fn read(dir: &Path, profile: Option<&str>, variables: &[(&str, &str)]) -> Result<FoundryConfig, CompileError> {
    resolve_in(dir, profile, &Environment::of(variables))
}

fn config(toml: &str) -> FoundryConfig {
    let dir = project(&format!("{HEADER}{toml}"), &[]);
    read(dir.path(), None, &[]).unwrap_or_else(|error| panic!("{toml}: {error}"))
}

fn refused(toml: &str) -> String {
    let dir = project(&format!("{HEADER}{toml}"), &[]);
    read(dir.path(), None, &[]).map(|_| toml).expect_err("it has to fail").to_string()
}

fn with_variable(name: &str, value: &str) -> FoundryConfig {
    let dir = project(HEADER, &[]);
    read(dir.path(), None, &[(name, value)]).unwrap_or_else(|error| panic!("{name}={value}: {error}"))
}

fn remappings(toml: &str, files: &[&str]) -> Vec<String> {
    let files: Vec<_> = files.iter().map(|path| (*path, "contract A {}")).collect();
    let dir = project(&format!("{HEADER}{toml}"), &files);
    read(dir.path(), None, &[]).expect("it can be read").remappings
}

#[test]
fn an_empty_file_means_the_defaults_of_forge() {
    let config = config("");
    assert_eq!((config.optimizer, config.optimizer_runs, config.via_ir), (false, 200, false));
    assert_eq!((config.evm_version.as_str(), config.bytecode_hash.as_str()), ("osaka", "ipfs"));
    assert_eq!(config.libs, [Path::new("lib")]);
    assert_eq!(config.src, Path::new("src"));
}

#[test]
fn a_profile_inherits_from_the_default_one_key_by_key() {
    let toml = "[profile.default]\noptimizer=true\nlibs=[\"lib\",\"x\"]\n[profile.default.optimizer_details]\nyul=true\n\
        [profile.ci]\noptimizer_runs=7\n[profile.ci.optimizer_details]\ncse=true\n";
    let dir = project(toml, &[]);
    let ci = read(dir.path(), Some("ci"), &[]).expect("it can be read");
    assert_eq!((ci.optimizer, ci.optimizer_runs, ci.libs.len()), (true, 7, 2));
    assert_eq!(ci.optimizer_details, Some(serde_json::json!({"yul": true, "cse": true})));
    let same = read(dir.path(), None, &[("FOUNDRY_PROFILE", "ci")]).expect("it can be read");
    assert_eq!(same, ci);
    let other = read(dir.path(), Some("missing"), &[]).expect("it can be read");
    assert_eq!(other.optimizer_runs, 200);
}

#[test]
fn runs_alone_switch_the_optimizer_on() {
    let of = |toml| {
        let config = config(toml);
        (config.optimizer, config.optimizer_runs)
    };
    assert_eq!(of("optimizer_runs=1"), (true, 1));
    assert_eq!(of("optimizer_runs=0"), (false, 0));
    assert_eq!(of("optimizer=false\noptimizer_runs=9"), (false, 9));
    assert_eq!(of("optimizer-runs=3"), (true, 3));
}

#[test]
fn a_named_compiler_lowers_the_default_target() {
    assert_eq!(config("solc=\"0.8.19\"").evm_version, "paris");
    assert_eq!(config("solc_version=\"0.8.10\"").evm_version, "london");
    assert_eq!(config("evm_version=\"Shanghai\"").evm_version, "shanghai");
    assert_eq!(config("solc=\"./solc\"").solc, Some(SolcChoice::Path("./solc".into())));
}

#[test]
fn variables_win_over_the_file() {
    assert!(with_variable("FOUNDRY_OPTIMIZER", "true").optimizer);
    assert!(with_variable("DAPP_BUILD_OPTIMIZE", "1").optimizer);
    assert_eq!(with_variable("DAPP_BUILD_OPTIMIZE_RUNS", "5").optimizer_runs, 5);
    assert_eq!(with_variable("DAPP_SRC", "contracts").src, Path::new("contracts"));
    assert_eq!(with_variable("FOUNDRY_LIBS", "[\"a\",\"b\"]").libs, [Path::new("a"), Path::new("b")]);
    assert_eq!(with_variable("FOUNDRY_SOLC_VERSION", "0.8.11").evm_version, "london");
    assert_eq!(with_variable("FOUNDRY_BYTECODE_HASH", "none").bytecode_hash, "none");
    assert_eq!(with_variable("FOUNDRY_REMAPPINGS", "a/=lib/a/ b/=lib/b/").remappings, ["a/=lib/a/", "b/=lib/b/"]);
}

#[test]
fn a_value_of_the_wrong_kind_is_an_error_that_names_the_key() {
    assert!(refused("skip=\"test\"").contains("skip"), "{}", refused("skip=\"test\""));
    assert!(refused("solc=0.8").contains("solc"));
    assert!(refused("evm_version=\"bogus\"").contains("bogus"));
    assert!(refused("remappings=[\"=lib/a\"]").contains("remapping key"));
    assert!(refused("optimizer = maybe").contains("foundry.toml"));
}

#[test]
fn a_key_outside_of_a_profile_is_an_error() {
    let dir = project("optimizer = true\n", &[]);
    let error = read(dir.path(), None, &[]).expect_err("it stands nowhere");
    assert!(error.to_string().contains("`optimizer` stands outside"), "{error}");
}

#[test]
fn folders_that_are_there_decide_what_is_not_written() {
    let files = [("contracts/A.sol", ""), ("lib/x/src/A.sol", ""), ("node_modules/@oz/contracts/A.sol", "")];
    let dir = project(HEADER, &files);
    let config = read(dir.path(), None, &[]).expect("it can be read");
    assert_eq!(config.src, Path::new("contracts"));
    assert_eq!(config.libs, [Path::new("lib"), Path::new("node_modules")]);
    assert_eq!(config.remappings, ["@oz/=node_modules/@oz/", "x/=lib/x/src/"]);
}

#[test]
fn a_file_that_is_extended_lies_below() {
    let base = [("base.toml", "[profile.default]\nlibs=[\"x\"]\noptimizer=true\nvia_ir=true\n")];
    let of = |extends: &str| {
        let dir = project(&format!("{HEADER}extends={extends}\nlibs=[\"y\"]\n"), &base);
        read(dir.path(), None, &[]).map(|config| (config.optimizer, config.libs))
    };
    let libs = |names: &[&str]| names.iter().map(std::path::PathBuf::from).collect::<Vec<_>>();
    assert_eq!(of("\"base.toml\"").expect("it can be read"), (true, libs(&["x", "y"])));
    let replacing = of("{path=\"base.toml\",strategy=\"replace-arrays\"}").expect("it can be read");
    assert_eq!(replacing, (true, libs(&["y"])));
    let error = of("{path=\"base.toml\",strategy=\"no-collision\"}").expect_err("both set `libs`");
    assert!(error.to_string().contains("`libs`"), "{error}");
    let error = of("\"foundry.toml\"").expect_err("it extends itself");
    assert!(error.to_string().contains("extend each other"), "{error}");
}

#[test]
fn remappings_stand_in_their_order_and_the_users_win() {
    let toml = "remappings=[\"b/=lib/b/x/\",\"@c/=lib/c\"]\n";
    let files = [
        ("remappings.txt", "a/=lib/a/y/\n\n@d=lib/d/\n"),
        ("lib/a/src/A.sol", ""),
        ("lib/b/src/B.sol", ""),
        ("lib/e/contracts/E.sol", ""),
        ("lib/f/F.sol", ""),
        ("lib/g/src/G.sol", ""),
        ("lib/g/lib/h/src/H.sol", ""),
        ("lib/g/lib/e/src/E.sol", ""),
    ];
    let dir = project(&format!("{HEADER}{toml}"), &files);
    let config = read(dir.path(), None, &[]).expect("it can be read");
    let expected = [
        "a/=lib/a/y/",
        "@d/=lib/d/",
        "b/=lib/b/x/",
        "@c/=lib/c/",
        "e/=lib/g/lib/e/src/",
        "f/=lib/f/",
        "g/=lib/g/src/",
        "h/=lib/g/lib/h/src/",
    ];
    assert_eq!(config.remappings, expected);
    assert_eq!(config.listed_remappings, expected);
}

#[test]
fn ambiguous_remappings_are_listed_but_not_used() {
    let toml = "remappings=[\"src/=src/\",\"@a/=x/\",\"@a/b/=y/\",\"ctx:@a/=z/\"]\n";
    let dir = project(&format!("{HEADER}{toml}"), &[]);
    let config = read(dir.path(), None, &[]).expect("it can be read");
    assert_eq!(config.remappings, ["@a/=x/", "ctx:@a/=z/"]);
    assert_eq!(config.listed_remappings, ["src/=src/", "@a/=x/", "@a/b/=y/", "ctx:@a/=z/"]);
}

#[test]
fn libraries_with_a_configuration_of_their_own_are_asked() {
    let files = [
        ("lib/n/foundry.toml", "[profile.default]\nsrc=\"sources\"\nremappings=[\"@z/=src/\"]\n"),
        ("lib/n/sources/N.sol", ""),
        ("lib/n/remappings.txt", "ww/=lib/ww/src/\n"),
        ("lib/n/lib/ww/src/W.sol", ""),
        ("lib/p/foundry.toml", HEADER),
        ("lib/p/src/P.sol", ""),
        ("lib/p/lib/q/src/Q.sol", ""),
    ];
    let dir = project(HEADER, &files);
    let config = read(dir.path(), None, &[]).expect("it can be read");
    let expected = ["@z/=lib/n/src/", "n/=lib/n/", "p/=lib/p/src/", "q/=lib/p/lib/q/src/", "ww/=lib/n/lib/ww/src/"];
    assert_eq!(config.remappings, expected);
}

#[test]
fn a_broken_configuration_of_a_library_is_passed_over() {
    let files = [("lib/n/foundry.toml", "[profile.default]\noptimizer = maybe\n"), ("lib/n/src/N.sol", "")];
    let dir = project(HEADER, &files);
    assert_eq!(read(dir.path(), None, &[]).expect("it can be read").remappings, ["n/=lib/n/src/"]);
}

#[test]
fn a_library_that_holds_the_project_implies_nothing() {
    assert_eq!(remappings("libs=[\"/\", \"..\", \".\"]", &["src/A.sol", "x/src/B.sol"]), [""; 0]);
}

#[test]
fn openzeppelin_as_a_library_in_a_library_is_found() {
    let files = [
        "contracts/A.sol",
        "lib/contracts/src/B.sol",
        "lib/script/src/B.sol",
        "lib/openzeppelin-contracts/contracts/token/ERC20.sol",
        "lib/openzeppelin-contracts-upgradeable/contracts/proxy/I.sol",
    ];
    let expected = [
        "openzeppelin-contracts-upgradeable/=lib/openzeppelin-contracts-upgradeable/contracts/",
        "openzeppelin-contracts/=lib/openzeppelin-contracts/contracts/",
    ];
    assert_eq!(remappings("src=\"contracts\"", &files), expected);
}

#[test]
fn folders_can_be_kept_from_implying_remappings() {
    assert_eq!(remappings("auto_detect_remappings=false", &["lib/a/src/A.sol"]), [""; 0]);
}
