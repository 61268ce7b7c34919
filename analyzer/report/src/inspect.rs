//! What one version is: its storage, its selectors and its code, for a reader or for a machine.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent};
use uplint_layout::{Place, StorageLayout, layout_rows};

use crate::escape::one_line;

mod code;
mod conditions;
mod fit;
mod functions;
mod graph;
mod names;
mod selectors;
mod sources;
mod ssa;
mod words;

pub use code::{inspect_accesses, inspect_calls, inspect_functions, inspect_guards};
pub(crate) use functions::short_title;
pub use functions::{function_title, functions_named};
pub use graph::{CodeView, inspect_cfg};
pub(crate) use graph::{Notes, operation};
pub use selectors::inspect_selectors;
pub use ssa::inspect_ssa;

/// Format of what is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectFormat {
    /// Tables for a terminal.
    Text {
        /// Columns of the terminal.
        width: usize,
        /// Whether to draw with characters beyond ASCII.
        unicode: bool,
    },
    /// JSON.
    Json,
}

/// The storage of a version: every variable with its bytes, and what could not be laid out.
pub fn inspect_layout(layout: &StorageLayout, format: InspectFormat) -> String {
    match format {
        InspectFormat::Json => crate::json::layout_json(layout),
        InspectFormat::Text { width, unicode } => layout_text(layout, width, unicode),
    }
}

fn layout_text(layout: &StorageLayout, width: usize, unicode: bool) -> String {
    let rows = layout_rows(layout);
    let mut parts: Vec<String> = Vec::new();
    for root in &layout.roots {
        let name = uplint_layout::view::root_name(&root.kind);
        let space = uplint_layout::view::space_name(root.space);
        let title = match name.as_str() {
            "linear" => format!("{space}, linear"),
            name => format!("{space}, {} at {}", one_line(name), uplint_layout::view::slot_text(root.base)),
        };
        let mut table = new_table(width, unicode, &["slot", "bytes", "type", "name", "declared in"]);
        for row in rows.iter().filter(|row| row.space == space && row.root == name) {
            let (slot, bytes) = place_text(row.place);
            let indent = "  ".repeat(usize::try_from(row.depth).unwrap_or(0).min(8));
            let declared_in = row.declared_in.as_deref().map(one_line).unwrap_or_default();
            table.add_row([
                slot,
                bytes,
                one_line(&row.ty).into(),
                format!("{indent}{}", one_line(&row.label)),
                declared_in.into(),
            ]);
        }
        parts.push(format!("{title}\n{}", lines(&table)));
    }
    if parts.is_empty() {
        parts.push("no storage is declared".to_owned());
    }
    let gaps: Vec<_> = layout.gaps.iter().map(|gap| format!("not established: {}", one_line(&gap.message))).collect();
    if !gaps.is_empty() {
        parts.push(gaps.join("\n"));
    }
    parts.join("\n\n") + "\n"
}

/// Slot and bytes of a variable.
fn place_text(place: Place) -> (String, String) {
    match place.within_slot() {
        Some(bytes) if bytes.len == 32 => (place.slot.to_string(), "all".to_owned()),
        Some(bytes) => (place.slot.to_string(), bytes.to_string().replace("bytes ", "").replace("byte ", "")),
        None => {
            let last = place.slot.offset(place.slots().saturating_sub(alloy_primitives::U256::from(1)));
            (format!("{} to {last}", place.slot), String::new())
        }
    }
}

/// A table without borders, its header underlined.
fn new_table(width: usize, unicode: bool, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    let line = if unicode { '─' } else { '-' };
    table.set_style(TableComponent::HeaderLines, line).set_style(TableComponent::MiddleHeaderIntersections, line);
    table.set_header(header.iter().copied());
    if let Some(column) = table.column_mut(0) {
        column.set_padding((0, 1));
        column.set_cell_alignment(CellAlignment::Left);
    }
    table
}

fn lines(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    const TEXT: InspectFormat = InspectFormat::Text { width: 80, unicode: false };

    #[test]
    fn a_layout_is_a_table_of_slots() {
        let assessment = sample::full();
        let facts = assessment.contracts[0].facts.as_ref().expect("the sample has facts");
        let expected = "storage, linear\n\
                        slot   bytes   type      name    declared in\n\
                        ---------------------------------------------\n\
                        0      all     uint256   fee\n\
                        1      0-19    address   owner\n\
                        2      all     uint256   total\n\n\
                        not established: namespaces cannot be seen without a syntax tree\n";
        let text = inspect_layout(&facts.new.layout, TEXT);
        let without_declarations: Vec<_> = text.lines().map(|line| line.trim_end_matches("Vault").trim_end()).collect();
        assert_eq!(without_declarations.join("\n") + "\n", expected, "{text}");
    }

    #[test]
    fn a_layout_for_machines_has_hexadecimal_slots() {
        let assessment = sample::full();
        let facts = assessment.contracts[0].facts.as_ref().expect("the sample has facts");
        let text = inspect_layout(&facts.new.layout, InspectFormat::Json);
        let document: serde_json::Value = serde_json::from_str(&text).expect("a document");
        assert_eq!(document["layout"][1]["slot"], "0x1");
        assert_eq!(document["layout"][1]["bytes"], 20);
    }
}
