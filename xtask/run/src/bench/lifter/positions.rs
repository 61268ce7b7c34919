//! Which positions in storage are found: a storage, a slot and bytes in it, held against where the compiler says that
//! variables and their members lie.
//!
//! What the effects name is followed through the types of the layout: a mapping's value, an array's element and a
//! struct's member are found only where the slot leads through such a type, at its distance. Named is what the recovered
//! values name: a read of a part of what is written as one word, and a store of several values at once, are no positions
//! of their own; what all accesses name is counted beside. Recall is over variables whose slot was accessed when the code
//! ran, unless only the caller chose it; a variable that shares its slot with others may be among them though nobody
//! accesses its own bytes.

mod declared;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use revm::primitives::{B256, U256, keccak256};
use uplint_facts::effects::{AccessSpace, CodeEffects, SlotExpr, StorageAccess, recovered_values};
use uplint_layout::ByteRange;
use xtask_run::oracle::{Happened, Recorded};

use self::declared::Type;
use super::figures::Both;
use super::{Code, peer};

/// Farthest element behind the start of an array.
const MAX_ELEMENT: u64 = 1 << 32;

/// Values that share a slot, or bytes.
static ELEMENTS: Type = Type::Words(None);

/// How far behind a word of the call data a slot is taken for one that the caller chose.
const MAX_BEHIND_GIVEN: u64 = 256;

/// Deepest mappings and arrays within each other.
const MAX_NESTED: u32 = 12;

/// Figures of positions.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    /// Positions that accesses name in declared storage, each once, and those that are a variable or a member, exactly.
    pub(super) accessed: u64,
    pub(super) accessed_exact: u64,
    /// Positions that recovered values name in declared storage, each once.
    pub(super) named: u64,
    /// Those that are a variable or a member, exactly.
    pub(super) exact: u64,
    /// Those that are several at once: a whole slot of which a part was meant or not.
    pub(super) several: u64,
    /// Those within a variable.
    pub(super) within: u64,
    /// Variables and members whose slot was accessed when the code ran.
    pub(super) used: u64,
    /// Those that are named exactly.
    pub(super) found: u64,
    /// Those that are named together with others or in part.
    pub(super) found_in_part: u64,
    /// Of the used ones, members of structs within mappings and arrays, and those that are found.
    pub(super) members: u64,
    pub(super) members_found: u64,
    /// Declared variables that were used, and those that each side has a record for.
    pub(super) variables: u64,
    pub(super) variables_found: Both,
    /// What is missing, by class.
    pub(super) missing: BTreeMap<&'static str, u64>,
    /// What is missing and what is not exact, one by one.
    pub(super) inexact: Vec<String>,
}

impl AddAssign for Positions {
    fn add_assign(&mut self, other: Self) {
        self.accessed += other.accessed;
        self.accessed_exact += other.accessed_exact;
        self.named += other.named;
        self.exact += other.exact;
        self.several += other.several;
        self.within += other.within;
        self.used += other.used;
        self.found += other.found;
        self.found_in_part += other.found_in_part;
        self.members += other.members;
        self.members_found += other.members_found;
        self.variables += other.variables;
        self.variables_found += other.variables_found;
        self.inexact.extend(other.inexact);
        for (class, number) in other.missing {
            *self.missing.entry(class).or_default() += number;
        }
    }
}

/// A variable or a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leaf {
    space: usize,
    path: String,
    byte: u64,
    len: u64,
    /// Bytes or a string in Solidity's encoding.
    is_text: bool,
}

impl Leaf {
    /// Whether some bytes are the variable, exactly. The slot of a string holds twice its length in the lowest byte, and
    /// the bytes of a short one in the others (Solidity documentation, "bytes and string").
    fn is_exactly(&self, byte: u64, len: u64) -> bool {
        (self.byte, self.len) == (byte, len) || self.is_text && matches!((byte, len), (0, 1) | (1, 31))
    }
}

