//! What must hold for every input, as plain functions that end the program where it does not.

use uplint_bytecode::{
    Lifted, Pc, code::Code, disassemble, dispatch, graph, instructions, lift, opcode, reach, sections, ssa,
    without_metadata,
};

/// Work that a code may cost: what its budget has for each of its bytes and for an empty one, and what the last node may
/// cost beyond that, which is at most so much for each instruction of a block, and for one jump and one return.
const STEPS_PER_BYTE: u64 = 24 + 64;
const STEPS_OF_NONE: u64 = 40_000 + 150_000;

/// The instructions of a code stand behind each other without a gap, and a byte is a jump destination where a
/// `JUMPDEST` begins and nowhere else.
pub(crate) fn disassembly(code: &[u8]) {
    let mut next = 0;
    let known = Code::new(code);
    for instruction in instructions(code) {
        let at = instruction.pc.0 as usize;
        assert_eq!(at, next, "an instruction begins where the one before ends");
        assert_eq!(instruction.opcode.get(), code[at]);
        next = at + 1 + instruction.immediate.len();
        assert_eq!(instruction.immediate, &code[at + 1..next]);
        assert!(!instruction.is_truncated() || next == code.len(), "only the end cuts an immediate short");
        assert_eq!(known.is_destination(instruction.pc), instruction.opcode.get() == opcode::JUMPDEST);
        for inside in at + 1..next {
            assert!(!known.is_destination(place(inside)), "a pushed byte is no destination");
        }
        assert!(!instruction.to_string().is_empty());
    }
    assert_eq!(next, code.len(), "every byte belongs to an instruction");
    assert!(!known.is_destination(place(code.len())));
    assert_eq!(disassemble(code).len(), instructions(code).count());
    assert!(code.starts_with(without_metadata(code)));
    drop(reach(code));
}

/// What is lifted is well formed and costs work that is linear in the length of the code, the program made from it
/// breaks no invariant, and its text is read as the same program.
pub(crate) fn lifting(code: &[u8]) {
    let lifted = lift(code);
    check(&lifted, code.len());
    let program = ssa::build(&lifted);
    let violations: Vec<String> = ssa::verify(&program).iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{violations:#?}\n{program}");
    let text = program.to_string();
    assert!(ssa::parse(&text).is_ok_and(|read| read == program), "the text is read as another program:\n{text}");
    let flow = graph::control_flow(&lifted).graph;
    for block in flow.reverse_postorder() {
        assert!(flow.dominators().dominates(flow.entry(), block));
    }
    let sections = sections(&lifted);
    assert_eq!(sections.iter().map(|section| section.len as usize).sum::<usize>(), code.len());
    let dispatch = dispatch(&lifted);
    assert!(dispatch.entries.iter().all(|entry| lifted.nodes.get(entry.node).is_some()));
    // The same code gives the same result; looked at for some alone, because it costs as much again.
    if code.len().is_multiple_of(8) {
        assert_eq!(ssa::build(&lift(code)).to_string(), text);
    }
}

fn check(lifted: &Lifted<'_>, len: usize) {
    let limit = STEPS_PER_BYTE * len as u64 + STEPS_OF_NONE;
    assert!(lifted.steps <= limit, "{} steps for {len} bytes", lifted.steps);
    for node in &lifted.nodes {
        assert!(node.pc.0 as usize <= len, "a node begins in the code");
        assert!(lifted.functions.get(node.function).is_some());
        assert!(node.effects.windows(2).all(|pair| pair[0].pc < pair[1].pc), "effects stand in order");
    }
    let gaps = &lifted.coverage.gaps;
    assert!(gaps.windows(2).all(|pair| pair[0] < pair[1]), "each gap stands once, in order");
    assert!(gaps.iter().all(|gap| gap.pc.0 as usize <= len), "a gap is in the code");
}

/// A text is refused, or read as a program whose own text is read as the same program.
pub(crate) fn text_form(input: &[u8]) {
    let Ok(program) = ssa::parse(&String::from_utf8_lossy(input)) else { return };
    drop(ssa::verify(&program));
    let text = program.to_string();
    assert!(ssa::parse(&text).is_ok_and(|read| read == program), "the text is read as another program:\n{text}");
}

fn place(at: usize) -> Pc {
    Pc(u32::try_from(at).unwrap_or(u32::MAX))
}
