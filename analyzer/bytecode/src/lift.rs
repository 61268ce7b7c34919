//! The lifter: one forward abstract interpretation of a code, from its first byte.
//!
//! # Nodes, contexts and functions
//!
//! A **node** is a block of instructions in one context of one function. A function begins where a jump leads that
//! leaves a return label on the stack; it is interpreted once, with [`Term::Parameter`](crate::term::Term::Parameter)
//! for whatever its callers put on the stack, and what it leaves behind at each jump to such a parameter is one of its
//! **exits**. A caller goes on behind its call once for each exit, with the parameters replaced by its own words. A
//! jump that was taken for a call and is none, or the reverse, costs work and no truth: a function that returns nowhere
//! has no exit, and a return label within a function's own part of the stack is followed like any other jump.
//!
//! A function may return right into another, which its caller then calls with what was returned. When that is one that
//! the node calls already, as in `f(f(x))`, the further call is made by a **relay**: a node that has no instruction but
//! the jump by which the first call returned.
//!
//! Within a function, nodes of one block are kept apart by the labels on the function's own part of the stack and by its
//! height: this is the **context**, which shrinks as labels are consumed. Where two ways meet in one node, different
//! words become a [`Term::Join`](crate::term::Term::Join).
//!
//! # The lattice
//!
//! A place on a node's stack holds nothing yet, then one term, and at last the join of that node and place: three steps,
//! the last above all others. The join keeps the terms that met in it, up to a number ([`Lifted::inputs`]), so that a jump
//! to one of several labels is still followed to each. A byte of memory is known to be a byte of a term, or not known; a
//! branch on the way is known to have gone one way, or not known. Where two ways meet, only what both know is kept.
//!
//! # Summaries
//!
//! What a function does to its callers is its exits alone: where it jumps to, how many words it takes, what it leaves
//! instead, in terms of its parameters, how far down in memory it may have written, and the last words that it left there
//! on every way. An exit grows until it changes no more; each caller is then told, so that recursion ends where nothing
//! new is said.
//!
//! # Why it ends
//!
//! A word of a node's stack changes at most once, to a join; exits likewise; contexts are capped, and the instructions
//! that are interpreted and the words that are kept are counted against a budget that grows with the code, so that
//! memory is bounded with time. What a cap or the budget cut off is in the [`Coverage`].

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use foldhash::fast::RandomState;
use revm_bytecode::opcode as op;

use crate::code::Code;
use crate::coverage::{Coverage, CoverageGap, Unknown};
use crate::index_vec::{Id, IndexVec};
use crate::instruction::Pc;
use crate::term::{FunctionId, NodeId, Piece, TermId, Terms};

mod floor;
mod flow;
mod memory;
mod state;
mod step;
mod target;

use memory::{Run, Writes};
use state::State;

/// Most contexts of one block in one function.
const MAX_CONTEXTS: u32 = 64;

/// Most stack heights of one block in one function, contexts included.
const MAX_HEIGHTS: u32 = 192;

/// Steps that any code may cost, and each of its bytes: more than three times what the costliest code of a compiler
/// costs. An instruction is a step.
const BASE_STEPS: u64 = 40_000;
const STEPS_PER_BYTE: u64 = 24;

/// Words of a stack that are kept or compared in one step.
const WORDS_PER_STEP: usize = 8;

/// Most contexts of an end that branches share; where there are more, it is a function that calls itself.
const MAX_SHARED_CONTEXTS: u32 = 8;

/// Steps that a node and a term cost besides what they take to make, for the memory that they keep.
const STEPS_PER_NODE: u64 = 4;
const STEPS_PER_TERM: u64 = 6;

/// Steps that it costs to join two words.
const STEPS_PER_JOIN: u64 = 4;

/// Most functions that a node calls one behind the other by labels that they return; relays call the others.
const MAX_CHAINED_CALLS: u32 = 16;

/// Longest run of jump destinations that is read as one block, in bytes.
const MAX_RUN_BYTES: usize = 64;

/// Longest code that the budget grows with, in bytes: more than twice what chains accept (EIP-170).
const MAX_BUDGETED_BYTES: u64 = 1 << 16;

/// Most regions that are remembered as read.
const MAX_COPIED_REGIONS: usize = 4_096;

/// Most nodes of any code.
const MAX_NODES: usize = 200_000;

/// Something that a block does besides computing words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The instruction.
    pub pc: Pc,
    /// Its opcode.
    pub opcode: u8,
    /// The word that it pushes.
    pub result: Option<TermId>,
    /// The bytes of memory that it reads, as far as they are known from the first one.
    pub data: Box<[Piece]>,
    operands: Operands,
}

