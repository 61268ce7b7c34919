//! Accesses to storage in inline assembly: as Yul nodes, or as text before solc 0.6.

use uplint_artifact::ast::ExternalReference;
use uplint_artifact::{Field, NodeKind, NodeRef};

use super::{Access, Finder, MAX_STEPS, Origin};
use crate::constant;
use crate::layout::Space;

impl Finder<'_> {
    /// What a block of assembly does with slots, and where these come from.
    pub(super) fn accesses(&self, assembly: NodeRef) -> Vec<(Access, Origin)> {
        if let Some(text) = &self.ast[assembly].value {
            return self.accesses_in_text(assembly, text);
        }
        let mut accesses = Vec::new();
        for node in self.ast.descendants(assembly) {
            let access = match self.ast[node].kind {
                NodeKind::YulAssignment => self.pointer_assignment(assembly, node),
                NodeKind::YulFunctionCall => self.word_access(node),
                _ => None,
            };
            if let Some((access, slot)) = access {
                accesses.push((access, self.yul_origin(assembly, slot, MAX_STEPS)));
            }
        }
        accesses
    }

    /// `pointer.slot := expression`.
    fn pointer_assignment(&self, assembly: NodeRef, assignment: NodeRef) -> Option<(Access, NodeRef)> {
        let target = self.ast.child(assignment, Field::VariableNames)?;
        let reference = self.reference_at(assembly, target)?;
        let type_name = self.pointer_type(reference)?;
        Some((Access::Pointer(type_name), self.ast.child(assignment, Field::Value)?))
    }

    /// The type name of the storage pointer whose slot a reference is.
    fn pointer_type(&self, reference: &ExternalReference) -> Option<NodeRef> {
        if reference.suffix.as_deref() != Some("slot") {
            return None;
        }
        self.ast.child(self.ast.by_id(reference.declaration)?, Field::TypeName)
    }

    /// `sload(slot)` and its like.
    fn word_access(&self, call: NodeRef) -> Option<(Access, NodeRef)> {
        let callee = self.ast.child(call, Field::FunctionName)?;
        let access = word_access(self.ast[callee].name.as_deref()?)?;
        Some((access, self.ast.child(call, Field::Arguments)?))
    }

    fn reference_at(&self, assembly: NodeRef, name: NodeRef) -> Option<&ExternalReference> {
        let start = self.ast[name].span.start;
        let mut references = self.ast[assembly].external_references.iter();
        references.find(|reference| reference.span.is_some_and(|span| span.start == start))
    }

    fn yul_origin(&self, assembly: NodeRef, expression: NodeRef, steps: u32) -> Origin {
        let Some(steps) = steps.checked_sub(1) else { return Origin::Computed };
        let node = &self.ast[expression];
        match node.kind {
            NodeKind::YulLiteral => {
                let slot = node.value.as_deref().and_then(constant::literal_number);
                slot.map_or(Origin::Computed, |slot| Origin::Slot { slot: Some(slot), constant: None })
            }
            NodeKind::YulIdentifier => match self.reference_at(assembly, expression) {
                Some(reference) => self.referenced_origin(reference, steps),
                None => match self.yul_value(assembly, node.name.as_deref().unwrap_or_default()) {
                    Some(value) => self.yul_origin(assembly, value, steps),
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

    /// The value of a Yul variable that is declared once in this block and never assigned to.
    fn yul_value(&self, assembly: NodeRef, name: &str) -> Option<NodeRef> {
        let is_name = |node: NodeRef| self.ast[node].name.as_deref() == Some(name);
        let mut value = None;
        for node in self.ast.descendants(assembly) {
            let (field, is_declaration) = match self.ast[node].kind {
                NodeKind::YulVariableDeclaration => (Field::Variables, true),
                NodeKind::YulAssignment => (Field::VariableNames, false),
                _ => continue,
            };
            if self.ast.children(node, field).any(is_name) {
                let is_only = self.ast.children(node, field).count() == 1;
                if !is_declaration || !is_only || value.is_some() {
                    return None;
                }
                value = self.ast.child(node, Field::Value);
            }
        }
        value
    }

    /// solc before 0.6 prints assembly as text, `ds_slot := position`, and the declarations that it mentions.
    fn accesses_in_text(&self, assembly: NodeRef, text: &str) -> Vec<(Access, Origin)> {
        let references = &self.ast[assembly].external_references;
        let declared = |name: &str, suffix: &str| {
            references.iter().find(|reference| {
                let declaration = self.ast.by_id(reference.declaration);
                declaration.is_some_and(|node| self.ast[node].name.as_deref() == Some(name))
                    && reference.suffix.as_deref().unwrap_or_default() == suffix
            })
        };
        let origin = |token: &str| match (constant::literal_number(token), declared(token, "")) {
            (Some(slot), _) => Origin::Slot { slot: Some(slot), constant: None },
            (None, Some(reference)) => self.referenced_origin(reference, MAX_STEPS),
            (None, None) => Origin::Computed,
        };
        let tokens = tokens(text);
        let mut accesses = Vec::new();
        for window in tokens.windows(3) {
            let [first, middle, last] = [window[0], window[1], window[2]];
            if middle == ":=" {
                let pointer = first.strip_suffix("_slot").and_then(|name| declared(name, "slot"));
                let type_name = pointer.and_then(|reference| self.pointer_type(reference));
                accesses.extend(type_name.map(|name| (Access::Pointer(name), origin(last))));
            } else if middle == "(" {
                accesses.extend(word_access(first).map(|access| (access, origin(last))));
            }
        }
        accesses
    }
}

fn word_access(builtin: &str) -> Option<Access> {
    match builtin {
        "sload" | "sstore" => Some(Access::Word(Space::Storage)),
        "tload" | "tstore" => Some(Access::Word(Space::Transient)),
        _ => None,
    }
}

/// Names, numbers and signs of a text of assembly.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with(":=") {
            2
        } else {
            first.len_utf8()
        };
        let (token, behind) = rest.split_at(len);
        tokens.push(token);
        rest = behind.trim_start();
    }
    tokens
}
