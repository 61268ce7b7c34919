//! Compiled contracts and what their compiler says of them, kept so that a later run need not compile.

use std::path::PathBuf;

use revm::primitives::{Address, hex, keccak256};
use serde_json::Value;
use xtask_run::contract::{Contract, Output};
use xtask_run::oracle::OTHER;

use super::matrix::{Compiler, Job};
use crate::TaskError;
use crate::folder::{self, Folders};
use crate::{solc, vyper};

/// Immutables that room is left for behind the code of Vyper.
const VYPER_IMMUTABLES: usize = 3;

/// Compiles a job, unless that was done before.
pub(super) fn compile(folders: &Folders, job: &Job) -> Result<Output, TaskError> {
    let place = cache(folders, job);
    if place.is_file() {
        return folder::read_json(&place);
    }
    let (printed, is_vyper) = match &job.compiler {
        Compiler::Solc(version) => (solc::compile(&version.to_string(), &job.input), false),
        Compiler::Vyper(version) => {
            (vyper::compile(&folders.target.join("vyper"), &version.to_string(), &job.input), true)
        }
    };
    let output = match printed {
        Err(TaskError::Compiler { reason, .. }) if is_vyper => Output { refused: Some(reason), ..Output::default() },
        printed => read(&printed?.output, is_vyper),
    };
    let text = serde_json::to_string(&output)
        .map_err(|error| TaskError::Form { path: place.clone(), reason: error.to_string() })?;
    folder::write(&place, &text)?;
    Ok(output)
}

fn cache(folders: &Folders, job: &Job) -> PathBuf {
    let compiler = match &job.compiler {
        Compiler::Solc(version) => format!("solc {version}"),
        Compiler::Vyper(version) => format!("vyper {version}"),
    };
    let hash = keccak256(format!("{compiler}\n{}", job.input));
    folders.target.join("bench/lifter/outputs").join(format!("{}.json", hex::encode(&hash[..12])))
}

/// Reads standard-JSON output.
fn read(output: &Value, is_vyper: bool) -> Output {
    let errors = output["errors"].as_array().into_iter().flatten();
    if let Some(error) = errors.into_iter().find(|error| error["severity"] == "error") {
        let message = error["message"].as_str().or_else(|| error["formattedMessage"].as_str()).unwrap_or_default();
        let line = message.lines().next().unwrap_or_default().to_owned();
        return Output { refused: Some(line), contracts: Vec::new() };
    }
    let files = output["contracts"].as_object().into_iter().flatten();
    let named = files.flat_map(|(_, contracts)| contracts.as_object().into_iter().flatten());
    let contracts = named.filter_map(|(name, contract)| read_contract(name, contract, is_vyper)).collect();
    Output { refused: None, contracts }
}

fn read_contract(name: &str, contract: &Value, is_vyper: bool) -> Option<Contract> {
    let evm = &contract["evm"];
    let deployed = &evm["deployedBytecode"];
    let mut code = linked(deployed["object"].as_str()?)?;
    if code.is_empty() {
        return None;
    }
    fill_immutables(&mut code, &deployed["immutableReferences"]);
    if is_vyper {
        // Vyper's immutables lie behind the code.
        code.extend([OTHER.into_word(); VYPER_IMMUTABLES].concat());
    }
    let texts = evm["methodIdentifiers"].as_object().into_iter().flatten();
    let selectors = texts.filter_map(|(signature, selector)| Some((signature.clone(), selector.as_str()?.to_owned())));
    let debug = deployed["functionDebugData"].as_object().into_iter().flatten();
    let functions = debug.filter_map(|(name, data)| {
        Some((name.clone(), data["entryPoint"].as_u64().and_then(|pc| u32::try_from(pc).ok())?))
    });
    Some(Contract {
        name: name.to_owned(),
        code,
        selectors: selectors.collect(),
        functions: functions.collect(),
        source_map: deployed["sourceMap"].as_str().unwrap_or_default().to_owned(),
        layout: layout(contract, is_vyper),
    })
}

/// What the compiler says of storage; nothing where it says nothing.
fn layout(contract: &Value, is_vyper: bool) -> Value {
    if is_vyper {
        return contract["layout"].clone();
    }
    let spaces = [("storage", &contract["storageLayout"]), ("transient", &contract["transientStorageLayout"])];
    let there = spaces.into_iter().filter(|(_, layout)| !layout.is_null());
    let there: serde_json::Map<String, Value> =
        there.map(|(space, layout)| (space.to_owned(), layout.clone())).collect();
    if there.is_empty() { Value::Null } else { Value::Object(there) }
}

/// The bytes, with an address in place of each library.
fn linked(object: &str) -> Option<Vec<u8>> {
    let mut text = object.trim_start_matches("0x").to_owned();
    while let Some(at) = text.find("__") {
        let end = (at + 2 * Address::len_bytes()).min(text.len());
        text.replace_range(at..end, &hex::encode(OTHER));
    }
    hex::decode(text).ok()
}

fn fill_immutables(code: &mut [u8], references: &Value) {
    let places = references.as_object().into_iter().flatten().filter_map(|(_, places)| places.as_array());
    for place in places.flatten() {
        let start = place["start"].as_u64().and_then(|start| usize::try_from(start).ok());
        let bytes = start.and_then(|start| code.get_mut(start..start.checked_add(32)?));
        if let Some(bytes) = bytes {
            bytes.copy_from_slice(OTHER.into_word().as_slice());
        }
    }
}
