//! Which declaration a call by name runs, once a contract's bases are linearized.
//!
//! A call names a declaration; what runs is the most derived one of the same name and parameter types, except for
//! private functions, for `Base.f()` and for `super.f()` (Solidity documentation, "Function Overriding"). Calls to other
//! contracts are not followed. Calls through function pointers are not resolved; that a function is mentioned is enough
//! for [`Dispatch::mentioned`], which is what reachability uses.

use std::collections::HashMap;
use std::sync::Arc;

use uplint_artifact::{Ast, Field, NodeKind, NodeRef};

/// Name, kind and parameter types: what must agree for one function to override another.
type FunctionKey = (Arc<str>, Arc<str>, Vec<Arc<str>>);

/// The declarations of one contract and its bases, and how calls find them.
pub(crate) struct Dispatch<'a> {
    /// The trees of the compilation.
    pub(crate) ast: &'a Ast,
    /// Linearized bases from the most derived, which is the contract itself, to the most basic.
    pub(crate) bases: Vec<NodeRef>,
    /// Functions by key, from the most derived to the most basic.
    functions: HashMap<FunctionKey, Vec<NodeRef>>,
    /// Modifiers by name, from the most derived to the most basic.
    modifiers: HashMap<Arc<str>, Vec<NodeRef>>,
}

/// What a call runs within the contract's own context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Callee {
    /// The function or modifier.
    pub(crate) definition: NodeRef,
    /// The value that stands before the dot of a call through `using for`; it is the first argument.
    pub(crate) bound: Option<NodeRef>,
}

impl<'a> Dispatch<'a> {
    /// The dispatch of a contract.
    pub(crate) fn new(ast: &'a Ast, contract: NodeRef) -> Self {
        let mut bases = ast.linearized_bases(contract);
        if bases.first() != Some(&contract) {
            bases.insert(0, contract);
        }
        let mut functions: HashMap<FunctionKey, Vec<NodeRef>> = HashMap::new();
        let mut modifiers: HashMap<Arc<str>, Vec<NodeRef>> = HashMap::new();
        for &base in &bases {
            for node in ast.children(base, Field::Nodes) {
                match ast[node].kind {
                    NodeKind::FunctionDefinition => functions.entry(function_key(ast, node)).or_default().push(node),
                    NodeKind::ModifierDefinition => {
                        modifiers.entry(ast[node].name.clone().unwrap_or_default()).or_default().push(node);
                    }
                    _ => {}
                }
            }
        }
        Dispatch { ast, bases, functions, modifiers }
    }

