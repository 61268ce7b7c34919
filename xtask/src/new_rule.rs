//! A new rule: a file that compiles and finds nothing yet, and its first cases.

use std::path::{Path, PathBuf};

use xtask::say;

use crate::rule_source::{self, CATALOG};
use crate::workspace::Workspace;
use crate::{TaskError, codegen};

const RULE: &str = include_str!("new_rule/rule.rs.txt");
const OLD: &str = include_str!("new_rule/old.sol");
const NEW: &str = include_str!("new_rule/new.sol");
const SAFE: &str = include_str!("new_rule/safe.sol");

/// Writes the files of a rule and what is generated from them.
pub(crate) fn write(workspace: &Workspace, slug: &str, id: Option<&str>) -> Result<(), TaskError> {
    if !is_slug(slug) {
        return Err(TaskError::Usage(format!("`{slug}` is no name in kebab case")));
    }
    let rules = rule_source::read_all(workspace)?;
    let id = match id {
        Some(id) if is_id(id) => id.to_owned(),
        Some(id) => return Err(TaskError::Usage(format!("`{id}` is no identifier; write it like `SL042`"))),
        None => next_id(rules.iter().map(|rule| rule.id.as_str())),
    };
    if let Some(rule) = rules.iter().find(|rule| rule.id == id || rule.slug == slug) {
        return Err(TaskError::Usage(format!("{} `{}` is there already", rule.id, rule.slug)));
    }
    for (path, text) in files(slug, &id) {
        workspace.write(&path, &text)?;
        say(&format!("wrote {}", path.display()));
    }
    codegen::write(workspace)?;
    say("next: write the rule and its cases, then `cargo xtask testdata` and `cargo xtask bless`");
    Ok(())
}

fn files(slug: &str, id: &str) -> Vec<(PathBuf, String)> {
    let module = slug.replace('-', "_");
    let fill =
        |template: &str| template.replace("{{id}}", id).replace("{{slug}}", slug).replace("{{type}}", &type_name(slug));
    let cases = Path::new("testdata/rules").join(slug);
    vec![
        (Path::new(CATALOG).join(format!("{module}.rs")), fill(RULE)),
        (cases.join("bad_first/old.sol"), fill(OLD)),
        (cases.join("bad_first/new.sol"), fill(NEW)),
        (cases.join("ok_first/old.sol"), fill(OLD)),
        (cases.join("ok_first/new.sol"), fill(SAFE)),
    ]
}

fn is_slug(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit());
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_word)
}

fn is_id(text: &str) -> bool {
    let (family, number) = text.split_at_checked(2).unwrap_or_default();
    family.len() == 2
        && family.chars().all(|char| char.is_ascii_uppercase())
        && number.len() == 3
        && number.chars().all(|char| char.is_ascii_digit())
}

/// The number after the highest of the family `SL`: identifiers are never reused.
fn next_id<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let numbers = ids.filter_map(|id| id.strip_prefix("SL")?.parse::<u16>().ok());
    format!("SL{:03}", numbers.max().unwrap_or(0) + 1)
}

fn type_name(slug: &str) -> String {
    let mut name = String::new();
    for word in slug.split('-') {
        let mut chars = word.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.extend(chars);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_slug() {
        assert_eq!(type_name("storage-variable-moved"), "StorageVariableMoved");
        assert!(is_slug("gap-2"));
        for wrong in ["", "Gap", "gap--end", "-gap", "gap_end", "2-gaps"] {
            assert!(!is_slug(wrong), "{wrong}");
        }
    }

    #[test]
    fn identifiers_go_on_after_the_highest() {
        assert_eq!(next_id(["DC011", "SL001", "SL016"].into_iter()), "SL017");
        assert!(is_id("PX002"));
        for wrong in ["", "SL1", "sl001", "SLX001", "S", "SL00é"] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }
}
