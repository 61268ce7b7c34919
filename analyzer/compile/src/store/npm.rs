//! solc as WebAssembly, from the npm package `solc`.
//!
//! The package is fetched by the `npm` client, so that the registry and the credentials which the user or the machine
//! configured apply, in a folder of our cache, so that a project's `.npmrc` does not, and without running its scripts.
//! Only `soljson.js` is taken out of it, after the package's hash was compared. The JavaScript around it in the package,
//! and what that depends on, is never loaded.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use flate2::read::GzDecoder;
use semver::Version;
use serde::Deserialize;
use sha2::{Digest, Sha512};

use super::process;
use super::releases;
use super::trust::Trust;

use crate::temporary;

const FETCH_LIMIT: Duration = Duration::from_mins(2);

/// No package is larger; the largest known is 10 MB packed and 40 MB unpacked.
const PACKAGE_LIMIT_BYTES: u64 = 256 << 20;

/// Where the compiler of a version is kept once it was fetched. The name does not end in `.js`, so that no
/// `package.json` of an outer folder changes how node reads it.
pub(super) fn soljson_path(compilers: &Path, version: &Version) -> PathBuf {
    compilers.join("npm").join(version.to_string()).join("soljson.cjs")
}

/// Where the hash of a kept compiler stands, in hexadecimal.
fn digest_path(soljson: &Path) -> PathBuf {
    soljson.with_extension("blake3")
}

/// Whether a kept compiler is still what was taken out of its package, which was compared with its own hash.
pub(super) fn is_intact(soljson: &Path) -> bool {
    let recorded = fs::read_to_string(digest_path(soljson));
    let found = fs::read(soljson).map(|bytes| blake3::hash(&bytes).to_hex().to_string());
    recorded.ok().zip(found.ok()).is_some_and(|(recorded, found)| recorded.trim() == found)
}

/// What [`install`] did.
pub(super) struct Installed {
    /// The compiler.
    pub(super) soljson: PathBuf,
    /// Something the user should know.
    pub(super) note: Option<String>,
}

/// Fetches the package of a version into `place` and keeps its compiler below `compilers`. An error says what was tried and what happened.
pub(super) fn install(
    npm: &Path,
    place: &Path,
    compilers: &Path,
    version: &Version,
    trust: &Trust,
) -> Result<Installed, String> {
    let release = releases::find(version);
    let package = release.map_or_else(|| version.to_string(), |release| release.package_version.to_owned());
    let (file, announced) = pack(npm, place, &package, trust)?;
    let tarball = fs::read(place.join(file)).map_err(|error| format!("npm left no package: {error}"))?;
    let integrity = integrity(&tarball);
    let expected = release.map_or(announced.as_str(), |release| release.integrity);
    if integrity != expected {
        return Err(format!(
            "the package `solc@{package}` was refused: its hash is {integrity}, and {expected} was expected"
        ));
    }

    let soljson = soljson_path(compilers, version);
    extract(&tarball, &soljson).map_err(|error| format!("cannot unpack `solc@{package}`: {error}"))?;
    let note = release.is_none().then(|| {
        format!("solc {version} is newer than this uplint: its package was checked against the hash that npm gives")
    });
    Ok(Installed { soljson, note })
}

#[derive(Deserialize)]
struct Packed {
    filename: String,
    #[serde(default)]
    integrity: String,
}

