//! What the text of Vyper sources says about structs, flags, interfaces, constants and state variables.
//!
//! Only declarations at the beginning of a line are read, which is where Vyper wants them. A name that two files define
//! differently is unknown, unless the contract's own file is one of them.

use std::collections::{HashMap, HashSet};

use alloy_primitives::U256;
use uplint_artifact::{Source, SourceId, Span, Unit};

use crate::constant::literal_number;
use crate::layout::Visibility;

/// Most constants that are followed from one to the next.
const MAX_STEPS: u32 = 16;

/// A type that a source defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Definition {
    /// Its members in order.
    Struct(Vec<Member>),
    /// Its members in the order of their bits.
    Flag(Vec<String>),
    /// An interface, declared or imported.
    Interface,
}

/// A member of a struct. Two are equal wherever they stand.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its name.
    pub(super) name: String,
    /// Its type as written.
    pub(super) type_label: String,
    /// Its line.
    pub(super) span: Span,
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.type_label == other.type_label
    }
}

impl Eq for Member {}

/// A state variable of the contract's own file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    /// Its line.
    pub(super) span: Span,
    /// Whether it has a getter.
    pub(super) visibility: Visibility,
    /// Whether the file mentions it as `self.NAME`.
    pub(super) is_referenced: bool,
}

/// Everything that the sources of a compilation define, by name. `None` marks names of two meanings.
#[derive(Default)]
pub(super) struct Sources {
    definitions: HashMap<String, Option<Definition>>,
    constants: HashMap<String, Option<String>>,
    variables: HashMap<String, Variable>,
}

impl Sources {
    /// Reads the sources of a unit, the contract's own file first.
    pub(super) fn read(unit: Option<&Unit>, own: Option<SourceId>) -> Self {
        let mut sources = Sources::default();
        let Some(unit) = unit else { return sources };
        let mut first = File::default();
        let mut others: Vec<File> = Vec::new();
        for source in &unit.sources {
            let Some(text) = source.text.as_deref() else { continue };
            let file = read_file(source, text);
            if Some(source.id) == own { first = file } else { others.push(file) }
        }
        for file in others {
            merge(&mut sources.definitions, file.definitions);
            merge(&mut sources.constants, file.constants);
        }
        sources.definitions.extend(first.definitions.into_iter().map(|(name, definition)| (name, Some(definition))));
        sources.constants.extend(first.constants.into_iter().map(|(name, value)| (name, Some(value))));
        sources.variables = first.variables;
        sources
    }

    /// The type of this name.
    pub(super) fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(name)?.as_ref()
    }

    /// The state variable of this name.
    pub(super) fn variable(&self, name: &str) -> Option<Variable> {
        self.variables.get(name).copied()
    }

    /// The value of a bound: a number, or a constant that is one.
    pub(super) fn number(&self, text: &str) -> Option<U256> {
        let mut text = text;
        for _ in 0..MAX_STEPS {
            if let Some(number) = literal_number(text) {
                return Some(number);
            }
            text = self.constants.get(text)?.as_deref()?;
        }
        None
    }
}

fn merge<T: PartialEq>(all: &mut HashMap<String, Option<T>>, file: Vec<(String, T)>) {
    for (name, value) in file {
        let known = all.entry(name);
        known.and_modify(|known| *known = known.take().filter(|known| *known == value)).or_insert(Some(value));
    }
}

/// What one file defines.
#[derive(Default)]
struct File {
    definitions: Vec<(String, Definition)>,
    constants: Vec<(String, String)>,
    variables: HashMap<String, Variable>,
}

/// A line without its comment, and where it stands.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
}

fn read_file(source: &Source, text: &str) -> File {
    let mut file = File::default();
    let mentioned = mentioned(text);
    let mut lines = lines(text).into_iter().peekable();
    while let Some(line) = lines.next() {
        let mut body = Vec::new();
        while let Some(inner) = lines.next_if(|next| next.text.is_empty() || next.text.starts_with([' ', '\t'])) {
            body.push(inner);
        }
        body.retain(|inner| !inner.text.trim().is_empty());
        if let Some(definition) = definition(source.id, line.text, &body) {
            file.definitions.push(definition);
        } else if let Some(names) = imported(line.text) {
            file.definitions.extend(names.into_iter().map(|name| (name, Definition::Interface)));
        } else if let Some((name, type_label)) = declaration(line.text) {
            match type_label.strip_prefix("constant(") {
                Some(rest) => file.constants.extend(constant(name, rest)),
                None => {
                    file.variables
                        .insert(name.to_owned(), variable(source.id, line, type_label, mentioned.contains(name)));
                }
            }
        }
    }
    file
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default().trim_end();
        lines.push(Line { text: code, start });
        start += line.len();
    }
    lines
}

fn span(source: SourceId, line: Line<'_>) -> Span {
    let code = line.text.trim_start();
    let start = line.start + (line.text.len() - code.len());
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Span { source, start: number(start), len: number(code.len()) }
}

/// `struct NAME:`, `flag NAME:`, `enum NAME:` or `interface NAME:` with what stands indented beneath it.
fn definition(source: SourceId, line: &str, body: &[Line<'_>]) -> Option<(String, Definition)> {
    let (keyword, rest) = line.split_once(' ')?;
    let name = rest.trim().strip_suffix(':')?.trim_end().to_owned();
    let definition = match keyword {
        "struct" => {
            let member = |line: &Line<'_>| {
                let (name, type_label) = line.text.split_once(':')?;
                let (name, type_label) = (name.trim().to_owned(), type_label.trim().to_owned());
                Some(Member { name, type_label, span: span(source, *line) })
            };
            Definition::Struct(body.iter().map(member).collect::<Option<_>>()?)
        }
        "flag" | "enum" => Definition::Flag(body.iter().map(|line| line.text.trim().to_owned()).collect()),
        "interface" => Definition::Interface,
        _ => return None,
    };
    Some((name, definition))
}

/// Names that an import makes known. As a type, only an interface is imported by its bare name.
fn imported(line: &str) -> Option<Vec<String>> {
    let rest = line
        .strip_prefix("import ")
        .or_else(|| line.strip_prefix("from ")?.split_once(" import ").map(|(_, names)| names))?;
    let name = |part: &str| {
        let alias = part.rsplit_once(" as ").map_or(part, |(_, alias)| alias);
        alias.rsplit('.').next().unwrap_or(alias).trim().to_owned()
    };
    Some(rest.split(',').map(name).collect())
}

/// `NAME: TYPE` at the beginning of a line.
fn declaration(line: &str) -> Option<(&str, &str)> {
    let (name, type_label) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let type_label = type_label.trim();
    (is_name && !type_label.is_empty()).then_some((name, type_label))
}

/// `constant(TYPE) = VALUE`, from behind the first parenthesis on.
fn constant(name: &str, rest: &str) -> Option<(String, String)> {
    let (_, value) = rest.split_once('=')?;
    Some((name.to_owned(), value.trim().to_owned()))
}

fn variable(source: SourceId, line: Line<'_>, type_label: &str, is_referenced: bool) -> Variable {
    let visibility = if type_label.contains("public(") { Visibility::Public } else { Visibility::Internal };
    Variable { span: span(source, line), visibility, is_referenced }
}

/// Every name that stands behind `self.`.
fn mentioned(text: &str) -> HashSet<&str> {
    let behind = text.split("self.").skip(1);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    behind.map(|rest| &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]).collect()
}
