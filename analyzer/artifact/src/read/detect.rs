//! Which format a document has, decided by its content and never by its name.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{self, Entries, Text};
use super::names::Names;
use super::output::{self, Compilation, RawContract, RawDiagnostic, RawOutput, RawSource};
use super::settings::compiler;
use super::{Document, DocumentKind, Framework, ReadError, bytecode, hardhat, merge_foundry_artifacts};

/// The keys at the top of every format; what two formats share has the same form in both.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct TopLevel<'a> {
    #[serde(borrow, rename = "_format")]
    format: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "solcVersion")]
    version: Option<Text<'a>>,
    #[serde(borrow, rename = "solcLongVersion")]
    long_version: Option<Text<'a>>,
    #[serde(borrow)]
    language: Option<Text<'a>>,
    #[serde(borrow)]
    compiler: Option<Text<'a>>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<RawOutput<'a>>,
    #[serde(borrow, rename = "userSourceNameMap")]
    user_source_names: Option<Entries<'a, Text<'a>>>,
    #[serde(borrow)]
    abi: Option<&'a RawValue>,
    #[serde(borrow)]
    ast: Option<&'a RawValue>,
    #[serde(borrow, rename = "contractName")]
    contract_name: Option<&'a RawValue>,
    #[serde(borrow)]
    source_id_to_path: Option<&'a RawValue>,
    #[serde(borrow)]
    contracts: Option<Entries<'a, Entries<'a, RawContract<'a>>>>,
    #[serde(borrow)]
    sources: Option<Entries<'a, RawSource<'a>>>,
    #[serde(borrow)]
    errors: Option<Vec<RawDiagnostic<'a>>>,
}

/// Keys of which each format has at least one, so that a document with none of them is something else.
const OWN_KEYS: [&str; 6] = ["_format", "abi", "ast", "contracts", "output", "source_id_to_path"];

/// The name of the file that must be read together with this one: the other half of a Hardhat 3 build-info.
pub fn companion_name(name: &str, bytes: &[u8]) -> Option<String> {
    // The format is the first key of both halves.
    let head = &bytes[..bytes.len().min(256)];
    let is_half = head.windows(18).any(|window| window == b"hh3-sol-build-info");
    is_half.then(|| other_half(name))
}

fn other_half(name: &str) -> String {
    match (name.strip_suffix(".output.json"), name.strip_suffix(".json")) {
        (Some(stem), _) => format!("{stem}.json"),
        (None, Some(stem)) => format!("{stem}.output.json"),
        (None, None) => format!("{name}.output.json"),
    }
}

/// Reads a document of any format. `name` stands in messages and names bare bytecode; `companion` is the file that
/// [`companion_name`] asks for.
pub fn detect_and_read(name: &str, bytes: &[u8], companion: Option<&[u8]>) -> Result<Document, ReadError> {
    let text = json::text(name, bytes)?;
    if !text.trim_start().starts_with(['{', '[', '"']) {
        return bytecode(name, bytes);
    }
    let top = top_level(name, text)?;
    let format = top.format.as_deref().unwrap_or_default();
    if format.starts_with("hh3-sol-build-info") {
        return hardhat3(name, top, companion);
    }
    match (&top.input, &top.output) {
        (input, Some(output)) => {
            let framework =
                if format.starts_with("hh-sol-build-info") { Framework::Hardhat2 } else { Framework::Foundry };
            let compilation = Compilation {
                document: name,
                kind: DocumentKind::BuildInfo(framework),
                compiler: compiler_of(&top),
                input: input.map(RawValue::get),
                names: Names::default(),
            };
            output::read(compilation, output)
        }
        (Some(_), None) => Err(ReadError::NoOutput { document: name.to_owned() }),
        (None, None) if top.source_id_to_path.is_some() => Err(ReadError::NoOutput { document: name.to_owned() }),
        (None, None) if top.contract_name.is_some() && top.abi.is_some() => hardhat::artifact(name, text),
        (None, None) if top.abi.is_some() || top.ast.is_some() => merge_foundry_artifacts(&[(name, bytes)]),
        (None, None) => compiler_output(name, top),
    }
}