    /// Every declaration of the contract and its bases of one kind, from the most derived contract to the most basic,
    /// in the order of the source within each.
    pub(crate) fn members(&self, kind: NodeKind) -> impl Iterator<Item = NodeRef> + '_ {
        self.bases
            .iter()
            .flat_map(|&base| self.ast.children(base, Field::Nodes))
            .filter(move |&node| self.ast[node].kind == kind)
    }

    /// Functions that a stranger can call: public and external ones with a body that nothing overrides, `receive` and
    /// `fallback`; never constructors.
    pub(crate) fn entries(&self) -> Vec<NodeRef> {
        self.members(NodeKind::FunctionDefinition)
            .filter(|&function| {
                let node = &self.ast[function];
                node.is_implemented
                    && !is_constructor(self.ast, function)
                    && matches!(node.visibility.as_deref(), Some("public" | "external"))
                    && self.most_derived(function) == function
            })
            .collect()
    }

    /// The function that runs when this one is called by its plain name.
    pub(crate) fn most_derived(&self, function: NodeRef) -> NodeRef {
        if self.ast[function].visibility.as_deref() == Some("private") {
            return function;
        }
        self.overriding(function)
            .find(|&candidate| self.ast[candidate].visibility.as_deref() != Some("private"))
            .unwrap_or(function)
    }

    /// Functions of the same key, from the most derived to the most basic; empty for those of libraries and files.
    fn overriding(&self, function: NodeRef) -> impl Iterator<Item = NodeRef> + '_ {
        let known = self.functions.get(&function_key(self.ast, function));
        let belongs = known.is_some_and(|list| list.contains(&function));
        known.filter(|_| belongs).into_iter().flatten().copied()
    }

    /// What a call expression runs in the contract's own context, or `None` for calls to other contracts, built-ins
    /// and function pointers.
    pub(crate) fn callee(&self, call: NodeRef) -> Option<Callee> {
        let mut expression = self.ast.child(call, Field::Expression)?;
        while self.ast[expression].kind == NodeKind::FunctionCallOptions {
            expression = self.ast.child(expression, Field::Expression)?;
        }
        self.referenced(expression)
    }

    /// The function that an expression names in the contract's own context.
    pub(crate) fn referenced(&self, expression: NodeRef) -> Option<Callee> {
        let node = &self.ast[expression];
        let runs_here = node
            .type_identifier
            .as_deref()
            .is_some_and(|ty| ty.starts_with("t_function_internal") || ty.starts_with("t_function_delegatecall"));
        if !runs_here {
            return None;
        }
        let declared = self.ast.by_id(node.referenced?)?;
        if self.ast[declared].kind != NodeKind::FunctionDefinition {
            return None;
        }
        match node.kind {
            NodeKind::MemberAccess => self.member(expression, declared),
            _ => Some(Callee { definition: self.most_derived(declared), bound: None }),
        }
    }

    fn member(&self, access: NodeRef, declared: NodeRef) -> Option<Callee> {
        let base = self.ast.child(access, Field::Expression)?;
        let base_type = self.ast[base].type_identifier.as_deref().unwrap_or_default();
        if base_type.contains("t_super$") {
            return Some(Callee { definition: self.next_after(access, declared).unwrap_or(declared), bound: None });
        }
        let bound = if base_type.starts_with("t_type$") { None } else { Some(base) };
        Some(Callee { definition: declared, bound })
    }

    /// What `super.f()` runs: the next implementation after the contract in which the call is written.
    fn next_after(&self, site: NodeRef, declared: NodeRef) -> Option<NodeRef> {
        let here = self.ast.enclosing(site, NodeKind::ContractDefinition)?;
        let position = self.bases.iter().position(|&base| base == here)?;
        let behind = self.bases.get(position + 1..)?;
        self.overriding(declared).find(|&candidate| {
            self.ast[candidate].is_implemented
                && self.ast[candidate].parent.is_some_and(|parent| behind.contains(&parent))
        })
    }

    /// The modifier that an invocation runs; `None` when it names a base contract.
    pub(crate) fn modifier(&self, invocation: NodeRef) -> Option<NodeRef> {
        let name = self.ast.child(invocation, Field::ModifierName)?;
        let declared = self.ast.declaration_of(name)?;
        if self.ast[declared].kind != NodeKind::ModifierDefinition {
            return None;
        }
        // `Base.modifier` names that one; a plain name is looked up from the most derived contract.
        let is_qualified = self.ast[name].name.as_deref().is_some_and(|path| path.contains('.'));
        let plain = self.ast[declared].name.as_ref()?;
        let known = self.modifiers.get(plain).filter(|list| !is_qualified && list.contains(&declared));
        Some(known.and_then(|list| list.first()).copied().unwrap_or(declared))
    }

    /// Functions and modifiers that the text of a node mentions and that run in the contract's own context, in the order
    /// of the text. A function that is only mentioned may be called through a pointer, so it counts.
    pub(crate) fn mentioned(&self, node: NodeRef) -> Vec<(NodeRef, NodeRef)> {
        self.ast
            .descendants(node)
            .filter_map(|at| match self.ast[at].kind {
                NodeKind::Identifier | NodeKind::MemberAccess => Some((at, self.referenced(at)?.definition)),
                NodeKind::ModifierInvocation => Some((at, self.modifier(at)?)),
                _ => None,
            })
            .collect()
    }

    /// The parameters of a function or modifier.
    pub(crate) fn parameters(&self, definition: NodeRef) -> Vec<NodeRef> {
        parameters(self.ast, definition)
    }
}

/// The parameters of a function or modifier.
pub(crate) fn parameters(ast: &Ast, definition: NodeRef) -> Vec<NodeRef> {
    ast.child(definition, Field::Parameters)
        .map(|list| ast.children(list, Field::Parameters).collect())
        .unwrap_or_default()
}

/// Whether a function is a constructor, old style included, where it has the contract's name.
pub(crate) fn is_constructor(ast: &Ast, function: NodeRef) -> bool {
    if let Some(kind) = ast[function].sub_kind.as_deref() {
        return kind == "constructor";
    }
    let contract = ast[function].parent.and_then(|parent| ast[parent].name.as_deref());
    contract.is_some() && ast[function].name.as_deref() == contract
}

/// A function's name with the types of its parameters as the source spells them, for readers: not always canonical.
pub(crate) fn display_signature(ast: &Ast, function: NodeRef) -> String {
    let node = &ast[function];
    let name = match (node.name.as_deref(), node.sub_kind.as_deref()) {
        (None | Some(""), kind) => kind.unwrap_or("fallback"),
        (Some(name), _) => name,
    };
    let types: Vec<_> = parameters(ast, function).into_iter().map(|parameter| plain_type(ast, parameter)).collect();
    format!("{name}({})", types.iter().map(|ty| &**ty).collect::<Vec<_>>().join(","))
}

fn function_key(ast: &Ast, function: NodeRef) -> FunctionKey {
    let node = &ast[function];
    let types = parameters(ast, function).into_iter().map(|parameter| plain_type(ast, parameter)).collect();
    // A function before solc 0.5 has no kind; one without a name is the fallback there.
    let kind = node.sub_kind.clone().unwrap_or_else(|| "function".into());
    (node.name.clone().unwrap_or_default(), kind, types)
}

/// A parameter's type without its data location, which an override may change.
fn plain_type(ast: &Ast, parameter: NodeRef) -> Arc<str> {
    let Some(ty) = &ast[parameter].type_string else { return "".into() };
    let plain = [" memory", " calldata", " storage pointer", " storage ref"]
        .iter()
        .find_map(|location| ty.strip_suffix(location))
        .unwrap_or(ty);
    let plain = ["struct ", "contract ", "enum "].iter().find_map(|word| plain.strip_prefix(word)).unwrap_or(plain);
    if plain.len() == ty.len() { Arc::clone(ty) } else { plain.into() }
}
