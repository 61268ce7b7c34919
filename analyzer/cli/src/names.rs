//! From a name that a user or an annotation gives to the one contract that is meant.

use crate::detect::{Candidate, ContractKind};
use crate::error::CliError;
use crate::spec::ContractRef;

/// The most candidates that a message lists.
const LISTED: usize = 10;

/// The contract that a user names.
pub(crate) fn resolve(candidates: &[Candidate], wanted: &ContractRef, place: &str) -> Result<usize, CliError> {
    match matches(candidates, wanted).as_slice() {
        [] => Err(unknown(wanted, place, candidates.iter())),
        &[only] => {
            let kind = match candidates[only].kind {
                ContractKind::Interface => "an interface, or has no code",
                ContractKind::Library => "a library",
                ContractKind::Concrete | ContractKind::Abstract => return Ok(only),
            };
            Err(CliError::NotAContract { name: candidates[only].artifact.contract.to_string(), kind })
        }
        several => Err(ambiguous(candidates, wanted, place, several)),
    }
}

/// Places of all contracts that a name fits. A full path wins over one that only ends alike.
pub(crate) fn matches(candidates: &[Candidate], wanted: &ContractRef) -> Vec<usize> {
    let at = |fits: &dyn Fn(&Candidate) -> bool| -> Vec<usize> {
        (0..candidates.len()).filter(|&at| fits(&candidates[at])).collect()
    };
    let exact = at(&|candidate| wanted.matches(&candidate.artifact.contract));
    let Some(path) = wanted.path.as_deref().filter(|_| exact.is_empty()) else { return exact };
    at(&|candidate| {
        let contract = &candidate.artifact.contract;
        *contract.name == wanted.name && contract.path.strip_suffix(path).is_some_and(|before| before.ends_with('/'))
    })
}

/// The error for a name that several contracts have.
pub(crate) fn ambiguous(candidates: &[Candidate], wanted: &ContractRef, place: &str, at: &[usize]) -> CliError {
    CliError::AmbiguousContract {
        name: wanted.to_string(),
        place: place.to_owned(),
        candidates: listed(at.iter().map(|&at| candidates[at].artifact.contract.to_string()).collect()),
    }
}

/// The error for a name that no contract has, with the nearest or else all names.
pub(crate) fn unknown<'a>(
    wanted: &ContractRef,
    place: &str,
    candidates: impl Iterator<Item = &'a Candidate>,
) -> CliError {
    let mut names: Vec<String> = candidates
        .filter(|candidate| matches!(candidate.kind, ContractKind::Concrete | ContractKind::Abstract))
        .map(|candidate| candidate.artifact.contract.to_string())
        .collect();
    names.sort();
    names.dedup();
    let near = names.iter().filter_map(|name| {
        let bare = name.rsplit(':').next().unwrap_or(name);
        let distance = strsim::jaro_winkler(&wanted.name.to_lowercase(), &bare.to_lowercase());
        (distance > 0.8).then_some((distance, name))
    });
    let help = match near.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1))) {
        Some((_, name)) => Some(format!("did you mean `{name}`?")),
        None if names.is_empty() => None,
        None => Some(format!("there is {}", listed(names))),
    };
    CliError::UnknownContract { name: wanted.to_string(), place: place.to_owned(), help }
}

fn listed(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}

/// A name without its version marks: `VaultV2`, `Vault_v2`, `VaultUpgradeable` and `VaultUpgradeableV2` are `Vault`.
pub(crate) fn without_version(name: &str) -> &str {
    let mut rest = name;
    loop {
        let shorter = rest.strip_suffix("Upgradeable").or_else(|| without_number(rest)).unwrap_or(rest);
        let shorter = shorter.trim_end_matches('_');
        if shorter.is_empty() || shorter == rest {
            return rest;
        }
        rest = shorter;
    }
}

/// Takes `V2`, `v2` or `V2_1` from the end.
fn without_number(name: &str) -> Option<&str> {
    let before = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '_');
    if before.len() == name.len() || name.ends_with('_') {
        return None;
    }
    let digits = name.get(before.len()..)?;
    before.strip_suffix(['V', 'v']).filter(|_| digits.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_marks_are_cut_from_the_end_alone() {
        for (name, stem) in [
            ("VaultV2", "Vault"),
            ("Vault_v2", "Vault"),
            ("VaultV2_1", "Vault"),
            ("VaultUpgradeable", "Vault"),
            ("VaultUpgradeableV2", "Vault"),
            ("VaultV10Upgradeable", "Vault"),
            ("Vault", "Vault"),
            ("V2", "V2"),
            ("Pool2", "Pool2"),
            ("V2Router", "V2Router"),
            ("Upgradeable", "Upgradeable"),
            ("", ""),
        ] {
            assert_eq!(without_version(name), stem, "{name}");
        }
    }
}
