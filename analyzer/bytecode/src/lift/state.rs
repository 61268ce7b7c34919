//! What is known at one point of a function: its part of the stack, and memory.

use arrayvec::ArrayVec;

use crate::term::{FunctionId, TermId, Terms};

use super::memory::Memory;

/// Most words on the EVM's stack (Yellow Paper, section 9.1).
pub(super) const MAX_STACK: usize = 1024;

/// The stack of a function and memory. Beneath [`State::items`] lie the words that the function was entered with, less
/// the [`State::below`] topmost ones, which it has taken.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The function; the first one is entered with an empty stack.
    pub(super) function: FunctionId,
    /// How many of the words that it was entered with were taken.
    pub(super) below: u32,
    /// What lies above the rest, the top last.
    pub(super) items: Vec<TermId>,
    /// Memory.
    pub(super) memory: Memory,
    /// Words that branches on the way here found to be zero (`false`) or not (`true`), the latest last.
    assumed: ArrayVec<(TermId, bool), MAX_ASSUMED>,
}

/// Most branches that are remembered.
const MAX_ASSUMED: usize = 8;

/// The stack is too short or too long for an instruction: the EVM halts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halt;

impl State {
    /// The start of a function.
    pub(super) fn entry(function: FunctionId) -> Self {
        let memory = if function == FunctionId(0) { Memory::zero() } else { Memory::default() };
        Self { function, below: 0, items: Vec::with_capacity(16), memory, assumed: ArrayVec::new() }
    }

    /// Whether the branches on the way here decide a condition.
    pub(super) fn decided(&self, terms: &Terms, condition: TermId) -> Option<bool> {
        let (word, holds) = terms.without_negations(condition);
        if let Some(number) = terms.number(word) {
            return Some(number.is_zero() != holds);
        }
        let (_, known) = self.assumed.iter().rfind(|(known, _)| *known == word)?;
        Some(*known == holds)
    }

    /// A branch finds that a condition holds, or that it does not. A word means the same as long as it is on the way:
    /// where a loop makes it anew, the way into the loop knows nothing of it, and only what all ways know is kept.
    pub(super) fn assume(&mut self, terms: &Terms, condition: TermId, is_true: bool) {
        let (word, holds) = terms.without_negations(condition);
        if self.assumed.is_full() {
            self.assumed.remove(0);
        }
        self.assumed.push((word, is_true == holds));
    }

    /// What both ways know. Answers whether that is less than before.
    pub(super) fn meet_assumptions(&mut self, other: &Self) -> bool {
        let before = self.assumed.len();
        self.assumed.retain(|assumed| other.assumed.contains(assumed));
        before != self.assumed.len()
    }

    /// How much it holds, in words of a stack.
    pub(super) fn len_words(&self) -> usize {
        self.items.len() + 8 * self.memory.len() + 2 * self.assumed.len()
    }

    /// Height of the stack over what the function was entered with.
    pub(super) fn height(&self) -> i32 {
        let taken = i32::try_from(self.below).unwrap_or(i32::MAX);
        i32::try_from(self.items.len()).unwrap_or(i32::MAX) - taken
    }

    pub(super) fn push(&mut self, term: TermId) -> Result<(), Halt> {
        if self.items.len() >= MAX_STACK {
            return Err(Halt);
        }
        self.items.push(term);
        Ok(())
    }

    pub(super) fn pop(&mut self, terms: &mut Terms) -> Result<TermId, Halt> {
        self.take(terms, 1)?;
        self.items.pop().ok_or(Halt)
    }

    /// Takes words that the function was entered with until there are `len` items.
    pub(super) fn take(&mut self, terms: &mut Terms, len: usize) -> Result<(), Halt> {
        if self.items.len() >= len {
            return Ok(());
        }
        let missing = len - self.items.len();
        if self.function == FunctionId(0) || self.below as usize + missing > MAX_STACK {
            return Err(Halt);
        }
        let end = self.below + u32::try_from(missing).map_err(|_| Halt)?;
        let taken = (self.below..end).rev().map(|slot| terms.parameter(self.function, slot));
        self.items.splice(0..0, taken);
        self.below = end;
        Ok(())
    }

    /// The word at a depth; 0 is the top.
    pub(super) fn peek(&mut self, terms: &mut Terms, depth: usize) -> Result<TermId, Halt> {
        if let Some(at) = self.items.len().checked_sub(depth + 1) {
            return Ok(self.items[at]);
        }
        if self.function == FunctionId(0) {
            return Err(Halt);
        }
        let slot = u32::try_from(depth - self.items.len()).map_err(|_| Halt)?;
        let slot = self.below.checked_add(slot).filter(|&slot| slot < 1024).ok_or(Halt)?;
        Ok(terms.parameter(self.function, slot))
    }

    pub(super) fn swap(&mut self, terms: &mut Terms, upper: usize, lower: usize) -> Result<(), Halt> {
        self.take(terms, lower + 1)?;
        let top = self.items.len() - 1;
        self.items.swap(top - upper, top - lower);
        Ok(())
    }

    /// Gives back what was taken and lies in its place again.
    pub(super) fn normalize(&mut self, terms: &mut Terms) {
        let mut back = 0;
        while let Some(&item) = self.items.get(back) {
            let given = u32::try_from(back).unwrap_or(u32::MAX);
            let Some(slot) = self.below.checked_sub(given + 1) else { break };
            if item != terms.parameter(self.function, slot) {
                break;
            }
            back += 1;
        }
        self.items.drain(..back);
        self.below -= u32::try_from(back).unwrap_or(self.below);
    }
}
