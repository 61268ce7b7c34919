//! Layouts that Vyper prints: whole-slot variables whose types are labels, completed from the source text.
//!
//! Vyper never packs: each variable, member and element starts a slot and fills whole ones. `Bytes[N]`, `String[N]` and
//! `DynArray[T, N]` take a slot for the length and then room for all they can hold. Labels name structs, flags and
//! interfaces without their contents, which only the source text has.

use alloy_primitives::U256;
use uplint_artifact::{Artifact, Span, VyperVariable};

use crate::declaration::bare_variable;
use crate::draft::Draft;
use crate::layout::{LayoutOrigin, Root, RootKind, Space, StorageVariable};
use crate::place::{Place, Slot};
use crate::types::{StorageType, TypeId, TypeKind};

mod label;
mod source;

use source::Sources;

/// The roots of a Vyper contract: its persistent variables, and the transient ones if there are any.
pub(crate) fn roots(draft: &mut Draft<'_>, artifact: &Artifact) -> Vec<Root> {
    let Some(printed) = &artifact.vyper_layout else {
        draft.gap("the compiler's storage layout is missing", None);
        return Vec::new();
    };
    let sources = Sources::read(artifact.unit.as_deref(), artifact.source);
    if printed.storage.is_empty() && printed.transient.is_empty() {
        return vec![root(artifact, Space::Storage, Vec::new())];
    }
    let storage = variables(draft, artifact, &sources, &printed.storage);
    let transient = variables(draft, artifact, &sources, &printed.transient);
    let mut roots = vec![root(artifact, Space::Storage, storage)];
    if !transient.is_empty() {
        roots.push(root(artifact, Space::Transient, transient));
    }
    roots
}

fn root(artifact: &Artifact, space: Space, variables: Vec<StorageVariable>) -> Root {
    Root {
        kind: RootKind::Linear,
        space,
        base: Slot::default(),
        used_base: None,
        variables,
        origin: LayoutOrigin::Compiler,
        // A Vyper contract is its file.
        span: artifact.source.map(|source| Span { source, start: 0, len: 0 }),
        declared_in: Some(artifact.contract.name.clone()),
    }
}

fn variables(
    draft: &mut Draft<'_>,
    artifact: &Artifact,
    sources: &Sources,
    printed: &[VyperVariable],
) -> Vec<StorageVariable> {
    let mut sorted: Vec<&VyperVariable> = printed.iter().collect();
    sorted.sort_by_key(|variable| variable.slot);
    let mut variables = Vec::with_capacity(sorted.len());
    for (at, variable) in sorted.iter().enumerate() {
        let next = sorted.get(at + 1).map(|next| next.slot);
        let ty = label::read(draft, sources, &variable.type_label);
        let ty = fit(draft, variable, ty, next);
        let len_bytes = draft.types[ty].size_bytes;
        let place = Place { slot: Slot(variable.slot), offset: 0, len_bytes };
        let declaration = sources.variable(&variable.label);
        variables.push(StorageVariable {
            declared_in: Some(artifact.contract.name.clone()),
            span: declaration.map(|declaration| declaration.span),
            visibility: declaration.map(|declaration| declaration.visibility),
            is_referenced: declaration.map(|declaration| declaration.is_referenced),
            ..bare_variable(&variable.label, ty, place)
        });
    }
    variables
}

/// Holds a type against the room that the compiler gave to the variable. A type whose contents are unknown takes that
/// room, and one that does not fit into it is unknown after all.
fn fit(draft: &mut Draft<'_>, variable: &VyperVariable, ty: TypeId, next: Option<U256>) -> TypeId {
    let printed = variable.slot_count.and_then(|slots| slots.checked_mul(U256::from(32)));
    let until_next = next.and_then(|next| next.saturating_sub(variable.slot).checked_mul(U256::from(32)));
    let StorageType { label, size_bytes, kind } = draft.types[ty].clone();
    let fits = match (printed, until_next) {
        (Some(printed), _) => size_bytes == printed,
        (None, Some(room)) => size_bytes <= room,
        (None, None) => variable.slot.checked_add(size_bytes.div_ceil(U256::from(32))).is_some(),
    };
    if kind != TypeKind::Unknown && fits {
        return ty;
    }
    let name = &variable.label;
    match (kind == TypeKind::Unknown, printed.or(until_next)) {
        (true, Some(_)) => draft.gap(format!("what `{label}` of `{name}` is made of is unknown"), None),
        (true, None) => draft.gap(format!("the size of `{label}` of `{name}` is unknown"), None),
        (false, _) => draft.gap(format!("`{label}` of `{name}` does not fit the compiler's storage layout"), None),
    }
    draft.add(label, printed.or(until_next).unwrap_or_default(), TypeKind::Unknown)
}
