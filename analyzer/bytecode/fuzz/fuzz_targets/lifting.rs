//! The target `lifting` under libFuzzer.

#![no_main]

#[expect(dead_code, reason = "each program runs one of the targets")]
#[path = "../../tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::lifting(input));
