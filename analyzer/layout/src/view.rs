//! A layout as a flat table for reports: one row a variable, and one for each member of a struct beneath it.
//!
//! Arrays and mappings are one row: their elements are as many as the contract likes.

use alloy_primitives::U256;
use serde::Serialize;

use crate::layout::{Root, RootKind, Space, StorageLayout, StorageVariable};
use crate::place::{Place, Slot};
use crate::types::{TypeKind, TypeTable};

/// Most rows that structs are unfolded into. Structs of structs double their members at each level, so a small source
/// can declare more of them than any report holds; beyond this a struct is one row.
const MAX_MEMBER_ROWS: usize = 20_000;

/// Most bytes of their labels, each of which repeats the names of all structs around it.
const MAX_LABEL_BYTES: usize = 1 << 22;

/// One variable, or one member of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayoutRow {
    /// `storage` or `transient`.
    pub space: &'static str,
    /// `linear`, the namespace's identifier, or the name of the constant or well-known slot.
    pub root: String,
    /// First slot in hexadecimal, `0x0`.
    pub slot: String,
    /// First byte within the slot, from the least significant.
    pub offset: u8,
    /// Length in bytes, in decimal.
    pub bytes: String,
    /// The variable's label; of a member, the labels on the way to it, `position.owner`.
    pub label: String,
    /// The type as the source language spells it.
    #[serde(rename = "type")]
    pub ty: String,
    /// Contract or struct that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_in: Option<String>,
    /// Structs around it: 0 for a variable.
    pub depth: u32,
    /// Its bytes, for readers that reckon with them.
    #[serde(skip)]
    pub place: Place,
}

/// The rows of a layout, in the order of its roots and places.
#[must_use]
pub fn layout_rows(layout: &StorageLayout) -> Vec<LayoutRow> {
    let mut table = Table { types: &layout.types, rows: Vec::new(), members: 0, label_bytes: 0 };
    for root in &layout.roots {
        for variable in &root.variables {
            table.add(root, variable, variable.place, &variable.label, 0);
        }
    }
    table.rows
}

struct Table<'a> {
    types: &'a TypeTable,
    rows: Vec<LayoutRow>,
    /// Members unfolded so far, and bytes of their labels.
    members: usize,
    label_bytes: usize,
}

impl Table<'_> {
    fn add(&mut self, root: &Root, variable: &StorageVariable, place: Place, path: &str, depth: u32) {
        let ty = &self.types[variable.ty];
        self.rows.push(LayoutRow {
            space: space_name(root.space),
            root: root_name(&root.kind),
            slot: slot_text(place.slot),
            offset: place.offset,
            bytes: place.len_bytes.to_string(),
            label: path.to_owned(),
            ty: ty.label.clone(),
            declared_in: variable.declared_in.as_deref().map(str::to_owned),
            depth,
            place,
        });
        let TypeKind::Struct { members } = &ty.kind else { return };
        let label_bytes: usize = members.iter().map(|member| path.len() + 1 + member.label.len()).sum();
        if self.members + members.len() > MAX_MEMBER_ROWS || self.label_bytes + label_bytes > MAX_LABEL_BYTES {
            return;
        }
        self.members += members.len();
        self.label_bytes += label_bytes;
        for member in members {
            let path = format!("{path}.{}", member.label);
            self.add(root, member, member.place.relative_to(place.slot), &path, depth + 1);
        }
    }
}

/// `storage` or `transient`.
#[must_use]
pub fn space_name(space: Space) -> &'static str {
    match space {
        Space::Storage => "storage",
        Space::Transient => "transient",
    }
}

/// `linear`, the namespace's identifier, or the name of the constant or well-known slot.
#[must_use]
pub fn root_name(kind: &RootKind) -> String {
    match kind {
        RootKind::Linear => "linear".to_owned(),
        RootKind::Namespace { id } => id.clone(),
        RootKind::Unstructured { name } => name.clone(),
    }
}

/// A slot in hexadecimal: small ones short, hashed ones as the 64 digits that explorers show.
#[must_use]
pub fn slot_text(slot: Slot) -> String {
    if slot.0 < U256::from(1_u64 << 32) { format!("{:#x}", slot.0) } else { format!("{:#066x}", slot.0) }
}
