//! Which new leaf is which old leaf.
//!
//! A leaf's identity is its path within its root. The declaring contract only breaks ties between equal paths. What an
//! annotation says comes before what equal paths say, unless the bytes are the same. A leaf that leaves its root for
//! another one keeps its identity by the last element of its path.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::change::RenameProof;
use super::contracts::ContractMap;
use super::labels;
use super::leaves::{LeafRecord, Side};
use crate::layout::RootKind;

/// Leaves of one name in other roots that are looked at for one leaf; a name that more share tells nothing.
const MAX_NAMESAKES: usize = 256;

/// How an old leaf is tied to a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// By its path.
    Path,
    /// By `@custom:oz-renamed-from`.
    Annotation,
    /// By its name without its struct, or by the core of its name, at other bytes.
    Name,
    /// By the last element of its path, in another root.
    OtherRoot,
}

/// The ties between two sides.
#[derive(Debug)]
pub(super) struct Identity {
    /// New leaf of each old one.
    pub(super) to_new: Vec<Option<(usize, Tie)>>,
    /// Old leaf of each new one.
    pub(super) to_old: Vec<Option<usize>>,
    /// New root of each old one.
    pub(super) root_to_new: Vec<Option<usize>>,
    /// Old root of each new one.
    pub(super) root_to_old: Vec<Option<usize>>,
}

impl Identity {
    fn tie(&mut self, old: usize, new: usize, tie: Tie) {
        self.to_new[old] = Some((new, tie));
        self.to_old[new] = Some(old);
    }
}

/// Ties leaves of two sides.
pub(super) fn identify(old: &Side<'_>, new: &Side<'_>, contracts: &ContractMap) -> Identity {
    let (root_to_new, root_to_old) = pair_roots(old, new);
    let mut identity = Identity {
        to_new: vec![None; old.leaves.len()],
        to_old: vec![None; new.leaves.len()],
        root_to_new,
        root_to_old,
    };
    for old_root in 0..old.roots.len() {
        if let Some(new_root) = identity.root_to_new[old_root] {
            tie_annotated(&mut identity, old, new, (old_root, new_root));
            tie_by_path(&mut identity, old, new, (old_root, new_root), contracts);
        }
    }
    tie_across_roots(&mut identity, old, new);
    for old_root in 0..old.roots.len() {
        if let Some(new_root) = identity.root_to_new[old_root] {
            tie_by_name(&mut identity, old, new, (old_root, new_root));
        }
    }
    identity
}

/// Roots by kind and identifier, then by slot, then by their leaves.
fn pair_roots(old: &Side<'_>, new: &Side<'_>) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut new_of = vec![None; old.roots.len()];
    let mut old_of = vec![None; new.roots.len()];
    let mut by_kind: HashMap<&RootKind, Vec<usize>> = HashMap::new();
    for (at, root) in new.roots.iter().enumerate().rev() {
        by_kind.entry(&root.kind).or_default().push(at);
    }
    for (at, root) in old.roots.iter().enumerate() {
        let Some(candidates) = by_kind.get_mut(&root.kind) else { continue };
        // The same identifier may be declared twice; the one at the same slot is the same one.
        let chosen = candidates.iter().rposition(|&new_at| new.roots[new_at].base == root.base);
        let Some(chosen) = chosen.or(candidates.len().checked_sub(1)) else { continue };
        let new_at = candidates.remove(chosen);
        (new_of[at], old_of[new_at]) = (Some(new_at), Some(at));
    }
    let mut by_base: HashMap<_, usize> = HashMap::new();
    for at in (0..new.roots.len()).rev().filter(|&at| old_of[at].is_none() && new.roots[at].kind != RootKind::Linear) {
        by_base.insert(new.roots[at].base, at);
    }
    for (at, root) in old.roots.iter().enumerate() {
        if new_of[at].is_none()
            && root.kind != RootKind::Linear
            && let Some(new_at) = by_base.remove(&root.base)
        {
            (new_of[at], old_of[new_at]) = (Some(new_at), Some(at));
        }
    }
    pair_by_leaves(old, new, &mut new_of, &mut old_of);
    (new_of, old_of)
}

