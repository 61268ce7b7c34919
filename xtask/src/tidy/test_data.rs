//! Whether each rule has its cases, and whether each case is whole.

use std::path::Path;

use super::Complaint;
use crate::TaskError;
use crate::rule_source;
use crate::workspace::Workspace;

const RULES: &str = "testdata/rules";

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Complaint>, TaskError> {
    let rules = rule_source::read_all(workspace)?;
    let mut complaints = Vec::new();
    for rule in &rules {
        let folder = Path::new(RULES).join(&rule.slug);
        if rule.module() != rule.slug.replace('-', "_") {
            complaints.push(Complaint::file(&rule.path, format!("the file of `{}` must bear its name", rule.slug)));
        }
        let cases = workspace.folders_in(&folder)?;
        for prefix in ["bad_", "ok_"] {
            if !cases.iter().any(|case| name(case).starts_with(prefix)) {
                complaints.push(Complaint::file(&folder, format!("{} has no case `{prefix}*`", rule.id)));
            }
        }
        for case in &cases {
            if !["bad_", "ok_"].iter().any(|prefix| name(case).starts_with(prefix)) {
                complaints.push(Complaint::file(case, "a case of a rule is named `bad_*` or `ok_*`"));
            }
            complaints.extend(parts(workspace, case));
        }
    }
    for folder in workspace.folders_in(Path::new(RULES))? {
        if !rules.iter().any(|rule| rule.slug == name(&folder)) {
            complaints.push(Complaint::file(folder, "no rule has this name"));
        }
    }
    Ok(complaints)
}

/// The files that every case holds.
fn parts(workspace: &Workspace, case: &Path) -> Vec<Complaint> {
    let is_there = |file: &str| workspace.root.join(case).join(file).is_file();
    let missing = |file: &str| Complaint::file(case, format!("`{file}` is missing"));
    ["build.json", "report.txt"].into_iter().filter(|file| !is_there(file)).map(missing).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
