//! What the lifter says of the frozen contracts holds when they run.

use std::path::{Path, PathBuf};

use revm::primitives::U256;
use uplint_bytecode::lift;
use uplint_facts::effects::AccessSpace;
use xtask_run::contract::Output;
use xtask_run::hostile;
use xtask_run::oracle::{Ended, Event, Frame, Happened, Random, compare, judge, run};

#[test]
fn nothing_happens_that_the_lifter_does_not_foresee() {
    let mut judged = 0;
    for build in builds() {
        let text = std::fs::read_to_string(&build).expect("a readable build");
        let output: Output = serde_json::from_str(&text).expect("a build");
        for contract in &output.contracts {
            let verdict = judge(&lift(&contract.code), &contract.entries());
            let place = format!("{} in {}", contract.name, build.display());
            assert_eq!(verdict.uncovered, [], "{place}");
            let jumps = verdict.counts.get("jumps").map_or(0, |count| count.foreseen);
            assert!(jumps >= 6, "{place} ran {jumps} jumps only");
            judged += 1;
        }
    }
    assert!(judged >= 10, "only {judged} contracts are frozen");
}

fn builds() -> Vec<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/bytecode");
    let folders = std::fs::read_dir(place).expect("the frozen contracts");
    let mut builds: Vec<PathBuf> = folders
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("build.json"))
        .filter(|path| path.is_file())
        .collect();
    builds.sort();
    builds
}

#[test]
fn a_jump_and_a_slot_that_nobody_foresaw_are_reported() {
    // PUSH1 3 SLOAD PUSH1 7 JUMP INVALID JUMPDEST STOP
    let code = [0x60, 3, 0x54, 0x60, 7, 0x56, 0xfe, 0x5b, 0x00];
    let lifted = lift(&code);
    let mut recorded = run(&code, &[]);
    assert_eq!(compare(&lifted, &recorded).uncovered, []);
    recorded.events.insert((2, Event::Storage { opcode: 0x54, slot: U256::from(4) }));
    recorded.events.insert((5, Event::Jump { to: 6 }));
    let reasons: Vec<_> = compare(&lifted, &recorded).uncovered.iter().map(|event| event.reason).collect();
    assert_eq!(reasons, ["the slot is another", "there is no such edge"]);
}

#[test]
fn a_claim_that_a_call_refutes_is_reported() {
    // CALLVALUE ISZERO PUSH1 8 JUMPI PUSH0 PUSH0 REVERT JUMPDEST PUSH1 5 PUSH1 3 SSTORE STOP
    let code = [0x34, 0x15, 0x60, 8, 0x57, 0x5f, 0x5f, 0xfd, 0x5b, 0x60, 5, 0x60, 3, 0x55, 0x00];
    let lifted = lift(&code);
    let recorded = run(&code, &[]);
    assert_eq!(compare(&lifted, &recorded).uncovered, []);

    let store = |slot: u32, new: u32| Happened::Store {
        space: AccessSpace::Storage,
        slot: U256::from(slot),
        old: U256::ZERO,
        new: U256::from(new),
    };
    let refuted = |change: &dyn Fn(&mut Frame)| {
        let mut recorded = recorded.clone();
        let succeeded = |frame: &&mut Frame| frame.ended != Ended::Undone;
        change(recorded.frames.iter_mut().find(succeeded).expect("a call that succeeded"));
        let reasons: Vec<_> = compare(&lifted, &recorded).uncovered.iter().map(|event| event.reason).collect();
        reasons
    };
    let add = |happened: Happened| move |frame: &mut Frame| frame.happened.extend([(13, happened.clone())]);
    assert_eq!(refuted(&add(store(4, 5))), ["the function names another slot"]);
    assert_eq!(refuted(&add(store(3, 6))), ["another value is stored"]);
    let log = Happened::Log { first: None, topics: 0 };
    assert_eq!(refuted(&add(log)), ["the function tells no such event"]);
    let call = Happened::Call { opcode: 0xf1, target: U256::ONE, value: U256::ZERO, selector: None };
    assert_eq!(refuted(&add(call)), ["the function makes no such call"]);
    assert_eq!(refuted(&|frame| frame.value = U256::ONE), ["a call succeeded though the condition is false"]);
    let without = |frame: &mut Frame| frame.reached.retain(|pc| *pc != 4);
    assert_eq!(refuted(&without), ["a call succeeded without the condition"]);
    let longer = |frame: &mut Frame| frame.ended = Ended::Succeeded { returned: 32, is_destroyed: false };
    assert_eq!(refuted(&longer), ["the function returns other lengths"]);
}

/// What a call does that reverts is undone and need not be told, nor what lies behind a place that is told as not followed.
#[test]
fn hostile_codes_do_nothing_that_is_not_told() {
    let mut judged = 0;
    for seed in 1..=1_500 {
        let code = hostile::running(&mut Random::new(seed));
        let lifted = lift(&code);
        let recorded = run(&code, &[]);
        let verdict = compare(&lifted, &recorded);
        judged += verdict.counts.values().map(|count| count.events).sum::<u64>();
        let is_followed = |frame: &&Frame| !lifted.coverage.gaps.iter().any(|gap| frame.reached.contains(&gap.pc.0));
        let counts = |frame: &&Frame| frame.ended != Ended::Undone && is_followed(frame);
        for event in verdict.uncovered {
            let mut frames = recorded.frames.iter().filter(counts);
            let happened = frames.any(|frame| frame.reached.contains(&event.pc));
            assert!(!happened, "{} of seed {seed}: {event:?}", revm::primitives::hex::encode(&code));
        }
    }
    assert!(judged >= 3_000, "only {judged} events happened");
}
