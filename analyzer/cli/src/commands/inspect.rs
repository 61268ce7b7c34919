//! `uplint inspect`: shows the storage, the selectors and the code of one version.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};
use uplint_compile::CompileOptions;
use uplint_facts::effects::{CodeEffects, effects_of_artifact};
use uplint_facts::{VersionFacts, version_facts};
use uplint_report::{
    InspectFormat, escape_json, inspect_accesses, inspect_calls, inspect_functions, inspect_guards, inspect_layout,
    inspect_selectors, one_line,
};

use crate::args::{GlobalArgs, InspectArgs, Show};
use crate::commands::Ending;
use crate::console;
use crate::error::CliError;
use crate::guard::guarded;
use crate::input::{self, Input, Version, compile_options};
use crate::output::{self, Format, Output};
use crate::pairing::{Choice, shown};
use crate::progress::Progress;

/// Shows what is asked for.
pub(crate) fn run(args: &InspectArgs, global: &GlobalArgs) -> Result<Ending, CliError> {
    let outputs = output::outputs(&args.output, "inspect", &[Format::Text, Format::Json])?;
    let input = Input::new(&args.input, &args.choice)?;
    let named = args.choice.contracts.iter().filter_map(|spec| spec.new.path.as_ref());
    let options = CompileOptions {
        named_sources: named.map(PathBuf::from).collect(),
        ..compile_options(&args.compile, global.jobs, &[&input], &[&args.input])
    };
    let version = {
        let progress = Progress::start(global);
        input::load(&input, input::name_of(&input), &options, &|what| progress.tell(what))?
    };
    if !global.quiet {
        for note in &version.notes {
            console::print_remark(&format!("note: {note}"));
        }
    }
    let mut show = args.show.clone();
    show.sort();
    show.dedup();
    let with_code = show.iter().any(|show| !matches!(show, Show::Layout | Show::Selectors));
    let choice = Choice { specs: &args.choice.contracts, all: args.choice.all };
    let contracts = contracts(&version, choice, with_code)?;
    for output in &outputs {
        let text = match output.format {
            Format::Json => as_json(&contracts, &show)?,
            Format::Text | Format::Sarif | Format::Markdown => as_text(&contracts, &show, output),
        };
        output::write(output, &text)?;
    }
    Ok(Ending::Success)
}

/// The facts of the contracts to show.
fn contracts(version: &Version, choice: Choice<'_>, with_code: bool) -> Result<Vec<Inspected>, CliError> {
    let places = shown(&version.candidates, choice)?;
    if places.is_empty() {
        return Err(CliError::NothingToJudge {
            reason: "there is no contract".to_owned(),
            help: Some("name one by `--contract`, or give another input".to_owned()),
        });
    }
    let facts = places.into_iter().map(|at| {
        let artifact = &version.candidates[at].artifact;
        let failed =
            |message| CliError::Internal { message: format!("the facts of `{}`: {message}", artifact.contract) };
        let establish = || Inspected {
            facts: version_facts(Arc::clone(artifact)),
            effects: if with_code { effects_of_artifact(artifact) } else { CodeEffects::default() },
        };
        guarded(establish).map_err(failed)
    });
    facts.collect()
}

/// A contract with what is known of it.
struct Inspected {
    /// What its artifact says.
    facts: VersionFacts,
    /// What its bytecode does; empty unless it is asked for.
    effects: CodeEffects,
}

/// One part of a contract in one format.
fn part(inspected: &Inspected, show: Show, format: InspectFormat) -> String {
    let Inspected { facts, effects } = inspected;
    match show {
        Show::Layout => inspect_layout(&facts.layout, format),
        Show::Selectors => inspect_selectors(facts, format),
        Show::Functions => inspect_functions(facts, effects, format),
        Show::Accesses => inspect_accesses(facts, effects, format),
        Show::Calls => inspect_calls(facts, effects, format),
        Show::Guards => inspect_guards(facts, effects, format),
    }
}

fn as_text(contracts: &[Inspected], show: &[Show], output: &Output) -> String {
    let format = InspectFormat::Text { width: output.style().width, unicode: true };
    let sections = contracts.iter().map(|contract| {
        let name = contract.facts.artifact.contract.to_string();
        let parts: Vec<_> = show.iter().map(|&show| part(contract, show, format).trim_end().to_owned()).collect();
        format!("{}\n\n{}\n", one_line(&name), parts.join("\n\n"))
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn as_json(contracts: &[Inspected], show: &[Show]) -> Result<String, CliError> {
    let internal = |error: serde_json::Error| CliError::Internal { message: error.to_string() };
    let mut list = Vec::new();
    for contract in contracts {
        let mut entry = Map::new();
        entry.insert("name".to_owned(), Value::String(contract.facts.artifact.contract.to_string()));
        for &show in show {
            let key = match show {
                Show::Layout => "layout",
                Show::Selectors => "selectors",
                Show::Functions => "functions",
                Show::Accesses => "accesses",
                Show::Calls => "calls",
                Show::Guards => "guards",
            };
            let text = part(contract, show, InspectFormat::Json);
            entry.insert(key.to_owned(), serde_json::from_str(&text).map_err(internal)?);
        }
        list.push(Value::Object(entry));
    }
    let mut document = Map::new();
    document.insert("schema_version".to_owned(), Value::from(1));
    document.insert("contracts".to_owned(), Value::Array(list));
    let text = serde_json::to_string_pretty(&document).map_err(internal)?;
    Ok(format!("{}\n", escape_json(&text)))
}
