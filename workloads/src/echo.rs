//! `echo`: a node answers with what it was sent. The first thing a program can get right.

use checker::{Anomaly, Check, CheckResult, Findings, Operation};
use protocol::{Reply, Request, number};
use serde_json::Value;

use crate::random::Stream;
use crate::workload::{CheckDef, Generator, Op, Process, RpcDef, Setup, Workload, WorkloadInfo};

/// The workload.
#[derive(Debug)]
pub(crate) struct Echo;

static INFO: WorkloadInfo = WorkloadInfo {
    name: "echo",
    title: "Answer with what was sent",
    doc: "A node answers every `echo` request with an `echo_ok` that carries the same value in \
          its field `echo`: the same string to the last character, whatever it contains. Nodes \
          need not talk to each other.",
    rpcs: &[RpcDef {
        doc: "Sends a value and expects it back.",
        request: r#"{"type":"echo","msg_id":1,"echo":"Please echo 35"}"#,
        reply: r#"{"type":"echo_ok","in_reply_to":1,"echo":"Please echo 35"}"#,
    }],
    checks: &[CheckDef {
        name: EchoCheck::NAME,
        doc: "Every answer carries the value that was sent.",
    }],
    required: &["echo"],
};

impl Workload for Echo {
    fn info(&self) -> &'static WorkloadInfo {
        &INFO
    }

    fn generator(&self, _: &Setup<'_>) -> Box<dyn Generator> {
        Box::new(EchoClients)
    }

    fn checks(&self, _: &Setup<'_>) -> Vec<Box<dyn Check>> {
        vec![Box::<EchoCheck>::default()]
    }
}

/// Strings that careless handling of text changes: one of them now and then among the plain ones.
/// Only strings, because programs written for this exercise often declare the field as one.
const TRICKY: &[&str] = &[
    "",
    " spaces before and after ",
    "quotes \" and ' and a backslash \\",
    "two\nlines\tand a tab",
    "Grüße, здравствуйте, 世界, 𝄞",
    "{\"looks\":[\"like\",\"JSON\"]}",
    "9007199254740993",
    "<b>&amp;</b>",
    "null",
];

struct EchoClients;

impl Generator for EchoClients {
    fn next(&mut self, _: Process, random: &mut Stream) -> Option<Op> {
        let plain = format!("Please echo {}", random.below(128));
        let tricky = random.pick(TRICKY).copied().unwrap_or_default();
        let text = if random.chance(1, 8) {
            tricky
        } else {
            plain.as_str()
        };
        Some(Op {
            f: "echo",
            key: None,
            value: text.into(),
            request: Request::new("echo").with("echo", text),
            reply_kind: "echo_ok",
            idempotent: true,
        })
    }

    fn value(&mut self, _: Process, _: &Op, reply: &Reply) -> Result<Value, String> {
        reply
            .get("echo")
            .cloned()
            .ok_or_else(|| "a field `echo`".to_owned())
    }
}

/// Every answer carries the value that was sent. Any JSON value may be sent; numbers are compared
/// by value.
#[derive(Debug, Default)]
struct EchoCheck {
    answers: u64,
    mismatches: Findings,
}

impl EchoCheck {
    const NAME: &str = "echo";
}

impl Check for EchoCheck {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn on_complete(&mut self, op: &Operation) {
        if !op.is_ok() {
            return;
        }
        self.answers += 1;
        let (sent, answered) = (&op.invocation.value, &op.completion.value);
        if !number::same(sent, answered) {
            self.mismatches.add(|| {
                let node = &op.invocation.node;
                let summary = format!("{node} was sent {sent} and answered {answered}.");
                Anomaly::new("echo-mismatch", summary).with_op(op)
            });
        }
    }

    fn is_violated(&self) -> bool {
        !self.mismatches.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let otherwise = format!("All {} answers carry what was sent.", self.answers);
        std::mem::take(&mut self.mismatches)
            .into_result(Self::NAME, &otherwise)
            .with_figure("answers", self.answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{Model, Run, simulate};
    use checker::Verdict;
    use checker::test_history::TestHistory;
    use protocol::Body;
    use serde_json::json;

    fn judge(sent: &str, answered: &str) -> CheckResult {
        let json = |text: &str| -> Value { serde_json::from_str(text).expect("json") };
        let mut history = TestHistory::new();
        history.ok("n0", "echo", json(sent), json(answered));
        history.judge(&mut EchoCheck::default())
    }

    #[test]
    fn the_same_value_in_another_spelling_is_an_echo() {
        for (sent, answered) in [
            (r#""Please echo 35""#, r#""Please echo \u0033\u0035""#),
            (r#"{"a":[1,{}],"b":null}"#, r#"{"b":null,"a":[1.0,{}]}"#),
            ("9007199254740993", "9007199254740993"),
        ] {
            assert_eq!(judge(sent, answered).verdict, Verdict::Valid, "{sent}");
        }
    }

    #[test]
    fn another_value_is_a_mismatch() {
        for (sent, answered) in [
            (r#""Please echo 35""#, r#""please echo 35""#),
            (r#""""#, "null"),
            ("9007199254740993", "9007199254740992"),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#),
        ] {
            let result = judge(sent, answered);
            assert_eq!(result.verdict, Verdict::Invalid, "{sent}");
            assert_eq!(result.anomalies[0].kind, "echo-mismatch");
            assert_eq!(result.anomalies[0].ops, [0]);
        }
        assert_eq!(
            judge("\"a\"", "\"b\"").summary,
            "n0 was sent \"a\" and answered \"b\"."
        );
    }

    struct Node {
        cuts: bool,
    }

    impl Model for Node {
        fn handle(&mut self, request: &Body) -> Value {
            let text = request["echo"].as_str().expect("a string");
            let kept = if self.cuts { 8 } else { usize::MAX };
            let echo: String = text.chars().take(kept).collect();
            json!({"type": "echo_ok", "echo": echo})
        }
    }

    #[test]
    fn a_right_node_passes_and_one_that_cuts_does_not() {
        let run = Run {
            trouble: true,
            ..Run::default()
        };
        let outcome = simulate(&Echo, run, |_| Node { cuts: false });
        assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
        let outcome = simulate(&Echo, run, |_| Node { cuts: true });
        assert_eq!(outcome.kinds(), ["echo-mismatch"]);
    }
}
