//! What a terminal gets: colours, width, errors and remarks on standard error.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::ColorChoice;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use textwrap::{WordSeparator, WordSplitter};
use uplint_report::one_line;

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
        // A path or an option that is broken at a hyphen cannot be copied.
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .with_width(width(terminal_size::terminal_size_of(&stderr)));
    let mut text = String::new();
    let shown = Shown::of(error);
    if handler.render_report(&mut text, &shown).is_err() {
        text = format!("{shown}\n");
    }
    print_stderr(&text);
}

/// A diagnostic in which nothing that a stranger wrote acts on the terminal.
#[derive(Debug)]
struct Shown {
    code: Option<String>,
    message: String,
    help: Option<String>,
}

impl Shown {
    fn of(error: &dyn Diagnostic) -> Self {
        let harmless = |text: String| text.lines().map(one_line).collect::<Vec<_>>().join("\n");
        Shown {
            code: error.code().map(|code| harmless(code.to_string())),
            message: harmless(error.to_string()),
            help: error.help().map(|help| harmless(help.to_string())),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// Prints a remark to standard error.
pub(crate) fn print_remark(text: &str) {
    print_stderr(&format!("{}\n", one_line(text)));
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
