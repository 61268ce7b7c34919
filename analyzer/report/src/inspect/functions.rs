//! Which functions of a code does a reader mean, and what are they called in a report?

use alloy_primitives::hex;
use uplint_bytecode::Pc;
use uplint_facts::code_graph::{CodeFunction, CodeGraph, FunctionName};
use uplint_facts::effects::EntryName;
use uplint_facts::{Interface, VersionFacts};

use super::code::title;
use crate::escape::one_line;

/// The functions of a code that a reader's word names, by their places in the graph: a signature, a name, a selector,
/// the place of the first instruction, `receive`, `fallback` or `dispatch`.
pub fn functions_named(facts: &VersionFacts, graph: &CodeGraph, word: &str) -> Vec<usize> {
    let number = word.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let selector = number.filter(|_| word.len() == 10).map(u32::to_be_bytes);
    let functions = graph.functions.iter().enumerate();
    let is_meant = |function: &CodeFunction| {
        number.is_some_and(|number| number == function.entry.0)
            || match &function.name {
                FunctionName::Dispatch => word == "dispatch",
                FunctionName::Entry(EntryName::Receive) => word == "receive",
                FunctionName::Entry(EntryName::Fallback) => word == "fallback",
                FunctionName::Entry(EntryName::Selector(known)) => {
                    selector == Some(*known)
                        || declared(&facts.interface, *known)
                            .is_some_and(|(name, signature)| word == name || word == signature)
                }
                FunctionName::Internal(name) => {
                    name.as_deref().is_some_and(|name| word == name || name.rsplit('.').next() == Some(word))
                }
            }
    };
    let (entries, internal): (Vec<_>, Vec<_>) = functions
        .filter(|(_, function)| is_meant(function))
        .partition(|(_, function)| !matches!(function.name, FunctionName::Internal(_)));
    // The body of a function that callers reach often is an internal function of the same name.
    let meant = if entries.is_empty() { internal } else { entries };
    meant.into_iter().map(|(at, _)| at).collect()
}

fn declared(interface: &Interface, selector: [u8; 4]) -> Option<(&str, &str)> {
    let function = interface.functions.iter().find(|function| function.selector == selector)?;
    Some((&function.name, &function.signature))
}

/// What a function is called in a report.
pub fn function_title(facts: &VersionFacts, function: &CodeFunction) -> String {
    match &function.name {
        FunctionName::Dispatch => "dispatch".to_owned(),
        FunctionName::Entry(name) => title(facts, *name),
        FunctionName::Internal(Some(name)) => format!("{} {}", function.entry, one_line(name)),
        FunctionName::Internal(None) => function.entry.to_string(),
    }
}

/// What the function that begins at a place is called, for a mention in short.
pub(crate) fn short_title(facts: &VersionFacts, graph: &CodeGraph, entry: Pc) -> String {
    let Some(function) = graph.functions.iter().find(|function| function.entry == entry) else {
        return entry.to_string();
    };
    match &function.name {
        FunctionName::Entry(EntryName::Selector(selector)) => match declared(&facts.interface, *selector) {
            Some((_, signature)) => one_line(signature).into_owned(),
            None => hex::encode_prefixed(selector),
        },
        _ => function_title(facts, function),
    }
}
