//! A compiler's standard-JSON output, alone or within build information, to one unit and its artifacts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use semver::Version;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Entries, Text, part};
use super::names::Names;
use super::{
    CompilerDiagnostic, Document, DocumentKind, Missing, Part, ReadError, bytecode, interface, settings, storage, vyper,
};
use crate::artifact::{Artifact, CompilerInfo, ContractName, Language, Settings, Unit};
use crate::layout_output::SolcStorageLayout;
use crate::source::{Source, SourceId, SourceText};

/// First solc that prints `storageLayout`.
const STORAGE_LAYOUT_SINCE: Version = Version::new(0, 5, 13);

/// First solc that prints `transientStorageLayout`.
const TRANSIENT_LAYOUT_SINCE: Version = Version::new(0, 8, 27);

/// The output as printed; each part that may be malformed on its own is kept unread.
#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawOutput<'a> {
    /// `vyper-0.4.3`; solc does not name itself.
    #[serde(borrow)]
    pub(super) compiler: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) errors: Option<Vec<RawDiagnostic<'a>>>,
    #[serde(borrow)]
    pub(super) sources: Option<Entries<'a, RawSource<'a>>>,
    #[serde(borrow)]
    pub(super) contracts: Option<Entries<'a, Entries<'a, RawContract<'a>>>>,
}

/// One compiled source.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawSource<'a> {
    pub(super) id: Option<u32>,
    #[serde(borrow)]
    pub(super) ast: Option<&'a RawValue>,
}

/// One compiled contract.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawContract<'a> {
    #[serde(borrow)]
    pub(super) abi: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) metadata: Option<&'a RawValue>,
    #[serde(borrow, rename = "storageLayout")]
    pub(super) storage_layout: Option<&'a RawValue>,
    #[serde(borrow, rename = "transientStorageLayout")]
    pub(super) transient_layout: Option<&'a RawValue>,
    /// Vyper's layouts.
    #[serde(borrow)]
    pub(super) layout: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) evm: Option<RawEvm<'a>>,
}

/// What is made of one contract for the machine.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawEvm<'a> {
    #[serde(borrow)]
    pub(super) bytecode: Option<&'a RawValue>,
    #[serde(borrow, rename = "deployedBytecode")]
    pub(super) deployed_bytecode: Option<&'a RawValue>,
    #[serde(borrow, rename = "methodIdentifiers")]
    pub(super) method_identifiers: Option<&'a RawValue>,
}

/// One message of the compiler.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawDiagnostic<'a> {
    #[serde(borrow)]
    severity: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
    #[serde(borrow, rename = "formattedMessage")]
    formatted: Option<Text<'a>>,
    #[serde(borrow, rename = "errorCode")]
    code: Option<Text<'a>>,
    #[serde(borrow, rename = "sourceLocation")]
    location: Option<RawLocation<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawLocation<'a> {
    #[serde(borrow)]
    file: Option<Text<'a>>,
    start: Option<i64>,
    end: Option<i64>,
}

/// The input as far as it is needed.
#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawInput<'a> {
    #[serde(borrow)]
    language: Option<Text<'a>>,
    #[serde(borrow)]
    sources: Option<Entries<'a, RawInputSource<'a>>>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
    /// Where Foundry's names are relative to; solc knows no such key.
    #[serde(borrow, rename = "basePath")]
    base_path: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawInputSource<'a> {
    #[serde(borrow)]
    content: Option<Text<'a>>,
}

/// What is known of a compilation besides its output.
pub(super) struct Compilation<'a> {
    /// Name of the document, for messages.
    pub(super) document: &'a str,
    /// What the document is.
    pub(super) kind: DocumentKind,
    /// The compiler; what it does not say is taken from a contract's metadata.
    pub(super) compiler: CompilerInfo,
    /// The recorded input.
    pub(super) input: Option<&'a str>,
    /// How the framework changes the names of sources.
    pub(super) names: Names,
}

