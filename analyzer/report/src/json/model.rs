//! The shape of the JSON report. Every key is always there, and `null` where nothing is known, so that a reader need not
//! tell a missing key from an unknown value; `elapsed_ms` alone is there only when it was asked for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use uplint_layout::view::space_name;
use uplint_layout::{Place, Space};

/// The judgement of one upgrade.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Report {
    /// Version of this shape.
    #[schemars(extend("const" = 1))]
    pub(super) schema_version: u32,
    /// What made the report.
    pub(super) tool: Tool,
    /// The worst verdict of all contracts.
    #[schemars(extend("enum" = ["pass", "review", "fail"]))]
    pub(super) verdict: String,
    /// Least severity that fails; null when nothing fails.
    #[schemars(extend("enum" = ["critical", "high", "medium", "low", "info", null]))]
    pub(super) fail_on: Option<String>,
    /// What was compared.
    pub(super) inputs: Inputs,
    /// The judged contracts.
    pub(super) contracts: Vec<Contract>,
    /// Remarks on the whole run.
    pub(super) notes: Vec<String>,
    /// Counts.
    pub(super) summary: Summary,
    /// Milliseconds of the run, only when timings were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) elapsed_ms: Option<u64>,
}

/// What made the report.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Tool {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
}

/// What was compared.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Inputs {
    /// The old version; null when one version is judged alone.
    pub(super) old: Option<Input>,
    /// The new version.
    pub(super) new: Input,
}

/// One side's input.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Input {
    /// As it was given.
    pub(super) given: String,
    /// What it was taken for.
    pub(super) kind: String,
    /// Hash of everything that was read, in hexadecimal.
    pub(super) digest: String,
    /// Compilers with their versions, in ascending order.
    pub(super) compilers: Vec<String>,
}

/// The judgement of one contract.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Contract {
    /// Fully qualified name in the new version (in the old one when it was removed).
    pub(super) name: String,
    /// Fully qualified name in the old version.
    pub(super) old: Option<String>,
    /// What became of it.
    #[schemars(extend("enum" = ["changed", "unchanged", "new", "removed"]))]
    pub(super) status: String,
    /// The answer.
    #[schemars(extend("enum" = ["pass", "review", "fail"]))]
    pub(super) verdict: String,
    /// All findings, in the order of severity, place and rule.
    pub(super) findings: Vec<Finding>,
    /// What could not be decided.
    pub(super) gaps: Vec<Gap>,
    /// Rules that did not apply.
    pub(super) not_checked: Vec<NotChecked>,
    /// Remarks on how the contract was chosen or paired.
    pub(super) notes: Vec<String>,
    /// Storage before and after.
    pub(super) layout: Layout,
}

/// One statement about the upgrade.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Finding {
    /// Identifier of the rule.
    pub(super) rule: String,
    /// Name of the rule.
    pub(super) slug: String,
    /// Impact.
    #[schemars(extend("enum" = ["critical", "high", "medium", "low", "info"]))]
    pub(super) severity: String,
    /// How sure the rule is.
    #[schemars(extend("enum" = ["low", "medium", "high"]))]
    pub(super) confidence: String,
    /// How the statement was established.
    #[schemars(extend("enum" = ["pattern", "witnessed", "proved"]))]
    pub(super) evidence: String,
    /// What the change did to it.
    #[schemars(extend("enum" = ["introduced", "fixed", "existing"]))]
    pub(super) state: String,
    /// The statement.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
    /// The same in every run for the same finding, whatever its line.
    pub(super) fingerprint: String,
    /// The cause.
    pub(super) location: Location,
    /// Victims and other places, in the order of reading.
    pub(super) related: Vec<Related>,
    /// Steps from entry to effect.
    pub(super) path: Vec<Related>,
    /// Storage concerned.
    pub(super) storage: Option<StoragePlace>,
    /// Further data of the rule.
    pub(super) details: BTreeMap<String, serde_json::Value>,
}

/// A place in one version. Lines and columns count from one, columns in Unicode scalar values; the end is one past the
/// last character.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Location {
    /// The version.
    #[schemars(extend("enum" = ["old", "new", "proxy"]))]
    pub(super) side: String,
    /// Path of the source.
    pub(super) file: Option<String>,
    /// First line.
    pub(super) line: Option<u32>,
    /// First column.
    pub(super) column: Option<u32>,
    /// Last line.
    pub(super) end_line: Option<u32>,
    /// One past the last column.
    pub(super) end_column: Option<u32>,
    /// Canonical signature of the function.
    pub(super) function: Option<String>,
    /// Its selector, in hexadecimal.
    pub(super) selector: Option<String>,
    /// Place in the runtime bytecode, in bytes.
    pub(super) pc: Option<u32>,
}

/// A further place.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Related {
    /// The place.
    #[serde(flatten)]
    pub(super) location: Location,
    /// What is to be seen there.
    pub(super) message: String,
}

