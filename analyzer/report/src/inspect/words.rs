//! What would somebody who has the source call a word that the bytecode computes?
//!
//! Words of the call data are the function's arguments, loads are the variables that they load, and what the compiler
//! adds to keep words in the range of their type is left out where the type says as much already.

use std::collections::BTreeMap;

use alloy_json_abi::Param;
use alloy_primitives::U256;
use uplint_bytecode::opcode as op;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{
    AccessSpace, EntryName, SlotExpr, StorageAccess, Word, is_signed, mask_len_bytes, negated, sign,
};

use uplint_layout::ByteRange;

use super::names::Names;

/// Numbers from here on are written in hexadecimal.
const MAX_DECIMAL: u64 = 1 << 16;

/// The names that are known within one function.
pub(super) struct Speech<'a> {
    names: &'a Names<'a>,
    /// Arguments by their offset in the call data, in bytes.
    arguments: BTreeMap<U256, Argument>,
}

struct Argument {
    name: String,
    /// Width of its type in bits, where that is a number, an address or a truth value.
    bits: Option<usize>,
    is_truth: bool,
}

impl<'a> Speech<'a> {
    /// The names that a function sees.
    pub(super) fn of(facts: &VersionFacts, names: &'a Names<'a>, function: EntryName) -> Self {
        let EntryName::Selector(selector) = function else { return Self { names, arguments: BTreeMap::new() } };
        let functions = facts.artifact.abi.iter().flat_map(alloy_json_abi::JsonAbi::functions);
        let known = functions.into_iter().find(|function| function.selector().0 == selector);
        let mut arguments = BTreeMap::new();
        let mut offset = U256::from(4);
        for param in known.iter().flat_map(|function| &function.inputs) {
            place(param, &param.name, &mut offset, &mut arguments);
        }
        // Getters of mappings have arguments without names.
        for (at, argument) in arguments.values_mut().enumerate().filter(|(_, argument)| argument.name.is_empty()) {
            argument.name = format!("argument {}", at + 1);
        }
        for argument in arguments.values_mut().filter(|argument| names.is_taken(&argument.name)) {
            argument.name = format!("argument {}", argument.name);
        }
        Self { names, arguments }
    }

    /// The place of an access.
    pub(super) fn access(&self, access: &StorageAccess) -> String {
        self.names.access(access, &|word| self.word(word))
    }

    /// A word.
    pub(super) fn word(&self, word: &Word) -> String {
        self.text(word, false)
    }

