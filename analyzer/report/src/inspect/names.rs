//! What is the slot that the bytecode accesses called in the source?

use std::collections::BTreeMap;

use alloy_primitives::U256;
use uplint_facts::VersionFacts;
use uplint_facts::effects::{AccessSpace, SlotExpr, StorageAccess};
use uplint_layout::{ByteRange, Space};

/// Names of declared variables by their slot.
pub(super) struct Names {
    known: BTreeMap<(AccessSpace, U256), Vec<NamedBytes>>,
}

/// The bytes of a variable, when it does not leave its slot, and its name.
type NamedBytes = (Option<ByteRange>, String);

impl Names {
    /// The names that a layout declares.
    pub(super) fn of(facts: &VersionFacts) -> Self {
        let mut known: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for root in &facts.layout.roots {
            let space = if root.space == Space::Transient { AccessSpace::Transient } else { AccessSpace::Storage };
            for variable in &root.variables {
                let of_slot = known.entry((space, variable.place.slot.0)).or_default();
                of_slot.push((variable.place.within_slot(), variable.label.clone()));
            }
        }
        Self { known }
    }

    /// The place of an access with the names of the variables that it begins from.
    pub(super) fn describe(&self, access: &StorageAccess) -> String {
        let is_whole = matches!(access.slot, SlotExpr::Known(_));
        access.slot.describe(&|slot| {
            let of_slot = self.known.get(&(access.space, slot))?;
            let meets = |place: &Option<ByteRange>| match place {
                Some(place) if is_whole => access.bytes.iter().any(|bytes| bytes.overlaps(*place)),
                _ => true,
            };
            let names: Vec<_> =
                of_slot.iter().filter(|(place, _)| meets(place)).map(|(_, name)| name.as_str()).collect();
            (!names.is_empty()).then(|| names.join(" and "))
        })
    }
}
