//! Computes operations on constants, and drops operations that change nothing.

use alloy_primitives::U256;
use revm_bytecode::opcode as op;

use super::{Key, Kind, TermId, Terms};

/// The bytes that an address has.
const ADDRESS_MASK: U256 = U256::from_limbs([u64::MAX, u64::MAX, 0xffff_ffff, 0]);

impl Terms {
    /// A simpler term for an operation, when there is one.
    pub(super) fn simplify(&mut self, opcode: u8, operands: &[TermId]) -> Option<TermId> {
        match *operands {
            [a] => {
                let number = compute(opcode, &[*self.number(a)?])?;
                Some(self.constant(number))
            }
            [a, b] => self.simplify_binary(opcode, a, b),
            [a, b, c] => {
                let number = compute(opcode, &[*self.number(a)?, *self.number(b)?, *self.number(c)?])?;
                Some(self.constant(number))
            }
            _ => None,
        }
    }

    fn simplify_binary(&mut self, opcode: u8, a: TermId, b: TermId) -> Option<TermId> {
        let (left, right) = (self.number(a).copied(), self.number(b).copied());
        match (opcode, left, right) {
            (_, Some(left), Some(right)) => {
                let number = compute_binary(opcode, left, right)?;
                Some(self.constant(number))
            }
            (op::ADD, Some(number), None) => Some(self.sum(b, number)),
            (op::ADD, None, Some(number)) => Some(self.sum(a, number)),
            (op::SUB, None, Some(number)) => Some(self.sum(a, number.wrapping_neg())),
            (op::SUB | op::XOR, None, None) if a == b => Some(self.constant(U256::ZERO)),
            // The length of what was written behind the free memory pointer.
            (op::SUB, None, None) if self.base_and_offset(a).0 == self.base_and_offset(b).0 => {
                let len = self.base_and_offset(a).1.wrapping_sub(self.base_and_offset(b).1);
                Some(self.constant(len))
            }
            (op::EQ, None, None) if a == b => Some(self.constant(U256::ONE)),
            (op::AND | op::OR, None, None) if a == b => Some(a),
            (op::SHL | op::SHR | op::SAR | op::OR | op::XOR, Some(U256::ZERO), None)
            | (op::AND, Some(U256::MAX), None)
            | (op::MUL, Some(U256::ONE), None) => Some(b),
            (op::OR | op::XOR, None, Some(U256::ZERO))
            | (op::AND, None, Some(U256::MAX))
            | (op::MUL | op::DIV, None, Some(U256::ONE)) => Some(a),
            (op::AND | op::MUL, Some(U256::ZERO), None) | (op::AND | op::MUL, None, Some(U256::ZERO)) => {
                Some(self.constant(U256::ZERO))
            }
            // An address has no more bytes than a mask of 20 leaves.
            (op::AND, Some(mask), None) if self.is_account(b) && mask | !ADDRESS_MASK == U256::MAX => Some(b),
            (op::AND, None, Some(mask)) if self.is_account(a) && mask | !ADDRESS_MASK == U256::MAX => Some(a),
            // A mask within a mask.
            (op::AND, Some(mask), None) => self.masked(b, mask),
            (op::AND, None, Some(mask)) => self.masked(a, mask),
            _ => None,
        }
    }

    /// Whether it is the address of an account by the instruction that pushes it.
    fn is_account(&self, term: TermId) -> bool {
        [op::CALLER, op::ADDRESS, op::ORIGIN, op::COINBASE]
            .iter()
            .any(|&opcode| self.operands_of(term, opcode).is_some())
    }

    /// `term + number`, with constants that are added already gathered.
    fn sum(&mut self, term: TermId, number: U256) -> TermId {
        let (base, offset) = self.base_and_offset(term);
        let total = offset.wrapping_add(number);
        match base {
            None => self.constant(total),
            Some(base) if total.is_zero() => base,
            Some(base) => {
                let total = self.constant(total);
                self.add(Key {
                    kind: Kind::Operation { opcode: op::ADD, arity: 2 },
                    parts: [base, total, TermId::NONE],
                })
            }
        }
    }

    fn masked(&mut self, term: TermId, mask: U256) -> Option<TermId> {
        let &[inner, inner_mask] = self.operands_of(term, op::AND)? else { return None };
        let both = mask & *self.number(inner_mask)?;
        let both = self.constant(both);
        Some(self.operation(op::AND, &[inner, both]))
    }
}

/// The result of an operation on numbers; `None` for what is none of the arithmetic, comparison and bitwise instructions.
pub fn compute(opcode: u8, operands: &[U256]) -> Option<U256> {
    match *operands {
        [a] => compute_unary(opcode, a),
        [a, b] => compute_binary(opcode, a, b),
        [a, b, c] => match opcode {
            op::ADDMOD => Some(a.add_mod(b, c)),
            op::MULMOD => Some(a.mul_mod(b, c)),
            _ => None,
        },
        _ => None,
    }
}

fn compute_unary(opcode: u8, a: U256) -> Option<U256> {
    Some(match opcode {
        op::ISZERO => U256::from(a.is_zero()),
        op::NOT => !a,
        op::CLZ => U256::from(a.leading_zeros()),
        _ => return None,
    })
}

