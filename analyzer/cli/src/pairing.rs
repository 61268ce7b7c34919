//! Which contract of the new version replaces which of the old one?
//!
//! The order is: the user's word, the `@custom:oz-upgrades-from` annotation, the fully qualified name, the bare name,
//! names that differ by a version mark alone, and last the only upgradeable contract left on each side. A later step sees
//! only what the earlier ones left. Two contracts that would fit equally well are left unpaired: a guess would compare
//! storage that never meets.

use uplint_artifact::ContractName;

use crate::detect::{Candidate, ContractKind, Reason, Role};
use crate::error::CliError;
use crate::names;
use crate::spec::{ContractRef, ContractSpec};

/// What the user wants judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'a> {
    /// Contracts that are named.
    pub(crate) specs: &'a [ContractSpec],
    /// Whether every contract is meant.
    pub(crate) all: bool,
}

impl Choice<'_> {
    /// Whether a contract is judged without being named.
    fn wants(&self, candidate: &Candidate) -> bool {
        if self.all { candidate.is_among_all() } else { candidate.is_judged_by_default() }
    }
}

/// A judgement to be made: places of contracts in the lists of both versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The contract in the old version; absent when it is new.
    pub(crate) old: Option<usize>,
    /// The contract in the new version; absent when it was removed.
    pub(crate) new: Option<usize>,
    /// Whether the pair rests on a guess.
    pub(crate) is_guess: bool,
    /// How the contract was chosen and paired, where a reader should know.
    pub(crate) notes: Vec<String>,
    /// An annotated origin that the old version does not have.
    pub(crate) missing_origin: Option<String>,
}

/// Pairs two versions and keeps what is to be judged: in the order of the new version, removed contracts last.
pub(crate) fn pair(old: &[Candidate], new: &[Candidate], choice: Choice<'_>) -> Result<Vec<Pair>, CliError> {
    let matching = Matching::of(old, new);
    if !choice.specs.is_empty() {
        let pairs = choice.specs.iter().map(|spec| named_pair(&matching, spec)).collect::<Result<Vec<_>, _>>()?;
        return Ok(without_repetition(pairs));
    }
    let mut pairs: Vec<Pair> = (0..new.len())
        .filter(|&at| {
            let partner = matching.links[at].as_ref().map(|link| &old[link.old]);
            choice.wants(&new[at]) || is_deployed(&new[at]) && partner.is_some_and(|old| choice.wants(old))
        })
        .map(|at| matching.pair_of_new(at))
        .collect();
    let removed = (0..old.len()).filter(|&at| old[at].is_upgradeable() && !matching.is_taken(at));
    pairs.extend(removed.map(|at| Pair { old: Some(at), ..Pair::default() }));
    Ok(pairs)
}

/// The contracts of one version that is judged alone, in its order. One that says which other contract of the same input
/// it replaces is paired with that one: the places in `old` are those of `new`.
pub(crate) fn alone(new: &[Candidate], choice: Choice<'_>) -> Result<Vec<Pair>, CliError> {
    let matching = Matching { old: &[], new, links: new.iter().map(|_| None).collect() };
    if choice.specs.is_empty() {
        let wanted = (0..new.len()).filter(|&at| choice.wants(&new[at]));
        return Ok(wanted.map(|at| with_origin(new, at, matching.pair_of_new(at))).collect());
    }
    let mut pairs = Vec::new();
    for spec in choice.specs {
        if spec.old.is_some() {
            return Err(CliError::usage(
                "`--contract` names a contract of an old version, and one version is judged alone",
                "give the old version too, or name one contract",
            ));
        }
        let at = names::resolve(new, &spec.new, "the input")?;
        pairs.push(with_origin(new, at, Pair { new: Some(at), ..Pair::default() }));
    }
    Ok(without_repetition(pairs))
}

/// The pair with the contract of the same input that `@custom:oz-upgrades-from` names.
fn with_origin(new: &[Candidate], at: usize, mut pair: Pair) -> Pair {
    let Some(origin) = &new[at].upgrades_from else { return pair };
    pair.old = annotated(new, &new[at]).map(|link| link.old).filter(|&old| old != at);
    pair.notes.push(match pair.old {
        Some(old) => format!(
            "compared with `{}` of the same input, which `@custom:oz-upgrades-from` names",
            new[old].artifact.contract
        ),
        None => format!("not compared: `@custom:oz-upgrades-from {origin}` names no other contract of the input"),
    });
    pair
}

