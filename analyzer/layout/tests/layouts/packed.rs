//! Packing from the syntax tree agrees with the compiler wherever the compiler prints a layout.

use std::collections::BTreeMap;

use uplint_artifact::Artifact;
use uplint_layout::{LayoutOrigin, StorageLayout, StorageVariable, TypeKind, layout_of};

use crate::recorded::{Recorded, gaps, table, without_printed_layout};

/// Size and contents of every type by its label; members as text, because identifiers differ between tables.
fn types(layout: &StorageLayout) -> BTreeMap<String, String> {
    let label = |id| layout.types[id].label.as_str();
    let member = |member: &StorageVariable| format!("{}: {} {}", member.label, label(member.ty), member.place);
    let text = layout.types.iter().map(|(_, ty)| {
        let contents = match &ty.kind {
            TypeKind::Struct { members } => members.iter().map(member).collect::<Vec<_>>().join(", "),
            TypeKind::StaticArray { element, len } => format!("{len} of {}", label(*element)),
            TypeKind::DynamicArray { element } => label(*element).to_owned(),
            TypeKind::Mapping { key, value } => format!("{} to {}", label(*key), label(*value)),
            TypeKind::UserDefined { underlying } => underlying.map_or("?", label).to_owned(),
            kind => format!("{kind:?}"),
        };
        (ty.label.clone(), format!("{} bytes, {contents}", ty.size_bytes))
    });
    text.collect()
}

/// Compares what is packed with what is printed, for one contract.
fn agree(artifact: &Artifact) {
    let printed = layout_of(artifact);
    let packed = layout_of(&without_printed_layout(artifact));
    let name = &artifact.contract.name;
    assert_eq!(gaps(&packed), [""; 0], "{name}");
    assert_eq!(printed.roots[0].origin, LayoutOrigin::Compiler);
    assert_eq!(packed.roots[0].origin, LayoutOrigin::SyntaxTree);
    assert_eq!(table(&packed), table(&printed), "{name}");
    let mut packed_types = types(&packed);
    packed_types.retain(|label, _| types(&printed).contains_key(label));
    assert_eq!(packed_types, types(&printed), "{name}");
}

#[test]
fn every_contract_is_packed_as_the_compiler_does() {
    let packing = Recorded::solc("0.8.28", include_str!("../data/packing.json"));
    for name in ["Scalars", "Aggregates", "Recursive", "Base", "Middle", "Other", "Derived", "Huge"] {
        agree(packing.artifact(name));
    }
}

fn old(version: &str) -> Recorded {
    let output = match version {
        "0.4.26" => include_str!("../data/old_0_4_26.json"),
        "0.5.17" => include_str!("../data/old_0_5_17.json"),
        _ => include_str!("../data/old_0_6_12.json"),
    };
    Recorded::solc(version, output)
}

/// Rows of the linear root; old compilers print no comments, so what is named by them is a gap.
fn linear(layout: &StorageLayout) -> Vec<String> {
    table(layout).lines().filter(|line| line.starts_with("linear")).map(str::to_owned).collect()
}

#[test]
fn trees_of_old_compilers_are_packed_as_these_compilers_do() {
    for version in ["0.5.17", "0.6.12"] {
        let old = old(version);
        let printed = layout_of(old.artifact("Vault"));
        let packed = layout_of(&without_printed_layout(old.artifact("Vault")));
        assert_eq!(packed.roots[0].origin, LayoutOrigin::SyntaxTree);
        assert_eq!(linear(&packed), linear(&printed), "{version}");
        let mut packed_types = types(&packed);
        packed_types.retain(|label, _| types(&printed).contains_key(label));
        assert_eq!(packed_types, types(&printed), "{version}");
    }
}

#[test]
fn a_compiler_that_prints_no_layout_is_packed_like_its_successor() {
    let packed = old("0.4.26").layout("Vault");
    assert_eq!(packed.roots[0].origin, LayoutOrigin::SyntaxTree);
    assert_eq!(linear(&packed), linear(&old("0.5.17").layout("Vault")));
}

#[test]
fn layouts_at_a_base_slot_are_packed_from_the_value_of_its_expression() {
    let recorded = Recorded::solc("0.8.37", include_str!("../data/base_slot.json"));
    for name in ["Literal", "Named", "Namespaced", "Inherited"] {
        agree(recorded.artifact(name));
        let packed = layout_of(&without_printed_layout(recorded.artifact(name)));
        assert_eq!(packed.roots[0].base, recorded.layout(name).roots[0].base, "{name}");
    }
    assert_eq!(recorded.layout("Empty").roots[0].base.to_string(), "7");
    assert_eq!(recorded.layout("Named").roots[0].base.to_string(), "4097");
}
