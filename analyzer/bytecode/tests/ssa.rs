//! The static single assignment form of small programs: how it looks, what its verifier finds, and how it is read.

use uplint_bytecode::graph::BlockId;
use uplint_bytecode::lift::{Placeholder, lift, lift_with};
use uplint_bytecode::ssa::{self, Definition, Edge, Invariant, Program, Terminator, ValueId};
use uplint_bytecode::{FunctionId, Pc};

use assembly::assemble;

#[path = "lift/assembly.rs"]
mod assembly;

fn text_of(program: &str) -> String {
    let (code, _) = assemble(program);
    ssa::build(&lift(&code)).to_string()
}

#[track_caller]
fn assert_text(program: &str, wanted: &str) {
    let text = text_of(program);
    assert_eq!(text, wanted, "found:\n{text}");
}

#[test]
fn stack_shuffling_vanishes_and_constants_stand_where_they_are_used() {
    assert_text(
        "0x01 PUSH0 CALLDATALOAD DUP1 SWAP2 SWAP1 ADD POP CALLER SSTORE STOP",
        "f0 @0x0() {
b0 n0 @0x0:
  0x3: v0 = CALLDATALOAD 0x0
  0x7: v2 = ADD v0, 0x1
  0x9: v4 = CALLER
  0xa: SSTORE v4, v0
  0xb: halt STOP
}
",
    );
}

#[test]
fn a_counter_is_a_parameter_of_its_loop_and_what_stays_is_none() {
    assert_text(
        "CALLER PUSH0 top: 0x01 ADD DUP1 CALLDATASIZE LT @out JUMPI @top JUMP out: SSTORE STOP",
        "f0 @0x0() {
b0 n0 @0x0:
  0x0: v0 = CALLER
  jump b1(0x0)
b1 n1 @0x2(v2: 1):
  0x5: v3 = ADD 0x1, v2
  0x7: v5 = CALLDATASIZE
  0x8: v6 = LT v5, v3
  0xc: branch v6, b2, b3
b2 n3 @0x11:
  0x12: SSTORE v3, v0
  0x13: halt STOP
b3 n2 @0xd:
  jump b1(v3)
}
",
    );
}

#[test]
fn a_call_gives_what_its_function_reads_and_gets_what_it_leaves() {
    assert_text(
        "@back CALLER ORIGIN @sum JUMP back: SSTORE STOP sum: ADD CALLVALUE SWAP1 SWAP2 JUMP",
        "f0 @0x0() {
b0 n0 @0x0:
  0x3: v0 = CALLER
  0x4: v1 = ORIGIN
  0x8: call f1(v1, v0) [0 (v2, v3) b1]
b1 n2 @0x9:
  0xa: SSTORE v3, v2
  0xb: halt STOP
}
f1 @0xc(v0: -1, v1: -2) -> 2 {
b0 n1 @0xc:
  0xd: v2 = ADD v0, v1
  0xe: v3 = CALLVALUE
  0x11: return 0 (v2, v3)
}
",
    );
}

#[test]
fn a_function_that_is_given_what_it_returned_itself_is_called_twice() {
    assert_text(
        "@out @inc CALLER @inc JUMP out: PUSH0 SSTORE STOP inc: 0x01 ADD SWAP1 JUMP",
        "f0 @0x0() {
b0 n0 @0x0:
  0x6: v0 = CALLER
  0xa: call f1(v0) [0 (v1) b1]
b1 @0x14:
  jump b2
b2 n2 @0x14:
  0x14: call f1(v1) [0 (v2) b3]
b3 n3 @0xb:
  0xd: SSTORE 0x0, v2
  0xe: halt STOP
}
f1 @0xf(v0: -1) -> 1 {
b0 n1 @0xf:
  0x12: v1 = ADD 0x1, v0
  0x14: return 0 (v1)
}
",
    );
}

#[test]
fn a_jump_to_nowhere_in_particular_is_a_partial_switch() {
    assert_text(
        "PUSH0 CALLDATALOAD JUMP",
        "f0 @0x0() {
b0 n0 @0x0:
  0x1: v0 = CALLDATALOAD 0x0
  0x2: switch v0, [] partial
}
",
    );
}

#[test]
fn a_jump_through_a_stored_pointer_is_a_partial_switch_over_what_was_stored() {
    assert_text(
        "@a PUSH0 SSTORE @b 0x01 SSTORE CALLER SLOAD JUMP a: STOP b: INVALID",
        "f0 @0x0() {
b0 n0 @0x0:
  0x4: SSTORE 0x0, 0xe
  0xa: SSTORE 0x1, 0x10
  0xb: v4 = CALLER
  0xc: v5 = SLOAD v4
  0xd: switch v5, [b1, b2] partial
b1 n1 @0xe:
  0xf: halt STOP
b2 n2 @0x10:
  0x11: halt INVALID
}
",
    );
}

