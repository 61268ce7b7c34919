//! What is the slot that the bytecode accesses called in the source?
//!
//! From the declared variable that a place begins from, its type leads on: through mappings and arrays to the members of
//! structs. Where the type does not fit what the code does, the place keeps its numbers.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{AccessSpace, Index, SlotExpr, StorageAccess, Word};
use uplint_layout::{ByteRange, Slot, Space, StorageVariable, TypeId, TypeKind, TypeTable, well_known_slot};

/// Names of declared variables by their slot.
pub(super) struct Names<'a> {
    known: BTreeMap<(AccessSpace, U256), Vec<&'a StorageVariable>>,
    types: &'a TypeTable,
}

/// A place by its name, with the type of what stands there.
struct Named {
    text: String,
    ty: Option<TypeId>,
    /// Where it begins within its slot.
    offset_bytes: u8,
}

impl Named {
    fn of(text: String, ty: Option<TypeId>) -> Self {
        Self { text, ty, offset_bytes: 0 }
    }
}

impl<'a> Names<'a> {
    /// The names that a layout declares.
    pub(super) fn of(facts: &'a VersionFacts) -> Self {
        let mut known: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for root in &facts.layout.roots {
            let space = if root.space == Space::Transient { AccessSpace::Transient } else { AccessSpace::Storage };
            for variable in &root.variables {
                known.entry((space, variable.place.slot.0)).or_default().push(variable);
            }
        }
        Self { known, types: &facts.layout.types }
    }

    /// Whether a name means something besides an argument: a variable, or a word of the environment.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        matches!(name, "caller" | "origin" | "this" | "timestamp" | "max")
            || self.known.values().flatten().any(|variable| variable.label == name)
    }

    /// The place of an access. `word` says what keys and indices are called.
    pub(super) fn access(&self, access: &StorageAccess, word: &dyn Fn(&Word) -> String) -> String {
        self.place(access.space, &access.slot, &access.bytes, word)
    }

    /// Some bytes of a place.
    pub(super) fn place(
        &self,
        space: AccessSpace,
        slot: &SlotExpr,
        bytes: &[ByteRange],
        word: &dyn Fn(&Word) -> String,
    ) -> String {
        self.named(space, slot, bytes, word).text
    }

    /// Bytes of a place by the name of a variable that has just these; `None` without one.
    pub(super) fn of_bytes(
        &self,
        space: AccessSpace,
        slot: &SlotExpr,
        bytes: ByteRange,
        word: &dyn Fn(&Word) -> String,
    ) -> Option<String> {
        let named = self.named(space, slot, &[bytes], word);
        let size = named.ty.map(|ty| self.types[ty].size_bytes);
        let is_whole = size == Some(U256::from(bytes.len)) && named.offset_bytes == bytes.offset;
        is_whole.then_some(named.text)
    }

    /// Whether a place holds a truth value.
    pub(super) fn is_truth(&self, space: AccessSpace, slot: &SlotExpr) -> bool {
        let ty = self.named(space, slot, &[], &|_| String::new()).ty;
        ty.is_some_and(|ty| matches!(self.kind(ty), TypeKind::Bool))
    }

    fn named(&self, space: AccessSpace, slot: &SlotExpr, bytes: &[ByteRange], word: &dyn Fn(&Word) -> String) -> Named {
        // Bytes are of the slot itself, not of the one that it is counted from.
        let base_of = |base: &SlotExpr| self.named(space, base, &[], word);
        match slot {
            SlotExpr::Known(number) => {
                let variables = self.known.get(&(space, *number)).map(Vec::as_slice).unwrap_or_default();
                covered(variables.iter().copied(), bytes).unwrap_or_else(|| Named::of(undeclared(space, *number), None))
            }
            SlotExpr::Mapping { base, key } => {
                let base = base_of(base);
                let value = base.ty.and_then(|ty| match self.kind(ty) {
                    TypeKind::Mapping { value, .. } => Some(*value),
                    _ => None,
                });
                self.within(Named::of(format!("{}[{}]", base.text, word(key)), value), U256::ZERO, bytes)
            }
            SlotExpr::DynArray { base } => {
                let base = base_of(base);
                let element = base.ty.and_then(|ty| self.element(ty));
                Named::of(format!("{}[..]", base.text), element)
            }
            SlotExpr::Offset { base, by, index } => {
                let is_data = matches!(**base, SlotExpr::DynArray { .. });
                let mut named = base_of(base);
                if let Some(Index { word: index, stride, .. }) = index {
                    // The data of an array with an index is the array's element.
                    let array = named.text.strip_suffix("[..]").unwrap_or(&named.text);
                    let known = if is_data { named.ty } else { named.ty.and_then(|ty| self.element(ty)) };
                    let is_element = known.is_some_and(|ty| self.slots(ty) == *stride);
                    let step = if is_element || *stride == U256::ONE { String::new() } else { format!(" by {stride}") };
                    named = Named::of(format!("{array}[{}{step}]", word(index)), known.filter(|_| is_element));
                }
                self.within(named, *by, bytes)
            }
            SlotExpr::Seeded { seed, keys } => {
                let keys = keys.iter().map(word).collect::<Vec<_>>().join("][");
                Named::of(format!("seed {seed:#x}[{keys}]"), None)
            }
            SlotExpr::Given(given) => Named::of(slot_text(&word(given)), None),
            // Nothing is unknown of a word all of whose parts are known, but which variable it belongs to.
            SlotExpr::Unknown(known) if !has_unknown(known) => Named::of(slot_text(&word(known)), None),
            SlotExpr::Unknown(unknown) => Named::of(format!("unknown ({})", word(unknown)), None),
        }
    }

    fn kind(&self, ty: TypeId) -> &TypeKind {
        &self.types[ty].kind
    }

    fn element(&self, ty: TypeId) -> Option<TypeId> {
        match self.kind(ty) {
            TypeKind::StaticArray { element, .. }
            | TypeKind::DynamicArray { element }
            | TypeKind::BoundedArray { element, .. } => Some(*element),
            _ => None,
        }
    }

    /// How many slots a type takes.
    fn slots(&self, ty: TypeId) -> U256 {
        self.types[ty].size_bytes.div_ceil(U256::from(32))
    }

    /// The slot that lies so many slots behind the start of something: the member of a struct.
    fn within(&self, named: Named, by: U256, bytes: &[ByteRange]) -> Named {
        if let Some(TypeKind::Struct { members }) = named.ty.map(|ty| self.kind(ty)) {
            let there = members.iter().filter(|member| member.place.slot.0 == by);
            if let Some(member) = covered(there, bytes) {
                return Named { text: format!("{}.{}", named.text, member.text), ..member };
            }
        }
        if by.is_zero() {
            return named;
        }
        let back = by.wrapping_neg();
        let text = if back < by { format!("{} less {back}", named.text) } else { format!("{}.{by}", named.text) };
        Named::of(text, None)
    }
}

