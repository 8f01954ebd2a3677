//! What clients did, in numbers.

use checker::EventKind;
use results::document::{LatencyMs, OpCounts, Stats};
use workloads::quorum_kv::Done;

/// Counts and latencies of operations.
pub(super) fn stats(done: &[Done]) -> Stats {
    let mut stats = Stats::default();
    let mut latencies_ms = Vec::new();
    for Done { op, .. } in done {
        let kind = op.completion.kind;
        count(&mut stats.ops, kind);
        count(stats.by_f.entry(op.invocation.f.clone()).or_default(), kind);
        if kind == EventKind::Ok {
            let took_ns = op.completion.time_ns - op.invocation.time_ns;
            latencies_ms.push(took_ns as f64 / 1e6);
        }
    }
    latencies_ms.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let rank = (latencies_ms.len() * percent).div_ceil(100).max(1);
        latencies_ms.get(rank - 1).copied().unwrap_or(0.0)
    };
    stats.latency_ms = LatencyMs {
        p50: at(50),
        p95: at(95),
        p99: at(99),
        max: at(100),
    };
    stats
}

fn count(counts: &mut OpCounts, kind: EventKind) {
    counts.invoked += 1;
    match kind {
        EventKind::Ok => counts.ok += 1,
        EventKind::Fail => counts.fail += 1,
        EventKind::Info | EventKind::Invoke => counts.info += 1,
    }
}
