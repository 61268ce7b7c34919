//! Rules, findings and the verdict.
//!
//! # Invariant
//!
//! A rule is a pure function of [`UpgradeFacts`](uplint_facts::UpgradeFacts): no state, no input or output, no order.
//! This crate knows neither how facts are established nor how findings are printed. Rules live one a file under
//! `catalog`; the list of them is generated, ordered and complete.

pub mod assess;
pub mod assessment;
pub mod catalog;
pub mod finding;
pub mod fingerprint;
mod interface;
mod migration;
mod operation;
pub mod rule;
pub mod run;
mod storage;
pub mod verdict;

pub use assess::{AssessOptions, assess, assess_with, selected_rules};
pub use assessment::{Assessment, ContractAssessment, ContractStatus, Gap, InputSummary, NotChecked};
pub use finding::{Confidence, Evidence, Finding, Location, Related, Severity, State, StoragePlace};
pub use fingerprint::{fingerprint, fingerprints};
pub use rule::{Need, Rule, RuleDocs, RuleMeta};
pub use run::{RuleOutcome, run};
pub use verdict::{JudgementPolicy, Verdict};
