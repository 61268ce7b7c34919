//! Where a value comes from, and whether a condition singles out the caller.
//!
//! [`Origin`] is a flat lattice under two tops: a value mixed from input and something else is [`Origin::Derived`], one
//! of which nothing is known is [`Origin::Unknown`]. Storage is not followed. Functions that do nothing but return an
//! expression (`_msgSender()`, `owner()`) are looked through.

use std::collections::BTreeMap;

use uplint_artifact::{AstId, Field, NodeKind, NodeRef};

use crate::dispatch::Dispatch;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A constant, an immutable, the contract itself, or something made on the spot.
    Fixed,
    /// A state variable.
    Storage,
    /// The caller, or the sender of the transaction.
    Caller,
    /// Call data as the caller chose it.
    Input,
    /// Computed with call data.
    Derived,
    /// Anything.
    Unknown,
}

impl Origin {
    /// The least origin that covers both.
    #[must_use]
    pub fn join(self, other: Origin) -> Origin {
        let depends = |origin| matches!(origin, Origin::Caller | Origin::Input | Origin::Derived);
        match (self, other) {
            (one, other) if one == other => one,
            (one, other) if depends(one) || depends(other) => Origin::Derived,
            _ => Origin::Unknown,
        }
    }
}

/// Whether control goes on only for certain callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerCondition {
    /// No condition mentions the caller.
    #[default]
    None,
    /// Conditions mention the caller in a way that is not understood.
    Unclear,
    /// The caller is compared with something that he does not choose.
    Established,
}

/// Origins of the parameters and local variables in sight.
pub(crate) type Origins = BTreeMap<AstId, Origin>;

/// Deepest chain of one-expression functions that is looked through.
const MAX_LOOK_THROUGH: usize = 8;

/// Most nodes that are looked at for one question.
const MAX_NODES: u32 = 4_000;

/// Answers questions about expressions in one contract.
pub(crate) struct Provenance<'a> {
    dispatch: &'a Dispatch<'a>,
    depth: usize,
    nodes: u32,
}

impl<'a> Provenance<'a> {
    /// Questions about one contract.
    pub(crate) fn new(dispatch: &'a Dispatch<'a>) -> Self {
        Provenance { dispatch, depth: 0, nodes: 0 }
    }

