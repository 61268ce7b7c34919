//! Which declaration is responsible for moved leaves.
//!
//! The leaves of a root that kept their order (a longest increasing subsequence) are walked by place. Where the distance
//! that leaves moved changes, what stands between the last leaf and this one is the cause, and it stays the cause until
//! a leaf is at home again. Leaves that did not keep their order are their own cause.

use super::change::{LockChange, MoveCause, StorageClass};
use super::compare::{Comparison, Loss, Novelty};
use super::gaps::{self, GapFault};
use super::identity::Tie;
use super::leaves::{Position, Side};
use crate::layout::RootKind;
use crate::place::Slot;
use crate::types::TypeKind;

/// Causes with the old leaves that each moves, in the order of roots and places.
pub(super) fn find(comparison: &Comparison<'_, '_>) -> Vec<(MoveCause, Vec<usize>)> {
    let mut causes = Vec::new();
    for old_root in 0..comparison.old.roots.len() {
        let Some(new_root) = comparison.identity.root_to_new[old_root] else { continue };
        if comparison.old.roots[old_root].base == comparison.new.roots[new_root].base {
            causes.extend(Walk::over(comparison, old_root, new_root).run());
        } else {
            causes.push(base_moved(comparison, old_root, new_root));
        }
    }
    for (cause, leaves) in left_root(comparison) {
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, known)) => known.extend(leaves),
            None => causes.push((cause, leaves)),
        }
    }
    for (_, leaves) in &mut causes {
        leaves.sort_unstable();
    }
    causes.retain(|(_, leaves)| !leaves.is_empty());
    causes
}

/// The whole root stands at another slot.
fn base_moved(comparison: &Comparison<'_, '_>, old_root: usize, new_root: usize) -> (MoveCause, Vec<usize>) {
    let (old, new) = (&comparison.old.roots[old_root], &comparison.new.roots[new_root]);
    let moved = old.leaves.clone().filter(|&old_at| {
        comparison.identity.to_new[old_at]
            .is_some_and(|(new_at, tie)| tie != Tie::OtherRoot && comparison.has_moved(new_at))
    });
    let cause = match old.kind {
        RootKind::Linear => MoveCause::LayoutBase { old: old.base, new: new.base },
        _ => root_slot(comparison, old_root, new_root),
    };
    (cause, moved.collect())
}

fn root_slot(comparison: &Comparison<'_, '_>, old_root: usize, new_root: usize) -> MoveCause {
    let (old, new) = (&comparison.old.roots[old_root], &comparison.new.roots[new_root]);
    MoveCause::RootSlot {
        root: old.kind.clone(),
        new_root: new.kind.clone(),
        old: old.base,
        new: new.base,
        span: new.span,
    }
}

/// Leaves that went to another root, by both roots.
fn left_root(comparison: &Comparison<'_, '_>) -> Vec<(MoveCause, Vec<usize>)> {
    let mut by_roots: std::collections::BTreeMap<(usize, usize), Vec<usize>> = std::collections::BTreeMap::new();
    for (old_at, tie) in comparison.identity.to_new.iter().enumerate() {
        if let Some((new_at, Tie::OtherRoot)) = *tie {
            let roots = (comparison.old.leaves[old_at].root, comparison.new.leaves[new_at].root);
            by_roots.entry(roots).or_default().push(old_at);
        }
    }
    by_roots.into_iter().map(|((old, new), leaves)| (root_left(comparison, old, new), leaves)).collect()
}

/// The cause of leaves that went from one root to another.
fn root_left(comparison: &Comparison<'_, '_>, old_root: usize, new_root: usize) -> MoveCause {
    let (old, new) = (&comparison.old.roots[old_root], &comparison.new.roots[new_root]);
    match (&old.kind, &new.kind) {
        (RootKind::Linear, _) => MoveCause::ToNamespace { root: new.kind.clone(), span: new.span },
        (_, RootKind::Linear) => MoveCause::FromNamespace { root: old.kind.clone() },
        _ => root_slot(comparison, old_root, new_root),
    }
}

/// A leaf with an identity within one root.
#[derive(Clone, Copy, Debug)]
struct Tied {
    old_at: usize,
    new_at: usize,
    shift: (Slot, i16),
    /// Whether it is one of those that kept their order.
    is_in_order: bool,
    /// Which exchange of places it belongs to, when it is not.
    exchange: Option<usize>,
}

impl Tied {
    fn has_moved(&self) -> bool {
        self.shift != (Slot::default(), 0)
    }
}

