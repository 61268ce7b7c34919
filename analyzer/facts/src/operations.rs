//! Which dangerous operations a contract's callers can reach: `delegatecall`, `callcode`, `selfdestruct`.
//!
//! In Solidity and in inline assembly, through internal calls, the modifiers that are used, bases, libraries and free
//! functions. Every operation carries, for each entry that reaches it, the call path, whether the caller was tested on the
//! way, whether anything else was, and where the target comes from. Constructors are left out: what they do happens on the
//! implementation, once. Calls through function pointers and user-defined operators are not followed.

use std::collections::BTreeMap;

use uplint_artifact::{Ast, AstId, Field, NodeKind, NodeRef, Span};

use crate::assembly::{self, Values};
use crate::call_graph::CallGraph;
use crate::control_flow::{Analysis, Flow, Frame, Site, Walker};
use crate::dispatch::{Dispatch, display_signature};
use crate::provenance::{CallerCondition, Origin, Origins, Provenance};

/// Variables in sight whose origins are followed; the compiler allows some sixteen local ones.
const MAX_VARIABLES: usize = 1_000;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationKind {
    /// `delegatecall`: foreign code runs over the contract's state.
    DelegateCall,
    /// `callcode`: the same with another sender.
    CallCode,
    /// `selfdestruct`, `suicide` before solc 0.5.
    SelfDestruct,
}

impl OperationKind {
    /// The opcode's name.
    pub fn name(self) -> &'static str {
        match self {
            OperationKind::DelegateCall => "delegatecall",
            OperationKind::CallCode => "callcode",
            OperationKind::SelfDestruct => "selfdestruct",
        }
    }
}

/// A function on the way to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Name and parameter types as the source spells them.
    pub function: String,
    /// The function's own text.
    pub definition: Span,
    /// Where it is called from; `None` for the entry.
    pub call: Option<Span>,
}

/// One way to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The functions from the entry to the one that holds the operation.
    pub path: Vec<Step>,
    /// Selector of the entry, where the compiler gives it.
    pub selector: Option<[u8; 4]>,
    /// Whether only certain callers get there.
    pub caller: CallerCondition,
    /// Whether any condition stands on the way.
    pub is_conditional: bool,
    /// Where the target of the call comes from; for a self-destruction, who receives the ether.
    pub target: Origin,
}

/// One operation in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What is done.
    pub kind: OperationKind,
    /// Its text.
    pub span: Span,
    /// Whether it stands in inline assembly.
    pub is_assembly: bool,
    /// Name and parameter types of the function that holds it, and its number among the equal ones there, from 0.
    pub identity: (String, usize),
    /// One entry for each function by which it is reached, in the order of the source.
    pub occurrences: Vec<Occurrence>,
}

/// The operations that the entries of a contract reach, and whether all could be walked.
pub(crate) fn operations(dispatch: &Dispatch<'_>) -> (Vec<Operation>, bool) {
    let entries = dispatch.entries();
    let graph = CallGraph::from(dispatch, &entries);
    let holders: Vec<_> =
        graph.declarations().filter(|&declaration| holds_operation(dispatch.ast, declaration)).collect();
    if holders.is_empty() {
        return (Vec::new(), true);
    }
    let reaching = graph.reaching(&holders);
    let mut walker = Walker::new(dispatch, Search::default());
    for entry in entries.into_iter().filter(|entry| reaching.contains(entry)) {
        let inputs =
            dispatch.parameters(entry).into_iter().filter_map(|at| Some((dispatch.ast[at].id?, Origin::Input)));
        let state = PathState {
            caller: CallerCondition::None,
            is_in_branch: false,
            is_filtered: false,
            origins: inputs.collect(),
        };
        // Only what is met on the way counts; how the entry ends does not matter here.
        walker.walk(entry, state);
    }
    let is_complete = !walker.is_exhausted();
    (identified(walker.analysis.found), is_complete)
}

/// Numbers the operations of each function.
fn identified(found: BTreeMap<(Span, OperationKind), Operation>) -> Vec<Operation> {
    let mut seen: BTreeMap<(OperationKind, String), usize> = BTreeMap::new();
    let mut operations: Vec<_> = found.into_values().collect();
    for operation in &mut operations {
        let count = seen.entry((operation.kind, operation.identity.0.clone())).or_default();
        operation.identity.1 = *count;
        *count += 1;
    }
    operations
}

fn holds_operation(ast: &Ast, declaration: NodeRef) -> bool {
    ast.descendants(declaration).any(|node| match ast[node].kind {
        NodeKind::FunctionCall => solidity_operation(ast, node).is_some(),
        NodeKind::InlineAssembly => assembly::calls(ast, node).iter().any(|call| kind_of(call.opcode).is_some()),
        _ => false,
    })
}

fn kind_of(opcode: &str) -> Option<OperationKind> {
    match opcode {
        "delegatecall" => Some(OperationKind::DelegateCall),
        "callcode" => Some(OperationKind::CallCode),
        "selfdestruct" | "suicide" => Some(OperationKind::SelfDestruct),
        _ => None,
    }
}

