//! `lww-kv`: a key-value store in which the write with the greatest timestamp wins.

mod clients;
mod convergence;
mod entry;
mod keys;
mod ledger;
mod pool;
mod register;
#[cfg(test)]
mod tests;
mod ties;
mod updated;

use checker::Check;

use crate::workload::{CheckDef, Generator, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct LwwKv;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "lww-kv",
    title: "Last-writer-wins key-value store",
    doc: "A node stores for each key a value and the timestamp of its write. `write` stamps a \
          value with the current time; `kv_merge` takes over those entries whose timestamp is \
          greater than the stored one and says how many these were. When timestamps are equal, \
          all nodes must keep the same value, so compare something that stands in the entry. \
          Reading a key that is not there is error 20. Nodes may replicate their entries \
          themselves; if they don't, clients carry entries between nodes with `kv_merge`: late, \
          repeatedly, and in any order.",
    rpcs: &[
        RpcDef {
            doc: "Stores a value with the current time.",
            request: r#"{"type":"write","msg_id":1,"key":"x","value":"hello"}"#,
            reply: r#"{"type":"write_ok","in_reply_to":1,"ts":1704067200.123}"#,
        },
        RpcDef {
            doc: "Asks for the value of a key and the timestamp of its write.",
            request: r#"{"type":"kv_read","msg_id":2,"key":"x"}"#,
            reply: r#"{"type":"kv_read_ok","in_reply_to":2,"key":"x","value":"hello","ts":1704067200.123}"#,
        },
        RpcDef {
            doc: "Offers entries of another node; the answer counts those taken over.",
            request: r#"{"type":"kv_merge","msg_id":3,"entries":{"x":{"value":"world","ts":1704067201.0}}}"#,
            reply: r#"{"type":"kv_merge_ok","in_reply_to":3,"updated":1}"#,
        },
    ],
    checks: &[
        CheckDef {
            name: "register",
            doc: "A read returns a written value with the timestamp its write got, never one \
                  older than the node had before, and error 20 for a missing key.",
        },
        CheckDef {
            name: "updated",
            doc: "A merge counts the entries that were newer than the stored ones.",
        },
        CheckDef {
            name: "ties",
            doc: "Of two entries with the same timestamp all nodes keep the same one.",
        },
        CheckDef {
            name: "convergence",
            doc: "In the end every node returns, for each key, the acknowledged entry with the \
                  greatest timestamp.",
        },
    ],
    required: &["write", "kv_read", "kv_merge"],
};

impl Workload for LwwKv {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, setup: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(clients::Clients::new(setup))
    }

    fn checks(&self, setup: &Setup<'_>) -> Vec<Box<dyn Check>> {
        vec![
            Box::<register::RegisterCheck>::default(),
            Box::<updated::UpdatedCheck>::default(),
            Box::<ties::TiesCheck>::default(),
            Box::new(convergence::ConvergenceCheck::new(
                &setup.node_ids[..setup.readers()],
            )),
        ]
    }
}