/// What stands between two leaves that kept their order.
#[derive(Debug, Default)]
struct Between {
    inserted: Vec<usize>,
    removed: Vec<usize>,
    left: Vec<usize>,
    entered: Vec<usize>,
    /// Roots for which old leaves left this one.
    left_for: Vec<usize>,
    exchanges: Vec<usize>,
    is_of_other_bases: bool,
}

struct Walk<'c, 's, 'a> {
    comparison: &'c Comparison<'s, 'a>,
    old_root: usize,
    new_root: usize,
    tied: Vec<Tied>,
    faults: Vec<GapFault>,
    causes: Vec<(MoveCause, Vec<usize>)>,
    /// Cause of each exchange of places, once it is one.
    exchange_causes: Vec<Option<usize>>,
    /// New leaves of each exchange of places, in ascending order.
    exchanges: Vec<Vec<usize>>,
    bases_cause: Option<usize>,
}

impl<'c, 's, 'a> Walk<'c, 's, 'a> {
    fn over(comparison: &'c Comparison<'s, 'a>, old_root: usize, new_root: usize) -> Self {
        let old_leaves = comparison.old.roots[old_root].leaves.clone();
        let mut tied: Vec<Tied> = comparison.new.roots[new_root]
            .leaves
            .clone()
            .filter_map(|new_at| {
                let old_at = comparison.identity.to_old[new_at].filter(|old_at| old_leaves.contains(old_at))?;
                let shift = comparison.shift(old_at, new_at);
                Some(Tied { old_at, new_at, shift, is_in_order: false, exchange: None })
            })
            .collect();
        let order: Vec<usize> = tied.iter().map(|tied| tied.old_at).collect();
        for at in longest_increasing(&order) {
            tied[at].is_in_order = true;
        }
        let has_moves = tied.iter().any(Tied::has_moved);
        let faults = if has_moves { gaps::faults(comparison, old_root, new_root) } else { Vec::new() };
        let exchanges = group_exchanges(comparison, &mut tied);
        Walk {
            comparison,
            old_root,
            new_root,
            tied,
            faults,
            causes: Vec::new(),
            exchange_causes: vec![None; exchanges.len()],
            exchanges,
            bases_cause: None,
        }
    }

    fn run(mut self) -> Vec<(MoveCause, Vec<usize>)> {
        let tied = std::mem::take(&mut self.tied);
        if !tied.iter().any(Tied::has_moved) {
            return self.causes;
        }
        let mut exchange_of: std::collections::HashMap<usize, usize> = std::collections::HashMap::new();
        for leaf in &tied {
            if let Some(exchange) = leaf.exchange {
                exchange_of.insert(leaf.new_at, exchange);
                let cause = self.exchange_cause(exchange);
                self.causes[cause].1.push(leaf.old_at);
            }
        }
        let mut previous: Option<Tied> = None;
        let mut current: Option<usize> = None;
        for leaf in tied.iter().filter(|leaf| leaf.is_in_order) {
            if leaf.has_moved() {
                let is_same_shift = previous.is_some_and(|previous| previous.shift == leaf.shift);
                let cause = match (self.gap_between(previous, leaf), current) {
                    (Some(cause), _) => cause,
                    (None, Some(current)) if is_same_shift => current,
                    (None, current) => {
                        let between = self.between(previous, leaf, &exchange_of);
                        self.cause_between(&between, previous).or(current).unwrap_or_else(|| self.own_cause(leaf))
                    }
                };
                self.causes[cause].1.push(leaf.old_at);
                current = Some(cause);
            } else {
                current = None;
            }
            previous = Some(*leaf);
        }
        self.causes
    }

    fn push(&mut self, cause: MoveCause) -> usize {
        self.causes.push((cause, Vec::new()));
        self.causes.len() - 1
    }

    /// A gap at fault that ends between two leaves.
    fn gap_between(&mut self, previous: Option<Tied>, leaf: &Tied) -> Option<usize> {
        let (old, new) = (self.comparison.old, self.comparison.new);
        let until = new.leaves[leaf.new_at].start();
        let end = self.faults.partition_point(|fault| fault.new_end <= until);
        let fault = self.faults.get(end.checked_sub(1)?)?;
        let from = previous.map(|previous| new.leaves[previous.new_at].start());
        let is_between =
            from.is_none_or(|from| from < fault.new_end) && fault.old_end <= old.leaves[leaf.old_at].start();
        if !is_between {
            return None;
        }
        let cause = MoveCause::Gap {
            old: fault.old.map(|at| Box::new(old.leaf(at))),
            new: fault.new.map(|at| Box::new(new.leaf(at))),
            inserted: new.collapsed(&fault.inserted),
            expected_len: fault.expected_len,
        };
        Some(self.push(cause))
    }

