//! What the caller may choose about compiling.

use std::path::PathBuf;

/// Choices that hold for every input of a run.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// The solc to use for everything, instead of finding one for each version.
    pub solc: Option<PathBuf>,
    /// The Vyper to use.
    pub vyper: Option<PathBuf>,
    /// Whether downloads are forbidden.
    pub offline: bool,
    /// Whether executables that come with a project under test may be run.
    pub allow_project_compiler: bool,
    /// The cache directory; the platform's when absent.
    pub cache_dir: Option<PathBuf>,
    /// Whether outputs are neither taken from the cache nor stored in it.
    pub no_cache: bool,
    /// The most compilers to run at once for one input; as many as the machine has threads when absent.
    pub jobs: Option<usize>,
    /// The Foundry profile; that of the environment when absent.
    pub profile: Option<String>,
    /// Sources that are compiled even where they are tests or scripts, by their paths from the project's root; those
    /// that are not there are passed over.
    pub named_sources: Vec<PathBuf>,
    /// Roots of the projects on both sides: executables that resolve into these are refused.
    pub forbidden_roots: Vec<PathBuf>,
}
