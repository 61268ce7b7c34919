//! Our compiler store as a compiler of foundry-compilers, and what is asked of solc.
//!
//! foundry-compilers resolves imports and groups sources by the versions that their pragmas allow. It asks the compiler
//! which versions there are; what solc prints is kept as text, because its own types drop what a reader of syntax trees
//! and layouts needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use foundry_compilers::artifacts::{Contract, Error, SolcLanguage};
use foundry_compilers::compilers::solc::{SolcSettings, SolcVersionedInput};
use foundry_compilers::compilers::{Compiler, CompilerOutput, CompilerVersion};
use foundry_compilers::error::SolcError;
use foundry_compilers::resolver::parse::SolParser;
use semver::{Comparator, Op, Version, VersionReq};
use serde_json::{Map, Value, json};

use crate::cache::{Cache, Key};
use crate::error::CompileError;
use crate::store::{Available, Solc, Store};

/// The first releases that print each of these.
const HAS_AST: Version = Version::new(0, 4, 12);
const HAS_STORAGE_LAYOUT: Version = Version::new(0, 5, 13);
const HAS_IMMUTABLES: Version = Version::new(0, 6, 5);
const HAS_TRANSIENT_LAYOUT: Version = Version::new(0, 8, 27);

/// The store as foundry-compilers sees it.
#[derive(Clone, Debug)]
pub(crate) struct StoreCompiler {
    store: Arc<Store>,
    available: Arc<[Available]>,
}

impl StoreCompiler {
    /// A compiler that offers what the store has, and releases newer than this program that a source demands: npm may
    /// have them.
    pub(crate) fn new<'a>(
        store: Arc<Store>,
        demands: impl Iterator<Item = &'a VersionReq>,
    ) -> Result<Self, CompileError> {
        let mut available = store.available()?;
        for version in demands.flat_map(|demand| &demand.comparators).filter_map(lowest) {
            let is_known = available.iter().any(|known| known.version == version);
            if store.may_fetch() && Store::is_newer_than_known(&version) && !is_known {
                available.push(Available { version, is_installed: false });
            }
        }
        Ok(Self { store, available: available.into() })
    }
}

impl Compiler for StoreCompiler {
    type Input = SolcVersionedInput;
    type CompilationError = Error;
    type CompilerContract = Contract;
    type Parser = SolParser;
    type Settings = SolcSettings;
    type Language = SolcLanguage;

    fn compile(&self, input: &Self::Input) -> Result<CompilerOutput<Error, Contract>, SolcError> {
        let solc = self.store.solc(&input.version).map_err(SolcError::msg)?;
        let text = serde_json::to_string(&input.input)?;
        let output = self.store.run(&solc, &text).map_err(SolcError::msg)?;
        let output: foundry_compilers::artifacts::CompilerOutput = serde_json::from_str(&output)?;
        Ok(CompilerOutput {
            errors: output.errors,
            contracts: output.contracts,
            sources: output.sources,
            metadata: BTreeMap::new(),
        })
    }

    fn available_versions(&self, _language: &SolcLanguage) -> Vec<CompilerVersion> {
        let of = |available: &Available| {
            let version = available.version.clone();
            if available.is_installed { CompilerVersion::Installed(version) } else { CompilerVersion::Remote(version) }
        };
        let mut versions: Vec<_> = self.available.iter().map(of).collect();
        // The newest that fits is taken from the end.
        versions.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
        versions
    }
}

/// The lowest version that a comparator admits, where it names one in full.
fn lowest(comparator: &Comparator) -> Option<Version> {
    let names_lowest = matches!(comparator.op, Op::Exact | Op::GreaterEq | Op::Caret | Op::Tilde);
    names_lowest.then_some(Version::new(comparator.major, comparator.minor?, comparator.patch?))
}

/// Everything that is asked of solc about every contract, as a value of `settings.outputSelection`.
pub(crate) fn output_selection(version: &Version) -> Value {
    let mut contract = vec![
        "abi",
        "evm.methodIdentifiers",
        "evm.bytecode.object",
        "evm.bytecode.sourceMap",
        "evm.bytecode.linkReferences",
        "evm.deployedBytecode.object",
        "evm.deployedBytecode.sourceMap",
        "evm.deployedBytecode.linkReferences",
    ];
    if *version >= HAS_IMMUTABLES {
        contract.push("evm.deployedBytecode.immutableReferences");
    }
    if *version >= HAS_STORAGE_LAYOUT {
        contract.push("storageLayout");
    }
    if *version >= HAS_TRANSIENT_LAYOUT {
        contract.push("transientStorageLayout");
    }
    let mut selection = Map::from_iter([("*".to_owned(), json!(contract))]);
    if *version >= HAS_AST {
        selection.insert(String::new(), json!(["ast"]));
    }
    json!({ "*": selection })
}

/// What solc prints for an input: from the cache, else by running it. `is_sound` decides whether an output is stored.
pub(crate) fn print(
    store: &Store,
    cache: &Cache,
    solc: &Solc,
    input: &str,
    is_sound: impl FnOnce(&str) -> bool,
    on_run: impl FnOnce(),
) -> Result<String, CompileError> {
    let key = Key::new(&solc.identity.cache_text(), input);
    if let Some(output) = cache.get(key) {
        return Ok(output);
    }
    on_run();
    let output = store.run(solc, input)?;
    if is_sound(&output) {
        cache.put(key, &output)?;
    }
    Ok(output)
}
