//! Reading JSON without an intermediate value: borrowed strings, objects in document order, and errors with a place.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::error::ReadError;

/// A string, borrowed from the document unless it holds escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// The members of an object in document order. A key that stands twice is an error, because readers of JSON differ in
/// which of the two they take, and a document that two tools read differently cannot be judged.
#[derive(Debug)]
pub(crate) struct Entries<'a, T>(pub(crate) Vec<(Cow<'a, str>, T)>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<'_, T> {
    /// The value under a key.
    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Entries<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<'de, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(Cow<'de, str>, T)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<Text<'de>, T>()? {
                    entries.push((key.0, value));
                }
                let mut seen = HashSet::with_capacity(entries.len());
                if let Some((twice, _)) = entries.iter().find(|(key, _)| !seen.insert(&**key)) {
                    return Err(A::Error::custom(format_args!("the key `{twice}` stands twice")));
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

/// The text of a document: UTF-8, without a byte-order mark.
pub(super) fn text<'a>(document: &str, bytes: &'a [u8]) -> Result<&'a str, ReadError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ReadError::NotText { document: document.to_owned(), at: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a whole document.
pub(super) fn document<'a, T: Deserialize<'a>>(
    name: &str,
    format: &'static str,
    text: &'a str,
) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|error| describe(name, format, &error))
}

fn describe(name: &str, format: &'static str, error: &serde_json::Error) -> ReadError {
    let document = name.to_owned();
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Eof => ReadError::Truncated { document, line, column },
        serde_json::error::Category::Data => ReadError::Shape { document, format, reason: error.to_string() },
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            ReadError::NotJson { document, reason: error.to_string() }
        }
    }
}

/// Reads one part of a document that was kept unread so far. The error has no place: a part is on one line mostly,
/// and its own lines and columns would mislead.
pub(super) fn part<'a, T: Deserialize<'a>>(raw: &'a serde_json::value::RawValue) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let text = error.to_string();
        text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
    })
}
