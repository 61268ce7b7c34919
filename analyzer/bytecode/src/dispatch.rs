//! Which functions do callers reach, and where does each begin?
//!
//! The branches on the way from the first instruction are evaluated rather than matched by their form: a branch belongs
//! to the dispatch when it turns on the first four bytes of the call data being one number. What is reached when fewer
//! than four bytes are sent is the fallback, and with no bytes at all the receive function, when that is another.
//! Tables of compilers that jump by a remainder of the selector are read row by row.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::lift::{End, Lifted, Successor};
use crate::term::{Evaluation, NodeId, Term, TermId};
use crate::unresolved::unresolved;

/// Most nodes between a comparison and the jump of its table.
const MAX_DISTANCE: usize = 12;

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
    /// Whether the comparison is also made when fewer than four bytes are sent, as within a fallback function.
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
}

/// Reads the dispatch of a lifted code.
pub fn dispatch(lifted: &Lifted<'_>) -> Dispatch {
    let short = Walk { lifted, len: SHORT }.run();
    let long = Walk { lifted, len: LONG }.run();
    let mut entries: BTreeMap<Selector, Entry> = BTreeMap::new();
    for &(selector, node, at) in &long.entries {
        // Code that does not look at the length first compares whatever was sent.
        let in_fallback = short.end.is_some() && short.seen.contains(&at);
        entries.entry(selector).or_insert(Entry { selector, node, in_fallback });
    }
    let other = short.end.or_else(|| match long.unmatched() {
        None if entries.is_empty() => Some(lifted.functions[0].node),
        unmatched => unmatched,
    });
    let empty = Walk { lifted, len: 0 }.run();
    let unresolved = unresolved(lifted);
    let receive = empty.end.filter(|&node| Some(node) != other && can_succeed(lifted, &unresolved, node));
    let fallback = other.filter(|&node| can_succeed(lifted, &unresolved, node));
    Dispatch { entries: entries.into_values().collect(), receive, fallback }
}

