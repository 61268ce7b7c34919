//! DF005: the target does not know an opcode of the code.

use uplint_bytecode::{HardFork, NEWEST_HARD_FORK, Reach, hard_fork_name, hard_fork_named};
use uplint_facts::{Requirement, Side, UpgradeFacts};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an opcode in the runtime code that came with a later hard fork than the target's.
    ///
    /// ## Why it is dangerous
    ///
    /// The target takes it for an invalid instruction: everything behind it reverts. When solc 0.8.20 (May 2023) began to
    /// emit PUSH0, which came with Shanghai, contracts that were built with its defaults could not be deployed on the
    /// rollups that had not followed yet.
    ///
    /// ## Example
    ///
    /// ```text
    /// uplint check old new --hardfork paris     # new uses PUSH0
    /// ```
    ///
    /// ## How to fix
    ///
    /// Set `evm_version` to the target's fork.
    ///
    /// ## Limits
    ///
    /// Metadata is cut, and only code counts that the entry reaches by falling through, by jumps to pushed places, or (for
    /// review) behind a jump destination that reached code pushes. Data that such code pushes the place of may be taken
    /// for instructions. Without `--hardfork` the target is the newest fork.
    ///
    /// ## References
    ///
    /// EIP-3855; EIP-1153; EIP-5656; EIP-7939.
    pub NotExecutableOnTarget = {
        id: "DF005", slug: "not-executable-on-target", summary: "the target's hard fork does not know an opcode of the code",
        severity: High, evidence: Proved, required: [Runtime], sharpening: [],
        cwe: [439], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let target = facts.plan.hard_fork.as_deref().and_then(hard_fork_named).unwrap_or(NEWEST_HARD_FORK);
    let unknown = facts.new.code.requirements.iter().filter(|requirement| requirement.fork > target);
    unknown.map(|requirement| finding(facts, requirement, target)).collect()
}

fn finding(facts: &UpgradeFacts, requirement: &Requirement, target: HardFork) -> Finding {
    let (opcode, fork) = (requirement.opcode, hard_fork_name(requirement.fork));
    let message =
        format!("`{opcode}` at {} came with {fork}, and the target is {}", requirement.pc, hard_fork_name(target));
    let help = format!("compile for `{}`", hard_fork_name(target));
    let location = Location { pc: Some(requirement.pc.0), ..Location::contract(Side::New, &facts.new) };
    let evidence = if requirement.reach == Reach::Direct { Evidence::Proved } else { Evidence::Pattern };
    let mut finding = Finding::new(NotExecutableOnTarget::META, evidence, location, opcode, message, help);
    let had = |old: &uplint_facts::VersionFacts| old.code.requirements.iter().any(|before| before.opcode == opcode);
    finding.state = State::of(facts.old.as_ref().is_some_and(had));
    finding
}
