//! The verdict document of a run.

use std::sync::Arc;

use checker::Verdict;
use results::document::{Evidence, LatencyMs, Level, MessageCounts, NodeReport, OpCounts, Stats};
use results::run_dir::{RunDirError, Wanted};
use results::{RunDir, VerdictDocument};
use workloads::run_checks;

use super::clock::Trust;
use super::command::{replay_command, test_command};
use super::record::Finished;
use crate::drive::real;
use crate::plan::Plan;
use crate::supervisor::Program;

/// How a run ended.
pub(super) struct End {
    pub(super) nodes: Vec<real::NodeReport>,
    pub(super) finished: Finished,
    pub(super) wall_s: f64,
    pub(super) interrupted: Option<Arc<str>>,
    /// When the first violation ended it, if it should.
    pub(super) stopped_ns: Option<u64>,
    pub(super) trust: Trust,
}

/// Makes the document and writes it.
pub(super) fn write(
    plan: &Plan,
    directory: &RunDir,
    program: &Program,
    end: End,
) -> Result<VerdictDocument, RunDirError> {
    let Finished {
        judgement,
        journal_hash,
        trouble,
    } = end.finished;
    let checks = judgement.checks;
    let verdict = Verdict::merge(checks.iter().map(|c| c.verdict));
    let (error, evidence) = match trouble {
        Some(trouble) => (Some(trouble.to_string()), Evidence::default()),
        None => (None, directory.quote(&Wanted::by(&checks))?),
    };
    // What was not run to its end, or not recorded, cannot be called valid.
    let incomplete = end.interrupted.is_some() || error.is_some();
    let replayable = end.trust.level == Level::Exact && !incomplete;
    let document = VerdictDocument {
        schema: VerdictDocument::SCHEMA.to_owned(),
        verdict: if incomplete {
            verdict.max(Verdict::Unknown)
        } else {
            verdict
        },
        summary: summary(
            &checks,
            verdict,
            end.interrupted.as_deref(),
            error.as_deref(),
        ) + &stopped(plan, end.stopped_ns),
        workload: plan.options.workload.clone(),
        bin: plan.bin.clone(),
        seed: plan.seed.to_string(),
        time_mode: end.trust.mode,
        level: end.trust.level,
        level_why: end.trust.why_not_higher,
        remarks: end.trust.remarks,
        replayable,
        journal_hash,
        replay: if replayable {
            replay_command(directory.path())
        } else {
            test_command(program, plan.seed, &plan.options)
        },
        options: serde_json::to_value(&plan.options).unwrap_or_default(),
        stats: stats(&judgement.stats, end.wall_s, end.trust.virtual_s),
        nodes: nodes(plan, end.nodes),
        evidence,
        interrupted: end.interrupted.is_some(),
        error,
        run_dir: directory.path().to_string_lossy().into_owned(),
        checks,
    };
    directory.write_verdict(&document)?;
    Ok(document)
}

fn summary(
    checks: &[checker::CheckResult],
    verdict: Verdict,
    interrupted: Option<&str>,
    error: Option<&str>,
) -> String {
    let judged = VerdictDocument::summarize(checks);
    match (interrupted, error) {
        _ if verdict == Verdict::Invalid => judged,
        (Some(reason), _) => format!("the run was stopped before its end: {reason}"),
        (None, Some(error)) => format!("the run could not be recorded: {error}"),
        (None, None) => judged,
    }
}

/// That a run was ended by its first violation.
fn stopped(plan: &Plan, stopped_ns: Option<u64>) -> String {
    stopped_ns.map_or_else(String::new, |ns| {
        format!(
            " (stopped at the first violation, after {:.1} s of {})",
            ns as f64 / 1e9,
            plan.options.time_limit
        )
    })
}

fn nodes(plan: &Plan, reports: Vec<real::NodeReport>) -> Vec<NodeReport> {
    let report = |(id, node): (&String, real::NodeReport)| NodeReport {
        id: id.clone(),
        exit: node.exit,
        starts: node.starts,
        stderr: RunDir::stderr_name(id),
        stderr_truncated: node.stderr_truncated,
        stderr_tail: node.stderr_tail,
    };
    plan.node_ids.iter().zip(reports).map(report).collect()
}

fn stats(stats: &run_checks::Stats, wall_s: f64, virtual_s: Option<f64>) -> Stats {
    let ops = |o: &run_checks::OpCounts| OpCounts {
        invoked: o.invoked,
        ok: o.ok,
        fail: o.fail,
        info: o.info,
    };
    let messages = &stats.messages;
    let latency = &stats.latency_ms;
    Stats {
        ops: ops(&stats.ops),
        by_f: stats
            .by_f
            .iter()
            .map(|(f, counts)| (f.clone(), ops(counts)))
            .collect(),
        during_faults: stats.during_faults,
        messages: MessageCounts {
            all: messages.all,
            clients: messages.clients,
            servers: messages.servers,
            dropped: messages.dropped,
            per_op: messages.per_op,
        },
        links: None,
        latency_ms: LatencyMs {
            p50: latency.p50,
            p95: latency.p95,
            p99: latency.p99,
            max: latency.max,
        },
        virtual_s,
        wall_s,
    }
}
