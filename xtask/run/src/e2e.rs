//! Not here yet.
pub(crate) fn run(_: &crate::folder::Folders, _: Option<&str>) -> Result<(), crate::TaskError> {
    Ok(())
}
