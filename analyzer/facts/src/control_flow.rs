//! Walks a function along its control flow, through the calls that run in the contract's own context.
//!
//! Solidity has no `goto`, so the syntax tree is the control-flow graph. [`Walker`] drives an [`Analysis`]: forward,
//! path-insensitive, over the analysis's own join-semilattice. `return`, `revert`, `break` and `continue` leave where they
//! must; modifiers run around the body; both sides of `&&`, `||` and `?:` are kept apart; loop bodies are repeated until
//! nothing changes, at most [`MAX_ROUNDS`] times. Calls are followed with the state at the call and remembered by it, so
//! equal calls are walked once. A recursive call is taken for no effect.
//!
//! On the unknown it goes on: a call that cannot be resolved has no effect, and the analysis sees its expression. When the
//! budget of work is spent the rest is not walked, and [`Walker::is_exhausted`] says so.

use std::collections::HashMap;

use uplint_artifact::{Field, NodeKind, NodeRef};

use crate::dispatch::{Callee, Dispatch};

/// Nodes that one walker visits at most, those within inline assembly included; the largest entry points of real
/// contracts take a hundredth.
const BUDGET: usize = 2_000_000;

/// Most rounds through one loop body.
const MAX_ROUNDS: usize = 4;

/// Deepest nesting of calls that is followed.
const MAX_CALLS: usize = 64;

/// Deepest nesting of statements and expressions, over all calls.
const MAX_DEPTH: u32 = 20_000;

/// Whether control goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// It may.
    Continues,
    /// It never does.
    Stops,
}

/// One call on the way to what is being visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The function or modifier that runs.
    pub(crate) definition: NodeRef,
    /// Where it was called; `None` for the first.
    pub(crate) site: Option<NodeRef>,
}

/// What an analysis sees besides its state.
pub(crate) struct Site<'w> {
    /// The contract.
    pub(crate) dispatch: &'w Dispatch<'w>,
    /// The calls that lead here, the entry first.
    pub(crate) path: &'w [Frame],
}

/// What is to be known along the control flow.
pub(crate) trait Analysis {
    /// A value of the lattice.
    type State: Clone + PartialEq;

    /// Least upper bound, into the first.
    fn join(&self, into: &mut Self::State, other: &Self::State);