#[test]
fn what_a_deployment_fills_in_is_an_instruction_and_no_number() {
    let code = [0x61, 0x00, 0x00, 0x5f, 0x55, 0x00];
    let places = [Placeholder { start: 1, identity: 7 }];
    let text = ssa::build(&lift_with(&code, &places)).to_string();
    assert!(text.contains("0x0: v0 = PUSH2 0x7\n  0x4: SSTORE 0x0, v0\n"), "{text}");
}

#[test]
fn halts_name_their_opcode_even_when_it_has_no_name() {
    assert!(text_of("").contains("0x0: halt STOP"));
    assert!(text_of("ADD").contains("0x0: halt ADD\n"));
    assert!(text_of("PUSH0 JUMP").contains("0x1: halt JUMP\n"));
    let code = ssa::build(&lift(&[0x0c]));
    assert!(code.to_string().contains("0x0: halt OP_0C\n"));
    assert_eq!(ssa::parse(&code.to_string()), Ok(code));
}

/// A call within a loop, with a parameter, a branch and a return.
const SOUND: &str = "f0 @0x0() {
b0 @0x0:
  0x1: v0 = CALLER
  jump b1(v0)
b1 @0x5(v1: 0):
  0x6: v2 = ADD v1, 0x1
  0x7: v3 = ISZERO v2
  0x8: branch v3, b2, b3
b2 @0x9:
  0x9: call f1(v2) [0 (v4) b1(v4), 1 () b3]
b3 @0xa:
  0xa: halt STOP
}
f1 @0xb(v0: -1) -> 1, 0 {
b0 @0xb:
  0xc: branch v0, b1, b2
b1 @0xd:
  0xe: return 0 (v0)
b2 @0xf:
  0x10: return 1 ()
}
";

fn sound() -> Program {
    ssa::parse(SOUND).expect("a sound program")
}

/// The invariants that a change breaks.
#[track_caller]
fn broken(change: impl FnOnce(&mut Program)) -> Vec<Invariant> {
    let mut program = sound();
    assert_eq!(ssa::verify(&program), []);
    change(&mut program);
    let mut broken: Vec<Invariant> = ssa::verify(&program).iter().map(|violation| violation.invariant).collect();
    broken.dedup();
    broken
}

const MAIN: FunctionId = FunctionId(0);
const CALLED: FunctionId = FunctionId(1);

fn block(program: &mut Program, number: u32) -> &mut ssa::BasicBlock {
    &mut program.functions[MAIN].blocks[BlockId(number)]
}

#[test]
fn hand_written_text_is_printed_as_it_was_written() {
    // Numbers are values as well, so that those behind them are counted on.
    let wanted = SOUND.replace("v4", "v5").replace("v3", "v4").replace("v2", "v9").replace("v9", "v2");
    let text = sound().to_string();
    assert_eq!(ssa::parse(&text), Ok(sound()));
    assert_eq!(text, wanted.replace("0x8: branch v3", "0x8: branch v4"), "found:\n{text}");
}

#[test]
fn s1_a_value_is_defined_once_where_its_entry_says() {
    let twice = broken(|program| block(program, 3).parameters = block(program, 1).parameters.clone());
    assert!(twice.contains(&Invariant::S1));
    let nowhere = broken(|program| {
        program.functions[MAIN].values.push(Definition::Parameter { index: 9 });
    });
    assert_eq!(nowhere, [Invariant::S1]);
}

#[test]
fn s2_a_definition_lies_on_every_way_to_its_uses() {
    // The result of one exit is used behind the other one.
    let result = broken(|program| {
        let Terminator::Call { continuations, .. } = &block(program, 2).terminator else { return };
        let result = continuations[0].results[0];
        if let Terminator::Halt { operands, .. } = &mut block(program, 3).terminator {
            operands.push(result);
        }
    });
    assert_eq!(result, [Invariant::S2]);
    let order = broken(|program| {
        let instructions = &mut program.functions[MAIN].instructions;
        let (first, second) = (ssa::InstId(1), ssa::InstId(2));
        let later = instructions[second].result;
        instructions[first].operands[0] = later.expect("a result");
    });
    assert_eq!(order, [Invariant::S2]);
}

#[test]
fn s3_an_edge_has_an_argument_for_each_parameter() {
    let missing = broken(|program| {
        block(program, 0).terminator = Terminator::Jump(Edge { block: BlockId(1), arguments: vec![] });
    });
    assert_eq!(missing, [Invariant::S3]);
}

