//! Which build of a compiler is this executable?
//!
//! Asking costs a process and hashing costs reading tens of megabytes, so the answer is remembered by path, size and
//! time of modification, and a hit in the cache of outputs starts nothing. The hash of the contents is part of the
//! identity: a build that only claims a version never answers for another one.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::error::CompileError;
use crate::temporary;

/// What identifies a build of a compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Version without build metadata.
    pub(crate) version: Version,
    /// Version as the compiler prints it, without the platform.
    pub(crate) long_version: String,
    /// Hash of the executable's contents, in hexadecimal.
    pub(crate) digest: String,
}

impl Identity {
    /// The text that stands for this build in the key of a cached output.
    pub(crate) fn cache_text(&self) -> String {
        format!("{} {}", self.long_version, self.digest)
    }
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    path: String,
    size_bytes: u64,
    modified_ns: u128,
    identity: Identity,
}

/// The identity of the file at `path`, from `folder` when it is remembered there and the file has not changed, else
/// made by `probe`, which returns what the compiler prints as its version.
pub(super) fn of(
    path: &Path,
    folder: &Path,
    option: &'static str,
    probe: impl FnOnce() -> Result<String, CompileError>,
) -> Result<Identity, CompileError> {
    let unreadable = |error| CompileError::unreadable(path, error);
    let metadata = fs::metadata(path).map_err(unreadable)?;
    let modified = metadata.modified().map_err(unreadable)?;
    let modified_ns = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let name = path.to_string_lossy().into_owned();
    let memory = folder.join(format!("{}.json", blake3::hash(name.as_bytes()).to_hex()));

    let remembered = fs::read(&memory).ok().and_then(|bytes| serde_json::from_slice::<Remembered>(&bytes).ok());
    if let Some(known) = remembered
        && (known.path.as_str(), known.size_bytes, known.modified_ns) == (name.as_str(), metadata.len(), modified_ns)
    {
        return Ok(known.identity);
    }

    let printed = probe()?;
    let (version, long_version) = parse_version(&printed).ok_or_else(|| CompileError::CompilerFailed {
        compiler: format!("`{}`", path.display()),
        reason: format!("`--version` printed no version: {}", super::process::last_words(&printed)),
        option,
    })?;
    let digest = hash_file(path).map_err(unreadable)?;
    let identity = Identity { version, long_version, digest };
    let known = Remembered { path: name, size_bytes: metadata.len(), modified_ns, identity };
    let write = || {
        let mut file = temporary::file_in(folder)?;
        serde_json::to_writer(&mut file, &known)?;
        file.persist(&memory).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| CompileError::cache(&memory, error))?;
    Ok(known.identity)
}

fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Reads `Version: 0.8.28+commit.7893614a.Linux.g++`, the last line that solc prints, with or without the prefix. The
/// platform is left out of the long version: the same build makes the same code everywhere.
fn parse_version(printed: &str) -> Option<(Version, String)> {
    let line = printed.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    let full = line.strip_prefix("Version:").unwrap_or(line).trim();
    let core_end = full.find(['+', '-']).unwrap_or(full.len());
    let version = Version::parse(&full[..core_end]).ok()?;
    let mut parts = full.split('.').collect::<Vec<_>>();
    // `commit` and the hash behind it are the last parts that belong to the build.
    if let Some(commit) = parts.iter().position(|part| part.ends_with("commit")) {
        parts.truncate(commit + 2);
    }
    Some((version, parts.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_every_build_prints_them() {
        for (printed, long) in [
            ("solc, the compiler\nVersion: 0.8.28+commit.7893614a.Linux.g++\n", "0.8.28+commit.7893614a"),
            ("Version: 0.8.28+commit.7893614a.Emscripten.clang\n\n", "0.8.28+commit.7893614a"),
            ("0.8.28", "0.8.28"),
        ] {
            assert_eq!(parse_version(printed), Some((Version::new(0, 8, 28), long.to_owned())), "{printed}");
        }
        assert_eq!(
            parse_version("Version: 0.8.30-develop.2025.5.7+commit.7893614a.Linux.g++").map(|(version, _)| version),
            Some(Version::new(0, 8, 30))
        );
        assert_eq!(parse_version("usage: solc FILE"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn a_changed_file_is_asked_again_and_an_unchanged_one_is_not() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let compiler = dir.path().join("solc");
        std::fs::write(&compiler, "first").expect("it can be written");
        let ask = |answer: &str| of(&compiler, dir.path(), "--solc", || Ok(answer.to_owned()));
        let first = ask("Version: 0.8.1").expect("it answers");
        assert_eq!(ask("Version: 0.8.2").expect("it is remembered"), first);
        std::fs::write(&compiler, "second").expect("it can be written");
        let second = ask("Version: 0.8.2").expect("it answers");
        assert_eq!(second.version, Version::new(0, 8, 2));
        assert_ne!(second.digest, first.digest);
    }
}
