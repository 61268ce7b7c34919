//! The compiler's source map: which text each instruction comes from.
//!
//! A map has one entry an *instruction*, not one a byte: the n-th entry is about the n-th instruction when the code is
//! disassembled from its first byte. Entries are separated by `;`, their fields `start:length:source:jump:depth` by `:`,
//! and a field that is empty or left out has the value of the entry before (Solidity documentation, "Source Mappings").
//!
//! A source may have a number that no [`Source`](crate::Source) has: the compiler's own generated text.

use crate::source::{SourceId, Span};

/// What the map says of one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceMapEntry {
    /// The text it comes from; `None` for code that comes from no text.
    pub span: Option<Span>,
    /// What a jump is for.
    pub jump: Jump,
    /// How many modifiers deep it stands (solc 0.6 and later, zero before).
    pub modifier_depth: u32,
}

/// What a jump is for, by the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Jump {
    /// `i`: into a function.
    Into,
    /// `o`: out of a function.
    Out,
    /// `-`: within a function, or no jump at all.
    Regular,
}

/// Decodes a map entry by entry, without keeping it. A field that cannot be read counts as unknown until the map gives
/// it anew; nothing is allocated.
pub fn decode(map: &str) -> impl Iterator<Item = SourceMapEntry> + '_ {
    let mut now = Fields { start: None, len: None, source: None, jump: Jump::Regular, depth: 0 };
    let entries = if map.is_empty() { None } else { Some(map.split(';')) };
    entries.into_iter().flatten().map(move |entry| {
        now.read(entry);
        now.entry()
    })
}

/// The values that the next entry inherits.
struct Fields {
    start: Option<u32>,
    len: Option<u32>,
    source: Option<u32>,
    jump: Jump,
    depth: u32,
}

impl Fields {
    fn read(&mut self, entry: &str) {
        for (at, field) in entry.split(':').enumerate().filter(|(_, field)| !field.is_empty()) {
            match at {
                0 => self.start = field.parse().ok(),
                1 => self.len = field.parse().ok(),
                2 => self.source = field.parse().ok(),
                3 => {
                    self.jump = match field {
                        "i" => Jump::Into,
                        "o" => Jump::Out,
                        _ => Jump::Regular,
                    }
                }
                4 => self.depth = field.parse().unwrap_or(0),
                _ => return,
            }
        }
    }

    fn entry(&self) -> SourceMapEntry {
        let span = || Some(Span { source: SourceId(self.source?), start: self.start?, len: self.len? });
        SourceMapEntry { span: span(), jump: self.jump, modifier_depth: self.depth }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(source: u32, start: u32, len: u32) -> Span {
        Span { source: SourceId(source), start, len }
    }

    #[test]
    fn fields_that_are_left_out_have_the_value_before() {
        // The example of the documentation: both maps say the same.
        let full: Vec<_> = decode("1:2:1;1:9:1;2:1:2;2:1:2;2:1:2").collect();
        let compressed: Vec<_> = decode("1:2:1;:9;2:1:2;;").collect();
        assert_eq!(full, compressed);
        assert_eq!(full[1].span, Some(span(1, 1, 9)));
    }

    #[test]
    fn jumps_and_depths_are_read() {
        let entries: Vec<_> = decode("0:9:0:-:0;:::i:1;;:::o").collect();
        let found: Vec<_> = entries.iter().map(|entry| (entry.jump, entry.modifier_depth)).collect();
        assert_eq!(found, [(Jump::Regular, 0), (Jump::Into, 1), (Jump::Into, 1), (Jump::Out, 1)]);
    }

    #[test]
    fn code_from_no_text_has_no_span() {
        let entries: Vec<_> = decode("0:9:0;-1:-1:-1;3:4:2").map(|entry| entry.span).collect();
        assert_eq!(entries, [Some(span(0, 0, 9)), None, Some(span(2, 3, 4))]);
    }

    #[test]
    fn an_empty_map_has_no_entries_and_a_broken_one_no_panic() {
        assert_eq!(decode("").count(), 0);
        let broken = "::::::::;x:y:z;99999999999999999999:1:0;é:1;1:\u{0}";
        assert!(decode(broken).all(|entry| entry.span.is_none()));
        assert_eq!(decode(broken).count(), 5);
    }
}
