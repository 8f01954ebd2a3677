//! `unique-ids`: nodes give out ids that never repeat, also after a crash and during a partition.

use checker::{Check, Unique};
use protocol::{Reply, Request};
use serde_json::Value;

use crate::random::Stream;
use crate::workload::{CheckDef, Generator, Op, Process, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct UniqueIds;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "unique-ids",
    title: "Give out ids that never repeat",
    doc: "A node answers every `generate` with a `generate_ok` whose `id` was never given out \
          before, by any node, before or after a restart. An id may be any JSON value; `7` and \
          `7.0` are the same one. A node must be able to answer without asking the others, \
          because they may be out of reach.",
    rpcs: &[RpcDef {
        doc: "Asks for a new id.",
        request: r#"{"type":"generate","msg_id":1}"#,
        reply: r#"{"type":"generate_ok","in_reply_to":1,"id":"n1-17"}"#,
    }],
    checks: &[CheckDef {
        name: UniqueIds::CHECK,
        doc: "No id is given out twice.",
    }],
    required: &["generate"],
};

impl UniqueIds {
    const CHECK: &str = "unique-ids";
}

impl Workload for UniqueIds {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, _: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(IdClients)
    }

    fn checks(&self, _: &Setup<'_>) -> Vec<Box<dyn Check>> {
        vec![Box::new(Unique::new(Self::CHECK, "generate"))]
    }
}

struct IdClients;

impl Generator for IdClients {
    fn next(&mut self, _: Process, _: &mut Stream) -> Option<Op> {
        Some(Op {
            f: "generate",
            key: None,
            value: Value::Null,
            request: Request::new("generate"),
            reply_kind: "generate_ok",
            idempotent: true,
        })
    }

    fn value(&mut self, _: Process, _: &Op, reply: &Reply) -> Result<Value, String> {
        reply
            .get("id")
            .cloned()
            .ok_or_else(|| "a field `id`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Model, Run, simulate};
    use checker::Verdict;
    use protocol::Body;
    use serde_json::json;

    struct Node {
        prefix: String,
        given: u64,
    }

    impl Model for Node {
        fn handle(&mut self, _: &Body) -> Value {
            self.given += 1;
            let id = format!("{}{}", self.prefix, self.given);
            json!({"type": "generate_ok", "id": id})
        }
    }

    #[test]
    fn ids_with_the_node_in_them_pass_and_bare_counters_do_not() {
        let run = Run {
            trouble: true,
            ..Run::default()
        };
        let play = |with_node: bool| {
            simulate(&UniqueIds, run, |node| Node {
                prefix: if with_node {
                    format!("n{node}-")
                } else {
                    String::new()
                },
                given: 0,
            })
        };
        let outcome = play(true);
        assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
        assert_eq!(play(false).kinds(), ["duplicate-id"]);
    }
}
