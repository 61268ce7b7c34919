//! Conditions without which a call of a function reverts.
//!
//! What every way to a success passes holds for all of them: a branch there whose other way must revert is a guard, and
//! so is whatever guards each way out of a function that is called there. Ways that only revert are left out, and one
//! that nobody could follow counts as a success. A function has one summary, in the words that it is given, made after
//! those of the functions that it calls; within recursion the conditions of the others are not told. What all ways pass is
//! found in time linear in the nodes and edges of a function, without a set for each node.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};

use uplint_bytecode::index_vec::{Id, IndexVec};
use uplint_bytecode::lift::{End, Lifted, Successor};
use uplint_bytecode::opcode as op;
use uplint_bytecode::{FunctionId, NodeId, Pc};

mod alternatives;

use super::condition::required;
use super::summary::Summaries;
use super::word::Word;

/// Most conditions that are told of one function; further ones are a gap.
const MAX_GUARDS: usize = 256;

/// A condition without which the call reverts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guard {
    /// The branch; of several conditions of which one must hold, the first.
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

/// A place on the way through a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    /// A node, up to its jump.
    Node(NodeId),
    /// A function that is called at the end of a node, directly or by what another one leaves.
    Call(NodeId, FunctionId),
}

impl Place {
    fn node(self) -> NodeId {
        match self {
            Self::Node(node) | Self::Call(node, _) => node,
        }
    }
}

/// The conditions of the functions of a lifted code.
pub(super) struct Guards<'a> {
    lifted: &'a Lifted<'a>,
    pub(super) summaries: &'a Summaries<'a>,
    functions: IndexVec<FunctionId, OfFunction>,
    /// Where a way out came from to each place, and how far along it each place lies.
    from: RefCell<Marks<Place>>,
    /// The conditions of branches that were looked at.
    branches: RefCell<IndexVec<NodeId, Option<Vec<Guard>>>>,
    along: RefCell<Marks<Option<usize>>>,
}

/// Something for some of the places, forgotten all at once.
struct Marks<T> {
    by_number: Vec<(u32, T)>,
    /// The number of the first call of each node.
    calls: IndexVec<NodeId, usize>,
    round: u32,
}

impl<T: Copy> Marks<T> {
    fn new(lifted: &Lifted<'_>, empty: T) -> Self {
        let mut count = lifted.nodes.len();
        let mut calls = IndexVec::default();
        for node in &lifted.nodes {
            calls.push(count);
            count += node.called().count();
        }
        Self { by_number: vec![(0, empty); count], calls, round: 0 }
    }

    fn number(&self, lifted: &Lifted<'_>, place: Place) -> Option<usize> {
        match place {
            Place::Node(node) => Some(node.index()),
            Place::Call(node, function) => {
                let at = lifted.nodes[node].called().position(|called| called == function)?;
                Some(self.calls[node] + at)
            }
        }
    }

    fn forget(&mut self) {
        self.round += 1;
    }

    fn get(&self, lifted: &Lifted<'_>, place: Place) -> Option<T> {
        let (round, mark) = self.by_number[self.number(lifted, place)?];
        (round == self.round).then_some(mark)
    }

    fn set(&mut self, lifted: &Lifted<'_>, place: Place, mark: T) {
        if let Some(number) = self.number(lifted, place) {
            self.by_number[number] = (self.round, mark);
        }
    }
}

impl<'a> Guards<'a> {
    pub(super) fn new(summaries: &'a Summaries<'a>) -> Self {
        let lifted = summaries.lifted;
        let mut guards = Self {
            lifted,
            summaries,
            functions: lifted.functions.iter().map(|_| OfFunction::default()).collect(),
            from: RefCell::new(Marks::new(lifted, Place::Node(NodeId(0)))),
            branches: RefCell::new(lifted.nodes.iter().map(|_| None).collect()),
            along: RefCell::new(Marks::new(lifted, None)),
        };
        for &function in &summaries.called_first {
            let start = lifted.functions[function].node;
            let on_halt =
                if summaries.endings.may_halt(start) { guards.held(start, Way::Halt, None) } else { Held::default() };
            let on_return = guards.held(start, Way::Return, None);
            guards.functions[function] = OfFunction { on_return, on_halt };
        }
        guards
    }

    /// The words of nodes that several ways into the contract share are told anew.
    pub(super) fn forget_shared(&self) {
        let mut branches = self.branches.borrow_mut();
        for node in self.lifted.nodes.ids().filter(|&node| self.summaries.shared.has(node)) {
            branches[node] = None;
        }
    }

