//! `uplint explain` and `uplint rules`: what the rules say about themselves.

use uplint_rules::catalog::RULES;

use crate::commands::Ending;
use crate::error::CliError;
use crate::output::{self, Format, OutputSpec};

/// Prints a rule's page.
pub(crate) fn explain(name: &str) -> Result<Ending, CliError> {
    let rule = RULES.iter().find(|rule| rule.meta().id.eq_ignore_ascii_case(name) || rule.meta().slug == name);
    let rule = rule.ok_or_else(|| unknown_rule(name))?;
    output::write_stdout(rule.meta().docs.markdown)?;
    Ok(Ending::Success)
}

/// Prints the catalogue.
pub(crate) fn rules(specs: &[OutputSpec]) -> Result<Ending, CliError> {
    let outputs = output::outputs(specs, "rules", &[Format::Text, Format::Json, Format::Markdown])?;
    drop(outputs);
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
