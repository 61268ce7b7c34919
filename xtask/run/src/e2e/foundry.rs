//! Does uplint read a Foundry project as forge does? forge itself, from npm, says.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use uplint_compile::foundry::{FoundryConfig, SolcChoice, resolve};

use super::{Fault, Place, expect_equal};
use crate::folder;
use crate::npm::{self, Pinned};
use crate::program::Program;

/// forge, installed.
pub(super) fn forge(place: &Place) -> Result<Program, Fault> {
    let package = Pinned { name: "@foundry-rs/forge", version: "1.7.1" };
    let modules = npm::install(&place.work.join("forge"), &[package])?;
    Ok(Program::new(modules.join(".bin/forge")))
}

/// An executable that is solc to forge: the WebAssembly build behind the same shim that uplint uses.
pub(super) fn solc_executable(place: &Place, version: &str) -> Result<PathBuf, Fault> {
    let modules = npm::install(&place.work.join("solc").join(version), &[Pinned { name: "solc", version }])?;
    let shim = place.folders.root.join("analyzer/compile/src/store/solc_shim.js");
    let script = place.work.join(format!("solc-{version}"));
    let soljson = modules.join("solc/soljson.js");
    folder::write(&script, &format!("#!/bin/sh\nexec node '{}' '{}' \"$@\"\n", shim.display(), soljson.display()))?;
    Program::new("chmod").arg("+x").arg(&script).output()?;
    Ok(script)
}

/// A project: its name, its profile, and its files.
struct Project {
    name: &'static str,
    profile: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const PROJECTS: &[Project] = &[
    Project { name: "nothing said", profile: "default", files: &[("foundry.toml", ""), ("src/A.sol", "")] },
    Project {
        name: "everything said",
        profile: "default",
        files: &[
            (
                "foundry.toml",
                "[profile.default]\nsrc = 'sources'\ntest = 'tests'\nscript = 'scripts'\nout = 'build'\nlibs = ['deps']\n\
                 solc = '0.8.28'\nevm_version = 'paris'\noptimizer = true\noptimizer_runs = 999\nvia_ir = true\n\
                 bytecode_hash = 'none'\ncbor_metadata = false\nuse_literal_content = true\n\
                 revert_strings = 'strip'\nauto_detect_remappings = false\nremappings = ['@x/=deps/x/']\n\
                 libraries = ['sources/L.sol:L:0x1111111111111111111111111111111111111111']\n\
                 allow_paths = ['../shared']\ninclude_paths = ['../include']\nskip = ['*/skipped/*']\noffline = true\n",
            ),
            ("sources/A.sol", ""),
            ("deps/x/X.sol", ""),
            ("deps/y/src/Y.sol", ""),
        ],
    },
    Project {
        name: "remappings from every place",
        profile: "default",
        files: &[
            ("foundry.toml", "[profile.default]\nremappings = ['@own/=lib/own/src/', 'ctx:z/=lib/z/']\n"),
            ("remappings.txt", "@file/=lib/file/contracts/\n@own/=lib/other/\n"),
            ("src/A.sol", ""),
            ("lib/own/src/Own.sol", ""),
            ("lib/file/contracts/File.sol", ""),
            ("lib/found/src/Found.sol", ""),
            ("lib/found/foundry.toml", "[profile.default]\nremappings = ['inner/=lib/inner/src/']\n"),
            ("lib/found/lib/inner/src/Inner.sol", ""),
            ("lib/found/lib/deeper/contracts/Deeper.sol", ""),
            ("lib/bare/Bare.sol", ""),
            ("lib/dapp/remappings.txt", "ds/=lib/ds/\n"),
            ("lib/dapp/src/Dapp.sol", ""),
        ],
    },
    Project {
        name: "a profile over the default one",
        profile: "ci",
        files: &[
            (
                "foundry.toml",
                "[profile.default]\noptimizer = false\noptimizer_runs = 5\nvia_ir = true\n\n\
                 [profile.ci]\noptimizer = true\nevm_version = 'shanghai'\n",
            ),
            ("src/A.sol", ""),
        ],
    },
    Project {
        name: "folders as Hardhat has them",
        profile: "default",
        files: &[
            ("foundry.toml", "[profile.default]\n"),
            ("contracts/A.sol", ""),
            ("node_modules/@oz/contracts/B.sol", ""),
            ("lib/solo/src/C.sol", ""),
        ],
    },
    Project {
        name: "an old compiler",
        profile: "default",
        files: &[
            ("foundry.toml", "[profile.default]\nsolc_version = '0.8.19'\noptimizer_runs = 1\n"),
            ("src/A.sol", ""),
        ],
    },
];

pub(super) fn projects_are_read_as_forge_reads_them(place: &Place) -> Result<(), Fault> {
    let forge = forge(place)?;
    let mut faults = Vec::new();
    for (index, project) in PROJECTS.iter().enumerate() {
        let root = place.work.join("foundry").join(index.to_string());
        folder::remove(&root)?;
        for (path, text) in project.files {
            folder::write(&root.join(path), text)?;
        }
        // A repository of its own, or forge takes the root of the one around it.
        Program::new("git").folder(&root).args(["init", "--quiet"]).output()?;
        compare(&forge.clone().folder(&root).env("FOUNDRY_PROFILE", project.profile), &root, project, &mut faults)?;
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault::Wrong(faults.join("\n"))) }
}