/// Bytes of storage.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct StoragePlace {
    /// Persistent or transient.
    #[schemars(extend("enum" = ["storage", "transient"]))]
    pub(super) space: String,
    /// First slot, in hexadecimal.
    #[schemars(regex(pattern = "^0x(0|[1-9a-f][0-9a-f]{0,63})$"))]
    pub(super) slot: String,
    /// First byte within that slot, from the least significant one.
    #[schemars(range(max = 31))]
    pub(super) offset: u8,
    /// Number of bytes: a number, or in hexadecimal when it is more than a number holds exactly.
    pub(super) bytes: Bytes,
}

/// A number of bytes.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Bytes {
    /// Up to 2^53 - 1.
    Number(u64),
    /// More than that, in hexadecimal.
    Hex(String),
}

/// Something that applies and could not be decided.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Gap {
    /// Kind in kebab case.
    pub(super) kind: String,
    /// The rule that could not decide, where it is one rule.
    pub(super) rule: Option<String>,
    /// Whether it could have hidden a finding that fails.
    pub(super) blocking: bool,
    /// What is not known and why.
    pub(super) message: String,
    /// The version concerned.
    #[schemars(extend("enum" = ["old", "new", "proxy", null]))]
    pub(super) side: Option<String>,
    /// Place in the runtime bytecode, in bytes.
    pub(super) pc: Option<u32>,
}

/// A rule that did not apply.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NotChecked {
    /// Identifier of the rule.
    pub(super) rule: String,
    /// Why.
    pub(super) reason: String,
}

/// Storage before and after.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Layout {
    /// Before.
    pub(super) old: Vec<Variable>,
    /// After.
    pub(super) new: Vec<Variable>,
    /// What changed.
    pub(super) changes: Vec<Change>,
    /// Whether the old code could be put back, as far as layouts tell; null without an old version.
    pub(super) rollback: Option<Rollback>,
}

/// A variable, or a member of a struct, which follows it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Variable {
    /// Its path.
    pub(super) label: String,
    /// Its type as the source spells it.
    #[serde(rename = "type")]
    pub(super) ty: String,
    /// Its bytes.
    #[serde(flatten)]
    pub(super) place: StoragePlace,
    /// What it belongs to: `linear`, the identifier of a namespace or the name of a slot constant.
    pub(super) root: String,
    /// Contract or struct that declares it.
    pub(super) declared_in: Option<String>,
    /// Structs around it: 0 for a variable.
    pub(super) depth: u32,
}

/// A change of the layout.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Change {
    /// Kind in kebab case.
    #[schemars(extend("enum" = [
        "moved", "type-changed", "reinterpreted", "removed", "renamed", "member-renamed", "collision", "gap-end-changed",
        "class-changed", "root-removed", "added", "extended"
    ]))]
    pub(super) kind: String,
    /// In words.
    pub(super) message: String,
    /// The variables concerned.
    pub(super) leaves: Vec<ChangedLeaf>,
}

/// A variable before and after.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ChangedLeaf {
    /// Before.
    pub(super) old: Option<Leaf>,
    /// After.
    pub(super) new: Option<Leaf>,
}

/// A run of bytes with a meaning.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Leaf {
    /// Its path; `{}` stands for a key of a mapping, `[]` for an index.
    pub(super) label: String,
    /// Its type as the source spells it.
    #[serde(rename = "type")]
    pub(super) ty: String,
    /// Its bytes.
    #[serde(flatten)]
    pub(super) place: StoragePlace,
    /// Whether the bytes count from the start of a mapping's value or of an array's element.
    pub(super) is_relative: bool,
    /// What it belongs to.
    pub(super) root: String,
    /// Contract or struct that declares it.
    pub(super) declared_in: Option<String>,
}

/// Whether the old code could be put back over the state of the new one, as far as layouts tell.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Rollback {
    /// Whether nothing stands against it.
    pub(super) is_possible: bool,
    /// What stands against it; `old` is the version to be rolled back from.
    pub(super) blockers: Vec<Change>,
}

/// Counts.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Summary {
    /// Findings by severity.
    pub(super) findings: Counts,
    /// Contracts, those that did not change included.
    pub(super) contracts: usize,
    /// Contracts that did not change.
    pub(super) unchanged: usize,
}

/// Findings by severity.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Counts {
    /// Loss of everything.
    pub(super) critical: usize,
    /// Loss of function or funds.
    pub(super) high: usize,
    /// Harm under conditions.
    pub(super) medium: usize,
    /// A nuisance.
    pub(super) low: usize,
    /// Worth knowing.
    pub(super) info: usize,
}

/// A place as the report spells it.
pub(super) fn storage(space: Space, place: Place) -> StoragePlace {
    let bytes = match u64::try_from(place.len_bytes) {
        Ok(number) if number < 1 << 53 => Bytes::Number(number),
        _ => Bytes::Hex(format!("{:#x}", place.len_bytes)),
    };
    StoragePlace {
        space: space_name(space).to_owned(),
        slot: format!("{:#x}", place.slot.0),
        offset: place.offset,
        bytes,
    }
}
