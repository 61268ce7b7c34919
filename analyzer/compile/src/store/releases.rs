//! Which releases of solc does npm hold, and what is the hash of each?
//!
//! The table is compiled in, so that a version is chosen without asking anybody and a package is trusted for what it is
//! rather than for where it came from. It starts at 0.4.11, the first release with standard JSON.

use std::sync::LazyLock;

use semver::Version;

static TABLE: LazyLock<Vec<Release>> = LazyLock::new(|| {
    include_str!("npm_releases.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (package_version, integrity) = line.split_once(' ')?;
            let mut version = Version::parse(package_version).ok()?;
            let is_fixed = version.pre.as_str() == "fixed";
            version.pre = semver::Prerelease::EMPTY;
            Some(Release { version, is_fixed, package_version, integrity })
        })
        .collect()
});

/// One release of the npm package.
#[derive(Debug)]
pub(super) struct Release {
    /// Version of the compiler in it.
    pub(super) version: Version,
    /// Whether it replaces a package of the same version that was published with a fault.
    is_fixed: bool,
    /// Version of the package.
    pub(super) package_version: &'static str,
    /// `sha512-` and the hash of the package in base64.
    pub(super) integrity: &'static str,
}

/// The compiler versions in the table, ascending, each once.
pub(super) fn versions() -> impl Iterator<Item = &'static Version> {
    TABLE.iter().filter(|release| !release.is_fixed).map(|release| &release.version)
}

/// The package to use for a compiler version; a `fixed` one is preferred.
pub(super) fn find(version: &Version) -> Option<&'static Release> {
    TABLE.iter().filter(|release| release.version == *version).max_by_key(|release| release.is_fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("npm_releases.txt").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), lines);
        assert!(TABLE.iter().all(|release| release.integrity.starts_with("sha512-")));
    }

    #[test]
    fn versions_ascend_without_repetition() {
        let versions: Vec<_> = versions().collect();
        assert!(versions.is_sorted_by(|a, b| a < b));
        assert!(versions.contains(&&Version::new(0, 8, 28)));
    }

    #[test]
    fn a_fixed_package_is_preferred() {
        assert_eq!(find(&Version::new(0, 8, 7)).map(|release| release.package_version), Some("0.8.7-fixed"));
        assert_eq!(find(&Version::new(0, 8, 28)).map(|release| release.package_version), Some("0.8.28"));
        assert!(find(&Version::new(0, 4, 10)).is_none());
    }
}
