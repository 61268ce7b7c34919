//! Does what `cargo xtask new-rule` writes compile? In a copy of the workspace, so that nothing is left behind.

use super::{Fault, Place};
use crate::folder;
use crate::program::Program;

pub(super) fn a_new_rule_compiles(place: &Place) -> Result<(), Fault> {
    let root = &place.folders.root;
    let copy = place.work.join("new-rule");
    folder::remove(&copy)?;
    let git = Program::new("git").folder(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listing = String::from_utf8_lossy(&git.output()?).into_owned();
    for path in listing.split('\0').filter(|path| root.join(path).is_file()) {
        let text = std::fs::read(root.join(path));
        let target = copy.join(path);
        let copied = text.and_then(|bytes| {
            target.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&target, bytes))
        });
        copied.map_err(|source| crate::TaskError::File { attempt: "copy", path: target, source })?;
    }
    // The task lists the files of a repository.
    Program::new("git").folder(&copy).args(["init", "--quiet"]).output()?;
    let cargo = || {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Program::new(cargo).folder(&copy).env("CARGO_TARGET_DIR", &place.folders.target)
    };
    cargo().args(["xtask", "new-rule", "probe-of-the-template", "--id", "ZZ999"]).output()?;
    cargo().args(["xtask", "codegen", "--check"]).output()?;
    cargo().args(["fmt", "--package", "uplint-rules", "--check"]).output()?;
    cargo().args(["check", "--quiet", "--locked", "--package", "uplint-rules"]).output()?;
    folder::remove(&copy)?;
    Ok(())
}
