//! NS004: two roots over the same bytes.

use std::collections::BTreeSet;

use uplint_facts::UpgradeFacts;
use uplint_layout::diff::{RootOverlap, VariableOverWord, overlaps, variables_over_words};
use uplint_layout::view::root_name;
use uplint_layout::{Place, RootKind, Space};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, State};
use crate::storage::{described, new_place, new_places, storage_place};

declare_rule! {
    /// ## What it does
    ///
    /// Reports bytes of one version that belong to two roots at once: two namespaces, a namespace and the linear layout
    /// (also by `layout at`), a slot constant of a struct, or one of the slots that proxies keep their implementation,
    /// admin and beacon in.
    ///
    /// ## Why it is dangerous
    ///
    /// A write to one changes the other. When the other is the implementation slot of the proxy, a balance decides
    /// which code runs. Audius (July 2022, 704 ether) is such an overlap: the proxy's admin address and the
    /// implementation's `initialized` flags were the same bytes.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// /// @custom:storage-location erc7201:example.main
    /// struct Main { uint256 total; }
    /// // the layout starts where the namespace lies
    /// contract Vault layout at 0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500 { uint256 x; }
    /// ```
    ///
    /// ## How to fix
    ///
    /// Give each root its own identifier, and let the linear layout start away from all of them.
    ///
    /// ## Limits
    ///
    /// The same identifier declared again with the same members is silent, and so is a value declared at exactly a
    /// proxy's slot. Data of mappings and dynamic arrays is taken to overlap nothing. A store to the number of a slot
    /// where a state variable lies may be meant for that variable: it is for review, unless the old version used the
    /// slot before there was a variable.
    ///
    /// ## References
    ///
    /// EIP-7201; EIP-1967; EIP-1822; Audius governance takeover post-mortem, July 2022.
    pub NamespaceOverlap = {
        id: "NS004", slug: "namespace-overlap", summary: "two storage roots share bytes",
        severity: Critical, evidence: Proved, required: [Layout], sharpening: [Ast],
        cwe: [1329], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let pair = |overlap: &RootOverlap| (overlap.first.label.clone(), overlap.second.label.clone());
    let old: BTreeSet<_> = facts.old.iter().flat_map(|old| overlaps(&old.layout)).map(|found| pair(&found)).collect();
    let mut findings: Vec<Finding> = overlaps(&facts.new.layout)
        .iter()
        .map(|overlap| {
            let RootOverlap { first, second } = overlap;
            let (first_root, second_root) = (root_name(&first.root), root_name(&second.root));
            let message = format!(
                "{} of `{first_root}` and {} of `{second_root}` share bytes",
                described(first),
                described(second)
            );
            let help = format!("move `{first_root}` or `{second_root}` to a slot of its own");
            let (cause, other) = if second.span.is_some() { (second, first) } else { (first, second) };
            let place = new_place(facts, cause);
            let mut finding =
                Finding::new(NamespaceOverlap::META, Evidence::Proved, place, cause.label.as_str(), message, help);
            finding.related.extend(new_places([other], "shares its bytes"));
            finding.state = State::of(old.contains(&pair(overlap)));
            finding.storage = storage_place(cause);
            finding
        })
        .collect();
    findings.extend(over_words(facts));
    findings
}

/// State variables over words that assembly accesses by number. Where the word was there before the variable, both are
/// meant to be something else; where the variable was, a store by number may be meant for it.
fn over_words(facts: &UpgradeFacts) -> Vec<Finding> {
    let before = |place: Place| {
        let roots = facts.old.iter().flat_map(|old| &old.layout.roots).filter(|root| root.space == Space::Storage);
        let mut words = roots.filter(|root| matches!(root.kind, RootKind::Unstructured { .. }));
        words.any(|root| root.variables.iter().any(|word| word.place.overlaps(place)))
    };
    let was_over =
        |place: Place| facts.old.iter().any(|old| old.layout.raw_words.iter().any(|word| word.place.overlaps(place)));
    let concerned = variables_over_words(&facts.new.layout).into_iter().filter_map(|found| {
        let was_word = before(found.variable.place);
        (found.is_stored || was_word).then_some((found, was_word))
    });
    concerned
        .map(|(VariableOverWord { variable, is_stored }, was_word)| {
            let slot = variable.place.slot;
            let what = if is_stored { "stores to" } else { "loads" };
            let message = format!("assembly {what} slot {slot} by its number, and {} lies there", described(&variable));
            let help = format!("write `{}.slot` if the variable is meant, else keep its bytes free", variable.label);
            let evidence = if was_word && is_stored { Evidence::Proved } else { Evidence::Pattern };
            let place = new_place(facts, &variable);
            let mut finding =
                Finding::new(NamespaceOverlap::META, evidence, place, variable.label.as_str(), message, help);
            finding.state = State::of(was_over(variable.place));
            finding.storage = storage_place(&variable);
            finding
        })
        .collect()
}
