//! Foundry projects.

use std::path::{Path, PathBuf};

use uplint_compile::{CompileOptions, InputKind, foundry};

use super::{built, folder, load, names, options, refused, variables};

const TOML: &str = "[profile.default]\nsolc = \"0.8.28\"\n";
const TOKEN: &str = "pragma solidity ^0.8.20; contract Token { uint256 supply; }";

/// Every file below a folder.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(dir) = pending.pop() {
        for entry in std::fs::read_dir(dir).expect("it is a folder") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() { pending.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[test]
fn sources_are_compiled_with_their_libraries_and_without_tests_and_nothing_is_written() {
    let dir = folder(&[
        ("foundry.toml", TOML),
        ("src/Vault.sol", "pragma solidity ^0.8.20; import 'token/Token.sol'; contract Vault is Token { uint256 a; }"),
        ("src/Vault.t.sol", "does not compile"),
        ("test/Vault.t.sol", "does not compile"),
        ("script/Deploy.s.sol", "does not compile"),
        ("lib/token/src/Token.sol", TOKEN),
        ("lib/token/src/Unused.sol", "does not compile"),
    ]);
    let before = files(dir.path());
    let build = built(dir.path());
    assert_eq!(build.kind, InputKind::Foundry);
    assert_eq!(names(&build), ["lib/token/src/Token.sol:Token", "src/Vault.sol:Vault"]);
    assert_eq!(variables(&build, "src/Vault.sol:Vault"), ["supply", "a"]);
    let settings = &build.artifacts[0].unit.as_ref().expect("it was compiled").settings;
    assert_eq!((settings.optimizer, settings.evm_version.as_deref()), (Some(false), Some("prague")));
    assert_eq!(settings.remappings, ["token/=lib/token/src/"]);
    assert_eq!(files(dir.path()), before);
}

#[test]
fn one_file_of_a_project_is_compiled_as_the_project_says() {
    let dir = folder(&[
        ("foundry.toml", "[profile.default]\nsolc = \"0.8.28\"\noptimizer = true\noptimizer_runs = 5\n"),
        ("src/Vault.sol", "pragma solidity ^0.8.20; import 'token/Token.sol'; contract Vault is Token {}"),
        ("src/Other.sol", "does not compile"),
        ("lib/token/src/Token.sol", TOKEN),
    ]);
    let build = built(&dir.path().join("src/Vault.sol"));
    assert_eq!(names(&build), ["lib/token/src/Token.sol:Token", "src/Vault.sol:Vault"]);
    let settings = &build.artifacts[0].unit.as_ref().expect("it was compiled").settings;
    assert_eq!((settings.optimizer, settings.optimizer_runs), (Some(true), Some(5)));
    assert_eq!(uplint_compile::project_root(&dir.path().join("src/Vault.sol")).ok(), dir.path().canonicalize().ok());
}

#[test]
fn the_selected_profile_decides() {
    let toml = "[profile.default]\nsolc = \"0.8.28\"\n[profile.ir]\nvia_ir = true\n";
    let dir = folder(&[("foundry.toml", toml), ("src/Token.sol", TOKEN)]);
    let via_ir = |profile: Option<&str>| {
        let options = CompileOptions { profile: profile.map(str::to_owned), ..options() };
        let build = load(dir.path(), &options).expect("it compiles");
        build.artifacts[0].unit.as_ref().and_then(|unit| unit.settings.via_ir)
    };
    assert_eq!((via_ir(None), via_ir(Some("ir"))), (Some(false), Some(true)));
}

#[test]
fn a_library_may_import_from_its_own_root() {
    let dir = folder(&[
        ("foundry.toml", TOML),
        ("src/A.sol", "pragma solidity ^0.8.20; import 'dep/D.sol'; contract A is D {}"),
        ("lib/dep/foundry.toml", "[profile.default]\n"),
        ("lib/dep/src/D.sol", "pragma solidity ^0.8.20; import 'src/E.sol'; contract D is E {}"),
        ("lib/dep/src/E.sol", "pragma solidity ^0.8.20; contract E { uint256 e; }"),
    ]);
    assert_eq!(variables(&built(dir.path()), "src/A.sol:A"), ["e"]);
}

#[test]
fn a_remapping_with_a_context_holds_there_alone() {
    let dir = folder(&[
        (
            "foundry.toml",
            "[profile.default]\nsolc = \"0.8.28\"\nremappings = [\"src/old/:dep/=lib/one/\", \"dep/=lib/two/\"]\n",
        ),
        ("src/old/A.sol", "pragma solidity ^0.8.20; import 'dep/D.sol'; contract A is D {}"),
        ("src/B.sol", "pragma solidity ^0.8.20; import 'dep/D.sol'; contract B is D {}"),
        ("lib/one/D.sol", "pragma solidity ^0.8.20; contract D { uint256 one; }"),
        ("lib/two/D.sol", "pragma solidity ^0.8.20; contract D { uint256 two; }"),
    ]);
    let build = built(dir.path());
    assert_eq!(variables(&build, "src/old/A.sol:A"), ["one"]);
    assert_eq!(variables(&build, "src/B.sol:B"), ["two"]);
}

#[test]
fn restricted_files_are_compiled_with_the_settings_they_demand() {
    let toml = "[profile.default]\nsolc = \"0.8.28\"\n\
        additional_compiler_profiles = [{ name = \"ir\", via_ir = true }]\n\
        compilation_restrictions = [{ paths = \"src/Ir.sol\", via_ir = true }]\n";
    let shared = "pragma solidity ^0.8.20; contract Shared { uint256 s; }";
    let dir = folder(&[
        ("foundry.toml", toml),
        ("src/Ir.sol", "pragma solidity ^0.8.20; import './Shared.sol'; contract Ir is Shared {}"),
        ("src/Plain.sol", "pragma solidity ^0.8.20; import './Shared.sol'; contract Plain is Shared {}"),
        ("src/Shared.sol", shared),
    ]);
    let build = built(dir.path());
    let via_ir = |name: &str| {
        let artifact = build.artifacts.iter().find(|artifact| &*artifact.contract.name == name);
        artifact.and_then(|artifact| artifact.unit.as_ref()).and_then(|unit| unit.settings.via_ir)
    };
    assert_eq!((via_ir("Ir"), via_ir("Plain"), via_ir("Shared")), (Some(true), Some(false), Some(false)));
}

#[test]
fn skipped_sources_are_left_out() {
    let dir = folder(&[
        ("foundry.toml", "[profile.default]\nsolc = \"0.8.28\"\nskip = [\"src/mocks/**\"]\n"),
        ("src/Token.sol", TOKEN),
        ("src/mocks/Mock.sol", "does not compile"),
    ]);
    assert_eq!(names(&built(dir.path())), ["src/Token.sol:Token"]);
}

#[test]
fn a_compiler_of_the_project_is_refused_and_not_run() {
    let dir = folder(&[
        ("foundry.toml", "[profile.default]\nsolc = \"./tools/solc\"\n"),
        ("src/Token.sol", TOKEN),
        ("tools/solc", "#!/bin/sh\ntouch was-run\n"),
    ]);
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.starts_with("refusing to run `solc` from the project under test"), "{text}");
    assert!(text.contains("tools/solc"), "{text}");
    assert!(!dir.path().join("was-run").exists());
}

