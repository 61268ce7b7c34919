//! One way from two inputs to an assessment: read both sides, choose and pair contracts, judge the pairs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use uplint_artifact::Artifact;
use uplint_compile::CompileOptions;
use uplint_facts::{PlannedCall, ProxyKind, Side, UpgradePlan};
use uplint_rules::{AssessOptions, Assessment, selected_rules};

use crate::args::PlanArgs;
use crate::call::UpgradeCall;
use crate::detect::{Candidate, ContractKind};
use crate::error::CliError;
use crate::input::{self, Input, Version};
use crate::judge::{Case, Setting, judge_all};
use crate::names;
use crate::pairing::{self, Choice, Pair};
use crate::progress::Progress;
use crate::spec::{ContractRef, ContractSpec, ProxySpec};

/// What a reader of a pass must not take for granted.
const NOT_EXAMINED: &str = "this build does not examine who may upgrade, who may initialize and how often, \
                            reentrancy, and what functions do otherwise than before";

/// What is to be judged, and how.
pub(crate) struct Job<'a> {
    /// The deployed version; absent when one is judged alone.
    pub(crate) old: Option<Input>,
    /// The version that is to be judged.
    pub(crate) new: Input,
    /// Which contracts.
    pub(crate) choice: Choice<'a>,
    /// What is planned.
    pub(crate) plan: &'a PlanArgs,
    /// What the engine is asked.
    pub(crate) options: AssessOptions,
    /// How to compile.
    pub(crate) compile: CompileOptions,
    /// Whether to measure.
    pub(crate) timings: bool,
}

/// What came of a job.
pub(crate) struct Outcome {
    /// The judgement.
    pub(crate) assessment: Assessment,
    /// Where the paths of the new version's sources start, when its input says.
    pub(crate) new_root: Option<PathBuf>,
    /// Remarks for the user on standard error.
    pub(crate) remarks: Vec<String>,
    /// Whether a part of uplint failed, so that the exit code has to say so.
    pub(crate) has_internal_error: bool,
}

/// Judges an upgrade, or one version alone.
pub(crate) fn run(job: &Job<'_>, progress: &Progress) -> Result<Outcome, CliError> {
    let started = Instant::now();
    let (old, new) = load(job, progress)?;
    for (side, version) in [("old", old.as_ref()), ("new", Some(&new))] {
        if let Some(version) = version.filter(|version| version.candidates.is_empty()) {
            return Err(holds_nothing(side, version, old.is_some()));
        }
    }
    let no_candidates = Vec::new();
    let old_candidates = old.as_ref().map_or(&no_candidates, |old| &old.candidates);
    let pairs = match &old {
        Some(old) => pairing::pair(&old.candidates, &new.candidates, job.choice)?,
        None => pairing::alone(&new.candidates, job.choice)?,
    };
    if pairs.is_empty() {
        return Err(nothing_to_judge(old.as_ref(), &new));
    }
    let (proxy_kind, proxy) = proxy(job, old_candidates, &new.candidates, progress)?;
    let calls = planned_calls(job.plan.upgrade_call.as_ref(), &pairs, &new.candidates)?;
    let cases = cases(pairs, calls, proxy_kind, job.plan.hardfork.as_ref());
    let build_gaps: Vec<_> = old
        .iter()
        .flat_map(|old| old.gaps.iter().map(|gap| (Side::Old, gap.clone())))
        .chain(new.gaps.iter().map(|gap| (Side::New, gap.clone())))
        .chain(new.gaps.iter().filter(|_| old.is_none()).map(|gap| (Side::Old, gap.clone())))
        .collect();
    progress.tell("judging");
    let rules = selected_rules(&job.options);
    let setting = Setting {
        // Of one input alone, a contract may say that it replaces another one.
        old: old.as_ref().map_or(&new.candidates, |old| &old.candidates),
        new: &new.candidates,
        build_gaps: &build_gaps,
        rules: &rules,
        options: &job.options,
        proxy,
        facets: new.candidates.iter().map(|_| OnceLock::new()).collect(),
    };
    let judgements = judge_all(&setting, &cases);
    let has_internal_error = judgements.iter().any(|judgement| judgement.has_internal_error);
    let mut contracts: Vec<_> = judgements.into_iter().map(|judgement| judgement.assessment).collect();
    contracts.sort_by(|a, b| (&a.name, &a.old_name).cmp(&(&b.name, &b.old_name)));
    let mut remarks: Vec<String> = old.iter().chain([&new]).flat_map(|version| version.notes.iter().cloned()).collect();
    remarks.dedup();
    let new_root = new.root.clone();
    let assessment = Assessment {
        verdict: contracts.iter().map(|contract| contract.verdict).max().unwrap_or_default(),
        old: old.as_ref().map(|old| old.summary.clone()),
        new: new.summary.clone(),
        contracts,
        notes: vec![NOT_EXAMINED.to_owned()],
        fail_on: job.options.policy.fail_on,
        elapsed_ms: job.timings.then(|| u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)),
    };
    // The process ends soon, and the system takes back a hundred thousand nodes faster than they can be dropped.
    std::mem::forget((old, new));
    Ok(Outcome { assessment, new_root, remarks, has_internal_error })
}

