//! Expectations written where they belong: in a comment on the line that a finding names.
//!
//! ```text
//! uint256 fee; //~ HIGH SL001: moves `owner`
//! //~^ INFO SL006 (proved, existing): renamed         one line up, `^^` two, …
//! uint256 x; //~ HIGH SL001: `x` //~ LOW SL004: `y`   two on one line
//! ```
//!
//! A marker in `old.sol` stands for a finding whose place is in the old version. A Vyper source writes `#~`. What a
//! finding without a place is expected to say stands in a header: `//@ finding: INFO DF003: optimizer`.

/// One expected finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expectation {
    /// File of the place, empty for a finding without a place in a source.
    pub file: String,
    /// Line of the place from one, 0 for a finding without a place in a source.
    pub line: u32,
    /// Severity in lower case.
    pub severity: String,
    /// Identifier of the rule.
    pub rule: String,
    /// Further words that must hold, in lower case: an evidence grade, a confidence or a state.
    pub qualifiers: Vec<String>,
    /// Part of the message.
    pub message: String,
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.file, self.line)?;
        }
        write!(f, "{} {}: {}", self.severity.to_uppercase(), self.rule, self.message)
    }
}

/// How comments begin in a file, by its extension.
pub(crate) fn comment_mark(file: &str) -> &'static str {
    if std::path::Path::new(file).extension().is_some_and(|extension| extension == "vy" || extension == "vyi") {
        "#"
    } else {
        "//"
    }
}

/// The text without headers and markers. Line breaks stay, and so do the bytes before a marker but for the blanks that
/// set it off, so that lines and columns of what remains are those of the file.
pub fn strip_markers(file: &str, text: &str) -> String {
    let mark = comment_mark(file);
    let starts = [format!("{mark}~"), format!("{mark}@")];
    text.split_inclusive('\n')
        .map(|line| {
            let (content, line_break) = match line.strip_suffix('\n') {
                Some(content) => (content, "\n"),
                None => (line, ""),
            };
            match starts.iter().filter_map(|start| content.find(start.as_str())).min() {
                Some(at) => format!("{}{line_break}", content[..at].trim_end()),
                None => line.to_owned(),
            }
        })
        .collect()
}

/// The markers of one line, or what is wrong with one. `line` counts from one.
pub(crate) fn markers_of_line(file: &str, line: u32, content: &str) -> Result<Vec<Expectation>, String> {
    let start = format!("{}~", comment_mark(file));
    content
        .split(start.as_str())
        .skip(1)
        .map(|marker| {
            let body = marker.trim_start_matches('^');
            let up = u32::try_from(marker.len() - body.len()).map_err(|error| error.to_string())?;
            let line = line.checked_sub(up).filter(|&line| line > 0).ok_or("the marker points above the file")?;
            parse(body).map(|expectation| Expectation { file: file.to_owned(), line, ..expectation })
        })
        .collect()
}

/// Reads `SEVERITY RULE (QUALIFIER, …): MESSAGE`; the qualifiers may be missing.
pub(crate) fn parse(text: &str) -> Result<Expectation, String> {
    let (head, message) = text.split_once(':').ok_or("a marker reads `SEVERITY RULE: message`")?;
    let (words, qualifiers) = match head.split_once('(') {
        Some((words, rest)) => (words, rest.trim().strip_suffix(')').ok_or("`(` is not closed before `:`")?),
        None => (head, ""),
    };
    let [severity, rule] = words.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err("a marker reads `SEVERITY RULE: message`".to_owned());
    };
    let known = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
    if !known.contains(&severity) {
        return Err(format!("`{severity}` is no severity; one of {}", known.join(", ")));
    }
    let qualifiers: Vec<_> =
        qualifiers.split(',').map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect();
    let grades = ["pattern", "witnessed", "proved", "introduced", "fixed", "existing"];
    if let Some(unknown) = qualifiers.iter().find(|word| !grades.contains(&word.as_str())) {
        return Err(format!("`{unknown}` is neither an evidence grade nor a state; one of {}", grades.join(", ")));
    }
    Ok(Expectation {
        file: String::new(),
        line: 0,
        severity: severity.to_lowercase(),
        rule: rule.to_owned(),
        qualifiers,
        message: message.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripping_keeps_line_breaks_and_columns() {
        let text = "//@ contract: A\ncontract A {\r\n  uint x; //~ HIGH SL001: `x`\n}\n//~^ LOW SL004: y";
        assert_eq!(strip_markers("a.sol", text), "\ncontract A {\r\n  uint x;\n}\n");
    }

    #[test]
    fn vyper_markers_begin_with_a_hash() {
        assert_eq!(strip_markers("a.vy", "x: uint256 #~ HIGH SL001: x\n"), "x: uint256\n");
        assert_eq!(strip_markers("a.vy", "x: uint256 //~ HIGH\n"), "x: uint256 //~ HIGH\n");
    }

    #[test]
    fn several_markers_on_a_line_and_carets_are_read() {
        let markers = markers_of_line("a.sol", 7, "uint x; //~ HIGH SL001: a:b //~^^ LOW SL004 (Proved, existing): c");
        let markers = markers.expect("well-formed markers");
        assert_eq!((markers[0].line, markers[0].message.as_str()), (7, "a:b"));
        assert_eq!((markers[1].line, markers[1].rule.as_str()), (5, "SL004"));
        assert_eq!(markers[1].qualifiers, ["proved", "existing"]);
    }

    #[test]
    fn malformed_markers_are_refused() {
        for marker in ["//~ HIGH", "//~ high SL001: x", "//~ HIGH SL001 (sure): x", "//~^^ HIGH SL001: x"] {
            assert!(markers_of_line("a.sol", 2, marker).is_err(), "{marker}");
        }
    }
}