    /// An expression after its operands, or a whole block of inline assembly.
    fn visit(&mut self, site: &Site<'_>, node: NodeRef, state: &mut Self::State) -> Flow;

    /// What follows from a condition's value; stops where it can never have that value.
    fn assume(&mut self, site: &Site<'_>, condition: NodeRef, holds: bool, state: &mut Self::State) -> Flow;

    /// After a condition: `before` is the state in front of it, and `goes_on` says whether control goes on whatever the
    /// condition's value. What was assumed in one branch alone no longer holds behind it.
    fn leave_branch(&self, before: &Self::State, goes_on: bool, state: &mut Self::State);

    /// Local variables come to life, with the expression that gives their value.
    fn declare(&mut self, site: &Site<'_>, variables: &[NodeRef], value: Option<NodeRef>, state: &mut Self::State);

    /// The state in which a callee begins, or `None` when the call is not to be followed.
    fn enter(
        &mut self,
        site: &Site<'_>,
        callee: NodeRef,
        arguments: &[Option<NodeRef>],
        state: &Self::State,
    ) -> Option<Self::State>;

    /// Brings what a callee did back to its caller.
    fn leave(&mut self, site: &Site<'_>, callee: NodeRef, exit: &Self::State, state: &mut Self::State);
}

/// The states with which a statement is left; `None` where it is not left that way.
struct Exits<S> {
    next: Option<S>,
    returned: Option<S>,
    broken: Option<S>,
    continued: Option<S>,
}

impl<S> Exits<S> {
    fn next(state: Option<S>) -> Self {
        Exits { next: state, returned: None, broken: None, continued: None }
    }
}

/// What `_;` stands for while a modifier runs: the modifiers that are left, then the function's body.
#[derive(Clone, Copy)]
struct Inner<'c> {
    function: NodeRef,
    modifiers: &'c [NodeRef],
}

/// A state with which a function was entered, and the one with which it ended.
type Known<S> = (S, Option<S>);

/// Drives one analysis through one contract.
pub(crate) struct Walker<'a, A: Analysis> {
    dispatch: &'a Dispatch<'a>,
    /// The analysis, with what it has gathered.
    pub(crate) analysis: A,
    path: Vec<Frame>,
    known: HashMap<NodeRef, Vec<Known<A::State>>>,
    budget: usize,
    depth: u32,
    is_exhausted: bool,
}

impl<'a, A: Analysis> Walker<'a, A> {
    /// A walker at rest.
    pub(crate) fn new(dispatch: &'a Dispatch<'a>, analysis: A) -> Self {
        let (path, known) = (Vec::new(), HashMap::new());
        Walker { dispatch, analysis, path, known, budget: BUDGET, depth: 0, is_exhausted: false }
    }

    /// Whether the budget was spent or nesting was too deep, so that something was not walked.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Walks a function with its modifiers from the beginning. Returns the state at its end, or `None` when it never
    /// ends normally.
    pub(crate) fn walk(&mut self, entry: NodeRef, state: A::State) -> Option<A::State> {
        self.path.clear();
        self.known.clear();
        self.function(entry, None, state)
    }

    fn function(&mut self, function: NodeRef, site: Option<NodeRef>, state: A::State) -> Option<A::State> {
        let known = self.known.get(&function).map(Vec::as_slice).unwrap_or_default();
        if let Some((_, exit)) = known.iter().find(|(from, _)| *from == state) {
            return exit.clone();
        }
        // A function that is called in ever other states is searched for in a list that grows.
        let searched = known.len();
        if !self.work(searched) {
            return Some(state);
        }
        self.path.push(Frame { definition: function, site });
        let modifiers: Vec<_> = self.dispatch.ast.children(function, Field::Modifiers).collect();
        let exit = self.around(Inner { function, modifiers: &modifiers }, state.clone());
        self.path.pop();
        self.known.entry(function).or_default().push((state, exit.clone()));
        exit
    }

    /// Runs the next modifier around the rest, or the body when none is left.
    fn around(&mut self, inner: Inner<'_>, mut state: A::State) -> Option<A::State> {
        let ast = self.dispatch.ast;
        let Some((&invocation, rest)) = inner.modifiers.split_first() else {
            let Some(body) = ast.child(inner.function, Field::Body) else { return Some(state) };
            let exits = self.statement(body, state, None);
            return self.joined(exits.next, exits.returned);
        };
        let rest = Inner { modifiers: rest, ..inner };
        let arguments: Vec<_> = ast.children(invocation, Field::Arguments).collect();
        for &argument in &arguments {
            if self.expression(argument, &mut state) == Flow::Stops {
                return None;
            }
        }
        let Some(modifier) = self.dispatch.modifier(invocation) else { return self.around(rest, state) };
        let Some(body) = ast.child(modifier, Field::Body) else { return self.around(rest, state) };
        let arguments: Vec<_> = arguments.into_iter().map(Some).collect();
        let entered = self.with_site(|analysis, site| analysis.enter(site, modifier, &arguments, &state));
        let Some(entered) = entered else { return self.around(rest, state) };
        self.path.push(Frame { definition: modifier, site: Some(invocation) });
        let exits = self.statement(body, entered, Some(rest));
        self.path.pop();
        self.joined(exits.next, exits.returned)
    }

    fn with_site<T>(&mut self, run: impl FnOnce(&mut A, &Site<'_>) -> T) -> T {
        run(&mut self.analysis, &Site { dispatch: self.dispatch, path: &self.path })
    }

    fn joined(&self, one: Option<A::State>, other: Option<A::State>) -> Option<A::State> {
        match (one, other) {
            (Some(mut one), Some(other)) => {
                self.analysis.join(&mut one, &other);
                Some(one)
            }
            (one, other) => one.or(other),
        }
    }

    fn join_exits(&self, one: Exits<A::State>, other: Exits<A::State>) -> Exits<A::State> {
        Exits {
            next: self.joined(one.next, other.next),
            returned: self.joined(one.returned, other.returned),
            broken: self.joined(one.broken, other.broken),
            continued: self.joined(one.continued, other.continued),
        }
    }

    /// Takes units of work; false when none is left.
    fn work(&mut self, units: usize) -> bool {
        self.budget = self.budget.saturating_sub(units);
        if self.budget == 0 || self.depth >= MAX_DEPTH {
            self.is_exhausted = true;
        }
        !self.is_exhausted
    }

    fn statement(&mut self, node: NodeRef, state: A::State, inner: Option<Inner<'_>>) -> Exits<A::State> {
        if !self.work(1) {
            return Exits::next(Some(state));
        }
        self.depth += 1;
        let exits = stacker::maybe_grow(RED_ZONE_BYTES, STACK_BYTES, || self.statement_here(node, state, inner));
        self.depth -= 1;
        exits
    }

    fn statement_here(&mut self, node: NodeRef, mut state: A::State, inner: Option<Inner<'_>>) -> Exits<A::State> {
        let ast = self.dispatch.ast;
        match ast[node].kind {
            NodeKind::Block | NodeKind::UncheckedBlock => self.block(node, state, inner),
            NodeKind::PlaceholderStatement => match inner {
                // A `return` in the function goes on behind the `_` of its modifier.
                Some(rest) => {
                    // While the function's body runs, the modifier around it is no call on the way.
                    let frame = self.path.pop();
                    let exit = self.around(rest, state);
                    self.path.extend(frame);
                    Exits::next(exit)
                }
                None => Exits::next(Some(state)),
            },
            NodeKind::IfStatement => self.branch(node, state, inner),
            NodeKind::WhileStatement | NodeKind::DoWhileStatement | NodeKind::ForStatement => {
                self.repeat(node, state, inner)
            }
            NodeKind::TryStatement => {
                let called = ast.child(node, Field::ExternalCall);
                if called.is_some_and(|call| self.expression(call, &mut state) == Flow::Stops) {
                    return Exits::next(None);
                }
                self.clauses(node, &state, inner)
            }
            NodeKind::Return => {
                let value = ast.child(node, Field::Expression);
                if value.is_some_and(|value| self.expression(value, &mut state) == Flow::Stops) {
                    return Exits::next(None);
                }
                Exits { returned: Some(state), ..Exits::next(None) }
            }
            NodeKind::Break => Exits { broken: Some(state), ..Exits::next(None) },
            NodeKind::Continue => Exits { continued: Some(state), ..Exits::next(None) },
            NodeKind::RevertStatement | NodeKind::Throw => Exits::next(None),
            NodeKind::VariableDeclarationStatement => {
                let value = ast.child(node, Field::InitialValue);
                if value.is_some_and(|value| self.expression(value, &mut state) == Flow::Stops) {
                    return Exits::next(None);
                }
                let variables: Vec<_> = ast.children(node, Field::Declarations).collect();
                self.with_site(|analysis, site| analysis.declare(site, &variables, value, &mut state));
                Exits::next(Some(state))
            }
            NodeKind::InlineAssembly => {
                // An analysis looks at a block as a whole.
                if !self.work(ast.descendants(node).count()) {
                    return Exits::next(Some(state));
                }
                let flow = self.with_site(|analysis, site| analysis.visit(site, node, &mut state));
                Exits::next((flow == Flow::Continues).then_some(state))
            }
            _ => {
                let stops = ast.all_children(node).any(|child| self.expression(child, &mut state) == Flow::Stops);
                Exits::next((!stops).then_some(state))
            }
        }
    }

    fn block(&mut self, node: NodeRef, state: A::State, inner: Option<Inner<'_>>) -> Exits<A::State> {
        let mut exits = Exits::next(Some(state));
        for statement in self.dispatch.ast.children(node, Field::Statements) {
            // What stands behind a `return` or `revert` never runs.
            let Some(state) = exits.next.take() else { break };
            let more = self.statement(statement, state, inner);
            exits = self.join_exits(exits, more);
        }
        exits
    }

    /// What follows a call in `try`: one of the clauses, and which is not the caller's to say.
    fn clauses(&mut self, node: NodeRef, state: &A::State, inner: Option<Inner<'_>>) -> Exits<A::State> {
        let ast = self.dispatch.ast;
        let bodies: Vec<_> =
            ast.children(node, Field::Clauses).filter_map(|clause| ast.child(clause, Field::Block)).collect();
        let mut exits = Exits::next(None);
        for body in bodies {
            let mut taken = state.clone();
            self.analysis.leave_branch(state, false, &mut taken);
            let more = self.statement(body, taken, inner);
            exits = self.join_exits(exits, more);
        }
        exits
    }

    fn branch(&mut self, node: NodeRef, mut state: A::State, inner: Option<Inner<'_>>) -> Exits<A::State> {
        let ast = self.dispatch.ast;
        let Some(condition) = ast.child(node, Field::Condition) else { return Exits::next(Some(state)) };
        if self.expression(condition, &mut state) == Flow::Stops {
            return Exits::next(None);
        }
        let mut exits = Exits::next(None);
        let mut goes_on = true;
        for (field, holds) in [(Field::TrueBody, true), (Field::FalseBody, false)] {
            let mut taken = state.clone();
            if self.assume(condition, holds, &mut taken) == Flow::Stops {
                continue;
            }
            let more = match ast.child(node, field) {
                Some(body) => self.statement(body, taken, inner),
                None => Exits::next(Some(taken)),
            };
            goes_on &= more.next.is_some();
            exits = self.join_exits(exits, more);
        }
        if let Some(next) = &mut exits.next {
            self.analysis.leave_branch(&state, goes_on, next);
        }
        exits
    }

    fn assume(&mut self, condition: NodeRef, holds: bool, state: &mut A::State) -> Flow {
        self.with_site(|analysis, site| analysis.assume(site, condition, holds, state))
    }

    /// A loop: its body runs until the state at its head no longer changes.
    fn repeat(&mut self, node: NodeRef, state: A::State, inner: Option<Inner<'_>>) -> Exits<A::State> {
        let ast = self.dispatch.ast;
        let mut head = state;
        if let Some(start) = ast.child(node, Field::InitializationExpression) {
            match self.statement(start, head, inner).next {
                Some(next) => head = next,
                None => return Exits::next(None),
            }
        }
        let (condition, body) = (ast.child(node, Field::Condition), ast.child(node, Field::Body));
        let (Some(body), mut left) = (body, Exits::next(None)) else { return Exits::next(Some(head)) };
        let before = head.clone();
        let runs_first = ast[node].kind == NodeKind::DoWhileStatement;
        for _ in 0..MAX_ROUNDS {
            let mut state = head.clone();
            if let Some(condition) = condition.filter(|_| !runs_first) {
                if self.expression(condition, &mut state) == Flow::Stops {
                    break;
                }
                let mut done = state.clone();
                if self.assume(condition, false, &mut done) == Flow::Continues {
                    left.next = self.joined(left.next.take(), Some(done));
                }
                if self.assume(condition, true, &mut state) == Flow::Stops {
                    break;
                }
            }
            let exits = self.statement(body, state, inner);
            left.next = self.joined(left.next.take(), exits.broken);
            left.returned = self.joined(left.returned.take(), exits.returned);
            let Some(mut again) = self.joined(exits.next, exits.continued) else { break };
            if let Some(step) = ast.child(node, Field::LoopExpression) {
                match self.statement(step, again, inner).next {
                    Some(next) => again = next,
                    None => break,
                }
            }
            if let Some(condition) = condition.filter(|_| runs_first) {
                if self.expression(condition, &mut again) == Flow::Stops {
                    break;
                }
                left.next = self.joined(left.next.take(), Some(again.clone()));
            }
            self.analysis.join(&mut again, &head);
            if again == head {
                break;
            }
            head = again;
        }
        let goes_on = left.returned.is_none();
        if let Some(next) = &mut left.next {
            self.analysis.leave_branch(&before, goes_on, next);
        }
        left
    }

    fn expression(&mut self, node: NodeRef, state: &mut A::State) -> Flow {
        if !self.work(1) {
            return Flow::Continues;
        }
        self.depth += 1;
        let flow = stacker::maybe_grow(RED_ZONE_BYTES, STACK_BYTES, || self.expression_here(node, state));
        self.depth -= 1;
        flow
    }

    fn expression_here(&mut self, node: NodeRef, state: &mut A::State) -> Flow {
        let ast = self.dispatch.ast;
        let kind = ast[node].kind;
        match (kind, ast[node].operator.as_deref()) {
            (NodeKind::BinaryOperation, Some(operator @ ("&&" | "||"))) => {
                let sides = ast.child(node, Field::LeftExpression).zip(ast.child(node, Field::RightExpression));
                let Some((left, right)) = sides else { return Flow::Continues };
                return self.short_circuit(left, right, operator == "&&", state);
            }
            _ if kind == NodeKind::Conditional => return self.conditional(node, state),
            _ => {}
        }
        for child in ast.all_children(node) {
            if self.expression(child, state) == Flow::Stops {
                return Flow::Stops;
            }
        }
        if self.with_site(|analysis, site| analysis.visit(site, node, state)) == Flow::Stops {
            return Flow::Stops;
        }
        if kind == NodeKind::FunctionCall { self.call(node, state) } else { Flow::Continues }
    }

    fn short_circuit(&mut self, left: NodeRef, right: NodeRef, goes_on_if: bool, state: &mut A::State) -> Flow {
        if self.expression(left, state) == Flow::Stops {
            return Flow::Stops;
        }
        let before = state.clone();
        let mut decided = state.clone();
        let is_decided = self.assume(left, !goes_on_if, &mut decided) == Flow::Continues;
        let goes_on =
            self.assume(left, goes_on_if, state) == Flow::Continues && self.expression(right, state) == Flow::Continues;
        match (goes_on, is_decided) {
            (true, true) => self.analysis.join(state, &decided),
            (false, true) => *state = decided,
            (true, false) => {}
            (false, false) => return Flow::Stops,
        }
        self.analysis.leave_branch(&before, goes_on && is_decided, state);
        Flow::Continues
    }

    fn conditional(&mut self, node: NodeRef, state: &mut A::State) -> Flow {
        let ast = self.dispatch.ast;
        let Some(condition) = ast.child(node, Field::Condition) else { return Flow::Continues };
        if self.expression(condition, state) == Flow::Stops {
            return Flow::Stops;
        }
        let (mut exit, mut goes_on) = (None, true);
        for (field, holds) in [(Field::TrueExpression, true), (Field::FalseExpression, false)] {
            let mut taken = state.clone();
            let Some(value) = ast.child(node, field) else { continue };
            if self.assume(condition, holds, &mut taken) == Flow::Continues
                && self.expression(value, &mut taken) == Flow::Continues
            {
                exit = self.joined(exit, Some(taken));
            } else {
                goes_on = false;
            }
        }
        match exit {
            Some(mut exit) => {
                self.analysis.leave_branch(state, goes_on, &mut exit);
                *state = exit;
                Flow::Continues
            }
            None => Flow::Stops,
        }
    }

    fn call(&mut self, node: NodeRef, state: &mut A::State) -> Flow {
        let ast = self.dispatch.ast;
        let arguments: Vec<_> = ast.children(node, Field::Arguments).collect();
        match builtin(self.dispatch, node) {
            Some(Builtin::Revert) => return Flow::Stops,
            Some(Builtin::Require) => {
                let Some(&condition) = arguments.first() else { return Flow::Continues };
                let before = state.clone();
                let flow = self.assume(condition, true, state);
                self.analysis.leave_branch(&before, false, state);
                return flow;
            }
            None => {}
        }
        let Some(Callee { definition, bound }) = self.dispatch.callee(node) else { return Flow::Continues };
        let is_running = self.path.iter().any(|frame| frame.definition == definition);
        if is_running || self.path.len() >= MAX_CALLS {
            self.is_exhausted |= !is_running;
            return Flow::Continues;
        }
        let arguments: Vec<_> =
            bound.into_iter().chain(in_order(self.dispatch, definition, node, arguments)).map(Some).collect();
        let entered = self.with_site(|analysis, site| analysis.enter(site, definition, &arguments, state));
        let Some(entered) = entered else { return Flow::Continues };
        let Some(exit) = self.function(definition, Some(node), entered) else { return Flow::Stops };
        self.with_site(|analysis, site| analysis.leave(site, definition, &exit, state));
        Flow::Continues
    }
}

/// Stack that must be free before going deeper.
const RED_ZONE_BYTES: usize = 64 * 1024;

/// Stack that is added when it is not.
const STACK_BYTES: usize = 1024 * 1024;

enum Builtin {
    Require,
    Revert,
}

fn builtin(dispatch: &Dispatch<'_>, call: NodeRef) -> Option<Builtin> {
    let callee = dispatch.ast.child(call, Field::Expression)?;
    let ty = dispatch.ast[callee].type_identifier.as_deref()?;
    match dispatch.ast[callee].name.as_deref()? {
        "require" if ty.starts_with("t_function_require") => Some(Builtin::Require),
        "assert" if ty.starts_with("t_function_assert") => Some(Builtin::Require),
        "revert" if ty.starts_with("t_function_revert") => Some(Builtin::Revert),
        _ => None,
    }
}

/// Arguments in the order of the parameters; `f({b: 1, a: 2})` names them.
fn in_order(dispatch: &Dispatch<'_>, definition: NodeRef, call: NodeRef, arguments: Vec<NodeRef>) -> Vec<NodeRef> {
    let names = &dispatch.ast[call].argument_names;
    if names.is_empty() {
        return arguments;
    }
    let parameters = dispatch.parameters(definition);
    let of = |parameter: &NodeRef| {
        let name = dispatch.ast[*parameter].name.as_deref();
        names.iter().position(|given| Some(&**given) == name).and_then(|at| arguments.get(at)).copied()
    };
    let ordered: Vec<_> = parameters.iter().filter_map(of).collect();
    if ordered.len() == arguments.len() { ordered } else { arguments }
}