/// Lets npm fetch the package; returns the file's name and the hash that the registry announces.
fn pack(npm: &Path, place: &Path, package: &str, trust: &Trust) -> Result<(String, String), String> {
    let mut command = command(npm, place, trust).map_err(|error| error.to_string())?;
    command.args(["pack", &format!("solc@{package}"), "--json", "--pack-destination", "."]);
    command.args(["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
    let output = process::run(&mut command, &[], Some(FETCH_LIMIT))
        .map_err(|error| format!("`npm pack solc@{package}` could not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("`npm pack solc@{package}` failed: {}", process::last_words(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    parse_packed(&text)
        .map(|packed| (packed.filename, packed.integrity))
        .ok_or_else(|| format!("`npm pack solc@{package}` printed no package"))
}

/// npm in a folder of ours, which it takes for the project.
fn command(npm: &Path, place: &Path, trust: &Trust) -> io::Result<Command> {
    // The nearest folder with a package.json is where npm looks for a project's `.npmrc`: let it be this one.
    fs::write(place.join("package.json"), "{\"private\":true}\n")?;
    Ok(process::command(npm, place, trust))
}

/// npm prints a list of one, and from version 12 on an object of one by the package's name.
fn parse_packed(text: &str) -> Option<Packed> {
    let start = text.find(['[', '{'])?;
    let value: serde_json::Value = serde_json::from_str(&text[start..]).ok()?;
    let first = match value {
        serde_json::Value::Array(list) => list.into_iter().next()?,
        serde_json::Value::Object(map) if map.contains_key("filename") => serde_json::Value::Object(map),
        serde_json::Value::Object(map) => map.into_iter().next()?.1,
        _ => return None,
    };
    let packed: Packed = serde_json::from_value(first).ok()?;
    // A name, not a path that leads elsewhere.
    let is_plain = Path::new(&packed.filename).components().count() == 1 && !packed.filename.starts_with('.');
    is_plain.then_some(packed)
}

/// The hash of a package as npm writes it.
fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", base64(&Sha512::digest(bytes)))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Takes `soljson.js` out of a packed package and puts it at `target` under a temporary name first.
fn extract(tarball: &[u8], target: &Path) -> io::Result<()> {
    let mut archive = tar::Archive::new(GzDecoder::new(tarball).take(PACKAGE_LIMIT_BYTES));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()? != Path::new("package/soljson.js") {
            continue;
        }
        let folder = target.parent().unwrap_or(target);
        fs::create_dir_all(folder)?;
        let mut soljson = Vec::new();
        entry.read_to_end(&mut soljson)?;
        let digest = temporary::file_in(folder)?;
        fs::write(digest.path(), blake3::hash(&soljson).to_hex().as_str())?;
        digest.persist(digest_path(target)).map_err(|error| error.error)?;
        let file = temporary::file_in(folder)?;
        fs::write(file.path(), &soljson)?;
        file.persist(target).map_err(|error| error.error)?;
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "it holds no soljson.js"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::trust::Surroundings;

    #[test]
    fn hashes_are_written_as_npm_writes_them() {
        assert_eq!(
            integrity(b""),
            "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
        );
    }

    #[test]
    fn the_packed_file_is_a_plain_name() {
        let name = |text: &str| parse_packed(text).map(|packed| packed.filename);
        assert_eq!(
            name(r#"[{"filename":"solc-0.8.28.tgz","integrity":"sha512-x"}]"#).as_deref(),
            Some("solc-0.8.28.tgz")
        );
        assert_eq!(name(r#"{"solc":{"filename":"solc-0.8.28.tgz"}}"#).as_deref(), Some("solc-0.8.28.tgz"));
        assert_eq!(name(r#"[{"filename":"../solc.tgz"}]"#), None);
        assert_eq!(name(r#"[{"filename":"/etc/passwd"}]"#), None);
        assert_eq!(name("[]"), None);
        assert_eq!(name("nothing"), None);
    }

    #[test]
    fn the_configuration_of_a_project_around_the_cache_has_no_effect() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let place = dir.path().join("cache").join("npm");
        fs::create_dir_all(&place).expect("folders can be made");
        fs::write(dir.path().join("package.json"), "{}").expect("it can be written");
        fs::write(dir.path().join(".npmrc"), "registry=http://stranger.invalid/\n").expect("it can be written");
        let trust = Trust::new([], false, Surroundings::of_process());
        let npm = trust.npm().expect("it may be run").expect("it is on PATH");
        let mut command = command(&npm, &place, &trust).expect("the folder can be prepared");
        let output = process::run(command.args(["config", "get", "registry"]), &[], None).expect("it runs");
        let registry = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(registry.starts_with("http") && !registry.contains("stranger"), "{registry}");
    }

    /// An npm that hands over a package of its own, and says that it has `integrity`.
    #[cfg(unix)]
    fn install_from_stranger(version: &Version, integrity: &str) -> (String, bool) {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a temporary directory");
        let npm = dir.path().join("npm");
        let script = format!(
            "#!/bin/sh\nprintf stranger > solc.tgz\necho '[{{\"filename\":\"solc.tgz\",\"integrity\":\"{integrity}\"}}]'\n"
        );
        fs::write(&npm, script).expect("it can be written");
        fs::set_permissions(&npm, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        let trust = Trust::new([], false, Surroundings::of_process());
        let outcome = install(&npm, dir.path(), dir.path(), version, &trust).map(|installed| installed.soljson);
        (outcome.expect_err("it is no compiler"), soljson_path(dir.path(), version).exists())
    }

    #[cfg(unix)]
    #[test]
    fn a_package_with_another_hash_is_refused_whatever_npm_says() {
        let stranger = super::integrity(b"stranger");
        let (reason, exists) = install_from_stranger(&Version::new(0, 8, 28), &stranger);
        assert!(reason.starts_with("the package `solc@0.8.28` was refused: its hash is"), "{reason}");
        assert!(!exists);
        // Of a newer release only npm knows the hash; what has it is unpacked, and this is no package.
        let (reason, exists) = install_from_stranger(&Version::new(0, 8, 9999), &stranger);
        assert!(reason.starts_with("cannot unpack"), "{reason}");
        assert!(!exists);
        let (reason, _) = install_from_stranger(&Version::new(0, 8, 9999), "sha512-other");
        assert!(reason.contains("was refused"), "{reason}");
    }

    #[test]
    fn a_compiler_that_changed_since_it_was_unpacked_is_known() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let target = dir.path().join("soljson.cjs");
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(8);
        header.set_cksum();
        archive.append_data(&mut header, "package/soljson.js", &b"compiler"[..]).expect("it is written to memory");
        let tarball = archive.into_inner().expect("it is written to memory");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut packed, &tarball).expect("it is written to memory");
        extract(&packed.finish().expect("it is written to memory"), &target).expect("it holds a compiler");
        assert!(is_intact(&target));
        fs::write(&target, "compile").expect("it can be written");
        assert!(!is_intact(&target));
        extract(b"", &target).expect_err("it is no archive");
        fs::remove_file(digest_path(&target)).expect("it is there");
        assert!(!is_intact(&target), "nothing says what it should be");
    }

    #[test]
    fn an_archive_without_a_compiler_is_an_error() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let target = dir.path().join("soljson.cjs");
        let error = extract(b"not an archive", &target).expect_err("it is none");
        assert!(!target.exists(), "{error}");
    }
}
