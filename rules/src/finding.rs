//! What a rule says: one statement about an upgrade, with its weight, its proof and its places.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uplint_artifact::{SourceId, Span};
use uplint_facts::{Function, Side, VersionFacts};
use uplint_layout::{Place, Space};

use crate::rule::RuleMeta;

/// Impact. One rule has one severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A nuisance.
    Low,
    /// Harm under conditions.
    Medium,
    /// Loss of function or funds.
    High,
    /// Loss of everything.
    Critical,
}

/// How sure the rule is that the statement means what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A heuristic.
    Low,
    /// Usually right.
    Medium,
    /// As good as certain.
    High,
}

/// How the statement was established.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// A shape that is usually wrong.
    Pattern,
    /// A replayable run.
    Witnessed,
    /// Arithmetic on exact facts.
    Proved,
}

/// What the change did to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The change brings it.
    Introduced,
    /// The change removes it.
    Fixed,
    /// It was there and is there.
    Existing,
}

macro_rules! display_lowercase {
    ($($name:ident { $($variant:ident = $text:literal),* })*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $text),* })
            }
        }
    )* };
}

display_lowercase! {
    Severity { Info = "info", Low = "low", Medium = "medium", High = "high", Critical = "critical" }
    Confidence { Low = "low", Medium = "medium", High = "high" }
    Evidence { Pattern = "pattern", Witnessed = "witnessed", Proved = "proved" }
    State { Introduced = "introduced", Fixed = "fixed", Existing = "existing" }
}

impl State {
    /// The state of something that the new version has.
    pub fn of(was_in_old: bool) -> Self {
        if was_in_old { State::Existing } else { State::Introduced }
    }
}

/// A place in one version. Without a source there may be only a function or a program counter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The version.
    pub side: Side,
    /// The text concerned, in the sources of that version's compilation.
    pub span: Option<Span>,
    /// Canonical signature of the function concerned.
    pub function: Option<String>,
    /// Selector of that function.
    pub selector: Option<[u8; 4]>,
    /// Place in the runtime bytecode, in bytes.
    pub pc: Option<u32>,
}

impl Location {
    /// A place in the source of a version.
    pub fn span(side: Side, span: Option<Span>) -> Self {
        Location { side, span, function: None, selector: None, pc: None }
    }

    /// The name of a version's contract: where a cause stands that has no text of its own.
    pub fn contract(side: Side, version: &VersionFacts) -> Self {
        Location::span(side, version.name_span())
    }

    /// An external function of a version, at its declaration or, where that is unknown, at the contract.
    pub fn function(side: Side, version: &VersionFacts, function: &Function) -> Self {
        let declared = version.entry_points.declared_at.get(&function.selector).copied();
        Location {
            function: Some(function.signature.clone()),
            selector: Some(function.selector),
            ..Location::span(side, declared.or_else(|| version.name_span()))
        }
    }

    /// The first of some places that lies in the contract's own file, else the contract's name. What a library or base
    /// does is caused, for a reader of the change, by the contract that uses it.
    pub fn own(side: Side, version: &VersionFacts, places: impl IntoIterator<Item = Span>) -> Self {
        let file = version.artifact.source;
        let own = places.into_iter().find(|place| Some(place.source) == file);
        Location::span(side, own.or_else(|| version.name_span()))
    }

    /// Number of the source file, where there is one.
    pub fn source(&self) -> Option<SourceId> {
        self.span.map(|span| span.source)
    }
}

/// A further place, with what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub location: Location,
    /// What is there, as a message.
    pub message: String,
}

/// Bytes of storage that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoragePlace {
    /// Persistent or transient.
    pub space: Space,
    /// The bytes.
    pub place: Place,
}

impl Related {
    /// A further place.
    pub fn new(location: Location, message: impl Into<String>) -> Self {
        Related { location, message: message.into() }
    }
}

/// One statement about an upgrade.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that says it; identifier, slug and severity are there.
    pub rule: &'static RuleMeta,
    /// How sure.
    pub confidence: Confidence,
    /// How established.
    pub evidence: Evidence,
    /// What the change did to it.
    pub state: State,
    /// The statement: lower case, no final stop, identifiers in backticks.
    pub message: String,
    /// What to do: one imperative line.
    pub help: String,
    /// The cause, in the new version where it is there.
    pub primary: Location,
    /// Victims and other places, in the order of reading.
    pub related: Vec<Related>,
    /// Steps from entry to effect, for findings that are a path.
    pub path: Vec<Related>,
    /// Storage concerned.
    pub storage: Option<StoragePlace>,
    /// What the finding is about, independent of lines: a variable's path, a selector, an option. Part of the
    /// fingerprint.
    pub subject: Arc<str>,
    /// Further data for machines; keys in alphabetical order.
    pub details: serde_json::Map<String, serde_json::Value>,
}

impl Finding {
    /// A finding of a rule with what every finding must say; the rest is empty and set by struct update or assignment.
    pub fn new(
        rule: &'static RuleMeta,
        evidence: Evidence,
        primary: Location,
        subject: impl Into<Arc<str>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Finding {
            rule,
            confidence: if evidence == Evidence::Pattern { Confidence::Medium } else { Confidence::High },
            evidence,
            state: State::Introduced,
            message: message.into(),
            help: help.into(),
            primary,
            related: Vec::new(),
            path: Vec::new(),
            storage: None,
            subject: subject.into(),
            details: serde_json::Map::new(),
        }
    }
}
