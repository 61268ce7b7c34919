//! Trees that real compilers printed, from the oldest to the newest, read alike.
//!
//! `data/ast/VERSION.json` is what solc VERSION printed for `VERSION.sol`, without the keys that no reader needs.

use uplint_artifact::{Ast, AstId, Field, Node, NodeKind, NodeRef, Source, SourceId};

/// A tree with the text that it is about.
struct Fixture {
    version: &'static str,
    source: Source,
    ast: Ast,
}

macro_rules! fixtures {
    ($($version:literal)*) => {
        [$(fixture(
            $version,
            include_str!(concat!("data/ast/", $version, ".json")),
            include_str!(concat!("data/ast/", $version, ".sol")),
        )),*]
    };
}

fn fixture(version: &'static str, json: &str, text: &str) -> Fixture {
    let source = Source { id: SourceId(0), path: "a.sol".into(), unit_name: "a.sol".into(), text: Some(text.into()) };
    Fixture { version, source, ast: Ast::parse(&[(SourceId(0), json.into())]) }
}

fn all() -> [Fixture; 8] {
    fixtures!["0.4.26" "0.5.17" "0.6.12" "0.7.6" "0.8.9" "0.8.28" "0.8.30" "0.8.37"]
}

fn of(version: &str) -> Fixture {
    all().into_iter().find(|fixture| fixture.version == version).expect("a fixture of this version")
}

impl Fixture {
    fn nodes(&self) -> Vec<NodeRef> {
        self.ast.roots().iter().flat_map(|&(_, root)| self.ast.descendants(root)).collect()
    }

    fn text(&self, node: NodeRef) -> &str {
        self.source.slice(self.ast[node].span).expect("a span within the text")
    }

    /// The nodes of one kind.
    fn kind(&self, kind: NodeKind) -> Vec<NodeRef> {
        self.nodes().into_iter().filter(|&node| self.ast[node].kind == kind).collect()
    }

    /// The first node of this kind and name.
    fn named(&self, kind: NodeKind, name: &str) -> &Node {
        let found = self.kind(kind).into_iter().find(|&node| self.ast[node].name.as_deref() == Some(name));
        &self.ast[found.unwrap_or_else(|| panic!("{}: no `{name}`", self.version))]
    }
}

#[test]
fn every_node_is_of_a_known_kind_and_knows_its_parent() {
    for fixture in all() {
        assert!(fixture.ast.unreadable.is_empty(), "{}: {:?}", fixture.version, fixture.ast.unreadable);
        for node in fixture.nodes() {
            assert_ne!(fixture.ast[node].kind, NodeKind::Other, "{}: {}", fixture.version, fixture.text(node));
            for child in fixture.ast.all_children(node) {
                assert_eq!(fixture.ast[child].parent, Some(node));
            }
        }
    }
}

#[test]
fn children_stand_within_their_parent_and_in_the_order_of_the_text() {
    for fixture in all() {
        for node in fixture.nodes() {
            let children: Vec<_> = fixture.ast.all_children(node).map(|child| &fixture.ast[child]).collect();
            assert!(children.is_sorted_by_key(|child| child.span.start), "{}", fixture.version);
            for child in children {
                // Documentation stands before what it documents.
                let within = fixture.ast[node].span.contains(child.span);
                let is_documentation = child.kind == NodeKind::StructuredDocumentation;
                assert!(within || is_documentation, "{}: {child:?} in {:?}", fixture.version, fixture.ast[node]);
            }
        }
    }
}

