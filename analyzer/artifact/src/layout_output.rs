//! Storage layouts as compilers print them, before anything is made of them.

use std::collections::BTreeMap;

use alloy_primitives::U256;

/// solc's `storageLayout` or `transientStorageLayout` of one contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SolcStorageLayout {
    /// State variables in the compiler's order.
    pub storage: Vec<SolcStorageVariable>,
    /// Every type mentioned, by the compiler's type identifier.
    pub types: BTreeMap<String, SolcStorageType>,
}

/// One state variable, or one member of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolcStorageVariable {
    /// Identifier of the declaration in the syntax tree of the same compilation.
    pub ast_id: Option<i64>,
    /// Fully qualified name of the contract for which the layout was asked, as the compiler prints it.
    pub contract: String,
    /// The variable's name.
    pub label: String,
    /// Offset within the slot, in bytes from the least significant one.
    pub offset: u32,
    /// Slot; for a struct member relative to the struct's first slot.
    pub slot: U256,
    /// Key into [`SolcStorageLayout::types`].
    pub type_id: String,
}

/// One entry of the compiler's type table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolcStorageType {
    /// `inplace`, `mapping`, `dynamic_array` or `bytes`.
    pub encoding: String,
    /// The type as Solidity spells it.
    pub label: String,
    /// Size in bytes of what stands in place, as the compiler prints it: modulo 2^256, so that an array of 2^251 slots
    /// or more has a wrong size.
    pub number_of_bytes: U256,
    /// Element type of an array.
    pub base: Option<String>,
    /// Key type of a mapping.
    pub key: Option<String>,
    /// Value type of a mapping.
    pub value: Option<String>,
    /// Members of a struct; `None` for everything else.
    pub members: Option<Vec<SolcStorageVariable>>,
}

/// Vyper's `layout` output of one contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VyperStorageLayout {
    /// Persistent variables and locks by slot.
    pub storage: Vec<VyperVariable>,
    /// Transient variables and locks by slot.
    pub transient: Vec<VyperVariable>,
}

/// One variable of a Vyper contract; a module's variable is named `module.variable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VyperVariable {
    /// The variable's name, `$.nonreentrant_key` or `nonreentrant.KEY` for a lock.
    pub label: String,
    /// First slot.
    pub slot: U256,
    /// Number of slots, where the compiler prints it (from 0.4.1 on).
    pub slot_count: Option<U256>,
    /// The type as Vyper spells it; `nonreentrant lock` for a lock.
    pub type_label: String,
}
