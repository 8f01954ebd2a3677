//! Whole runs written by hand, judged by all checks.

use std::sync::Arc;

use checker::test_history::{Step, TestHistory};
use checker::{Operation, Verdict};
use protocol::RawValue;

use super::*;
use crate::event::{FaultEvent, MessageEvent, MessageStep, NodeEvent, NodeEventKind, ProblemEvent};
use crate::options::{Availability, Fault};
use crate::problem::Problem;
use crate::workload::workload_by_name;

fn events(history: TestHistory) -> Vec<Event> {
    let steps = history.into_steps().into_iter();
    steps
        .map(|step| match step {
            Step::Invoke(invocation) => Event::Invoke(Box::new(invocation)),
            Step::Complete(operation) => Event::Complete(Box::new(operation)),
        })
        .collect()
}

fn echoed() -> TestHistory {
    let mut history = TestHistory::new();
    history.ok("n0", "echo", "a", "a");
    history
}

fn problem(node: &str, problem: Problem, message: u64) -> Event {
    Event::Node(NodeEvent {
        time_ns: 0,
        node: node.into(),
        kind: NodeEventKind::Problem(ProblemEvent {
            problem,
            what: format!("{node} did something."),
            hint: "Do it otherwise.".to_owned(),
            message: Some(message),
            op: None,
        }),
    })
}

fn message(step: MessageStep, between_nodes: bool, kind: &str) -> Event {
    let body = RawValue::from_string(format!("{{\"type\":\"{kind}\"}}")).expect("json");
    Event::Message(MessageEvent {
        time_ns: 0,
        id: 0,
        step,
        src: "n0".into(),
        dest: "n1".into(),
        between_nodes,
        body: Arc::from(body),
        why: None,
    })
}

fn judge_with(options: &RunOptions, events: &[Event]) -> Judgement {
    let node_ids = options.node_ids();
    let setup = Setup {
        options,
        node_ids: &node_ids,
    };
    let workload = workload_by_name("echo").expect("a workload");
    let mut checks = RunChecks::new(workload, &setup);
    for event in events {
        checks.on_event(event);
    }
    checks.finish()
}

fn judge(events: &[Event]) -> Judgement {
    judge_with(&RunOptions::default(), events)
}

fn named<'a>(judgement: &'a Judgement, name: &str) -> &'a CheckResult {
    let found = judgement.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check {name}"))
}

#[test]
fn a_good_run_passes_every_check_in_a_fixed_order() {
    let judgement = judge(&events(echoed()));
    let names: Vec<&str> = judgement.checks.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["protocol", "crash", "progress", "echo"]);
    let verdict = Verdict::merge(judgement.checks.iter().map(|c| c.verdict));
    assert_eq!(verdict, Verdict::Valid);
}

#[test]
fn nothing_asked_is_no_pass() {
    let judgement = judge(&[]);
    let progress = named(&judgement, "progress");
    assert_eq!(progress.verdict, Verdict::Invalid);
    assert_eq!(progress.anomalies[0].kind, "nothing-asked");
    assert!(progress.summary.contains("No node ever got ready"));
    let ready = Event::Node(NodeEvent {
        time_ns: 0,
        node: "n0".into(),
        kind: NodeEventKind::Ready,
    });
    let judgement = judge(&[ready]);
    assert!(
        named(&judgement, "progress")
            .summary
            .contains("raise the rate")
    );
}

#[test]
fn nothing_acknowledged_is_no_pass() {
    let mut history = TestHistory::new();
    history.info("n0", "echo", "a");
    history.fail("n0", "echo", "b");
    let judgement = judge(&events(history));
    let progress = named(&judgement, "progress");
    assert_eq!(progress.anomalies[0].kind, "no-answer");
    assert!(
        progress.summary.contains("2 asked, 1 node-down, 1 timeout"),
        "{}",
        progress.summary
    );
}

