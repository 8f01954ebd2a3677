//! What is known of levels, in the document.

use checker::Verdict;
use checker::judge::{Ladder, Rung};
use checker::levels::{Level, Staleness};
use checker::recorded::History;
use results::document::CheckDocument;
use results::document::check::{LevelRow, StalenessFigures};

use super::document::told;

/// Adds what is known of all levels.
pub(super) fn add(document: &mut CheckDocument, ladder: &Ladder) {
    document.levels = ladder.rungs.iter().map(row).collect();
    let strongest = ladder.strongest.iter();
    document.strongest = strongest.map(|level| level.word().to_owned()).collect();
    document.staleness = ladder.staleness.as_ref().map(figures);
}

/// Makes the document one about this level and not about linearizability.
pub(super) fn ask(document: &mut CheckDocument, history: &History, ladder: &Ladder, level: Level) {
    let word = level.word();
    word.clone_into(&mut document.level);
    document.undecided.clear();
    document.methods.clear();
    let rung = ladder.rung(level);
    let violation = rung.and_then(|rung| rung.violation.as_ref());
    document.violations = violation.into_iter().map(|v| told(history, v)).collect();
    let holds = rung.and_then(|rung| rung.holds);
    (document.verdict, document.summary) = match holds {
        _ if document.judged == 0 => return,
        Some(true) => (Verdict::Valid, format!("The history is {word}.")),
        Some(false) => (Verdict::Invalid, format!("The history is not {word}.")),
        None => {
            let why = rung.and_then(|rung| rung.unknown.as_ref());
            let why = why.or(ladder.unknown.as_ref());
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let summary = format!("It is not known whether the history is {word}{why}.");
            (Verdict::Unknown, summary)
        }
    };
}

fn row(rung: &Rung) -> LevelRow {
    let violation = rung.violation.as_ref();
    let why = violation.map(|violation| violation.summary.clone());
    LevelRow {
        level: rung.level.word().to_owned(),
        verdict: match rung.holds {
            Some(true) => Verdict::Valid,
            Some(false) => Verdict::Invalid,
            None => Verdict::Unknown,
        },
        why: why.or_else(|| rung.unknown.clone()).unwrap_or_default(),
        steps: violation.map_or_else(Vec::new, |violation| violation.steps.clone()),
    }
}

fn figures(staleness: &Staleness) -> StalenessFigures {
    let ms = |ns: u64| ns as f64 / 1e6;
    StalenessFigures {
        reads: staleness.reads,
        quorum_visible_reads: staleness.quorum_visible_reads(),
        stale_reads: staleness.stale_reads,
        inversions: staleness.inversions,
        versions_p99: staleness.versions.p99,
        versions_max: staleness.versions.max,
        behind_p99_ms: ms(staleness.behind_ns.p99),
        behind_max_ms: ms(staleness.behind_ns.max),
    }
}