/// The operation that a call expression is, with the expression of its target.
fn solidity_operation(ast: &Ast, call: NodeRef) -> Option<(OperationKind, Option<NodeRef>)> {
    let mut callee = ast.child(call, Field::Expression)?;
    let ty = ast[callee].type_identifier.as_deref()?;
    let kind = match ty {
        _ if ty.starts_with("t_function_baredelegatecall_") => OperationKind::DelegateCall,
        _ if ty.starts_with("t_function_barecallcode_") => OperationKind::CallCode,
        _ if ty.starts_with("t_function_selfdestruct_") => {
            return Some((OperationKind::SelfDestruct, ast.child(call, Field::Arguments)));
        }
        _ => return None,
    };
    // `target.delegatecall`, `target.delegatecall{gas: g}` and, before solc 0.7, `target.delegatecall.gas(g)`.
    while !matches!(ast[callee].name.as_deref(), Some("delegatecall" | "callcode")) {
        callee = ast.child(callee, Field::Expression)?;
    }
    Some((kind, ast.child(callee, Field::Expression)))
}

/// What is known on the way to a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PathState {
    caller: CallerCondition,
    /// Inside a branch.
    is_in_branch: bool,
    /// Behind a condition that stops control.
    is_filtered: bool,
    origins: Origins,
}

impl PathState {
    fn is_conditional(&self) -> bool {
        self.is_in_branch || self.is_filtered
    }
}

/// Gathers operations along the control flow. Forward; lattice: the weaker caller condition, any condition, joined
/// origins. A loop raises origins at most to the top, so it ends.
#[derive(Default)]
struct Search {
    found: BTreeMap<(Span, OperationKind), Operation>,
}

impl Search {
    fn record(
        &mut self,
        site: &Site<'_>,
        kind: OperationKind,
        span: Span,
        is_assembly: bool,
        target: Origin,
        state: &PathState,
    ) {
        let ast = site.dispatch.ast;
        let holder = site.path.last().map(|frame| display_signature(ast, frame.definition)).unwrap_or_default();
        let operation = self.found.entry((span, kind)).or_insert_with(|| Operation {
            kind,
            span,
            is_assembly,
            identity: (holder, 0),
            occurrences: Vec::new(),
        });
        let path: Vec<_> = site.path.iter().map(|frame| step(ast, frame)).collect();
        let entry = path.first().map(|first| first.definition);
        let selector = site.path.first().and_then(|frame| selector(ast, frame.definition));
        let (caller, is_conditional) = (state.caller, state.is_conditional());
        let met = Occurrence { path, selector, caller, is_conditional, target };
        // Entries are walked one after the other, so that the last occurrence is the only one that can be of this one.
        let is_of_entry = |known: &&mut Occurrence| known.path.first().map(|first| first.definition) == entry;
        let known = operation.occurrences.last_mut().filter(is_of_entry);
        match known {
            None => operation.occurrences.push(met),
            // The least guarded way from an entry is the one that counts.
            Some(known) if (met.caller, met.is_conditional) < (known.caller, known.is_conditional) => *known = met,
            Some(known) if (met.caller, met.is_conditional) == (known.caller, known.is_conditional) => {
                known.target = known.target.join(met.target);
            }
            Some(_) => {}
        }
    }

    fn assembly(&mut self, site: &Site<'_>, node: NodeRef, state: &mut PathState) -> Flow {
        let ast = site.dispatch.ast;
        let values = Values::of(ast, node, &state.origins);
        let condition = values.caller_condition();
        state.is_filtered |= condition != CallerCondition::None || assembly::may_stop(ast, node);
        state.caller = state.caller.max(condition);
        for call in assembly::calls(ast, node) {
            let Some(kind) = kind_of(call.opcode) else { continue };
            // `delegatecall(gas, target, …)`, `callcode(gas, target, …)`, `selfdestruct(recipient)`.
            let at = usize::from(kind != OperationKind::SelfDestruct);
            let argument = call.node.and_then(|call| assembly::argument(ast, call, at));
            let target = match (argument, &call.target) {
                (Some(target), _) => values.origin(target),
                (None, Some(name)) => named_origin(ast, name, &state.origins),
                (None, None) => Origin::Unknown,
            };
            self.record(site, kind, call.span, true, target, state);
        }
        for (declaration, origin) in values.results() {
            give(&mut state.origins, declaration, origin);
        }
        if assembly::ends(ast, node) { Flow::Stops } else { Flow::Continues }
    }
}

/// The origin of a variable that assembly text names. The text may give it another value first, so that a value from
/// call data counts as computed from it.
fn named_origin(ast: &Ast, name: &str, origins: &Origins) -> Origin {
    let mut named = origins
        .iter()
        .filter(|(id, _)| ast.by_id(**id).is_some_and(|variable| ast[variable].name.as_deref() == Some(name)));
    match named.next().map(|(_, origin)| *origin) {
        Some(Origin::Input | Origin::Caller | Origin::Derived) => Origin::Derived,
        _ => Origin::Unknown,
    }
}