#[test]
fn what_was_not_asked_is_told_after_what_was_not_answered() {
    let mut history = TestHistory::new();
    history.fail("n0", "read", "a");
    let options = RunOptions::default();
    let mut checks = RunChecks::new(
        workload_by_name("g-counter").expect("a workload"),
        &Setup {
            options: &options,
            node_ids: &options.node_ids(),
        },
    );
    for event in events(history) {
        checks.on_event(&event);
    }
    let judgement = checks.finish();
    let progress = named(&judgement, "progress");
    let kinds: Vec<&str> = progress.anomalies.iter().map(|a| a.kind.as_str()).collect();
    assert_eq!(kinds, ["no-answer", "nothing-asked"]);
}

#[test]
fn many_messages_are_named_as_what_may_keep_a_node_from_answering() {
    let mut history = echoed();
    history.finally();
    history.fail("n1", "echo", "c");
    let mut run = events(history);
    let quiet = judge(&run);
    assert!(!named(&quiet, "progress").summary.contains("messages"));
    run.extend((0..1_000).map(|_| message(MessageStep::Send, true, "gossip")));
    let busy = judge(&run);
    assert!(
        named(&busy, "progress")
            .summary
            .contains("500 messages for each operation")
    );
}

#[test]
fn a_note_is_no_violation_but_it_is_said() {
    let mut run = events(echoed());
    run.push(problem("n0", Problem::SecondReply, 0));
    run.push(problem("n0", Problem::SecondReply, 1));
    let judgement = judge(&run);
    let protocol = named(&judgement, "protocol");
    assert_eq!(protocol.verdict, Verdict::Valid);
    assert_eq!(
        protocol.summary,
        "Every line was a message that the protocol allows. Noticed 2 times: A request was \
         answered more than once."
    );
}

#[test]
fn a_node_that_is_silent_in_the_end_is_named() {
    let mut history = echoed();
    history.finally();
    history.ok("n0", "echo", "b", "b");
    history.fail("n1", "echo", "c");
    let judgement = judge(&events(history));
    let progress = named(&judgement, "progress");
    assert_eq!(progress.anomalies.len(), 1);
    assert_eq!(progress.anomalies[0].nodes, ["n1"]);
    assert_eq!(progress.anomalies[0].ops, [4]);
}

#[test]
fn a_node_that_answers_again_is_not_silent() {
    let mut history = echoed();
    history.finally();
    history.fail("n0", "echo", "b");
    history.ok("n0", "echo", "b", "b");
    let judgement = judge(&events(history));
    assert_eq!(named(&judgement, "progress").verdict, Verdict::Valid);
}

#[test]
fn silence_counts_unless_a_fault_explains_it() {
    let mut history = echoed();
    history.info("n0", "echo", "b");
    let mut run = events(history);
    let calm = judge(&run);
    assert_eq!(named(&calm, "progress").anomalies[0].kind, "no-answer");
    let fault = FaultEvent {
        time_ns: 0,
        fault: Fault::Pause,
        begins: true,
        what: "n0 is paused".to_owned(),
        nodes: vec!["n0".to_owned()],
    };
    run.insert(0, Event::Fault(fault));
    assert_eq!(named(&judge(&run), "progress").verdict, Verdict::Valid);
}

#[test]
fn problems_of_one_kind_and_node_are_told_once() {
    let mut run = events(echoed());
    run.extend((0..42).map(|n| problem("n1", Problem::NotJson, n)));
    run.push(problem("n2", Problem::NotJson, 50));
    run.push(problem("n2", Problem::Exited, 51));
    run.push(problem("n2", Problem::LateReply, 52));
    let judgement = judge(&run);
    let protocol = named(&judgement, "protocol");
    assert_eq!(protocol.anomalies.len(), 2);
    assert_eq!(
        protocol.anomalies[0].summary,
        "n1 did something. Do it otherwise. (41 more like it)"
    );
    assert_eq!(protocol.anomalies[0].messages, [0, 1, 2, 3, 4]);
    assert_eq!(protocol.figures["late-reply"], 1);
    let crash = named(&judgement, "crash");
    assert_eq!(crash.anomalies[0].kind, "exited");
    assert_eq!(named(&judgement, "echo").verdict, Verdict::Valid);
}

