//! Dataflow over small programs in text form: constants, sources of words, and what is needed.

use alloy_primitives::U256;
use uplint_bytecode::dataflow::constants::{Constant, constants};
use uplint_bytecode::dataflow::needed::{Need, needed};
use uplint_bytecode::dataflow::taint::{Sink, Source, taint, tainted_sinks};
use uplint_bytecode::graph::BlockId;
use uplint_bytecode::lift::lift;
use uplint_bytecode::ssa::{self, Program, ValueId};
use uplint_bytecode::{FunctionId, Pc};

use assembly::assemble;

#[path = "lift/assembly.rs"]
mod assembly;

const MAIN: FunctionId = FunctionId(0);

fn program(text: &str) -> Program {
    let program = ssa::parse(text).expect("a program");
    assert_eq!(ssa::verify(&program), []);
    program
}

/// The value that the instruction at a place gives.
fn value_at(program: &Program, pc: u32) -> (FunctionId, ValueId) {
    let of = |function: &ssa::Function| {
        let found = function.instructions.iter().find(|instruction| instruction.pc == Pc(pc));
        found.and_then(|instruction| instruction.result)
    };
    let found = program.functions.iter_enumerated().find_map(|(id, function)| Some((id, of(function)?)));
    found.expect("an instruction with a result")
}

fn constant_at(program: &Program, pc: u32) -> Constant {
    let (function, value) = value_at(program, pc);
    constants(program).fact(function, value)
}

fn number(number: u64) -> Constant {
    Constant::Number(U256::from(number))
}

#[test]
fn a_branch_on_a_number_is_taken_to_one_side() {
    let program = program(
        "f0 @0x0() { b0 @0x0: 0x1: v0 = ISZERO 0x0 0x2: branch v0, b1, b2
         b1 @0x3: jump b3(0x7) b2 @0x4: jump b3(0x8)
         b3 @0x5(v1: 0): 0x5: v2 = ADD v1, 0x1 0x6: halt STOP }",
    );
    assert_eq!(constant_at(&program, 5), number(8));
    let solution = constants(&program);
    assert!(solution.is_reached(MAIN, BlockId(1)) && !solution.is_reached(MAIN, BlockId(2)));
}

#[test]
fn a_loop_keeps_what_does_not_change_and_loses_what_does() {
    let program = program(
        "f0 @0x0() { b0 @0x0: jump b1(0x0, 0x5)
         b1 @0x1(v0: 0, v1: 1): 0x1: v2 = ADD v0, 0x1 0x2: v3 = SUB v1, 0x0 0x3: v4 = CALLVALUE
         0x4: branch v4, b1(v2, v3), b2 b2 @0x5: 0x5: halt STOP }",
    );
    assert_eq!(constant_at(&program, 1), Constant::Any);
    assert_eq!(constant_at(&program, 2), number(5));
}

/// A function that adds its two arguments, called with 2 and 3, and with 2 and the value of the call.
const CALLS: &str = "f0 @0x0() { b0 @0x0: 0x0: call f1(0x2, 0x3) [0 (v0) b1]
     b1 @0x1: 0x1: v1 = CALLVALUE 0x2: call f1(0x2, v1) [0 (v2) b2]
     b2 @0x3: 0x3: v3 = MUL v0, 0x2 0x4: halt STOP }
     f1 @0x5(v0: -1, v1: -2) -> 1 { b0 @0x5: 0x5: v2 = ADD v0, v1 0x6: v3 = MUL v0, v0 0x7: return 0 (v2) }";

#[test]
fn facts_go_into_functions_and_back_from_all_calls() {
    let program = program(CALLS);
    assert_eq!(constant_at(&program, 6), number(4));
    assert_eq!(constant_at(&program, 5), Constant::Any);
    assert_eq!(constant_at(&program, 3), Constant::Any);
    let taint = taint(&program);
    let (function, value) = value_at(&program, 3);
    assert_eq!(taint.fact(function, value).sources().collect::<Vec<_>>(), [Source::CallValue]);
}

