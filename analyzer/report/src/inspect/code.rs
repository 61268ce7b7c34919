//! What the bytecode of a version does, function by function, for a reader or for a machine.

use std::collections::BTreeMap;

use alloy_primitives::hex;
use serde_json::{Value, json};
use uplint_bytecode::Coverage;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{
    AccessKind, AccessSpace, Call, CallKind, CodeEffects, EntryEffects, EntryName, Guard, InternalFunction, Pc,
    StorageAccess,
};
use uplint_layout::ByteRange;

use super::names::Names;
use super::sources::Sources;
use super::words::{Speech, is_decoding};
use super::{InspectFormat, fit, lines, new_table};
use crate::escape::{self, one_line};

/// The functions that a code has: those that callers reach, and those that they call.
pub fn inspect_functions(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let InspectFormat::Text { width, unicode } = format else {
        let external: Vec<Value> = effects.entries.iter().map(|entry| function_json(facts, entry)).collect();
        let internal: Vec<Value> = effects
            .internal
            .iter()
            .map(|function| {
                json!({ "pc": function.entry.0, "name": function.name, "arguments": function.arguments,
                        "returns": function.returns, "callers": function.callers })
            })
            .collect();
        return document(&json!({ "external": external, "internal": internal, "gaps": gaps_json(&effects.coverage) }));
    };
    let mut table = new_table(width, unicode, &["pc", "function", "reads", "writes", "calls", "guards", "returns"]);
    for entry in &effects.entries {
        let count = |kind| entry.accesses.iter().filter(|access| access.kind == kind).count().to_string();
        table.add_row([
            entry.pc.to_string(),
            title(facts, entry.name),
            count(AccessKind::Read),
            count(AccessKind::Write),
            entry.calls.len().to_string(),
            entry.guards.len().to_string(),
            return_text(entry),
        ]);
    }
    let mut internal = new_table(width, unicode, &["pc", "internal function", "arguments", "returns", "callers"]);
    // Beside functions that the source has, those that the compiler made up are noise.
    let has_names = effects.internal.iter().any(|function| function.name.is_some());
    let is_listed = |function: &&InternalFunction| !has_names || function.name.is_some();
    let listed: Vec<_> = effects.internal.iter().filter(is_listed).collect();
    for function in &listed {
        internal.add_row([
            function.entry.to_string(),
            function.name.as_deref().map(one_line).unwrap_or_default().into_owned(),
            function.arguments.to_string(),
            function.returns.to_string(),
            function.callers.to_string(),
        ]);
    }
    let others = match effects.internal.len() - listed.len() {
        0 => String::new(),
        others => format!("and {others} that the source does not name\n"),
    };
    let internal = match listed.as_slice() {
        [] => String::new(),
        _ => format!("\n{}\n{others}", lines(&internal)),
    };
    if effects.entries.is_empty() {
        return format!("{}{internal}{}", nothing(facts, "functions"), gaps_text(&effects.coverage));
    }
    format!("{}\n{internal}{}", lines(&table), gaps_text(&effects.coverage))
}

/// The accesses to storage of each function. Accesses of one place in one way are one line.
pub fn inspect_accesses(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let (names, sources) = (Names::of(facts), Sources { facts, spans: &effects.spans });
    let InspectFormat::Text { width, unicode } = format else {
        return for_each(facts, effects, |entry| {
            let speech = Speech::of(facts, &names, entry.name);
            entry.accesses.iter().map(|access| access_json(&speech, &sources, access)).collect()
        });
    };
    sections(facts, effects, "accesses to storage", |entry| {
        let speech = Speech::of(facts, &names, entry.name);
        let rows = entry.accesses.iter().map(|access| {
            let kind = match (access.kind, access.space) {
                (AccessKind::Read, AccessSpace::Storage) => "read",
                (AccessKind::Write, AccessSpace::Storage) => "write",
                (AccessKind::Read, AccessSpace::Transient) => "read transient",
                (AccessKind::Write, AccessSpace::Transient) => "write transient",
            };
            let value = access.value.as_ref().map(|value| speech.word(value)).unwrap_or_default();
            (access.pc, vec![kind.to_owned(), speech.access(access), bytes_text(&access.bytes), value])
        });
        table((width, unicode), &["kind", "slot", "bytes", "value"], rows, &sources)
    })
}

