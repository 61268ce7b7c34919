//! What is established from the syntax trees of real compilers. Fixtures are trimmed standard-JSON outputs beside their
//! sources in `data/`, made by the solc version that the source's pragma names.

use std::path::Path;
use std::sync::Arc;

use uplint_artifact::{Artifact, CompilerInfo, Language, read};
use uplint_facts::{InitializerKind, ParentFault, VersionFacts, version_facts};

fn facts(fixture: &str, solc: &str, contract: &str) -> VersionFacts {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let output = std::fs::read(data.join(format!("{fixture}.json"))).expect("the fixture is there");
    let version = Some(solc.parse().expect("a version"));
    let compiler = CompilerInfo { language: Language::Solidity, version, long_version: solc.to_owned() };
    let document = read::standard_json_output(&output, None, compiler).expect("the fixture is readable");
    let is_it = |artifact: &Artifact| *artifact.contract.name == *contract;
    let artifact = document.artifacts.into_iter().find(is_it).expect("the contract is there");
    version_facts(Arc::new(artifact))
}

/// One line for each way to an operation: entry, calls, opcode, caller condition, whether conditional, target.
fn ways(facts: &VersionFacts) -> Vec<String> {
    let mut lines: Vec<_> = facts
        .operations
        .iter()
        .flat_map(|operation| operation.occurrences.iter().map(move |met| (operation, met)))
        .map(|(operation, met)| {
            let path: Vec<_> =
                met.path.iter().map(|step| step.function.split('(').next().unwrap_or_default()).collect();
            let condition = if met.is_conditional { "conditional" } else { "always" };
            format!("{} {}: {:?}, {condition}, {:?}", path.join(" > "), operation.kind.name(), met.caller, met.target)
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn operations_are_found_along_the_control_flow() {
    let facts = facts("flow", "0.8.28", "Flow");
    assert!(facts.is_walked);
    assert_eq!(
        ways(&facts),
        [
            "byFreeFunction > free > delegate delegatecall: None, always, Input",
            "byOverriddenModifier > run > delegate delegatecall: None, always, Input",
            "bySuper > hook > hook > run > delegate delegatecall: None, always, Input",
            "computed > run > delegate delegatecall: None, always, Derived",
            "decoded > run > delegate delegatecall: None, always, Input",
            "inLoop > run > delegate delegatecall: None, conditional, Input",
            "inTry > run > delegate delegatecall: None, conditional, Input",
            "itself > run > delegate delegatecall: None, always, Fixed",
            "kept_ > run > delegate delegatecall: None, always, Storage",
            "ofHimself > run > delegate delegatecall: None, conditional, Input",
            "ofOwnerByIf > run > delegate delegatecall: Established, conditional, Input",
            "ofOwnerOrWard > run > delegate delegatecall: Established, conditional, Input",
            "ofOwnerOrZero > run > delegate delegatecall: None, conditional, Input",
            "ofRich > run > delegate delegatecall: Unclear, conditional, Input",
            "ofUnbanned > run > delegate delegatecall: None, conditional, Input",
            "ofWards > run > delegate delegatecall: Established, conditional, Input",
            "reassigned > run > delegate delegatecall: None, always, Storage",
            "recursive selfdestruct: None, always, Input",
        ]
    );
}

#[test]
fn operations_of_old_compilers_are_found_in_the_text_of_assembly() {
    assert_eq!(
        ways(&facts("assembly_text", "0.4.26", "Old")),
        [
            "byCallcode callcode: Established, conditional, Input",
            "direct delegatecall: None, always, Input",
            "end selfdestruct: Established, conditional, Storage",
            "fallback delegatecall: None, always, Fixed",
            "text delegatecall: None, always, Derived",
        ]
    );
}

#[test]
fn yul_values_and_caller_tests_are_followed() {
    assert_eq!(
        ways(&facts("yul", "0.6.12", "Yul")),
        [
            "direct delegatecall: None, always, Input",
            "guarded selfdestruct: Established, conditional, Caller",
            "stored callcode: None, always, Storage",
            "written delegatecall: None, always, Storage",
        ]
    );
}

/// One line for each parent that is not initialized as it should be.
fn parents(facts: &VersionFacts) -> Vec<(ParentFault, Option<&str>, &str, &str)> {
    facts
        .parent_initializations
        .iter()
        .map(|at| (at.fault, at.initializer.as_deref(), at.parent.as_str(), at.parent_initializer.as_str()))
        .collect()
}

#[test]
fn parents_are_initialized_on_every_path() {
    let complete = facts("initialization", "0.8.28", "Complete");
    assert_eq!(parents(&complete), []);
    let kinds: Vec<_> = complete.initializers.iter().map(|found| (found.signature.as_str(), found.kind)).collect();
    let expected = [
        ("initialize(address,string)", InitializerKind::Initializer),
        ("initializeV2()", InitializerKind::Reinitializer(Some(2))),
        ("__Empty_init()", InitializerKind::OnlyInitializing),
        ("__Named_init(string)", InitializerKind::OnlyInitializing),
        ("__Capped_init(address)", InitializerKind::OnlyInitializing),
        ("__Owned_init(address)", InitializerKind::OnlyInitializing),
        ("__Owned_init_unchained(address)", InitializerKind::OnlyInitializing),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(parents(&facts("initialization", "0.8.28", "Inheriting")), []);
    let initializer = Some("initialize(address)");
    assert_eq!(
        parents(&facts("initialization", "0.8.28", "Faulty")),
        [
            (ParentFault::Duplicate, initializer, "Owned", "__Owned_init_unchained"),
            (ParentFault::Missing, initializer, "Named", "__Named_init"),
        ]
    );
}

#[test]
fn constructors_write_what_proxies_never_see() {
    let effects = |contract| -> Vec<_> {
        let facts = facts("initialization", "0.8.28", contract);
        facts.constructor_effects.iter().map(|effect| (effect.variable.clone(), effect.is_certain)).collect()
    };
    let effect = |variable: &str, is_certain| (variable.to_owned(), is_certain);
    assert_eq!(effects("Complete"), [effect("cap", true)]);
    let of_constructor = [("cap", true), ("first", true), ("list", true), ("name", true), ("owner", false)];
    assert_eq!(effects("Faulty"), of_constructor.map(|(variable, is_certain)| effect(variable, is_certain)));
}
