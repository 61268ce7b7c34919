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
