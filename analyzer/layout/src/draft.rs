//! A layout while it is put together: the types found so far, what could not be laid out, and where to ask.

use std::collections::{HashMap, HashSet};

use alloy_primitives::U256;
use uplint_artifact::{Ast, AstId, Span, Unit};

use crate::layout::LayoutGap;
use crate::types::{StorageType, TypeId, TypeKind, TypeTable};

/// State shared by everything that adds to one layout.
#[derive(Default)]
pub(crate) struct Draft<'a> {
    /// The compilation, `None` for bare bytecode.
    pub(crate) unit: Option<&'a Unit>,
    /// Its syntax trees, `None` when there are none.
    pub(crate) ast: Option<&'a Ast>,
    /// Types found so far.
    pub(crate) types: TypeTable,
    /// What could not be laid out.
    pub(crate) gaps: Vec<LayoutGap>,
    /// Types made from the syntax tree, so that each declaration has one entry.
    pub(crate) declared: HashMap<AstId, TypeId>,
    /// Types read from Vyper's labels, so that each label is read once.
    pub(crate) labelled: HashMap<String, TypeId>,
    /// Types entered whose parts are still being read: holding one by value would be infinite.
    pub(crate) open: HashSet<TypeId>,
    /// Current nesting of types that are being read.
    pub(crate) depth: usize,
}

impl Draft<'_> {
    /// Adds a type.
    pub(crate) fn add(&mut self, label: impl Into<String>, size_bytes: U256, kind: TypeKind) -> TypeId {
        self.types.push(StorageType { label: label.into(), size_bytes, kind })
    }

    /// Adds a type that could not be read.
    pub(crate) fn unknown(&mut self, label: &str) -> TypeId {
        self.add(label, U256::ZERO, TypeKind::Unknown)
    }

    /// Records something that could not be laid out and behind which a change could hide.
    pub(crate) fn gap(&mut self, message: impl Into<String>, span: Option<Span>) {
        self.gaps.push(LayoutGap { message: message.into(), span, may_hide_change: true });
    }
}
