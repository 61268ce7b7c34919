//! A source text that knows its lines.
//!
//! A report asks for the place of each finding, and a text may hold as many findings as lines, so that none of the
//! questions here costs more for a longer text. What is needed for that is counted once, when it is first asked for.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Bytes between two places up to which characters are counted beforehand.
const STRIDE: usize = 1024;

/// The text of a source file.
#[derive(Clone, Debug)]
pub struct SourceText {
    text: Arc<str>,
    lines: Arc<OnceLock<Lines>>,
}

/// What is counted once.
#[derive(Debug)]
struct Lines {
    /// First byte of each line.
    starts: Vec<usize>,
    /// Unicode scalar values and UTF-16 units before each multiple of [`STRIDE`] bytes.
    counts: Vec<(usize, usize)>,
}

impl std::ops::Deref for SourceText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T: Into<Arc<str>>> From<T> for SourceText {
    fn from(text: T) -> Self {
        SourceText { text: text.into(), lines: Arc::default() }
    }
}

impl SourceText {
    /// Number of the line that holds a byte, from zero; the last one for bytes behind the text.
    pub fn line_at(&self, byte: usize) -> usize {
        self.lines().starts.partition_point(|&start| start <= byte).saturating_sub(1)
    }

    /// The bytes of a line by its number from zero, without its line break; `None` behind the last line. A line break at
    /// the end of the text begins no line.
    pub fn line_bytes(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.lines().starts.get(line).filter(|&&start| start < self.text.len())?;
        let end = self.lines().starts.get(line + 1).copied().unwrap_or(self.text.len());
        let content = &self.text[start..end];
        let content = content.strip_suffix('\n').map_or(content, |rest| rest.strip_suffix('\r').unwrap_or(rest));
        Some(start..start + content.len())
    }

    /// Unicode scalar values and UTF-16 units between the start of its line and a byte of the text.
    pub fn columns_before(&self, byte: usize) -> (usize, usize) {
        let start = self.lines().starts.get(self.line_at(byte)).copied().unwrap_or_default();
        let (from, to) = (self.counts_before(start), self.counts_before(byte.min(self.text.len())));
        (to.0 - from.0, to.1 - from.1)
    }

    fn counts_before(&self, byte: usize) -> (usize, usize) {
        let at = byte / STRIDE;
        let (scalars, units) = self.lines().counts.get(at).copied().unwrap_or_default();
        let more = counts(&self.text.as_bytes()[at * STRIDE..byte]);
        (scalars + more.0, units + more.1)
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
            let mut before = (0, 0);
            let mut sums = vec![before];
            for chunk in self.text.as_bytes().chunks_exact(STRIDE) {
                let more = counts(chunk);
                before = (before.0 + more.0, before.1 + more.1);
                sums.push(before);
            }
            Lines { starts, counts: sums }
        })
    }
}

/// Unicode scalar values and UTF-16 units that begin in these bytes of UTF-8.
fn counts(bytes: &[u8]) -> (usize, usize) {
    // Continuation bytes begin no character; what begins with `0xf0` or more takes two units.
    let scalars = bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
    (scalars, scalars + bytes.iter().filter(|&&byte| byte >= 0xf0).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "a", "a\n", "\n", "a\r\nb\n\nc", "a\r", "\r\n\r\n"] {
            let source = SourceText::from(text);
            let lines: Vec<&str> = (0..).map_while(|line| source.line_bytes(line)).map(|bytes| &text[bytes]).collect();
            assert_eq!(lines, text.lines().collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn columns_count_characters_in_lines_of_any_length() {
        let text = format!("x\n{}y", "é𝒳".repeat(STRIDE));
        let source = SourceText::from(text.as_str());
        assert_eq!(source.line_at(0), 0);
        assert_eq!(source.line_at(text.len()), 1);
        assert_eq!(source.columns_before(text.len() - 1), (2 * STRIDE, 3 * STRIDE));
        assert_eq!(source.columns_before(2 + "é𝒳".len()), (2, 3));
        assert_eq!(source.columns_before(usize::MAX), (2 * STRIDE + 1, 3 * STRIDE + 1));
    }
}
