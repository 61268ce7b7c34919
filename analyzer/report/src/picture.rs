//! The control flow of a code as a picture: boxes for blocks, one frame a function.
//!
//! A function's frame has its own blocks alone. Where it calls another, a small box with that one's name stands between
//! the block that calls and the block behind it, so that frames need no edges between them and each can be read by
//! itself. A block in which many ways end alike, such as a bare `revert`, is drawn once for each way that leads to it.
//!
//! The same picture is written for Graphviz by [`dot`] and drawn by [`svg`].

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::hex;
use uplint_bytecode::Instruction;
use uplint_bytecode::graph::EdgeKind;
use uplint_facts::code_graph::{CallTarget, CodeFunction, CodeGraph, FunctionBlock, FunctionName};
use uplint_facts::effects::Pc;

use crate::escape::one_line;
use crate::inspect::{CodeView, Notes, function_title, short_title};

mod dot;
mod layout;
mod svg;

pub use dot::dot;
pub use svg::svg;

/// Most blocks of a function that is drawn.
const MAX_BLOCKS_OF_FUNCTION: usize = 400;

/// Most blocks of a picture.
const MAX_BLOCKS: usize = 4_000;

/// Most lines of a box; of longer blocks the middle is left out, but for what touches storage and other contracts.
const MAX_LINES: usize = 28;

/// Fewer instructions than this are not left out.
const MIN_LEFT_OUT: usize = 5;

/// Lines of a longer block that are shown at its end.
const LINES_AT_END: usize = 8;

/// Longest note, in characters.
const MAX_NOTE: usize = 48;

/// Longest immediate that is shown whole, in bytes.
const MAX_IMMEDIATE_BYTES: usize = 10;

/// Most instructions of a block that is drawn once for each way that ends in it.
const MAX_REPEATED: usize = 8;

/// Frames and what is said of them.
struct Picture {
    title: String,
    frames: Vec<Frame>,
    /// What is not drawn, and why.
    remarks: Vec<String>,
}

/// A function.
struct Frame {
    title: String,
    /// Where links to it lead.
    anchor: String,
    /// Boxes; control enters at the first.
    boxes: Vec<Shape>,
    edges: Vec<Edge>,
}

/// A box.
struct Shape {
    kind: ShapeKind,
    header: String,
    /// The line of the source.
    source: Option<String>,
    lines: Vec<Line>,
    is_loop_head: bool,
    /// The frame of the function that is called.
    link: Option<String>,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShapeKind {
    /// A block from which control goes on.
    Block,
    /// A block that ends the execution well, or goes back to the caller.
    End,
    /// A block that ends the execution by reverting.
    Revert,
    /// A block whose jump nobody could follow.
    Unknown,
    /// A function that is called, or that the dispatch leads to.
    Function,
}

/// A line of a box.
struct Line {
    place: String,
    text: String,
    note: Option<String>,
}

/// An arrow between boxes of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
    kind: EdgeKind,
}

/// What styles call a kind of edge.
fn class(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::FallThrough => "falls",
        EdgeKind::Jump => "jump",
        EdgeKind::True => "true",
        EdgeKind::False => "false",
        EdgeKind::Call => "call",
        EdgeKind::Return => "return",
    }
}

impl Picture {
    /// The picture of a code. With `is_bounded`, what is too large to be laid out is left out and said so.
    fn of(view: CodeView<'_>, is_bounded: bool) -> Self {
        let notes = Notes::of(view);
        let mut picture = Picture {
            title: one_line(&view.facts.artifact.contract.to_string()).into_owned(),
            frames: Vec::new(),
            remarks: Vec::new(),
        };
        let functions = drawn(view);
        let anchors: BTreeSet<Pc> = functions.iter().map(|function| function.entry).collect();
        let mut blocks = 0;
        for function in functions {
            let of_function = function.blocks.len();
            if is_bounded && (of_function > MAX_BLOCKS_OF_FUNCTION || blocks + of_function > MAX_BLOCKS) {
                let title = function_title(view.facts, function);
                let remark = format!("not drawn: {title} with {of_function} blocks; `--output dot` has all");
                picture.remarks.push(remark);
                continue;
            }
            blocks += of_function;
            picture.frames.push(Drawing { view, notes: &notes, anchors: &anchors }.frame(function));
        }
        let gaps = &view.graph.coverage.gaps;
        let shown = gaps.iter().take(20).map(|gap| format!("not established: {}: {}", gap.pc, gap.unknown.reason()));
        picture.remarks.extend(shown);
        if gaps.len() > 20 {
            picture.remarks.push(format!("not established: {} places more", gaps.len() - 20));
        }
        if view.graph.functions.is_empty() {
            picture.remarks.push("there is no runtime bytecode".to_owned());
        }
        picture
    }
}

