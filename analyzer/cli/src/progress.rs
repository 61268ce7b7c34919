//! Says on standard error what takes long, to people at a terminal alone.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::GlobalArgs;
use crate::console;

/// How long work may take without a word.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// A line that tells what is being done, and goes when it is done.
pub(crate) struct Progress {
    bar: ProgressBar,
    is_verbose: bool,
    patience: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts waiting for work that takes long.
    pub(crate) fn start(global: &GlobalArgs) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let is_shown = console::stderr_is_terminal() && !global.no_progress && !global.quiet && !global.verbose;
        let patience = is_shown.then(|| {
            let (done, is_done) = channel();
            let bar = bar.clone();
            let thread = std::thread::spawn(move || {
                if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                        bar.set_style(style);
                    }
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(TICK);
                }
            });
            (done, thread)
        });
        Progress { bar, is_verbose: global.verbose, patience }
    }

    /// Tells what is being done.
    pub(crate) fn tell(&self, what: &str) {
        if self.is_verbose {
            console::print_remark(what);
        } else {
            self.bar.set_message(what.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.patience.take() {
            drop(done);
            // The thread only draws: if it panicked, there is nothing more to draw.
            drop(thread.join());
        }
        self.bar.finish_and_clear();
    }
}