fn top_level<'a>(name: &str, text: &'a str) -> Result<TopLevel<'a>, ReadError> {
    let error = match json::document(name, "a build artifact", text) {
        Err(error @ ReadError::Shape { .. }) => error,
        read => return read,
    };
    // Other JSON may use a key of ours for something else.
    let unknown = ReadError::UnknownFormat { document: name.to_owned() };
    let Ok(keys) = serde_json::from_str::<Entries<'_, &RawValue>>(text) else {
        return Err(if text.trim_start().starts_with('{') { error } else { unknown });
    };
    let is_ours = OWN_KEYS.iter().any(|key| keys.get(key).is_some());
    let contracts: Option<Entries<'_, &RawValue>> = keys.get("contracts").and_then(|raw| json::part(raw).ok());
    if contracts.is_some_and(|contracts| contracts.0.iter().any(|(name, _)| name.contains(':'))) {
        return Err(ReadError::CombinedJson { document: name.to_owned() });
    }
    Err(if is_ours { error } else { unknown })
}

fn compiler_output(name: &str, top: TopLevel<'_>) -> Result<Document, ReadError> {
    let document = || name.to_owned();
    let is_output = top.contracts.is_some()
        || top.errors.is_some()
        || top.sources.as_ref().is_some_and(|sources| sources.0.iter().any(|(_, source)| source.id.is_some()));
    if is_output {
        let compiler = compiler_of(&top);
        let raw =
            RawOutput { compiler: top.compiler, errors: top.errors, sources: top.sources, contracts: top.contracts };
        let kind = DocumentKind::StandardJsonOutput;
        return output::read(
            Compilation { document: name, kind, compiler, input: None, names: Names::default() },
            &raw,
        );
    }
    if top.language.is_some() && top.sources.is_some() {
        return Err(ReadError::InputOnly { document: document() });
    }
    Err(ReadError::UnknownFormat { document: document() })
}

fn hardhat3(name: &str, top: TopLevel<'_>, companion: Option<&[u8]>) -> Result<Document, ReadError> {
    let other = other_half(name);
    let Some(companion) = companion else {
        return Err(ReadError::NoCompanion { document: name.to_owned(), other });
    };
    let companion: TopLevel<'_> = json::document(&other, "a Hardhat 3 build-info", json::text(&other, companion)?)?;
    let (inputs, outputs) = if top.output.is_some() { (companion, top) } else { (top, companion) };
    let id = |half: &TopLevel<'_>| half.id.map(|id| id.get().trim_matches('"').to_owned()).unwrap_or_default();
    let (input_id, output_id) = (id(&inputs), id(&outputs));
    if input_id != output_id {
        let (document, id, other_id) = (name.to_owned(), input_id, output_id);
        return Err(ReadError::CompanionMismatch { document, id, other_id });
    }
    let (Some(input), Some(output)) = (inputs.input, &outputs.output) else {
        return Err(ReadError::NoCompanion { document: name.to_owned(), other });
    };
    let names = inputs.user_source_names.as_ref().map(|names| names.0.as_slice()).unwrap_or_default();
    let compilation = Compilation {
        document: name,
        kind: DocumentKind::BuildInfo(Framework::Hardhat3),
        compiler: compiler_of(&inputs),
        input: Some(input.get()),
        names: Names::hardhat3(names.iter().map(|(user, unit)| (&**user, &**unit))),
    };
    output::read(compilation, output)
}

fn compiler_of(top: &TopLevel<'_>) -> crate::artifact::CompilerInfo {
    compiler(top.language.as_deref(), top.version.as_deref(), top.long_version.as_deref().unwrap_or_default())
}
