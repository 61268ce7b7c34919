//! Whether two names are likely to mean the same variable.

use super::change::RenameProof;

/// Marks that a team puts on a variable that it no longer uses.
const MARKS: [&str; 8] = ["deprecated", "unused", "removed", "obsolete", "legacy", "retired", "old", "dead"];

/// A shorter name within a longer one says nothing.
const MIN_CONTAINED: usize = 3;

/// Why a variable of the new name is the one of the old name, as far as names can say.
pub(super) fn relation(old: &str, new: &str) -> Option<RenameProof> {
    let (old_path, new_path) = (old, new);
    let (old, new) = (last_element(old_path), last_element(new_path));
    if old == new && old_path != new_path {
        return Some(RenameProof::Regrouped);
    }
    let is_prefix = |whole: &str, part: &str| whole.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'));
    if is_prefix(new_path, old_path) || is_prefix(old_path, new_path) {
        return Some(RenameProof::Regrouped);
    }
    let (old_core, new_core) = (core(old), core(new));
    let is_contained = |long: &str, short: &str| short.len() >= MIN_CONTAINED && long.contains(short);
    if !old_core.is_empty() && without_doubling(&old_core) == without_doubling(&new_core)
        || is_contained(&new_core, &old_core)
        || is_contained(&old_core, &new_core)
    {
        return Some(RenameProof::RelatedLabels);
    }
    (is_marked(new) && !is_marked(old)).then_some(RenameProof::Retired)
}

/// A name without case, underscores and marks; two variables of one core are the same variable.
pub(super) fn core(label: &str) -> String {
    let words = words(label);
    let kept: Vec<&str> = words.iter().map(String::as_str).filter(|word| !MARKS.contains(word)).collect();
    kept.concat()
}

/// A name with single letters for double ones, which spelling confuses (`overriden`).
fn without_doubling(core: &str) -> String {
    let mut letters: Vec<char> = core.chars().collect();
    letters.dedup_by(|this, previous| this == previous && this.is_alphabetic());
    letters.into_iter().collect()
}

fn is_marked(label: &str) -> bool {
    words(label).iter().any(|word| MARKS.contains(&word.as_str()))
}

fn last_element(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Words of a name in lower case: split at underscores, digits and the humps of camel case.
fn words(label: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    for character in label.chars() {
        if character.is_alphanumeric() {
            let starts_hump = character.is_uppercase() && !previous.is_uppercase();
            let changes_kind = character.is_numeric() != previous.is_numeric();
            if previous == '_' || starts_hump || changes_kind || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
            previous = character;
        } else {
            previous = '_';
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_underscores_and_marks_do_not_make_another_variable() {
        for (old, new) in [
            ("owner", "_owner"),
            ("maxDeposit", "max_deposit"),
            ("fee", "feeBps"),
            ("fee", "deprecatedFee"),
            ("fee", "__fee_DEPRECATED"),
            ("DEPRECATED_fee", "fee"),
            ("totalSupply", "supply"),
            ("hasOverriden", "hasOverridden"),
        ] {
            assert_eq!(relation(old, new), Some(RenameProof::RelatedLabels), "{old} {new}");
        }
    }

    #[test]
    fn a_mark_alone_retires_a_variable() {
        assert_eq!(relation("fee", "__deprecated1"), Some(RenameProof::Retired));
        assert_eq!(relation("fee", "_unused"), Some(RenameProof::Retired));
        assert_eq!(relation("fee", "oldSlot"), Some(RenameProof::Retired));
    }

    #[test]
    fn a_retired_variable_that_gets_a_meaning_is_not_confirmed() {
        assert_eq!(relation("__deprecated1", "fee"), None);
        assert_eq!(relation("_unused", "fee"), None);
    }

    #[test]
    fn the_last_element_of_a_path_counts() {
        assert_eq!(relation("fee", "limits.fee"), Some(RenameProof::Regrouped));
        assert_eq!(relation("config.owner", "settings.owner"), Some(RenameProof::Regrouped));
        assert_eq!(relation("total", "total.amount"), Some(RenameProof::Regrouped));
    }

    #[test]
    fn unrelated_names_say_nothing() {
        for (old, new) in [
            ("maxDeposit", "assetDecimal"),
            ("a", "ab"),
            ("threshold", "holder"),
            ("to", "token"),
            ("rate112", "rate12"),
        ] {
            assert_eq!(relation(old, new), None, "{old} {new}");
        }
    }
}
