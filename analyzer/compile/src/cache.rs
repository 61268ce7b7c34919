//! What did this compiler print for this input?
//!
//! Outputs are stored by content: the key is a hash of the compiler's identity and its whole input, so an entry is
//! never stale and both sides of a comparison share it. An entry that cannot be read is a miss. Entries are written to
//! a temporary name and renamed, so that readers of other processes see whole ones. The least recently used go first
//! when the cache grows beyond its cap.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lz4_flex::frame::{FrameDecoder, FrameEncoder, FrameInfo};

use crate::error::CompileError;
use crate::temporary;

/// Marks a directory as a cache for backup programs, and as ours for [`clean`].
const TAG_FILE: &str = "CACHEDIR.TAG";
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# The compile cache of uplint.\n";

/// Folders below the cache directory; nothing else in it is ours.
const OUTPUTS: &str = "outputs";
const OWN_FOLDERS: [&str; 5] = [OUTPUTS, "compilers", "identities", "npm", "run"];

/// Size at which the least recently used outputs are dropped, and what is kept then.
const CAP_BYTES: u64 = 1 << 30;
const KEPT_BYTES: u64 = CAP_BYTES / 4 * 3;

/// No output is larger than this; an entry that says otherwise is damaged.
const OUTPUT_LIMIT_BYTES: u64 = 2 << 30;

/// Temporary files of a run that was killed are dropped after this time.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// Key of one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(blake3::Hash);

impl Key {
    /// The key of what a compiler with this identity prints for this input.
    pub(crate) fn new(compiler_identity: &str, input: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("uplint 2026 compiler output, format 1");
        hasher.update(&(compiler_identity.len() as u64).to_le_bytes());
        hasher.update(compiler_identity.as_bytes());
        hasher.update(input.as_bytes());
        Self(hasher.finalize())
    }
}

/// The cache of compiler outputs, in a directory that may be shared.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    /// `None` when nothing is to be stored or read.
    outputs: Option<PathBuf>,
}

impl Cache {
    /// The cache below `directory`, or one that never hits.
    pub(crate) fn new(directory: &Path, enabled: bool) -> Self {
        Self { outputs: enabled.then(|| directory.join(OUTPUTS)) }
    }

    /// The output stored under `key`. An entry that cannot be read back whole is a miss.
    pub(crate) fn get(&self, key: Key) -> Option<String> {
        let path = entry_path(self.outputs.as_deref()?, key);
        let file = File::open(&path).ok()?;
        // The time of last use; where it cannot be set, the entry only ages faster.
        file.set_modified(SystemTime::now()).unwrap_or_default();
        read_entry(file).ok()
    }

    /// Stores an output. Two processes that store the same at once both succeed.
    pub(crate) fn put(&self, key: Key, output: &str) -> Result<(), CompileError> {
        let Some(outputs) = self.outputs.as_deref() else { return Ok(()) };
        let path = entry_path(outputs, key);
        write_entry(&path, output).map_err(|error| CompileError::cache(&path, error))?;
        trim(outputs, CAP_BYTES, KEPT_BYTES).map_err(|error| CompileError::cache(outputs, error))
    }
}

fn entry_path(outputs: &Path, key: Key) -> PathBuf {
    let hex = key.0.to_hex();
    outputs.join(&hex[..2]).join(format!("{}.lz4", &hex[2..]))
}

/// An entry is the output's length in eight bytes, little-endian, and the output as an LZ4 frame. The length is there
/// because a frame that was cut between two blocks decodes without an error.
fn read_entry(file: File) -> io::Result<String> {
    let mut file = io::BufReader::new(file);
    let mut len_bytes = [0; 8];
    file.read_exact(&mut len_bytes)?;
    let mut output = Vec::new();
    FrameDecoder::new(file).take(OUTPUT_LIMIT_BYTES).read_to_end(&mut output)?;
    if output.len() as u64 != u64::from_le_bytes(len_bytes) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    String::from_utf8(output).map_err(io::Error::other)
}

