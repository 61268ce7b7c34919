//! Facts about one version of a contract.

use std::sync::Arc;

use uplint_artifact::Artifact;
use uplint_layout::{StorageLayout, StorageVariable, TypeKind};

use crate::code::{CodeFacts, code_facts};
use crate::interface::{Interface, interface};

/// One version of a contract, as rules see it.
#[derive(Clone, Debug)]
pub struct VersionFacts {
    /// What the compiler gave us.
    pub artifact: Arc<Artifact>,
    /// Declared storage.
    pub layout: StorageLayout,
    /// What it answers to; empty without an ABI.
    pub interface: Interface,
    /// Its bytecode as bytes.
    pub code: CodeFacts,
}

/// Establishes the facts about one version.
pub fn version_facts(artifact: Arc<Artifact>) -> VersionFacts {
    let interface =
        artifact.abi.as_ref().map(|abi| interface(abi, artifact.method_identifiers.as_ref())).unwrap_or_default();
    VersionFacts { layout: StorageLayout::default(), interface, code: code_facts(&artifact), artifact }
}

impl VersionFacts {
    /// Whether the storage layout was declared by a source, as opposed to unknown.
    pub fn has_declared_layout(&self) -> bool {
        self.artifact.storage_layout.is_some() || self.artifact.vyper_layout.is_some() || self.artifact.ast().is_some()
    }

    /// Whether both are the same code once metadata is cut, with the same interface and the same declared storage.
    /// Contracts without code are the same when what is known of them is.
    pub fn is_same_code_as(&self, other: &VersionFacts) -> bool {
        self.code.hash == other.code.hash
            && self.code.linked_libraries == other.code.linked_libraries
            && self.interface == other.interface
            && storage_outline(&self.layout) == storage_outline(&other.layout)
    }
}

/// Everything about a layout that storage depends on, without places in the source.
fn storage_outline(layout: &StorageLayout) -> impl PartialEq {
    let variable = |variable: &StorageVariable| {
        (
            variable.label.clone(),
            variable.ty,
            variable.place,
            variable.renamed_from.clone(),
            variable.retyped_from.clone(),
        )
    };
    let roots: Vec<_> = layout
        .roots
        .iter()
        .map(|root| {
            let variables: Vec<_> = root.variables.iter().map(variable).collect();
            (root.kind.clone(), root.space, root.base, variables)
        })
        .collect();
    let types: Vec<_> = layout
        .types
        .iter()
        .map(|(_, ty)| {
            let members: Vec<_> = match &ty.kind {
                TypeKind::Struct { members } => members.iter().map(variable).collect(),
                _ => Vec::new(),
            };
            let other = if members.is_empty() { Some(ty.kind.clone()) } else { None };
            (ty.label.clone(), ty.size_bytes, members, other)
        })
        .collect();
    (roots, types)
}