/// A namespace whose identifier changed is the one with at least half of its leaves, path and type label alike.
fn pair_by_leaves(old: &Side<'_>, new: &Side<'_>, new_of: &mut [Option<usize>], old_of: &mut [Option<usize>]) {
    let key = |side: &Side<'_>, leaf: &LeafRecord| (leaf.label.clone(), side.types[leaf.ty].label.clone());
    let mut homes: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for at in (0..new.roots.len()).filter(|&at| old_of[at].is_none() && new.roots[at].kind != RootKind::Linear) {
        for leaf in &new.leaves[new.roots[at].leaves.clone()] {
            let roots = homes.entry(key(new, leaf)).or_default();
            // A path that many roots share tells nothing about which one it is.
            if roots.len() < 8 {
                roots.push(at);
            }
        }
    }
    for at in (0..old.roots.len()).filter(|&at| old.roots[at].kind != RootKind::Linear) {
        let leaves = &old.leaves[old.roots[at].leaves.clone()];
        // A single value at a slot constant has no path that could be recognised.
        let is_single_value = matches!(old.roots[at].kind, RootKind::Unstructured { .. }) && leaves.len() < 2;
        if new_of[at].is_some() || is_single_value {
            continue;
        }
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for leaf in leaves {
            for &home in homes.get(&key(old, leaf)).into_iter().flatten().filter(|&&home| old_of[home].is_none()) {
                *shared.entry(home).or_default() += 1;
            }
        }
        let best = shared.into_iter().max_by_key(|&(home, count)| (count, std::cmp::Reverse(home)));
        if let Some((new_at, count)) = best
            && count * 2 >= leaves.len()
        {
            (new_of[at], old_of[new_at]) = (Some(new_at), Some(at));
        }
    }
}

/// Old leaves that may have an identity: a gap is bytes that nobody uses.
fn open_old<'s>(identity: &'s Identity, side: &'s Side<'_>, root: usize) -> impl Iterator<Item = usize> + 's {
    side.roots[root].leaves.clone().filter(|&at| identity.to_new[at].is_none() && !side.leaves[at].is_gap)
}

fn open_new<'s>(identity: &'s Identity, side: &'s Side<'_>, root: usize) -> impl Iterator<Item = usize> + 's {
    side.roots[root].leaves.clone().filter(|&at| identity.to_old[at].is_none())
}

fn tie_annotated(identity: &mut Identity, old: &Side<'_>, new: &Side<'_>, (old_root, new_root): (usize, usize)) {
    let annotated: Vec<usize> =
        open_new(identity, new, new_root).filter(|&at| new.leaves[at].renamed_from.is_some()).collect();
    if annotated.is_empty() {
        return;
    }
    let mut by_label: HashMap<&str, usize> = HashMap::new();
    for at in old.roots[old_root].leaves.clone().rev().filter(|&at| !old.leaves[at].is_gap) {
        by_label.insert(&old.leaves[at].label, at);
    }
    for new_at in annotated {
        let record = &new.leaves[new_at];
        let stays = by_label.get(record.label.as_str()).is_some_and(|&at| old.leaves[at].start() == record.start());
        let named = record.renamed_from.as_deref().and_then(|label| by_label.get(label).copied());
        if let Some(old_at) = named
            && !stays
            && identity.to_new[old_at].is_none()
        {
            identity.tie(old_at, new_at, Tie::Annotation);
        }
    }
}

