//! The fate of every leaf of one side: kept, moved, removed, renamed or overlaid, each said once.
//!
//! The same comparison serves a whole layout and the entries of a mapping or array, which are a root of their own with
//! places from the start of the entry. Recursive types are compared co-inductively: what is being compared is assumed
//! equal. Work on entries is bounded; what lies beyond the bound is a gap.

use std::collections::{BTreeMap, HashMap};

use uplint_artifact::Span;

use super::DiffContext;
use super::causes;
use super::change::{
    AdditionPlace, LayoutChange, MoveCause, MovedLeaf, RenameProof, StorageClass, TypeReason, UnstoredVariable,
};
use super::contracts::ContractMap;
use super::gaps;
use super::identity::{self, Identity, Tie};
use super::judge;
use super::leaves::{Coverage, Position, Side};
use crate::gap::GapNames;
use crate::layout::{LayoutGap, RootKind};
use crate::place::Slot;
use crate::types::{TypeId, TypeKind};

/// Leaves named as covering the bytes of one leaf.
const MAX_COVERING: usize = 8;
/// Leaves of entries that are compared, over all mappings and arrays.
const MAX_ENTRY_LEAVES: usize = 200_000;

/// What is compared and what was found.
pub(super) struct Session<'a> {
    pub(super) context: &'a DiffContext,
    pub(super) changes: Vec<LayoutChange>,
    pub(super) gaps: Vec<LayoutGap>,
    /// Pairs of entry types under comparison or compared, with whether they differ.
    pub(super) entries: HashMap<(TypeId, TypeId, bool), EntryState>,
    pub(super) entry_leaves: usize,
    /// Whether entries were not compared because there are too many.
    pub(super) has_left_out_entries: bool,
}

/// How far the comparison of two entry types is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryState {
    Open,
    Equal,
    Different,
}

/// What became of a new leaf without an old identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It has an old identity.
    Known,
    /// It is new, without further meaning.
    New,
    /// It renames an old leaf at the same bytes.
    Renames,
    /// It is told with its variable, whose type changed.
    Told,
}

/// What became of an old leaf without a new identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It has a new identity, or is told elsewhere.
    Known,
    /// It is gone.
    Gone,
    /// It is told with its variable, whose type changed.
    Told,
    /// It is kept elsewhere than in persistent storage.
    Unstored(UnstoredVariable),
}

/// Two sides with all that is known of them while fates are decided.
pub(super) struct Comparison<'s, 'a> {
    pub(super) old: &'s Side<'a>,
    pub(super) new: &'s Side<'a>,
    pub(super) contracts: ContractMap,
    pub(super) identity: Identity,
    pub(super) losses: Vec<Loss>,
    pub(super) novelties: Vec<Novelty>,
    /// Constants and the like of the old version that are new leaves now.
    pub(super) entered: BTreeMap<usize, UnstoredVariable>,
    pub(super) old_cover: Coverage,
    pub(super) new_cover: Coverage,
}

impl<'a> Session<'a> {
    pub(super) fn new(context: &'a DiffContext) -> Self {
        Session {
            context,
            changes: Vec::new(),
            gaps: Vec::new(),
            entries: HashMap::new(),
            entry_leaves: 0,
            has_left_out_entries: false,
        }
    }