/// The variables of one slot that hold some of these bytes, or all of them where no bytes are given.
fn covered<'b>(variables: impl Iterator<Item = &'b StorageVariable>, bytes: &[ByteRange]) -> Option<Named> {
    let meets = |variable: &&StorageVariable| match variable.place.within_slot() {
        Some(place) => bytes.is_empty() || bytes.iter().any(|bytes| bytes.overlaps(place)),
        None => true,
    };
    let met: Vec<_> = variables.filter(meets).collect();
    let ty = if let [one] = met.as_slice() { Some(one.ty) } else { None };
    let labels: Vec<_> = met.iter().map(|variable| variable.label.as_str()).collect();
    let offset_bytes = met.first().and_then(|variable| variable.place.within_slot()).map_or(0, |bytes| bytes.offset);
    (!labels.is_empty()).then(|| Named { text: labels.join(" and "), ty, offset_bytes })
}

/// A slot that no variable has: by its name where a standard gives it one.
fn undeclared(space: AccessSpace, number: U256) -> String {
    let known = well_known_slot(Slot(number)).filter(|_| space == AccessSpace::Storage);
    known.map_or_else(|| SlotExpr::Known(number).to_string(), |known| known.name.to_string())
}

/// A slot that is no variable's, by the word that the code computes.
fn slot_text(word: &str) -> String {
    if word.contains(' ') { format!("slot ({word})") } else { format!("slot {word}") }
}

/// Whether some part of a word is not known.
fn has_unknown(word: &Word) -> bool {
    match word {
        Word::Unknown | Word::Argument(_) => true,
        Word::Operation(_, words) | Word::OneOf(words) => words.iter().any(has_unknown),
        Word::Stored(_, word) | Word::Noted(word, _) => has_unknown(word),
        Word::Hash(parts) => parts.iter().any(|(word, ..)| has_unknown(word)),
        _ => false,
    }
}
