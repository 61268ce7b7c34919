//! Foundry's artifacts, one contract a file, and which of them come from one run of the compiler.
//!
//! Identifiers in syntax trees and numbers of sources mean something within one run only, and an artifact does not say
//! which run it comes from: a directory holds the results of all incremental builds since it was last cleaned.
//! Artifacts of one compiler and the same settings are therefore put into one unit as long as nothing contradicts it:
//! two sources with one number, two trees of one source, overlapping identifiers, or an import that names another
//! identifier for the imported source than that source has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{self, Text, part};
use super::output::{ContractReader, RawContract, RawEvm, uses_transient_storage};
use super::settings::{self, compiler};
use super::{Document, DocumentKind, Missing, Part, ReadError, stem};
use crate::artifact::{Artifact, CompilerInfo, ContractName, Language, Settings, Unit};
use crate::source::{Source, SourceId};

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawArtifact<'a> {
    #[serde(borrow)]
    abi: Option<&'a RawValue>,
    #[serde(borrow)]
    bytecode: Option<&'a RawValue>,
    #[serde(borrow, rename = "deployedBytecode")]
    deployed_bytecode: Option<&'a RawValue>,
    #[serde(borrow, rename = "methodIdentifiers")]
    method_identifiers: Option<&'a RawValue>,
    /// The metadata as the compiler printed it.
    #[serde(borrow, rename = "rawMetadata")]
    raw_metadata: Option<Text<'a>>,
    /// The same as an object; text in files of deployments.
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow, rename = "storageLayout")]
    storage_layout: Option<&'a RawValue>,
    #[serde(borrow, rename = "transientStorageLayout")]
    transient_layout: Option<&'a RawValue>,
    #[serde(borrow)]
    ast: Option<&'a RawValue>,
    id: Option<u32>,
}

/// As much of a syntax tree as tells with which others it was made.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawTree<'a> {
    #[serde(borrow, rename = "absolutePath")]
    path: Option<Text<'a>>,
    id: Option<i64>,
    #[serde(borrow)]
    nodes: Option<Vec<RawTopNode<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawTopNode<'a> {
    /// Path of an imported source.
    #[serde(borrow, rename = "absolutePath")]
    path: Option<Text<'a>>,
    /// Identifier of an imported source.
    #[serde(rename = "sourceUnit")]
    source_unit: Option<i64>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

/// One file, as far as it decides about units.
struct Piece<'a> {
    raw: RawArtifact<'a>,
    compiler: CompilerInfo,
    settings: Settings,
    path: Arc<str>,
    /// `None` for a source without contracts.
    contract: Option<Arc<str>>,
    tree: Option<Tree<'a>>,
    problems: Vec<(Part, String)>,
}

/// A syntax tree with the identifiers that it uses.
struct Tree<'a> {
    document: &'a str,
    /// The source unit's own identifier, which is the largest of the source.
    root: i64,
    smallest: i64,
    /// Imported sources with their identifiers.
    imports: Vec<(Arc<str>, i64)>,
    /// Names of what the source declares.
    declarations: Vec<String>,
}

/// Reads artifacts of one directory, each with its name. Artifacts of one compiler run share a unit.
pub fn merge_foundry_artifacts(files: &[(&str, &[u8])]) -> Result<Document, ReadError> {
    let mut pieces = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let raw = json::document(name, "a Foundry artifact", json::text(name, bytes)?)?;
        pieces.push(piece(name, raw));
    }
    // Sources without contracts have no metadata, so that they come last and go where an import names them.
    let key =
        |piece: &Piece<'_>| (piece.contract.is_none(), piece.raw.id, Arc::clone(&piece.path), piece.contract.clone());
    pieces.sort_by_cached_key(key);
    let mut runs: Vec<Run<'_>> = Vec::new();
    for piece in pieces {
        let admitting = || runs.iter().enumerate().filter(|(_, run)| run.admits(&piece)).map(|(at, run)| (run, at));
        let found = admitting().find(|(run, _)| run.expects(&piece)).or_else(|| admitting().next());
        match found.map(|(_, at)| at) {
            Some(at) => runs[at].add(piece),
            None => runs.push(Run::of(piece)),
        }
    }
    let mut artifacts = Vec::new();
    let mut missing = Vec::new();
    for run in runs {
        run.finish(&mut artifacts, &mut missing);
    }
    artifacts.sort_by(|a, b| a.contract.cmp(&b.contract));
    missing.sort();
    missing.dedup();
    Ok(Document { artifacts, diagnostics: Vec::new(), kind: DocumentKind::FoundryArtifact, missing })
}

