//! Namespaces and other slots that code chooses itself.

use alloy_primitives::keccak256;
use uplint_artifact::{Artifact, Source, Unit};
use uplint_layout::{Root, RootKind, Slot, Space, StorageLayout, layout_of, namespace_slot};

use crate::recorded::{Recorded, gaps, table, without_printed_layout, without_tree};

fn namespaces() -> Recorded {
    Recorded::solc("0.8.28", include_str!("../data/namespaces.json"))
}

fn named<'a>(layout: &'a StorageLayout, wanted: &str) -> &'a Root {
    let is_wanted = |root: &&Root| match &root.kind {
        RootKind::Linear => false,
        RootKind::Namespace { id } => id == wanted,
        RootKind::Unstructured { name } => name == wanted,
    };
    layout.roots.iter().find(is_wanted).unwrap_or_else(|| panic!("no root `{wanted}`"))
}

/// Label, type and place of each variable, the slot counted from the root's base.
fn variables(layout: &StorageLayout, root: &Root) -> Vec<String> {
    let text = |variable: &uplint_layout::StorageVariable| {
        let slot = variable.place.slot.0 - root.base.0;
        let ty = &layout.types[variable.ty].label;
        format!("{} {ty} {slot}+{}:{}", variable.label, variable.place.offset, variable.place.len_bytes)
    };
    root.variables.iter().map(text).collect()
}

#[test]
fn namespaces_of_contracts_libraries_and_files_are_packed_at_their_slots() {
    let layout = namespaces().layout("Vault");
    assert_eq!(gaps(&layout), [""; 0]);
    for (id, owner, members) in [
        (
            "erc7201:example.main",
            Some("Main"),
            vec!["x uint128 0+0:16", "y uint64 0+16:8", "balances mapping(address => uint256) 1+0:32"],
        ),
        (
            "erc7201:example.settings",
            Some("Settings"),
            vec!["on bool 0+0:1", "keeper address 0+1:20", "limits uint256[3] 1+0:96"],
        ),
        ("erc7201:example.file", None, vec!["total uint256 0+0:32"]),
    ] {
        let root = named(&layout, id);
        assert_eq!(Some(root.base), namespace_slot(id));
        assert_eq!(root.declared_in.as_deref(), owner);
        assert_eq!(variables(&layout, root), members);
    }
}

#[test]
fn a_namespace_of_a_library_that_is_not_used_is_no_storage_of_the_contract() {
    let layout = namespaces().layout("Vault");
    assert!(!table(&layout).contains("example.unused"));
}

#[test]
fn the_slot_that_the_code_assigns_stands_beside_the_computed_one() {
    let layout = namespaces().layout("Vault");
    let settings = named(&layout, "erc7201:example.settings");
    assert_eq!(settings.used_base, Some(settings.base));
    let file = named(&layout, "erc7201:example.file");
    let assigned = "0xf6f84e3cd8d6a0a2e8b8b0a0cb3b2b1b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b00";
    assert_eq!(file.used_base, Some(Slot(assigned.parse().expect("a number"))));
}

#[test]
fn an_override_of_the_function_that_names_the_slot_is_followed() {
    let base_slot = |contract: &str| named(&namespaces().layout(contract), "erc7201:example.main").used_base;
    assert_eq!(base_slot("Vault"), namespace_slot("erc7201:example.main"));
    assert_eq!(base_slot("Moved"), Some(Slot(keccak256("example.moved").into())));
}

#[test]
fn slots_without_annotation_are_found_where_code_uses_them() {
    let layout = namespaces().layout("Vault");
    for (name, owner, members) in [
        (
            "diamond.standard.diamond.storage",
            "Diamond",
            vec!["facets mapping(bytes4 => struct Diamond.Facet) 0+0:32", "owner address 1+0:20"],
        ),
        ("eip1967.proxy.implementation", "Vault", vec!["eip1967.proxy.implementation address 0+0:20"]),
        ("CAP_SLOT", "Vault", vec!["CAP_SLOT uint256 0+0:32"]),
        ("PAUSED_SLOT", "Vault", vec!["PAUSED_SLOT bool 0+0:1"]),
        ("LOCK_SLOT", "Vault", vec!["LOCK_SLOT bytes32 0+0:32"]),
    ] {
        let root = named(&layout, name);
        assert_eq!(root.declared_in.as_deref(), Some(owner), "{name}");
        assert_eq!(variables(&layout, root), members, "{name}");
    }
    assert_eq!(named(&layout, "LOCK_SLOT").space, Space::Transient);
}

