//! Under which name does solc know a source, and how does it find the one that an import means?

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use foundry_compilers::resolver::GraphEdges;
use foundry_compilers::resolver::parse::SolParser;

use super::SourceSet;
use crate::discover;

/// The name of every source of a group, by its path.
pub(super) fn unit_names<'a>(set: &SourceSet, paths: impl Iterator<Item = &'a Path>) -> BTreeMap<PathBuf, String> {
    let mut names: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for path in paths {
        // A project may itself lie in such a folder; its own files are named from its root.
        let folders = set.unnamed_folders.iter().filter(|folder| !set.paths.root.starts_with(folder));
        let outer = set.unnamed_folders.iter().filter(|_| !path.starts_with(&set.paths.root));
        let short = folders.chain(outer).find_map(|folder| path.strip_prefix(folder).ok());
        // Two versions of a package may lie in nested folders: only the outer one goes by its bare name.
        let short = short.filter(|rest| rest.components().all(|part| part.as_os_str() != "node_modules"));
        let mut name = short.map_or_else(|| discover::relative(path, &set.paths.root), slashed);
        if !taken.insert(name.clone()) {
            name = discover::relative(path, &set.paths.root);
            taken.insert(name.clone());
        }
        names.insert(path.to_path_buf(), name);
    }
    names
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A remapping for every import that solc, by its own rules, would not find under the name of the file it means.
pub(super) fn missing_remappings(
    set: &SourceSet,
    names: &BTreeMap<PathBuf, String>,
    edges: &GraphEdges<SolParser>,
) -> Vec<String> {
    let mut missing = BTreeSet::new();
    for (path, importer) in names {
        let (Some(data), Some(folder)) = (edges.get_parsed_source(path), path.parent()) else { continue };
        for import in &data.imports {
            let written = import.data().path();
            let Ok(target) = set.paths.resolve_import(folder, written) else { continue };
            let Some(wanted) = names.get(&target) else { continue };
            let asked = absolute_name(importer, &written.to_string_lossy());
            if remapped(set, importer, &asked) != *wanted && !asked.contains('=') && !importer.contains([':', '=']) {
                missing.insert(format!("{importer}:{asked}={wanted}"));
            }
        }
    }
    missing.into_iter().collect()
}

/// The name that an import asks for before remappings: a relative one is joined to the importer's.
fn absolute_name(importer: &str, import: &str) -> String {
    if !(import.starts_with("./") || import.starts_with("../")) {
        return import.to_owned();
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What solc makes of a name: the remapping of the longest context applies, then of the longest prefix, then the last.
fn remapped(set: &SourceSet, importer: &str, name: &str) -> String {
    let best = set
        .paths
        .remappings
        .iter()
        .filter(|remapping| importer.starts_with(remapping.context.as_deref().unwrap_or_default()))
        .filter(|remapping| name.starts_with(&remapping.name))
        .max_by_key(|remapping| (remapping.context.as_deref().map_or(0, str::len), remapping.name.len()));
    best.map_or_else(|| name.to_owned(), |remapping| format!("{}{}", remapping.path, &name[remapping.name.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_imports_are_joined_to_the_importer() {
        assert_eq!(absolute_name("src/a/A.sol", "./B.sol"), "src/a/B.sol");
        assert_eq!(absolute_name("src/a/A.sol", "../../lib/B.sol"), "lib/B.sol");
        assert_eq!(absolute_name("A.sol", "./b/./B.sol"), "b/B.sol");
        assert_eq!(absolute_name("src/A.sol", "@oz/B.sol"), "@oz/B.sol");
    }
}
