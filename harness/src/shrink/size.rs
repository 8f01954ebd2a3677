//! How large a plan is, for people.

use std::fmt;

use crate::plan::{Plan, PlannedFault};

/// How large a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Operations issued in the main phase.
    pub operations: usize,
    /// Faults planned.
    pub faults: usize,
    /// Nodes.
    pub nodes: usize,
    /// How long the main phase lasts.
    pub time_limit_s: f64,
}

impl Size {
    /// The size of this plan, in whose run so many operations were issued.
    #[must_use]
    pub fn of(plan: &Plan, operations: usize) -> Self {
        Self {
            operations,
            faults: plan.faults.len(),
            nodes: plan.node_ids.len(),
            time_limit_s: plan.options.time_limit,
        }
    }

    pub(super) fn seconds(&self) -> String {
        seconds(self.time_limit_s)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize, noun: &str| match n {
            0 => format!("no {noun}s"),
            1 => format!("1 {noun}"),
            _ => format!("{n} {noun}s"),
        };
        write!(
            f,
            "{}, {}, {}, {}",
            count(self.operations, "operation"),
            count(self.faults, "fault"),
            count(self.nodes, "node"),
            self.seconds()
        )
    }
}

/// The lengths of all faults together.
pub(super) fn fault_seconds(plan: &Plan) -> String {
    let total_ms: u64 = plan.faults.iter().map(PlannedFault::length_ms).sum();
    seconds(total_ms as f64 / 1000.0)
}

/// What the network does to messages, faults aside.
pub(super) fn network(plan: &Plan) -> String {
    let options = &plan.options;
    let mut words = Vec::new();
    if options.latency > 0.0 {
        words.push(format!("{} ms {}", options.latency, options.latency_dist));
    }
    if options.loss > 0.0 {
        words.push(format!("{}% lost", options.loss * 100.0));
    }
    if options.duplicate > 0.0 {
        words.push(format!("{}% twice", options.duplicate * 100.0));
    }
    if words.is_empty() {
        words.push("plain".to_owned());
    }
    words.join(", ")
}

/// With three digits at most behind the point.
fn seconds(s: f64) -> String {
    format!("{} s", (s * 1000.0).round() / 1000.0)
}
