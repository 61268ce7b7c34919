//! DC011: the code calls a library that is linked.

use uplint_facts::{Side, UpgradeFacts};
use uplint_layout::UnsafeKind;

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, State};

declare_rule! {
    /// ## What it does
    ///
    /// Reports a library whose address a linker puts into the bytecode.
    ///
    /// ## Why it is dangerous
    ///
    /// The contract delegates to whatever stands at that address on each chain, and the artifact does not say which it
    /// is. All Parity wallets (November 2017) were linked to one library; when it was destroyed, 513,000 ether were
    /// frozen.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// library Shares { function convert(uint256 assets) public view returns (uint256) { … } }
    /// contract Vault { function deposit(uint256 assets) external { Shares.convert(assets); } }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Make the library's functions internal, or deploy the library anew with each version and check its address.
    ///
    /// ## Limits
    ///
    /// An artifact that is already linked says nothing of it.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Library Linking".
    pub ExternalLibraryLinking = {
        id: "DC011", slug: "external-library-linking", summary: "the code calls a library that is linked",
        severity: Info, evidence: Proved, required: [Runtime], sharpening: [Ast],
        cwe: [829], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let new = &facts.new;
    let allowed = new.name_span().is_some_and(|at| new.allows(UnsafeKind::ExternalLibraryLinking, at, &[]));
    let libraries = new.code.linked_libraries.iter().filter(|_| !allowed);
    libraries
        .map(|library| {
            let message = format!("the code runs `{library}` at an address that a linker puts in");
            let help = "make the library's functions internal, or check the linked address on every chain";
            let location = Location::contract(Side::New, new);
            let mut finding =
                Finding::new(ExternalLibraryLinking::META, Evidence::Proved, location, library.as_str(), message, help);
            let had = |old: &uplint_facts::VersionFacts| old.code.linked_libraries.contains(library);
            finding.state = State::of(facts.old.as_ref().is_some_and(had));
            finding
        })
        .collect()
}
