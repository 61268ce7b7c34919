//! Which functions do callers reach, and where does each begin?
//!
//! The branches on the way from the first instruction are evaluated rather than matched by their form: a branch belongs
//! to the dispatch when it turns on the first four bytes of the call data being one number. What is reached when fewer
//! than four bytes are sent is the fallback, and with no bytes at all the receive function, when that is another.
//! Tables of compilers that jump by a remainder of the selector are read row by row.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::coverage::{Coverage, CoverageGap, Unknown};
use crate::instruction::Pc;
use crate::lift::{End, Lifted, Successor};
use crate::term::{Evaluation, FunctionId, Given, NodeId, Term, TermId};
use crate::unresolved::unresolved;

/// Most nodes between a comparison and the jump of its table.
const MAX_DISTANCE: usize = 12;

/// Most terms that are computed for one dispatch. Large contracts take some hundred thousand.
const MAX_COMPUTED: u64 = 4_000_000;

/// Most choices of rows within each other: Vyper chooses a bucket and a row of it.
const MAX_NESTED_CHOICES: usize = 3;

/// Lengths of call data that tell the fallback from the receive function and from functions, in bytes.
const SHORT: u64 = 3;
const LONG: u64 = 1 << 20;

/// A selector: the first four bytes of the call data.
pub type Selector = [u8; 4];

/// Where control goes for one selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The selector.
    pub selector: Selector,
    /// The first node for it.
    pub node: NodeId,
    /// Whether the comparison is also made when fewer than four bytes are sent, or only where something else than the call
    /// data and the value allows it, as within a fallback function.
    pub in_fallback: bool,
}

/// How a code answers calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dispatch {
    /// In ascending order of selectors.
    pub entries: Vec<Entry>,
    /// Where a call without data goes, when that is not the fallback.
    pub receive: Option<NodeId>,
    /// Where calls go that no selector takes; `None` when they only revert.
    pub fallback: Option<NodeId>,
    /// Where the work that a dispatch may cost was used up. What was not read then belongs to the fallback.
    pub coverage: Coverage,
}

/// Reads the dispatch of a lifted code.
pub fn dispatch(lifted: &Lifted<'_>) -> Dispatch {
    let budget = Cell::new(MAX_COMPUTED);
    let walk = |len| Walk::new(lifted, len, &budget).run();
    let (short, long, empty) = (walk(SHORT), walk(LONG), walk(0));
    let compared_when_short: BTreeSet<Pc> = short.seen.iter().map(|node| lifted.nodes[*node].pc).collect();
    let mut entries: BTreeMap<Selector, Entry> = BTreeMap::new();
    for &(selector, node, at) in &long.entries {
        // Code that does not look at the length first compares whatever was sent. A call with a selector may come there
        // with that still on the stack, so that it is another node.
        let place = lifted.nodes[at].pc;
        let is_compared_when_short = short.end.is_some() && compared_when_short.contains(&place);
        let in_fallback = is_compared_when_short || long.conditional.contains(&at);
        entries.entry(selector).or_insert(Entry { selector, node, in_fallback });
    }
    let start = lifted.functions[FunctionId(0)].node;
    let gaps: BTreeSet<CoverageGap> = [&short, &long, &empty].into_iter().filter_map(|walked| walked.gap).collect();
    let other = match short.end.filter(|&end| !long.compares_first(lifted, end)).or_else(|| long.unmatched()) {
        _ if !gaps.is_empty() => Some(start),
        None if entries.is_empty() => Some(start),
        unmatched => unmatched,
    };
    let unresolved = unresolved(lifted);
    let receive = empty.end.filter(|&node| Some(node) != other && can_succeed(lifted, &unresolved, node));
    let fallback = other.filter(|&node| can_succeed(lifted, &unresolved, node));
    let coverage = Coverage { gaps: gaps.into_iter().collect() };
    Dispatch { entries: entries.into_values().collect(), receive, fallback, coverage }
}