impl Effect {
    /// Its operands, the top of the stack first.
    pub fn operands(&self) -> &[TermId] {
        self.operands.as_slice()
    }
}

/// The words that an instruction takes, of which there are at most seven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Operands {
    words: [TermId; 7],
    len: u8,
}

impl Operands {
    const NONE: Self = Self { words: [TermId::NONE; 7], len: 0 };

    fn push(&mut self, word: TermId) {
        if let Some(place) = self.words.get_mut(usize::from(self.len)) {
            *place = word;
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[TermId] {
        &self.words[..usize::from(self.len)]
    }
}

/// Where control goes after a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Successor {
    /// To another node of the same function, by falling through or by a jump.
    Node(NodeId),
    /// Into a function that is called.
    Call(FunctionId),
    /// Behind a call, when it returns.
    Continuation(NodeId),
    /// Back to the caller, by this exit of the function.
    Return(u32),
}

/// Where a call leads on: into the function, and from each of its exits to what lies behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transfer {
    /// The function that returned and its exit; `None` for the jump of the block itself.
    pub from: Option<(FunctionId, u32)>,
    /// The function that is called there, the node of this function, or the exit by which it returns.
    pub to: Successor,
}

/// How a block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It falls through into the next block.
    FallThrough,
    /// It jumps.
    Jump {
        /// The instruction.
        pc: Pc,
        /// The target.
        target: TermId,
    },
    /// It jumps when a condition is not zero.
    Branch {
        /// The instruction.
        pc: Pc,
        /// The target.
        target: TermId,
        /// The condition.
        condition: TermId,
    },
    /// It ends the call: `STOP`, `RETURN`, `REVERT`, `SELFDESTRUCT`, `INVALID`, an undefined opcode, or a stack that is
    /// too short or too long.
    Halt {
        /// The instruction.
        pc: Pc,
    },
}

/// A block of instructions in one context of one function.
#[derive(Debug)]
pub struct Node {
    /// The function.
    pub function: FunctionId,
    /// Its first instruction.
    pub pc: Pc,
    /// What it does, in order.
    pub effects: Vec<Effect>,
    /// Words that it writes to memory, in whole or in part.
    pub in_memory: Vec<TermId>,
    /// How it ends.
    pub end: End,
    /// Where control goes, in ascending order.
    pub successors: Vec<Successor>,
    /// Where the branch leads when its condition holds, the last of several places, and when it does not.
    pub branches: [Option<NodeId>; 2],
    /// Where the calls of the node lead, in the order in which it was found.
    pub transfers: Vec<Transfer>,
    /// Whether it is no block, but the jump by which a called function returned right into a further call.
    pub is_relay: bool,
    entry: State,
    /// Where control comes from within the function, as far as it was counted.
    came_from: Vec<NodeId>,
    calls: Vec<Call>,
    is_queued: bool,
}

/// A word that a called function is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A term of the calling function.
    Term(TermId),
    /// A word that the calling function was entered with itself, by its place below the top.
    Parameter(u32),
}

impl Node {
    /// The functions that are called at the end of the node.
    pub fn called(&self) -> impl Iterator<Item = FunctionId> + '_ {
        self.calls.iter().map(|call| call.function)
    }

    /// The word that a function called here finds at a place below the top of its stack; `None` when it is not called
    /// here, or when there is none.
    pub fn argument(&self, function: FunctionId, slot: u32) -> Option<Argument> {
        let state = &self.calls.iter().find(|call| call.function == function)?.state;
        let depth = slot as usize;
        if let Some(at) = state.items.len().checked_sub(depth + 1) {
            return Some(Argument::Term(state.items[at]));
        }
        let is_whole = self.function == FunctionId(0);
        let beneath = u32::try_from(depth - state.items.len()).ok()?;
        (!is_whole).then(|| Argument::Parameter(state.below.saturating_add(beneath)))
    }

    /// Height of the stack at its first instruction, in words over what its function was entered with.
    pub fn height(&self) -> i32 {
        self.entry.height()
    }

    /// Whether it was interpreted with all that is known of its entry; the budget may have ended before.
    pub fn is_interpreted(&self) -> bool {
        !self.is_queued
    }
}

/// A call of a function from a node, with what is known there.
#[derive(Debug)]
struct Call {
    function: FunctionId,
    /// The function that returned into this one and its exit; `None` for the jump of the node itself.
    by: Option<(FunctionId, u32)>,
    state: State,
}

