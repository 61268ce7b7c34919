//! Reads solc's compact JSON tree into the arena in one pass, without an intermediate JSON value.
//!
//! The depth of a tree is limited by [`MAX_DEPTH`], so that a document made to exhaust the stack is an unreadable tree
//! and not a crash. Parsing runs on a growing stack, because honest trees of long concatenations are deep too.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use serde_json::value::RawValue;

use super::kind::{Field, NodeKind};
use super::{Ast, AstId, ExternalReference, Node, NodeRef, Tree};
use crate::read::json::{Entries, Text};
use crate::source::{SourceId, Span};

/// Deepest nesting of nodes that is read. Solidity's own parser stops at 1,200 nested expressions.
const MAX_DEPTH: u32 = 5_000;

impl Tree {
    /// Reads the tree of one source as the compiler printed it. One that cannot be read keeps the reason.
    pub fn read(source: SourceId, document: &str) -> Self {
        // A node takes some hundred bytes of JSON and about as many here, so that this reserves less than is read anyway.
        let nodes = Vec::with_capacity(document.len() / 512);
        let mut builder = Builder { source, nodes, strings: HashSet::default() };
        let root = match read_document(&mut builder, document) {
            Ok(Some(root)) => Ok(root),
            Ok(None) => Err("the document is not a syntax tree".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        if root.is_err() {
            builder.nodes.clear();
        }
        finish(&mut builder.nodes);
        let mut mentioned: Vec<AstId> = builder.nodes.iter().flat_map(mentions).collect();
        mentioned.sort_unstable();
        mentioned.dedup();
        Self { source, nodes: builder.nodes, root, mentioned }
    }
}

/// What needs the whole tree: children in the order of the text, parents, and what old compilers say in other ways.
fn finish(nodes: &mut [Node]) {
    for at in 0..nodes.len() {
        let parent = index(at);
        let mut children = std::mem::take(&mut nodes[at].children);
        // The compiler prints keys in alphabetical order; readers want the order of the text. Yul and declarations
        // alike have spans, and the sort is stable for the few that share one.
        children.sort_by_key(|&(_, child)| nodes[child.0 as usize].span.start);
        let mut end = nodes[at].span.end();
        for &(field, child) in &children {
            end = end.max(nodes[child.0 as usize].span.end());
            if field == Field::Other && nodes[child.0 as usize].kind == NodeKind::StructuredDocumentation {
                let text = nodes[child.0 as usize].documentation.clone();
                nodes[at].documentation = text;
            }
            nodes[child.0 as usize].parent = Some(parent);
        }
        let node = &mut nodes[at];
        node.children = children;
        if node.kind == NodeKind::YulIf {
            // Before solc 0.7 the span of an `if` in assembly ends behind the keyword.
            node.span.len = end.saturating_sub(node.span.start);
        }
        // An interface without functions counts as fully implemented.
        node.is_abstract |= node.contract_kind.as_deref() == Some("interface");
        name_kind_of_old_function(node);
    }
}

pub(super) fn join(trees: Vec<Tree>) -> Ast {
    let mut nodes = Vec::with_capacity(trees.iter().map(|tree| tree.nodes.len()).sum());
    let mut roots = Vec::with_capacity(trees.len());
    let mut unreadable = Vec::new();
    let mut mentioned = HashSet::with_hasher(RandomState::default());
    for tree in trees {
        let before = nodes.len();
        let fits = u32::try_from(before.saturating_add(tree.nodes.len())).is_ok();
        match tree
            .root
            .and_then(|root| if fits { Ok(root) } else { Err("the syntax trees have too many nodes".to_owned()) })
        {
            Ok(root) => {
                roots.push((tree.source, moved(root, before)));
                mentioned.extend(tree.mentioned);
                nodes.extend(tree.nodes.into_iter().map(|mut node| {
                    node.parent = node.parent.map(|parent| moved(parent, before));
                    for (_, child) in &mut node.children {
                        *child = moved(*child, before);
                    }
                    node
                }));
            }
            Err(reason) => unreadable.push((tree.source, reason)),
        }
    }
    let mut by_id = HashMap::with_capacity_and_hasher(nodes.len(), RandomState::default());
    by_id.extend(nodes.iter().enumerate().filter_map(|(at, node)| Some((node.id?, index(at)))));
    let contracts = contracts_by_name(&nodes, &roots);
    Ast { nodes, roots, by_id, mentioned, contracts, unreadable }
}

/// The same node when so many stand before its tree.
fn moved(node: NodeRef, before: usize) -> NodeRef {
    index(before + node.0 as usize)
}

fn contracts_by_name(nodes: &[Node], roots: &[(SourceId, NodeRef)]) -> Vec<(SourceId, Arc<str>, NodeRef)> {
    let top = roots.iter().flat_map(|&(_, root)| &nodes[root.0 as usize].children);
    let mut contracts: Vec<_> = top
        .map(|&(_, at)| (&nodes[at.0 as usize], at))
        .filter(|(node, _)| node.kind == NodeKind::ContractDefinition)
        .filter_map(|(node, at)| Some((node.span.source, Arc::clone(node.name.as_ref()?), at)))
        .collect();
    contracts.sort();
    contracts
        .dedup_by(|(source, name, _), (kept_source, kept_name, _)| (*source, &*name) == (*kept_source, &*kept_name));
    contracts
}

/// Declarations that an expression or inline assembly refers to; names of types and of bases are no expressions.
fn mentions(node: &Node) -> impl Iterator<Item = AstId> + '_ {
    let is_expression = matches!(node.kind, NodeKind::Identifier | NodeKind::MemberAccess);
    let of_assembly = node.external_references.iter().map(|reference| reference.declaration);
    node.referenced.filter(|_| is_expression).into_iter().chain(of_assembly)
}

/// solc before 0.5 prints no `kind`: a constructor has a flag, which was kept as its kind, and a fallback no name.
fn name_kind_of_old_function(node: &mut Node) {
    if node.kind == NodeKind::FunctionDefinition && node.sub_kind.is_none() {
        let is_fallback = node.name.as_deref().is_none_or(str::is_empty);
        node.sub_kind = Some(if is_fallback { "fallback".into() } else { "function".into() });
    }
}

fn index(at: usize) -> NodeRef {
    NodeRef(u32::try_from(at).expect("invariant: neither a tree nor a unit has more nodes than a u32 counts"))
}

fn read_document(builder: &mut Builder, document: &str) -> Result<Option<NodeRef>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(document);
    deserializer.disable_recursion_limit();
    let deserializer = serde_stacker::Deserializer::new(&mut deserializer);
    let value = ValueSeed { builder, depth: 0 }.deserialize(deserializer)?;
    Ok(match value {
        Value::Node(root) => Some(root),
        _ => None,
    })
}

