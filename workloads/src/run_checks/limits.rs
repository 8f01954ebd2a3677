//! `limits`: messages per operation and latencies stay below what was allowed.

use checker::{Anomaly, CheckResult, Findings};
use serde_json::Value;

use super::stats::Stats;
use crate::options::RunOptions;

const NAME: &str = "limits";

/// The figure in which a check reports how long its objects take to reach every node. Where a
/// workload has it, latency limits are about that and not about how fast a node answers.
pub(crate) const STABLE_LATENCY_MS: &str = "stable_latency_ms";

/// One limit and what was measured.
struct Limit {
    anomaly: &'static str,
    figure: &'static str,
    what: String,
    unit: &'static str,
    measured: Option<f64>,
    allowed: f64,
}

/// The check, if any limit was given.
pub(super) fn check(
    options: &RunOptions,
    stats: &Stats,
    checks: &[CheckResult],
) -> Option<CheckResult> {
    let limits = limits(options, stats, checks);
    if limits.is_empty() {
        return None;
    }
    let told: Vec<String> = limits.iter().map(Limit::told).collect();
    let summary = format!("{}.", told.join("; "));
    let mut findings = Findings::new();
    for limit in limits.iter().filter(|limit| limit.is_exceeded()) {
        findings.add(|| Anomaly::new(limit.anomaly, format!("{}.", limit.told())));
    }
    let broken = findings.count() > 0;
    let mut result = findings.into_result(NAME, &summary);
    if !broken && limits.iter().any(|limit| limit.measured.is_none()) {
        result = CheckResult::unknown(NAME, summary);
    }
    for limit in limits {
        if let Some(measured) = limit.measured {
            result = result.with_figure(limit.figure, measured);
        }
    }
    Some(result)
}

fn limits(options: &RunOptions, stats: &Stats, checks: &[CheckResult]) -> Vec<Limit> {
    let (latency_of, median, max) = latency(stats, checks);
    let mut limits = Vec::new();
    if let Some(allowed) = options.max_msgs_per_op {
        limits.push(Limit {
            anomaly: "too-many-messages",
            figure: "messages_per_op",
            what: "Messages between nodes per operation".to_owned(),
            unit: "",
            measured: (stats.ops.invoked > 0).then_some(stats.messages.per_op),
            allowed,
        });
    }
    for (allowed, which, figure, measured) in [
        (
            options.max_latency_median,
            "Median",
            "latency_ms_median",
            median,
        ),
        (options.max_latency_max, "Greatest", "latency_ms_max", max),
    ] {
        limits.extend(allowed.map(|allowed| Limit {
            anomaly: "too-slow",
            figure,
            what: format!("{which} {latency_of}"),
            unit: " ms",
            measured,
            allowed,
        }));
    }
    limits
}

/// Which latency is limited, its median and its greatest value in milliseconds.
fn latency(stats: &Stats, checks: &[CheckResult]) -> (&'static str, Option<f64>, Option<f64>) {
    let stable = checks
        .iter()
        .find_map(|check| check.figures.get(STABLE_LATENCY_MS));
    if let Some(stable) = stable {
        let at = |quantile: &str| stable.get(quantile).and_then(Value::as_f64);
        return ("latency until every node has it", at("p50"), at("max"));
    }
    let any = stats.ops.ok > 0;
    let latency = &stats.latency_ms;
    (
        "latency of an operation",
        any.then_some(latency.p50),
        any.then_some(latency.max),
    )
}

impl Limit {
    fn is_exceeded(&self) -> bool {
        self.measured
            .is_some_and(|measured| measured > self.allowed)
    }

    fn told(&self) -> String {
        let Self {
            what,
            unit,
            allowed,
            ..
        } = self;
        match self.measured {
            Some(measured) => format!("{what}: {measured:.1}{unit}, allowed are {allowed}{unit}"),
            None => format!("{what}: nothing to measure, allowed are {allowed}{unit}"),
        }
    }
}