fn piece<'a>(name: &str, raw: RawArtifact<'a>) -> Piece<'a> {
    let mut problems = Vec::new();
    let metadata = match (&raw.raw_metadata, raw.metadata) {
        (Some(text), _) => Some(settings::metadata(text)),
        (None, Some(raw)) => Some(match part::<Text<'_>>(raw) {
            Ok(text) => settings::metadata(&text),
            Err(_) => settings::metadata(raw.get()),
        }),
        (None, None) => None,
    };
    let (compiler, read) = metadata
        .transpose()
        .unwrap_or_else(|reason| {
            problems.push((Part::Settings, reason));
            None
        })
        .unwrap_or_else(|| (compiler(language_of(name), None, ""), settings::Read::default()));
    let (tree, tree_path) = match raw.ast.map(tree).transpose() {
        Ok(read) => read.unzip(),
        Err(reason) => {
            problems.push((Part::SyntaxTree, reason));
            (None, None)
        }
    };
    let (target_path, target_name) = read.target.unzip();
    let path = target_path.or(tree_path.flatten()).unwrap_or_else(|| directory_of(name).to_owned());
    // A source without contracts has an artifact too, named by the source, with an empty interface and no metadata.
    let is_declared = tree.as_ref().is_none_or(|tree| tree.declarations.iter().any(|declared| declared == stem(name)));
    let is_contract = target_name.is_some() || raw.abi.is_some() && is_declared;
    let contract = is_contract.then(|| target_name.map_or_else(|| stem(name).into(), Arc::from));
    Piece { raw, compiler, settings: read.settings, path: path.into(), contract, tree, problems }
}

/// Foundry puts `A.json` into a directory named as the source, which is all that tells when there is no metadata.
fn directory_of(name: &str) -> &str {
    let mut parts = name.rsplit(['/', '\\']);
    parts
        .nth(1)
        .filter(|directory| directory.contains('.') && *directory != "." && *directory != "..")
        .unwrap_or_default()
}

fn language_of(name: &str) -> Option<&'static str> {
    match directory_of(name).rsplit_once('.') {
        Some((_, "vy" | "vyi")) => Some("Vyper"),
        _ => None,
    }
}

fn tree(raw: &RawValue) -> Result<(Tree<'_>, Option<String>), String> {
    let tree: RawTree<'_> = part(raw)?;
    let root = tree.id.ok_or("its source unit has no identifier")?;
    let imports =
        tree.nodes.iter().flatten().filter_map(|node| Some(((&**node.path.as_ref()?).into(), node.source_unit?)));
    let imports = imports.collect();
    let smallest = smallest_id(raw.get()).unwrap_or(root).min(root);
    let path = tree.path.map(|path| path.to_string());
    let declarations = tree.nodes.iter().flatten().filter_map(|node| Some(node.name.as_deref()?.to_owned())).collect();
    Ok((Tree { document: raw.get(), root, smallest, imports, declarations }, path))
}

/// The smallest value of a key `id`. Within a JSON string the quotes would be escaped, so that a plain search finds
/// keys alone.
fn smallest_id(document: &str) -> Option<i64> {
    let values = document.split("\"id\"").skip(1).filter_map(|rest| {
        let value = rest.trim_start().strip_prefix(':')?.trim_start();
        let end = value.find(|character: char| !character.is_ascii_digit()).unwrap_or(value.len());
        value[..end].parse().ok()
    });
    values.min()
}

/// Pieces of one compiler run.
struct Run<'a> {
    pieces: Vec<Piece<'a>>,
    paths: BTreeMap<Arc<str>, Option<u32>>,
    ids: BTreeMap<u32, Arc<str>>,
    /// Identifiers of source units, as trees have them and as imports name them.
    roots: BTreeMap<Arc<str>, i64>,
    /// Largest identifier of each tree by its smallest.
    ranges: BTreeMap<i64, i64>,
    documents: BTreeMap<Arc<str>, &'a str>,
}

