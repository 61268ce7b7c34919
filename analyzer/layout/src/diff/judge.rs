//! Encodings of one leaf in both versions, at any depth: arrays by element and stride, mappings by key and value.

use alloy_primitives::U256;

use super::change::{LayoutChange, Leaf, TypeReason};
use super::compare::{EntryState, Session};
use super::encoding::{self, Answer, Stride};
use super::leaves::Side;
use crate::layout::LayoutGap;
use crate::place::{Place, Slot};
use crate::types::{TypeId, TypeKind};

/// Arrays and mappings within each other that are compared; real code stays below ten.
const MAX_DEPTH: usize = 48;

/// A leaf of a side.
type At<'s, 'a> = (&'s Side<'a>, usize);

impl<'a> Session<'a> {
    /// Judges a leaf that kept its place.
    pub(super) fn judge(&mut self, old: At<'_, 'a>, new: At<'_, 'a>, depth: usize) {
        let (old_record, new_record) = (&old.0.leaves[old.1], &new.0.leaves[new.1]);
        let (old_ty, new_ty) = (old_record.ty, new_record.ty);
        match (&old.0.types[old_ty].kind, &new.0.types[new_ty].kind) {
            (
                &TypeKind::Mapping { key: old_key, value: old_value },
                &TypeKind::Mapping { key: new_key, value: new_value },
            ) => {
                let keys = encoding::compare_keys((old.0.types, old_key), (new.0.types, new_key));
                self.tell(keys, old, new, "");
                self.judge_entries(old, new, (old_value, new_value), "{}", depth);
            }
            (&TypeKind::DynamicArray { element: old_element }, &TypeKind::DynamicArray { element: new_element }) => {
                self.judge_elements(old, new, (old_element, new_element), depth);
            }
            (
                &TypeKind::StaticArray { element: old_element, len: old_len },
                &TypeKind::StaticArray { element: new_element, len: new_len },
            ) => {
                self.judge_elements(old, new, (old_element, new_element), depth);
                if new_len > old_len && !old_record.is_gap {
                    self.changes.push(LayoutChange::Extended { old: old.0.leaf(old.1), new: new.0.leaf(new.1) });
                }
            }
            (
                &TypeKind::BoundedArray { element: old_element, max_len: old_len },
                &TypeKind::BoundedArray { element: new_element, max_len: new_len },
            ) => {
                let bound = match old_len.cmp(&new_len) {
                    std::cmp::Ordering::Equal => Answer::Same,
                    std::cmp::Ordering::Less => Answer::Extended,
                    std::cmp::Ordering::Greater => Answer::Incompatible(TypeReason::Bound),
                };
                self.tell(bound, old, new, "");
                self.judge_elements(old, new, (old_element, new_element), depth);
            }
            (TypeKind::Struct { members: old_members }, TypeKind::Struct { members: new_members }) => {
                // Only beyond the bounds of flattening, or without members.
                if !(old_members.is_empty() && new_members.is_empty()) {
                    self.judge_entries(old, new, (old_ty, new_ty), "", depth);
                }
            }
            _ => {
                let answer = encoding::compare_values((old.0.types, old_ty), (new.0.types, new_ty));
                self.tell(answer, old, new, "");
            }
        }
    }

    fn judge_elements(&mut self, old: At<'_, 'a>, new: At<'_, 'a>, elements: (TypeId, TypeId), depth: usize) {
        let strides = (encoding::stride(old.0.types, elements.0), encoding::stride(new.0.types, elements.1));
        if strides.0 == strides.1 {
            self.judge_entries(old, new, elements, "[]", depth);
        } else {
            self.tell(Answer::Incompatible(TypeReason::ElementStride), old, new, "");
        }
    }