/// A part of storage that a type lays out.
#[derive(Clone, Debug)]
enum Region<'a> {
    /// One value.
    One(&'a Type),
    /// Elements, one behind the other.
    Elements(&'a Type),
    /// The data of bytes or a string.
    Data,
}

/// A slot within a region.
#[derive(Clone, Debug)]
struct Place<'a> {
    region: Region<'a>,
    path: String,
    slot: u64,
    /// Divides what an unknown index adds; zero without an index.
    stride: u64,
}

/// The figures of one code; nothing where the compiler says nothing of its storage.
pub(super) fn positions(code: &Code, effects: &CodeEffects, recorded: &Recorded) -> Positions {
    let mut positions = Positions::default();
    if code.layout.is_null() {
        return positions;
    }
    let spaces = declared::variables(&code.layout, code.group == "vyper");
    let accesses = effects.entries.iter().flat_map(|entry| &entry.accesses);
    let of_access = |access: &'_ StorageAccess| {
        let bytes = access.bytes.clone().into_iter();
        bytes.map(|bytes| (access.space, access.slot.clone(), bytes)).collect::<Vec<_>>()
    };
    let of_accesses = named(&spaces, accesses.flat_map(of_access));
    (positions.accessed, positions.accessed_exact) = (of_accesses.count, of_accesses.exact);
    let values = recovered_values(effects).into_iter().map(|value| (value.space, value.slot, value.bytes));
    let Named { count, exact, within, several, nothing, exact_leaves, touched, inexact } = named(&spaces, values);
    (positions.named, positions.exact, positions.within, positions.several) = (count, exact, within, several);
    positions.inexact = inexact;
    if nothing > 0 {
        positions.missing.insert("named where the compiler has nothing", nothing);
    }
    let used = used(&spaces, effects, recorded);
    for leaf in &used {
        let is_member = leaf.path.contains("[]") && leaf.path.ends_with(|last| last != ']');
        positions.used += 1;
        positions.members += u64::from(is_member);
        if exact_leaves.contains(leaf) {
            positions.found += 1;
            positions.members_found += u64::from(is_member);
        } else if touched.contains(leaf) {
            positions.found_in_part += 1;
        } else {
            let shares = used.iter().any(|other| other.path != leaf.path && other.byte != leaf.byte && leaf.len < 32);
            let class = if shares { "not named, shares its slot" } else { "not named" };
            *positions.missing.entry(class).or_default() += 1;
            positions.inexact.push(format!("{class}: {} {}+{}", leaf.path, leaf.byte, leaf.len));
        }
    }
    variables(&spaces[0], &used, effects, code, &mut positions);
    positions
}

/// How well positions that are named fit what is declared.
#[derive(Default)]
struct Named {
    count: u64,
    exact: u64,
    within: u64,
    several: u64,
    nothing: u64,
    exact_leaves: BTreeSet<Leaf>,
    touched: BTreeSet<Leaf>,
    inexact: Vec<String>,
}

