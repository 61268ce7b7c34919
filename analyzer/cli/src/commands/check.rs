//! `uplint check`: compares two versions, or judges one alone.

use std::path::{Path, PathBuf};

use uplint_report::{JsonOptions, SarifOptions, TextOptions};
use uplint_rules::catalog::RULES;
use uplint_rules::{AssessOptions, Assessment, JudgementPolicy, Severity, Verdict, selected_rules};

use crate::args::{CheckArgs, GlobalArgs, PolicyArgs};
use crate::commands::Ending;
use crate::commands::catalogue::unknown_rule;
use crate::console;
use crate::error::CliError;
use crate::input::{Input, compile_options};
use crate::output::{self, Format, Output};
use crate::pairing::Choice;
use crate::pipeline::{self, Job, Outcome};
use crate::progress::Progress;
use crate::repository;
use crate::spec::ProxySpec;

/// Formats that `check` writes, the default first.
const FORMATS: [Format; 3] = [Format::Text, Format::Json, Format::Sarif];

/// Judges, reports, and says how to end.
pub(crate) fn run(args: &CheckArgs, global: &GlobalArgs) -> Result<Ending, CliError> {
    let outputs = output::outputs(&args.output, "check", &FORMATS)?;
    let fail_on = args.policy.fail_on.severity();
    let (old, new) = inputs(args)?;
    check_rule_names(&args.policy)?;
    let proxies: Vec<Input> = args
        .plan
        .proxy
        .iter()
        .filter_map(|spec| match spec {
            ProxySpec::File(path) => Some(Input::Path(path.clone())),
            _ => None,
        })
        .collect();
    let all_inputs: Vec<&Input> = old.iter().chain([&new]).chain(&proxies).collect();
    let given: Vec<&Path> = args.first.iter().chain(&args.second).map(PathBuf::as_path).collect();
    let job = Job {
        options: AssessOptions {
            select: args.policy.select.clone(),
            ignore: args.policy.ignore.clone(),
            require: Vec::new(),
            policy: JudgementPolicy { fail_on, judged_alone: old.is_none() },
        },
        compile: compile_options(&args.compile, global.jobs, &all_inputs, &given),
        choice: Choice { specs: &args.choice.contracts, all: args.choice.all },
        plan: &args.plan,
        timings: args.timings,
        old,
        new,
    };
    if selected_rules(&job.options).is_empty() {
        return Err(CliError::usage("`--select` and `--ignore` leave no rule to run", "leave one of them out"));
    }
    let outcome = {
        let progress = Progress::start(global);
        pipeline::run(&job, &progress)?
    };
    if !global.quiet {
        for remark in &outcome.remarks {
            console::print_remark(&format!("note: {remark}"));
        }
    }
    let has_nothing_to_say = global.quiet
        && outcome.assessment.verdict == Verdict::Pass
        && outcome.assessment.contracts.iter().all(|contract| contract.findings.is_empty() && contract.gaps.is_empty());
    for output in &outputs {
        if has_nothing_to_say && output.format == Format::Text && output.path.is_none() {
            continue;
        }
        output::write(output, &report(&outcome, output, &job, args, global))?;
    }
    Ok(ending(&outcome, args.policy.strict))
}

fn ending(outcome: &Outcome, strict: bool) -> Ending {
    match outcome.assessment.verdict {
        _ if outcome.has_internal_error => Ending::InternalError,
        Verdict::Fail => Ending::Fail,
        Verdict::Review if strict => Ending::Fail,
        Verdict::Review | Verdict::Pass => Ending::Success,
    }
}

/// The inputs: two versions, one alone, or the project that is here.
fn inputs(args: &CheckArgs) -> Result<(Option<Input>, Input), CliError> {
    let input = |name: &Path| Input::new(name, &args.choice);
    match (&args.first, &args.second) {
        (Some(old), Some(new)) => {
            let (old, new) = (input(old)?, input(new)?);
            if old == Input::Stdin && new == Input::Stdin {
                return Err(CliError::usage(
                    "`-` is given twice, and standard input can be read once",
                    "save one version in a `.hex` file",
                ));
            }
            Ok((Some(old), new))
        }
        (Some(new), None) => Ok((None, input(new)?)),
        (None, _) => Ok((None, input(Path::new("."))?)),
    }
}

/// Every selected or ignored name has to mean a rule.
fn check_rule_names(policy: &PolicyArgs) -> Result<(), CliError> {
    let is_known = |name: &str| {
        !name.is_empty() && RULES.iter().any(|rule| rule.meta().id.starts_with(name) || rule.meta().slug == name)
    };
    match policy.select.iter().chain(&policy.ignore).find(|name| !is_known(name)) {
        Some(name) => Err(unknown_rule(name)),
        None => Ok(()),
    }
}

/// Where the new version lies in its repository, which is what code scanning counts paths from.
fn sarif_options(outcome: &Outcome, job: &Job<'_>, all: bool) -> SarifOptions {
    let input = match &job.new {
        Input::Path(path) => path.canonicalize().ok(),
        Input::Stdin => None,
    };
    let project = outcome.new_root.clone().or_else(|| input.as_deref().and_then(repository::project_of));
    SarifOptions {
        all,
        project: project.as_deref().and_then(repository::path_within).unwrap_or_default(),
        input: input.as_deref().and_then(repository::path_within),
        rules: selected_rules(&job.options).iter().map(|rule| rule.meta()).collect(),
    }
}

/// The report in one format.
fn report(outcome: &Outcome, output: &Output, job: &Job<'_>, args: &CheckArgs, global: &GlobalArgs) -> String {
    let assessment: &Assessment = &outcome.assessment;
    match output.format {
        Format::Json => uplint_report::json(assessment, &JsonOptions::default()),
        Format::Sarif => uplint_report::sarif(assessment, &sarif_options(outcome, job, args.sarif_all)),
        Format::Text | Format::Markdown | Format::Dot | Format::Svg => {
            let style = output.style();
            let shown = args.policy.min_severity.severity();
            let min_severity = args.policy.fail_on.severity().map_or(shown, |fails: Severity| shown.min(fails));
            let options = TextOptions {
                color: style.color,
                unicode: true,
                width: style.width,
                min_severity,
                verbose: global.verbose,
            };
            uplint_report::text(assessment, &options)
        }
    }
}
