//! What the lifter knows of a code, by the place of the instruction.

use std::collections::{BTreeMap, BTreeSet};

use revm::bytecode::opcode as op;
use revm::primitives::{B256, Bytes, U256};
use uplint_bytecode::lift::{Effect, End, Lifted, Successor};
use uplint_bytecode::{Pc, Piece, Term, TermId, Unknown, instructions};

use super::claims::Fit;
use super::record::Event;

/// Deepest terms that are compared with what happened; below, anything is taken to fit.
const MAX_DEPTH: u32 = 12;

/// What the lifter says, ordered so that events are looked up.
pub(super) struct Known<'a> {
    lifted: &'a Lifted<'a>,
    /// Jumps from and to a place, whatever the context.
    edges: BTreeSet<(u32, u32)>,
    effects: BTreeMap<u32, Vec<&'a Effect>>,
    /// Where blocks begin that have a node.
    blocks: BTreeSet<u32>,
    gaps: BTreeMap<u32, Vec<Unknown>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(lifted: &'a Lifted<'a>) -> Self {
        let mut effects: BTreeMap<u32, Vec<&Effect>> = BTreeMap::new();
        for effect in lifted.nodes.iter().flat_map(|node| &node.effects) {
            effects.entry(effect.pc.0).or_default().push(effect);
        }
        let mut gaps: BTreeMap<u32, Vec<Unknown>> = BTreeMap::new();
        for gap in &lifted.coverage.gaps {
            gaps.entry(gap.pc.0).or_default().push(gap.unknown);
        }
        let blocks = lifted.nodes.iter().map(|node| node.pc.0).collect();
        Self { lifted, edges: edges(lifted), effects, blocks, gaps }
    }

    /// Whether the lifter foresaw an event, and how well; `None` where it did not.
    pub(super) fn foresees(&self, pc: u32, event: &Event, preimages: &BTreeMap<B256, Bytes>) -> Option<Fit> {
        let matching = Matching { lifted: self.lifted, preimages };
        let mut at = self.effects.get(&pc).into_iter().flatten();
        let is_foreseen = match event {
            Event::Jump { to } => self.edges.contains(&(pc, *to)),
            Event::Storage { opcode, slot } => at.any(|effect| {
                let operand = effect.operands().first();
                effect.opcode == *opcode && operand.is_some_and(|operand| matching.word(*operand, *slot, 0))
            }),
            Event::Call { opcode, target } => at.any(|effect| {
                effect.opcode == *opcode && effect.operands().get(1).is_some_and(|at| self.is_target(*at, *target))
            }),
            Event::Hash { preimage } => {
                let hashes = at.filter(|effect| effect.opcode == op::KECCAK256);
                return hashes.filter_map(|effect| self.preimage(&matching, effect, preimage)).min();
            }
        };
        is_foreseen.then_some(Fit::Exactly)
    }

    /// Whether the lifter says that it does not know, at the instruction or at the start of its block.
    pub(super) fn declares(&self, pc: u32, event: &Event) -> bool {
        let block = block_start(self.lifted, pc);
        let is_at = |pc: u32| self.gaps.get(&pc).is_some_and(|gaps| gaps.iter().any(|gap| *gap != Unknown::Contexts));
        is_at(pc) || is_at(block) || matches!(event, Event::Jump { to } if is_at(*to))
    }

    /// Why an event was not foreseen.
    pub(super) fn reason(&self, pc: u32, event: &Event) -> &'static str {
        let is_block_known = self.blocks.contains(&block_start(self.lifted, pc));
        match event {
            _ if !is_block_known => "its block is not reached",
            Event::Jump { .. } => "there is no such edge",
            _ if !self.effects.contains_key(&pc) => "the block ends before it",
            Event::Storage { .. } => "the slot is another",
            Event::Call { .. } => "the target is another",
            Event::Hash { .. } => "the bytes are others",
        }
    }

    /// What the lifter says of an instruction, for a person.
    pub(super) fn says(&self, pc: u32) -> String {
        let said = self.effects.get(&pc).into_iter().flatten().take(3);
        let said = said.map(|effect| {
            let operands: Vec<String> = effect.operands().iter().map(|term| show(self.lifted, *term, 0)).collect();
            let pieces: Vec<String> = effect
                .data
                .iter()
                .map(|piece| format!("{}[{}; {}]", show(self.lifted, piece.term, 0), piece.skip, piece.len))
                .collect();
            if pieces.is_empty() {
                operands.join(", ")
            } else {
                format!("{}: {}", operands.join(", "), pieces.join(" "))
            }
        });
        said.collect::<Vec<_>>().join("; ")
    }

    fn is_target(&self, term: TermId, target: U256) -> bool {
        self.lifted.terms.number(term).is_none_or(|number| *number << 96 >> 96 == target)
    }

    /// How well the bytes that a hash is said to be of fit those that were hashed.
    fn preimage(&self, matching: &Matching<'_>, effect: &Effect, preimage: &Bytes) -> Option<Fit> {
        let hashed = effect.result.and_then(|term| match self.lifted.terms.get(term) {
            Term::Hash(pieces) => Some(pieces),
            _ => None,
        });
        let (pieces, is_whole) = hashed.map_or((&*effect.data, false), |pieces| (pieces, true));
        // A first piece without a length stands for bytes that are not known.
        let is_known = is_whole && pieces.first().is_some_and(|piece| piece.len > 0);
        let fit = if is_known { Fit::Exactly } else { Fit::InPart };
        matching.bytes(pieces, preimage, is_whole, 0).then_some(fit)
    }
}

