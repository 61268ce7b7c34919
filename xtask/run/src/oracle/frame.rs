//! One call of the judged code, with all that a claim about it is held against.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use foldhash::fast::RandomState;
use revm::primitives::{Address, B256, Bytes, U256};
use uplint_facts::effects::AccessSpace;

/// Most different things that one instruction does in a call before the rest is left out.
const MAX_HAPPENED: u32 = 48;

/// Something that an instruction did in a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happened {
    /// A storage slot was loaded.
    Load {
        /// Which storage.
        space: AccessSpace,
        /// The slot.
        slot: U256,
    },
    /// A storage slot was stored to.
    Store {
        /// Which storage.
        space: AccessSpace,
        /// The slot.
        slot: U256,
        /// What it held.
        old: U256,
        /// What it holds now.
        new: U256,
    },
    /// Another contract was called, made, or given the balance of the judged one.
    Call {
        /// The opcode.
        opcode: u8,
        /// Whom, by its low 20 bytes; zero for one that is made.
        target: U256,
        /// In wei; zero where the opcode takes none.
        value: U256,
        /// The first four bytes of the call's data, where there are so many.
        selector: Option<[u8; 4]>,
    },
    /// An event was told.
    Log {
        /// Its first topic.
        first: Option<U256>,
        /// How many topics it has.
        topics: u8,
    },
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was undone, or did not end within the steps of a call.
    Undone,
    /// It succeeded.
    Succeeded {
        /// How many bytes it returned.
        returned: u64,
        /// Whether its last instruction was SELFDESTRUCT.
        is_destroyed: bool,
    },
}

/// A call of the judged code.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What it was given.
    pub data: Bytes,
    /// Who called.
    pub caller: Address,
    /// In wei.
    pub value: U256,
    /// The time of the block.
    pub timestamp: U256,
    /// All that its instructions did, by their place, each once.
    pub happened: BTreeSet<(u32, Happened)>,
    /// Words that were loaded, by where from.
    pub loaded: BTreeMap<(AccessSpace, U256), BTreeSet<U256>>,
    /// What was hashed, by the hash.
    pub preimages: BTreeMap<B256, Bytes>,
    /// The instructions that ran.
    pub reached: HashSet<u32, RandomState>,
    /// How it ended.
    pub ended: Ended,
    counts: BTreeMap<u32, u32>,
}

impl Frame {
    pub(super) fn new(data: Bytes, caller: Address, value: U256, timestamp: U256) -> Self {
        Self {
            data,
            caller,
            value,
            timestamp,
            happened: BTreeSet::new(),
            loaded: BTreeMap::new(),
            preimages: BTreeMap::new(),
            reached: HashSet::default(),
            ended: Ended::Undone,
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, pc: u32, happened: Happened) {
        let count = self.counts.entry(pc).or_default();
        if *count < MAX_HAPPENED && self.happened.insert((pc, happened)) {
            *count += 1;
        }
    }

    /// The word of the call data at an offset; behind its end are zeros.
    pub(super) fn call_data(&self, offset: U256) -> U256 {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.data.len());
        let rest = &self.data[start..];
        let mut word = [0u8; 32];
        let len = rest.len().min(word.len());
        word[..len].copy_from_slice(&rest[..len]);
        U256::from_be_bytes(word)
    }

    /// The words behind the selector.
    pub fn given(&self) -> impl Iterator<Item = U256> {
        (4..self.data.len()).step_by(32).map(|offset| self.call_data(U256::from(offset)))
    }

    /// Whether a word is one of those behind the selector.
    pub(super) fn is_given(&self, word: U256) -> bool {
        self.given().any(|given| given == word)
    }
}