/// Reads both sides at once. Where both fail, the old one's error is told.
fn load(job: &Job<'_>, progress: &Progress) -> Result<(Option<Version>, Version), CliError> {
    let tell = |what: &str| progress.tell(what);
    let new_options = with_named_sources(job, |spec| &spec.new);
    match &job.old {
        Some(old) => {
            let old_options = with_named_sources(job, |spec| spec.old.as_ref().unwrap_or(&spec.new));
            let (old_name, new_name) = input::names_of(old, &job.new);
            let (old, new) = rayon::join(
                || input::load(old, old_name, &old_options, &tell),
                || input::load(&job.new, new_name, &new_options, &tell),
            );
            Ok((Some(old.map_err(|error| error.of("old"))?), new.map_err(|error| error.of("new"))?))
        }
        None => Ok((None, input::load(&job.new, input::name_of(&job.new), &new_options, &tell)?)),
    }
}

/// How one side is compiled: with the sources of the contracts that are named, tests and scripts among them.
fn with_named_sources(job: &Job<'_>, of_side: impl Fn(&ContractSpec) -> &ContractRef) -> CompileOptions {
    let proxies = job.plan.proxy.iter().filter_map(|spec| match spec {
        ProxySpec::Contract(proxy) => Some(proxy),
        ProxySpec::Kind(_) | ProxySpec::File(_) => None,
    });
    let named = job.choice.specs.iter().map(of_side).chain(proxies);
    let named_sources = named.filter_map(|contract| contract.path.as_ref()).map(PathBuf::from).collect();
    CompileOptions { named_sources, ..job.compile.clone() }
}

/// An input that is given and empty is a mistake in the command, not a version without contracts.
fn holds_nothing(side: &str, version: &Version, is_pair: bool) -> CliError {
    let given = &version.summary.given;
    let reason = if is_pair {
        format!("the {side} version, `{given}`, holds no contract")
    } else {
        format!("`{given}` holds no contract")
    };
    let help = "name the file or directory that holds the contracts of this version".to_owned();
    CliError::NothingToJudge { reason, help: Some(help) }
}

fn nothing_to_judge(old: Option<&Version>, new: &Version) -> CliError {
    let number = old.map_or(0, |old| old.candidates.len()) + new.candidates.len();
    let reason = match (number, old) {
        (1, None) => format!("`{}` does not look upgradeable", new.candidates[0].artifact.contract),
        (number, None) => format!("none of {number} contracts looks upgradeable"),
        (_, Some(_)) => "no contract of either version looks upgradeable".to_owned(),
    };
    let example = new
        .candidates
        .iter()
        .find(|candidate| candidate.kind == ContractKind::Concrete && candidate.is_among_all())
        .map_or("Name", |candidate| &*candidate.artifact.contract.name);
    let help = format!(
        "name one by `--contract {example}`, take every contract by `--all`, or annotate it `@custom:oz-upgrades`"
    );
    CliError::NothingToJudge { reason, help: Some(help) }
}

