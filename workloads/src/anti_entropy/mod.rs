//! `anti-entropy`: sets that are compared by a digest before they are sent.

mod clients;
mod convergence;
mod digest_check;
mod digests;
mod elements;
mod knowledge;
mod sync_check;
#[cfg(test)]
mod tests;
mod traffic;

use checker::Check;

use crate::run_checks::RunCheck;
use crate::workload::{CheckDef, Generator, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct AntiEntropy;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "anti-entropy",
    title: "Sets compared by digests",
    doc: "A node keeps a set of numbers that it gets by `broadcast`. `digest` answers a hash of \
          the set and its size: equal sets have equal digests, in whatever order they grew. \
          `digest_sync` brings the digest of another replica. If it is that of the node's own \
          set, nothing is transferred; otherwise the node answers all its elements and how many \
          of them the other side lacked, and takes over those that it lacks itself. Clients play \
          the other side, also with sets of their own. Nodes may sync by themselves too; if they \
          don't, clients carry sets between them.",
    rpcs: &[
        RpcDef {
            doc: "Adds a number to the node's set.",
            request: r#"{"type":"broadcast","msg_id":1,"message":42}"#,
            reply: r#"{"type":"broadcast_ok","in_reply_to":1}"#,
        },
        RpcDef {
            doc: "Asks for a hash of the set and its size.",
            request: r#"{"type":"digest","msg_id":2}"#,
            reply: r#"{"type":"digest_ok","in_reply_to":2,"digest":"abc123","count":5}"#,
        },
        RpcDef {
            doc: "Compares digests only.",
            request: r#"{"type":"digest_sync","msg_id":3,"remote_digest":"abc123","remote_messages":null}"#,
            reply: r#"{"type":"digest_sync_ok","in_reply_to":3,"match":true,"transferred":0}"#,
        },
        RpcDef {
            doc: "Sends what the other side has after digests differed.",
            request: r#"{"type":"digest_sync","msg_id":4,"remote_digest":"xyz789","remote_messages":[1,2,3]}"#,
            reply: r#"{"type":"digest_sync_ok","in_reply_to":4,"match":false,"transferred":2,"local_messages":[1,2,3,4,5]}"#,
        },
    ],
    checks: &[
        CheckDef {
            name: "digest",
            doc: "Equal sets have equal digests, different sets different ones; counts are right.",
        },
        CheckDef {
            name: "sync",
            doc: "A sync matches exactly when the digests are equal, tells the whole local set, \
                  counts what the other side lacked, and leaves the union. Its figures compare \
                  the bytes sent with those of sending full state.",
        },
        CheckDef {
            name: "convergence",
            doc: "In the end all nodes have everything acknowledged, and equal digests.",
        },
    ],
    required: &["broadcast", "digest", "digest_sync"],
};

impl Workload for AntiEntropy {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, setup: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(clients::Clients::new(setup))
    }

    fn checks(&self, _: &Setup<'_>) -> Vec<Box<dyn Check>> {
        Vec::new()
    }

    fn run_checks(&self, setup: &Setup<'_>) -> Vec<Box<dyn RunCheck>> {
        let nodes = &setup.node_ids[..setup.readers()];
        vec![
            Box::<digest_check::DigestCheck>::default(),
            Box::<sync_check::SyncCheck>::default(),
            Box::new(convergence::ConvergenceCheck::new(nodes)),
        ]
    }
}
