//! Namespaces, slot constants and the base of the linear layout; and what one version says by itself.

use super::super::sketch::sketch;
use super::super::{internal_functions, overlaps};
use super::*;

#[test]
fn a_new_namespace_and_appended_members_are_safe() {
    let old = "contract A { uint256 x; } namespace erc7201:m at 1000 { uint256 total; }";
    let new = "contract A { uint256 x; } namespace erc7201:m at 1000 { uint256 total; address o; } namespace erc7201:n at 2000 { bool p; }";
    assert_eq!(changes(old, new), [""; 0]);
    assert_eq!(additions(old, new), [("o".to_owned(), AdditionPlace::End), ("p".to_owned(), AdditionPlace::NewRoot)]);
}

#[test]
fn a_removed_namespace_is_named_once() {
    let old = "contract A { uint256 x; } namespace erc7201:m at 1000 { uint256 total; address o; }";
    assert_eq!(changes(old, "contract A { uint256 x; }"), [r#"root Namespace { id: "erc7201:m" } removed: total, o"#]);
}

#[test]
fn a_namespace_at_another_slot_moves_all_its_leaves() {
    let source = |at: u32| format!("contract A {{ }} namespace erc7201:m at {at} {{ uint256 total; address o; }}");
    assert_eq!(changes(&source(1000), &source(2000)), [r#"moved by slot of Namespace { id: "erc7201:m" }: total, o"#]);
}

#[test]
fn a_namespace_under_another_identifier_has_moved() {
    let source = |id: &str, at: u32| format!("contract A {{ }} namespace {id} at {at} {{ uint256 total; address o; }}");
    assert_eq!(
        changes(&source("erc7201:m", 1000), &source("erc7201:n", 2000)),
        [r#"moved by slot of Namespace { id: "erc7201:m" } as Namespace { id: "erc7201:n" }: total, o"#]
    );
}

#[test]
fn an_annotation_at_the_same_slot_is_no_move() {
    let old = "contract A { } slot POSITION at 1000 { uint256 total; address o; }";
    let new = "contract A { } namespace erc7201:m at 1000 { uint256 total; address o; }";
    assert_eq!(changes(old, new), [""; 0]);
}

#[test]
fn an_unannotated_struct_at_another_slot_has_moved() {
    let source = |at: u32| format!("contract A {{ }} slot POSITION at {at} {{ uint256 total; address o; }}");
    assert_eq!(changes(&source(1), &source(2000)), [r#"moved by slot of Unstructured { name: "POSITION" }: total, o"#]);
}

#[test]
fn a_word_of_assembly_contradicts_no_type() {
    let source = |ty: &str| format!("contract A {{ }} slot HANDLER at 1000 {{ {ty} HANDLER; }}");
    for ty in ["address", "uint256", "bool"] {
        assert_eq!(changes(&source("word"), &source(ty)), [""; 0], "{ty}");
        assert_eq!(changes(&source(ty), &source("word")), [""; 0], "{ty}");
    }
    assert_eq!(changes(&source("bytes32"), &source("address")).len(), 1);
}

#[test]
fn members_within_a_namespace_are_compared_like_variables() {
    let source = |members: &str| format!("contract A {{ }} namespace erc7201:m at 1000 {{ {members} }}");
    assert_eq!(
        changes(&source("uint256 a; uint256 b;"), &source("uint256 x; uint256 a; uint256 b;")),
        ["moved by inserted x: a, b"]
    );
    assert_eq!(
        changes(&source("uint256 a; uint256[9] __gap;"), &source("uint256 a; uint256 b; uint256[8] __gap;")),
        [""; 0]
    );
}

#[test]
fn a_variable_that_leaves_for_a_namespace_keeps_its_identity_whatever_its_width() {
    let old = "contract Initializable { uint8 _initialized; bool _initializing; } contract Ownable { address _owner; uint256[49] __gap; } contract Vault { uint256 total; }";
    let new = "contract Vault { uint256 total; } namespace erc7201:init at 1000 { uint64 _initialized; bool _initializing; } namespace erc7201:own at 2000 { address _owner; }";
    let found = changes(old, new);
    assert_eq!(
        found,
        [
            r#"moved by to Namespace { id: "erc7201:own" }: _owner, total"#,
            r#"moved by to Namespace { id: "erc7201:init" }: _initialized, _initializing"#
        ]
    );
}

#[test]
fn a_variable_that_stays_behind_under_a_deprecated_name_has_moved_all_the_same() {
    let old = "contract Vault { uint128 fee; }";
    let new = "contract Vault { uint128 deprecatedFee; } namespace erc7201:fees at 1000 { uint256 fee; }";
    assert_eq!(changes(old, new), [r#"moved by to Namespace { id: "erc7201:fees" }: fee"#]);
}

#[test]
fn a_variable_that_comes_back_from_a_namespace_has_moved() {
    let old = "contract Vault { uint256 x; } namespace erc7201:fees at 1000 { uint256 fee; }";
    let new = "contract Vault { uint256 x; uint256 fee; }";
    assert_eq!(changes(old, new), [r#"moved by from Namespace { id: "erc7201:fees" }: fee"#]);
}

#[test]
fn a_namespace_beside_a_variable_of_the_same_name_is_safe() {
    let old = "contract Vault { uint128 fee; }";
    let new = "contract Vault { uint128 fee; } namespace erc7201:limits at 1000 { uint256 fee; }";
    assert_eq!(changes(old, new), [""; 0]);
}

#[test]
fn another_layout_base_moves_everything() {
    let old = "contract A { uint256 x; uint256 y; }";
    assert_eq!(changes(old, &format!("layout 500 {old}")), ["moved by layout base 0 to 500: x, y"]);
    assert_eq!(changes(&format!("layout 500 {old}"), &format!("layout 500 {old}")), [""; 0]);
}

#[test]
fn roots_that_share_bytes_are_found() {
    let found = |text: &str| -> Vec<String> {
        overlaps(&sketch(text).layout).iter().map(|o| format!("{} {}", o.first.label, o.second.label)).collect()
    };
    assert_eq!(
        found("layout 999 contract A { uint256 x; uint256 y; } namespace erc7201:m at 1000 { uint256 t; }"),
        ["y t"]
    );
    assert_eq!(
        found("contract A { } namespace erc7201:m at 1000 { uint256[9] t; } namespace erc7201:n at 1008 { bool p; }"),
        ["t p"]
    );
    assert_eq!(found("contract A { uint256 x; } namespace erc7201:m at 1000 { uint256 t; }"), [""; 0]);
}

#[test]
fn the_same_identifier_declared_again_with_the_same_leaves_is_no_overlap() {
    let text = |second: &str| {
        format!(
            "contract A {{ }} namespace erc7201:m at 1000 {{ uint256 t; address o; }} namespace erc7201:m at 1000 {{ {second} }}"
        )
    };
    assert_eq!(overlaps(&sketch(&text("uint256 t; address o;")).layout), []);
    assert_eq!(overlaps(&sketch(&text("uint256 t; uint256 p;")).layout).len(), 1);
}

#[test]
fn a_layout_over_a_well_known_slot_overlaps_it() {
    let admin = "81955473079516046949633743016697847541294818689821282749996681496272635257091";
    let linear = sketch(&format!("layout {admin} contract A {{ uint256 x; }}"));
    assert_eq!(overlaps(&linear.layout)[0].second.label, "eip1967.proxy.admin");
    // A root at a well-known slot is named by it when its layout is read.
    for name in ["ADMIN", "eip1967.proxy.admin"] {
        let declared = sketch(&format!("contract A {{ }} slot {name} at {admin} {{ address admin; }}"));
        assert_eq!(overlaps(&declared.layout), [], "{name}");
    }
}

#[test]
fn internal_functions_are_found_at_any_depth() {
    let found = |text: &str| -> Vec<String> {
        internal_functions(&sketch(text).layout).into_iter().map(|leaf| leaf.label).collect()
    };
    assert_eq!(found("contract A { uint256 x; internal hook; external other; }"), ["hook"]);
    assert_eq!(
        found("struct H { uint256 at; internal run; } contract A { mapping(uint256 => H[]) hooks; H h; }"),
        ["hooks{}[].run", "h.run"]
    );
    assert_eq!(
        found("struct N { mapping(uint256 => N) next; internal run; } contract A { mapping(uint256 => N) n; }"),
        ["n{}.run"]
    );
}
