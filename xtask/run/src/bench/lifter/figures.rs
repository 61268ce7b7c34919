//! How much of a code each side finds, held against what the compiler says.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use revm::bytecode::opcode as op;
use revm::primitives::hex;
use uplint_bytecode::lift::{End, Lifted};
use uplint_bytecode::{Unknown, dispatch};
use xtask_run::oracle;

use super::Code;
use super::{peer, sweep};
use crate::program::warn;

/// A figure of ours and the same of the peer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Both {
    pub(super) ours: u64,
    pub(super) theirs: u64,
}

impl AddAssign for Both {
    fn add_assign(&mut self, other: Self) {
        self.ours += other.ours;
        self.theirs += other.theirs;
    }
}

/// The figures of one code, or of many.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub(super) codes: u64,
    pub(super) selectors: u64,
    pub(super) selectors_false: Both,
    pub(super) selectors_missed: Both,
    /// All blocks of a sweep, data included.
    pub(super) blocks: u64,
    pub(super) blocks_reached: Both,
    pub(super) only_ours: u64,
    pub(super) only_theirs: u64,
    /// Of these, the ones that are not behind a branch whose condition is constant.
    pub(super) only_theirs_open: Vec<u32>,
    pub(super) unresolved: Both,
    /// Places that are told as not followed, or not as far as possible, by why.
    pub(super) gaps: BTreeMap<String, u64>,
    pub(super) return_edges: Both,
    pub(super) return_edges_true: Both,
    /// Entries of internal functions that the compiler names, and those of ours that return.
    pub(super) functions: u64,
    pub(super) functions_found: u64,
    pub(super) functions_ours: u64,
    pub(super) functions_true: u64,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.codes += other.codes;
        self.selectors += other.selectors;
        self.selectors_false += other.selectors_false;
        self.selectors_missed += other.selectors_missed;
        self.blocks += other.blocks;
        self.blocks_reached += other.blocks_reached;
        self.only_ours += other.only_ours;
        self.only_theirs += other.only_theirs;
        self.only_theirs_open.extend(other.only_theirs_open);
        self.unresolved += other.unresolved;
        for (unknown, number) in other.gaps {
            *self.gaps.entry(unknown).or_default() += number;
        }
        self.return_edges += other.return_edges;
        self.return_edges_true += other.return_edges_true;
        self.functions += other.functions;
        self.functions_found += other.functions_found;
        self.functions_ours += other.functions_ours;
        self.functions_true += other.functions_true;
    }
}

impl Figures {
    /// Of the blocks that only the peer reaches, how many are behind a branch whose condition is constant.
    pub(super) fn only_theirs_constant(&self) -> u64 {
        self.only_theirs - self.only_theirs_open.len() as u64
    }
}

/// The figures of one code.
pub(super) fn figures(code: &Code, lifted: &Lifted<'_>) -> Figures {
    let mut figures = Figures { codes: 1, ..Figures::default() };
    selectors(code, lifted, &mut figures);
    let graph = peer::graph(&code.bytes);
    let leaders = sweep::leaders(&code.bytes);
    let ours = sweep::reached(lifted, &leaders);
    let theirs = peer::reached(&graph);
    let pruned = peer::reached_without(&code.bytes, &graph, &constant_branches(lifted));
    figures.blocks = leaders.len() as u64;
    figures.blocks_reached = Both { ours: ours.len() as u64, theirs: leaders.intersection(&theirs).count() as u64 };
    figures.only_ours = ours.difference(&theirs).count() as u64;
    figures.only_theirs = theirs.difference(&ours).filter(|pc| leaders.contains(pc)).count() as u64;
    let is_open = |pc: &&u32| leaders.contains(pc) && pruned.contains(pc);
    figures.only_theirs_open = theirs.difference(&ours).filter(is_open).copied().collect();
    let unknown = |gap: &&uplint_bytecode::CoverageGap| {
        matches!(gap.unknown, Unknown::JumpTarget | Unknown::SomeJumpTargets | Unknown::Budget)
    };
    figures.unresolved.ours = lifted.coverage.gaps.iter().filter(unknown).count() as u64;
    figures.unresolved.theirs = peer::unresolved(&graph);
    for gap in &lifted.coverage.gaps {
        *figures.gaps.entry(format!("{:?}", gap.unknown)).or_default() += 1;
    }
    if let Some(marks) = &code.marks {
        let sites = continuations(&code.bytes, marks);
        let (all, truly) = returns(marks, &sites, &oracle::edges(lifted));
        let (all_theirs, truly_theirs) = returns(marks, &sites, &peer::edges(&graph));
        figures.return_edges = Both { ours: all, theirs: all_theirs };
        figures.return_edges_true = Both { ours: truly, theirs: truly_theirs };
    }
    functions(code, lifted, &mut figures);
    figures
}

