//! Which contracts of a version are meant to be upgraded, and what says so?
//!
//! An annotation says it outright. Everything else is a heuristic, and a contract that only a heuristic found carries
//! its [`Reason`] into the report. Nothing is decided here about abstract contracts, tests and dependencies: they are
//! recognised, and the pairing leaves them out unless they are named.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use uplint_artifact::{Artifact, Ast, AstId, NodeRef};
use uplint_facts::{UpgradeabilityReason, implementations_in, upgradeability};
use uplint_layout::{RootKind, Space, is_gap, layout_of};

/// What a contract is by its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContractKind {
    /// It can be deployed.
    Concrete,
    /// It is a base of others.
    Abstract,
    /// It has no storage and no code.
    Interface,
    /// It has no storage of its own.
    Library,
}

/// Whose contract it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The project's own.
    Own,
    /// Of a test or a script.
    Test,
    /// Of a dependency.
    Dependency,
}

/// Why a contract is taken for an implementation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The input holds this contract and nothing else.
    OnlyOne,
    /// The code says so.
    Code(UpgradeabilityReason),
}

impl Reason {
    /// Whether somebody says it, rather than a heuristic.
    pub(crate) fn is_declared(&self) -> bool {
        matches!(self, Self::OnlyOne | Self::Code(UpgradeabilityReason::Annotated))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyOne => f.write_str("the input holds nothing else"),
            Self::Code(UpgradeabilityReason::Annotated) => f.write_str("it is annotated `@custom:oz-upgrades`"),
            Self::Code(UpgradeabilityReason::Inherits(base)) => write!(f, "it inherits `{base}`"),
            Self::Code(UpgradeabilityReason::Initializer(name)) => write!(f, "it has the initializer `{name}`"),
            Self::Code(UpgradeabilityReason::UpgradeFunction(name)) => {
                write!(f, "it has the upgrade function `{name}`")
            }
            Self::Code(UpgradeabilityReason::Namespace(id)) => write!(f, "it keeps storage in the namespace `{id}`"),
            Self::Code(UpgradeabilityReason::UsedAsImplementation) => f.write_str("the project puts it behind a proxy"),
        }
    }
}

/// A contract with what is known about its part in upgrades.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The contract.
    pub(crate) artifact: Arc<Artifact>,
    /// What it is.
    pub(crate) kind: ContractKind,
    /// Whose it is.
    pub(crate) role: Role,
    /// The strongest reason to take it for an implementation.
    pub(crate) reason: Option<Reason>,
    /// What `@custom:oz-upgrades-from` names.
    pub(crate) upgrades_from: Option<String>,
    /// Whether its storage ends in a gap, so that others build on it.
    pub(crate) is_base_with_gap: bool,
}

impl Candidate {
    /// Whether it can stand behind a proxy and something says that it does.
    pub(crate) fn is_upgradeable(&self) -> bool {
        self.kind == ContractKind::Concrete && self.role == Role::Own && self.reason.is_some()
    }

    /// Whether it is judged without being named.
    pub(crate) fn is_judged_by_default(&self) -> bool {
        self.is_upgradeable() || self.kind == ContractKind::Abstract && self.role == Role::Own && self.is_base_with_gap
    }

    /// Whether `--all` means it.
    pub(crate) fn is_among_all(&self) -> bool {
        self.role == Role::Own && matches!(self.kind, ContractKind::Concrete | ContractKind::Abstract)
    }
}

