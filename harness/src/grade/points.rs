//! How what was seen becomes a row of the table: verdict, points, one sentence.

use checker::Verdict;
use results::VerdictDocument;
use results::document::{ItemResult, Mismatch};
use workloads::suite::Item;
use workloads::transcript::{self, Case, side_by_side};

use crate::cluster::points_of;
use crate::transcript_run::{Ending, TranscriptRun};

/// Details are made for a terminal of this many columns.
const COLUMNS: usize = 80;
/// The checks that every run has. A program that fails by these alone does not do its task at all.
const GENERAL: &[&str] = &["protocol", "crash", "progress"];

/// The row of a transcript.
pub(super) fn of_transcript(
    item: &Item,
    case: &Case,
    done: Result<TranscriptRun, String>,
) -> ItemResult {
    let run = match done {
        Ok(run) => run,
        Err(error) => return undecided(item, format!("could not be done: {error}")),
    };
    if matches!(run.ending, Ending::NotStarted(_)) {
        // What it did not say is no help then.
        return ItemResult {
            note: run.result.note,
            ..row(item, Verdict::Invalid)
        };
    }
    let result = run.result;
    let failed = result.verdict != Verdict::Valid;
    ItemResult {
        weak: result.weak,
        time_s: run.time.as_secs_f64(),
        mismatches: result.missing.iter().map(mismatch).collect(),
        details: side_by_side(&result, case.strict, COLUMNS),
        stderr_tail: if failed { run.stderr_tail } else { Vec::new() },
        note: result.note,
        ..row(item, result.verdict)
    }
}

fn mismatch(missing: &transcript::Mismatch) -> Mismatch {
    let what: Vec<String> = missing
        .differences
        .iter()
        .map(ToString::to_string)
        .collect();
    Mismatch {
        expected: missing.expected.clone(),
        actual: missing.nearest.as_ref().map(|near| near.text.clone()),
        what: what.join("; "),
    }
}

/// The row of an item's runs, all of which must end as expected.
pub(super) fn of_runs(
    item: &Item,
    expect: Verdict,
    runs: Vec<Result<VerdictDocument, String>>,
) -> ItemResult {
    let judged: Vec<(Verdict, String)> = runs.iter().map(|run| judge(run, expect)).collect();
    let worst = judged.iter().max_by_key(|(verdict, _)| *verdict);
    let Some((verdict, _)) = worst else {
        return undecided(item, "no run was done".to_owned());
    };
    let first = judged.iter().find(|(v, _)| v == verdict);
    let note = first.map_or("", |(_, note)| note).to_owned();
    ItemResult {
        note,
        runs: runs.into_iter().filter_map(Result::ok).collect(),
        ..row(item, *verdict)
    }
}

/// Whether a run ended as expected, and a sentence where there is something to say.
fn judge(run: &Result<VerdictDocument, String>, expect: Verdict) -> (Verdict, String) {
    let run = match run {
        Ok(run) => run,
        Err(error) => return (Verdict::Unknown, format!("could not be run: {error}")),
    };
    if expect != Verdict::Invalid {
        return match run.verdict {
            Verdict::Valid => (Verdict::Valid, String::new()),
            other => (other, run.summary.clone()),
        };
    }
    let by_its_task = run
        .checks
        .iter()
        .any(|check| check.verdict == Verdict::Invalid && !GENERAL.contains(&check.name.as_str()));
    match run.verdict {
        Verdict::Valid => (
            Verdict::Invalid,
            "was meant to fail, but passed every check".to_owned(),
        ),
        Verdict::Unknown => (Verdict::Unknown, run.summary.clone()),
        Verdict::Invalid if by_its_task => (
            Verdict::Valid,
            format!("failed, as it was meant to: {}", run.summary),
        ),
        Verdict::Invalid => (
            Verdict::Invalid,
            format!(
                "failed, but not by what it was meant to show: {}",
                run.summary
            ),
        ),
    }
}

/// The row of a cluster: the share of the item's points that its checks are worth which hold.
pub(super) fn of_cluster(item: &Item, run: Result<VerdictDocument, String>) -> ItemResult {
    let run = match run {
        Ok(run) => run,
        Err(error) => return undecided(item, format!("could not be run: {error}")),
    };
    let (points, of) = points_of(&run);
    let share = u64::from(item.points) * u64::from(points) / u64::from(of.max(1));
    let is_valid = run.verdict == Verdict::Valid;
    let mut result = ItemResult {
        points: match (is_valid, of) {
            (true, 0) => item.points,
            _ => u32::try_from(share).unwrap_or(item.points),
        },
        note: if is_valid {
            String::new()
        } else {
            run.summary.clone()
        },
        ..row(item, run.verdict)
    };
    result.runs.push(run);
    result
}

pub(super) fn undecided(item: &Item, note: String) -> ItemResult {
    ItemResult {
        note,
        ..row(item, Verdict::Unknown)
    }
}

fn row(item: &Item, verdict: Verdict) -> ItemResult {
    ItemResult::new(&item.id, &item.title, verdict, item.points)
}
