//! Where code names a slot itself: a storage pointer that inline assembly sets (`$.slot := X`), `sload` and `sstore`.
//!
//! A slot is known when it is a compile-time constant, directly, through a local variable that is set once, or as the
//! argument of a function that uses its parameter as a slot (`StorageSlot.getAddressSlot(X)`), over any number of calls.
//! Slots that are computed at run time belong to declared mappings and arrays as a rule, and are not followed.
//!
//! Parameters are followed backwards from their use to the arguments of all calls; each pair of parameter and use is
//! visited once.

use std::collections::{HashMap, HashSet};

use alloy_primitives::U256;
use uplint_artifact::{Ast, Field, NodeKind, NodeRef};

use crate::constant;
use crate::declaration::is_constant_or_immutable;
use crate::layout::Space;
use crate::reach::Code;

mod assembly;

/// Most steps from a name to its value.
const MAX_STEPS: u32 = 32;

/// Most arguments of calls that are followed from a parameter and its use.
const MAX_ARGUMENTS: usize = 50_000;

/// What the code does with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    /// It sets a storage pointer whose type name is this.
    Pointer(NodeRef),
    /// It loads or stores a word.
    Word {
        /// Persistent or transient.
        space: Space,
        /// That of the variable that the word comes from or goes to, where it is one of the contract's code.
        type_name: Option<NodeRef>,
        /// Whether it stores.
        is_store: bool,
    },
}

/// A slot that the code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SlotUse {
    /// The slot, `None` when the constant's value cannot be computed.
    pub(crate) slot: Option<U256>,
    /// Declaration of the constant that names it.
    pub(crate) constant: Option<NodeRef>,
    /// What is done with it.
    pub(crate) access: Access,
}

/// The slots that some code names.
#[derive(Default)]
pub(crate) struct SlotUses {
    /// Each use once, in the order of the code.
    pub(crate) uses: Vec<SlotUse>,
    /// Whether there may be more, for the budget was reached.
    pub(crate) is_incomplete: bool,
    known: HashSet<SlotUse>,
    parameters: Vec<(NodeRef, Access)>,
}

impl SlotUses {
    fn record(&mut self, access: Access, origin: Origin) {
        match origin {
            Origin::Slot { slot, constant } => {
                let found = SlotUse { slot, constant, access };
                if self.known.insert(found) {
                    self.uses.push(found);
                }
            }
            Origin::Parameter(parameter) => self.parameters.push((parameter, access)),
            Origin::Computed => {}
        }
    }
}

/// Every slot that this code names.
pub(crate) fn slot_uses(ast: &Ast, code: &Code) -> SlotUses {
    let finder = Finder { ast, code };
    let mut found = SlotUses::default();
    for &assembly in &code.assemblies {
        for (access, origin) in finder.accesses(assembly) {
            found.record(access, origin);
        }
    }
    if found.parameters.is_empty() {
        return found;
    }
    let arguments = finder.arguments();
    let mut origins: HashMap<NodeRef, Origin> = HashMap::new();
    let mut visited = HashSet::new();
    let (mut next, mut followed) = (0, 0);
    while let Some(&(parameter, access)) = found.parameters.get(next) {
        next += 1;
        let arguments = arguments.get(&parameter).map(Vec::as_slice).unwrap_or_default();
        if !visited.insert((parameter, access)) {
            continue;
        }
        followed += arguments.len();
        if followed > MAX_ARGUMENTS {
            found.is_incomplete = true;
            break;
        }
        for &argument in arguments {
            let origin = origins.entry(argument).or_insert_with(|| finder.origin(argument, MAX_STEPS));
            found.record(access, *origin);
        }
    }
    found
}

/// Where the value of an expression comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// A compile-time constant.
    Slot { slot: Option<U256>, constant: Option<NodeRef> },
    /// A parameter of a function.
    Parameter(NodeRef),
    /// Anything else.
    Computed,
}

struct Finder<'a> {
    ast: &'a Ast,
    code: &'a Code,
}

