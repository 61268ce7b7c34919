//! Whether the values of variables that left their root for another one, or their code for storage, are written there.

use uplint_artifact::Span;
use uplint_facts::{InitializerKind, PlannedCall, UpgradeFacts, VariableName, WrittenVariable};
use uplint_layout::LayoutChange;
use uplint_layout::diff::{Leaf, MoveCause, MovedLeaf, StorageClass};

use crate::storage::moves;

/// What becomes of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Migration {
    /// Nothing writes them.
    ValuesLost {
        /// Whether that is certain: without a syntax tree nobody knows what the planned call writes, and inline assembly
        /// may write any variable.
        is_proved: bool,
    },
    /// An initializer would write them, were it called.
    NeedsCall {
        /// Its signature.
        signature: String,
        /// Its name in the source.
        span: Span,
    },
}

/// Leaves of one move between roots that share an outcome.
#[derive(Clone, Debug)]
pub(crate) struct MigratedLeaves<'f> {
    /// The move.
    pub(crate) cause: &'f MoveCause,
    /// Its leaves.
    pub(crate) leaves: Vec<MovedLeaf>,
    /// What becomes of their values.
    pub(crate) outcome: Migration,
}

/// Leaves between the linear layout and namespaces whose values do not come along by themselves.
pub(crate) fn migrations(facts: &UpgradeFacts) -> Vec<MigratedLeaves<'_>> {
    let between_roots =
        |cause: &MoveCause| matches!(cause, MoveCause::ToNamespace { .. } | MoveCause::FromNamespace { .. });
    let mut found = Vec::new();
    let candidates = candidates(facts);
    let is_read = !matches!(facts.plan.call, PlannedCall::Call(_)) || !candidates.is_empty();
    let is_proved =
        is_read && !candidates.iter().flat_map(|candidate| &candidate.writes).any(WrittenVariable::is_by_assembly);
    for (cause, leaves) in moves(facts).filter(|(cause, _)| between_roots(cause)) {
        let mut open: Vec<MovedLeaf> = leaves.to_vec();
        for candidate in &candidates {
            let (written, rest) = open.into_iter().partition(|leaf| is_written(&leaf.new, &candidate.writes));
            open = rest;
            let outcome = candidate.outcome.clone();
            found.extend(outcome.map(|outcome| MigratedLeaves { cause, leaves: written, outcome }));
        }
        found.push(MigratedLeaves { cause, leaves: open, outcome: Migration::ValuesLost { is_proved } });
    }
    found.retain(|found| !found.leaves.is_empty());
    found
}

/// Leaves of a move that the planned call does not write; all of them when the call is not known.
pub(crate) fn not_written_by_plan(facts: &UpgradeFacts, leaves: &[MovedLeaf]) -> Vec<MovedLeaf> {
    let writes = planned_selector(facts).and_then(|selector| facts.new.writes_of(selector)).unwrap_or_default();
    leaves.iter().filter(|leaf| !is_written(&leaf.new, &writes)).cloned().collect()
}

/// The selector of the planned call, where one is known.
pub(crate) fn planned_selector(facts: &UpgradeFacts) -> Option<[u8; 4]> {
    match &facts.plan.call {
        PlannedCall::Call(data) => data.first_chunk::<4>().copied(),
        PlannedCall::Unknown | PlannedCall::None => None,
    }
}

/// Whether a change brings a variable into storage that the new version reads, and that nothing gives its value: it was
/// constant or immutable, and the known upgrade, with its call or without one, does not write it.
pub(crate) fn enters_unwritten(facts: &UpgradeFacts, change: &LayoutChange) -> bool {
    let LayoutChange::ClassChanged { leaf, unstored, from, to: StorageClass::Storage, moves: false, .. } = change
    else {
        return false;
    };
    let writes = match facts.plan.call {
        PlannedCall::Unknown => None,
        PlannedCall::None => Some(Vec::new()),
        PlannedCall::Call(_) => planned_selector(facts).and_then(|selector| facts.new.writes_of(selector)),
    };
    let is_missed =
        writes.is_some_and(|writes| !is_written(leaf, &writes) && !writes.iter().any(WrittenVariable::is_by_assembly));
    let was_zero = unstored.value.as_deref().is_some_and(|value| matches!(value, "0" | "false" | "address(0)"));
    let name: VariableName = (leaf.label.as_str().into(), leaf.declared_in.clone());
    matches!(from, StorageClass::Constant | StorageClass::Immutable)
        && is_missed
        && !was_zero
        && facts.new.read_variables().contains(&name)
}

/// A function that may write values, and what it means when it does; `None` when all is well.
struct Candidate {
    writes: Vec<WrittenVariable>,
    outcome: Option<Migration>,
}

/// The planned call or, when that is not known, the initializers that this version brings for the purpose. One that the
/// old version has too was called when the proxy was made.
fn candidates(facts: &UpgradeFacts) -> Vec<Candidate> {
    if facts.plan.call != PlannedCall::Unknown {
        let planned = planned_selector(facts).and_then(|selector| facts.new.writes_of(selector));
        return planned.map(|writes| Candidate { writes, outcome: None }).into_iter().collect();
    }
    let is_old = |signature: &str| {
        facts.old.iter().flat_map(|old| &old.initializers).any(|initializer| initializer.signature == signature)
    };
    let initializers = facts.new.initializers.iter().filter(|initializer| {
        initializer.is_public
            && initializer.kind != InitializerKind::OnlyInitializing
            && !is_old(&initializer.signature)
    });
    initializers
        .filter_map(|initializer| {
            let writes = facts.new.writes_of(initializer.selector?)?;
            let (signature, span) = (initializer.signature.clone(), initializer.span);
            Some(Candidate { writes, outcome: Some(Migration::NeedsCall { signature, span }) })
        })
        .collect()
}

/// Whether one of the writes is to the leaf, its variable, or an entry of it. A variable of the same name in another
/// contract or struct is another one; a pointer to a struct within the variable names that struct, so that of a leaf
/// within a struct the name alone counts.
fn is_written(leaf: &Leaf, writes: &[WrittenVariable]) -> bool {
    let (first, last) = match leaf.label.split_once('.') {
        Some((first, rest)) => (first, Some(rest.rsplit('.').next().unwrap_or(rest))),
        None => (leaf.label.as_str(), None),
    };
    writes.iter().any(|write| {
        let declared = leaf.declared_in.as_deref().zip(write.declared_in.as_deref());
        let is_of_variable = write.label == first && declared.is_none_or(|(leaf, write)| leaf == write);
        is_of_variable || Some(write.label.as_str()) == last
    })
}
