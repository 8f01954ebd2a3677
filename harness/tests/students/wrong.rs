//! Wrong programs, and the sentence that names each mistake.

use super::case::{Case, wrong};
use super::run::{for_each, judge};

fn lww(program: &'static str, anomaly: &'static str, says: &'static str) -> Case {
    wrong("lww-kv", program, anomaly, says)
}

fn vector(program: &'static str, anomaly: &'static str, says: &'static str) -> Case {
    wrong("vector-kv", program, anomaly, says)
}

fn counter(program: &'static str, anomaly: &'static str, says: &'static str) -> Case {
    wrong("g-counter", program, anomaly, says)
}

fn entropy(program: &'static str, anomaly: &'static str, says: &'static str) -> Case {
    wrong("anti-entropy", program, anomaly, says)
}

#[test]
fn mistakes_in_last_writer_wins_are_named() {
    let cases = [
        lww(
            "lww-kv/wrong_merge_overwrites.py",
            "updated/wrong-updated",
            "the node already had",
        ),
        lww(
            "lww-kv/wrong_merge_overwrites.py",
            "register/backwards-merge",
            "never move a key back",
        )
        .alone()
        .with("--time-limit", "3"),
        lww(
            "lww-kv/wrong_updated_counts_all.py",
            "updated/wrong-updated",
            "Count only entries",
        ),
        lww(
            "lww-kv/wrong_missing_is_null.py",
            "register/missing-key",
            "error 20",
        ),
        lww(
            "lww-kv/wrong_tie_keeps_mine.py",
            "ties/diverged",
            "have the same ts",
        ),
        lww(
            "lww-kv/wrong_tie_takes_theirs.py",
            "updated/wrong-updated",
            "changes nothing",
        ),
        lww(
            "lww-kv/wrong_ts_string.py",
            "protocol/malformed-reply",
            "`ts` with a number",
        ),
        lww(
            "lww-kv/wrong_merge_restamps.py",
            "register/wrong-timestamp",
            "keeps the timestamp of its write",
        ),
        lww(
            "lww-kv/wrong_merge_no_reply.py",
            "progress/no-answer",
            "No kv_merge was ever acknowledged",
        ),
        lww(
            "lww-kv/wrong_keeps_greatest_value.py",
            "convergence/lost-write",
            "greatest timestamp must win",
        ),
        lww(
            "lww-kv/wrong_gossip_overwrites.py",
            "updated/wrong-updated",
            "changes nothing",
        ),
    ];
    for_each(&cases, judge);
}

#[test]
fn mistakes_with_vector_clocks_are_named() {
    let cases = [
        vector(
            "vector-kv/wrong_never_siblings.py",
            "siblings/wrong-status",
            "answered written",
        ),
        vector(
            "vector-kv/wrong_rejects_concurrent.py",
            "siblings/wrong-status",
            "answered a rejection",
        ),
        vector(
            "vector-kv/wrong_stale_overwrites.py",
            "siblings/wrong-status",
            "expected a rejection",
        ),
        vector(
            "vector-kv/wrong_stale_kept.py",
            "siblings/wrong-status",
            "expected a rejection",
        ),
        vector(
            "vector-kv/wrong_sibling_count.py",
            "siblings/wrong-status",
            "siblings is the number of values",
        ),
        vector(
            "vector-kv/wrong_resolve_appends.py",
            "siblings/unresolved",
            "kv_resolve replaces",
        ),
        vector(
            "vector-kv/wrong_lexicographic.py",
            "siblings/wrong-status",
            "neither dominates the other",
        ),
        vector(
            "vector-kv/wrong_compares_sums.py",
            "siblings/wrong-status",
            "neither dominates the other",
        ),
        vector(
            "vector-kv/wrong_strict_dominance.py",
            "siblings/wrong-status",
            "expected written",
        ),
        vector(
            "vector-kv/wrong_first_sibling_only.py",
            "siblings/wrong-status",
            "dominates it",
        ),
        vector(
            "vector-kv/wrong_get_returns_one.py",
            "siblings/lost-sibling",
            "side by side",
        ),
    ];
    let cases = cases.map(|case| {
        case.alone()
            .with("--concurrency", "4")
            .with("--rate", "100")
            .with("--time-limit", "3")
    });
    for_each(&cases, judge);
}