impl Finder<'_> {
    /// Arguments of every call of reached code by the parameter that they are for.
    fn arguments(&self) -> HashMap<NodeRef, Vec<NodeRef>> {
        let mut by_parameter: HashMap<NodeRef, Vec<NodeRef>> = HashMap::new();
        for &call in &self.code.calls {
            let Some(callee) = self.ast.child(call, Field::Expression) else { continue };
            let Some(function) = self.ast.declaration_of(callee) else { continue };
            let Some(list) = self.ast.child(function, Field::Parameters) else { continue };
            let parameters: Vec<NodeRef> = self.ast.children(list, Field::Parameters).collect();
            let mut arguments: Vec<NodeRef> = self.ast.children(call, Field::Arguments).collect();
            if arguments.len() + 1 == parameters.len() {
                // `x.f(y)` of a library in a `using` directive is `f(x, y)`.
                arguments.splice(0..0, self.ast.child(callee, Field::Expression));
            }
            if arguments.len() == parameters.len() {
                for (parameter, argument) in parameters.into_iter().zip(arguments) {
                    by_parameter.entry(parameter).or_default().push(argument);
                }
            }
        }
        by_parameter
    }

    fn origin(&self, expression: NodeRef, steps: u32) -> Origin {
        let Some(steps) = steps.checked_sub(1) else { return Origin::Computed };
        let node = &self.ast[expression];
        let is_name = matches!(node.kind, NodeKind::Identifier | NodeKind::MemberAccess);
        if let Some(declaration) = self.ast.declaration_of(expression).filter(|_| is_name) {
            return self.origin_of_variable(declaration, steps);
        }
        if let Some(inner) = self.unchanged_operand(expression) {
            return self.origin(inner, steps);
        }
        match constant::word(self.ast, &self.code.bases, expression) {
            Some(slot) => Origin::Slot { slot: Some(slot), constant: None },
            None => Origin::Computed,
        }
    }

    /// The operand of a conversion to a word or of `T.wrap` and `T.unwrap`, when it is a name.
    fn unchanged_operand(&self, call: NodeRef) -> Option<NodeRef> {
        let callee = self.ast.child(call, Field::Expression)?;
        let is_wrap = matches!(self.ast[callee].name.as_deref(), Some("wrap" | "unwrap"));
        let is_word = matches!(self.ast[call].type_identifier.as_deref(), Some("t_bytes32" | "t_uint256"));
        let is_conversion = self.ast[call].sub_kind.as_deref() == Some("typeConversion") && is_word;
        let argument = self.ast.child(call, Field::Arguments).filter(|_| is_wrap || is_conversion)?;
        matches!(self.ast[argument].kind, NodeKind::Identifier | NodeKind::MemberAccess).then_some(argument)
    }

    fn origin_of_variable(&self, declaration: NodeRef, steps: u32) -> Origin {
        let node = &self.ast[declaration];
        if node.kind != NodeKind::VariableDeclaration {
            return Origin::Computed;
        }
        if is_constant_or_immutable(self.ast, declaration) {
            let value = self.ast.child(declaration, Field::Value);
            // An immutable that the constructor sets is no constant whose value a reader could miss.
            let Some(value) = value else { return Origin::Computed };
            let slot = constant::word(self.ast, &self.code.bases, value);
            return Origin::Slot { slot, constant: Some(declaration) };
        }
        if node.id.is_none_or(|id| self.code.assigned.contains(&id)) {
            return Origin::Computed;
        }
        let Some(parent) = node.parent else { return Origin::Computed };
        match self.ast[parent].kind {
            NodeKind::ParameterList if self.is_parameter(parent) => Origin::Parameter(declaration),
            NodeKind::VariableDeclarationStatement if self.ast.children(parent, Field::Declarations).count() == 1 => {
                match self.ast.child(parent, Field::InitialValue) {
                    Some(value) => self.origin(value, steps),
                    None => Origin::Computed,
                }
            }
            _ => Origin::Computed,
        }
    }

    /// Whether a list holds the parameters of a function, and not what it returns.
    fn is_parameter(&self, list: NodeRef) -> bool {
        let Some(function) = self.ast[list].parent else { return false };
        self.ast[function].kind == NodeKind::FunctionDefinition
            && self.ast.child(function, Field::Parameters) == Some(list)
    }
}
