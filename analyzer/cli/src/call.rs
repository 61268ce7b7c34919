//! The initializer call that goes with an upgrade, as a user writes it, and its call data.

use std::str::FromStr;

use alloy_dyn_abi::DynSolType;
use alloy_json_abi::{Function, JsonAbi};
use alloy_primitives::hex;

/// What `--upgrade-call` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UpgradeCall {
    /// No call.
    None,
    /// This call data.
    Data(Vec<u8>),
    /// A function by name with values for its arguments; its types are those of the contract.
    Named(NamedCall),
}

/// A function's name and its arguments as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedCall {
    /// As the user wrote it.
    text: String,
    /// Name of the function.
    name: String,
    /// Values in parentheses.
    values: String,
}

impl FromStr for UpgradeCall {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "none" || text == "0x" {
            return Ok(Self::None);
        }
        if let Some(digits) = text.strip_prefix("0x") {
            let data = hex::decode(digits).map_err(|reason| format!("the call data is not hexadecimal: {reason}"))?;
            return if data.len() < 4 {
                Err("call data begins with a selector of 4 bytes".to_owned())
            } else {
                Ok(Self::Data(data))
            };
        }
        let (name, first, second) = split(text).ok_or(
            "give `none`, call data that begins with `0x`, or a call such as `initializeV2(uint256)(5)`".to_owned(),
        )?;
        let types = DynSolType::parse(first).ok();
        match (types, second) {
            (Some(_), Some(values)) => encode(name, first, values).map(Self::Data),
            (None, Some(_)) => Err(format!("`{first}` is no list of types")),
            (Some(types), None) if types.as_tuple().is_some_and(<[_]>::is_empty) => {
                encode(name, first, "()").map(Self::Data)
            }
            (Some(_), None) => Err(format!("no arguments are given: write `{name}{first}(…)`")),
            (None, None) => {
                Ok(Self::Named(NamedCall { text: text.to_owned(), name: name.to_owned(), values: first.to_owned() }))
            }
        }
    }
}

impl NamedCall {
    /// The call data for a contract, or why there is none.
    pub(crate) fn encode(&self, abi: Option<&JsonAbi>) -> Result<Vec<u8>, String> {
        let Some(abi) = abi else {
            return Err(format!("write the types too: `{}(…){}`", self.name, self.values));
        };
        let overloads: Vec<&Function> =
            abi.function(&self.name).map(Vec::as_slice).unwrap_or_default().iter().collect();
        if overloads.is_empty() {
            return Err(format!("there is no function `{}`", self.name));
        }
        let fitting: Vec<_> = overloads.iter().filter_map(|function| encode_for(function, &self.values).ok()).collect();
        match fitting.as_slice() {
            [data] => Ok(data.clone()),
            [] => Err(format!(
                "`{}` does not fit {}",
                self.text,
                overloads.iter().map(|function| format!("`{}`", function.signature())).collect::<Vec<_>>().join(" or ")
            )),
            _ => Err(format!("`{}` fits several functions: write the types too", self.text)),
        }
    }
}

/// Takes `name(…)` or `name(…)(…)` apart; the parentheses stay.
fn split(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let open = text.find('(')?;
    let (name, rest) = text.split_at(open);
    let is_name = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$')
            && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
    };
    let mut depth = 0usize;
    let close = rest.bytes().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    let (first, second) = rest.split_at(close + 1);
    let second = second.trim();
    let well_formed = is_name(name) && (second.is_empty() || second.starts_with('(') && second.ends_with(')'));
    well_formed.then_some((name, first, (!second.is_empty()).then_some(second)))
}

/// Call data of a function by its name, types and values.
fn encode(name: &str, types: &str, values: &str) -> Result<Vec<u8>, String> {
    let function = Function::parse(&format!("{name}{types}")).map_err(|reason| reason.to_string())?;
    encode_for(&function, values)
}

fn encode_for(function: &Function, values: &str) -> Result<Vec<u8>, String> {
    let signature = function.signature();
    let types = signature.get(function.name.len()..).unwrap_or_default();
    let types = DynSolType::parse(types).map_err(|reason| format!("`{types}`: {reason}"))?;
    let values = types.coerce_str(values).map_err(|reason| {
        format!("`{values}` does not fit `{signature}`: {}", reason.to_string().replace('\n', " "))
    })?;
    let mut data = function.selector().to_vec();
    data.extend(values.abi_encode_params());
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(text: &str) -> String {
        match text.parse() {
            Ok(UpgradeCall::Data(data)) => hex::encode(data),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_signature_with_values_becomes_call_data() {
        assert_eq!(data("setFee(uint256)(5)"), format!("69fe0e2d{:064x}", 5));
        assert_eq!(
            data("transfer(address,uint256)(0x00000000000000000000000000000000000000ff, 16)"),
            format!("a9059cbb{:064x}{:064x}", 0xff, 16)
        );
        assert_eq!(data("initialize()"), "8129fc1c");
        assert_eq!(data("f(string)(\"a)b\")").len(), 2 * (4 + 96));
    }

    #[test]
    fn values_alone_take_the_types_of_the_contract() {
        let abi = JsonAbi::parse(["function setFee(uint256)", "function setFee(address)", "function go(uint8,bool)"])
            .expect("invariant: it is well formed");
        let named = |text: &str| match text.parse() {
            Ok(UpgradeCall::Named(call)) => call.encode(Some(&abi)).map(hex::encode),
            other => Err(format!("{other:?}")),
        };
        assert_eq!(
            named("go(3,true)"),
            "go(uint8,bool)(3,true)".parse().map(|call| match call {
                UpgradeCall::Data(data) => hex::encode(data),
                other => format!("{other:?}"),
            })
        );
        assert_eq!(named("setFee(5)"), Ok(format!("69fe0e2d{:064x}", 5)));
        assert!(named("go(3)").is_err_and(|reason| reason.contains("go(uint8,bool)")));
        assert!(named("stop(1)").is_err());
    }

    #[test]
    fn what_is_no_call_is_refused() {
        for text in
            ["", "0x1", "0xzz", "0x1234", "initialize", "f(uint256)", "f(uint256)(x)", "f(", "(1)", "f(oops)(1)"]
        {
            assert!(text.parse::<UpgradeCall>().is_err(), "{text}");
        }
        assert_eq!("none".parse(), Ok(UpgradeCall::None));
    }
}
