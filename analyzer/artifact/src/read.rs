//! Readers of the documents that compilers and frameworks write: bytes in, typed values out.
//!
//! A document is an error ([`ReadError`]) when it cannot be read as what it is. A part of it that is absent or
//! malformed, such as one contract's storage layout, is listed in [`Document::missing`] and everything else is read: what
//! a rule needs and does not get is a gap of that rule, not the end of the judgement. [`Unit::recorded_input`] is kept
//! exactly when something is missing, so that the compiler can be asked again.
//!
//! No reader recurses into what a document nests, allocates by a number that a document names, or depends on the order
//! of a hash map.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::artifact::{Artifact, CompilerInfo, ContractName, Unit};
use crate::layout_output::VyperStorageLayout;

mod bytecode;
mod detect;
mod error;
mod foundry;
mod hardhat;
mod interface;
pub(crate) mod json;
mod names;
mod output;
mod settings;
mod storage;
mod vyper;

pub use detect::{companion_name, detect_and_read};
pub use error::ReadError;
pub use foundry::merge_foundry_artifacts;

/// What one document holds.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its contracts, by name.
    pub artifacts: Vec<Artifact>,
    /// What the compiler said, in its order.
    pub diagnostics: Vec<CompilerDiagnostic>,
    /// What the document is.
    pub kind: DocumentKind,
    /// Parts that are absent or malformed, in a stable order.
    pub missing: Vec<Missing>,
}

impl Document {
    /// The compilations of the document, in the order of their first contract.
    pub fn units(&self) -> Vec<&Arc<Unit>> {
        let mut units: Vec<&Arc<Unit>> = Vec::new();
        for unit in self.artifacts.iter().filter_map(|artifact| artifact.unit.as_ref()) {
            if !units.iter().any(|known| Arc::ptr_eq(known, unit)) {
                units.push(unit);
            }
        }
        units
    }

    /// Whether the compiler refused the sources.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.is_error)
    }

    /// Parts that one contract lacks, those of the whole build included.
    pub fn missing_of(&self, contract: &ContractName) -> BTreeSet<Part> {
        let concerns = |missing: &&Missing| {
            missing.path.is_empty()
                || missing.path == contract.path && missing.contract.as_ref().is_none_or(|name| *name == contract.name)
        };
        self.missing.iter().filter(concerns).map(|missing| missing.part).collect()
    }
}

/// One message of a compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilerDiagnostic {
    /// Whether it refused the sources; everything else is a warning or a remark.
    pub is_error: bool,
    /// The message.
    pub message: String,
    /// The message with its place and an excerpt, as the compiler prints it to a terminal.
    pub formatted: Option<String>,
    /// The compiler's number of the message.
    pub code: Option<String>,
    /// Display path of the source.
    pub path: Option<Arc<str>>,
    /// Place in the source, in bytes, without the end.
    pub bytes: Option<Range<u32>>,
}

/// Which format a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// The output of `solc --standard-json` or `vyper-json`.
    StandardJsonOutput,
    /// Input and output of a whole build.
    BuildInfo(Framework),
    /// One contract, as Foundry writes it.
    FoundryArtifact,
    /// One contract, as Hardhat writes it: interface and bytecode alone.
    HardhatArtifact,
    /// Bare runtime bytecode.
    Bytecode,
}

/// The framework that wrote build information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// Foundry.
    Foundry,
    /// Hardhat 2.
    Hardhat2,
    /// Hardhat 3.
    Hardhat3,
}

/// A part that a document lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Display path of the source; empty when the whole build is concerned.
    pub path: Arc<str>,
    /// The contract; `None` when the whole source is concerned.
    pub contract: Option<Arc<str>>,
    /// What is missing.
    pub part: Part,
    /// What is wrong with it; `None` when it is absent.
    pub reason: Option<String>,
}

impl Missing {
    fn of_build(part: Part, reason: Option<String>) -> Self {
        Self { path: "".into(), contract: None, part, reason }
    }
}

/// A part of a document that is read on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The compiler's settings.
    Settings,
    /// The number of a source, without which its spans mean nothing.
    SourceNumber,
    /// The syntax tree of a source.
    SyntaxTree,
    /// The interface.
    Abi,
    /// The compiler's list of selectors.
    MethodIdentifiers,
    /// The layout of persistent storage.
    StorageLayout,
    /// The layout of transient storage, of a build that may use it.
    TransientLayout,
    /// Code that deploys the contract.
    CreationCode,
    /// Code that runs at its address.
    RuntimeCode,
}

/// Reads the output of `solc --standard-json` or `vyper-json`, with the input where it is at hand.
///
/// What `compiler` leaves open is taken from the metadata of a contract.
pub fn standard_json_output(output: &[u8], input: Option<&str>, compiler: CompilerInfo) -> Result<Document, ReadError> {
    let document = "the compiler's output";
    let raw: output::RawOutput<'_> = json::document(document, "a standard-JSON output", json::text(document, output)?)?;
    let compilation = output::Compilation {
        document,
        kind: DocumentKind::StandardJsonOutput,
        compiler,
        input,
        names: names::Names::default(),
    };
    output::read(compilation, &raw)
}

/// Reads bare runtime bytecode: hexadecimal text with or without `0x`, with white space and unlinked libraries.
///
/// The contract is named by the stem of `name`.
pub fn bytecode(name: &str, text: &[u8]) -> Result<Document, ReadError> {
    let text = json::text(name, text)?;
    let document = || name.to_owned();
    let runtime = bytecode::decode(text).map_err(|error| match error {
        bytecode::HexError::Odd(digits) => ReadError::OddBytecode { document: document(), digits },
        bytecode::HexError::Character(found, at) => {
            ReadError::NotHexadecimal { document: document(), found: format!("{found:?}"), at }
        }
    })?;
    if runtime.bytes.is_empty() {
        return Err(ReadError::EmptyBytecode { document: document() });
    }
    let contract = ContractName { path: "".into(), name: stem(name).into() };
    let artifact = Artifact { runtime: Some(runtime), ..Artifact::named(contract) };
    let (artifacts, diagnostics, missing) = (vec![artifact], Vec::new(), Vec::new());
    Ok(Document { artifacts, diagnostics, kind: DocumentKind::Bytecode, missing })
}

/// Reads what `vyper -f layout` prints.
pub fn vyper_layout(json: &str) -> Result<VyperStorageLayout, ReadError> {
    vyper::document(json)
}

/// A file's name without directories and its last extension.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}
