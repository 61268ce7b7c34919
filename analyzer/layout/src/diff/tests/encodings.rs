//! Each row of the table "what may follow what in the same bytes", both answers.

use super::*;

const KIND: &str = "the two encodings have nothing in common";
const NARROWED: &str = "the new type is narrower";
const SIGN: &str = "one has a sign and the other has none";
const RANGE: &str = "stored values may lie outside the new type's range";
const EXTENSION: &str = "stored negative numbers are not sign-extended";
const SHIFTED: &str = "stored bytes stand at another offset in a type of another length";
const STRIDE: &str = "elements take another number of bytes";

/// Types before and after, for a variable `x` alone in its slot; `None` is compatible.
fn retyped(declarations: &str, rows: &[(&str, &str, Option<&str>)]) {
    for &(old, new, reason) in rows {
        let source = |ty: &str| format!("{declarations} contract A {{ {ty} x; }}");
        let found = changes(&source(old), &source(new));
        match reason {
            None => assert!(found.is_empty(), "{old} -> {new}: {found:?}"),
            Some(reason) => {
                assert_eq!(found.len(), 1, "{old} -> {new}: {found:?}");
                assert!(found[0].contains(reason), "{old} -> {new}: {found:?}");
            }
        }
    }
}

#[test]
fn equal_classes_of_equal_width_are_compatible() {
    retyped("", &[("uint256", "uint256", None), ("bytes32", "bytes32", None), ("external", "external", None)]);
}

#[test]
fn addresses_and_contracts_are_one_class() {
    retyped(
        "",
        &[
            ("address", "IToken", None),
            ("IToken", "address", None),
            ("address", "uint160", Some("reinterpreted x as uint160")),
            ("bytes20", "address", Some("reinterpreted x as address")),
            ("address", "uint256", Some("an address is taken for a wider number")),
            ("address", "bytes32", Some(KIND)),
        ],
    );
}

#[test]
fn a_user_defined_value_type_is_its_underlying_type() {
    let rows = [
        ("Fee", "uint128", None),
        ("uint128", "Fee", None),
        ("Fee", "Price", None),
        ("Fee", "Delta", Some("the underlying type changed: one has a sign and the other has none")),
        ("Fee", "Small", Some(NARROWED)),
        ("Fee", "Tag", Some("reinterpreted")),
    ];
    retyped(
        "type Fee uint128; type Price uint128; type Delta int128; type Small uint64; type Tag bytes16;"
            .replace(';', " ")
            .as_str(),
        &rows,
    );
}

#[test]
fn enums_and_booleans_become_integers_but_not_the_reverse() {
    let rows = [
        ("E", "uint8", None),
        ("bool", "uint8", None),
        ("E", "uint16", None),
        ("uint8", "E", Some(RANGE)),
        ("uint8", "bool", Some(RANGE)),
        ("bool", "E", Some(KIND)),
    ];
    retyped("enum E { A, B }", &rows);
}