#[test]
fn a_name_span_holds_the_name() {
    let mut seen = 0;
    for fixture in all() {
        for node in fixture.nodes() {
            let Node { name_span: Some(span), name: Some(name), .. } = &fixture.ast[node] else { continue };
            assert_eq!(fixture.source.slice(*span), Some(&**name), "{}", fixture.version);
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn every_reference_leads_to_a_declaration_or_is_of_a_built_in() {
    let built_ins = ["abi", "keccak256", "msg", "now", "require", "revert", "selfdestruct", "this"];
    for fixture in all() {
        let mut seen = 0;
        for node in fixture.nodes().into_iter().map(|node| &fixture.ast[node]) {
            let mentioned = node.external_references.iter().map(|reference| reference.declaration);
            let ids = node.referenced.into_iter().chain(mentioned).chain(node.base_functions.iter().copied());
            for id in ids.chain(node.linearized_bases.iter().copied()) {
                let is_built_in = node.name.as_deref().is_some_and(|name| built_ins.contains(&name));
                assert_eq!(fixture.ast.by_id(id).is_none(), is_built_in, "{}: {node:?}", fixture.version);
                seen += 1;
            }
        }
        assert!(seen > 3, "{}", fixture.version);
    }
}

#[test]
fn a_built_in_has_one_identifier_in_every_version_since_0_6() {
    for version in ["0.6.12", "0.8.9", "0.8.28"] {
        let fixture = of(version);
        assert_eq!(fixture.named(NodeKind::Identifier, "msg").referenced, Some(AstId(-15)), "{version}");
    }
    let native = r#"{"nodeType":"Identifier","name":"msg","referencedDeclaration":18446744073709551601,"src":"0:3:0"}"#;
    let ast = Ast::parse(&[(SourceId(0), native.into())]);
    assert_eq!(ast[ast.roots()[0].1].referenced, Some(AstId(-15)));
}

#[test]
fn functions_have_a_kind_in_every_version() {
    for fixture in all() {
        for node in fixture.kind(NodeKind::FunctionDefinition) {
            let text = fixture.text(node);
            let expected = match text.split(['(', ' ']).next() {
                Some("constructor") => "constructor",
                Some("receive") => "receive",
                Some("fallback") => "fallback",
                _ if text.starts_with("function (") => "fallback",
                _ if text.starts_with("function Token(") => "constructor",
                _ if fixture.ast.enclosing(node, NodeKind::ContractDefinition).is_none() => "freeFunction",
                _ => "function",
            };
            assert_eq!(fixture.ast[node].sub_kind.as_deref(), Some(expected), "{}: {text}", fixture.version);
        }
    }
}

#[test]
fn interfaces_and_unfinished_contracts_are_abstract() {
    let abstract_names = |version| {
        let fixture = of(version);
        let contracts = fixture.ast.contracts().map(|node| &fixture.ast[node]).filter(|node| node.is_abstract);
        contracts.filter_map(|node| node.name.as_deref().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(abstract_names("0.4.26"), ["Token"]);
    assert_eq!(abstract_names("0.5.17"), ["Empty"]);
    assert_eq!(abstract_names("0.6.12"), ["IOther", "Base"]);
    assert_eq!(abstract_names("0.8.9"), ["Marker"]);
    assert_eq!(abstract_names("0.8.28"), ["Token"]);
}

#[test]
fn documentation_is_read_in_every_form() {
    for version in ["0.4.26", "0.5.17"] {
        let fixture = of(version);
        let contract = fixture.named(NodeKind::ContractDefinition, "Token");
        assert_eq!(contract.documentation.as_deref(), Some("@title Old"), "{version}");
    }
    let fixture = of("0.6.12");
    let base = fixture.named(NodeKind::ContractDefinition, "Base");
    assert_eq!(base.documentation.as_deref(), Some("@title Base of all"));
    let fixture = of("0.8.28");
    let main = fixture.named(NodeKind::StructDefinition, "Main");
    assert_eq!(main.documentation.as_deref(), Some("@custom:storage-location erc7201:example.main"));
    assert_eq!(main.canonical_name.as_deref(), Some("Store.Main"));
}

#[test]
fn inline_assembly_is_text_before_and_nodes_since_0_6() {
    for version in ["0.4.26", "0.5.17"] {
        let fixture = of(version);
        let assembly = &fixture.ast[fixture.kind(NodeKind::InlineAssembly)[0]];
        assert!(assembly.value.as_deref().is_some_and(|text| text.contains("sload(")), "{version}");
    }
    let fixture = of("0.6.12");
    let assembly = fixture.kind(NodeKind::InlineAssembly)[0];
    let body = fixture.ast.child(assembly, Field::Assembly).expect("the block");
    let calls = fixture.ast.descendants(body).filter(|&node| fixture.ast[node].kind == NodeKind::YulFunctionCall);
    let called = calls.filter_map(|call| fixture.ast[fixture.ast.child(call, Field::FunctionName)?].name.as_deref());
    let called: Vec<_> = called.collect();
    assert_eq!(called, ["add", "lt", "add", "eq", "sload", "sstore", "f", "revert"]);
    let cases = fixture.kind(NodeKind::YulCase);
    assert_eq!(fixture.ast[cases[1]].value.as_deref(), Some("default"));
    let literal = fixture.ast.child(cases[0], Field::Value).expect("the literal");
    assert_eq!(fixture.ast[literal].value.as_deref(), Some("0"));
}

#[test]
fn assembly_that_mentions_a_slot_says_so_in_every_version() {
    for (version, name, suffixes) in [
        ("0.4.26", "state", &["slot", "offset"][..]),
        ("0.5.17", "list", &["slot"]),
        ("0.6.12", "owner", &["slot"]),
        ("0.7.6", "free", &["slot"]),
        ("0.8.28", "$", &["slot"]),
        ("0.8.30", "b", &["slot"]),
    ] {
        let fixture = of(version);
        let id = fixture.named(NodeKind::VariableDeclaration, name).id.expect("an identifier");
        let assembly = &fixture.ast[fixture.kind(NodeKind::InlineAssembly)[0]];
        let mut found: Vec<_> = assembly.external_references.iter().filter(|found| found.declaration == id).collect();
        found.sort_by_key(|reference| reference.span.map(|span| span.start));
        let found: Vec<_> = found.iter().filter_map(|reference| reference.suffix.as_deref()).collect();
        assert_eq!(found, suffixes, "{version}");
    }
}

#[test]
fn variables_tell_their_place_and_their_value() {
    let fixture = of("0.8.28");
    let mutability = |name| fixture.named(NodeKind::VariableDeclaration, name).mutability.clone();
    assert_eq!(mutability("cap").as_deref(), Some("immutable"));
    let location = |name| fixture.named(NodeKind::VariableDeclaration, name).storage_location.clone();
    assert_eq!((location("locked").as_deref(), location("price").as_deref()), (Some("transient"), Some("default")));
    let fixture = of("0.7.6");
    let constant = fixture.kind(NodeKind::VariableDeclaration).into_iter().find(|&node| fixture.ast[node].is_constant);
    let constant = constant.expect("the file's constant");
    let value = fixture.ast.child(constant, Field::Value).expect("its value");
    assert_eq!(fixture.text(value), "uint256(keccak256(\"slot\")) - 1");
    assert!(!fixture.ast[constant].is_state_variable);
    assert!(fixture.named(NodeKind::VariableDeclaration, "callback").is_state_variable);
    let fixture = of("0.4.26");
    assert!(fixture.named(NodeKind::VariableDeclaration, "LIMIT").is_constant);
}

#[test]
fn conversions_name_their_type_in_every_version() {
    for (version, name) in [("0.4.26", "address"), ("0.5.17", "uint8"), ("0.6.12", "address"), ("0.8.9", "address")] {
        let fixture = of(version);
        let conversion = fixture.kind(NodeKind::ElementaryTypeNameExpression)[0];
        let type_name = fixture.ast.child(conversion, Field::TypeName).unwrap_or(conversion);
        assert_eq!(fixture.ast[type_name].name.as_deref(), Some(name), "{version}");
    }
}

#[test]
fn modifiers_name_what_they_apply_and_what_they_override() {
    for (version, name) in [("0.4.26", "onlyOwner"), ("0.6.12", "guarded")] {
        let fixture = of(version);
        let invocation = fixture.kind(NodeKind::ModifierInvocation)[0];
        let path = fixture.ast.child(invocation, Field::ModifierName).expect("its name");
        assert_eq!(fixture.ast[path].name.as_deref(), Some(name));
        let declaration = fixture.ast.declaration_of(path).expect("its declaration");
        assert_eq!(fixture.ast[declaration].kind, NodeKind::ModifierDefinition);
        assert_eq!(fixture.ast[declaration].base_functions.len(), usize::from(version == "0.6.12"));
    }
}

#[test]
fn a_storage_layout_specifier_is_reached_from_its_contract() {
    for (version, text) in [("0.8.30", "0x1000 + 2"), ("0.8.37", "START")] {
        let fixture = of(version);
        let contract = fixture.ast.contract_in(SourceId(0), "Token").expect("the contract");
        let specifier = fixture.ast.child(contract, Field::StorageLayout).expect("the specifier");
        let base = fixture.ast.child(specifier, Field::BaseSlotExpression).expect("its expression");
        assert_eq!(fixture.text(base), text);
    }
}

#[test]
fn an_operator_and_a_using_directive_lead_to_the_function() {
    let fixture = of("0.8.28");
    let addition = fixture.kind(NodeKind::BinaryOperation).into_iter().find(|&node| fixture.text(node) == "p + p");
    let function = fixture.ast.declaration_of(addition.expect("the addition")).expect("the operator's function");
    assert_eq!(fixture.ast[function].name.as_deref(), Some("add"));
    let using = fixture.kind(NodeKind::UsingForDirective)[0];
    let functions =
        fixture.ast.children(using, Field::FunctionList).filter_map(|path| fixture.ast.declaration_of(path));
    let names: Vec<_> = functions.filter_map(|node| fixture.ast[node].name.as_deref()).collect();
    assert_eq!(names, ["add", "half"]);
}

#[test]
fn call_options_keep_their_names() {
    for (version, text, names) in [("0.6.12", "other.ping{gas: 5000}", "gas"), ("0.8.9", "new Child{salt: 0}", "salt")]
    {
        let fixture = of(version);
        let options = fixture.kind(NodeKind::FunctionCallOptions)[0];
        assert_eq!(fixture.text(options), text);
        let found: Vec<_> = fixture.ast[options].argument_names.iter().map(|name| &**name).collect();
        assert_eq!(found, [names]);
    }
}

#[test]
fn literals_keep_bytes_that_are_no_text() {
    let fixture = of("0.8.9");
    let literal = |text: &str| {
        let found = fixture.kind(NodeKind::Literal).into_iter().find(|&node| fixture.text(node) == text);
        &fixture.ast[found.expect("the literal")]
    };
    let unicode = literal("unicode\"é\"");
    assert_eq!((unicode.value.as_deref(), unicode.hex_value.as_deref()), (Some("é"), Some("c3a9")));
    let bytes = literal("hex\"00ff\"");
    assert_eq!((bytes.value.as_deref(), bytes.hex_value.as_deref()), (None, Some("00ff")));
}
