//! Which of several conditions lets a call pass?
//!
//! Optimizers compile `require(a || b)` to jumps alone: each condition that holds leads on, and only the last one that does
//! not reverts. No branch there is passed by all with one condition, but between two places that all pass, each way has
//! its conditions, and one of them holds.

use std::collections::BTreeSet;

use uplint_bytecode::NodeId;
use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::End;

use super::{Guard, Guards, Place, simplified};
use crate::effects::condition::{either, required};
use crate::effects::word::Word;

/// Most ways between two places, and most nodes along one.
const MAX_WAYS: usize = 8;
const MAX_NODES: usize = 16;

impl Guards<'_> {
    /// The condition that one of the ways from a branch to the next place that all pass requires; `None` where some way
    /// requires nothing, or where they are too many.
    pub(super) fn alternatives(
        &self,
        from: NodeId,
        to: Place,
        nodes: Option<&IndexVec<NodeId, bool>>,
    ) -> Option<Guard> {
        let End::Branch { pc, .. } = self.lifted.nodes[from].end else { return None };
        if self.needs(from).is_some() {
            return None;
        }
        let ways = self.ways_between(from, to, nodes)?;
        // Where no way reverts, the ways differ and nothing is required.
        let reverts = |place: &Place| matches!(place, Place::Node(node) if self.needs(*node).is_some());
        if !ways.iter().flatten().any(reverts) {
            return None;
        }
        let conditions: BTreeSet<BTreeSet<Word>> = ways.iter().map(|way| self.conditions_along(way, to)).collect();
        let mut words = either(conditions)?.into_iter();
        match (words.next(), words.next()) {
            (Some(condition), None) => Some(Guard { pc, condition: simplified(condition) }),
            _ => None,
        }
    }

    /// All ways from a node to a place, that place left out; `None` where they are too many, or where one is a loop.
    fn ways_between(&self, from: NodeId, to: Place, nodes: Option<&IndexVec<NodeId, bool>>) -> Option<Vec<Vec<Place>>> {
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
