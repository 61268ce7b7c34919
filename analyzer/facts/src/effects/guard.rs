//! Conditions without which a call of a function reverts.
//!
//! What every way to a success passes holds for all of them: a branch there whose other way must revert is a guard, and
//! so is whatever guards each way out of a function that is called there. Ways that only revert are left out, and one
//! that nobody could follow counts as a success. A function has one summary, in the words that it is given, made after
//! those of the functions that it calls; within recursion the conditions of the others are not told. Linear in the
//! nodes and edges of each function, since what all ways pass is found without a set for each node.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};

use uplint_bytecode::index_vec::IndexVec;
use uplint_bytecode::lift::{End, Lifted, Successor};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Pc};

use super::ending::Endings;
use super::summary::Summaries;
use super::word::{self, Word};

/// Most conditions that are told of one function; further ones are a gap.
const MAX_GUARDS: usize = 256;

/// A condition without which the call reverts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guard {
    /// The branch.
    pub pc: Pc,
    /// What must not be zero.
    pub condition: Word,
}

/// Conditions that hold on some ways.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    pub(super) guards: BTreeSet<Guard>,
    /// Whether there are more than are told.
    pub(super) is_cut: bool,
}

impl Held {
    fn hold(&mut self, guard: Guard) {
        if self.guards.len() < MAX_GUARDS {
            self.guards.insert(guard);
        } else {
            self.is_cut |= !self.guards.contains(&guard);
        }
    }
}

/// What holds whenever a function is left.
#[derive(Debug, Default)]
struct OfFunction {
    /// When it returns.
    on_return: Held,
    /// When the call ends within it, or within what it calls.
    on_halt: Held,
}

/// The way out that conditions are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Return,
    Halt,
}

/// The conditions of the functions of a lifted code.
pub(super) struct Guards<'a> {
    lifted: &'a Lifted<'a>,
    pub(super) summaries: &'a Summaries<'a>,
    endings: Endings,
    functions: IndexVec<FunctionId, OfFunction>,
    /// Where a way out came from to each node, and the place of each node on it.
    from: RefCell<Marks>,
    places: RefCell<Marks>,
}

/// A number for some of the nodes, forgotten all at once.
struct Marks {
    numbers: IndexVec<NodeId, (u32, u32)>,
    round: u32,
}

impl Marks {
    fn new(lifted: &Lifted<'_>) -> Self {
        Self { numbers: lifted.nodes.iter().map(|_| (0, 0)).collect(), round: 0 }
    }

    fn forget(&mut self) {
        self.round += 1;
    }

    fn get(&self, node: NodeId) -> Option<u32> {
        let (round, number) = self.numbers[node];
        (round == self.round).then_some(number)
    }

    fn set(&mut self, node: NodeId, number: u32) {
        self.numbers[node] = (self.round, number);
    }
}

/// The number of a node that is not on the way.
const BESIDE: u32 = u32::MAX;

impl<'a> Guards<'a> {
    pub(super) fn new(summaries: &'a Summaries<'a>) -> Self {
        let lifted = summaries.lifted;
        let mut guards = Self {
            lifted,
            summaries,
            endings: Endings::new(lifted, &summaries.ways),
            functions: lifted.functions.iter().map(|_| OfFunction::default()).collect(),
            from: RefCell::new(Marks::new(lifted)),
            places: RefCell::new(Marks::new(lifted)),
        };
        for &function in &summaries.called_first {
            let start = lifted.functions[function].node;
            let on_halt =
                if guards.endings.may_halt(start) { guards.held(start, Way::Halt, None) } else { Held::default() };
            let on_return = guards.held(start, Way::Return, None);
            guards.functions[function] = OfFunction { on_return, on_halt };
        }
        guards
    }