/// One way in which a function returns.
#[derive(Debug)]
pub struct Exit {
    /// Where it jumps to: a parameter, or an operation on parameters and numbers.
    pub target: TermId,
    /// How many of the words that it was entered with it takes.
    pub takes: u32,
    /// What it leaves instead, the top last.
    pub leaves: Vec<TermId>,
    /// The jumps that leave.
    pub jumps: BTreeSet<Pc>,
    /// The one of the jumps that was found first.
    first_jump: Pc,
    writes: Writes,
    /// What it leaves in memory, in its own words.
    in_memory: Vec<Run>,
    /// The nodes that leave, as far as they were counted.
    came_from: Vec<NodeId>,
    is_dirty: bool,
}

/// A function of the code: what stands at its entry and is called, or the code as a whole.
#[derive(Debug)]
pub struct Function {
    /// Its first instruction.
    pub entry: Pc,
    /// The node that it begins with.
    pub node: NodeId,
    /// Its ways to return.
    pub exits: Vec<Exit>,
    /// The nodes that call it, in ascending order.
    pub callers: Vec<NodeId>,
}

/// What the lifter found. See the module for what the parts mean.
#[derive(Debug)]
pub struct Lifted<'a> {
    /// The code.
    pub code: Code<'a>,
    /// Bytes that a deployment fills in.
    pub placeholders: &'a [Placeholder],
    /// All terms.
    pub terms: Terms,
    /// Functions in the order in which they were found; the first is the code as a whole.
    pub functions: IndexVec<FunctionId, Function>,
    /// Nodes in the order in which they were found.
    pub nodes: IndexVec<NodeId, Node>,
    /// What stayed unknown.
    pub coverage: Coverage,
    /// Regions of the code that it reads as data, as far as they are known: the first byte and how many.
    pub copied: BTreeSet<(u32, u32)>,
    /// What it cost: instructions that were interpreted, repetitions included, and words that were kept.
    pub steps: u64,
    inputs: HashMap<TermId, Inputs, RandomState>,
}

impl Lifted<'_> {
    /// The words that meet in a [`Term::Join`](crate::term::Term::Join) or a
    /// [`Term::Returned`](crate::term::Term::Returned), the join itself left out; `None` when they are too many, or when
    /// the term is neither. Words of a loop name the join as it was one round before.
    pub fn inputs(&self, join: TermId) -> Option<&[TermId]> {
        self.inputs.get(&join).filter(|inputs| !inputs.has_more).map(|inputs| inputs.words.as_slice())
    }

    /// The nodes from which control brings a word to a [`Term::Join`](crate::term::Term::Join) or a
    /// [`Term::Returned`](crate::term::Term::Returned), with the word; more rather than fewer. `None` when they are too
    /// many, or when the term is neither.
    pub fn arrivals(&self, join: TermId) -> Option<&[(NodeId, TermId)]> {
        let arrivals = &self.inputs.get(&join)?.arrivals;
        (1..=flow::MAX_INPUTS).contains(&arrivals.len()).then_some(arrivals.as_slice())
    }

    /// Where a transfer leads in the end: a relay is passed, since the jump that it consists of is the one that leads to
    /// it.
    pub fn past_relay(&self, to: Successor) -> Vec<Successor> {
        match to {
            Successor::Continuation(node) if self.nodes[node].is_relay => {
                let relay = &self.nodes[node];
                let calls =
                    relay.transfers.iter().filter(|transfer| transfer.from.is_none()).map(|transfer| transfer.to);
                let nodes = relay.successors.iter().copied().filter(|next| matches!(next, Successor::Node(_)));
                calls.chain(nodes).collect()
            }
            _ => vec![to],
        }
    }
}

/// Words that met in a join.
#[derive(Clone, Debug, Default)]
struct Inputs {
    words: Vec<TermId>,
    /// Where each comes from; one more than are kept stands for too many.
    arrivals: Vec<(NodeId, TermId)>,
    /// Whether there were more than are kept.
    has_more: bool,
}

/// Bytes of the code that a deployment fills in, so that what stands there says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// First byte, behind the `PUSH`.
    pub start: u32,
    /// Places with one identity hold the same word.
    pub identity: u32,
}

/// Lifts a code. Total: hostile code gives a result with gaps, in time and space linear in its length.
pub fn lift(code: &[u8]) -> Lifted<'_> {
    lift_with(code, &[])
}

