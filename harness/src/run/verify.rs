//! Does a run a second time, and judges whether it was the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use checker::{CheckResult, Verdict};
use results::document::{Level, TimeMode};
use results::run_dir::RunDirError;
use results::{RunDir, VerdictDocument};
use tokio::sync::mpsc;

use super::{Clock, Place, RunError, run_plan, test_command};
use crate::plan::Plan;
use crate::replay::{Comparison, compare, in_a_sentence};
use crate::supervisor::Program;

/// The name of the check that a second run adds.
pub const VERIFY_CHECK: &str = "replay";

/// Runs a plan a second time and adds a check `replay` to the verdict of the first run: valid when
/// both journals are the same, unknown when not. What was recorded in real time never is the same,
/// so nothing is added there, nor to a run that was stopped.
///
/// # Errors
/// See [`super::run`].
pub(super) async fn verify(
    plan: &Plan,
    program: &Program,
    verdict: VerdictDocument,
    stop: &mut mpsc::Receiver<Arc<str>>,
) -> Result<VerdictDocument, RunError> {
    if verdict.interrupted || verdict.time_mode == TimeMode::Real {
        return Ok(verdict);
    }
    let first = RunDir::open(Path::new(&verdict.run_dir))?;
    let second = beside(first.path());
    let again = run_plan(
        plan,
        program,
        &Place::At(second.clone()),
        Clock::Virtual,
        &mut |_| {},
        stop,
    )
    .await?;
    if again.interrupted {
        remove(&second);
        return Ok(verdict);
    }
    let comparison = compared(&first, &RunDir::open(&second)?)?;
    let is_same = matches!(comparison, Comparison::Same { .. });
    if is_same {
        remove(&second);
    }
    let mut verdict = with_check(verdict, check_of(&comparison, &second));
    if !is_same {
        verdict.level = verdict.level.min(Level::Virtual);
        verdict
            .level_why
            .push("a second run was not the same".to_owned());
        verdict.replayable = false;
        verdict.replay = test_command(program, plan.seed, &plan.options);
    }
    first.write_verdict(&verdict)?;
    Ok(verdict)
}

/// The second run's directory.
fn beside(first: &Path) -> PathBuf {
    let name = first.file_name().unwrap_or_default().to_string_lossy();
    first.with_file_name(format!("{name}~"))
}

/// It holds nothing that the first run does not; that it stays is no harm.
fn remove(second: &Path) {
    let _ = fs::remove_dir_all(second);
}

fn compared(first: &RunDir, second: &RunDir) -> Result<Comparison, RunDirError> {
    compare(&mut first.read_journal()?, &mut second.read_journal()?)
}

fn check_of(comparison: &Comparison, second: &Path) -> CheckResult {
    let sentence = in_a_sentence(comparison);
    match comparison {
        Comparison::Same { lines, .. } => {
            CheckResult::valid(VERIFY_CHECK, sentence).with_figure("journal_lines", *lines)
        }
        Comparison::Different(divergence) => {
            let kept = format!("{sentence} The second run is in {}.", second.display());
            CheckResult::unknown(VERIFY_CHECK, kept).with_figure("differs_at_line", divergence.line)
        }
    }
}

/// A check on top of those that a verdict has.
fn with_check(mut verdict: VerdictDocument, check: CheckResult) -> VerdictDocument {
    verdict.checks.push(check);
    let merged = Verdict::merge(verdict.checks.iter().map(|c| c.verdict));
    verdict.verdict = verdict.verdict.max(merged);
    if verdict.error.is_none() {
        verdict.summary = VerdictDocument::summarize(&verdict.checks);
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Divergence;

    fn divergence() -> Comparison {
        Comparison::Different(Box::new(Divergence {
            line: 812,
            time_ns: 12_034_000_000,
            first: Some("12.034000000 s  n2 sends message 7 to n0: {\"ids\":[3,9]}".to_owned()),
            second: None,
            about: vec!["n2".to_owned(), "n0".to_owned()],
            before: vec![],
        }))
    }

    #[test]
    fn the_check_shows_the_first_difference() {
        let check = check_of(&divergence(), Path::new("runs/echo/x~"));
        assert_eq!(check.verdict, Verdict::Unknown);
        assert_eq!(
            check.summary,
            "A second run of the same plan was not the same: line 812 of the journal, at \
             12.034000000 s, was `n2 sends message 7 to n0: {\"ids\":[3,9]}` the first time and \
             missing the second time. The second run is in runs/echo/x~."
        );
        let Comparison::Different(mut later) = divergence() else {
            panic!("they differ");
        };
        later.second = later
            .first
            .as_ref()
            .map(|line| line.replace("12.034", "12.035"));
        let check = check_of(&Comparison::Different(later), Path::new("x~"));
        assert_eq!(
            check.summary,
            "A second run of the same plan was not the same: line 812 of the journal, `n2 sends \
             message 7 to n0: {\"ids\":[3,9]}`, came at 12.034000000 s the first time and at \
             12.035000000 s the second time. The second run is in x~."
        );
        let same = Comparison::Same {
            lines: 1234,
            hash: "blake3:0".to_owned(),
            cut_off: false,
        };
        let check = check_of(&same, Path::new("x"));
        assert_eq!(check.verdict, Verdict::Valid);
        assert_eq!(
            check.summary,
            "A second run gave the same 1,234 journal lines."
        );
    }
}