impl<'a> Run<'a> {
    fn of(piece: Piece<'a>) -> Self {
        let mut run = Self {
            pieces: Vec::new(),
            paths: BTreeMap::new(),
            ids: BTreeMap::new(),
            roots: BTreeMap::new(),
            ranges: BTreeMap::new(),
            documents: BTreeMap::new(),
        };
        run.add(piece);
        run
    }

    fn admits(&self, piece: &Piece<'_>) -> bool {
        let first = &self.pieces[0];
        let same_build = first.compiler == piece.compiler && first.settings == piece.settings;
        (same_build || piece.contract.is_none())
            && self.paths.get(&piece.path).is_none_or(|id| *id == piece.raw.id)
            && piece.raw.id.is_none_or(|id| self.ids.get(&id).is_none_or(|path| *path == piece.path))
            && piece.tree.as_ref().is_none_or(|tree| self.admits_tree(&piece.path, tree))
    }

    /// Whether an import names this very tree.
    fn expects(&self, piece: &Piece<'_>) -> bool {
        piece.tree.as_ref().is_some_and(|tree| self.roots.get(&piece.path) == Some(&tree.root))
    }

    fn admits_tree(&self, path: &Arc<str>, tree: &Tree<'_>) -> bool {
        if let Some(known) = self.documents.get(path) {
            return *known == tree.document;
        }
        let before = self.ranges.range(..=tree.root).next_back();
        before.is_none_or(|(_, &largest)| largest < tree.smallest)
            && self.roots.get(path).is_none_or(|&root| root == tree.root)
            && tree.imports.iter().all(|(path, root)| self.roots.get(path).is_none_or(|known| known == root))
    }

    fn add(&mut self, piece: Piece<'a>) {
        self.paths.insert(Arc::clone(&piece.path), piece.raw.id);
        if let Some(id) = piece.raw.id {
            self.ids.insert(id, Arc::clone(&piece.path));
        }
        if let Some(tree) = &piece.tree {
            self.ranges.insert(tree.smallest, tree.root);
            self.roots.insert(Arc::clone(&piece.path), tree.root);
            self.roots.extend(tree.imports.iter().cloned());
            self.documents.insert(Arc::clone(&piece.path), tree.document);
        }
        self.pieces.push(piece);
    }

    fn finish(self, artifacts: &mut Vec<Artifact>, missing: &mut Vec<Missing>) {
        let first = &self.pieces[0];
        let (compiler, settings) = (first.compiler.clone(), first.settings.clone());
        let sources: Vec<_> = self.ids.iter().map(|(&id, path)| source(id, path)).collect();
        let trees = self.documents.iter().filter_map(|(path, document)| {
            let id = self.paths.get(path).copied().flatten()?;
            Some((SourceId(id), Arc::from(*document)))
        });
        let mut ast_documents: Vec<(SourceId, Arc<str>)> = trees.collect();
        ast_documents.sort_by_key(|&(id, _)| id);
        self.list_missing(&compiler, missing);

        let uses_transient = uses_transient_storage(&compiler, &sources, &ast_documents);
        // Foundry leaves empty layouts out, so that one layout among the artifacts tells that all were asked for.
        let has_layouts = self.pieces.iter().any(|piece| piece.raw.storage_layout.is_some());
        let has_transient = self.pieces.iter().any(|piece| piece.raw.transient_layout.is_some());
        let was_asked = |output: &str| if output == "storageLayout" { has_layouts } else { has_transient };
        let mut contracts = Vec::new();
        for piece in &self.pieces {
            let Some(name) = &piece.contract else { continue };
            let name = ContractName { path: Arc::clone(&piece.path), name: Arc::clone(name) };
            let source = piece.raw.id.map(SourceId);
            let mut reader = ContractReader { name, compiler: &compiler, uses_transient, missing };
            contracts.push(reader.read(&raw_contract(&piece.raw), source, was_asked));
        }
        let parsed_ast = OnceLock::new();
        let unit = Arc::new(Unit { compiler, settings, sources, ast_documents, recorded_input: None, parsed_ast });
        artifacts.extend(contracts.into_iter().map(|mut artifact| {
            artifact.unit = Some(Arc::clone(&unit));
            artifact
        }));
    }

