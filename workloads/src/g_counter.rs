//! `g-counter`: a counter that every node can add to, although they cannot always talk.

use std::collections::BTreeMap;

use checker::{Check, Counter, integer};
use protocol::{Reply, Request};
use serde_json::Value;

use crate::random::Stream;
use crate::workload::{CheckDef, Generator, Op, Process, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct GCounter;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "g-counter",
    title: "Add at every node, agree on the sum",
    doc: "Clients add numbers that are not negative at any node, and read the sum at any node. A \
          node must acknowledge an add even when it cannot reach the others. When the network \
          has healed, all nodes end with the same sum: every add that was acknowledged counts \
          exactly once, and one that got no answer counts once or not at all. Meanwhile a read \
          may lack what was added elsewhere; it may not lack what the node itself acknowledged \
          before, show more than was ever asked for, or be less than what the same node showed \
          before.",
    rpcs: &[
        RpcDef {
            doc: "Adds to the counter.",
            request: r#"{"type":"add","msg_id":1,"delta":3}"#,
            reply: r#"{"type":"add_ok","in_reply_to":1}"#,
        },
        RpcDef {
            doc: "Reads the sum.",
            request: r#"{"type":"read","msg_id":2}"#,
            reply: r#"{"type":"read_ok","in_reply_to":2,"value":3}"#,
        },
    ],
    checks: &[CheckDef {
        name: GCounter::CHECK,
        doc: "Every node ends with the sum of the acknowledged adds and some of those whose fate \
              is unknown, all nodes agree, reads stay within what is possible and never go down \
              on one node.",
    }],
    required: &["add", "read"],
};

impl GCounter {
    const CHECK: &str = "counter";
}

impl Workload for GCounter {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, setup: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(CounterClients::new(setup.readers()))
    }

    fn checks(&self, _: &Setup<'_>) -> Vec<Box<dyn Check>> {
        vec![Box::new(Counter::new(Self::CHECK))]
    }
}

/// Half of the operations add, half read; in the end the first client of each node reads.
struct CounterClients {
    readers: usize,
    acknowledged: i128,
    pass: Option<u32>,
    /// What the nodes showed in the last pass, by the client that read it.
    shown: BTreeMap<usize, i128>,
}

impl CounterClients {
    fn new(readers: usize) -> Self {
        Self {
            readers,
            acknowledged: 0,
            pass: None,
            shown: BTreeMap::new(),
        }
    }

    fn add(delta: u64) -> Op {
        Op {
            f: "add",
            key: None,
            value: delta.into(),
            request: Request::new("add").with("delta", delta),
            reply_kind: "add_ok",
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

impl Generator for CounterClients {
    fn next(&mut self, _: Process, random: &mut Stream) -> Option<Op> {
        if random.chance(1, 2) {
            return Some(Self::read());
        }
        // Nothing is worth adding now and then, and seldom enough to leave most adds visible.
        let delta = if random.chance(1, 16) {
            0
        } else {
            random.between(1, 4)
        };
        Some(Self::add(delta))
    }

    fn final_op(&mut self, pass: u32, round: u32, process: Process) -> Option<Op> {
        if self.pass.replace(pass) != Some(pass) {
            self.shown.clear();
        }
        (round == 0 && process.slot < self.readers).then(Self::read)
    }

    fn settled(&self) -> bool {
        let mut shown = self.shown.values();
        let first = shown.next().copied().unwrap_or_default();
        self.shown.len() == self.readers
            && first >= self.acknowledged
            && shown.all(|value| *value == first)
    }

    fn value(&mut self, process: Process, op: &Op, reply: &Reply) -> Result<Value, String> {
        if op.f == "add" {
            self.acknowledged += integer(&op.value).unwrap_or_default();
            return Ok(op.value.clone());
        }
        let value = reply.get("value").cloned().unwrap_or_default();
        let Some(shown) = integer(&value) else {
            return Err("an integer in `value`".to_owned());
        };
        if self.pass.is_some() {
            self.shown.insert(process.slot, shown);
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
