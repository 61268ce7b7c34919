//! Where reports go: to standard output, or to a file that is complete or not there.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::console::{self, Style};
use crate::error::CliError;
use crate::interrupt;

/// A report's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// For documents.
    Markdown,
    /// A graph for Graphviz.
    Dot,
    /// A graph as a picture.
    Svg,
}

impl Format {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Dot => "dot",
            Self::Svg => "svg",
        }
    }
}

/// What `--output` takes: a format and where to put it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputSpec {
    /// The format's name.
    pub(crate) format: String,
    /// The file; standard output when absent.
    pub(crate) path: Option<PathBuf>,
}

impl FromStr for OutputSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((_, "")) => Err("no file is named after `=`".to_owned()),
            Some((format, path)) => Ok(OutputSpec { format: format.to_owned(), path: Some(path.into()) }),
            None => Ok(OutputSpec { format: text.to_owned(), path: None }),
        }
    }
}

/// A report that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// Its format.
    pub(crate) format: Format,
    /// The file; standard output when absent.
    pub(crate) path: Option<PathBuf>,
}

impl Output {
    /// How the report is to look in its place.
    pub(crate) fn style(&self) -> Style {
        if self.path.is_some() { console::FILE_STYLE } else { console::stdout_style() }
    }
}

/// Reads `--output` for a command that offers some formats; the first of them is the default.
pub(crate) fn outputs(
    specs: &[OutputSpec],
    command: &'static str,
    offered: &[Format],
) -> Result<Vec<Output>, CliError> {
    let mut outputs = Vec::new();
    for spec in specs {
        let format = offered.iter().copied().find(|format| format.name() == spec.format).ok_or_else(|| {
            CliError::UnknownFormat {
                format: spec.format.clone(),
                command,
                offered: offered.iter().map(|format| format!("`{}`", format.name())).collect::<Vec<_>>().join(", "),
            }
        })?;
        outputs.push(Output { format, path: spec.path.clone() });
    }
    if outputs.is_empty() {
        outputs.push(Output { format: offered[0], path: None });
    }
    if outputs.iter().filter(|output| output.path.is_none()).count() > 1 {
        return Err(CliError::TwoReportsOnStandardOutput);
    }
    for (at, output) in outputs.iter().enumerate() {
        if let Some(path) = &output.path
            && outputs[..at].iter().any(|earlier| earlier.path.as_ref() == Some(path))
        {
            return Err(CliError::TwoReportsInOneFile { path: path.clone() });
        }
    }
    Ok(outputs)
}

/// Writes a report to its place.
pub(crate) fn write(output: &Output, report: &str) -> Result<(), CliError> {
    match &output.path {
        None => write_stdout(report),
        Some(path) => write_file(path, report.as_bytes())
            .map_err(|reason| CliError::ReportNotWritten { path: path.clone(), reason }),
    }
}

/// Writes to standard output. A reader that went away is no error.
pub(crate) fn write_stdout(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(reason) if reason.kind() != io::ErrorKind::BrokenPipe => Err(CliError::StandardOutput { reason }),
        _ => Ok(()),
    }
}

/// Writes a file under a temporary name beside it and renames that, so that a reader sees the old or the new one.
fn write_file(path: &Path, contents: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    if is_device(path) {
        // A device or a pipe such as /dev/stdout is written to and never replaced.
        return std::fs::write(path, contents);
    }
    let mut file = tempfile::Builder::new().prefix(".uplint-").permissions(permissions()).tempfile_in(directory)?;
    let _guard = interrupt::remove_on_interrupt(file.path());
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

fn is_device(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

#[cfg(unix)]
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    // What a file created without a temporary name would get; the process's mask applies.
    std::fs::Permissions::from_mode(0o666)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_replaces_the_earlier_one_and_leaves_no_temporary_file() {
        let directory = tempfile::tempdir().expect("invariant: a temporary directory can be made");
        let path = directory.path().join("report.json");
        for contents in ["first", "second"] {
            write_file(&path, contents.as_bytes()).expect("invariant: the directory is writable");
            assert_eq!(std::fs::read_to_string(&path).expect("invariant: the file is there"), contents);
        }
        let names: Vec<_> = std::fs::read_dir(directory.path()).into_iter().flatten().flatten().collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn two_reports_do_not_share_a_place() {
        let spec = |text: &str| text.parse::<OutputSpec>().expect("invariant: it is well formed");
        let offered = [Format::Text, Format::Json];
        assert!(outputs(&[spec("text"), spec("json")], "check", &offered).is_err());
        assert!(outputs(&[spec("text=a"), spec("json=a")], "check", &offered).is_err());
        assert!(outputs(&[spec("text"), spec("json=a")], "check", &offered).is_ok());
    }
}
