//! Which line of the source does an instruction come from?

use std::collections::BTreeMap;

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
    /// Path, line and column of the source of an instruction; empty where nobody knows.
    pub(super) fn text(&self, pc: Pc) -> String {
        self.place(pc).map(|(path, line)| format!("{}:{line}", one_line(&path))).unwrap_or_default()
    }

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
