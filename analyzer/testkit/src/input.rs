//! The compiler input that a case stands for: standard JSON, one document a side.

use serde_json::{Map, Value, json};

use crate::case::{Case, CaseFile, Pragma};
use crate::error::TestkitError;

/// Standard-JSON inputs of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseInputs {
    /// Of the old version; `None` when one version is judged alone.
    pub old: Option<Value>,
    /// Of the new version.
    pub new: Value,
}

/// What to give to the compiler that the case's header names.
pub fn case_inputs(case: &Case) -> Result<CaseInputs, TestkitError> {
    let settings = settings(case)?;
    let input = |version: &CaseFile| {
        let sources: Map<_, _> = std::iter::once(version)
            .chain(&case.shared)
            .map(|file| (file.name.clone(), json!({ "content": file.text })))
            .collect();
        let language = match case.header.compiler {
            Pragma::Solc(_) => "Solidity",
            Pragma::Vyper(_) => "Vyper",
        };
        json!({ "language": language, "sources": sources, "settings": settings })
    };
    Ok(CaseInputs { old: case.old.as_ref().map(input), new: input(&case.new) })
}

fn settings(case: &Case) -> Result<Value, TestkitError> {
    let fault = |message: String| TestkitError::Case { path: case.path.clone(), message };
    let mut settings = Map::new();
    for setting in &case.header.settings {
        let (key, value) = setting.split_once('=').map_or((setting.as_str(), None), |(key, value)| (key, Some(value)));
        match (key, value) {
            ("via-ir", None) => settings.insert("viaIR".to_owned(), json!(true)),
            ("optimizer", runs) => {
                let runs: u64 = runs
                    .unwrap_or("200")
                    .parse()
                    .map_err(|_| fault(format!("`{setting}`: the optimizer's runs are a number")))?;
                settings.insert("optimizer".to_owned(), json!({ "enabled": true, "runs": runs }))
            }
            ("evm", Some(version)) => settings.insert("evmVersion".to_owned(), json!(version)),
            _ => return Err(fault(format!("unknown setting `{setting}`"))),
        };
    }
    settings.insert("outputSelection".to_owned(), output_selection(&case.header.compiler));
    Ok(Value::Object(settings))
}

/// Exactly what uplint reads.
fn output_selection(compiler: &Pragma) -> Value {
    match compiler {
        Pragma::Solc(version) => {
            let mut outputs = vec![
                "abi",
                "storageLayout",
                "evm.bytecode.object",
                "evm.bytecode.linkReferences",
                "evm.deployedBytecode.object",
                "evm.deployedBytecode.linkReferences",
                "evm.deployedBytecode.immutableReferences",
                "evm.methodIdentifiers",
            ];
            if prints_transient_layout(version) {
                outputs.push("transientStorageLayout");
            }
            json!({ "*": { "*": outputs, "": ["ast"] } })
        }
        Pragma::Vyper(_) => json!({
            "*": ["abi", "layout", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"]
        }),
    }
}

/// solc prints the layout of transient storage from 0.8.27 on.
fn prints_transient_layout(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (parts.next(), parts.next(), parts.next());
    version >= (Some(0), Some(8), Some(27))
}