#[test]
fn declared_variables_and_slots_computed_at_run_time_are_no_roots() {
    let layout = namespaces().layout("Vault");
    assert_eq!(layout.roots.len(), 9, "{}", table(&layout));
    assert!(!table(&layout).contains("NEVER_USED"));
}

#[test]
fn transient_variables_are_packed_where_the_compiler_does_not_print_them() {
    let namespaces = namespaces();
    let artifact = namespaces.artifact("Transients");
    let printed = layout_of(artifact);
    let packed = layout_of(&Artifact { transient_layout: None, ..artifact.clone() });
    assert_eq!(table(&packed), table(&printed));
    assert_eq!(table(&layout_of(&without_printed_layout(artifact))), table(&printed));
    assert!(table(&printed).contains("transient linear 0x0+1:20 caller: address"));
}

#[test]
fn without_a_tree_namespaces_are_a_gap() {
    let layout = layout_of(&without_tree(namespaces().artifact("Vault")));
    assert_eq!(gaps(&layout), ["namespaces cannot be seen without a syntax tree"]);
}

#[test]
fn without_comments_of_structs_the_source_text_is_read_and_its_absence_is_a_gap() {
    let text = include_str!("../data/commented.sol");
    let recorded = Recorded::solc("0.8.9", include_str!("../data/commented.json"));
    let artifact = recorded.artifact("Vault");
    let message = "the comment of `Vault.Storage` is unknown without source text, so a namespace may be missing";
    assert_eq!(gaps(&layout_of(artifact)), [message]);

    let unit = artifact.unit.as_deref().expect("a unit");
    let sources = unit.sources.iter().map(|source| Source { text: Some(text.into()), ..source.clone() });
    let unit = Unit {
        compiler: unit.compiler.clone(),
        settings: unit.settings.clone(),
        sources: sources.collect(),
        ast_documents: unit.ast_documents.clone(),
        recorded_input: None,
        parsed_ast: std::sync::OnceLock::new(),
    };
    let layout = layout_of(&Artifact { unit: Some(unit.into()), ..artifact.clone() });
    assert_eq!(gaps(&layout), [""; 0]);
    assert_eq!(variables(&layout, named(&layout, "erc7201:example.old")), ["total uint256 0+0:32"]);
    assert_eq!(layout.roots.len(), 2);
}

#[test]
fn old_assembly_is_read_as_text_and_as_nodes() {
    for (version, output) in [
        ("0.4.26", include_str!("../data/old_0_4_26.json")),
        ("0.5.17", include_str!("../data/old_0_5_17.json")),
        ("0.6.12", include_str!("../data/old_0_6_12.json")),
    ] {
        let layout = Recorded::solc(version, output).layout("Vault");
        let name = "org.zeppelinos.proxy.implementation";
        assert_eq!(variables(&layout, named(&layout, name)), [format!("{name} address 0+0:20")], "{version}");
    }
    let layout = Recorded::solc("0.6.12", include_str!("../data/pointer.json")).layout("Vault");
    let root = named(&layout, "POSITION");
    assert_eq!(root.base, Slot(keccak256("vault.store").into()));
    assert_eq!(variables(&layout, root), ["a uint8 0+0:1", "b address 0+1:20"]);
}

#[test]
fn a_pointer_to_a_declared_variable_is_no_root_of_its_own() {
    let layout = namespaces().layout("App");
    assert_eq!(layout.roots.len(), 1, "{}", table(&layout));
}

#[test]
fn a_namespace_of_another_formula_stands_where_the_code_puts_it() {
    let layout = namespaces().layout("Odd");
    assert_eq!(named(&layout, "example.formula:a").base.to_string(), (0x00ab_cdef).to_string());
    assert_eq!(
        gaps(&layout),
        [
            "the slot of `example.formula:b` follows no known formula",
            "the value of `HIDDEN` cannot be computed, so what lies at that slot is unknown",
        ]
    );
}
