//! Where reports go and what they look like there.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{cache, demo, folder, run, uplint};

fn check_demo(arguments: &[&str]) -> assert_cmd::Command {
    let mut command = uplint();
    command.arg("check").args([demo("v1"), demo("v2")]).args(arguments).args(cache());
    command
}

#[test]
fn one_and_eight_threads_print_the_same_bytes() {
    for format in ["text", "json", "sarif"] {
        let with = |jobs: &str| run(&mut check_demo(&["--output", format, "--jobs", jobs]));
        let (one, eight) = (with("1"), with("8"));
        assert_eq!((one.code, &one.stdout), (eight.code, &eight.stdout), "{format}");
        assert!(!one.stdout.is_empty());
    }
}

#[test]
fn the_working_directory_and_the_place_of_the_input_are_not_in_a_report() {
    let source =
        |version| std::fs::read_to_string(demo(version).join("Vault.sol")).expect("invariant: the demo is there");
    let copy = folder(&[("v1/Vault.sol", &source("v1")), ("v2/Vault.sol", &source("v2"))]);
    for format in ["text", "json", "sarif"] {
        let from = |directory: &Path, old: &str, new: &str| {
            let mut command = uplint();
            command.current_dir(directory).args(["check", old, new, "--output", format]).args(cache());
            run(&mut command).stdout
        };
        let here = from(copy.path(), "v1", "v2");
        assert_eq!(here, from(&copy.path().join("v1"), ".", "../v2"), "{format}");
        let absolute = copy.path().to_string_lossy().into_owned();
        assert_eq!(here, from(Path::new("/"), &format!("{absolute}/v1"), &format!("{absolute}/v2")), "{format}");
        assert!(!here.contains(&absolute), "{here}");
    }
}

