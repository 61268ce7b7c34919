//! What are the internal functions of a code called in its source?
//!
//! The source map says of the first instruction of a function that it comes from the text of the whole declaration: the
//! function's, or for a getter the variable's. What the compiler made up has no declaration and no name.

use std::collections::BTreeMap;

use uplint_artifact::{Artifact, Ast, NodeKind, NodeRef, Span};
use uplint_bytecode::Pc;

/// Names of the functions that begin at some places, where the source has them: `Contract.function`, or `function` for
/// one of the contract itself or of no contract.
pub(crate) fn named_functions(
    artifact: &Artifact,
    spans: &BTreeMap<Pc, Span>,
    entries: impl Iterator<Item = Pc>,
) -> BTreeMap<Pc, String> {
    let mut wanted: BTreeMap<(u32, u32, u32), Vec<Pc>> = BTreeMap::new();
    for entry in entries {
        if let Some(span) = spans.get(&entry) {
            wanted.entry(key(*span)).or_default().push(entry);
        }
    }
    let mut named = BTreeMap::new();
    let Some(ast) = artifact.ast().filter(|_| !wanted.is_empty()) else { return named };
    let declares = |node: &NodeRef| {
        let node = &ast[*node];
        node.kind == NodeKind::FunctionDefinition
            || node.kind == NodeKind::VariableDeclaration && node.is_state_variable
    };
    for node in ast.nodes().filter(declares) {
        let Some(places) = wanted.get(&key(ast[node].span)) else { continue };
        if let Some(name) = name(artifact, ast, node) {
            named.extend(places.iter().map(|&place| (place, name.clone())));
        }
    }
    named
}

fn key(span: Span) -> (u32, u32, u32) {
    (span.source.0, span.start, span.len)
}

fn name(artifact: &Artifact, ast: &Ast, node: NodeRef) -> Option<String> {
    let own = ast[node].name.as_deref().filter(|name| !name.is_empty()).or(ast[node].sub_kind.as_deref())?;
    let contract = ast.enclosing(node, NodeKind::ContractDefinition).and_then(|contract| ast[contract].name.as_deref());
    Some(match contract {
        Some(contract) if contract != &*artifact.contract.name => format!("{contract}.{own}"),
        _ => own.to_owned(),
    })
}
