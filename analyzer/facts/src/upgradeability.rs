//! Why a contract is taken for upgradeable, and behind which kind of proxy.
//!
//! Reasons come in the order of their weight: what a team wrote down, what the contract inherits and offers, what it
//! stores, how the project uses it. Only the first is certain; the others are heuristics, and whoever acts on one says so.

use std::collections::BTreeSet;

use uplint_artifact::{Artifact, Ast, AstId, Field, NodeKind, NodeRef, Unit};
use uplint_layout::{Annotations, annotations_of};

use crate::dispatch::Dispatch;
use crate::initialization::{Initializer, InitializerKind};
use crate::interface::Interface;
use crate::upgrade::ProxyKind;

/// Signatures that upgrade the implementation of a UUPS proxy (EIP-1822, EIP-1967).
pub const UPGRADE_FUNCTIONS: [&str; 2] = ["upgradeTo(address)", "upgradeToAndCall(address,bytes)"];

/// A reason to take a contract for upgradeable, in descending weight.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UpgradeabilityReason {
    /// `@custom:oz-upgrades` or `@custom:oz-upgrades-from`.
    Annotated,
    /// It inherits a base of this name.
    Inherits(String),
    /// It has this initializer or reinitializer.
    Initializer(String),
    /// It has this function, which upgrades.
    UpgradeFunction(String),
    /// It keeps state in this annotated namespace.
    Namespace(String),
    /// The project deploys a proxy in front of it.
    UsedAsImplementation,
}

/// What is known of a contract's upgradeability.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgradeability {
    /// Why it is taken for upgradeable, in descending weight; empty when it is not.
    pub reasons: Vec<UpgradeabilityReason>,
    /// The contract it replaces, as `@custom:oz-upgrades-from` names it.
    pub upgrades_from: Option<String>,
    /// The kind of proxy that it seems to be made for.
    pub kind: Option<ProxyKind>,
    /// The functions that upgrade, by signature.
    pub upgrade_functions: Vec<String>,
    /// Whether `proxiableUUID()` answers.
    pub has_proxiable_uuid: bool,
}

impl Upgradeability {
    /// Whether there is any reason.
    pub fn is_upgradeable(&self) -> bool {
        !self.reasons.is_empty()
    }

    /// Whether the contract is known to be upgradeable only by a heuristic.
    pub fn is_heuristic(&self) -> bool {
        self.is_upgradeable() && !self.reasons.contains(&UpgradeabilityReason::Annotated)
    }
}

/// What is known of one artifact's upgradeability. `implementations` are the contracts that the project puts behind
/// proxies, from [`implementations_in`]; empty leaves that reason out.
pub fn upgradeability(artifact: &Artifact, implementations: &BTreeSet<AstId>) -> Upgradeability {
    let interface = artifact
        .abi
        .as_ref()
        .map(|abi| crate::interface::interface(abi, artifact.method_identifiers.as_ref()))
        .unwrap_or_default();
    let parts = artifact.ast().zip(artifact.definition()).zip(artifact.unit.as_deref());
    let Some(((ast, contract), unit)) = parts else { return of_interface(&interface) };
    let dispatch = Dispatch::new(ast, contract);
    let annotations = annotations_of(unit, contract);
    let annotated = |function| annotations_of(unit, function).is_initializer;
    let initializers: Vec<_> =
        crate::initialization::initializers(&dispatch, &annotated).into_iter().map(|(_, found)| found).collect();
    let mut found = establish(unit, &dispatch, &annotations, &initializers, &interface);
    if ast[contract].id.is_some_and(|id| implementations.contains(&id)) {
        found.reasons.push(UpgradeabilityReason::UsedAsImplementation);
    }
    found
}

/// What an interface alone tells.
pub(crate) fn of_interface(interface: &Interface) -> Upgradeability {
    let upgrade_functions = upgrade_functions(interface);
    let has_proxiable_uuid = interface.function("proxiableUUID()").is_some();
    let mut reasons: Vec<_> = upgrade_functions.iter().cloned().map(UpgradeabilityReason::UpgradeFunction).collect();
    let starts = interface.overloads("initialize").map(|function| function.signature.clone());
    reasons.extend(starts.map(UpgradeabilityReason::Initializer));
    reasons.sort();
    let kind = kind(!reasons.is_empty(), &upgrade_functions);
    Upgradeability { reasons, upgrades_from: None, kind, upgrade_functions, has_proxiable_uuid }
}