/// Looks at every contract of a version. `only_one` says that the input names a single contract by its format.
pub(crate) fn candidates(artifacts: &[Arc<Artifact>], only_one: bool) -> Vec<Candidate> {
    let implementations = implementations(artifacts);
    let all_foreign = artifacts.iter().all(|artifact| is_dependency(&artifact.contract.path));
    artifacts
        .par_iter()
        .map(|artifact| {
            let definition = artifact.ast().zip(artifact.definition());
            let (kind, role) = (kind(artifact, definition), role(artifact, definition, all_foreign));
            let none = BTreeSet::new();
            let of_unit = artifact.unit.as_ref().and_then(|unit| implementations.get(&Arc::as_ptr(unit).addr()));
            let found = upgradeability(artifact, of_unit.unwrap_or(&none));
            let is_proxy = definition.is_some_and(|(ast, node)| is_proxy(ast, node));
            // The reasons come in the order of their weight, and one is enough for a reader.
            let reason = found.reasons.into_iter().next().map(Reason::Code);
            let reason = reason.filter(|reason| reason.is_declared() || !is_proxy);
            Candidate {
                kind,
                role,
                reason: reason.or(only_one.then_some(Reason::OnlyOne)),
                upgrades_from: found.upgrades_from,
                is_base_with_gap: kind == ContractKind::Abstract && role == Role::Own && ends_in_gap(artifact),
                artifact: Arc::clone(artifact),
            }
        })
        .collect()
}

/// For each compilation, known by its address in memory, the contracts that it deploys behind proxies.
fn implementations(artifacts: &[Arc<Artifact>]) -> HashMap<usize, BTreeSet<AstId>> {
    let mut found = HashMap::new();
    for unit in artifacts.iter().filter_map(|artifact| artifact.unit.as_ref()) {
        found.entry(Arc::as_ptr(unit).addr()).or_insert_with(|| implementations_in(unit));
    }
    found
}

/// Whether it stands in front of implementations: such contracts upgrade, but are not what is upgraded.
fn is_proxy(ast: &Ast, contract: NodeRef) -> bool {
    bases(ast, contract)
        .any(|base| matches!(ast[base].name.as_deref(), Some("Proxy" | "UpgradeableBeacon" | "ProxyAdmin")))
}

fn kind(artifact: &Artifact, definition: Option<(&Ast, NodeRef)>) -> ContractKind {
    let has_code = artifact.runtime.as_ref().is_some_and(|code| !code.bytes.is_empty());
    let Some((ast, node)) = definition else {
        return if has_code { ContractKind::Concrete } else { ContractKind::Interface };
    };
    match ast[node].contract_kind.as_deref() {
        Some("interface") => ContractKind::Interface,
        Some("library") => ContractKind::Library,
        _ if ast[node].is_abstract => ContractKind::Abstract,
        _ => ContractKind::Concrete,
    }
}

fn role(artifact: &Artifact, definition: Option<(&Ast, NodeRef)>, all_foreign: bool) -> Role {
    let path = &*artifact.contract.path;
    if is_dependency(path) && !all_foreign {
        return Role::Dependency;
    }
    let in_test_folder =
        path.split('/').rev().skip(1).any(|part| matches!(part, "test" | "tests" | "script" | "scripts"));
    let inherits_test = definition.is_some_and(|(ast, node)| {
        bases(ast, node).any(|base| matches!(ast[base].name.as_deref(), Some("DSTest" | "ScriptBase" | "TestBase")))
    });
    if in_test_folder || path.ends_with(".t.sol") || path.ends_with(".s.sol") || inherits_test {
        return Role::Test;
    }
    Role::Own
}

/// Whether a display path leads to what a package manager installed.
fn is_dependency(path: &str) -> bool {
    path.starts_with("lib/")
        || path.starts_with('@')
        || path.starts_with("npm/")
        || path.split('/').any(|part| part == "node_modules")
}

/// The contract's bases, itself first; itself alone when the compiler printed none.
fn bases(ast: &Ast, contract: NodeRef) -> impl Iterator<Item = NodeRef> + '_ {
    let listed = ast.linearized_bases(contract);
    if listed.is_empty() { vec![contract] } else { listed }.into_iter()
}

/// Whether an abstract contract's storage ends in a gap, so that contracts of others may build on it.
fn ends_in_gap(artifact: &Artifact) -> bool {
    let layout = layout_of(artifact);
    let linear = layout.roots.iter().find(|root| root.kind == RootKind::Linear && root.space == Space::Storage);
    linear.and_then(|root| root.variables.last()).is_some_and(|last| is_gap(last, &layout.types))
}
