//! What is the slot that the bytecode accesses called in the source?
//!
//! From the declared variable that a place begins from, its type leads on: through mappings and arrays to the members of
//! structs. Where the type does not fit what the code does, the place keeps its numbers.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{AccessSpace, Index, SlotExpr, StorageAccess, Word};
use uplint_layout::{ByteRange, RootKind, Slot, Space, StorageVariable, TypeId, TypeKind, TypeTable, well_known_slot};

/// Names of declared variables by their slot.
pub(super) struct Names<'a> {
    known: BTreeMap<(AccessSpace, U256), Vec<&'a StorageVariable>>,
    /// Slots that have the name of the constant in the source that holds their number.
    constants: BTreeSet<(AccessSpace, U256)>,
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
        let mut constants = BTreeSet::new();
        for root in &facts.layout.roots {
            let space = if root.space == Space::Transient { AccessSpace::Transient } else { AccessSpace::Storage };
            for variable in &root.variables {
                if matches!(&root.kind, RootKind::Unstructured { name } if *name == variable.label) {
                    constants.insert((space, variable.place.slot.0));
                }
                known.entry((space, variable.place.slot.0)).or_default().push(variable);
            }
        }
        Self { known, constants, types: &facts.layout.types }
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
        self.whole(self.named(space, slot, bytes, word), bytes).text
    }

    /// What a place holds. The name of a variable means that already; a number, a constant, the name that a standard gives
    /// a slot, and whatever begins from no variable mean the place.
    pub(super) fn stored(&self, space: AccessSpace, slot: &SlotExpr, word: &dyn Fn(&Word) -> String) -> String {
        if let SlotExpr::Given(inner) | SlotExpr::Unknown(inner) = slot
            && !has_unknown(inner)
        {
            return format!("{space}[{}]", word(inner));
        }
        let place = self.place(space, slot, &[], word);
        let is_place = slot.root().is_none_or(|root| {
            self.constants.contains(&(space, root)) || covered(self.reaching(space, root).0, &[]).is_none()
        });
        let is_number = place.starts_with(|first: char| first.is_ascii_digit());
        if is_place || is_number { format!("{space}[{place}]") } else { place }
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

    /// Whether some bytes of a place hold a truth value; `None` where nobody knows what they hold.
    pub(super) fn is_truth(&self, space: AccessSpace, slot: &SlotExpr, bytes: &[ByteRange]) -> Option<bool> {
        let ty = self.named(space, slot, bytes, &|_| String::new()).ty;
        ty.map(|ty| matches!(self.kind(ty), TypeKind::Bool))
    }

    fn named(&self, space: AccessSpace, slot: &SlotExpr, bytes: &[ByteRange], word: &dyn Fn(&Word) -> String) -> Named {
        match slot {
            SlotExpr::Known(number) => {
                let (there, by) = self.reaching(space, *number);
                match covered(there, bytes) {
                    Some(named) => self.within(named, by, bytes),
                    None => Named::of(undeclared(space, *number), None),
                }
            }
            SlotExpr::DynArray { base } => self.in_data(&self.base(space, base, word), U256::ZERO, bytes),
            SlotExpr::Offset { base, by, index: None } => match &**base {
                SlotExpr::DynArray { base } => self.in_data(&self.base(space, base, word), *by, bytes),
                _ => self.behind(space, slot, bytes, word),
            },
            slot => self.behind(space, slot, bytes, word),
        }
    }

    fn behind(
        &self,
        space: AccessSpace,
        slot: &SlotExpr,
        bytes: &[ByteRange],
        word: &dyn Fn(&Word) -> String,
    ) -> Named {
        let (start, by) = self.start(space, slot, word);
        self.within(start, by, bytes)
    }

    /// The data of a dynamic array, so many slots behind the first element.
    fn in_data(&self, array: &Named, by: U256, bytes: &[ByteRange]) -> Named {
        match array.ty.and_then(|ty| self.element(ty)) {
            Some(element) => self.element_at(&array.text, element, self.is_packed(element), by, bytes),
            None => self.within(Named::of(format!("{}[0]", array.text), None), by, bytes),
        }
    }

    /// What a slot holds that a key or the data of an array is counted from: the slot itself, and not what it is counted
    /// from.
    fn base(&self, space: AccessSpace, base: &SlotExpr, word: &dyn Fn(&Word) -> String) -> Named {
        let (start, by) = self.start(space, base, word);
        let is_whole = start.ty.is_none_or(|ty| !matches!(self.kind(ty), TypeKind::Struct { .. }));
        if by.is_zero() && is_whole { start } else { self.named(space, base, &[], word) }
    }

    /// The variables that reach over a slot, and how many slots behind their first one it lies.
    fn reaching(&self, space: AccessSpace, number: U256) -> (impl Iterator<Item = &'a StorageVariable>, U256) {
        let before = self.known.range((space, U256::ZERO)..=(space, number)).next_back();
        let by = before.map_or(U256::ZERO, |((_, start), _)| number - *start);
        let there = before.into_iter().flat_map(|(_, variables)| variables).copied();
        (there.filter(move |variable| by.is_zero() || by < variable.place.slots()), by)
    }

    /// What a place is counted from, and how many slots it lies behind that.
    fn start(&self, space: AccessSpace, slot: &SlotExpr, word: &dyn Fn(&Word) -> String) -> (Named, U256) {
        let named = match slot {
            SlotExpr::Known(number) => {
                let (there, by) = self.reaching(space, *number);
                match covered(there, &[]) {
                    Some(named) => return (named, by),
                    None => Named::of(undeclared(space, *number), None),
                }
            }
            SlotExpr::Mapping { base, key } => {
                let base = self.base(space, base, word);
                let value = base.ty.and_then(|ty| match self.kind(ty) {
                    TypeKind::Mapping { value, .. } => Some(*value),
                    _ => None,
                });
                Named::of(format!("{}[{}]", base.text, word(key)), value)
            }
            SlotExpr::DynArray { base } => {
                let array = self.base(space, base, word);
                Named::of(format!("{}[0]", array.text), array.ty.and_then(|ty| self.element(ty)))
            }
            SlotExpr::Offset { base, by, index } => {
                if let (SlotExpr::DynArray { base }, Some(index)) = (&**base, index) {
                    return (self.indexed_data(&self.base(space, base, word), index, word), *by);
                }
                let (start, behind) = self.start(space, base, word);
                let by = behind.wrapping_add(*by);
                return match index {
                    None => (start, by),
                    Some(index) if matches!(**base, SlotExpr::Given(_)) => {
                        let times =
                            if index.stride == U256::ONE { String::new() } else { format!(" * {}", index.stride) };
                        (Named::of(format!("{} + {}{times}", start.text, word(&index.word)), None), by)
                    }
                    Some(index) => self.indexed(start, by, index, word),
                };
            }
            SlotExpr::Seeded { seed, keys } => {
                let keys = keys.iter().map(word).collect::<Vec<_>>().join("][");
                Named::of(format!("seed {seed:#x}[{keys}]"), None)
            }
            SlotExpr::Given(given) => Named::of(slot_text(&word(given)), None),
            // Nothing is unknown of a word all of whose parts are known, but which variable it belongs to.
            SlotExpr::Unknown(known) if !has_unknown(known) => Named::of(slot_text(&word(known)), None),
            SlotExpr::Unknown(unknown) => Named::of(format!("unknown ({})", word(unknown)), None),
        };
        (named, U256::ZERO)
    }

    /// The element of a dynamic array by its index.
    fn indexed_data(&self, array: &Named, index: &Index, word: &dyn Fn(&Word) -> String) -> Named {
        let element = array.ty.and_then(|ty| self.element(ty)).filter(|ty| self.slots(*ty) == index.stride);
        Named::of(element_text(&array.text, element, index, word), element)
    }

    /// The element of an array within a variable by its index, and how many slots behind its start.
    fn indexed(&self, start: Named, by: U256, index: &Index, word: &dyn Fn(&Word) -> String) -> (Named, U256) {
        let (mut array, mut by) = (start, by);
        while let Some(ty) = array.ty {
            match self.kind(ty) {
                TypeKind::Struct { members } => match member(&array.text, members, by, &[]) {
                    Some((member, behind)) => (array, by) = (member, behind),
                    None => break,
                },
                TypeKind::StaticArray { element, .. } if self.slots(*element) == index.stride => {
                    let (text, element) = (element_text(&array.text, Some(*element), index, word), Some(*element));
                    return (Named::of(text, element), by);
                }
                // The length stands before the first element.
                TypeKind::BoundedArray { element, .. } if !by.is_zero() && self.slots(*element) == index.stride => {
                    let (text, element) = (element_text(&array.text, Some(*element), index, word), Some(*element));
                    return (Named::of(text, element), by - U256::ONE);
                }
                TypeKind::BoundedArray { element, .. } if !by.is_zero() && self.slots(*element) > index.stride => {
                    let (slots, behind) = (self.slots(*element), by - U256::ONE);
                    array = Named::of(format!("{}[{}]", array.text, behind / slots), Some(*element));
                    by = behind % slots;
                }
                TypeKind::StaticArray { element, .. } if self.slots(*element) > index.stride && by < self.slots(ty) => {
                    let slots = self.slots(*element);
                    array = Named::of(format!("{}[{}]", array.text, by / slots), Some(*element));
                    by %= slots;
                }
                _ => break,
            }
        }
        let element = array.ty.and_then(|ty| self.element(ty)).filter(|ty| self.slots(*ty) == index.stride);
        (Named::of(element_text(&array.text, element, index, word), element), by)
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

    /// Whether several elements of such a type share a slot.
    fn is_packed(&self, element: TypeId) -> bool {
        self.types[element].size_bytes <= U256::from(16)
    }

    /// What is accessed of a variable by its own slot, which is said of arrays: the length, or the first element.
    fn whole(&self, named: Named, bytes: &[ByteRange]) -> Named {
        match named.ty.map(|ty| self.kind(ty)) {
            Some(TypeKind::DynamicArray { .. } | TypeKind::BoundedArray { .. }) => {
                Named::of(format!("{}.length", named.text), None)
            }
            Some(TypeKind::StaticArray { .. }) => {
                let (text, ty) = (named.text.clone(), named.ty);
                ty.and_then(|ty| self.in_array(&text, ty, U256::ZERO, bytes)).unwrap_or(named)
            }
            _ => named,
        }
    }

    /// The element of a static array that lies so many slots behind its start.
    fn in_array(&self, array: &str, ty: TypeId, by: U256, bytes: &[ByteRange]) -> Option<Named> {
        let TypeKind::StaticArray { element, len } = self.kind(ty) else { return None };
        if by >= self.slots(ty) {
            return None;
        }
        // Vyper gives each element a slot of its own.
        let is_packed = self.is_packed(*element) && self.slots(ty) < *len;
        let named = self.element_at(array, *element, is_packed, by, bytes);
        Some(self.whole(named, bytes))
    }

    /// The element of an array that lies so many slots behind the first one.
    fn element_at(&self, array: &str, element: TypeId, is_packed: bool, by: U256, bytes: &[ByteRange]) -> Named {
        let size = self.types[element].size_bytes;
        if !is_packed {
            let slots = self.slots(element).max(U256::ONE);
            return self.within(Named::of(format!("{array}[{}]", by / slots), Some(element)), by % slots, bytes);
        }
        let size = size.max(U256::ONE).to::<usize>();
        let first = by.saturating_mul(U256::from(32 / size));
        let at = |byte: u8| usize::from(byte) / size;
        let (start, end) = match bytes {
            [range] => (at(range.offset), at(range.offset.saturating_add(range.len.saturating_sub(1)))),
            _ => (0, 32 / size - 1),
        };
        let index = |at: usize| first.saturating_add(U256::from(at));
        if start == end {
            let offset_bytes = u8::try_from(start * size).unwrap_or(u8::MAX);
            return Named { offset_bytes, ..Named::of(format!("{array}[{}]", index(start)), Some(element)) };
        }
        Named::of(format!("{array}[{} to {}]", index(start), index(end)), None)
    }

    /// The slot that lies so many slots behind the start of something: the member of a struct, the element of an array.
    fn within(&self, named: Named, by: U256, bytes: &[ByteRange]) -> Named {
        match named.ty.map(|ty| (ty, self.kind(ty))) {
            Some((_, TypeKind::Struct { members })) => {
                if let Some((member, behind)) = member(&named.text, members, by, bytes) {
                    return self.within(member, behind, bytes);
                }
            }
            Some((ty, TypeKind::BoundedArray { element, .. })) if !by.is_zero() && by < self.slots(ty) => {
                return self.element_at(&named.text, *element, false, by - U256::ONE, bytes);
            }
            Some((ty, TypeKind::StaticArray { .. })) if !by.is_zero() => {
                if let Some(element) = self.in_array(&named.text, ty, by, bytes) {
                    return element;
                }
            }
            _ => {}
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

/// The member of a struct that reaches over a slot, and how many slots behind its start that lies.
fn member(text: &str, members: &[StorageVariable], by: U256, bytes: &[ByteRange]) -> Option<(Named, U256)> {
    let reaches = |member: &&StorageVariable| {
        let behind = by.checked_sub(member.place.slot.0);
        behind.is_some_and(|behind| behind.is_zero() || behind < member.place.slots())
    };
    let there: Vec<_> = members.iter().filter(reaches).collect();
    let start = there.iter().map(|member| member.place.slot.0).max()?;
    let last = there.into_iter().filter(|member| member.place.slot.0 == start);
    let member = covered(last, bytes)?;
    Some((Named { text: format!("{text}.{}", member.text), ..member }, by - start))
}

/// An element of an array by its index; with the slots from one to the next where they are not those of its type.
fn element_text(array: &str, element: Option<TypeId>, index: &Index, word: &dyn Fn(&Word) -> String) -> String {
    let is_plain = element.is_some() || index.stride == U256::ONE;
    let step = if is_plain { String::new() } else { format!(" by {}", index.stride) };
    format!("{array}[{}{step}]", word(&index.word))
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
