//! Case folders: two versions of a contract, how they are to be judged, and what is expected of the judgement.
//!
//! `testdata/{rules,incidents,layouts}/GROUP/CASE/` holds `new.sol` (or `new.vy`), `old.sol` unless one version is judged
//! alone, further sources that both sides may import, `build.json` and `report.txt`. Headers stand in the new source:
//!
//! ```text
//! //@ contract: Vault   //@ old-contract: VaultV1   //@ solc: 0.8.28   //@ verdict: fail
//! //@ proxy: uups                (or a contract of the case: `old.sol:Proxy`)
//! //@ upgrade-call: none         (or `initializeV2(5)`; absent means unknown)
//! //@ settings: via-ir optimizer=200 evm=paris      //@ old-settings: (those of the old version, where they differ)
//! //@ siblings: FacetA FacetB    (fixed collaborators, contracts of the new version)
//! //@ hardfork: london   //@ code-size-limit: 24576      (what the target is)
//! //@ finding: INFO DF003: optimizer        (a finding without a place in a source)
//! ```

use std::path::{Path, PathBuf};

use crate::error::TestkitError;
use crate::expectation::{self, Expectation, strip_markers};

/// Folders under `testdata` that hold groups of cases.
const ROOTS: [&str; 3] = ["incidents", "layouts", "rules"];

/// A source file of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Its name, for example `new.sol`.
    pub name: String,
    /// Its text without headers and markers: what is compiled, hashed and shown.
    pub text: String,
}

/// A compiler and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pragma {
    /// solc of this version.
    Solc(String),
    /// Vyper of this version.
    Vyper(String),
}

/// What the case's contracts run behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyHeader {
    /// A kind, for example `uups`.
    Kind(String),
    /// A contract of the case.
    Contract {
        /// The file that declares it.
        file: String,
        /// Its name.
        name: String,
    },
}

/// The planned initializer call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum UpgradeCallHeader {
    /// Not said.
    #[default]
    Unknown,
    /// None.
    None,
    /// A call as it is written, for example `initializeV2(5)`.
    Call(String),
}

/// How a case is to be judged, and with what outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Name of the judged contract.
    pub contract: String,
    /// Its name in the old version.
    pub old_contract: String,
    /// Compiler and version.
    pub compiler: Pragma,
    /// `pass`, `review` or `fail`.
    pub verdict: String,
    /// What it runs behind.
    pub proxy: Option<ProxyHeader>,
    /// The planned initializer call.
    pub upgrade_call: UpgradeCallHeader,
    /// Compiler settings, for example `via-ir`, `optimizer=200`, `evm=paris`.
    pub settings: Vec<String>,
    /// Those of the old version, where they differ.
    pub old_settings: Option<Vec<String>>,
    /// Names of contracts of the new version that work with the judged one, such as facets.
    pub siblings: Vec<String>,
    /// The target's hard fork by its name in lower case; the newest without.
    pub hard_fork: Option<String>,
    /// Greatest size of deployed code on the target, in bytes.
    pub code_size_limit_bytes: Option<u64>,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// `incidents`, `layouts` or `rules`.
    pub root: String,
    /// The folder above: the slug of a rule, an incident, a row of the table of types.
    pub group: String,
    /// The folder: `bad_…` or `ok_…`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How it is judged.
    pub header: Header,
    /// The old version; `None` when one version is judged alone.
    pub old: Option<CaseFile>,
    /// The new version.
    pub new: CaseFile,
    /// Further sources, in the order of their names.
    pub shared: Vec<CaseFile>,
    /// Expected findings, in the order of files and lines.
    pub expectations: Vec<Expectation>,
}

impl Case {
    /// The case as messages name it: `rules/storage-variable-moved/bad_reordered`.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.root, self.group, self.name)
    }
}

/// All cases under the `testdata` folder, in the order of their names.
pub fn cases(testdata: &Path) -> Result<Vec<Case>, TestkitError> {
    let mut cases = Vec::new();
    for root in ROOTS {
        for (group, group_path) in folders(&testdata.join(root))? {
            for (name, path) in folders(&group_path)? {
                cases.push(load(root, &group, &name, path)?);
            }
        }
    }
    Ok(cases)
}