/// The functions to draw: all, or the chosen one with those that it calls. Where the source names functions, what the
/// compiler made up besides is left out.
fn drawn(view: CodeView<'_>) -> Vec<&CodeFunction> {
    let graph: &CodeGraph = view.graph;
    if view.function.is_none() {
        return graph.functions.iter().collect();
    }
    let internal: BTreeMap<Pc, &CodeFunction> = graph
        .functions
        .iter()
        .filter(|function| matches!(function.name, FunctionName::Internal(_)))
        .map(|function| (function.entry, function))
        .collect();
    let has_names = internal.values().any(|function| function.name != FunctionName::Internal(None));
    let mut found: Vec<&CodeFunction> = view.functions().collect();
    let mut seen: BTreeSet<Pc> = BTreeSet::new();
    let mut at = 0;
    while let Some(function) = found.get(at) {
        at += 1;
        let called = function.blocks.iter().flat_map(|block| &block.calls).filter_map(|step| match step.to {
            CallTarget::Function(entry) => internal.get(&entry).copied(),
            CallTarget::Block(_) | CallTarget::Caller => None,
        });
        let is_wanted = |called: &&CodeFunction| !has_names || called.name != FunctionName::Internal(None);
        let called: Vec<_> = called.filter(is_wanted).filter(|called| seen.insert(called.entry)).collect();
        found.extend(called);
    }
    found
}

/// What frames are drawn from.
struct Drawing<'a> {
    view: CodeView<'a>,
    notes: &'a Notes,
    /// The functions that have a frame.
    anchors: &'a BTreeSet<Pc>,
}

/// The anchor of the function that begins at a place.
fn anchor(entry: Pc) -> String {
    format!("function-{entry}")
}

impl Drawing<'_> {
    fn frame(&self, function: &CodeFunction) -> Frame {
        let mut frame = Frame {
            title: function_title(self.view.facts, function),
            anchor: anchor(function.entry),
            boxes: Vec::new(),
            edges: Vec::new(),
        };
        let mut places: BTreeMap<Pc, usize> = BTreeMap::new();
        // The entry is the first box, wherever its block stands.
        let (first, others): (Vec<&FunctionBlock>, Vec<_>) =
            function.blocks.iter().partition(|block| block.first == function.entry);
        let is_repeated = |block: &FunctionBlock| self.is_repeated(block) && block.first != function.entry;
        for block in first.into_iter().chain(others).filter(|block| !is_repeated(block)) {
            places.insert(block.first, frame.boxes.len());
            frame.boxes.push(self.block(block));
        }
        let repeated: BTreeMap<Pc, &FunctionBlock> =
            function.blocks.iter().filter(|block| is_repeated(block)).map(|block| (block.first, block)).collect();
        for block in &function.blocks {
            let Some(&from) = places.get(&block.first) else { continue };
            let mut to = |frame: &mut Frame, pc: Pc| {
                if let Some(&known) = places.get(&pc) {
                    return known;
                }
                frame.boxes.push(match repeated.get(&pc) {
                    Some(block) => self.block(block),
                    None => self.function(pc),
                });
                frame.boxes.len() - 1
            };
            for &(pc, kind) in &block.successors {
                let to = to(&mut frame, pc);
                frame.edges.push(Edge { from, to, kind });
            }
            self.calls(&mut frame, from, block, &mut to);
        }
        frame
    }

    /// The functions that a block calls, and the ways on from them.
    fn calls(
        &self,
        frame: &mut Frame,
        from: usize,
        block: &FunctionBlock,
        to: &mut impl FnMut(&mut Frame, Pc) -> usize,
    ) {
        let mut called: BTreeMap<Pc, usize> = BTreeMap::new();
        let mentioned = block.calls.iter().flat_map(|step| {
            let target = match step.to {
                CallTarget::Function(entry) => Some(entry),
                CallTarget::Block(_) | CallTarget::Caller => None,
            };
            step.from.into_iter().chain(target)
        });
        for entry in mentioned {
            called.entry(entry).or_insert_with(|| {
                frame.boxes.push(self.function(entry));
                frame.boxes.len() - 1
            });
        }
        for step in &block.calls {
            let (start, is_call) = match step.from {
                Some(entry) => (called.get(&entry).copied().unwrap_or(from), false),
                None => (from, true),
            };
            match step.to {
                CallTarget::Function(entry) => {
                    let Some(&to) = called.get(&entry) else { continue };
                    let kind = if is_call { EdgeKind::Call } else { EdgeKind::Return };
                    frame.edges.push(Edge { from: start, to, kind });
                }
                CallTarget::Block(pc) => {
                    let to = to(frame, pc);
                    frame.edges.push(Edge { from: start, to, kind: EdgeKind::Return });
                }
                CallTarget::Caller => {
                    if let Some(shape) = frame.boxes.get_mut(start)
                        && shape.lines.is_empty()
                    {
                        let text = "then back to the caller".to_owned();
                        shape.lines.push(Line { place: String::new(), text, note: None });
                    }
                }
            }
        }
    }

    /// Whether a block is so small an end that it is drawn for each way that leads to it.
    fn is_repeated(&self, block: &FunctionBlock) -> bool {
        let ends = block.successors.is_empty() && block.calls.is_empty() && !block.is_return;
        let Some(at) = self.view.graph.block(block.first) else { return false };
        ends && self.view.graph.instructions(at).take(MAX_REPEATED + 1).count() <= MAX_REPEATED
    }

    fn block(&self, block: &FunctionBlock) -> Shape {
        let Some(at) = self.view.graph.block(block.first) else {
            return plain(ShapeKind::Unknown, block.first.to_string());
        };
        let instructions: Vec<_> = self.view.graph.instructions(at).collect();
        let goes_on = !block.successors.is_empty() || !block.calls.is_empty();
        let last = instructions.last().map(|last| last.opcode.as_str()).unwrap_or_default();
        let kind = match last {
            _ if goes_on => ShapeKind::Block,
            _ if block.is_return => ShapeKind::End,
            "STOP" | "RETURN" | "SELFDESTRUCT" => ShapeKind::End,
            "JUMP" | "JUMPI" => ShapeKind::Unknown,
            _ => ShapeKind::Revert,
        };
        Shape {
            kind,
            header: block.first.to_string(),
            source: self.view.source(at).map(|(path, line)| {
                let file = path.rsplit('/').next().unwrap_or(&path);
                format!("{}:{line}", shortened(&one_line(file), MAX_NOTE))
            }),
            lines: self.lines(&instructions, block, kind),
            is_loop_head: block.is_loop_head,
            link: None,
        }
    }

    fn lines(&self, instructions: &[Instruction<'_>], block: &FunctionBlock, kind: ShapeKind) -> Vec<Line> {
        let line = |instruction: &Instruction<'_>| Line {
            place: instruction.pc.to_string(),
            text: operation(instruction),
            note: self.notes.text(instruction).map(|note| shortened(note, MAX_NOTE)),
        };
        let remark = |text: String| Line { place: String::new(), text, note: None };
        let mut lines: Vec<Line> = Vec::new();
        for run in shown(instructions) {
            match run {
                Run::Shown(all) => lines.extend(all.iter().map(line)),
                Run::Left(count) => lines.push(remark(format!("… {count} instructions …"))),
            }
        }
        if block.is_return {
            lines.push(remark("back to the caller".to_owned()));
        }
        if kind == ShapeKind::Unknown {
            lines.push(remark("the target is not known".to_owned()));
        }
        lines
    }

    fn function(&self, entry: Pc) -> Shape {
        let title = shortened(&short_title(self.view.facts, self.view.graph, entry), MAX_NOTE);
        let link = self.anchors.contains(&entry).then(|| anchor(entry));
        Shape { link, ..plain(ShapeKind::Function, title) }
    }
}

