//! Which crate may know which, and which of our crates alone may link what reaches outside.

use cargo_metadata::{Dependency, DependencyKind, Package};

use super::Complaint;
use crate::workspace::Workspace;

/// A crate of ours and those that it may link, the indirect ones included.
struct Arrows {
    package: &'static str,
    normal: &'static [&'static [&'static str]],
    /// Beyond the normal ones.
    dev: &'static [&'static str],
}

/// What the command line is made of.
const PRODUCT: &[&str] = &[
    "uplint-artifact",
    "uplint-bytecode",
    "uplint-chain",
    "uplint-compile",
    "uplint-facts",
    "uplint-layout",
    "uplint-report",
    "uplint-rules",
    "uplint-shadow",
];

/// What facts are established from.
const ESTABLISHED: &[&str] = &["uplint-artifact", "uplint-bytecode", "uplint-layout"];

const TESTKIT: &[&str] = &["uplint-testkit"];

const ARROWS: &[Arrows] = &[
    Arrows { package: "uplint-artifact", normal: &[], dev: TESTKIT },
    Arrows { package: "uplint-bytecode", normal: &[], dev: &[] },
    Arrows { package: "uplint-layout", normal: &[&["uplint-artifact"]], dev: TESTKIT },
    Arrows { package: "uplint-facts", normal: &[ESTABLISHED], dev: TESTKIT },
    Arrows { package: "uplint-rules", normal: &[ESTABLISHED, &["uplint-facts"]], dev: TESTKIT },
    Arrows { package: "uplint-report", normal: &[ESTABLISHED, &["uplint-facts", "uplint-rules"]], dev: TESTKIT },
    Arrows { package: "uplint-compile", normal: &[&["uplint-artifact"]], dev: TESTKIT },
    Arrows { package: "uplint-chain", normal: &[], dev: &[] },
    Arrows {
        package: "uplint-shadow",
        normal: &[ESTABLISHED, &["uplint-chain", "uplint-facts", "uplint-rules"]],
        dev: TESTKIT,
    },
    Arrows { package: "uplint-testkit", normal: &[&["uplint-artifact"]], dev: &[] },
    Arrows { package: "uplint", normal: &[PRODUCT], dev: TESTKIT },
    Arrows { package: "xtask", normal: &[], dev: &[] },
    Arrows { package: "xtask-run", normal: &[PRODUCT, TESTKIT, &["xtask"]], dev: &[] },
];

/// Crates of others that only some of ours may link, because they compile, run threads, execute or reach the network.
const RESERVED: &[(&str, &[&str])] = &[
    ("alloy-provider", &["uplint-chain"]),
    ("clap", &["uplint", "xtask", "xtask-run"]),
    ("foundry-compilers", &["uplint-compile"]),
    ("rayon", &["uplint"]),
    ("reqwest", &["uplint-chain"]),
    ("revm", &["uplint-shadow", "xtask-run"]),
    ("svm-rs", &["uplint-compile"]),
    ("tokio", &["uplint-chain"]),
    ("ureq", &["uplint-chain"]),
];

pub(super) fn check(workspace: &Workspace) -> Vec<Complaint> {
    let packages = workspace.metadata.workspace_packages();
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut complaints = Vec::new();
    for package in &packages {
        let manifest = package.manifest_path.strip_prefix(&workspace.metadata.workspace_root);
        let manifest = manifest.unwrap_or(&package.manifest_path).to_string();
        for what in complaints_about(package, &names) {
            complaints.push(Complaint::file(&manifest, what));
        }
    }
    complaints
}

fn complaints_about(package: &Package, ours: &[&str]) -> Vec<String> {
    let name = package.name.as_str();
    let Some(arrows) = ARROWS.iter().find(|arrows| arrows.package == name) else {
        return vec![format!("`{name}` has no place in the architecture; give it one in `xtask/src/tidy/arrows.rs`")];
    };
    let dependencies = || package.dependencies.iter();
    let arrow = |dependency: &&Dependency| {
        let is_dev = dependency.kind == DependencyKind::Development;
        let target = dependency.name.as_str();
        !(arrows.normal.iter().any(|targets| targets.contains(&target)) || is_dev && arrows.dev.contains(&target))
    };
    let forbidden = dependencies()
        .filter(|dependency| ours.contains(&dependency.name.as_str()))
        .filter(arrow)
        .map(|dependency| format!("`{name}` must not know `{}` ({} dependency)", dependency.name, dependency.kind));
    let reserved = dependencies().filter_map(|dependency| {
        let (target, holders) = RESERVED.iter().find(|(target, _)| *target == dependency.name)?;
        let message = || format!("`{name}` must not link `{target}`, which is for `{}`", holders.join("`, `"));
        (!holders.contains(&name)).then(message)
    });
    forbidden.chain(reserved).collect()
}
