//! Folders of Solidity and single files.

use std::sync::atomic::{AtomicUsize, Ordering};

use uplint_compile::{CompileOptions, InputKind};

use super::{built, folder, load, names, options, refused, variables};

const VAULT: &str = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.28;\nimport \"./Base.sol\";\n\
    contract Vault is Base { uint256 total; function set(uint256 v) external { total = v; } }\n";
const BASE: &str =
    "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\nabstract contract Base { address owner; }\n";

#[test]
fn a_folder_of_sources_is_compiled_with_everything_that_is_asked_for() {
    let dir = folder(&[("Vault.sol", VAULT), ("Base.sol", BASE)]);
    let build = built(dir.path());
    assert_eq!(build.kind, InputKind::Directory);
    assert_eq!(names(&build), ["Base.sol:Base", "Vault.sol:Vault"]);
    assert_eq!(variables(&build, "Vault.sol:Vault"), ["owner", "total"]);
    assert_eq!(build.gaps, []);
    let vault = &build.artifacts[1];
    assert!(vault.definition().is_some());
    assert!(vault.abi.is_some() && vault.method_identifiers.is_some() && vault.transient_layout.is_some());
    let runtime = vault.runtime.as_ref().expect("it has code");
    assert!(!runtime.bytes.is_empty() && runtime.source_map.is_some());
    let compiler = &vault.unit.as_ref().expect("it was compiled").compiler;
    assert_eq!(compiler.long_version, "0.8.28+commit.7893614a");
}

#[test]
fn megabytes_of_source_are_compiled() {
    let filler = format!("// {}\n", "lorem ipsum ".repeat(8)).repeat(20_000);
    let dir = folder(&[("Vault.sol", VAULT), ("Base.sol", &format!("{BASE}{filler}"))]);
    assert_eq!(variables(&built(dir.path()), "Vault.sol:Vault"), ["owner", "total"]);
}

#[test]
fn one_file_is_compiled_with_what_it_imports() {
    let dir = folder(&[("Vault.sol", VAULT), ("Base.sol", BASE), ("Other.sol", "does not compile")]);
    let build = built(&dir.path().join("Vault.sol"));
    assert_eq!(build.kind, InputKind::SolidityFile);
    assert_eq!(names(&build), ["Base.sol:Base", "Vault.sol:Vault"]);
}

#[test]
fn sources_of_several_compiler_versions_are_grouped() {
    let dir = folder(&[
        ("New.sol", "pragma solidity 0.8.28; import './Both.sol'; contract New is Both { uint256 a; }"),
        ("Old.sol", "pragma solidity 0.5.17; import './Both.sol'; contract Old is Both { uint256 b; }"),
        ("Older.sol", "pragma solidity 0.4.26; contract Older { uint256 c; }"),
        ("Both.sol", "pragma solidity >=0.5.0; contract Both { uint256 x; }"),
    ]);
    let build = built(dir.path());
    assert_eq!(names(&build), ["Both.sol:Both", "New.sol:New", "Old.sol:Old", "Older.sol:Older"]);
    assert_eq!(variables(&build, "New.sol:New"), ["x", "a"]);
    assert_eq!(variables(&build, "Old.sol:Old"), ["x", "b"]);
    let older = &build.artifacts[3];
    assert_eq!(variables(&build, "Both.sol:Both"), ["x"]);
    // solc prints no layout before 0.5.13; the syntax tree is there to compute one from.
    assert!(older.storage_layout.is_none() && older.definition().is_some());
    let version = |at: usize| build.artifacts[at].unit.as_ref().map(|unit| unit.compiler.long_version.clone());
    assert_eq!(version(1).as_deref(), Some("0.8.28+commit.7893614a"));
    assert_eq!(version(3).as_deref(), Some("0.4.26+commit.4563c3fc"));
}

