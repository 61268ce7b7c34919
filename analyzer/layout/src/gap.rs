//! Which variables are storage gaps: bytes that a contract reserves for its own later versions and never uses.
//!
//! A gap is known by three things together: its name, its type (a static array of value types, or one value type that
//! is not public) and that nothing refers to it. A name alone is never enough: a live `_reservedBalance` is no gap.

use std::sync::LazyLock;

use regex::RegexSet;

use crate::layout::{StorageVariable, Visibility};
use crate::types::{StorageType, TypeKind, TypeTable};

/// Names of gaps that are arrays: OpenZeppelin's `__gap`, numbered and suffixed gaps, `__reserved…`, `storageGap`.
const ARRAY_NAMES: [&str; 3] = [r"^_*(gap|GAP)(_\w*|\d*)$", r"^_+reserved\w*$", r"(?i)^\w*storage_?gap\w*$"];

/// Names of gaps that are single values, such as Superfluid's `_reserve22`.
const SCALAR_NAMES: [&str; 1] = [r"^_+(gap|reserved?)_?\d*$"];

static DEFAULT_NAMES: LazyLock<GapNames> =
    LazyLock::new(|| GapNames::new(&ARRAY_NAMES, &SCALAR_NAMES).expect("invariant: the constants are expressions"));

/// Names under which a project reserves storage.
#[derive(Clone, Debug)]
pub struct GapNames {
    arrays: RegexSet,
    scalars: RegexSet,
}

impl GapNames {
    /// Names of gaps that are static arrays and of those that are single values, as regular expressions.
    ///
    /// # Errors
    /// An expression that cannot be read, or that is too large.
    pub fn new(arrays: &[impl AsRef<str>], scalars: &[impl AsRef<str>]) -> Result<Self, regex::Error> {
        Ok(GapNames { arrays: names(arrays)?, scalars: names(scalars)? })
    }

    /// The usual names and further ones for arrays, as a project configures them.
    ///
    /// # Errors
    /// An expression that cannot be read, or that is too large.
    pub fn with_arrays(further: &[impl AsRef<str>]) -> Result<Self, regex::Error> {
        let arrays: Vec<&str> = ARRAY_NAMES.into_iter().chain(further.iter().map(AsRef::as_ref)).collect();
        GapNames::new(&arrays, &SCALAR_NAMES)
    }
}

impl Default for GapNames {
    fn default() -> Self {
        DEFAULT_NAMES.clone()
    }
}

/// Identifiers are ASCII, so Unicode classes would only cost time.
fn names(patterns: &[impl AsRef<str>]) -> Result<RegexSet, regex::Error> {
    regex::RegexSetBuilder::new(patterns).unicode(false).build()
}

/// Whether a variable of the *old* version is a gap by the usual names.
#[must_use]
pub fn is_gap(variable: &StorageVariable, types: &TypeTable) -> bool {
    is_gap_named(variable, types, &DEFAULT_NAMES)
}

/// Whether a variable of the *old* version is a gap by these names.
///
/// An array whose uses are unknown counts as unused, for nobody gives live data such a name; a single value needs a
/// syntax tree that shows that it is unused and not public.
#[must_use]
pub fn is_gap_named(variable: &StorageVariable, types: &TypeTable, names: &GapNames) -> bool {
    if variable.is_referenced == Some(true) {
        return false;
    }
    match &types[variable.ty].kind {
        TypeKind::StaticArray { element, .. } => {
            is_value_type(&types[*element]) && names.arrays.is_match(&variable.label)
        }
        _ => {
            is_value_type(&types[variable.ty])
                && variable.is_referenced == Some(false)
                && matches!(variable.visibility, Some(Visibility::Internal | Visibility::Private))
                && names.scalars.is_match(&variable.label)
        }
    }
}

