//! What manifests, the lock file and the resolved features hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use toml::{Table, Value};

use super::Complaint;
use crate::TaskError;
use crate::workspace::Workspace;

const LICENCE: &str = "MIT OR Apache-2.0";

/// Features that must stay off, and what they would do.
const FORBIDDEN_FEATURES: &[(&str, &str, &str)] = &[
    ("foundry-compilers", "svm-solc", "downloads a release list while building"),
    ("foundry-compilers", "project-util", "turns `svm-solc` on"),
    ("foundry-compilers", "full", "turns `svm-solc` on"),
];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Complaint>, TaskError> {
    let mut complaints = Vec::new();
    for package in workspace.metadata.workspace_packages() {
        let manifest = package.manifest_path.strip_prefix(&workspace.metadata.workspace_root);
        let path = PathBuf::from(manifest.unwrap_or(&package.manifest_path).as_str());
        let table = parse(workspace, &path)?;
        complaints.extend(fields(package).map(|what| Complaint::file(&path, what)));
        complaints.extend(inherited(&table).into_iter().map(|what| Complaint::file(&path, what)));
    }
    complaints.extend(lock(workspace)?);
    complaints.extend(features(workspace));
    Ok(complaints)
}

fn parse(workspace: &Workspace, path: &Path) -> Result<Table, TaskError> {
    let form = |error: toml::de::Error| TaskError::Form { path: path.into(), reason: error.to_string() };
    workspace.read(path)?.parse::<Table>().map_err(form)
}

/// What a package must say of itself.
fn fields(package: &Package) -> impl Iterator<Item = String> {
    let said = [
        ("license", package.license.as_deref() == Some(LICENCE)),
        ("description", package.description.is_some()),
        ("repository", package.repository.is_some()),
        ("rust-version", package.rust_version.is_some()),
        ("keywords", !package.keywords.is_empty()),
        ("categories", !package.categories.is_empty()),
    ];
    said.into_iter().filter(|(_, is_said)| !is_said).map(|(field, _)| format!("field `{field}` is missing or differs"))
}

/// Versions and lints live in the workspace alone.
fn inherited(manifest: &Table) -> Vec<String> {
    let mut complaints = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let entries = manifest.get(section).and_then(Value::as_table).into_iter().flatten();
        for (name, value) in entries {
            if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                complaints.push(format!("the version of `{name}` belongs into the workspace table"));
            }
        }
    }
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    if lints.and_then(Value::as_bool) != Some(true) {
        complaints.push("the lints of the workspace are not inherited".to_owned());
    }
    complaints
}

/// One release of revm: crates of two releases would disagree about what an opcode is.
fn lock(workspace: &Workspace) -> Result<Vec<Complaint>, TaskError> {
    let path = Path::new("Cargo.lock");
    let table = parse(workspace, path)?;
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in table.get("package").and_then(Value::as_array).into_iter().flatten() {
        let text = |key| package.get(key).and_then(Value::as_str);
        if let (Some(name), Some(version)) = (text("name"), text("version"))
            && (name == "revm" || name.starts_with("revm-"))
        {
            versions.entry(name).or_default().push(version);
        }
    }
    let twice = versions.iter().filter(|(_, versions)| versions.len() > 1);
    Ok(twice
        .map(|(name, versions)| Complaint::file(path, format!("`{name}` is locked as {}", versions.join(" and "))))
        .collect())
}

fn features(workspace: &Workspace) -> Vec<Complaint> {
    let resolved = workspace.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let mut complaints = Vec::new();
    for node in resolved {
        let name = workspace.metadata[&node.id].name.as_str();
        for (package, feature, effect) in FORBIDDEN_FEATURES {
            if name == *package && node.features.iter().any(|on| on.as_str() == *feature) {
                complaints.push(Complaint::file("Cargo.toml", format!("`{package}/{feature}` is on and {effect}")));
            }
        }
    }
    complaints
}
