//! The control flow of a code, block by block, for a reader or for a machine.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::hex;
use serde_json::{Value, json};
use uplint_bytecode::Instruction;
use uplint_bytecode::graph::EdgeKind;
use uplint_facts::VersionFacts;
use uplint_facts::code_graph::{CallTarget, CodeBlock, CodeFunction, CodeGraph, FunctionBlock, FunctionName};
use uplint_facts::effects::{AccessKind, CodeEffects, Pc};

use super::InspectFormat;
use super::code::{document, gaps_json, gaps_text, nothing};
use super::functions::{function_title, short_title};
use super::names::Names;
use super::sources::Sources;
use super::words::Speech;
use crate::escape::one_line;

/// Most instructions that one report lists. Blocks that end alike would list their end again and again.
const MAX_INSTRUCTIONS: usize = 1 << 20;

/// A version with its code, as graphs are drawn from it.
#[derive(Clone, Copy, Debug)]
pub struct CodeView<'a> {
    /// What its artifact says.
    pub facts: &'a VersionFacts,
    /// What its code does.
    pub effects: &'a CodeEffects,
    /// Its control flow.
    pub graph: &'a CodeGraph,
    /// The function to show, by its place in the graph; all of them when absent.
    pub function: Option<usize>,
}

impl<'a> CodeView<'a> {
    /// The functions to show.
    pub(crate) fn functions(self) -> impl Iterator<Item = &'a CodeFunction> {
        let functions = self.graph.functions.iter().enumerate();
        functions.filter(move |(at, _)| self.function.is_none_or(|chosen| chosen == *at)).map(|(_, function)| function)
    }

    /// Where the text of a block is, as `path:line`.
    pub(crate) fn source(self, block: &CodeBlock) -> Option<(String, u32)> {
        Sources { facts: self.facts, spans: &self.graph.spans }.place_of(self.graph.span(block)?)
    }
}

/// Control flow as text or as JSON.
pub fn inspect_cfg(view: CodeView<'_>, format: InspectFormat) -> String {
    match format {
        InspectFormat::Json => cfg_json(view),
        InspectFormat::Text { .. } => cfg_text(view),
    }
}

fn cfg_text(view: CodeView<'_>) -> String {
    let notes = Notes::of(view);
    let mut listing = Listing { left: MAX_INSTRUCTIONS, is_cut: false };
    let mut parts = Vec::new();
    for function in view.functions() {
        let count = function.blocks.len();
        let plural = if count == 1 { "" } else { "s" };
        let mut text =
            format!("{}, {count} block{plural} from {}\n", function_title(view.facts, function), function.entry);
        for at in &function.blocks {
            let Some(block) = view.graph.block(at.first) else { continue };
            text.push_str(&block_text(view, &notes, &mut listing, at, block));
        }
        parts.push(text);
    }
    if parts.is_empty() {
        parts.push(nothing(view.facts, "blocks"));
    }
    let remarks = remarks(view, &listing).into_iter().map(|remark| format!("\n{remark}\n"));
    parts.join("\n") + &remarks.collect::<String>() + &gaps_text(&view.graph.coverage)
}

fn block_text(
    view: CodeView<'_>,
    notes: &Notes,
    listing: &mut Listing,
    at: &FunctionBlock,
    block: &CodeBlock,
) -> String {
    let head = if at.is_loop_head { ", head of a loop" } else { "" };
    let source = view.source(block).map(|(path, line)| format!(", {}:{line}", one_line(&path)));
    let mut lines = vec![format!("\n  {} to {}{head}{}\n", block.first, block.last, source.unwrap_or_default())];
    lines.extend(listing.take(view.graph.instructions(block)).iter().map(|instruction| {
        let note = notes.text(instruction).map(|note| format!("    ; {note}")).unwrap_or_default();
        format!("    {:<8} {}{note}\n", instruction.pc.to_string(), operation(instruction))
    }));
    lines.push(format!("    -> {}\n", ways(view, at, block)));
    lines.concat()
}