fn plain(kind: ShapeKind, header: String) -> Shape {
    Shape { kind, header, source: None, lines: Vec::new(), is_loop_head: false, link: None }
}

/// Instructions that stand together.
enum Run<'a, 'b> {
    Shown(&'a [Instruction<'b>]),
    /// So many are left out.
    Left(usize),
}

/// Which instructions of a block are shown: of a long one its start and its end, and what touches storage and other
/// contracts between them. Few are never left out, since saying so takes a line as well.
fn shown<'a, 'b>(instructions: &'a [Instruction<'b>]) -> Vec<Run<'a, 'b>> {
    let (start, end) = (MAX_LINES - LINES_AT_END - 1, instructions.len().saturating_sub(LINES_AT_END));
    if instructions.len() <= MAX_LINES {
        return vec![Run::Shown(instructions)];
    }
    let is_kept = |at: &usize| *at < start || *at >= end || instructions.get(*at).is_some_and(touches);
    let kept: Vec<usize> = (0..instructions.len()).filter(is_kept).collect();
    let mut runs = Vec::new();
    let mut first = 0;
    for pair in kept.windows(2) {
        let [before, after] = [pair[0], pair[1]];
        let between = after - before - 1;
        if between >= MIN_LEFT_OUT {
            runs.extend([Run::Shown(&instructions[first..=before]), Run::Left(between)]);
            first = after;
        }
    }
    runs.push(Run::Shown(&instructions[first..]));
    runs
}

/// Whether an instruction touches storage or another contract, tells an event or ends the contract.
fn touches(instruction: &Instruction<'_>) -> bool {
    let name = instruction.opcode.as_str();
    let names = ["SLOAD", "SSTORE", "TLOAD", "TSTORE", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"];
    names.contains(&name) || ["CREATE", "CREATE2", "SELFDESTRUCT"].contains(&name) || name.starts_with("LOG")
}

/// An instruction with a long immediate cut in its middle.
fn operation(instruction: &Instruction<'_>) -> String {
    let immediate = instruction.immediate;
    if immediate.len() <= MAX_IMMEDIATE_BYTES {
        return crate::inspect::operation(instruction);
    }
    let (start, end) = (&immediate[..4], &immediate[immediate.len() - 4..]);
    format!("{} 0x{}…{}", instruction.opcode, hex::encode(start), hex::encode(end))
}

/// A text of at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
