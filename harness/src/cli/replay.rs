//! `splitbrain replay`: a recorded run, done again and compared.

use std::path::PathBuf;

use checker::{CheckResult, Verdict};
use results::document::{EnvironmentDocument, TimeMode};
use results::{Exit, RunDir, VerdictDocument};

use super::Failure;
use super::again::Again;
use super::args::ReplayArgs;
use super::output::Output;
use crate::replay::{self, Circumstances, Comparison, Recorded, RecordedError};
use crate::run::VERIFY_CHECK;

pub(super) fn run(args: &ReplayArgs, output: &Output) -> Result<Exit, Failure> {
    let recorded = Recorded::open(&args.run)?;
    let place = place(args, &recorded);
    let mut again = Again::new(recorded.program(), args.time.clock(), output)?;
    let verdict = again.run(&recorded.plan, &place, "replay", &mut |_| {})?;
    if let Some(signalled) = again.signalled() {
        return Ok(signalled);
    }
    if let Some(why) = not_comparable(&recorded, &verdict) {
        output.say(&format!("{why}\n"));
        output.print(&output.report(&verdict))?;
        return Ok(Exit::from_verdict(verdict.verdict));
    }
    let replayed = RunDir::open(&place)?;
    let comparison = compared(&recorded, &replayed)?;
    let around = circumstances(&recorded, &replayed, &verdict);
    output.print(&replay::report(&comparison, &around))?;
    if replay::is_same(&comparison, &around) {
        if args.out.is_none() {
            // It holds nothing that the recorded run does not.
            std::fs::remove_dir_all(&place)?;
        }
        return Ok(Exit::Valid);
    }
    output.say(&format!("\nThe replay is in {}", place.display()));
    Ok(Exit::Invalid)
}

/// Why the two runs cannot be the same, if so.
fn not_comparable(recorded: &Recorded, replayed: &VerdictDocument) -> Option<String> {
    let run = recorded.directory.path().display();
    let (was_real, is_real) = (
        recorded.was_in_real_time(),
        replayed.time_mode == TimeMode::Real,
    );
    match (was_real, is_real) {
        (false, false) => None,
        (true, false) => Some(format!(
            "{run} was recorded in real time, which does not repeat. This is the same plan in \
             virtual time:"
        )),
        (_, true) => Some(format!(
            "Real time does not repeat. This is the plan of {run}, once more:"
        )),
    }
}

fn place(args: &ReplayArgs, recorded: &Recorded) -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "the date in the directory's name"
    )]
    let now = jiff::Zoned::now();
    args.out
        .clone()
        .unwrap_or_else(|| recorded.place_beside(&now))
}

/// Compares the two journals.
pub(super) fn compared(recorded: &Recorded, replayed: &RunDir) -> Result<Comparison, Failure> {
    let mut first = recorded.directory.read_journal()?;
    let mut second = replayed.read_journal()?;
    Ok(replay::compare(&mut first, &mut second)?)
}

fn circumstances(
    recorded: &Recorded,
    replayed: &RunDir,
    verdict: &VerdictDocument,
) -> Circumstances {
    let now = replayed.read_environment().ok().flatten();
    let changes = |(then, now): (&EnvironmentDocument, &EnvironmentDocument)| then.changes_to(now);
    Circumstances {
        changes: recorded.environment.as_ref().zip(now.as_ref()).map(changes),
        remarks: remarks(recorded.verdict.as_ref(), verdict),
        // A run that was stopped early was judged by less.
        verdicts: recorded
            .verdict
            .as_ref()
            .filter(|v| !v.interrupted)
            .map(|v| (judged(v), judged(verdict))),
    }
}

/// The verdict in a sentence, without what `--verify` added to it.
fn judged(verdict: &VerdictDocument) -> String {
    let own = verdict.checks.iter().filter(|c| c.name != VERIFY_CHECK);
    let checks: Vec<CheckResult> = own.cloned().collect();
    let merged = Verdict::merge(checks.iter().map(|c| c.verdict));
    format!("{merged}: {}", VerdictDocument::summarize(&checks))
}

/// What either run may owe to something that does not repeat.
fn remarks(recorded: Option<&VerdictDocument>, replayed: &VerdictDocument) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for verdict in recorded.into_iter().chain([replayed]) {
        for remark in verdict.level_why.iter().chain(&verdict.remarks) {
            if !all.contains(remark) {
                all.push(remark.clone());
            }
        }
    }
    all
}

impl From<RecordedError> for Failure {
    fn from(error: RecordedError) -> Self {
        Self::new(error.exit(), error.to_string())
    }
}