#[test]
fn nothing_is_known_behind_a_call_that_does_not_return() {
    let program = program(
        "f0 @0x0() { b0 @0x0: 0x0: call f1() [0 () b1] b1 @0x1: 0x1: v0 = ADD 0x1, 0x1 0x2: halt STOP }
         f1 @0x3() -> 0 { b0 @0x3: 0x3: halt REVERT 0x0, 0x0 }",
    );
    assert_eq!(constant_at(&program, 1), Constant::Never);
    assert!(!constants(&program).is_reached(MAIN, BlockId(1)));
}

#[test]
fn sinks_name_what_has_a_part_in_their_words() {
    let (code, _) = assemble(
        "PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 CALLDATALOAD CALLER ADD GAS DELEGATECALL
         0x07 SSTORE ORIGIN PUSH0 SLOAD SSTORE 0x01 PUSH0 SSTORE TIMESTAMP SELFDESTRUCT",
    );
    let program = ssa::build(&lift(&code));
    let found: Vec<_> = tainted_sinks(&program, &taint(&program))
        .into_iter()
        .map(|found| (found.sink, found.taint.sources().collect::<Vec<_>>()))
        .collect();
    let wanted = [
        (Sink::DelegateTarget, vec![Source::CallData, Source::Caller]),
        (Sink::WrittenSlot, vec![Source::Storage]),
        (Sink::SelfDestruct, vec![Source::Block]),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn a_jump_to_a_word_of_the_call_data_is_a_sink() {
    let (code, _) = assemble("PUSH0 CALLDATALOAD JUMP");
    let program = ssa::build(&lift(&code));
    let found = tainted_sinks(&program, &taint(&program));
    assert_eq!(found.iter().map(|found| (found.sink, found.pc)).collect::<Vec<_>>(), [(Sink::JumpTarget, Pc(2))]);
    assert!(found[0].taint.has(Source::CallData) && !found[0].taint.has(Source::Unknown));
}

#[test]
fn what_only_unneeded_words_use_is_not_needed() {
    let program = program(
        "f0 @0x0() { b0 @0x0: 0x0: v0 = CALLER 0x1: v1 = ORIGIN 0x2: v2 = ADD v1, 0x1 0x3: v3 = TIMESTAMP
         0x4: call f1(v0, v3) [0 (v4) b1] b1 @0x5: 0x5: SSTORE 0x0, v4 0x6: halt STOP }
         f1 @0x7(v0: -1, v1: -2) -> 1 { b0 @0x7: 0x7: v2 = NOT v0 0x8: v3 = NOT v1 0x9: return 0 (v2) }",
    );
    let needs = needed(&program);
    let need = |pc| {
        let (function, value) = value_at(&program, pc);
        needs.fact(function, value)
    };
    assert_eq!([0, 1, 2, 3, 7, 8].map(need), [Need::Yes, Need::No, Need::No, Need::No, Need::Yes, Need::No]);
}

#[test]
fn a_loop_needs_what_it_brings_to_its_next_round() {
    let program = program(
        "f0 @0x0() { b0 @0x0: 0x0: v0 = CALLER 0x1: v1 = ORIGIN jump b1(v0, v1)
         b1 @0x2(v2: 0, v3: 1): 0x2: v4 = NOT v2 0x3: v5 = NOT v3 0x4: v6 = GAS 0x5: branch v6, b1(v5, v4), b2
         b2 @0x6: 0x6: SSTORE v2, 0x1 0x7: halt STOP }",
    );
    let needs = needed(&program);
    for pc in [0, 1, 2, 3] {
        let (function, value) = value_at(&program, pc);
        assert_eq!(needs.fact(function, value), Need::Yes, "{pc}");
    }
}

#[test]
fn a_program_without_blocks_has_an_empty_solution() {
    let empty = ssa::parse("f0 @0x0() { }").expect("a program");
    assert!(!constants(&empty).is_reached(MAIN, BlockId(0)));
    assert_eq!(taint(&Program::default()).fact(MAIN, ValueId(0)).sources().count(), 0);
}