    /// The word as text, in parentheses where it stands within another and is an operation between two.
    fn text(&self, word: &Word, is_within: bool) -> String {
        match word {
            Word::Number(number) if *number < U256::from(MAX_DECIMAL) => number.to_string(),
            Word::Number(U256::MAX) => "max".to_owned(),
            // Arguments are often called `value`.
            Word::Value => "msg.value".to_owned(),
            Word::CallData(offset) => match self.arguments.get(offset) {
                Some(argument) => argument.name.clone(),
                None => word.to_string(),
            },
            Word::Stored(space, slot) => self.stored(*space, slot),
            Word::Hash(parts) => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|(word, skip, len)| {
                        let cut = if *len < 32 { format!("[{skip}..{}]", skip + len) } else { String::new() };
                        self.text(word, true) + &cut
                    })
                    .collect();
                format!("keccak256({})", parts.join(" . "))
            }
            Word::OneOf(words) => format!("one of ({})", self.listed(words)),
            Word::Noted(word, _) => self.text(word, is_within),
            Word::Operation(opcode, operands) => self.operation(*opcode, operands, is_within),
            _ => word.to_string(),
        }
    }

    fn stored(&self, space: AccessSpace, slot: &Word) -> String {
        self.names.stored(space, &SlotExpr::of(slot), &|word| self.word(word))
    }

    fn listed(&self, words: &[Word]) -> String {
        words.iter().map(|word| self.word(word)).collect::<Vec<_>>().join(", ")
    }

    fn list(&self, words: &[Word], between: &str, is_within: bool) -> String {
        let text = words.iter().map(|word| self.text(word, true)).collect::<Vec<_>>().join(between);
        if is_within { format!("({text})") } else { text }
    }

    fn operation(&self, opcode: u8, operands: &[Word], is_within: bool) -> String {
        match (opcode, operands) {
            (op::AND, [word, Word::Number(mask)] | [Word::Number(mask), word]) if mask_len_bytes(*mask).is_some() => {
                self.masked(word, mask_len_bytes(*mask).map_or(256, |len| 8 * len))
            }
            (op::ISZERO, [Word::Operation(op::ISZERO, inner)]) if inner.len() == 1 && self.is_truth(&inner[0]) => {
                self.text(&inner[0], is_within)
            }
            (op::ISZERO, [Word::Operation(op::ISZERO, inner)]) if inner.len() == 1 => {
                let test = self.zero_test(&inner[0], " != ", is_within);
                test.unwrap_or_else(|| self.between(&inner[0], " != ", &Word::Number(U256::ZERO), is_within))
            }
            (op::ISZERO, [Word::Operation(inner, sides)]) if negated(*inner).is_some() && sides.len() == 2 => {
                let (a, b) = (&sides[0], &sides[1]);
                match fits(*inner, a, b) {
                    Some(fits) => self.fits(&fits, is_within),
                    None => self.compared(*inner, a, negated(*inner).unwrap_or_default(), b, is_within),
                }
            }
            (op::ISZERO, [word]) => {
                self.zero_test(word, " == ", is_within).unwrap_or_else(|| format!("!{}", self.text(word, true)))
            }
            (op::NOT, [word]) => format!("~{}", self.text(word, true)),
            (op::SHL | op::SHR, [bits, word]) => {
                self.between(word, if opcode == op::SHL { " << " } else { " >> " }, bits, is_within)
            }
            (op::SAR, [bits, word]) => {
                let text = format!("{} >> {}", self.signed(word), self.text(bits, true));
                if is_within { format!("({text})") } else { text }
            }
            (op::SIGNEXTEND, [Word::Number(last), word]) if *last < U256::from(32) => {
                format!("int{}({})", (last.to::<usize>() + 1) * 8, self.word(word))
            }
            (op::ADD, [rest @ .., Word::Number(number)]) if number.wrapping_neg() < *number && !rest.is_empty() => {
                let text = self.list(rest, " + ", rest.len() > 1);
                let text = format!("{text} - {}", self.text(&Word::Number(number.wrapping_neg()), true));
                if is_within { format!("({text})") } else { text }
            }
            (op::CALLDATASIZE, []) => "calldata.length".to_owned(),
            (op::CALLDATALOAD, [offset]) => format!("calldata[{}]", self.word(offset)),
            (op::SELFBALANCE, []) => "this.balance".to_owned(),
            (op::BALANCE, [account]) => format!("{}.balance", self.text(account, true)),
            (op::EXTCODESIZE, [account]) => format!("{}.code.length", self.text(account, true)),
            (op::EXTCODEHASH, [account]) => format!("{}.codehash", self.text(account, true)),
            (_, [a, b]) if is_signed(opcode) && sign(opcode).is_some() => {
                self.compared(opcode, a, sign(opcode).unwrap_or_default(), b, is_within)
            }
            (op::EQ, [a, b]) => self.compared(opcode, a, " == ", b, is_within),
            _ => match sign(opcode) {
                Some(sign) if operands.len() > 1 => self.list(operands, sign, is_within),
                _ => {
                    format!("{}({})", uplint_bytecode::opcode_name(opcode).to_lowercase(), self.listed(operands))
                }
            },
        }
    }

    /// Two words of an operation with a sign between them, which reads them as it says.
    fn compared(&self, opcode: u8, a: &Word, sign: &str, b: &Word, is_within: bool) -> String {
        let (a, b) = if opcode == op::EQ { number_last(a, b) } else { (a, b) };
        let text = match (moved(a), moved(b)) {
            _ if is_signed(opcode) => format!("{}{sign}{}", self.signed(a), self.signed(b)),
            (Some((by, a)), Some((same, b))) if opcode == op::EQ && by == same => {
                format!("{}{sign}{}", self.masked(a, 256 - by), self.masked(b, 256 - by))
            }
            _ => return self.between(a, sign, b, is_within),
        };
        if is_within { format!("({text})") } else { text }
    }

    /// A word that is read as a number with a sign.
    fn signed(&self, word: &Word) -> String {
        match word {
            Word::Number(number) if number.bit(255) => {
                format!("-{}", self.text(&Word::Number(number.wrapping_neg()), true))
            }
            Word::Number(_) => self.text(word, true),
            Word::Noted(word, _) => self.signed(word),
            Word::Operation(opcode, _) if is_signed(*opcode) || *opcode == op::SIGNEXTEND => self.text(word, true),
            word => format!("int256({})", self.word(word)),
        }
    }

    pub(super) fn between(&self, left: &Word, sign: &str, right: &Word, is_within: bool) -> String {
        let text = format!("{}{sign}{}", self.text(left, true), self.text(right, true));
        if is_within { format!("({text})") } else { text }
    }

    /// The least significant bits of a word, said unless the word has no others.
    pub(super) fn masked(&self, word: &Word, bits: usize) -> String {
        if self.bits(word).is_some_and(|known| known <= bits) {
            return self.text(word, true);
        }
        if let Some((space, slot, offset)) = stored_part(word)
            && let Ok(len) = u8::try_from(bits / 8)
            && let Some(name) =
                self.names.of_bytes(space, &SlotExpr::of(slot), ByteRange { offset, len }, &|word| self.word(word))
        {
            return name;
        }
        let cast = if bits == 160 { "address".to_owned() } else { format!("uint{bits}") };
        format!("{cast}({})", self.word(word))
    }

    /// Whether a word is zero or one.
    pub(super) fn is_truth(&self, word: &Word) -> bool {
        match word {
            Word::CallData(offset) => self.arguments.get(offset).is_some_and(|argument| argument.is_truth),
            Word::Stored(space, slot) => self.names.is_truth(*space, &SlotExpr::of(slot), &[]) == Some(true),
            Word::Operation(op::AND, operands) => match &operands[..] {
                [byte, Word::Number(mask)] | [Word::Number(mask), byte] if *mask == U256::from(0xff) => {
                    stored_part(byte).is_some_and(|(space, slot, at)| self.is_truth_of(space, slot, at) == Some(true))
                }
                _ => false,
            },
            Word::Operation(opcode, _) => {
                matches!(*opcode, op::ISZERO | op::EQ | op::LT | op::GT | op::SLT | op::SGT)
            }
            _ => false,
        }
    }

    /// Whether a byte that storage holds is a truth value; `None` where nobody knows what it is.
    pub(super) fn is_truth_of(&self, space: AccessSpace, slot: &Word, offset: u8) -> Option<bool> {
        self.names.is_truth(space, &SlotExpr::of(slot), &[ByteRange { offset, len: 1 }])
    }

    /// How many bits a word has at most.
    pub(super) fn bits(&self, word: &Word) -> Option<usize> {
        match word {
            Word::Caller | Word::Origin | Word::This | Word::Created => Some(160),
            Word::CallData(offset) => self.arguments.get(offset)?.bits,
            Word::Operation(op::AND, operands) => match &operands[..] {
                [_, Word::Number(mask)] | [Word::Number(mask), _] => mask_len_bytes(*mask).map(|len| 8 * len),
                _ => None,
            },
            Word::OneOf(words) => {
                words.iter().map(|word| self.bits(word)).try_fold(0, |most, bits| Some(most.max(bits?)))
            }
            Word::Number(number) => Some(number.bit_len()),
            _ => None,
        }
    }

    fn fits(&self, fits: &Fits<'_>, is_within: bool) -> String {
        match fits {
            Fits::Difference(whole, part) => self.between(part, " <= ", whole, is_within),
            Fits::Sum(sum) => format!("{} does not overflow", self.text(sum, is_within)),
        }
    }
}

