//! Which line of the source does an instruction come from?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uplint_artifact::Span;
use uplint_facts::VersionFacts;
use uplint_facts::effects::Pc;

use crate::escape::one_line;

/// Where the source of instructions is.
pub(super) struct Sources<'a> {
    pub(super) facts: &'a VersionFacts,
    pub(super) spans: &'a BTreeMap<Pc, Span>,
}

impl Sources<'_> {
    /// File and lines of the sources of some instructions; empty where nobody knows.
    pub(super) fn texts(&self, places: &[Pc]) -> String {
        let mut lines: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for (path, line) in places.iter().filter_map(|pc| self.place(*pc)) {
            let file = path.rsplit('/').next().unwrap_or(&path);
            lines.entry(one_line(file).into_owned()).or_default().insert(line);
        }
        let of_file = |(file, lines): (String, BTreeSet<u32>)| {
            let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
            format!("{file}:{}", lines.join(","))
        };
        lines.into_iter().map(of_file).collect::<Vec<_>>().join(" ")
    }

    /// Path and line of the source of an instruction.
    pub(super) fn json(&self, pc: Pc) -> Value {
        self.place(pc).map_or(Value::Null, |(path, line)| json!({ "path": path, "line": line }))
    }

    fn place(&self, pc: Pc) -> Option<(String, u32)> {
        self.place_of(*self.spans.get(&pc)?)
    }

    /// Path and line of a text.
    pub(super) fn place_of(&self, span: Span) -> Option<(String, u32)> {
        let source = self.facts.artifact.unit.as_ref()?.source(span.source)?;
        Some((source.path.to_string(), source.line_column(span.start)?.line))
    }
}