/// The calls that each function makes.
pub fn inspect_calls(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let (names, sources) = (Names::of(facts), Sources { facts, spans: &effects.spans });
    let InspectFormat::Text { width, unicode } = format else {
        return for_each(facts, effects, |entry| entry.calls.iter().map(|call| call_json(&sources, call)).collect());
    };
    sections(facts, effects, "calls of other contracts", |entry| {
        let speech = Speech::of(facts, &names, entry.name);
        let rows = entry.calls.iter().map(|call| {
            let is_creation = matches!(call.kind, CallKind::Create | CallKind::Create2);
            let is_call = !is_creation && call.kind != CallKind::SelfDestruct;
            let checked = if is_call && !call.is_checked { "no" } else { "" };
            let selector = call.selector.map(|selector| title(facts, EntryName::Selector(selector)));
            let selector = selector.unwrap_or_default();
            let target = if is_creation { String::new() } else { speech.word(&call.target) };
            let value = call.value.as_ref().map(|value| speech.word(value)).unwrap_or_default();
            (call.pc, vec![call.kind.to_string(), target, selector, value, checked.to_owned()])
        });
        table((width, unicode), &["kind", "target", "selector", "value", "checked"], rows, &sources)
    })
}

/// The conditions without which each function reverts. Those on the form of the call data alone are one line, and of
/// those that are constant there is only the count.
pub fn inspect_guards(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let (names, sources) = (Names::of(facts), Sources { facts, spans: &effects.spans });
    let InspectFormat::Text { width, unicode } = format else {
        return for_each(facts, effects, |entry| {
            entry.guards.iter().map(|guard| guard_json(&sources, guard)).collect()
        });
    };
    sections(facts, effects, "conditions without which a function reverts", |entry| {
        let speech = Speech::of(facts, &names, entry.name);
        let rows = entry.guards.iter().filter_map(|guard| {
            let is_decoding = is_decoding(&guard.condition);
            let form = "the call data has the form of the arguments";
            let text = if is_decoding { Some(form.to_owned()) } else { speech.condition(&guard.condition) };
            text.map(|text| (guard.pc, vec![text]))
        });
        let table = table((width, unicode), &["condition"], rows, &sources);
        let others = entry.guards.iter().filter(|guard| speech.condition(&guard.condition).is_none()).count();
        match (table, others) {
            (table, 0) => table,
            (table, others) => {
                let plural = if others == 1 { "condition that always holds" } else { "conditions that always hold" };
                Some(format!("{}left out: {others} {plural}", table.map(|table| table + "\n").unwrap_or_default()))
            }
        }
    })
}

/// Most places that one line names.
const MAX_PLACES: usize = 6;

/// A table of what happens at some places; what is the same at several is one line. Columns without any text are left
/// out. `None` without rows.
fn table(
    (width, unicode): (usize, bool),
    columns: &[&str],
    rows: impl Iterator<Item = (Pc, Vec<String>)>,
    sources: &Sources<'_>,
) -> Option<String> {
    let mut merged: Vec<(Vec<String>, Vec<Pc>)> = Vec::new();
    let mut known: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (pc, cells) in rows {
        let at = *known.entry(cells.clone()).or_insert_with(|| {
            merged.push((cells, Vec::new()));
            merged.len() - 1
        });
        merged[at].1.push(pc);
    }
    let lines_of: Vec<Vec<String>> = merged
        .into_iter()
        .map(|(cells, mut places)| {
            let source = sources.texts(&places);
            places.dedup();
            let rest = places.len().saturating_sub(MAX_PLACES);
            let mut pcs: Vec<_> = places.iter().take(MAX_PLACES).map(ToString::to_string).collect();
            if rest > 0 {
                pcs.push(format!("and {rest} more"));
            }
            let cells = cells.into_iter().map(|cell| one_line(&cell).into_owned());
            [pcs.join(" ")].into_iter().chain(cells).chain([source]).collect()
        })
        .collect();
    if lines_of.is_empty() {
        return None;
    }
    let header: Vec<&str> = ["pc"].into_iter().chain(columns.iter().copied()).chain(["source"]).collect();
    let is_used: Vec<bool> = (0..header.len()).map(|at| lines_of.iter().any(|cells| !cells[at].is_empty())).collect();
    let used = |at: &usize| is_used[*at];
    let header: Vec<&str> = (0..header.len()).filter(used).map(|at| header[at]).collect();
    let rows = lines_of.iter().map(|cells| (0..cells.len()).filter(used).map(|at| cells[at].as_str()).collect());
    let rows: Vec<Vec<&str>> = rows.collect();
    let mut table = new_table(width, unicode, &header);
    table.add_rows(fit::fitted(&header, &rows, width));
    Some(lines(&table))
}

/// A table for each function that has any, and what was not seen.
fn sections(
    facts: &VersionFacts,
    effects: &CodeEffects,
    what: &str,
    table: impl Fn(&EntryEffects) -> Option<String>,
) -> String {
    let mut parts = Vec::new();
    for entry in &effects.entries {
        parts.extend(table(entry).map(|table| format!("{}\n{table}\n", title(facts, entry.name))));
    }
    if parts.is_empty() {
        parts.push(nothing(facts, what));
    }
    parts.join("\n") + &gaps_text(&effects.coverage)
}

