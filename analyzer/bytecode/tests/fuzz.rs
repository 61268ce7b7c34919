//! The fuzz targets under a driver that needs no special compiler: inputs are made from the corpus by changes that a
//! seed decides, so that a run is the same everywhere.
//!
//! `UPLINT_FUZZ_EXECUTIONS=20000000 cargo test --release -p uplint-bytecode --test fuzz` runs each target longer, and
//! `UPLINT_FUZZ_SEED` gives it other inputs. The same targets run under libFuzzer from `fuzz/`.

#[path = "fuzz/inputs.rs"]
mod inputs;
#[path = "fuzz/targets.rs"]
mod targets;

use std::panic::{RefUnwindSafe, catch_unwind};

use inputs::{Inputs, codes, texts};

/// Executions of each target in an ordinary run of the tests.
const EXECUTIONS: u64 = 4_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|error| panic!("{name}: {error}")))
}

fn drive(mut inputs: Inputs, target: impl Fn(&[u8]) + RefUnwindSafe) {
    for at in 0..number("UPLINT_FUZZ_EXECUTIONS").unwrap_or(EXECUTIONS) {
        let input = inputs.next();
        if catch_unwind(|| target(&input)).is_err() {
            let digits = alloy_primitives::hex::encode_prefixed(&input);
            panic!("execution {at} with {} bytes of input: {digits}", input.len());
        }
    }
}

fn seed() -> u64 {
    number("UPLINT_FUZZ_SEED").unwrap_or(1)
}

#[test]
fn every_code_is_disassembled_whole() {
    drive(Inputs::of_codes(seed(), codes()), targets::disassembly);
}

#[test]
fn every_code_is_lifted_to_a_program_that_breaks_no_invariant() {
    drive(Inputs::of_codes(seed(), codes()), targets::lifting);
}

#[test]
fn every_text_is_refused_or_read_as_one_program() {
    drive(Inputs::of_texts(seed(), texts()), targets::text_form);
}