    /// The conditions that hold on every way through an entry on which the call succeeds. `before` are the nodes that
    /// lead to it and `nodes` those that follow, in ascending order. What the dispatch asks of the call data to choose the
    /// entry is left out.
    pub(super) fn of_entry(&self, before: &BTreeSet<NodeId>, entry: NodeId, nodes: &[NodeId]) -> Held {
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
            for place in self.passed(first, Way::Halt, Some(&within)) {
                match place {
                    place if nodes.binary_search(&place.node()).is_ok() => {}
                    Place::Node(node) => {
                        let guards = self.branch(node).into_iter();
                        guards.filter(|guard| !asks_for_call_data(&guard.condition)).for_each(|guard| held.hold(guard));
                    }
                    Place::Call(..) => self.add_place(place, Way::Halt, &mut held),
                }
            }
        }
        held
    }

    fn held(&self, start: NodeId, way: Way, nodes: Option<&IndexVec<NodeId, bool>>) -> Held {
        let mut held = Held::default();
        let passed = self.passed(start, way, nodes);
        for &place in &passed {
            self.add_place(place, way, &mut held);
        }
        for places in passed.windows(2) {
            if let [Place::Node(from), to] = *places
                && self.is_open(from)
                && let Some(ways) = self.ways_between(from, to, nodes)
            {
                self.common(&ways, way)
                    .into_iter()
                    .chain(self.alternatives(&ways, to))
                    .for_each(|guard| held.hold(guard));
            }
        }
        held
    }

    fn add_place(&self, place: Place, way: Way, held: &mut Held) {
        match place {
            Place::Node(node) => self.branch(node).into_iter().for_each(|guard| held.hold(guard)),
            Place::Call(node, function) => self.add_called(node, function, way, held),
        }
    }

    /// Whether a way out leads directly from a place.
    fn leaves(&self, place: Place, way: Way) -> bool {
        match (way, place) {
            (Way::Return, place) => self.returns(place),
            (Way::Halt, Place::Node(node)) => self.summaries.endings.may_end(node),
            (Way::Halt, Place::Call(_, function)) => self.may_halt(function),
        }
    }

    /// Whether the function is left there by a return.
    fn returns(&self, place: Place) -> bool {
        let is_return = |successor: &Successor| matches!(successor, Successor::Return(_));
        match place {
            Place::Node(node) => {
                let at = &self.lifted.nodes[node];
                let by_call = |successor: &Successor| {
                    at.transfers.iter().any(|transfer| transfer.from.is_some() && transfer.to == *successor)
                };
                at.successors.iter().any(|successor| is_return(successor) && !by_call(successor))
            }
            Place::Call(node, function) => {
                let mut transfers = self.lifted.nodes[node].transfers.iter();
                transfers
                    .any(|transfer| transfer.from.is_some_and(|(from, _)| from == function) && is_return(&transfer.to))
            }
        }
    }

    fn may_halt(&self, function: FunctionId) -> bool {
        self.summaries.endings.may_halt(self.lifted.functions[function].node)
    }

    /// Where control goes from a place within its function, other than to a revert.
    fn next(&self, place: Place, nodes: Option<&IndexVec<NodeId, bool>>) -> impl Iterator<Item = Place> {
        let at = &self.lifted.nodes[place.node()];
        let own = match place {
            Place::Node(_) => at.successors.as_slice(),
            Place::Call(..) => &[],
        };
        let own = own.iter().copied().filter(|successor| matches!(successor, Successor::Node(_)));
        let transferred = at.transfers.iter().filter(move |transfer| match (place, transfer.from) {
            (Place::Node(_), from) => from.is_none(),
            (Place::Call(_, function), from) => from.is_some_and(|(from, _)| from == function),
        });
        own.chain(transferred.map(|transfer| transfer.to)).filter_map(move |successor| match successor {
            Successor::Node(next) | Successor::Continuation(next) => {
                let is_within = nodes.is_none_or(|nodes| nodes[next]);
                (is_within && !self.summaries.endings.must_revert(next)).then_some(Place::Node(next))
            }
            Successor::Call(function) => Some(Place::Call(place.node(), function)),
            Successor::Return(_) => None,
        })
    }

    /// The nodes that every way out from a node passes, in the order in which they are passed.
    ///
    /// Along one way out, a node is passed by all when no detour leads from a node before it to one behind it. Each node
    /// beside the way is looked at once, from the first node of the way that leads to it.
    fn passed(&self, start: NodeId, way: Way, nodes: Option<&IndexVec<NodeId, bool>>) -> Vec<Place> {
        let along = self.way_out(start, way, nodes);
        let mut numbers = self.along.borrow_mut();
        numbers.forget();
        for (at, &place) in along.iter().enumerate() {
            numbers.set(self.lifted, place, Some(at));
        }
        let (mut passed, mut left) = (Vec::new(), Vec::new());
        // How far along detours lead; one place behind the last stands for the outside.
        let mut farthest = 0;
        for (at, &place) in along.iter().enumerate() {
            if farthest <= at {
                passed.push(place);
            }
            left.push(place);
            while let Some(place) = left.pop() {
                if self.leaves(place, way) {
                    farthest = along.len();
                }
                for next in self.next(place, nodes) {
                    match numbers.get(self.lifted, next) {
                        Some(Some(there)) => farthest = farthest.max(there),
                        // Beside the way, and looked at already.
                        Some(None) => {}
                        None => {
                            numbers.set(self.lifted, next, None);
                            left.push(next);
                        }
                    }
                }
            }
        }
        passed
    }

    /// One way out from a node, the shortest; nothing when there is none.
    fn way_out(&self, start: NodeId, way: Way, nodes: Option<&IndexVec<NodeId, bool>>) -> Vec<Place> {
        let start = Place::Node(start);
        let mut from = self.from.borrow_mut();
        from.forget();
        from.set(self.lifted, start, start);
        let mut left = VecDeque::from([start]);
        while let Some(place) = left.pop_front() {
            if self.leaves(place, way) {
                let before = |place: &Place| from.get(self.lifted, *place).filter(|before| before != place);
                let mut along: Vec<Place> = std::iter::successors(Some(place), before).collect();
                along.reverse();
                return along;
            }
            for next in self.next(place, nodes) {
                if from.get(self.lifted, next).is_none() {
                    from.set(self.lifted, next, place);
                    left.push_back(next);
                }
            }
        }
        Vec::new()
    }

    /// The conditions of a branch of which one way must revert.
    fn branch(&self, node: NodeId) -> Vec<Guard> {
        if let Some(known) = &self.branches.borrow()[node] {
            return known.clone();
        }
        let at = &self.lifted.nodes[node];
        let End::Branch { pc, condition, .. } = at.end else { return Vec::new() };
        let Some(holds) = self.needs(node) else { return Vec::new() };
        let conditions = required(self.summaries, condition, holds).into_iter();
        let guards: Vec<_> = conditions.map(|condition| Guard { pc, condition: simplified(condition) }).collect();
        self.branches.borrow_mut()[node] = Some(guards.clone());
        guards
    }

    /// Whether the condition of a branch must hold, or must not, for the call not to revert.
    fn needs(&self, node: NodeId) -> Option<bool> {
        let at = &self.lifted.nodes[node];
        let End::Branch { target, .. } = at.end else { return None };
        let not_taken = at.branches[1]?;
        if self.summaries.endings.must_revert(not_taken) {
            return Some(true);
        }
        // The jump of a branch can lead to several places, also to where control goes on otherwise.
        let target = self.lifted.terms.number(target)?;
        let mut taken = at.successors.iter().filter_map(|successor| match *successor {
            Successor::Node(next) if next != not_taken => Some(next),
            _ => None,
        });
        let Some(first) = taken.next() else {
            // A jump to what is no destination reverts. Where both ways lead to one place, neither is needed.
            let is_invalid = self.lifted.code.destination(target).is_none();
            return (is_invalid && at.branches[0].is_none()).then_some(false);
        };
        let is_known = at.branches[0].is_some() && !self.summaries.ways.unresolved[node.0 as usize];
        let must_revert = is_known
            && self.summaries.endings.must_revert(first)
            && taken.all(|next| self.summaries.endings.must_revert(next));
        must_revert.then_some(false)
    }

    /// Adds what a function that is called at a node guards, in the words of the node.
    fn add_called(&self, node: NodeId, function: FunctionId, way: Way, held: &mut Held) {
        let summary = &self.functions[function];
        let place = Place::Call(node, function);
        let goes_on = self.returns(place)
            || self.summaries.ways.unresolved[node.0 as usize]
            || self.next(place, None).next().is_some();
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
