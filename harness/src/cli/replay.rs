//! `splitbrain replay`: a recorded run, done again and compared.

use std::path::PathBuf;

use results::document::{EnvironmentDocument, TimeMode};
use results::{Exit, RunDir, VerdictDocument};

use super::Failure;
use super::again::Again;
use super::args::ReplayArgs;
use super::output::Output;
use crate::replay::{self, Circumstances, Comparison, Recorded, RecordedError};

pub(super) fn run(args: &ReplayArgs, output: &Output) -> Result<Exit, Failure> {
    let recorded = Recorded::open(&args.run)?;
    let place = place(args, &recorded);
    let mut again = Again::new(recorded.program(), output)?;
    let real = recorded.was_in_real_time();
    if real {
        output.say(&format!(
            "{} was recorded in real time and cannot be repeated exactly: this is another run of \
             the same plan.\n",
            recorded.directory.path().display()
        ));
    }
    let verdict = again.run(&recorded.plan, &place, "replay", &mut |_| {})?;
    if let Some(signalled) = again.signalled() {
        return Ok(signalled);
    }
    if real || verdict.time_mode == TimeMode::Real {
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
    let sentence = |v: &VerdictDocument| format!("{}: {}", v.verdict, v.summary);
    Circumstances {
        changes: recorded.environment.as_ref().zip(now.as_ref()).map(changes),
        remarks: remarks(recorded.verdict.as_ref(), verdict),
        // A run that was stopped early was judged by less.
        verdicts: recorded
            .verdict
            .as_ref()
            .filter(|v| !v.interrupted)
            .map(|v| (sentence(v), sentence(verdict))),
    }
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
