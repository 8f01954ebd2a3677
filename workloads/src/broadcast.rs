//! `broadcast`: what one node was told, all nodes know in the end.

use std::collections::{BTreeMap, BTreeSet};

use checker::{Check, GrowSet, canonical};
use protocol::{Reply, Request};
use serde_json::{Map, Value};

use crate::random::Stream;
use crate::workload::{CheckDef, Generator, Op, Process, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct Broadcast;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "broadcast",
    title: "Tell every node what one was told",
    doc: "Clients give values to any node, and ask any node for all values. Each value is given \
          once and is an integer. A node acknowledges a value, keeps it, and passes it on until \
          every node has it, also those that were out of reach for a while. `topology` suggests \
          neighbours; a node may talk to others instead. A value must not appear twice in an \
          answer, and what a node has shown must not vanish, also after a crash.",
    rpcs: &[
        RpcDef {
            doc: "Tells every node its neighbours, once after `init` and again after a restart.",
            request: r#"{"type":"topology","msg_id":1,"topology":{"n0":["n1"],"n1":["n0","n2"],"n2":["n1"]}}"#,
            reply: r#"{"type":"topology_ok","in_reply_to":1}"#,
        },
        RpcDef {
            doc: "Gives a value to the cluster.",
            request: r#"{"type":"broadcast","msg_id":2,"message":17}"#,
            reply: r#"{"type":"broadcast_ok","in_reply_to":2}"#,
        },
        RpcDef {
            doc: "Asks for all values, in any order.",
            request: r#"{"type":"read","msg_id":3}"#,
            reply: r#"{"type":"read_ok","in_reply_to":3,"messages":[17,4]}"#,
        },
    ],
    checks: &[CheckDef {
        name: Broadcast::CHECK,
        doc: "Every acknowledged value is on every node in the end, nothing appears that nobody \
              gave, nothing appears twice in an answer, nothing that a node has shown vanishes, \
              and all nodes agree in the end.",
    }],
    required: &["broadcast", "read"],
};

impl Broadcast {
    const CHECK: &str = "broadcast";
}

impl Workload for Broadcast {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, setup: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(BroadcastClients::new(setup))
    }

    fn checks(&self, _: &Setup<'_>) -> Vec<Box<dyn Check>> {
        vec![Box::new(GrowSet::new(Self::CHECK, "broadcast", "read"))]
    }
}

/// Half of the operations give a value, half read; in the end the first client of each node reads.
struct BroadcastClients {
    topology: Value,
    clients: u64,
    readers: usize,
    /// How many values each client has given.
    given: Vec<u64>,
    acknowledged: BTreeSet<String>,
    pass: Option<u32>,
    /// What the nodes showed in the last pass, by the client that read it.
    shown: BTreeMap<usize, BTreeSet<String>>,
}

impl BroadcastClients {
    fn new(setup: &Setup<'_>) -> Self {
        let clients = setup.options.client_count();
        Self {
            topology: topology(setup),
            clients: clients as u64,
            readers: setup.readers(),
            given: vec![0; clients],
            acknowledged: BTreeSet::new(),
            pass: None,
            shown: BTreeMap::new(),
        }
    }

    /// A value that no other client gives.
    fn broadcast(&mut self, slot: usize) -> Op {
        let value = self.given[slot] * self.clients + slot as u64;
        self.given[slot] += 1;
        Op {
            f: "broadcast",
            key: None,
            value: value.into(),
            request: Request::new("broadcast").with("message", value),
            reply_kind: "broadcast_ok",
            idempotent: false,
        }
    }

    fn read() -> Op {
        Op {
            f: "read",
            key: None,
            value: Value::Null,
            request: Request::new("read"),
            reply_kind: "read_ok",
            idempotent: true,
        }
    }
}

/// The neighbours of every node, by name.
fn topology(setup: &Setup<'_>) -> Value {
    let ids = setup.node_ids;
    let neighbours = setup.options.topology.neighbours(ids.len());
    let named = neighbours.iter().zip(ids).map(|(neighbours, id)| {
        let names: Vec<Value> = neighbours.iter().map(|n| ids[*n].as_str().into()).collect();
        (id.clone(), Value::from(names))
    });
    Value::Object(named.collect::<Map<String, Value>>())
}

impl Generator for BroadcastClients {
    fn setup(&self, _: usize) -> Option<(Request, &'static str)> {
        let request = Request::new("topology").with("topology", self.topology.clone());
        Some((request, "topology_ok"))
    }

    fn next(&mut self, process: Process, random: &mut Stream) -> Option<Op> {
        Some(match random.chance(1, 2) {
            true => self.broadcast(process.slot),
            false => Self::read(),
        })
    }

    fn final_op(&mut self, pass: u32, round: u32, process: Process) -> Option<Op> {
        if self.pass.replace(pass) != Some(pass) {
            self.shown.clear();
        }
        (round == 0 && process.slot < self.readers).then(Self::read)
    }

    fn settled(&self) -> bool {
        let mut shown = self.shown.values();
        self.shown.len() == self.readers
            && shown.next().is_none_or(|first| {
                self.acknowledged.is_subset(first) && shown.all(|other| other == first)
            })
    }

    fn value(&mut self, process: Process, op: &Op, reply: &Reply) -> Result<Value, String> {
        if op.f == "broadcast" {
            self.acknowledged.insert(canonical(&op.value));
            return Ok(op.value.clone());
        }
        let Some(Value::Array(messages)) = reply.get("messages") else {
            return Err("a list in `messages`".to_owned());
        };
        if self.pass.is_some() {
            let shown = messages.iter().map(canonical).collect();
            self.shown.insert(process.slot, shown);
        }
        Ok(Value::Array(messages.clone()))
    }
}

#[cfg(test)]
mod tests;
