//! `uplint inspect`: what it shows of code, and what it refuses.

use crate::program::{Seen, cache, demo, folder, run, uplint};

fn inspect(input: &std::path::Path, arguments: &[&str]) -> Seen {
    run(uplint().arg("inspect").arg(input).args(arguments).args(cache()))
}

fn json(seen: &Seen) -> serde_json::Value {
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    serde_json::from_str(&seen.stdout).unwrap_or_else(|error| panic!("{error}: {}", seen.stdout))
}

#[test]
fn the_control_flow_of_a_function_has_its_source_and_the_names_of_its_variables() {
    let seen = inspect(&demo("v1"), &["--show", "cfg", "--function", "initialize"]);
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    for part in ["0xc4d66de8 initialize(address), ", "Vault.sol:20", "calls ", " initialize, from ", " back to 0x"] {
        assert!(seen.stdout.contains(part), "{part}: {}", seen.stdout);
    }
    assert!(!seen.stdout.contains("upgradeTo"), "{}", seen.stdout);
    let whole = inspect(&demo("v1"), &["--show", "cfg"]).stdout;
    assert!(whole.contains("SLOAD    ; owner") && whole.contains("; writes balanceOf[caller]"), "{whole}");
}

#[test]
fn what_functions_share_has_the_names_of_the_one_that_is_shown() {
    let source = "pragma solidity 0.8.28;\ncontract V { mapping(address => uint256) m;\n\
        function put(address a) internal { m[a] = 1; }\n\
        function f() external { put(msg.sender); }\nfunction g(address to) external { put(to); } }\n";
    let folder = folder(&[("V.sol", source)]);
    let show = |more: &[&str]| {
        let arguments = [&["--all", "--show", "cfg", "--output", "svg"], more].concat();
        inspect(folder.path(), &arguments).stdout
    };
    let (whole, one) = (show(&[]), show(&["--function", "f"]));
    assert!(whole.contains("differs by caller") && !whole.contains("writes m["), "{whole}");
    assert!(one.contains("writes m[caller]") && !one.contains("differs by caller"), "{one}");
}

#[test]
fn the_control_flow_for_programs_has_every_edge_between_known_blocks() {
    let whole = json(&inspect(&demo("v1"), &["--show", "cfg", "--output", "json"]));
    let graph = &whole["contracts"][0]["cfg"];
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let places: Vec<_> = list(&graph["blocks"]).iter().map(|block| block["pc"].as_u64()).collect();
    let mut kinds = std::collections::BTreeSet::new();
    for edge in list(&graph["blocks"]).iter().flat_map(|block| list(&block["successors"])) {
        assert!(places.contains(&edge["pc"].as_u64()), "{edge}");
        kinds.insert(edge["kind"].as_str().map(str::to_owned));
    }
    let expected = ["call", "fall-through", "false", "jump", "return", "true"].map(|kind| Some(kind.to_owned()));
    assert!(kinds.iter().eq(&expected), "{kinds:?}");
    for block in list(&graph["functions"]).iter().flat_map(|function| list(&function["blocks"])) {
        assert!(places.contains(&block["pc"].as_u64()), "{block}");
    }
}

#[test]
fn pictures_are_drawn_of_one_function_and_of_a_whole_contract() {
    let folder = folder(&[]);
    for (format, start, arrow) in [("svg", "<svg ", "class=\"edge true\""), ("dot", "digraph ", "label=true")] {
        let whole = inspect(&demo("v1"), &["--show", "cfg", "--output", format]);
        assert_eq!(whole.code, Some(0), "{}", whole.stderr);
        assert!(whole.stdout.starts_with(start) && whole.stdout.contains(arrow), "{}", whole.stdout);
        let place = folder.path().join("picture");
        let output = format!("{format}={}", place.display());
        let one = inspect(&demo("v1"), &["--show", "cfg", "--function", "0x3659cfe6", "--output", &output]);
        assert_eq!(one.code, Some(0), "{}", one.stderr);
        let one = std::fs::read_to_string(&place).unwrap_or_default();
        assert!(one.starts_with(start) && one.contains("upgradeTo") && !one.contains("withdraw("), "{one}");
        assert!(one.len() < whole.stdout.len());
    }
}

