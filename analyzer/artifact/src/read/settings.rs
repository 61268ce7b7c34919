//! The compiler and its settings, from a standard-JSON input or from the metadata of a contract.

use std::collections::BTreeMap;

use semver::Version;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{Entries, Text, part};
use crate::artifact::{CompilerInfo, Language, Settings};

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawSettings<'a> {
    #[serde(borrow)]
    optimizer: Option<RawOptimizer<'a>>,
    #[serde(rename = "viaIR")]
    via_ir: Option<bool>,
    #[serde(borrow, rename = "evmVersion")]
    evm_version: Option<Text<'a>>,
    #[serde(borrow)]
    remappings: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "compilationTarget")]
    compilation_target: Option<Entries<'a, Text<'a>>>,
    /// Read leniently: it only tells what an absent part of the output means.
    #[serde(borrow, rename = "outputSelection")]
    output_selection: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawOptimizer<'a> {
    enabled: Option<bool>,
    /// Read leniently: solc refuses what is no number, and nothing else depends on it.
    #[serde(borrow)]
    runs: Option<&'a RawValue>,
}

/// Settings with what else stands among them.
#[derive(Default)]
pub(super) struct Read {
    /// The settings.
    pub(super) settings: Settings,
    /// The source's compiler name and the contract's name, which only metadata has.
    pub(super) target: Option<(String, String)>,
    /// What the compiler was asked for, which only an input has.
    pub(super) selection: Selection,
}

/// What a compiler was asked for, by source and contract.
#[derive(Default)]
pub(super) struct Selection(BTreeMap<String, BTreeMap<String, Vec<String>>>);

impl Selection {
    /// Whether this output of a contract was asked for. Foundry leaves an empty layout out of what it writes, so that
    /// an absent one that was asked for is empty.
    pub(super) fn asks(&self, source: &str, contract: &str, output: &str) -> bool {
        let outputs = ["*", source]
            .into_iter()
            .filter_map(|source| self.0.get(source))
            .flat_map(|contracts| ["*", contract].into_iter().filter_map(|contract| contracts.get(contract)).flatten());
        outputs.into_iter().any(|asked| asked == output || asked == "*")
    }
}

/// Reads the `settings` of a standard-JSON input or of metadata.
pub(super) fn read(raw: &RawValue) -> Result<Read, String> {
    let raw: RawSettings<'_> = part(raw)?;
    let optimizer_runs = raw.optimizer.as_ref().and_then(|optimizer| part(optimizer.runs?).ok());
    let target = raw.compilation_target.unwrap_or_default().0.into_iter().next();
    Ok(Read {
        settings: Settings {
            optimizer: raw.optimizer.and_then(|optimizer| optimizer.enabled),
            optimizer_runs,
            via_ir: raw.via_ir,
            evm_version: raw.evm_version.map(|name| name.to_lowercase()),
            // solc prints an empty context as `:prefix=path`.
            remappings: raw
                .remappings
                .unwrap_or_default()
                .iter()
                .map(|text| text.strip_prefix(':').unwrap_or(text).to_owned())
                .collect(),
        },
        target: target.map(|(path, name)| (path.into_owned(), name.to_string())),
        selection: Selection(raw.output_selection.and_then(|raw| part(raw).ok()).unwrap_or_default()),
    })
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawMetadata<'a> {
    #[serde(borrow)]
    compiler: Option<RawCompiler<'a>>,
    #[serde(borrow)]
    language: Option<Text<'a>>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawCompiler<'a> {
    #[serde(borrow)]
    version: Option<Text<'a>>,
}

/// Reads a contract's metadata document.
pub(super) fn metadata(text: &str) -> Result<(CompilerInfo, Read), String> {
    let raw: RawMetadata<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let version = raw.compiler.and_then(|compiler| compiler.version);
    let compiler = compiler(raw.language.as_deref(), None, version.as_deref().unwrap_or_default());
    Ok((compiler, raw.settings.map(read).transpose()?.unwrap_or_default()))
}

/// The compiler as documents name it: its language, its version and its long version, each where it is known.
pub(super) fn compiler(language: Option<&str>, version: Option<&str>, long_version: &str) -> CompilerInfo {
    let long_version = if long_version.is_empty() { version.unwrap_or_default() } else { long_version };
    CompilerInfo {
        language: match language {
            Some("Vyper") => Language::Vyper,
            Some("Yul") => Language::Yul,
            _ => Language::Solidity,
        },
        version: version.and_then(plain_version).or_else(|| plain_version(long_version)),
        long_version: long_version.to_owned(),
    }
}

/// `0.8.28+commit.7893614a.Linux.g++` without what follows the three numbers: a nightly counts as its release.
fn plain_version(text: &str) -> Option<Version> {
    let numbers = text.trim().trim_start_matches('v');
    let end = numbers.find(|character: char| character != '.' && !character.is_ascii_digit()).unwrap_or(numbers.len());
    Version::parse(&numbers[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_every_spelling_that_compilers_print() {
        for text in ["0.8.28", "0.8.28+commit.7893614a", "v0.8.28", "0.8.28-nightly.2024.1.1+commit.abc.Linux.g++"] {
            assert_eq!(plain_version(text), Some(Version::new(0, 8, 28)), "{text}");
        }
        assert_eq!(plain_version("0.4.1b1+commit.1"), Some(Version::new(0, 4, 1)));
        assert_eq!(plain_version("latest"), None);
        assert_eq!(plain_version("99999999999999999999.0.0"), None);
    }

    #[test]
    fn an_output_is_asked_for_by_wildcards_or_by_name() {
        let raw = r#"{"outputSelection":{"*":{"A":["abi"]},"a.sol":{"*":["storageLayout"],"B":["*"]}}}"#;
        let selection = read(&RawValue::from_string(raw.to_owned()).expect("JSON")).expect("settings").selection;
        let asked = [("b.sol", "A", "abi"), ("a.sol", "C", "storageLayout"), ("a.sol", "B", "metadata")];
        assert!(asked.iter().all(|(source, contract, output)| selection.asks(source, contract, output)));
        let not_asked = [("b.sol", "B", "abi"), ("b.sol", "A", "storageLayout"), ("a.sol", "C", "metadata")];
        assert!(!not_asked.iter().any(|(source, contract, output)| selection.asks(source, contract, output)));
    }

    #[test]
    fn metadata_tells_compiler_settings_and_contract() {
        let (compiler, read) = metadata(
            r#"{"compiler":{"version":"0.8.28+commit.7893614a"},"language":"Solidity","settings":{"compilationTarget":
               {"src/A.sol":"A"},"evmVersion":"Cancun","optimizer":{"enabled":true,"runs":999},"remappings":[":a=b"]}}"#,
        )
        .expect("metadata");
        assert_eq!(compiler.version, Some(Version::new(0, 8, 28)));
        assert_eq!(compiler.long_version, "0.8.28+commit.7893614a");
        assert_eq!(read.target, Some(("src/A.sol".to_owned(), "A".to_owned())));
        let settings = read.settings;
        assert_eq!((settings.optimizer, settings.optimizer_runs, settings.via_ir), (Some(true), Some(999), None));
        assert_eq!((settings.evm_version.as_deref(), &*settings.remappings), (Some("cancun"), &["a=b".to_owned()][..]));
    }
}