/// Lifts a code with placeholders, which are in ascending order of their place.
pub fn lift_with<'a>(code: &'a [u8], placeholders: &'a [Placeholder]) -> Lifted<'a> {
    let mut lifter = Lifter::new(code, placeholders);
    lifter.run();
    lifter.finish()
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct NodeKey {
    function: FunctionId,
    pc: Pc,
    height: i32,
    context: u64,
    is_relay: bool,
}

struct Lifter<'a> {
    code: Code<'a>,
    placeholders: &'a [Placeholder],
    terms: Terms,
    nodes: IndexVec<NodeId, Node>,
    functions: IndexVec<FunctionId, Function>,
    known_nodes: HashMap<NodeKey, NodeId, RandomState>,
    known_functions: HashMap<Pc, FunctionId, RandomState>,
    known_calls: HashSet<(FunctionId, NodeId), RandomState>,
    /// How many contexts a block has in a function.
    contexts: HashMap<(FunctionId, Pc), u32, RandomState>,
    /// Words that met in a join.
    inputs: HashMap<TermId, Inputs, RandomState>,
    /// Nodes whose jumps depend on a join.
    users: HashMap<TermId, BTreeSet<NodeId>, RandomState>,
    /// Labels that the code keeps as data, and the nodes that jump to any of them.
    stored_labels: BTreeSet<Pc>,
    pool_users: BTreeSet<NodeId>,
    /// Whether a term is a label: 0 unknown, 1 no, 2 yes.
    labels: Vec<u8>,
    /// What the `PUSH` at a place pushes, by its number and one; 0 when it was not met yet.
    pushed: Vec<u32>,
    /// Regions of the code that it reads as data.
    copied: BTreeSet<(u32, u32)>,
    queue: BinaryHeap<Reverse<(Pc, NodeId)>>,
    dirty: Vec<(FunctionId, u32)>,
    gaps: BTreeSet<CoverageGap>,
    steps: u64,
    budget: u64,
    chained_calls: u32,
}

impl<'a> Lifter<'a> {
    fn new(code: &'a [u8], placeholders: &'a [Placeholder]) -> Self {
        let budget = BASE_STEPS + STEPS_PER_BYTE * (code.len() as u64).min(MAX_BUDGETED_BYTES);
        Self {
            code: Code::new(code),
            placeholders,
            terms: Terms::default(),
            nodes: IndexVec::new(),
            functions: IndexVec::new(),
            known_nodes: HashMap::default(),
            known_functions: HashMap::default(),
            known_calls: HashSet::default(),
            contexts: HashMap::default(),
            inputs: HashMap::default(),
            users: HashMap::default(),
            stored_labels: BTreeSet::new(),
            copied: BTreeSet::new(),
            pool_users: BTreeSet::new(),
            labels: Vec::new(),
            pushed: vec![0; code.len()],
            queue: BinaryHeap::new(),
            dirty: Vec::new(),
            gaps: BTreeSet::new(),
            steps: 0,
            budget,
            chained_calls: 0,
        }
    }

    fn run(&mut self) {
        self.function_at(Pc(0));
        // A call of the first instruction is the call of a function that begins there, which is given words.
        self.known_functions.clear();
        loop {
            while !self.is_spent() {
                let Some(Reverse((_, node))) = self.queue.pop() else { break };
                self.nodes[node].is_queued = false;
                self.evaluate(node);
            }
            // Functions return only when nothing within them is left to do, so that their callers are not told twice.
            let dirty = std::mem::take(&mut self.dirty);
            if dirty.is_empty() && self.queue.is_empty() {
                break;
            }
            if self.is_spent() {
                self.give_up(&dirty);
                break;
            }
            for (function, exit) in dirty {
                self.tell_callers(function, exit);
            }
        }
    }

    /// Whether the budget is used up.
    fn is_spent(&self) -> bool {
        self.steps + STEPS_PER_TERM * self.terms.len() as u64 > self.budget || self.nodes.len() > MAX_NODES
    }

    /// Words are kept, copied or compared.
    fn spend_words(&mut self, words: usize) {
        self.steps += (words / WORDS_PER_STEP) as u64;
    }

