//! Words and signs of the text form, each with its place.

use super::parser::ParseError;

/// A place in the text, from one; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) fn error(self, what: impl Into<String>) -> ParseError {
        ParseError { line: self.line, column: self.column, what: what.into() }
    }
}

/// A part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Letters, digits, `_`, `?`, and `-` at the start.
    Word(&'a str),
    /// One of `()[]{},:=@`.
    Sign(char),
    /// `->`.
    Arrow,
    /// The text ends.
    End,
}

impl Token<'_> {
    /// What it is, for messages.
    pub(super) fn text(self) -> String {
        match self {
            Self::Word(word) if word.len() > 40 => "a long word".to_owned(),
            Self::Word(word) => format!("`{word}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::Arrow => "`->`".to_owned(),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Splits a text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    left: &'a str,
    place: Place,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { left: text, place: Place { line: 1, column: 1 } }
    }

    /// The next part and its place.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, Place), ParseError> {
        let blank = self.left.find(|letter: char| !letter.is_whitespace()).unwrap_or(self.left.len());
        self.skip(blank);
        let place = self.place;
        let Some(first) = self.left.chars().next() else { return Ok((Token::End, place)) };
        if self.left.starts_with("->") {
            self.skip(2);
            return Ok((Token::Arrow, place));
        }
        if "()[]{},:=@".contains(first) {
            self.skip(1);
            return Ok((Token::Sign(first), place));
        }
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '?');
        let sign = usize::from(first == '-');
        let rest = &self.left[sign..];
        let len = sign + rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
        if len == sign {
            return Err(place.error(format!("unexpected character `{}`", first.escape_default())));
        }
        let word = &self.left[..len];
        self.skip(len);
        Ok((Token::Word(word), place))
    }

    fn skip(&mut self, len: usize) {
        let (skipped, left) = self.left.split_at(len);
        for letter in skipped.chars() {
            if letter == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.left = left;
    }
}