    /// The conditions that hold on every way through an entry on which the call succeeds. `before` are the nodes that
    /// lead to it and `nodes` those that follow. What the dispatch asks of the call data to choose the entry is left out.
    pub(super) fn of_entry(&self, before: &BTreeSet<NodeId>, entry: NodeId, nodes: &BTreeSet<NodeId>) -> Held {
        let mut within: IndexVec<NodeId, bool> = self.lifted.nodes.iter().map(|_| false).collect();
        for &node in nodes {
            within[node] = true;
        }
        let mut held = self.held(entry, Way::Halt, Some(&within));
        let first = self.lifted.functions[FunctionId(0)].node;
        if before.contains(&first) {
            for &node in before {
                within[node] = true;
            }
            for node in self.passed(first, Way::Halt, Some(&within)).into_iter().filter(|node| !nodes.contains(node)) {
                if let Some(guard) = self.branch(node).filter(|guard| !asks_for_call_data(&guard.condition)) {
                    held.hold(guard);
                }
                self.add_called(node, Way::Halt, &mut held);
            }
        }
        held
    }

    fn held(&self, start: NodeId, way: Way, nodes: Option<&IndexVec<NodeId, bool>>) -> Held {
        let mut held = Held::default();
        for node in self.passed(start, way, nodes) {
            if let Some(guard) = self.branch(node) {
                held.hold(guard);
            }
            self.add_called(node, way, &mut held);
        }
        held
    }

    /// Whether a way out leads directly from a node, or from a function that is called there.
    fn leaves(&self, node: NodeId, way: Way) -> bool {
        let at = &self.lifted.nodes[node];
        match way {
            Way::Return => at.successors.iter().any(|successor| matches!(successor, Successor::Return(_))),
            Way::Halt => self.endings.may_end(node) || at.called().any(|function| self.may_halt(function)),
        }
    }

    fn may_halt(&self, function: FunctionId) -> bool {
        self.endings.may_halt(self.lifted.functions[function].node)
    }

    /// Where control goes from a node within its function, other than to a revert.
    fn next(&self, node: NodeId, nodes: Option<&IndexVec<NodeId, bool>>) -> impl Iterator<Item = NodeId> {
        let successors = self.lifted.nodes[node].successors.iter();
        successors.filter_map(move |successor| match *successor {
            Successor::Node(next) | Successor::Continuation(next) => {
                let is_within = nodes.is_none_or(|nodes| nodes[next]);
                (is_within && !self.endings.must_revert(next)).then_some(next)
            }
            Successor::Call(_) | Successor::Return(_) => None,
        })
    }

    /// The nodes that every way out from a node passes, in the order in which they are passed.
    ///
    /// Along one way out, a node is passed by all when no detour leads from a node before it to one behind it. Each node
    /// beside the way is looked at once, from the first node of the way that leads to it.
    fn passed(&self, start: NodeId, way: Way, nodes: Option<&IndexVec<NodeId, bool>>) -> Vec<NodeId> {
        let along = self.way_out(start, way, nodes);
        let mut places = self.places.borrow_mut();
        places.forget();
        for (at, &node) in (0..).zip(&along) {
            places.set(node, at);
        }
        let mut passed = Vec::new();
        // How far along detours lead; one place behind the last stands for the outside.
        let mut farthest = 0;
        for (at, &node) in along.iter().enumerate() {
            if farthest <= at {
                passed.push(node);
            }
            let mut left = vec![node];
            while let Some(node) = left.pop() {
                if self.leaves(node, way) {
                    farthest = along.len();
                }
                for next in self.next(node, nodes) {
                    match places.get(next) {
                        Some(BESIDE) => {}
                        Some(there) => farthest = farthest.max(there as usize),
                        None => {
                            places.set(next, BESIDE);
                            left.push(next);
                        }
                    }
                }
            }
        }
        passed
    }

