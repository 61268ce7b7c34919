//! Documents that were cut, damaged or made to do harm: an error or a gap, never a panic, and no memory that a number
//! in the document chose.

use uplint_artifact::read::{
    Document, ReadError, bytecode, detect_and_read, merge_foundry_artifacts, standard_json_output, vyper_layout,
};
use uplint_artifact::{CompilerInfo, Language};

const DOCUMENTS: [&[u8]; 8] = [
    include_bytes!("data/vault/foundry-build-info.json"),
    include_bytes!("data/vault/hardhat2-build-info.json"),
    include_bytes!("data/vault/hardhat3-build-info.json"),
    include_bytes!("data/vault/hardhat3-build-info.output.json"),
    include_bytes!("data/vault/standard-json-output.json"),
    include_bytes!("data/vault/out/Vault.json"),
    include_bytes!("data/vault/out/Types.json"),
    include_bytes!("data/vault/hardhat-artifact.json"),
];

/// Marsaglia's generator: the same damage in every run.
struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("less than a usize")
    }
}

fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let companion = DOCUMENTS[if bytes.len() > 10_000 { 2 } else { 3 }];
    detect_and_read("damaged.json", bytes, Some(companion))
}

/// Asks for everything that is read lazily.
fn visit(document: &Document) -> usize {
    let mut seen = 0;
    for unit in document.units() {
        let ast = unit.ast();
        for &(_, root) in ast.roots() {
            seen += ast.descendants(root).filter(|&node| unit.source(ast[node].span.source).is_some()).count();
        }
    }
    for artifact in &document.artifacts {
        seen +=
            artifact.definition().map_or(0, |node| artifact.ast().map_or(0, |ast| ast.linearized_bases(node).len()));
        seen += [&artifact.creation, &artifact.runtime]
            .into_iter()
            .flatten()
            .map(|code| code.source_map_entries().count())
            .sum::<usize>();
    }
    seen
}

#[test]
fn the_undamaged_documents_are_read() {
    for bytes in DOCUMENTS {
        read(bytes).expect("a readable document");
    }
}

#[test]
fn a_document_that_was_cut_is_truncated_wherever_it_was_cut() {
    for bytes in DOCUMENTS {
        let end = bytes.trim_ascii_end().len();
        for len in (1..end).step_by(end / 150 + 1) {
            let error = read(&bytes[..len]).expect_err("half a document");
            // A cut within a character leaves bytes that are no text.
            assert!(matches!(error, ReadError::Truncated { .. } | ReadError::NotText { .. }), "{len}: {error}");
        }
        assert!(read(&[]).is_err_and(|error| matches!(error, ReadError::EmptyBytecode { .. })));
    }
}

#[test]
fn damaged_bytes_are_an_error_or_a_gap() {
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    for bytes in DOCUMENTS {
        let mut readable = 0;
        for _ in 0..120 {
            let mut damaged = bytes.to_vec();
            for _ in 0..=random.below(3) {
                let at = random.below(damaged.len());
                damaged[at] = b"0123456789abcdef\"{}[]:,\\-_xn \0"[random.below(30)];
            }
            if let Ok(document) = read(&damaged) {
                visit(&document);
                readable += 1;
            }
        }
        assert!(readable > 0, "some damage is harmless");
    }
}

#[test]
fn damaged_runs_of_bytes_are_an_error_or_a_gap() {
    let mut random = Xorshift(0x2545_f491_4f6c_dd1d);
    for bytes in DOCUMENTS {
        for _ in 0..60 {
            let (from, to, len) = (random.below(bytes.len()), random.below(bytes.len()), random.below(400));
            let mut damaged = bytes.to_vec();
            let moved: Vec<_> = bytes[from..(from + len).min(bytes.len())].to_vec();
            damaged.splice(to..(to + random.below(400)).min(bytes.len()), moved);
            if let Ok(document) = read(&damaged) {
                visit(&document);
            }
        }
    }
}