/// What the user says the versions run behind.
fn proxy(
    job: &Job<'_>,
    old: &[Candidate],
    new: &[Candidate],
    progress: &Progress,
) -> Result<(Option<ProxyKind>, Option<Arc<Artifact>>), CliError> {
    let (mut kind, mut contract) = (None, None);
    for spec in &job.plan.proxy {
        let found = match spec {
            ProxySpec::Kind(named) => {
                if kind.replace(*named).is_some() {
                    return Err(CliError::TwoProxies { what: "kinds" });
                }
                continue;
            }
            ProxySpec::Contract(wanted) if names::matches(new, wanted).is_empty() && !old.is_empty() => {
                let at = match names::matches(old, wanted).as_slice() {
                    [] => return Err(names::unknown(wanted, "either version", old.iter().chain(new))),
                    _ => names::resolve(old, wanted, "the old version")?,
                };
                Arc::clone(&old[at].artifact)
            }
            ProxySpec::Contract(wanted) => Arc::clone(&new[names::resolve(new, wanted, "the new version")?].artifact),
            ProxySpec::File(path) => {
                let build = uplint_compile::load(path, &job.compile, &|what| progress.tell(what))?;
                match <[Artifact; 1]>::try_from(build.artifacts) {
                    Ok([artifact]) => Arc::new(artifact),
                    Err(several) => {
                        return Err(CliError::usage(
                            format!("`{}` holds {} contracts", path.display(), several.len()),
                            "give a file with the proxy alone, or name it by `--proxy path.sol:Name`",
                        ));
                    }
                }
            }
        };
        if contract.replace(found).is_some() {
            return Err(CliError::TwoProxies { what: "contracts" });
        }
    }
    Ok((kind, contract))
}

/// The planned call of each pair. A call that names a function is meant for the contracts that have it.
fn planned_calls(call: Option<&UpgradeCall>, pairs: &[Pair], new: &[Candidate]) -> Result<Vec<PlannedCall>, CliError> {
    let same = |planned: PlannedCall| pairs.iter().map(|_| planned.clone()).collect();
    let data_for = |pair: &Pair| -> Result<Vec<u8>, String> {
        let artifact = pair.new.map(|at| &new[at].artifact).ok_or("the contract is gone")?;
        let data = match call {
            Some(UpgradeCall::Named(named)) => named.encode(artifact.abi.as_ref())?,
            Some(UpgradeCall::Data(data)) => data.clone(),
            Some(UpgradeCall::None) | None => Vec::new(),
        };
        let answers = artifact.abi.as_ref().is_none_or(|abi| {
            abi.fallback.is_some() || abi.functions().any(|function| data.starts_with(function.selector().as_slice()))
        });
        let selector = alloy_primitives::hex::encode_prefixed(data.get(..4).unwrap_or_default());
        if answers { Ok(data) } else { Err(format!("`{}` has no function {selector}", artifact.contract)) }
    };
    match call {
        None => Ok(same(PlannedCall::Unknown)),
        Some(UpgradeCall::None) => Ok(same(PlannedCall::None)),
        Some(_) => {
            let data: Vec<_> = pairs.iter().map(data_for).collect();
            if data.iter().all(Result::is_err) {
                let reason = data.into_iter().find_map(Result::err).unwrap_or_default();
                return Err(CliError::UpgradeCall { reason });
            }
            Ok(data.into_iter().map(|data| data.map_or(PlannedCall::Unknown, PlannedCall::Call)).collect())
        }
    }
}

/// Pairs with their plans. Facets of one diamond are each other's siblings.
fn cases(
    pairs: Vec<Pair>,
    calls: Vec<PlannedCall>,
    proxy_kind: Option<ProxyKind>,
    hard_fork: Option<&String>,
) -> Vec<Case> {
    let facets: Vec<usize> = match proxy_kind {
        Some(ProxyKind::Diamond) => pairs.iter().filter_map(|pair| pair.new).collect(),
        _ => Vec::new(),
    };
    let with_call = pairs.into_iter().zip(calls);
    with_call
        .map(|(pair, call)| Case {
            plan: UpgradePlan { call, proxy_kind, hard_fork: hard_fork.cloned(), code_size_limit_bytes: None },
            siblings: facets.iter().filter(|&&facet| pair.new.is_some_and(|own| own != facet)).copied().collect(),
            pair,
        })
        .collect()
}