/// Whether some way from a node ends other than by reverting, or nobody knows how.
fn can_succeed(lifted: &Lifted<'_>, unresolved: &[bool], start: NodeId) -> bool {
    let mut seen = BTreeSet::from([start]);
    let mut left = vec![start];
    while let Some(node) = left.pop() {
        if unresolved[node.0 as usize] {
            return true;
        }
        let node = &lifted.nodes[node];
        if let End::Halt { pc } = node.end {
            let opcode = lifted.code.bytes().get(pc.0 as usize).copied().unwrap_or(op::STOP);
            if matches!(opcode, op::STOP | op::RETURN | op::SELFDESTRUCT) {
                return true;
            }
        }
        for &successor in &node.successors {
            let next = match successor {
                Successor::Node(next) | Successor::Continuation(next) => next,
                Successor::Call(function) => lifted.functions[function].node,
                Successor::Return(_) => continue,
            };
            if seen.insert(next) {
                left.push(next);
            }
        }
    }
    false
}

/// What a walk over the dispatch found.
#[derive(Default)]
struct Walked {
    seen: BTreeSet<NodeId>,
    /// Those of them that are only reached behind a condition on something else than the call data and the value.
    conditional: BTreeSet<NodeId>,
    /// Selector, first node, and the node that compares.
    entries: Vec<(Selector, NodeId, NodeId)>,
    /// Where comparisons lead that find another selector.
    others: Vec<NodeId>,
    /// The last node that the length of the call data alone leads to.
    end: Option<NodeId>,
    /// Where it was given up.
    gap: Option<CoverageGap>,
}

impl Walked {
    /// Whether a node leads nowhere but to the first comparison of all, as in code that only looks whether there is any call
    /// data: that belongs to no fallback. A call may come there with another stack, so that it is another node.
    fn compares_first(&self, lifted: &Lifted<'_>, node: NodeId) -> bool {
        let Some(&(_, _, first)) = self.entries.first() else { return false };
        let mut at = node;
        for _ in 0..MAX_DISTANCE {
            if lifted.nodes[at].pc == lifted.nodes[first].pc {
                return !self.conditional.contains(&first);
            }
            match lifted.nodes[at].successors[..] {
                [Successor::Node(next)] => at = next,
                _ => return false,
            }
        }
        false
    }

    /// Where most comparisons lead that find another selector, other than to the next comparison.
    fn unmatched(&self) -> Option<NodeId> {
        let compares: BTreeSet<NodeId> = self.entries.iter().map(|&(_, _, at)| at).collect();
        let mut votes: BTreeMap<NodeId, usize> = BTreeMap::new();
        for other in self.others.iter().filter(|other| !compares.contains(other)) {
            *votes.entry(*other).or_default() += 1;
        }
        votes.into_iter().max_by_key(|&(node, votes)| (votes, std::cmp::Reverse(node))).map(|(node, _)| node)
    }
}

/// A walk from the first instruction with call data of one length.
struct Walk<'a> {
    lifted: &'a Lifted<'a>,
    len: u64,
    probes: Probes<'a>,
    of_any_len: Evaluation<'a>,
    budget: &'a Cell<u64>,
}

impl<'a> Walk<'a> {
    fn new(lifted: &'a Lifted<'a>, len: u64, budget: &'a Cell<u64>) -> Self {
        let of_any_len = Given { call_value: Some(U256::ZERO), ..Given::default() };
        let given = Given { call_data_len: Some(U256::from(len)), ..of_any_len };
        let evaluation = |given| Evaluation::new(&lifted.terms, &lifted.code, given, budget);
        let (probes, of_any_len) = (Probes::new(evaluation(given)), evaluation(of_any_len));
        Self { lifted, len, probes, of_any_len, budget }
    }

