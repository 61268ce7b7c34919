//! How contracts, proxies and hard forks are named on the command line.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use uplint_artifact::ContractName;
use uplint_facts::ProxyKind;

/// A contract as a user names it: `Name` or `path.sol:Name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContractRef {
    /// Path of the source, where it was given.
    pub(crate) path: Option<String>,
    /// Name of the contract.
    pub(crate) name: String,
}

impl ContractRef {
    /// Whether a contract is meant.
    pub(crate) fn matches(&self, contract: &ContractName) -> bool {
        self.name == *contract.name && self.path.as_ref().is_none_or(|path| *path == *contract.path)
    }
}

impl fmt::Display for ContractRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}:{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl FromStr for ContractRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, name) = match text.rsplit_once(':') {
            Some((path, name)) => (Some(path), name),
            None => (None, text),
        };
        if name.is_empty() || path == Some("") {
            return Err("a contract is named `Name` or `path.sol:Name`".to_owned());
        }
        if name.contains('/') || is_source(Path::new(name)) {
            return Err(format!("`{name}` is a file: name a contract in it by `{name}:Name`"));
        }
        let path = path.map(|path| path.strip_prefix("./").unwrap_or(path).to_owned());
        Ok(ContractRef { path, name: name.to_owned() })
    }
}

/// What `--contract` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContractSpec {
    /// The contract in the old version, when it has another name there.
    pub(crate) old: Option<ContractRef>,
    /// The contract in the new version.
    pub(crate) new: ContractRef,
}

impl FromStr for ContractSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((old, new)) => Ok(ContractSpec { old: Some(old.parse()?), new: new.parse()? }),
            None => Ok(ContractSpec { old: None, new: text.parse()? }),
        }
    }
}

/// What `--proxy` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxySpec {
    /// A kind of proxy.
    Kind(ProxyKind),
    /// A contract of the new version, or else of the old one.
    Contract(ContractRef),
    /// A file with its runtime bytecode.
    File(PathBuf),
}

impl FromStr for ProxySpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "uups" => return Ok(Self::Kind(ProxyKind::Uups)),
            "transparent" => return Ok(Self::Kind(ProxyKind::Transparent)),
            "beacon" => return Ok(Self::Kind(ProxyKind::Beacon)),
            "diamond" => return Ok(Self::Kind(ProxyKind::Diamond)),
            _ => {}
        }
        let path = Path::new(text);
        if has_extension(path, &["hex", "bin", "json"]) {
            return Ok(Self::File(path.to_path_buf()));
        }
        if text.starts_with("0x") {
            return Err("reading a proxy from a node is not in this build: give its bytecode in a file".to_owned());
        }
        text.parse().map(Self::Contract)
    }
}

/// Whether a path names a source file.
fn is_source(path: &Path) -> bool {
    has_extension(path, &["sol", "vy"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|&known| extension == known))
}

/// Reads the name of a hard fork.
pub(crate) fn hard_fork(text: &str) -> Result<String, String> {
    let name = text.to_ascii_lowercase();
    if uplint_bytecode::hard_fork_named(&name).is_some() {
        return Ok(name);
    }
    Err("no hard fork of Ethereum has this name, for example `london`, `shanghai`, `cancun`, `prague`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_named_alone_or_with_its_path() {
        let plain = ContractRef { path: None, name: "Vault".to_owned() };
        let full = ContractRef { path: Some("src/Vault.sol".to_owned()), name: "Vault".to_owned() };
        assert_eq!("Vault".parse(), Ok(plain.clone()));
        assert_eq!("./src/Vault.sol:Vault".parse(), Ok(full.clone()));
        assert_eq!("Vault=src/Vault.sol:Vault".parse(), Ok(ContractSpec { old: Some(plain), new: full }));
    }

    #[test]
    fn a_file_or_nothing_is_no_contract() {
        for text in ["", ":", "src/Vault.sol", "Vault.sol", "src/Vault.sol:", ":Vault", "A=", "=B"] {
            assert!(text.parse::<ContractSpec>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_proxy_is_a_kind_a_file_or_a_contract() {
        assert_eq!("uups".parse(), Ok(ProxySpec::Kind(ProxyKind::Uups)));
        assert_eq!("p/proxy.hex".parse(), Ok(ProxySpec::File("p/proxy.hex".into())));
        assert!(matches!("src/P.sol:P".parse(), Ok(ProxySpec::Contract(_))));
        assert!("0x1111111111111111111111111111111111111111".parse::<ProxySpec>().is_err());
    }
}
