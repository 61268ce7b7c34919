//! One small project, as every compiler and framework writes it, read alike.
//!
//! The documents in `data/vault` are what solc 0.8.28, forge 1.7.1 and Hardhat 3.18 made of one project with `Vault`, its
//! base, a linked library and a source without contracts. Hardhat 2's is solc's output in that format.

use alloy_primitives::U256;
use uplint_artifact::read::{
    Document, DocumentKind, Framework, Missing, Part, ReadError, companion_name, detect_and_read, standard_json_output,
};
use uplint_artifact::{Artifact, CompilerInfo, Language, SourceId};

const FOUNDRY: &[u8] = include_bytes!("data/vault/foundry-build-info.json");
const HARDHAT_2: &[u8] = include_bytes!("data/vault/hardhat2-build-info.json");
const HARDHAT_3_INPUT: &[u8] = include_bytes!("data/vault/hardhat3-build-info.json");
const HARDHAT_3_OUTPUT: &[u8] = include_bytes!("data/vault/hardhat3-build-info.output.json");
const OUTPUT: &[u8] = include_bytes!("data/vault/standard-json-output.json");
const INPUT: &str = include_str!("data/vault/standard-json-input.json");

fn unknown_compiler() -> CompilerInfo {
    CompilerInfo { language: Language::Solidity, version: None, long_version: String::new() }
}

fn read(name: &str, bytes: &[u8]) -> Document {
    detect_and_read(name, bytes, None).expect("a readable document")
}

fn vault(document: &Document) -> &Artifact {
    document.artifacts.iter().find(|artifact| &*artifact.contract.name == "Vault").expect("the contract `Vault`")
}

/// What a rule reads of the contract, in a form that does not depend on where the document came from.
fn summary(artifact: &Artifact) -> Vec<String> {
    let layout = artifact.storage_layout.as_ref().expect("a layout");
    let mut lines = vec![artifact.contract.to_string()];
    let ast = artifact.ast().expect("syntax trees");
    for variable in &layout.storage {
        let declaration = ast.by_id(uplint_artifact::AstId(variable.ast_id.expect("an identifier")));
        let node = &ast[declaration.expect("the declaration")];
        let source = artifact.unit.as_deref().and_then(|unit| unit.source(node.span.source)).expect("its source");
        lines.push(format!(
            "{} {} {} {} {}:{}",
            variable.slot, variable.offset, variable.label, variable.type_id, source.path, node.span.start
        ));
    }
    let runtime = artifact.runtime.as_ref().expect("code");
    lines.push(format!("{} bytes, {:?}", runtime.bytes.len(), runtime.link_references.len()));
    lines.push(format!("{:?}", runtime.immutable_references.iter().map(|at| (at.start, at.len)).collect::<Vec<_>>()));
    lines.push(format!("{:?}", artifact.method_identifiers));
    lines.push(format!("{:?}", artifact.abi));
    lines
}

#[test]
fn every_build_information_is_recognized_by_its_content() {
    let kinds = [
        (FOUNDRY, DocumentKind::BuildInfo(Framework::Foundry)),
        (HARDHAT_2, DocumentKind::BuildInfo(Framework::Hardhat2)),
        (OUTPUT, DocumentKind::StandardJsonOutput),
    ];
    for (bytes, kind) in kinds {
        assert_eq!(read("x", bytes).kind, kind);
    }
    let hardhat3 = detect_and_read("b.json", HARDHAT_3_INPUT, Some(HARDHAT_3_OUTPUT)).expect("both halves");
    assert_eq!(hardhat3.kind, DocumentKind::BuildInfo(Framework::Hardhat3));
}

#[test]
fn foundry_and_the_compiler_tell_the_same_of_a_contract() {
    let foundry = read("x", FOUNDRY);
    let bare = standard_json_output(OUTPUT, Some(INPUT), unknown_compiler()).expect("an output");
    assert_eq!(summary(vault(&foundry)), summary(vault(&bare)));
    assert!(foundry.missing.is_empty(), "{:?}", foundry.missing);
    assert!(bare.missing.is_empty(), "{:?}", bare.missing);
}