/// What stands where nothing is to be told, and why.
pub(super) fn nothing(facts: &VersionFacts, what: &str) -> String {
    let has_code = facts.artifact.runtime.as_ref().is_some_and(|code| !code.bytes.is_empty());
    let why = if has_code { "" } else { ": there is no runtime bytecode, as for abstract contracts and interfaces" };
    format!("no {what}{why}\n")
}

fn for_each(facts: &VersionFacts, effects: &CodeEffects, list: impl Fn(&EntryEffects) -> Vec<Value>) -> String {
    let functions: Vec<Value> = effects
        .entries
        .iter()
        .map(|entry| json!({ "function": title(facts, entry.name), "pc": entry.pc.0, "list": list(entry) }))
        .collect();
    document(&json!({ "functions": functions, "gaps": gaps_json(&effects.coverage) }))
}

pub(super) fn document(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("invariant: a value holds maps with string keys alone");
    format!("{}\n", escape::json(&text))
}

/// The signature of a function where the interface has it, else its selector.
pub(crate) fn title(facts: &VersionFacts, name: EntryName) -> String {
    match name {
        EntryName::Receive => "receive".to_owned(),
        EntryName::Fallback => "fallback".to_owned(),
        EntryName::Selector(selector) => {
            let known = facts.interface.functions.iter().find(|function| function.selector == selector);
            match known {
                Some(function) => format!("{} {}", hex::encode_prefixed(selector), one_line(&function.signature)),
                None => hex::encode_prefixed(selector),
            }
        }
    }
}

fn return_text(entry: &EntryEffects) -> String {
    let lens = entry.return_lens.iter().map(|len| len.map_or_else(|| "any".to_owned(), |len| len.to_string()));
    let lens: Vec<_> = lens.collect();
    if lens.is_empty() { "never".to_owned() } else { format!("{} bytes", lens.join(" or ")) }
}

fn bytes_text(bytes: &[ByteRange]) -> String {
    match bytes {
        [all] if all.len == 32 => "all".to_owned(),
        ranges => {
            let ranges: Vec<_> =
                ranges.iter().map(|range| range.to_string().replace("bytes ", "").replace("byte ", "")).collect();
            ranges.join(", ")
        }
    }
}

pub(super) fn gaps_text(coverage: &Coverage) -> String {
    let gaps = coverage.gaps.iter();
    let gaps: Vec<_> = gaps.map(|gap| format!("not established: {}: {}", gap.pc, gap.unknown.reason())).collect();
    if gaps.is_empty() { String::new() } else { format!("\n{}\n", gaps.join("\n")) }
}

pub(super) fn gaps_json(coverage: &Coverage) -> Vec<Value> {
    let gaps = coverage.gaps.iter();
    gaps.map(|gap| json!({ "pc": gap.pc.0, "reason": gap.unknown.reason() })).collect()
}

fn function_json(facts: &VersionFacts, entry: &EntryEffects) -> Value {
    json!({
        "function": title(facts, entry.name),
        "pc": entry.pc.0,
        "reads": entry.accesses.iter().filter(|access| access.kind == AccessKind::Read).count(),
        "writes": entry.accesses.iter().filter(|access| access.kind == AccessKind::Write).count(),
        "calls": entry.calls.len(),
        "guards": entry.guards.len(),
        "return_bytes": entry.return_lens.iter().collect::<Vec<_>>(),
        "events": entry.events.iter().map(|(topic, topics)| json!({ "topic": topic, "topics": topics })).collect::<Vec<_>>(),
    })
}

fn access_json(speech: &Speech<'_>, sources: &Sources<'_>, access: &StorageAccess) -> Value {
    let bytes: Vec<Value> =
        access.bytes.iter().map(|range| json!({ "offset": range.offset, "length": range.len })).collect();
    json!({
        "pc": access.pc.0,
        "kind": if access.kind == AccessKind::Read { "read" } else { "write" },
        "space": access.space.to_string(),
        "slot": access.slot.to_string(),
        "root": access.slot.root().map(|slot| format!("{slot:#x}")),
        "name": speech.access(access),
        "bytes": bytes,
        "value": access.value.as_ref().map(ToString::to_string),
        "source": sources.json(access.pc),
    })
}

fn call_json(sources: &Sources<'_>, call: &Call) -> Value {
    json!({
        "pc": call.pc.0,
        "kind": call.kind.to_string(),
        "target": call.target.to_string(),
        "value": call.value.as_ref().map(ToString::to_string),
        "selector": call.selector.map(hex::encode_prefixed),
        "checked": call.is_checked,
        "source": sources.json(call.pc),
    })
}

fn guard_json(sources: &Sources<'_>, guard: &Guard) -> Value {
    let condition = guard.condition.to_string();
    json!({ "pc": guard.pc.0, "condition": condition, "source": sources.json(guard.pc) })
}
