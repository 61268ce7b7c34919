//! IN008: an immutable belongs to the implementation, and the new one has its own value.

use uplint_facts::{DeclaredVariable, Side, StorageClass, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an immutable variable of the new implementation that is new, or is given another value than before, with
    /// both values as the sources spell them. Judged alone, every immutable.
    ///
    /// ## Why it is dangerous
    ///
    /// An immutable is part of the code: all proxies of one implementation share it, and an upgrade replaces it without
    /// any write to storage. That is often wanted, and easily forgotten: OpenZeppelin's UUPS fix of September 2021
    /// (CVE-2021-41264) rests on such a value, the implementation's own address.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// uint256 immutable cap = 1000;
    /// // new
    /// uint256 immutable cap = 500;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Check that the value is meant for every proxy; else keep it in storage.
    ///
    /// ## Limits
    ///
    /// Expressions are compared as text. A value that comes from an argument of the constructor is not known here: such
    /// an immutable is reported only when the expression changed.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Constant and Immutable State Variables".
    pub ImmutableValueChanged = {
        id: "IN008", slug: "immutable-value-changed",
        summary: "an immutable of the implementation is new or has another value",
        severity: Info, evidence: Proved, required: [Ast], sharpening: [],
        cwe: [665], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let new = &facts.new;
    let declared = new.declaration.as_ref().filter(|declaration| declaration.is_deployable());
    let immutables = declared.into_iter().flat_map(|declaration| declaration.variables_of(StorageClass::Immutable));
    immutables
        .filter(|variable| !new.allows(UnsafeKind::StateVariableImmutable, variable.span, &[]))
        .filter_map(|variable| {
            let before = old_immutable(facts, variable);
            let now = values(variable);
            let message = match (&facts.old, before) {
                (Some(_), Some(before)) if values(before) == now => return None,
                (_, Some(before)) => {
                    format!("immutable `{}` was {} and is now {now}", variable.label, values(before))
                }
                _ => format!("immutable `{}` is {now} in this implementation, for every proxy", variable.label),
            };
            let location = Location::own(Side::New, new, [variable.span]);
            let help = "check that the value is meant for every proxy of the implementation";
            let subject = variable.label.as_str();
            let mut finding =
                Finding::new(ImmutableValueChanged::META, Evidence::Proved, location, subject, message, help);
            finding.state = State::Introduced;
            finding.details.insert("new".to_owned(), now.into());
            if let Some(before) = before {
                finding.details.insert("old".to_owned(), values(before).into());
                finding.related.push(Related::new(Location::span(Side::Old, Some(before.span)), "the old declaration"));
            }
            Some(finding)
        })
        .collect()
}

/// The immutable of the same name in the old version; a contract that was renamed keeps its variables.
fn old_immutable<'a>(facts: &'a UpgradeFacts, variable: &DeclaredVariable) -> Option<&'a DeclaredVariable> {
    let declaration = facts.old.as_ref()?.declaration.as_ref()?;
    let named = || declaration.variables_of(StorageClass::Immutable).filter(|known| known.label == variable.label);
    named().find(|known| known.declared_in == variable.declared_in).or_else(|| named().next())
}

/// Every expression that gives the variable its value, in the order of the source.
fn values(variable: &DeclaredVariable) -> String {
    let initial = variable.initial.iter().filter_map(|value| value.text.clone());
    let texts: Vec<_> = initial.chain(variable.assigned.iter().cloned()).map(|text| format!("`{text}`")).collect();
    if texts.is_empty() { "not known from the source".to_owned() } else { texts.join(" or ") }
}
