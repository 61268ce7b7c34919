//! Packages from npm, pinned by version and installed without running their scripts.

use std::path::{Path, PathBuf};

use crate::TaskError;
use crate::folder;
use crate::program::{Program, warn};

/// A package and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pinned<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its version, exactly.
    pub(crate) version: &'a str,
}

/// Installs packages with all that they depend on into a folder, unless it holds them, and returns its `node_modules`.
pub(crate) fn install(folder: &Path, packages: &[Pinned<'_>]) -> Result<PathBuf, TaskError> {
    let wanted: Vec<String> = packages.iter().map(|Pinned { name, version }| format!("{name}@{version}")).collect();
    let stamp = folder.join("installed.txt");
    let modules = folder.join("node_modules");
    if stamp.is_file() && folder::read(&stamp)? == wanted.join("\n") {
        return Ok(modules);
    }
    warn(&format!("installing {} from npm", wanted.join(" ")));
    folder::remove(folder)?;
    // A package of its own, so that npm looks for nothing in the folders above.
    folder::write(&folder.join("package.json"), "{\"private\":true}\n")?;
    client().folder(folder).args(["install", "--save-exact"]).args(&wanted).output()?;
    folder::write(&stamp, &wanted.join("\n"))?;
    Ok(modules)
}

/// Unpacks one package alone into a `node_modules` folder, unless it is there.
pub(crate) fn unpack(modules: &Path, package: Pinned<'_>) -> Result<(), TaskError> {
    let Pinned { name, version } = package;
    let place = modules.join(name);
    if place.join("package.json").is_file() {
        return Ok(());
    }
    warn(&format!("fetching {name}@{version} from npm"));
    let temporary = modules.join(".unpacking");
    folder::remove(&temporary)?;
    folder::write(&temporary.join("package.json"), "{\"private\":true}\n")?;
    // With all peers and dependencies left out: a contract's imports need few of them, and those are pinned themselves.
    client().folder(&temporary).args(["pack", "--silent", &format!("{name}@{version}")]).output()?;
    let archive = std::fs::read_dir(&temporary)
        .map_err(|source| TaskError::File { attempt: "list", path: temporary.clone(), source })?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| TaskError::Form { path: temporary.clone(), reason: "npm left no package".to_owned() })?;
    Program::new("tar").folder(&temporary).arg("xzf").arg(&archive).output()?;
    if let Some(scope) = place.parent() {
        folder::make(scope)?;
    }
    std::fs::rename(temporary.join("package"), &place).map_err(|source| TaskError::File {
        attempt: "move to",
        path: place,
        source,
    })?;
    folder::remove(&temporary)
}

fn client() -> Program {
    Program::new("npm").args([
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
    ])
}