/// Two words that are compared, the number behind the other, as it is mostly written.
pub(super) fn number_last<'w>(a: &'w Word, b: &'w Word) -> (&'w Word, &'w Word) {
    if matches!(a, Word::Number(_)) { (b, a) } else { (a, b) }
}

/// A word that is moved to the left, and by how many bits.
fn moved(word: &Word) -> Option<(usize, &Word)> {
    match word {
        Word::Operation(op::SHL, operands) => match &operands[..] {
            [Word::Number(bits), word] => Some((usize::try_from(*bits).ok().filter(|bits| *bits < 256)?, word)),
            _ => None,
        },
        _ => None,
    }
}

/// Bytes of what storage holds, moved to the lower end: where they stand, and the offset of the first in bytes.
pub(super) fn stored_part(word: &Word) -> Option<(AccessSpace, &Word, u8)> {
    let offset = |bits: usize| u8::try_from(bits / 8).ok().filter(|offset| *offset < 32 && bits.is_multiple_of(8));
    let (inner, bits) = match word {
        Word::Operation(op::SHR, operands) => match &operands[..] {
            [Word::Number(bits), inner] => (inner, usize::try_from(*bits).ok()?),
            _ => return None,
        },
        Word::Operation(op::DIV, operands) => match &operands[..] {
            [inner, Word::Number(by)] if by.is_power_of_two() => (inner, by.trailing_zeros()),
            _ => return None,
        },
        word => (word, 0),
    };
    let (space, slot) = match inner {
        Word::Stored(space, slot) => (*space, slot.as_ref()),
        _ => return None,
    };
    Some((space, slot, offset(bits)?))
}

