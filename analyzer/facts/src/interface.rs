//! What a contract answers to: its functions by selector, its events, and whether it takes plain calls.
//!
//! Taken from the ABI alone, so it is the same for a contract from any compiler. Signatures are canonical: types without
//! names, structs as tuples (Solidity documentation, "Contract ABI Specification").

use std::collections::BTreeMap;

use alloy_json_abi::{EventParam, JsonAbi, Param, StateMutability};
use alloy_primitives::B256;

/// One external function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Canonical signature, for example `transfer(address,uint256)`.
    pub signature: String,
    /// First four bytes of the signature's hash.
    pub selector: [u8; 4],
    /// What it may do to state and whether it takes ether.
    pub mutability: StateMutability,
    /// Canonical types of what it returns, in order.
    pub returns: Vec<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Canonical signature.
    pub signature: String,
    /// Hash of the signature, which is the first topic unless the event is anonymous.
    pub topic: B256,
    /// Which parameters are topics, in the order of the parameters.
    pub indexed: Vec<bool>,
    /// Whether it has no signature topic.
    pub is_anonymous: bool,
}

/// All that a contract answers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Functions in ascending order of their signature.
    pub functions: Vec<Function>,
    /// Events in ascending order of their signature, then of their topics.
    pub events: Vec<Event>,
    /// Canonical signatures of errors, in ascending order.
    pub errors: Vec<String>,
    /// Whether there is a `fallback`, which answers every other selector.
    pub has_fallback: bool,
    /// Whether there is a `receive`.
    pub has_receive: bool,
    /// Where the first function of each selector stands in `functions`.
    by_selector: BTreeMap<[u8; 4], usize>,
}

impl Interface {
    /// The function of this canonical signature.
    pub fn function(&self, signature: &str) -> Option<&Function> {
        let at = self.functions.binary_search_by(|function| function.signature.as_str().cmp(signature)).ok()?;
        self.functions.get(at)
    }

    /// The function that this selector calls.
    pub fn function_by_selector(&self, selector: [u8; 4]) -> Option<&Function> {
        self.functions.get(*self.by_selector.get(&selector)?)
    }

    /// The functions of this name.
    pub fn overloads<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Function> {
        self.functions.iter().filter(move |function| function.name == name)
    }
}

/// Reads an interface from an ABI. `selectors` are the compiler's own, which also know types that an ABI of a library
/// cannot spell; where both speak of a signature they agree, or the compiler is believed.
pub(crate) fn interface(abi: &JsonAbi, selectors: Option<&BTreeMap<String, [u8; 4]>>) -> Interface {
    let mut functions: Vec<_> = abi
        .functions()
        .map(|function| {
            let signature = function.signature();
            let listed = selectors.and_then(|list| list.get(&signature)).copied();
            Function {
                name: function.name.clone(),
                selector: listed.unwrap_or_else(|| function.selector().0),
                mutability: function.state_mutability,
                returns: function.outputs.iter().map(canonical_type).collect(),
                signature,
            }
        })
        .collect();
    functions.sort_by(|a, b| a.signature.cmp(&b.signature));
    let by_selector = functions.iter().enumerate().rev().map(|(at, function)| (function.selector, at)).collect();
    let mut events: Vec<_> = abi
        .events()
        .map(|event| Event {
            signature: event.signature(),
            topic: event.selector(),
            indexed: event.inputs.iter().map(|input: &EventParam| input.indexed).collect(),
            is_anonymous: event.anonymous,
        })
        .collect();
    events.sort();
    events.dedup();
    let mut errors: Vec<_> = abi.errors().map(alloy_json_abi::Error::signature).collect();
    errors.sort();
    errors.dedup();
    let (has_fallback, has_receive) = (abi.fallback.is_some(), abi.receive.is_some());
    Interface { functions, events, errors, has_fallback, has_receive, by_selector }
}

fn canonical_type(param: &Param) -> String {
    param.selector_type().into_owned()
}