    /// The budget is used up: whatever is still to be done is a gap, and what it would have led to.
    fn give_up(&mut self, dirty: &[(FunctionId, u32)]) {
        let mut pending: Vec<NodeId> = std::mem::take(&mut self.queue).into_iter().map(|entry| entry.0.1).collect();
        let mut has_returned: IndexVec<FunctionId, bool> = self.functions.iter().map(|_| false).collect();
        for &(function, exit) in dirty {
            for pc in self.functions[function].exits[exit as usize].jumps.clone() {
                self.gap(pc, Unknown::Budget);
            }
            pending.extend(self.told_callers(function, &mut has_returned));
        }
        let mut is_told: IndexVec<NodeId, bool> = self.nodes.iter().map(|_| false).collect();
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut is_told[node], true) {
                continue;
            }
            let at = &self.nodes[node];
            for successor in &at.successors {
                match *successor {
                    Successor::Node(to) | Successor::Continuation(to) => pending.push(to),
                    Successor::Call(called) => pending.push(self.functions[called].node),
                    Successor::Return(_) => pending.extend(self.told_callers(at.function, &mut has_returned)),
                }
            }
            self.gap(at.pc, Unknown::Budget);
        }
    }

    /// The nodes that a function returns to, when they were not asked for before.
    fn told_callers(&self, function: FunctionId, has_returned: &mut IndexVec<FunctionId, bool>) -> &[NodeId] {
        if std::mem::replace(&mut has_returned[function], true) { &[] } else { &self.functions[function].callers }
    }

    fn finish(mut self) -> Lifted<'a> {
        for node in &mut self.nodes {
            node.successors.sort_unstable();
            node.successors.dedup();
        }
        // In the order of nodes, and without what a node called before more was known of its entry.
        self.functions.iter_mut().for_each(|function| function.callers.clear());
        for (id, node) in self.nodes.iter_enumerated() {
            for called in node.called() {
                self.functions[called].callers.push(id);
            }
        }
        Lifted {
            code: self.code,
            placeholders: self.placeholders,
            terms: self.terms,
            functions: self.functions,
            nodes: self.nodes,
            coverage: Coverage { gaps: self.gaps.into_iter().collect() },
            copied: self.copied,
            steps: self.steps,
            inputs: self.inputs,
        }
    }

    fn gap(&mut self, pc: Pc, unknown: Unknown) {
        self.gaps.insert(CoverageGap { pc, unknown });
    }

    fn gaps_at(&mut self, pcs: &[Pc], unknown: Unknown) {
        for &pc in pcs {
            self.gap(pc, unknown);
        }
    }

    /// The function that begins at a place.
    fn function_at(&mut self, entry: Pc) -> FunctionId {
        if let Some(&known) = self.known_functions.get(&entry) {
            return known;
        }
        let function = FunctionId::new(self.functions.len());
        self.known_functions.insert(entry, function);
        let node = self.new_node(entry, State::entry(function), false);
        self.known_nodes.insert(NodeKey { function, pc: entry, height: 0, context: 0, is_relay: false }, node);
        self.functions.push(Function { entry, node, exits: Vec::new(), callers: Vec::new() })
    }

    fn new_node(&mut self, pc: Pc, entry: State, is_relay: bool) -> NodeId {
        self.steps += STEPS_PER_NODE;
        let node = self.nodes.push(Node {
            function: entry.function,
            pc,
            effects: Vec::new(),
            in_memory: Vec::new(),
            end: End::FallThrough,
            successors: Vec::new(),
            branches: [None; 2],
            transfers: Vec::new(),
            is_relay,
            entry,
            came_from: Vec::new(),
            calls: Vec::new(),
            is_queued: true,
        });
        self.queue.push(Reverse((pc, node)));
        node
    }

    fn enqueue(&mut self, node: NodeId) {
        let at = &mut self.nodes[node];
        if !at.is_queued {
            at.is_queued = true;
            self.queue.push(Reverse((at.pc, node)));
        }
    }

    /// The place that a term leads to, when it is a label.
    fn label(&mut self, term: TermId) -> Option<Pc> {
        let at = term.index();
        if at >= self.labels.len() {
            self.labels.resize(self.terms.len(), 0);
        }
        if self.labels[at] == 1 {
            return None;
        }
        let label = self.terms.number(term).and_then(|number| self.code.destination(number));
        self.labels[at] = if label.is_some() { 2 } else { 1 };
        label
    }
}

/// Whether the block that began at `start` ends before the instruction at `pc` because another begins there. A run of
/// destinations is one block: whoever jumps into its middle finds the same instructions behind it.
pub(crate) fn begins_block(code: &Code<'_>, start: usize, pc: usize) -> bool {
    let is_in_run = pc > start && pc - start <= MAX_RUN_BYTES && code.opcode_at(pc - 1) == op::JUMPDEST;
    code.opcode_at(pc) == op::JUMPDEST && pc != start && !is_in_run
}

fn number_of(len: usize) -> u32 {
    u32::try_from(len).expect("invariant: the budget ends long before so many")
}
