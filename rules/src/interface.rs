//! How findings about interfaces are made: a function beside one of the old version or of the proxy.

use uplint_facts::{Function, Interface, ProxyKind, Side, UpgradeFacts};

use crate::finding::{Evidence, Finding, Location, Related, State};
use crate::rule::RuleMeta;

/// Functions of the new version, each with the old one of the same signature.
pub(crate) fn kept(facts: &UpgradeFacts) -> impl Iterator<Item = (&Function, &Function)> {
    beside_old(facts, |old, function| old.function(&function.signature))
}

/// Functions of the new version, each with the old one of the same selector.
pub(crate) fn kept_selectors(facts: &UpgradeFacts) -> impl Iterator<Item = (&Function, &Function)> {
    beside_old(facts, |old, function| old.function_by_selector(function.selector))
}

fn beside_old<'f>(
    facts: &'f UpgradeFacts,
    of_old: fn(&'f Interface, &Function) -> Option<&'f Function>,
) -> impl Iterator<Item = (&'f Function, &'f Function)> {
    let new = &facts.new.interface.functions;
    let old = facts.old.iter().map(|old| &old.interface);
    old.flat_map(move |old| new.iter().filter_map(move |function| Some((function, of_old(old, function)?))))
}

/// The finding about a function, with the old one that it is compared with.
pub(crate) fn changed(
    rule: &'static RuleMeta,
    facts: &UpgradeFacts,
    (function, before): (&Function, &Function),
    message: String,
    help: &str,
) -> Finding {
    let location = Location::function(Side::New, &facts.new, function);
    let mut finding = Finding::new(rule, Evidence::Proved, location, function.signature.as_str(), message, help);
    let before = facts.old.as_ref().map(|old| Location::function(Side::Old, old, before));
    finding.related.extend(before.map(|place| Related::new(place, "the old declaration")));
    finding
}

/// Functions of the proxy and of the implementation with one selector, but for those that the proxy passes on.
pub(crate) fn answered_by_proxy(facts: &UpgradeFacts) -> impl Iterator<Item = (&Function, &Function)> {
    // The user says that the proxy answers the admin alone.
    let proxy = facts.proxy.as_ref().filter(|_| facts.plan.proxy_kind != Some(ProxyKind::Transparent));
    let functions = proxy.into_iter().flat_map(|proxy| {
        let passed_on = &proxy.entry_points.dispatched_by_caller;
        proxy.interface.functions.iter().filter(|function| !passed_on.contains(&function.selector))
    });
    functions.filter_map(|of_proxy| Some((of_proxy, facts.new.interface.function_by_selector(of_proxy.selector)?)))
}

/// The finding about a function that the proxy answers. It is old when the old implementation had the function too.
pub(crate) fn hidden_by_proxy(
    rule: &'static RuleMeta,
    facts: &UpgradeFacts,
    (of_proxy, function): (&Function, &Function),
    message: String,
    help: &str,
) -> Finding {
    let location = Location::function(Side::New, &facts.new, function);
    let mut finding = Finding::new(rule, Evidence::Proved, location, function.signature.as_str(), message, help);
    let had = facts.old.as_ref().is_some_and(|old| old.interface.function(&function.signature).is_some());
    finding.state = State::of(had);
    let place = facts.proxy.as_ref().map(|proxy| Location::function(Side::Proxy, proxy, of_proxy));
    finding.related.extend(place.map(|place| Related::new(place, "the proxy's function")));
    finding
}
