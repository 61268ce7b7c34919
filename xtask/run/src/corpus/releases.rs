//! Which releases of which packages are compared, and their sources with everything that these import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::TaskError;
use crate::folder;
use crate::npm::{self, Pinned};

/// `testdata/corpus/packages.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Packages {
    /// All packages.
    #[serde(rename = "package")]
    pub(crate) packages: Vec<Package>,
}

/// A package and the releases of it that are compared, each with the next.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Folders or files in it that are compiled, with all that they import.
    pub(crate) sources: Vec<String>,
    /// Parts of paths that are left out.
    #[serde(default)]
    pub(crate) without: Vec<String>,
    /// In the order of time.
    #[serde(rename = "release")]
    pub(crate) releases: Vec<Release>,
}

/// One release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// Its version.
    pub(crate) version: String,
    /// Its name where the package was renamed.
    pub(crate) name: Option<String>,
    /// The compiler that it is compiled with.
    pub(crate) solc: String,
    /// Runs that the optimizer is told to expect, where the package's own build says another number than 200.
    pub(crate) runs: Option<u32>,
    /// What to judge in the step to this release, as `--contract` takes it, where nothing in the code says so;
    /// `*` is everything, abstract contracts included.
    #[serde(default)]
    pub(crate) contracts: Vec<String>,
    /// Where imports lie that begin otherwise than with a package's name: the beginning, and what is there in
    /// `node_modules`.
    #[serde(default)]
    pub(crate) paths: BTreeMap<String, String>,
    /// Packages that it imports from.
    #[serde(default)]
    pub(crate) dependencies: BTreeMap<String, String>,
}

impl Package {
    /// Name that a folder can have.
    pub(crate) fn folder_name(&self) -> String {
        self.name.trim_start_matches('@').replace('/', "-")
    }
}

impl Release {
    /// Fetches the release and what it imports from, and returns the `node_modules` that holds them.
    pub(crate) fn fetch(&self, package: &Package, folder: &Path) -> Result<PathBuf, TaskError> {
        let modules = folder.join("node_modules");
        npm::unpack(&modules, Pinned { name: self.package_name(package), version: &self.version })?;
        for (name, version) in &self.dependencies {
            npm::unpack(&modules, Pinned { name, version })?;
        }
        Ok(modules)
    }

    /// Its sources by name, imports included. A name is the path within the package, or within `node_modules` where the
    /// source is of another one: as the package's own build has it.
    pub(crate) fn sources(&self, package: &Package, modules: &Path) -> Result<BTreeMap<String, String>, TaskError> {
        let name = self.package_name(package);
        let mut waiting = Vec::new();
        for start in &package.sources {
            let found = solidity_files(modules, &format!("{name}/{start}"), &package.without)?;
            waiting.extend(found);
        }
        if waiting.is_empty() {
            let reason = "holds none of the sources named in the list of packages".to_owned();
            return Err(TaskError::Form { path: modules.join(name), reason });
        }
        let sources = with_imports(modules, waiting, |source| self.place(source))?;
        let own = format!("{name}/");
        Ok(sources
            .into_iter()
            .map(|(path, text)| (path.strip_prefix(&own).map(str::to_owned).unwrap_or(path), text))
            .collect())
    }

    /// Where a source lies in `node_modules`.
    fn place(&self, source: &str) -> String {
        let found = self.paths.iter().find_map(|(start, there)| Some((there, source.strip_prefix(start.as_str())?)));
        found.map_or_else(|| source.to_owned(), |(there, rest)| format!("{there}{rest}"))
    }

    fn package_name<'a>(&'a self, package: &'a Package) -> &'a str {
        self.name.as_deref().unwrap_or(&package.name)
    }
}

