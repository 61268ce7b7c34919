//! Compiled contracts, as they are kept between runs and in the test data.

use std::collections::{BTreeMap, BTreeSet};

use revm::primitives::hex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::oracle::Entry;

/// What a compiler made of a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Output {
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// In ascending order of name.
    pub contracts: Vec<Contract>,
}

/// A contract that has code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Its runtime code, linked and with immutables filled in.
    #[serde(with = "hex")]
    pub code: Vec<u8>,
    /// Selectors by signature.
    pub selectors: BTreeMap<String, String>,
    /// Where internal functions begin, by the compiler's name for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub functions: BTreeMap<String, u32>,
    /// The source map.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_map: String,
    /// Where the compiler says that variables lie: its output as it is.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub layout: Value,
}

impl Contract {
    /// Its functions.
    pub fn entries(&self) -> Vec<Entry> {
        let parse = |(signature, selector): (&String, &String)| {
            let selector = u32::from_str_radix(selector.trim_start_matches("0x"), 16).ok()?;
            let is_called = !signature.starts_with("__");
            is_called.then(|| Entry { selector: selector.to_be_bytes(), signature: Some(signature.clone()) })
        };
        self.selectors.iter().filter_map(parse).collect()
    }

    /// Where internal functions begin that can return. What answers a call from outside and what reverts cannot.
    pub fn returning_functions(&self) -> BTreeSet<u32> {
        let never = ["external_fun_", "revert_", "panic_error_"];
        let returns = |name: &str| !never.iter().any(|start| name.starts_with(start));
        self.functions.iter().filter(|(name, _)| returns(name)).map(|(_, pc)| *pc).collect()
    }
}