#[test]
fn a_compiler_that_is_not_there_is_named() {
    let dir = folder(&[("foundry.toml", "[profile.default]\nsolc = \"newest\"\n"), ("src/Token.sol", TOKEN)]);
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.contains("its `solc` is neither a version nor a file"), "{text}");
}

#[test]
fn a_pinned_compiler_that_does_not_fit_is_an_error() {
    let dir = folder(&[("foundry.toml", "[profile.default]\nsolc = \"0.8.19\"\n"), ("src/Token.sol", TOKEN)]);
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.starts_with("no compiler version fits") && text.contains("src/Token.sol"), "{text}");
}

#[test]
fn a_configuration_that_cannot_be_read_is_shown_with_its_place() {
    let dir = folder(&[("foundry.toml", "[profile.default]\noptimizer = maybe\n"), ("src/Token.sol", TOKEN)]);
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.contains("foundry.toml") && text.contains("line 2"), "{text}");
}

#[test]
fn a_project_without_sources_has_nothing_to_judge() {
    let dir = folder(&[("foundry.toml", TOML)]);
    assert!(refused(dir.path(), &options()).is_nothing_to_judge());
}

#[test]
fn the_configuration_can_be_read_by_others() {
    let dir = folder(&[("foundry.toml", TOML), ("lib/token/src/Token.sol", TOKEN)]);
    let config = foundry::resolve(dir.path(), None).expect("it can be read");
    assert_eq!(config.remappings, ["token/=lib/token/src/"]);
}