#[test]
fn a_function_that_is_not_there_or_not_the_only_one_is_refused_with_a_list() {
    let source = "pragma solidity 0.8.28;\ncontract V { uint256 x; function f() external { x = 1; }\n\
                  function f(uint256 a) external { x = a; } }\ncontract W { function g() external {} }\n";
    let contracts = folder(&[("V.sol", source)]);
    let refused = |arguments: &[&str], needles: &[&str]| {
        let seen = inspect(contracts.path(), arguments);
        assert_eq!(seen.code, Some(2), "{arguments:?}: {}", seen.stdout);
        for needle in needles {
            assert!(seen.stderr.contains(needle), "{arguments:?} lacks {needle}: {}", seen.stderr);
        }
    };
    refused(&["-c", "V", "--show", "cfg", "--function", "f"], &["several functions", "f()", "f(uint256)"]);
    refused(&["-c", "V", "--show", "ssa", "--function", "h"], &["no function `h`", "f()", "`dispatch`"]);
    refused(&["-c", "V", "--show", "guards", "--function", "dispatch"], &["no function that callers reach"]);
    refused(&["--all", "--show", "cfg", "--output", "svg"], &["of one contract", "V.sol:V", "V.sol:W"]);
    refused(&["--all", "--show", "cfg", "--function", "f()"], &["of one contract"]);
}

#[test]
fn places_and_conditions_have_the_names_that_the_source_gives_them() {
    let source = "pragma solidity 0.8.28;\ncontract V {\n\
        bytes32 constant _OWNER_SLOT = 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffff74873927;\n\
        struct P { uint128 a; uint128 b; address who; }\n\
        uint256 first; uint256[3] fixedArr; uint256[] list; uint8 kind; bool on; P[3] ps; uint64[8] packed;\n\
        uint256[][] deep; mapping(uint256 => P) byKey;\n\
        function f(uint256 i) external payable {\n\
            assembly { if iszero(eq(caller(), sload(_OWNER_SLOT))) { revert(0, 0) } }\n\
            require(kind != 3 && on && kind > 0);\n\
            first = list.length; fixedArr[0] = 1; fixedArr[2] = 1; list.push(2); ps[1].who = msg.sender; ps[2].b = 1;\n\
            ps[i].who = address(this); packed[5] = 1; deep[2][1] = 3; byKey[i].who = msg.sender; } }\n";
    let folder = folder(&[("V.sol", source)]);
    let seen = json(&inspect(folder.path(), &["--all", "--show", "accesses", "--output", "json"]));
    let list = seen["contracts"][0]["accesses"]["functions"][0]["list"].as_array().cloned().unwrap_or_default();
    let names = |kind: &str| -> std::collections::BTreeSet<String> {
        let accesses = list.iter().filter(|access| access["kind"] == kind);
        accesses.filter_map(|access| access["name"].as_str().map(str::to_owned)).collect()
    };
    let written = ["byKey[i].who", "deep[2][1]", "first", "fixedArr[0]", "fixedArr[2]", "list.length"];
    let written = written.into_iter().chain(["list[list.length]", "packed[5]", "ps[1].who", "ps[2].b", "ps[i].who"]);
    assert_eq!(names("write"), written.map(str::to_owned).collect());
    let read = ["_OWNER_SLOT", "deep.length", "deep[2].length", "kind", "list.length", "on"];
    assert_eq!(names("read"), read.map(str::to_owned).into());
    let text = inspect(folder.path(), &["--all", "--show", "guards"]).stdout;
    for condition in ["storage[_OWNER_SLOT] == caller", "kind != 3", "on ", "kind > 0", "i < 3", "2 < deep.length"] {
        assert!(text.contains(condition), "{condition}: {text}");
    }
}

