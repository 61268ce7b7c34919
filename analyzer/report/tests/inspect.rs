//! What `uplint inspect` shows of code: the text, the graph and the picture of a small contract held against golden
//! files, and of hostile code that they are well formed.

use std::path::Path;
use std::sync::Arc;

use uplint_artifact::{Artifact, Bytecode, ContractName};
use uplint_facts::code_graph::{code_graph, program};
use uplint_facts::effects::{CodeEffects, effects_of_artifact};
use uplint_facts::{CodeGraph, VersionFacts, version_facts};
use uplint_report::{
    CodeView, InspectFormat, dot, functions_named, inspect_accesses, inspect_calls, inspect_cfg, inspect_guards,
    inspect_ssa, svg,
};
use uplint_testkit::golden;

const TEXT: InspectFormat = InspectFormat::Text { width: 100, unicode: true };

/// The function `withdraw(uint256)`, for the owner in slot 0 alone: it counts by an internal function in a loop and
/// stores what it counted in slot 1.
const LOOP: &str = "5f3560e01c632e1a7d4d146011575f5ffd5b335f5414601c575f5ffd5b5f5b806004351115603257602e906037565b601e5\
                    65b600155005b6001019056";

const ABI: &str = r#"[{"type": "function", "name": "withdraw", "inputs": [{"name": "", "type": "uint256"}],
    "stateMutability": "nonpayable", "outputs": []}]"#;

struct Shown {
    artifact: Arc<Artifact>,
    facts: VersionFacts,
    effects: CodeEffects,
    graph: CodeGraph,
}

impl Shown {
    fn of(name: &str, code: &[u8], abi: Option<&str>) -> Self {
        let artifact = Arc::new(Artifact {
            abi: abi.map(|abi| serde_json::from_str(abi).expect("an interface")),
            runtime: Some(Bytecode { bytes: code.into(), ..Bytecode::default() }),
            ..Artifact::named(ContractName { path: "".into(), name: name.into() })
        });
        let (effects, graph) = (effects_of_artifact(&artifact), code_graph(&artifact));
        Self { facts: version_facts(Arc::clone(&artifact)), artifact, effects, graph }
    }

    fn view(&self, function: Option<&str>) -> CodeView<'_> {
        let function = function.map(|word| match functions_named(&self.facts, &self.graph, word).as_slice() {
            [one] => *one,
            several => panic!("`{word}` names {several:?}"),
        });
        CodeView { facts: &self.facts, effects: &self.effects, graph: &self.graph, function }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("two digits")).collect()
}

fn counter() -> Shown {
    Shown::of("Counter", &bytes(LOOP), Some(ABI))
}

#[track_caller]
fn assert_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inspect").join(name);
    golden::compare(&path, text).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_control_flow_of_a_contract_is_told_block_by_block() {
    assert_golden("cfg.txt", &inspect_cfg(counter().view(None), TEXT));
    assert_golden("cfg.json", &inspect_cfg(counter().view(Some("withdraw")), InspectFormat::Json));
}

#[test]
fn the_control_flow_of_a_contract_is_drawn() {
    assert_golden("cfg.dot", &dot(counter().view(None)));
    assert_golden("cfg.svg", &svg(counter().view(None)));
}

#[test]
fn the_static_single_assignment_form_is_told_function_by_function() {
    let shown = counter();
    let program = program(&shown.artifact);
    assert_golden("ssa.txt", &inspect_ssa(shown.view(None), &program, TEXT));
    let whole = inspect_ssa(shown.view(None), &program, InspectFormat::Json);
    let whole: serde_json::Value = serde_json::from_str(&whole).expect("a document");
    let texts = whole["functions"].as_array().into_iter().flatten().filter_map(|function| function["text"].as_str());
    assert_eq!(uplint_bytecode::ssa::parse(&texts.collect::<String>()), Ok(program));
}

#[test]
fn the_form_of_one_function_leaves_the_others_out() {
    let shown = counter();
    let program = program(&shown.artifact);
    let of = |word| inspect_ssa(shown.view(Some(word)), &program, TEXT);
    assert!(of("withdraw").contains("SSTORE") && !of("withdraw").contains("EQ v1, 0x2e1a7d4d"), "{}", of("withdraw"));
    assert!(of("dispatch").contains("0x2e1a7d4d") && !of("dispatch").contains("SSTORE"), "{}", of("dispatch"));
    assert!(of("0x37").contains("return 0") && !of("0x37").contains("SSTORE"), "{}", of("0x37"));
}

