//! solc as the version manager `svm` keeps it, and a download by it.
//!
//! The manager's own limit on a download is ten minutes, which is long for a machine that cannot reach the compiler's
//! site at all. So a connection is tried first, for at most ten seconds, and the whole download ends after sixty. Once
//! it failed it is not tried again in this process.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use semver::Version;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const DOWNLOAD_LIMIT: Duration = Duration::from_mins(1);

/// The site from which the version manager downloads.
const SITE: &str = "binaries.soliditylang.org:443";

/// Variables that make a direct connection meaningless, because the download goes through a proxy.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

static HAS_FAILED: AtomicBool = AtomicBool::new(false);

/// Versions in the manager's store, ascending; empty when there is no store.
pub(super) fn installed_versions() -> Vec<Version> {
    if !has_home() {
        return Vec::new();
    }
    let mut versions = svm::installed_versions().unwrap_or_default();
    versions.retain(|version| version.pre.is_empty());
    versions.sort();
    versions
}

/// The executable of a version in the manager's store.
pub(super) fn installed(version: &Version) -> Option<PathBuf> {
    if !has_home() {
        return None;
    }
    let path = svm::version_binary(&version.to_string());
    path.is_file().then_some(path)
}

/// Lets the manager download a version. An error says what happened.
pub(super) fn download(version: &Version) -> Result<PathBuf, String> {
    if !has_home() {
        return Err("there is no home directory for the version manager".to_owned());
    }
    if HAS_FAILED.load(Ordering::SeqCst) {
        return Err("a download failed earlier in this run".to_owned());
    }
    let wanted = version.clone();
    let result = connect().and_then(|()| {
        within(DOWNLOAD_LIMIT, move || svm::blocking_install(&wanted).map_err(|error| error.to_string()))
    });
    result.inspect_err(|_| HAS_FAILED.store(true, Ordering::SeqCst))
}

/// Whether the site can be reached at all.
fn connect() -> Result<(), String> {
    if PROXY_VARIABLES.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return Ok(());
    }
    within(CONNECT_LIMIT, || {
        let addresses = SITE.to_socket_addrs().map_err(|error| error.to_string())?;
        let mut outcome = Err("the site has no address".to_owned());
        for address in addresses {
            outcome = TcpStream::connect_timeout(&address, CONNECT_LIMIT).map(drop).map_err(|error| error.to_string());
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    })
}

/// Runs `work` on a thread of its own and stops waiting for it after `limit`.
fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // The receiver is gone when the limit is over, and then nobody wants the result.
        sender.send(work()).unwrap_or_default();
    });
    receiver.recv_timeout(limit).unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs())))
}

/// The manager's library ends the process when there is no home directory.
fn has_home() -> bool {
    dirs::home_dir().is_some() && dirs::data_dir().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_at_the_limit() {
        let outcome = within(Duration::from_millis(20), || {
            thread::sleep(Duration::from_secs(5));
            Ok(())
        });
        assert_eq!(outcome, Err("no answer within 0 s".to_owned()));
    }

    #[test]
    fn a_result_in_time_is_returned() {
        assert_eq!(within(Duration::from_secs(5), || Ok(1)), Ok(1));
        assert_eq!(within(Duration::from_secs(5), || Err::<(), _>("no".to_owned())), Err("no".to_owned()));
    }
}
