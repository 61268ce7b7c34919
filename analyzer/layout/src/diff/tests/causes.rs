//! Which declaration is named as the cause of a move, and which leaves are its own.

use super::*;

#[test]
fn independent_causes_have_their_own_leaves() {
    let old = "contract A { uint256 a; uint256 b; } contract B { uint256[9] __gap; uint256 c; uint256 d; }";
    let new = "contract A { uint256 x; uint256 a; uint256 b; } contract B { uint256[8] __gap; uint256 y; uint256 c; uint256 d; }";
    assert_eq!(changes(old, new), ["moved by inserted x: a, b", "moved by gap __gap should be Some(9) after []: c, d"]);
}

#[test]
fn an_insertion_that_a_later_gap_absorbs_moves_only_what_lies_before_the_gap() {
    let old = "contract A { uint256 a; uint256 b; uint256[9] __gap; } contract B { uint256 c; }";
    let new = "contract A { uint256 x; uint256 a; uint256 b; uint256[8] __gap; } contract B { uint256 c; }";
    assert_eq!(changes(old, new), ["moved by inserted x: a, b"]);
}

#[test]
fn a_cause_in_each_of_two_roots_is_named_twice() {
    let old = "contract A { uint256 a; } namespace erc7201:m at 1000 { uint256 t; uint256 u; }";
    let new = "contract A { uint256 x; uint256 a; } namespace erc7201:m at 1000 { uint256 y; uint256 t; uint256 u; }";
    assert_eq!(changes(old, new), ["moved by inserted x: a", "moved by inserted y: t, u"]);
}

#[test]
fn what_fits_into_padding_is_no_cause() {
    assert_eq!(
        of_variables("address o; uint256 x; uint256 y;", "address o; bool p; uint256 z; uint256 x; uint256 y;"),
        ["moved by inserted z: x, y"]
    );
}

#[test]
fn a_variable_that_is_replaced_by_a_longer_one_moves_what_follows() {
    assert_eq!(
        of_variables("uint256 a; uint256 x;", "string n; uint256 m; uint256 x;"),
        ["moved by n, m for a: x", "collision n over a"]
    );
}

#[test]
fn a_variable_taken_to_the_end_moves_those_behind_it() {
    assert_eq!(
        of_variables("uint256 a; uint256 b; uint256 c;", "uint256 b; uint256 c; uint256 a;"),
        ["moved by reordered a: a, b, c"]
    );
}

#[test]
fn two_swaps_apart_are_two_causes() {
    let old = "uint256 a; uint256 b; uint256 m; uint256 n; uint256 y; uint256 z;";
    let new = "uint256 b; uint256 a; uint256 m; uint256 n; uint256 z; uint256 y;";
    assert_eq!(of_variables(old, new), ["moved by reordered b: a, b", "moved by reordered z: y, z"]);
}

