//! What a smaller run must still show.

use std::fmt;

use checker::{CheckResult, Verdict};
use results::VerdictDocument;

/// A check that fails, with the kind of anomaly that it names first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    check: String,
    anomaly: Option<String>,
}

impl Target {
    /// What this run shows.
    ///
    /// # Errors
    /// A sentence, when it shows nothing that could be kept.
    pub fn of(verdict: &VerdictDocument) -> Result<Self, String> {
        let failed = verdict.failed_checks();
        let invalid = || failed.iter().filter(|c| c.verdict == Verdict::Invalid);
        // That something was not asked is often a consequence of what another check found.
        let telling = |c: &&&CheckResult| first_kind(c) != Some("nothing-asked");
        let Some(check) = invalid().find(telling).or_else(|| invalid().next()) else {
            return Err(match verdict.verdict {
                Verdict::Unknown => format!(
                    "the run is unknown ({}): only a run that is invalid can be shrunk, because \
                     something must stay wrong in it",
                    verdict.summary
                ),
                _ => "the run is valid: only a run that is invalid can be shrunk, because \
                      something must stay wrong in it"
                    .to_owned(),
            });
        };
        Ok(Self {
            check: check.name.clone(),
            anomaly: first_kind(check).map(str::to_owned),
        })
    }

    /// Whether this run shows the same.
    #[must_use]
    pub fn is_shown_by(&self, verdict: &VerdictDocument) -> bool {
        let same_kind = |check: &CheckResult| match &self.anomaly {
            Some(kind) => check.anomalies.iter().any(|a| a.kind == *kind),
            None => true,
        };
        verdict.checks.iter().any(|check| {
            check.name == self.check && check.verdict == Verdict::Invalid && same_kind(check)
        })
    }
}

fn first_kind(check: &CheckResult) -> Option<&str> {
    check.anomalies.first().map(|a| a.kind.as_str())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.anomaly {
            Some(kind) => write!(f, "the check `{}` fails with {kind}", self.check),
            None => write!(f, "the check `{}` fails", self.check),
        }
    }
}
