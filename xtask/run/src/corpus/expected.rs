//! What a person who read the contracts expects, and why: `testdata/corpus/expected.toml`.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::judge::Judged;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// Verdicts that are not `pass`.
    #[serde(default, rename = "verdict")]
    pub(crate) verdicts: Vec<NotPassed>,
    /// Why the peer answers otherwise.
    #[serde(default, rename = "peer")]
    pub(crate) peers: Vec<Peer>,
}

/// A verdict of some contracts in one pair.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotPassed {
    /// Name of the package.
    package: String,
    /// The pair, `4.9.6 -> 5.0.2`.
    pair: String,
    /// Ends of `path:Name`; all that are meant.
    contracts: Vec<String>,
    /// `review` or `fail`.
    verdict: String,
    /// Rules and gaps that decide.
    by: Vec<String>,
    /// Why that is right, by a person who read both versions.
    pub(crate) reason: String,
}

/// Why the peer's answer differs for some contracts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Peer {
    /// Name of the package; any when it is left out.
    package: Option<String>,
    /// The pair; any when it is left out.
    pair: Option<String>,
    /// Ends of `path:Name`; any when it is left out.
    contracts: Option<Vec<String>>,
    /// Our verdict.
    verdict: String,
    /// One thing that the peer says, to its beginning; `nothing` when it finds nothing.
    says: String,
    /// Why, by a person who read both versions.
    pub(crate) reason: String,
}

/// One pair of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Name of the package.
    pub(crate) package: String,
    /// `4.9.6 -> 5.0.2`.
    pub(crate) versions: String,
}

impl Expected {
    /// The expectation of a contract that is not expected to pass.
    pub(crate) fn verdict(&self, pair: &Pair, contract: &str) -> Option<&NotPassed> {
        self.verdicts
            .iter()
            .find(|one| one.package == pair.package && one.pair == pair.versions && names(&one.contracts, contract))
    }

    /// What differs from the expectation, in a sentence.
    pub(crate) fn difference(&self, pair: &Pair, judged: &Judged) -> Option<String> {
        let (verdict, by) = match self.verdict(pair, &judged.contract) {
            Some(expected) => (expected.verdict.as_str(), expected.by.as_slice()),
            None => ("pass", &[][..]),
        };
        if judged.verdict == verdict && (verdict == "pass" || judged.by == by) {
            return None;
        }
        let Pair { package, versions } = pair;
        let Judged { contract, verdict: found, by: found_by, message, .. } = judged;
        Some(format!(
            "{package} {versions} {contract}: {found} by {found_by:?}, expected {verdict} by {by:?}; {message}"
        ))
    }

    /// Why the peer says something else, with the place of the answer in the file.
    pub(crate) fn peer(&self, pair: &Pair, judged: &Judged, says: &str) -> Option<(usize, &Peer)> {
        self.peers.iter().enumerate().find(|(_, one)| {
            one.package.as_ref().is_none_or(|package| *package == pair.package)
                && one.pair.as_ref().is_none_or(|versions| *versions == pair.versions)
                && one.contracts.as_ref().is_none_or(|contracts| names(contracts, &judged.contract))
                && one.verdict == judged.verdict
                && says.starts_with(&one.says)
        })
    }

    /// What is expected of contracts that are not among the judged ones of the pair, in a sentence each.
    pub(crate) fn unmet(&self, pair: &Pair, judged: &[Judged]) -> Vec<String> {
        let of_pair = |one: &&NotPassed| one.package == pair.package && one.pair == pair.versions;
        let ends = self.verdicts.iter().filter(of_pair).flat_map(|one| &one.contracts);
        let is_unmet = |end: &&String| !judged.iter().any(|judged| names(std::slice::from_ref(*end), &judged.contract));
        ends.filter(is_unmet)
            .map(|end| format!("{} {}: `{end}` is expected and was not judged", pair.package, pair.versions))
            .collect()
    }

    /// Why the peer differs, where it differs no more: reasons that none of the places holds.
    pub(crate) fn idle(&self, used: &BTreeSet<usize>) -> Vec<String> {
        let idle = self.peers.iter().enumerate().filter(|(at, _)| !used.contains(at));
        idle.map(|(_, one)| format!("the peer never says `{}` where this is expected: {}", one.says, one.reason))
            .collect()
    }
}

/// Whether a contract is named by one of the ends.
fn names(ends: &[String], contract: &str) -> bool {
    ends.iter().any(|end| {
        contract.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with([':', '/']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_named_by_a_whole_end() {
        let contract = "@a/b/access/Ownable.sol:Ownable";
        for end in ["Ownable", "Ownable.sol:Ownable", "access/Ownable.sol:Ownable", contract] {
            assert!(names(&[end.to_owned()], contract), "{end}");
        }
        assert!(!names(&["able".to_owned()], contract));
    }

    #[test]
    fn what_is_not_named_is_expected_to_pass() {
        let expected: Expected = toml::from_str(
            "[[verdict]]\npackage = 'p'\npair = '1 -> 2'\ncontracts = ['A']\nverdict = 'fail'\nby = ['NS005']\nreason = 'r'\n",
        )
        .expect("it is well formed");
        let pair = Pair { package: "p".to_owned(), versions: "1 -> 2".to_owned() };
        let judged = |name: &str, verdict: &str, by: &[&str]| Judged {
            contract: format!("a.sol:{name}"),
            old: None,
            is_removed: false,
            verdict: verdict.to_owned(),
            by: by.iter().map(|&rule| rule.to_owned()).collect(),
            message: String::new(),
        };
        assert_eq!(expected.difference(&pair, &judged("A", "fail", &["NS005"])), None);
        assert_eq!(expected.difference(&pair, &judged("B", "pass", &[])), None);
        assert!(expected.difference(&pair, &judged("A", "fail", &["SL001"])).is_some());
        assert!(expected.difference(&pair, &judged("A", "pass", &[])).is_some());
        assert!(expected.difference(&pair, &judged("B", "fail", &["SL001"])).is_some());
        assert_eq!(expected.unmet(&pair, &[judged("A", "fail", &[])]), Vec::<String>::new());
        assert_eq!(expected.unmet(&pair, &[judged("B", "fail", &[])]).len(), 1);
    }
}
