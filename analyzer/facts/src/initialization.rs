//! How a contract is initialized behind a proxy, and whether its parents are initialized with it.
//!
//! A function is an initializer by its modifier (`initializer`, `onlyInitializing`), by its name (`initialize`,
//! `initializer`) or by annotation; a reinitializer by its modifier. An initializer has an **effect** when it, or a
//! function it calls that is no initializer itself, writes a non-zero value to storage or calls another contract: the
//! chain functions that only call others have none. Each base with an effect must be initialized exactly once on every
//! path of an initializer, and before those that inherit from it.

use std::collections::{BTreeMap, BTreeSet};

use uplint_artifact::{Ast, Field, NodeKind, NodeRef, Span};

use crate::control_flow::{Analysis, Flow, Site, Walker};
use crate::declaration::name_span;
use crate::dispatch::{Dispatch, display_signature, is_constructor};
use crate::operations::selector;
use crate::storage_write::writes_within;

/// What makes a function an initializer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InitializerKind {
    /// The `initializer` modifier, the name or an annotation.
    Initializer,
    /// The `reinitializer` modifier with its version, where that is a number in the source.
    Reinitializer(Option<u64>),
    /// The `onlyInitializing` modifier: to be called by an initializer.
    OnlyInitializing,
}

/// A function that does a constructor's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initializer {
    /// Name and parameter types as the source spells them.
    pub signature: String,
    /// Selector, for those that a stranger can call.
    pub selector: Option<[u8; 4]>,
    /// What makes it one.
    pub kind: InitializerKind,
    /// The contract that declares it.
    pub declared_in: String,
    /// Whether it is public or external.
    pub is_public: bool,
    /// Its name in the source.
    pub span: Span,
}

/// What is wrong with the initialization of a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParentFault {
    /// No path initializes it.
    Missing,
    /// Some paths do not initialize it.
    MissingOnSomePath,
    /// It is initialized twice on every path.
    Duplicate,
    /// It is initialized twice on some path.
    DuplicateOnSomePath,
    /// It is initialized after one that inherits from it.
    WrongOrder,
}

/// A parent that is not initialized as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentInitialization {
    /// What is wrong.
    pub fault: ParentFault,
    /// The initializer that is at fault; `None` when there is none at all.
    pub initializer: Option<String>,
    /// The parent.
    pub parent: String,
    /// The parent's function that is missing, repeated or out of order.
    pub parent_initializer: String,
    /// Where: the initializer's name or, without one, the contract's.
    pub span: Span,
    /// The whole text of the initializer or, without one, of the contract.
    pub definition: Span,
    /// The parent's function.
    pub parent_span: Span,
}

/// Names of modifiers that let a function run once.
pub(crate) fn once_modifiers() -> &'static [&'static str] {
    &["initializer", "reinitializer", "onlyInitializing"]
}

/// Names of functions that close the implementation against initialization.
pub(crate) fn locking_functions() -> &'static [&'static str] {
    &["_disableInitializers", "_lockInitializers"]
}

/// Whether a declaration has one of these names.
pub(crate) fn is_named(ast: &Ast, declaration: NodeRef, names: &[&str]) -> bool {
    ast[declaration].name.as_deref().is_some_and(|name| names.contains(&name))
}

/// The initializers of a contract and its bases that nothing overrides, from the most derived contract to the most
/// basic. `annotated` says which functions are marked as initializers.
pub(crate) fn initializers(
    dispatch: &Dispatch<'_>,
    annotated: &dyn Fn(NodeRef) -> bool,
) -> Vec<(NodeRef, Initializer)> {
    let ast = dispatch.ast;
    dispatch
        .members(NodeKind::FunctionDefinition)
        .filter(|&function| dispatch.most_derived(function) == function)
        .filter_map(|function| Some((function, initializer(ast, function, annotated)?)))
        .collect()
}

fn initializer(ast: &Ast, function: NodeRef, annotated: &dyn Fn(NodeRef) -> bool) -> Option<Initializer> {
    let node = &ast[function];
    if !node.is_implemented || is_constructor(ast, function) || node.visibility.as_deref() == Some("private") {
        return None;
    }
    let kind = initializer_kind(ast, function, annotated)?;
    Some(Initializer {
        signature: display_signature(ast, function),
        selector: selector(ast, function),
        kind,
        declared_in: node.parent.and_then(|parent| ast[parent].name.as_deref()).unwrap_or_default().to_owned(),
        is_public: matches!(node.visibility.as_deref(), Some("public" | "external")),
        span: name_span(ast, function),
    })
}

