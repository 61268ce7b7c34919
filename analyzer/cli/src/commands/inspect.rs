//! `uplint inspect`: shows the storage, the selectors and the code of one version.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum as _;
use serde_json::{Map, Value};
use uplint_bytecode::ssa::Program;
use uplint_compile::CompileOptions;
use uplint_facts::code_graph::{FunctionName, program};
use uplint_facts::effects::{CodeEffects, effects_of_artifact};
use uplint_facts::{CodeGraph, VersionFacts, code_graph, version_facts};
use uplint_report::{
    CodeView, InspectFormat, escape_json, function_title, functions_named, inspect_accesses, inspect_calls,
    inspect_cfg, inspect_functions, inspect_guards, inspect_layout, inspect_selectors, inspect_ssa, one_line,
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
    let mut show = args.show.clone();
    show.sort();
    show.dedup();
    let outputs = output::outputs(&args.output, "inspect", &[Format::Text, Format::Json, Format::Dot, Format::Svg])?;
    check_usage(args, &show, &outputs)?;
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
    let choice = Choice { specs: &args.choice.contracts, all: args.choice.all };
    let with_graph = args.function.is_some() || show.iter().any(|show| matches!(show, Show::Cfg | Show::Ssa));
    let mut contracts = contracts(&version, choice, &show, with_graph)?;
    let has_picture = outputs.iter().any(|output| is_picture(output.format));
    if args.function.is_some() || has_picture {
        one_alone(&contracts, if has_picture { "a picture" } else { "`--function`" })?;
    }
    if let (Some(function), Some(contract)) = (&args.function, contracts.first_mut()) {
        choose(contract, function, &show)?;
    }
    for output in &outputs {
        let text = match output.format {
            Format::Json => as_json(&contracts, &show)?,
            Format::Dot | Format::Svg => {
                contracts.first().map(|contract| as_picture(contract, output.format)).transpose()?.unwrap_or_default()
            }
            Format::Text | Format::Sarif | Format::Markdown => as_text(&contracts, &show, output),
        };
        output::write(output, &text)?;
    }
    Ok(Ending::Success)
}

/// Refuses what cannot be shown together, before anything is read.
fn check_usage(args: &InspectArgs, show: &[Show], outputs: &[Output]) -> Result<(), CliError> {
    if let Some(output) = outputs.iter().find(|output| is_picture(output.format))
        && *show != [Show::Cfg]
    {
        return Err(CliError::usage(
            format!("`--output {}` is a picture of the control flow alone", output.format.name()),
            "give `--show cfg` and nothing else with it",
        ));
    }
    if args.function.is_some() && show.iter().any(|show| matches!(show, Show::Layout | Show::Selectors)) {
        return Err(CliError::usage(
            "`--function` does not apply to `layout` and `selectors`".to_owned(),
            "name what to show of the function: `--show cfg`",
        ));
    }
    Ok(())
}

fn is_picture(format: Format) -> bool {
    matches!(format, Format::Dot | Format::Svg)
}

/// Refuses several contracts where one is to be shown.
fn one_alone(contracts: &[Inspected], what: &str) -> Result<(), CliError> {
    let [_, _, ..] = contracts else { return Ok(()) };
    let names = contracts.iter().map(|contract| format!("`{}`", contract.facts.artifact.contract));
    Err(CliError::usage(
        format!("{what} is of one contract, and the input has {}", contracts.len()),
        format!("name one by `--contract`: {}", some_of(names)),
    ))
}

/// Most names that a message lists.
const MAX_NAMES: usize = 40;

fn some_of(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.take(MAX_NAMES + 1).collect();
    if names.len() > MAX_NAMES {
        names.pop();
        names.push("and others".to_owned());
    }
    names.join(", ")
}

/// Reduces what is known of a contract to the one function that the user named.
fn choose(contract: &mut Inspected, word: &str, show: &[Show]) -> Result<(), CliError> {
    let Inspected { facts, effects, graph, .. } = contract;
    let title = |at: &usize| graph.functions.get(*at).map(|function| function_title(facts, function));
    let shown = |places: &[usize]| some_of(places.iter().filter_map(title).map(|title| format!("`{title}`")));
    let found = functions_named(facts, graph, word);
    let [at] = found.as_slice() else {
        return Err(if found.is_empty() {
            let all: Vec<usize> = (0..graph.functions.len()).collect();
            let list = shown(&all);
            let help = if all.is_empty() { "there is no bytecode".to_owned() } else { format!("there are {list}") };
            CliError::usage(format!("no function `{word}` in the bytecode"), help)
        } else {
            CliError::usage(
                format!("`{word}` names several functions"),
                format!("name one by its signature, selector or first instruction: {}", shown(&found)),
            )
        });
    };
    let function = &graph.functions[*at];
    let name = match &function.name {
        FunctionName::Entry(name) => Some(*name),
        FunctionName::Dispatch | FunctionName::Internal(_) => None,
    };
    if name.is_none() && show.iter().any(|show| !matches!(show, Show::Cfg | Show::Ssa)) {
        return Err(CliError::usage(
            format!("`{word}` is no function that callers reach, and only what those do is told"),
            "give `--show cfg` or `--show ssa`, or name a function of the interface",
        ));
    }
    contract.function = Some(*at);
    if show.iter().any(|show| !matches!(show, Show::Cfg | Show::Ssa)) {
        effects.entries.retain(|entry| Some(entry.name) == name);
        effects.internal.clear();
    }
    Ok(())
}