#[test]
fn nesting_without_end_is_refused_wherever_it_stands() {
    let depth = 200_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = format!("{}null{}", open.repeat(depth), close.repeat(depth));
        let in_tree = |key: &str| {
            let tree = format!(r#"{{"nodeType":"SourceUnit","id":1,"src":"0:1:0","{key}":{nested}}}"#);
            format!(r#"{{"sources":{{"a":{{"id":0,"ast":{tree}}}}},"contracts":{{"a":{{"A":{{}}}}}}}}"#)
        };
        let documents = [
            nested.clone(),
            format!(r#"{{"input":{nested},"output":{nested}}}"#),
            format!(r#"{{"sources":{nested},"contracts":{nested}}}"#),
            format!(r#"{{"sources":{{"a":{{"id":0,"ast":{nested}}}}}}}"#),
            format!(
                r#"{{"abi":{nested},"bytecode":{nested},"deployedBytecode":{nested},"ast":{nested},"storageLayout":{nested}}}"#
            ),
            format!(
                r#"{{"contracts":{{"a":{{"A":{{"abi":{nested},"storageLayout":{nested},"metadata":{nested},"layout":{nested}}}}}}}}}"#
            ),
            in_tree("externalReferences"),
            in_tree("nodes"),
            in_tree("exportedSymbols"),
            in_tree("typeDescriptions"),
            in_tree("linearizedBaseContracts"),
            in_tree("any"),
            format!(r#"{{"contractName":"A","abi":{nested},"immutableReferences":{nested}}}"#),
        ];
        for document in documents {
            if let Ok(document) = detect_and_read("deep.json", document.as_bytes(), None) {
                visit(&document);
                assert!(!document.missing.is_empty() || document.units().is_empty());
            }
        }
        assert!(vyper_layout(&nested).is_err());
    }
}

#[test]
fn a_malformed_part_is_a_gap_of_its_contract_and_the_rest_is_read() {
    let output = r#"{"sources":{"a.sol":{"id":0,"ast":7}},"contracts":{"a.sol":{
        "A":{"abi":{},"storageLayout":{"storage":[{"label":"x","offset":0,"slot":"9999999999999999999999999999999999999999999999999999999999999999999999999999999999","type":"t"}]},
             "evm":{"bytecode":{"object":"0x6"},"deployedBytecode":{"object":"zz"},"methodIdentifiers":{"f()":"12"}}},
        "B":{"abi":[],"storageLayout":{"storage":[],"types":null},
             "evm":{"bytecode":{"object":"60"},"deployedBytecode":{"object":"00"},"methodIdentifiers":{}}}}}}"#;
    let compiler = CompilerInfo { language: Language::Solidity, version: None, long_version: String::new() };
    let document = standard_json_output(output.as_bytes(), None, compiler).expect("a document");
    let [a, b] = &*document.artifacts else { panic!("two contracts") };
    assert_eq!(document.missing_of(&a.contract).len(), 5);
    assert!(document.missing.iter().all(|missing| missing.reason.is_some()), "{:?}", document.missing);
    assert!(document.missing_of(&b.contract).is_empty());
    assert_eq!(b.runtime.as_ref().map(|code| code.bytes.len()), Some(1));
    assert!(a.ast().is_none());
    assert_eq!(document.units()[0].ast().unreadable.len(), 1);
}

#[test]
fn keys_and_numbers_that_stand_twice_are_refused() {
    let twice = [
        r#"{"contracts":{},"contracts":{}}"#,
        r#"{"contracts":{"a.sol":{},"a.sol":{}}}"#,
        r#"{"contracts":{"a.sol":{"A":{},"A":{}}}}"#,
        r#"{"contracts":{"a.sol":{"A":{"abi":[],"abi":[]}}}}"#,
        r#"{"contracts":{},"sources":{"a.sol":{"id":0},"b.sol":{"id":0}}}"#,
        r#"{"contracts":{},"sources":{"a.sol":{"id":0},"a\u002esol":{"id":1}}}"#,
    ];
    for document in twice {
        let error = detect_and_read("x.json", document.as_bytes(), None).expect_err("an ambiguous document");
        assert!(matches!(error, ReadError::Shape { .. }), "{document}: {error}");
    }
}

#[test]
fn numbers_that_no_source_can_have_are_refused() {
    for id in ["-1", "4294967296", "1e3", "\"0\"", "1.5"] {
        let document = format!(r#"{{"contracts":{{}},"sources":{{"a.sol":{{"id":{id}}}}}}}"#);
        assert!(detect_and_read("x.json", document.as_bytes(), None).is_err(), "{id}");
    }
}

#[test]
fn json_of_no_known_format_says_what_is_known() {
    let others = [
        "{}",
        "[]",
        "[1]",
        "\"0x60\"",
        r#"{"name":"package","version":"1.0.0"}"#,
        r#"{"version":3,"file":"a.js","sources":["a.ts"],"names":[]}"#,
    ];
    for document in others {
        let error = detect_and_read("x.json", document.as_bytes(), None).expect_err("no artifact");
        assert_eq!(error, ReadError::UnknownFormat { document: "x.json".into() });
    }
    let input = r#"{"language":"Solidity","sources":{"a.sol":{"content":""}}}"#;
    let error = detect_and_read("x.json", input.as_bytes(), None).expect_err("an input");
    assert_eq!(error, ReadError::InputOnly { document: "x.json".into() });
    let combined = r#"{"contracts":{"a.sol:A":{"abi":[],"bin":"60"}},"version":"0.8.28+commit.7893614a"}"#;
    let error = detect_and_read("x.json", combined.as_bytes(), None).expect_err("another output");
    assert_eq!(error, ReadError::CombinedJson { document: "x.json".into() });
}

#[test]
fn bytecode_is_named_by_its_file_and_bad_bytecode_by_what_is_wrong() {
    let document = bytecode("dir/Old.v1.hex", b"0x6001\n6002\n").expect("bytecode");
    assert_eq!(document.artifacts[0].contract.to_string(), "Old.v1");
    assert_eq!(document.artifacts[0].runtime.as_ref().map(|code| code.bytes.len()), Some(4));
    let name = || "a.hex".to_owned();
    let cases: [(&[u8], ReadError); 6] = [
        (b"", ReadError::EmptyBytecode { document: name() }),
        (b" 0x\n", ReadError::EmptyBytecode { document: name() }),
        (b"0x600", ReadError::OddBytecode { document: name(), digits: 3 }),
        (b"0x60zz", ReadError::NotHexadecimal { document: name(), found: "'z'".into(), at: 4 }),
        (b"60\x000", ReadError::NotHexadecimal { document: name(), found: "'\\0'".into(), at: 2 }),
        (b"\xff\xfe6\x000\x00", ReadError::NotText { document: name(), at: 0 }),
    ];
    for (text, expected) in cases {
        assert_eq!(detect_and_read("a.hex", text, None).expect_err("no bytecode"), expected);
    }
}

#[test]
fn a_byte_order_mark_does_not_matter() {
    let marked = |bytes: &[u8]| [b"\xef\xbb\xbf", bytes].concat();
    assert!(detect_and_read("a.hex", &marked(b"0x6001"), None).is_ok());
    assert!(merge_foundry_artifacts(&[("A.json", &marked(DOCUMENTS[5]))]).is_ok());
}