struct Builder {
    source: SourceId,
    nodes: Vec<Node>,
    strings: HashSet<Arc<str>, RandomState>,
}

impl Builder {
    fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.strings.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.strings.insert(Arc::clone(&text));
        text
    }

    fn push(&mut self, node: Node) -> Option<NodeRef> {
        let at = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node);
        Some(NodeRef(at))
    }
}

/// What stood under a key.
enum Value {
    Nothing,
    Bool(bool),
    Int(i64),
    Text(Arc<str>),
    Node(NodeRef),
    List(Vec<NodeRef>),
    Texts(Vec<Arc<str>>),
}

struct ValueSeed<'a> {
    builder: &'a mut Builder,
    depth: u32,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a syntax tree")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        // The compiler prints a built-in's negative identifier as an unsigned number of 64 bits, or of 32.
        Ok(Value::Int(value.cast_signed()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(self.builder.intern(text)))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let depth = deeper::<A::Error>(self.depth)?;
        let mut list = Vec::new();
        let mut texts = Vec::new();
        while let Some(value) = seq.next_element_seed(ValueSeed { builder: self.builder, depth })? {
            match value {
                Value::Node(node) => list.push(node),
                // Lists of lists (the operands of a tuple assignment) hold no declaration or expression of ours.
                Value::List(nodes) => list.extend(nodes),
                Value::Text(text) => texts.push(text),
                Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Texts(_) => {}
            }
        }
        Ok(if list.is_empty() && !texts.is_empty() { Value::Texts(texts) } else { Value::List(list) })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let depth = deeper::<A::Error>(self.depth)?;
        read_node(self.builder, depth, map)
    }
}