/// Whether a condition is only that the call data has the form of the arguments.
pub(super) fn is_decoding(condition: &Word) -> bool {
    let is_of_call_data = |word: &Word| matches!(word, Word::CallData(_) | Word::Operation(op::CALLDATALOAD, _));
    let is_cast = |sides: &[Word]| match sides {
        [a, b] => is_of_call_data(a) && is_cast_of(b, a) || is_of_call_data(b) && is_cast_of(a, b),
        _ => false,
    };
    mentions(condition, &|word| matches!(word, Word::Operation(op::CALLDATASIZE, _)))
        || match condition {
            Word::Operation(op::EQ, sides) => is_cast(sides),
            // Offsets and lengths of dynamic arguments.
            Word::Operation(op::ISZERO, inner) => match &inner[..] {
                [Word::Operation(op::SUB | op::XOR, sides)] => is_cast(sides),
                [Word::Operation(op::GT, sides)] => {
                    let most = Word::Number(U256::from(u64::MAX));
                    matches!(&sides[..], [word, limit] if is_of_call_data(word) && *limit == most)
                }
                // Vyper asks whether anything is left above the width of the type.
                [Word::Operation(op::SHR, operands)] => {
                    matches!(&operands[..], [Word::Number(_), word] if is_of_call_data(word))
                }
                _ => false,
            },
            _ => false,
        }
}

/// Gives an argument its place in the call data, and moves on behind it.
fn place(param: &Param, name: &str, offset: &mut U256, arguments: &mut BTreeMap<U256, Argument>) {
    if param.ty == "tuple" && !is_dynamic(param) {
        for member in &param.components {
            place(member, &format!("{name}.{}", member.name), offset, arguments);
        }
        return;
    }
    let ty = param.ty.as_str();
    let bits = match ty {
        "address" => Some(160),
        "bool" => Some(8),
        ty => ty.strip_prefix("uint").and_then(|bits| bits.parse().ok()),
    };
    // The head of a dynamic argument is where it begins, which has no name; arrays have several words.
    if !ty.contains('[') && !matches!(ty, "bytes" | "string" | "tuple") && !name.ends_with('.') {
        arguments.insert(*offset, Argument { name: name.to_owned(), bits, is_truth: ty == "bool" });
    }
    *offset += U256::from(32) * words(param);
}

fn is_dynamic(param: &Param) -> bool {
    let ty = param.ty.as_str();
    ty.contains("[]") || matches!(ty, "bytes" | "string") || param.components.iter().any(is_dynamic)
}

/// How many words of the head an argument takes.
fn words(param: &Param) -> U256 {
    if is_dynamic(param) {
        return U256::ONE;
    }
    let members = param.components.iter().map(words).fold(U256::ZERO, U256::saturating_add);
    let lens = param.ty.split('[').skip(1).filter_map(|len| len.trim_end_matches(']').parse::<u64>().ok());
    lens.fold(members.max(U256::ONE), |words, len| words.saturating_mul(U256::from(len)))
}