/// What the Yellow Paper (appendix H) says of the arithmetic, comparison and bitwise instructions.
fn compute_binary(opcode: u8, a: U256, b: U256) -> Option<U256> {
    Some(match opcode {
        op::ADD => a.wrapping_add(b),
        op::MUL => a.wrapping_mul(b),
        op::SUB => a.wrapping_sub(b),
        op::DIV => a.checked_div(b).unwrap_or_default(),
        op::MOD => a.checked_rem(b).unwrap_or_default(),
        op::SDIV => signed_division(a, b).0,
        op::SMOD => signed_division(a, b).1,
        op::EXP => a.wrapping_pow(b),
        op::SIGNEXTEND => sign_extended(a, b),
        op::LT => U256::from(a < b),
        op::GT => U256::from(a > b),
        op::SLT => U256::from(signed_less(a, b)),
        op::SGT => U256::from(signed_less(b, a)),
        op::EQ => U256::from(a == b),
        op::AND => a & b,
        op::OR => a | b,
        op::XOR => a ^ b,
        op::BYTE => match usize::try_from(a) {
            Ok(at) if at < 32 => U256::from(b.byte(31 - at)),
            _ => U256::ZERO,
        },
        op::SHL => shift(a).map_or(U256::ZERO, |bits| b << bits),
        op::SHR => shift(a).map_or(U256::ZERO, |bits| b >> bits),
        op::SAR => b.arithmetic_shr(shift(a).unwrap_or(256)),
        _ => return None,
    })
}

fn shift(bits: U256) -> Option<usize> {
    usize::try_from(bits).ok().filter(|&bits| bits < 256)
}

fn is_negative(number: U256) -> bool {
    number.bit(255)
}

fn magnitude(number: U256) -> U256 {
    if is_negative(number) { number.wrapping_neg() } else { number }
}

/// Quotient and remainder of two's complement numbers, rounded towards zero; zero by zero.
fn signed_division(a: U256, b: U256) -> (U256, U256) {
    if b.is_zero() {
        return (U256::ZERO, U256::ZERO);
    }
    let (quotient, remainder) = magnitude(a).div_rem(magnitude(b));
    let with_sign = |number: U256, negative: bool| if negative { number.wrapping_neg() } else { number };
    (with_sign(quotient, is_negative(a) != is_negative(b)), with_sign(remainder, is_negative(a)))
}

fn signed_less(a: U256, b: U256) -> bool {
    let flip = U256::ONE << 255;
    (a ^ flip) < (b ^ flip)
}

/// `b` as a signed number of `a + 1` bytes.
fn sign_extended(a: U256, b: U256) -> U256 {
    let Some(sign) = usize::try_from(a).ok().filter(|&bytes| bytes < 31).map(|bytes| bytes * 8 + 7) else { return b };
    let mask = (U256::ONE << (sign + 1)) - U256::ONE;
    if b.bit(sign) { b | !mask } else { b & mask }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(opcode: u8, a: i64, b: i64) -> U256 {
        let word = |number: i64| {
            if number < 0 {
                U256::from(number.unsigned_abs()).wrapping_neg()
            } else {
                U256::from(number.unsigned_abs())
            }
        };
        compute_binary(opcode, word(a), word(b)).expect("a binary operation")
    }

    #[test]
    fn signed_operations_round_towards_zero_and_extend_the_sign() {
        assert_eq!(binary(op::SDIV, -7, 2), U256::from(3).wrapping_neg());
        assert_eq!(binary(op::SMOD, -7, 2), U256::ONE.wrapping_neg());
        assert_eq!(binary(op::SIGNEXTEND, 0, 0xff), U256::MAX);
        assert_eq!(binary(op::SIGNEXTEND, 0, 0x17f), U256::from(0x7f));
        assert_eq!(binary(op::SLT, -1, 0), U256::ONE);
        assert_eq!(binary(op::SAR, 4, -16), U256::MAX);
    }

    #[test]
    fn division_by_zero_and_wide_shifts_are_zero() {
        for opcode in [op::DIV, op::MOD, op::SDIV, op::SMOD] {
            assert_eq!(binary(opcode, 5, 0), U256::ZERO);
        }
        assert_eq!(binary(op::SHL, 256, 1), U256::ZERO);
        assert_eq!(binary(op::SHR, 256, 1), U256::ZERO);
        assert_eq!(binary(op::BYTE, 31, 0x1234), U256::from(0x34));
        assert_eq!(binary(op::BYTE, 32, 0x1234), U256::ZERO);
    }

    #[test]
    fn added_constants_are_gathered_and_vanish_at_zero() {
        let mut terms = Terms::default();
        let base = terms.operation(op::CALLER, &[]);
        let (one, two) = (terms.constant(U256::from(1)), terms.constant(U256::from(2)));
        let three = terms.constant(U256::from(3));
        let sum = terms.operation(op::ADD, &[base, one]);
        let sum = terms.operation(op::ADD, &[two, sum]);
        assert_eq!(terms.base_and_offset(sum), (Some(base), U256::from(3)));
        assert_eq!(terms.operation(op::SUB, &[sum, three]), base);
        assert_eq!(terms.operation(op::SUB, &[sum, base]), three);
    }

    #[test]
    fn an_address_is_not_masked_again() {
        let mut terms = Terms::default();
        let caller = terms.operation(op::CALLER, &[]);
        let mask = terms.constant((U256::ONE << 160) - U256::ONE);
        assert_eq!(terms.operation(op::AND, &[caller, mask]), caller);
        let narrow = terms.constant(U256::from(0xff));
        assert_ne!(terms.operation(op::AND, &[caller, narrow]), caller);
    }

    #[test]
    fn a_mask_within_a_mask_is_one_mask() {
        let mut terms = Terms::default();
        let word = terms.operation(op::CALLVALUE, &[]);
        let (wide, narrow) = (terms.constant(U256::from(0xffff)), terms.constant(U256::from(0xff)));
        let inner = terms.operation(op::AND, &[wide, word]);
        let outer = terms.operation(op::AND, &[inner, narrow]);
        assert_eq!(outer, terms.operation(op::AND, &[word, narrow]));
    }
}
