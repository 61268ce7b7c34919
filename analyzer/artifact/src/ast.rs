//! Solidity syntax trees of one compilation, in one arena.
//!
//! solc's compact tree is read into uniform [`Node`]s: what every node has are fields, what only some have are options,
//! and what lies beneath is reached by the [`Field`] under which the compiler printed it. A uniform node keeps a tree of
//! thirty megabytes of JSON in a few, reads the trees of solc 0.4.12 to the newest alike and never fails on a kind of
//! node that came later: that one is [`NodeKind::Other`].
//!
//! # What a reader may rely on
//!
//! - The children of a node stand in the order of the text, each knows its parent, and its span lies within the
//!   parent's; only documentation ([`NodeKind::StructuredDocumentation`]) stands before what it documents.
//! - Inline assembly is Yul nodes under [`Field::Assembly`] (solc 0.6 and later) or text in [`Node::value`] (before). Its
//!   uses of Solidity variables are in [`Node::external_references`] of the assembly's own node, with the suffix `slot`
//!   or `offset` whether it was written `x.slot` or, before solc 0.7, `x_slot`. A Yul name itself refers to nothing.
//! - [`Node::documentation`] is set on the documented declaration whether the compiler printed text or a node.
//! - [`Node::sub_kind`] of a function is one of `constructor`, `fallback`, `receive`, `freeFunction` and `function`,
//!   before solc 0.5 too, where a constructor may bear the contract's name.
//! - [`Node::is_abstract`] holds for interfaces, for contracts marked so and for those with unimplemented functions.
//! - A contract's layout specifier is its child under [`Field::StorageLayout`], whose only child under
//!   [`Field::BaseSlotExpression`] is the expression. Constants and other declarations at the top of a file are
//!   children of the source unit under [`Field::Nodes`]; they are no state variables.
//! - A modifier or base constructor in a function's head is a [`NodeKind::ModifierInvocation`] whose
//!   [`Field::ModifierName`] child names and references it.
//! - The target of a conversion such as `address(x)` is the name of the [`NodeKind::ElementaryTypeNameExpression`] itself
//!   before solc 0.6, and of its [`Field::TypeName`] child since.
//! - Left out are what only the type checker needs (`isPure`, `argumentTypes`), units of number literals (`1 ether` has
//!   the value `1`; [`Node::type_string`] tells the number), names of mapping keys, and empty places of tuples.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::source::{SourceId, Span};

mod kind;
mod parse;

pub use kind::{Field, NodeKind};

/// The compiler's identifier of a declaration or node, unique in one [`Unit`](crate::Unit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AstId(pub i64);

/// Place of a node in its [`Ast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeRef(u32);

/// A use of a Solidity declaration by inline assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalReference {
    /// The declaration.
    pub declaration: AstId,
    /// Place of the use.
    pub span: Option<Span>,
    /// `slot`, `offset` or `length`, where the reference has such a suffix.
    pub suffix: Option<Arc<str>>,
}