#[test]
fn reports_go_to_their_files_and_replace_earlier_ones() {
    let folder = folder(&[("report.json", "earlier")]);
    let mut command =
        check_demo(&["--output", "text", "--output", "json=report.json", "--output", "sarif=report.sarif"]);
    let seen = run(command.current_dir(folder.path()));
    assert_eq!(seen.code, Some(1), "{}", seen.stderr);
    assert!(seen.stdout.starts_with("fail"), "{}", seen.stdout);
    for name in ["report.json", "report.sarif"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert!(
            serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|report| report.is_object()),
            "{name}: {text}"
        );
    }
    let names = std::fs::read_dir(folder.path()).map(Iterator::count).unwrap_or_default();
    assert_eq!(names, 2, "a temporary file is left");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let folder = folder(&[]);
    for place in ["json=no/such/folder/report.json", "json=."] {
        let seen = run(check_demo(&["--output", place]).current_dir(folder.path()));
        assert_eq!(seen.code, Some(2), "{}", seen.stderr);
        assert!(seen.stderr.contains("uplint::output::file"), "{}", seen.stderr);
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let escapes = |command: &mut assert_cmd::Command| run(command).stdout.contains('\u{1b}');
    assert!(!escapes(&mut check_demo(&[])));
    assert!(escapes(&mut check_demo(&["--color", "always"])));
    assert!(!escapes(check_demo(&["--color", "never"]).env("CLICOLOR_FORCE", "1")));
    assert!(!escapes(check_demo(&[]).env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1")));
    let folder = folder(&[]);
    run(check_demo(&["--color", "always", "--output", "text=report.txt"]).current_dir(folder.path()));
    let report = std::fs::read_to_string(folder.path().join("report.txt")).unwrap_or_default();
    assert!(report.starts_with("fail") && !report.contains('\u{1b}'), "{report}");
}

#[test]
fn errors_are_coloured_by_the_same_rules() {
    let stderr = |arguments: &[&str]| run(uplint().args(["check", "gone.sol"]).args(arguments)).stderr;
    assert!(!stderr(&[]).contains('\u{1b}'));
    assert!(stderr(&["--color", "always"]).contains('\u{1b}'));
}

#[test]
fn a_report_beside_a_terminal_is_a_hundred_columns_wide() {
    let seen = run(check_demo(&[]).env("COLUMNS", "40"));
    let widest = seen.stdout.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!((60..=100).contains(&widest), "{widest} columns:\n{}", seen.stdout);
}

#[test]
fn nothing_but_the_report_is_on_standard_output_and_nothing_on_standard_error() {
    let seen = run(&mut check_demo(&["--output", "json"]));
    assert!(serde_json::from_str::<serde_json::Value>(&seen.stdout).is_ok());
    assert_eq!(seen.stderr, "");
}

#[test]
fn only_timings_make_two_runs_differ() {
    let report = |arguments: &[&str]| run(&mut check_demo(arguments)).stdout;
    assert!(report(&["--output", "json", "--timings"]).contains("\"elapsed_ms\""));
    assert!(!report(&["--output", "json", "--reproducible"]).contains("\"elapsed_ms\""));
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_uplint"))
        .arg("check")
        .args([demo("v1"), demo("v2")])
        .args(cache())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("invariant: the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("invariant: the program ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_its_own_exit_code() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_uplint"))
        .args(["check", "-", "-v"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("invariant: the program starts");
    // Waiting would close it, and then the run would end by itself.
    let stdin = child.stdin.take();
    let mut stderr = BufReader::new(child.stderr.take().expect("invariant: it is piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("invariant: the program says what it does");
    assert_eq!(line, "reading standard input\n");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("invariant: kill is there");
    assert!(sent.success());
    assert_eq!(child.wait().expect("invariant: the program ends").code(), Some(130));
    drop(stdin);
}

#[cfg(unix)]
#[test]
fn a_compiler_does_not_outlive_an_interrupted_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let source = folder(&[("Vault.sol", "pragma solidity 0.8.28;\ncontract Vault {}\n")]);
    for signal in ["-INT", "-TERM"] {
        let tools = folder(&[]);
        let (solc, pipe) = (tools.path().join("solc"), tools.path().join("pipe"));
        // It says its number as soon as it runs, and would then run for long.
        let script = format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 600\n", pipe.display());
        std::fs::write(&solc, script).expect("invariant: the folder is writable");
        std::fs::set_permissions(&solc, std::fs::Permissions::from_mode(0o755)).expect("invariant: it is our file");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("invariant: mkfifo is there");
        assert!(made.success());
        let child = Command::new(env!("CARGO_BIN_EXE_uplint"))
            .arg("check")
            .arg(source.path())
            .arg("--solc")
            .arg(&solc)
            .arg("--cache-dir")
            .arg(tools.path().join("cache"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("invariant: the program starts");
        let compiler = std::fs::read_to_string(&pipe).expect("invariant: the compiler writes into it");
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(sent.expect("invariant: kill is there").success());
        let output = child.wait_with_output().expect("invariant: the program ends");
        assert_eq!(output.status.code(), Some(130), "{signal}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{signal}");
        let lives = Command::new("kill").args(["-0", compiler.trim()]).output().expect("invariant: kill is there");
        assert!(!lives.status.success(), "{signal}: the compiler still runs");
    }
}

#[test]
fn a_pass_says_what_was_not_checked_and_not_examined() {
    let vault =
        |name: &str| format!("pragma solidity 0.8.28;\ncontract {name} {{ function initialize() external {{}} }}\n");
    let two = folder(&[("A.sol", &vault("A")), ("B.sol", &vault("B"))]);
    let check = |arguments: &[&str]| {
        let seen = run(uplint().arg("check").args([two.path(), two.path()]).args(arguments).args(cache()));
        assert!(matches!(seen.code, Some(0 | 1)), "{}", seen.stderr);
        seen.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let plain = check(&[]);
    assert!(plain.contains("not checked: SE001 SE010 (no proxy given)"), "{plain}");
    assert!(plain.contains("does not examine who may upgrade"), "{plain}");
    assert!(check(&["--proxy", "uups"]).contains("(the proxy's kind is given and its code is not)"));
    assert!(check(&["--ignore", "SL001"]).contains("not checked: SL001 (switched off)"));
    assert!(check(&["--ignore", "SL001", "--output", "json"]).contains("\"switched off\""));
}

#[test]
fn a_pass_that_was_asked_for_hides_no_proved_flaw() {
    for threshold in ["none", "critical"] {
        let seen =
            run(uplint().arg("check").args([demo("v1"), demo("v2")]).args(["--fail-on", threshold]).args(cache()));
        assert_eq!(seen.code, Some(0), "{}", seen.stderr);
        assert!(seen.stdout.starts_with("pass: 1 finding of high or critical severity"), "{}", seen.stdout);
    }
}

#[test]
fn a_quiet_pass_prints_nothing_and_a_finding_is_printed() {
    let quiet = |new: &str| run(uplint().arg("check").args([demo("v1"), demo(new)]).arg("-q").args(cache()));
    assert_eq!((quiet("v1").code, quiet("v1").stdout.as_str()), (Some(0), ""));
    assert!(quiet("v2").stdout.contains("SL001"));
}

#[test]
fn without_layouts_nothing_is_said_about_a_way_back() {
    let code = folder(&[("old.hex", "0x6001"), ("new.hex", "0x6002")]);
    let seen = run(uplint().current_dir(code.path()).args(["check", "old.hex", "new.hex"]));
    assert!(!seen.stdout.contains("rollback"), "{}", seen.stdout);
}
