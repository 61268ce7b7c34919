//! The figures as lines.

use std::time::Duration;

use xtask_run::oracle::Verdict;

use super::figures::{Both, Figures};
use super::positions::Positions;
use crate::program::say;

/// How much is found.
pub(super) fn figures(group: &str, figures: &Figures) {
    say(&format!("\n{group}: {} codes", figures.codes));
    if figures.selectors > 0 {
        let Figures { selectors_false: wrong, selectors_missed: missed, .. } = figures;
        say(&format!(
            "  selectors ({}): false {}, missed {}; evmole false {}, missed {}",
            figures.selectors, wrong.ours, missed.ours, wrong.theirs, missed.theirs
        ));
    }
    say(&format!(
        "  blocks reached ({} in a sweep, data included): {}; {} only uplint, {} only evmole, of these {} behind a branch \
         that is never taken",
        figures.blocks,
        both(figures.blocks_reached),
        figures.only_ours,
        figures.only_theirs,
        figures.only_theirs_constant()
    ));
    say(&format!("  unresolved jumps: {}", both(figures.unresolved)));
    let gaps: Vec<String> = figures.gaps.iter().map(|(unknown, number)| format!("{number} {unknown}")).collect();
    if !gaps.is_empty() {
        say(&format!("  places that are told as not followed: {}", gaps.join(", ")));
    }
    if figures.return_edges.ours > 0 {
        let (all, truly) = (figures.return_edges, figures.return_edges_true);
        say(&format!(
            "  return edges that are true: {} of {} ({}); evmole {} of {} ({})",
            truly.ours,
            all.ours,
            percent(truly.ours, all.ours),
            truly.theirs,
            all.theirs,
            percent(truly.theirs, all.theirs)
        ));
    }
    if figures.functions > 0 {
        say(&format!(
            "  internal functions, unoptimized: {} of {} found ({}), {} of {} that return are true ({}); evmole has none",
            figures.functions_found,
            figures.functions,
            percent(figures.functions_found, figures.functions),
            figures.functions_true,
            figures.functions_ours,
            percent(figures.functions_true, figures.functions_ours)
        ));
    }
}

/// What executions say.
pub(super) fn events(verdict: &Verdict) {
    say(&format!(
        "  executions: {} calls ({} refused before they ran), {} of the instructions that a sweep finds ran",
        verdict.calls,
        verdict.refused,
        percent(verdict.executed, verdict.instructions)
    ));
    for (kind, count) in &verdict.counts {
        let uncovered = count.events - count.foreseen - count.in_part - count.declared;
        say(&format!(
            "  executed {kind}: {} events, said exactly {}, in part {}, said to be unknown {}, none of these {uncovered}",
            count.events,
            percent(count.foreseen, count.events),
            percent(count.in_part, count.events),
            percent(count.declared, count.events)
        ));
    }
}

/// Positions in storage.
pub(super) fn positions(positions: &Positions) {
    let Positions { named, exact, several, within, used, found, found_in_part, .. } = positions;
    if *named == 0 {
        return;
    }
    let all = exact + several + within;
    say(&format!(
        "  positions in declared storage: {named} named, in a variable {}, exactly one {} ({several} several at once, \
         {within} a part of one)",
        percent(all, *named),
        percent(*exact, *named)
    ));
    say(&format!(
        "  variables and members in slots that calls used: {used}, found exactly {}, exactly or in part {}",
        percent(*found, *used),
        percent(found + found_in_part, *used)
    ));
    say(&format!(
        "  of these, members of structs in mappings and arrays: {}, found exactly {}",
        positions.members,
        percent(positions.members_found, positions.members)
    ));
    let Both { ours, theirs } = positions.variables_found;
    say(&format!(
        "  declared variables in use by slot and first byte: {}, with a record: uplint {ours} ({}), evmole {theirs} ({})",
        positions.variables,
        percent(ours, positions.variables),
        percent(theirs, positions.variables)
    ));
    for (class, number) in &positions.missing {
        say(&format!("    {number} {class}"));
    }
}

/// How many codes a second.
#[expect(clippy::cast_precision_loss, reason = "a figure for a person")]
pub(super) fn codes_per_second(codes: usize, took: Duration) -> f64 {
    codes as f64 / took.as_secs_f64()
}

fn both(figures: Both) -> String {
    format!("{}; evmole {} ({} of it)", figures.ours, figures.theirs, percent(figures.ours, figures.theirs))
}

/// A share as text.
#[expect(clippy::cast_precision_loss, reason = "a figure for a person")]
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.2} %", part as f64 * 100.0 / whole as f64) }
}
