//! Small programs as words.

use uplint_bytecode::{opcode, opcode_name};

/// Assembles words: `@x` is two bytes with the place of `x:`, `0x…` a `PUSH` of so many bytes, the rest opcodes.
pub(crate) fn assemble(text: &str) -> Vec<u8> {
    let (mut code, mut labels, mut uses) = (Vec::new(), Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        if let Some(label) = word.strip_suffix(':') {
            labels.push((label, u16::try_from(code.len()).expect("a short program")));
            code.push(opcode::JUMPDEST);
        } else if let Some(label) = word.strip_prefix('@') {
            code.push(opcode::PUSH2);
            uses.push((code.len(), label));
            code.extend([0, 0]);
        } else if let Some(digits) = word.strip_prefix("0x") {
            code.push(opcode::PUSH0 + u8::try_from(digits.len() / 2).expect("a word"));
            code.extend(digits.as_bytes().chunks(2).map(|pair| {
                u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("two hexadecimal digits")
            }));
        } else {
            let found = (0..=u8::MAX).find(|&opcode| opcode_name(opcode) == word);
            code.push(found.unwrap_or_else(|| panic!("`{word}` is no opcode")));
        }
    }
    for (at, label) in uses {
        let (_, place) = labels.iter().find(|(known, _)| *known == label).expect("a label");
        code[at..at + 2].copy_from_slice(&place.to_be_bytes());
    }
    code
}
