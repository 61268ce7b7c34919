//! The slots that an upgrade changes, as a table: what stood there, what is read there now, and what that means.

use comfy_table::{ContentArrangement, Table, TableComponent};
use uplint_facts::UpgradeFacts;
use uplint_layout::view::slot_text;
use uplint_layout::{ByteRange, Slot};

use super::paint::{Paint, Tone};
use crate::escape::one_line;
use crate::slot_rows::{Cell, RootRows, SlotRow, slot_rows};

/// Most rows of a table; a longer one is cut.
const MAX_ROWS: usize = 40;

/// The tables of all roots that changed; empty without an old version or when nothing changed.
pub(super) fn slot_tables(facts: &UpgradeFacts, paint: &Paint) -> Vec<String> {
    let Some(old) = &facts.old else { return Vec::new() };
    let roots = slot_rows(&old.layout, &facts.new.layout, facts.layout_diff.as_ref());
    roots.iter().filter(|root| root.is_changed()).map(|root| slot_table(root, paint)).collect()
}

fn slot_table(root: &RootRows, paint: &Paint) -> String {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(paint.width.saturating_sub(2)).unwrap_or(u16::MAX));
    let line = if paint.unicode { '─' } else { '-' };
    table.set_style(TableComponent::HeaderLines, line).set_style(TableComponent::MiddleHeaderIntersections, line);
    table.set_header(["slot", "bytes", "old", "new", "what happens"]);
    let shown: Vec<_> = with_context(&root.rows);
    let is_relative = root.name != "linear";
    for &at in shown.iter().take(MAX_ROWS) {
        let row = &root.rows[at];
        let (slot, bytes) = row_place(row, is_relative);
        let text = |cell: &Option<Cell>| cell.as_ref().map(|cell| cell_text(cell, row)).unwrap_or_default();
        table.add_row([slot, bytes, text(&row.old), text(&row.new), one_line(&row.happens).into_owned()]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_padding((0, 1));
    }
    let mut lines: Vec<String> = Vec::new();
    if is_relative {
        lines.push(paint.tone(Tone::Strong, &paint.fill("  ", &root_title(root))));
    }
    lines.extend(table.lines().map(|line| format!("  {}", line.trim_end())));
    if shown.len() > MAX_ROWS {
        lines.push(format!("  and {} more rows", shown.len() - MAX_ROWS));
    }
    lines.join("\n")
}

/// Changed rows with one unchanged row before and after them.
fn with_context(rows: &[SlotRow]) -> Vec<usize> {
    let is_changed = |at: usize| rows.get(at).is_some_and(|row| !row.happens.is_empty());
    (0..rows.len()).filter(|&at| is_changed(at) || is_changed(at + 1) || at > 0 && is_changed(at - 1)).collect()
}

fn root_title(root: &RootRows) -> String {
    let name = one_line(&root.name);
    match root.bases {
        (Some(old), Some(new)) if old == new => format!("{name} at {}", slot_text(new)),
        (Some(old), Some(new)) => format!("{name} at {}, before at {}", slot_text(new), slot_text(old)),
        (None, Some(new)) => format!("{name} at {} (new)", slot_text(new)),
        (Some(old), None) => format!("{name} at {} (gone)", slot_text(old)),
        (None, None) => name.into_owned(),
    }
}

/// Slots and bytes of a row.
fn row_place(row: &SlotRow, is_relative: bool) -> (String, String) {
    let prefix = if is_relative { "+" } else { "" };
    let ((first, from), (last, to)) = (row.start, row.end);
    let one = alloy_primitives::U256::from(1);
    if last == first {
        return (format!("{prefix}{first}"), byte_text(from, to));
    }
    // An end at byte 0 is the end of the slot before.
    let end = if to == 0 { Slot(last.0.wrapping_sub(one)) } else { last };
    if end == first {
        (format!("{prefix}{first}"), byte_text(from, 32))
    } else {
        (format!("{prefix}{first} to {prefix}{end}"), String::new())
    }
}

fn byte_text(from: u8, to: u8) -> String {
    match (from, to) {
        (0, 32) => "all".to_owned(),
        (from, to) if to == from + 1 => from.to_string(),
        (from, to) => format!("{from}-{}", to.saturating_sub(1)),
    }
}

/// A variable, with its bytes where it does not fill the row.
fn cell_text(cell: &Cell, row: &SlotRow) -> String {
    let text = format!("{} {}", one_line(&cell.ty), one_line(&cell.label));
    let fills = (cell.place.slot, cell.place.offset) <= row.start && row.end <= cell.place.end();
    match cell.place.within_slot() {
        Some(ByteRange { offset, len }) if !fills => format!("{text} ({})", byte_text(offset, offset + len)),
        _ => text,
    }
}