    /// Compares entries as a root of their own.
    fn judge_entries(&mut self, old: At<'_, 'a>, new: At<'_, 'a>, types: (TypeId, TypeId), suffix: &str, depth: usize) {
        let is_retyped = is_retyped(old, new);
        let key = (types.0, types.1, is_retyped);
        if matches!(self.entries.get(&key), Some(EntryState::Open | EntryState::Equal)) {
            return;
        }
        let of = new.0.leaf(new.1);
        if depth >= MAX_DEPTH {
            self.gap(format!("the entries of `{}` are nested too deeply to be compared", of.label), of.span);
            return;
        }
        if !self.may_compare_entries() {
            self.has_left_out_entries = true;
            return;
        }
        let side = |at: At<'_, 'a>, ty: TypeId, of: &Leaf| {
            let label = format!("{}{suffix}", at.0.leaves[at.1].label);
            Side::of_entry(at.0.types, ty, label, of, self.gap_names())
        };
        // One root for both, though the leaf may have left its root for another one.
        let old_of = Leaf { root: of.root.clone(), ..old.0.leaf(old.1) };
        let mut old_side = side(old, types.0, &old_of);
        let mut new_side = side(new, types.1, &of);
        // The root's label may differ when the variable was renamed; entries keep their identity all the same.
        let (old_label, new_label) = (&old.0.leaves[old.1].label, &new.0.leaves[new.1].label);
        if old_label != new_label {
            old_side.relabel(old_label, new_label);
        }
        if is_retyped {
            let annotated = new.0.leaves[new.1].retyped_from.clone();
            for leaf in &mut new_side.leaves {
                leaf.retyped_from.clone_from(&annotated);
            }
        }
        self.entry_leaves = self.entry_leaves.saturating_add(old_side.leaves.len() + new_side.leaves.len());
        self.entries.insert(key, EntryState::Open);
        let before = (self.changes.len(), self.gaps.len());
        self.compare(&old_side, &new_side, depth + 1);
        let state =
            if (self.changes.len(), self.gaps.len()) == before { EntryState::Equal } else { EntryState::Different };
        self.entries.insert(key, state);
    }

    /// Reports an answer about a leaf.
    fn tell(&mut self, answer: Answer, old: At<'_, 'a>, new: At<'_, 'a>, suffix: &str) {
        let leaf = |at: At<'_, 'a>| {
            let mut leaf = at.0.leaf(at.1);
            leaf.label.push_str(suffix);
            leaf
        };
        let change = match answer {
            Answer::Same => return,
            Answer::Extended => LayoutChange::Extended { old: leaf(old), new: leaf(new) },
            Answer::MembersRenamed(members) => LayoutChange::MemberRenamed { leaf: leaf(new), members },
            Answer::Reinterpreted if is_retyped(old, new) => LayoutChange::Extended { old: leaf(old), new: leaf(new) },
            Answer::Reinterpreted => LayoutChange::Reinterpreted { old: leaf(old), new: leaf(new), also: Vec::new() },
            Answer::Incompatible(reason) => {
                LayoutChange::TypeChanged { old: leaf(old), new: leaf(new), reason, also: Vec::new() }
            }
            Answer::Unknown(what) => {
                let leaf = leaf(new);
                self.gap(
                    format!("{what} is not known, so the encoding of `{}` was not compared", leaf.label),
                    leaf.span,
                );
                return;
            }
        };
        self.changes.push(change);
    }

