//! Accesses to storage in inline assembly: as Yul nodes, or as text before solc 0.6.

use std::collections::HashMap;

use uplint_artifact::ast::ExternalReference;
use uplint_artifact::{Field, NodeKind, NodeRef};

use super::{Access, Finder, MAX_STEPS, Origin};
use crate::constant;
use crate::layout::Space;

/// A block of assembly with what its names stand for, so that each is looked up once.
struct Block<'a> {
    /// Uses of Solidity declarations by their first byte.
    references: HashMap<u32, &'a ExternalReference>,
    /// Values of the Yul variables that are declared once and never assigned to; `None` for all others.
    values: HashMap<&'a str, Option<NodeRef>>,
}

impl Finder<'_> {
    /// What a block of assembly does with slots, and where these come from.
    pub(super) fn accesses(&self, assembly: NodeRef) -> Vec<(Access, Origin)> {
        if let Some(text) = &self.ast[assembly].value {
            return self.accesses_in_text(assembly, text);
        }
        let block = self.block(assembly);
        let mut accesses = Vec::new();
        for node in self.ast.descendants(assembly) {
            let access = match self.ast[node].kind {
                NodeKind::YulAssignment => self.pointer_assignment(&block, node),
                NodeKind::YulFunctionCall => self.word_access(&block, node),
                _ => None,
            };
            if let Some((access, slot)) = access {
                accesses.push((access, self.yul_origin(&block, slot, MAX_STEPS)));
            }
        }
        accesses
    }

    fn block(&self, assembly: NodeRef) -> Block<'_> {
        let references = self.ast[assembly].external_references.iter();
        let references = references.filter_map(|reference| Some((reference.span?.start, reference))).collect();
        let mut values: HashMap<&str, Option<NodeRef>> = HashMap::new();
        for node in self.ast.descendants(assembly) {
            let (field, value) = match self.ast[node].kind {
                NodeKind::YulVariableDeclaration => (Field::Variables, self.ast.child(node, Field::Value)),
                NodeKind::YulAssignment => (Field::VariableNames, None),
                _ => continue,
            };
            let names: Vec<&str> =
                self.ast.children(node, field).filter_map(|name| self.ast[name].name.as_deref()).collect();
            let value = value.filter(|_| names.len() == 1);
            for name in names {
                values.entry(name).and_modify(|known| *known = None).or_insert(value);
            }
        }
        Block { references, values }
    }

    /// `pointer.slot := expression`.
    fn pointer_assignment(&self, block: &Block<'_>, assignment: NodeRef) -> Option<(Access, NodeRef)> {
        let target = self.ast.child(assignment, Field::VariableNames)?;
        let reference = block.references.get(&self.ast[target].span.start)?;
        if reference.suffix.as_deref() != Some("slot") {
            return None;
        }
        let type_name = self.ast.child(self.ast.by_id(reference.declaration)?, Field::TypeName)?;
        Some((Access::Pointer(type_name), self.ast.child(assignment, Field::Value)?))
    }

    /// `sload(slot)` and its like.
    fn word_access(&self, block: &Block<'_>, call: NodeRef) -> Option<(Access, NodeRef)> {
        let callee = self.ast.child(call, Field::FunctionName)?;
        let (space, is_store) = word_access(self.ast[callee].name.as_deref()?)?;
        let mut arguments = self.ast.children(call, Field::Arguments);
        let slot = arguments.next()?;
        let parent = self.ast[call].parent.filter(|&parent| self.ast[parent].kind == NodeKind::YulAssignment);
        let target = || parent.and_then(|assignment| self.ast.child(assignment, Field::VariableNames));
        let variable = if is_store { arguments.next() } else { target() };
        let type_name = variable.and_then(|variable| self.type_name(block, variable));
        Some((Access::Word { space, type_name, is_store }, slot))
    }

    /// The type name of the variable of Solidity that a Yul name stands for.
    fn type_name(&self, block: &Block<'_>, name: NodeRef) -> Option<NodeRef> {
        let reference = block.references.get(&self.ast[name].span.start).filter(|_| self.is_name(name))?;
        let declaration = self.ast.by_id(reference.declaration).filter(|_| reference.suffix.is_none())?;
        self.ast.child(declaration, Field::TypeName)
    }

    fn is_name(&self, node: NodeRef) -> bool {
        self.ast[node].kind == NodeKind::YulIdentifier
    }

    fn yul_origin(&self, block: &Block<'_>, expression: NodeRef, steps: u32) -> Origin {
        let Some(steps) = steps.checked_sub(1) else { return Origin::Computed };
        let node = &self.ast[expression];
        match node.kind {
            NodeKind::YulLiteral => {
                let slot = node.value.as_deref().and_then(constant::literal_number);
                slot.map_or(Origin::Computed, |slot| Origin::Slot { slot: Some(slot), constant: None })
            }
            NodeKind::YulIdentifier => match block.references.get(&node.span.start) {
                Some(reference) => self.referenced_origin(reference, steps),
                None => match node.name.as_deref().and_then(|name| *block.values.get(name)?) {
                    Some(value) => self.yul_origin(block, value, steps),
                    None => Origin::Computed,
                },
            },
            _ => Origin::Computed,
        }
    }

    fn referenced_origin(&self, reference: &ExternalReference, steps: u32) -> Origin {
        match self.ast.by_id(reference.declaration) {
            Some(declaration) if reference.suffix.is_none() => self.origin_of_variable(declaration, steps),
            _ => Origin::Computed,
        }
    }

    /// solc before 0.6 prints assembly as text and the declarations that it mentions. It knows no pointers that
    /// assembly sets.
    fn accesses_in_text(&self, assembly: NodeRef, text: &str) -> Vec<(Access, Origin)> {
        let references = &self.ast[assembly].external_references;
        let name_of = |reference: &ExternalReference| self.ast[self.ast.by_id(reference.declaration)?].name.as_deref();
        let declared: HashMap<&str, &ExternalReference> =
            references.iter().filter_map(|reference| Some((name_of(reference)?, reference))).collect();
        let origin = |token: &str| match (constant::literal_number(token), declared.get(token)) {
            (Some(slot), _) => Origin::Slot { slot: Some(slot), constant: None },
            (None, Some(reference)) => self.referenced_origin(reference, MAX_STEPS),
            (None, None) => Origin::Computed,
        };
        let tokens = tokens(text);
        let calls = tokens.windows(3).filter(|window| window[1] == "(");
        let access = |window: &[&str]| {
            let (space, is_store) = word_access(window[0])?;
            Some((Access::Word { space, type_name: None, is_store }, origin(window[2])))
        };
        calls.filter_map(access).collect()
    }
}

/// The space that a builtin accesses by words, and whether it writes.
fn word_access(builtin: &str) -> Option<(Space, bool)> {
    match builtin {
        "sload" => Some((Space::Storage, false)),
        "sstore" => Some((Space::Storage, true)),
        "tload" => Some((Space::Transient, false)),
        "tstore" => Some((Space::Transient, true)),
        _ => None,
    }
}

/// Names, numbers and signs of a text of assembly.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, behind) = rest.split_at(len);
        tokens.push(token);
        rest = behind.trim_start();
    }
    tokens
}