/// A test that a compiler adds to arithmetic.
enum Fits<'a> {
    /// A difference is not less than nothing: of the whole and the part that is taken off.
    Difference(&'a Word, &'a Word),
    /// A sum is a word.
    Sum(&'a Word),
}

/// Reads the negation of a comparison as a test of arithmetic.
fn fits<'a>(opcode: u8, a: &'a Word, b: &'a Word) -> Option<Fits<'a>> {
    let (less, more) = match opcode {
        op::GT => (a, b),
        op::LT => (b, a),
        _ => return None,
    };
    match (less, more) {
        (Word::Operation(op::SUB, operands), whole) if operands.first() == Some(whole) => {
            operands.get(1).map(|part| Fits::Difference(whole, part))
        }
        (part, Word::Operation(op::ADD, terms)) if terms.contains(part) => Some(Fits::Sum(more)),
        _ => None,
    }
}

fn mentions(word: &Word, is_meant: &dyn Fn(&Word) -> bool) -> bool {
    is_meant(word)
        || match word {
            Word::Operation(_, operands) | Word::OneOf(operands) => {
                operands.iter().any(|word| mentions(word, is_meant))
            }
            Word::Stored(_, slot) => mentions(slot, is_meant),
            Word::Noted(word, _) => mentions(word, is_meant),
            _ => false,
        }
}

