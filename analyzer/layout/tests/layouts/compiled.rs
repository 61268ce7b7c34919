//! Layouts that the compiler printed are taken over as they are and enriched from the syntax tree.

use uplint_layout::{TypeKind, Visibility, is_gap, layout_of};

use crate::recorded::{Recorded, gaps, table, without_tree};

fn packing() -> Recorded {
    Recorded::solc("0.8.28", include_str!("../data/packing.json"))
}

#[test]
fn places_are_those_of_the_compiler_and_contracts_those_that_declare() {
    assert_eq!(
        table(&packing().layout("Derived")),
        "linear 0x0+0:8 baseA: uint64 (Base)\n\
         linear 0x1+0:64 __gap: uint256[2] (Base)\n\
         linear 0x3+0:8 middleA: uint64 (Middle)\n\
         linear 0x4+0:32 shared: uint256 (Middle)\n\
         linear 0x5+0:20 otherA: address (Other)\n\
         linear 0x5+20:1 shared: bool (Other)\n\
         linear 0x6+0:32 newName: mapping(address => uint256) (Derived)\n\
         linear 0x7+0:32 unused: uint256 (Derived)\n"
    );
}

#[test]
fn members_of_structs_are_rows_beneath_it() {
    let table = table(&packing().layout("Recursive"));
    assert_eq!(
        table,
        "linear 0x0+0:96 root: struct Recursive.Node (Recursive)\n\
         linear 0x0+0:32 root.value: uint256 (Recursive.Node)\n\
         linear 0x1+0:32 root.children: struct Recursive.Node[] (Recursive.Node)\n\
         linear 0x2+0:32 root.byKey: mapping(uint256 => struct Recursive.Node) (Recursive.Node)\n\
         linear 0x3+0:32 left: struct Recursive.Left (Recursive)\n\
         linear 0x3+0:32 left.rights: mapping(address => struct Recursive.Right) (Recursive.Left)\n"
    );
}

#[test]
fn no_honest_contract_has_gaps() {
    let packing = packing();
    for artifact in packing.artifacts() {
        assert_eq!(gaps(&layout_of(artifact)), [""; 0], "{}", artifact.contract);
    }
}

#[test]
fn enums_and_user_defined_types_are_completed_from_the_tree() {
    let layout = packing().layout("Scalars");
    let kind = |label: &str| {
        let (_, ty) = layout.types.iter().find(|(_, ty)| ty.label == label).expect("the type");
        ty.kind.clone()
    };
    let members = ["Small", "Medium", "Large"].map(str::to_owned).to_vec();
    assert_eq!(kind("enum Size"), TypeKind::Enum { members: Some(members) });
    let TypeKind::UserDefined { underlying: Some(underlying) } = kind("Price") else { panic!("a known type") };
    assert_eq!(layout.types[underlying].kind, TypeKind::Uint { bits: 128 });
    assert_eq!(kind("contract IToken"), TypeKind::Contract);
}

#[test]
fn without_a_tree_enums_and_user_defined_types_are_gaps() {
    let layout = layout_of(&without_tree(packing().artifact("Scalars")));
    for message in [
        "the members of `enum Size` are unknown without its syntax tree",
        "the underlying type of `Price` is unknown without its syntax tree",
        "the underlying type of `Tag` is unknown without its syntax tree",
    ] {
        assert!(gaps(&layout).contains(&message), "{message}");
    }
}

#[test]
fn uses_visibility_and_annotations_come_from_the_tree() {
    let layout = packing().layout("Derived");
    let variable = |label: &str| {
        let mut variables = layout.roots[0].variables.iter();
        variables.find(|variable| variable.label == label).expect("the variable")
    };
    let used: Vec<_> = ["baseA", "__gap", "middleA", "otherA", "newName", "unused"]
        .map(|label| variable(label).is_referenced == Some(true))
        .to_vec();
    assert_eq!(used, [true, false, true, true, true, false]);
    assert_eq!(variable("newName").visibility, Some(Visibility::Public));
    assert_eq!(variable("unused").visibility, Some(Visibility::Private));
    assert_eq!(variable("newName").renamed_from.as_deref(), Some("oldName"));
    assert_eq!(variable("newName").retyped_from.as_deref(), Some("mapping(address => uint128)"));
    assert!(is_gap(variable("__gap"), &layout.types));
    assert!(!is_gap(variable("unused"), &layout.types));
}
