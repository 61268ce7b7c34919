//! How deep types contain each other by value, and a bound on it.
//!
//! Whoever walks a layout follows structs and static arrays recursively. A document can describe a struct that contains
//! itself, or a hundred thousand structs one within the other; afterwards it does not: such types are unknown.

use std::collections::{HashMap, HashSet};

use crate::draft::Draft;
use crate::types::{StorageType, TypeId, TypeKind};

/// Most levels of types within types. Honest layouts have fewer than ten.
pub(crate) const MAX_TYPE_DEPTH: usize = 256;

/// Makes types unknown that contain themselves by value or are nested too deeply to be walked.
///
/// Depth first over the edges that stand in place, with an explicit stack; each type is finished once.
pub(crate) fn bound(draft: &mut Draft<'_>) {
    let ids: Vec<TypeId> = draft.types.iter().map(|(id, _)| id).collect();
    let mut heights: HashMap<TypeId, usize> = HashMap::new();
    for start in ids {
        if heights.contains_key(&start) {
            continue;
        }
        // Each entry: a type and how many of its parts have been visited.
        let mut path = vec![(start, 0)];
        let mut on_path = HashSet::from([start]);
        while let Some((id, visited)) = path.last_mut() {
            let id = *id;
            let part = by_value(&draft.types[id].kind, *visited);
            *visited += 1;
            match part {
                Some(part) if heights.contains_key(&part) => {}
                Some(part) if path.len() < MAX_TYPE_DEPTH && on_path.insert(part) => path.push((part, 0)),
                Some(_) => forget(draft, id),
                None => {
                    heights.insert(id, finish(draft, id, &heights));
                    on_path.remove(&id);
                    path.pop();
                }
            }
        }
    }
}

/// Levels of a type whose parts are finished; one that would exceed the bound is forgotten and has a single level.
fn finish(draft: &mut Draft<'_>, id: TypeId, heights: &HashMap<TypeId, usize>) -> usize {
    let parts = (0..).map_while(|at| by_value(&draft.types[id].kind, at));
    let height = 1 + parts.filter_map(|part| heights.get(&part)).max().copied().unwrap_or(0);
    if height <= MAX_TYPE_DEPTH {
        return height;
    }
    forget(draft, id);
    1
}

/// A type's part of this number that stands in place.
fn by_value(kind: &TypeKind, at: usize) -> Option<TypeId> {
    match kind {
        TypeKind::Struct { members } => members.get(at).map(|member| member.ty),
        TypeKind::StaticArray { element, .. } | TypeKind::BoundedArray { element, .. } => (at == 0).then_some(*element),
        _ => None,
    }
}

fn forget(draft: &mut Draft<'_>, id: TypeId) {
    let StorageType { label, size_bytes, .. } = draft.types[id].clone();
    draft.gap(format!("type `{label}` contains itself by value, or too many levels of other types"), None);
    draft.types.set(id, StorageType { label, size_bytes, kind: TypeKind::Unknown });
}
