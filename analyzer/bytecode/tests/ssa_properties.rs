//! What holds for the program of every code: the verifier finds nothing, and its text is read back as the same program.

use std::path::{Path, PathBuf};

use serde_json::Value;
use uplint_bytecode::dataflow::constants::{Constant, Constants, constants};
use uplint_bytecode::dataflow::needed::needed;
use uplint_bytecode::dataflow::taint::Taints;
use uplint_bytecode::dataflow::{Analysis, JoinSemilattice, solve};
use uplint_bytecode::graph::{BlockId, FlowGraph, call_graph, control_flow};
use uplint_bytecode::lift::Lifted;
use uplint_bytecode::ssa::Program;
use uplint_bytecode::{FunctionId, lift, ssa};

/// The code of every contract that a recorded case deploys, with its case.
fn recorded_codes() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/rules");
    let mut codes = Vec::new();
    for rule in folders(&root) {
        for case in folders(&rule) {
            let Ok(text) = std::fs::read_to_string(case.join("build.json")) else { continue };
            let build: Value = serde_json::from_str(&text).expect("a recorded build is JSON");
            let name = case.strip_prefix(&root).expect("a case").display().to_string();
            collect(&build, &name, &mut codes);
        }
    }
    codes
}

fn folders(within: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(within).expect("a folder of cases");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Every `deployedBytecode.object` within a value. References to libraries stand for bytes that a deployment fills in.
fn collect(value: &Value, name: &str, codes: &mut Vec<(String, Vec<u8>)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member.get("object").and_then(Value::as_str) {
                    Some(object) if key == "deployedBytecode" => codes.push((name.to_owned(), bytes(object))),
                    _ => collect(member, name, codes),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, codes)),
        _ => {}
    }
}

fn bytes(object: &str) -> Vec<u8> {
    let digits = object.strip_prefix("0x").unwrap_or(object).as_bytes();
    let digit = |at: u8| char::from(at).to_digit(16).unwrap_or(0);
    digits.chunks_exact(2).map(|pair| u8::try_from(digit(pair[0]) << 4 | digit(pair[1])).expect("a byte")).collect()
}

/// Checks everything that is promised of any code. Answers for how many operands the lifter knows the same number.
fn check(name: &str, code: &[u8]) -> usize {
    let lifted = lift::lift(code);
    let program = ssa::build(&lifted);
    let violations: Vec<String> = ssa::verify(&program).iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{name}: {violations:#?}\n{program}");
    let text = program.to_string();
    match ssa::parse(&text) {
        Ok(read) => assert!(read == program, "{name}: the text is read as another program"),
        Err(error) => panic!("{name}: {error}"),
    }
    assert_eq!(program.functions.len(), lifted.functions.len(), "{name}");
    let flow = control_flow(&lifted);
    for graph in program.functions.iter().map(FlowGraph::of_function).chain([flow.graph]) {
        check_graph(name, &graph);
    }
    check_solution(name, &program, &Constants);
    check_solution(name, &program, &Taints);
    assert!(needed(&program).is_reached(FunctionId(0), BlockId(0)), "{name}");
    let same = count_same_numbers(name, &lifted, &program);
    let calls = call_graph(&lifted);
    for function in program.functions.ids() {
        for callee in calls.callees(function) {
            assert!(calls.callers(callee).any(|caller| caller == function), "{name}");
        }
    }
    same
}

/// Where the lifter and the constants of the program both know an operand, they know the same number. Answers how many
/// there are.
fn count_same_numbers(name: &str, lifted: &Lifted<'_>, program: &Program) -> usize {
    let known = constants(program);
    let mut same = 0;
    for (id, function) in program.functions.iter_enumerated() {
        for (block, content) in function.blocks.iter_enumerated().filter(|&(block, _)| known.is_reached(id, block)) {
            let effects = content.node.map_or(&[][..], |node| &lifted.nodes[node].effects);
            for instruction in content.instructions.iter().map(|&at| &function.instructions[at]) {
                let Some(effect) = effects.iter().find(|effect| effect.pc == instruction.pc) else { continue };
                assert_eq!(effect.operands().len(), instruction.operands.len(), "{name}: {id} {block}");
                for (&term, &operand) in effect.operands().iter().zip(&instruction.operands) {
                    if let (Some(wanted), Constant::Number(found)) =
                        (lifted.terms.number(term), known.fact(id, operand))
                    {
                        assert_eq!(*wanted, found, "{name}: {id} {block} {operand}\n{program}");
                        same += 1;
                    }
                }
            }
        }
    }
    same
}

/// Transfer adds nothing to a solution: what is reached is closed under it.
fn check_solution<A: Analysis>(name: &str, program: &Program, analysis: &A) {
    let solution = solve(program, analysis);
    for (id, function) in program.functions.iter_enumerated() {
        for (block, content) in function.blocks.iter_enumerated().filter(|&(block, _)| solution.is_reached(id, block)) {
            for &at in &content.instructions {
                let instruction = &function.instructions[at];
                let Some(result) = instruction.result else { continue };
                let given: Vec<_> = instruction.operands.iter().map(|&operand| solution.fact(id, operand)).collect();
                let has_risen = solution.fact(id, result).join(&analysis.transfer(instruction, &given));
                assert!(!has_risen, "{name}: {id} {block} {result}");
            }
        }
    }
}

fn check_graph(name: &str, graph: &FlowGraph) {
    let dominators = graph.dominators();
    let loops = graph.loops();
    let post_dominators = graph.post_dominators();
    let order = graph.reverse_postorder();
    let mut numbers = vec![usize::MAX; graph.len()];
    for (at, block) in order.iter().enumerate() {
        numbers[block.0 as usize] = at;
    }
    for &block in &order {
        assert!(dominators.dominates(graph.entry(), block), "{name}: {block}");
        let next: Vec<BlockId> = graph.successors(block).map(|(next, _)| next).collect();
        if let Some(after) = post_dominators.immediate(block) {
            let passes = |&next: &BlockId| !post_dominators.is_reached(next) || post_dominators.dominates(after, next);
            assert!(next.iter().all(passes), "{name}: {block} {after}");
        }
        for next in next {
            // An edge backwards in the order closes a loop.
            if numbers[next.0 as usize] <= numbers[block.0 as usize] {
                let shared = loops.loops.ids().any(|id| loops.contains(id, block) && loops.contains(id, next));
                assert!(shared, "{name}: {block} {next}");
            }
        }
    }
    for (id, at) in loops.loops.iter_enumerated().filter(|(_, at)| !at.is_irreducible) {
        assert!(at.parent.is_none_or(|parent| parent < id), "{name}");
        for &block in order.iter().filter(|&&block| loops.contains(id, block)) {
            assert!(dominators.dominates(at.header, block), "{name}: {id} {block}");
        }
    }
}

#[test]
fn the_program_of_every_recorded_contract_is_verified_and_read_back_and_agrees_with_the_lifter() {
    let codes = recorded_codes();
    assert!(codes.len() > 100, "{}", codes.len());
    let same: usize = codes.iter().map(|(name, code)| check(name, code)).sum();
    assert!(same > 500, "{same}");
}

/// Bytes that follow from a number (xorshift, Marsaglia 2003).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("a small number")
    }
}

