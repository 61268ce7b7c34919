//! Layouts that no compiler prints: they cost little and break nothing.

use std::fmt::Write;

use alloy_primitives::U256;

use super::super::sketch::{Sketch, sketch};
use super::super::{DiffContext, diff, overlaps};
use super::*;
use crate::types::{StorageType, TypeKind};

fn diff_of_sketches(old: &Sketch, new: &Sketch) -> super::super::LayoutDiff {
    diff(&old.layout, &new.layout, &DiffContext::default())
}

fn numbered(range: std::ops::Range<usize>) -> String {
    let mut text = "contract A { ".to_owned();
    for at in range {
        write!(text, "uint256 v{at}; ").expect("a string");
    }
    text + "}"
}

#[test]
fn very_many_variables_are_compared_one_by_one() {
    let (old, new) = (sketch(&numbered(0..10_000)), sketch(&numbered(1..10_001)));
    let diff = diff_of_sketches(&old, &new);
    let [LayoutChange::Moved { leaves, .. }, LayoutChange::Removed { .. }, ..] = diff.changes.as_slice() else {
        panic!("{:?}", diff.changes.iter().filter_map(short).map(|line| line.len()).collect::<Vec<_>>())
    };
    assert_eq!(leaves.len(), 9_999);
}

#[test]
fn very_many_variables_are_appended_to_very_many() {
    let diff = diff_of_sketches(&sketch(&numbered(0..10_000)), &sketch(&numbered(0..20_000)));
    assert_eq!(diff.changes.len(), 10_000);
    assert!(diff.changes.iter().all(|change| matches!(change, LayoutChange::Added { .. })));
}

#[test]
fn members_of_one_name_that_leave_for_a_namespace_are_compared_in_the_end() {
    let source = |prefix: &str, rest: &str| {
        let mut text = "struct S { uint256 amount; } contract A { ".to_owned();
        for at in 0..2_000 {
            write!(text, "S {prefix}{at}; ").expect("a string");
        }
        text + "} " + rest
    };
    let namespace = "namespace erc7201:m at 99999 { uint256 amount; }";
    let diff = diff_of(&source("a", ""), &source("b", namespace));
    assert!(!diff.changes.is_empty());
}

#[test]
fn variables_in_reverse_order_are_compared_one_by_one() {
    let old = sketch(&numbered(0..5_000));
    let mut new = sketch("contract A { }");
    new.layout = old.layout.clone();
    for (at, variable) in new.layout.roots[0].variables.iter_mut().rev().enumerate() {
        variable.place.slot.0 = U256::from(at);
    }
    let diff = diff_of_sketches(&old, &new);
    let moved: usize = diff
        .changes
        .iter()
        .map(|change| match change {
            LayoutChange::Moved { leaves, .. } => leaves.len(),
            _ => 0,
        })
        .sum();
    assert_eq!(moved, 5_000);
}

#[test]
fn a_huge_array_is_one_leaf() {
    let huge = "1606938044258990275541962092341162602522202993782792835301376";
    let source = |rest: &str| format!("contract A {{ uint256[{huge}] a; {rest} }}");
    assert_eq!(changes(&source("uint256 x;"), &source("uint256 x; uint256 y;")), [""; 0]);
    assert_eq!(changes("contract A { uint256 a; }", &source("")).len(), 1);
}

#[test]
fn a_struct_that_holds_itself_ends() {
    let mut hostile = sketch("struct S { uint256 a; S s; } contract A { S s; }");
    let diff = diff_of_sketches(&hostile, &hostile);
    assert!(!diff.gaps.is_empty());
    hostile.layout.roots[0].variables.clear();
    assert_eq!(diff_of_sketches(&hostile, &hostile).gaps, []);
}

#[test]
fn structs_that_double_with_each_level_end() {
    let mut text = "struct S0 { uint256 a; uint256 b; } ".to_owned();
    for level in 1..40 {
        write!(text, "struct S{level} {{ S{0} a; S{0} b; }} ", level - 1).expect("a string");
    }
    let hostile = sketch(&(text + "contract A { S39 s; }"));
    assert!(!diff_of_sketches(&hostile, &hostile).gaps.is_empty());
}

#[test]
fn a_struct_that_many_variables_share_and_that_changes_is_told_once() {
    let source = |ty: &str| {
        let mut text = format!("struct S {{ {ty} a; }} contract A {{ ");
        for at in 0..2_000 {
            write!(text, "mapping(uint256 => S) m{at}; ").expect("a string");
        }
        text + "}"
    };
    let diff = diff_of_sketches(&sketch(&source("uint256")), &sketch(&source("int256")));
    let [LayoutChange::TypeChanged { also, .. }] = diff.changes.as_slice() else { panic!("{}", diff.changes.len()) };
    assert_eq!(also.len(), 1_999);
}

#[test]
fn variables_over_each_other_and_at_the_end_of_storage_break_nothing() {
    let mut hostile = sketch("contract A { uint256 a; uint256[9] b; bool c; string d; }");
    for variable in &mut hostile.layout.roots[0].variables {
        variable.place.slot.0 = U256::MAX;
        variable.place.offset = 31;
        variable.place.len_bytes = U256::MAX;
    }
    let honest = sketch("contract A { bool c; uint256 a; }");
    diff_of_sketches(&hostile, &honest);
    diff_of_sketches(&honest, &hostile);
    diff_of_sketches(&hostile, &hostile);
    assert!(overlaps(&hostile.layout).is_empty(), "one root does not overlap itself");
}

#[test]
fn mappings_within_mappings_without_an_end_are_a_gap() {
    let mut hostile = sketch("contract A { uint256 x; }");
    let types = &mut hostile.layout.types;
    let mut value = hostile.layout.roots[0].variables[0].ty;
    for _ in 0..10_000 {
        let kind = TypeKind::Mapping { key: hostile.layout.roots[0].variables[0].ty, value };
        value = types.push(StorageType { label: "mapping".to_owned(), size_bytes: U256::from(32), kind });
    }
    hostile.layout.roots[0].variables[0].ty = value;
    let diff = diff_of_sketches(&hostile, &hostile);
    assert!(diff.gaps.iter().any(|gap| gap.may_hide_change));
}

#[test]
fn types_that_are_not_known_are_gaps() {
    let diff = diff_of("contract A { unknown x; }", "contract A { unknown x; }");
    assert_eq!(diff.changes, []);
    assert_eq!(diff.gaps.len(), 1);
    let mut new = sketch("enum E { A, B } contract V { E e; }");
    let old = sketch("enum E { A, B } contract V { E e; }");
    let id = new.layout.roots[0].variables[0].ty;
    let ty = StorageType { label: "E".into(), size_bytes: U256::from(1), kind: TypeKind::Enum { members: None } };
    new.layout.types.set(id, ty);
    assert_eq!(diff_of_sketches(&old, &new).gaps.len(), 1);
}

#[test]
fn equal_input_gives_equal_output() {
    let old = "contract A { uint256 x; uint256 y; } contract B { uint256 x; uint256[9] __gap; } namespace erc7201:m at 9 { uint256 t; }";
    let new = "contract B { uint256 x; uint256[8] __gap; } contract A { uint256 z; uint256 x; int256 y; }";
    let first = diff_of(old, new);
    for _ in 0..8 {
        assert_eq!(diff_of(old, new), first);
    }
}