#[test]
fn packages_are_found_in_node_modules_and_named_without_it() {
    let dir = folder(&[
        ("app/A.sol", "pragma solidity 0.8.28; import '@dep/contracts/D.sol'; contract A is D {}"),
        ("node_modules/@dep/contracts/D.sol", "pragma solidity ^0.8.0; import './E.sol'; contract D is E {}"),
        ("node_modules/@dep/contracts/E.sol", "pragma solidity ^0.8.0; contract E { uint256 e; }"),
    ]);
    let build = built(&dir.path().join("app"));
    assert_eq!(names(&build), ["@dep/contracts/D.sol:D", "@dep/contracts/E.sol:E", "A.sol:A"]);
    assert_eq!(variables(&build, "A.sol:A"), ["e"]);
}

#[test]
fn cyclic_imports_are_compiled() {
    let dir = folder(&[
        ("A.sol", "pragma solidity 0.8.28; import './B.sol'; contract A { uint256 a; }"),
        ("B.sol", "pragma solidity 0.8.28; import './A.sol'; contract B { uint256 b; }"),
    ]);
    assert_eq!(names(&built(dir.path())), ["A.sol:A", "B.sol:B"]);
}

#[test]
fn a_second_run_starts_no_compiler() {
    let dir = folder(&[("Vault.sol", VAULT), ("Base.sol", BASE)]);
    let cache = tempfile::tempdir().expect("a temporary directory");
    // The compilers are shared with the other tests; the outputs are not.
    let shared = options().cache_dir.expect("it is named").join("compilers");
    built(dir.path());
    link(&shared, &cache.path().join("compilers"));
    let options = CompileOptions { cache_dir: Some(cache.path().to_path_buf()), ..options() };
    let runs = AtomicUsize::new(0);
    let mut digests = Vec::new();
    for _ in 0..2 {
        let build = uplint_compile::load(dir.path(), &options, &|_| {
            runs.fetch_add(1, Ordering::Relaxed);
        });
        digests.push(build.expect("it compiles").inputs_digest);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn no_absolute_path_reaches_an_artifact() {
    let dir = folder(&[("Vault.sol", VAULT), ("Base.sol", BASE)]);
    let build = built(dir.path());
    let place = dir.path().to_string_lossy().into_owned();
    for artifact in &build.artifacts {
        assert!(!format!("{artifact:?}").contains(&place), "{}", artifact.contract);
    }
}

#[test]
fn a_source_that_does_not_compile_is_shown_with_the_compilers_message_and_place() {
    let dir = folder(&[("A.sol", "pragma solidity 0.8.28;\ncontract A { uint256 a = \"x\"; }")]);
    let error = refused(dir.path(), &options());
    let text = error.to_string();
    assert!(text.contains("does not compile") && text.contains("A.sol:2:26") && text.contains("TypeError"), "{text}");
    assert!(!error.is_nothing_to_judge());
}

#[test]
fn a_missing_import_names_the_import_and_who_wants_it() {
    let dir = folder(&[("A.sol", "pragma solidity 0.8.28; import '@oz/B.sol'; contract A {}")]);
    let error = refused(dir.path(), &options());
    assert_eq!(error.to_string(), "import `@oz/B.sol` of `A.sol` is not found");
    assert!(error.is_missing_dependency());
}

#[test]
fn pragmas_that_contradict_are_reported_with_the_files() {
    let dir = folder(&[
        ("A.sol", "pragma solidity 0.8.28; import './B.sol'; contract A {}"),
        ("B.sol", "pragma solidity 0.7.6; contract B {}"),
    ]);
    let text = refused(&dir.path().join("A.sol"), &options()).to_string();
    assert!(text.starts_with("no compiler version fits") && text.contains("A.sol") && text.contains("B.sol"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn an_empty_folder_and_a_missing_one_are_told_apart() {
    let dir = folder(&[("notes.txt", "")]);
    let error = refused(dir.path(), &options());
    assert!(error.is_nothing_to_judge() && error.to_string().contains("holds no contract"), "{error}");
    let error = refused(&dir.path().join("missing"), &options());
    assert!(!error.is_nothing_to_judge() && error.to_string().ends_with("does not exist"), "{error}");
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let dir = folder(&[("a.txt", "")]);
    let error = refused(&dir.path().join("a.txt"), &options());
    assert!(error.to_string().contains("is not an input that can be judged"), "{error}");
}

#[cfg(unix)]
#[test]
fn an_import_may_not_lead_out_of_the_project() {
    let dir = folder(&[
        ("project/A.sol", "pragma solidity 0.8.28; import './Link.sol'; contract A {}"),
        ("secret.txt", "pragma solidity ^0.8.0; contract Secret {}"),
    ]);
    let link = dir.path().join("project/Link.sol");
    std::os::unix::fs::symlink(dir.path().join("secret.txt"), link).expect("a link can be made");
    let error = refused(&dir.path().join("project"), &options());
    assert!(error.to_string().contains("leads out of the project"), "{error}");
}

#[test]
fn the_order_of_jobs_does_not_change_the_result() {
    let dir = folder(&[
        ("New.sol", "pragma solidity 0.8.28; contract New { uint256 a; }"),
        ("Old.sol", "pragma solidity 0.5.17; contract Old { uint256 b; }"),
    ]);
    let with = |jobs| load(dir.path(), &CompileOptions { jobs: Some(jobs), ..options() }).expect("it compiles");
    let (one, many) = (with(1), with(8));
    assert_eq!(one.inputs_digest, many.inputs_digest);
    assert_eq!(format!("{:?}", one.artifacts), format!("{:?}", many.artifacts));
}

#[cfg(unix)]
fn link(target: &std::path::Path, at: &std::path::Path) {
    std::os::unix::fs::symlink(target, at).expect("a link can be made");
}

#[cfg(not(unix))]
fn link(_target: &std::path::Path, _at: &std::path::Path) {}

#[test]
fn a_release_that_does_not_exist_yet_is_looked_for_and_what_was_tried_is_said() {
    let dir = folder(&[("A.sol", "pragma solidity 0.8.9999; contract A {}")]);
    let text = refused(dir.path(), &options()).to_string();
    assert!(text.starts_with("no solc 0.8.9999 to be had"), "{text}");
    assert!(text.contains("npm pack solc@0.8.9999"), "{text}");
}

#[test]
fn offline_a_release_that_is_not_at_hand_is_not_looked_for() {
    let dir = folder(&[("A.sol", "pragma solidity 0.8.9999; contract A {}")]);
    let error = refused(dir.path(), &CompileOptions { offline: true, ..options() });
    let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
    assert!(error.to_string().starts_with("no compiler version fits"), "{error}");
    assert!(help.contains("--offline"), "{help}");
}

#[test]
fn a_web_assembly_build_can_be_named() {
    let soljson = "const answers = { solidity_version: () => '0.8.28+commit.00000000.Emscripten.clang',\n\
        solidity_compile: () => JSON.stringify({ errors: [{ severity: 'error', message: 'it ran' }] }) };\n\
        module.exports = { _solidity_version() {}, _solidity_compile() {}, cwrap: name => answers[name],\n\
        _malloc: () => 0, HEAPU8: new Uint8Array(1 << 20) };\n";
    let dir = folder(&[
        ("soljson.js", soljson),
        ("fits/A.sol", "pragma solidity 0.8.28; contract A {}"),
        ("other/A.sol", "pragma solidity 0.7.6; contract A {}"),
    ]);
    let named = CompileOptions { solc: Some(dir.path().join("soljson.js")), ..options() };
    let text = refused(&dir.path().join("fits"), &named).to_string();
    assert!(text.contains("does not compile") && text.contains("it ran"), "{text}");
    let text = refused(&dir.path().join("other"), &named).to_string();
    assert!(text.contains("is solc 0.8.28, which does not fit"), "{text}");
}
