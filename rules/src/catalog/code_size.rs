//! DF004: the code is too large to be deployed.

use uplint_facts::{Side, UpgradeFacts, VersionFacts};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports runtime code that is longer than the target accepts: 24,576 bytes unless configured.
    ///
    /// ## Why it is dangerous
    ///
    /// Its deployment fails, so the upgrade cannot be carried out; a script that does not check that goes on with an
    /// address that holds no code. The limit stands since the attacks on Ethereum of autumn 2016 that made nodes load
    /// large contracts over and over.
    ///
    /// ## Example
    ///
    /// ```text
    /// Vault: 25,104 bytes of runtime code
    /// ```
    ///
    /// ## How to fix
    ///
    /// Move code into a library, lower the optimizer's `runs`, or use `viaIR`.
    ///
    /// ## Limits
    ///
    /// The size is that of the artifact, before libraries are linked, which does not change it. A chain with another limit
    /// must be configured.
    ///
    /// ## References
    ///
    /// EIP-170.
    pub CodeSize = {
        id: "DF004", slug: "code-size", summary: "the code is longer than the target accepts",
        severity: High, evidence: Proved, required: [Runtime], sharpening: [],
        cwe: [770], scwe: [], since: "0.1.0", check: check,
    }
}

/// Greatest length of deployed code in bytes (EIP-170).
const MAX_CODE_BYTES: u64 = 24_576;

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let limit = limit_bytes(facts);
    let Some(size) = facts.new.code.runtime_len_bytes.filter(|&size| size > limit) else { return Vec::new() };
    let message = format!("the code is {size} bytes long and the target accepts {limit}");
    let help = "move code into a library, lower the optimizer's runs, or compile with `viaIR`";
    let location = Location::contract(Side::New, &facts.new);
    let mut finding = Finding::new(CodeSize::META, Evidence::Proved, location, "code size", message, help);
    finding.state = State::of(old_size(facts).is_some_and(|old| old > limit));
    finding.details.insert("bytes".to_owned(), size.into());
    finding.details.insert("limit".to_owned(), limit.into());
    vec![finding]
}

/// The target's limit in bytes.
pub(crate) fn limit_bytes(facts: &UpgradeFacts) -> u64 {
    facts.plan.code_size_limit_bytes.unwrap_or(MAX_CODE_BYTES)
}

/// The length of the old code in bytes.
pub(crate) fn old_size(facts: &UpgradeFacts) -> Option<u64> {
    facts.old.as_ref().and_then(|old: &VersionFacts| old.code.runtime_len_bytes)
}