fn initializer_kind(ast: &Ast, function: NodeRef, annotated: &dyn Fn(NodeRef) -> bool) -> Option<InitializerKind> {
    let mut kind = None;
    for invocation in ast.children(function, Field::Modifiers) {
        let Some(name) = ast.child(invocation, Field::ModifierName) else { continue };
        match ast[name].name.as_deref() {
            Some("initializer") => kind = Some(InitializerKind::Initializer),
            Some("onlyInitializing") => kind = Some(InitializerKind::OnlyInitializing),
            Some("reinitializer") => {
                let version = ast.child(invocation, Field::Arguments).and_then(|value| ast[value].value.as_deref());
                kind = Some(InitializerKind::Reinitializer(version.and_then(|version| version.parse().ok())));
            }
            _ => {}
        }
    }
    match kind {
        // The first version is what `initializer` sets.
        Some(InitializerKind::Reinitializer(Some(1))) => Some(InitializerKind::Initializer),
        Some(InitializerKind::Reinitializer(_)) if annotated(function) => Some(InitializerKind::Initializer),
        Some(kind) => Some(kind),
        None if annotated(function) || is_named(ast, function, &["initialize", "initializer"]) => {
            Some(InitializerKind::Initializer)
        }
        None => None,
    }
}

/// What is wrong with the initialization of a concrete contract's parents, and whether all of it could be walked.
pub(crate) fn parent_initializations(
    dispatch: &Dispatch<'_>,
    annotated: &dyn Fn(NodeRef) -> bool,
) -> (Vec<ParentInitialization>, bool) {
    let ast = dispatch.ast;
    let contract = dispatch.bases.first().copied();
    let all: Vec<_> = dispatch
        .members(NodeKind::FunctionDefinition)
        .filter_map(|function| Some((function, initializer(ast, function, annotated)?)))
        .collect();
    let initializers: BTreeSet<NodeRef> = all.iter().map(|(function, _)| *function).collect();
    let required: Vec<_> = all
        .iter()
        .filter(|(function, found)| {
            ast[*function].parent != contract
                && !matches!(found.kind, InitializerKind::Reinitializer(_))
                && has_effect(dispatch, *function, &initializers)
        })
        .map(|(function, _)| *function)
        .collect();
    let Some(contract) = contract.filter(|_| !required.is_empty()) else { return (Vec::new(), true) };
    let parents = Parents { dispatch, required: &required, all: &all };
    let Some(starts) = parents.starts(contract) else { return (Vec::new(), true) };
    if starts.is_empty() {
        return (parents.without_initializer(contract), true);
    }
    let mut walker = Walker::new(dispatch, Calls { initializers: required.iter().copied().collect() });
    let mut found = Vec::new();
    for start in starts {
        // An initializer that never ends normally initializes nothing that could be used.
        if let Some(exit) = walker.walk(start, Sequence::starting_with(start, &required)) {
            found.extend(parents.faults(start, &exit));
        }
    }
    (found, !walker.is_exhausted())
}