/// Holds positions in declared storage against what lies there; what leads to the same variables counts once.
fn named(spaces: &[Type; 2], places: impl Iterator<Item = (AccessSpace, SlotExpr, ByteRange)>) -> Named {
    let mut found = Named::default();
    let mut counted = BTreeSet::new();
    for (space, slot, bytes) in places.collect::<BTreeSet<_>>() {
        let space = usize::from(space == AccessSpace::Transient);
        let (byte, len) = (u64::from(bytes.offset), u64::from(bytes.len));
        if slot.root().is_none_or(|root| root >= U256::from(spaces[space].slots())) {
            continue;
        }
        let leaves = place(&spaces[space], &slot).map(|place| leaves(space, &place)).unwrap_or_default();
        let whose = leaves.first().map_or_else(|| slot.to_string(), |leaf| leaf.path.clone());
        if !counted.insert((space, whose, byte, len)) {
            continue;
        }
        found.count += 1;
        let meets = |leaf: &&Leaf| leaf.byte < byte + len && byte < leaf.byte + leaf.len;
        let met: Vec<&Leaf> = leaves.iter().filter(meets).collect();
        found.touched.extend(met.iter().map(|leaf| (*leaf).clone()));
        if let Some(leaf) = met.iter().find(|leaf| leaf.is_exactly(byte, len)) {
            found.exact += 1;
            found.exact_leaves.insert((*leaf).clone());
            continue;
        }
        let is_within = |leaf: &&Leaf| leaf.byte <= byte && byte + len <= leaf.byte + leaf.len;
        let (count, class) = if met.iter().any(is_within) {
            (&mut found.within, "part of a variable")
        } else if !met.is_empty() {
            (&mut found.several, "several variables at once")
        } else {
            (&mut found.nothing, "named where the compiler has nothing")
        };
        *count += 1;
        let met: Vec<String> = met.iter().map(|leaf| format!("{} {}+{}", leaf.path, leaf.byte, leaf.len)).collect();
        found.inexact.push(format!("{class}: slot {slot}, {byte}+{len}: {}", met.join(", ")));
    }
    found
}

/// Declared variables by slot and first byte, whatever lies behind them.
fn variables(storage: &Type, used: &BTreeSet<Leaf>, effects: &CodeEffects, code: &Code, positions: &mut Positions) {
    let Type::Struct(members) = storage else { return };
    let theirs = peer::storage(&code.bytes);
    let accesses = effects.entries.iter().flat_map(|entry| &entry.accesses);
    let ours: BTreeSet<(U256, u64)> = accesses
        .filter(|access| access.space == AccessSpace::Storage)
        .filter_map(|access| Some((access.slot.root()?, access)))
        .flat_map(|(root, access)| {
            let is_whole = matches!(access.slot, SlotExpr::Known(_));
            access.bytes.iter().map(move |bytes| (root, if is_whole { u64::from(bytes.offset) } else { 0 }))
        })
        .collect();
    for member in members {
        let is_of = |leaf: &&Leaf| leaf.space == 0 && leaf.path.split(['[', '.']).next() == Some(&member.name);
        if used.iter().any(|leaf| is_of(&leaf)) {
            let at = (U256::from(member.slot), member.byte);
            positions.variables += 1;
            positions.variables_found.ours += u64::from(ours.contains(&at));
            positions.variables_found.theirs += u64::from(theirs.contains(&at));
            if !ours.contains(&at) {
                let theirs = if theirs.contains(&at) { ", which the peer has" } else { "" };
                positions.inexact.push(format!("variable without a record{theirs}: {}", member.name));
            }
        }
    }
}

/// The variables and members whose slot was accessed.
fn used(spaces: &[Type; 2], effects: &CodeEffects, recorded: &Recorded) -> BTreeSet<Leaf> {
    let mut starts: BTreeMap<B256, Vec<u8>> =
        recorded.preimages.iter().map(|(hash, preimage)| (*hash, preimage.to_vec())).collect();
    // The hash of a declared slot is computed by the compiler.
    for slot in 0..spaces[0].slots().min(512) {
        let preimage = U256::from(slot).to_be_bytes::<32>();
        starts.insert(keccak256(preimage), preimage.to_vec());
    }
    let mut used = BTreeSet::new();
    for (space, slot) in own_slots(effects, recorded) {
        let space = usize::from(space == AccessSpace::Transient);
        if let Some(place) = concrete(&spaces[space], slot, &starts, 0) {
            used.extend(leaves(space, &place));
        }
    }
    used
}