fn deeper<E: serde::de::Error>(depth: u32) -> Result<u32, E> {
    if depth >= MAX_DEPTH { Err(E::custom("the syntax tree is nested too deeply")) } else { Ok(depth + 1) }
}

fn read_node<'de, A: MapAccess<'de>>(builder: &mut Builder, depth: u32, mut map: A) -> Result<Value, A::Error> {
    let mut node = empty_node(builder.source);
    let mut kind = None;
    while let Some(key) = map.next_key::<Key>()? {
        match key {
            Key::NodeType => kind = map.next_value::<Option<Text<'_>>>()?.map(|name| NodeKind::from_name(&name)),
            Key::Src => node.span = parse_span(&map.next_value::<Text<'_>>()?, builder.source),
            Key::NameLocation => {
                let span = parse_span(&map.next_value::<Text<'_>>()?, builder.source);
                node.name_span = (span.len > 0).then_some(span);
            }
            Key::TypeDescriptions => {
                let types = map.next_value::<TypeDescriptions<'_>>()?;
                node.type_identifier = types.type_identifier.map(|text| builder.intern(&text));
                node.type_string = types.type_string.map(|text| builder.intern(&text));
            }
            Key::LinearizedBaseContracts => node.linearized_bases = map.next_value::<Ids>()?.0,
            Key::BaseFunctions => node.base_functions = map.next_value::<Ids>()?.0,
            // Read on its own, so that the usual limit of nesting holds for it.
            Key::ExternalReferences => {
                let raw = map.next_value::<&RawValue>()?;
                node.external_references = external_references(builder, raw).map_err(A::Error::custom)?;
            }
            Key::Ignored => {
                map.next_value::<IgnoredAny>()?;
            }
            Key::Scalar(scalar) => {
                let value = map.next_value_seed(ValueSeed { builder, depth })?;
                set_scalar(&mut node, scalar, value);
            }
            Key::Field(field) => match map.next_value_seed(ValueSeed { builder, depth })? {
                Value::Node(child) => node.children.push((field, child)),
                Value::List(nodes) => node.children.extend(nodes.into_iter().map(|child| (field, child))),
                Value::Text(text) if field == Field::Value => node.value = Some(text),
                // Before solc 0.6 the type of a conversion such as `address(x)` is text.
                Value::Text(text) if field == Field::TypeName => node.name = Some(text),
                Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Texts(_) => {}
            },
        }
    }
    // The functions of a `using for` stand in objects that are no nodes themselves.
    let Some(kind) = kind else {
        return Ok(Value::List(node.children.into_iter().map(|(_, child)| child).collect()));
    };
    node.kind = kind;
    builder.push(node).map(Value::Node).ok_or_else(|| A::Error::custom("the syntax tree has too many nodes"))
}

fn empty_node(source: SourceId) -> Node {
    Node {
        id: None,
        kind: NodeKind::Other,
        span: Span { source, start: 0, len: 0 },
        name_span: None,
        parent: None,
        name: None,
        type_identifier: None,
        type_string: None,
        referenced: None,
        value: None,
        hex_value: None,
        sub_kind: None,
        contract_kind: None,
        visibility: None,
        state_mutability: None,
        mutability: None,
        storage_location: None,
        operator: None,
        documentation: None,
        canonical_name: None,
        selector: None,
        linearized_bases: Vec::new(),
        base_functions: Vec::new(),
        argument_names: Vec::new(),
        external_references: Vec::new(),
        is_constant: false,
        is_state_variable: false,
        is_indexed: false,
        is_anonymous: false,
        is_abstract: false,
        is_implemented: false,
        is_virtual: false,
        is_prefix: false,
        children: Vec::new(),
    }
}

/// `start:length:source`; a source that is no number (`-1` for generated code) falls back to the document's own.
fn parse_span(text: &str, document: SourceId) -> Span {
    let mut parts = text.split(':');
    let start = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let len = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let source = parts.next().and_then(|part| part.parse().ok()).map_or(document, SourceId);
    Span { source, start, len }
}

enum Key {
    NodeType,
    Src,
    NameLocation,
    TypeDescriptions,
    LinearizedBaseContracts,
    BaseFunctions,
    ExternalReferences,
    Ignored,
    Scalar(Scalar),
    Field(Field),
}

#[derive(Clone, Copy)]
enum Scalar {
    Id,
    Name,
    ArgumentNames,
    Referenced,
    Function,
    SuperFunction,
    IsConstructor,
    HexValue,
    SubKind,
    ContractKind,
    Visibility,
    StateMutability,
    Mutability,
    StorageLocation,
    Operator,
    Text,
    Documentation,
    CanonicalName,
    Selector,
    Assembly,
    Constant,
    StateVariable,
    Indexed,
    Anonymous,
    Abstract,
    FullyImplemented,
    Implemented,
    Virtual,
    Prefix,
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                Ok(key_of(key))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

fn key_of(key: &str) -> Key {
    let scalar = match key {
        "nodeType" => return Key::NodeType,
        "src" => return Key::Src,
        "nameLocation" | "memberLocation" => return Key::NameLocation,
        "typeDescriptions" => return Key::TypeDescriptions,
        "linearizedBaseContracts" => return Key::LinearizedBaseContracts,
        "baseFunctions" | "baseModifiers" => return Key::BaseFunctions,
        "externalReferences" => return Key::ExternalReferences,
        "exportedSymbols"
        | "argumentTypes"
        | "contractDependencies"
        | "usedErrors"
        | "usedEvents"
        | "overloadedDeclarations"
        | "nameLocations"
        | "internalFunctionIDs"
        | "symbolAliases"
        | "literals"
        | "assignments"
        | "commonType"
        | "nativeSrc"
        | "scope"
        | "evmVersion" => return Key::Ignored,
        "id" => Scalar::Id,
        "name" | "memberName" | "absolutePath" | "errorName" => Scalar::Name,
        "names" => Scalar::ArgumentNames,
        "referencedDeclaration" => Scalar::Referenced,
        "function" => Scalar::Function,
        "superFunction" => Scalar::SuperFunction,
        "isConstructor" => Scalar::IsConstructor,
        "hexValue" => Scalar::HexValue,
        "kind" => Scalar::SubKind,
        "contractKind" => Scalar::ContractKind,
        "visibility" => Scalar::Visibility,
        "stateMutability" => Scalar::StateMutability,
        "mutability" => Scalar::Mutability,
        "storageLocation" => Scalar::StorageLocation,
        "operator" => Scalar::Operator,
        "text" => Scalar::Text,
        "documentation" => Scalar::Documentation,
        "canonicalName" => Scalar::CanonicalName,
        "functionSelector" | "errorSelector" => Scalar::Selector,
        "operations" => Scalar::Assembly,
        "constant" => Scalar::Constant,
        "stateVariable" => Scalar::StateVariable,
        "indexed" => Scalar::Indexed,
        "anonymous" => Scalar::Anonymous,
        "abstract" => Scalar::Abstract,
        "fullyImplemented" => Scalar::FullyImplemented,
        "implemented" => Scalar::Implemented,
        "virtual" => Scalar::Virtual,
        "prefix" => Scalar::Prefix,
        _ => return Key::Field(Field::from_name(key)),
    };
    Key::Scalar(scalar)
}

fn set_scalar(node: &mut Node, scalar: Scalar, value: Value) {
    match (scalar, value) {
        (Scalar::Id, Value::Int(id)) => node.id = Some(AstId(id)),
        // The function that a user-defined operator calls.
        (Scalar::Referenced | Scalar::Function, Value::Int(id)) => node.referenced = Some(reference(id)),
        (Scalar::Function, Value::Node(child)) => node.children.push((Field::FunctionList, child)),
        // What later versions print as `baseFunctions`.
        (Scalar::SuperFunction, Value::Int(id)) => node.base_functions = vec![AstId(id)],
        (Scalar::IsConstructor, Value::Bool(true)) => node.sub_kind = Some("constructor".into()),
        // solc prints some names as nodes: the documentation of a declaration, the name of a modifier.
        (Scalar::Documentation, Value::Node(child)) => node.children.push((Field::Other, child)),
        (Scalar::Name, Value::Node(child)) => node.children.push((Field::Expression, child)),
        (Scalar::Name, Value::Text(text)) => node.name = Some(text),
        (Scalar::ArgumentNames, Value::Texts(texts)) => node.argument_names = texts,
        (Scalar::HexValue, Value::Text(text)) => node.hex_value = Some(text),
        (Scalar::SubKind, Value::Text(text)) => node.sub_kind = Some(text),
        (Scalar::ContractKind, Value::Text(text)) => node.contract_kind = Some(text),
        (Scalar::Visibility, Value::Text(text)) => node.visibility = Some(text),
        (Scalar::StateMutability, Value::Text(text)) => node.state_mutability = Some(text),
        (Scalar::Mutability, Value::Text(text)) => node.mutability = Some(text),
        (Scalar::StorageLocation, Value::Text(text)) => node.storage_location = Some(text),
        (Scalar::Operator, Value::Text(text)) => node.operator = Some(text),
        (Scalar::Text | Scalar::Documentation, Value::Text(text)) => node.documentation = Some(text),
        (Scalar::CanonicalName, Value::Text(text)) => node.canonical_name = Some(text),
        (Scalar::Selector, Value::Text(text)) => node.selector = Some(text),
        (Scalar::Assembly, Value::Text(text)) => node.value = Some(text),
        (Scalar::Constant, Value::Bool(flag)) => node.is_constant = flag,
        (Scalar::StateVariable, Value::Bool(flag)) => node.is_state_variable = flag,
        (Scalar::Indexed, Value::Bool(flag)) => node.is_indexed = flag,
        (Scalar::Anonymous, Value::Bool(flag)) => node.is_anonymous = flag,
        (Scalar::Abstract, Value::Bool(flag)) => node.is_abstract |= flag,
        (Scalar::FullyImplemented, Value::Bool(flag)) => node.is_abstract |= !flag,
        (Scalar::Implemented, Value::Bool(flag)) => node.is_implemented = flag,
        (Scalar::Virtual, Value::Bool(flag)) => node.is_virtual = flag,
        (Scalar::Prefix, Value::Bool(flag)) => node.is_prefix = flag,
        _ => {}
    }
}

/// A reference as solc means it: builds for the web print `-15` as `4294967281`, and no unit has that many nodes.
fn reference(id: i64) -> AstId {
    const WRAPPED: std::ops::Range<i64> = 0xffff_0000..0x1_0000_0000;
    AstId(if WRAPPED.contains(&id) { id - WRAPPED.end } else { id })
}

#[derive(serde::Deserialize)]
struct TypeDescriptions<'a> {
    #[serde(rename = "typeIdentifier", borrow)]
    type_identifier: Option<Text<'a>>,
    #[serde(rename = "typeString", borrow)]
    type_string: Option<Text<'a>>,
}

/// A list of identifiers; `null` is an empty one.
struct Ids(Vec<AstId>);

impl<'de> serde::Deserialize<'de> for Ids {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = Option::<Vec<i64>>::deserialize(deserializer)?;
        Ok(Ids(ids.unwrap_or_default().into_iter().map(AstId).collect()))
    }
}

#[derive(serde::Deserialize)]
struct RawExternalReference<'a> {
    declaration: i64,
    #[serde(borrow)]
    src: Option<Text<'a>>,
    #[serde(borrow)]
    suffix: Option<Text<'a>>,
    #[serde(rename = "isSlot")]
    is_slot: Option<bool>,
    #[serde(rename = "isOffset")]
    is_offset: Option<bool>,
}

