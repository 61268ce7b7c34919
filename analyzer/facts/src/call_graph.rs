//! Which functions and modifiers can run when a contract is called.
//!
//! An edge means that the text of one declaration mentions another that runs in the same context; whether control ever
//! gets there is for [`control_flow`](crate::control_flow) to say. Over-approximate, and linear in the size of the code.

use std::collections::BTreeSet;

use petgraph::graphmap::DiGraphMap;
use petgraph::visit::{Dfs, Reversed};
use uplint_artifact::NodeRef;

use crate::dispatch::Dispatch;

/// Functions and modifiers that some of the starts can run.
pub(crate) struct CallGraph {
    graph: DiGraphMap<NodeRef, ()>,
}

impl CallGraph {
    /// Everything that can run from these declarations.
    pub(crate) fn from(dispatch: &Dispatch<'_>, starts: &[NodeRef]) -> Self {
        let mut graph = DiGraphMap::new();
        let mut open: Vec<_> = starts.to_vec();
        for &start in starts {
            graph.add_node(start);
        }
        while let Some(at) = open.pop() {
            for (_, next) in dispatch.mentioned(at) {
                if !graph.contains_node(next) {
                    open.push(next);
                }
                graph.add_edge(at, next, ());
            }
        }
        CallGraph { graph }
    }

    /// The declarations, in the order in which they were found.
    pub(crate) fn declarations(&self) -> impl Iterator<Item = NodeRef> + '_ {
        self.graph.nodes()
    }

    /// The declarations from which one of these can run, themselves included.
    pub(crate) fn reaching(&self, targets: &[NodeRef]) -> BTreeSet<NodeRef> {
        let reversed = Reversed(&self.graph);
        let mut found = BTreeSet::new();
        for &target in targets.iter().filter(|&&target| self.graph.contains_node(target)) {
            let mut search = Dfs::new(reversed, target);
            while let Some(node) = search.next(reversed) {
                found.insert(node);
            }
        }
        found
    }
}