    /// What a judgement of two leaves yields, apart from this session's result.
    fn trial(&mut self, old: At<'_, 'a>, new: At<'_, 'a>, depth: usize) -> (Vec<LayoutChange>, Vec<LayoutGap>) {
        let (changes, gaps) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.gaps));
        self.judge(old, new, depth);
        (std::mem::replace(&mut self.changes, changes), std::mem::replace(&mut self.gaps, gaps))
    }

    /// Whether two leaves are of one encoding class, at any depth. When they are, what the class leaves open (names of
    /// members, what is not known) is told.
    pub(super) fn is_same_class(&mut self, old: At<'_, 'a>, new: At<'_, 'a>, depth: usize) -> bool {
        let is_unknown = |at: At<'_, 'a>| matches!(at.0.types[at.0.leaves[at.1].ty].kind, TypeKind::Unknown);
        if is_unknown(old) || is_unknown(new) {
            let label = |at: At<'_, 'a>| at.0.types[at.0.leaves[at.1].ty].label.clone();
            return label(old) == label(new);
        }
        let (mut changes, gaps) = self.trial(old, new, depth);
        let is_same = changes.iter().all(|change| {
            matches!(
                change,
                LayoutChange::Extended { .. } | LayoutChange::Added { .. } | LayoutChange::MemberRenamed { .. }
            )
        });
        if is_same {
            changes.retain(|change| matches!(change, LayoutChange::MemberRenamed { .. }));
            self.changes.append(&mut changes);
            self.gaps.extend(gaps);
        }
        is_same
    }

    /// Why the encoding of a moved leaf does not fit either.
    pub(super) fn encoding_change(&mut self, old: At<'_, 'a>, new: At<'_, 'a>, depth: usize) -> Option<TypeReason> {
        let (changes, gaps) = self.trial(old, new, depth);
        self.gaps.extend(gaps);
        let mut is_entry_changed = false;
        for change in changes {
            match change {
                LayoutChange::TypeChanged { reason, .. } => return Some(reason),
                LayoutChange::Reinterpreted { .. } => return Some(TypeReason::Meaning),
                LayoutChange::Moved { .. } | LayoutChange::Collision { .. } => is_entry_changed = true,
                _ => {}
            }
        }
        is_entry_changed.then_some(TypeReason::Entries)
    }
}

/// The elements that an array lost at its end while it stayed in place.
pub(super) fn lost_tail(old: At<'_, '_>, new: At<'_, '_>) -> Option<Leaf> {
    let (old_record, new_record) = (&old.0.leaves[old.1], &new.0.leaves[new.1]);
    let TypeKind::StaticArray { element, len: old_len } = old.0.types[old_record.ty].kind else { return None };
    let TypeKind::StaticArray { len: new_len, .. } = new.0.types[new_record.ty].kind else { return None };
    if new_len >= old_len || old_record.is_gap {
        return None;
    }
    let mut leaf = old.0.leaf(old.1);
    leaf.place = elements_from(old_record.place, encoding::stride(old.0.types, element), new_len);
    leaf.label = format!("{}[{new_len}..{old_len}]", leaf.label);
    Some(leaf)
}

/// The bytes of an array from an element on.
fn elements_from(array: Place, stride: Stride, first: U256) -> Place {
    let (slots, offset) = match stride {
        Stride::Slots(slots) => (first.saturating_mul(slots), 0),
        Stride::Packed(size) => {
            let per_slot = U256::from(32 / size.max(1));
            let within = (first % per_slot).saturating_mul(U256::from(size));
            (first / per_slot, within.byte(0))
        }
    };
    let before = slots.saturating_mul(U256::from(32)).saturating_add(U256::from(offset));
    Place { slot: Slot(array.slot.0.saturating_add(slots)), offset, len_bytes: array.len_bytes.saturating_sub(before) }
}

/// Whether `@custom:oz-retyped-from` names the old type; `contract`, `struct` and `enum` do not count.
fn is_retyped(old: At<'_, '_>, new: At<'_, '_>) -> bool {
    let strip = |label: &str| -> String {
        label.split_whitespace().filter(|word| !matches!(*word, "contract" | "struct" | "enum")).collect()
    };
    let record = &new.0.leaves[new.1];
    let Some(annotated) = record.retyped_from.as_deref() else { return false };
    // For members and entries the annotation names the type of their variable.
    let is_whole = record.parent.is_none() && !new.0.is_relative;
    !is_whole || strip(annotated) == strip(&old.0.types[old.0.leaves[old.1].ty].label)
}
