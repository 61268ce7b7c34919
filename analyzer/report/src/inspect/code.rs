//! What the bytecode of a version does, function by function, for a reader or for a machine.

use alloy_primitives::hex;
use serde_json::{Value, json};
use uplint_bytecode::Coverage;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{
    AccessKind, AccessSpace, Call, CallKind, CodeEffects, EntryEffects, EntryName, Guard, StorageAccess,
};
use uplint_layout::ByteRange;

use super::names::Names;
use super::sources::Sources;
use super::{InspectFormat, lines, new_table};
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
    for function in &effects.internal {
        internal.add_row([
            function.entry.to_string(),
            function.name.as_deref().map(one_line).unwrap_or_default().into_owned(),
            function.arguments.to_string(),
            function.returns.to_string(),
            function.callers.to_string(),
        ]);
    }
    let internal = match effects.internal.as_slice() {
        [] => String::new(),
        _ => format!("\n{}\n", lines(&internal)),
    };
    format!("{}\n{internal}{}", lines(&table), gaps_text(&effects.coverage))
}

/// The accesses to storage of each function.
pub fn inspect_accesses(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let (names, sources) = (Names::of(facts), Sources { facts, spans: &effects.spans });
    let InspectFormat::Text { width, unicode } = format else {
        return for_each(facts, effects, |entry| {
            entry.accesses.iter().map(|access| access_json(&names, &sources, access)).collect()
        });
    };
    sections(facts, effects, |entry| {
        let mut table = new_table(width, unicode, &["pc", "kind", "slot", "bytes", "value", "source"]);
        for access in &entry.accesses {
            let kind = match (access.kind, access.space) {
                (AccessKind::Read, AccessSpace::Storage) => "read",
                (AccessKind::Write, AccessSpace::Storage) => "write",
                (AccessKind::Read, AccessSpace::Transient) => "read transient",
                (AccessKind::Write, AccessSpace::Transient) => "write transient",
            };
            let value = access.value.as_ref().map(ToString::to_string).unwrap_or_default();
            table.add_row([
                access.pc.to_string(),
                kind.to_owned(),
                one_line(&names.describe(access)).into_owned(),
                bytes_text(&access.bytes),
                one_line(&value).into_owned(),
                sources.text(access.pc),
            ]);
        }
        (!entry.accesses.is_empty()).then(|| lines(&table))
    })
}

/// The calls that each function makes.
pub fn inspect_calls(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let InspectFormat::Text { width, unicode } = format else {
        let sources = Sources { facts, spans: &effects.spans };
        return for_each(facts, effects, |entry| entry.calls.iter().map(|call| call_json(&sources, call)).collect());
    };
    let sources = Sources { facts, spans: &effects.spans };
    sections(facts, effects, |entry| {
        let mut table = new_table(width, unicode, &["pc", "kind", "target", "selector", "value", "checked", "source"]);
        for call in &entry.calls {
            let is_call = !matches!(call.kind, CallKind::Create | CallKind::Create2 | CallKind::SelfDestruct);
            table.add_row([
                call.pc.to_string(),
                call.kind.to_string(),
                one_line(&call.target.to_string()).into_owned(),
                call.selector.map(hex::encode_prefixed).unwrap_or_default(),
                one_line(&call.value.to_string()).into_owned(),
                if is_call && !call.is_checked { "no".to_owned() } else { String::new() },
                sources.text(call.pc),
            ]);
        }
        (!entry.calls.is_empty()).then(|| lines(&table))
    })
}

/// The conditions without which each function reverts.
pub fn inspect_guards(facts: &VersionFacts, effects: &CodeEffects, format: InspectFormat) -> String {
    let InspectFormat::Text { width, unicode } = format else {
        let sources = Sources { facts, spans: &effects.spans };
        return for_each(facts, effects, |entry| {
            entry.guards.iter().map(|guard| guard_json(&sources, guard)).collect()
        });
    };
    let sources = Sources { facts, spans: &effects.spans };
    sections(facts, effects, |entry| {
        let mut table = new_table(width, unicode, &["pc", "condition", "source"]);
        for guard in &entry.guards {
            let condition = one_line(&guard.condition.to_string()).into_owned();
            table.add_row([guard.pc.to_string(), condition, sources.text(guard.pc)]);
        }
        (!entry.guards.is_empty()).then(|| lines(&table))
    })
}

/// A table for each function that has any, and what was not seen.
fn sections(facts: &VersionFacts, effects: &CodeEffects, table: impl Fn(&EntryEffects) -> Option<String>) -> String {
    let mut parts = Vec::new();
    for entry in &effects.entries {
        parts.extend(table(entry).map(|table| format!("{}\n{table}\n", title(facts, entry.name))));
    }
    if parts.is_empty() {
        parts.push("none\n".to_owned());
    }
    parts.join("\n") + &gaps_text(&effects.coverage)
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

fn access_json(names: &Names, sources: &Sources<'_>, access: &StorageAccess) -> Value {
    let bytes: Vec<Value> =
        access.bytes.iter().map(|range| json!({ "offset": range.offset, "length": range.len })).collect();
    json!({
        "pc": access.pc.0,
        "kind": if access.kind == AccessKind::Read { "read" } else { "write" },
        "space": access.space.to_string(),
        "slot": access.slot.to_string(),
        "root": access.slot.root().map(|slot| format!("{slot:#x}")),
        "name": names.describe(access),
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
        "value": call.value.to_string(),
        "selector": call.selector.map(hex::encode_prefixed),
        "checked": call.is_checked,
        "source": sources.json(call.pc),
    })
}

fn guard_json(sources: &Sources<'_>, guard: &Guard) -> Value {
    let condition = guard.condition.to_string();
    json!({ "pc": guard.pc.0, "condition": condition, "source": sources.json(guard.pc) })
}