#[test]
fn a_function_is_found_by_its_name_signature_selector_and_place() {
    let shown = counter();
    let find = |word| functions_named(&shown.facts, &shown.graph, word);
    let withdraw = find("withdraw");
    assert_eq!(withdraw.len(), 1);
    for word in ["withdraw(uint256)", "0x2e1a7d4d", "0x11"] {
        assert_eq!(find(word), withdraw, "{word}");
    }
    for word in ["", "0x", "withdraw()", "0x2e1a7d4e", "0x12", "receive", "fallback"] {
        assert_eq!(find(word), [0usize; 0], "{word}");
    }
    assert_eq!((find("dispatch").len(), find("0x37").len()), (1, 1));
}

#[test]
fn a_slot_of_a_standard_has_its_name_without_a_source_too() {
    let implementation = "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    let shown = Shown::of("proxy", &bytes(&format!("337f{implementation}5500")), None);
    let text = inspect_accesses(&shown.facts, &shown.effects, TEXT);
    let rows: Vec<_> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| line.contains("write"))
        .collect();
    assert_eq!(rows, ["0x22 write eip1967.proxy.implementation all caller"]);
    // What is stored there is not the slot.
    let shown = Shown::of("proxy", &bytes(&format!("7f{implementation}54ff")), None);
    let text = inspect_calls(&shown.facts, &shown.effects, TEXT);
    assert!(text.contains("selfdestruct   storage[eip1967.proxy.implementation]"), "{text}");
}

#[test]
fn a_slot_that_the_code_computes_is_known_though_it_has_no_name() {
    let place = |code: &str| {
        let shown = Shown::of("code", &bytes(code), None);
        inspect_accesses(&shown.facts, &shown.effects, TEXT)
    };
    // The sender, moved to the left; then what a call returned.
    let text = place("6001 33 6060 1b 55 00");
    assert!(text.contains("slot (caller << 96)"), "{text}");
    let text = place("6001 5f 5f 5f 5f 5f 33 5a f1 50 3d 5f 5f 3e 5f 51 55 00");
    assert!(text.contains("unknown (?)"), "{text}");
}

#[test]
fn conditions_that_are_constant_are_counted_alone() {
    // A function asks whether the word that it is given is zero, and is given a two.
    let shown = Shown::of("code", &bytes("6007 6002 6009 56 5b 00 5b 6010 57 5f 5f fd 5b 56"), None);
    let text = inspect_guards(&shown.facts, &shown.effects, TEXT);
    assert_eq!(text, "fallback\nleft out: 1 condition that always holds\n");
}

#[test]
fn a_call_has_a_value_where_its_instruction_names_one() {
    let cases = [
        ("5f5f5f5f335af400", "0x6 delegatecall caller no", serde_json::Value::Null),
        ("5f5f5f5f335afa00", "0x6 staticcall caller no", serde_json::Value::Null),
        ("33ff", "0x1 selfdestruct caller", serde_json::Value::Null),
        ("5f5f5f5f5f335af100", "0x7 call caller 0 no", "0".into()),
        ("5f5f34f000", "0x3 create msg.value", "msg.value".into()),
    ];
    for (code, row, value) in cases {
        let shown = Shown::of("code", &bytes(code), None);
        let text = inspect_calls(&shown.facts, &shown.effects, TEXT);
        let rows: Vec<_> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert!(rows.iter().any(|found| found == row), "{text}");
        let json = inspect_calls(&shown.facts, &shown.effects, InspectFormat::Json);
        let json: serde_json::Value = serde_json::from_str(&json).expect("a document");
        assert_eq!(json["functions"][0]["list"][0]["value"], value, "{json}");
    }
}

