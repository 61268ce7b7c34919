//! All storage that an artifact declares, from what its compiler printed and from its syntax tree.

use uplint_artifact::Artifact;

use crate::draft::Draft;
use crate::layout::{LayoutOrigin, Root, RootKind, Space, StorageLayout, StorageVariable};
use crate::place::Slot;
use crate::solc;

/// The storage layout that an artifact declares. Total: what cannot be laid out is listed in
/// [`StorageLayout::gaps`].
#[must_use]
pub fn layout_of(artifact: &Artifact) -> StorageLayout {
    let mut draft = Draft { unit: artifact.unit.as_deref(), ast: artifact.ast(), ..Draft::default() };
    let mut roots = Vec::new();
    if let Some(printed) = &artifact.storage_layout {
        let variables = solc::variables(&mut draft, printed);
        roots.push(linear(artifact, Space::Storage, variables));
    }
    if let Some(printed) = &artifact.transient_layout {
        let variables = solc::variables(&mut draft, printed);
        roots.push(linear(artifact, Space::Transient, variables));
    }
    StorageLayout { roots, types: draft.types, gaps: draft.gaps }
}

/// State variables as the compiler placed them.
fn linear(artifact: &Artifact, space: Space, variables: Vec<StorageVariable>) -> Root {
    Root {
        kind: RootKind::Linear,
        space,
        base: variables.first().map_or(Slot::default(), |variable| variable.place.slot),
        used_base: None,
        variables,
        origin: LayoutOrigin::Compiler,
        span: artifact.definition().and_then(|node| Some(artifact.ast()?[node].span)),
        declared_in: Some(artifact.contract.name.clone()),
    }
}
