//! What a terminal gets: colours, width, errors and remarks on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use anstream::ColorChoice;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::args::When;

/// Columns of a report that is not read on a terminal.
const COLUMNS: usize = 100;

/// Settles for the whole process when colours are used.
pub(crate) fn set_color(when: When) {
    match when {
        When::Auto => ColorChoice::Auto,
        When::Always => ColorChoice::Always,
        When::Never => ColorChoice::Never,
    }
    .write_global();
}

/// How text on standard output is to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Whether to colour.
    pub(crate) color: bool,
    /// Width in columns.
    pub(crate) width: usize,
}

/// How text on standard output is to look.
pub(crate) fn stdout_style() -> Style {
    let stdout = io::stdout();
    let color = anstream::AutoStream::choice(&stdout) != ColorChoice::Never;
    Style { color, width: width(terminal_size::terminal_size_of(&stdout)) }
}

/// How a report in a file is to look.
pub(crate) const FILE_STYLE: Style = Style { color: false, width: COLUMNS };

/// Prints an error to standard error.
pub(crate) fn print_error(error: &dyn Diagnostic) {
    let stderr = io::stderr();
    let theme = if anstream::AutoStream::choice(&stderr) == ColorChoice::Never {
        GraphicalTheme::unicode_nocolor()
    } else {
        GraphicalTheme::unicode()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(width(terminal_size::terminal_size_of(&stderr)));
    let mut text = String::new();
    if handler.render_report(&mut text, error).is_err() {
        text = format!("{error}\n");
    }
    print_stderr(&text);
}

/// Prints a remark to standard error.
pub(crate) fn print_remark(text: &str) {
    print_stderr(&format!("{text}\n"));
}

/// Standard error may be closed, and then nobody is there to be told.
fn print_stderr(text: &str) {
    let written = io::stderr().lock().write_all(text.as_bytes());
    drop(written);
}

/// Whether standard error is read on a terminal.
pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

fn width(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    size.map_or(COLUMNS, |(width, _)| usize::from(width.0).clamp(40, 160))
}