    pub(super) fn gap_names(&self) -> &'a GapNames {
        &self.context.gap_names
    }

    /// Whether entries may still be compared.
    pub(super) fn may_compare_entries(&self) -> bool {
        self.entry_leaves <= MAX_ENTRY_LEAVES
    }

    pub(super) fn gap(&mut self, message: String, span: Option<Span>) {
        self.gaps.push(LayoutGap { message, span, may_hide_change: true });
    }

    /// Decides the fate of every leaf.
    pub(super) fn compare(&mut self, old: &Side<'a>, new: &Side<'a>, depth: usize) {
        if old.is_truncated || new.is_truncated {
            self.gap("structs are nested too deeply, or too many, to compare every member".to_owned(), None);
        }
        let contracts = if old.is_relative {
            ContractMap::default()
        } else {
            ContractMap::of(old, new, &self.context.old, &self.context.new)
        };
        let identity = identity::identify(old, new, &contracts);
        let losses = identity
            .to_new
            .iter()
            .zip(&old.leaves)
            .map(|(tie, leaf)| if tie.is_some() || leaf.is_gap { Loss::Known } else { Loss::Gone });
        let novelties = identity
            .to_old
            .iter()
            .zip(&new.leaves)
            .map(|(tie, leaf)| if tie.is_some() || leaf.is_gap { Novelty::Known } else { Novelty::New });
        let mut comparison = Comparison {
            losses: losses.collect(),
            novelties: novelties.collect(),
            entered: BTreeMap::new(),
            old_cover: Coverage::of(old, |_| true),
            new_cover: Coverage::of(new, |at| !new.leaves[at].is_gap),
            old,
            new,
            contracts,
            identity,
        };
        if !old.is_relative {
            self.find_class_changes(&mut comparison);
        }
        self.match_structs(&mut comparison);
        self.find_renames(&mut comparison, depth);
        let moves = self.judge_ties(&comparison, depth);
        self.tell_lost(&comparison);
        self.tell_added(&comparison);
        if !old.is_relative {
            self.tell_class_changes(&comparison, &moves);
        }
        for root in 0..old.roots.len() {
            self.changes.extend(gaps::end_changes(&comparison, root, self.context));
        }
    }

    /// Variables that became, or stopped being, constant, immutable or transient.
    fn find_class_changes(&self, comparison: &mut Comparison<'_, '_>) {
        let left = unstored_only(&self.context.new.unstored, &self.context.old.unstored);
        let entered = unstored_only(&self.context.old.unstored, &self.context.new.unstored);
        let find = |candidates: &BTreeMap<&str, Vec<&UnstoredVariable>>, label: &str, contract: Option<&str>| {
            let found = candidates.get(label)?;
            let same = found.iter().find(|variable| variable.declared_in.as_deref() == contract);
            same.or(found.first()).map(|&variable| variable.clone())
        };
        for (at, leaf) in comparison.old.leaves.iter().enumerate() {
            if comparison.losses[at] == Loss::Gone
                && comparison.old.roots[leaf.root].kind == RootKind::Linear
                && let Some(variable) = find(&left, &leaf.label, leaf.declared_in.as_deref())
            {
                comparison.losses[at] = Loss::Unstored(variable);
            }
        }
        for (at, leaf) in comparison.new.leaves.iter().enumerate() {
            if comparison.novelties[at] == Novelty::New
                && comparison.new.roots[leaf.root].kind == RootKind::Linear
                && let Some(variable) = find(&entered, &leaf.label, leaf.declared_in.as_deref())
            {
                comparison.entered.insert(at, variable);
            }
        }
    }

    /// A variable that was a struct and is none any more, or the reverse, at the same bytes.
    fn match_structs(&mut self, comparison: &mut Comparison<'_, '_>) {
        let (old, new) = (comparison.old, comparison.new);
        let structs = |side: &Side<'_>| -> HashMap<(String, usize), usize> {
            let nodes = side.nodes.iter().enumerate().filter(|(_, node)| node.leaves.len() > 1);
            nodes.map(|(at, node)| ((node.label.clone(), node.root), at)).collect()
        };
        if !comparison.losses.contains(&Loss::Gone) && !comparison.novelties.contains(&Novelty::New) {
            return;
        }
        let mut changed = Vec::new();
        let new_structs = structs(new);
        for (at, leaf) in old.leaves.iter().enumerate().filter(|(at, _)| comparison.losses[*at] == Loss::Gone) {
            let Some(root) = comparison.identity.root_to_new[leaf.root] else { continue };
            if let Some(&node) = new_structs.get(&(leaf.label.clone(), root))
                && (new.nodes[node].place.slot, new.nodes[node].place.offset) == leaf.start()
            {
                changed.push((old.leaf(at), new.node_leaf(node), at..at + 1, new.nodes[node].leaves.clone()));
            }
        }
        let old_structs = structs(old);
        for (at, leaf) in new.leaves.iter().enumerate().filter(|(at, _)| comparison.novelties[*at] == Novelty::New) {
            let Some(root) = comparison.identity.root_to_old[leaf.root] else { continue };
            if let Some(&node) = old_structs.get(&(leaf.label.clone(), root))
                && (old.nodes[node].place.slot, old.nodes[node].place.offset) == leaf.start()
            {
                changed.push((old.node_leaf(node), new.leaf(at), old.nodes[node].leaves.clone(), at..at + 1));
            }
        }
        for (old_leaf, new_leaf, old_leaves, new_leaves) in changed {
            for loss in comparison.losses[old_leaves].iter_mut().filter(|loss| **loss == Loss::Gone) {
                *loss = Loss::Told;
            }
            for novelty in comparison.novelties[new_leaves].iter_mut().filter(|novelty| **novelty == Novelty::New) {
                *novelty = Novelty::Told;
            }
            let reason = TypeReason::Kind;
            self.changes.push(LayoutChange::TypeChanged { old: old_leaf, new: new_leaf, reason, also: Vec::new() });
        }
    }

    /// A leaf that is gone and a new one at exactly its bytes with the same class.
    fn find_renames(&mut self, comparison: &mut Comparison<'_, 'a>, depth: usize) {
        let (old, new) = (comparison.old, comparison.new);
        let key = |side: &Side<'_>, at: usize| (side.leaves[at].start(), side.leaves[at].place.len_bytes);
        let mut gone: HashMap<_, usize> = HashMap::new();
        for at in (0..old.leaves.len()).filter(|&at| comparison.losses[at] == Loss::Gone) {
            gone.insert(key(old, at), at);
        }
        let mut renamed = BTreeMap::new();
        for new_at in 0..new.leaves.len() {
            if comparison.novelties[new_at] != Novelty::New || comparison.entered.contains_key(&new_at) {
                continue;
            }
            let Some(&old_at) = gone.get(&key(new, new_at)) else { continue };
            if self.is_same_class((old, old_at), (new, new_at), depth) {
                gone.remove(&key(new, new_at));
                comparison.losses[old_at] = Loss::Known;
                comparison.novelties[new_at] = Novelty::Renames;
                renamed.insert(old_at, new_at);
            }
        }
        self.tell_renames(old, new, &renamed);
    }

    /// One change for each renamed leaf, and one for a struct whose members only changed their prefix.
    fn tell_renames(&mut self, old: &Side<'_>, new: &Side<'_>, renamed: &BTreeMap<usize, usize>) {
        let mut told_until = 0;
        for (&old_at, &new_at) in renamed {
            if old_at < told_until {
                continue;
            }
            let (old_top, new_top) = (old.leaves[old_at].top, new.leaves[new_at].top);
            let (old_node, new_node) = (&old.nodes[old_top], &new.nodes[new_top]);
            let is_whole_struct = old_node.leaves.len() > 1
                && old_node.leaves.len() == new_node.leaves.len()
                && old_node.leaves.start == old_at
                && old_node.leaves.clone().zip(new_node.leaves.clone()).all(|(old_at, new_at)| {
                    let suffix = |label: &str, top: &str| label.get(top.len()..).map(str::to_owned);
                    renamed.get(&old_at) == Some(&new_at)
                        && suffix(&old.leaves[old_at].label, &old_node.label)
                            == suffix(&new.leaves[new_at].label, &new_node.label)
                });
            if is_whole_struct {
                told_until = old_node.leaves.end;
                self.changes.push(LayoutChange::Renamed {
                    old: old.node_leaf(old_top),
                    new: new.node_leaf(new_top),
                    proof: Some(RenameProof::Regrouped),
                });
            } else {
                self.changes.push(LayoutChange::Renamed {
                    old: old.leaf(old_at),
                    new: new.leaf(new_at),
                    proof: identity::rename_proof(old, old_at, new, new_at),
                });
            }
        }
    }

    /// Judges the encoding of every leaf with an identity, and groups the moved ones by cause.
    fn judge_ties(&mut self, comparison: &Comparison<'_, 'a>, depth: usize) -> Vec<(MoveCause, Vec<usize>)> {
        let (old, new) = (comparison.old, comparison.new);
        for old_at in 0..old.leaves.len() {
            let Some((new_at, tie)) = comparison.identity.to_new[old_at] else { continue };
            if old.leaves[old_at].start() != new.leaves[new_at].start() {
                continue;
            }
            if tie == Tie::Annotation {
                self.changes.push(LayoutChange::Renamed {
                    old: old.leaf(old_at),
                    new: new.leaf(new_at),
                    proof: Some(RenameProof::Annotation),
                });
            }
            self.judge((old, old_at), (new, new_at), depth);
        }
        let moves = causes::find(comparison);
        for (cause, leaves) in &moves {
            let leaves = leaves.iter().filter_map(|&old_at| {
                let (new_at, _) = comparison.identity.to_new[old_at]?;
                let covering = comparison.new_cover.over(old.leaves[old_at].place, MAX_COVERING);
                Some(MovedLeaf {
                    old: old.leaf(old_at),
                    new: new.leaf(new_at),
                    now_covered_by: covering.into_iter().map(|at| new.leaf(at)).collect(),
                    encoding_change: self.encoding_change((old, old_at), (new, new_at), depth),
                })
            });
            let leaves = leaves.collect();
            self.changes.push(LayoutChange::Moved { cause: cause.clone(), leaves });
        }
        moves
    }

    /// Leaves that are gone: overlaid by new ones, read by moved ones, or left as they are.
    fn tell_lost(&mut self, comparison: &Comparison<'_, '_>) {
        let (old, new) = (comparison.old, comparison.new);
        let mut collisions: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut free: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut tails = Vec::new();
        for old_at in 0..old.leaves.len() {
            let record = &old.leaves[old_at];
            let tied = comparison.identity.to_new[old_at].map(|(new_at, _)| new_at);
            let lost = match tied {
                // What an array that shrank in place no longer takes.
                Some(new_at) if new.leaves[new_at].start() == record.start() => {
                    match judge::lost_tail((old, old_at), (new, new_at)) {
                        Some(tail) => tail,
                        None => continue,
                    }
                }
                Some(_) => continue,
                None if matches!(comparison.losses[old_at], Loss::Known | Loss::Told) => continue,
                None => old.leaf(old_at),
            };
            let covering = comparison.new_cover.over(lost.place, MAX_COVERING);
            let (overlaid, moved): (Vec<usize>, Vec<usize>) = covering
                .into_iter()
                .filter(|&new_at| Some(new_at) != tied)
                .partition(|&new_at| !comparison.has_moved(new_at));
            if !overlaid.is_empty() {
                for new_at in overlaid {
                    collisions.entry(new_at).or_default().push(old_at);
                }
            } else if tied.is_some() {
                let covered_by = moved.into_iter().map(|at| new.leaf(at)).collect();
                let shrunk = tied.map(|at| Box::new(new.leaf(at)));
                tails.push(LayoutChange::Removed { leaf: lost, covered_by, also: Vec::new(), shrunk });
            } else if comparison.losses[old_at] != Loss::Gone {
                // Its change of class is told by itself.
            } else if moved.is_empty() {
                free.entry(record.root).or_default().push(old_at);
            } else {
                let covered_by = moved.into_iter().map(|at| new.leaf(at)).collect();
                self.changes.push(LayoutChange::Removed { leaf: lost, covered_by, also: Vec::new(), shrunk: None });
            }
        }
        self.changes.extend(tails);
        for (root, leaves) in free {
            let removed = old.collapsed(&leaves);
            let record = &old.roots[root];
            if comparison.identity.root_to_new[root].is_none() && record.kind != RootKind::Linear {
                let (slot, span) = (record.base, record.span);
                let change = LayoutChange::RootRemoved { root: record.kind.clone(), slot, leaves: removed, span };
                self.changes.push(change);
            } else {
                let removed = removed.into_iter().map(|leaf| LayoutChange::Removed {
                    leaf,
                    covered_by: Vec::new(),
                    also: Vec::new(),
                    shrunk: None,
                });
                self.changes.extend(removed);
            }
        }
        for (new_at, olds) in collisions {
            let olds = olds.into_iter().take(MAX_COVERING).map(|at| old.leaf(at)).collect();
            self.changes.push(LayoutChange::Collision { new: new.leaf(new_at), olds });
        }
    }

    /// New leaves over bytes that nothing used.
    fn tell_added(&mut self, comparison: &Comparison<'_, '_>) {
        let (old, new) = (comparison.old, comparison.new);
        let ends: Vec<Option<Position>> = old
            .roots
            .iter()
            .map(|root| old.leaves[root.leaves.clone()].iter().map(|leaf| leaf.place.end()).max())
            .collect();
        let mut added: BTreeMap<(usize, AdditionPlace), Vec<usize>> = BTreeMap::new();
        for new_at in (0..new.leaves.len()).filter(|&at| comparison.novelties[at] == Novelty::New) {
            let record = &new.leaves[new_at];
            let covered = comparison.old_cover.over(record.place, MAX_COVERING);
            if covered.iter().any(|&at| !old.leaves[at].is_gap) {
                continue;
            }
            let place = match comparison.identity.root_to_old[record.root] {
                None => AdditionPlace::NewRoot,
                Some(_) if !covered.is_empty() => AdditionPlace::Gap,
                Some(root) if ends[root].is_none_or(|end| end <= record.start()) => AdditionPlace::End,
                Some(_) => AdditionPlace::Padding,
            };
            added.entry((record.root, place)).or_default().push(new_at);
        }
        let mut told = Vec::new();
        for ((root, place), leaves) in added {
            told.extend(new.collapsed(&leaves).into_iter().map(|leaf| (root, leaf, place)));
        }
        told.sort_by_key(|(root, leaf, _)| (*root, leaf.place.slot, leaf.place.offset));
        self.changes.extend(told.into_iter().map(|(_, leaf, place)| LayoutChange::Added { leaf, place }));
    }

    fn tell_class_changes(&mut self, comparison: &Comparison<'_, '_>, moves: &[(MoveCause, Vec<usize>)]) {
        let is_cause = |label: &str| {
            moves.iter().any(|(cause, _)| matches!(cause, MoveCause::ClassChanged { leaf, .. } if leaf.label == label))
        };
        for (at, loss) in comparison.losses.iter().enumerate() {
            let Loss::Unstored(unstored) = loss else { continue };
            // A lock holds nothing between transactions.
            if matches!(comparison.old.types[comparison.old.leaves[at].ty].kind, TypeKind::Lock) {
                continue;
            }
            let leaf = comparison.old.leaf(at);
            self.changes.push(LayoutChange::ClassChanged {
                moves: is_cause(&leaf.label),
                from: StorageClass::Storage,
                to: unstored.class,
                loses_value: unstored.class == StorageClass::Transient,
                unstored: unstored.clone(),
                leaf,
            });
        }
        for (&at, unstored) in &comparison.entered {
            let leaf = comparison.new.leaf(at);
            self.changes.push(LayoutChange::ClassChanged {
                moves: is_cause(&leaf.label),
                from: unstored.class,
                to: StorageClass::Storage,
                loses_value: false,
                unstored: unstored.clone(),
                leaf,
            });
        }
    }
}

