//! Not here yet.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subject {
    /// x
    Layout,
}
pub(crate) fn run(_: &crate::folder::Folders, _: &Subject) -> Result<(), crate::TaskError> {
    Ok(())
}