fn write_entry(path: &Path, output: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let mut file = temporary::file_in(folder)?;
    file.write_all(&(output.len() as u64).to_le_bytes())?;
    let frame = FrameInfo::new().block_checksums(true).content_checksum(true);
    let mut encoder = FrameEncoder::with_frame_info(frame, &mut file);
    encoder.write_all(output.as_bytes())?;
    encoder.finish().map_err(io::Error::other)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Drops the least recently used entries when all together are larger than `cap`, until `kept` bytes remain.
fn trim(outputs: &Path, cap: u64, kept: u64) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in walkdir::WalkDir::new(outputs).into_iter().filter_map(Result::ok) {
        // Another process may have dropped it meanwhile.
        let Some(metadata) = entry.metadata().ok().filter(fs::Metadata::is_file) else { continue };
        let used = metadata.modified()?;
        if entry.path().extension().is_some_and(|extension| extension == "lz4") {
            entries.push((used, metadata.len(), entry.into_path()));
        } else if used.elapsed().is_ok_and(|age| age > ABANDONED_AFTER) {
            remove_if_there(entry.path())?;
        }
    }
    let mut total: u64 = entries.iter().map(|(_, size, _)| size).sum();
    if total <= cap {
        return Ok(());
    }
    entries.sort();
    for (_, size, path) in entries {
        if total <= kept {
            break;
        }
        remove_if_there(&path)?;
        total -= size;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The cache directory: the one named, else the platform's. It is absolute, also where the home directory is not:
/// compilers are started in another folder than the current one.
pub(crate) fn directory(named: Option<&Path>) -> Result<PathBuf, CompileError> {
    let directory = match named {
        Some(named) => named.to_path_buf(),
        None => dirs::cache_dir().map(|base| base.join("uplint")).ok_or(CompileError::NoCacheDirectory)?,
    };
    std::path::absolute(&directory).map_err(|error| CompileError::cache(&directory, error))
}

/// Creates the cache directory and one folder of ours in it, and returns the folder.
pub(crate) fn folder(directory: &Path, name: &str) -> Result<PathBuf, CompileError> {
    debug_assert!(OWN_FOLDERS.contains(&name), "`clean` would leave `{name}` behind");
    let folder = directory.join(name);
    let make = || {
        fs::create_dir_all(&folder)?;
        let tag = directory.join(TAG_FILE);
        if tag.exists() { Ok(()) } else { fs::write(tag, TAG) }
    };
    make().map_err(|error| CompileError::cache(&folder, error))?;
    Ok(folder)
}

/// A folder for one piece of work, removed at its end. What runs that were killed left behind goes first.
pub(crate) fn workplace(directory: &Path, name: &str) -> Result<tempfile::TempDir, CompileError> {
    let folder = folder(directory, name)?;
    let sweep = || -> io::Result<()> {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let is_abandoned = |age: Duration| age > ABANDONED_AFTER;
            let metadata = entry.metadata()?;
            if metadata.is_dir() && metadata.modified()?.elapsed().is_ok_and(is_abandoned) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    };
    // Another process may be sweeping too, and what remains is swept the next time.
    sweep().unwrap_or_default();
    temporary::folder_in(&folder).map_err(|error| CompileError::cache(&folder, error))
}

/// What [`clean`] removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanReport {
    /// The cache directory.
    pub directory: PathBuf,
    /// Files removed.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// Removes what uplint stored in its cache directory and nothing else that may be there.
pub fn clean(cache_dir: Option<&Path>) -> Result<CleanReport, CompileError> {
    let directory = directory(cache_dir)?;
    let mut report = CleanReport { directory: directory.clone(), files: 0, bytes: 0 };
    for folder in OWN_FOLDERS.map(|name| directory.join(name)) {
        if !folder.is_dir() {
            continue;
        }
        for entry in walkdir::WalkDir::new(&folder).into_iter().filter_map(Result::ok) {
            if let Some(metadata) = entry.metadata().ok().filter(fs::Metadata::is_file) {
                report.files += 1;
                report.bytes += metadata.len();
            }
        }
        fs::remove_dir_all(&folder).map_err(|error| CompileError::cache(&folder, error))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let cache = Cache::new(dir.path(), true);
        (dir, cache)
    }

    #[test]
    fn what_was_stored_is_found_again() {
        let (_dir, cache) = cache();
        let key = Key::new("solc 0.8.28", "{}");
        assert_eq!(cache.get(key), None);
        cache.put(key, "output").expect("it can be written");
        assert_eq!(cache.get(key).as_deref(), Some("output"));
        assert_eq!(cache.get(Key::new("solc 0.8.29", "{}")), None);
        assert_eq!(cache.get(Key::new("solc 0.8.2", "8{}")), None);
    }

    #[test]
    fn a_damaged_entry_is_a_miss_and_can_be_replaced() {
        let (dir, cache) = cache();
        let key = Key::new("solc", "{}");
        let output = "output ".repeat(100_000);
        cache.put(key, &output).expect("it can be written");
        let path = entry_path(&dir.path().join(OUTPUTS), key);
        let whole = fs::read(&path).expect("it is there");
        let flipped: Vec<u8> =
            whole.iter().enumerate().map(|(at, byte)| if at == 60 { !byte } else { *byte }).collect();
        for damaged in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], &whole[..3], &[], &flipped] {
            fs::write(&path, damaged).expect("it can be written");
            assert_eq!(cache.get(key), None);
        }
        cache.put(key, &output).expect("it can be replaced");
        assert_eq!(cache.get(key), Some(output));
    }

    #[test]
    fn a_disabled_cache_stores_nothing() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let cache = Cache::new(dir.path(), false);
        let key = Key::new("solc", "{}");
        cache.put(key, "output").expect("nothing is written");
        assert_eq!(cache.get(key), None);
        assert_eq!(fs::read_dir(dir.path()).expect("it is there").count(), 0);
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let (dir, cache) = cache();
        let keys = ["a", "b", "c"].map(|name| Key::new(name, ""));
        for key in keys {
            cache.put(key, "output").expect("it can be written");
        }
        let outputs = dir.path().join(OUTPUTS);
        let now = SystemTime::now();
        for (key, age) in keys.iter().zip([10, 30, 20]) {
            let file = File::open(entry_path(&outputs, *key)).expect("it is there");
            file.set_modified(now - Duration::from_secs(age)).expect("it can be set");
        }
        let size = fs::metadata(entry_path(&outputs, keys[0])).expect("it is there").len();
        trim(&outputs, size * 2, size).expect("it can be trimmed");
        assert_eq!(keys.map(|key| cache.get(key).is_some()), [true, false, false]);
    }

    #[test]
    fn cleaning_leaves_what_is_not_ours() {
        let (dir, cache) = cache();
        cache.put(Key::new("solc", "{}"), "output").expect("it can be written");
        fs::write(dir.path().join("notes.txt"), "mine").expect("it can be written");
        let report = clean(Some(dir.path())).expect("it can be cleaned");
        assert_eq!(report.files, 1);
        assert!(report.bytes > 0);
        assert!(dir.path().join("notes.txt").exists());
        assert!(!dir.path().join(OUTPUTS).exists());
        assert_eq!(clean(Some(dir.path())).expect("nothing is left").files, 0);
    }
}
