//! Names that reports can repeat.
//!
//! A name is written once in a document and many times in what is said about it: beneath each member, at each variable
//! of a type, on both sides of a move. Honest ones are short; a document may hold one of a megabyte.

use std::sync::Arc;

use alloy_primitives::{hex, keccak256};

use crate::draft::Draft;
use crate::layout::{Root, RootKind, StorageVariable};
use crate::types::{StorageType, TypeKind};

/// Longest name of a variable, a type, a root or a contract, in bytes. Honest ones stay below three hundred.
const MAX_NAME_BYTES: usize = 512;

/// Cuts every name that is longer, which is a gap: what bears it may be taken for something else.
pub(crate) fn bound(draft: &mut Draft<'_>, roots: &mut [Root]) {
    let mut cutter = Cutter { has_cut: false };
    for root in roots {
        match &mut root.kind {
            RootKind::Linear => {}
            RootKind::Namespace { id: name } | RootKind::Unstructured { name } => cutter.cut(name),
        }
        cutter.cut_shared(&mut root.declared_in);
        for variable in &mut root.variables {
            cutter.variable(variable);
        }
    }
    let ids: Vec<_> = draft.types.iter().filter(|(_, ty)| is_long(ty)).map(|(id, _)| id).collect();
    for id in ids {
        let mut ty = draft.types[id].clone();
        cutter.cut(&mut ty.label);
        match &mut ty.kind {
            TypeKind::Struct { members } => {
                for member in members {
                    cutter.variable(member);
                }
            }
            TypeKind::Enum { members: Some(members) } | TypeKind::Flag { members: Some(members) } => {
                for member in members {
                    cutter.cut(member);
                }
            }
            _ => {}
        }
        draft.types.set(id, ty);
    }
    if cutter.has_cut {
        draft.gap(format!("names of more than {MAX_NAME_BYTES} bytes are cut"), None);
    }
}

/// Whether a type, or one of its members, bears a name that is too long.
fn is_long(ty: &StorageType) -> bool {
    let is_long = |name: &str| name.len() > MAX_NAME_BYTES;
    let is_variable_long = |variable: &StorageVariable| {
        let annotated = [&variable.renamed_from, &variable.retyped_from].into_iter().flatten();
        let names = annotated.map(String::as_str).chain(variable.declared_in.as_deref());
        names.chain([variable.label.as_str()]).any(is_long)
    };
    is_long(&ty.label)
        || match &ty.kind {
            TypeKind::Struct { members } => members.iter().any(is_variable_long),
            TypeKind::Enum { members: Some(members) } | TypeKind::Flag { members: Some(members) } => {
                members.iter().any(|member| is_long(member))
            }
            _ => false,
        }
}

struct Cutter {
    has_cut: bool,
}

impl Cutter {
    fn variable(&mut self, variable: &mut StorageVariable) {
        self.cut(&mut variable.label);
        self.cut_shared(&mut variable.declared_in);
        for annotated in [&mut variable.renamed_from, &mut variable.retyped_from].into_iter().flatten() {
            self.cut(annotated);
        }
    }

    fn cut_shared(&mut self, name: &mut Option<Arc<str>>) {
        if let Some(long) = name.as_deref().filter(|name| name.len() > MAX_NAME_BYTES) {
            let mut cut = long.to_owned();
            self.cut(&mut cut);
            *name = Some(cut.into());
        }
    }

    /// The beginning of a name that is too long, and what tells it from others that begin alike.
    fn cut(&mut self, name: &mut String) {
        if name.len() > MAX_NAME_BYTES {
            let hash = keccak256(name.as_bytes());
            name.truncate(name.floor_char_boundary(MAX_NAME_BYTES / 8));
            name.push('…');
            name.push_str(&hex::encode(&hash[..8]));
            self.has_cut = true;
        }
    }
}
