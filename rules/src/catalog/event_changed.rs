//! SE006: an event is gone or is told otherwise.

use uplint_facts::{Event, Side, UpgradeFacts, VersionFacts};

use crate::declare_rule;
use crate::finding::{Evidence, Finding, Location, Related};

declare_rule! {
    /// ## What it does
    ///
    /// Reports an event of the old version that the new one no longer has, or has with other parameters or other indexed
    /// ones.
    ///
    /// ## Why it is dangerous
    ///
    /// Indexers and monitors filter by the first topic, which is the hash of the signature, and read indexed parameters
    /// from topics. They do not fail when it changes: they see nothing any more, or believe what they see. The CPIMP
    /// attackers (2025) lived for months on `Upgraded` events that explorers took at their word.
    ///
    /// ## Example
    ///
    /// ```solidity
    /// // old
    /// event Deposited(address indexed user, uint256 amount);
    /// // new
    /// event Deposited(address user, uint256 amount);
    /// ```
    ///
    /// ## How to fix
    ///
    /// Add a new event and emit the old one beside it.
    ///
    /// ## Limits
    ///
    /// The interface is compared: whether and when an event is emitted is not. An event that is declared in an interface
    /// which a version no longer mentions counts as gone. Added events are no finding.
    ///
    /// ## References
    ///
    /// Solidity documentation, "Events".
    pub EventChanged = {
        id: "SE006", slug: "event-changed", summary: "an event is gone, or its signature or indexed parameters changed",
        severity: Low, evidence: Proved, required: [Old, Abi], sharpening: [Ast],
        cwe: [439], scwe: [], since: "0.1.0", check: check,
    }
}

fn check(facts: &UpgradeFacts) -> Vec<Finding> {
    let (Some(old), new) = (&facts.old, &facts.new) else { return Vec::new() };
    let gone = old.interface.events.iter().filter(|event| !new.interface.events.contains(event));
    gone.map(|event| {
        let same_signature = new.interface.events.iter().find(|candidate| candidate.signature == event.signature);
        let same_name = || {
            let mut named = new.interface.events.iter().filter(|candidate| name(candidate) == name(event));
            named.find(|candidate| !old.interface.events.contains(candidate))
        };
        let successor = same_signature.or_else(same_name);
        let message = match successor {
            Some(after) if after.signature == event.signature => {
                format!(
                    "event `{}` is told by other topics: {} before, {} now",
                    event.signature,
                    topics(event),
                    topics(after)
                )
            }
            Some(after) => {
                format!("event `{}` became `{}`, which has another first topic", event.signature, after.signature)
            }
            None => format!("event `{}` is gone", event.signature),
        };
        let location =
            successor.map_or_else(|| Location::contract(Side::New, new), |after| place(Side::New, new, after));
        let help = "add a new event and emit the old one beside it";
        let subject = event.signature.as_str();
        let mut finding = Finding::new(EventChanged::META, Evidence::Proved, location, subject, message, help);
        finding.related.push(Related::new(place(Side::Old, old, event), "the old declaration"));
        finding
    })
    .collect()
}

fn name(event: &Event) -> &str {
    event.signature.split('(').next().unwrap_or_default()
}

fn place(side: Side, version: &VersionFacts, event: &Event) -> Location {
    let mut declared = version.entry_points.events_at.iter().filter(|(known, _)| known == name(event));
    Location::span(side, declared.next().map(|(_, span)| *span).or_else(|| version.name_span()))
}

/// How many parameters are topics, and which.
fn topics(event: &Event) -> String {
    let indexed: Vec<_> = (1..)
        .zip(&event.indexed)
        .filter(|(_, is_indexed)| **is_indexed)
        .map(|(at, _): (u32, _)| at.to_string())
        .collect();
    let anonymous = if event.is_anonymous { "anonymous, " } else { "" };
    match indexed.as_slice() {
        [] => format!("{anonymous}none indexed"),
        [one] => format!("{anonymous}parameter {one} indexed"),
        many => format!("{anonymous}parameters {} indexed", many.join(", ")),
    }
}
