//! The fate of a leaf: kept, moved, removed, renamed, overlaid, or kept elsewhere than in storage.

use super::*;

#[test]
fn nothing_is_said_about_what_stays() {
    let source = "contract A { address owner; uint256 total; mapping(address => uint256) shares; uint256[50] __gap; }";
    let diff = diff_of(source, source);
    assert_eq!(diff.changes, []);
    assert!(diff.rollback.is_possible());
}

#[test]
fn appended_variables_and_those_in_padding_are_safe() {
    let old = "contract A { address owner; uint256 total; }";
    let new = "contract A { address owner; uint64 nonce; uint256 total; uint256 fee; }";
    assert_eq!(changes(old, new), [""; 0]);
    assert_eq!(
        additions(old, new),
        [("nonce".to_owned(), AdditionPlace::Padding), ("fee".to_owned(), AdditionPlace::End)]
    );
}

#[test]
fn a_variable_in_front_moves_what_follows_and_says_what_covers_it() {
    let old = "contract A { address asset; uint256 maxDeposit; uint256 maxWithdraw; bool paused; }";
    let new =
        "contract A { address asset; uint256 assetDecimal; uint256 maxDeposit; uint256 maxWithdraw; bool paused; }";
    assert_eq!(changes(old, new), ["moved by inserted assetDecimal: maxDeposit, maxWithdraw, paused"]);
    let diff = diff_of(old, new);
    let [LayoutChange::Moved { leaves, .. }] = diff.changes.as_slice() else { panic!("{diff:?}") };
    let covered: Vec<String> = leaves.iter().map(|leaf| names(&leaf.now_covered_by)).collect();
    assert_eq!(covered, ["assetDecimal", "maxDeposit", "maxWithdraw"]);
    assert_eq!(leaves[2].old.place.to_string(), "slot 3, byte 0");
    assert_eq!(leaves[2].new.place.to_string(), "slot 4, byte 0");
}

#[test]
fn a_move_within_a_slot_is_a_move() {
    assert_eq!(
        of_variables("bool paused; address owner;", "address owner; bool paused;"),
        ["moved by reordered owner: paused, owner"]
    );
}

#[test]
fn a_swap_of_two_variables_of_one_type_is_a_move_and_no_rename() {
    assert_eq!(
        of_variables("uint256 total; uint256 locked;", "uint256 locked; uint256 total;"),
        ["moved by reordered locked: total, locked"]
    );
}

#[test]
fn a_renamed_enum_may_have_a_renamed_member() {
    let source = |members: &str, label: &str| format!("enum E {{ {members} }} contract A {{ E {label}; }}");
    assert_eq!(
        changes(&source("None , Open", "state"), &source("Unset , Open", "_state")),
        ["members of _state: [(\"None\", \"Unset\")]", "renamed state to _state by Some(RelatedLabels)"]
    );
}

#[test]
fn the_encoding_of_a_moved_leaf_is_named_with_its_move() {
    assert_eq!(
        of_variables("uint256 a; uint256 b;", "bytes32 x; uint256 y; uint256 a; int256 b;"),
        ["moved by inserted x, y: a, b (one has a sign and the other has none)"]
    );
}

#[test]
fn a_removed_variable_leaves_its_bytes_dirty() {
    assert_eq!(of_variables("uint256 total; uint256 fee;", "uint256 total;"), ["removed fee"]);
    assert_eq!(
        of_variables("uint256 total; address fee; uint256 x;", "uint256 total; uint256 x;"),
        ["moved by removed fee: x", "removed fee under x"]
    );
}

#[test]
fn a_removed_struct_is_removed_once() {
    let old = "struct S { uint256 a; uint256 b; } contract A { uint256 x; S s; }";
    assert_eq!(changes(old, "contract A { uint256 x; }"), ["removed s"]);
}

#[test]
fn another_class_over_a_removed_variable_is_a_collision() {
    assert_eq!(
        of_variables("address owner; uint256 total;", "bytes32 root; uint256 total;"),
        ["collision root over owner"]
    );
    assert_eq!(
        of_variables("uint256 a; uint256 b;", "bool p; bool q; uint256 b;"),
        ["collision p over a", "collision q over a"]
    );
    assert_eq!(of_variables("uint64 a; uint64 b; uint256 c;", "bytes32 x; uint256 c;"), ["collision x over a, b"]);
}