/// Sources within `node_modules` with all that they import, by name; `place` says where there a source lies.
pub(crate) fn with_imports(
    modules: &Path,
    sources: Vec<String>,
    place: impl Fn(&str) -> String,
) -> Result<BTreeMap<String, String>, TaskError> {
    let mut waiting: Vec<_> = sources.into_iter().map(|source| (source, None)).collect();
    let (mut sources, mut missing) = (BTreeMap::new(), BTreeMap::new());
    while let Some((source, importer)) = waiting.pop() {
        if sources.contains_key(&source) {
            continue;
        }
        let path = modules.join(place(&source));
        if let (false, Some(importer)) = (path.is_file(), importer) {
            missing.entry(source).or_insert(importer);
            continue;
        }
        let text = folder::read(&path)?;
        waiting.extend(imports(&text).iter().map(|import| (resolve(&source, import), Some(source.clone()))));
        sources.insert(source, text);
    }
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|(source, by)| format!("{source} (by {by})")).collect();
        let reason = format!("these imports are missing: {}", list.join(", "));
        return Err(TaskError::Form { path: modules.into(), reason });
    }
    Ok(sources)
}

/// Solidity files at or below a path within `node_modules`.
fn solidity_files(modules: &Path, start: &str, without: &[String]) -> Result<Vec<String>, TaskError> {
    let mut found = Vec::new();
    let root = modules.join(start);
    if !root.exists() {
        return Ok(found);
    }
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.map_err(|error| TaskError::Form { path: root.clone(), reason: error.to_string() })?;
        let path = entry.path().strip_prefix(modules).unwrap_or(entry.path());
        let name = path.to_string_lossy().replace('\\', "/");
        let is_left_out = without.iter().any(|part| name[start.len()..].contains(part.as_str()));
        let is_solidity = path.extension().is_some_and(|extension| extension == "sol");
        if entry.file_type().is_file() && is_solidity && !is_left_out {
            found.push(name);
        }
    }
    Ok(found)
}

/// The paths that a source imports, as written.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_import = false;
    for token in tokens(text) {
        match token {
            Token::Word(word) => is_import |= word == "import",
            Token::Text(path) if is_import => found.push(path.to_owned()),
            Token::Text(_) => {}
            Token::End => is_import = false,
        }
    }
    found
}

/// What matters of a source for finding its imports.
enum Token<'a> {
    Word(&'a str),
    /// A literal, without its quotes.
    Text(&'a str),
    /// The end of a statement.
    End,
}

/// Words, literals and ends outside of comments.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let until = |end: &str| rest[1..].find(end).map_or(rest.len(), |at| at + 1 + end.len());
        let length = if rest.starts_with("/*") {
            until("*/")
        } else if rest.starts_with("//") {
            until("\n")
        } else if first == '"' || first == '\'' {
            let length = until(&first.to_string());
            tokens.push(Token::Text(rest[1..length].trim_end_matches(first)));
            length
        } else if first.is_alphabetic() {
            let length = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
            tokens.push(Token::Word(&rest[..length]));
            length
        } else {
            if first == ';' {
                tokens.push(Token::End);
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// The source that an import means.
fn resolve(importer: &str, import: &str) -> String {
    if !import.starts_with('.') {
        return import.to_owned();
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_in_every_form_and_not_in_comments() {
        let text = "// import \"./no.sol\";\npragma solidity ^0.8.0;\nimport \"./A.sol\"; /* import './B.sol'; */\n\
                    import 'lib//H.sol';\n\
                    import {C, D as E} from '../C.sol';\nimport * as F\n    from \"@x/F.sol\";\ncontract G {}\n";
        assert_eq!(imports(text), ["./A.sol", "lib//H.sol", "../C.sol", "@x/F.sol"]);
    }

    #[test]
    fn relative_imports_are_resolved_from_the_importer() {
        assert_eq!(resolve("@a/b/c/D.sol", "../e/./F.sol"), "@a/b/e/F.sol");
        assert_eq!(resolve("@a/b/c/D.sol", "@x/F.sol"), "@x/F.sol");
    }
}
