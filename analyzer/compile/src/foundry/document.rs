//! Which values does a profile have, from all places that set one?
//!
//! From weak to strong: the user's global file, the project's file with what it extends, each with its default profile
//! below the selected one, then `DAPP_*` and `FOUNDRY_*` variables. Tables merge key by key, everything else is replaced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::discover;
use crate::error::CompileError;

/// The profile below all others.
pub(super) const DEFAULT_PROFILE: &str = "default";

/// How many files may extend each other.
const EXTENDS_LIMIT: usize = 8;

/// Variables that say where the configuration is, rather than what is in it.
const NOT_KEYS: [&str; 4] = ["profile", "config", "remappings", "dir"];

/// The environment variables that concern Foundry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let is_foundrys = |name: &str| name.starts_with("FOUNDRY_") || name.starts_with("DAPP_");
        let text =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(text.filter(|(name, _)| is_foundrys(name)).collect())
    }

    /// The given ones.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The remappings of the variables, in order.
    pub(super) fn remappings(&self) -> Option<impl Iterator<Item = &str>> {
        let text = self.get("DAPP_REMAPPINGS").or_else(|| self.get("FOUNDRY_REMAPPINGS"))?;
        Some(text.split(['\n', ' ']).map(str::trim).filter(|line| !line.is_empty()))
    }

    /// The values that variables set, by key.
    fn values(&self) -> Table {
        let mut values = Table::new();
        for prefix in ["DAPP_", "FOUNDRY_"] {
            for (name, text) in &self.0 {
                let Some(key) = name.strip_prefix(prefix).map(str::to_lowercase) else { continue };
                if NOT_KEYS.contains(&key.as_str()) {
                    continue;
                }
                match (prefix, key.as_str()) {
                    ("DAPP_", "build_optimize") => {
                        values.insert("optimizer".to_owned(), Value::Boolean(text == "1" || text == "true"));
                    }
                    ("DAPP_", "build_optimize_runs") => {
                        values.insert("optimizer_runs".to_owned(), parse(text));
                    }
                    (_, "libraries") => {
                        let list = text.trim_matches(['[', ']']).split(',').map(|one| one.trim().trim_matches('"'));
                        let list = list.filter(|one| !one.is_empty()).map(|one| Value::String(one.to_owned()));
                        values.insert(key, Value::Array(list.collect()));
                    }
                    // Only a few of these keys are known, and the tests' own settings do not decide a build.
                    _ => {
                        values.insert(key, parse(text));
                    }
                }
            }
        }
        values
    }
}

/// A variable's text as a value: what TOML can read, else a string.
fn parse(text: &str) -> Value {
    let parsed: Option<Table> = toml::from_str(&format!("value = {text}")).ok();
    let value = parsed.filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
    if let Some(value) = value {
        return value;
    }
    // A list may leave out the quotes.
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(list) => {
            let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.trim_matches('"').to_owned())).collect())
        }
        None => Value::String(text.to_owned()),
    }
}

/// The values of a profile in the project at `root`, and the file they come from.
pub(super) fn values(root: &Path, profile: &str, environment: &Environment) -> Result<(Table, PathBuf), CompileError> {
    let path = match environment.get("FOUNDRY_CONFIG") {
        Some(named) => root.join(named),
        None => root.join("foundry.toml"),
    };
    let global = dirs::home_dir().map(|home| home.join(".foundry").join("foundry.toml"));
    let mut documents = Vec::new();
    if let Some(global) = global.filter(|global| global.is_file()) {
        documents.push(read(&global)?);
    }
    if path.is_file() {
        documents.push(extended(&path, &discover::boundary(root))?);
    }
    let mut values = Table::new();
    let profiles = if profile == DEFAULT_PROFILE { vec![profile] } else { vec![DEFAULT_PROFILE, profile] };
    for profile in profiles {
        for document in &documents {
            merge(&mut values, profile_of(document, profile), false);
        }
    }
    merge(&mut values, environment.values(), false);
    Ok((values, path))
}