#[test]
fn enum_members_may_only_be_appended() {
    let found = |new: &str| {
        changes("enum E { A, B, C } contract V { E e; }", &format!("enum E {{ {new} }} contract V {{ E e; }}"))
    };
    assert_eq!(found("A, B, C, D"), [""; 0]);
    assert_eq!(found("A, X, C"), [r#"members of e: [("B", "X")]"#]);
    for (new, member) in [("B, A, C", "A"), ("A, X, B, C", "B"), ("A, B", "C"), ("A, C", "B")] {
        assert_eq!(found(new), [format!("type E -> e: member `{member}` no longer has its value")], "{new}");
    }
}

#[test]
fn an_enum_past_256_members_is_a_widening() {
    let members = |count: usize| (0..count).map(|at| format!("M{at}")).collect::<Vec<_>>().join(" , ");
    let source = |count, rest: &str| format!("enum E {{ {} }} contract V {{ E e; {rest} }}", members(count));
    assert_eq!(changes(&source(256, ""), &source(257, "")), [""; 0]);
    assert_eq!(changes(&source(256, "bool b;"), &source(257, "bool b;")), ["moved by resized e: b"]);
}

#[test]
fn string_and_bytes_are_one_class() {
    retyped("", &[("string", "bytes", None), ("bytes", "string", None), ("string", "bytes32", Some(KIND))]);
}

#[test]
fn unsigned_integers_may_widen_into_unused_bytes() {
    retyped("", &[("uint128", "uint256", None), ("uint256", "uint128", Some(NARROWED))]);
    assert_eq!(of_variables("uint128 a; uint256 b;", "uint256 a; uint256 b;"), [""; 0]);
    assert_eq!(of_variables("uint128 a; uint64 b;", "uint192 a; uint64 b;"), ["moved by resized a: b"]);
    assert_eq!(of_variables("uint128 a; uint64 b;", "uint256 a;"), ["collision a over b"]);
}

#[test]
fn signed_integers_and_fixed_bytes_never_widen_in_place() {
    retyped(
        "",
        &[
            ("int128", "int256", Some(EXTENSION)),
            ("int256", "int128", Some(NARROWED)),
            ("bytes16", "bytes32", Some(SHIFTED)),
            ("bytes32", "bytes16", Some(SHIFTED)),
        ],
    );
}

#[test]
fn equal_width_with_another_meaning_is_reinterpreted_and_with_another_sign_changed() {
    retyped(
        "",
        &[
            ("uint256", "int256", Some(SIGN)),
            ("int256", "uint256", Some(SIGN)),
            ("uint256", "bytes32", Some("reinterpreted x as bytes32")),
            ("bytes32", "int256", Some("reinterpreted x as int256")),
        ],
    );
    assert_eq!(of_variables("uint256 x;", "@retyped uint256 bytes32 x;"), [""; 0]);
    assert_eq!(of_variables("uint256 x;", "@retyped uint128 bytes32 x;"), ["reinterpreted x as bytes32"]);
    assert_eq!(of_variables("uint256 x;", "@retyped uint256 int256 x;").len(), 1);
}

#[test]
fn a_struct_is_its_members_whatever_its_name() {
    let old = "struct S { uint256 a; address b; } contract A { S s; }";
    assert_eq!(changes(old, "struct T { uint256 a; IToken b; } contract A { T s; }"), [""; 0]);
    assert_eq!(
        changes(old, "struct S { int256 a; address b; } contract A { S s; }"),
        [format!("type uint256 -> s.a: {SIGN}")]
    );
    assert_eq!(
        changes(old, "struct S { address b; uint256 a; } contract A { S s; }"),
        ["moved by reordered s.b: s.a, s.b"]
    );
}

#[test]
fn a_retyped_struct_still_has_its_leaves_compared() {
    let old = "struct S { uint256 a; uint256 b; } contract A { S s; }";
    let new = "struct T { uint256 b; uint256 a; } contract A { @retyped S T s; }";
    assert_eq!(changes(old, new), ["moved by reordered s.b: s.a, s.b"]);
}

#[test]
fn structs_and_arrays_grow_where_nothing_lies_behind() {
    let grow = |rest: &str| {
        changes(
            &format!("struct S {{ uint256 a; }} contract A {{ S s; {rest} }}"),
            &format!("struct S {{ uint256 a; uint256 b; }} contract A {{ S s; {rest} }}"),
        )
    };
    assert_eq!(grow(""), [""; 0]);
    assert_eq!(grow("uint256 x;"), ["moved by inserted s.b: x"]);
    assert_eq!(of_variables("uint256[2] a;", "uint256[4] a;"), [""; 0]);
    assert_eq!(of_variables("uint256[2] a; uint256 x;", "uint256[4] a; uint256 x;"), ["moved by resized a: x"]);
    assert_eq!(of_variables("uint8[3] a; uint256 x;", "uint8[5] a; uint256 x;"), [""; 0]);
}

#[test]
fn structs_grow_in_their_tail_padding() {
    let old = "struct S { address a; } contract A { S s; uint256 x; S[] list; }";
    let new = "struct S { address a; uint64 b; } contract A { S s; uint256 x; S[] list; }";
    assert_eq!(changes(old, new), [""; 0]);
}

#[test]
fn structs_grow_as_the_tail_of_a_mapping_value_but_keep_an_arrays_stride() {
    let source = |members: &str, variables: &str| {
        format!("struct S {{ {members} }} struct T {{ uint256 t; S s; }} contract A {{ {variables} }}")
    };
    let grow = |variables: &str| changes(&source("uint256 a;", variables), &source("uint256 a; uint256 b;", variables));
    assert_eq!(grow("mapping(address => S) m;"), [""; 0]);
    assert_eq!(grow("mapping(address => T) m;"), [""; 0]);
    assert_eq!(grow("mapping(address => mapping(uint256 => S)) m;"), [""; 0]);
    assert_eq!(grow("S[] list;"), [format!("type struct S[] -> list: {STRIDE}")]);
    assert_eq!(grow("mapping(address => S[]) m;"), [format!("type struct S[] -> m{{}}: {STRIDE}")]);
    assert_eq!(grow("S[3] list;"), [format!("type struct S[3] -> list: {STRIDE}")]);
}

#[test]
fn members_inserted_into_a_mapping_value_move_the_others() {
    let old = "struct S { uint256 a; uint256 b; } contract A { mapping(uint256 => S) m; mapping(uint256 => S) n; }";
    let new = "struct S { uint256 x; uint256 a; uint256 b; } contract A { mapping(uint256 => S) m; mapping(uint256 => S) n; }";
    assert_eq!(changes(old, new), ["moved by inserted m{}.x: m{}.a, m{}.b, n{}.a, n{}.b"]);
}

#[test]
fn mapping_keys_are_judged_by_their_preimage() {
    let key = |name: &str| format!("mapping({name} => uint256)");
    let rows: Vec<(String, String, Option<&str>)> = [
        ("uint128", "uint256", true),
        ("uint256", "uint128", false),
        ("address", "uint256", true),
        ("address", "uint160", true),
        ("uint160", "address", true),
        ("uint256", "address", false),
        ("E", "uint8", true),
        ("bool", "uint256", true),
        ("uint8", "bool", false),
        ("uint8", "E", false),
        ("int128", "int256", true),
        ("int256", "int128", false),
        ("uint128", "int256", true),
        ("uint256", "int256", false),
        ("int128", "uint256", false),
        ("bytes4", "bytes32", true),
        ("bytes32", "bytes4", false),
        ("string", "bytes", true),
        ("bytes32", "uint256", false),
        ("bytes20", "address", false),
        ("string", "bytes32", false),
    ]
    .into_iter()
    .map(|(old, new, fits)| (key(old), key(new), if fits { None } else { Some("hashes alike") }))
    .collect();
    let rows: Vec<_> = rows.iter().map(|(old, new, reason)| (old.as_str(), new.as_str(), *reason)).collect();
    retyped("enum E { A, B }", &rows);
}

#[test]
fn mapping_values_and_array_elements_are_judged_recursively() {
    let rows = [
        ("mapping(bytes32 => E)", "mapping(bytes32 => bytes32)", Some("type E -> x{}")),
        ("mapping(bytes32 => uint128)", "mapping(bytes32 => uint256)", None),
        ("mapping(bytes32 => uint256)", "mapping(bytes32 => uint128)", Some(NARROWED)),
        ("address[]", "IToken[]", None),
        ("uint128[]", "uint64[]", Some(STRIDE)),
        ("uint136[]", "uint256[]", None),
        ("int256[]", "uint256[]", Some("type int256 -> x[]")),
        ("uint256[][]", "bytes32[][]", Some("reinterpreted x[][]")),
        ("int64[4]", "uint64[4]", Some("type int64 -> x[]")),
    ];
    retyped("enum E { A, B }", &rows);
}

#[test]
fn containers_of_different_kinds_share_no_class() {
    retyped(
        "",
        &[
            ("uint256[2]", "uint256[]", Some(KIND)),
            ("uint256[]", "mapping(uint256 => uint256)", Some(KIND)),
            ("mapping(uint256 => uint256)", "mapping(uint256 => mapping(uint256 => uint256))", Some(KIND)),
            ("uint256[]", "uint256", Some(KIND)),
            ("bytes", "uint256[]", Some(KIND)),
        ],
    );
}

#[test]
fn function_pointers_keep_their_visibility() {
    retyped("", &[("external", "internal", Some(KIND)), ("internal", "uint64", Some(KIND))]);
}

#[test]
fn recursive_types_are_compared_without_an_end() {
    let source = |value: &str| {
        format!("struct Node {{ {value} v; mapping(uint256 => Node) next; Node[] kids; }} contract A {{ Node root; }}")
    };
    assert_eq!(changes(&source("uint256"), &source("uint256")), [""; 0]);
    assert_eq!(
        changes(&source("uint256"), &source("int256")),
        [format!("type uint256 -> root.v: {SIGN} and root.next{{}}.v and root.kids[].v")]
    );
}

#[test]
fn vyper_integers_are_whole_words() {
    retyped(
        "",
        &[
            ("word_uint128", "uint256", None),
            ("word_int128", "word_int256", None),
            ("word_int256", "word_int128", Some(NARROWED)),
        ],
    );
}

#[test]
fn vyper_bounds_may_grow_with_nothing_behind() {
    retyped(
        "flag F { A, B } flag G { A, B, C }",
        &[
            ("vyper_bytes64", "vyper_bytes96", None),
            ("vyper_bytes96", "vyper_bytes64", Some("the new bound is smaller")),
            ("F", "G", None),
            ("F", "uint256", None),
            ("G", "F", Some("member `C`")),
        ],
    );
    assert_eq!(of_variables("vyper_bytes64 a; uint256 x;", "vyper_bytes96 a; uint256 x;"), ["moved by resized a: x"]);
}

#[test]
fn an_array_that_shrinks_at_the_end_loses_its_elements() {
    assert_eq!(of_variables("uint256[4] a;", "uint256[2] a;"), ["removed a[2..4]"]);
    assert_eq!(
        of_variables("uint256[4] a; uint256 x;", "uint256[2] a; uint256 x;"),
        ["moved by resized a: x", "removed a[2..4] under x"]
    );
    assert_eq!(of_variables("uint256[4] a;", "uint256[2] a; bool b;"), ["collision b over a"]);
}
