//! Calls that reach as much of a contract as calls made without reading it can.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use revm::primitives::{Bytes, I256, U256};

use super::Entry;
use super::random::Random;
use super::world::{ADDRESSES, CALLER};

/// Calls of each function in each world.
const CALLS_PER_FUNCTION: u64 = 10;

/// Calls whose arguments are words without a form, of those.
const RAW_CALLS: u64 = 3;

/// Most words behind a selector without a known signature.
const MAX_WORDS: u64 = 14;

/// Longest dynamic value, in elements or bytes.
const MAX_LEN: u64 = 4;
const MAX_BYTES: u64 = 70;

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// What is sent.
    pub(super) data: Bytes,
    /// In wei.
    pub(super) value: U256,
}

/// All calls of one world, in the order in which they are made.
pub(super) fn calls(entries: &[Entry], random: &mut Random) -> Vec<Call> {
    let mut calls = Vec::new();
    for len in [0usize, 1, 3, 4, 36, 68] {
        for value in [0u8, 1] {
            calls.push(Call { data: vec![0x5a; len].into(), value: U256::from(value) });
        }
    }
    for round in 0..CALLS_PER_FUNCTION {
        for entry in entries {
            let arguments = if round < RAW_CALLS { None } else { arguments(entry, random) };
            let arguments = arguments.unwrap_or_else(|| words(round, random));
            let data = [entry.selector.as_slice(), &arguments].concat();
            let value = if random.below(5) == 0 { U256::from(random.below(1000)) } else { U256::ZERO };
            calls.push(Call { data: data.into(), value });
        }
    }
    calls
}

/// Words of no form in particular: nothing, zeros, then numbers, offsets and addresses.
fn words(round: u64, random: &mut Random) -> Vec<u8> {
    match round {
        0 => Vec::new(),
        1 => vec![0; 320],
        _ => (0..MAX_WORDS).flat_map(|_| word(random).to_be_bytes::<32>()).collect(),
    }
}

fn word(random: &mut Random) -> U256 {
    match random.below(10) {
        0 | 1 => U256::ZERO,
        2 => U256::ONE,
        3 => U256::from(random.below(256)),
        4 | 5 => U256::from(random.below(14) * 32),
        6 | 7 => U256::from_be_slice(random.choose(&ADDRESSES).unwrap_or(CALLER).as_slice()),
        8 => U256::MAX,
        _ => random.word(),
    }
}

/// Arguments as the signature asks for them.
fn arguments(entry: &Entry, random: &mut Random) -> Option<Vec<u8>> {
    let signature = entry.signature.as_deref()?;
    let inputs = DynSolType::parse(&signature[signature.find('(')?..]).ok()?;
    Some(value(&inputs, random).abi_encode_params())
}

fn value(of: &DynSolType, random: &mut Random) -> DynSolValue {
    match of {
        DynSolType::Int(bits) => {
            let number = I256::from_raw(number(bits.saturating_sub(1), random));
            DynSolValue::Int(if random.below(3) == 0 { number.wrapping_neg() } else { number }, *bits)
        }
        DynSolType::Uint(bits) => DynSolValue::Uint(number(*bits, random), *bits),
        DynSolType::FixedBytes(len) => {
            let unused_bits = 256 - 8 * (*len).min(32);
            DynSolValue::FixedBytes((word(random) >> unused_bits << unused_bits).into(), *len)
        }
        DynSolType::Address => DynSolValue::Address(random.choose(&ADDRESSES).unwrap_or(CALLER)),
        DynSolType::Bytes => DynSolValue::Bytes(bytes(random)),
        DynSolType::String => {
            DynSolValue::String(bytes(random).into_iter().map(|byte| char::from(byte % 95 + 32)).collect())
        }
        DynSolType::Array(of) => {
            let len = random.below(MAX_LEN);
            DynSolValue::Array((0..len).map(|_| value(of, random)).collect())
        }
        DynSolType::FixedArray(of, len) => DynSolValue::FixedArray((0..*len).map(|_| value(of, random)).collect()),
        DynSolType::Tuple(of) => DynSolValue::Tuple(of.iter().map(|of| value(of, random)).collect()),
        _ => DynSolValue::Bool(random.below(2) == 1),
    }
}

/// A number of at most some bits, small ones more often.
fn number(bits: usize, random: &mut Random) -> U256 {
    let number = match random.below(4) {
        0 => U256::from(random.below(4)),
        1 => U256::from(random.below(1000)),
        _ => word(random),
    };
    let unused_bits = 256 - bits.min(256);
    number << unused_bits >> unused_bits
}

fn bytes(random: &mut Random) -> Vec<u8> {
    let len = random.below(MAX_BYTES);
    (0..len).map(|_| u8::try_from(random.below(256)).unwrap_or_default()).collect()
}
