//! What a term is when some of its parts are given numbers.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use revm_bytecode::opcode as op;

use super::{Choice, Term, TermId, Terms, fold};
use crate::code::Code;

/// Most terms that are computed for one evaluation.
const MAX_TERMS: u32 = 2_000;

/// Numbers for some of the terms.
pub(crate) struct Evaluation<'a> {
    terms: &'a Terms,
    code: &'a Code<'a>,
    given: Given,
    /// Rows that were chosen.
    chosen: Vec<(TermId, U256)>,
    /// What was computed before.
    known: RefCell<HashMap<TermId, Option<U256>, RandomState>>,
    /// How many terms may still be computed, by all that share this.
    budget: &'a Cell<u64>,
}

/// What is given of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Given {
    /// First word of the call data.
    pub(crate) first_word: Option<U256>,
    /// Length of the call data, in bytes.
    pub(crate) call_data_len: Option<U256>,
    /// Value of the call, in wei.
    pub(crate) call_value: Option<U256>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(terms: &'a Terms, code: &'a Code<'a>, given: Given, budget: &'a Cell<u64>) -> Self {
        Self { terms, code, given, chosen: Vec::new(), known: RefCell::default(), budget }
    }

    /// The same with other things given of the call.
    pub(crate) fn with(&self, given: Given) -> Self {
        Self { given, chosen: self.chosen.clone(), known: RefCell::default(), ..*self }
    }

    /// The same with one more row chosen.
    pub(crate) fn choosing(&self, choice: TermId, row: u64) -> Self {
        let mut chosen = self.chosen.clone();
        chosen.push((choice, U256::from(row)));
        Self { chosen, known: RefCell::default(), ..*self }
    }

    /// What is given of the call.
    pub(crate) fn given(&self) -> Given {
        self.given
    }

    /// How many rows were chosen.
    pub(crate) fn choices(&self) -> usize {
        self.chosen.len()
    }

    /// The number that a term is.
    pub(crate) fn number(&self, term: TermId) -> Option<U256> {
        let mut left = MAX_TERMS;
        self.visit(term, &mut self.known.borrow_mut(), &mut left)
    }

    fn visit(
        &self,
        term: TermId,
        known: &mut HashMap<TermId, Option<U256>, RandomState>,
        left: &mut u32,
    ) -> Option<U256> {
        if let Some(&known) = known.get(&term) {
            return known;
        }
        self.spend(left)?;
        let number = self.compute(term, known, left);
        known.insert(term, number);
        number
    }

    /// Takes one term from what may still be computed here, and in all.
    fn spend(&self, left: &mut u32) -> Option<()> {
        *left = left.checked_sub(1)?;
        self.budget.set(self.budget.get().checked_sub(1)?);
        Some(())
    }

    fn compute(
        &self,
        term: TermId,
        known: &mut HashMap<TermId, Option<U256>, RandomState>,
        left: &mut u32,
    ) -> Option<U256> {
        if let Some((_, row)) = self.chosen.iter().find(|(chosen, _)| *chosen == term) {
            return Some(*row);
        }
        match self.terms.get(term) {
            Term::Constant(number) => Some(*number),
            Term::Operation { opcode: op::CALLDATASIZE, .. } => self.given.call_data_len,
            Term::Operation { opcode: op::CALLVALUE, .. } => self.given.call_value,
            Term::Operation { opcode, operands } => {
                let mut numbers = [U256::ZERO; 3];
                for (number, &operand) in numbers.iter_mut().zip(operands) {
                    *number = self.visit(operand, known, left)?;
                }
                let numbers = &numbers[..operands.len()];
                match opcode {
                    op::CALLDATALOAD if numbers[0].is_zero() => self.given.first_word,
                    op::CODECOPY => self.code.word(numbers[0], numbers[1]),
                    _ => fold::compute(opcode, numbers),
                }
            }
            _ => None,
        }
    }

    /// The next choice of a row of a table in the code that the number of a term takes.
    pub(crate) fn choice(&self, term: TermId) -> Option<Choice> {
        let looks = u32::try_from(self.budget.get()).unwrap_or(u32::MAX).min(MAX_TERMS);
        let mut left = looks;
        let choice = Choice::find(self.terms, term, |term| self.number(term), &mut left);
        self.budget.set(self.budget.get().saturating_sub(u64::from(looks - left)));
        choice
    }
}
