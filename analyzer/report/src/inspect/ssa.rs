//! A code in static single assignment form, for a reader or for a machine.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uplint_bytecode::FunctionId;
use uplint_bytecode::graph::BlockId;
use uplint_bytecode::ssa::Program;
use uplint_bytecode::ssa::text::Excerpt;
use uplint_facts::code_graph::{CodeFunction, FunctionName};

use super::InspectFormat;
use super::code::{document, gaps_json, gaps_text, nothing};
use super::functions::function_title;
use super::graph::CodeView;

/// The form of a code as text, or as JSON with the text of each function.
pub fn inspect_ssa(view: CodeView<'_>, program: &Program, format: InspectFormat) -> String {
    let functions: Vec<_> = match view.function {
        Some(_) => view.functions().map(|function| chosen(view, program, function)).collect(),
        None => all(view, program),
    };
    if format == InspectFormat::Json {
        let list = functions.iter().map(|(title, pc, text)| json!({ "function": title, "pc": pc, "text": text }));
        return document(
            &json!({ "functions": list.collect::<Vec<Value>>(), "gaps": gaps_json(&view.graph.coverage) }),
        );
    }
    let mut parts: Vec<_> = functions.into_iter().map(|(title, _, text)| format!("{title}\n{text}")).collect();
    if parts.is_empty() {
        parts.push(nothing(view.facts, "functions"));
    }
    parts.join("\n") + &gaps_text(&view.graph.coverage)
}

/// Every function of the program, with the name of the internal ones.
fn all(view: CodeView<'_>, program: &Program) -> Vec<(String, u32, String)> {
    let functions = program.functions.iter_enumerated().map(|(id, function)| {
        let is_known = |known: &&CodeFunction| known.lifted == id && matches!(known.name, FunctionName::Internal(_));
        let title = match view.graph.functions.iter().find(is_known) {
            Some(known) => function_title(view.facts, known),
            None => "the dispatch, with the external functions that it jumps to".to_owned(),
        };
        let blocks: BTreeSet<BlockId> = function.blocks.iter_enumerated().map(|(block, _)| block).collect();
        (title, function.entry.0, Excerpt { id, function, blocks: &blocks }.to_string())
    });
    functions.collect()
}

/// One function: the whole of an internal one, and of the code as a whole what follows from the entry.
fn chosen(view: CodeView<'_>, program: &Program, chosen: &CodeFunction) -> (String, u32, String) {
    let title = function_title(view.facts, chosen);
    let Some(function) = program.functions.get(chosen.lifted) else {
        return (title, chosen.entry.0, String::new());
    };
    let id: FunctionId = chosen.lifted;
    let others = view.graph.functions.iter().filter(|other| other.node != chosen.node);
    let entries: BTreeSet<_> = others.map(|other| other.node).collect();
    let is_dispatch = chosen.name == FunctionName::Dispatch;
    let blocks = function.blocks.iter_enumerated();
    let mut left: Vec<BlockId> =
        blocks.filter(|(_, block)| block.node == Some(chosen.node)).map(|(block, _)| block).collect();
    let mut shown: BTreeSet<BlockId> = left.iter().copied().collect();
    while let Some(block) = left.pop() {
        let Some(block) = function.blocks.get(block) else { continue };
        for edge in block.terminator.edges() {
            let begins_another = function
                .blocks
                .get(edge.block)
                .is_some_and(|block| block.node.is_some_and(|node| entries.contains(&node)));
            if !(is_dispatch && begins_another) && shown.insert(edge.block) {
                left.push(edge.block);
            }
        }
    }
    (title, chosen.entry.0, Excerpt { id, function, blocks: &shown }.to_string())
}
