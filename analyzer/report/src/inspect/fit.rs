//! How do the cells of a table fit into a width?
//!
//! Slots and words are long and have few spaces. They break before a further key or index, and only what has none breaks
//! anywhere.

use textwrap::core::{Word, break_words, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

/// Columns between two cells, and behind the last.
const BETWEEN: usize = 3;
const BEHIND: usize = 1;

/// The cells of a table that is at most so many columns wide, with line breaks where they need them.
pub(super) fn fitted(header: &[&str], rows: &[Vec<&str>], width: usize) -> Vec<Vec<String>> {
    let column = |at: usize| rows.iter().map(move |cells| cells[at]).chain([header[at]]);
    let natural: Vec<usize> =
        (0..header.len()).map(|at| column(at).map(display_width).max().unwrap_or_default()).collect();
    let between = BETWEEN * header.len().saturating_sub(1) + BEHIND;
    let most = widest(&natural, width.saturating_sub(between));
    let cell = |at: usize, text: &str| wrapped(text, natural[at].min(most).max(1));
    rows.iter().map(|cells| cells.iter().enumerate().map(|(at, text)| cell(at, text)).collect()).collect()
}

/// How wide a column may be, so that all together fit: those that are narrower keep their width.
fn widest(natural: &[usize], width: usize) -> usize {
    let mut sorted = natural.to_vec();
    sorted.sort_unstable();
    let mut left = width;
    for (at, column) in sorted.iter().enumerate() {
        let each = left / (sorted.len() - at);
        if *column > each {
            return each;
        }
        left -= column;
    }
    width
}

/// A text with line breaks, so that it is at most so many columns wide.
fn wrapped(text: &str, width: usize) -> String {
    let whole = pieces(text, is_further_key).into_iter();
    // A piece that is too long by itself breaks before any key.
    let fitting =
        whole.flat_map(|piece| if display_width(piece) > width { pieces(piece, is_key) } else { vec![piece] });
    let words = break_words(fitting.map(Word::from), width);
    let lines = wrap_first_fit(&words, &[f64::from(u16::try_from(width).unwrap_or(u16::MAX))]);
    let line = |words: &[Word<'_>]| words.iter().flat_map(|word| [word.word, word.whitespace]).collect::<String>();
    lines.into_iter().map(|words| line(words).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Whether a line may break before a key or an index: of a slot, or a further one. `depth` counts the brackets around it.
fn is_further_key(before: char, depth: u32) -> bool {
    matches!(before, ']' | ')') || depth == 0 && before.is_ascii_digit()
}

fn is_key(before: char, _: u32) -> bool {
    before != '['
}

/// The pieces of a line between which it may break: behind spaces, and before brackets where that is allowed.
fn pieces(line: &str, may_break: fn(char, u32) -> bool) -> Vec<&str> {
    let mut starts = vec![0];
    let (mut before, mut depth) = (' ', 0u32);
    for (at, character) in line.char_indices() {
        if at > 0 && (character == '[' && may_break(before, depth) || before == ' ' && character != ' ') {
            starts.push(at);
        }
        depth = match character {
            '[' => depth + 1,
            ']' => depth.saturating_sub(1),
            _ => depth,
        };
        before = character;
    }
    starts.push(line.len());
    starts.windows(2).map(|ends| &line[ends[0]..ends[1]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_breaks_before_a_further_key() {
        let slot = "1[calldata[4]].1[address(calldata[36])]";
        let rows = fitted(&["pc", "slot"], &[vec!["0x1", slot]], 31);
        assert_eq!(rows, [["0x1", "1[calldata[4]].1\n[address(calldata[36])]"]]);
    }

    #[test]
    fn what_fits_stays_as_it_is_and_what_is_narrow_keeps_its_width() {
        let rows = vec![vec!["0x1", "storage[1] + 1"], vec!["0x1234", "storage[2]"]];
        assert_eq!(fitted(&["pc", "value"], &rows, 24), rows);
        assert_eq!(fitted(&["pc", "value"], &rows, 20), [["0x1", "storage[1]\n+ 1"], ["0x1234", "storage[2]"]]);
    }

    #[test]
    fn a_key_that_is_too_long_by_itself_breaks_before_any_other() {
        let slot = "1[storage[2[address(calldata[36])]]]";
        let expected = "1[storage[2\n[address(calldata\n[36])]]]";
        assert_eq!(fitted(&["slot"], &[vec![slot]], 20), [[expected]]);
    }

    #[test]
    fn a_number_without_a_place_to_break_breaks_anywhere() {
        assert_eq!(fitted(&["slot"], &[vec!["0x123456"]], 5), [["0x12\n3456"]]);
    }
}
