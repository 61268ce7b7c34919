//! Source files, byte spans in them, and lines and columns of such spans.
//!
//! Offsets are bytes of the UTF-8 text, as the compilers print them. Lines and columns are counted from one.

use std::sync::Arc;

mod text;

pub use text::SourceText;

/// The number a compilation gave to a source file; only meaningful within one [`Unit`](crate::Unit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A half-open byte range in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
}

impl Span {
    /// One past the last byte.
    #[must_use]
    pub fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// Whether `other` lies within this span, in the same file.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end() <= self.end()
    }
}

/// A line and a column, both counted from one; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from one.
    pub line: u32,
    /// Column, from one, in Unicode scalar values.
    pub column: u32,
}

/// One source file of a compilation.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its number in the compilation.
    pub id: SourceId,
    /// Its path as reports show it: relative to the project, with `/`, without a framework's prefix.
    pub path: Arc<str>,
    /// The name the compiler knows it by; equal to `path` unless a framework prefixes its names.
    pub unit_name: Arc<str>,
    /// Its text, where the document carries it.
    pub text: Option<SourceText>,
}

impl Source {
    /// The line and column of a byte offset, or `None` when the text is unknown or shorter than that.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> Option<LineColumn> {
        let text = self.text.as_ref()?;
        let offset = usize::try_from(offset).ok().filter(|&offset| offset <= text.len())?;
        let (line, (column, _)) = (text.line_at(offset), text.columns_before(offset));
        Some(LineColumn { line: u32::try_from(line + 1).ok()?, column: u32::try_from(column + 1).ok()? })
    }

    /// The text of a span, or `None` when it is unknown or the span does not fall on character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> Option<&str> {
        let start = usize::try_from(span.start).ok()?;
        self.text.as_deref()?.get(start..start + usize::try_from(span.len).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { id: SourceId(0), path: "a.sol".into(), unit_name: "a.sol".into(), text: Some(text.into()) }
    }

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let source = source("é x\nü y\n");
        assert_eq!(source.line_column(0), Some(LineColumn { line: 1, column: 1 }));
        assert_eq!(source.line_column(3), Some(LineColumn { line: 1, column: 3 }));
        assert_eq!(source.line_column(8), Some(LineColumn { line: 2, column: 3 }));
    }

    #[test]
    fn an_offset_beyond_the_text_has_no_place() {
        assert_eq!(source("abc").line_column(4), None);
    }

    #[test]
    fn a_span_that_splits_a_character_has_no_text() {
        let source = source("é");
        assert_eq!(source.slice(Span { source: SourceId(0), start: 1, len: 1 }), None);
    }
}
