//! Which contracts does a project put behind a proxy, by its own scripts, tests and factories?
//!
//! Three shapes are recognised in the syntax trees: `new …Proxy(address(implementation), …)`, a call of `upgradeTo` or
//! one of its kin with an implementation among its arguments, and the Foundry plugin's `Upgrades.deployUUPSProxy("Vault.sol", …)`. All are
//! heuristics: they decide what is looked at, never what is found.

use std::collections::BTreeMap;
use std::sync::Arc;

use uplint_artifact::{Artifact, Ast, ContractName, Field, NodeKind, NodeRef, Unit};

/// Contracts that are put behind a proxy, with the source that does it.
#[derive(Debug, Default)]
pub(crate) struct Implementations {
    /// By path and name of the contract; an empty path stands for any.
    places: BTreeMap<(Arc<str>, Arc<str>), Arc<str>>,
}

impl Implementations {
    /// Looks through all syntax trees of a version.
    pub(crate) fn of(artifacts: &[Arc<Artifact>]) -> Self {
        let mut found = Implementations::default();
        let mut units: Vec<&Arc<Unit>> = Vec::new();
        for unit in artifacts.iter().filter_map(|artifact| artifact.unit.as_ref()) {
            if !units.iter().any(|known| Arc::ptr_eq(known, unit)) {
                units.push(unit);
            }
        }
        for unit in units {
            found.add_unit(unit);
        }
        found
    }

    /// The source that puts this contract behind a proxy.
    pub(crate) fn place_of(&self, contract: &ContractName) -> Option<Arc<str>> {
        let at = |path: &Arc<str>| self.places.get(&(Arc::clone(path), Arc::clone(&contract.name)));
        at(&contract.path).or_else(|| at(&"".into())).cloned()
    }

    fn add_unit(&mut self, unit: &Unit) {
        let ast = unit.ast();
        for &(source, root) in ast.roots() {
            let Some(path) = unit.source(source).map(|source| &source.path) else { continue };
            for call in ast.descendants(root).filter(|&node| ast[node].kind == NodeKind::FunctionCall) {
                let Some(callee) = ast.child(call, Field::Expression) else { continue };
                if is_proxy_creation(ast, callee) || is_upgrade(ast, callee) {
                    let arguments = ast.children(call, Field::Arguments).flat_map(|argument| ast.descendants(argument));
                    for contract in arguments.filter_map(|node| contract_of(ast, node)) {
                        self.add_declaration(unit, contract, path);
                    }
                } else if is_plugin_call(ast, callee) {
                    for argument in ast.children(call, Field::Arguments) {
                        self.add_artifact_name(ast, argument, path);
                    }
                }
            }
        }
    }

    fn add_declaration(&mut self, unit: &Unit, contract: NodeRef, place: &Arc<str>) {
        let node = &unit.ast()[contract];
        let path = unit.source(node.span.source).map(|source| Arc::clone(&source.path));
        if let Some((path, name)) = path.zip(node.name.clone()) {
            self.places.entry((path, name)).or_insert_with(|| Arc::clone(place));
        }
    }

    /// Reads the plugin's names: `Vault.sol`, `Vault.sol:Vault`, `out/Vault.sol/Vault.json`.
    fn add_artifact_name(&mut self, ast: &Ast, argument: NodeRef, place: &Arc<str>) {
        if ast[argument].kind != NodeKind::Literal {
            return;
        }
        let Some(text) = ast[argument].value.as_deref() else { return };
        let last = text.rsplit(['/', ':']).next().unwrap_or(text);
        let name = last.strip_suffix(".sol").or_else(|| last.strip_suffix(".json")).unwrap_or(last);
        if text.contains(".sol") && !name.is_empty() {
            self.places.entry(("".into(), name.into())).or_insert_with(|| Arc::clone(place));
        }
    }
}

/// `new …Proxy` or `new UpgradeableBeacon`.
fn is_proxy_creation(ast: &Ast, callee: NodeRef) -> bool {
    ast[callee].kind == NodeKind::NewExpression
        && ast
            .child(callee, Field::TypeName)
            .and_then(|ty| ast.declaration_of(ty))
            .and_then(|contract| ast[contract].name.as_deref())
            .is_some_and(|name| name.ends_with("Proxy") || name == "UpgradeableBeacon")
}

/// A call of a member that sets an implementation.
fn is_upgrade(ast: &Ast, callee: NodeRef) -> bool {
    ast[callee].kind == NodeKind::MemberAccess
        && matches!(
            ast[callee].name.as_deref(),
            Some("upgradeTo" | "upgradeToAndCall" | "upgrade" | "upgradeAndCall" | "setImplementation")
        )
}

/// A call of OpenZeppelin's Foundry plugin.
fn is_plugin_call(ast: &Ast, callee: NodeRef) -> bool {
    let of_plugin = ast
        .child(callee, Field::Expression)
        .and_then(|library| ast[library].name.as_deref())
        .is_some_and(|name| matches!(name, "Upgrades" | "UnsafeUpgrades"));
    of_plugin
        && ast[callee].name.as_deref().is_some_and(|name| {
            name.starts_with("deploy")
                || name.starts_with("upgrade")
                || name.starts_with("validate")
                || name.starts_with("prepare")
        })
}

/// The contract that an expression makes, `new Vault()`, or is of, `vault` in `address(vault)`.
fn contract_of(ast: &Ast, node: NodeRef) -> Option<NodeRef> {
    let declaration = match ast[node].kind {
        NodeKind::NewExpression => ast.declaration_of(ast.child(node, Field::TypeName)?)?,
        NodeKind::Identifier => {
            let variable = ast.declaration_of(node)?;
            ast.declaration_of(ast.child(variable, Field::TypeName)?)?
        }
        _ => return None,
    };
    (ast[declaration].kind == NodeKind::ContractDefinition).then_some(declaration)
}