/// A term for a person.
fn show(lifted: &Lifted<'_>, term: TermId, depth: u32) -> String {
    if depth > 4 {
        return "…".to_owned();
    }
    match lifted.terms.get(term) {
        Term::Constant(number) => format!("{number:#x}"),
        Term::Operation { opcode, operands } => {
            let name = revm::bytecode::opcode::OpCode::name_by_op(opcode);
            let operands: Vec<String> = operands.iter().map(|operand| show(lifted, *operand, depth + 1)).collect();
            format!("{name}({})", operands.join(", "))
        }
        Term::Hash(pieces) => {
            let pieces: Vec<String> = pieces.iter().map(|piece| show(lifted, piece.term, depth + 1)).collect();
            format!("hash({})", pieces.join(", "))
        }
        Term::InCall { term, .. } => format!("in-call({})", show(lifted, term, depth + 1)),
        other => format!("{other:?}"),
    }
}

/// Every edge between two places that some context has.
pub fn edges(lifted: &Lifted<'_>) -> BTreeSet<(u32, u32)> {
    let place = |successor: Successor| match successor {
        Successor::Node(to) | Successor::Continuation(to) => Some(lifted.nodes[to].pc.0),
        Successor::Call(function) => Some(lifted.functions[function].entry.0),
        // The callers of the function say where this leads.
        Successor::Return(_) => None,
    };
    let mut edges = BTreeSet::new();
    for node in &lifted.nodes {
        let (End::Jump { pc, .. } | End::Branch { pc, .. }) = node.end else { continue };
        let within = node.successors.iter().filter(|successor| matches!(successor, Successor::Node(_)));
        edges.extend(within.filter_map(|successor| Some((pc.0, place(*successor)?))));
        for transfer in &node.transfers {
            for to in lifted.past_relay(transfer.to).into_iter().filter_map(place) {
                match transfer.from {
                    None => {
                        edges.insert((pc.0, to));
                    }
                    Some((function, exit)) => {
                        let exits = &lifted.functions[function].exits;
                        let jumps = exits.get(exit as usize).into_iter().flat_map(|exit| &exit.jumps);
                        edges.extend(jumps.map(|jump| (jump.0, to)));
                    }
                }
            }
        }
    }
    edges
}

/// Where the block of an instruction begins.
fn block_start(lifted: &Lifted<'_>, pc: u32) -> u32 {
    // Forward from the last destination before it, which is a whole instruction.
    let start = (0..=pc).rev().find(|at| lifted.code.is_destination(Pc(*at))).unwrap_or(0);
    let behind = instructions(lifted.code.bytes().get(start as usize..).unwrap_or_default());
    let before = behind.map(|at| (start + at.pc.0, at.opcode)).take_while(|&(at, _)| at < pc);
    before.filter(|(_, opcode)| opcode.get() == op::JUMPI).last().map_or(start, |(at, _)| at + 1)
}

/// Whether words that happened are among those that terms stand for.
struct Matching<'a> {
    lifted: &'a Lifted<'a>,
    preimages: &'a BTreeMap<B256, Bytes>,
}

impl Matching<'_> {
    fn word(&self, term: TermId, word: U256, depth: u32) -> bool {
        let terms = &self.lifted.terms;
        if depth > MAX_DEPTH {
            return true;
        }
        match terms.get(term) {
            Term::Constant(number) => *number == word,
            Term::Hash(pieces) => self
                .preimages
                .get(&B256::from(word))
                .is_some_and(|preimage| self.bytes(pieces, preimage, true, depth + 1)),
            Term::Operation { opcode: op::ADD, operands: &[base, offset] } => match terms.number(offset) {
                Some(offset) => self.word(base, word.wrapping_sub(*offset), depth + 1),
                None => true,
            },
            _ => true,
        }
    }

    /// Whether bytes begin with these pieces, and end with them when they are the whole.
    fn bytes(&self, pieces: &[Piece], bytes: &[u8], is_whole: bool, depth: u32) -> bool {
        let mut rest = bytes;
        let mut pieces = pieces;
        if let [Piece { len: 0, .. }, behind @ ..] = pieces {
            let len: usize = behind.iter().map(|piece| usize::from(piece.len)).sum();
            let Some(start) = bytes.len().checked_sub(len) else { return false };
            (rest, pieces) = (&bytes[start..], behind);
        }
        for piece in pieces {
            // Where the length is unknown, what is known of the memory may go on behind it.
            let len = if is_whole { usize::from(piece.len) } else { rest.len().min(usize::from(piece.len)) };
            let Some((part, behind)) = rest.split_at_checked(len) else { return false };
            rest = behind;
            let terms = &self.lifted.terms;
            let fits = match terms.number(piece.term) {
                Some(number) => {
                    number.to_be_bytes::<32>().get(usize::from(piece.skip)..).is_some_and(|kept| kept.starts_with(part))
                }
                None => part.len() != 32 || self.word(piece.term, U256::from_be_slice(part), depth + 1),
            };
            if !fits {
                return false;
            }
        }
        !is_whole || rest.is_empty()
    }
}
