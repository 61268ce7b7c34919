//! Layouts that Vyper printed, with and without the source text.

use std::sync::{Arc, OnceLock};

use uplint_artifact::{Artifact, CompilerInfo, ContractName, Language, Settings, Source, SourceId, Unit, read};
use uplint_layout::{StorageLayout, TypeKind, layout_of};

use crate::recorded::{gaps, table};

const OLD: (&str, &str) = (include_str!("../data/vault_0_3.vy"), include_str!("../data/vault_0_3.json"));
const NEW: (&str, &str) = (include_str!("../data/vault_0_4.vy"), include_str!("../data/vault_0_4.json"));

fn lay_out(text: Option<&str>, layout: &str) -> StorageLayout {
    let source =
        Source { id: SourceId(0), path: "vault.vy".into(), unit_name: "vault.vy".into(), text: text.map(Into::into) };
    let unit = Unit {
        compiler: CompilerInfo { language: Language::Vyper, version: None, long_version: String::new() },
        settings: Settings::default(),
        sources: vec![source],
        ast_documents: Vec::new(),
        recorded_input: None,
        parsed_ast: OnceLock::new(),
    };
    layout_of(&Artifact {
        contract: ContractName { path: "vault.vy".into(), name: "vault".into() },
        unit: Some(Arc::new(unit)),
        source: Some(SourceId(0)),
        abi: None,
        method_identifiers: None,
        storage_layout: None,
        transient_layout: None,
        vyper_layout: Some(read::vyper_layout(layout).expect("a layout")),
        creation: None,
        runtime: None,
    })
}

fn kind(layout: &StorageLayout, label: &str) -> TypeKind {
    let variable = layout.roots.iter().flat_map(|root| &root.variables).find(|variable| variable.label == label);
    layout.types[variable.expect("the variable").ty].kind.clone()
}

#[test]
fn sizes_computed_from_types_fill_the_room_that_the_compiler_gives() {
    for (text, printed) in [OLD, NEW] {
        let layout = lay_out(Some(text), printed);
        assert_eq!(gaps(&layout), [""; 0]);
        let variables = &layout.roots[0].variables;
        for (this, next) in variables.iter().zip(&variables[1..]) {
            assert_eq!(this.place.end(), (next.place.slot, 0), "{}", this.label);
        }
    }
}

#[test]
fn structs_are_unfolded_from_the_source() {
    let layout = lay_out(Some(NEW.0), NEW.1);
    let table = table(&layout);
    let one: Vec<_> = table.lines().filter(|line| line.contains(" one")).collect();
    assert_eq!(
        one,
        [
            "linear 0x2d+0:288 one: Position (vault)",
            "linear 0x2d+0:32 one.owner: address (Position)",
            "linear 0x2e+0:32 one.amount: uint256 (Position)",
            "linear 0x2f+0:160 one.inner: Inner (Position)",
            "linear 0x2f+0:32 one.inner.a: uint8 (Inner)",
            "linear 0x30+0:128 one.inner.b: DynArray[uint256, 3] (Inner)",
            "linear 0x34+0:64 one.tags: bytes32[2] (Position)",
        ]
    );
}

#[test]
fn labels_of_both_compilers_mean_the_same_types() {
    let old = lay_out(Some(OLD.0), OLD.1);
    let new = lay_out(Some(NEW.0), NEW.1);
    let members = ["ADMIN", "USER", "GUEST"].map(str::to_owned).to_vec();
    for layout in [&old, &new] {
        assert_eq!(kind(layout, "role"), TypeKind::Flag { members: Some(members.clone()) });
        assert_eq!(kind(layout, "token"), TypeKind::Contract);
        assert_eq!(kind(layout, "oracle"), TypeKind::Contract);
        assert_eq!(kind(layout, "fee"), TypeKind::Fixed { is_signed: true, bits: 168, decimals: 10 });
        assert!(matches!(kind(layout, "positions"), TypeKind::Mapping { .. }));
        assert!(matches!(kind(layout, "nested"), TypeKind::BoundedArray { .. }));
    }
}