    fn evaluation(&self) -> &Evaluation<'a> {
        &self.probes.unselected
    }

    fn run(&self) -> Walked {
        let mut walked = Walked::default();
        let start = self.lifted.functions[FunctionId(0)].node;
        // What no other condition stands before comes first.
        let (mut left, mut conditional) = (VecDeque::from([start]), VecDeque::new());
        walked.seen.insert(start);
        let mut is_certain = true;
        loop {
            let at = match left.pop_front() {
                Some(at) => at,
                None => match conditional.pop_front() {
                    Some(at) if walked.seen.insert(at) => {
                        walked.conditional.insert(at);
                        at
                    }
                    Some(_) => continue,
                    None => break,
                },
            };
            let mut next = self.next(at, &mut walked);
            if self.budget.get() == 0 {
                walked.gap = Some(CoverageGap { pc: self.lifted.nodes[at].pc, unknown: Unknown::Budget });
                break;
            }
            is_certain &= next.len() == 1 && next[0].1;
            if is_certain {
                walked.end = Some(next[0].0);
            }
            if walked.conditional.contains(&at) || self.turns_on_more(at) {
                conditional.extend(next.into_iter().map(|(node, _)| node));
            } else {
                next.retain(|(node, _)| walked.seen.insert(*node));
                left.extend(next.into_iter().map(|(node, _)| node));
            }
        }
        walked
    }

    /// Whether a node branches on something else than the call data and the value.
    fn turns_on_more(&self, at: NodeId) -> bool {
        let End::Branch { condition, .. } = self.lifted.nodes[at].end else { return false };
        self.evaluation().number(condition).is_none() && self.probes.selected[0].number(condition).is_none()
    }

    /// Where the walk goes on, and whether the length of the call data says so; selectors are taken out.
    fn next(&self, at: NodeId, walked: &mut Walked) -> Vec<(NodeId, bool)> {
        let node = &self.lifted.nodes[at];
        let End::Branch { condition, .. } = node.end else {
            return self.successors(at).into_iter().map(|node| (node, false)).collect();
        };
        let not_taken = node.branches[1];
        // The jump of a branch can lead to several places.
        let taken: Vec<NodeId> = self.successors(at).into_iter().filter(|&way| Some(way) != not_taken).collect();
        let not_taken: Vec<NodeId> = not_taken.into_iter().collect();
        if let Some(number) = self.evaluation().number(condition) {
            let ways = if number.is_zero() { not_taken } else { taken };
            return ways.into_iter().map(|node| (node, self.depends_on_len(condition))).collect();
        }
        if self.len >= 4 {
            let compared = Comparison::find(&self.probes, &self.lifted.terms, condition);
            if let Some(Comparison { selector, matches }) = compared {
                let (found, others) = if matches { (taken, not_taken) } else { (not_taken, taken) };
                walked.entries.extend(found.into_iter().map(|found| (selector, found, at)));
                walked.others.extend(&others);
                return others.into_iter().map(|node| (node, false)).collect();
            }
            if let Some(rows) = self.table(condition, at) {
                walked.entries.extend(rows);
                // The rows are what the rest of the dispatch leads to, but for the way of all other selectors.
                let dispatch = self.jump_behind(at).map(|jump| jump.way);
                walked.others.extend(taken.into_iter().chain(not_taken).filter(|&way| Some(way) != dispatch));
                return Vec::new();
            }
        }
        taken.into_iter().chain(not_taken).map(|node| (node, false)).collect()
    }

    fn depends_on_len(&self, condition: TermId) -> bool {
        self.of_any_len.number(condition).is_none()
    }

    fn successors(&self, at: NodeId) -> Vec<NodeId> {
        let successors = self.lifted.nodes[at].successors.iter();
        successors
            .filter_map(|successor| match successor {
                Successor::Node(node) | Successor::Continuation(node) => Some(*node),
                Successor::Call(_) | Successor::Return(_) => None,
            })
            .collect()
    }

    /// Selectors that a table lists beside the places of their functions, for a comparison with the row of a selector.
    fn table(&self, condition: TermId, at: NodeId) -> Option<Vec<(Selector, NodeId, NodeId)>> {
        self.evaluation().choice(condition)?;
        let JumpBehind { target, jump, .. } = self.jump_behind(at)?;
        let ways: BTreeMap<Pc, NodeId> =
            self.successors(jump).into_iter().map(|way| (self.lifted.nodes[way].pc, way)).collect();
        let mut rows = Vec::new();
        let mut open = vec![self.evaluation().with(self.evaluation().given())];
        while let Some(chosen) = open.pop().filter(|_| self.budget.get() > 0) {
            if let Some(choice) = chosen.choice(condition) {
                if chosen.choices() == MAX_NESTED_CHOICES {
                    self.budget.set(0);
                    break;
                }
                // In descending order, so that rows come out in ascending order.
                open.extend((0..choice.rows).rev().map(|row| chosen.choosing(choice.row, row)));
                continue;
            }
            let probes = Probes::new(chosen);
            let Some(comparison) = Comparison::find(&probes, &self.lifted.terms, condition) else { continue };
            let Some(label) = probes.unselected.number(target) else { continue };
            let node = self.lifted.code.destination(&label).and_then(|place| ways.get(&place));
            rows.extend(node.map(|&node| (comparison.selector, node, at)));
        }
        Some(rows)
    }

    /// The jump of the table that a comparison belongs to.
    fn jump_behind(&self, at: NodeId) -> Option<JumpBehind> {
        let mut seen = BTreeSet::from([at]);
        let mut left: VecDeque<(NodeId, NodeId)> = self.successors(at).into_iter().map(|way| (way, way)).collect();
        seen.extend(left.iter().map(|&(node, _)| node));
        for _ in 0..MAX_DISTANCE {
            let (node, way) = left.pop_front()?;
            if let End::Jump { target, .. } = self.lifted.nodes[node].end
                && self.evaluation().choice(target).is_some()
            {
                return Some(JumpBehind { target, jump: node, way });
            }
            left.extend(self.successors(node).into_iter().filter(|next| seen.insert(*next)).map(|next| (next, way)));
        }
        None
    }
}

