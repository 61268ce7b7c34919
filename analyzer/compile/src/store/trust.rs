//! May this executable be started?
//!
//! A project under test may come from a stranger. Nothing that lies in it, links followed, is run, and no child process
//! finds a program of it on its `PATH`, unless the user says so.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::discover;
use crate::error::CompileError;

/// Where programs are looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The user's `PATH`.
    pub(crate) path: OsString,
    /// The activated Python environment.
    pub(crate) virtual_env: Option<PathBuf>,
    /// npm's configuration of the user.
    pub(crate) npmrc: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // npm reads the name in any case.
        let npmrc = std::env::vars_os()
            .find(|(name, value)| name.eq_ignore_ascii_case("npm_config_userconfig") && !value.is_empty())
            .map(|(_, value)| PathBuf::from(value));
        let npmrc = npmrc.or_else(|| dirs::home_dir().map(|home| home.join(".npmrc")));
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            virtual_env: variable("VIRTUAL_ENV"),
            npmrc: npmrc.filter(|npmrc| npmrc.is_file()),
        }
    }
}

/// What the user allows to be run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// Roots of the projects under test, links followed.
    projects: Vec<PathBuf>,
    /// Roots of the repositories around them: a project's programs may be installed for several projects at once.
    repositories: Vec<PathBuf>,
    allow_project_compiler: bool,
    surroundings: Surroundings,
}

impl Trust {
    /// Refuses everything within `roots` unless `allow_project_compiler`.
    pub(crate) fn new<'a>(
        roots: impl IntoIterator<Item = &'a Path>,
        allow_project_compiler: bool,
        surroundings: Surroundings,
    ) -> Self {
        let enclosing = |root: &Path| {
            let root = resolve(root);
            discover::enclosing_project(&root).map_or(root, |(project, _)| project)
        };
        let projects: Vec<PathBuf> = roots.into_iter().map(enclosing).collect();
        // A user may keep the whole home directory in a repository, and what is installed there is the user's.
        let home = dirs::home_dir();
        let is_homes = |repository: &PathBuf| home.as_ref().is_some_and(|home| resolve(home).starts_with(repository));
        let repositories = projects.iter().map(|project| discover::boundary(project));
        let repositories = repositories.filter(|repository| !is_homes(repository)).collect();
        Self { projects, repositories, allow_project_compiler, surroundings }
    }

    /// The folder of strangers that holds `path` or a link on the way to what it means; `None` when it may be run.
    fn owner<'a>(&self, path: &Path, folders: impl Iterator<Item = &'a PathBuf> + Clone) -> Option<&'a Path> {
        if self.allow_project_compiler {
            return None;
        }
        // Who can write a link decides what runs, wherever it leads.
        let places: Vec<PathBuf> = links(path).iter().filter_map(|link| link.parent().map(resolve)).collect();
        let resolved = resolve(path);
        let mut folders = folders;
        folders
            .find(|folder| resolved.starts_with(folder) || places.iter().any(|place| place.starts_with(folder)))
            .map(PathBuf::as_path)
    }

    /// Folders whose programs are not run.
    fn strangers(&self) -> impl Iterator<Item = &PathBuf> + Clone {
        self.projects.iter().chain(&self.repositories)
    }

    /// Fails when `path`, to be run as `program`, lies in a project under test.
    pub(crate) fn check(&self, program: &'static str, path: &Path) -> Result<(), CompileError> {
        match self.owner(path, self.strangers()) {
            None => Ok(()),
            Some(root) => Err(CompileError::RefusedExecutable {
                program,
                path: path.to_path_buf(),
                resolved: resolve(path),
                root: root.to_path_buf(),
            }),
        }
    }

    /// Fails when a directory whose contents are believed lies in a project under test.
    pub(crate) fn check_directory(&self, path: &Path) -> Result<(), CompileError> {
        match self.owner(path, self.projects.iter()) {
            None => Ok(()),
            Some(root) => {
                Err(CompileError::RefusedCacheDirectory { path: path.to_path_buf(), root: root.to_path_buf() })
            }
        }
    }

    /// The user's `PATH` without directories of a project under test and without relative ones, for child processes.
    pub(crate) fn search_path(&self) -> OsString {
        let is_ours = |dir: &PathBuf| dir.is_absolute() && self.owner(dir, self.strangers()).is_none();
        let kept = std::env::split_paths(&self.surroundings.path).filter(is_ours);
        // Joining fails only for an entry that holds the separator, which none that was just split can.
        std::env::join_paths(kept).unwrap_or_default()
    }

    /// The program that the user's `PATH` names, if it may be run.
    pub(crate) fn find(&self, program: &'static str) -> Result<Option<PathBuf>, CompileError> {
        let folder = std::env::current_dir().unwrap_or_default();
        let Ok(path) = which::which_in(program, Some(&self.surroundings.path), folder) else { return Ok(None) };
        self.check(program, &path)?;
        Ok(Some(path))
    }

    /// npm, if it may be run and takes no configuration from a project under test.
    pub(crate) fn npm(&self) -> Result<Option<PathBuf>, CompileError> {
        let npm = self.find("npm")?;
        match &self.surroundings.npmrc {
            Some(npmrc) if npm.is_some() => self.check("npm", npmrc).map(|()| npm),
            _ => Ok(npm),
        }
    }

    /// `vyper` of the activated environment, if there is one and it may be run.
    pub(crate) fn vyper_of_environment(&self) -> Result<Option<PathBuf>, CompileError> {
        let name = if cfg!(windows) { "Scripts/vyper.exe" } else { "bin/vyper" };
        let found = self.surroundings.virtual_env.as_ref().map(|dir| dir.join(name)).filter(|path| path.is_file());
        found.map(|path| self.check("vyper", &path).map(|()| path)).transpose()
    }
}

