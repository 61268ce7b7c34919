//! Which remappings does a Foundry project have, from all places that name or imply one?
//!
//! The user's come first: variables, `remappings.txt`, `foundry.toml`. Then those of the libraries: what each library's
//! own configuration says and what its folders look like, the nearest first, by name. A remapping that would make an
//! earlier one ambiguous is dropped.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use foundry_compilers::artifacts::remappings::{RelativeRemapping, Remapping};

use super::document::Environment;
use super::{Raw, links, resolve_at};
use crate::discover;
use crate::error::CompileError;
use crate::plain::remappings_txt;

/// Names that a folder implies but that would shadow a project's own sources.
const NEVER_IMPLIED: [&str; 3] = ["lib/", "src/", "contracts/"];

/// Source folders that are recognised by their name.
const KNOWN_SOURCES: [&str; 3] = ["src", "contracts", "lib"];

/// How deep libraries may have libraries of their own.
const DEPTH_LIMIT: usize = 8;

/// The remappings of a project.
pub(super) struct Found {
    /// All of them, as `forge remappings` lists them.
    pub(super) listed: Vec<Remapping>,
    /// Those that a build uses: without those that are ambiguous and those that stand for the project's own folders.
    pub(super) used: Vec<Remapping>,
}

/// The remappings of the project at `root`, a real path; relative to it.
pub(super) fn find(
    root: &Path,
    raw: &Raw,
    profile: &str,
    environment: &Environment,
    depth: usize,
) -> Result<Found, CompileError> {
    let mut listed: Vec<Remapping> = Vec::new();
    for remapping in users(root, raw, environment)? {
        let is_known = |known: &Remapping| known.context == remapping.context && known.name == remapping.name;
        if !listed.iter().any(is_known) {
            listed.push(remapping);
        }
    }
    if raw.auto_detect_remappings {
        for remapping in libraries(root, raw, profile, environment, depth)? {
            if !conflicts(&listed, &remapping) {
                listed.push(remapping);
            }
        }
    }
    let own_folders = [&raw.src, &raw.test, &raw.script].map(|folder| format!("{folder}/"));
    let mut used: Vec<Remapping> = Vec::new();
    for remapping in &listed {
        let is_own = own_folders.iter().any(|own| own.eq_ignore_ascii_case(&remapping.name));
        if !is_own && !conflicts(&used, remapping) {
            used.push(remapping.clone());
        }
    }
    Ok(Found { listed, used })
}

/// What the user wrote, in the order of strength.
fn users(root: &Path, raw: &Raw, environment: &Environment) -> Result<Vec<Remapping>, CompileError> {
    let parse = |text: &str| {
        text.parse::<Remapping>().map_err(|error| super::bad(&root.join("foundry.toml"), error.to_string()))
    };
    let mut written = Vec::new();
    if let Some(lines) = environment.remappings() {
        for line in lines {
            written.push(parse(line)?);
        }
    }
    written.extend(remappings_txt(root)?);
    for line in &raw.remappings {
        written.push(parse(line)?);
    }
    Ok(written.into_iter().map(|remapping| relative(remapping, root)).collect())
}

/// A remapping as a build writes it: relative to the project where it lies in it, with `/` at the end of folders.
fn relative(remapping: Remapping, root: &Path) -> Remapping {
    RelativeRemapping::new(remapping, root).to_relative_remapping()
}

/// Whether a name is ambiguous beside the ones there are: it lies within one, or one lies within it.
fn conflicts(known: &[Remapping], new: &Remapping) -> bool {
    if is_file(&new.name) {
        return !is_file(&new.path) || known.contains(new);
    }
    known.iter().any(|known| {
        let name = if known.name.ends_with('/') { known.name.clone() } else { format!("{}/", known.name) };
        known.context == new.context && (new.name.starts_with(&name) || known.name.starts_with(&new.name))
    })
}

/// Whether a remapping's side is one source rather than a folder.
fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "sol")
}

