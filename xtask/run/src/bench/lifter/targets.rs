//! What is asked of the lifter and what it reaches, as a table: printed, and kept in the README.

use std::fmt::Write as _;
use std::time::Duration;

use xtask_run::oracle::Verdict;

use super::figures::Figures;
use super::positions::Positions;
use super::print::percent;
use super::timing::Took;

/// Kinds of events that the lifter has to foresee; the others are claims that go further.
const FORESEEN: [&str; 7] = ["jumps", "loads", "stores", "transient loads", "transient stores", "calls", "preimages"];

/// A figure beside what is asked.
#[derive(Clone, Debug)]
pub(super) struct Target {
    what: String,
    asked: &'static str,
    uplint: String,
    evmole: String,
    is_met: bool,
}

impl Target {
    /// Whether the figure is what is asked.
    pub(super) fn is_met(&self) -> bool {
        self.is_met
    }
}

/// What was measured of one group of codes.
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
    pub(super) figures: &'a Figures,
    pub(super) verdict: &'a Verdict,
    pub(super) positions: &'a Positions,
}

/// Lowest shares that are asked, in hundredths of a percent.
struct Asked {
    events: (u64, &'static str),
    blocks: (u64, &'static str),
    members: (u64, &'static str),
}

const OF_SOLC: Asked =
    Asked { events: (9_800, "98 %"), blocks: (0, "all that evmole reaches"), members: (9_000, "90 %") };
const OF_VYPER: Asked = Asked { events: (9_500, "95 %"), blocks: (9_700, "97 %"), members: (9_500, "95 %") };

fn is_at_least(part: u64, whole: u64, hundredths: u64) -> bool {
    part.saturating_mul(10_000) >= whole.saturating_mul(hundredths)
}

/// What is asked of a group.
pub(super) fn of_group(group: &Group<'_>) -> Vec<Target> {
    let Group { name, figures, .. } = group;
    let asked = if *name == "vyper" { &OF_VYPER } else { &OF_SOLC };
    let mut targets = Vec::new();
    let mut add = |what: &str, asked: &'static str, uplint: String, evmole: String, is_met: bool| {
        targets.push(Target { what: format!("{name}: {what}"), asked, uplint, evmole, is_met });
    };
    if figures.selectors > 0 {
        let (wrong, missed) = (figures.selectors_false, figures.selectors_missed);
        add(
            &format!("selectors, of {}", figures.selectors),
            "0 false, 0 missed",
            format!("{} false, {} missed", wrong.ours, missed.ours),
            format!("{} false, {} missed", wrong.theirs, missed.theirs),
            wrong.ours == 0 && missed.ours == 0,
        );
    }
    let reached = figures.blocks_reached;
    let is_reached = if asked.blocks.0 > 0 {
        is_at_least(reached.ours, figures.blocks, asked.blocks.0)
    } else {
        figures.only_theirs_open.is_empty()
    };
    add(
        &format!("blocks reached, of {} in a sweep, data included", figures.blocks),
        asked.blocks.1,
        format!(
            "{}; {} only here, {} only there, of these {} behind branches that are never taken",
            percent(reached.ours, figures.blocks),
            figures.only_ours,
            figures.only_theirs,
            figures.only_theirs_constant()
        ),
        percent(reached.theirs, figures.blocks),
        is_reached,
    );
    if figures.return_edges.ours > 0 {
        let (all, truly) = (figures.return_edges, figures.return_edges_true);
        add(
            &format!("return edges that are true, of {}", all.ours),
            "99 %",
            percent(truly.ours, all.ours),
            percent(truly.theirs, all.theirs),
            is_at_least(truly.ours, all.ours, 9_900),
        );
    }
    if figures.functions > 0 {
        add(
            &format!("internal functions of code without optimizer, {}", figures.functions),
            "90 % found, 95 % true",
            format!(
                "{} found, {} true",
                percent(figures.functions_found, figures.functions),
                percent(figures.functions_true, figures.functions_ours)
            ),
            "none".to_owned(),
            is_at_least(figures.functions_found, figures.functions, 9_000)
                && is_at_least(figures.functions_true, figures.functions_ours, 9_500),
        );
    }
    targets.push(executions(group, asked));
    targets.extend(storage(group, asked));
    targets
}

/// Events of executions: the kind of which the least is foreseen.
fn executions(group: &Group<'_>, asked: &Asked) -> Target {
    let counts = &group.verdict.counts;
    let foreseen = FORESEEN.iter().filter_map(|kind| Some((*kind, counts.get(kind)?)));
    let share = |count: &xtask_run::oracle::Count| {
        u128::from(count.foreseen + count.in_part) * 1_000_000 / u128::from(count.events.max(1))
    };
    let least = foreseen.clone().min_by_key(|(_, count)| share(count));
    let events: u64 = foreseen.map(|(_, count)| count.events).sum();
    let least_text = least.map_or_else(String::new, |(kind, count)| {
        format!("{} ({kind}, the lowest)", percent(count.foreseen + count.in_part, count.events))
    });
    let is_met =
        least.is_none_or(|(_, count)| is_at_least(count.foreseen + count.in_part, count.events, asked.events.0));
    Target {
        what: format!("{}: executed jumps, accesses, calls and preimages that are foreseen, of {events}", group.name),
        asked: asked.events.1,
        uplint: format!("{least_text}; {} neither foreseen nor declared", group.verdict.uncovered.len()),
        evmole: "none".to_owned(),
        is_met: is_met && group.verdict.uncovered.is_empty(),
    }
}

fn storage(group: &Group<'_>, asked: &Asked) -> Vec<Target> {
    let Positions {
        accessed,
        accessed_exact,
        named,
        exact,
        used,
        found,
        members,
        members_found,
        variables,
        variables_found,
        ..
    } = group.positions;
    if *used == 0 {
        return Vec::new();
    }
    let name = group.name;
    let mut targets = vec![
        Target {
            what: format!(
                "{name}: storage positions (slot term and bytes) of recovered values, {named} named, {used} in use"
            ),
            asked: "97 % exact, 97 % found",
            uplint: format!("{} exact, {} found", percent(*exact, *named), percent(*found, *used)),
            evmole: "none".to_owned(),
            is_met: is_at_least(*exact, *named, 9_700) && is_at_least(*found, *used, 9_700),
        },
        Target {
            what: format!("{name}: storage positions of all accesses as they are, {accessed} named"),
            asked: "no figure",
            uplint: format!("{} exact", percent(*accessed_exact, *accessed)),
            evmole: "none".to_owned(),
            is_met: true,
        },
        Target {
            what: format!("{name}: declared variables in use that have a record, of {variables}"),
            asked: "as many as evmole",
            uplint: percent(variables_found.ours, *variables),
            evmole: percent(variables_found.theirs, *variables),
            is_met: variables_found.ours >= variables_found.theirs,
        },
    ];
    // Vyper says nothing of members.
    if *members > 0 {
        targets.push(Target {
            what: format!("{name}: members of structs in mappings and arrays, {members}"),
            asked: asked.members.1,
            uplint: percent(*members_found, *members),
            evmole: "none".to_owned(),
            is_met: is_at_least(*members_found, *members, asked.members.0),
        });
    }
    targets
}

/// A figure of time beside the peer's.
pub(super) fn times_faster(what: String, asked: (f64, &'static str), (ours, theirs): (Took, Took)) -> Target {
    let ratio = theirs.total.as_secs_f64() / ours.total.as_secs_f64();
    Target {
        what,
        asked: asked.1,
        uplint: format!("{ratio:.1} times: {} (worst {})", milliseconds(ours.total), milliseconds(ours.worst)),
        evmole: format!("{} (worst {})", milliseconds(theirs.total), milliseconds(theirs.worst)),
        is_met: ratio >= asked.0,
    }
}

/// How many codes a second and core are judged.
pub(super) fn per_second(what: String, asked: (f64, &'static str), figures: (f64, f64)) -> Target {
    Target {
        what,
        asked: asked.1,
        uplint: format!("{:.0}", figures.0),
        evmole: format!("{:.0} (storage alone)", figures.1),
        is_met: figures.0 >= asked.0,
    }
}

/// A time that must not be reached.
pub(super) fn under(what: String, asked: (Duration, &'static str), reached: Duration) -> Target {
    Target {
        what,
        asked: asked.1,
        uplint: milliseconds(reached),
        evmole: "not run".to_owned(),
        is_met: reached < asked.0,
    }
}

/// The memory of a process.
pub(super) fn memory(what: String, asked: (u64, &'static str), bytes: u64) -> Target {
    Target {
        what,
        asked: asked.1,
        uplint: format!("{} MB", bytes >> 20),
        evmole: "not run".to_owned(),
        is_met: bytes < asked.0,
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// The table as Markdown.
pub(super) fn table(targets: &[Target]) -> String {
    let mut text = String::from("| | asked | uplint | evmole | |\n|---|---|---|---|---|\n");
    for Target { what, asked, uplint, evmole, is_met } in targets {
        let mark = if *is_met { "" } else { "missed" };
        writeln!(text, "| {what} | {asked} | {uplint} | {evmole} | {mark} |")
            .expect("invariant: writing to a string does not fail");
    }
    text
}