/// solc before 0.7 prints `[{name: {declaration, …}}]`, later versions `[{declaration, …}]`.
fn external_references(builder: &mut Builder, raw: &RawValue) -> Result<Vec<ExternalReference>, serde_json::Error> {
    let mut references = Vec::new();
    for raw in Option::<Vec<&RawValue>>::deserialize(raw)?.unwrap_or_default() {
        if let Ok(reference) = RawExternalReference::deserialize(raw) {
            references.push(external_reference(builder, &reference));
        } else {
            let named: Entries<'_, RawExternalReference<'_>> = Entries::deserialize(raw)?;
            references.extend(named.0.iter().map(|(_, reference)| external_reference(builder, reference)));
        }
    }
    Ok(references)
}

fn external_reference(builder: &mut Builder, raw: &RawExternalReference<'_>) -> ExternalReference {
    let flags = [(raw.is_slot, "slot"), (raw.is_offset, "offset")];
    let flag = flags.into_iter().find_map(|(flag, suffix)| (flag == Some(true)).then_some(suffix));
    ExternalReference {
        declaration: AstId(raw.declaration),
        span: raw.src.as_deref().map(|src| parse_span(src, builder.source)),
        suffix: raw.suffix.as_deref().or(flag).map(|suffix| builder.intern(suffix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ast(json: &str) -> Ast {
        Ast::parse(&[(SourceId(0), json.into())])
    }

    #[test]
    fn children_stand_in_the_order_of_the_text() {
        let ast = ast(r#"{"nodeType":"SourceUnit","id":9,"src":"0:50:0","nodes":[
                {"nodeType":"ContractDefinition","id":8,"name":"A","src":"0:50:0","linearizedBaseContracts":[8],
                 "nodes":[{"nodeType":"VariableDeclaration","id":3,"name":"y","src":"20:5:0"},
                          {"nodeType":"VariableDeclaration","id":2,"name":"x","src":"10:5:0"}]}]}"#);
        let contract = ast.contract_in(SourceId(0), "A").expect("the contract");
        let names: Vec<_> = ast.children(contract, Field::Nodes).map(|node| ast[node].name.clone()).collect();
        assert_eq!(names, [Some("x".into()), Some("y".into())]);
        assert_eq!(ast.linearized_bases(contract), [contract]);
    }

    #[test]
    fn documentation_is_text_in_either_form() {
        for documentation in
            [r#""hello""#, r#"{"nodeType":"StructuredDocumentation","id":1,"src":"0:5:0","text":"hello"}"#]
        {
            let ast = ast(&format!(
                r#"{{"nodeType":"SourceUnit","src":"0:9:0","nodes":[
                    {{"nodeType":"StructDefinition","id":2,"src":"5:4:0","documentation":{documentation}}}]}}"#
            ));
            let node = ast.by_id(AstId(2)).expect("the struct");
            assert_eq!(ast[node].documentation.as_deref(), Some("hello"));
        }
    }

    #[test]
    fn external_references_of_old_and_new_compilers_read_alike() {
        for references in [
            r#"[{"x":{"declaration":7,"isOffset":false,"isSlot":true,"src":"3:1:0","valueSize":1}}]"#,
            r#"[{"declaration":7,"isOffset":false,"isSlot":true,"src":"3:1:0","suffix":"slot","valueSize":1}]"#,
        ] {
            let ast = ast(&format!(
                r#"{{"nodeType":"InlineAssembly","id":1,"src":"0:9:0","externalReferences":{references}}}"#
            ));
            let node = ast.by_id(AstId(1)).expect("the assembly");
            assert_eq!(ast[node].external_references[0].suffix.as_deref(), Some("slot"));
            assert_eq!(ast[node].external_references[0].declaration, AstId(7));
        }
    }

    #[test]
    fn expressions_and_assembly_mention_declarations_and_type_names_do_not() {
        let ast = ast(r#"{"nodeType":"SourceUnit","id":1,"src":"0:9:0","nodes":[
                {"nodeType":"Identifier","id":2,"src":"0:1:0","referencedDeclaration":10},
                {"nodeType":"MemberAccess","id":3,"src":"1:1:0","referencedDeclaration":11},
                {"nodeType":"InlineAssembly","id":4,"src":"2:1:0","externalReferences":[{"declaration":12,"src":"2:1:0"}]},
                {"nodeType":"UserDefinedTypeName","id":5,"src":"3:1:0","referencedDeclaration":13}]}"#);
        assert!([10, 11, 12].into_iter().all(|id| ast.is_mentioned(AstId(id))));
        assert!(!ast.is_mentioned(AstId(13)));
    }

    #[test]
    fn a_tree_that_is_too_deep_is_unreadable_and_not_a_crash() {
        let depth = 200_000;
        let mut json = r#"{"nodeType":"X","a":"#.repeat(depth);
        json.push_str("null");
        json.push_str(&"}".repeat(depth));
        let ast = ast(&json);
        assert!(ast.is_empty());
        assert_eq!(ast.unreadable.len(), 1);
    }

    #[test]
    fn what_is_no_tree_is_listed() {
        for document in ["", "[]", "{}", "7", "{\"nodeType\":"] {
            assert_eq!(ast(document).unreadable.len(), 1, "{document}");
        }
    }
}
