//! Colour, characters and width of what is printed.

use anstyle::{AnsiColor, Style};
use miette::GraphicalTheme;

/// How to draw on this terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    /// Whether styles are written.
    pub(crate) color: bool,
    /// Whether characters beyond ASCII are drawn; text of the project is shown as it is either way.
    pub(crate) unicode: bool,
    /// Columns of a line.
    pub(crate) width: usize,
}

/// What a text is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It blocks.
    Fail,
    /// A person must look.
    Review,
    /// All is well.
    Pass,
    /// Worth knowing.
    Note,
    /// The statement itself.
    Strong,
    /// Beside the point.
    Faint,
}

impl Paint {
    /// The text in its tone. Only for text that is already fit to be printed.
    pub(crate) fn tone(&self, tone: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Fail => colored(AnsiColor::Red).bold(),
            Tone::Review => colored(AnsiColor::Yellow).bold(),
            Tone::Pass => colored(AnsiColor::Green).bold(),
            Tone::Note => colored(AnsiColor::Cyan),
            Tone::Strong => Style::new().bold(),
            Tone::Faint => Style::new().dimmed(),
        };
        format!("{style}{text}{style:#}")
    }

    /// The characters and styles in which sources are drawn.
    pub(crate) fn theme(&self) -> GraphicalTheme {
        match (self.unicode, self.color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        }
    }

    /// Fills lines with words; the first begins with `first`, the others with blanks of the same width.
    pub(crate) fn fill(&self, first: &str, text: &str) -> String {
        self.fill_indented(first, &" ".repeat(textwrap::core::display_width(first)), text)
    }

    /// Fills lines with words; the first begins with `first`, the others with `rest`.
    pub(crate) fn fill_indented(&self, first: &str, rest: &str, text: &str) -> String {
        textwrap::fill(text, words(self.width.max(40)).initial_indent(first).subsequent_indent(rest))
    }

    /// A separator between words of one line.
    pub(crate) fn dot(&self) -> &'static str {
        if self.unicode { " · " } else { " - " }
    }

    /// A line across with a title.
    pub(crate) fn rule(&self, tone: Tone, title: &str) -> String {
        let bar = if self.unicode { "─" } else { "-" };
        let rest = self.width.saturating_sub(textwrap::core::display_width(title) + 4);
        format!("{} {} {}", self.tone(Tone::Faint, &bar.repeat(2)), self.tone(tone, title), {
            self.tone(Tone::Faint, &bar.repeat(rest))
        })
    }
}

/// Fills lines of so many columns with words.
pub(crate) fn fill_within(columns: usize, text: &str) -> String {
    textwrap::fill(text, words(columns))
}

/// Lines are broken at blanks alone: hyphens occur in ranges, identifiers and paths, which are to be found by a search.
fn words(columns: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(columns)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
}

fn colored(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(color.into()))
}
