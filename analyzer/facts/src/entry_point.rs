//! How a contract answers calls: where its functions are declared, what its `fallback` does, which functions answer only
//! certain callers and pass the others on, which never return.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use uplint_artifact::{Ast, Field, NodeKind, NodeRef, Span};
use uplint_layout::constant_word;

use crate::call_graph::CallGraph;
use crate::control_flow::{Analysis, Flow, Site, Walker};
use crate::declaration::name_span;
use crate::dispatch::Dispatch;
use crate::operations::selector;
use crate::provenance::{Origin, Origins, Provenance, is_zero};
use crate::upgradeability::UPGRADE_FUNCTIONS;

/// What becomes of a call that no function answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FallbackBehaviour {
    /// It reverts.
    #[default]
    Reverts,
    /// It succeeds and does nothing that depends on what was asked.
    Accepts,
    /// Code runs that may answer it.
    Serves,
}

/// How a contract answers calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPoints {
    /// The names of external functions and public variables, by selector.
    pub declared_at: BTreeMap<[u8; 4], Span>,
    /// The names of events, from the most derived contract to the most basic.
    pub events_at: Vec<(String, Span)>,
    /// What the `fallback` does.
    pub fallback: FallbackBehaviour,
    /// Functions that answer only certain callers and pass the others on, as a transparent proxy does.
    pub dispatched_by_caller: Vec<[u8; 4]>,
    /// Upgrade functions that revert on every path.
    pub reverting_upgrades: Vec<[u8; 4]>,
    /// What `proxiableUUID()` returns, where that is known before it runs.
    pub proxiable_uuid: Option<U256>,
}

/// How a contract answers calls, and whether all of its code could be walked.
pub(crate) fn entry_points(dispatch: &Dispatch<'_>) -> (EntryPoints, bool) {
    let ast = dispatch.ast;
    let entries = dispatch.entries();
    let mut declared_at: BTreeMap<_, _> =
        entries.iter().filter_map(|&entry| Some((selector(ast, entry)?, name_span(ast, entry)))).collect();
    let variables = dispatch.members(NodeKind::VariableDeclaration);
    declared_at.extend(variables.filter_map(|node| Some((selector(ast, node)?, name_span(ast, node)))));
    let events = dispatch.members(NodeKind::EventDefinition);
    let mut walker = Walker::new(dispatch, Returning);
    let entry_points = EntryPoints {
        declared_at,
        events_at: events
            .filter_map(|node| Some((ast[node].name.as_deref()?.to_owned(), name_span(ast, node))))
            .collect(),
        fallback: fallback(&mut walker, dispatch, &entries),
        dispatched_by_caller: entries
            .iter()
            .filter(|&&entry| is_dispatched_by_caller(dispatch, entry))
            .filter_map(|&entry| selector(ast, entry))
            .collect(),
        reverting_upgrades: reverting_upgrades(&mut walker, dispatch, &entries),
        proxiable_uuid: proxiable_uuid(dispatch, &entries),
    };
    (entry_points, !walker.is_exhausted())
}

fn fallback(walker: &mut Walker<'_, Returning>, dispatch: &Dispatch<'_>, entries: &[NodeRef]) -> FallbackBehaviour {
    let ast = dispatch.ast;
    let is_fallback = |&&entry: &&NodeRef| match ast[entry].sub_kind.as_deref() {
        Some(kind) => kind == "fallback",
        None => ast[entry].name.as_deref().is_none_or(str::is_empty),
    };
    let Some(&entry) = entries.iter().find(is_fallback) else { return FallbackBehaviour::Reverts };
    if mentions_answer(dispatch, entry) {
        FallbackBehaviour::Serves
    } else if walker.walk(entry, ()).is_none() {
        FallbackBehaviour::Reverts
    } else {
        FallbackBehaviour::Accepts
    }
}

/// Whether a fallback could answer: it calls, runs assembly, returns data or looks at what was asked.
fn mentions_answer(dispatch: &Dispatch<'_>, entry: NodeRef) -> bool {
    let ast = dispatch.ast;
    let answers = |declaration: NodeRef| {
        ast.descendants(declaration).any(|node| match ast[node].kind {
            NodeKind::InlineAssembly => true,
            NodeKind::Return => ast.child(node, Field::Expression).is_some(),
            NodeKind::MemberAccess => {
                let ty = ast[node].type_identifier.as_deref().unwrap_or_default();
                let of_message = ast
                    .child(node, Field::Expression)
                    .is_some_and(|base| ast[base].type_identifier.as_deref() == Some("t_magic_message"));
                (of_message && matches!(ast[node].name.as_deref(), Some("data" | "sig")))
                    || ["t_function_bare", "t_function_external"].iter().any(|call| ty.starts_with(call))
            }
            _ => false,
        })
    };
    CallGraph::from(dispatch, &[entry]).declarations().any(answers)
}

