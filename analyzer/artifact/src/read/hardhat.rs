//! Hardhat's artifacts: one contract a file, with its interface and its bytecode alone.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::bytecode::{RawImmutableReferences, RawLinkReferences};
use super::json::{self, Text};
use super::names::Names;
use super::{Document, DocumentKind, Missing, Part, ReadError, bytecode, interface};
use crate::artifact::{Artifact, Bytecode, ContractName};

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawArtifact<'a> {
    #[serde(borrow, rename = "contractName")]
    contract_name: Text<'a>,
    #[serde(borrow, rename = "sourceName")]
    source_name: Option<Text<'a>>,
    #[serde(borrow)]
    abi: &'a RawValue,
    #[serde(borrow)]
    bytecode: Option<Text<'a>>,
    #[serde(borrow, rename = "deployedBytecode")]
    deployed_bytecode: Option<Text<'a>>,
    #[serde(borrow, rename = "linkReferences")]
    link_references: Option<RawLinkReferences<'a>>,
    #[serde(borrow, rename = "deployedLinkReferences")]
    deployed_link_references: Option<RawLinkReferences<'a>>,
    /// Since Hardhat 3.
    #[serde(borrow, rename = "immutableReferences")]
    immutable_references: Option<RawImmutableReferences<'a>>,
}

/// Reads one artifact. Its layout and syntax tree are in the build information that Hardhat keeps beside it.
pub(super) fn artifact(name: &str, text: &str) -> Result<Document, ReadError> {
    let raw: RawArtifact<'_> = json::document(name, "a Hardhat artifact", text)?;
    let path = Names::default().display(raw.source_name.as_deref().unwrap_or_default());
    let contract = ContractName { path, name: (&*raw.contract_name).into() };
    let missing_part = |part, reason| {
        let (path, contract) = (Arc::clone(&contract.path), Some(Arc::clone(&contract.name)));
        Missing { path, contract, part, reason }
    };
    let mut missing = vec![missing_part(Part::StorageLayout, None), missing_part(Part::SyntaxTree, None)];
    let mut note = |part, reason: Option<String>| missing.push(missing_part(part, reason));
    let abi = interface::abi(raw.abi).map_err(|reason| note(Part::Abi, Some(reason))).ok();
    let mut code = |part, object: Option<&str>, links, immutables| -> Option<Bytecode> {
        let Some(object) = object else {
            note(part, None);
            return None;
        };
        bytecode::assemble(object, links, immutables, None).unwrap_or_else(|reason| {
            note(part, Some(reason));
            None
        })
    };
    let creation = code(Part::CreationCode, raw.bytecode.as_deref(), raw.link_references.as_ref(), None);
    let links = raw.deployed_link_references.as_ref();
    let immutables = raw.immutable_references.as_ref();
    let runtime = code(Part::RuntimeCode, raw.deployed_bytecode.as_deref(), links, immutables);
    missing.sort();
    let method_identifiers = abi.as_ref().map(interface::selectors);
    let artifact = Artifact { abi, method_identifiers, creation, runtime, ..Artifact::named(contract) };
    let (artifacts, diagnostics, kind) = (vec![artifact], Vec::new(), DocumentKind::HardhatArtifact);
    Ok(Document { artifacts, diagnostics, kind, missing })
}