    fn between(
        &self,
        previous: Option<Tied>,
        leaf: &Tied,
        exchange_of: &std::collections::HashMap<usize, usize>,
    ) -> Between {
        let comparison = self.comparison;
        let (old, new) = (comparison.old, comparison.new);
        let mut between = Between::default();
        let new_from = previous.map_or(new.roots[self.new_root].leaves.start, |previous| previous.new_at + 1);
        for at in new_from..leaf.new_at {
            let contract = new.leaves[at].declared_in.as_deref();
            if let Some(&exchange) = exchange_of.get(&at) {
                between.exchanges.push(exchange);
            } else if comparison.entered.contains_key(&at) {
                between.entered.push(at);
            } else if self.is_arrival(at) {
                between.is_of_other_bases |= comparison.contracts.is_added(contract);
                between.inserted.push(at);
            }
        }
        let old_from = previous.map_or(old.roots[self.old_root].leaves.start, |previous| previous.old_at + 1);
        for at in old_from..leaf.old_at {
            let contract = old.leaves[at].declared_in.as_deref();
            let tie = comparison.identity.to_new[at];
            match &comparison.losses[at] {
                Loss::Unstored(_) => between.left.push(at),
                Loss::Gone | Loss::Told => {
                    between.is_of_other_bases |= comparison.contracts.is_removed(contract);
                    between.removed.push(at);
                }
                Loss::Known => match tie {
                    Some((new_at, Tie::OtherRoot)) => between.left_for.push(new.leaves[new_at].root),
                    Some((new_at, _)) => between.exchanges.extend(exchange_of.get(&new_at)),
                    None => {
                        let is_base_gone = old.leaves[at].is_gap && comparison.contracts.is_removed(contract);
                        between.is_of_other_bases |= is_base_gone;
                    }
                },
            }
        }
        between
    }

    /// Whether a new leaf came to this root without an old identity in it.
    fn is_arrival(&self, new_at: usize) -> bool {
        let comparison = self.comparison;
        match comparison.novelties[new_at] {
            Novelty::New | Novelty::Told => true,
            Novelty::Renames => false,
            Novelty::Known => {
                comparison.identity.to_old[new_at]
                    .is_some_and(|old_at| matches!(comparison.identity.to_new[old_at], Some((_, Tie::OtherRoot))))
                    || (comparison.new.leaves[new_at].is_gap
                        && comparison.contracts.is_added(comparison.new.leaves[new_at].declared_in.as_deref()))
            }
        }
    }

    fn cause_between(&mut self, between: &Between, previous: Option<Tied>) -> Option<usize> {
        // What followed a variable that left for another root moves by the same decision.
        if let Some(&new_root) = between.left_for.last() {
            return Some(self.push(root_left(self.comparison, self.old_root, new_root)));
        }
        if between.is_of_other_bases {
            return Some(self.bases_cause());
        }
        let cause = self.class_cause(between).or_else(|| self.lock_cause(between)).or_else(|| self.resized(previous));
        if let Some(cause) = cause.or_else(|| self.replaced(between)) {
            return Some(self.push(cause));
        }
        between.exchanges.last().map(|&exchange| self.exchange_cause(exchange))
    }

    fn class_cause(&self, between: &Between) -> Option<MoveCause> {
        let comparison = self.comparison;
        let is_lock = |side: &Side<'_>, at: usize| matches!(side.types[side.leaves[at].ty].kind, TypeKind::Lock);
        if let Some(&at) = between.left.iter().find(|&&at| !is_lock(comparison.old, at))
            && let Loss::Unstored(variable) = &comparison.losses[at]
        {
            let leaf = Box::new(comparison.old.leaf(at));
            let (from, to) = (StorageClass::Storage, variable.class);
            return Some(MoveCause::ClassChanged { leaf, new_span: variable.span, from, to });
        }
        let (at, variable) = between.entered.first().and_then(|at| comparison.entered.get_key_value(at))?;
        let leaf = Box::new(comparison.new.leaf(*at));
        let (from, to) = (variable.class, StorageClass::Storage);
        Some(MoveCause::ClassChanged { new_span: leaf.span, leaf, from, to })
    }

