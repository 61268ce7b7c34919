//! SL003: the encoding of a variable changed in place.

use uplint_facts::UpgradeFacts;
use uplint_layout::LayoutChange;

use crate::declare_rule;
use crate::finding::{Evidence, Finding};
use crate::storage::{changes, described, new_place, new_places, old_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports variables, members of structs, elements of arrays and keys and values of mappings that keep their place
    /// and get a type in which the old bytes are another value or none: another sign, a narrower integer, an enum whose
    /// members were put in another order, elements of another size, keys that hash to other slots.
    ///
    /// ## Why it is dangerous
    ///
    /// Old values are misread, quietly. Nomad (August 2022, 190 million dollars) turned `mapping(bytes32 =>
    /// MessageStatus)` into `mapping(bytes32 => bytes32)` in place: a status became a Merkle root, zero became
    /// acceptable, and anyone could have any message processed.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// mapping(bytes32 => Status) messages;
    /// // new
    /// mapping(bytes32 => bytes32) messages;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the old type, and put the new one into a new variable that a migration fills.
    ///
    /// ## Limits
    ///
    /// What reads the same is silent: `address` and contracts, user-defined types and their underlying ones, `enum` and
    /// `bool` to unsigned integers, wider unsigned integers where nothing else held the bytes, appended enum members.
    /// Without a syntax tree the members of enums and underlying types are unknown, which is a gap.
    /// `@custom:oz-retyped-from` does not silence it.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Layout of State Variables in Storage" and "Mappings and Dynamic Arrays"; Nomad root
    /// cause analysis, August 2022.
    pub StorageTypeChanged = {
        id: "SL003", slug: "storage-type-changed", summary: "a variable keeps its bytes but is read in another encoding",
        severity: High, evidence: Proved, required: [Old, Layout], sharpening: [Ast],
        cwe: [704, 1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let changed = changes(facts).filter_map(|change| match change {
        LayoutChange::TypeChanged { old, new, reason, also } => Some((old, new, reason, also)),
        _ => None,
    });
    changed
        .map(|(old, new, reason, also)| {
            let message =
                format!("{} was {} and its bytes are read otherwise: {reason}", described(new), old.type_label);
            let help = format!("keep `{}` as {} and put the new type into a new variable", new.label, old.type_label);
            let place = new_place(facts, new);
            let mut finding =
                Finding::new(StorageTypeChanged::META, Evidence::Proved, place, new.label.as_str(), message, help);
            finding.related.extend(old_places([old], "is what the bytes hold"));
            finding.related.extend(new_places(also, "changes with it"));
            finding.storage = storage_place(new);
            finding
        })
        .collect()
}