/// The folders in a folder, sorted; none when it does not exist.
fn folders(path: &Path) -> Result<Vec<(String, PathBuf)>, TestkitError> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(TestkitError::io(path))? {
        let entry = entry.map_err(TestkitError::io(path))?;
        if entry.path().is_dir() {
            found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn load(root: &str, group: &str, name: &str, path: PathBuf) -> Result<Case, TestkitError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(TestkitError::io(&path))? {
        let file = entry.map_err(TestkitError::io(&path))?.path();
        if file.extension().is_some_and(|extension| extension == "sol" || extension == "vy" || extension == "vyi") {
            let text = std::fs::read_to_string(&file).map_err(TestkitError::io(&file))?;
            files.push((file.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
    }
    files.sort();
    let mut keys = Keys::default();
    let mut expectations = Vec::new();
    for (file, text) in &files {
        read_markers(&path, file, text, &mut keys, &mut expectations)?;
    }
    expectations.sort();
    let (mut old, mut new, mut shared) = (None, None, Vec::new());
    for (file, text) in files {
        let source = CaseFile { text: strip_markers(&file, &text), name: file };
        match source.name.as_str() {
            "old.sol" | "old.vy" => old = Some(source),
            "new.sol" | "new.vy" => new = Some(source),
            _ => shared.push(source),
        }
    }
    let new = new.ok_or_else(|| TestkitError::Case {
        path: path.clone(),
        message: "neither `new.sol` nor `new.vy` is there".to_owned(),
    })?;
    let header = keys.header().map_err(|message| TestkitError::Case { path: path.clone(), message })?;
    let (root, group, name) = (root.to_owned(), group.to_owned(), name.to_owned());
    Ok(Case { root, group, name, path, header, old, new, shared, expectations })
}

fn read_markers(
    path: &Path,
    file: &str,
    text: &str,
    keys: &mut Keys,
    expectations: &mut Vec<Expectation>,
) -> Result<(), TestkitError> {
    let start = format!("{}@", expectation::comment_mark(file));
    for (line, content) in (1_u32..).zip(text.lines()) {
        let fault = |message| TestkitError::Marker { path: path.join(file), line, message };
        for header in content.split(start.as_str()).skip(1) {
            // A marker may follow a header on the same line.
            let header = header.split(&format!("{}~", expectation::comment_mark(file))).next().unwrap_or_default();
            let (key, value) = header.split_once(':').ok_or_else(|| fault("a header reads `key: value`".to_owned()))?;
            let (key, value) = (key.trim(), value.trim());
            if key == "finding" {
                expectations.push(expectation::parse(value).map_err(fault)?);
            } else {
                keys.set(key, value).map_err(fault)?;
            }
        }
        expectations.extend(expectation::markers_of_line(file, line, content).map_err(fault)?);
    }
    Ok(())
}

/// Headers as they are read, before it is known whether all are there.
#[derive(Default)]
struct Keys {
    contract: Option<String>,
    old_contract: Option<String>,
    solc: Option<String>,
    vyper: Option<String>,
    verdict: Option<String>,
    proxy: Option<String>,
    upgrade_call: Option<String>,
    settings: Option<String>,
    old_settings: Option<String>,
    siblings: Option<String>,
    hard_fork: Option<String>,
    code_size_limit: Option<String>,
}

impl Keys {
    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let slot = match key {
            "contract" => &mut self.contract,
            "old-contract" => &mut self.old_contract,
            "solc" => &mut self.solc,
            "vyper" => &mut self.vyper,
            "verdict" => &mut self.verdict,
            "proxy" => &mut self.proxy,
            "upgrade-call" => &mut self.upgrade_call,
            "settings" => &mut self.settings,
            "old-settings" => &mut self.old_settings,
            "siblings" => &mut self.siblings,
            "hardfork" => &mut self.hard_fork,
            "code-size-limit" => &mut self.code_size_limit,
            _ => return Err(format!("unknown header `{key}`")),
        };
        match slot.replace(value.to_owned()) {
            Some(_) => Err(format!("header `{key}` is given twice")),
            None => Ok(()),
        }
    }

    fn header(self) -> Result<Header, String> {
        let contract = self.contract.ok_or("header `contract` is missing")?;
        let compiler = match (self.solc, self.vyper) {
            (Some(version), None) => Pragma::Solc(version),
            (None, Some(version)) => Pragma::Vyper(version),
            _ => return Err("exactly one of the headers `solc` and `vyper` must be given".to_owned()),
        };
        let verdict = self.verdict.ok_or("header `verdict` is missing")?;
        if !["pass", "review", "fail"].contains(&verdict.as_str()) {
            return Err(format!("`{verdict}` is no verdict; one of pass, review, fail"));
        }
        let proxy = self.proxy.map(|proxy| match proxy.split_once(':') {
            Some((file, name)) => ProxyHeader::Contract { file: file.trim().to_owned(), name: name.trim().to_owned() },
            None => ProxyHeader::Kind(proxy),
        });
        let upgrade_call = match self.upgrade_call.as_deref() {
            None => UpgradeCallHeader::Unknown,
            Some("none") => UpgradeCallHeader::None,
            Some(call) => UpgradeCallHeader::Call(call.to_owned()),
        };
        let words = |text: String| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        let code_size_limit_bytes = self.code_size_limit.map(|text| text.parse()).transpose();
        let old_contract = self.old_contract.unwrap_or_else(|| contract.clone());
        Ok(Header {
            contract,
            old_contract,
            compiler,
            verdict,
            proxy,
            upgrade_call,
            settings: self.settings.map(words).unwrap_or_default(),
            old_settings: self.old_settings.map(words),
            siblings: self.siblings.map(words).unwrap_or_default(),
            hard_fork: self.hard_fork,
            code_size_limit_bytes: code_size_limit_bytes.map_err(|_| "`code-size-limit` is a number of bytes")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_folder_is_read_with_its_headers_and_markers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rules/storage-variable-moved/bad_inserted");
        std::fs::create_dir_all(&path).expect("the case folder");
        let new = "//@ contract: Vault   //@ solc: 0.8.28   //@ verdict: fail\n//@ proxy: old.sol:Proxy\n\
                   contract Vault {\n    uint256 fee; //~ HIGH SL001: `owner`\n}\n//@ finding: INFO DF003: runs\n";
        std::fs::write(path.join("new.sol"), new).expect("the new source");
        std::fs::write(path.join("old.sol"), "contract Vault {}\n").expect("the old source");
        let cases = cases(folder.path()).expect("a well-formed case");
        let [case] = &cases[..] else { panic!("one case, not {}", cases.len()) };
        assert_eq!(case.id(), "rules/storage-variable-moved/bad_inserted");
        assert_eq!(case.header.compiler, Pragma::Solc("0.8.28".to_owned()));
        let proxy = ProxyHeader::Contract { file: "old.sol".to_owned(), name: "Proxy".to_owned() };
        assert_eq!(case.header.proxy, Some(proxy));
        assert_eq!(case.new.text, "\n\ncontract Vault {\n    uint256 fee;\n}\n\n");
        let places: Vec<_> = case.expectations.iter().map(|one| (one.file.as_str(), one.line)).collect();
        assert_eq!(places, [("", 0), ("new.sol", 4)]);
    }

    #[test]
    fn faults_name_the_file_and_the_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rules/a/bad_b");
        std::fs::create_dir_all(&path).expect("the case folder");
        std::fs::write(path.join("new.sol"), "//@ contract: A\n//@ verdikt: fail\n").expect("the new source");
        let error = cases(folder.path()).expect_err("an unknown header").to_string();
        assert!(error.ends_with("new.sol:2: unknown header `verdikt`"), "{error}");
    }
}