/// Reads one compilation.
pub(super) fn read(compilation: Compilation<'_>, output: &RawOutput<'_>) -> Result<Document, ReadError> {
    let Compilation { document, kind, compiler, input: input_text, mut names } = compilation;
    let mut missing = Vec::new();
    let input: RawInput<'_> = match input_text {
        Some(text) => super::json::document(document, "a standard-JSON input", text)?,
        None => RawInput::default(),
    };
    if let Some(base) = &input.base_path {
        names.set_base(base);
    }
    let no_sources = Entries::default();
    let sources = output.sources.as_ref().unwrap_or(&no_sources);
    names.see(sources.0.iter().map(|(name, _)| &**name));

    let mut compiler = compiler;
    if let Some(language) = &input.language {
        compiler.language = settings::compiler(Some(language), None, "").language;
    }
    if let Some(version) = output.compiler.as_deref().and_then(|compiler| compiler.strip_prefix("vyper-")) {
        let named = settings::compiler(Some("Vyper"), None, version);
        compiler.language = named.language;
        if compiler.version.is_none() {
            compiler = named;
        }
    }
    let settings::Read { mut settings, selection, .. } = match input.settings.map(settings::read).transpose() {
        Ok(read) => read.unwrap_or_default(),
        Err(reason) => {
            missing.push(Missing::of_build(Part::Settings, Some(reason)));
            settings::Read::default()
        }
    };
    complete_from_metadata(&mut compiler, &mut settings, input.settings.is_some(), output);

    let (sources, ast_documents) = read_sources(document, &compiler, &input, sources, &names, &mut missing)?;
    let ids: BTreeMap<Arc<str>, SourceId> =
        sources.iter().map(|source| (Arc::clone(&source.unit_name), source.id)).collect();
    let uses_transient = uses_transient_storage(&compiler, &sources, &ast_documents);

    let mut artifacts = Vec::new();
    for (unit_name, contracts) in output.contracts.iter().flat_map(|contracts| &contracts.0) {
        let source = ids.get(&**unit_name).copied();
        let path = names.display(unit_name);
        for (contract_name, contract) in &contracts.0 {
            let name = ContractName { path: Arc::clone(&path), name: (&**contract_name).into() };
            let was_asked = |output: &str| selection.asks(unit_name, contract_name, output);
            let mut reader = ContractReader { name, compiler: &compiler, uses_transient, missing: &mut missing };
            let mut artifact = reader.read(contract, source, was_asked);
            show_libraries(&mut artifact, &names);
            artifacts.push(artifact);
        }
    }
    missing.sort();
    let recorded_input = if missing.is_empty() { None } else { input_text.map(Arc::from) };
    let unit =
        Arc::new(Unit { compiler, settings, sources, ast_documents, recorded_input, parsed_ast: OnceLock::new() });
    for artifact in &mut artifacts {
        artifact.unit = Some(Arc::clone(&unit));
    }
    artifacts.sort_by(|a, b| a.contract.cmp(&b.contract));
    let diagnostics = output.errors.iter().flatten().map(|raw| diagnostic(raw, &names)).collect();
    Ok(Document { artifacts, diagnostics, kind, missing })
}

/// Takes from the metadata of the first contract that has any what neither the caller nor the input said, the
/// compiler's commit included.
fn complete_from_metadata(
    compiler: &mut CompilerInfo,
    settings: &mut Settings,
    has_settings: bool,
    output: &RawOutput<'_>,
) {
    if has_settings && compiler.long_version.contains('+') {
        return;
    }
    let contracts = output.contracts.iter().flat_map(|files| &files.0).flat_map(|(_, contracts)| &contracts.0);
    let metadata = contracts.filter_map(|(_, contract)| contract.metadata).find_map(|raw| {
        let text: Text<'_> = part(raw).ok()?;
        settings::metadata(&text).ok()
    });
    let Some((found, read)) = metadata else { return };
    if compiler.version.is_none() {
        *compiler = found;
    } else if compiler.version == found.version && !compiler.long_version.contains('+') {
        compiler.long_version = found.long_version;
    }
    if !has_settings {
        *settings = read.settings;
    }
}

type SourcesAndTrees = (Vec<Source>, Vec<(SourceId, Arc<str>)>);

fn read_sources(
    document: &str,
    compiler: &CompilerInfo,
    input: &RawInput<'_>,
    raw: &Entries<'_, RawSource<'_>>,
    names: &Names,
    missing: &mut Vec<Missing>,
) -> Result<SourcesAndTrees, ReadError> {
    let texts: BTreeMap<&str, &RawInputSource<'_>> =
        input.sources.iter().flat_map(|sources| &sources.0).map(|(name, source)| (&**name, source)).collect();
    let mut sources = Vec::with_capacity(raw.0.len());
    let mut trees = Vec::new();
    let mut taken = BTreeSet::new();
    for (unit_name, source) in &raw.0 {
        let path = names.display(unit_name);
        let Some(id) = source.id.map(SourceId) else {
            missing.push(Missing { path, contract: None, part: Part::SourceNumber, reason: None });
            continue;
        };
        if !taken.insert(id) {
            let reason = format!("the source `{unit_name}` has the number {} of another one", id.0);
            return Err(ReadError::Shape { document: document.to_owned(), format: "a compiler's output", reason });
        }
        if compiler.language == Language::Solidity {
            match source.ast {
                Some(tree) => trees.push((id, tree.get().into())),
                None => missing.push(Missing {
                    path: Arc::clone(&path),
                    contract: None,
                    part: Part::SyntaxTree,
                    reason: None,
                }),
            }
        }
        let text = texts.get(&**unit_name).and_then(|source| source.content.as_deref()).map(SourceText::from);
        sources.push(Source { id, path, unit_name: (&**unit_name).into(), text });
    }
    sources.sort_by_key(|source| source.id);
    trees.sort_by_key(|&(id, _)| id);
    Ok((sources, trees))
}