/// One node of a syntax tree. Fields that a kind does not have are `None`, `false` or empty.
#[derive(Clone, Debug)]
pub struct Node {
    /// The compiler's identifier; Yul nodes have none.
    pub id: Option<AstId>,
    /// What it is.
    pub kind: NodeKind,
    /// Its text.
    pub span: Span,
    /// The text of the declared name alone, where the compiler prints it (solc 0.8.2 and later).
    pub name_span: Option<Span>,
    /// The node it stands in; `None` for a source unit.
    pub parent: Option<NodeRef>,
    /// Declared or mentioned name; the member's name of a member access; the path of a source unit or an import.
    pub name: Option<Arc<str>>,
    /// The compiler's identifier of its type, for example `t_uint256`.
    pub type_identifier: Option<Arc<str>>,
    /// Its type as Solidity spells it.
    pub type_string: Option<Arc<str>>,
    /// The declaration that a name, path or member access refers to, or the function that a user-defined operator
    /// calls. A built-in has a negative identifier (`msg` is -15), before solc 0.6 one that no node has.
    pub referenced: Option<AstId>,
    /// A literal's value, or the text of inline assembly before solc 0.6.
    pub value: Option<Arc<str>>,
    /// A literal's bytes in hexadecimal, for strings.
    pub hex_value: Option<Arc<str>>,
    /// The compiler's `kind`: of a function (`constructor`, `fallback`, `receive`, `function`), a call
    /// (`functionCall`, `typeConversion`, `structConstructorCall`) or a literal.
    pub sub_kind: Option<Arc<str>>,
    /// `contract`, `interface` or `library`.
    pub contract_kind: Option<Arc<str>>,
    /// `public`, `external`, `internal`, `private` or `default`.
    pub visibility: Option<Arc<str>>,
    /// `pure`, `view`, `nonpayable` or `payable`.
    pub state_mutability: Option<Arc<str>>,
    /// `mutable`, `immutable`, `constant` or `transient` (`constant` before solc 0.6.5 is only in `is_constant`).
    pub mutability: Option<Arc<str>>,
    /// `default`, `storage`, `memory`, `calldata` or `transient`.
    pub storage_location: Option<Arc<str>>,
    /// Operator of an operation or an assignment.
    pub operator: Option<Arc<str>>,
    /// `NatSpec` text attached to a declaration, without comment marks. Before solc 0.8.20 structs have none.
    pub documentation: Option<Arc<str>>,
    /// The canonical name of a struct or enum, for example `Vault.Position`.
    pub canonical_name: Option<Arc<str>>,
    /// Four-byte selector of a public function, error or public variable, in hexadecimal without prefix.
    pub selector: Option<Arc<str>>,
    /// Bases of a contract in linearized order, the contract itself first.
    pub linearized_bases: Vec<AstId>,
    /// Functions or modifiers that this one overrides directly; at most one before solc 0.6.
    pub base_functions: Vec<AstId>,
    /// Names of a call's arguments where they are given by name, and of call options such as `value`; in the order of
    /// the arguments.
    pub argument_names: Vec<Arc<str>>,
    /// Declarations that inline assembly mentions.
    pub external_references: Vec<ExternalReference>,
    /// `constant` variable.
    pub is_constant: bool,
    /// Variable of a contract.
    pub is_state_variable: bool,
    /// `indexed` parameter of an event.
    pub is_indexed: bool,
    /// `anonymous` event.
    pub is_anonymous: bool,
    /// Contract that cannot be deployed: marked abstract, or not fully implemented.
    pub is_abstract: bool,
    /// Function or modifier with a body.
    pub is_implemented: bool,
    /// `virtual` function or modifier.
    pub is_virtual: bool,
    /// A unary operation that stands before its operand.
    pub is_prefix: bool,
    children: Vec<(Field, NodeRef)>,
}

/// The syntax tree of one source, before it is joined with the others of its compilation.
#[derive(Debug)]
pub struct Tree {
    source: SourceId,
    /// Children before their parents; references count from the start of this tree.
    nodes: Vec<Node>,
    root: Result<NodeRef, String>,
    /// Declarations that its expressions and inline assembly refer to, sorted, each once.
    mentioned: Vec<AstId>,
}

/// All syntax trees of one compilation.
#[derive(Debug, Default)]
pub struct Ast {
    nodes: Vec<Node>,
    roots: Vec<(SourceId, NodeRef)>,
    by_id: HashMap<AstId, NodeRef, RandomState>,
    mentioned: HashSet<AstId, RandomState>,
    /// Contracts by source and name, sorted; a name that stands twice in a source is kept once.
    contracts: Vec<(SourceId, Arc<str>, NodeRef)>,
    /// Sources whose tree could not be read, with the reason.
    pub unreadable: Vec<(SourceId, String)>,
}