/// The slots that calls accessed, but for those that only whoever calls chose, so that they are no variables of the code:
/// the instruction is told to access slots that the call data names, and the slot stood there, or shortly before it.
fn own_slots(effects: &CodeEffects, recorded: &Recorded) -> BTreeSet<(AccessSpace, U256)> {
    let accesses = effects.entries.iter().flat_map(|entry| &entry.accesses);
    let given: BTreeSet<u32> = accesses.filter(|access| is_given(&access.slot)).map(|access| access.pc.0).collect();
    let mut slots = BTreeSet::new();
    for frame in &recorded.frames {
        for (pc, happened) in &frame.happened {
            let (Happened::Load { space, slot } | Happened::Store { space, slot, .. }) = *happened else { continue };
            let is_near = |word: U256| slot.wrapping_sub(word) < U256::from(MAX_BEHIND_GIVEN);
            // Behind the end of the call data are zeros.
            let is_chosen = || given.contains(pc) && frame.given().chain([U256::ZERO]).any(is_near);
            if slots.contains(&(space, slot)) || is_chosen() {
                continue;
            }
            slots.insert((space, slot));
        }
    }
    slots
}

/// Whether a slot is one that the call data names, or some slots behind.
fn is_given(slot: &SlotExpr) -> bool {
    match slot {
        SlotExpr::Given(_) => true,
        SlotExpr::Offset { base, .. } => is_given(base),
        _ => false,
    }
}

/// The place of a slot by what was hashed.
fn concrete<'a>(root: &'a Type, slot: U256, starts: &BTreeMap<B256, Vec<u8>>, depth: u32) -> Option<Place<'a>> {
    if slot < U256::from(root.slots()) {
        let slot = u64::try_from(slot).ok()?;
        return Some(Place { region: Region::One(root), path: String::new(), slot, stride: 0 });
    }
    let (hash, preimage) = starts.range(..=B256::from(slot)).next_back()?;
    let distance = u64::try_from(slot - U256::from_be_bytes(hash.0)).ok().filter(|distance| *distance < MAX_ELEMENT)?;
    let parts = [preimage.get(preimage.len().checked_sub(32)?..)?, preimage.get(..32)?];
    let (is_hash_of_slot, depth) = (preimage.len() == 32, depth + 1);
    // Solidity hashes the key before the slot, Vyper the slot before the key.
    let behind = parts.iter().filter(|_| depth < MAX_NESTED).find_map(|part| {
        let base = concrete(root, U256::from_be_slice(part), starts, depth)?;
        if is_hash_of_slot { elements(&base) } else { value(&base) }
    })?;
    Some(Place { slot: behind.slot.checked_add(distance)?, ..behind })
}

/// The place that the effects name.
fn place<'a>(root: &'a Type, slot: &SlotExpr) -> Option<Place<'a>> {
    match slot {
        SlotExpr::Known(slot) => {
            let slot = u64::try_from(*slot).ok()?;
            Some(Place { region: Region::One(root), path: String::new(), slot, stride: 0 })
        }
        SlotExpr::Mapping { base, .. } => value(&place(root, base)?),
        SlotExpr::DynArray { base } => elements(&place(root, base)?),
        SlotExpr::Offset { base, by, index } => {
            let base = place(root, base)?;
            let slot = base.slot.checked_add(u64::try_from(*by).ok()?)?;
            let stride = match index {
                Some(index) => u64::try_from(index.stride).ok().filter(|stride| *stride > 0)?,
                None => 0,
            };
            Some(Place { slot, stride: divisor(base.stride, stride), ..base })
        }
        SlotExpr::Seeded { .. } | SlotExpr::Given(_) | SlotExpr::Unknown(_) => None,
    }
}

/// What lies behind a mapping.
fn value<'a>(base: &Place<'a>) -> Option<Place<'a>> {
    at(base).into_iter().find_map(|(ty, path, _)| match ty {
        Type::Mapping(value) => {
            Some(Place { region: Region::One(value), path: format!("{path}[]"), slot: 0, stride: 0 })
        }
        _ => None,
    })
}