fn tie_by_path(
    identity: &mut Identity,
    old: &Side<'_>,
    new: &Side<'_>,
    (old_root, new_root): (usize, usize),
    contracts: &ContractMap,
) {
    let mut by_label: HashMap<&str, (Vec<usize>, Vec<usize>)> = HashMap::new();
    let mut order: Vec<&str> = Vec::new();
    for at in open_old(identity, old, old_root) {
        let label = old.leaves[at].label.as_str();
        let entry = by_label.entry(label).or_default();
        if entry.0.is_empty() {
            order.push(label);
        }
        entry.0.push(at);
    }
    for at in open_new(identity, new, new_root) {
        if let Some(entry) = by_label.get_mut(new.leaves[at].label.as_str()) {
            entry.1.push(at);
        }
    }
    let mut ties = Vec::new();
    for label in order {
        let Some((old_leaves, new_leaves)) = by_label.remove(label) else { continue };
        if let ([old_at], [new_at]) = (old_leaves.as_slice(), new_leaves.as_slice()) {
            ties.push((*old_at, *new_at));
        } else {
            ties.extend(break_ties(old, new, old_leaves, new_leaves, contracts));
        }
    }
    for (old_at, new_at) in ties {
        identity.tie(old_at, new_at, Tie::Path);
    }
}

/// Equal paths: the declaring contract decides, then the bytes, then the order.
fn break_ties(
    old: &Side<'_>,
    new: &Side<'_>,
    old_leaves: Vec<usize>,
    new_leaves: Vec<usize>,
    contracts: &ContractMap,
) -> Vec<(usize, usize)> {
    let by_contract = |at: usize| old.leaves[at].declared_in.as_deref().map(|name| contracts.new_name(name).to_owned());
    let new_contract = |at: usize| new.leaves[at].declared_in.as_deref().map(str::to_owned);
    let (mut ties, old_rest, new_rest) = tie_by_key(old_leaves, new_leaves, by_contract, new_contract);
    let old_place = |at: usize| Some(old.leaves[at].start());
    let new_place = |at: usize| Some(new.leaves[at].start());
    let (more, old_rest, new_rest) = tie_by_key(old_rest, new_rest, old_place, new_place);
    ties.extend(more);
    ties.extend(old_rest.into_iter().zip(new_rest));
    ties
}

type Ties = (Vec<(usize, usize)>, Vec<usize>, Vec<usize>);

fn tie_by_key<K: std::hash::Hash + Eq>(
    old_leaves: Vec<usize>,
    new_leaves: Vec<usize>,
    old_key: impl Fn(usize) -> Option<K>,
    new_key: impl Fn(usize) -> Option<K>,
) -> Ties {
    let mut open: HashMap<Option<K>, Vec<usize>> = HashMap::new();
    for &at in new_leaves.iter().rev() {
        open.entry(new_key(at)).or_default().push(at);
    }
    let mut ties = Vec::new();
    let mut old_rest = Vec::new();
    let mut taken = HashSet::new();
    for at in old_leaves {
        let key = old_key(at);
        let found = if key.is_some() { open.get_mut(&key).and_then(Vec::pop) } else { None };
        match found {
            Some(new_at) => {
                taken.insert(new_at);
                ties.push((at, new_at));
            }
            None => old_rest.push(at),
        }
    }
    (ties, old_rest, new_leaves.into_iter().filter(|at| !taken.contains(at)).collect())
}

