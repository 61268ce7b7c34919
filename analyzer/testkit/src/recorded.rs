//! Recorded compiler output (`build.json`), so that tests of rules need no compiler.
//!
//! The file holds both sides' input without the texts, which are in the case's own sources, and their output without
//! what uplint does not read. A hash over texts, settings and compiler tells when it is of other sources.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::case::{Case, CaseFile, Pragma};
use crate::error::TestkitError;
use crate::input::case_inputs;

/// One side's compilation.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedUnit {
    /// Standard-JSON input, texts included.
    pub input: Value,
    /// Standard-JSON output, trimmed.
    pub output: Value,
}

/// The recorded compilations of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// Version of the compiler as it prints it.
    pub compiler: String,
    /// The old version; `None` when one version is judged alone.
    pub old: Option<RecordedUnit>,
    /// The new version.
    pub new: RecordedUnit,
}

/// Keys of syntax trees that nothing reads: back references, and what the compiler derives from the rest.
const UNREAD_AST_KEYS: [&str; 25] = [
    "argumentTypes",
    "assignments",
    "commonType",
    "contractDependencies",
    "evmVersion",
    "exportedSymbols",
    "flags",
    "globalImport",
    "hasBase",
    "internalFunctionIDs",
    "isConstant",
    "isInlineArray",
    "isLValue",
    "isPure",
    "lValueRequested",
    "literals",
    "nameLocations",
    "nativeSrc",
    "overloadedDeclarations",
    "scope",
    "superFunction",
    "symbolAliases",
    "tryCall",
    "usedErrors",
    "usedEvents",
];

/// Hash over everything that decides the output: texts, settings and the compiler asked for.
pub fn source_hash(case: &Case) -> Result<String, TestkitError> {
    let inputs = case_inputs(case)?;
    let compiler = match &case.header.compiler {
        Pragma::Solc(version) => format!("solc {version}"),
        Pragma::Vyper(version) => format!("vyper {version}"),
    };
    let document = json!([compiler, inputs.old, inputs.new]);
    let mut text = String::new();
    write_canonical(&document, &mut text);
    Ok(blake3::hash(text.as_bytes()).to_hex()[..32].to_owned())
}

/// Trims and records the output of both sides. Output with errors is refused.
pub fn write_build(case: &Case, compiler: &str, old: Option<Value>, new: Value) -> Result<(), TestkitError> {
    let inputs = case_inputs(case)?;
    let recorded = |input: Value, output: Value| -> Result<Value, TestkitError> {
        refuse_errors(case, &output)?;
        Ok(json!({ "input": without_texts(input), "output": trim_output(output) }))
    };
    let mut document = Map::new();
    document.insert("compiler".to_owned(), json!(compiler));
    document.insert("hash".to_owned(), json!(source_hash(case)?));
    if let (Some(input), Some(output)) = (inputs.old, old) {
        document.insert("old".to_owned(), recorded(input, output)?);
    }
    document.insert("new".to_owned(), recorded(inputs.new, new)?);
    let path = path(case);
    std::fs::write(&path, lines(&document)).map_err(TestkitError::io(&path))
}

/// Reads what was recorded, with the case's texts put back in.
pub fn read_build(case: &Case) -> Result<Build, TestkitError> {
    let path = path(case);
    if !path.exists() {
        return Err(TestkitError::Stale { case: case.id(), state: "missing" });
    }
    let text = std::fs::read_to_string(&path).map_err(TestkitError::io(&path))?;
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    deserializer.disable_recursion_limit();
    let mut document: Map<String, Value> =
        serde::Deserialize::deserialize(&mut deserializer).map_err(TestkitError::json(&path))?;
    if document.get("hash").and_then(Value::as_str) != Some(source_hash(case)?.as_str()) {
        return Err(TestkitError::Stale { case: case.id(), state: "of other sources" });
    }
    let compiler = document.get("compiler").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut unit = |key: &str, file: Option<&CaseFile>| {
        let mut recorded = document.remove(key)?;
        let (mut input, output) = (recorded["input"].take(), recorded["output"].take());
        for file in file.into_iter().chain(&case.shared) {
            input["sources"][&file.name] = json!({ "content": file.text });
        }
        Some(RecordedUnit { input, output })
    };
    let old = unit("old", case.old.as_ref());
    let new = unit("new", Some(&case.new)).ok_or(TestkitError::Stale { case: case.id(), state: "missing" })?;
    Ok(Build { compiler, old, new })
}

fn path(case: &Case) -> PathBuf {
    case.path.join("build.json")
}

fn refuse_errors(case: &Case, output: &Value) -> Result<(), TestkitError> {
    let errors = output["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    match errors.iter().find(|error| error["severity"] == "error") {
        None => Ok(()),
        Some(error) => {
            let message = error["formattedMessage"].as_str().or(error["message"].as_str()).unwrap_or("it says not why");
            let message = format!("does not compile: {message}");
            Err(TestkitError::Case { path: case.path.clone(), message })
        }
    }
}

