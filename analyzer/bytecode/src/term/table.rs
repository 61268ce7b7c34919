//! Which part of a word chooses a row of a table in the code?
//!
//! Compilers read a row by `CODECOPY` from a place that a remainder or a mask chooses. Where the row of one table says
//! where and how long another is, the table whose place needs no other row comes first.

use std::collections::HashSet;

use alloy_primitives::U256;
use foldhash::fast::RandomState;
use revm_bytecode::opcode as op;

use super::{Term, TermId, Terms};

/// Most rows of a table.
const MAX_ROWS: u64 = 1024;

/// Most operations within each other that are followed.
const MAX_DEPTH: usize = 48;

/// A part of a word that chooses a row of a table in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The remainder or masked word, which counts rows from zero.
    pub(crate) row: TermId,
    /// How many rows there are.
    pub(crate) rows: u64,
}

impl Choice {
    /// The first choice in a word that is still to be made, given what is known of terms. At most `looks` terms are looked
    /// at, which are taken from it; operations share operands, so that each is looked at once.
    pub(crate) fn find(
        terms: &Terms,
        word: TermId,
        number: impl Fn(TermId) -> Option<U256>,
        looks: &mut u32,
    ) -> Option<Self> {
        let mut search = Search { terms, number, looks, words: HashSet::default(), places: HashSet::default() };
        search.in_word(word, 0)
    }
}

struct Search<'a, Number> {
    terms: &'a Terms,
    number: Number,
    looks: &'a mut u32,
    words: HashSet<TermId, RandomState>,
    places: HashSet<TermId, RandomState>,
}

impl<Number: Fn(TermId) -> Option<U256>> Search<'_, Number> {
    fn look(&mut self) -> Option<()> {
        *self.looks = self.looks.checked_sub(1)?;
        Some(())
    }

    fn in_word(&mut self, word: TermId, depth: usize) -> Option<Choice> {
        let Term::Operation { opcode, operands } = self.terms.get(word) else { return None };
        if depth > MAX_DEPTH || !self.words.insert(word) {
            return None;
        }
        self.look()?;
        let inner = operands.iter().find_map(|&operand| self.in_word(operand, depth + 1));
        inner.or_else(|| if opcode == op::CODECOPY { self.in_place(operands[0], depth + 1) } else { None })
    }

    fn in_place(&mut self, place: TermId, depth: usize) -> Option<Choice> {
        let Term::Operation { opcode, operands } = self.terms.get(place) else { return None };
        if depth > MAX_DEPTH || !self.places.insert(place) {
            return None;
        }
        self.look()?;
        let rows = match opcode {
            op::MOD => (self.number)(operands[1]),
            op::AND => {
                let rows = (self.number)(operands[1]).and_then(|mask| mask.checked_add(U256::ONE));
                rows.filter(|rows| rows.is_power_of_two())
            }
            _ => None,
        };
        match rows.and_then(|rows| u64::try_from(rows).ok()).filter(|rows| (1..=MAX_ROWS).contains(rows)) {
            // A row that was chosen is a number.
            Some(rows) => (self.number)(place).is_none().then_some(Choice { row: place, rows }),
            None => operands.iter().find_map(|&operand| self.in_place(operand, depth + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_is_chosen_from_once_and_the_one_within_the_place_of_another_first() {
        let mut terms = Terms::default();
        let number = |terms: &mut Terms, number: u64| terms.constant(U256::from(number));
        let (zero, two, seven) = (number(&mut terms, 0), number(&mut terms, 2), number(&mut terms, 7));
        let selector = terms.operation(op::CALLDATALOAD, &[zero]);
        let masked = terms.operation(op::AND, &[selector, seven]);
        // A remainder of what is masked counts the rows; the first row says how many the second table has.
        let outer = terms.operation(op::MOD, &[masked, two]);
        let rows = terms.operation(op::CODECOPY, &[outer, two]);
        let inner = terms.operation(op::MOD, &[selector, rows]);
        let word = terms.operation(op::CODECOPY, &[inner, two]);
        let find = |known: &[(TermId, u64)]| {
            let number = |term| match known.iter().find(|(known, _)| *known == term) {
                Some(&(_, number)) => Some(U256::from(number)),
                None => terms.number(term).copied(),
            };
            let mut looks = 100;
            Choice::find(&terms, word, number, &mut looks)
        };
        assert_eq!(find(&[]), Some(Choice { row: outer, rows: 2 }));
        assert_eq!(find(&[(outer, 1), (rows, 5)]), Some(Choice { row: inner, rows: 5 }));
        assert_eq!(find(&[(outer, 1), (rows, 5), (inner, 4)]), None);
        assert_eq!(Choice::find(&terms, word, |_| None, &mut 1), None, "one look is not enough");
    }
}
