//! Which blocks lie on every way to a block?

use petgraph::algo::dominators::simple_fast;
use petgraph::graph::DiGraph;

use crate::index_vec::{Id, IndexVec};

use super::{BlockId, EdgeKind, at, id};

/// The dominator tree of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dominance {
    parents: IndexVec<BlockId, Option<BlockId>>,
    /// When a walk over the tree enters and leaves a block; `None` for blocks that are not reached.
    spans: IndexVec<BlockId, Option<(u32, u32)>>,
}

impl Dominance {
    pub(super) fn of(graph: &DiGraph<(), EdgeKind>, root: BlockId) -> Self {
        let mut parents: IndexVec<BlockId, Option<BlockId>> = (0..graph.node_count()).map(|_| None).collect();
        let spans = parents.iter().map(|_| None).collect();
        let mut dominance = Self { parents: IndexVec::new(), spans };
        if root.index() < graph.node_count() {
            let tree = simple_fast(graph, at(root));
            for block in graph.node_indices() {
                parents[id(block)] = tree.immediate_dominator(block).map(id);
            }
        }
        dominance.parents = parents;
        dominance.walk(root);
        dominance
    }

    /// The same without the block that was put into the graph for all ends.
    pub(super) fn without(mut self, added: BlockId) -> Self {
        for parent in &mut self.parents {
            *parent = parent.filter(|&parent| parent != added);
        }
        self.parents = self.parents.into_items().into_iter().take(added.index()).collect();
        self.spans = self.spans.into_items().into_iter().take(added.index()).collect();
        self
    }

    fn walk(&mut self, root: BlockId) {
        if root.index() >= self.parents.len() {
            return;
        }
        // The first child of each block and the next one of the same parent, in ascending order.
        let mut first: IndexVec<BlockId, Option<BlockId>> = self.parents.iter().map(|_| None).collect();
        let mut next: IndexVec<BlockId, Option<BlockId>> = self.parents.iter().map(|_| None).collect();
        for (block, parent) in self.parents.iter_enumerated().rev() {
            if let Some(parent) = *parent {
                next[block] = first[parent].replace(block);
            }
        }
        let mut clock = 0u32;
        let mut path = vec![(root, first[root])];
        self.spans[root] = Some((clock, clock));
        while let Some((block, child)) = path.last_mut() {
            clock += 1;
            if let Some(walked) = *child {
                *child = next[walked];
                self.spans[walked] = Some((clock, clock));
                path.push((walked, first[walked]));
            } else {
                if let Some((_, leave)) = &mut self.spans[*block] {
                    *leave = clock;
                }
                path.pop();
            }
        }
    }

    /// The closest block that dominates another; `None` for the root and for blocks that are not reached.
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        self.parents.get(block).copied().flatten()
    }

    /// Whether the root reaches a block.
    pub fn is_reached(&self, block: BlockId) -> bool {
        self.spans.get(block).is_some_and(Option::is_some)
    }

    /// Whether every way from the root to `block` leads over `by`; blocks dominate themselves.
    pub fn dominates(&self, by: BlockId, block: BlockId) -> bool {
        let span = |block: BlockId| self.spans.get(block).copied().flatten();
        match (span(by), span(block)) {
            (Some((enter, leave)), Some((inner, _))) => enter <= inner && inner <= leave,
            _ => false,
        }
    }
}