    /// Where the value of an expression comes from.
    pub(crate) fn origin(&mut self, node: NodeRef, origins: &Origins) -> Origin {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Origin::Unknown;
        }
        let ast = self.dispatch.ast;
        let of = |field| ast.child(node, field);
        match ast[node].kind {
            NodeKind::Literal | NodeKind::ElementaryTypeNameExpression | NodeKind::NewExpression => Origin::Fixed,
            NodeKind::Identifier => self.identifier(node, origins),
            NodeKind::MemberAccess => self.member(node, origins),
            NodeKind::IndexAccess | NodeKind::IndexRangeAccess => {
                of(Field::BaseExpression).map_or(Origin::Unknown, |base| self.origin(base, origins))
            }
            NodeKind::TupleExpression => self.all(ast.children(node, Field::Components).collect(), origins),
            NodeKind::UnaryOperation => {
                of(Field::SubExpression).map_or(Origin::Unknown, |operand| self.origin(operand, origins))
            }
            NodeKind::Conditional => {
                self.all([Field::TrueExpression, Field::FalseExpression].into_iter().filter_map(of).collect(), origins)
            }
            NodeKind::BinaryOperation => {
                let sides: Vec<_> =
                    [Field::LeftExpression, Field::RightExpression].into_iter().filter_map(of).collect();
                match self.all(sides, origins) {
                    Origin::Input | Origin::Caller => Origin::Derived,
                    other => other,
                }
            }
            NodeKind::Assignment => {
                of(Field::RightHandSide).map_or(Origin::Unknown, |value| self.origin(value, origins))
            }
            NodeKind::FunctionCall => self.call(node, origins),
            _ => Origin::Unknown,
        }
    }

    fn all(&mut self, nodes: Vec<NodeRef>, origins: &Origins) -> Origin {
        let found: Vec<_> = nodes.into_iter().map(|node| self.origin(node, origins)).collect();
        found.into_iter().reduce(Origin::join).unwrap_or(Origin::Fixed)
    }

    fn identifier(&mut self, node: NodeRef, origins: &Origins) -> Origin {
        let ast = self.dispatch.ast;
        if ast[node].name.as_deref() == Some("this") {
            return Origin::Fixed;
        }
        let Some(id) = ast[node].referenced else { return Origin::Unknown };
        let Some(declared) = ast.by_id(id) else { return Origin::Unknown };
        let variable = &ast[declared];
        match variable.kind {
            NodeKind::ContractDefinition | NodeKind::EnumDefinition | NodeKind::UserDefinedValueTypeDefinition => {
                Origin::Fixed
            }
            NodeKind::VariableDeclaration if variable.is_constant => Origin::Fixed,
            NodeKind::VariableDeclaration if variable.is_state_variable => match variable.mutability.as_deref() {
                Some("immutable" | "constant") => Origin::Fixed,
                _ => Origin::Storage,
            },
            NodeKind::VariableDeclaration if variable.storage_location.as_deref() == Some("storage") => Origin::Storage,
            NodeKind::VariableDeclaration => origins.get(&id).copied().unwrap_or(Origin::Unknown),
            _ => Origin::Unknown,
        }
    }

    fn member(&mut self, node: NodeRef, origins: &Origins) -> Origin {
        let ast = self.dispatch.ast;
        let Some(base) = ast.child(node, Field::Expression) else { return Origin::Unknown };
        let base_type = ast[base].type_identifier.as_deref().unwrap_or_default();
        match (base_type, ast[node].name.as_deref()) {
            ("t_magic_message", Some("sender")) | ("t_magic_transaction", Some("origin")) => Origin::Caller,
            ("t_magic_message", Some("data" | "sig")) => Origin::Input,
            (magic, _) if magic.starts_with("t_magic_") => Origin::Unknown,
            _ if self.is_constant(node) => Origin::Fixed,
            _ => self.origin(base, origins),
        }
    }

    /// Whether a member access names a constant of a library or another contract.
    fn is_constant(&self, node: NodeRef) -> bool {
        let ast = self.dispatch.ast;
        ast[node].referenced.and_then(|id| ast.by_id(id)).is_some_and(|declared| ast[declared].is_constant)
    }

    fn call(&mut self, node: NodeRef, origins: &Origins) -> Origin {
        let ast = self.dispatch.ast;
        let arguments: Vec<_> = ast.children(node, Field::Arguments).collect();
        if matches!(ast[node].sub_kind.as_deref(), Some("typeConversion" | "structConstructorCall")) {
            return self.all(arguments, origins);
        }
        let Some(expression) = ast.child(node, Field::Expression) else { return Origin::Unknown };
        let ty = ast[expression].type_identifier.as_deref().unwrap_or_default();
        if ty.starts_with("t_function_abidecode") {
            return arguments.first().map_or(Origin::Unknown, |&data| self.origin(data, origins));
        }
        if ty.starts_with("t_function_creation") || ty.starts_with("t_function_objectcreation") {
            return Origin::Fixed;
        }
        let Some((value, bound)) = self.look_through(node, origins) else { return Origin::Unknown };
        self.depth += 1;
        let origin = self.origin(value, &bound);
        self.depth -= 1;
        origin
    }

    /// The expression that a call's function returns, and the origins of its parameters, when it does nothing else.
    fn look_through(&mut self, call: NodeRef, origins: &Origins) -> Option<(NodeRef, Origins)> {
        if self.depth >= MAX_LOOK_THROUGH {
            return None;
        }
        let ast = self.dispatch.ast;
        let callee = self.dispatch.callee(call)?;
        let body = ast.child(callee.definition, Field::Body)?;
        let mut statements = ast.children(body, Field::Statements);
        let (Some(only), None) = (statements.next(), statements.next()) else { return None };
        let value = ast.child(only, Field::Expression).filter(|_| ast[only].kind == NodeKind::Return)?;
        let arguments: Vec<_> =
            callee.bound.into_iter().chain(ast.children(call, Field::Arguments)).map(Some).collect();
        Some((value, self.bind(callee.definition, &arguments, origins)))
    }

    /// The origins of a callee's parameters.
    pub(crate) fn bind(&mut self, callee: NodeRef, arguments: &[Option<NodeRef>], origins: &Origins) -> Origins {
        let parameters = self.dispatch.parameters(callee);
        let mut bound = Origins::new();
        for (at, parameter) in parameters.into_iter().enumerate() {
            let Some(id) = self.dispatch.ast[parameter].id else { continue };
            let argument = arguments.get(at).copied().flatten();
            bound.insert(id, argument.map_or(Origin::Unknown, |argument| self.origin(argument, origins)));
        }
        bound
    }

    /// What a condition of this value says about the caller.
    pub(crate) fn caller_condition(&mut self, node: NodeRef, holds: bool, origins: &Origins) -> CallerCondition {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return CallerCondition::Unclear;
        }
        let ast = self.dispatch.ast;
        let sides = || ast.child(node, Field::LeftExpression).zip(ast.child(node, Field::RightExpression));
        match (ast[node].kind, ast[node].operator.as_deref()) {
            (NodeKind::TupleExpression, _) => {
                let inner = ast.child(node, Field::Components);
                inner.map_or(CallerCondition::None, |inner| self.caller_condition(inner, holds, origins))
            }
            (NodeKind::UnaryOperation, Some("!")) => {
                let inner = ast.child(node, Field::SubExpression);
                inner.map_or(CallerCondition::None, |inner| self.caller_condition(inner, !holds, origins))
            }
            (NodeKind::BinaryOperation, Some(operator @ ("&&" | "||"))) => {
                let Some((left, right)) = sides() else { return CallerCondition::None };
                let one = self.caller_condition(left, holds, origins);
                let other = self.caller_condition(right, holds, origins);
                // Both sides are known to hold, or only that one of them does.
                if (operator == "&&") == holds { one.max(other) } else { one.min(other) }
            }
            (NodeKind::BinaryOperation, Some(operator @ ("==" | "!="))) => {
                let Some((left, right)) = sides() else { return CallerCondition::None };
                self.equality(left, right, (operator == "==") == holds, origins)
            }
            (NodeKind::FunctionCall, _) => self.call_condition(node, holds, origins),
            _ => self.truth(node, holds, origins),
        }
    }

    fn equality(&mut self, left: NodeRef, right: NodeRef, equal: bool, origins: &Origins) -> CallerCondition {
        for (side, other) in [(left, right), (right, left)] {
            if self.origin(side, origins) == Origin::Caller {
                let chosen = matches!(self.origin(other, origins), Origin::Caller | Origin::Input | Origin::Derived);
                // Everybody but one is not singled out, nor is whoever the caller says he is.
                let singles_out = equal && !chosen && !self.is_zero(other);
                return if singles_out { CallerCondition::Established } else { CallerCondition::None };
            }
            if self.is_keyed_by_caller(side, origins) {
                // `wards[msg.sender] == 1` lets in the listed, `banned[msg.sender] == false` everybody else.
                return if equal == self.is_zero(other) { CallerCondition::None } else { CallerCondition::Established };
            }
            if matches!(self.dispatch.ast[side].kind, NodeKind::FunctionCall) {
                let condition = self.call_condition(side, equal != self.is_zero(other), origins);
                if condition > CallerCondition::None {
                    return condition;
                }
            }
        }
        self.mentioned(&[left, right], origins)
    }

    /// A value used as a condition by itself.
    fn truth(&mut self, node: NodeRef, holds: bool, origins: &Origins) -> CallerCondition {
        if self.is_keyed_by_caller(node, origins) {
            return if holds { CallerCondition::Established } else { CallerCondition::None };
        }
        self.mentioned(&[node], origins)
    }

    fn mentioned(&mut self, nodes: &[NodeRef], origins: &Origins) -> CallerCondition {
        let ast = self.dispatch.ast;
        let mentions = nodes.iter().flat_map(|&node| ast.descendants(node)).take(MAX_NODES as usize).any(|at| {
            matches!(ast[at].kind, NodeKind::MemberAccess | NodeKind::Identifier)
                && self.origin(at, origins) == Origin::Caller
        });
        if mentions { CallerCondition::Unclear } else { CallerCondition::None }
    }

    /// A call used as a condition: a function of ours that tests the caller, or another contract that is asked about him.
    fn call_condition(&mut self, node: NodeRef, holds: bool, origins: &Origins) -> CallerCondition {
        let ast = self.dispatch.ast;
        if ast[node].sub_kind.as_deref() == Some("typeConversion") {
            return self.truth(node, holds, origins);
        }
        if let Some((value, bound)) = self.look_through(node, origins) {
            self.depth += 1;
            let condition = self.caller_condition(value, holds, &bound);
            self.depth -= 1;
            return condition;
        }
        let names_caller = ast
            .children(node, Field::Arguments)
            .collect::<Vec<_>>()
            .into_iter()
            .any(|argument| self.origin(argument, origins) == Origin::Caller);
        if let Some(callee) = self.dispatch.callee(node) {
            return self.body_condition(callee.definition, names_caller, holds);
        }
        let is_external = ast
            .child(node, Field::Expression)
            .and_then(|callee| ast[callee].type_identifier.as_deref())
            .is_some_and(|ty| ty.starts_with("t_function_external"));
        match (is_external && names_caller, holds) {
            (true, true) => CallerCondition::Established,
            (true, false) => CallerCondition::Unclear,
            _ => self.mentioned(&[node], origins),
        }
    }

    /// A function of several statements that is given the caller, or reads him, and compares him with something.
    fn body_condition(&mut self, definition: NodeRef, names_caller: bool, holds: bool) -> CallerCondition {
        let ast = self.dispatch.ast;
        let given = if names_caller { Origin::Caller } else { Origin::Unknown };
        let bound: Origins =
            self.dispatch.parameters(definition).into_iter().filter_map(|at| Some((ast[at].id?, given))).collect();
        if self.depth >= MAX_LOOK_THROUGH {
            return if names_caller { CallerCondition::Unclear } else { CallerCondition::None };
        }
        let Some(body) = ast.child(definition, Field::Body) else { return CallerCondition::None };
        self.depth += 1;
        let tests: Vec<_> = ast
            .descendants(body)
            .take(MAX_NODES as usize)
            .filter(|&at| match ast[at].kind {
                NodeKind::BinaryOperation => matches!(ast[at].operator.as_deref(), Some("==" | "!=")),
                NodeKind::IndexAccess => ast[at].type_identifier.as_deref() == Some("t_bool"),
                _ => false,
            })
            .collect();
        let tests_caller = tests.into_iter().any(|at| {
            self.caller_condition(at, true, &bound).max(self.caller_condition(at, false, &bound))
                == CallerCondition::Established
        });
        self.depth -= 1;
        match (tests_caller, holds) {
            (true, true) => CallerCondition::Established,
            (true, false) => CallerCondition::Unclear,
            (false, _) if names_caller => CallerCondition::Unclear,
            _ => CallerCondition::None,
        }
    }

    /// Whether an expression is an entry of storage that is looked up by the caller, such as `admins[msg.sender]`.
    fn is_keyed_by_caller(&mut self, node: NodeRef, origins: &Origins) -> bool {
        let ast = self.dispatch.ast;
        match ast[node].kind {
            NodeKind::IndexAccess => {
                let (base, index) = (ast.child(node, Field::BaseExpression), ast.child(node, Field::IndexExpression));
                let (Some(base), Some(index)) = (base, index) else { return false };
                if self.origin(base, origins) != Origin::Storage {
                    return false;
                }
                self.origin(index, origins) == Origin::Caller || self.is_keyed_by_caller(base, origins)
            }
            NodeKind::MemberAccess => {
                ast.child(node, Field::Expression).is_some_and(|base| self.is_keyed_by_caller(base, origins))
            }
            _ => false,
        }
    }

    /// Whether an expression is a zero of any type.
    pub(crate) fn is_zero(&self, node: NodeRef) -> bool {
        is_zero(self.dispatch.ast, node)
    }
}

/// Whether an expression is a zero of any type: `0`, `false`, `""`, `address(0)`, `bytes32(0)`.
pub(crate) fn is_zero(ast: &uplint_artifact::Ast, node: NodeRef) -> bool {
    match ast[node].kind {
        NodeKind::Literal => match ast[node].sub_kind.as_deref() {
            Some("bool") => ast[node].value.as_deref() == Some("false"),
            Some("number") => ast[node].value.as_deref().is_some_and(is_zero_number),
            _ => {
                ast[node].hex_value.as_deref().is_none_or(str::is_empty)
                    && ast[node].value.as_deref().is_none_or(str::is_empty)
            }
        },
        NodeKind::TupleExpression => ast.children(node, Field::Components).all(|part| is_zero(ast, part)),
        NodeKind::FunctionCall => {
            let mut arguments = ast.children(node, Field::Arguments);
            ast[node].sub_kind.as_deref() == Some("typeConversion") && arguments.all(|argument| is_zero(ast, argument))
        }
        _ => false,
    }
}

fn is_zero_number(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|digit| matches!(digit, '0' | '_' | '.'))
}
