//! What comes first to a state variable: a read, or the value that a call gives it?
//!
//! Forward along the control flow of one call; the state is the set of variables that have a value on every path so far,
//! ordered by inclusion with the intersection as the join, so nothing known is the top. It terminates because the walker
//! does. A walk that was cut short, and a value given in inline assembly or through a pointer, count for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use uplint_artifact::{Ast, AstId, Field, NodeKind, NodeRef};

use crate::call_graph::CallGraph;
use crate::control_flow::{Analysis, Flow, Site, Walker};
use crate::declaration::{StorageClass, storage_class};
use crate::dispatch::Dispatch;
use crate::operations::selector;
use crate::version::VersionFacts;

/// A state variable by its name and the contract that declares it.
pub type VariableName = (Arc<str>, Option<Arc<str>>);

impl VersionFacts {
    /// The variables to which a call of this selector gives a value on every path on which it returns, before it reads
    /// them; empty when that cannot be told.
    pub fn assigned_first(&self, called: [u8; 4]) -> BTreeSet<VariableName> {
        let Some((ast, contract)) = self.artifact.ast().zip(self.artifact.definition()) else { return BTreeSet::new() };
        let dispatch = Dispatch::new(ast, contract);
        let entry = dispatch.entries().into_iter().find(|&entry| selector(ast, entry) == Some(called));
        let mut walker = Walker::new(&dispatch, FirstUse::default());
        let assigned = entry.and_then(|entry| walker.walk(entry, BTreeSet::new())).unwrap_or_default();
        if walker.is_exhausted() {
            return BTreeSet::new();
        }
        let assigned = assigned.difference(&walker.analysis.read_first);
        assigned.filter_map(|&id| ast.by_id(id)).map(|variable| name(ast, variable)).collect()
    }

    /// The variables in storage that a stranger's call may read: by their getter, or in a function that can run.
    pub fn read_variables(&self) -> BTreeSet<VariableName> {
        let Some((ast, contract)) = self.artifact.ast().zip(self.artifact.definition()) else { return BTreeSet::new() };
        let dispatch = Dispatch::new(ast, contract);
        let getters = dispatch.members(NodeKind::VariableDeclaration);
        let getters = getters.filter(|&variable| ast[variable].visibility.as_deref() == Some("public"));
        let graph = CallGraph::from(&dispatch, &dispatch.entries());
        let texts = graph.declarations().flat_map(|declaration| ast.descendants(declaration));
        let read = texts.filter(|&node| !is_target(ast, node)).filter_map(|node| stored(ast, node));
        getters.chain(read.filter_map(|id| ast.by_id(id))).map(|variable| name(ast, variable)).collect()
    }
}

fn name(ast: &Ast, variable: NodeRef) -> VariableName {
    let declared_in = ast[variable].parent.and_then(|parent| ast[parent].name.clone());
    (ast[variable].name.clone().unwrap_or_default(), declared_in)
}

/// The state variable in storage that an identifier stands for.
fn stored(ast: &Ast, node: NodeRef) -> Option<AstId> {
    let id = ast[node].referenced.filter(|_| ast[node].kind == NodeKind::Identifier)?;
    let variable = ast.by_id(id)?;
    (ast[variable].is_state_variable && storage_class(&ast[variable]) == StorageClass::Storage).then_some(id)
}

/// Whether a node is what a plain assignment gives a value, which reads nothing.
fn is_target(ast: &Ast, node: NodeRef) -> bool {
    ast[node].parent.is_some_and(|parent| {
        ast[parent].kind == NodeKind::Assignment
            && ast[parent].operator.as_deref() == Some("=")
            && ast.child(parent, Field::LeftHandSide) == Some(node)
    })
}

#[derive(Default)]
struct FirstUse {
    /// Variables that some path reads before it has given them a value.
    read_first: BTreeSet<AstId>,
}

impl Analysis for FirstUse {
    /// Variables that were given a value on every path so far.
    type State = BTreeSet<AstId>;

    fn join(&self, into: &mut Self::State, other: &Self::State) {
        into.retain(|id| other.contains(id));
    }

    fn visit(&mut self, site: &Site<'_>, node: NodeRef, state: &mut Self::State) -> Flow {
        let ast = site.dispatch.ast;
        if let Some(read) = stored(ast, node).filter(|id| !is_target(ast, node) && !state.contains(id)) {
            self.read_first.insert(read);
        }
        let target = ast.child(node, Field::LeftHandSide).filter(|&target| is_target(ast, target));
        state.extend(target.and_then(|target| stored(ast, target)));
        Flow::Continues
    }

    fn assume(&mut self, _: &Site<'_>, _: NodeRef, _: bool, _: &mut Self::State) -> Flow {
        Flow::Continues
    }

    fn leave_branch(&self, _: &Self::State, _: bool, _: &mut Self::State) {}

    fn declare(&mut self, _: &Site<'_>, _: &[NodeRef], _: Option<NodeRef>, _: &mut Self::State) {}

    fn enter(&mut self, _: &Site<'_>, _: NodeRef, _: &[Option<NodeRef>], state: &Self::State) -> Option<Self::State> {
        Some(state.clone())
    }

    fn leave(&mut self, _: &Site<'_>, _: NodeRef, exit: &Self::State, state: &mut Self::State) {
        state.clone_from(exit);
    }
}