/// Where control goes from a block, in words.
fn ways(view: CodeView<'_>, at: &FunctionBlock, block: &CodeBlock) -> String {
    let mut ways: Vec<String> = Vec::new();
    let mut successors: Vec<_> = at.successors.iter().collect();
    successors.sort_by_key(|(to, kind)| (*kind, *to));
    for (to, kind) in successors {
        let word = match kind {
            EdgeKind::True => "true ",
            EdgeKind::False => "false ",
            _ => "",
        };
        ways.push(format!("{word}{to}"));
    }
    for step in &at.calls {
        let from = step.from.map(|from| format!("from {} ", short_title(view.facts, view.graph, from)));
        let from = from.unwrap_or_default();
        ways.push(match step.to {
            CallTarget::Function(function) => format!("{from}calls {}", short_title(view.facts, view.graph, function)),
            CallTarget::Block(block) => format!("{from}back to {block}"),
            CallTarget::Caller => format!("{from}back to the caller"),
        });
    }
    if at.is_return {
        ways.push("back to the caller".to_owned());
    }
    if ways.is_empty() {
        let last = view.graph.instructions(block).last();
        let is_jump = last.is_some_and(|last| matches!(last.opcode.as_str(), "JUMP" | "JUMPI"));
        ways.push(if is_jump { "not known".to_owned() } else { "ends".to_owned() });
    }
    ways.join(", ")
}

/// An instruction without its place.
pub(crate) fn operation(instruction: &Instruction<'_>) -> String {
    if instruction.immediate.is_empty() {
        return instruction.opcode.to_string();
    }
    format!("{} {}", instruction.opcode, hex::encode_prefixed(instruction.immediate))
}

/// Counts what is listed.
pub(crate) struct Listing {
    left: usize,
    is_cut: bool,
}

impl Listing {
    fn take<'a>(&mut self, instructions: impl Iterator<Item = Instruction<'a>>) -> Vec<Instruction<'a>> {
        let listed: Vec<_> = instructions.take(self.left + 1).collect();
        if listed.len() > self.left {
            self.is_cut = true;
            return Vec::new();
        }
        self.left -= listed.len();
        listed
    }
}

fn remarks(view: CodeView<'_>, listing: &Listing) -> Vec<String> {
    let is_there = [
        (listing.is_cut, "not established: more instructions than a report lists"),
        (view.graph.lacks_blocks, "not established: functions share too many blocks for all to be listed"),
        (view.graph.lacks_returns, "not established: too many edges by which functions return"),
    ];
    is_there.into_iter().filter(|(is_there, _)| *is_there).map(|(_, text)| text.to_owned()).collect()
}

fn cfg_json(view: CodeView<'_>) -> String {
    let mut listing = Listing { left: MAX_INSTRUCTIONS, is_cut: false };
    let functions: Vec<Value> = view.functions().map(|function| function_json(view, function)).collect();
    let shown: BTreeSet<Pc> = view.functions().flat_map(|function| &function.blocks).map(|block| block.first).collect();
    let is_shown = |block: &&CodeBlock| view.function.is_none() || shown.contains(&block.first);
    let blocks = view.graph.blocks.iter().filter(is_shown);
    let blocks: Vec<Value> = blocks.map(|block| block_json(view, &mut listing, block)).collect();
    document(&json!({
        "functions": functions,
        "blocks": blocks,
        "remarks": remarks(view, &listing),
        "gaps": gaps_json(&view.graph.coverage),
    }))
}