/// The contracts to show of one version, in its order: what would be judged, and else every one.
pub(crate) fn shown(candidates: &[Candidate], choice: Choice<'_>) -> Result<Vec<usize>, CliError> {
    let wanted = |pairs: Vec<Pair>| pairs.into_iter().filter_map(|pair| pair.new).collect::<Vec<_>>();
    let found = wanted(alone(candidates, choice)?);
    if found.is_empty() { Ok(wanted(alone(candidates, Choice { all: true, ..choice })?)) } else { Ok(found) }
}

fn without_repetition(pairs: Vec<Pair>) -> Vec<Pair> {
    let mut kept: Vec<Pair> = Vec::new();
    for pair in pairs {
        if !kept.iter().any(|known| (known.old, known.new) == (pair.old, pair.new)) {
            kept.push(pair);
        }
    }
    kept
}

/// The pair that one `--contract` asks for.
fn named_pair(matching: &Matching<'_>, spec: &ContractSpec) -> Result<Pair, CliError> {
    const OLD: &str = "the old version";
    const NEW: &str = "the new version";
    let Matching { old, new, .. } = *matching;
    if let Some(wanted) = &spec.old {
        let new = names::resolve(new, &spec.new, NEW)?;
        return Ok(Pair { old: Some(names::resolve(old, wanted, OLD)?), new: Some(new), ..Pair::default() });
    }
    let in_old = names::matches(old, &spec.new);
    if names::matches(new, &spec.new).is_empty() {
        if in_old.is_empty() {
            return Err(names::unknown(&spec.new, "either version", old.iter().chain(new)));
        }
        let gone = names::resolve(old, &spec.new, OLD)?;
        let successor = (0..new.len()).find(|&at| matching.links[at].as_ref().is_some_and(|link| link.old == gone));
        return Ok(successor.map_or(Pair { old: Some(gone), ..Pair::default() }, |at| matching.pair_of_new(at)));
    }
    let at = names::resolve(new, &spec.new, NEW)?;
    if matching.links[at].is_none() && in_old.len() > 1 {
        return Err(names::ambiguous(old, &spec.new, OLD, &in_old));
    }
    let mut pair = matching.pair_of_new(at);
    // The user chose it, so why it would have been chosen is of no interest.
    pair.notes.retain(|note| !note.starts_with(CHOSEN));
    Ok(pair)
}

/// How a remark on the choice of a contract begins.
const CHOSEN: &str = "judged because ";

/// A new contract's predecessor.
#[derive(Clone, Debug)]
struct Link {
    old: usize,
    is_guess: bool,
    note: Option<String>,
}

impl Link {
    fn certain(old: usize) -> Self {
        Link { old, is_guess: false, note: None }
    }
}

/// For each contract of the new version its predecessor.
struct Matching<'a> {
    old: &'a [Candidate],
    new: &'a [Candidate],
    links: Vec<Option<Link>>,
}

impl<'a> Matching<'a> {
    fn of(old: &'a [Candidate], new: &'a [Candidate]) -> Self {
        let mut matching =
            Matching { old, new, links: new.iter().map(|candidate| annotated(old, candidate)).collect() };
        matching.link_by_full_name();
        matching
            .link_by(&|candidate| is_deployed(candidate).then_some(&*candidate.artifact.contract.name), &|_, _| None);
        matching.link_by(
            &|candidate| {
                let is_own = candidate.kind == ContractKind::Concrete && candidate.role == Role::Own;
                is_own.then(|| names::without_version(&candidate.artifact.contract.name))
            },
            &|old, new| {
                Some(format!("paired with `{old}`: its name and `{}` differ by a version mark alone", new.name))
            },
        );
        matching.link_the_last();
        matching
    }

    fn is_taken(&self, old: usize) -> bool {
        self.links.iter().flatten().any(|link| link.old == old)
    }

