//! Which inputs bring nothing new, so that they need no parameter?

use crate::index_vec::{Id, IndexVec};

use super::super::ValueId;
use super::draft::{Draft, START};

/// Replaces each input to which all ways bring one other value by that value.
pub(super) fn inputs(draft: &mut Draft) {
    draft.same = draft.values.ids().collect();
    let mut users: IndexVec<ValueId, Vec<ValueId>> = draft.values.iter().map(|_| Vec::new()).collect();
    let mut left: Vec<ValueId> = Vec::new();
    for (value, _, _) in draft.read_inputs().filter(|&(_, unit, _)| unit != START) {
        for &brought in draft.incoming.get(&value).into_iter().flatten() {
            users[brought].push(value);
        }
        left.push(value);
    }
    while let Some(input) = left.pop() {
        if draft.same[input.index()] != input {
            continue;
        }
        let Some(other) = only_other(draft, input) else { continue };
        draft.same[input.index()] = other;
        let mut waiting = std::mem::take(&mut users[input]);
        left.extend(waiting.iter().copied());
        // The shorter list moves, so that a word moves at most as often as a list can double.
        if waiting.len() > users[other].len() {
            std::mem::swap(&mut waiting, &mut users[other]);
        }
        users[other].append(&mut waiting);
    }
}

/// The one value besides itself that all ways bring for an input.
fn only_other(draft: &mut Draft, input: ValueId) -> Option<ValueId> {
    let mut brought = draft.incoming.remove(&input).unwrap_or_default();
    let mut other = None;
    let mut is_single = true;
    for value in &mut brought {
        *value = draft.resolved(*value);
        if *value == input || other == Some(*value) {
            continue;
        }
        if other.is_some() {
            is_single = false;
            break;
        }
        other = Some(*value);
    }
    draft.incoming.insert(input, brought);
    // No way at all brings a word for a place that only a loop hands on to itself.
    is_single.then(|| other.unwrap_or(draft.unknown()))
}
