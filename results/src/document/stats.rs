//! What was counted and measured in a run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The measurements of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    /// All operations of clients.
    pub ops: OpCounts,
    /// The same for each kind of operation.
    pub by_f: BTreeMap<String, OpCounts>,
    /// How many operations were open while a fault was active.
    #[serde(default)]
    pub during_faults: u64,
    /// Messages on the network.
    pub messages: MessageCounts,
    /// What was seen on the links of a cluster; null where nodes speak through the harness.
    #[serde(default)]
    pub links: Option<LinkCounts>,
    /// How long operations took that ended with `ok`.
    pub latency_ms: LatencyMs,
    /// How long the run lasted by its own clock; null in real time.
    pub virtual_s: Option<f64>,
    /// How long the run lasted.
    pub wall_s: f64,
}

/// How operations ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpCounts {
    /// How many began.
    pub invoked: u64,
    /// How many certainly happened.
    pub ok: u64,
    /// How many certainly did not happen.
    pub fail: u64,
    /// How many may have happened.
    pub info: u64,
}

/// How many messages there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageCounts {
    /// All that were sent.
    pub all: u64,
    /// Those from and to clients.
    pub clients: u64,
    /// Those between nodes, and between nodes and services.
    pub servers: u64,
    /// Those that were lost.
    pub dropped: u64,
    /// `servers` for each operation of a client.
    pub per_op: f64,
}

/// What was seen on the links between the programs of a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkCounts {
    /// Connections that somebody opened.
    pub connections: u64,
    /// Those that did not end as both sides wanted.
    pub broken: u64,
    /// HTTP requests that were sent.
    pub requests: u64,
    /// HTTP answers that were sent.
    pub answers: u64,
    /// Requests and answers that did not arrive.
    pub lost: u64,
    /// Bytes that arrived, in both directions.
    pub bytes: u64,
}

/// Latencies of operations that ended with `ok`; all 0 when there was none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LatencyMs {
    /// The median.
    pub p50: f64,
    /// 95 of 100 took at most so long.
    pub p95: f64,
    /// 99 of 100 took at most so long.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}