#[test]
fn the_layout_carries_slots_offsets_and_types() {
    let document = read("x", OUTPUT);
    let layout = vault(&document).storage_layout.as_ref().expect("a layout");
    let found: Vec<_> =
        layout.storage.iter().map(|variable| (&*variable.label, variable.slot, variable.offset)).collect();
    let expected = [("owner", 0, 0), ("__gap", 1, 0), ("paused", 4, 0), ("positions", 5, 0)];
    assert_eq!(found, expected.map(|(label, slot, offset)| (label, U256::from(slot), offset)));
    let members =
        layout.types.iter().find(|(id, _)| id.starts_with("t_struct")).and_then(|(_, ty)| ty.members.as_ref());
    assert_eq!(members.expect("the struct's members").len(), 2);
}

#[test]
fn a_layout_that_foundry_leaves_out_as_empty_is_empty_and_not_missing() {
    let document = read("x", FOUNDRY);
    let library = document.artifacts.iter().find(|artifact| &*artifact.contract.name == "Math").expect("the library");
    assert_eq!(library.storage_layout, Some(uplint_artifact::SolcStorageLayout::default()));
}

#[test]
fn compiler_and_settings_come_from_the_metadata_of_a_bare_output() {
    let document = read("x", OUTPUT);
    let unit = vault(&document).unit.as_deref().expect("a unit");
    assert_eq!(unit.compiler.long_version, "0.8.28+commit.7893614a");
    assert_eq!((unit.settings.optimizer, unit.settings.optimizer_runs), (Some(true), Some(200)));
    assert_eq!(unit.settings.evm_version.as_deref(), Some("cancun"));
    assert_eq!(unit.settings.remappings, ["tools/=lib/tools/src/"]);
    assert!(unit.recorded_input.is_none());
    assert!(unit.sources.iter().all(|source| source.text.is_none()));
}

#[test]
fn foundrys_build_information_gets_the_compilers_commit_from_the_metadata() {
    let document = read("x", FOUNDRY);
    assert_eq!(document.units()[0].compiler.long_version, "0.8.28+commit.7893614a");
}

#[test]
fn hardhats_default_selection_lacks_layouts_and_keeps_the_input_to_ask_again() {
    let document = read("x", HARDHAT_2);
    let expected =
        ["lib/tools/src/Math.sol:Math", "src/Vault.sol:IVault", "src/Vault.sol:Vault", "src/base/Owned.sol:Owned"].map(
            |name| {
                let (path, contract) = name.split_once(':').expect("a qualified name");
                Missing { path: path.into(), contract: Some(contract.into()), part: Part::StorageLayout, reason: None }
            },
        );
    assert_eq!(document.missing, expected);
    let unit = document.units()[0];
    let input = unit.recorded_input.as_deref().expect("the input");
    assert!(input.starts_with('{') && input.contains("contract Vault is Owned, IVault"));
    assert_eq!(document.missing_of(&vault(&document).contract).into_iter().collect::<Vec<_>>(), [Part::StorageLayout]);
}

#[test]
fn hardhat_3_names_are_shown_as_the_user_knows_them() {
    let document = detect_and_read("b.json", HARDHAT_3_INPUT, Some(HARDHAT_3_OUTPUT)).expect("both halves");
    let other_way = detect_and_read("b.output.json", HARDHAT_3_OUTPUT, Some(HARDHAT_3_INPUT)).expect("both halves");
    for document in [&document, &other_way] {
        let unit = document.units()[0];
        let names: Vec<_> = unit.sources.iter().map(|source| (&*source.path, &*source.unit_name)).collect();
        let expected = [
            ("tools/Math.sol", "npm/tools@1.2.0/Math.sol"),
            ("contracts/Types.sol", "project/contracts/Types.sol"),
            ("contracts/Vault.sol", "project/contracts/Vault.sol"),
            ("contracts/base/Owned.sol", "project/contracts/base/Owned.sol"),
        ];
        assert_eq!(names, expected);
        assert_eq!(vault(document).contract.to_string(), "contracts/Vault.sol:Vault");
        let links = vault(document).runtime.as_ref().map(|code| code.link_references.as_slice()).unwrap_or_default();
        assert_eq!(links.iter().map(|link| &*link.library).collect::<Vec<_>>(), ["tools/Math.sol:Math"]);
        assert_eq!(unit.source(SourceId(2)).and_then(|source| source.text.as_deref()).map(str::len), Some(784));
    }
}