/// What the libraries say and what they look like, by context and name.
fn libraries(
    root: &Path,
    raw: &Raw,
    profile: &str,
    environment: &Environment,
    depth: usize,
) -> Result<Vec<Remapping>, CompileError> {
    let mut nearest: BTreeMap<Option<String>, BTreeMap<String, PathBuf>> = BTreeMap::new();
    let mut insert = |remapping: Remapping| {
        let path = PathBuf::from(remapping.path);
        let place = nearest.entry(remapping.context).or_default().entry(remapping.name).or_insert_with(|| path.clone());
        if path.components().count() < place.components().count() {
            *place = path;
        }
    };
    // A library that holds the project would be a search of the whole disk.
    let holds_project = |library: &&String| root.join(library).canonicalize().is_ok_and(|real| root.starts_with(real));
    let boundary = discover::boundary(root);
    let libraries: Vec<&String> = raw.libs.iter().filter(|library| !holds_project(library)).collect();
    for library in &libraries {
        let folder = if Path::new(library).is_absolute() { root.join("lib") } else { root.join(library) };
        for nested in folders_with_configuration(&folder) {
            // What a dependency does not write well is for its authors, and forge passes over it too.
            let remappings = nested_remappings(&nested, root, profile, environment, depth).unwrap_or_default();
            remappings.into_iter().for_each(&mut insert);
        }
    }
    for library in &libraries {
        links::check(&root.join(library), &boundary)?;
        let implied = Remapping::find_many(&normal(&root.join(library)));
        let implied = implied.into_iter().filter(|remapping| !NEVER_IMPLIED.contains(&remapping.name.as_str()));
        implied.for_each(&mut insert);
    }
    let flat = nearest.into_iter().flat_map(|(context, names)| {
        names.into_iter().map(move |(name, path)| {
            let path = path.to_string_lossy().into_owned();
            Remapping { context: context.clone(), name, path }
        })
    });
    Ok(flat.map(|remapping| relative(remapping, root)).collect())
}

/// The folder itself and those directly in it that have a `foundry.toml`, by name.
fn folders_with_configuration(folder: &Path) -> Vec<PathBuf> {
    let folders = walkdir::WalkDir::new(folder).max_depth(1).sort_by_file_name().into_iter().filter_map(Result::ok);
    folders
        .filter(|entry| entry.file_type().is_dir() && entry.path().join("foundry.toml").is_file())
        .map(|entry| normal(entry.path()))
        .collect()
}

/// The remappings of a library with a configuration of its own, absolute.
fn nested_remappings(
    library: &Path,
    root: &Path,
    profile: &str,
    environment: &Environment,
    depth: usize,
) -> Result<Vec<Remapping>, CompileError> {
    // A project that lists itself as its library would not end.
    if depth >= DEPTH_LIMIT || root.starts_with(library) {
        return Ok(Vec::new());
    }
    let config = resolve_at(library, profile, environment, depth + 1)?;
    let absolute = |text: &String| {
        let mut remapping: Remapping =
            text.parse().map_err(|_| super::bad(library, format!("bad remapping `{text}`")))?;
        let is_folder = remapping.path.ends_with('/');
        remapping.path = normal(&library.join(&remapping.path)).to_string_lossy().into_owned();
        if is_folder {
            remapping.path.push('/');
        }
        Ok(remapping)
    };
    let mut remappings = config.listed_remappings.iter().map(absolute).collect::<Result<Vec<_>, CompileError>>()?;
    let is_known = KNOWN_SOURCES.iter().any(|known| config.src == Path::new(known));
    if let Some(name) = library.file_name().filter(|_| !is_known) {
        let path = normal(&library.join(&config.src)).to_string_lossy().into_owned();
        remappings.push(Remapping {
            context: None,
            name: format!("{}/", name.to_string_lossy()),
            path: format!("{path}/"),
        });
    }
    Ok(remappings)
}

/// A path without `.` and without `..` that can be taken back.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}
