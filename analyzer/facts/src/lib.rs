//! All that a rule sees: facts about one version of a contract, and about the step from one version to the next.
//!
//! # Terms
//!
//! A **version** is one contract as one compilation made it. Its **dispatch** says which declaration a call by name runs
//! once the contract's bases are linearized. An **entry** is a function that a stranger can call: public and external
//! ones, `receive` and `fallback`. A **caller condition** is a test of `msg.sender` without which control does not go
//! on. An **operation** is a `delegatecall`, `callcode` or `selfdestruct`, in Solidity or inline assembly, with the call
//! path that leads to it from an entry. An **initializer** is a function that does a constructor's work behind a proxy,
//! and a **reinitializer** one that does it again for a later version. A **constructor effect** is a write to storage
//! that happens when the implementation is deployed, so that a proxy never sees it.
//!
//! # Invariant
//!
//! This crate joins layouts, bytecode and what the compiler gave us, and is the only place that does. It is pure and
//! total: it opens no file, knows no rule, severity or report format, and what it cannot establish is recorded in
//! [`Coverage`], never guessed and never left out.

mod assembly;
mod call_graph;
pub mod code;
pub mod code_graph;
pub mod constructor;
mod control_flow;
pub mod declaration;
mod dispatch;
pub mod effects;
pub mod entry_point;
pub mod first_use;
mod function_name;
pub mod function_writes;
pub mod initialization;
pub mod interface;
pub mod operations;
pub mod provenance;
mod storage_write;
pub mod upgrade;
pub mod upgradeability;
pub mod version;

pub use code::{CodeFacts, Requirement};
pub use code_graph::{CodeGraph, code_graph};
pub use constructor::ConstructorEffect;
pub use declaration::{ContractKind, Declaration, DeclaredVariable, InitialValue, StorageClass};
pub use entry_point::{EntryPoints, FallbackBehaviour};
pub use first_use::VariableName;
pub use function_writes::WrittenVariable;
pub use initialization::{Initializer, InitializerKind, ParentFault, ParentInitialization};
pub use interface::{Event, Function, Interface};
pub use operations::{Occurrence, Operation, OperationKind, Step};
pub use provenance::{CallerCondition, Origin};
pub use upgrade::{
    Coverage, CoverageGap, CoverageKind, PlannedCall, ProxyKind, Side, UpgradeFacts, UpgradePlan, upgrade_facts,
    upgrade_facts_with,
};
pub use upgradeability::{Upgradeability, UpgradeabilityReason, implementations_in, upgradeability};
pub use version::{Allowance, VersionFacts, version_facts};