pub(crate) fn establish(
    unit: &Unit,
    dispatch: &Dispatch<'_>,
    annotations: &Annotations,
    initializers: &[Initializer],
    interface: &Interface,
) -> Upgradeability {
    let ast = dispatch.ast;
    let mut reasons = Vec::new();
    if annotations.is_upgradeable || annotations.upgrades_from.is_some() {
        reasons.push(UpgradeabilityReason::Annotated);
    }
    let base_names = dispatch.bases.iter().skip(1).filter_map(|&base| ast[base].name.as_deref());
    let known = base_names.filter(|name| matches!(*name, "Initializable" | "UUPSUpgradeable"));
    reasons.extend(known.map(|name| UpgradeabilityReason::Inherits(name.to_owned())));
    let starts = initializers.iter().filter(|found| found.kind != InitializerKind::OnlyInitializing && found.is_public);
    reasons.extend(starts.map(|found| UpgradeabilityReason::Initializer(found.signature.clone())));
    let upgrade_functions = upgrade_functions(interface);
    reasons.extend(upgrade_functions.iter().cloned().map(UpgradeabilityReason::UpgradeFunction));
    reasons.extend(namespaces(unit, dispatch).into_iter().map(UpgradeabilityReason::Namespace));
    reasons.sort();
    reasons.dedup();
    Upgradeability {
        kind: kind(!reasons.is_empty(), &upgrade_functions),
        reasons,
        upgrades_from: annotations.upgrades_from.clone(),
        upgrade_functions,
        has_proxiable_uuid: interface.function("proxiableUUID()").is_some(),
    }
}

fn upgrade_functions(interface: &Interface) -> Vec<String> {
    let known = UPGRADE_FUNCTIONS.iter().filter(|signature| interface.function(signature).is_some());
    known.map(|&signature| signature.to_owned()).collect()
}

/// An implementation that upgrades itself is a UUPS one; any other is upgraded by its proxy.
fn kind(is_upgradeable: bool, upgrade_functions: &[String]) -> Option<ProxyKind> {
    match (is_upgradeable, upgrade_functions.is_empty()) {
        (false, _) => None,
        (true, false) => Some(ProxyKind::Uups),
        (true, true) => Some(ProxyKind::Transparent),
    }
}

/// Identifiers of the namespaces that the contract and its bases annotate.
fn namespaces(unit: &Unit, dispatch: &Dispatch<'_>) -> Vec<String> {
    dispatch
        .members(NodeKind::StructDefinition)
        .filter_map(|node| annotations_of(unit, node).storage_location)
        .filter(|location| location.starts_with("erc7201:"))
        .collect()
}

/// Names of proxies that take an implementation in their constructor.
const PROXIES: [&str; 4] =
    ["ERC1967Proxy", "TransparentUpgradeableProxy", "AdminUpgradeabilityProxy", "UpgradeableBeacon"];

/// The contracts of a compilation that it deploys as implementations: `new ERC1967Proxy(address(new Vault()), …)`, also
/// by way of a local variable of the contract's type.
pub fn implementations_in(unit: &Unit) -> BTreeSet<AstId> {
    let ast = unit.ast();
    let mut found = BTreeSet::new();
    for call in ast.nodes().filter(|&node| deploys_proxy(ast, node)) {
        if let Some(first) = ast.child(call, Field::Arguments) {
            found.extend(contract_of(ast, first));
        }
    }
    found
}

fn deploys_proxy(ast: &Ast, call: NodeRef) -> bool {
    ast[call].kind == NodeKind::FunctionCall
        && ast
            .child(call, Field::Expression)
            .map(|callee| match ast[callee].kind {
                NodeKind::FunctionCallOptions => ast.child(callee, Field::Expression).unwrap_or(callee),
                _ => callee,
            })
            .filter(|&callee| ast[callee].kind == NodeKind::NewExpression)
            .and_then(|created| ast.child(created, Field::TypeName))
            .and_then(|name| ast.declaration_of(name))
            .and_then(|contract| ast[contract].name.as_deref())
            .is_some_and(|name| PROXIES.contains(&name))
}

/// The contract whose instance an expression is, conversions to `address` removed.
fn contract_of(ast: &Ast, expression: NodeRef) -> Option<AstId> {
    let mut at = expression;
    while ast[at].kind == NodeKind::FunctionCall && ast[at].sub_kind.as_deref() == Some("typeConversion") {
        at = ast.child(at, Field::Arguments)?;
    }
    // `t_contract$_Vault_$42`: the number is the declaration's identifier.
    let ty = ast[at].type_identifier.as_deref()?.strip_prefix("t_contract$_")?;
    ty.rsplit_once("_$").and_then(|(_, id)| id.parse().ok()).map(AstId)
}