/// The jump of a table behind a comparison.
struct JumpBehind {
    target: TermId,
    jump: NodeId,
    /// Where the comparison leads first on the way there.
    way: NodeId,
}

/// Selectors that differ in every byte.
const PROBED: [u32; 2] = [0x1234_5678, 0xfedc_ba98];

/// Evaluations without a selector and with some, which remember what they computed.
struct Probes<'a> {
    unselected: Evaluation<'a>,
    selected: [Evaluation<'a>; 2],
}

impl<'a> Probes<'a> {
    fn new(unselected: Evaluation<'a>) -> Self {
        let selected = PROBED.map(|selector| with_first_word(&unselected, selector));
        Self { unselected, selected }
    }
}

/// A condition that turns on the selector being one number.
struct Comparison {
    selector: Selector,
    /// Whether the condition holds when it is.
    matches: bool,
}

impl Comparison {
    fn find(probes: &Probes<'_>, terms: &crate::term::Terms, condition: TermId) -> Option<Self> {
        let mut left = vec![condition];
        let mut seen = BTreeSet::new();
        while let Some(term) = left.pop() {
            let Term::Operation { opcode, operands } = terms.get(term) else { continue };
            if seen.len() > 64 || !seen.insert(term) {
                continue;
            }
            if matches!(opcode, op::EQ | op::XOR | op::SUB | op::ADD)
                && let Some(selector) = Self::selector(probes, operands, opcode)
                && let Some(matches) = Self::matches(&probes.unselected, condition, selector)
            {
                return Some(Self { selector, matches });
            }
            left.extend(operands);
        }
        None
    }

    /// The number with which the selector is compared.
    fn selector(probes: &Probes<'_>, operands: &[TermId], opcode: u8) -> Option<Selector> {
        let &[a, b] = operands else { return None };
        let evaluation = &probes.unselected;
        let (number, word) = match (evaluation.number(a), evaluation.number(b)) {
            (Some(number), None) => (number, b),
            (None, Some(number)) => (number, a),
            _ => return None,
        };
        // A difference is an addition of the number's complement.
        let number = if opcode == op::ADD { number.wrapping_neg() } else { number };
        let probe = |at: usize| probes.selected[at].number(word);
        let (one, other) = (probe(0)?, probe(1)?);
        let is_low = [one, other] == PROBED.map(U256::from);
        let is_high = [one, other] == PROBED.map(|selector| U256::from(selector) << 224);
        let selector = if is_low {
            number
        } else if is_high && number << 32 == U256::ZERO {
            number >> 224
        } else {
            return None;
        };
        u32::try_from(selector).ok().map(u32::to_be_bytes)
    }

    /// Whether the condition holds for the selector; `None` when it does not turn on it.
    fn matches(evaluation: &Evaluation<'_>, condition: TermId, selector: Selector) -> Option<bool> {
        let selector = u32::from_be_bytes(selector);
        let holds =
            |selector: u32| with_first_word(evaluation, selector).number(condition).map(|number| !number.is_zero());
        let (for_it, for_others) = (holds(selector)?, holds(selector ^ 1)?);
        (for_it != for_others && holds(selector ^ 0x8000_0000)? == for_others).then_some(for_it)
    }
}

/// The same with call data that begins with a selector and goes on with other bytes.
fn with_first_word<'a>(evaluation: &Evaluation<'a>, selector: u32) -> Evaluation<'a> {
    let first_word = Some(U256::from(selector) << 224 | U256::from(0x5a5a_5a5au32));
    evaluation.with(Given { first_word, ..evaluation.given() })
}