#[test]
fn hardhats_artifacts_bring_interface_and_code_and_lack_the_rest() {
    let whole = detect_and_read("b.json", HARDHAT_3_INPUT, Some(HARDHAT_3_OUTPUT)).expect("both halves");
    let code = |artifact: &Artifact| {
        artifact.runtime.as_ref().map(|code| (code.bytes.clone(), code.immutable_references.clone()))
    };
    let single = read("Vault.json", include_bytes!("data/vault/hardhat3-artifact.json"));
    assert_eq!(single.kind, DocumentKind::HardhatArtifact);
    assert_eq!(code(vault(&single)), code(vault(&whole)));
    assert_eq!(vault(&single).contract, vault(&whole).contract);
    assert_eq!(vault(&single).abi, vault(&whole).abi);
    let older = read("Vault.json", include_bytes!("data/vault/hardhat-artifact.json"));
    assert_eq!(vault(&older).contract.to_string(), "src/Vault.sol:Vault");
    for document in [single, older] {
        let parts: Vec<_> = document.missing.iter().map(|missing| missing.part).collect();
        assert_eq!(parts, [Part::SyntaxTree, Part::StorageLayout]);
    }
}

#[test]
fn half_of_a_hardhat_3_build_asks_for_the_other_half() {
    for (name, bytes, other) in
        [("d/b.json", HARDHAT_3_INPUT, "d/b.output.json"), ("d/b.output.json", HARDHAT_3_OUTPUT, "d/b.json")]
    {
        assert_eq!(companion_name(name, bytes).as_deref(), Some(other));
        let error = detect_and_read(name, bytes, None).expect_err("half a build");
        assert_eq!(error, ReadError::NoCompanion { document: name.into(), other: other.into() });
    }
    assert_eq!(companion_name("x.json", FOUNDRY), None);
}

#[test]
fn halves_of_different_builds_are_refused() {
    let other = String::from_utf8_lossy(HARDHAT_3_OUTPUT).replace("solc-0_8_28-7c38", "solc-0_8_28-0000");
    let error = detect_and_read("b.json", HARDHAT_3_INPUT, Some(other.as_bytes())).expect_err("two builds");
    assert!(matches!(error, ReadError::CompanionMismatch { .. }), "{error}");
}

#[test]
fn source_texts_and_spans_belong_together() {
    for bytes in [FOUNDRY, HARDHAT_2] {
        let document = read("x", bytes);
        let vault = vault(&document);
        let definition = vault.definition().expect("the definition");
        let ast = vault.ast().expect("syntax trees");
        let text = vault.source_file().and_then(|source| source.slice(ast[definition].span)).expect("the text");
        assert!(text.starts_with("contract Vault is Owned, IVault {") && text.ends_with('}'), "{text}");
    }
}

#[test]
fn link_references_are_named_by_file_and_library() {
    let document = read("x", FOUNDRY);
    let vault = vault(&document);
    for code in [&vault.creation, &vault.runtime] {
        let links = &code.as_ref().expect("code").link_references;
        assert_eq!(links.len(), 1);
        assert_eq!((&*links[0].library, links[0].len), ("lib/tools/src/Math.sol:Math", 20));
    }
}

#[test]
fn interfaces_and_abstract_contracts_have_no_code() {
    let document = read("x", FOUNDRY);
    for artifact in &document.artifacts {
        let has_code = artifact.runtime.is_some();
        assert_eq!(has_code, matches!(&*artifact.contract.name, "Vault" | "Math"), "{}", artifact.contract);
    }
}

#[test]
fn what_the_compiler_said_is_kept_with_its_place() {
    let output = r#"{"errors":[{"component":"general","errorCode":"2314","formattedMessage":"ParserError: Expected ';'\n",
        "message":"Expected ';'","severity":"error","sourceLocation":{"end":31,"file":"a.sol","start":30},"type":"ParserError"},
        {"message":"m","severity":"warning","sourceLocation":{"end":-1,"file":"","start":-1}}],"sources":{}}"#;
    let document = standard_json_output(output.as_bytes(), None, unknown_compiler()).expect("an output");
    assert!(document.has_errors() && document.artifacts.is_empty());
    let [error, warning] = &*document.diagnostics else { panic!("two messages") };
    assert_eq!((error.path.as_deref(), error.bytes.clone()), (Some("a.sol"), Some(30..31)));
    assert_eq!((error.message.as_str(), error.code.as_deref()), ("Expected ';'", Some("2314")));
    assert_eq!((warning.is_error, warning.path.clone(), warning.bytes.clone()), (false, None, None));
}
