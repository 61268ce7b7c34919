//! What is established from the bytecode of real compilers. The fixtures are outputs of solc 0.8.28 for one source, by
//! both code generators, with and without the optimizer.

use std::collections::BTreeSet;
use std::path::Path;

use uplint_artifact::{Artifact, CompilerInfo, Language, read};
use uplint_facts::effects::{AccessKind, CallKind, CodeEffects, EntryEffects, EntryName, effects_of_artifact};

const BUILDS: [&str; 4] = ["legacy", "optimized", "viair", "viairplain"];

fn artifact(build: &str) -> Artifact {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let output = std::fs::read(data.join(format!("accesses_{build}.json"))).expect("the fixture is there");
    let version = Some("0.8.28".parse().expect("a version"));
    let compiler = CompilerInfo { language: Language::Solidity, version, long_version: "0.8.28".to_owned() };
    let document = read::standard_json_output(&output, None, compiler).expect("the fixture is readable");
    document.artifacts.into_iter().find(|artifact| &*artifact.contract.name == "Vault").expect("the contract")
}

fn each_build(check: impl Fn(&str, &Artifact, &CodeEffects)) {
    for build in BUILDS {
        let artifact = artifact(build);
        let effects = effects_of_artifact(&artifact);
        assert!(effects.coverage.is_complete(), "{build}: {:?}", effects.coverage);
        check(build, &artifact, &effects);
    }
}

fn entry<'a>(artifact: &Artifact, effects: &'a CodeEffects, signature: &str) -> &'a EntryEffects {
    let selectors = artifact.method_identifiers.as_ref().expect("the fixture lists selectors");
    let name = EntryName::Selector(selectors[signature]);
    effects.entries.iter().find(|entry| entry.name == name).expect("the function")
}

/// Accesses as `read slot bytes`, without their places.
fn accesses(entry: &EntryEffects) -> BTreeSet<String> {
    entry
        .accesses
        .iter()
        .map(|access| {
            let kind = if access.kind == AccessKind::Read { "read" } else { "write" };
            let bytes: Vec<_> = access.bytes.iter().map(ToString::to_string).collect();
            format!("{kind} {} {}", access.slot, bytes.join(", "))
        })
        .collect()
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn every_function_of_the_interface_is_found_and_none_besides() {
    each_build(|build, artifact, effects| {
        let declared: BTreeSet<_> =
            artifact.method_identifiers.iter().flatten().map(|(_, selector)| EntryName::Selector(*selector)).collect();
        let found: BTreeSet<_> = effects.entries.iter().map(|entry| entry.name).collect();
        assert_eq!(found, declared, "{build}");
    });
}

#[test]
fn packed_variables_are_read_and_written_in_their_own_bytes() {
    each_build(|build, artifact, effects| {
        let found = accesses(entry(artifact, effects, "setFee(uint64)"));
        assert_eq!(found, set(&["read 0 bytes 0-19", "write 0 bytes 21-28"]), "{build}");
    });
}

#[test]
fn what_is_written_is_told_without_the_bytes_beside_it() {
    each_build(|build, artifact, effects| {
        let values = |signature: &str| -> Vec<String> {
            let entry = entry(artifact, effects, signature);
            let written =
                entry.accesses.iter().filter(|access| access.slot.root() == Some(alloy_primitives::U256::ZERO));
            written.filter_map(|access| access.value.as_ref().map(ToString::to_string)).collect()
        };
        let mut flags = values("withdraw(uint256)");
        flags.sort();
        assert_eq!(flags, ["0", "1"], "{build}");
        let fee = values("setFee(uint64)");
        assert!(fee == ["uint64(calldata[4])"] || fee == ["calldata[4]"], "{build}: {fee:?}");
    });
}

#[test]
fn nested_mappings_are_followed_to_their_slot_and_keys() {
    each_build(|build, artifact, effects| {
        let found = accesses(entry(artifact, effects, "spend(address,uint256)"));
        let expected = [
            "read 1[address(calldata[4])] all bytes",
            "read 2[address(calldata[4])][caller] all bytes",
            "write 1[address(calldata[4])] all bytes",
            "write 2[address(calldata[4])][caller] all bytes",
        ];
        assert_eq!(found, set(&expected), "{build}");
    });
}

#[test]
fn members_of_structs_behind_mappings_and_arrays_have_their_slot_and_bytes() {
    each_build(|build, artifact, effects| {
        let found = accesses(entry(artifact, effects, "open(uint256)"));
        let expected = ["write 3[calldata[4]] bytes 16-23", "write 3[calldata[4]].1 bytes 0-19"];
        assert_eq!(found, set(&expected), "{build}");
        let found = accesses(entry(artifact, effects, "close(uint256)"));
        assert_eq!(found, set(&["read 4 all bytes", "write 4[calldata[4] by 2] bytes 0-15"]), "{build}");
    });
}

#[test]
fn arrays_of_fixed_length_are_a_slot_and_an_index() {
    each_build(|build, artifact, effects| {
        let found = accesses(entry(artifact, effects, "put(uint256,uint256)"));
        assert!(found.contains("write 5[calldata[4]] all bytes"), "{build}: {found:?}");
    });
}

#[test]
fn calls_have_their_target_and_tell_whether_their_result_is_looked_at() {
    each_build(|build, artifact, effects| {
        let withdraw = entry(artifact, effects, "withdraw(uint256)");
        let [call] = withdraw.calls.as_slice() else { panic!("{build}: {:?}", withdraw.calls) };
        assert_eq!((call.kind, call.target.to_string(), call.is_checked), (CallKind::Call, "caller".to_owned(), true));
        assert_eq!(call.value.as_ref().map(ToString::to_string).as_deref(), Some("calldata[4]"), "{build}");
        let run = entry(artifact, effects, "run(address,bytes)");
        let [call] = run.calls.as_slice() else { panic!("{build}: {:?}", run.calls) };
        assert_eq!((call.kind, &call.value), (CallKind::DelegateCall, &None), "{build}");
        // The optimizer drops the mask of an argument that was checked before.
        let target = call.target.to_string();
        assert!(["calldata[4]", "address(calldata[4])"].contains(&target.as_str()), "{build}: {target}");
    });
}

#[test]
fn what_a_modifier_requires_guards_the_function_and_no_other() {
    let owner = "(caller == address(storage[0]))";
    each_build(|build, artifact, effects| {
        let guards = |signature: &str| -> BTreeSet<String> {
            let entry = entry(artifact, effects, signature);
            entry.guards.iter().map(|guard| guard.condition.to_string()).collect()
        };
        let is_owner = |guards: &BTreeSet<String>| {
            let flipped = "(address(storage[0]) == caller)";
            guards.contains(owner) || guards.contains(flipped)
        };
        assert!(is_owner(&guards("setFee(uint64)")), "{build}: {:?}", guards("setFee(uint64)"));
        assert!(is_owner(&guards("run(address,bytes)")), "{build}: {:?}", guards("run(address,bytes)"));
        assert!(!is_owner(&guards("spend(address,uint256)")), "{build}");
    });
}

#[test]
fn hostile_code_has_effects_or_gaps_and_never_a_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..2_000 {
        let len = usize::try_from(next() % 200).expect("a small number");
        let code: Vec<u8> = (0..len).map(|_| next().to_le_bytes()[0]).collect();
        let effects = uplint_facts::effects::code_effects(&code, &[]);
        assert!(effects.entries.len() <= code.len() + 1);
    }
}