#[test]
fn the_form_of_code_is_read_back_by_the_library() {
    let seen = inspect(&demo("v1"), &["--show", "ssa", "--output", "json"]);
    let functions = json(&seen)["contracts"][0]["ssa"]["functions"].as_array().cloned().unwrap_or_default();
    let text: String = functions.iter().filter_map(|function| function["text"].as_str()).collect();
    let program = uplint_bytecode::ssa::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(uplint_bytecode::ssa::verify(&program).is_empty());
    let one = inspect(&demo("v1"), &["--show", "ssa", "--function", "owner()"]).stdout;
    assert!(one.contains("0x8da5cb5b owner()\nf0 @0x0() {\n") && one.contains("halt RETURN"), "{one}");
}

#[test]
fn bytecode_alone_says_which_selectors_it_answers() {
    let code = folder(&[("code.hex", "5f3560e01c632e1a7d4d146011575f5ffd5b00")]);
    let seen = inspect(&code.path().join("code.hex"), &["--show", "selectors", "--output", "json"]);
    let selectors = &json(&seen)["contracts"][0]["selectors"];
    let known: Vec<_> = selectors["selectors"].as_array().into_iter().flatten().collect();
    assert_eq!(known.len(), 1, "{selectors}");
    assert_eq!((&known[0]["selector"], &known[0]["pc"]), (&"0x2e1a7d4d".into(), &17.into()));
    assert_eq!(selectors["remarks"], serde_json::json!([]));
}

#[test]
fn hostile_and_truncated_bytecode_is_shown_in_every_form() {
    let codes = [("a.hex", "56".to_owned()), ("b.hex", "60".to_owned()), ("c.hex", "5b".repeat(60_000))];
    let files: Vec<(&str, &str)> = codes.iter().map(|(name, code)| (*name, code.as_str())).collect();
    let folder = folder(&files);
    for (name, _) in &codes {
        let path = folder.path().join(name);
        for arguments in [
            &["--show", "functions,cfg,ssa,accesses,calls,guards,selectors"][..],
            &["--show", "functions,cfg,ssa,accesses,calls,guards,selectors", "--output", "json"],
            &["--show", "cfg", "--output", "svg"],
            &["--show", "cfg", "--output", "dot"],
        ] {
            let seen = inspect(&path, arguments);
            assert_eq!(seen.code, Some(0), "{name} {arguments:?}: {}", seen.stderr);
            assert!(!seen.stdout.is_empty());
        }
    }
}

#[test]
fn parts_that_are_shown_together_have_titles_and_say_what_there_is_none_of() {
    let code = folder(&[("code.hex", "5f3560e01c632e1a7d4d146011575f5ffd5b00")]);
    let show = |parts: &str| inspect(&code.path().join("code.hex"), &["--show", parts]).stdout;
    let text = show("functions,accesses,calls");
    let titles: Vec<_> = text.lines().zip(text.lines().skip(1)).filter(|(_, line)| line.starts_with('═')).collect();
    assert_eq!(
        titles.iter().map(|(title, _)| *title).collect::<Vec<_>>(),
        ["functions", "accesses", "calls"],
        "{text}"
    );
    assert!(text.contains("no accesses to storage\n") && text.contains("no calls of other contracts\n"), "{text}");
    let one = show("calls");
    assert!(!one.contains('═') && one.contains("no calls of other contracts\n"), "{one}");
}

#[test]
fn the_help_explains_how_words_and_places_are_written() {
    let help = run(uplint().args(["inspect", "--help"])).stdout;
    for form in [
        "?  ",
        "a[?]",
        "a[0]",
        "a[k].1",
        "storage[a]",
        "a[i by 2]",
        "seed ",
        "unknown (",
        "slot (",
        "one of (",
        "argument 1",
        "low end",
    ] {
        assert!(help.contains(form), "{form}: {help}");
    }
}

#[test]
fn empty_bytecode_has_nothing_to_show() {
    let code = folder(&[("code.hex", "0x")]);
    let seen = inspect(&code.path().join("code.hex"), &["--show", "cfg", "--output", "svg"]);
    assert_eq!((seen.code, seen.stdout.as_str()), (Some(3), ""), "{}", seen.stderr);
}
