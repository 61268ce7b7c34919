//! Where does an input lie in its git repository? Code scanning counts paths from the root of that.

use std::path::Path;

/// Files that make a folder a project.
const PROJECT_FILES: [&str; 4] = ["foundry.toml", "hardhat.config.js", "hardhat.config.ts", "hardhat.config.cjs"];

/// The path from the root of the repository, with `/`; empty for the root itself, the file's or folder's own name where
/// there is no repository.
pub(crate) fn path_within(real: &Path) -> Option<String> {
    let root = real.ancestors().find(|folder| folder.join(".git").exists());
    let within = match root {
        Some(root) => real.strip_prefix(root).ok()?,
        None if real.is_dir() => return None,
        None => Path::new(real.file_name()?),
    };
    Some(within.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// The project that build information lies in: the nearest folder above it with a framework's configuration.
pub(crate) fn project_of(real: &Path) -> Option<std::path::PathBuf> {
    let is_project = |folder: &&Path| PROJECT_FILES.iter().any(|name| folder.join(name).is_file());
    real.ancestors().skip(1).find(is_project).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_from_the_repository() {
        let directory = tempfile::tempdir().expect("invariant: a temporary directory can be made");
        let project = directory.path().join("packages/vault");
        std::fs::create_dir_all(project.join("out")).expect("invariant: the directory is writable");
        std::fs::create_dir(directory.path().join(".git")).expect("invariant: the directory is writable");
        std::fs::write(project.join("foundry.toml"), "").expect("invariant: the directory is writable");
        assert_eq!(path_within(&project).as_deref(), Some("packages/vault"));
        assert_eq!(path_within(directory.path()).as_deref(), Some(""));
        assert_eq!(project_of(&project.join("out/build.json")), Some(project));
    }
}