/// Holds a picture against what every reader of it relies on.
fn assert_stands_alone(text: &str) {
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let anchors: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        let known = ["svg", "title", "style", "g", "rect", "text", "tspan", "path", "a"];
        assert!(known.contains(&name), "{name}");
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            if attribute.name() == "href" {
                let target = attribute.value().strip_prefix('#');
                assert!(target.is_some_and(|target| anchors.contains(&target)), "{}", attribute.value());
            }
        }
    }
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn a_picture_stands_alone_whatever_names_are_in_it() {
    let name = "</title><script>alert(1)</script>\"'&\u{1b}[31m\u{202e}\u{ffff}";
    let shown = Shown::of(name, &bytes(LOOP), Some(ABI));
    assert_stands_alone(&svg(shown.view(None)));
    let dot = dot(shown.view(None));
    assert!(dot.starts_with("digraph \"</title>") && dot.contains("\\\"'&\\\\u{1b}[31m"), "{dot}");
}

#[test]
fn a_long_block_is_drawn_with_all_that_it_touches() {
    // A load, a store and an event in the middle of many others, with two between the last of them.
    let code = format!("{}5f54{}5f555f5fa0{}00", "5f50".repeat(20), "5f50".repeat(10), "5f50".repeat(10));
    let shown = Shown::of("code", &bytes(&code), None);
    for picture in [svg(shown.view(None)), dot(shown.view(None))] {
        for kept in ["SLOAD", "SSTORE", "LOG0", "… 22 instructions …", "… 21 instructions …", "… 13 instructions …"]
        {
            assert!(picture.contains(kept), "{kept}: {picture}");
        }
        assert_eq!(picture.matches("instructions …").count(), 3, "{picture}");
    }
}

#[test]
fn a_picture_is_the_same_each_time() {
    let code = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../facts/tests/data/accesses_legacy.json"));
    let document: serde_json::Value = serde_json::from_slice(&code.expect("the fixture")).expect("a document");
    let contract = &document["contracts"].as_object().into_iter().flatten().next().expect("a source").1["Vault"];
    let hex = contract["evm"]["deployedBytecode"]["object"].as_str().expect("runtime code");
    let shown = Shown::of("Vault", &bytes(hex), None);
    let first = svg(shown.view(None));
    assert_stands_alone(&first);
    assert!(first.len() > 50_000);
    for _ in 0..3 {
        assert_eq!(svg(shown.view(None)), first);
    }
}

#[test]
fn code_that_is_hostile_or_missing_is_shown_all_the_same() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below).expect("a small number")
    };
    let frequent = [0x5b, 0x56, 0x57, 0x60, 0x80, 0x90, 0x5f, 0x36, 0x14, 0xfd];
    let mut codes: Vec<Vec<u8>> = vec![Vec::new(), vec![0x5b; 30_000], vec![0x56], vec![0x60]];
    for _ in 0..150 {
        let len = next(300);
        codes.push(
            (0..len).map(|_| if next(3) == 0 { next(256).to_le_bytes()[0] } else { frequent[next(10)] }).collect(),
        );
    }
    for code in codes {
        let shown = Shown::of("code", &code, None);
        for function in std::iter::once(None).chain((0..shown.graph.functions.len().min(3)).map(Some)) {
            let view = CodeView { function, ..shown.view(None) };
            assert_stands_alone(&svg(view));
            assert!(dot(view).ends_with("}\n") && !inspect_cfg(view, TEXT).is_empty());
            let json = inspect_cfg(view, InspectFormat::Json);
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
            assert!(!inspect_ssa(view, &program(&shown.artifact), TEXT).is_empty());
        }
    }
}

#[test]
fn a_graph_too_large_to_be_laid_out_is_said_to_be() {
    // Two thousand branches one behind the other, each with a way of its own to the last block.
    let mut code = Vec::new();
    for at in 0..2_000u16 {
        let [high, low] = at.to_be_bytes();
        code.extend([0x61, high, low, 0x35, 0x61, 0x3e, 0x80, 0x57]);
    }
    code.extend([0x5b, 0x00]);
    let shown = Shown::of("chain", &code, None);
    assert_eq!(shown.graph.blocks.len(), 2_001);
    let picture = svg(shown.view(None));
    assert_stands_alone(&picture);
    assert!(picture.contains("not drawn: fallback with 2001 blocks") && picture.contains("--output dot"), "{picture}");
    assert!(dot(shown.view(None)).matches(" -> ").count() >= 4_000);
}