/// Whether a modifier runs the function for some callers and something else for the others.
fn is_dispatched_by_caller(dispatch: &Dispatch<'_>, entry: NodeRef) -> bool {
    let ast = dispatch.ast;
    ast.children(entry, Field::Modifiers).filter_map(|invocation| dispatch.modifier(invocation)).any(|modifier| {
        ast.descendants(modifier).filter(|&node| ast[node].kind == NodeKind::IfStatement).any(|branch| {
            let holds = |field, kind| {
                ast.child(branch, field).is_some_and(|body| ast.descendants(body).any(|node| ast[node].kind == kind))
            };
            let sides = [(Field::TrueBody, Field::FalseBody), (Field::FalseBody, Field::TrueBody)];
            sides.into_iter().any(|(one, other)| {
                holds(one, NodeKind::PlaceholderStatement)
                    && holds(other, NodeKind::FunctionCall)
                    && !holds(other, NodeKind::PlaceholderStatement)
            })
        })
    })
}

fn reverting_upgrades(
    walker: &mut Walker<'_, Returning>,
    dispatch: &Dispatch<'_>,
    entries: &[NodeRef],
) -> Vec<[u8; 4]> {
    let ast = dispatch.ast;
    let is_upgrade = |&entry: &NodeRef| {
        let name = ast[entry].name.as_deref().unwrap_or_default();
        UPGRADE_FUNCTIONS.iter().any(|signature| signature.split('(').next() == Some(name))
    };
    let candidates = entries.iter().copied().filter(is_upgrade);
    let reverting: Vec<_> = candidates.filter(|&entry| walker.walk(entry, ()).is_none()).collect();
    // A walk that was cut short has not shown that nothing returns.
    if walker.is_exhausted() {
        return Vec::new();
    }
    reverting.into_iter().filter_map(|entry| selector(ast, entry)).collect()
}

/// The one value that `proxiableUUID()` returns: a public constant's, or that of every `return` of the function.
fn proxiable_uuid(dispatch: &Dispatch<'_>, entries: &[NodeRef]) -> Option<U256> {
    let ast = dispatch.ast;
    let is_it = |node: &NodeRef| ast[*node].name.as_deref() == Some("proxiableUUID");
    let mut values: Vec<NodeRef> = if let Some(&function) = entries.iter().find(|entry| is_it(entry)) {
        let returns = ast.descendants(function).filter(|&node| ast[node].kind == NodeKind::Return);
        returns.map(|node| ast.child(node, Field::Expression)).collect::<Option<_>>()?
    } else {
        let constant = dispatch.members(NodeKind::VariableDeclaration).find(is_it)?;
        ast.child(constant, Field::Value).filter(|_| ast[constant].is_constant).into_iter().collect()
    };
    let word = |expression| constant_word(ast, &dispatch.bases, expression);
    let first = word(values.pop()?)?;
    values.into_iter().all(|value| word(value) == Some(first)).then_some(first)
}

/// Follows control only. Stops where a condition can never hold: a literal, or a caller that is the zero address.
struct Returning;

impl Analysis for Returning {
    type State = ();

    fn join(&self, (): &mut (), (): &()) {}

    fn visit(&mut self, _: &Site<'_>, _: NodeRef, (): &mut ()) -> Flow {
        Flow::Continues
    }

    fn assume(&mut self, site: &Site<'_>, condition: NodeRef, holds: bool, (): &mut ()) -> Flow {
        if is_impossible(site.dispatch, condition, holds) { Flow::Stops } else { Flow::Continues }
    }

    fn leave_branch(&self, (): &(), _: bool, (): &mut ()) {}

    fn declare(&mut self, _: &Site<'_>, _: &[NodeRef], _: Option<NodeRef>, (): &mut ()) {}

    fn enter(&mut self, _: &Site<'_>, _: NodeRef, _: &[Option<NodeRef>], (): &()) -> Option<()> {
        Some(())
    }

    fn leave(&mut self, _: &Site<'_>, _: NodeRef, (): &(), (): &mut ()) {}
}

/// Whether a condition can never have a value.
fn is_impossible(dispatch: &Dispatch<'_>, condition: NodeRef, holds: bool) -> bool {
    let ast: &Ast = dispatch.ast;
    match (ast[condition].kind, ast[condition].operator.as_deref()) {
        (NodeKind::Literal, _) => (ast[condition].value.as_deref() == Some("true")) != holds,
        (NodeKind::UnaryOperation, Some("!")) => {
            ast.child(condition, Field::SubExpression).is_some_and(|inner| is_impossible(dispatch, inner, !holds))
        }
        (NodeKind::BinaryOperation, Some(operator @ ("==" | "!="))) if (operator == "==") == holds => {
            let sides = [Field::LeftExpression, Field::RightExpression].map(|field| ast.child(condition, field));
            let [Some(left), Some(right)] = sides else { return false };
            let is_caller = |node| Provenance::new(dispatch).origin(node, &Origins::new()) == Origin::Caller;
            // No transaction has the zero address for a sender.
            (is_caller(left) && is_zero(ast, right)) || (is_zero(ast, left) && is_caller(right))
        }
        _ => false,
    }
}