/// Whether a function changes something by itself, calls of other initializers apart.
fn has_effect(dispatch: &Dispatch<'_>, function: NodeRef, initializers: &BTreeSet<NodeRef>) -> bool {
    let ast = dispatch.ast;
    let mut seen = BTreeSet::from([function]);
    let mut open = vec![function];
    while let Some(at) = open.pop() {
        let acts = ast.child(at, Field::Body).is_some_and(|body| {
            writes_within(ast, body).iter().any(|write| !write.is_zero)
                || ast
                    .descendants(body)
                    .any(|node| ast[node].kind == NodeKind::FunctionCall && is_external_call(ast, node))
        });
        if acts {
            return true;
        }
        let called = ast.child(at, Field::Body).map(|body| dispatch.mentioned(body)).unwrap_or_default();
        for (_, next) in called {
            if !initializers.contains(&next) && seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}

fn is_external_call(ast: &Ast, call: NodeRef) -> bool {
    let callee = ast.child(call, Field::Expression);
    let ty = callee.and_then(|callee| ast[callee].type_identifier.as_deref()).unwrap_or_default();
    // Views and pure functions of other contracts change nothing.
    (ty.starts_with("t_function_external_") && !ty.contains("_view") && !ty.contains("_pure"))
        || ty.starts_with("t_function_barecall")
        || ty.starts_with("t_function_baredelegatecall")
}

/// What the judgement of one contract's parents needs.
struct Parents<'a> {
    dispatch: &'a Dispatch<'a>,
    /// Functions of bases with an effect, from the most derived contract to the most basic.
    required: &'a [NodeRef],
    all: &'a [(NodeRef, Initializer)],
}

impl Parents<'_> {
    /// The initializers to judge: the contract's own public ones, else inherited public ones. `None` when there is
    /// nothing to judge because the contract only has reinitializers, for a version that was initialized before.
    fn starts(&self, contract: NodeRef) -> Option<Vec<NodeRef>> {
        let ast = self.dispatch.ast;
        let is_start = |(function, found): &&(NodeRef, Initializer)| {
            found.is_public
                && found.kind == InitializerKind::Initializer
                && self.dispatch.most_derived(*function) == *function
        };
        let own = |(function, _): &&(NodeRef, Initializer)| ast[*function].parent == Some(contract);
        let of_contract: Vec<_> = self.all.iter().filter(is_start).filter(own).map(|(function, _)| *function).collect();
        if !of_contract.is_empty() {
            return Some(of_contract);
        }
        let reinitializes =
            self.all.iter().filter(own).any(|(_, found)| matches!(found.kind, InitializerKind::Reinitializer(_)));
        if reinitializes {
            return None;
        }
        let inherited: Vec<_> = self.all.iter().filter(is_start).map(|(function, _)| *function).collect();
        // Of several inherited initializers only one can run; the most derived is the one that is meant.
        Some(inherited.into_iter().take(1).collect())
    }

    fn without_initializer(&self, contract: NodeRef) -> Vec<ParentInitialization> {
        self.by_parent()
            .into_iter()
            .map(|(parent, functions)| self.fault(ParentFault::Missing, None, parent, functions[0], contract))
            .collect()
    }

    /// Required functions by the base that declares them, from the most basic to the most derived.
    fn by_parent(&self) -> Vec<(NodeRef, Vec<NodeRef>)> {
        let ast = self.dispatch.ast;
        let of = |base: NodeRef| -> Vec<_> {
            self.required.iter().copied().filter(|&function| ast[function].parent == Some(base)).collect()
        };
        self.dispatch.bases.iter().rev().map(|&base| (base, of(base))).filter(|(_, of)| !of.is_empty()).collect()
    }

    fn faults(&self, start: NodeRef, exit: &Sequence) -> Vec<ParentInitialization> {
        let mut found = Vec::new();
        for (parent, functions) in self.by_parent() {
            let count = |function: &NodeRef| exit.counts.get(function).copied().unwrap_or_default();
            let least = functions.iter().map(|function| count(function).least).max().unwrap_or(0);
            let most = functions.iter().map(|function| count(function).most).max().unwrap_or(0);
            let fault = match (least, most) {
                (0, 0) => Some(ParentFault::Missing),
                (0, _) => Some(ParentFault::MissingOnSomePath),
                (2.., _) => Some(ParentFault::Duplicate),
                (_, 2..) => Some(ParentFault::DuplicateOnSomePath),
                _ => None,
            };
            let function = functions.iter().copied().max_by_key(|function| count(function).most).unwrap_or(parent);
            found.extend(fault.map(|fault| self.fault(fault, Some(start), parent, function, start)));
        }
        found.extend(
            self.misplaced(exit)
                .map(|(parent, function)| self.fault(ParentFault::WrongOrder, Some(start), parent, function, start)),
        );
        found
    }

    /// The first parent that is initialized after one that inherits from it. Parents that do not know each other may be
    /// initialized in any order.
    fn misplaced(&self, exit: &Sequence) -> Option<(NodeRef, NodeRef)> {
        let ast = self.dispatch.ast;
        exit.order.iter().enumerate().find_map(|(at, &function)| {
            let parent = ast[function].parent?;
            let id = ast[parent].id?;
            let before = exit.order.get(..at)?.iter().filter_map(|&earlier| ast[earlier].parent);
            let mut derived =
                before.filter(|&earlier| earlier != parent && ast[earlier].linearized_bases.contains(&id));
            derived.next().map(|_| (parent, function))
        })
    }

    fn fault(
        &self,
        fault: ParentFault,
        start: Option<NodeRef>,
        parent: NodeRef,
        function: NodeRef,
        place: NodeRef,
    ) -> ParentInitialization {
        let ast = self.dispatch.ast;
        // Name the function that also calls the parent's own parents, which is the one that is meant to be called.
        let named = self
            .all
            .iter()
            .map(|(known, _)| *known)
            .filter(|&known| ast[known].parent == Some(parent))
            .find(|&known| fault == ParentFault::Missing && !ends_unchained(ast, known))
            .unwrap_or(function);
        ParentInitialization {
            fault,
            initializer: start.map(|start| display_signature(ast, start)),
            parent: ast[parent].name.as_deref().unwrap_or_default().to_owned(),
            parent_initializer: ast[named].name.as_deref().unwrap_or_default().to_owned(),
            span: name_span(ast, place),
            definition: ast[place].span,
            parent_span: name_span(ast, named),
        }
    }
}

