//! What the lifter says of the frozen contracts holds when they run.

use std::path::{Path, PathBuf};

use revm::primitives::U256;
use uplint_bytecode::lift;
use xtask_run::contract::Output;
use xtask_run::oracle::{Event, compare, judge, run};

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
