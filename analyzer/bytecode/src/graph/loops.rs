//! Which blocks are repeated, and how do loops lie within each other?
//!
//! A loop is a set of blocks that reach each other, found from its header: the first of them in a depth-first search
//! (Havlak, "Nesting of Reducible and Irreducible Loops", 1997). When control enters it at its header alone the loop is
//! natural; otherwise it is marked as irreducible, and its header does not dominate it. Loops form a forest, and each
//! block knows the innermost one, so that space is linear in the graph.

use crate::index_vec::{Id, IndexVec, ids};

use super::{BlockId, FlowGraph};

ids! {
    /// A loop of a graph.
    pub LoopId "l";
}

/// Blocks that are repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The block that control enters first.
    pub header: BlockId,
    /// The next loop around it.
    pub parent: Option<LoopId>,
    /// Whether control enters it elsewhere, too.
    pub is_irreducible: bool,
}

/// The loops of a graph, outer ones before inner ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loops {
    /// The loops.
    pub loops: IndexVec<LoopId, Loop>,
    innermost: IndexVec<BlockId, Option<LoopId>>,
}

impl Loops {
    /// The innermost loop that a block is in.
    pub fn innermost(&self, block: BlockId) -> Option<LoopId> {
        self.innermost.get(block).copied().flatten()
    }

    /// Whether a block is in a loop, or in one within it.
    pub fn contains(&self, outer: LoopId, block: BlockId) -> bool {
        let parents = |inner: &LoopId| self.loops.get(*inner).and_then(|inner| inner.parent);
        std::iter::successors(self.innermost(block), parents).any(|inner| inner == outer)
    }

    pub(super) fn of(graph: &FlowGraph) -> Self {
        let search = Search::of(graph);
        let mut nesting = Nesting::new(graph, &search);
        for number in (0..search.order.len()).rev() {
            nesting.header(&search, number);
        }
        nesting.finish(graph, &search)
    }
}

/// A depth-first search: blocks by the number in which they are met.
struct Search {
    order: Vec<BlockId>,
    /// The last number within the subtree of each.
    last: Vec<usize>,
    numbers: IndexVec<BlockId, Option<usize>>,
}

impl Search {
    fn of(graph: &FlowGraph) -> Self {
        let numbers = (0..graph.len()).map(|_| None).collect();
        let mut search = Self { order: Vec::new(), last: Vec::new(), numbers };
        if graph.entry().index() >= graph.len() {
            return search;
        }
        search.meet(graph.entry());
        let mut path = vec![(0, successors(graph, graph.entry()))];
        while let Some((number, left)) = path.last_mut() {
            match left.pop() {
                Some(next) if search.numbers[next].is_none() => {
                    let met = search.meet(next);
                    path.push((met, successors(graph, next)));
                }
                Some(_) => {}
                None => {
                    search.last[*number] = search.order.len() - 1;
                    path.pop();
                }
            }
        }
        search
    }

    fn meet(&mut self, block: BlockId) -> usize {
        let number = self.order.len();
        self.numbers[block] = Some(number);
        self.order.push(block);
        self.last.push(number);
        number
    }

    fn is_ancestor(&self, above: usize, number: usize) -> bool {
        above <= number && number <= self.last[above]
    }
}

fn successors(graph: &FlowGraph, block: BlockId) -> Vec<BlockId> {
    graph.successors(block).map(|(to, _)| to).collect()
}

/// Loops found so far, over the numbers of the search.
struct Nesting {
    /// Predecessors within the subtree of a block, which close loops, and the others.
    closing: Vec<Vec<usize>>,
    entering: Vec<Vec<usize>>,
    /// The header of the loop that a block was gathered into, or itself.
    gathered: Vec<usize>,
    /// The header of the innermost loop around each.
    around: Vec<Option<usize>>,
    is_header: Vec<bool>,
    is_irreducible: Vec<bool>,
}

impl Nesting {
    fn new(graph: &FlowGraph, search: &Search) -> Self {
        let len = search.order.len();
        let mut nesting = Self {
            closing: vec![Vec::new(); len],
            entering: vec![Vec::new(); len],
            gathered: (0..len).collect(),
            around: vec![None; len],
            is_header: vec![false; len],
            is_irreducible: vec![false; len],
        };
        for (number, &block) in search.order.iter().enumerate() {
            for from in graph.predecessors(block).filter_map(|(from, _)| search.numbers[from]) {
                let side = if search.is_ancestor(number, from) { &mut nesting.closing } else { &mut nesting.entering };
                side[number].push(from);
            }
        }
        nesting
    }

    /// The outermost loop so far that a block is in, by its header.
    fn outermost(&mut self, number: usize) -> usize {
        let mut at = number;
        while self.gathered[at] != at {
            self.gathered[at] = self.gathered[self.gathered[at]];
            at = self.gathered[at];
        }
        at
    }

    /// Gathers the loop that a block is the header of.
    fn header(&mut self, search: &Search, header: usize) {
        let closing = std::mem::take(&mut self.closing[header]);
        if closing.is_empty() {
            return;
        }
        self.is_header[header] = true;
        let mut body = Vec::new();
        let add = |nesting: &mut Self, body: &mut Vec<usize>, number: usize| {
            // Marked at once, so that a block is taken up once.
            if number != header && nesting.around[number].is_none() {
                nesting.around[number] = Some(header);
                body.push(number);
            }
        };
        for from in closing {
            let from = self.outermost(from);
            add(self, &mut body, from);
        }
        let mut at = 0;
        while let Some(&number) = body.get(at) {
            at += 1;
            for from in std::mem::take(&mut self.entering[number]) {
                let from = self.outermost(from);
                if search.is_ancestor(header, from) {
                    add(self, &mut body, from);
                } else {
                    self.is_irreducible[header] = true;
                    self.entering[header].push(from);
                }
            }
        }
        for number in body {
            self.gathered[number] = header;
        }
        self.entering[header].sort_unstable();
        self.entering[header].dedup();
    }

    fn finish(self, graph: &FlowGraph, search: &Search) -> Loops {
        let mut ids = vec![None; search.order.len()];
        let mut loops = IndexVec::new();
        for (number, &header) in search.order.iter().enumerate().filter(|(number, _)| self.is_header[*number]) {
            let parent = self.around[number].and_then(|around| ids[around]);
            ids[number] = Some(loops.push(Loop { header, parent, is_irreducible: self.is_irreducible[number] }));
        }
        let mut innermost: IndexVec<BlockId, Option<LoopId>> = (0..graph.len()).map(|_| None).collect();
        for (number, &block) in search.order.iter().enumerate() {
            innermost[block] = ids[number].or_else(|| self.around[number].and_then(|around| ids[around]));
        }
        Loops { loops, innermost }
    }
}
