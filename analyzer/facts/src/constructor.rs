//! What deploying the implementation writes to storage that its proxies never see.
//!
//! Initial values of state variables, and writes of constructors with all they call, bases included. Left out, because
//! nothing is lost by them: zeros, constants and immutables, what the guard of an initializer reads, and locks, whose first
//! value is set again by their first use.

use std::collections::{BTreeSet, HashMap};

use uplint_artifact::{Ast, Field, NodeKind, NodeRef, Span};

use crate::control_flow::{Analysis, Flow, Frame, Site, Walker};
use crate::declaration::{StorageClass, storage_class};
use crate::dispatch::{Dispatch, display_signature, is_constructor};
use crate::initialization::{initializers, is_named, locking_functions, once_modifiers};
use crate::operations::Step;
use crate::provenance::is_zero;
use crate::storage_write::{StorageWrite, writes_at, writes_within};

/// One write to storage that only the implementation sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstructorEffect {
    /// The variable, `Struct.member` for a namespace.
    pub variable: String,
    /// The contract, library or struct that declares it.
    pub declared_in: Option<String>,
    /// The write, or the declaration with an initial value.
    pub span: Span,
    /// Whether it is the initial value of a declaration.
    pub is_initial_value: bool,
    /// The calls from the constructor to the write; empty for an initial value.
    pub path: Vec<Step>,
    /// Whether the write can be known to happen on every deployment.
    pub is_certain: bool,
}

/// The writes of a deployment, and whether all of it could be walked.
pub(crate) fn constructor_effects(dispatch: &Dispatch<'_>) -> (Vec<ConstructorEffect>, bool) {
    let ast = dispatch.ast;
    let ignored = ignored_variables(dispatch);
    let effects = initial_values(dispatch, &ignored);
    let known = effects.iter().enumerate().map(|(at, effect)| (effect.span, at)).collect();
    let mut walker = Walker::new(dispatch, Writes { ignored, found: effects, known });
    for &base in dispatch.bases.iter().rev() {
        for constructor in ast.children(base, Field::Nodes) {
            if ast[constructor].kind == NodeKind::FunctionDefinition && is_constructor(ast, constructor) {
                // How a constructor ends says nothing about what it writes.
                walker.walk(constructor, Conditional { is_in_branch: false, is_filtered: false });
            }
        }
    }
    let is_complete = !walker.is_exhausted();
    (walker.analysis.found, is_complete)
}

fn initial_values(dispatch: &Dispatch<'_>, ignored: &BTreeSet<String>) -> Vec<ConstructorEffect> {
    let ast = dispatch.ast;
    let variables = dispatch.bases.iter().rev().flat_map(|&base| ast.children(base, Field::Nodes));
    variables
        .filter(|&node| ast[node].kind == NodeKind::VariableDeclaration && ast[node].is_state_variable)
        .filter(|&node| storage_class(&ast[node]) == StorageClass::Storage)
        .filter_map(|node| {
            let value = ast.child(node, Field::Value)?;
            let variable = ast[node].name.as_deref()?.to_owned();
            let is_lost = !is_zero(ast, value) && !ignored.contains(&variable);
            is_lost.then(|| ConstructorEffect {
                variable,
                declared_in: ast[node].parent.and_then(|parent| ast[parent].name.as_deref()).map(str::to_owned),
                span: ast[node].span,
                is_initial_value: true,
                path: Vec::new(),
                is_certain: true,
            })
        })
        .collect()
}

/// Labels of once-flags and locks: variables whose first value makes no difference.
fn ignored_variables(dispatch: &Dispatch<'_>) -> BTreeSet<String> {
    let mut labels = once_flags(dispatch);
    labels.extend(initializer_guards(dispatch));
    labels.extend(dispatch.members(NodeKind::ModifierDefinition).flat_map(|modifier| locks(dispatch, modifier)));
    labels
}

/// Boolean variables that a function tests with `!` and then sets to `true`.
fn once_flags(dispatch: &Dispatch<'_>) -> BTreeSet<String> {
    let ast = dispatch.ast;
    let declarations =
        dispatch.members(NodeKind::FunctionDefinition).chain(dispatch.members(NodeKind::ModifierDefinition));
    let mut flags = BTreeSet::new();
    for declaration in declarations.filter(|&declaration| !is_constructor(ast, declaration)) {
        let tested: BTreeSet<_> = ast
            .descendants(declaration)
            .filter(|&node| ast[node].kind == NodeKind::UnaryOperation && ast[node].operator.as_deref() == Some("!"))
            .filter_map(|node| ast[ast.child(node, Field::SubExpression)?].name.clone())
            .collect();
        if tested.is_empty() {
            continue;
        }
        let set = writes_within(ast, declaration).into_iter().filter(|write| {
            tested.contains(&*write.label)
                && write.value.is_some_and(|value| ast[value].value.as_deref() == Some("true"))
        });
        flags.extend(set.map(|write| write.label));
    }
    flags
}