/// What lies behind a dynamic array, or behind long bytes.
fn elements<'a>(base: &Place<'a>) -> Option<Place<'a>> {
    at(base).into_iter().find_map(|(ty, path, _)| match ty {
        Type::Dynamic(element) => {
            Some(Place { region: Region::Elements(element), path: format!("{path}[]"), slot: 0, stride: 0 })
        }
        Type::Text => Some(Place { region: Region::Data, path: format!("{path}[]"), slot: 0, stride: 0 }),
        _ => None,
    })
}

/// The variables in a slot.
fn leaves(space: usize, place: &Place<'_>) -> Vec<Leaf> {
    let of = |(ty, path, byte): (&Type, String, u64)| {
        let len = if matches!(ty, Type::Words(_)) { 32 } else { ty.len_bytes() };
        // The slot of a mapping holds nothing.
        let is_text = matches!(ty, Type::Text);
        (!matches!(ty, Type::Mapping(_))).then_some(Leaf { space, path, byte, len, is_text })
    };
    at(place).into_iter().filter_map(of).collect()
}

/// What lies in a slot: types that are no structs and no fixed arrays, with their names and first bytes.
fn at<'a>(place: &Place<'a>) -> Vec<(&'a Type, String, u64)> {
    let mut found = Vec::new();
    match place.region {
        Region::One(ty) => descend(ty, place.slot, place.stride, &place.path, 0, &mut found),
        Region::Elements(element) => element_at(element, place.slot, place.stride, &place.path, &mut found),
        Region::Data => found.push((&ELEMENTS, place.path.clone(), 0)),
    }
    found
}

fn descend<'a>(ty: &'a Type, slot: u64, stride: u64, path: &str, byte: u64, found: &mut Vec<(&'a Type, String, u64)>) {
    match ty {
        Type::Struct(members) => {
            let is_there = |member: &&declared::Member| member.slot <= slot && slot - member.slot < member.ty.slots();
            for member in members.iter().filter(is_there) {
                let path = if path.is_empty() { member.name.clone() } else { format!("{path}.{}", member.name) };
                descend(&member.ty, slot - member.slot, stride, &path, member.byte, found);
            }
        }
        Type::Fixed(element, _) => element_at(element, slot, stride, &format!("{path}[]"), found),
        Type::Words(_) => found.push((ty, path.to_owned(), 0)),
        _ if slot == 0 && stride == 0 => found.push((ty, path.to_owned(), byte)),
        _ => {}
    }
}

fn element_at<'a>(element: &'a Type, slot: u64, stride: u64, path: &str, found: &mut Vec<(&'a Type, String, u64)>) {
    // Elements that share a slot are chosen by an index, so that the slot is their position.
    if element.in_one_slot().is_some() {
        found.push((&ELEMENTS, path.to_owned(), 0));
        return;
    }
    let len = element.slots();
    if len == u64::MAX {
        found.push((element, path.to_owned(), 0));
    } else if stride.is_multiple_of(len) {
        descend(element, slot % len, 0, path, 0, found);
    } else if len.is_multiple_of(stride) {
        // The index is of an array within the element.
        descend(element, slot % len, stride, path, 0, found);
    }
}

