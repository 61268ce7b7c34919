//! Facts about one version of a contract.

use std::sync::Arc;

use uplint_artifact::Artifact;
use uplint_layout::StorageLayout;

/// One version of a contract, as rules see it.
#[derive(Clone, Debug)]
pub struct VersionFacts {
    /// What the compiler gave us.
    pub artifact: Arc<Artifact>,
    /// Declared storage.
    pub layout: StorageLayout,
}

impl VersionFacts {
    /// Whether the storage layout was declared by a source, as opposed to unknown.
    pub fn has_declared_layout(&self) -> bool {
        self.artifact.storage_layout.is_some() || self.artifact.vyper_layout.is_some() || self.artifact.ast().is_some()
    }
}