#[test]
fn locks_and_transient_variables_have_their_places() {
    let old = table(&lay_out(Some(OLD.0), OLD.1));
    assert!(old.starts_with("linear 0x0+0:32 nonreentrant.lock: nonreentrant lock (vault)\n"), "{old}");
    let new = table(&lay_out(Some(NEW.0), NEW.1));
    let transient: Vec<_> = new.lines().filter(|line| line.starts_with("transient")).collect();
    assert_eq!(
        transient,
        [
            "transient linear 0x0+0:32 $.nonreentrant_key: nonreentrant lock (vault)",
            "transient linear 0x1+0:32 trans: uint256 (vault)",
            "transient linear 0x2+0:32 tmap: HashMap[address, uint256] (vault)",
        ]
    );
}

#[test]
fn uses_and_visibility_come_from_the_source() {
    let layout = lay_out(Some(NEW.0), NEW.1);
    let variable = |label: &str| {
        let mut variables = layout.roots[0].variables.iter();
        variables.find(|variable| variable.label == label).expect("the variable").clone()
    };
    assert_eq!(variable("last").is_referenced, Some(true));
    assert_eq!(variable("small").is_referenced, Some(false));
    assert_eq!(variable("owner").visibility, Some(uplint_layout::Visibility::Public));
    let span = variable("small").span.expect("a line");
    assert_eq!(&NEW.0[span.start as usize..span.end() as usize], "small: uint8");
}

#[test]
fn without_source_text_names_take_their_room_and_are_gaps() {
    for (_, printed) in [OLD, NEW] {
        let layout = lay_out(None, printed);
        assert_eq!(kind(&layout, "one"), TypeKind::Unknown);
        assert!(gaps(&layout).contains(&"what `Position` of `one` is made of is unknown"), "{:?}", gaps(&layout));
        assert!(gaps(&layout).iter().any(|message| message.contains("`HashMap[address, Position")));
        assert!(table(&layout).contains(":288 one: Position"));
    }
}

#[test]
fn a_layout_that_contradicts_its_types_is_a_gap() {
    let printed = r#"{"storage_layout": {
        "a": {"type": "uint256[3]", "slot": 0}, "b": {"type": "uint256", "slot": 1, "n_slots": 2},
        "c": {"type": "DynArray[uint256, 9", "slot": 5, "n_slots": 1}, "d": {"type": "uint256[9999999999999999999999999999999999999999999999999999999999999999999999999999]", "slot": 6}}}"#;
    let layout = lay_out(None, printed);
    assert_eq!(
        gaps(&layout),
        [
            "`uint256[3]` of `a` does not fit the compiler's storage layout",
            "`uint256` of `b` does not fit the compiler's storage layout",
            "what `DynArray[uint256, 9` of `c` is made of is unknown",
            "the size of `uint256[9999999999999999999999999999999999999999999999999999999999999999999999999999]` of `d` is \
             unknown",
        ]
    );
}

#[test]
fn structs_that_contain_themselves_or_double_end_in_a_gap() {
    let pair = |at: usize| format!("struct S{at}:\n    a: S{}\n    b: S{}\n\n", at - 1, at - 1);
    let pairs: Vec<String> = (1..400).map(pair).collect();
    let text = format!("struct A:\n    a: A\n    b: A\n\nstruct S0:\n    x: uint256\n\n{}", pairs.concat());
    let printed = r#"{"storage_layout": {"a": {"type": "A", "slot": 0}, "s": {"type": "S399", "slot": 9}}}"#;
    let layout = lay_out(Some(&text), printed);
    assert_eq!(kind(&layout, "a"), TypeKind::Unknown);
    assert_eq!(kind(&layout, "s"), TypeKind::Unknown);
    assert_eq!(gaps(&layout).len(), 2);
}
