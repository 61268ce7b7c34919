//! Names of sources as reports show them: relative to the project, with `/`, without what a framework puts before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a build's names become display paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Directory that absolute names are relative to, without a final `/`.
    base: Option<String>,
    /// Whether names are Hardhat 3's: `project/…` and `npm/package@version/…`.
    prefixed: bool,
    /// Hardhat 3's own names by the compiler's.
    from_user: BTreeMap<String, String>,
    /// Display paths that two sources of the build would share.
    ambiguous: BTreeSet<String>,
}

impl Names {
    /// Names of a Hardhat 3 build, with its map from the user's names to the compiler's.
    pub(super) fn hardhat3<'a>(map: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        // Several names of the user's may stand for one of the compiler's; the first in order is taken.
        let mut from_user = BTreeMap::new();
        for (user, unit) in map {
            let name = from_user.entry(unit.to_owned()).or_insert_with(|| user.to_owned());
            if user < name.as_str() {
                user.clone_into(name);
            }
        }
        Self { prefixed: true, from_user, ..Self::default() }
    }

    /// Sets the directory that absolute names are relative to.
    pub(super) fn set_base(&mut self, base: &str) {
        let base = base.replace('\\', "/");
        let base = base.trim_end_matches('/');
        self.base = (!base.is_empty()).then(|| base.to_owned());
    }

    /// Takes note of all names of a build, so that no two of them are shown alike.
    pub(super) fn see<'a>(&mut self, unit_names: impl Iterator<Item = &'a str>) {
        let mut shown = BTreeSet::new();
        let mut ambiguous = BTreeSet::new();
        for name in unit_names {
            let path = self.plain(name);
            if !shown.insert(path.clone()) {
                ambiguous.insert(path);
            }
        }
        self.ambiguous = ambiguous;
    }

    /// The display path of a source that the compiler knows by this name.
    pub(super) fn display(&self, unit_name: &str) -> Arc<str> {
        let path = self.plain(unit_name);
        if self.ambiguous.contains(&path) { unit_name.into() } else { path.into() }
    }

    fn plain(&self, unit_name: &str) -> String {
        if let Some(name) = self.from_user.get(unit_name) {
            return name.clone();
        }
        if self.prefixed {
            return without_prefix(unit_name);
        }
        let Some(base) = &self.base else { return unit_name.to_owned() };
        let relative = unit_name.strip_prefix(base.as_str()).and_then(|rest| rest.strip_prefix('/'));
        relative.unwrap_or(unit_name).to_owned()
    }
}

/// `project/a.sol` as `a.sol`, and `npm/@scope/package@1.2.3/a.sol` as Hardhat 2 and solc know it,
/// `@scope/package/a.sol`, so that an upgrade of a package does not rename its contracts.
fn without_prefix(unit_name: &str) -> String {
    if let Some(path) = unit_name.strip_prefix("project/") {
        return path.to_owned();
    }
    let Some(path) = unit_name.strip_prefix("npm/") else { return unit_name.to_owned() };
    let scope = if path.starts_with('@') { path.find('/').map_or(0, |at| at + 1) } else { 0 };
    let package_end = path[scope..].find('/').map_or(path.len(), |at| scope + at);
    let Some(version) = path[scope..package_end].rfind('@').filter(|&at| at > 0) else { return path.to_owned() };
    format!("{}{}", &path[..scope + version], &path[package_end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardhat_3_names_lose_their_prefix_and_version() {
        let names = Names::hardhat3([("lib/X.sol", "project/src/X.sol")].into_iter());
        let cases = [
            ("project/contracts/A.sol", "contracts/A.sol"),
            ("project/src/X.sol", "lib/X.sol"),
            ("npm/@openzeppelin/contracts@5.0.2/proxy/P.sol", "@openzeppelin/contracts/proxy/P.sol"),
            ("npm/solady@0.0.1/src/S.sol", "solady/src/S.sol"),
            ("npm/@odd", "@odd"),
            ("npm/", ""),
            ("other.sol", "other.sol"),
        ];
        for (unit_name, path) in cases {
            assert_eq!(&*names.display(unit_name), path, "{unit_name}");
        }
    }

    #[test]
    fn two_versions_of_a_package_keep_their_versions() {
        let mut names = Names::hardhat3(std::iter::empty());
        let both = ["npm/p@1.0.0/A.sol", "npm/p@2.0.0/A.sol", "npm/p@2.0.0/B.sol"];
        names.see(both.into_iter());
        let shown: Vec<_> = both.iter().map(|name| names.display(name).to_string()).collect();
        assert_eq!(shown, ["npm/p@1.0.0/A.sol", "npm/p@2.0.0/A.sol", "p/B.sol"]);
    }

    #[test]
    fn absolute_names_become_relative_to_the_project() {
        let mut names = Names::default();
        names.set_base("/home/me/project/");
        assert_eq!(&*names.display("/home/me/project/src/A.sol"), "src/A.sol");
        assert_eq!(&*names.display("/home/me/projects/src/A.sol"), "/home/me/projects/src/A.sol");
    }
}