/// A path and every link that it leads to.
fn links(path: &Path) -> Vec<PathBuf> {
    const LIMIT: usize = 40;
    let mut links = vec![path.to_path_buf()];
    while let Some(target) = links.last().and_then(|link| link.read_link().ok()) {
        let folder = links.last().and_then(|link| link.parent()).unwrap_or(Path::new(""));
        links.push(folder.join(target));
        if links.len() > LIMIT {
            break;
        }
    }
    links
}

/// The real path, or the best that can be said of one that does not exist: its nearest existing ancestor, resolved.
fn resolve(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut rest = Vec::new();
    for ancestor in absolute.ancestors() {
        if let Ok(mut real) = ancestor.canonicalize() {
            real.extend(rest.iter().rev());
            return real;
        }
        rest.extend(ancestor.file_name());
    }
    absolute.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executable_in_the_project_is_refused() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let project = dir.path().join("project");
        std::fs::create_dir_all(&project).expect("a directory");
        let trust = Trust::new([project.as_path()], false, Surroundings::default());
        let error = trust.check("solc", &project.join("bin/solc")).expect_err("it lies in the project");
        assert!(error.to_string().contains("refusing to run"), "{error}");
        assert!(trust.check("solc", &dir.path().join("solc")).is_ok());
    }

    #[test]
    fn the_user_may_allow_it() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        assert!(
            Trust::new([dir.path()], true, Surroundings::default()).check("solc", &dir.path().join("solc")).is_ok()
        );
    }

    #[test]
    fn programs_of_the_repository_around_the_project_are_refused() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let project = dir.path().join("packages/app");
        std::fs::create_dir_all(&project).expect("folders can be made");
        std::fs::create_dir(dir.path().join(".git")).expect("a directory");
        let trust = Trust::new([project.as_path()], false, Surroundings::default());
        assert!(trust.check("node", &dir.path().join("node_modules/.bin/node")).is_err());
        // A cache is data that only this program writes, and may lie beside the project.
        assert!(trust.check_directory(&dir.path().join("target/cache")).is_ok());
        assert!(trust.check_directory(&project.join("cache")).is_err());
    }

    #[test]
    fn a_folder_within_a_project_stands_for_the_project() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir_all(dir.path().join("src/v1")).expect("folders can be made");
        std::fs::write(dir.path().join("foundry.toml"), "").expect("a file");
        let trust = Trust::new([dir.path().join("src/v1").as_path()], false, Surroundings::default());
        assert!(trust.check("solc", &dir.path().join("tools/solc")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_on_the_way_counts() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let project = dir.path().join("project");
        std::fs::create_dir(&project).expect("a directory");
        std::fs::write(dir.path().join("solc"), "").expect("a file");
        std::os::unix::fs::symlink(dir.path().join("solc"), project.join("link")).expect("a link");
        std::os::unix::fs::symlink(project.join("link"), dir.path().join("first")).expect("a link");
        let trust = Trust::new([project.as_path()], false, Surroundings::default());
        assert!(trust.check("solc", &dir.path().join("first")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_in_both_directions() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (project, outside) = (dir.path().join("project"), dir.path().join("outside"));
        for dir in [&project, &outside] {
            std::fs::create_dir(dir).expect("a directory");
            std::fs::write(dir.join("solc"), "").expect("a file");
        }
        std::os::unix::fs::symlink(project.join("solc"), outside.join("link")).expect("a link");
        std::os::unix::fs::symlink(outside.join("solc"), project.join("link")).expect("a link");
        let trust = Trust::new([project.as_path()], false, Surroundings::default());
        assert!(trust.check("solc", &outside.join("link")).is_err());
        assert!(trust.check("solc", &project.join("link")).is_err());
        assert!(trust.check("solc", &outside.join("solc")).is_ok());
    }
}