/// The greatest common divisor.
fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use revm::bytecode::opcode as op;
    use serde_json::json;
    use uplint_facts::effects::{Index, Reach, Word};
    use xtask_run::oracle::{self, Entry};

    use super::*;

    /// `mapping(address => Account) accounts` in slot 0 and `Account[] list` in slot 1, of 16 and 1 and 32 bytes.
    fn storage() -> Type {
        let member = |name: &str, slot: &str, byte: u64, ty: &str| json!({ "label": name, "slot": slot, "offset": byte, "type": ty });
        let layout = json!({ "storage": {
            "storage": [member("accounts", "0", 0, "map"), member("list", "1", 0, "array")],
            "types": {
                "map": { "encoding": "mapping", "value": "account", "numberOfBytes": "32" },
                "array": { "encoding": "dynamic_array", "base": "account", "numberOfBytes": "32" },
                "account": { "encoding": "inplace", "numberOfBytes": "64", "members": [
                    member("debt", "0", 0, "uint128"), member("frozen", "0", 16, "bool"), member("paid", "1", 0, "uint256"),
                ] },
                "uint128": { "encoding": "inplace", "numberOfBytes": "16" },
                "bool": { "encoding": "inplace", "numberOfBytes": "1" },
                "uint256": { "encoding": "inplace", "numberOfBytes": "32" },
            },
        } });
        let [storage, _] = declared::variables(&layout, false);
        storage
    }

    fn found(slot: &SlotExpr) -> Vec<String> {
        let storage = storage();
        let leaves = place(&storage, slot).map(|place| leaves(0, &place)).unwrap_or_default();
        leaves.iter().map(|leaf| format!("{} {}+{}", leaf.path, leaf.byte, leaf.len)).collect()
    }

    fn behind(base: SlotExpr, by: u64, stride: Option<u64>) -> SlotExpr {
        let index = |stride| Index { word: Word::Caller, stride: U256::from(stride), reach: Reach::Length };
        SlotExpr::Offset { base: Arc::new(base), by: U256::from(by), index: stride.map(index) }
    }

    #[test]
    fn a_slot_that_only_the_caller_chooses_is_none_of_the_code_s_own() {
        // `sload(calldata[4])`, and `sload(5)`.
        let code = [op::PUSH1, 4, op::CALLDATALOAD, op::SLOAD, op::POP, op::PUSH1, 5, op::SLOAD, op::STOP];
        let entry = Entry { selector: [1, 2, 3, 4], signature: Some("f(uint256)".to_owned()) };
        let recorded = oracle::run(&code, &[entry]);
        let loads = recorded.frames.iter().flat_map(|frame| &frame.happened);
        let slots: BTreeSet<U256> = loads
            .filter_map(|(_, happened)| match happened {
                Happened::Load { slot, .. } => Some(*slot),
                _ => None,
            })
            .collect();
        assert!(slots.len() > 1, "some call chose another slot: {slots:?}");
        let effects = uplint_facts::effects::code_effects(&code, &[]);
        assert_eq!(own_slots(&effects, &recorded), BTreeSet::from([(AccessSpace::Storage, U256::from(5))]));
    }

    #[test]
    fn a_member_behind_a_mapping_is_found_at_its_distance_and_at_no_other() {
        let value = SlotExpr::Mapping { base: Arc::new(SlotExpr::Known(U256::ZERO)), key: Word::Caller };
        assert_eq!(found(&value), ["accounts[].debt 0+16", "accounts[].frozen 16+1"]);
        assert_eq!(found(&behind(value.clone(), 1, None)), ["accounts[].paid 0+32"]);
        assert!(found(&behind(value.clone(), 2, None)).is_empty());
        assert!(found(&behind(value, 1, Some(1))).is_empty());
    }

    #[test]
    fn the_slot_of_a_string_has_its_length_and_its_bytes_and_no_other_parts() {
        let text = Leaf { space: 0, path: "name".to_owned(), byte: 0, len: 32, is_text: true };
        let parts = [(0, 32), (0, 1), (1, 31), (0, 20), (2, 30)];
        assert_eq!(parts.map(|(byte, len)| text.is_exactly(byte, len)), [true, true, true, false, false]);
        let word = Leaf { is_text: false, ..text };
        assert_eq!(parts.map(|(byte, len)| word.is_exactly(byte, len)), [true, false, false, false, false]);
    }

    #[test]
    fn a_member_of_an_element_is_found_only_by_the_length_of_elements() {
        let data = SlotExpr::DynArray { base: Arc::new(SlotExpr::Known(U256::ONE)) };
        assert_eq!(found(&behind(data.clone(), 1, Some(2))), ["list[].paid 0+32"]);
        assert!(found(&behind(data, 1, Some(3))).is_empty());
        let no_array = SlotExpr::DynArray { base: Arc::new(SlotExpr::Known(U256::ZERO)) };
        assert!(found(&no_array).is_empty());
    }
}
