//! What do several ways to one place require?
//!
//! Optimizers compile `require(a || b)` to jumps alone: each condition that holds leads on, and only the last one that does
//! not reverts. No branch there is passed by all with one condition, but between two places that all pass, each way has
//! its conditions, and one of them holds; what each of them requires holds as well.

use std::collections::BTreeSet;

use uplint_bytecode::NodeId;
use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::End;

use super::{Guard, Guards, Held, Place, Way, simplified};
use crate::effects::condition::{either, required};
use crate::effects::word::Word;

/// Most ways between two places, and most nodes along one.
const MAX_WAYS: usize = 8;
const MAX_NODES: usize = 16;

impl Guards<'_> {
    /// Whether a branch leads on both ways.
    pub(super) fn is_open(&self, node: NodeId) -> bool {
        matches!(self.lifted.nodes[node].end, End::Branch { .. }) && self.needs(node).is_none()
    }

    /// The condition that one of the ways from a branch to the next place that all pass requires; `None` where some way
    /// requires nothing, or where they are too many.
    pub(super) fn alternatives(&self, ways: &[Vec<Place>], to: Place) -> Option<Guard> {
        // Where no way reverts, the ways differ and nothing is required.
        let reverts = |place: &Place| matches!(place, Place::Node(node) if self.needs(*node).is_some());
        if !ways.iter().flatten().any(reverts) {
            return None;
        }
        let End::Branch { pc, .. } = self.lifted.nodes[ways.first()?.first()?.node()].end else { return None };
        let conditions: BTreeSet<BTreeSet<Word>> = ways.iter().map(|way| self.conditions_along(way, to)).collect();
        let mut words = either(conditions)?.into_iter();
        match (words.next(), words.next()) {
            (Some(condition), None) => Some(Guard { pc, condition: simplified(condition) }),
            _ => None,
        }
    }

    /// The conditions that hold on each of some ways, as where each calls the same function.
    pub(super) fn common(&self, ways: &[Vec<Place>], way_out: Way) -> BTreeSet<Guard> {
        let of_way = |way: &Vec<Place>| {
            let mut held = Held::default();
            for &place in way.iter().skip(1) {
                self.add_place(place, way_out, &mut held);
            }
            held.guards
        };
        let all = ways.iter().map(of_way);
        all.reduce(|common, guards| common.intersection(&guards).cloned().collect()).unwrap_or_default()
    }

    /// All ways from a node to a place, that place left out; `None` where they are too many, or where one is a loop.
    pub(super) fn ways_between(
        &self,
        from: NodeId,
        to: Place,
        nodes: Option<&IndexVec<NodeId, bool>>,
    ) -> Option<Vec<Vec<Place>>> {
        let mut ways = Vec::new();
        let mut left = vec![vec![Place::Node(from)]];
        while let Some(way) = left.pop() {
            let at = *way.last()?;
            for next in self.next(at, nodes) {
                if next == to {
                    ways.push(way.clone());
                } else if way.contains(&next) || way.len() == MAX_NODES {
                    return None;
                } else {
                    left.push(way.iter().copied().chain([next]).collect());
                }
            }
            if ways.len() + left.len() > MAX_WAYS {
                return None;
            }
        }
        Some(ways)
    }

    /// What the branches along a way require.
    fn conditions_along(&self, way: &[Place], to: Place) -> BTreeSet<Word> {
        let nexts = way.iter().skip(1).copied().chain([to]);
        let edges = way.iter().copied().zip(nexts);
        let required = edges.filter_map(|(at, next)| match (at, next) {
            (Place::Node(at), Place::Node(next)) => {
                let End::Branch { condition, target, .. } = self.lifted.nodes[at].end else { return None };
                self.lifted.terms.number(target)?;
                let [taken, not_taken] = self.lifted.nodes[at].branches.map(|branch| branch == Some(next));
                (taken != not_taken).then(|| required(self.summaries, condition, taken))
            }
            _ => None,
        });
        required.flatten().collect()
    }
}
