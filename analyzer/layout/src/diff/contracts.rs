//! Which contract of one version is which of the other, and whether the bases that declare storage stand in another
//! order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::VersionContext;
use super::leaves::Side;

/// Contracts of both versions that declare storage.
#[derive(Debug, Default)]
pub(super) struct ContractMap {
    new_of: HashMap<Arc<str>, Arc<str>>,
    added: HashSet<Arc<str>>,
    removed: HashSet<Arc<str>>,
    swapped: HashSet<Arc<str>>,
    /// Linearized bases of the old version, most basic first.
    pub(super) old_bases: Vec<Arc<str>>,
    /// Linearized bases of the new version, most basic first.
    pub(super) new_bases: Vec<Arc<str>>,
}

impl ContractMap {
    /// From the base lists where they are known, else from the order in which contracts declare variables.
    pub(super) fn of(
        old: &Side<'_>,
        new: &Side<'_>,
        old_context: &VersionContext,
        new_context: &VersionContext,
    ) -> Self {
        let (old_declaring, new_declaring) = (declaring(old), declaring(new));
        let mut new_of = HashMap::new();
        let old_names: HashSet<&Arc<str>> = old_declaring.iter().collect();
        let new_names: HashSet<&Arc<str>> = new_declaring.iter().collect();
        for name in old_declaring.iter().filter(|name| new_names.contains(name)) {
            new_of.insert(name.clone(), name.clone());
        }
        let mut added: HashSet<Arc<str>> =
            new_declaring.iter().filter(|name| !old_names.contains(name)).cloned().collect();
        let mut removed: HashSet<Arc<str>> =
            old_declaring.iter().filter(|name| !new_names.contains(name)).cloned().collect();
        let mut tie = |from: &Arc<str>, to: &Arc<str>| {
            if removed.contains(from) && added.contains(to) {
                removed.remove(from);
                added.remove(to);
                new_of.insert(from.clone(), to.clone());
            }
        };
        // The contract itself comes last, whatever it is called in either version.
        if let (Some(from), Some(to)) = (old_context.bases.last(), new_context.bases.last()) {
            tie(from, to);
        }
        for (from, to) in renamed(old, new, &old_declaring, &new_names, &old_names) {
            tie(&from, &to);
        }
        // A contract of both base lists that declares storage in one version only was neither added nor removed.
        for name in &old_context.bases {
            added.remove(name);
        }
        for name in &new_context.bases {
            removed.remove(name);
        }
        let swapped = swapped(&old_declaring, &new_declaring, &new_of);
        let bases = |context: &VersionContext, declaring: &[Arc<str>]| {
            if context.bases.is_empty() { declaring.to_vec() } else { context.bases.clone() }
        };
        ContractMap {
            old_bases: bases(old_context, &old_declaring),
            new_bases: bases(new_context, &new_declaring),
            new_of,
            added,
            removed,
            swapped,
        }
    }

    /// The name in the new version; the old one where there is none.
    pub(super) fn new_name<'n>(&'n self, old: &'n str) -> &'n str {
        self.new_of.get(old).map_or(old, |name| name)
    }

    pub(super) fn is_added(&self, new: Option<&str>) -> bool {
        new.is_some_and(|name| self.added.contains(name))
    }

    pub(super) fn is_removed(&self, old: Option<&str>) -> bool {
        old.is_some_and(|name| self.removed.contains(name))
    }

    /// Whether a contract of the new version stands in another order to another one than it did.
    pub(super) fn is_swapped(&self, new: Option<&str>) -> bool {
        new.is_some_and(|name| self.swapped.contains(name))
    }
}

/// Contracts of the linear layout in the order of their first variable.
fn declaring(side: &Side<'_>) -> Vec<Arc<str>> {
    let mut seen = HashSet::new();
    let linear = side.roots.iter().filter(|root| root.kind == crate::layout::RootKind::Linear);
    linear
        .flat_map(|root| &side.leaves[root.leaves.clone()])
        .filter_map(|leaf| leaf.declared_in.clone())
        .filter(|name| seen.insert(name.clone()))
        .collect()
}

/// Number of variables, and how many of them each contract of the other version has.
type Shared<'n> = (usize, BTreeMap<&'n Arc<str>, usize>);

/// Contracts that lost their name but kept most of their variables.
fn renamed(
    old: &Side<'_>,
    new: &Side<'_>,
    old_declaring: &[Arc<str>],
    new_names: &HashSet<&Arc<str>>,
    old_names: &HashSet<&Arc<str>>,
) -> Vec<(Arc<str>, Arc<str>)> {
    let mut homes: HashMap<&str, &Arc<str>> = HashMap::new();
    for leaf in new.leaves.iter().filter(|leaf| !leaf.is_gap) {
        if let Some(name) = leaf.declared_in.as_ref().filter(|name| !old_names.contains(name)) {
            homes.entry(&leaf.label).or_insert(name);
        }
    }
    let mut counts: HashMap<&Arc<str>, Shared<'_>> = HashMap::new();
    for leaf in old.leaves.iter().filter(|leaf| !leaf.is_gap) {
        let Some(name) = leaf.declared_in.as_ref().filter(|name| !new_names.contains(name)) else { continue };
        let (total, shared) = counts.entry(name).or_default();
        *total += 1;
        if let Some(home) = homes.get(leaf.label.as_str()) {
            *shared.entry(home).or_default() += 1;
        }
    }
    old_declaring
        .iter()
        .filter_map(|name| {
            let (total, shared) = counts.get(name)?;
            let (&home, &count) = shared.iter().max_by_key(|&(home, &count)| (count, std::cmp::Reverse(home)))?;
            (count * 2 >= *total).then(|| (name.clone(), home.clone()))
        })
        .collect()
}

/// Contracts of both versions that stand on another side of some other one than before, by their new names.
fn swapped(old: &[Arc<str>], new: &[Arc<str>], new_of: &HashMap<Arc<str>, Arc<str>>) -> HashSet<Arc<str>> {
    let old_rank: HashMap<&Arc<str>, usize> =
        old.iter().enumerate().filter_map(|(rank, name)| new_of.get(name).map(|new| (new, rank))).collect();
    let ranked: Vec<(&Arc<str>, usize)> =
        new.iter().filter_map(|name| old_rank.get(name).map(|&rank| (name, rank))).collect();
    let mut out_of_order = BTreeSet::new();
    let mut greatest = None;
    for (at, &(_, rank)) in ranked.iter().enumerate() {
        if greatest.is_some_and(|greatest| greatest > rank) {
            out_of_order.insert(at);
        }
        greatest = greatest.max(Some(rank));
    }
    let mut least = usize::MAX;
    for (at, &(_, rank)) in ranked.iter().enumerate().rev() {
        if least < rank {
            out_of_order.insert(at);
        }
        least = least.min(rank);
    }
    out_of_order.into_iter().map(|at| ranked[at].0.clone()).collect()
}
