//! `uplint inspect`: shows the storage and the selectors of one version.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};
use uplint_compile::CompileOptions;
use uplint_facts::{VersionFacts, version_facts};
use uplint_report::{InspectFormat, escape_json, inspect_layout, inspect_selectors, one_line};

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
    let contracts = contracts(&version, Choice { specs: &args.choice.contracts, all: args.choice.all })?;
    let mut show = args.show.clone();
    show.sort();
    show.dedup();
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
fn contracts(version: &Version, choice: Choice<'_>) -> Result<Vec<VersionFacts>, CliError> {
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
        guarded(|| version_facts(Arc::clone(artifact))).map_err(failed)
    });
    facts.collect()
}

/// One part of a contract in one format.
fn part(facts: &VersionFacts, show: Show, format: InspectFormat) -> String {
    match show {
        Show::Layout => inspect_layout(&facts.layout, format),
        Show::Selectors => inspect_selectors(facts, format),
    }
}

fn as_text(contracts: &[VersionFacts], show: &[Show], output: &Output) -> String {
    let format = InspectFormat::Text { width: output.style().width, unicode: true };
    let sections = contracts.iter().map(|facts| {
        let name = facts.artifact.contract.to_string();
        let parts: Vec<_> = show.iter().map(|&show| part(facts, show, format).trim_end().to_owned()).collect();
        format!("{}\n\n{}\n", one_line(&name), parts.join("\n\n"))
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn as_json(contracts: &[VersionFacts], show: &[Show]) -> Result<String, CliError> {
    let internal = |error: serde_json::Error| CliError::Internal { message: error.to_string() };
    let mut list = Vec::new();
    for facts in contracts {
        let mut entry = Map::new();
        entry.insert("name".to_owned(), Value::String(facts.artifact.contract.to_string()));
        for &show in show {
            let key = match show {
                Show::Layout => "layout",
                Show::Selectors => "selectors",
            };
            let text = part(facts, show, InspectFormat::Json);
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
