//! Where code scanning is to show a finding: one line of a file that the repository has.
//!
//! The file of a cause is not always shown: one of the old version does not exist any more, and one of a dependency
//! (a submodule, a link of a package manager) is not part of the repository. Then the declaration of the judged contract
//! stands in, and the text names the place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uplint_artifact::SourceText;
use uplint_facts::{Side, UpgradeFacts};
use uplint_rules::Location;

use super::model::{ArtifactLocation, ContextRegion, PhysicalLocation, Region, Snippet};
use crate::source_place::{SourcePlace, source_place};

/// Characters of a path that stand for themselves in a URI (RFC 3986, 3.3), but for those that a relative reference
/// must not have in its first segment.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'@');

/// Longest excerpt in bytes.
const MAX_SNIPPET: usize = 1000;

/// The place itself, when code scanning can show it.
pub(super) fn shown(facts: Option<&UpgradeFacts>, location: &Location, project: &str) -> Option<PhysicalLocation> {
    let place = source_place(facts, location)?;
    let is_shown = location.side != Side::Old && !is_dependency(&place.source.path);
    if is_shown { physical(&place, project) } else { None }
}

/// The declaration of the judged contract, its file's first character, or the input.
pub(super) fn fallback(facts: Option<&UpgradeFacts>, project: &str, input: &str) -> PhysicalLocation {
    let declaration = facts.and_then(|facts| {
        let artifact = &facts.new.artifact;
        let node = &artifact.ast()?[artifact.definition()?];
        let span = node.name_span.unwrap_or(node.span);
        shown(Some(facts), &Location::span(Side::New, Some(span)), project)
    });
    declaration.unwrap_or_else(|| {
        let path = facts.and_then(|facts| facts.new.artifact.source_file()).map(|source| &*source.path);
        let uri = path.map_or_else(|| uri("", input), |path| uri(project, path));
        let region = Region { start_line: 1, start_column: 1, end_line: 1, end_column: 2, snippet: None };
        PhysicalLocation { artifact_location: uri, region, context_region: None }
    })
}

/// Whether a path belongs to what the project depends on.
fn is_dependency(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.clone().any(|segment| segment == "node_modules")
        || segments.next().is_some_and(|first| matches!(first, "lib" | "dependencies"))
}

fn physical(place: &SourcePlace<'_>, project: &str) -> Option<PhysicalLocation> {
    let (text, range) = place.first_line()?;
    let at = text.line_at(range.start);
    let line = u32::try_from(at + 1).ok()?;
    let column = |byte: usize| u32::try_from(text.columns_before(byte).1 + 1).ok();
    let (start_column, end_column) = (column(range.start)?, column(range.end)?);
    let excerpt = &text[range];
    let snippet = (excerpt.len() <= MAX_SNIPPET && !excerpt.is_empty()).then(|| Snippet { text: excerpt.to_owned() });
    Some(PhysicalLocation {
        artifact_location: uri(project, &place.source.path),
        region: Region {
            start_line: line,
            start_column,
            end_line: line,
            // An empty region would be an insertion point, which code scanning does not show.
            end_column: end_column.max(start_column + 1),
            snippet,
        },
        context_region: context(text, at),
    })
}

/// The line with one before and one after.
fn context(text: &SourceText, line: usize) -> Option<ContextRegion> {
    let first = line.saturating_sub(1);
    let lines: Vec<_> = (first..=line + 1).map_while(|line| text.line_bytes(line)).collect();
    let len: usize = lines.iter().map(|line| line.len() + 1).sum();
    if len > MAX_SNIPPET + 1 {
        return None;
    }
    let excerpt = lines.iter().map(|line| &text[line.clone()]).collect::<Vec<_>>().join("\n");
    let start_line = u32::try_from(first + 1).ok()?;
    let end_line = start_line.checked_add(u32::try_from(lines.len()).ok()?.checked_sub(1)?)?;
    Some(ContextRegion { start_line, end_line, snippet: Snippet { text: excerpt } })
}

/// A path from the root of the repository as a relative URI reference.
fn uri(project: &str, path: &str) -> ArtifactLocation {
    let mut segments: Vec<&str> = Vec::new();
    for segment in project.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let path = segments.join("/");
    ArtifactLocation { uri: utf8_percent_encode(&path, ENCODED).to_string(), uri_base_id: "%SRCROOT%" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_relative_to_the_root_and_encoded() {
        assert_eq!(uri("packages/core", "src/V.sol").uri, "packages/core/src/V.sol");
        assert_eq!(uri("packages/core", "../shared/V.sol").uri, "packages/shared/V.sol");
        assert_eq!(uri("./", "./src/Größe #1.sol").uri, "src/Gr%C3%B6%C3%9Fe%20%231.sol");
        assert_eq!(uri("", "@oz/a:b.sol").uri, "@oz/a%3Ab.sol");
    }

    #[test]
    fn dependencies_are_known_by_their_folder() {
        assert!(is_dependency("lib/oz/V.sol") && is_dependency("node_modules/oz/V.sol"));
        assert!(is_dependency("packages/a/node_modules/oz/V.sol"));
        assert!(!is_dependency("src/lib/V.sol"));
    }
}
