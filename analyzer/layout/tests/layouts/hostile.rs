//! Layout tables that no compiler prints: each is laid out as far as it makes sense, and the rest is a gap.

use alloy_primitives::U256;
use uplint_artifact::{Artifact, ContractName, SolcStorageLayout, SolcStorageType, SolcStorageVariable};
use uplint_layout::{StorageLayout, TypeKind, layout_of, layout_rows};

use crate::recorded::gaps;

fn variable(label: &str, slot: U256, offset: u32, type_id: &str) -> SolcStorageVariable {
    SolcStorageVariable {
        ast_id: None,
        contract: "a.sol:A".into(),
        label: label.into(),
        offset,
        slot,
        type_id: type_id.into(),
    }
}

fn first(label: &str, type_id: &str) -> SolcStorageVariable {
    variable(label, U256::ZERO, 0, type_id)
}

fn ty(label: &str, size: u64) -> SolcStorageType {
    SolcStorageType {
        encoding: "inplace".into(),
        label: label.into(),
        number_of_bytes: U256::from(size),
        base: None,
        key: None,
        value: None,
        members: None,
    }
}

fn structure(label: &str, size: u64, members: Vec<SolcStorageVariable>) -> SolcStorageType {
    SolcStorageType { members: Some(members), ..ty(label, size) }
}

fn array(label: &str, size: u64, base: &str) -> SolcStorageType {
    SolcStorageType { base: Some(base.into()), ..ty(label, size) }
}

fn lay_out(storage: Vec<SolcStorageVariable>, types: Vec<(String, SolcStorageType)>) -> StorageLayout {
    layout_of(&Artifact {
        storage_layout: Some(SolcStorageLayout { storage, types: types.into_iter().collect() }),
        ..Artifact::named(ContractName { path: "a.sol".into(), name: "A".into() })
    })
}

/// The message of the only gap that concerns the table itself.
fn problem(storage: Vec<SolcStorageVariable>, types: Vec<(&str, SolcStorageType)>) -> String {
    let types = types.into_iter().map(|(key, ty)| (key.to_owned(), ty)).collect();
    let layout = lay_out(storage, types);
    let messages: Vec<_> = gaps(&layout).into_iter().filter(|message| message.contains("storage layout")).collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    messages[0].to_owned()
}

#[test]
fn a_missing_type_is_a_gap() {
    assert_eq!(
        problem(vec![first("x", "t_uint256")], vec![]),
        "`x` of the compiler's storage layout has the type `t_uint256`, which is missing"
    );
    assert_eq!(
        problem(
            vec![first("x", "t_array(t_uint8)2_storage")],
            vec![("t_array(t_uint8)2_storage", array("uint8[2]", 32, "t_uint8"))]
        ),
        "type `uint8[2]` of the compiler's storage layout refers to the type `t_uint8`, which is missing"
    );
}

#[test]
fn a_variable_that_leaves_its_slot_or_storage_is_a_gap() {
    let word = || vec![("t_uint256", ty("uint256", 32)), ("t_uint8", ty("uint8", 1))];
    assert_eq!(
        problem(vec![variable("x", U256::ZERO, 32, "t_uint8")], word()),
        "`x` of the compiler's storage layout leaves its slot: 1 bytes at offset 32"
    );
    assert_eq!(
        problem(vec![variable("x", U256::ZERO, 1, "t_uint256")], word()),
        "`x` of the compiler's storage layout leaves its slot: 32 bytes at offset 1"
    );
    let array = array("uint256[2]", 64, "t_uint256");
    let types = [word(), vec![("t_array(t_uint256)2_storage", array)]].concat();
    assert_eq!(
        problem(vec![variable("x", U256::MAX, 0, "t_array(t_uint256)2_storage")], types),
        "`x` of the compiler's storage layout leaves storage"
    );
}

#[test]
fn types_of_impossible_size_are_gaps() {
    for (key, ty, message) in [
        ("t_uint8", ty("uint8", 32), "takes 32 bytes where its kind takes 1"),
        ("t_enum(E)1", ty("enum E", 33), "takes 33 bytes where a value takes 1 to 32"),
        ("t_what", ty("what", 1), "is of no known kind"),
        ("t_uint256[]", SolcStorageType { encoding: "odd".into(), ..ty("x", 1) }, "has the unknown encoding `odd`"),
    ] {
        let found = problem(vec![], vec![(key, ty)]);
        assert!(found.ends_with(message), "{found}");
    }
    let huge = SolcStorageType { number_of_bytes: U256::MAX, ..array("uint8[9]", 0, "t_uint8") };
    let types = vec![("t_array(t_uint8)9_storage".to_owned(), huge), ("t_uint8".to_owned(), ty("uint8", 1))];
    let layout = lay_out(vec![first("x", "t_array(t_uint8)9_storage")], types);
    assert_eq!(layout_rows(&layout).len(), 1);
}

