//! Where in a source text a location is: file, lines and columns.

use uplint_artifact::{LineColumn, Source, SourceText, Span};
use uplint_facts::{Side, UpgradeFacts};
use uplint_rules::Location;

/// A location in a source file of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourcePlace<'a> {
    /// The side.
    pub(crate) side: Side,
    /// The file.
    pub(crate) source: &'a Source,
    /// The bytes.
    pub(crate) span: Span,
}

/// Where a location is in the sources, `None` for one that has no source.
pub(crate) fn source_place<'a>(facts: Option<&'a UpgradeFacts>, location: &Location) -> Option<SourcePlace<'a>> {
    let span = location.span?;
    let source = facts?.side(location.side)?.artifact.unit.as_deref()?.source(span.source)?;
    Some(SourcePlace { side: location.side, source, span })
}

impl<'a> SourcePlace<'a> {
    /// The text of the file and the bytes within it, when both are known and fit each other.
    pub(crate) fn text(&self) -> Option<(&'a SourceText, std::ops::Range<usize>)> {
        let text = self.source.text.as_ref()?;
        let range = usize::try_from(self.span.start).ok()?..usize::try_from(self.span.end()).ok()?;
        text.get(range.clone())?;
        Some((text, range))
    }

    /// The bytes of the first line of the place, without trailing blanks: what can be underlined.
    pub(crate) fn first_line(&self) -> Option<(&'a SourceText, std::ops::Range<usize>)> {
        let (text, range) = self.text()?;
        let first = text[range.clone()].lines().next().unwrap_or_default().trim_end();
        Some((text, range.start..range.start + first.len()))
    }

    /// First line and column, and one past the last, both in Unicode scalar values.
    pub(crate) fn line_columns(&self) -> Option<(LineColumn, LineColumn)> {
        let (_, range) = self.text()?;
        let start = self.source.line_column(u32::try_from(range.start).ok()?)?;
        Some((start, self.source.line_column(u32::try_from(range.end).ok()?)?))
    }
}

/// The word for a side, as every report spells it.
pub(crate) fn side_word(side: Side) -> &'static str {
    match side {
        Side::Old => "old",
        Side::New => "new",
        Side::Proxy => "proxy",
    }
}

/// A side as a reader says it.
pub(crate) fn side_text(side: Side) -> &'static str {
    match side {
        Side::Old => "old version",
        Side::New => "new version",
        Side::Proxy => "proxy",
    }
}

/// A selector in hexadecimal with prefix.
pub(crate) fn selector_text(selector: [u8; 4]) -> String {
    format!("0x{:08x}", u32::from_be_bytes(selector))
}
