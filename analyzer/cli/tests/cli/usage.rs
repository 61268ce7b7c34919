//! Wrong command lines, and the commands that read no contract.

use crate::program::{run, uplint};

#[test]
fn wrong_command_lines_end_with_two_and_say_what_is_wrong() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["check", "--frob"], &["uplint::usage", "'--frob'"]),
        (&["frob"], &["uplint::usage", "'frob'"]),
        (&["check", "a", "b", "c"], &["uplint::usage", "'c'"]),
        (&["check", "a", "--contract", "A", "--all"], &["uplint::usage", "cannot be used with"]),
        (&["check", "a", "--contract", "src/A.sol"], &["uplint::usage", "`src/A.sol:Name`"]),
        (&["check", "a", "--fail-on", "huge"], &["uplint::usage", "huge", "critical"]),
        (&["check", "a", "--jobs", "0"], &["uplint::usage", "0"]),
        (&["check", "a", "--hardfork", "frob"], &["uplint::usage", "hard fork"]),
        (&["check", "a", "--upgrade-call", "0x1"], &["uplint::usage", "hexadecimal"]),
        (&["check", "a", "--upgrade-call", "f(uint256)"], &["uplint::usage", "arguments"]),
        (&["check", "a", "--timings", "--reproducible"], &["uplint::usage", "--reproducible"]),
        (&["check", "a", "--select", "QQ"], &["uplint::rule::unknown", "`QQ`"]),
        (&["check", "a", "--select", "SL001", "--ignore", "SL001"], &["uplint::usage", "no rule to run"]),
        (&["check", "-", "-"], &["uplint::usage", "`-` is given twice"]),
        (&["check", "0x6080604052"], &["uplint::usage", "not taken as an argument"]),
        (&["check", "0x1111111111111111111111111111111111111111"], &["uplint::usage", "addresses"]),
        (&["check", "git:main"], &["uplint::usage", "git:main"]),
        (&["check", "a", "--output", "text", "--output", "json"], &["uplint::usage::output", "standard output"]),
        (&["check", "a", "--output", "text=x", "--output", "json=x"], &["uplint::usage::output", "`x`"]),
        (&["check", "a", "--output", "html"], &["uplint::usage::format", "`html`", "`text`, `json`, `sarif`"]),
        (&["inspect", "a", "--output", "html"], &["uplint::usage::format", "`html`", "`json`, `dot`, `svg`"]),
        (&["inspect", "a", "--output", "svg"], &["uplint::usage", "`--output svg`", "`--show cfg`"]),
        (&["inspect", "a", "--show", "cfg,ssa", "--output", "dot=x"], &["uplint::usage", "`--output dot`"]),
        (&["inspect", "a", "--show", "graph"], &["uplint::usage", "graph", "layout", "cfg"]),
        (&["inspect", "a", "--function", "f"], &["uplint::usage", "`--function`", "`--show cfg`"]),
        (&["rules", "--output", "sarif"], &["uplint::usage::format", "`text`, `json`, `markdown`"]),
        (&["explain", "ZZ999"], &["uplint::rule::unknown", "`ZZ999`"]),
    ];
    for (arguments, needles) in cases {
        let seen = run(uplint().args(*arguments));
        assert_eq!(seen.code, Some(2), "{arguments:?}: {}", seen.stderr);
        assert_eq!(seen.stdout, "", "{arguments:?}");
        for needle in *needles {
            assert!(seen.stderr.contains(needle), "{arguments:?} lacks {needle}: {}", seen.stderr);
        }
    }
}

#[test]
fn a_project_within_a_monorepo_stays_within_it() {
    for project in ["..", "/etc", "a/../../b"] {
        let seen = run(uplint().args(["check", ".", "--project", project]));
        assert_eq!(seen.code, Some(2));
        assert!(seen.stderr.contains("leads out of the input"), "{}", seen.stderr);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [&["--help"][..], &["check", "--help"], &["-h"]] {
        let seen = run(uplint().args(arguments));
        assert_eq!(seen.code, Some(0));
        assert!(seen.stdout.contains("Usage:"), "{}", seen.stdout);
    }
    let seen = run(uplint().arg("--version"));
    assert_eq!(seen.code, Some(0));
    let version = concat!("uplint ", env!("CARGO_PKG_VERSION"));
    let rest = seen.stdout.strip_prefix(version).map(str::trim);
    let is_commit = |text: &str| {
        let digits = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        digits.is_some_and(|digits| digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    assert!(rest.is_some_and(|rest| rest.is_empty() || is_commit(rest)), "{}", seen.stdout);
}

#[test]
fn every_rule_has_a_page() {
    let rules = run(uplint().args(["rules", "--output", "json"]));
    assert_eq!(rules.code, Some(0));
    let rules: serde_json::Value = serde_json::from_str(&rules.stdout).expect("invariant: the catalogue is JSON");
    let rules = rules.as_array().expect("invariant: the catalogue is a list");
    assert!(!rules.is_empty());
    for rule in rules {
        let (id, slug) = (rule["id"].as_str().unwrap_or_default(), rule["slug"].as_str().unwrap_or_default());
        let (by_id, by_slug) = (run(uplint().args(["explain", id])), run(uplint().args(["explain", slug])));
        assert_eq!((by_id.code, &by_id.stdout), (Some(0), &by_slug.stdout), "{id}");
        assert!(by_id.stdout.contains(id) && by_id.stdout.contains(slug), "{id}");
    }
}

#[test]
fn a_misspelt_rule_is_guessed() {
    let seen = run(uplint().args(["explain", "storage-variable-movd"]));
    assert_eq!(seen.code, Some(2));
    assert!(seen.stderr.contains("did you mean `storage-variable-moved`?"), "{}", seen.stderr);
}

#[test]
fn completions_and_the_manual_are_printed() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let seen = run(uplint().args(["completions", shell]));
        assert_eq!(seen.code, Some(0));
        assert!(seen.stdout.contains("uplint"), "{shell}");
    }
    let seen = run(uplint().arg("man"));
    assert_eq!(seen.code, Some(0));
    assert!(seen.stdout.contains(".TH uplint"), "{}", seen.stdout);
}
