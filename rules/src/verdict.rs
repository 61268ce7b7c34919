//! From findings and gaps to one of three words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::assessment::Gap;
use crate::finding::{Evidence, Finding, Severity, State};

/// The answer. Ordered: the worst of several is the answer for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing stands against it.
    #[default]
    Pass,
    /// A person must look.
    Review,
    /// It must not go on.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Pass => "pass",
            Verdict::Review => "review",
            Verdict::Fail => "fail",
        })
    }
}

/// What fails a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JudgementPolicy {
    /// Least severity that fails; `None` never fails.
    pub fail_on: Option<Severity>,
    /// Whether the version is judged alone, so that every finding counts.
    pub judged_alone: bool,
}

impl JudgementPolicy {
    /// Whether a finding has a say in the verdict.
    pub fn counts(&self, finding: &Finding) -> bool {
        match finding.state {
            State::Introduced => true,
            State::Existing => self.judged_alone || finding.rule.counts_when_existing,
            State::Fixed => false,
        }
    }

    /// The verdict on one contract.
    pub fn judge(&self, findings: &[Finding], gaps: &[Gap]) -> Verdict {
        let Some(fail_on) = self.fail_on else {
            return if gaps.iter().any(|gap| gap.blocking) { Verdict::Review } else { Verdict::Pass };
        };
        let of_findings = findings
            .iter()
            .filter(|finding| self.counts(finding) && finding.rule.severity >= fail_on)
            .map(|finding| if finding.evidence == Evidence::Pattern { Verdict::Review } else { Verdict::Fail });
        let of_gaps = gaps.iter().filter(|gap| gap.blocking).map(|_| Verdict::Review);
        of_findings.chain(of_gaps).max().unwrap_or_default()
    }
}
