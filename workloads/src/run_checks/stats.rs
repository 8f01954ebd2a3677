//! Statistics of a run: how many operations and messages, and how fast.

use std::collections::BTreeMap;

use checker::{EventKind, Operation};
use hdrhistogram::Histogram;
use protocol::BodyHead;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::Event;
use crate::event::{MessageEvent, MessageStep};

/// So many message types are told apart; a node that makes up types gets the rest counted as one.
const TYPES_MAX: usize = 256;
/// So many message types are reported.
const TYPES_REPORTED: usize = 10;
/// The name under which the rest is counted.
const OTHER_TYPES: &str = "(other)";
/// The longest latency that is told apart from longer ones, in microseconds.
const LATENCY_MAX_US: u64 = 3_600_000_000;

/// The statistics as they stand in `verdict.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// All client operations.
    pub ops: OpCounts,
    /// Client operations by kind.
    pub by_f: BTreeMap<String, OpCounts>,
    /// Client operations that were open while a fault was active: what a fault can have hit.
    #[serde(default)]
    pub during_faults: u64,
    /// Messages.
    pub messages: MessageCounts,
    /// How long successful operations took, in milliseconds.
    pub latency_ms: LatencyMs,
}

/// How operations ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpCounts {
    /// Begun.
    pub invoked: u64,
    /// Certainly happened.
    pub ok: u64,
    /// Certainly did not happen.
    pub fail: u64,
    /// May have happened.
    pub info: u64,
}

/// How many messages were sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageCounts {
    /// In all.
    pub all: u64,
    /// From or to clients.
    pub clients: u64,
    /// Between nodes, services included.
    pub servers: u64,
    /// Lost on the way.
    pub dropped: u64,
    /// Between nodes for each client operation.
    pub per_op: f64,
    /// Between nodes by type; the most frequent ones.
    #[serde(default)]
    pub by_type: BTreeMap<String, u64>,
}

/// Quantiles of a latency, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencyMs {
    /// The median.
    pub p50: f64,
    /// 95 of 100 are not above this.
    pub p95: f64,
    /// 99 of 100 are not above this.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

/// Gathers statistics event by event, in memory that does not grow with the run.
#[derive(Debug)]
pub(super) struct StatsFold {
    ops: OpCounts,
    by_f: FxHashMap<String, OpCounts>,
    messages: MessageCounts,
    by_type: FxHashMap<String, u64>,
    latency_us: Option<Histogram<u64>>,
    /// How many faults are active.
    active: u64,
    during_faults: u64,
    /// The processes whose open operation no fault has met so far.
    unharmed: FxHashSet<u64>,
}

impl Default for StatsFold {
    fn default() -> Self {
        Self {
            ops: OpCounts::default(),
            by_f: FxHashMap::default(),
            messages: MessageCounts::default(),
            by_type: FxHashMap::default(),
            // Three significant digits up to an hour: constant bounds that the library accepts.
            latency_us: Histogram::new_with_max(LATENCY_MAX_US, 3).ok(),
            active: 0,
            during_faults: 0,
            unharmed: FxHashSet::default(),
        }
    }
}

impl StatsFold {
    pub(super) fn on_event(&mut self, event: &Event) {
        match event {
            Event::Invoke(invocation) => {
                self.ops.invoked += 1;
                change(&mut self.by_f, &invocation.f, |counts| counts.invoked += 1);
                self.unharmed.insert(invocation.process);
                self.meet();
            }
            Event::Complete(operation) => self.on_complete(operation),
            Event::Message(message) => self.on_message(message),
            Event::Fault(fault) if fault.begins => {
                self.active += 1;
                self.meet();
            }
            Event::Fault(_) => self.active = self.active.saturating_sub(1),
            Event::Node(_) => {}
        }
    }

    /// While a fault is active it meets all open operations.
    fn meet(&mut self) {
        if self.active > 0 {
            self.during_faults += self.unharmed.drain().count() as u64;
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        let kind = op.completion.kind;
        self.unharmed.remove(&op.invocation.process);
        self.ops.count(kind);
        change(&mut self.by_f, &op.invocation.f, |counts| {
            counts.count(kind);
        });
        if let Some(latencies) = self.latency_us.as_mut().filter(|_| op.is_ok()) {
            let took_ns = op.completion.time_ns.saturating_sub(op.invocation.time_ns);
            latencies.saturating_record(took_ns / 1000);
        }
    }

    fn on_message(&mut self, message: &MessageEvent) {
        match message.step {
            MessageStep::Drop => self.messages.dropped += 1,
            MessageStep::Deliver => {}
            MessageStep::Send => {
                self.messages.all += 1;
                if message.between_nodes {
                    self.messages.servers += 1;
                    self.on_type(BodyHead::of(&message.body).kind.as_deref());
                } else {
                    self.messages.clients += 1;
                }
            }
        }
    }

    fn on_type(&mut self, kind: Option<&str>) {
        let kind = kind.unwrap_or("(none)");
        let known = self.by_type.contains_key(kind) || self.by_type.len() < TYPES_MAX;
        let kind = if known { kind } else { OTHER_TYPES };
        change(&mut self.by_type, kind, |count| *count += 1);
    }

    pub(super) fn finish(self) -> Stats {
        let messages = MessageCounts {
            per_op: self.messages.servers as f64 / self.ops.invoked.max(1) as f64,
            by_type: most_frequent(self.by_type),
            ..self.messages
        };
        Stats {
            ops: self.ops,
            by_f: self.by_f.into_iter().collect(),
            during_faults: self.during_faults,
            messages,
            latency_ms: self.latency_us.as_ref().map(quantiles).unwrap_or_default(),
        }
    }
}

impl OpCounts {
    fn count(&mut self, kind: EventKind) {
        match kind {
            EventKind::Invoke => self.invoked += 1,
            EventKind::Ok => self.ok += 1,
            EventKind::Fail => self.fail += 1,
            EventKind::Info => self.info += 1,
        }
    }
}

/// Changes the entry of a name, without building the name again when it is known.
fn change<T: Default>(map: &mut FxHashMap<String, T>, name: &str, by: impl FnOnce(&mut T)) {
    match map.get_mut(name) {
        Some(value) => by(value),
        None => by(map.entry(name.to_owned()).or_default()),
    }
}

fn most_frequent(counts: FxHashMap<String, u64>) -> BTreeMap<String, u64> {
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(TYPES_REPORTED);
    counts.into_iter().collect()
}

fn quantiles(latencies_us: &Histogram<u64>) -> LatencyMs {
    let ms = |us: u64| us as f64 / 1000.0;
    let at = |quantile: f64| ms(latencies_us.value_at_quantile(quantile));
    LatencyMs {
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: ms(latencies_us.max()),
    }
}
