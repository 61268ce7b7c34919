//! Golden files: text that a test holds against what it was, and rewrites when its author says that the new one is right.

use std::path::Path;

use crate::error::TestkitError;

/// Whether golden files are to be rewritten (`UPLINT_BLESS=1`).
pub fn is_blessing() -> bool {
    std::env::var_os("UPLINT_BLESS").is_some_and(|value| !value.is_empty() && value != "0")
}

/// Holds text against a golden file, or rewrites the file when blessing.
pub fn compare(path: &Path, actual: &str) -> Result<(), TestkitError> {
    let recorded = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(TestkitError::io(path)(error)),
    };
    if recorded == actual && path.exists() {
        return Ok(());
    }
    if is_blessing() {
        return std::fs::write(path, actual).map_err(TestkitError::io(path));
    }
    let difference =
        similar::TextDiff::from_lines(recorded.as_str(), actual).unified_diff().context_radius(2).to_string();
    Err(TestkitError::Golden { path: path.to_owned(), difference })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_by_its_lines() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report.txt");
        std::fs::write(&path, "a\nb\nc\n").expect("the golden file");
        assert!(compare(&path, "a\nb\nc\n").is_ok());
        let error = compare(&path, "a\nx\nc\n").expect_err("another text").to_string();
        assert!(error.contains("-b\n+x\n"), "{error}");
    }

    #[test]
    fn a_missing_file_is_a_difference_even_to_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(compare(&folder.path().join("report.txt"), "").is_err());
    }
}
