//! One contract and the compilation it comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use alloy_json_abi::JsonAbi;

use crate::ast::Ast;
use crate::layout_output::{SolcStorageLayout, VyperStorageLayout};
use crate::source::{Source, SourceId};
use crate::source_map::{self, SourceMapEntry};

/// A contract's fully qualified name, `path:Name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractName {
    /// Path of the source file as reports show it; empty for bare bytecode.
    pub path: Arc<str>,
    /// Name of the contract; a Vyper contract is named by its file's stem.
    pub name: Arc<str>,
}

impl fmt::Display for ContractName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.name) } else { write!(f, "{}:{}", self.path, self.name) }
    }
}

/// The language of a compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Solidity, compiled by solc.
    Solidity,
    /// Vyper.
    Vyper,
    /// Yul, compiled by solc.
    Yul,
}

/// The compiler that made a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilerInfo {
    /// Language of the sources.
    pub language: Language,
    /// Version without build metadata, when it is known.
    pub version: Option<semver::Version>,
    /// Version as the compiler prints it, for example `0.8.28+commit.7893614a`; empty when unknown.
    pub long_version: String,
}

/// Settings that decide the bytecode. `None` means that the document does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whether the optimizer runs.
    pub optimizer: Option<bool>,
    /// The optimizer's `runs`.
    pub optimizer_runs: Option<u64>,
    /// Whether code goes through Yul.
    pub via_ir: Option<bool>,
    /// Target of the EVM, by its name in lower case.
    pub evm_version: Option<String>,
    /// Remappings in their order.
    pub remappings: Vec<String>,
}

/// One run of a compiler: the scope of its source numbers and syntax-tree identifiers.
#[derive(Debug)]
pub struct Unit {
    /// The compiler.
    pub compiler: CompilerInfo,
    /// Its settings.
    pub settings: Settings,
    /// Sources in ascending order of [`SourceId`].
    pub sources: Vec<Source>,
    /// Syntax trees as printed, one document a source; parsed on first use.
    pub ast_documents: Vec<(SourceId, Arc<str>)>,
    /// The standard-JSON input that was recorded with the output, so that what is missing can be asked for again.
    pub recorded_input: Option<Arc<str>>,
    /// Parsed form of `ast_documents`.
    pub parsed_ast: OnceLock<Ast>,
}

impl Unit {
    /// All syntax trees of the unit; empty when the document has none. A tree that cannot be read is listed in
    /// [`Ast::unreadable`].
    pub fn ast(&self) -> &Ast {
        self.parsed_ast.get_or_init(|| Ast::parse(&self.ast_documents))
    }

    /// The source with this number.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.binary_search_by_key(&id, |source| source.id).ok().map(|at| &self.sources[at])
    }

    /// The source with this display path or compiler name.
    pub fn source_by_path(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| &*source.path == path || &*source.unit_name == path)
    }
}

/// Creation or runtime bytecode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytecode {
    /// The bytes; a placeholder of an unlinked library is zeroed and listed in `link_references`.
    pub bytes: Arc<[u8]>,
    /// Places that a linker fills with a library's address, in ascending order.
    pub link_references: Vec<LinkReference>,
    /// Places that the constructor fills with immutables, in ascending order; empty for creation code.
    pub immutable_references: Vec<ImmutableReference>,
    /// The compiler's compressed source map.
    pub source_map: Option<Arc<str>>,
}

impl Bytecode {
    /// What the source map says of each instruction, in the order of the code; empty without a map.
    pub fn source_map_entries(&self) -> impl Iterator<Item = SourceMapEntry> + '_ {
        source_map::decode(self.source_map.as_deref().unwrap_or_default())
    }
}

/// A library address that is to be put into bytecode.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkReference {
    /// First byte of the 20 that are replaced.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
    /// Fully qualified name of the library, or the placeholder's hash where only that is known.
    pub library: String,
}

/// A place that holds an immutable's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImmutableReference {
    /// First byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
    /// Identifier of the variable's declaration in the syntax tree, where the compiler gives one.
    pub ast_id: Option<i64>,
}

/// One contract as a compiler gave it to us, or bare runtime bytecode.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// The contract's name; bare bytecode is named by its file.
    pub contract: ContractName,
    /// The compilation, shared by its contracts; `None` for bare bytecode.
    pub unit: Option<Arc<Unit>>,
    /// Number of the source that declares it.
    pub source: Option<SourceId>,
    /// The interface.
    pub abi: Option<JsonAbi>,
    /// Selectors by canonical signature, as the compiler lists them.
    pub method_identifiers: Option<BTreeMap<String, [u8; 4]>>,
    /// solc's layout of persistent storage.
    pub storage_layout: Option<SolcStorageLayout>,
    /// solc's layout of transient storage (solc 0.8.27 and later).
    pub transient_layout: Option<SolcStorageLayout>,
    /// Vyper's layout.
    pub vyper_layout: Option<VyperStorageLayout>,
    /// Code that deploys the contract.
    pub creation: Option<Bytecode>,
    /// Code that runs at its address; `None` or empty for abstract contracts and interfaces.
    pub runtime: Option<Bytecode>,
}

impl Artifact {
    /// An artifact of which nothing but the name is known.
    pub fn named(contract: ContractName) -> Self {
        Self {
            contract,
            unit: None,
            source: None,
            abi: None,
            method_identifiers: None,
            storage_layout: None,
            transient_layout: None,
            vyper_layout: None,
            creation: None,
            runtime: None,
        }
    }

    /// The syntax trees of its compilation, `None` for bare bytecode or when there are none.
    pub fn ast(&self) -> Option<&Ast> {
        self.unit.as_deref().map(Unit::ast).filter(|ast| !ast.is_empty())
    }

    /// The declaration of this contract in the syntax tree.
    pub fn definition(&self) -> Option<crate::ast::NodeRef> {
        self.ast()?.contract_in(self.source?, &self.contract.name)
    }

    /// The source file that declares it.
    pub fn source_file(&self) -> Option<&Source> {
        self.unit.as_deref()?.source(self.source?)
    }
}
