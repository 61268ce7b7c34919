//! What is generated: from the rules the catalogue in `rules/src/catalog.rs`, the pages in `rules/docs` and the table in
//! the README; from the types of the report its published schema.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::{replace_between, say, warn};

use crate::TaskError;
use crate::rule_source::{RuleSource, read_all};
use crate::workspace::Workspace;

const CATALOG_FILE: &str = "rules/src/catalog.rs";
const PAGES: &str = "rules/docs";
const README: &str = "README.md";

/// The test that holds the published schema against the types, and writes it when it is told to.
const SCHEMA_TEST: &str = "json::tests::the_published_schema_is_what_the_types_say";

/// The lines of the README between which the table stands.
const TABLE: (&str, &str) = ("<!-- rules: begin (cargo xtask codegen) -->\n", "<!-- rules: end -->\n");

/// One generated file.
struct Generated {
    /// Relative to the root of the workspace.
    path: PathBuf,
    text: String,
}

/// Writes the published schema of the JSON report, or fails when it is stale. The schema follows from the types of the
/// report, which this program does not link, so the test that compares them does it.
pub(crate) fn schema(workspace: &Workspace, is_check: bool) -> Result<(), TaskError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(&workspace.root).args(["test", "--quiet", "--locked", "--package", "uplint-report", "--lib"]);
    command.args(["--", "--exact", SCHEMA_TEST]);
    if is_check {
        command.env_remove("UPLINT_BLESS");
    } else {
        command.env("UPLINT_BLESS", "1");
    }
    let failed = |reason: String| TaskError::Program { program: "cargo test", reason };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && printed.contains("1 passed") {
        return Ok(());
    }
    warn(printed.trim_end());
    warn(String::from_utf8_lossy(&output.stderr).trim_end());
    Err(failed(format!("`{SCHEMA_TEST}` did not pass; run `cargo xtask codegen` where the schema is stale")))
}

/// Writes what is stale and removes pages of rules that are gone.
pub(crate) fn write(workspace: &Workspace) -> Result<(), TaskError> {
    let generated = generate(workspace)?;
    for file in stale(workspace, &generated)? {
        workspace.write(&file.path, &file.text)?;
        say(&format!("wrote {}", file.path.display()));
    }
    for path in surplus(workspace, &generated)? {
        let path = workspace.root.join(path);
        std::fs::remove_file(&path).map_err(|source| TaskError::File {
            attempt: "remove",
            path: path.clone(),
            source,
        })?;
        say(&format!("removed {}", path.display()));
    }
    Ok(())
}

/// Fails when [`write()`] would change a file.
pub(crate) fn check(workspace: &Workspace) -> Result<(), TaskError> {
    let generated = generate(workspace)?;
    let stale: Vec<PathBuf> = stale(workspace, &generated)?.iter().map(|file| file.path.clone()).collect();
    let surplus = surplus(workspace, &generated)?;
    for path in stale.iter().chain(&surplus) {
        warn(&format!("{}: stale; run `cargo xtask codegen`", path.display()));
    }
    match stale.len() + surplus.len() {
        0 => Ok(()),
        count => Err(TaskError::Found { count, what: "stale generated files" }),
    }
}

fn generate(workspace: &Workspace) -> Result<Vec<Generated>, TaskError> {
    let rules = read_all(workspace)?;
    let mut generated = vec![
        Generated { path: CATALOG_FILE.into(), text: format_rust(workspace, &catalog(&rules))? },
        Generated { path: README.into(), text: with_table(&workspace.read(Path::new(README))?, &rules)? },
    ];
    generated.extend(rules.iter().map(|rule| Generated { path: page_path(rule), text: page(rule) }));
    Ok(generated)
}

fn stale<'a>(workspace: &Workspace, generated: &'a [Generated]) -> Result<Vec<&'a Generated>, TaskError> {
    let mut stale = Vec::new();
    for file in generated {
        if !workspace.root.join(&file.path).is_file() || workspace.read(&file.path)? != file.text {
            stale.push(file);
        }
    }
    Ok(stale)
}

fn surplus(workspace: &Workspace, generated: &[Generated]) -> Result<Vec<PathBuf>, TaskError> {
    let mut pages = workspace.files_in(Path::new(PAGES), "md")?;
    pages.retain(|path| generated.iter().all(|file| file.path != *path));
    Ok(pages)
}

fn catalog(rules: &[RuleSource]) -> String {
    let mut text = String::from(
        "//! The catalogue, in the order of identifiers. Made by `cargo xtask codegen`; do not edit.\n\n\
         use crate::rule::Rule;\n\n",
    );
    let mut modules: Vec<String> = rules.iter().map(RuleSource::module).collect();
    modules.sort();
    for module in &modules {
        push(&mut text, format_args!("pub mod {module};\n"));
    }
    text.push_str("\n/// Every rule, in the order of identifiers.\npub static RULES: &[&dyn Rule] = &[\n");
    for rule in rules {
        push(&mut text, format_args!("    &{}::{},\n", rule.module(), rule.type_name));
    }
    text.push_str("];\n");
    text
}

fn with_table(readme: &str, rules: &[RuleSource]) -> Result<String, TaskError> {
    replace_between(readme, TABLE, &table(rules)).ok_or_else(|| {
        let reason = format!("must hold the lines `{}` and `{}`", TABLE.0.trim(), TABLE.1.trim());
        TaskError::Form { path: README.into(), reason }
    })
}

fn table(rules: &[RuleSource]) -> String {
    let mut text = String::from("| rule | severity | evidence | what it finds |\n|---|---|---|---|\n");
    for rule in rules {
        let RuleSource { id, slug, severity, evidence, summary, .. } = rule;
        push(&mut text, format_args!("| [{id} {slug}]({PAGES}/{id}.md) | {severity} | {evidence} | {summary} |\n"));
    }
    text
}

fn page_path(rule: &RuleSource) -> PathBuf {
    Path::new(PAGES).join(format!("{}.md", rule.id))
}

fn page(rule: &RuleSource) -> String {
    let RuleSource { id, slug, severity, evidence, summary, .. } = rule;
    let weaknesses: Vec<String> = rule
        .cwe
        .iter()
        .map(|number| format!("[CWE-{number}](https://cwe.mitre.org/data/definitions/{number}.html)"))
        .chain(rule.scwe.iter().map(|number| format!("SCWE-{number:0>3}")))
        .collect();
    let mut text = format!(
        "<!-- Made by `cargo xtask codegen` from `{}`; do not edit. -->\n\n# {id} {slug}\n\n{summary}\n\n\
         Severity {severity}; strongest evidence {evidence}.",
        rule.path.display()
    );
    if !weaknesses.is_empty() {
        push(&mut text, format_args!(" Weaknesses: {}.", weaknesses.join(", ")));
    }
    push(&mut text, format_args!("\n\n{}\n", rule.page.trim()));
    text
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("invariant: writing to a string does not fail");
}

/// Brings a Rust text into the form that `cargo fmt` would give it.
fn format_rust(workspace: &Workspace, text: &str) -> Result<String, TaskError> {
    let failed = |reason: String| TaskError::Program { program: "rustfmt", reason };
    let mut child = Command::new("rustfmt")
        .current_dir(&workspace.root)
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    // It reads to the end before it writes, so writing all first cannot block.
    child
        .stdin
        .take()
        .map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()))
        .map_err(|error| failed(error.to_string()))?;
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("exit {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
}
