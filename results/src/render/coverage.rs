//! What a pass is worth, and how stale reads were: sentences for terminals and pages.

use super::text::counted;
use crate::document::CheckDocument;
use crate::document::check::StalenessFigures;

/// What a pass is worth.
pub(super) fn coverage(check: &CheckDocument) -> String {
    let coverage = check.coverage;
    let faults = coverage.during_faults.map(|count| match count {
        0 => "; none met a fault".to_owned(),
        count => format!("; {count} may have met a fault"),
    });
    let faults = faults.unwrap_or_default();
    if coverage.overlapping == 0 {
        return format!("No two operations overlapped: a history like this shows little{faults}.");
    }
    format!(
        "{} of {} overlapped another one, up to {} at once; {} could have been out of date; {} \
         of unknown end{faults}.",
        coverage.overlapping,
        counted(check.judged, "operation"),
        coverage.most_open,
        counted(coverage.exposed_reads, "read"),
        coverage.indeterminate
    )
}

/// How stale reads were.
pub(super) fn staleness(stale: &StalenessFigures) -> String {
    let seen = format!(
        "Quorum visibility: {} of {} found the newest acknowledged write, or one at the same time.",
        stale.quorum_visible_reads,
        counted(stale.reads, "read"),
    );
    let others = match (stale.stale_reads, counted(stale.versions_max, "version")) {
        (0, _) => String::new(),
        // A history need not have times.
        (_, versions) if stale.behind_max_ms == 0.0 => {
            let nearly_all = stale.versions_p99;
            format!(" The others are at most {versions} behind (99 of 100 reads: {nearly_all}).")
        }
        (_, versions) => format!(
            " The others are at most {versions} behind, by at most {:.1} ms (99 of 100 reads: {}, \
             {:.1} ms).",
            stale.behind_max_ms, stale.versions_p99, stale.behind_p99_ms,
        ),
    };
    let inversions = match stale.inversions {
        0 => String::new(),
        count => format!(
            " {} found less than an earlier one.",
            counted(count, "read")
        ),
    };
    seen + &others + &inversions
}