#[test]
fn a_base_in_front_is_named_by_the_base_lists() {
    let old =
        "contract Init { uint8 _i; bool _ing; } contract Auth { address owner; } contract Spoke { uint256 total; }";
    let new = format!("contract Pausy {{ bool paused; uint256 since; }} {old}");
    assert_eq!(
        changes(old, &new),
        [r#"moved by bases ["Init", "Auth", "Spoke"] to ["Pausy", "Init", "Auth", "Spoke"]: _i, _ing, owner, total"#]
    );
}

#[test]
fn a_removed_base_is_named_by_the_base_lists() {
    let old = "contract A { uint256 a; } contract B { uint256 b; } contract V { uint256 v; }";
    let new = "contract B { uint256 b; } contract V { uint256 v; }";
    assert_eq!(changes(old, new)[0], r#"moved by bases ["A", "B", "V"] to ["B", "V"]: b, v"#);
}

#[test]
fn bases_in_another_order_move_equal_labels_too() {
    let old = "contract A { uint256 x; } contract B { uint256 x; } contract V { uint256 total; }";
    let new = "contract B { uint256 x; } contract A { uint256 x; } contract V { uint256 total; }";
    assert_eq!(changes(old, new), [r#"moved by bases ["A", "B", "V"] to ["B", "A", "V"]: x, x"#]);
}

#[test]
fn bases_in_another_order_are_fine_where_nothing_moves() {
    let old = "contract A { } contract B { uint256 b; } contract V { uint256 v; }";
    assert_eq!(changes(old, "contract B { uint256 b; } contract A { } contract V { uint256 v; }"), [""; 0]);
    assert_eq!(
        changes(old, "contract C { } contract A { } contract B { uint256 b; } contract V { uint256 v; }"),
        [""; 0]
    );
}

#[test]
fn a_renamed_contract_and_a_variable_in_another_base_are_no_change() {
    assert_eq!(
        changes(
            "contract VaultV1 { address owner; uint256 total; }",
            "contract VaultV2 { address owner; uint256 total; }"
        ),
        [""; 0]
    );
    assert_eq!(
        changes(
            "contract Vault { address owner; uint256 total; }",
            "contract Base { address owner; } contract Vault { uint256 total; }"
        ),
        [""; 0]
    );
}

#[test]
fn an_insertion_in_a_renamed_contract_is_no_change_of_bases() {
    let old = "contract Base { uint256 b; } contract VaultV1 { address owner; uint256 total; }";
    let new = "contract Base { uint256 b; } contract VaultV2 { uint256 x; address owner; uint256 total; }";
    assert_eq!(changes(old, new), ["moved by inserted x: owner, total"]);
}

#[test]
fn a_variable_inserted_in_a_base_without_a_gap_is_no_change_of_bases() {
    let old = "contract Base { uint256 b; } contract V { uint256 v; }";
    let new = "contract Base { uint256 b; uint256 c; } contract V { uint256 v; }";
    assert_eq!(changes(old, new), ["moved by inserted c: v"]);
}

#[test]
fn exact_consumption_of_a_gap_moves_nothing() {
    let source = |base: &str| format!("contract Base {{ address o; {base} }} contract V {{ uint256 total; }}");
    let old = source("uint256[9] __gap;");
    for new in [
        "uint256 fee; uint256[8] __gap;",
        "uint64 nonce; uint256[9] __gap;",
        "uint64 nonce; uint256 a; bool b; bool c; uint256[7] __gap;",
        "uint256[4] a; uint256[5] __gap;",
        "uint256[9] a;",
        "uint256[9] __gap2;",
    ] {
        assert_eq!(changes(&old, &source(new)), [""; 0], "{new}");
    }
    assert_eq!(additions(&old, &source("uint256 fee; uint256[8] __gap;")), [("fee".to_owned(), AdditionPlace::Gap)]);
}

#[test]
fn a_gap_of_the_wrong_length_is_the_cause_and_knows_the_right_one() {
    let source = |base: &str| format!("contract Base {{ address o; {base} }} contract V {{ uint256 total; }}");
    let old = source("uint256[9] __gap;");
    for (new, cause) in [
        ("uint256 fee; uint256[9] __gap;", "gap __gap should be Some(8) after [fee]"),
        ("uint256 fee; uint256[7] __gap;", "gap __gap should be Some(8) after [fee]"),
        ("uint64 nonce; uint256[8] __gap;", "gap __gap should be Some(9) after [nonce]"),
        ("uint256[10] __gap;", "gap __gap should be Some(9) after []"),
        ("uint256 fee;", "gap none should be Some(8) after [fee]"),
        ("", "gap none should be Some(9) after []"),
    ] {
        assert_eq!(changes(&old, &source(new)), [format!("moved by {cause}: total")], "{new}");
    }
}

#[test]
fn a_gap_over_a_variable_that_is_removed_keeps_what_follows_in_place() {
    let old = "contract Base { address o; uint256 fee; uint256[8] __gap; } contract V { uint256 total; }";
    let new = "contract Base { address o; uint256[9] __gap; } contract V { uint256 total; }";
    assert_eq!(changes(old, new), ["removed fee"]);
}

#[test]
fn a_gap_that_was_shifted_by_others_is_not_at_fault() {
    let old = "contract A { uint256 a; } contract B { uint256 b; uint256[9] __gap; } contract V { uint256 v; }";
    let new =
        "contract A { uint256 a; uint256 x; } contract B { uint256 b; uint256[9] __gap; } contract V { uint256 v; }";
    assert_eq!(changes(old, new), ["moved by inserted x: b, v"]);
}

#[test]
fn a_live_array_of_such_a_name_is_no_gap() {
    let old = "contract A { @used uint256[9] _reserved; uint256 x; }";
    let new = "contract A { uint256 y; uint256[8] _reserved; uint256 x; }";
    assert_eq!(changes(old, new), ["moved by inserted y: _reserved"]);
}

#[test]
fn single_reserved_values_are_gaps() {
    let old =
        "contract A { uint256 a; uint256 _reserve1; uint256 _reserve2; uint256 _reserve3; } contract B { uint256 b; }";
    let new = "contract A { uint256 a; uint256 fee; uint256 _reserve2; uint256 _reserve3; } contract B { uint256 b; }";
    assert_eq!(changes(old, new), [""; 0]);
    let wrong = "contract A { uint256 a; uint256 fee; uint256 _reserve1; uint256 _reserve2; uint256 _reserve3; } contract B { uint256 b; }";
    assert_eq!(changes(old, wrong), ["moved by gap _reserve3 should be None after [fee]: b"]);
}

#[test]
fn a_gap_within_a_struct_counts() {
    let source = |members: &str| format!("struct S {{ uint256 a; {members} }} contract A {{ S s; uint256 x; }}");
    let old = source("uint256[9] __gap;");
    assert_eq!(changes(&old, &source("uint256 b; uint256[8] __gap;")), [""; 0]);
    assert_eq!(
        changes(&old, &source("uint256 b; uint256[9] __gap;")),
        ["moved by gap s.__gap should be Some(8) after [s.b]: x"]
    );
}

#[test]
fn a_gap_at_the_end_of_a_concrete_contract_moves_nothing() {
    let old = "contract V { uint256 total; uint256[10] __gap; }";
    let of = |new: &str| changes(old, &format!("contract V {{ uint256 total; {new} }}"));
    assert_eq!(of("uint256 fee; uint256[9] __gap;"), [""; 0]);
    assert_eq!(of("uint256[5] __gap;"), [""; 0]);
    assert_eq!(of(""), [""; 0]);
    assert_eq!(of("uint256 fee; uint256[10] __gap;"), ["gap end __gap to __gap, should be Some(9), abstract false"]);
    assert_eq!(of("uint256[11] __gap;"), ["gap end __gap to __gap, should be Some(10), abstract false"]);
}

#[test]
fn variables_of_others_follow_the_gap_of_an_abstract_contract() {
    let old = "abstract contract V { uint256 total; uint256[10] __gap; }";
    let of = |new: &str| changes(old, &format!("abstract contract V {{ uint256 total; {new} }}"));
    let end = |new: &str, len: &str| [format!("gap end __gap to {new}, should be {len}, abstract true")];
    assert_eq!(of("uint256 fee; uint256[9] __gap;"), [""; 0]);
    assert_eq!(of("uint256[10] fees;"), [""; 0]);
    assert_eq!(of("uint256 fee; uint256[10] __gap;"), end("__gap", "Some(9)"));
    assert_eq!(of("uint256 fee; uint256[8] __gap;"), end("__gap", "Some(9)"));
    assert_eq!(of("uint256[10] __gap; uint256 fee;"), end("__gap", "None"));
    assert_eq!(of(""), end("none", "Some(10)"));
}

#[test]
fn a_lock_that_comes_or_goes_is_the_cause() {
    assert_eq!(
        of_variables("uint256 x;", "lock nonreentrant.key; uint256 x;"),
        ["moved by lock nonreentrant.key Added: x"]
    );
    assert_eq!(
        of_variables("lock nonreentrant.key; uint256 x;", "uint256 x;"),
        ["moved by lock nonreentrant.key Removed: x", "removed nonreentrant.key under x"]
    );
    assert_eq!(
        of_variables("lock nonreentrant.key; uint256 x;", "lock transient nonreentrant.key; uint256 x;"),
        ["moved by lock nonreentrant.key MadeTransient: x"]
    );
}

#[test]
fn another_type_at_another_width_is_the_cause() {
    assert_eq!(
        of_variables("uint128 a; address b;", "uint8 a; address b;"),
        ["type uint128 -> a: the new type is narrower", "moved by resized a: b"]
    );
}
