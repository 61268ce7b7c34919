//! `uplint inspect`: shows one version.

use crate::args::{GlobalArgs, InspectArgs};
use crate::commands::Ending;
use crate::error::CliError;
use crate::output::{self, Format};

/// Shows what is asked for.
pub(crate) fn run(args: &InspectArgs, _global: &GlobalArgs) -> Result<Ending, CliError> {
    let outputs = output::outputs(&args.output, "inspect", &[Format::Text, Format::Json])?;
    drop(outputs);
    Ok(Ending::Success)
}