#[test]
fn related_names_confirm_a_rename_and_others_do_not() {
    for (new, proof) in [
        ("uint256 feeBps;", "Some(RelatedLabels)"),
        ("uint256 _fee;", "Some(RelatedLabels)"),
        ("uint256 deprecatedFee;", "Some(RelatedLabels)"),
        ("uint256 __unused;", "Some(Retired)"),
        ("@renamed fee uint256 margin;", "Some(Annotation)"),
        ("uint256 assetDecimal;", "None"),
    ] {
        let found = of_variables("uint256 fee; uint256 total;", &format!("{new} uint256 total;"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("renamed fee to ") && found[0].ends_with(&format!(" by {proof}")), "{found:?}");
    }
}

#[test]
fn an_annotated_rename_keeps_its_identity_when_it_widens_or_moves() {
    assert_eq!(
        of_variables("uint128 fee;", "@renamed fee uint256 margin;"),
        ["renamed fee to margin by Some(Annotation)"]
    );
    assert_eq!(
        of_variables("uint256 fee;", "uint256 x; @renamed fee uint256 margin;"),
        ["moved by inserted x: margin"]
    );
}

#[test]
fn a_stale_annotation_changes_nothing() {
    let new = "@renamed fee uint256 margin; uint256 x;";
    assert_eq!(of_variables("uint256 margin; uint256 x;", new), [""; 0]);
}

#[test]
fn variables_that_go_into_a_struct_at_the_same_bytes_are_renamed() {
    let new = "struct Limits { uint256 fee; uint256 cap; } contract A { Limits limits; }";
    let renamed = ["renamed fee to limits.fee by Some(Regrouped)", "renamed cap to limits.cap by Some(Regrouped)"];
    assert_eq!(changes("contract A { uint256 fee; uint256 cap; }", new), renamed);
}

#[test]
fn variables_that_go_into_a_struct_at_other_bytes_have_moved() {
    let new = "struct Limits { uint256 fee; uint256 cap; } contract A { uint256 x; Limits limits; }";
    assert_eq!(
        changes("contract A { uint256 fee; uint256 cap; }", new),
        ["moved by inserted x: limits.fee, limits.cap"]
    );
}

#[test]
fn a_renamed_struct_variable_is_renamed_once() {
    let source = |label: &str| format!("struct S {{ uint256 a; uint256 b; }} contract A {{ S {label}; }}");
    assert_eq!(changes(&source("config"), &source("settings")), ["renamed config to settings by Some(Regrouped)"]);
}

#[test]
fn a_struct_in_place_of_a_value_is_another_type() {
    let old = "contract A { uint256 x; uint256 y; }";
    let new = "struct S { uint128 a; uint128 b; } contract A { S x; uint256 y; }";
    let reason = "the two encodings have nothing in common";
    assert_eq!(changes(old, new), [format!("type uint256 -> x: {reason}")]);
    assert_eq!(changes(new, old), [format!("type struct S -> x: {reason}")]);
}

#[test]
fn a_renamed_mapping_must_keep_its_entries() {
    let old = "mapping(address => uint256) shares;";
    assert_eq!(of_variables(old, "mapping(address => uint256) balances;"), ["renamed shares to balances by None"]);
    assert_eq!(of_variables(old, "mapping(address => int256) balances;"), ["collision balances over shares"]);
}

#[test]
fn a_variable_that_becomes_constant_loses_nothing_when_nothing_moves() {
    assert_eq!(
        of_variables("uint256 total; uint256 fee;", "uint256 total; uint256 constant fee;"),
        ["class of fee from a storage variable to `constant`, loses false, moves false"]
    );
    assert_eq!(
        of_variables("uint256 total; uint256 fee;", "uint256 total; uint256 immutable fee;"),
        ["class of fee from a storage variable to `immutable`, loses false, moves false"]
    );
}

#[test]
fn a_variable_that_becomes_transient_loses_its_value() {
    assert_eq!(
        of_variables("uint256 total; uint256 lock;", "uint256 total; uint256 transient lock;"),
        ["class of lock from a storage variable to `transient`, loses true, moves false"]
    );
}

#[test]
fn a_variable_that_leaves_or_enters_storage_may_move_others() {
    assert_eq!(
        of_variables("uint256 fee; uint256 total;", "uint256 constant fee; uint256 total;"),
        [
            "moved by class of fee from a storage variable to `constant`: total",
            "class of fee from a storage variable to `constant`, loses false, moves true"
        ]
    );
    assert_eq!(
        of_variables("uint256 constant fee; uint256 total;", "uint256 fee; uint256 total;"),
        [
            "moved by class of fee from `constant` to a storage variable: total",
            "class of fee from `constant` to a storage variable, loses false, moves true"
        ]
    );
}

#[test]
fn a_new_variable_over_one_that_became_constant_is_a_collision() {
    assert_eq!(
        of_variables("uint256 fee;", "uint256 constant fee; uint256 total;"),
        ["collision total over fee", "class of fee from a storage variable to `constant`, loses false, moves false"]
    );
}

#[test]
fn a_constant_that_stays_one_is_nothing() {
    assert_eq!(
        of_variables("uint256 constant fee; uint256 x;", "uint256 constant fee; uint256 x; uint256 y;"),
        [""; 0]
    );
}

#[test]
fn transient_variables_may_move() {
    assert_eq!(
        of_variables("uint256 x; uint256 transient a;", "uint256 x; bool transient b; uint256 transient a;"),
        [""; 0]
    );
}

#[test]
fn an_appended_variable_can_be_rolled_back_and_a_wider_one_cannot() {
    let possible = |old: &str, new: &str| {
        diff_of(&format!("contract A {{ {old} }}"), &format!("contract A {{ {new} }}")).rollback.is_possible()
    };
    assert!(possible("uint256 a;", "uint256 a; uint256 b;"));
    assert!(possible("uint256 a; uint256[9] __gap;", "uint256 a; uint256 b; uint256[8] __gap;"));
    assert!(possible("uint256 a; uint256[9] __gap; bool z;", "uint256 a; uint256 b; uint256[8] __gap; bool z;"));
    assert!(!possible("uint128 a;", "uint256 a;"));
    assert!(!possible("uint256 a; uint256 b;", "uint256 x; uint256 a; uint256 b;"));
    assert!(possible("string a;", "bytes a;"));
}

#[test]
fn a_grown_enum_cannot_be_rolled_back() {
    let diff = diff_of("enum E { A, B } contract V { E e; }", "enum E { A, B, C } contract V { E e; }");
    assert_eq!(diff.rollback.blockers.len(), 1);
}