fn ends_unchained(ast: &Ast, function: NodeRef) -> bool {
    ast[function].name.as_deref().is_some_and(|name| name.ends_with("_unchained"))
}

/// How often a function runs: at least and at most, counted up to two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    least: u8,
    most: u8,
}

/// Initializers that ran so far. Joined by the lesser `least`, the greater `most`, and the order of the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sequence {
    counts: BTreeMap<NodeRef, Count>,
    order: Vec<NodeRef>,
}

impl Sequence {
    /// The sequence at the beginning of an initializer, which itself counts when it is one of those that are required.
    fn starting_with(start: NodeRef, required: &[NodeRef]) -> Self {
        let mut sequence = Sequence::default();
        if required.contains(&start) {
            sequence.count(start);
        }
        sequence
    }

    fn count(&mut self, function: NodeRef) {
        let count = self.counts.entry(function).or_default();
        *count = Count { least: (count.least + 1).min(2), most: (count.most + 1).min(2) };
    }
}

/// Counts calls of initializers along the control flow. Forward; ends because counts stop at two.
struct Calls {
    initializers: BTreeSet<NodeRef>,
}

impl Analysis for Calls {
    type State = Sequence;

    fn join(&self, into: &mut Sequence, other: &Sequence) {
        for (function, count) in &mut into.counts {
            count.least = count.least.min(other.counts.get(function).map_or(0, |other| other.least));
        }
        for (&function, count) in &other.counts {
            let known = into.counts.entry(function).or_default();
            known.most = known.most.max(count.most);
        }
        let new: Vec<_> = other.order.iter().copied().filter(|function| !into.order.contains(function)).collect();
        into.order.extend(new);
    }

    fn visit(&mut self, _: &Site<'_>, _: NodeRef, _: &mut Sequence) -> Flow {
        Flow::Continues
    }

    fn assume(&mut self, site: &Site<'_>, condition: NodeRef, holds: bool, _: &mut Sequence) -> Flow {
        let literal = &site.dispatch.ast[condition];
        let is_impossible = literal.kind == NodeKind::Literal && (literal.value.as_deref() == Some("true")) != holds;
        if is_impossible { Flow::Stops } else { Flow::Continues }
    }

    fn leave_branch(&self, _: &Sequence, _: bool, _: &mut Sequence) {}

    fn declare(&mut self, _: &Site<'_>, _: &[NodeRef], _: Option<NodeRef>, _: &mut Sequence) {}

    fn enter(&mut self, _: &Site<'_>, callee: NodeRef, _: &[Option<NodeRef>], state: &Sequence) -> Option<Sequence> {
        let mut state = state.clone();
        if self.initializers.contains(&callee) {
            state.count(callee);
        }
        Some(state)
    }

    fn leave(&mut self, _: &Site<'_>, callee: NodeRef, exit: &Sequence, state: &mut Sequence) {
        state.clone_from(exit);
        // A parent is initialized when its function is done, after those that it calls itself.
        if self.initializers.contains(&callee) && !state.order.contains(&callee) {
            state.order.push(callee);
        }
    }
}
