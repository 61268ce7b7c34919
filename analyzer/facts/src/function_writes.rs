//! What an external function writes to storage by name, with everything that it calls.
//!
//! A write on some path counts, so this says what a call may set, not what it must.

use uplint_artifact::{NodeKind, Span};

use crate::call_graph::CallGraph;
use crate::dispatch::Dispatch;
use crate::operations::selector;
use crate::storage_write::writes_within;
use crate::version::VersionFacts;

/// A variable, or a member of a struct, that a function writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrittenVariable {
    /// The variable, or the member.
    pub label: String,
    /// The contract or struct that declares it, where that is known.
    pub declared_in: Option<String>,
    /// The text of the write.
    pub span: Span,
}

impl WrittenVariable {
    /// Whether inline assembly writes it, so that it may be any variable.
    pub fn is_by_assembly(&self) -> bool {
        self.label == "sstore" && self.declared_in.is_none()
    }
}

impl VersionFacts {
    /// What a call of this selector may write other than zero; `None` without a syntax tree, or when no function of the
    /// source has that selector.
    pub fn writes_of(&self, called: [u8; 4]) -> Option<Vec<WrittenVariable>> {
        let ast = self.artifact.ast()?;
        let dispatch = Dispatch::new(ast, self.artifact.definition()?);
        let function = dispatch
            .members(NodeKind::FunctionDefinition)
            .find(|&function| dispatch.most_derived(function) == function && selector(ast, function) == Some(called))?;
        let mut writes: Vec<WrittenVariable> = CallGraph::from(&dispatch, &[function])
            .declarations()
            .flat_map(|declaration| writes_within(ast, declaration))
            .filter(|write| !write.is_zero)
            .map(|write| WrittenVariable {
                label: write.label,
                declared_in: write.declared_in.as_deref().map(str::to_owned),
                span: write.span,
            })
            .collect();
        writes.sort();
        writes.dedup();
        Some(writes)
    }
}
