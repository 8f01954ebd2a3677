//! `vector-kv`: a key-value store with vector clocks, in which concurrent values stay side by side.

mod clients;
mod clocks;
mod convergence;
mod keys;
mod reports;
mod siblings;
#[cfg(test)]
mod tests;
mod wire;

use checker::{Check, Invocation};
use serde_json::Value;

use crate::workload::{CheckDef, Generator, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct VectorKv;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "vector-kv",
    title: "Key-value store with vector clocks and siblings",
    doc: "A put brings a value and its vector clock. If the clock dominates all stored ones, the \
          value replaces them (`written`); if a stored clock dominates it, the put is stale and is \
          rejected (status `rejected` or `stale`, or an error); otherwise the value is stored \
          beside those that are concurrent to it (`conflict`, with the number of siblings now \
          there). `kv_get` returns all siblings; `kv_resolve` replaces those that its clock \
          dominates. Nodes may replicate; if they don't, every node is judged by itself.",
    rpcs: &[
        RpcDef {
            doc: "Puts a value with its clock.",
            request: r#"{"type":"kv_put","msg_id":2,"key":"user:1","value":"Bob","clock":[0,1]}"#,
            reply: r#"{"type":"kv_put_ok","in_reply_to":2,"status":"conflict","siblings":2}"#,
        },
        RpcDef {
            doc: "Asks for all siblings of a key.",
            request: r#"{"type":"kv_get","msg_id":3,"key":"user:1"}"#,
            reply: r#"{"type":"kv_get_ok","in_reply_to":3,"values":[{"value":"Alice","clock":[1,0]},{"value":"Bob","clock":[0,1]}]}"#,
        },
        RpcDef {
            doc: "Replaces the siblings of a key by one value.",
            request: r#"{"type":"kv_resolve","msg_id":4,"key":"user:1","value":"Alice+Bob","clock":[1,1]}"#,
            reply: r#"{"type":"kv_resolve_ok","in_reply_to":4,"status":"resolved"}"#,
        },
    ],
    checks: &[
        CheckDef {
            name: "siblings",
            doc: "Every status and every list of siblings is right for some order of the \
                  concurrent operations; a resolve leaves one value.",
        },
        CheckDef {
            name: "convergence",
            doc: "Where nodes replicate, all end with the same siblings: exactly the acknowledged \
                  values that no other dominates.",
        },
    ],
    required: &["kv_put", "kv_get", "kv_resolve"],
};

impl Workload for VectorKv {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, setup: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(clients::Clients::new(setup))
    }

    fn checks(&self, setup: &Setup<'_>) -> Vec<Box<dyn Check>> {
        let nodes = &setup.node_ids[..setup.readers()];
        vec![
            Box::new(siblings::SiblingsCheck::new(nodes)),
            Box::new(convergence::ConvergenceCheck::new(nodes)),
        ]
    }
}

/// The key of an operation.
fn key_of(op: &Invocation) -> &str {
    op.key.as_ref().and_then(Value::as_str).unwrap_or_default()
}