#[test]
fn mistakes_of_counters_are_named() {
    let cases = [
        counter(
            "counter/wrong_naive.py",
            "counter/lost-add",
            "only what was added at itself",
        ),
        counter(
            "counter/wrong_ignores_delta.py",
            "counter/lost-add",
            "are missing",
        )
        .alone(),
        counter(
            "counter/wrong_value_string.py",
            "protocol/malformed-reply",
            "an integer in `value`",
        )
        .alone(),
        counter(
            "counter/wrong_sums_totals.py",
            "counter/phantom-add",
            "more than",
        ),
        counter(
            "counter/wrong_sends_deltas_once.py",
            "counter/lost-add",
            "are missing",
        )
        .with("--loss", "0.3"),
        counter(
            "counter/wrong_sends_deltas_once.py",
            "counter/phantom-add",
            "more than",
        )
        .with("--duplicate", "0.3"),
        counter(
            "counter/wrong_shares_one_total.py",
            "counter/lost-add",
            "are missing",
        )
        .with("--latency", "100"),
        counter(
            "counter/wrong_forwards_add_for_ever.py",
            "counter/phantom-add",
            "more than",
        )
        .with("--time-limit", "0.5")
        .with("--recovery", "1"),
    ];
    for_each(&cases, judge);
}

#[test]
fn mistakes_with_digests_are_named() {
    let cases = [
        entropy(
            "anti-entropy/wrong_unsorted_hash.py",
            "digest/digest-mismatch",
            "Sort the elements",
        ),
        entropy(
            "anti-entropy/wrong_builtin_hash.py",
            "digest/digest-mismatch",
            "the same in every process",
        ),
        entropy(
            "anti-entropy/wrong_digest_is_sum.py",
            "digest/digest-mismatch",
            "on their sum",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_count_broadcasts.py",
            "digest/wrong-count",
            "arrives twice",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_transferred_what_i_lacked.py",
            "sync/wrong-transferred",
            "the other side lacked",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_forgets_remote.py",
            "sync/missing-union",
            "must have the union",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_match_inverted.py",
            "sync/wrong-match",
            "no node ever told",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_local_messages_partial.py",
            "sync/wrong-local-messages",
            "the whole local set",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_replaces_local.py",
            "sync/lost-element",
            "must stay",
        )
        .alone(),
        entropy(
            "anti-entropy/wrong_null_crashes.py",
            "crash/exited",
            "ended by itself",
        )
        .alone(),
    ];
    let cases = cases.map(|case| {
        case.with("--concurrency", "4")
            .with("--rate", "100")
            .with("--time-limit", "2")
    });
    for_each(&cases, judge);
}

#[test]
fn mistakes_in_messages_are_named() {
    let cases = [
        counter(
            "general/wrong_logs_on_stdout.py",
            "protocol/not-json",
            "Print logs to stderr",
        ),
        counter(
            "general/wrong_python_repr.py",
            "protocol/not-json",
            "json.dumps",
        ),
        counter(
            "general/wrong_bare_body.py",
            "protocol/bad-envelope",
            "`src` is missing",
        ),
        counter(
            "general/wrong_in_reply_to.py",
            "protocol/reply-to-nobody",
            "`{\"type\": \"init_ok\", \"in_reply_to\": 0",
        ),
        counter(
            "general/wrong_no_in_reply_to.py",
            "protocol/missing-in-reply-to",
            "Copy the request's msg_id",
        ),
        counter(
            "general/wrong_dest.py",
            "progress/no-init-ok",
            "but wrote `{\"src\": \"n0\", \"dest\": \"n0\"",
        ),
        counter(
            "general/wrong_dest_fixed.py",
            "protocol/reply-to-nobody",
            "and dest its src",
        ),
        counter(
            "general/wrong_type_not_ok.py",
            "protocol/malformed-reply",
            "expected an answer of type",
        ),
    ];
    let cases = cases.map(|case| case.alone().with("--init-timeout", "3000"));
    for_each(&cases, judge);
}

#[test]
fn programs_that_are_silent_or_end_are_named() {
    let alone = [
        counter(
            "general/wrong_no_flush.py",
            "progress/no-init-ok",
            "flush=True",
        ),
        counter(
            "general/wrong_reads_all_first.py",
            "progress/no-init-ok",
            "the end of its input",
        ),
        counter(
            "general/wrong_reads_one_line.py",
            "crash/exited",
            "must go on reading",
        ),
        counter(
            "general/wrong_syntax_error.py",
            "crash/exited",
            "before it answered init",
        ),
    ];
    let alone = alone.map(|case| case.alone().with("--init-timeout", "3000"));
    let mut cases: Vec<Case> = alone.into();
    let crash = "general/wrong_crash_unknown_type.py";
    cases.push(counter(crash, "crash/exited", "in the middle of the run"));
    for_each(&cases, judge);
}
