//! SE011: a function of the same name takes other parameters.

use uplint_facts::{Function, Side, UpgradeFacts, VersionFacts};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an external function whose selector is gone while a function of the same name, with other parameters, has
    /// come in its place.
    ///
    /// ## Why it is dangerous
    ///
    /// The name promises what the selector no longer gives: callers of the old signature revert, and a new parameter
    /// list often comes with new rights. SafeMoon (March 2023, 8.9 million dollars) turned a burn of one's own tokens
    /// into `burn(address,uint256)`, which anybody could call on anybody's tokens.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// function burn(uint256 amount) external;
    /// // new
    /// function burn(address from, uint256 amount) external;
    /// ```
    ///
    /// ## How to fix
    ///
    /// Keep the old signature beside the new one.
    ///
    /// ## Limits
    ///
    /// Silent for an overload that stands beside the old signature, and for initializers, which nobody calls twice.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Function Overloading".
    pub FunctionResignatured = {
        id: "SE011", slug: "function-resignatured",
        summary: "a function of the same name takes other parameters and the old selector is gone",
        severity: Medium, evidence: Proved, required: [Old, Abi], sharpening: [Ast],
        cwe: [439], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let (Some(old), new) = (&facts.old, &facts.new) else { return Vec::new() };
    let gone = old
        .interface
        .functions
        .iter()
        .filter(|function| new.interface.function_by_selector(function.selector).is_none());
    gone.filter(|function| !is_initializer(old, function))
        .filter_map(|function| {
            let replaced_by = replacements(old, new, function);
            let first = *replaced_by.first()?;
            let names: Vec<_> = replaced_by.iter().map(|new| format!("`{}`", new.signature)).collect();
            let message =
                format!("`{}` became {}: calls of the old selector revert", function.signature, names.join(" and "));
            let help = "keep the old signature beside the new one, or change every caller in the same transaction";
            let location = Location::function(Side::New, new, first);
            let subject = function.signature.as_str();
            let mut finding =
                Finding::new(FunctionResignatured::META, Evidence::Proved, location, subject, message, help);
            let old_place = Location::function(Side::Old, old, function);
            finding.related.push(Related::new(old_place, "the old signature"));
            Some(finding)
        })
        .collect()
}

/// The functions of the same name that came with the new version. An initializer of another signature replaces one.
pub(crate) fn replacements<'a>(old: &VersionFacts, new: &'a VersionFacts, function: &Function) -> Vec<&'a Function> {
    new.interface
        .functions
        .iter()
        .filter(|candidate| candidate.name == function.name && old.interface.function(&candidate.signature).is_none())
        .collect()
}

fn is_initializer(version: &VersionFacts, function: &Function) -> bool {
    function.name == "initialize" || version.initializers.iter().any(|known| known.selector == Some(function.selector))
}
