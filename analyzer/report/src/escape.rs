//! Makes text that strangers wrote fit to be printed.
//!
//! Source names, source text and compiler messages come from the project under test. A control character among them
//! could repaint a terminal, and a bidirectional mark could show code in another order than the compiler reads it, so
//! both are made visible before they reach a reader.

use std::borrow::Cow;

/// Whether a character acts on the display instead of being shown: a control, a mark of direction or of no width, a
/// separator of lines, an interlinear annotation or a tag.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line, with unprintable characters as `\u{…}`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(' '),
            c if is_unprintable(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// A JSON document with unprintable characters as `\uXXXX`. Outside of strings a document that `serde_json` wrote holds
/// no such character but the line breaks and blanks of its layout.
pub fn json(document: &str) -> Cow<'_, str> {
    let must_go = |c: char| is_unprintable(c) && c != '\n';
    if !document.contains(must_go) {
        return Cow::Borrowed(document);
    }
    let mut shown = String::with_capacity(document.len() + 64);
    for c in document.chars() {
        if must_go(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.extend(["\\u", &format!("{unit:04x}")]);
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_becomes_text() {
        assert_eq!(one_line("a\u{1b}[31mb\u{9b}c\u{202e}d"), "a\\u{1b}[31mb\\u{9b}c\\u{202e}d");
        assert_eq!(one_line("`größe` (uint256)"), "`größe` (uint256)");
    }

    #[test]
    fn an_escaped_document_reads_as_the_same_value() {
        let value = serde_json::json!({ "a": "\u{9b}x\u{202e}\u{e0041}é\u{7f}" });
        let text = serde_json::to_string_pretty(&value).expect("a value is serializable");
        let shown = json(&text);
        assert!(!shown.contains(|c| is_unprintable(c) && c != '\n'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("still a document"), value);
    }
}
