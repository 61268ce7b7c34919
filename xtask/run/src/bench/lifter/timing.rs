//! How long each side takes for the graph of a code: medians of runs that take turns, so that both meet the same machine.

use std::hint::black_box;
use std::time::{Duration, Instant};

use uplint_bytecode::lift;

use super::{Code, peer};

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

/// Measures ours and the peer's.
pub(super) fn measure(codes: &[&Code], runs: usize) -> (Took, Took) {
    let (mut ours, mut theirs) = (Took::default(), Took::default());
    for code in codes {
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for _ in 0..runs.max(1) {
            our_times.push(time(|| black_box(lift(black_box(&code.bytes)).steps)));
            their_times.push(time(|| black_box(peer::graph(black_box(&code.bytes)).blocks.len())));
        }
        ours.add(median(our_times));
        theirs.add(median(their_times));
    }
    (ours, theirs)
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