    /// An annotation elsewhere does not keep a contract of the same name from being compared with itself.
    fn link_by_full_name(&mut self) {
        for at in 0..self.new.len() {
            let name = &self.new[at].artifact.contract;
            if self.links[at].is_none() && is_deployed(&self.new[at]) {
                let same = self.old.iter().position(|old| old.artifact.contract == *name && is_deployed(old));
                self.links[at] = same.map(Link::certain);
            }
        }
    }

    /// Pairs what is left on both sides, is of one kind, and has the same key as nothing else.
    fn link_by(
        &mut self,
        key: &dyn Fn(&'a Candidate) -> Option<&'a str>,
        note: &dyn Fn(&ContractName, &ContractName) -> Option<String>,
    ) {
        let left_old: Vec<usize> = (0..self.old.len()).filter(|&at| !self.is_taken(at)).collect();
        let left_new: Vec<usize> = (0..self.new.len()).filter(|&at| self.links[at].is_none()).collect();
        for &at in &left_new {
            let Some(wanted) = key(&self.new[at]) else { continue };
            let rivals = left_new.iter().filter(|&&other| key(&self.new[other]) == Some(wanted)).count();
            let mut fitting = left_old.iter().filter(|&&other| key(&self.old[other]) == Some(wanted));
            if let (1, Some(&old), None) = (rivals, fitting.next(), fitting.next())
                && self.old[old].kind == self.new[at].kind
            {
                let note = note(&self.old[old].artifact.contract, &self.new[at].artifact.contract);
                self.links[at] = Some(Link { old, is_guess: false, note });
            }
        }
    }

    /// Pairs the only upgradeable contract that is left on each side.
    fn link_the_last(&mut self) {
        let mut left_old = (0..self.old.len()).filter(|&at| self.old[at].is_upgradeable() && !self.is_taken(at));
        let mut left_new = (0..self.new.len()).filter(|&at| self.new[at].is_upgradeable() && self.links[at].is_none());
        let (Some(old), None, Some(new), None) = (left_old.next(), left_old.next(), left_new.next(), left_new.next())
        else {
            return;
        };
        // Two files with one contract each were put side by side by the user.
        let is_given = |candidate: &Candidate| candidate.reason == Some(Reason::OnlyOne);
        let is_guess = !(is_given(&self.old[old]) && is_given(&self.new[new]));
        let note = is_guess.then(|| {
            format!(
                "paired with `{}` with low confidence: each is the only upgradeable contract left on its side",
                self.old[old].artifact.contract
            )
        });
        self.links[new] = Some(Link { old, is_guess, note });
    }

    /// The judgement of a contract of the new version, with its remarks.
    fn pair_of_new(&self, at: usize) -> Pair {
        let link = self.links[at].as_ref();
        let candidate = &self.new[at];
        let mut pair = Pair {
            old: link.map(|link| link.old),
            new: Some(at),
            is_guess: link.is_some_and(|link| link.is_guess),
            notes: link.and_then(|link| link.note.clone()).into_iter().collect(),
            missing_origin: None,
        };
        let reason = candidate.reason.as_ref().or_else(|| link.and_then(|link| self.old[link.old].reason.as_ref()));
        if let Some(reason) = reason.filter(|reason| !reason.is_declared()) {
            pair.notes.push(format!("{CHOSEN}{reason}"));
        }
        if let Some(origin) = &candidate.upgrades_from
            && !self.old.is_empty()
            && annotated(self.old, candidate).is_none()
        {
            pair.missing_origin = Some(origin.clone());
        }
        if link.is_none() && candidate.is_upgradeable() {
            pair.notes.extend(self.note_on_predecessor(candidate));
        }
        pair
    }

    /// A contract that is kept beside the new one may still be what the new one is meant to replace.
    fn note_on_predecessor(&self, new: &Candidate) -> Option<String> {
        let name = &new.artifact.contract.name;
        let stem = names::without_version(name);
        let like = self
            .old
            .iter()
            .find(|old| is_deployed(old) && names::without_version(&old.artifact.contract.name) == stem)?;
        let old = &like.artifact.contract.name;
        Some(format!("if it replaces `{old}`, compare them by `--contract {old}={name}`"))
    }
}

/// Whether it has storage of its own, or hands storage on.
fn is_deployed(candidate: &Candidate) -> bool {
    matches!(candidate.kind, ContractKind::Concrete | ContractKind::Abstract) && candidate.role != Role::Test
        || candidate.kind == ContractKind::Concrete
}

/// The contract that `@custom:oz-upgrades-from` names: `Name`, `path.sol:Name`, either behind the name of a directory.
fn annotated(old: &[Candidate], new: &Candidate) -> Option<Link> {
    let reference = new.upgrades_from.as_deref()?;
    let (before, name) = match reference.rsplit_once(':') {
        Some((before, name)) => (before, name),
        None => ("", reference),
    };
    let path = before.rsplit(':').next().filter(|path| path.contains('.') || path.contains('/'));
    let wanted = |path: Option<&str>| ContractRef { path: path.map(str::to_owned), name: name.to_owned() };
    match names::matches(old, &wanted(path)).as_slice() {
        &[only] => Some(Link::certain(only)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uplint_artifact::Artifact;
    use uplint_facts::UpgradeabilityReason;

    use super::*;

    /// A contract `path:Name`: upgradeable with `!` behind its name, annotated `from` with `<from`.
    fn contract(text: &str) -> Candidate {
        let (text, from) = match text.split_once('<') {
            Some((text, from)) => (text, Some(from.to_owned())),
            None => (text, None),
        };
        let (name, is_upgradeable) = match text.strip_suffix('!') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let (path, name) = name.split_once(':').expect("invariant: a test names contracts in full");
        let contract = ContractName { path: path.into(), name: name.into() };
        Candidate {
            artifact: Arc::new(Artifact::named(contract)),
            kind: ContractKind::Concrete,
            role: Role::Own,
            reason: is_upgradeable.then_some(Reason::Code(UpgradeabilityReason::Annotated)),
            upgrades_from: from,
            is_base_with_gap: false,
        }
    }

    fn version(contracts: &str) -> Vec<Candidate> {
        contracts.split_whitespace().map(contract).collect()
    }

    /// Pairs as `old>new`, `-` for a side that has none, `?` before a guess.
    fn pairs(old: &str, new: &str, specs: &[&str]) -> String {
        let (old, new) = (version(old), version(new));
        let specs: Vec<ContractSpec> = specs.iter().map(|spec| spec.parse().expect("invariant: well formed")).collect();
        let choice = Choice { specs: &specs, all: false };
        match pair(&old, &new, choice) {
            Err(error) => format!("{error}"),
            Ok(pairs) => {
                let name = |side: &[Candidate], at: Option<usize>| {
                    at.map_or("-".to_owned(), |at| side[at].artifact.contract.to_string())
                };
                let shown = pairs.iter().map(|pair| {
                    let mark = if pair.is_guess { "?" } else { "" };
                    format!("{mark}{}>{}", name(&old, pair.old), name(&new, pair.new))
                });
                shown.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn the_full_name_wins_over_the_bare_name() {
        assert_eq!(pairs("a.sol:V! b.sol:V!", "b.sol:V! c.sol:V!", &[]), "b.sol:V>b.sol:V a.sol:V>c.sol:V");
    }

    #[test]
    fn a_contract_that_lost_its_marks_is_still_compared() {
        assert_eq!(pairs("a.sol:V!", "a.sol:V", &[]), "a.sol:V>a.sol:V");
        assert_eq!(pairs("a.sol:V", "a.sol:V!", &[]), "a.sol:V>a.sol:V");
        assert_eq!(pairs("a.sol:V", "a.sol:V", &[]), "");
    }

    #[test]
    fn an_annotation_wins_over_names_and_takes_nothing_away() {
        assert_eq!(pairs("a.sol:V! a.sol:W!", "a.sol:W!<V", &[]), "a.sol:V>a.sol:W a.sol:W>-");
        assert_eq!(pairs("a.sol:V!", "a.sol:V! a.sol:V2!<a.sol:V", &[]), "a.sol:V>a.sol:V a.sol:V>a.sol:V2");
        assert_eq!(
            pairs("a.sol:V! b.sol:X!", "a.sol:Z!<build-info:V b.sol:X!", &[]),
            "a.sol:V>a.sol:Z b.sol:X>b.sol:X"
        );
        assert_eq!(pairs("a.sol:V!", "a.sol:Z!<dir:a.sol:V a.sol:Y!", &[]), "a.sol:V>a.sol:Z ->a.sol:Y");
    }

    #[test]
    fn version_marks_are_overlooked_when_nothing_else_fits() {
        assert_eq!(
            pairs("a.sol:Vault! a.sol:X!", "a.sol:VaultV2! a.sol:X!", &[]),
            "a.sol:Vault>a.sol:VaultV2 a.sol:X>a.sol:X"
        );
        assert_eq!(
            pairs("a.sol:V_v1! a.sol:X!", "a.sol:VUpgradeable a.sol:X!", &[]),
            "a.sol:V_v1>a.sol:VUpgradeable a.sol:X>a.sol:X"
        );
    }

    #[test]
    fn two_that_fit_equally_well_are_not_guessed() {
        assert_eq!(
            pairs("a.sol:VaultV1! a.sol:X!", "a.sol:VaultV2! a.sol:VaultV3! a.sol:X!", &[]),
            "->a.sol:VaultV2 ->a.sol:VaultV3 a.sol:X>a.sol:X a.sol:VaultV1>-"
        );
        assert_eq!(pairs("a.sol:V! b.sol:V!", "c.sol:V!", &[]), "->c.sol:V a.sol:V>- b.sol:V>-");
    }

    #[test]
    fn the_last_upgradeable_contract_on_each_side_is_a_guess() {
        assert_eq!(pairs("a.sol:Vault! a.sol:Lib", "b.sol:Treasury! b.sol:Other", &[]), "?a.sol:Vault>b.sol:Treasury");
    }

    #[test]
    fn a_specification_decides() {
        let (old, new) = ("a.sol:V! b.sol:V! b.sol:Plain", "a.sol:V! b.sol:V! b.sol:W! b.sol:Plain");
        assert_eq!(pairs(old, new, &["a.sol:V=W"]), "a.sol:V>b.sol:W");
        assert_eq!(pairs(old, new, &["b.sol:V", "b.sol:V"]), "b.sol:V>b.sol:V");
        assert_eq!(pairs(old, new, &["Plain"]), "b.sol:Plain>b.sol:Plain");
        assert_eq!(pairs(old, new, &["V"]), "`V` is ambiguous in the new version");
        assert_eq!(pairs(old, new, &["V=W"]), "`V` is ambiguous in the old version");
        assert_eq!(pairs(old, new, &["Nothing"]), "no contract `Nothing` in either version");
    }

    #[test]
    fn a_specification_may_name_what_only_the_old_version_has() {
        assert_eq!(pairs("a.sol:Vault!", "a.sol:VaultV2!", &["Vault"]), "a.sol:Vault>a.sol:VaultV2");
        assert_eq!(pairs("a.sol:Vault! a.sol:X", "a.sol:X", &["Vault"]), "a.sol:Vault>-");
    }

    #[test]
    fn a_new_contract_beside_an_old_version_names_what_it_may_replace() {
        let (old, new) = (version("a.sol:VaultV1!"), version("a.sol:VaultV1! a.sol:VaultV2!"));
        let pairs = pair(&old, &new, Choice { specs: &[], all: false }).expect("invariant: nothing is named");
        assert!(pairs[1].notes.iter().any(|note| note.contains("--contract VaultV1=VaultV2")), "{pairs:?}");
    }

    #[test]
    fn one_input_may_hold_both_versions() {
        let both = version("a.sol:V1! a.sol:V2!<V1 a.sol:V3!<Gone");
        let pairs = alone(&both, Choice { specs: &[], all: false }).expect("invariant: nothing is named");
        assert_eq!(pairs.iter().map(|pair| pair.old).collect::<Vec<_>>(), [None, Some(0), None]);
        assert!(pairs[2].notes.iter().any(|note| note.contains("Gone")), "{pairs:?}");
    }

    #[test]
    fn an_annotated_origin_that_is_not_there_is_told() {
        let (old, new) = (version("a.sol:V!"), version("a.sol:V!<Gone"));
        let pairs = pair(&old, &new, Choice { specs: &[], all: false }).expect("invariant: nothing is named");
        assert_eq!((pairs[0].old, pairs[0].missing_origin.as_deref()), (Some(0), Some("Gone")));
    }
}
