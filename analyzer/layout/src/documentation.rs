//! The NatSpec comment of a declaration, from the syntax tree or, where old compilers drop it, from the source text.
//!
//! solc prints the comments of state variables from 0.7 on and those of structs from 0.8.20 on.

use std::borrow::Cow;

use uplint_artifact::{NodeKind, NodeRef, Span, Unit};

/// Longest comment in bytes that is looked for in source text.
const MAX_COMMENT_BYTES: usize = 64 * 1024;

/// The comment of a declaration.
pub(crate) enum Documentation<'a> {
    /// Its text without comment marks, and where it stands (or what it is attached to).
    Text {
        /// Text.
        text: Cow<'a, str>,
        /// Place.
        span: Span,
    },
    /// There is none.
    Absent,
    /// The compiler does not print it and the source text is missing.
    Unknown,
}

/// The comment of a declaration or statement.
pub(crate) fn documentation_of(unit: &Unit, node: NodeRef) -> Documentation<'_> {
    let ast = unit.ast();
    let declaration = &ast[node];
    if let Some(text) = &declaration.documentation {
        let comment = ast.all_children(node).find(|&child| ast[child].kind == NodeKind::StructuredDocumentation);
        return Documentation::Text { text: Cow::Borrowed(text), span: ast[comment.unwrap_or(node)].span };
    }
    if is_printed(unit, declaration.kind) {
        return Documentation::Absent;
    }
    let source = unit.source(declaration.span.source);
    let Some(text) = source.and_then(|source| source.text.as_deref()) else { return Documentation::Unknown };
    let before = usize::try_from(declaration.span.start).ok().and_then(|start| text.get(..start));
    match before.map(comment_at_end) {
        None => Documentation::Unknown,
        Some(None) => Documentation::Absent,
        Some(Some(text)) => Documentation::Text { text: Cow::Owned(text), span: declaration.span },
    }
}

/// Whether the unit's compiler prints the comments of such declarations.
fn is_printed(unit: &Unit, kind: NodeKind) -> bool {
    let since = match kind {
        NodeKind::StructDefinition => (0, 8, 20),
        NodeKind::VariableDeclaration => (0, 7, 0),
        _ => return true,
    };
    let version = unit.compiler.version.as_ref();
    version.is_some_and(|version| (version.major, version.minor, version.patch) >= since)
}

/// The documentation comment with which a text ends, blanks and ordinary comments behind it aside.
fn comment_at_end(text: &str) -> Option<String> {
    let from = text.floor_char_boundary(text.len().saturating_sub(MAX_COMMENT_BYTES));
    let mut rest = text[from..].trim_end();
    let mut lines = Vec::new();
    loop {
        if let Some(block) = rest.strip_suffix("*/") {
            let start = block_start(block)?;
            let body = block[start..].strip_prefix("/**").filter(|_| lines.is_empty());
            match body {
                Some(body) => return Some(without_stars(body)),
                None => rest = rest[..start].trim_end(),
            }
        } else {
            let line_start = rest.rfind('\n').map_or(0, |at| at + 1);
            let line = rest[line_start..].trim_start();
            match (line.strip_prefix("///"), line.starts_with("//")) {
                (Some(body), _) => lines.push(body.trim()),
                (None, true) if lines.is_empty() => {}
                _ => break,
            }
            rest = rest[..line_start].trim_end();
        }
    }
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Where the block comment begins that a text ends in, its end mark cut off: at the last mark, unless an earlier one
/// begins a line, for the comment itself may hold marks such as `src/*.sol`.
fn block_start(text: &str) -> Option<usize> {
    let behind_other = text.rfind("*/").map_or(0, |end| end + 2);
    let begins_line = |&at: &usize| text[..at].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
    let mut marks = text[behind_other..].match_indices("/*").map(|(at, _)| behind_other + at);
    marks.find(begins_line).or_else(|| text.rfind("/*"))
}

fn without_stars(body: &str) -> String {
    let lines: Vec<&str> = body.lines().map(|line| line.trim_start().trim_start_matches('*').trim()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(text: &str) -> Option<String> {
        comment_at_end(text)
    }

    #[test]
    fn both_forms_of_documentation_are_found() {
        assert_eq!(comment("uint a;\n  /// @custom:x y\n  /// z\n  "), Some("@custom:x y\nz".into()));
        assert_eq!(comment("/**\n * @custom:x y\n * z\n */\n"), Some("\n@custom:x y\nz\n".into()));
        assert_eq!(comment("/** @custom:x y */"), Some("@custom:x y".into()));
    }

    #[test]
    fn an_ordinary_comment_between_is_passed_over() {
        assert_eq!(comment("/// a\n// b\n"), Some("a".into()));
        assert_eq!(comment("/** a */\n/* b */\n"), Some("a".into()));
    }

    #[test]
    fn a_comment_may_hold_the_marks_of_comments() {
        assert_eq!(
            comment("/**\n * see src/*.sol\n * @custom:x y\n */"),
            Some("\nsee src/*.sol\n@custom:x y\n".into())
        );
        assert_eq!(comment("string s = \"/*\"; /** @custom:x y */"), Some("@custom:x y".into()));
        assert_eq!(comment("/* a */ uint b; /** c */"), Some("c".into()));
    }

    #[test]
    fn code_and_ordinary_comments_are_no_documentation() {
        for text in ["", "uint a;", "uint a; /// of a", "// b", "/* c */", "/**/", "*/"] {
            assert_eq!(comment(text), None, "{text}");
        }
    }
}
