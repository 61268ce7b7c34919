//! Foundry's single artifacts, and how they become the units that build information holds whole.

use uplint_artifact::read::{Document, DocumentKind, Part, ReadError, detect_and_read, merge_foundry_artifacts};
use uplint_artifact::{Artifact, AstId, Field, NodeKind};

const BUILD_INFO: &[u8] = include_bytes!("data/vault/foundry-build-info.json");
const VAULT: (&str, &[u8]) = ("out/Vault.sol/Vault.json", include_bytes!("data/vault/out/Vault.json"));
const INTERFACE: (&str, &[u8]) = ("out/Vault.sol/IVault.json", include_bytes!("data/vault/out/IVault.json"));
const OWNED: (&str, &[u8]) = ("out/Owned.sol/Owned.json", include_bytes!("data/vault/out/Owned.json"));
const MATH: (&str, &[u8]) = ("out/Math.sol/Math.json", include_bytes!("data/vault/out/Math.json"));
const TYPES: (&str, &[u8]) = ("out/Types.sol/Types.json", include_bytes!("data/vault/out/Types.json"));
/// Of a later, incremental build of the same project with one more source.
const LATE: (&str, &[u8]) = ("out/Late.sol/Late.json", include_bytes!("data/vault/Late.json"));
/// What `forge build` writes without further options.
const DEFAULT: (&str, &[u8]) = ("out/Vault.sol/Vault.json", include_bytes!("data/vault/default-artifact.json"));
const DEFAULT_BUILD_INFO: &[u8] = include_bytes!("data/vault/default-build-info.json");

fn merged(files: &[(&str, &[u8])]) -> Document {
    merge_foundry_artifacts(files).expect("readable artifacts")
}

fn contract<'a>(document: &'a Document, name: &str) -> &'a Artifact {
    document.artifacts.iter().find(|artifact| &*artifact.contract.name == name).expect("the contract")
}

#[test]
fn artifacts_of_one_build_equal_its_build_information() {
    let parts = merged(&[OWNED, TYPES, VAULT, MATH, INTERFACE]);
    let whole = detect_and_read("x", BUILD_INFO, None).expect("build information");
    assert!(parts.missing.is_empty(), "{:?}", parts.missing);
    assert_eq!(parts.units().len(), 1);
    let (unit, whole_unit) = (parts.units()[0], whole.units()[0]);
    assert_eq!(unit.compiler, whole_unit.compiler);
    let names = |unit: &uplint_artifact::Unit| -> Vec<_> {
        unit.sources.iter().map(|source| (source.id, source.path.to_string())).collect()
    };
    assert_eq!(names(unit), names(whole_unit));
    let tree = |document: &Document| {
        let ast = document.units()[0].ast();
        let describe =
            |node| format!("{:?} {:?} {:?} {:?}", ast[node].id, ast[node].kind, ast[node].span, ast[node].name);
        ast.roots().iter().flat_map(|&(_, root)| ast.descendants(root)).map(describe).collect::<Vec<_>>()
    };
    assert_eq!(tree(&parts), tree(&whole));
    for (one, other) in parts.artifacts.iter().zip(&whole.artifacts) {
        assert_eq!(one.contract, other.contract);
        assert_eq!(one.source, other.source);
        assert_eq!(one.storage_layout, other.storage_layout);
        assert_eq!(one.creation, other.creation);
        assert_eq!(one.runtime, other.runtime);
        assert_eq!(one.abi, other.abi);
        assert_eq!(one.method_identifiers, other.method_identifiers);
    }
    assert_eq!(parts.artifacts.len(), whole.artifacts.len());
}

#[test]
fn the_order_of_files_does_not_matter() {
    let one = merged(&[OWNED, TYPES, VAULT, MATH, INTERFACE, LATE]);
    let other = merged(&[LATE, INTERFACE, MATH, VAULT, TYPES, OWNED]);
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

#[test]
fn an_artifact_of_another_run_gets_a_unit_of_its_own() {
    let document = merged(&[OWNED, TYPES, VAULT, MATH, INTERFACE, LATE]);
    assert_eq!(document.units().len(), 2);
    let late = contract(&document, "Late");
    let definition = late.definition().expect("its definition");
    // Its base was compiled in the same run, but the tree of that run is in no artifact.
    assert_eq!(late.ast().expect("a tree").linearized_bases(definition), [definition]);
    let missing: Vec<_> = document.missing.iter().map(|missing| (&*missing.path, missing.part)).collect();
    assert_eq!(missing, [("src/Late.sol", Part::SyntaxTree)]);
    let vault = contract(&document, "Vault");
    let bases = vault.ast().expect("trees").linearized_bases(vault.definition().expect("its definition"));
    assert_eq!(bases.len(), 3);
}

#[test]
fn a_single_artifact_lists_the_imports_whose_trees_are_elsewhere() {
    let document = detect_and_read(VAULT.0, VAULT.1, None).expect("an artifact");
    assert_eq!(document.kind, DocumentKind::FoundryArtifact);
    assert!(
        document.missing.iter().all(|missing| missing.part == Part::SyntaxTree && &*missing.path == "src/Vault.sol")
    );
    assert!(!document.missing.is_empty());
    let vault = contract(&document, "Vault");
    let paused = vault.storage_layout.as_ref().expect("a layout").storage[2].ast_id.expect("an identifier");
    let ast = vault.ast().expect("the tree");
    assert_eq!(ast[ast.by_id(AstId(paused)).expect("the declaration")].kind, NodeKind::VariableDeclaration);
}

#[test]
fn a_source_without_contracts_brings_its_tree_and_no_contract() {
    let document = merged(&[VAULT, TYPES]);
    assert_eq!(document.artifacts.len(), 1);
    let ast = contract(&document, "Vault").ast().expect("trees");
    let kinds: Vec<_> = ast.roots().iter().flat_map(|&(_, root)| ast.children(root, Field::Nodes)).collect();
    assert!(kinds.iter().any(|&node| ast[node].kind == NodeKind::StructDefinition));
}

#[test]
fn a_default_build_lacks_layout_and_tree() {
    let document = merged(&[DEFAULT]);
    let parts: Vec<_> = document.missing.iter().map(|missing| (missing.contract.as_deref(), missing.part)).collect();
    assert_eq!(parts, [(None, Part::SyntaxTree), (Some("Vault"), Part::StorageLayout)]);
    let vault = contract(&document, "Vault");
    assert_eq!(vault.contract.to_string(), "src/Vault.sol:Vault");
    assert!(vault.runtime.as_ref().is_some_and(|code| code.source_map.is_some()));
    assert_eq!(vault.unit.as_deref().expect("a unit").settings.optimizer, Some(true));
}

#[test]
fn a_default_build_information_has_no_output_and_says_how_to_get_one() {
    let error = detect_and_read("out/build-info/1.json", DEFAULT_BUILD_INFO, None).expect_err("no output");
    assert_eq!(error, ReadError::NoOutput { document: "out/build-info/1.json".into() });
}
