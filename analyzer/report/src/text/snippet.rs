//! Source excerpts with what is to be seen in them, drawn by miette.
//!
//! The places of one finding that are near each other stand in one excerpt, the cause as its primary label. An excerpt
//! holds only the lines that are shown, cut to the width of the terminal and with unprintable characters made visible,
//! so that neither the length of a line nor its bytes are in a stranger's hands.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use uplint_facts::Side;

use super::paint::{Paint, fill_within};
use crate::escape::{is_unprintable, one_line};
use crate::source_place::SourcePlace;

/// Lines between two places that are still drawn in one excerpt.
const LINES_BETWEEN: usize = 5;

/// A place with what is to be seen there.
pub(crate) struct Mark<'a> {
    /// The place.
    pub(crate) place: SourcePlace<'a>,
    /// What is there; empty for nothing to say.
    pub(crate) message: String,
    /// Whether it is the cause.
    pub(crate) is_primary: bool,
}

/// The excerpts for these places: the file of the first one first, places in the order of the text.
pub(crate) fn snippets(marks: &[Mark<'_>], paint: &Paint) -> String {
    let mut files: Vec<(&SourcePlace<'_>, Vec<LineMark>)> = Vec::new();
    for mark in marks {
        let Some(line_mark) = line_mark(mark) else { continue };
        let same_file =
            |place: &SourcePlace<'_>| (place.side, place.source.id) == (mark.place.side, mark.place.source.id);
        match files.iter_mut().find(|(place, _)| same_file(place)) {
            Some((_, marks)) => merge(marks, line_mark),
            None => files.push((&mark.place, vec![line_mark])),
        }
    }
    let mut drawn = String::new();
    for (place, mut marks) in files {
        marks.sort_by_key(|mark| (mark.line, mark.columns.start));
        // The excerpt with the cause comes first, whatever its line.
        let mut clusters = clusters(marks);
        clusters.sort_by_key(|cluster| !cluster.iter().any(|mark| mark.is_primary));
        for cluster in clusters {
            drawn.push_str(&draw(place, &cluster, paint));
        }
    }
    drawn
}

/// A place on one line.
struct LineMark {
    /// Line, from zero.
    line: usize,
    /// Bytes within the line.
    columns: Range<usize>,
    /// First column, from one, in characters.
    column: u32,
    message: String,
    is_primary: bool,
}

fn line_mark(mark: &Mark<'_>) -> Option<LineMark> {
    let (text, range) = mark.place.first_line()?;
    let line = text.line_at(range.start);
    // A place at the very end may stand on a line that has not begun.
    let start = text.line_bytes(line).map_or(range.start, |bytes| bytes.start);
    Some(LineMark {
        line,
        columns: range.start - start..range.end - start,
        column: u32::try_from(text.columns_before(range.start).0).ok()?.checked_add(1)?,
        message: one_line(&mark.message).into_owned(),
        is_primary: mark.is_primary,
    })
}

/// Adds a mark; one at the same bytes as an earlier one adds its words to it.
fn merge(marks: &mut Vec<LineMark>, mark: LineMark) {
    match marks.iter_mut().find(|known| (known.line, &known.columns) == (mark.line, &mark.columns)) {
        None => marks.push(mark),
        Some(known) => {
            known.is_primary |= mark.is_primary;
            if known.message.is_empty() {
                known.message = mark.message;
            } else if !mark.message.is_empty() && known.message != mark.message {
                known.message = format!("{}; {}", known.message, mark.message);
            }
        }
    }
}

fn clusters(marks: Vec<LineMark>) -> Vec<Vec<LineMark>> {
    let mut clusters: Vec<Vec<LineMark>> = Vec::new();
    for mark in marks {
        match clusters.last_mut() {
            Some(cluster) if cluster.last().is_some_and(|last| mark.line <= last.line + LINES_BETWEEN + 1) => {
                cluster.push(mark);
            }
            _ => clusters.push(vec![mark]),
        }
    }
    clusters
}

fn draw(place: &SourcePlace<'_>, marks: &[LineMark], paint: &Paint) -> String {
    let Some(text) = &place.source.text else { return String::new() };
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else { return String::new() };
    let first_line = first.line.saturating_sub(1);
    let named = marks.iter().find(|mark| mark.is_primary).unwrap_or(first);
    let path = one_line(&place.source.path);
    let version = match place.side {
        Side::New => "",
        Side::Old => "old version: ",
        Side::Proxy => "proxy: ",
    };
    let name = format!("{version}{path}:{}:{}", named.line + 1, named.column);
    let columns = paint.width.saturating_sub(10).max(40);
    let mut excerpt = Excerpt { name, text: String::new(), first_line };
    let mut labels = Vec::new();
    let mut theme = paint.theme();
    theme.styles.highlights.clear();
    for line in first_line..=last.line + 1 {
        let Some(bytes) = text.line_bytes(line) else { break };
        let of_line: Vec<_> = marks.iter().filter(|mark| mark.line == line).collect();
        let shown = show_line(&text[bytes], &of_line, columns);
        for (mark, range) in of_line.iter().zip(shown.ranges) {
            // The words begin behind the hook, which hangs from the middle of the place.
            let hook = shown.text[..range.start].chars().count() + shown.text[range.clone()].chars().count() / 2;
            let room = columns.saturating_sub(hook + 6).max(36);
            let message = (!mark.message.is_empty()).then(|| fill_within(room, &mark.message));
            let at = excerpt.text.len() + range.start;
            labels.push(if mark.is_primary {
                LabeledSpan::new_primary_with_span(message, (at, range.len()))
            } else {
                LabeledSpan::new(message, at, range.len())
            });
            let style = if mark.is_primary { theme.styles.error } else { theme.styles.advice };
            theme.styles.highlights.push(style);
        }
        excerpt.text.push_str(&shown.text);
        excerpt.text.push('\n');
    }
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(paint.width)
        .with_context_lines(usize::from(u16::MAX))
        .without_syntax_highlighting()
        .without_primary_span_start();
    let mut drawn = String::new();
    match handler.render_report(&mut drawn, &Snippet { excerpt, labels }) {
        // The first line is the message, which stands elsewhere.
        Ok(()) => drawn.split_once('\n').map(|(_, snippet)| snippet.to_owned()).unwrap_or_default(),
        Err(fmt::Error) => String::new(),
    }
}

struct ShownLine {
    text: String,
    /// Bytes of the marks in `text`, in their order.
    ranges: Vec<Range<usize>>,
}

/// A line as it is drawn: cut to so many characters around its first mark, with unprintable characters made visible.
fn show_line(content: &str, marks: &[&LineMark], columns: usize) -> ShownLine {
    // A place may begin at a line break, which is no part of the content.
    let before = |mark: &&LineMark| content.get(..mark.columns.start).unwrap_or(content).chars().count();
    let focus = marks.first().map_or(0, before);
    let len = content.chars().count();
    let skip = if len > columns { focus.saturating_sub(columns / 3).min(len - columns) } else { 0 };
    let mut text = String::new();
    // Where each byte of the line at a character boundary went to.
    let mut moved = Vec::with_capacity(columns + 1);
    if skip > 0 {
        text.push('…');
    }
    for (at, c) in content.char_indices().skip(skip).take(columns) {
        moved.push((at, text.len()));
        if is_unprintable(c) && c != '\t' { text.extend(c.escape_unicode()) } else { text.push(c) }
    }
    let end = text.len();
    if skip + columns < len {
        text.push('…');
    }
    let target = |byte: usize| match moved.partition_point(|&(at, _)| at < byte) {
        found if found < moved.len() => moved[found].1,
        _ => end,
    };
    let ranges = marks.iter().map(|mark| target(mark.columns.start)..target(mark.columns.end)).collect();
    ShownLine { text, ranges }
}

/// Some lines of a source, numbered as in the source.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Number of the first line, from zero.
    first_line: usize,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, lines_before, lines_after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            contents.data(),
            *contents.span(),
            contents.line() + self.first_line,
            contents.column(),
            contents.line_count(),
        )))
    }
}

