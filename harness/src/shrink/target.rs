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
        let was = match verdict.verdict {
            Verdict::Unknown => format!("unknown ({})", verdict.summary),
            _ => "valid".to_owned(),
        };
        Self::of_checks(&verdict.checks).ok_or_else(|| {
            format!(
                "it is {was}; only a run that is invalid can be shrunk, because something must \
                 stay wrong in it"
            )
        })
    }

    /// The first of these checks that fails.
    #[must_use]
    pub fn of_checks(checks: &[CheckResult]) -> Option<Self> {
        let invalid = || checks.iter().filter(|c| c.verdict == Verdict::Invalid);
        // That something was not asked is often a consequence of what another check found.
        let telling = |check: &&CheckResult| first_kind(check) != Some("nothing-asked");
        let check = invalid().find(telling).or_else(|| invalid().next())?;
        Some(Self {
            check: check.name.clone(),
            anomaly: first_kind(check).map(str::to_owned),
        })
    }

    /// Whether these checks show the same.
    #[must_use]
    pub fn is_shown_by(&self, checks: &[CheckResult]) -> bool {
        let same_kind = |check: &CheckResult| match &self.anomaly {
            Some(kind) => check.anomalies.iter().any(|a| a.kind == *kind),
            None => true,
        };
        checks.iter().any(|check| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use checker::Anomaly;

    fn invalid(name: &str, kind: &str) -> CheckResult {
        CheckResult::invalid(name, "wrong", vec![Anomaly::new(kind, "wrong")])
    }

    #[test]
    fn a_smaller_run_must_show_the_same_kind_of_anomaly_in_the_same_check() {
        let checks = [
            CheckResult::valid("crash", "none"),
            invalid("progress", "nothing-asked"),
            invalid("counter", "lost-add"),
        ];
        let target = Target::of_checks(&checks).expect("something is wrong");
        assert_eq!(
            target.to_string(),
            "the check `counter` fails with lost-add"
        );
        assert!(target.is_shown_by(&checks));
        assert!(!target.is_shown_by(&checks[..2]));
        assert!(!target.is_shown_by(&[invalid("counter", "phantom")]));
        assert!(!target.is_shown_by(&[invalid("set", "lost-add")]));
        assert_eq!(Target::of_checks(&checks[..1]), None);
        let only_asked = Target::of_checks(&checks[..2]).expect("something is wrong");
        assert_eq!(
            only_asked.to_string(),
            "the check `progress` fails with nothing-asked"
        );
    }
}