/// The table of a profile, with keys spelled with `_`. `[default]` is an old way to write `[profile.default]`.
fn profile_of(document: &Table, name: &str) -> Table {
    let table = document
        .get("profile")
        .and_then(|profiles| profiles.get(name))
        .or_else(|| document.get(name).filter(|_| name == DEFAULT_PROFILE))
        .and_then(Value::as_table);
    let keys = table.into_iter().flatten().map(|(key, value)| (key.replace('-', "_"), value.clone()));
    keys.filter(|(key, _)| key != "extends").collect()
}

fn read(path: &Path) -> Result<Table, CompileError> {
    let text = std::fs::read_to_string(path).map_err(|error| CompileError::unreadable(path, error))?;
    let document: Table = toml::from_str(&text).map_err(|error| bad(path, error.to_string().trim_end().to_owned()))?;
    match document.iter().find(|(_, value)| !value.is_table() && !value.is_array()) {
        Some((key, _)) => Err(bad(path, format!("`{key}` stands outside of `[profile.default]`"))),
        None => Ok(document),
    }
}

/// A file with what it extends below it.
fn extended(path: &Path, boundary: &Path) -> Result<Table, CompileError> {
    let mut document = read(path)?;
    let mut from = path.to_path_buf();
    for _ in 0..EXTENDS_LIMIT {
        let Some((base, strategy)) = extends(&document, &from)? else { return Ok(document) };
        let base = from.parent().unwrap_or(&from).join(base);
        let real = base.canonicalize().map_err(|error| CompileError::unreadable(&base, error))?;
        if !real.starts_with(boundary) {
            return Err(CompileError::OutsideProject { path: base, root: boundary.to_path_buf() });
        }
        let mut merged = read(&real)?;
        remove_extends(&mut document);
        if strategy == "no-collision" {
            refuse_collision(&merged, &document, path)?;
        }
        merge(&mut merged, document, strategy != "replace-arrays");
        (document, from) = (merged, real);
    }
    Err(bad(path, format!("more than {EXTENDS_LIMIT} files extend each other")))
}

fn refuse_collision(base: &Table, document: &Table, path: &Path) -> Result<(), CompileError> {
    let of = |document| profile_of(document, DEFAULT_PROFILE);
    let (base, own) = (of(base), of(document));
    match own.keys().find(|key| base.contains_key(*key)) {
        None => Ok(()),
        Some(key) => Err(bad(path, format!("`{key}` is set here and in the file that this one extends"))),
    }
}

/// The file that a document extends, and how lists are joined.
fn extends(document: &Table, path: &Path) -> Result<Option<(String, String)>, CompileError> {
    let profiles = document.get("profile").and_then(Value::as_table);
    let Some(value) = profiles.and_then(|profiles| {
        std::iter::once(DEFAULT_PROFILE)
            .chain(profiles.keys().map(String::as_str))
            .find_map(|name| profiles.get(name)?.get("extends"))
    }) else {
        return Ok(None);
    };
    let strategy = value.get("strategy").and_then(Value::as_str).unwrap_or("extend-arrays").to_owned();
    let base = value.as_str().or_else(|| value.get("path").and_then(Value::as_str));
    base.map(|base| Some((base.to_owned(), strategy)))
        .ok_or_else(|| bad(path, "`extends` has to be a path or a table with `path`".to_owned()))
}

fn remove_extends(document: &mut Table) {
    let profiles = document.get_mut("profile").and_then(Value::as_table_mut);
    for (_, profile) in profiles.into_iter().flatten() {
        if let Some(profile) = profile.as_table_mut() {
            profile.remove("extends");
        }
    }
}

/// Lays `over` onto `base`. Lists are replaced, or joined where a file extends another.
fn merge(base: &mut Table, over: Table, joins_lists: bool) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above, joins_lists),
            (Some(Value::Array(below)), Value::Array(above)) if joins_lists => below.extend(above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

pub(super) fn bad(path: &Path, reason: String) -> CompileError {
    let help = "`forge config` shows how forge reads it".to_owned();
    CompileError::BadConfiguration { path: path.to_path_buf(), reason, help }
}