    /// One way out from a node, the shortest; nothing when there is none.
    fn way_out(&self, start: NodeId, way: Way, nodes: Option<&IndexVec<NodeId, bool>>) -> Vec<NodeId> {
        let mut from = self.from.borrow_mut();
        from.forget();
        from.set(start, start.0);
        let mut left = VecDeque::from([start]);
        while let Some(node) = left.pop_front() {
            if self.leaves(node, way) {
                let before = |node: &NodeId| from.get(*node).map(NodeId).filter(|before| before != node);
                let mut along: Vec<NodeId> = std::iter::successors(Some(node), before).collect();
                along.reverse();
                return along;
            }
            for next in self.next(node, nodes) {
                if from.get(next).is_none() {
                    from.set(next, node.0);
                    left.push_back(next);
                }
            }
        }
        Vec::new()
    }

    /// The condition of a branch, when one of its ways must revert.
    fn branch(&self, node: NodeId) -> Option<Guard> {
        let at = &self.lifted.nodes[node];
        let End::Branch { pc, condition, .. } = at.end else { return None };
        let not_taken = at.branches[1]?;
        // The jump of a branch can lead to several places.
        let mut taken = at.successors.iter().filter_map(|successor| match *successor {
            Successor::Node(next) if next != not_taken => Some(next),
            _ => None,
        });
        let condition = || self.summaries.word(condition);
        if self.endings.must_revert(not_taken) {
            return Some(Guard { pc, condition: simplified(condition()) });
        }
        // Where both ways lead to one place, neither is taken without the other.
        let first = taken.next()?;
        let is_known = at.branches[0].is_some() && !self.endings.unresolved[node.0 as usize];
        let must_revert =
            is_known && self.endings.must_revert(first) && taken.all(|next| self.endings.must_revert(next));
        must_revert.then(|| Guard { pc, condition: simplified(word::operation(op::ISZERO, &[condition()])) })
    }

    /// Adds what the one function that is called at the end of a node guards, in the words of the node.
    fn add_called(&self, node: NodeId, way: Way, held: &mut Held) {
        let mut called = self.summaries.called(node);
        let (Some(function), None) = (called.next(), called.next()) else { return };
        let summary = &self.functions[function];
        let at = &self.lifted.nodes[node];
        let returns = at.successors.iter().any(|successor| matches!(successor, Successor::Return(_)));
        let goes_on = returns || self.endings.unresolved[node.0 as usize] || self.next(node, None).next().is_some();
        let (first, second) = match (way, goes_on, self.may_halt(function)) {
            (Way::Return, ..) | (Way::Halt, true, false) => (&summary.on_return, None),
            (Way::Halt, false, _) => (&summary.on_halt, None),
            (Way::Halt, true, true) => (&summary.on_return, Some(&summary.on_halt)),
        };
        held.is_cut |= first.is_cut || second.is_some_and(|second| second.is_cut);
        let argument = |slot: u32| self.summaries.argument(node, function, slot);
        for guard in first.guards.iter().filter(|&guard| second.is_none_or(|second| second.guards.contains(guard))) {
            held.hold(Guard { pc: guard.pc, condition: guard.condition.with_arguments(&argument) });
        }
    }
}

/// Whether a condition turns on what is called, or on how much is sent with it.
fn asks_for_call_data(condition: &Word) -> bool {
    match condition {
        Word::CallData(_) | Word::Operation(op::CALLDATASIZE | op::CALLDATALOAD, _) => true,
        Word::Operation(_, words) | Word::OneOf(words) => words.iter().any(asks_for_call_data),
        Word::Hash(parts) => parts.iter().any(|(word, ..)| asks_for_call_data(word)),
        Word::Stored(_, slot) => asks_for_call_data(slot),
        Word::Noted(word, _) => asks_for_call_data(word),
        _ => false,
    }
}

/// A condition without pairs of negations.
fn simplified(condition: Word) -> Word {
    if let Word::Operation(op::ISZERO, outer) = &condition
        && let [Word::Operation(op::ISZERO, inner)] = &outer[..]
        && let [word] = &inner[..]
    {
        return simplified(word.clone());
    }
    condition
}