#[test]
fn the_program_of_random_bytes_is_verified_and_read_back() {
    let mut seeded = Seeded(0x5eed);
    for round in 0..2_000 {
        let len = seeded.below(300);
        let code: Vec<u8> = (0..len).map(|_| seeded.next().to_be_bytes()[3]).collect();
        check(&format!("round {round}"), &code);
    }
}

#[test]
fn the_program_of_random_jumps_is_verified_and_read_back() {
    // Few opcodes, so that most jumps find a destination and stacks stay long enough.
    let parts: [&[u8]; 14] = [
        &[0x5b],
        &[0x5b],
        &[0x56],
        &[0x57],
        &[0x80],
        &[0x81],
        &[0x90],
        &[0x91],
        &[0x50],
        &[0x01],
        &[0x35],
        &[0x5f],
        &[0x36],
        &[0x15],
    ];
    let mut seeded = Seeded(0x1eaf);
    for round in 0..6_000 {
        let mut code = Vec::new();
        for _ in 0..4 + seeded.below(60) {
            if seeded.below(3) == 0 {
                code.extend([0x60, u8::try_from(seeded.below(100)).expect("a byte")]);
            } else {
                code.extend(parts[seeded.below(parts.len())]);
            }
        }
        check(&format!("round {round}"), &code);
    }
}

#[test]
fn words_that_too_many_blocks_hand_on_become_unknown_and_the_rest_stays_sound() {
    // A deep stack, blocks that jump criss-cross, and in the end a use of each word.
    let mut code = vec![0x36; 1000];
    let blocks = 800u16;
    for block in 0..blocks {
        let target = 1000 + block.wrapping_mul(379) % blocks * 6;
        code.extend([0x5b, 0x36, 0x61]);
        code.extend(target.to_be_bytes());
        code.push(0x57);
    }
    code.extend([0x35, 0x50].repeat(1000));
    let program = ssa::build(&lift::lift(&code));
    assert!(program.to_string().contains("CALLDATALOAD ?"));
    check("a deep stack", &code);
}

#[test]
fn damaged_text_is_refused_with_a_place_or_read_as_something() {
    let program = ssa::build(&lift::lift(&[0x5f, 0x35, 0x60, 0x08, 0x57, 0x5f, 0x5f, 0xfd, 0x5b, 0x5f, 0x56]));
    let text = program.to_string();
    let mut seeded = Seeded(0xbad);
    for _ in 0..20_000 {
        let mut damaged: Vec<char> = text.chars().collect();
        for _ in 0..=seeded.below(3) {
            let (from, to) = (seeded.below(damaged.len()), seeded.below(damaged.len()));
            match seeded.below(3) {
                0 => damaged[from] = damaged[to],
                1 => drop(damaged.remove(from)),
                _ => damaged.insert(from, char::from(u8::try_from(seeded.below(128)).expect("ASCII"))),
            }
        }
        let damaged: String = damaged.into_iter().collect();
        match ssa::parse(&damaged) {
            Ok(read) => {
                // Whatever it is, its text is stable, and verifying ends and speaks of its functions.
                let again = ssa::parse(&read.to_string());
                assert_eq!(again.as_ref(), Ok(&read), "{damaged}");
                let named = ssa::verify(&read).into_iter().map(|violation| violation.function);
                assert!(named.into_iter().all(|function| read.functions.get(function).is_some()));
            }
            Err(error) => assert!(error.line > 0 && error.column > 0 && error.line <= damaged.lines().count() + 1),
        }
    }
}