impl std::ops::Index<NodeRef> for Ast {
    type Output = Node;

    fn index(&self, node: NodeRef) -> &Node {
        // A `NodeRef` is only made by the arena that it indexes.
        &self.nodes[node.0 as usize]
    }
}

impl Ast {
    /// Reads the trees of one compilation, one after the other. What cannot be read is listed in [`Ast::unreadable`].
    pub fn parse(documents: &[(SourceId, Arc<str>)]) -> Self {
        Self::join(documents.iter().map(|(source, document)| Tree::read(*source, document)).collect())
    }

    /// Joins the trees of one compilation, which may have been read side by side.
    pub fn join(trees: Vec<Tree>) -> Self {
        parse::join(trees)
    }

    /// Whether there is no tree at all.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// The source units, in the order of their documents.
    pub fn roots(&self) -> &[(SourceId, NodeRef)] {
        &self.roots
    }

    /// The node with this identifier.
    pub fn by_id(&self, id: AstId) -> Option<NodeRef> {
        self.by_id.get(&id).copied()
    }

    /// Whether an expression or inline assembly anywhere in the unit refers to this declaration.
    pub fn is_mentioned(&self, declaration: AstId) -> bool {
        self.mentioned.contains(&declaration)
    }

    /// The declaration that a name, path or member access refers to; follows a `UserDefinedTypeName` to its path.
    pub fn declaration_of(&self, node: NodeRef) -> Option<NodeRef> {
        let referenced = self[node]
            .referenced
            .or_else(|| self.child(node, Field::PathNode).and_then(|path| self[path].referenced))?;
        self.by_id(referenced)
    }

    /// Every child, in the order of the source text.
    pub fn all_children(&self, node: NodeRef) -> impl Iterator<Item = NodeRef> + '_ {
        self[node].children.iter().map(|&(_, child)| child)
    }

    /// The children under one field, in the order of the list.
    pub fn children(&self, node: NodeRef, field: Field) -> impl Iterator<Item = NodeRef> + '_ {
        self[node].children.iter().filter(move |(at, _)| *at == field).map(|&(_, child)| child)
    }

    /// The first child under one field.
    pub fn child(&self, node: NodeRef, field: Field) -> Option<NodeRef> {
        self.children(node, field).next()
    }

    /// The node and all that lies beneath it, parents first, in the order of the source text.
    pub fn descendants(&self, node: NodeRef) -> impl Iterator<Item = NodeRef> + '_ {
        let mut stack = vec![node];
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            stack.extend(self[next].children.iter().rev().map(|&(_, child)| child));
            Some(next)
        })
    }

    /// Every node of every tree that could be read, in no order that means anything.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef> + '_ {
        (0..).map(NodeRef).take(self.nodes.len())
    }

    /// Every contract, interface and library, in source order.
    pub fn contracts(&self) -> impl Iterator<Item = NodeRef> + '_ {
        self.roots
            .iter()
            .flat_map(|&(_, root)| self.all_children(root))
            .filter(|&node| self[node].kind == NodeKind::ContractDefinition)
    }

    /// The contract of this name in one source.
    pub fn contract_in(&self, source: SourceId, name: &str) -> Option<NodeRef> {
        let found = self.contracts.binary_search_by(|(at, known, _)| (*at, &**known).cmp(&(source, name)));
        found.ok().map(|at| self.contracts[at].2)
    }

    /// A contract's bases in linearized order, from the most derived (itself) to the most basic.
    pub fn linearized_bases(&self, contract: NodeRef) -> Vec<NodeRef> {
        self[contract].linearized_bases.iter().filter_map(|&id| self.by_id(id)).collect()
    }

    /// The nearest ancestor of this kind, the node itself included.
    pub fn enclosing(&self, node: NodeRef, kind: NodeKind) -> Option<NodeRef> {
        std::iter::successors(Some(node), |&at| self[at].parent).find(|&at| self[at].kind == kind)
    }
}