/// Whether some way from a node ends other than by reverting, or nobody knows how.
fn can_succeed(lifted: &Lifted<'_>, unresolved: &[bool], start: NodeId) -> bool {
    let mut seen = BTreeSet::from([start]);
    let mut left = vec![start];
    while let Some(node) = left.pop() {
        if unresolved[node.0 as usize] {
            return true;
        }
        let node = &lifted.nodes[node.0 as usize];
        if let End::Halt { pc } = node.end {
            let opcode = lifted.code.bytes().get(pc.0 as usize).copied().unwrap_or(op::STOP);
            if matches!(opcode, op::STOP | op::RETURN | op::SELFDESTRUCT) {
                return true;
            }
        }
        for &successor in &node.successors {
            let next = match successor {
                Successor::Node(next) | Successor::Continuation(next) => next,
                Successor::Call(function) => lifted.functions[function.0 as usize].node,
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
    /// Selector, first node, and the node that compares.
    entries: Vec<(Selector, NodeId, NodeId)>,
    /// Where comparisons lead that find another selector.
    others: Vec<NodeId>,
    /// The last node that the length of the call data alone leads to.
    end: Option<NodeId>,
}

impl Walked {
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
}

impl Walk<'_> {
    fn evaluation(&self) -> Evaluation<'_> {
        let mut evaluation = Evaluation::new(&self.lifted.terms, &self.lifted.code);
        evaluation.call_data_len = Some(U256::from(self.len));
        evaluation.call_value = Some(U256::ZERO);
        evaluation
    }

    fn run(&self) -> Walked {
        let mut walked = Walked::default();
        let start = self.lifted.functions[0].node;
        let mut left = VecDeque::from([start]);
        walked.seen.insert(start);
        let mut is_certain = true;
        while let Some(at) = left.pop_front() {
            let mut next = self.next(at, &mut walked);
            is_certain &= next.len() == 1 && next[0].1;
            if is_certain {
                walked.end = Some(next[0].0);
            }
            next.retain(|(node, _)| walked.seen.insert(*node));
            left.extend(next.into_iter().map(|(node, _)| node));
        }
        walked
    }

    /// Where the walk goes on, and whether the length of the call data says so; selectors are taken out.
    fn next(&self, at: NodeId, walked: &mut Walked) -> Vec<(NodeId, bool)> {
        let node = &self.lifted.nodes[at.0 as usize];
        let End::Branch { condition, .. } = node.end else {
            return self.successors(at).into_iter().map(|node| (node, false)).collect();
        };
        let [taken, not_taken] = node.branches;
        if let Some(number) = self.evaluation().number(condition) {
            let way = if number.is_zero() { not_taken } else { taken };
            return way.into_iter().map(|node| (node, self.depends_on_len(condition))).collect();
        }
        if self.len >= 4 {
            let compared = Comparison::find(&self.evaluation(), &self.lifted.terms, condition);
            if let Some(Comparison { selector, matches }) = compared {
                let (found, other) = if matches { (taken, not_taken) } else { (not_taken, taken) };
                walked.entries.extend(found.map(|found| (selector, found, at)));
                walked.others.extend(other);
                return other.into_iter().map(|node| (node, false)).collect();
            }
            if let Some(rows) = self.table(condition, at) {
                walked.entries.extend(rows);
                // The rows are what the rest of the dispatch leads to, but for the way of all other selectors.
                let dispatch = self.jump_behind(at).map(|(_, jump)| jump);
                walked.others.extend([taken, not_taken].into_iter().flatten().filter(|&way| Some(way) != dispatch));
                return Vec::new();
            }
        }
        [taken, not_taken].into_iter().flatten().map(|node| (node, false)).collect()
    }

    fn depends_on_len(&self, condition: TermId) -> bool {
        let mut other = self.evaluation();
        other.call_data_len = None;
        other.number(condition).is_none()
    }

    fn successors(&self, at: NodeId) -> Vec<NodeId> {
        let successors = self.lifted.nodes[at.0 as usize].successors.iter();
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
        let (target, jump) = self.jump_behind(at)?;
        let mut rows = Vec::new();
        let mut open = vec![Vec::new()];
        while let Some(chosen) = open.pop() {
            let mut evaluation = self.evaluation();
            evaluation.chosen = chosen;
            if let Some((choice, number)) = evaluation.choice(condition) {
                let chosen = evaluation.chosen;
                // In descending order, so that rows come out in ascending order.
                open.extend((0..number).rev().map(|row| [chosen.as_slice(), &[(choice, U256::from(row))]].concat()));
                continue;
            }
            let Some(comparison) = Comparison::find(&evaluation, &self.lifted.terms, condition) else { continue };
            let Some(label) = evaluation.number(target) else { continue };
            let place = self.lifted.code.destination(&label);
            let node =
                self.successors(jump).into_iter().find(|node| Some(self.lifted.nodes[node.0 as usize].pc) == place);
            rows.extend(node.map(|node| (comparison.selector, node, at)));
        }
        Some(rows)
    }

    /// The jump of the table that a comparison belongs to.
    fn jump_behind(&self, at: NodeId) -> Option<(TermId, NodeId)> {
        let mut seen = BTreeSet::from([at]);
        let mut left = VecDeque::from([at]);
        for _ in 0..MAX_DISTANCE {
            let node = left.pop_front()?;
            if let End::Jump { target, .. } = self.lifted.nodes[node.0 as usize].end
                && self.evaluation().choice(target).is_some()
            {
                return Some((target, node));
            }
            left.extend(self.successors(node).into_iter().filter(|next| seen.insert(*next)));
        }
        None
    }
}

/// A condition that turns on the selector being one number.
struct Comparison {
    selector: Selector,
    /// Whether the condition holds when it is.
    matches: bool,
}

impl Comparison {
    fn find(evaluation: &Evaluation<'_>, terms: &crate::term::Terms, condition: TermId) -> Option<Self> {
        let mut left = vec![condition];
        let mut seen = BTreeSet::new();
        while let Some(term) = left.pop() {
            let Term::Operation { opcode, operands } = terms.get(term) else { continue };
            if seen.len() > 64 || !seen.insert(term) {
                continue;
            }
            if matches!(opcode, op::EQ | op::XOR | op::SUB | op::ADD)
                && let Some(selector) = Self::selector(evaluation, operands, opcode)
                && let Some(matches) = Self::matches(evaluation, condition, selector)
            {
                return Some(Self { selector, matches });
            }
            left.extend(operands);
        }
        None
    }

    /// The number with which the selector is compared.
    fn selector(evaluation: &Evaluation<'_>, operands: &[TermId], opcode: u8) -> Option<Selector> {
        let &[a, b] = operands else { return None };
        let (number, word) = match (evaluation.number(a), evaluation.number(b)) {
            (Some(number), None) => (number, b),
            (None, Some(number)) => (number, a),
            _ => return None,
        };
        // A difference is an addition of the number's complement.
        let number = if opcode == op::ADD { number.wrapping_neg() } else { number };
        let probe = |selector: u32| with_first_word(evaluation, selector).number(word);
        let (one, other) = (0x1234_5678, 0xfedc_ba98);
        let is_low = probe(one)? == U256::from(one) && probe(other)? == U256::from(other);
        let is_high = probe(one)? == U256::from(one) << 224 && probe(other)? == U256::from(other) << 224;
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
    let mut with = evaluation.clone();
    with.first_word = Some(U256::from(selector) << 224 | U256::from(0x5a5a_5a5au32));
    with
}