    fn lock_cause(&self, between: &Between) -> Option<MoveCause> {
        let (old, new) = (self.comparison.old, self.comparison.new);
        let lock = |side: &Side<'_>, leaves: &[usize]| {
            let is_lock = |at: usize| matches!(side.types[side.leaves[at].ty].kind, TypeKind::Lock);
            leaves.iter().copied().find(|&at| is_lock(at)).map(|at| Box::new(side.leaf(at)))
        };
        let cause = |change| move |leaf| MoveCause::Lock { leaf, change };
        lock(old, &between.left)
            .map(cause(LockChange::MadeTransient))
            .or_else(|| lock(old, &between.removed).map(cause(LockChange::Removed)))
            .or_else(|| lock(new, &between.inserted).map(cause(LockChange::Added)))
    }

    fn resized(&self, previous: Option<Tied>) -> Option<MoveCause> {
        let (old, new) = (self.comparison.old, self.comparison.new);
        let Tied { old_at, new_at, .. } = previous?;
        (old.leaves[old_at].place.len_bytes != new.leaves[new_at].place.len_bytes)
            .then(|| MoveCause::Resized { old: Box::new(old.leaf(old_at)), new: Box::new(new.leaf(new_at)) })
    }

    fn replaced(&self, between: &Between) -> Option<MoveCause> {
        let (old, new) = (self.comparison.old, self.comparison.new);
        // What fits into padding pushes nothing.
        let pushes = |&at: &usize| {
            self.comparison.old_cover.over(new.leaves[at].place, 2).iter().any(|&at| !old.leaves[at].is_gap)
        };
        let mut inserted: Vec<usize> = between.inserted.iter().copied().filter(pushes).collect();
        if inserted.is_empty() {
            inserted.clone_from(&between.inserted);
        }
        let (removed, inserted) = (old.collapsed(&between.removed), new.collapsed(&inserted));
        match (removed.is_empty(), inserted.is_empty()) {
            (true, true) => None,
            (true, false) => Some(MoveCause::Inserted { leaves: inserted }),
            (false, true) => Some(MoveCause::Removed { leaves: removed }),
            (false, false) => Some(MoveCause::Replaced { removed, inserted }),
        }
    }

    fn bases_cause(&mut self) -> usize {
        if let Some(cause) = self.bases_cause {
            return cause;
        }
        let contracts = &self.comparison.contracts;
        let cause = self.push(MoveCause::BasesChanged {
            old_bases: contracts.old_bases.clone(),
            new_bases: contracts.new_bases.clone(),
        });
        self.bases_cause = Some(cause);
        cause
    }

    /// The cause of leaves that changed places with each other: the base list, where their contracts did.
    fn exchange_cause(&mut self, exchange: usize) -> usize {
        if let Some(cause) = self.exchange_causes[exchange] {
            return cause;
        }
        let new = self.comparison.new;
        let contracts = &self.comparison.contracts;
        let members = &self.exchanges[exchange];
        let is_of_bases = members.iter().any(|&at| {
            let contract = new.leaves[at].declared_in.as_deref();
            contracts.is_swapped(contract) || contracts.is_added(contract)
        });
        let cause = if is_of_bases {
            self.bases_cause()
        } else {
            self.push(MoveCause::Reordered { leaves: new.collapsed(members) })
        };
        self.exchange_causes[exchange] = Some(cause);
        cause
    }

    fn own_cause(&mut self, leaf: &Tied) -> usize {
        self.push(MoveCause::Reordered { leaves: self.comparison.new.collapsed(&[leaf.new_at]) })
    }
}

/// Groups leaves that did not keep their order by the bytes between their old and new places; returns the new leaves of
/// each group.
fn group_exchanges(comparison: &Comparison<'_, '_>, tied: &mut [Tied]) -> Vec<Vec<usize>> {
    let mut spans: Vec<(Position, Position, usize)> = tied
        .iter()
        .enumerate()
        .filter(|(_, leaf)| !leaf.is_in_order && leaf.has_moved())
        .map(|(at, leaf)| {
            let (from, to) = (&comparison.old.leaves[leaf.old_at], &comparison.new.leaves[leaf.new_at]);
            (from.start().min(to.start()), from.place.end().max(to.place.end()), at)
        })
        .collect();
    spans.sort_unstable();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut until: Option<Position> = None;
    for (start, end, at) in spans {
        if until.is_none_or(|until| start >= until) {
            groups.push(Vec::new());
        }
        until = until.max(Some(end));
        tied[at].exchange = groups.len().checked_sub(1);
        groups.last_mut().into_iter().for_each(|group| group.push(tied[at].new_at));
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

/// Positions of a longest increasing subsequence of distinct numbers, ascending (patience sorting, O(n log n)).
fn longest_increasing(numbers: &[usize]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, &number) in numbers.iter().enumerate() {
        let pile = tails.partition_point(|&tail| numbers[tail] < number);
        before[at] = pile.checked_sub(1).map(|under| tails[under]);
        match tails.get_mut(pile) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut chain = Vec::with_capacity(tails.len());
    let mut next = tails.last().copied();
    while let Some(at) = next {
        chain.push(at);
        next = before[at];
    }
    chain.reverse();
    chain
}
