//! `uplint explain` and `uplint rules`: what the rules say about themselves.

use uplint_report::PageFormat;
use uplint_rules::catalog::RULES;

use crate::commands::Ending;
use crate::console;
use crate::error::CliError;
use crate::output::{self, Format, OutputSpec};

/// Prints a rule's page.
pub(crate) fn explain(name: &str) -> Result<Ending, CliError> {
    let rule = RULES.iter().find(|rule| rule.meta().id.eq_ignore_ascii_case(name) || rule.meta().slug == name);
    let rule = rule.ok_or_else(|| unknown_rule(name))?;
    let format = PageFormat::Text { width: console::stdout_style().width };
    output::write_stdout(&uplint_report::explain(rule.meta(), format))?;
    Ok(Ending::Success)
}

/// Prints the catalogue.
pub(crate) fn rules(specs: &[OutputSpec]) -> Result<Ending, CliError> {
    let rules: Vec<_> = RULES.iter().map(|rule| rule.meta()).collect();
    for output in output::outputs(specs, "rules", &[Format::Text, Format::Json, Format::Markdown])? {
        let format = match output.format {
            Format::Json => PageFormat::Json,
            Format::Markdown => PageFormat::Markdown,
            Format::Text | Format::Sarif | Format::Dot | Format::Svg => {
                PageFormat::Text { width: output.style().width }
            }
        };
        output::write(&output, &uplint_report::rules_table(&rules, format))?;
    }
    Ok(Ending::Success)
}

/// The error for a name that no rule has, with the nearest one.
pub(crate) fn unknown_rule(name: &str) -> CliError {
    let known = RULES.iter().flat_map(|rule| [rule.meta().id, rule.meta().slug]);
    let near = known
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()), known))
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
    let help = match near {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => "`uplint rules` lists them".to_owned(),
    };
    CliError::UnknownRule { name: name.to_owned(), help: Some(help) }
}
