//! Addresses as sums of terms, so that `pointer + (end - pointer)` is `end`, in whatever order code adds them up.

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use crate::term::{Term, TermId, Terms};

/// Most terms of a sum.
const MAX_PARTS: usize = 8;

/// Deepest sums within sums.
const MAX_DEPTH: u32 = 8;

/// Terms, each with how often it is counted, in ascending order, and a number that is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    parts: Vec<(TermId, i32)>,
    constant: U256,
}

impl Sum {
    /// The number alone.
    pub(super) fn number(constant: U256) -> Self {
        Self { parts: Vec::new(), constant }
    }

    /// This sum and a term; `None` when it has too many parts.
    pub(super) fn plus(mut self, terms: &Terms, term: TermId) -> Option<Self> {
        self.add(terms, term, 1, 0)?;
        self.parts.retain(|&(_, times)| times != 0);
        self.parts.sort_unstable();
        Some(self)
    }

    fn add(&mut self, terms: &Terms, term: TermId, times: i32, depth: u32) -> Option<()> {
        if let Some(number) = terms.number(term) {
            let number = if times > 0 { *number } else { number.wrapping_neg() };
            self.constant = self.constant.wrapping_add(number);
            return Some(());
        }
        match terms.get(term) {
            Term::Operation { opcode: op::ADD, operands: &[a, b] } if depth < MAX_DEPTH => {
                self.add(terms, a, times, depth + 1)?;
                self.add(terms, b, times, depth + 1)
            }
            Term::Operation { opcode: op::SUB, operands: &[a, b] } if depth < MAX_DEPTH => {
                self.add(terms, a, times, depth + 1)?;
                self.add(terms, b, -times, depth + 1)
            }
            _ => {
                match self.parts.iter_mut().find(|(part, _)| *part == term) {
                    Some((_, known)) => *known += times,
                    None => self.parts.push((term, times)),
                }
                (self.parts.len() <= MAX_PARTS).then_some(())
            }
        }
    }
}