    fn list_missing(&self, compiler: &CompilerInfo, missing: &mut Vec<Missing>) {
        let of_source =
            |path: &Arc<str>, part, reason| Missing { path: Arc::clone(path), contract: None, part, reason };
        for piece in &self.pieces {
            missing.extend(
                piece.problems.iter().map(|(part, reason)| of_source(&piece.path, *part, Some(reason.clone()))),
            );
            if piece.raw.id.is_none() {
                missing.push(of_source(&piece.path, Part::SourceNumber, None));
            }
            if piece.raw.ast.is_none() && compiler.language == Language::Solidity {
                missing.push(of_source(&piece.path, Part::SyntaxTree, None));
            }
        }
        missing.extend(self.incomplete_imports().into_iter().map(|(path, absent)| {
            let reason = format!("it imports `{absent}`, whose syntax tree is absent or of another build");
            of_source(&path, Part::SyntaxTree, Some(reason))
        }));
    }

    /// Sources that import one without a tree, directly or not, each with that one.
    fn incomplete_imports(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        let mut importers: BTreeMap<&Arc<str>, BTreeSet<&Arc<str>>> = BTreeMap::new();
        for piece in &self.pieces {
            for (imported, _) in piece.tree.iter().flat_map(|tree| &tree.imports) {
                importers.entry(imported).or_default().insert(&piece.path);
            }
        }
        let mut found = BTreeMap::new();
        let absent = self.roots.keys().filter(|path| !self.documents.contains_key(*path));
        let mut queue: Vec<_> = absent.map(|path| (path, path)).collect();
        while let Some((path, absent)) = queue.pop() {
            for &importer in importers.get(path).into_iter().flatten() {
                if found.insert(Arc::clone(importer), Arc::clone(absent)).is_none() {
                    queue.push((importer, absent));
                }
            }
        }
        found
    }
}

fn source(id: u32, path: &Arc<str>) -> Source {
    Source { id: SourceId(id), path: Arc::clone(path), unit_name: Arc::clone(path), text: None }
}

fn raw_contract<'a>(raw: &RawArtifact<'a>) -> RawContract<'a> {
    let (bytecode, deployed_bytecode) = (raw.bytecode, raw.deployed_bytecode);
    let evm = RawEvm { bytecode, deployed_bytecode, method_identifiers: raw.method_identifiers };
    RawContract {
        abi: raw.abi,
        storage_layout: raw.storage_layout,
        transient_layout: raw.transient_layout,
        evm: Some(evm),
        ..RawContract::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_identifier_is_found_in_any_spacing_and_not_in_text() {
        let document = r#"{"id": 9,"nodes":[{"id":7},{"id"
            :4,"x":"\"id\":1"},{"id":-2},{"id":"x"}],"value":"id"}"#;
        assert_eq!(smallest_id(document), Some(4));
    }

    #[test]
    fn a_file_of_a_deployment_is_read_as_an_artifact() {
        let json = br#"{"address":"0x01","abi":[],"bytecode":"0x6000","deployedBytecode":"0x60",
            "metadata":"{\"compiler\":{\"version\":\"0.8.9+commit.e5eed63a\"},\"settings\":{\"compilationTarget\":{\"c/A.sol\":\"A\"}}}"}"#;
        let document = super::super::detect_and_read("deployments/A.json", json, None).expect("an artifact");
        let artifact = &document.artifacts[0];
        assert_eq!(artifact.contract.to_string(), "c/A.sol:A");
        assert_eq!(artifact.runtime.as_ref().map(|code| code.bytes.to_vec()), Some(vec![0x60]));
    }

    #[test]
    fn an_artifact_without_metadata_is_named_by_its_file_and_directory() {
        let json = br#"{"abi":[],"bytecode":{"object":"0x6000"},"deployedBytecode":{"object":"0x60"}}"#;
        let document = merge_foundry_artifacts(&[("out/Token.vy/Token.json", json)]).expect("an artifact");
        assert_eq!(document.artifacts[0].contract.to_string(), "Token.vy:Token");
        let unit = document.artifacts[0].unit.as_deref().expect("a unit");
        assert_eq!(unit.compiler.language, Language::Vyper);
    }
}