#[test]
fn s4_what_is_named_exists() {
    let edge = |to| Terminator::Jump(Edge { block: BlockId(to), arguments: vec![] });
    assert!(broken(|program| block(program, 3).terminator = edge(99)).contains(&Invariant::S4));
    let value = broken(|program| program.functions[MAIN].instructions[ssa::InstId(1)].operands[0] = ValueId(99));
    assert_eq!(value, [Invariant::S4]);
    assert_eq!(broken(|program| block(program, 3).instructions.push(ssa::InstId(99))), [Invariant::S4]);
    let function = broken(|program| {
        if let Terminator::Call { function, .. } = &mut block(program, 2).terminator {
            *function = FunctionId(9);
        }
    });
    assert_eq!(function, [Invariant::S4]);
}

#[test]
fn s5_the_first_block_is_entered_from_outside_alone() {
    let back = Terminator::Jump(Edge { block: BlockId(0), arguments: vec![] });
    assert_eq!(broken(|program| block(program, 3).terminator = back), [Invariant::S5]);
    let empty = broken(|program| program.functions[CALLED].blocks = [].into_iter().collect());
    assert!(empty.contains(&Invariant::S5));
}

#[test]
fn s6_every_block_is_reached() {
    let lost = broken(|program| {
        let lost = block(program, 3).clone();
        program.functions[MAIN].blocks.push(lost);
    });
    assert_eq!(lost, [Invariant::S6]);
}

#[test]
fn s7_an_instruction_is_in_one_block_and_in_its_place() {
    assert_eq!(broken(|program| block(program, 1).instructions.swap(0, 1)), [Invariant::S2, Invariant::S7]);
    let lost = broken(|program| {
        let mut copy = program.functions[MAIN].instructions[ssa::InstId(0)].clone();
        copy.result = None;
        program.functions[MAIN].instructions.push(copy);
    });
    assert_eq!(lost, [Invariant::S7]);
}

#[test]
fn s8_an_instruction_has_the_shape_of_its_opcode() {
    for opcode in [0x0c, 0x56, 0x80, 0x5b, 0x00, 0x08] {
        assert_eq!(
            broken(|program| program.functions[MAIN].instructions[ssa::InstId(1)].opcode = opcode),
            [Invariant::S8],
            "{opcode:#x}"
        );
    }
}

#[test]
fn s9_a_call_matches_its_function() {
    let arguments = broken(|program| {
        if let Terminator::Call { arguments, .. } = &mut block(program, 2).terminator {
            arguments.clear();
        }
    });
    assert_eq!(arguments, [Invariant::S9]);
    assert_eq!(broken(|program| program.functions[CALLED].exits[1] = 1), [Invariant::S9, Invariant::S10]);
    let order = broken(|program| {
        if let Terminator::Call { continuations, .. } = &mut block(program, 2).terminator {
            continuations.swap(0, 1);
        }
    });
    assert_eq!(order, [Invariant::S9]);
}

#[test]
fn s10_a_return_matches_its_exit() {
    let other = broken(|program| {
        let values = Vec::new();
        program.functions[CALLED].blocks[BlockId(1)].terminator = Terminator::Return { pc: Pc(1), exit: 0, values };
    });
    assert_eq!(other, [Invariant::S10]);
}

#[test]
fn s11_heights_are_in_order() {
    assert_eq!(broken(|program| program.functions[CALLED].parameters[0].height = 0), [Invariant::S11]);
}

#[test]
fn s12_a_number_has_one_value() {
    let again = broken(|program| {
        program.functions[MAIN].values.push(Definition::Constant(alloy_primitives::U256::from(1)));
    });
    assert_eq!(again, [Invariant::S12]);
}

#[test]
fn errors_of_the_text_have_a_line_and_a_column() {
    for (text, place) in [
        ("f1 @0x0() {", "1:1: expected `f0`, found `f1`"),
        ("f0 @0x0() {\nb0 @0x0:\n  0x0: v0 = NOPE\n}", "3:13: expected an opcode, found `NOPE`"),
        ("f0 @0x0() {\nb0 @0x0:\n  0x0: POP v0\n  0x1: halt STOP\n}", "3:12: a value is used and not defined"),
        ("f0 @0x0(v0: -1, v0: -2) {}", "1:17: `v0` is defined again"),
        ("f0 @0x0() {\nb0 @0x0:\n  0x0: halt STOP", "3:17: expected `b1` or `}`, found the end"),
        ("f0 @0x0() {\nb0 @0x0:\n  jump b1(0x)\n}", "3:11: expected a value, found `0x`"),
        ("f0 @0x0() ;", "1:11: unexpected character `;`"),
        ("f0 @0x100000000() {}", "1:5: expected a place such as `0x1f`, found `0x100000000`"),
    ] {
        assert_eq!(ssa::parse(text).map_err(|error| error.to_string()), Err(place.to_owned()), "{text}");
    }
}
