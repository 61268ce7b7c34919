//! DF006: little room is left for the next patch.

use uplint_facts::{Side, UpgradeFacts};

use crate::catalog::code_size::{limit_bytes, old_size};
use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports runtime code that takes 90 % or more of the length that the target accepts.
    ///
    /// ## Why it is dangerous
    ///
    /// The patch that stops an attack is written in hours. When it does not fit, it must be made to fit first, under
    /// the same pressure in which Pike Finance's emergency patch (April 2024) moved its own storage and opened the way to
    /// a second attack, for 1.68 million dollars.
    ///
    /// ## Example
    ///
    /// ```text
    /// Vault: 23,900 of 24,576 bytes
    /// ```
    ///
    /// ## How to fix
    ///
    /// Move code into a library while there is time.
    ///
    /// ## Limits
    ///
    /// Above the limit it is DF004.
    ///
    /// ## References
    ///
    /// EIP-170.
    pub CodeSizeNearLimit = {
        id: "DF006", slug: "code-size-near-limit", summary: "the code takes 90 % or more of what the target accepts",
        severity: Low, evidence: Proved, required: [Runtime], sharpening: [],
        cwe: [770], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let limit = limit_bytes(facts);
    let is_near = |size: u64| size <= limit && size.saturating_mul(10) >= limit.saturating_mul(9);
    let Some(size) = facts.new.code.runtime_len_bytes.filter(|&size| is_near(size)) else { return Vec::new() };
    let message = format!("the code is {size} of {limit} bytes long");
    let help = "move code into a library before the next patch needs the room";
    let location = Location::contract(Side::New, &facts.new);
    let mut finding = Finding::new(CodeSizeNearLimit::META, Evidence::Proved, location, "code size", message, help);
    finding.state = State::of(old_size(facts).is_some_and(is_near));
    finding.details.insert("bytes".to_owned(), size.into());
    finding.details.insert("limit".to_owned(), limit.into());
    vec![finding]
}