/// Whether a contract may have transient variables, so that a layout that was not asked for is missed.
pub(super) fn uses_transient_storage(
    compiler: &CompilerInfo,
    sources: &[Source],
    trees: &[(SourceId, Arc<str>)],
) -> bool {
    if compiler.version.as_ref().is_none_or(|version| *version < TRANSIENT_LAYOUT_SINCE) {
        return false;
    }
    let unknown: BTreeSet<_> = sources.iter().filter(|source| source.text.is_none()).map(|source| source.id).collect();
    sources.iter().filter_map(|source| source.text.as_deref()).any(|text| text.contains("transient"))
        || trees.iter().any(|(id, tree)| unknown.contains(id) && tree.contains("\"transient\""))
}

/// Reads the parts of one contract and notes those that are missing.
pub(super) struct ContractReader<'a> {
    pub(super) name: ContractName,
    pub(super) compiler: &'a CompilerInfo,
    pub(super) uses_transient: bool,
    pub(super) missing: &'a mut Vec<Missing>,
}

impl ContractReader<'_> {
    /// Reads one contract. A layout that is absent although it `was_asked` for is empty.
    pub(super) fn read(
        &mut self,
        raw: &RawContract<'_>,
        source: Option<SourceId>,
        was_asked: impl Fn(&str) -> bool,
    ) -> Artifact {
        let solidity = self.compiler.language == Language::Solidity;
        let version = self.compiler.version.as_ref();
        let has_layout = solidity && version.is_none_or(|version| *version >= STORAGE_LAYOUT_SINCE);
        let has_transient = solidity && self.uses_transient;
        let is_vyper = self.compiler.language == Language::Vyper;
        let abi = self.part(Part::Abi, raw.abi, interface::abi, true);
        let RawEvm { bytecode, deployed_bytecode, method_identifiers } = raw.evm.unwrap_or_default();
        let listed = self.part(Part::MethodIdentifiers, method_identifiers, interface::method_identifiers, false);
        let mut layout = |part, raw: Option<&RawValue>, key, is_needed| match raw {
            None if was_asked(key) => Some(SolcStorageLayout::default()),
            raw => self.part(part, raw, storage::read, is_needed),
        };
        let storage_layout = layout(Part::StorageLayout, raw.storage_layout, "storageLayout", has_layout);
        let transient_layout =
            layout(Part::TransientLayout, raw.transient_layout, "transientStorageLayout", has_transient);
        let vyper_layout = raw.layout.filter(|_| is_vyper);
        Artifact {
            contract: self.name.clone(),
            unit: None,
            source,
            method_identifiers: listed.or_else(|| abi.as_ref().map(interface::selectors)),
            abi,
            storage_layout,
            transient_layout,
            vyper_layout: self.part(Part::StorageLayout, vyper_layout, vyper::part_of_output, is_vyper),
            creation: self.part(Part::CreationCode, bytecode, bytecode::read, true).flatten(),
            runtime: self.part(Part::RuntimeCode, deployed_bytecode, bytecode::read, true).flatten(),
        }
    }

    fn part<T>(
        &mut self,
        part: Part,
        raw: Option<&RawValue>,
        read: impl FnOnce(&RawValue) -> Result<T, String>,
        is_needed: bool,
    ) -> Option<T> {
        let reason = match raw.map(read) {
            Some(Ok(value)) => return Some(value),
            Some(Err(reason)) => Some(reason),
            None if is_needed => None,
            None => return None,
        };
        let contract = Some(Arc::clone(&self.name.name));
        self.missing.push(Missing { path: Arc::clone(&self.name.path), contract, part, reason });
        None
    }
}

/// Names the sources of linked libraries as they are displayed.
fn show_libraries(artifact: &mut Artifact, names: &Names) {
    let codes = [&mut artifact.creation, &mut artifact.runtime];
    for link in codes.into_iter().flatten().flat_map(|code| &mut code.link_references) {
        if let Some((file, library)) = link.library.rsplit_once(':') {
            link.library = format!("{}:{library}", names.display(file));
        }
    }
}

fn diagnostic(raw: &RawDiagnostic<'_>, names: &Names) -> CompilerDiagnostic {
    let location = raw.location.as_ref();
    let start = location.and_then(|at| u32::try_from(at.start?).ok());
    let end = location.and_then(|at| u32::try_from(at.end?).ok());
    CompilerDiagnostic {
        is_error: raw.severity.as_deref().is_none_or(|severity| severity == "error"),
        message: raw.message.as_deref().unwrap_or_default().to_owned(),
        formatted: raw.formatted.as_deref().map(str::to_owned),
        code: raw.code.as_deref().map(str::to_owned),
        path: location
            .and_then(|at| at.file.as_deref())
            .filter(|file| !file.is_empty())
            .map(|file| names.display(file)),
        bytes: start.zip(end).filter(|(start, end)| start <= end).map(|(start, end)| start..end),
    }
}