/// Value types as the Solidity documentation lists them (section "Value Types").
fn is_value_type(ty: &StorageType) -> bool {
    match ty.kind {
        TypeKind::Uint { .. }
        | TypeKind::Int { .. }
        | TypeKind::Fixed { .. }
        | TypeKind::Bool
        | TypeKind::Address
        | TypeKind::Contract
        | TypeKind::FixedBytes { .. }
        | TypeKind::Enum { .. }
        | TypeKind::UserDefined { .. }
        | TypeKind::ExternalFunction
        | TypeKind::InternalFunction
        | TypeKind::Flag { .. } => true,
        TypeKind::Bytes
        | TypeKind::String
        | TypeKind::Struct { .. }
        | TypeKind::StaticArray { .. }
        | TypeKind::DynamicArray { .. }
        | TypeKind::Mapping { .. }
        | TypeKind::BoundedBytes { .. }
        | TypeKind::BoundedString { .. }
        | TypeKind::BoundedArray { .. }
        | TypeKind::Lock
        | TypeKind::Word
        | TypeKind::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;

    use super::*;
    use crate::place::{Place, Slot};
    use crate::types::TypeId;

    struct Case {
        types: TypeTable,
        word: TypeId,
        array: TypeId,
        dynamic: TypeId,
    }

    fn case() -> Case {
        let mut types = TypeTable::default();
        let mut push = |label: &str, size: u64, kind| {
            types.push(StorageType { label: label.into(), size_bytes: U256::from(size), kind })
        };
        let word = push("uint256", 32, TypeKind::Uint { bits: 256 });
        let array = push("uint256[50]", 1600, TypeKind::StaticArray { element: word, len: U256::from(50) });
        let dynamic = push("uint256[]", 32, TypeKind::DynamicArray { element: word });
        Case { types, word, array, dynamic }
    }

    fn variable(label: &str, ty: TypeId, visibility: Visibility, is_referenced: Option<bool>) -> StorageVariable {
        StorageVariable {
            label: label.into(),
            ty,
            place: Place { slot: Slot::default(), offset: 0, len_bytes: U256::from(32) },
            declared_in: None,
            span: None,
            renamed_from: None,
            retyped_from: None,
            is_referenced,
            visibility: Some(visibility),
        }
    }

    #[test]
    fn unused_arrays_of_the_usual_names_are_gaps() {
        let case = case();
        for label in ["__gap", "_gap", "gap", "____gap", "__GAP", "__gap_1", "__gap2", "__reserved", "_reservedSlots"]
            .into_iter()
            .chain(["storageGap", "__storage_gap", "StorageGap1"])
        {
            for uses in [None, Some(false)] {
                assert!(is_gap(&variable(label, case.array, Visibility::Private, uses), &case.types), "{label}");
            }
        }
    }

    #[test]
    fn a_used_array_is_no_gap() {
        let case = case();
        assert!(!is_gap(&variable("__gap", case.array, Visibility::Private, Some(true)), &case.types));
    }

    #[test]
    fn other_names_and_dynamic_arrays_are_no_gaps() {
        let case = case();
        for label in ["gaps", "gapless", "reserved", "balances"] {
            assert!(!is_gap(&variable(label, case.array, Visibility::Private, Some(false)), &case.types), "{label}");
        }
        assert!(!is_gap(&variable("__gap", case.dynamic, Visibility::Private, Some(false)), &case.types));
    }

    #[test]
    fn a_single_value_is_a_gap_only_when_it_is_known_to_be_unused_and_not_public() {
        let case = case();
        let scalar = |label, visibility, uses| is_gap(&variable(label, case.word, visibility, uses), &case.types);
        assert!(scalar("_reserve22", Visibility::Internal, Some(false)));
        assert!(scalar("_gap", Visibility::Private, Some(false)));
        assert!(!scalar("_reserve22", Visibility::Public, Some(false)));
        assert!(!scalar("_reserve22", Visibility::Internal, None));
        assert!(!scalar("_reservedBalance", Visibility::Internal, Some(false)));
    }

    #[test]
    fn a_project_may_add_names() {
        let case = case();
        let names = GapNames::with_arrays(&["^spare$"]).expect("an expression");
        let spare = variable("spare", case.array, Visibility::Private, Some(false));
        assert!(is_gap_named(&spare, &case.types, &names));
        assert!(!is_gap(&spare, &case.types));
        assert!(GapNames::with_arrays(&["("]).is_err());
    }
}
