//! Holds the catalogue and the test data against each other: every rule has a page, a case that it finds and a case on
//! which it keeps quiet.

use std::collections::BTreeMap;
use std::path::Path;

use uplint_rules::catalog::RULES;
use uplint_testkit::{Case, cases};

/// Headings of a rule's page, in their order.
const HEADINGS: [&str; 6] = ["What it does", "Why it is dangerous", "Example", "How to fix", "Limits", "References"];

fn cases_by_group() -> BTreeMap<String, Vec<Case>> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut groups: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in cases(&testdata).unwrap_or_else(|error| panic!("{error}")) {
        if case.root == "rules" {
            groups.entry(case.group.clone()).or_default().push(case);
        }
    }
    groups
}

#[test]
fn every_rule_has_a_case_that_it_finds_and_one_on_which_it_keeps_quiet() {
    let groups = cases_by_group();
    let mut faults = Vec::new();
    for rule in RULES.iter().map(|rule| rule.meta()) {
        let cases = groups.get(rule.slug).map(Vec::as_slice).unwrap_or_default();
        let says = |case: &Case| case.expectations.iter().any(|expectation| expectation.rule == rule.id);
        if !cases.iter().any(|case| case.name.starts_with("bad_") && says(case)) {
            faults.push(format!("{}: no case `rules/{}/bad_*` expects it", rule.id, rule.slug));
        }
        if !cases.iter().any(|case| case.name.starts_with("ok_")) {
            faults.push(format!("{}: no case `rules/{}/ok_*`", rule.id, rule.slug));
        }
        for case in cases.iter().filter(|case| case.name.starts_with("ok_") && says(case)) {
            faults.push(format!("{}: expected in {}", rule.id, case.id()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_group_of_cases_belongs_to_a_rule_and_every_case_is_bad_or_ok() {
    let mut faults = Vec::new();
    for (group, cases) in cases_by_group() {
        if !RULES.iter().any(|rule| rule.meta().slug == group) {
            faults.push(format!("rules/{group}: no rule has this name"));
        }
        let named = |case: &&Case| case.name.starts_with("bad_") || case.name.starts_with("ok_");
        faults
            .extend(cases.iter().filter(|case| !named(case)).map(|case| format!("{}: neither bad nor ok", case.id())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_rule_has_a_page_with_all_headings_in_their_order() {
    let mut faults = Vec::new();
    for rule in RULES.iter().map(|rule| rule.meta()) {
        let headings: Vec<_> = rule.docs.markdown.lines().filter_map(|line| line.trim().strip_prefix("## ")).collect();
        if headings != HEADINGS {
            faults.push(format!("{}: its page has the headings {headings:?}", rule.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn summaries_are_one_line_in_lower_case_without_a_full_stop() {
    for rule in RULES.iter().map(|rule| rule.meta()) {
        let summary = rule.summary;
        assert!(!summary.is_empty() && !summary.ends_with('.') && !summary.contains('\n'), "{}: {summary}", rule.id);
        assert!(!summary.starts_with(char::is_uppercase), "{}: {summary}", rule.id);
    }
}

#[test]
fn identifiers_are_unique_and_in_order() {
    let ids: Vec<_> = RULES.iter().map(|rule| rule.meta().id).collect();
    assert!(ids.is_sorted_by(|left, right| left < right), "{ids:?}");
}
