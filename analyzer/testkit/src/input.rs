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
    let header = &case.header;
    let new_settings = settings(case, &header.settings)?;
    let old_settings = settings(case, header.old_settings.as_ref().unwrap_or(&header.settings))?;
    let input = |version: &CaseFile, settings: &Value| {
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
    let old = case.old.as_ref().map(|old| input(old, &old_settings));
    Ok(CaseInputs { old, new: input(&case.new, &new_settings) })
}

fn settings(case: &Case, words: &[String]) -> Result<Value, TestkitError> {
    let fault = |message: String| TestkitError::Case { path: case.path.clone(), message };
    let mut settings = Map::new();
    for setting in words {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::cases;

    fn inputs(header: &str) -> Result<CaseInputs, TestkitError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rules/a/bad_b");
        std::fs::create_dir_all(&path).expect("the case folder");
        let header = format!("//@ contract: A   //@ solc: 0.8.28   //@ verdict: pass   {header}\n");
        std::fs::write(path.join("new.sol"), header).expect("the new source");
        std::fs::write(path.join("old.sol"), "").expect("the old source");
        std::fs::write(path.join("proxy.sol"), "contract P {}").expect("a shared source");
        case_inputs(&cases(folder.path()).expect("a well-formed case").remove(0))
    }

    #[test]
    fn settings_are_those_of_both_sides_unless_the_old_one_has_its_own() {
        let inputs = inputs("//@ settings: optimizer=9 //@ old-settings: via-ir evm=paris").expect("known settings");
        assert_eq!(inputs.new["settings"]["optimizer"]["runs"], 9);
        let old = inputs.old.expect("an old version");
        assert_eq!((&old["settings"]["viaIR"], &old["settings"]["evmVersion"]), (&json!(true), &json!("paris")));
        assert_eq!(old["settings"]["optimizer"], Value::Null);
    }

    #[test]
    fn shared_sources_are_on_both_sides() {
        let inputs = inputs("").expect("known settings");
        for (input, version) in [(&inputs.new, "new.sol"), (&inputs.old.expect("an old version"), "old.sol")] {
            let names: Vec<_> = input["sources"].as_object().expect("sources").keys().cloned().collect();
            assert_eq!(names, [version, "proxy.sol"]);
        }
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let error = inputs("//@ settings: turbo").expect_err("an unknown setting").to_string();
        assert!(error.ends_with("unknown setting `turbo`"), "{error}");
    }
}