#[test]
fn availability_is_judged_when_demanded() {
    let mut history = echoed();
    history.fail("n0", "echo", "b");
    let run = events(history);
    let demand = |share: f64| RunOptions {
        availability: Some(Availability(share)),
        ..RunOptions::default()
    };
    let half = judge_with(&demand(0.5), &run);
    assert_eq!(named(&half, "availability").verdict, Verdict::Valid);
    let total = judge_with(&demand(1.0), &run);
    let total = named(&total, "availability");
    assert_eq!(total.verdict, Verdict::Invalid);
    assert_eq!(
        total.summary,
        "1 of 2 operations succeeded (50.0 %); 100.0 % are demanded."
    );
}

#[test]
fn limits_are_judged_when_given() {
    let mut run = events(echoed());
    run.extend((0..3).map(|_| message(MessageStep::Send, true, "gossip")));
    run.push(message(MessageStep::Send, false, "echo"));
    run.push(message(MessageStep::Drop, true, "gossip"));
    let options = RunOptions {
        max_msgs_per_op: Some(2.5),
        max_latency_max: Some(5.0),
        ..RunOptions::default()
    };
    let judgement = judge_with(&options, &run);
    let limits = named(&judgement, "limits");
    assert_eq!(limits.anomalies.len(), 1);
    assert_eq!(
        limits.summary,
        "Messages between nodes per operation: 3.0, allowed are 2.5."
    );
    let messages = &judgement.stats.messages;
    assert_eq!(
        (messages.all, messages.servers, messages.clients),
        (4, 3, 1)
    );
    assert_eq!(messages.dropped, 1);
    assert_eq!(messages.by_type["gossip"], 3);
    assert!((0.999..1.01).contains(&judgement.stats.latency_ms.max));
}

#[test]
fn a_limit_on_nothing_is_undecided() {
    let mut history = TestHistory::new();
    history.fail("n0", "echo", "b");
    let options = RunOptions {
        max_latency_median: Some(5.0),
        ..RunOptions::default()
    };
    let judgement = judge_with(&options, &events(history));
    assert_eq!(named(&judgement, "limits").verdict, Verdict::Unknown);
}

/// A check with a mistake of its own.
struct Faulty;

impl checker::Check for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn on_complete(&mut self, _: &Operation) {
        panic!("divided by zero");
    }

    fn finish(&mut self) -> CheckResult {
        CheckResult::valid("faulty", "")
    }
}

#[test]
fn a_check_that_panics_is_undecided() {
    let mut guarded = Guarded::new(Box::new(HistoryCheck(Box::new(Faulty))));
    for event in events(echoed()) {
        guarded.on_event(&event);
    }
    let result = guarded.finish();
    assert_eq!(result.verdict, Verdict::Unknown);
    assert!(
        result.summary.contains("divided by zero"),
        "{}",
        result.summary
    );
}

#[test]
fn operations_that_a_fault_can_have_hit_are_counted() {
    let fault = |begins| {
        Event::Fault(FaultEvent {
            time_ns: 0,
            fault: Fault::Partition,
            begins,
            what: String::new(),
            nodes: Vec::new(),
        })
    };
    let mut open = TestHistory::new();
    open.ok("n0", "echo", "a", "a");
    let [begun, done] = &events(open)[..] else {
        panic!("two events");
    };
    // Before it, over its beginning, over its end, and after it.
    let all = [
        begun,
        done,
        begun,
        &fault(true),
        done,
        begun,
        &fault(false),
        done,
        begun,
        done,
    ];
    let mut fold = stats::StatsFold::default();
    all.into_iter().for_each(|event| fold.on_event(event));
    let stats = fold.finish();
    assert_eq!((stats.ops.invoked, stats.during_faults), (4, 2));
}