#[test]
fn members_outside_or_over_each_other_are_gaps() {
    let word = || ("t_uint256", ty("uint256", 32));
    let outside = structure("struct S", 32, vec![variable("a", U256::from(1), 0, "t_uint256")]);
    assert_eq!(
        problem(vec![], vec![word(), ("t_struct(S)1_storage", outside)]),
        "type `struct S` of the compiler's storage layout is smaller than its member `a`"
    );
    let twice = structure("struct S", 32, vec![first("a", "t_uint256"), first("b", "t_uint256")]);
    assert_eq!(
        problem(vec![], vec![word(), ("t_struct(S)1_storage", twice)]),
        "type `struct S` of the compiler's storage layout has other members over the bytes of `a`"
    );
}

#[test]
fn a_struct_that_contains_itself_ends_in_an_unknown_type() {
    let a = structure("struct A", 32, vec![first("b", "t_struct(B)2_storage")]);
    let b = structure("struct B", 32, vec![first("a", "t_struct(A)1_storage")]);
    let types = vec![("t_struct(A)1_storage".to_owned(), a), ("t_struct(B)2_storage".to_owned(), b)];
    let layout = lay_out(vec![first("x", "t_struct(A)1_storage")], types);
    assert!(layout.types.iter().any(|(_, ty)| ty.kind == TypeKind::Unknown));
    assert!(gaps(&layout).iter().any(|message| message.contains("contains itself by value")));
    assert!(layout_rows(&layout).len() <= 3);
}

#[test]
fn deep_nesting_ends_in_an_unknown_type() {
    let depth = 5_000;
    let key = |at: usize| format!("t_struct(S)b{at:06}_storage");
    let mut types = vec![(key(depth), structure("struct S", 32, vec![first("a", "t_uint256")]))];
    types.extend((0..depth).map(|at| (key(at), structure("struct S", 32, vec![first("a", &key(at + 1))]))));
    types.push(("t_uint256".to_owned(), ty("uint256", 32)));
    let layout = lay_out(vec![first("x", &key(0))], types);
    assert!(gaps(&layout).iter().any(|message| message.contains("too many levels")));
    assert!(layout_rows(&layout).len() < 300);
}

#[test]
fn a_name_of_a_megabyte_is_cut_and_is_a_gap() {
    let long = |first: char| first.to_string() + &"x".repeat(1 << 20);
    let members = (0..100).map(|at| variable(&long('m'), U256::from(at), 0, "t_uint256")).collect();
    let types = vec![("t_struct(S)1_storage", structure(&long('s'), 3200, members)), ("t_uint256", ty("uint256", 32))];
    let types = types.into_iter().map(|(key, ty)| (key.to_owned(), ty)).collect();
    let layout = lay_out(vec![first(&long('v'), "t_struct(S)1_storage")], types);
    let rows = layout_rows(&layout);
    assert_eq!(rows.len(), 101);
    assert!(rows.iter().all(|row| row.label.len() + row.ty.len() < 1_000));
    assert!(gaps(&layout).contains(&"names of more than 512 bytes are cut"));
}

#[test]
fn doubling_structs_do_not_fill_the_memory() {
    let key = |at: usize| format!("t_struct(S)b{at:03}_storage");
    let size = |at: usize| U256::from(32) << at;
    let mut types = vec![("t_uint256".to_owned(), ty("uint256", 32))];
    types.push((key(0), structure("struct S", 32, vec![first("a", "t_uint256")])));
    types.extend((1..200).map(|at| {
        let second = variable("b", U256::from(1) << (at - 1), 0, &key(at - 1));
        let pair = structure("struct S", 0, vec![first("a", &key(at - 1)), second]);
        (key(at), SolcStorageType { number_of_bytes: size(at), ..pair })
    }));
    let layout = lay_out(vec![first("x", &key(199))], types);
    assert!(layout_rows(&layout).len() < 30_000);
}

#[test]
fn an_array_larger_than_the_compiler_can_print_is_not_taken_for_a_small_one() {
    let len = U256::from(1) << 251;
    let key = format!("t_array(t_uint256){len}_storage");
    let outer = format!("t_array({key})3_storage");
    let types = vec![
        (key.clone(), array("uint256[huge]", 0, "t_uint256")),
        (outer.clone(), array("uint256[huge][3]", 0, &key)),
        ("t_uint256".to_owned(), ty("uint256", 32)),
    ];
    for (ty, gap_count) in [(&key, 2), (&outer, 2)] {
        let layout = lay_out(vec![first("a", ty)], types.clone());
        let place = layout.roots[0].variables[0].place;
        assert!(place.slots() > U256::from(1) << 250, "{place}");
        let messages = gaps(&layout);
        assert_eq!(messages.iter().filter(|message| message.contains("2^251 slots or more")).count(), gap_count);
    }
}
