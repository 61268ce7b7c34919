//! What does a condition ask for, in the words of somebody who has the source?
//!
//! A branch asks whether a word is zero, and compilers and assembly write that in many ways: a difference that is not
//! zero says that two words differ, a word that is moved to the left asks for its lower bits alone.

use alloy_primitives::U256;
use uplint_bytecode::opcode as op;
use uplint_facts::effects::{Word, mask_len_bytes};

use super::words::{Speech, number_last, stored_part};

const NOT_EQUAL: &str = " != ";

impl Speech<'_> {
    /// A condition as a sentence: what must hold. `None` of a number that is not zero, since that always holds.
    pub(super) fn condition(&self, condition: &Word) -> Option<String> {
        Some(match condition {
            Word::Number(number) if number.is_zero() => "what never holds".to_owned(),
            Word::Number(_) => return None,
            Word::CallResult => "the call succeeds".to_owned(),
            Word::Created => "the contract is created".to_owned(),
            Word::Unknown => "a condition that was not followed".to_owned(),
            Word::OneOf(words) => self.one_holds(words),
            Word::Noted(word, _) => return self.condition(word),
            Word::Operation(op::ISZERO, inner) => match &inner[..] {
                [Word::Value] => "no value is sent".to_owned(),
                [Word::CallResult] => "the call fails".to_owned(),
                [Word::Created] => "no contract is created".to_owned(),
                [Word::OneOf(words)] => {
                    let negated: Vec<Word> = words.iter().map(negation).collect();
                    self.one_holds(&negated)
                }
                _ => self.word(condition),
            },
            // Of words put together bit by bit, some bit is set where one is set in either.
            Word::Operation(op::OR, sides) => match &sides[..] {
                [a, b] if !is_by_way(a) && !is_by_way(b) => {
                    let parts: Vec<_> = [a, b].into_iter().filter_map(|side| self.condition(side)).collect();
                    if parts.len() < 2 {
                        return None;
                    }
                    parts.join(" or ")
                }
                _ => self.word(condition),
            },
            // Of one word, the two sides were read at different times.
            Word::Operation(op::LT | op::GT, sides) if sides.len() == 2 && sides[0] == sides[1] => {
                format!("{}, read at different times", self.word(condition))
            }
            condition => self.zero_test(condition, NOT_EQUAL, false).unwrap_or_else(|| self.word(condition)),
        })
    }

    /// What must hold of a word that is one of several. One that is zero holds by no way, and one that is another number
    /// by the way alone.
    fn one_holds(&self, words: &[Word]) -> String {
        let may_hold: Vec<&Word> = words.iter().filter(|word| **word != Word::Number(U256::ZERO)).collect();
        let by_way = || "the way that was taken, which is not followed".to_owned();
        let said: Vec<_> = may_hold.iter().map(|word| self.condition(word).unwrap_or_else(by_way)).collect();
        match said.as_slice() {
            [] => "what never holds".to_owned(),
            [one] => one.clone(),
            several => format!("one of these holds, by the way that is taken: {}", several.join(", ")),
        }
    }

    /// That a word is zero, or that it is not, where that is said of something else than the word, or of a word that is
    /// no truth value.
    pub(super) fn zero_test(&self, word: &Word, sign: &str, is_within: bool) -> Option<String> {
        let zero = Word::Number(U256::ZERO);
        match word {
            Word::Operation(op::XOR | op::SUB, sides) => match &sides[..] {
                [a, b] => {
                    let (a, b) = number_last(a, b);
                    Some(self.between(a, sign, b, is_within))
                }
                _ => None,
            },
            // A sum is zero where a word is what is missing.
            Word::Operation(op::ADD, terms) => match &terms[..] {
                [word, Word::Number(number)] if *number == U256::ONE => {
                    let text = format!("{}{sign}type(uint256).max", self.word(word));
                    Some(if is_within { format!("({text})") } else { text })
                }
                [word, Word::Number(number)] if number.wrapping_neg() < *number => {
                    Some(self.between(word, sign, &Word::Number(number.wrapping_neg()), is_within))
                }
                _ => None,
            },
            Word::Operation(op::SHL | op::AND, operands) => {
                let (inner, bits) = lower_bits(word)?;
                let text = match inner {
                    Word::Operation(op::XOR | op::SUB, sides) if sides.len() == 2 => {
                        format!("{}{sign}{}", self.masked(&sides[0], bits), self.masked(&sides[1], bits))
                    }
                    // Mostly a truth value in a byte.
                    inner if bits == 8 && !self.is_number_in_byte(inner) => return None,
                    inner => format!("{}{sign}0", self.masked(inner, bits)),
                };
                Some(if is_within && !operands.is_empty() { format!("({text})") } else { text })
            }
            Word::Stored(..) if !self.is_truth(word) => Some(self.between(word, sign, &zero, is_within)),
            Word::Operation(op::BALANCE | op::SELFBALANCE | op::EXTCODESIZE | op::EXTCODEHASH, _) => {
                Some(self.between(word, sign, &zero, is_within))
            }
            Word::Noted(word, _) => self.zero_test(word, sign, is_within),
            word if self.bits(word).is_some_and(|bits| bits == 160) => Some(self.between(word, sign, &zero, is_within)),
            _ => None,
        }
    }

    /// Whether a byte is that of a variable which is no truth value.
    fn is_number_in_byte(&self, word: &Word) -> bool {
        stored_part(word).is_some_and(|(space, slot, offset)| self.is_truth_of(space, slot, offset) == Some(false))
    }
}

/// Whether a condition is one of several, which makes a sentence of its own.
fn is_by_way(condition: &Word) -> bool {
    match condition {
        Word::OneOf(_) => true,
        Word::Operation(op::ISZERO | op::OR, words) => words.iter().any(is_by_way),
        Word::Noted(word, _) => is_by_way(word),
        _ => false,
    }
}

/// A word of which only the lower bits matter for whether another one is zero, and how many bits these are.
fn lower_bits(word: &Word) -> Option<(&Word, usize)> {
    match word {
        Word::Operation(op::SHL, operands) => match &operands[..] {
            [Word::Number(by), inner] => {
                let by = usize::try_from(*by).ok().filter(|by| *by < 256)?;
                Some((inner, 256 - by))
            }
            _ => None,
        },
        Word::Operation(op::AND, operands) => match &operands[..] {
            [inner, Word::Number(mask)] | [Word::Number(mask), inner] => {
                mask_len_bytes(*mask).map(|len_bytes| (inner, 8 * len_bytes))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a word is zero, as a word.
fn negation(word: &Word) -> Word {
    match word {
        Word::Number(number) => Word::Number(U256::from(u8::from(number.is_zero()))),
        Word::Operation(op::ISZERO, inner) if inner.len() == 1 => inner[0].clone(),
        word => Word::Operation(op::ISZERO, [word.clone()].into()),
    }
}