fn compare(forge: &Program, root: &Path, project: &Project, faults: &mut Vec<String>) -> Result<(), Fault> {
    let config = resolve(root, Some(project.profile)).map_err(|error| Fault::Wrong(error.to_string()))?;
    let theirs: Value =
        folder::parse_json(Path::new("forge config"), &forge.clone().args(["config", "--json"]).output()?)?;
    for (key, ours) in said(&config) {
        let what = format!("{}: `{key}` (found: uplint, expected: forge)", project.name);
        expect_equal(&what, &ours, &theirs[key]).unwrap_or_else(|fault| faults.push(fault.to_string()));
    }
    let listed = forge.clone().arg("remappings").output()?;
    let listed: Vec<String> = String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect();
    let what = format!("{}: `forge remappings`", project.name);
    expect_equal(&what, &config.listed_remappings, &listed).unwrap_or_else(|fault| faults.push(fault.to_string()));
    Ok(())
}

/// What decides a build, by the names of `forge config --json`.
fn said(config: &FoundryConfig) -> Vec<(&'static str, Value)> {
    let solc = config.solc.as_ref().map(|choice| match choice {
        SolcChoice::Version(version) => version.to_string(),
        SolcChoice::Path(path) => path.display().to_string(),
    });
    vec![
        ("src", json!(config.src)),
        ("test", json!(config.test)),
        ("script", json!(config.script)),
        ("out", json!(config.out)),
        ("libs", json!(config.libs)),
        ("remappings", json!(config.remappings)),
        ("auto_detect_remappings", json!(config.auto_detect_remappings)),
        ("solc", json!(solc)),
        ("auto_detect_solc", json!(config.auto_detect_solc)),
        ("offline", json!(config.offline)),
        ("evm_version", json!(config.evm_version)),
        ("optimizer", json!(config.optimizer)),
        ("optimizer_runs", json!(config.optimizer_runs)),
        ("via_ir", json!(config.via_ir)),
        ("bytecode_hash", json!(config.bytecode_hash)),
        ("cbor_metadata", json!(config.cbor_metadata)),
        ("use_literal_content", json!(config.use_literal_content)),
        ("revert_strings", json!(config.revert_strings)),
        ("libraries", json!(config.libraries)),
        ("allow_paths", json!(config.allow_paths)),
        ("include_paths", json!(config.include_paths)),
        ("skip", json!(config.skip)),
    ]
}