fn selectors(code: &Code, lifted: &Lifted<'_>, figures: &mut Figures) {
    if !code.has_truth {
        return;
    }
    let truth: BTreeSet<[u8; 4]> = code.entries.iter().map(|entry| entry.selector).collect();
    // A comparison within a fallback function is told apart: it is no part of an interface.
    let found = dispatch(lifted).entries;
    let ours: BTreeSet<_> = found.iter().filter(|entry| !entry.in_fallback).map(|entry| entry.selector).collect();
    for (selectors, what) in [
        (ours.difference(&truth), "is answered and not listed"),
        (truth.difference(&ours), "is listed and not answered"),
    ] {
        for selector in selectors {
            warn(&format!("{}: 0x{} {what}", code.name, hex::encode(selector)));
        }
    }
    let theirs = peer::selectors(&code.bytes);
    figures.selectors = truth.len() as u64;
    figures.selectors_false =
        Both { ours: ours.difference(&truth).count() as u64, theirs: theirs.difference(&truth).count() as u64 };
    figures.selectors_missed =
        Both { ours: truth.difference(&ours).count() as u64, theirs: truth.difference(&theirs).count() as u64 };
}

/// Edges of branches that no context takes, where all ways were followed.
fn constant_branches(lifted: &Lifted<'_>) -> BTreeSet<(u32, u32)> {
    let (mut taken, mut untaken) = (BTreeSet::new(), BTreeSet::new());
    for node in &lifted.nodes {
        let End::Branch { pc, target, .. } = node.end else { continue };
        // A way that was not followed may be taken.
        let is_open = |gap: &uplint_bytecode::CoverageGap| gap.pc == pc || gap.pc == node.pc;
        if !node.is_interpreted() || lifted.coverage.gaps.iter().any(is_open) {
            continue;
        }
        let destination = lifted.terms.number(target).and_then(|number| lifted.code.destination(number));
        for (to, place) in [(node.branches[0], destination.map(|pc| pc.0)), (node.branches[1], Some(pc.0 + 1))] {
            let Some(place) = place else { continue };
            if to.is_some() {
                taken.insert((pc.0, place))
            } else {
                untaken.insert((pc.0, place))
            };
        }
    }
    untaken.difference(&taken).copied().collect()
}

/// Edges from jumps that the compiler marks as returns, and those of them that lead where a call goes on.
fn returns(marks: &[(u32, u8)], sites: &BTreeSet<u32>, edges: &BTreeSet<(u32, u32)>) -> (u64, u64) {
    let from: BTreeSet<u32> = marks.iter().filter(|marked| marked.1 == b'o').map(|marked| marked.0).collect();
    let to: Vec<u32> = edges.iter().filter(|edge| from.contains(&edge.0)).map(|edge| edge.1).collect();
    (to.len() as u64, to.iter().filter(|to| sites.contains(to)).count() as u64)
}

/// Where calls go on: behind a jump that the compiler marks as one, and at labels that are pushed before such a jump in
/// its block, because the optimizer lets a call return to where its own continuation would have jumped. What is pushed last,
/// right before the jump, is the called function.
fn continuations(code: &[u8], marks: &[(u32, u8)]) -> BTreeSet<u32> {
    let calls: BTreeSet<u32> = marks.iter().filter(|marked| marked.1 == b'i').map(|marked| marked.0).collect();
    let mut sites = BTreeSet::new();
    let mut labels: Vec<u32> = Vec::new();
    let mut is_pushed_last = false;
    for instruction in uplint_bytecode::instructions(code) {
        if calls.contains(&instruction.pc.0) {
            sites.insert(instruction.pc.0 + 1);
            let before = if is_pushed_last { labels.len().saturating_sub(1) } else { labels.len() };
            sites.extend(&labels[..before]);
        }
        let label = instruction.pushed_pc().map(|pc| pc.0);
        is_pushed_last = label.is_some();
        labels.extend(label);
        if instruction.opcode.get() == op::JUMPDEST || instruction.ends_block() {
            labels.clear();
        }
    }
    sites
}

/// The jumps of a code with the marks that a source map gives them.
pub(super) fn marks(code: &[u8], source_map: &str) -> Vec<(u32, u8)> {
    let mut marks = Vec::new();
    let mut mark = b'-';
    for ((pc, opcode), entry) in sweep::instructions(code).zip(source_map.split(';')) {
        // An empty field repeats the one before.
        if let Some(&changed) = entry.split(':').nth(3).and_then(|field| field.as_bytes().first()) {
            mark = changed;
        }
        if opcode == op::JUMP {
            marks.push((pc, mark));
        }
    }
    marks
}

fn functions(code: &Code, lifted: &Lifted<'_>, figures: &mut Figures) {
    let Some(truth) = &code.functions else { return };
    let returning = lifted.functions.iter().skip(1).filter(|function| !function.exits.is_empty());
    let ours: BTreeSet<u32> = returning.map(|function| function.entry.0).collect();
    figures.functions = truth.len() as u64;
    figures.functions_found = truth.intersection(&ours).count() as u64;
    figures.functions_ours = ours.len() as u64;
    figures.functions_true = ours.intersection(truth).count() as u64;
}
