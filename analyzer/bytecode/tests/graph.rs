//! Control-flow graphs, call graphs, dominators and loops of small programs and hand-made graphs.

use uplint_bytecode::graph::{BlockId, EdgeKind, FlowGraph, call_graph, control_flow};
use uplint_bytecode::index_vec::Id;
use uplint_bytecode::lift::lift;
use uplint_bytecode::{FunctionId, Pc};

use assembly::assemble;

#[path = "lift/assembly.rs"]
mod assembly;

/// A graph with edges between numbers, entered at zero.
fn graph(blocks: usize, edges: &[(u32, u32)]) -> FlowGraph {
    let edges = edges.iter().map(|&(from, to)| (BlockId(from), BlockId(to), EdgeKind::Jump));
    FlowGraph::new(blocks, BlockId(0), edges)
}

/// Edges by the names of labels, `start` for the first instruction; other places are numbers.
fn edges(program: &str) -> Vec<String> {
    let (code, labels) = assemble(program);
    let flow = control_flow(&lift(&code));
    let name = |block: BlockId| {
        let first = flow.blocks[block].first;
        let label = labels.iter().find(|&(_, &place)| place == first).map(|(label, _)| label.clone());
        label.unwrap_or_else(|| if first == Pc(0) { "start".to_owned() } else { first.to_string() })
    };
    flow.graph.edges().map(|(from, to, kind)| format!("{} {kind:?} {}", name(from), name(to))).collect()
}

#[test]
fn each_edge_says_how_control_takes_it() {
    let program = "CALLVALUE @no JUMPI 0x01 @end JUMP no: POP end: STOP";
    assert_eq!(edges(program), ["start False 0x5", "start True no", "0x5 Jump end"]);
    assert_eq!(edges("CALLVALUE next: STOP"), ["start FallThrough next"]);
}

#[test]
fn calls_lead_into_functions_and_returns_behind_each_call() {
    let program = "@one 0x05 @double JUMP one: @two SWAP1 @double JUMP two: POP STOP double: DUP1 ADD SWAP1 JUMP";
    let wanted = ["start Call double", "one Call double", "double Return one", "double Return two"];
    assert_eq!(edges(program), wanted);
}

#[test]
fn a_function_that_returns_into_itself_is_led_to_by_its_own_jump() {
    let program = "@out @inc CALLER @inc JUMP out: PUSH0 SSTORE STOP inc: 0x01 ADD SWAP1 JUMP";
    assert_eq!(edges(program), ["start Call inc", "inc Return out", "inc Call inc"]);
}

#[test]
fn a_block_ends_with_its_last_instruction_and_is_found_by_its_first() {
    let (code, labels) = assemble("CALLVALUE @no JUMPI STOP no: 0x01 0x02 REVERT");
    let flow = control_flow(&lift(&code));
    let block = flow.block_at(labels["no"]).expect("a block");
    assert_eq!(flow.blocks[block].last, Pc(labels["no"].0 + 5));
    assert_eq!(flow.block_at(Pc(1)), None);
}

#[test]
fn the_call_graph_marks_recursion() {
    let (code, _) = assemble(
        "@end 0x05 @sum JUMP end: @last @plain JUMP last: STOP
         sum: DUP1 @more JUMPI SWAP1 JUMP
         more: @again DUP2 0x01 SWAP1 SUB @sum JUMP
         again: ADD SWAP1 JUMP
         plain: JUMP",
    );
    let lifted = lift(&code);
    let calls = call_graph(&lifted);
    let recursive: Vec<bool> = (0..lifted.functions.len()).map(|at| calls.is_recursive(FunctionId::new(at))).collect();
    assert_eq!(recursive.iter().filter(|&&is_recursive| is_recursive).count(), 1);
    let sum = FunctionId::new(recursive.iter().position(|&is_recursive| is_recursive).expect("one"));
    assert_eq!(calls.callees(sum).collect::<Vec<_>>(), [sum]);
    assert_eq!(calls.callers(sum).collect::<Vec<_>>(), [FunctionId(0), sum]);
    assert_eq!(calls.callees(FunctionId(0)).count(), 2);
}

#[test]
fn where_two_ways_meet_neither_side_dominates() {
    let graph = graph(6, &[(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]);
    let dominators = graph.dominators();
    assert_eq!(dominators.immediate(BlockId(3)), Some(BlockId(0)));
    assert!(dominators.dominates(BlockId(3), BlockId(4)) && dominators.dominates(BlockId(4), BlockId(4)));
    assert!(!dominators.dominates(BlockId(1), BlockId(3)));
    assert!(!dominators.is_reached(BlockId(5)) && !dominators.dominates(BlockId(0), BlockId(5)));
}

#[test]
fn several_ends_have_no_common_post_dominator() {
    let graph = graph(5, &[(0, 1), (1, 2), (1, 3), (3, 4)]);
    let post = graph.post_dominators();
    assert!(post.dominates(BlockId(1), BlockId(0)));
    assert_eq!(post.immediate(BlockId(0)), Some(BlockId(1)));
    assert_eq!(post.immediate(BlockId(1)), None);
    assert!(post.dominates(BlockId(4), BlockId(3)) && !post.dominates(BlockId(3), BlockId(1)));
}

#[test]
fn what_never_ends_is_post_dominated_by_nothing() {
    let graph = graph(3, &[(0, 1), (0, 2), (1, 1)]);
    let post = graph.post_dominators();
    assert!(!post.is_reached(BlockId(1)));
    assert!(post.dominates(BlockId(2), BlockId(0)));
}

#[test]
fn loops_lie_within_each_other() {
    let graph = graph(6, &[(0, 1), (1, 2), (2, 3), (3, 2), (3, 4), (4, 1), (4, 5)]);
    let loops = graph.loops();
    let headers: Vec<_> = loops.loops.iter().map(|at| (at.header, at.parent, at.is_irreducible)).collect();
    let outer = loops.loops.ids().next();
    assert_eq!(headers, [(BlockId(1), None, false), (BlockId(2), outer, false)]);
    let inside = |number| loops.innermost(BlockId(number)).map(|inner| loops.loops[inner].header);
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(inside),
        [None, Some(1), Some(2), Some(2), Some(1), None].map(|at| at.map(BlockId))
    );
    assert!(outer.is_some_and(|outer| loops.contains(outer, BlockId(3)) && !loops.contains(outer, BlockId(5))));
}

#[test]
fn a_loop_with_two_entries_is_irreducible_and_one_with_a_single_block_is_not() {
    let two = graph(3, &[(0, 1), (0, 2), (1, 2), (2, 1)]).loops();
    assert_eq!(two.loops.iter().map(|at| at.is_irreducible).collect::<Vec<_>>(), [true]);
    assert_eq!(two.innermost(BlockId(1)), two.innermost(BlockId(2)));
    let one = graph(2, &[(0, 1), (1, 1)]).loops();
    assert_eq!(one.loops.iter().map(|at| (at.header, at.is_irreducible)).collect::<Vec<_>>(), [(BlockId(1), false)]);
}

#[test]
fn the_order_has_each_block_before_what_follows_it() {
    let order = graph(5, &[(0, 2), (0, 1), (1, 3), (2, 3), (3, 0)]).reverse_postorder();
    let place = |number| order.iter().position(|&block| block == BlockId(number));
    assert_eq!(place(0), Some(0));
    assert!(place(1) < place(3) && place(2) < place(3));
    assert_eq!(place(4), None);
    assert_eq!(graph(0, &[]).reverse_postorder(), []);
}
