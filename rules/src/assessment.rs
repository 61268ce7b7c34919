//! The whole result of a run: everything that a report may print.

use std::sync::Arc;

use uplint_artifact::ContractName;
use uplint_facts::{Side, UpgradeFacts};

use crate::finding::{Finding, Severity};
use crate::verdict::Verdict;

/// Something that applies to this change and could not be decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Kind in kebab case, for example `layout-not-recoverable`.
    pub kind: &'static str,
    /// The rule that could not decide, where it is one rule.
    pub rule: Option<&'static str>,
    /// Whether it could have hidden a finding that fails the build.
    pub blocking: bool,
    /// What is not known and why.
    pub message: String,
    /// The version concerned.
    pub side: Option<Side>,
    /// Place in the runtime bytecode, in bytes.
    pub pc: Option<u32>,
}

/// A rule that did not apply, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotChecked {
    /// The rule.
    pub rule: &'static str,
    /// Why, for example `no proxy given`.
    pub reason: String,
}

/// What became of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractStatus {
    /// Both versions are there and differ.
    Changed,
    /// Both versions are there and are the same code and layout.
    Unchanged,
    /// Only the new version has it, or one version is judged alone.
    New,
    /// Only the old version has it.
    Removed,
}

/// The judgement of one contract.
#[derive(Clone, Debug)]
pub struct ContractAssessment {
    /// Its name in the new version (in the old one when it was removed).
    pub name: ContractName,
    /// Its name in the old version.
    pub old_name: Option<ContractName>,
    /// What became of it.
    pub status: ContractStatus,
    /// The answer.
    pub verdict: Verdict,
    /// Findings in the order of reading: severity, then place, then rule.
    pub findings: Vec<Finding>,
    /// What could not be decided.
    pub gaps: Vec<Gap>,
    /// Rules that did not apply.
    pub not_checked: Vec<NotChecked>,
    /// Remarks on how the contract was chosen or paired, for a reader.
    pub notes: Vec<String>,
    /// The facts, for layouts and sources; `None` for a removed contract.
    pub facts: Option<Arc<UpgradeFacts>>,
}

/// One side's input as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSummary {
    /// As the user gave it.
    pub given: String,
    /// What it was taken for, for example `foundry project`.
    pub kind: String,
    /// Hash of everything that was read, in hexadecimal.
    pub digest: String,
    /// Compilers used, with versions, in ascending order.
    pub compilers: Vec<String>,
}

/// The whole result of a run.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The worst verdict of all contracts.
    pub verdict: Verdict,
    /// The old input; `None` when one version is judged alone.
    pub old: Option<InputSummary>,
    /// The new input.
    pub new: InputSummary,
    /// Contracts by name.
    pub contracts: Vec<ContractAssessment>,
    /// Remarks on the whole run.
    pub notes: Vec<String>,
    /// Least severity that fails, for the reports' last line.
    pub fail_on: Option<Severity>,
    /// Milliseconds of the run, only when timings were asked for.
    pub elapsed_ms: Option<u64>,
}
