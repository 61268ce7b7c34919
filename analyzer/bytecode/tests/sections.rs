//! Which bytes of a code are told to be what.

use std::path::Path;

use alloy_primitives::hex;
use serde_json::Value;
use uplint_bytecode::{SectionKind, lift, sections};

fn kinds(code: &[u8]) -> Vec<(u32, SectionKind)> {
    let found = sections(&lift(code));
    let mut next = 0;
    for section in &found {
        assert_eq!(section.start.0, next);
        next += section.len;
    }
    assert_eq!(next as usize, code.len(), "every byte is in a section");
    found.iter().map(|section| (section.len, section.kind)).collect()
}

/// The code of the first contract of a recorded build.
fn recorded(build: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/bytecode").join(build).join("build.json");
    let text = std::fs::read_to_string(path).expect("a recorded build");
    let build: Value = serde_json::from_str(&text).expect("JSON");
    hex::decode(build["contracts"][0]["code"].as_str().expect("its code")).expect("hexadecimal")
}

#[test]
fn a_constant_behind_the_code_is_data_and_what_nobody_reads_is_unused() {
    // Copies four bytes from place 8 to memory and stops.
    let code = hex::decode("60046008600039000badc0de5b5bff").expect("hexadecimal");
    assert_eq!(kinds(&code), [(8, SectionKind::Code), (4, SectionKind::Data), (3, SectionKind::Unused)]);
}

#[test]
fn code_to_deploy_is_told_from_the_code_that_deploys_it() {
    let metadata = hex::decode("a164736f6c6343000806000a").expect("hexadecimal");
    // Returns the ten bytes behind it, the last of which are never reached.
    let created =
        [&hex::decode("600a600c600039600a6000f36001600055005b5b5b5b").expect("hexadecimal")[..], &metadata].concat();
    let len = u8::try_from(created.len()).expect("a short code");
    // Copies the code behind it to memory and creates a contract with it.
    let creating = [0x60, len, 0x60, 16, 0x60, 0, 0x39, 0x60, len, 0x60, 0, 0x60, 0, 0xf0, 0x50, 0x00];
    let code = [&creating[..], &created, &metadata].concat();
    assert_eq!(kinds(&code), [(16, SectionKind::Code), (22, SectionKind::CreationCode), (24, SectionKind::Metadata)],);
}

#[test]
fn the_tables_of_vyper_are_data() {
    for build in ["pool-0.4.3-codesize", "pool-0.3.10-gas", "pool-0.4.3-venom"] {
        let found = kinds(&recorded(build));
        let of = |kind: SectionKind| found.iter().filter(move |section| section.1 == kind).map(|section| section.0);
        assert!(build.contains("0.3.10") || of(SectionKind::Data).sum::<u32>() > 16, "{build}: {found:?}");
        // Vyper leaves some bytes behind jumps, and two of the immutables at the end are read by no function.
        assert!(of(SectionKind::Unused).max() <= Some(64), "{build}: {found:?}");
    }
}