#[derive(Debug)]
struct Snippet {
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uplint_artifact::{Source, SourceId, Span};

    use super::*;

    const PAINT: Paint = Paint { color: false, unicode: true, width: 80 };

    fn source(text: &str) -> Source {
        let path: Arc<str> = "src/Vault.sol".into();
        Source { id: SourceId(0), path: path.clone(), unit_name: path, text: Some(text.into()) }
    }

    fn mark<'a>(source: &'a Source, needle: &str, message: &str, is_primary: bool) -> Mark<'a> {
        let start = source.text.as_deref().and_then(|text| text.find(needle)).expect("the needle");
        let byte = |at: usize| u32::try_from(at).expect("the text is short");
        let span = Span { source: source.id, start: byte(start), len: byte(needle.len()) };
        Mark { place: SourcePlace { side: Side::New, source, span }, message: message.to_owned(), is_primary }
    }

    #[test]
    fn cause_and_victim_share_one_excerpt() {
        let source = source("contract Vault {\n    uint256 fee;\n    address owner;\n}\n");
        let marks = [
            mark(&source, "uint256 fee", "takes slot 0", true),
            mark(&source, "address owner", "slot 0 before, slot 1 now", false),
        ];
        let expected = "   ╭─[src/Vault.sol:2:5]
 1 │ contract Vault {
 2 │     uint256 fee;
   ·     ─────┬─────
   ·          ╰── takes slot 0
 3 │     address owner;
   ·     ──────┬──────
   ·           ╰── slot 0 before, slot 1 now
 4 │ }
   ╰────
";
        assert_eq!(snippets(&marks, &PAINT), expected);
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let source = source(&format!("{}uint256 fee;{}\n", "/* */ ".repeat(2000), " //".repeat(2000)));
        let drawn = snippets(&[mark(&source, "uint256 fee", "here", true)], &PAINT);
        assert!(drawn.contains("uint256 fee"), "{drawn}");
        assert!(drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
    }

    #[test]
    fn control_characters_of_a_source_do_not_reach_the_terminal() {
        let source = source("contract V {\r\n  /*\u{1b}[2J\u{9b}31m\r\u{202e}*/ uint256 fee;\r\n}\r\n");
        let drawn = snippets(&[mark(&source, "uint256 fee", "\u{1b}]0;x\u{7}", true)], &PAINT);
        assert!(!drawn.contains(|c: char| is_unprintable(c) && c != '\n'), "{drawn:?}");
        assert!(drawn.contains("\\u{1b}[2J") && drawn.contains("uint256 fee;"), "{drawn}");
    }

    #[test]
    fn any_place_in_any_text_can_be_drawn() {
        for text in ["", "\n", "\r\n\r\n", "é\t\r\n\u{1b}𝒳\n\nab", "\r\r\n", "a"] {
            let source = source(text);
            for start in 0..=text.len() {
                for len in 0..=text.len() - start {
                    let byte = |at: usize| u32::try_from(at).expect("the text is short");
                    let span = Span { source: source.id, start: byte(start), len: byte(len) };
                    let place = SourcePlace { side: Side::New, source: &source, span };
                    let marks = [true, false].map(|is_primary| Mark { place, message: "x".to_owned(), is_primary });
                    let drawn = snippets(&marks, &PAINT);
                    assert!(!drawn.contains(|c: char| is_unprintable(c) && c != '\n'), "{text:?} {span:?}");
                }
            }
        }
    }

    #[test]
    fn a_place_of_many_lines_is_marked_on_its_first() {
        let source = source("contract Vault is A,\n  B\n{\n  uint256 x;\n}\n");
        let drawn = snippets(&[mark(&source, "contract Vault is A,\n  B\n{\n  uint256 x;\n}", "bases", true)], &PAINT);
        assert!(drawn.contains("contract Vault is A,\n"), "{drawn}");
        assert!(!drawn.contains("uint256 x"), "{drawn}");
    }
}
