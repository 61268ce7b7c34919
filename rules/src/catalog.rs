//! The catalogue, in the order of identifiers. Made by `cargo xtask codegen`; do not edit.

use crate::rule::Rule;

pub mod code_size;
pub mod code_size_near_limit;
pub mod constructor_writes_state;
pub mod delegatecall_to_input;
pub mod event_changed;
pub mod external_library_linking;
pub mod facet_selector_clash;
pub mod function_resignatured;
pub mod gap_end_changed;
pub mod immutable_value_changed;
pub mod inheritance_order_changed;
pub mod internal_function_in_storage;
pub mod linear_to_namespace_migration;
pub mod namespace_migration_needs_call;
pub mod namespace_overlap;
pub mod namespace_removed;
pub mod namespace_slot_moved;
pub mod not_executable_on_target;
pub mod parent_initializer;
pub mod proxy_selector_clash;
pub mod proxy_selector_shadowed;
pub mod return_shape_changed;
pub mod selector_clash_across_versions;
pub mod selector_removed;
pub mod selfdestruct_guarded;
pub mod selfdestruct_reachable;
pub mod settings_changed;
pub mod state_mutability_changed;
pub mod storage_class_changed;
pub mod storage_collision;
pub mod storage_gap_misused;
pub mod storage_left_or_entered;
pub mod storage_meaning_unclear;
pub mod storage_reinterpreted;
pub mod storage_type_changed;
pub mod storage_variable_moved;
pub mod storage_variable_removed;
pub mod storage_variable_renamed;
pub mod upgrade_path_lost;

/// Every rule, in the order of identifiers.
pub static RULES: &[&dyn Rule] = &[
    &delegatecall_to_input::DelegatecallToInput,
    &selfdestruct_reachable::SelfdestructReachable,
    &external_library_linking::ExternalLibraryLinking,
    &selfdestruct_guarded::SelfdestructGuarded,
    &settings_changed::SettingsChanged,
    &code_size::CodeSize,
    &not_executable_on_target::NotExecutableOnTarget,
    &code_size_near_limit::CodeSizeNearLimit,
    &parent_initializer::ParentInitializer,
    &constructor_writes_state::ConstructorWritesState,
    &immutable_value_changed::ImmutableValueChanged,
    &namespace_removed::NamespaceRemoved,
    &namespace_slot_moved::NamespaceSlotMoved,
    &namespace_overlap::NamespaceOverlap,
    &linear_to_namespace_migration::LinearToNamespaceMigration,
    &namespace_migration_needs_call::NamespaceMigrationNeedsCall,
    &upgrade_path_lost::UpgradePathLost,
    &proxy_selector_clash::ProxySelectorClash,
    &facet_selector_clash::FacetSelectorClash,
    &selector_removed::SelectorRemoved,
    &selector_clash_across_versions::SelectorClashAcrossVersions,
    &return_shape_changed::ReturnShapeChanged,
    &event_changed::EventChanged,
    &state_mutability_changed::StateMutabilityChanged,
    &proxy_selector_shadowed::ProxySelectorShadowed,
    &function_resignatured::FunctionResignatured,
    &storage_variable_moved::StorageVariableMoved,
    &storage_collision::StorageCollision,
    &storage_type_changed::StorageTypeChanged,
    &storage_variable_removed::StorageVariableRemoved,
    &storage_gap_misused::StorageGapMisused,
    &storage_variable_renamed::StorageVariableRenamed,
    &inheritance_order_changed::InheritanceOrderChanged,
    &storage_left_or_entered::StorageLeftOrEntered,
    &internal_function_in_storage::InternalFunctionInStorage,
    &storage_meaning_unclear::StorageMeaningUnclear,
    &storage_reinterpreted::StorageReinterpreted,
    &storage_class_changed::StorageClassChanged,
    &gap_end_changed::GapEndChanged,
];