/// Whether a word is another one without some of its bits.
fn is_cast_of(cast: &Word, word: &Word) -> bool {
    match cast {
        Word::Operation(op::AND | op::SIGNEXTEND, operands) => operands.contains(word),
        Word::Operation(op::ISZERO, inner) => {
            matches!(&inner[..], [Word::Operation(op::ISZERO, inner)] if **inner == [word.clone()])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::sample;

    const FUNCTION: &str = r#"[{"type": "function", "name": "set", "stateMutability": "nonpayable", "outputs": [],
        "inputs": [{"name": "to", "type": "address"}, {"name": "data", "type": "bytes"}, {"name": "on", "type": "bool"},
                   {"name": "pair", "type": "tuple", "components": [{"name": "a", "type": "uint64"},
                                                                    {"name": "b", "type": "uint256[2]"}]},
                   {"name": "owner", "type": "uint256"}, {"name": "", "type": "uint256"}]}]"#;

    fn operation(opcode: u8, operands: &[Word]) -> Word {
        Word::Operation(opcode, operands.into())
    }

    fn number(number: u64) -> Word {
        Word::Number(U256::from(number))
    }

    fn argument(offset: u64) -> Word {
        Word::CallData(U256::from(offset))
    }

    fn stored(slot: u64) -> Word {
        Word::Stored(AccessSpace::Storage, Arc::new(number(slot)))
    }

    fn address(word: &Word) -> Word {
        operation(op::AND, &[word.clone(), Word::Number((U256::ONE << 160) - U256::ONE)])
    }

    /// What words and conditions are called in a function of the sample, where slot 1 is `owner` and slot 2 `total`.
    fn spoken(check: impl Fn(&Speech<'_>)) {
        let assessment = sample::full();
        let facts = &assessment.contracts[0].facts.as_ref().expect("the sample has facts").new;
        let mut artifact = (*facts.artifact).clone();
        artifact.abi = Some(serde_json::from_str(FUNCTION).expect("an interface"));
        let facts = uplint_facts::version_facts(Arc::new(artifact));
        let selector = facts.interface.functions[0].selector;
        let names = Names::of(&facts);
        check(&Speech::of(&facts, &names, EntryName::Selector(selector)));
    }

    #[test]
    fn words_of_the_call_data_are_arguments() {
        spoken(|speech| {
            let names: Vec<_> =
                [4, 36, 68, 100, 132, 164, 196, 228, 260].map(|offset| speech.word(&argument(offset))).into();
            let expected = [
                "to",
                "calldata[36]",
                "on",
                "pair.a",
                "calldata[132]",
                "calldata[164]",
                "argument owner",
                "argument 5",
                "calldata[260]",
            ];
            assert_eq!(names, expected);
        });
    }

    #[test]
    fn what_the_chain_says_of_accounts_is_written_as_in_solidity() {
        spoken(|speech| {
            let of = |opcode: u8| operation(opcode, &[argument(4)]);
            let words = [operation(op::SELFBALANCE, &[]), of(op::BALANCE), of(op::EXTCODESIZE), of(op::EXTCODEHASH)];
            let names = words.map(|word| speech.word(&word));
            assert_eq!(names, ["this.balance", "to.balance", "to.code.length", "to.codehash"]);
            assert_eq!(speech.condition(&of(op::EXTCODESIZE)).as_deref(), Some("to.code.length != 0"));
        });
    }

    #[test]
    fn a_sum_that_is_not_zero_says_what_a_word_is_not() {
        spoken(|speech| {
            let sum = |number: U256| operation(op::ADD, &[stored(2), Word::Number(number)]);
            let condition = |word: &Word| speech.condition(word);
            assert_eq!(condition(&sum(U256::from(2).wrapping_neg())).as_deref(), Some("total != 2"));
            let most = operation(op::ISZERO, &[sum(U256::ONE)]);
            assert_eq!(condition(&most).as_deref(), Some("total == type(uint256).max"));
            assert_eq!(condition(&sum(U256::from(7))).as_deref(), Some("total + 7"));
        });
    }

    #[test]
    fn two_readings_of_one_slot_are_told_as_such() {
        spoken(|speech| {
            let condition = operation(op::LT, &[stored(2), stored(2)]);
            assert_eq!(speech.condition(&condition).as_deref(), Some("total < total, read at different times"));
        });
    }

    #[test]
    fn an_argument_that_is_what_its_type_leaves_of_it_is_of_the_form_of_the_call_data() {
        let same = |opcode: u8| operation(opcode, &[argument(4), address(&argument(4))]);
        assert!(is_decoding(&same(op::EQ)));
        assert!(is_decoding(&operation(op::ISZERO, &[same(op::SUB)])));
        assert!(!is_decoding(&same(op::SUB)), "that says that it is not");
        assert!(!is_decoding(&operation(op::ISZERO, &[operation(op::SUB, &[argument(4), address(&argument(36))])])));
    }

    #[test]
    fn loads_are_variables_and_casts_that_their_type_implies_are_left_out() {
        spoken(|speech| {
            let to = address(&argument(4));
            let cases = [
                (address(&to), "to"),
                (address(&Word::Caller), "caller"),
                (address(&stored(1)), "owner"),
                (address(&stored(9)), "address(storage[9])"),
                (operation(op::SUB, &[stored(2), argument(100)]), "total - pair.a"),
                (operation(op::ADD, &[argument(100), Word::Number(U256::MAX - U256::from(3))]), "pair.a - 4"),
                (Word::Number(U256::MAX), "max"),
                (Word::OneOf([argument(4), address(&stored(9))].into()), "one of (to, address(storage[9]))"),
                (operation(op::OR, &[argument(4), Word::Unknown]), "to | ?"),
                (address(&Word::Created), "the created contract"),
            ];
            for (word, expected) in cases {
                assert_eq!(speech.word(&word), expected, "{word}");
            }
        });
    }

    #[test]
    fn operations_on_numbers_with_a_sign_say_so() {
        spoken(|speech| {
            let less_five = Word::Number(U256::ZERO.wrapping_sub(U256::from(5)));
            let narrow = operation(op::SIGNEXTEND, &[number(15), argument(4)]);
            let half = operation(op::SDIV, &[argument(4), number(2)]);
            let cases = [
                (operation(op::SGT, &[argument(4), less_five.clone()]), "int256(to) > -5"),
                (operation(op::ISZERO, &[operation(op::SLT, &[argument(4), less_five])]), "int256(to) >= -5"),
                (operation(op::SMOD, &[half.clone(), number(3)]), "(int256(to) / 2) % 3"),
                (half, "int256(to) / 2"),
                (operation(op::SLT, &[narrow.clone(), number(7)]), "int128(to) < 7"),
                (narrow, "int128(to)"),
                (operation(op::SAR, &[number(1), stored(2)]), "int256(total) >> 1"),
                (operation(op::GT, &[argument(4), number(5)]), "to > 5"),
            ];
            for (word, expected) in cases {
                assert_eq!(speech.word(&word), expected, "{word}");
            }
        });
    }

    #[test]
    fn conditions_on_whether_words_differ_say_which_do() {
        spoken(|speech| {
            let not = |word: &Word| operation(op::ISZERO, std::slice::from_ref(word));
            let left = |word: &Word| operation(op::SHL, &[number(96), word.clone()]);
            let xor = operation(op::XOR, &[Word::Caller, stored(1)]);
            let cases = [
                (not(&operation(op::XOR, &[argument(100), stored(2)])), "pair.a == total"),
                (operation(op::SUB, &[argument(100), stored(2)]), "pair.a != total"),
                (not(&operation(op::SUB, &[argument(100), stored(2)])), "pair.a == total"),
                (left(&argument(100)), "pair.a != 0"),
                (left(&stored(9)), "address(storage[9]) != 0"),
                (left(&xor), "caller != owner"),
                (not(&left(&xor)), "caller == owner"),
                (not(&address(&xor)), "caller == owner"),
                (operation(op::EQ, &[left(&Word::Caller), left(&stored(1))]), "caller == owner"),
                (stored(2), "total != 0"),
                (not(&stored(2)), "total == 0"),
                (not(&Word::Created), "no contract is created"),
                (
                    operation(op::OR, &[operation(op::EQ, &[Word::Caller, stored(1)]), stored(2)]),
                    "caller == owner or total != 0",
                ),
                (operation(op::EQ, &[number(3), stored(2)]), "total == 3"),
                (
                    not(&Word::OneOf([operation(op::LT, &[argument(4), number(3)]), Word::Caller].into())),
                    "one of these holds, by the way that is taken: to >= 3, caller == 0",
                ),
                (Word::OneOf([number(0), stored(2)].into()), "total != 0"),
            ];
            for (condition, expected) in cases {
                assert_eq!(speech.condition(&condition).as_deref(), Some(expected), "{condition}");
            }
            assert_eq!(speech.condition(&number(2)), None);
        });
    }

    #[test]
    fn conditions_are_told_as_what_must_hold() {
        spoken(|speech| {
            let not = |word: &Word| operation(op::ISZERO, std::slice::from_ref(word));
            let difference = operation(op::SUB, &[stored(2), argument(100)]);
            let sum = operation(op::ADD, &[argument(100), stored(2)]);
            let cases = [
                (operation(op::EQ, &[Word::Caller, address(&stored(1))]), "caller == owner"),
                (not(&Word::Value), "no value is sent"),
                (address(&argument(4)), "to != 0"),
                (Word::CallResult, "the call succeeds"),
                (Word::Created, "the contract is created"),
                (
                    Word::OneOf([operation(op::LT, &[argument(4), number(3)]), Word::Caller].into()),
                    "one of these holds, by the way that is taken: to < 3, caller != 0",
                ),
                (not(&not(&argument(68))), "on"),
                (not(&operation(op::GT, &[difference, stored(2)])), "pair.a <= total"),
                (not(&operation(op::GT, &[stored(2), sum])), "pair.a + total does not overflow"),
                (not(&operation(op::LT, &[stored(2), argument(100)])), "total >= pair.a"),
            ];
            for (condition, expected) in cases {
                assert_eq!(speech.condition(&condition).as_deref(), Some(expected), "{condition}");
                assert!(!is_decoding(&condition), "{condition}");
            }
        });
    }

    #[test]
    fn conditions_on_the_form_of_the_call_data_are_told_apart() {
        let size = operation(op::CALLDATASIZE, &[]);
        let is_enough = operation(op::ISZERO, &[operation(op::SLT, &[size, number(68)])]);
        let is_address = operation(op::EQ, &[argument(4), address(&argument(4))]);
        let most = Word::Number(U256::from(u64::MAX));
        let is_short = operation(op::ISZERO, &[operation(op::GT, &[argument(36), most])]);
        let is_narrow = operation(op::ISZERO, &[operation(op::SHR, &[number(160), argument(4)])]);
        for condition in [is_enough, is_address, is_short, is_narrow] {
            assert!(is_decoding(&condition), "{condition}");
        }
    }
}