impl Comparison<'_, '_> {
    /// Whether a new leaf has an old identity at other bytes.
    pub(super) fn has_moved(&self, new_at: usize) -> bool {
        self.identity.to_old[new_at]
            .is_some_and(|old_at| self.old.leaves[old_at].start() != self.new.leaves[new_at].start())
    }

    /// How far a leaf moved, as slots modulo 2^256 and bytes; zero for one that stayed.
    pub(super) fn shift(&self, old_at: usize, new_at: usize) -> (Slot, i16) {
        let (from, to) = (&self.old.leaves[old_at].place, &self.new.leaves[new_at].place);
        (Slot(to.slot.0.wrapping_sub(from.slot.0)), i16::from(to.offset) - i16::from(from.offset))
    }
}

/// Variables that one version alone keeps elsewhere than in storage, by their names.
fn unstored_only<'v>(
    these: &'v [UnstoredVariable],
    others: &[UnstoredVariable],
) -> BTreeMap<&'v str, Vec<&'v UnstoredVariable>> {
    let known: std::collections::HashSet<(&str, Option<&str>)> =
        others.iter().map(|variable| (variable.label.as_str(), variable.declared_in.as_deref())).collect();
    let mut by_label: BTreeMap<&str, Vec<&UnstoredVariable>> = BTreeMap::new();
    for variable in these {
        if !known.contains(&(variable.label.as_str(), variable.declared_in.as_deref())) {
            by_label.entry(&variable.label).or_default().push(variable);
        }
    }
    by_label
}