/// Variables that left the linear layout for a namespace, a namespace for the linear layout, or one namespace for
/// another.
fn tie_across_roots(identity: &mut Identity, old: &Side<'_>, new: &Side<'_>) {
    if new.roots.len() < 2 && old.roots.len() < 2 {
        return;
    }
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for at in (0..new.leaves.len()).rev() {
        if identity.to_old[at].is_none() && !new.leaves[at].is_gap {
            by_name.entry(new.leaves[at].last_element()).or_default().push(at);
        }
    }
    for old_at in 0..old.leaves.len() {
        let record = &old.leaves[old_at];
        if identity.to_new[old_at].is_some() || record.is_gap {
            continue;
        }
        let Some(candidates) = by_name.get_mut(record.last_element()) else { continue };
        let is_old_linear = old.roots[record.root].kind == RootKind::Linear;
        let fits = |&new_at: &usize| {
            let found = &new.leaves[new_at];
            let is_new_linear = new.roots[found.root].kind == RootKind::Linear;
            let is_other_root = identity.root_to_new[record.root] != Some(found.root);
            // From one namespace to another only with the same path and type: such names are often general.
            let is_sure = is_old_linear != is_new_linear
                || (found.label == record.label && new.types[found.ty].label == old.types[record.ty].label);
            is_other_root && is_sure && found.start() != record.start()
        };
        // The candidates stand in reverse.
        let first = candidates.len().saturating_sub(MAX_NAMESAKES);
        if let Some(chosen) = candidates[first..].iter().rposition(fits) {
            let new_at = candidates.remove(first + chosen);
            identity.tie(old_at, new_at, Tie::OtherRoot);
        }
    }
}

/// A variable that went into a struct, or out of one, at other bytes; and one that moved and got another case,
/// underscores or a mark on the way. Both only where no other one could be meant.
fn tie_by_name(identity: &mut Identity, old: &Side<'_>, new: &Side<'_>, (old_root, new_root): (usize, usize)) {
    let gone: Vec<usize> = open_old(identity, old, old_root).collect();
    if gone.is_empty() {
        return;
    }
    let come: Vec<usize> = open_new(identity, new, new_root).filter(|&at| !new.leaves[at].is_gap).collect();
    tie_unique(identity, old, new, (&gone, &come), |label| Some(label.to_owned()));
    let still_gone: Vec<usize> = gone.into_iter().filter(|&at| identity.to_new[at].is_none()).collect();
    let bytes = |leaf: &LeafRecord| (leaf.start(), leaf.place.len_bytes);
    let gone_bytes: HashSet<_> = still_gone.iter().map(|&at| bytes(&old.leaves[at])).collect();
    // A leaf at exactly the bytes of one that is gone is judged as a rename, not as a move.
    let come: Vec<usize> = come
        .into_iter()
        .filter(|&at| identity.to_old[at].is_none() && !gone_bytes.contains(&bytes(&new.leaves[at])))
        .collect();
    tie_unique(identity, old, new, (&still_gone, &come), |label| {
        Some(labels::core(label)).filter(|core| core.len() >= 3)
    });
}

/// Ties leaves of one type whose names yield a key that no other leaf has.
fn tie_unique(
    identity: &mut Identity,
    old: &Side<'_>,
    new: &Side<'_>,
    (gone, come): (&[usize], &[usize]),
    key: impl Fn(&str) -> Option<String>,
) {
    let mut by_key: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for &at in gone {
        if let Some(key) = key(old.leaves[at].last_element()) {
            by_key.entry(key).or_default().0.push(at);
        }
    }
    for &at in come {
        if let Some(entry) = key(new.leaves[at].last_element()).and_then(|key| by_key.get_mut(&key)) {
            entry.1.push(at);
        }
    }
    for (old_leaves, new_leaves) in by_key.into_values() {
        if let ([old_at], [new_at]) = (old_leaves.as_slice(), new_leaves.as_slice())
            && old.types[old.leaves[*old_at].ty].label == new.types[new.leaves[*new_at].ty].label
            && old.leaves[*old_at].start() != new.leaves[*new_at].start()
        {
            identity.tie(*old_at, *new_at, Tie::Name);
        }
    }
}

/// Why a leaf of another name at exactly the same bytes is the same one.
pub(super) fn rename_proof(old: &Side<'_>, old_at: usize, new: &Side<'_>, new_at: usize) -> Option<RenameProof> {
    let (old_leaf, new_leaf) = (&old.leaves[old_at], &new.leaves[new_at]);
    if matches!(old.types[old_leaf.ty].kind, crate::types::TypeKind::Lock) {
        return Some(RenameProof::OnlyOne);
    }
    labels::relation(&old_leaf.label, &new_leaf.label)
}
