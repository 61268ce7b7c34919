//! Which contracts of a version are meant to be upgraded, and what says so?
//!
//! An annotation says it outright. Everything else is a heuristic, and a contract that only a heuristic found carries
//! its [`Reason`] into the report. Nothing is decided here about abstract contracts, tests and dependencies: they are
//! recognised, and the pairing leaves them out unless they are named.

use std::fmt;
use std::sync::Arc;

use uplint_artifact::{Artifact, Ast, Field, Language, NodeKind, NodeRef};
use uplint_facts::version_facts;
use uplint_layout::{RootKind, Space, is_gap};

use crate::implementations::Implementations;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// `@custom:oz-upgrades` or `@custom:oz-upgrades-from`.
    Annotated,
    /// The input holds this contract and nothing else.
    OnlyOne,
    /// It inherits a contract that is made for implementations.
    Inherits(Arc<str>),
    /// It has a function that does a constructor's work.
    Initializer(Arc<str>),
    /// It has a function that upgrades it.
    UpgradeFunction(&'static str),
    /// It keeps storage in an annotated namespace.
    Namespace(Arc<str>),
    /// The project puts it behind a proxy.
    Implementation(Arc<str>),
}

impl Reason {
    /// Whether the project says it rather than a heuristic.
    pub(crate) fn is_declared(&self) -> bool {
        matches!(self, Self::Annotated | Self::OnlyOne)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Annotated => f.write_str("it is annotated `@custom:oz-upgrades`"),
            Self::OnlyOne => f.write_str("the input holds nothing else"),
            Self::Inherits(base) => write!(f, "it inherits `{base}`"),
            Self::Initializer(name) => write!(f, "it has the initializer `{name}`"),
            Self::UpgradeFunction(name) => write!(f, "it has the upgrade function `{name}`"),
            Self::Namespace(id) => write!(f, "it keeps storage in the namespace `{id}`"),
            Self::Implementation(place) => write!(f, "`{place}` puts it behind a proxy"),
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
    let implementations = Implementations::of(artifacts);
    let all_foreign = artifacts.iter().all(|artifact| is_dependency(&artifact.contract.path));
    artifacts
        .iter()
        .map(|artifact| {
            let definition = artifact.ast().zip(artifact.definition());
            let (kind, role) = (kind(artifact, definition), role(artifact, definition, all_foreign));
            let tags = definition.map(|(ast, node)| Tags::of(ast, node)).unwrap_or_default();
            let reason = if tags.upgrades || tags.upgrades_from.is_some() {
                Some(Reason::Annotated)
            } else if only_one {
                Some(Reason::OnlyOne)
            } else {
                heuristic(artifact, definition)
                    .or_else(|| implementations.place_of(&artifact.contract).map(Reason::Implementation))
            };
            Candidate {
                kind,
                role,
                reason,
                upgrades_from: tags.upgrades_from,
                is_base_with_gap: kind == ContractKind::Abstract && role == Role::Own && ends_in_gap(artifact),
                artifact: Arc::clone(artifact),
            }
        })
        .collect()
}

/// What a contract's documentation says about upgrades.
#[derive(Default)]
struct Tags {
    upgrades: bool,
    upgrades_from: Option<String>,
}

impl Tags {
    fn of(ast: &Ast, contract: NodeRef) -> Self {
        let mut words = ast[contract].documentation.as_deref().unwrap_or_default().split_whitespace();
        let mut tags = Tags::default();
        while let Some(word) = words.next() {
            match word {
                "@custom:oz-upgrades" => tags.upgrades = true,
                "@custom:oz-upgrades-from" => tags.upgrades_from = words.next().map(str::to_owned),
                _ => {}
            }
        }
        tags
    }
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

/// The first heuristic that takes a contract for an implementation.
fn heuristic(artifact: &Artifact, definition: Option<(&Ast, NodeRef)>) -> Option<Reason> {
    match definition {
        Some((ast, node)) => by_syntax(ast, node),
        None => by_interface(artifact),
    }
}

fn by_syntax(ast: &Ast, contract: NodeRef) -> Option<Reason> {
    // Proxies and beacons have functions that upgrade, but are not what is upgraded.
    let is_proxy = bases(ast, contract)
        .any(|base| matches!(ast[base].name.as_deref(), Some("Proxy" | "UpgradeableBeacon" | "ProxyAdmin")));
    if is_proxy {
        return None;
    }
    let inherited = bases(ast, contract)
        .filter(|&base| base != contract)
        .filter_map(|base| ast[base].name.clone())
        .find(|name| name.ends_with("Initializable") || name.ends_with("UUPSUpgradeable"));
    if let Some(name) = inherited {
        return Some(Reason::Inherits(name));
    }
    let functions = || {
        bases(ast, contract)
            .flat_map(|base| ast.children(base, Field::Nodes))
            .filter(|&node| ast[node].kind == NodeKind::FunctionDefinition && ast[node].is_implemented)
            .filter(|&node| matches!(ast[node].visibility.as_deref(), Some("public" | "external")))
    };
    if let Some(name) = functions().find_map(|function| initializer_name(ast, function)) {
        return Some(Reason::Initializer(name));
    }
    if let Some(name) = functions().find_map(|function| upgrade_function(ast[function].name.as_deref()?)) {
        return Some(Reason::UpgradeFunction(name));
    }
    bases(ast, contract)
        .flat_map(|base| ast.children(base, Field::Nodes))
        .filter(|&node| ast[node].kind == NodeKind::StructDefinition)
        .find_map(|node| namespace_id(ast[node].documentation.as_deref()?))
        .map(Reason::Namespace)
}

/// The name of a function that does a constructor's work, by its modifiers or its name.
fn initializer_name(ast: &Ast, function: NodeRef) -> Option<Arc<str>> {
    let name = ast[function].name.clone()?;
    let is_guarded = ast
        .children(function, Field::Modifiers)
        .filter_map(|modifier| ast.child(modifier, Field::ModifierName))
        .any(|modifier| matches!(ast[modifier].name.as_deref(), Some("initializer" | "reinitializer")));
    let changes_state = !matches!(ast[function].state_mutability.as_deref(), Some("view" | "pure"));
    (is_guarded || is_initializer(&name) && changes_state).then_some(name)
}

fn by_interface(artifact: &Artifact) -> Option<Reason> {
    let abi = artifact.abi.as_ref()?;
    if let Some(function) = abi.functions().find(|function| is_initializer(&function.name)) {
        return Some(Reason::Initializer(function.name.as_str().into()));
    }
    // A Vyper contract has no conventions beyond a function of that name.
    let is_vyper = artifact.unit.as_ref().is_some_and(|unit| unit.compiler.language == Language::Vyper);
    let upgrade = abi.functions().find_map(|function| upgrade_function(&function.name));
    upgrade.filter(|_| !is_vyper).map(Reason::UpgradeFunction)
}

fn is_initializer(name: &str) -> bool {
    name.strip_prefix("initialize").is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
}

fn upgrade_function(name: &str) -> Option<&'static str> {
    ["upgradeTo", "upgradeToAndCall", "proxiableUUID"].into_iter().find(|&known| known == name)
}

/// What stands after `@custom:storage-location`.
fn namespace_id(documentation: &str) -> Option<Arc<str>> {
    let mut words = documentation.split_whitespace();
    words.find(|&word| word == "@custom:storage-location")?;
    words.next().map(Into::into)
}

/// The contract's bases, itself first; itself alone when the compiler printed none.
fn bases(ast: &Ast, contract: NodeRef) -> impl Iterator<Item = NodeRef> + '_ {
    let listed = ast.linearized_bases(contract);
    if listed.is_empty() { vec![contract] } else { listed }.into_iter()
}

/// Whether an abstract contract's storage ends in a gap, so that contracts of others may build on it.
fn ends_in_gap(artifact: &Arc<Artifact>) -> bool {
    let layout = version_facts(Arc::clone(artifact)).layout;
    let linear = layout.roots.iter().find(|root| root.kind == RootKind::Linear && root.space == Space::Storage);
    linear.and_then(|root| root.variables.last()).is_some_and(|last| is_gap(last, &layout.types))
}
