//! How a lifted code becomes a program.
//!
//! 1. Each node is walked once over a stack of values; a word beneath what the block itself pushed is an **input**.
//! 2. An input asks each way into its block for the word that it brings, which may be an input there; an input of a
//!    function asks the places that call it.
//! 3. Inputs to which all ways bring the same value are that value; the others become parameters.
//!
//! Step 2 handles each place of each block at most once, against a budget that grows with what was walked. Step 3
//! removes all that can be removed where loops have one entry (Braun and others, "Simple and Efficient Construction of
//! Static Single Assignment Form", 2013); where they have several, parameters that only bring each other may stay.

use crate::index_vec::IndexVec;
use crate::lift::Lifted;
use crate::term::FunctionId;

use super::{Program, ValueId};

mod draft;
mod finish;
mod simplify;
mod walk;

use draft::{Draft, Ending, Known, START, UnitId};

/// Most words that are looked up on ways into blocks, for any code and for each instruction of it, and for all codes.
const BASE_LOOKUPS: u64 = 1 << 12;
const LOOKUPS_PER_INSTRUCTION: u64 = 8;
const MAX_LOOKUPS: u64 = 1 << 21;

/// Call sites of each function.
type Sites = IndexVec<FunctionId, Vec<(FunctionId, UnitId)>>;

pub(super) fn program(lifted: &Lifted<'_>) -> Program {
    let mut walked = 0;
    let mut drafts: IndexVec<FunctionId, Draft> = walk::functions(lifted, &mut walked);
    let mut budget = MAX_LOOKUPS.min(BASE_LOOKUPS + LOOKUPS_PER_INSTRUCTION * walked);
    let sites = call_sites(&drafts);
    look_up(&mut drafts, &sites, &mut budget);
    for draft in &mut drafts {
        simplify::inputs(draft);
    }
    let parameters: IndexVec<FunctionId, Vec<(i32, ValueId)>> = drafts.iter().map(Draft::parameters).collect();
    let functions = drafts.ids().map(|function| finish::function(function, &mut drafts, &parameters, lifted));
    Program { functions: functions.collect() }
}

fn call_sites(drafts: &IndexVec<FunctionId, Draft>) -> Sites {
    let mut sites: Sites = drafts.iter().map(|_| Vec::new()).collect();
    for (caller, draft) in drafts.iter_enumerated() {
        for (unit, at) in draft.units.iter_enumerated() {
            if let Ending::Call { function, .. } = at.ending
                && let Some(sites) = sites.get_mut(function)
            {
                sites.push((caller, unit));
            }
        }
    }
    sites
}

/// Asks the ways into each block for what its inputs are, until no new inputs turn up.
fn look_up(drafts: &mut IndexVec<FunctionId, Draft>, sites: &Sites, budget: &mut u64) {
    let mut left: Vec<(FunctionId, ValueId)> = Vec::new();
    for (function, draft) in drafts.ids().zip(drafts.iter_mut()) {
        draft.find_sources();
        draft.find_reads();
        left.extend(draft.asked.drain(..).map(|input| (function, input)));
    }
    while let Some((function, input)) = left.pop() {
        let Known::Input { unit, height } = drafts[function].values[input] else { continue };
        if unit == START {
            for &(caller, site) in &sites[function] {
                let draft = &mut drafts[caller];
                let given = draft.given(site, height, budget);
                draft.read(given);
                left.extend(draft.asked.drain(..).map(|input| (caller, input)));
            }
            continue;
        }
        let draft = &mut drafts[function];
        for at in 0..draft.units[unit].sources.len() {
            let way = draft.units[unit].sources[at];
            let brought = draft.brought(way, height, budget);
            draft.read(brought);
            draft.incoming.entry(input).or_default().push(brought);
        }
        left.extend(draft.asked.drain(..).map(|input| (function, input)));
    }
}