fn without_texts(mut input: Value) -> Value {
    if let Some(sources) = input["sources"].as_object_mut() {
        for source in sources.values_mut() {
            *source = json!({});
        }
    }
    input
}

/// Keeps of a standard-JSON output what uplint reads.
fn trim_output(mut output: Value) -> Value {
    let mut contracts = output["contracts"].take();
    for contract in contracts.as_object_mut().into_iter().flat_map(Map::values_mut) {
        for contract in contract.as_object_mut().into_iter().flat_map(Map::values_mut) {
            trim_contract(contract);
        }
    }
    let mut sources = output["sources"].take();
    for source in sources.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(source) = source.as_object_mut() {
            source.retain(|key, _| key == "id" || key == "ast");
            if let Some(ast) = source.get_mut("ast") {
                trim_ast(ast);
            }
        }
    }
    json!({ "contracts": contracts, "sources": sources })
}

fn trim_contract(contract: &mut Value) {
    let Some(contract) = contract.as_object_mut() else { return };
    let kept = ["abi", "storageLayout", "transientStorageLayout", "layout", "evm"];
    contract.retain(|key, value| kept.contains(&key.as_str()) && !value.is_null());
    let Some(evm) = contract.get_mut("evm").and_then(Value::as_object_mut) else { return };
    evm.retain(|key, _| ["bytecode", "deployedBytecode", "methodIdentifiers"].contains(&key.as_str()));
    for code in ["bytecode", "deployedBytecode"] {
        if let Some(code) = evm.get_mut(code).and_then(Value::as_object_mut) {
            code.retain(|key, _| ["object", "linkReferences", "immutableReferences"].contains(&key.as_str()));
        }
    }
}

fn trim_ast(node: &mut Value) {
    match node {
        Value::Array(nodes) => nodes.iter_mut().for_each(trim_ast),
        Value::Object(node) => {
            node.retain(|key, value| {
                !UNREAD_AST_KEYS.contains(&key.as_str()) && !value.is_null() && *value != Value::Bool(false)
                    || key == "fullyImplemented"
            });
            node.values_mut().for_each(trim_ast);
        }
        _ => {}
    }
}

/// Compact JSON with sorted keys, whatever order the maps in memory keep.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_canonical(value, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// One line a key, so that a change shows which side it is on.
fn lines(document: &Map<String, Value>) -> String {
    let mut lines = Vec::new();
    for key in ["compiler", "hash", "old", "new"] {
        if let Some(value) = document.get(key) {
            let mut line = format!("\"{key}\":");
            write_canonical(value, &mut line);
            lines.push(line);
        }
    }
    format!("{{{}}}\n", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::cases;

    fn case(folder: &std::path::Path) -> Case {
        let path = folder.join("rules/a/bad_b");
        std::fs::create_dir_all(&path).expect("the case folder");
        let header = "//@ contract: A   //@ solc: 0.8.28   //@ verdict: pass   //@ settings: via-ir optimizer=9\n";
        std::fs::write(path.join("new.sol"), format!("{header}contract A {{}}\n")).expect("the new source");
        cases(folder).expect("a well-formed case").remove(0)
    }

    #[test]
    fn recorded_output_comes_back_trimmed_and_with_the_texts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let case = case(folder.path());
        let output = json!({
            "contracts": {"new.sol": {"A": {"abi": [], "metadata": "…", "evm": {"assembly": "…",
                "deployedBytecode": {"object": "00", "opcodes": "STOP"}}}}},
            "sources": {"new.sol": {"id": 0, "ast": {"nodeType": "SourceUnit", "scope": 7, "virtual": false}}},
            "errors": [{"severity": "warning", "message": "no license"}],
        });
        write_build(&case, "0.8.28+commit.7893614a", None, output).expect("the file is written");
        let build = read_build(&case).expect("the file is read");
        assert_eq!(build.compiler, "0.8.28+commit.7893614a");
        assert_eq!(build.old, None);
        assert_eq!(build.new.input["sources"]["new.sol"]["content"], "\ncontract A {}\n");
        assert_eq!(build.new.input["settings"]["optimizer"]["runs"], 9);
        let expected = json!({
            "contracts": {"new.sol": {"A": {"abi": [], "evm": {"deployedBytecode": {"object": "00"}}}}},
            "sources": {"new.sol": {"id": 0, "ast": {"nodeType": "SourceUnit"}}},
        });
        assert_eq!(build.new.output, expected);
    }

    #[test]
    fn output_of_other_sources_is_stale() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut case = case(folder.path());
        write_build(&case, "0.8.28", None, json!({})).expect("the file is written");
        assert!(read_build(&case).is_ok());
        case.new.text.push_str("// more\n");
        let error = read_build(&case).expect_err("other sources").to_string();
        assert!(error.contains("of other sources; run `cargo xtask testdata rules/a/bad_b`"), "{error}");
    }

    #[test]
    fn output_with_errors_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = json!({"errors": [{"severity": "error", "formattedMessage": "ParserError: …"}]});
        let error = write_build(&case(folder.path()), "0.8.28", None, output).expect_err("an error").to_string();
        assert!(error.contains("does not compile: ParserError"), "{error}");
    }
}
