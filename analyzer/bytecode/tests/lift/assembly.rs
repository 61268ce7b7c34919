//! Small programs as words.

use std::collections::BTreeMap;

use revm_bytecode::opcode::OpCode;
use uplint_bytecode::Pc;

/// Assembles words: `@x` is two bytes with the place of `x:`, `0x…` a `PUSH` of so many bytes, the rest opcodes.
pub(crate) fn assemble(text: &str) -> (Vec<u8>, BTreeMap<String, Pc>) {
    let mut code = Vec::new();
    let (mut labels, mut uses) = (BTreeMap::new(), Vec::new());
    for word in text.split_whitespace() {
        if let Some(label) = word.strip_suffix(':') {
            labels.insert(label.to_owned(), Pc(u32::try_from(code.len()).expect("a short program")));
            code.push(OpCode::JUMPDEST.get());
        } else if let Some(label) = word.strip_prefix('@') {
            code.push(OpCode::PUSH2.get());
            uses.push((code.len(), label.to_owned()));
            code.extend([0, 0]);
        } else if let Some(digits) = word.strip_prefix("0x") {
            let bytes: Vec<u8> = digits
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("digits"))
                .collect();
            code.push(OpCode::PUSH0.get() + u8::try_from(bytes.len()).expect("a word"));
            code.extend(bytes);
        } else {
            code.push(OpCode::parse(word).unwrap_or_else(|| panic!("`{word}` is no opcode")).get());
        }
    }
    for (at, label) in uses {
        let place = u16::try_from(labels[&label].0).expect("a short program");
        code[at..at + 2].copy_from_slice(&place.to_be_bytes());
    }
    (code, labels)
}
