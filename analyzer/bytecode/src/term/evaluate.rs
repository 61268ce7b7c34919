//! What a term is when some of its parts are given numbers.

use std::collections::HashMap;

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use revm_bytecode::opcode as op;

use super::{Term, TermId, Terms, fold};
use crate::code::Code;

/// Most terms that are computed for one evaluation.
const MAX_TERMS: u32 = 2_000;

/// Most values that a table of the code is tried for.
const MAX_ROWS: u64 = 1024;

/// Numbers for some of the terms.
#[derive(Clone)]
pub(crate) struct Evaluation<'a> {
    terms: &'a Terms,
    code: &'a Code<'a>,
    /// First word of the call data.
    pub(crate) first_word: Option<U256>,
    /// Length of the call data, in bytes.
    pub(crate) call_data_len: Option<U256>,
    /// Value of the call, in wei.
    pub(crate) call_value: Option<U256>,
    /// Rows that were chosen.
    pub(crate) chosen: Vec<(TermId, U256)>,
}

impl<'a> Evaluation<'a> {
    /// Nothing is given yet.
    pub(crate) fn new(terms: &'a Terms, code: &'a Code<'a>) -> Self {
        Self { terms, code, first_word: None, call_data_len: None, call_value: None, chosen: Vec::new() }
    }

    /// The number that a term is.
    pub(crate) fn number(&self, term: TermId) -> Option<U256> {
        let mut known = HashMap::default();
        let mut budget = MAX_TERMS;
        self.visit(term, &mut known, &mut budget)
    }

    fn visit(
        &self,
        term: TermId,
        known: &mut HashMap<TermId, Option<U256>, RandomState>,
        budget: &mut u32,
    ) -> Option<U256> {
        if let Some(&known) = known.get(&term) {
            return known;
        }
        *budget = budget.checked_sub(1)?;
        let number = self.compute(term, known, budget);
        known.insert(term, number);
        number
    }

    fn compute(
        &self,
        term: TermId,
        known: &mut HashMap<TermId, Option<U256>, RandomState>,
        budget: &mut u32,
    ) -> Option<U256> {
        if let Some((_, row)) = self.chosen.iter().find(|(chosen, _)| *chosen == term) {
            return Some(*row);
        }
        match self.terms.get(term) {
            Term::Constant(number) => Some(*number),
            Term::Operation { opcode: op::CALLDATASIZE, .. } => self.call_data_len,
            Term::Operation { opcode: op::CALLVALUE, .. } => self.call_value,
            Term::Operation { opcode, operands } => {
                let mut numbers = [U256::ZERO; 3];
                for (number, &operand) in numbers.iter_mut().zip(operands) {
                    *number = self.visit(operand, known, budget)?;
                }
                let numbers = &numbers[..operands.len()];
                match opcode {
                    op::CALLDATALOAD if numbers[0].is_zero() => self.first_word,
                    op::CODECOPY => self.code.word(numbers[0], numbers[1]),
                    _ => fold::compute(opcode, numbers),
                }
            }
            _ => None,
        }
    }

    /// A part of a term that chooses a row of a table in the code, and how many rows there are. The table whose place
    /// needs no further choice comes first.
    pub(crate) fn choice(&self, term: TermId) -> Option<(TermId, u64)> {
        let mut budget = MAX_TERMS;
        self.find(term, false, &mut budget)
    }

    fn find(&self, term: TermId, in_table: bool, budget: &mut u32) -> Option<(TermId, u64)> {
        let Term::Operation { opcode, operands } = self.terms.get(term) else { return None };
        *budget = budget.checked_sub(1)?;
        if self.chosen.iter().any(|(chosen, _)| *chosen == term) {
            return None;
        }
        let in_operands = in_table || opcode == op::CODECOPY;
        if let Some(inner) = operands.iter().find_map(|&operand| self.find(operand, in_operands, budget)) {
            return Some(inner);
        }
        if !in_table {
            return None;
        }
        let rows = match opcode {
            op::MOD => self.number(operands[1]),
            op::AND => {
                let rows = self.number(operands[1]).and_then(|mask| mask.checked_add(U256::ONE));
                rows.filter(|rows| rows.is_power_of_two())
            }
            _ => None,
        };
        let rows = rows.and_then(|rows| u64::try_from(rows).ok()).filter(|rows| (1..=MAX_ROWS).contains(rows));
        rows.filter(|_| self.number(term).is_none()).map(|rows| (term, rows))
    }
}
