//! How long each side takes for the graph of a code, and for its storage: medians of runs that take turns, so that both
//! meet the same machine. How long the worst of hostile codes take.

use std::cmp::Reverse;
use std::hint::black_box;
use std::time::{Duration, Instant};

use uplint_bytecode::lift;
use uplint_facts::effects::code_effects;

use super::{Code, peer};

/// How many of the slowest codes run again, and how often.
const SLOWEST: usize = 20;
const AGAIN: usize = 5;

/// What one side took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Took {
    /// All codes together.
    pub(super) total: Duration,
    /// The slowest one.
    pub(super) worst: Duration,
}

impl Took {
    fn add(&mut self, time: Duration) {
        self.total += time;
        self.worst = self.worst.max(time);
    }
}

/// Both sides for the graphs.
pub(super) fn graphs(codes: &[&Code], runs: usize) -> (Took, Took) {
    let ours = |code: &[u8]| {
        black_box(lift(code).steps);
    };
    let theirs = |code: &[u8]| {
        black_box(peer::graph(code).blocks.len());
    };
    measure(codes, runs, &ours, &theirs)
}

/// Both sides for storage: ours with the graph, functions, calls and conditions.
pub(super) fn storage(codes: &[&Code], runs: usize) -> (Took, Took) {
    measure(codes, runs, &our_storage, &their_storage)
}

fn our_storage(code: &[u8]) {
    black_box(code_effects(code, &[]).entries.len());
}

fn their_storage(code: &[u8]) {
    black_box(peer::storage(code).len());
}

/// Both sides for the storage of all codes, one after the other: what a core gets through when it does nothing else.
pub(super) fn all_storage(codes: &[&Code], runs: usize) -> (Duration, Duration) {
    let all = |work: &dyn Fn(&[u8])| time(|| codes.iter().for_each(|code| work(black_box(&code.bytes))));
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..runs.max(1) {
        our_times.push(all(&our_storage));
        their_times.push(all(&their_storage));
    }
    (median(our_times), median(their_times))
}

/// Everything of the slowest of some codes: each once, and the slowest ones again, since a machine that does other work
/// makes one run slow. The fastest of its runs.
pub(super) fn slowest<'a>(codes: impl Iterator<Item = &'a [u8]>) -> Duration {
    let mut all: Vec<(Duration, &[u8])> = codes.map(|code| (time(|| our_storage(code)), code)).collect();
    all.sort_by_key(|(time, _)| Reverse(*time));
    let again = all.iter().take(SLOWEST);
    let fastest = |(first, code): &(Duration, &[u8])| {
        (0..AGAIN).map(|_| time(|| our_storage(code))).chain([*first]).min().unwrap_or_default()
    };
    again.map(fastest).max().unwrap_or_default()
}

fn measure(codes: &[&Code], runs: usize, ours: &dyn Fn(&[u8]), theirs: &dyn Fn(&[u8])) -> (Took, Took) {
    let (mut our_time, mut their_time) = (Took::default(), Took::default());
    for (number, code) in codes.iter().enumerate() {
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for run in 0..runs.max(1) {
            // Neither side is always the one that finds the machine as the other left it.
            let is_ours_first = (number + run) % 2 == 0;
            if is_ours_first {
                our_times.push(time(|| ours(black_box(&code.bytes))));
            }
            their_times.push(time(|| theirs(black_box(&code.bytes))));
            if !is_ours_first {
                our_times.push(time(|| ours(black_box(&code.bytes))));
            }
        }
        our_time.add(median(our_times));
        their_time.add(median(their_times));
    }
    (our_time, their_time)
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