fn function_json(view: CodeView<'_>, function: &CodeFunction) -> Value {
    let blocks = function.blocks.iter().map(|block| {
        let calls = block.calls.iter().map(|step| {
            let (to, pc) = match step.to {
                CallTarget::Function(pc) => ("function", Some(pc.0)),
                CallTarget::Block(pc) => ("block", Some(pc.0)),
                CallTarget::Caller => ("caller", None),
            };
            json!({ "from": step.from.map(|from| from.0), "to": to, "pc": pc })
        });
        json!({
            "pc": block.first.0,
            "successors": block.successors.iter().copied().map(edge_json).collect::<Vec<_>>(),
            "calls": calls.collect::<Vec<_>>(),
            "returns": block.is_return,
            "loop_head": block.is_loop_head,
        })
    });
    json!({
        "function": function_title(view.facts, function),
        "pc": function.entry.0,
        "blocks": blocks.collect::<Vec<_>>(),
    })
}

fn edge_json((to, kind): (Pc, EdgeKind)) -> Value {
    let kind = match kind {
        EdgeKind::FallThrough => "fall-through",
        EdgeKind::Jump => "jump",
        EdgeKind::True => "true",
        EdgeKind::False => "false",
        EdgeKind::Call => "call",
        EdgeKind::Return => "return",
    };
    json!({ "pc": to.0, "kind": kind })
}

fn block_json(view: CodeView<'_>, listing: &mut Listing, block: &CodeBlock) -> Value {
    let instructions = listing.take(view.graph.instructions(block));
    let instructions = instructions.iter().map(|at| json!({ "pc": at.pc.0, "text": operation(at) }));
    json!({
        "pc": block.first.0,
        "last_pc": block.last.0,
        "instructions": instructions.collect::<Vec<_>>(),
        "successors": block.successors.iter().copied().map(edge_json).collect::<Vec<_>>(),
        "source": view.source(block).map(|(path, line)| json!({ "path": path, "line": line })),
    })
}

/// What is known of some instructions, beside what they are.
pub(crate) struct Notes {
    by_place: BTreeMap<Pc, String>,
    selectors: BTreeMap<[u8; 4], String>,
}

impl Notes {
    /// What the facts say of instructions: the storage that is accessed, the contract that is called.
    pub(crate) fn of(view: CodeView<'_>) -> Self {
        let names = Names::of(view.facts);
        let mut all: BTreeMap<Pc, BTreeSet<String>> = BTreeMap::new();
        // Of one function, what others make of the code that they share does not matter.
        let chosen = view.function.and_then(|at| match view.graph.functions.get(at)?.name {
            FunctionName::Entry(name) => Some(name),
            FunctionName::Dispatch | FunctionName::Internal(_) => None,
        });
        for entry in view.effects.entries.iter().filter(|entry| chosen.is_none_or(|name| name == entry.name)) {
            let speech = Speech::of(view.facts, &names, entry.name);
            for access in &entry.accesses {
                let place = speech.access(access);
                let is_number = place.starts_with(|first: char| first.is_ascii_digit());
                let place = if is_number { format!("slot {place}") } else { place };
                let sign = if access.kind == AccessKind::Write { "writes " } else { "" };
                all.entry(access.pc).or_default().insert(format!("{sign}{place}"));
            }
            for call in &entry.calls {
                let selector = call.selector.map(|selector| format!(", {}", hex::encode_prefixed(selector)));
                let note = format!("{}{}", speech.word(&call.target), selector.unwrap_or_default());
                all.entry(call.pc).or_default().insert(note);
            }
        }
        let notes = all.into_iter().map(|(pc, notes)| {
            let mut notes = notes.into_iter();
            match (notes.next(), notes.next()) {
                (Some(note), None) => (pc, one_line(&note).into_owned()),
                _ => (pc, "differs by caller".to_owned()),
            }
        });
        let functions = &view.facts.interface.functions;
        let selectors = functions.iter().map(|known| (known.selector, one_line(&known.signature).into_owned()));
        Self { by_place: notes.collect(), selectors: selectors.collect() }
    }

    /// What is known of an instruction.
    pub(crate) fn text(&self, instruction: &Instruction<'_>) -> Option<&str> {
        let selector = || self.selectors.get(<&[u8; 4]>::try_from(instruction.immediate).ok()?);
        self.by_place.get(&instruction.pc).or_else(selector).map(String::as_str)
    }
}