/// The facts of the contracts to show.
fn contracts(
    version: &Version,
    choice: Choice<'_>,
    show: &[Show],
    with_graph: bool,
) -> Result<Vec<Inspected>, CliError> {
    let places = shown(&version.candidates, choice)?;
    if places.is_empty() {
        return Err(CliError::NothingToJudge {
            reason: "there is no contract".to_owned(),
            help: Some("name one by `--contract`, or give another input".to_owned()),
        });
    }
    let shows = |wanted: &[Show]| show.iter().any(|show| wanted.contains(show));
    let facts = places.into_iter().map(|at| {
        let artifact = &version.candidates[at].artifact;
        let failed =
            |message| CliError::Internal { message: format!("the facts of `{}`: {message}", artifact.contract) };
        let establish = || Inspected {
            facts: version_facts(Arc::clone(artifact)),
            effects: if show == [Show::Layout] { CodeEffects::default() } else { effects_of_artifact(artifact) },
            graph: if with_graph { code_graph(artifact) } else { CodeGraph::default() },
            program: if shows(&[Show::Ssa]) { program(artifact) } else { Program::default() },
            function: None,
        };
        guarded(establish).map_err(failed)
    });
    facts.collect()
}

/// A contract with what is known of it. What is not asked for is empty.
struct Inspected {
    /// What its artifact says.
    facts: VersionFacts,
    /// What its bytecode does.
    effects: CodeEffects,
    /// The control flow of its bytecode.
    graph: CodeGraph,
    /// Its bytecode in static single assignment form.
    program: Program,
    /// The one function to show, by its place in the graph.
    function: Option<usize>,
}

impl Inspected {
    fn view(&self) -> CodeView<'_> {
        CodeView { facts: &self.facts, effects: &self.effects, graph: &self.graph, function: self.function }
    }
}

/// One part of a contract in one format.
fn part(inspected: &Inspected, show: Show, format: InspectFormat) -> String {
    let Inspected { facts, effects, .. } = inspected;
    match show {
        Show::Layout => inspect_layout(&facts.layout, format),
        Show::Selectors => inspect_selectors(facts, effects, format),
        Show::Functions => inspect_functions(facts, effects, format),
        Show::Cfg => inspect_cfg(inspected.view(), format),
        Show::Ssa => inspect_ssa(inspected.view(), &inspected.program, format),
        Show::Accesses => inspect_accesses(facts, effects, format),
        Show::Calls => inspect_calls(facts, effects, format),
        Show::Guards => inspect_guards(facts, effects, format),
    }
}

/// The control flow of a contract as a picture.
fn as_picture(contract: &Inspected, format: Format) -> Result<String, CliError> {
    let draw = if format == Format::Svg { uplint_report::svg } else { uplint_report::dot };
    guarded(|| draw(contract.view()))
        .map_err(|message| CliError::Internal { message: format!("the picture: {message}") })
}

/// What a part is called, as it is asked for.
fn name_of(show: Show) -> String {
    show.to_possible_value().expect("invariant: every part can be asked for").get_name().to_owned()
}

/// A line with a double one under it.
fn titled(title: &str) -> String {
    format!("{title}\n{}", "═".repeat(title.len()))
}

fn as_text(contracts: &[Inspected], show: &[Show], output: &Output) -> String {
    let format = InspectFormat::Text { width: output.style().width, unicode: true };
    let sections = contracts.iter().map(|contract| {
        let name = contract.facts.artifact.contract.to_string();
        let parts: Vec<_> = show
            .iter()
            .map(|&one| {
                let part = part(contract, one, format);
                let part = part.trim_end();
                // The parts tell of the same functions, one after the other.
                if show.len() > 1 { format!("{}\n\n{part}", titled(&name_of(one))) } else { part.to_owned() }
            })
            .collect();
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
            let text = part(contract, show, InspectFormat::Json);
            entry.insert(name_of(show), serde_json::from_str(&text).map_err(internal)?);
        }
        list.push(Value::Object(entry));
    }
    let mut document = Map::new();
    document.insert("schema_version".to_owned(), Value::from(1));
    document.insert("contracts".to_owned(), Value::Array(list));
    let text = serde_json::to_string_pretty(&document).map_err(internal)?;
    Ok(format!("{}\n", escape_json(&text)))
}