/// Variables that an initializer, or a modifier, compares with a constant and then writes: a constructor that writes one
/// closes the implementation against initialization, and behind a proxy it starts as the comparison expects.
fn initializer_guards(dispatch: &Dispatch<'_>) -> BTreeSet<String> {
    let ast = dispatch.ast;
    let initializers = initializers(dispatch, &|_| false).into_iter().map(|(function, _)| function);
    let declarations = initializers.chain(dispatch.members(NodeKind::ModifierDefinition));
    let mut guards = BTreeSet::new();
    for declaration in declarations {
        let compared: BTreeSet<_> = ast
            .descendants(declaration)
            .filter(|&node| ast[node].kind == NodeKind::BinaryOperation && is_comparison(ast, node))
            .filter_map(|node| {
                let sides = [ast.child(node, Field::LeftExpression)?, ast.child(node, Field::RightExpression)?];
                let is_constant = |side: NodeRef| ast[side].kind == NodeKind::Literal || is_zero(ast, side);
                let at = sides.iter().position(|&side| is_constant(side))?;
                ast[sides[1 - at]].name.clone()
            })
            .collect();
        if !compared.is_empty() {
            let written = writes_within(ast, declaration).into_iter().map(|write| write.label);
            guards.extend(written.filter(|label| compared.contains(label.as_str())));
        }
    }
    guards
}

fn is_comparison(ast: &Ast, operation: NodeRef) -> bool {
    matches!(ast[operation].operator.as_deref(), Some("==" | "!=" | "<" | "<=" | ">" | ">="))
}

/// Variables that a modifier writes both before and after what it wraps.
fn locks(dispatch: &Dispatch<'_>, modifier: NodeRef) -> BTreeSet<String> {
    let ast = dispatch.ast;
    let Some(body) = ast.child(modifier, Field::Body) else { return BTreeSet::new() };
    let statements: Vec<_> = ast.children(body, Field::Statements).collect();
    let Some(wrapped) = statements.iter().position(|&node| ast[node].kind == NodeKind::PlaceholderStatement) else {
        return BTreeSet::new();
    };
    let written = |part: &[NodeRef]| -> BTreeSet<String> {
        let called = part.iter().flat_map(|&node| dispatch.mentioned(node)).map(|(_, definition)| definition);
        let nodes: Vec<_> = part.iter().copied().chain(called).collect();
        nodes.into_iter().flat_map(|node| writes_within(ast, node)).map(|write| write.label).collect()
    };
    let (before, after) = statements.split_at(wrapped);
    written(before).intersection(&written(after)).cloned().collect()
}

/// Whether a condition stands on the way; two flags, each joined by "or".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Conditional {
    is_in_branch: bool,
    is_filtered: bool,
}

/// Gathers writes along the control flow of constructors. Forward; ends because flags are only ever set.
struct Writes {
    ignored: BTreeSet<String>,
    /// One effect for each place, by the first way to it.
    found: Vec<ConstructorEffect>,
    /// Where the effect of a place stands in `found`.
    known: HashMap<Span, usize>,
}

impl Writes {
    fn record(&mut self, site: &Site<'_>, write: StorageWrite, is_conditional: bool) {
        if let Some(known) = self.known.get(&write.span).and_then(|&at| self.found.get_mut(at)) {
            known.is_certain |= !is_conditional;
            return;
        }
        self.known.insert(write.span, self.found.len());
        let ast = site.dispatch.ast;
        let path = site.path.iter().map(|frame: &Frame| Step {
            function: display_signature(ast, frame.definition),
            definition: ast[frame.definition].span,
            call: frame.site.map(|call| ast[call].span),
        });
        let declared_in = write.declared_in.as_deref().map(str::to_owned);
        self.found.push(ConstructorEffect {
            variable: write.label,
            declared_in,
            span: write.span,
            is_initial_value: false,
            path: path.collect(),
            is_certain: !is_conditional,
        });
    }
}

impl Analysis for Writes {
    type State = Conditional;

    fn join(&self, into: &mut Conditional, other: &Conditional) {
        into.is_in_branch |= other.is_in_branch;
        into.is_filtered |= other.is_filtered;
    }

    fn visit(&mut self, site: &Site<'_>, node: NodeRef, state: &mut Conditional) -> Flow {
        let ast = site.dispatch.ast;
        // The modifiers that guard initializers write nothing but their flag.
        let guards = site.path.iter().any(|frame| is_named(ast, frame.definition, once_modifiers()));
        if !guards {
            for write in writes_at(ast, node) {
                if !write.is_zero && !self.ignored.contains(&write.label) {
                    // A constructor that stops deploys nothing, so only branches make a write uncertain.
                    self.record(site, write, state.is_in_branch);
                }
            }
        }
        Flow::Continues
    }

    fn assume(&mut self, _: &Site<'_>, _: NodeRef, _: bool, state: &mut Conditional) -> Flow {
        state.is_in_branch = true;
        Flow::Continues
    }

    fn leave_branch(&self, before: &Conditional, goes_on: bool, state: &mut Conditional) {
        state.is_in_branch = before.is_in_branch;
        state.is_filtered |= !goes_on;
    }

    fn declare(&mut self, _: &Site<'_>, _: &[NodeRef], _: Option<NodeRef>, _: &mut Conditional) {}

    fn enter(
        &mut self,
        site: &Site<'_>,
        callee: NodeRef,
        _: &[Option<NodeRef>],
        state: &Conditional,
    ) -> Option<Conditional> {
        (!is_named(site.dispatch.ast, callee, locking_functions())).then_some(*state)
    }

    fn leave(&mut self, _: &Site<'_>, _: NodeRef, exit: &Conditional, state: &mut Conditional) {
        *state = *exit;
    }
}