fn step(ast: &Ast, frame: &Frame) -> Step {
    Step {
        function: display_signature(ast, frame.definition),
        definition: ast[frame.definition].span,
        call: frame.site.map(|site| ast[site].span),
    }
}

/// The selector that the compiler prints with a function.
pub(crate) fn selector(ast: &Ast, function: NodeRef) -> Option<[u8; 4]> {
    let mut bytes = [0; 4];
    alloy_primitives::hex::decode_to_slice(ast[function].selector.as_deref()?, &mut bytes).ok()?;
    Some(bytes)
}

impl Analysis for Search {
    type State = PathState;

    fn join(&self, into: &mut PathState, other: &PathState) {
        into.caller = into.caller.min(other.caller);
        into.is_in_branch |= other.is_in_branch;
        into.is_filtered |= other.is_filtered;
        for (&variable, &origin) in &other.origins {
            into.origins.entry(variable).and_modify(|known| *known = known.join(origin)).or_insert(origin);
        }
    }

    fn visit(&mut self, site: &Site<'_>, node: NodeRef, state: &mut PathState) -> Flow {
        let ast = site.dispatch.ast;
        match ast[node].kind {
            NodeKind::InlineAssembly => return self.assembly(site, node, state),
            NodeKind::Assignment => assign(site, node, state),
            NodeKind::FunctionCall => {
                if let Some((kind, target)) = solidity_operation(ast, node) {
                    let origin = target.map_or(Origin::Unknown, |target| {
                        Provenance::new(site.dispatch).origin(target, &state.origins)
                    });
                    self.record(site, kind, ast[node].span, false, origin, state);
                    if kind == OperationKind::SelfDestruct {
                        return Flow::Stops;
                    }
                }
            }
            _ => {}
        }
        Flow::Continues
    }

    fn assume(&mut self, site: &Site<'_>, condition: NodeRef, holds: bool, state: &mut PathState) -> Flow {
        let ast = site.dispatch.ast;
        if ast[condition].kind == NodeKind::Literal {
            let is_true = ast[condition].value.as_deref() == Some("true");
            return if is_true == holds { Flow::Continues } else { Flow::Stops };
        }
        let implied = Provenance::new(site.dispatch).caller_condition(condition, holds, &state.origins);
        state.caller = state.caller.max(implied);
        state.is_in_branch = true;
        Flow::Continues
    }

    fn leave_branch(&self, before: &PathState, goes_on: bool, state: &mut PathState) {
        state.is_in_branch = before.is_in_branch;
        state.is_filtered |= !goes_on;
    }

    fn declare(&mut self, site: &Site<'_>, variables: &[NodeRef], value: Option<NodeRef>, state: &mut PathState) {
        let ast = site.dispatch.ast;
        let origin = value.map_or(Origin::Fixed, |value| {
            let origin = Provenance::new(site.dispatch).origin(value, &state.origins);
            // The parts of a tuple are told apart only where the compiler decodes them from one value.
            let is_tuple = variables.len() > 1 && ast[value].kind == NodeKind::TupleExpression;
            if is_tuple { Origin::Unknown.join(origin) } else { origin }
        });
        for id in variables.iter().filter_map(|&variable| ast[variable].id) {
            give(&mut state.origins, id, origin);
        }
    }

    fn enter(
        &mut self,
        site: &Site<'_>,
        callee: NodeRef,
        arguments: &[Option<NodeRef>],
        state: &PathState,
    ) -> Option<PathState> {
        let bound = Provenance::new(site.dispatch).bind(callee, arguments, &state.origins);
        // A modifier runs in its own scope, yet what `_` stands for still sees the function's variables.
        let mut origins = if site.dispatch.ast[callee].kind == NodeKind::ModifierDefinition {
            state.origins.clone()
        } else {
            Origins::new()
        };
        origins.extend(bound);
        Some(PathState { origins, ..*state })
    }

    fn leave(&mut self, _: &Site<'_>, _: NodeRef, exit: &PathState, state: &mut PathState) {
        state.caller = exit.caller;
        state.is_filtered = exit.is_filtered;
    }
}

fn assign(site: &Site<'_>, node: NodeRef, state: &mut PathState) {
    let ast = site.dispatch.ast;
    let sides = ast.child(node, Field::LeftHandSide).zip(ast.child(node, Field::RightHandSide));
    let Some((left, right)) = sides.filter(|(left, _)| ast[*left].kind == NodeKind::Identifier) else { return };
    let Some(id) = ast[left].referenced else { return };
    let value = Provenance::new(site.dispatch).origin(right, &state.origins);
    let origin = match ast[node].operator.as_deref() {
        Some("=") => value,
        _ => state.origins.get(&id).map_or(Origin::Unknown, |known| known.join(value)),
    };
    give(&mut state.origins, id, origin);
}

/// Gives a variable an origin. States are copied at each branch, so that a hostile function does not grow them without
/// end: of the variables beyond the bound nothing is known.
fn give(origins: &mut Origins, variable: AstId, origin: Origin) {
    if origins.len() < MAX_VARIABLES || origins.contains_key(&variable) {
        origins.insert(variable, origin);
    }
}
