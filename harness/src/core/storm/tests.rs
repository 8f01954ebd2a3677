//! One line too many, and everything that is no storm.

use super::*;

use workloads::event::NodeEventKind;
use workloads::random::Seed;
use workloads::{Event, RunOptions, workload_by_name};

use crate::core::{Core, Input, Output, Surroundings};
use crate::plan::Plan;

const GOSSIP: &[u8] = br#"{"src":"n0","dest":"n1","body":{"type":"gossip","all":[7]}}"#;

/// What a core says of storms, and whether it ended, when two nodes write these lines at these
/// times.
fn told(
    lines: impl Iterator<Item = (TimeNs, usize, &'static [u8])>,
    lines_per_second: Option<u64>,
) -> (Vec<String>, bool) {
    let options = RunOptions {
        workload: "echo".to_owned(),
        node_count: 2,
        ..RunOptions::default()
    };
    let plan = Plan::draw(vec!["test".to_owned()], Seed(1), options).expect("a plan");
    let workload = workload_by_name("echo").expect("a workload");
    let surroundings = Surroundings {
        starting_at_once: 2,
        flush_hint: None,
        lines_per_second,
    };
    let mut core = Core::new(&plan, workload, surroundings);
    let mut out = Vec::new();
    core.begin(&mut out);
    (0..2).for_each(|node| core.step(0, Input::Started(node), &mut out));
    let (mut said, mut done) = (Vec::new(), false);
    for (now_ns, from, line) in lines {
        core.step(now_ns, Input::Line(from, line), &mut out);
        for output in out.drain(..) {
            assert!(!done, "after the end: {output:?}");
            match output {
                Output::Done => done = true,
                Output::Event(Event::Node(event)) => {
                    if let NodeEventKind::Problem(problem) = event.kind
                        && problem.problem == Problem::MessageStorm
                    {
                        said.push(format!("{}: {} {}", event.node, problem.what, problem.hint));
                    }
                }
                _ => {}
            }
        }
    }
    (said, done)
}

/// So many lines of n0, in equal steps over so many seconds of the run, from the third on.
fn gossip(count: u64, seconds: u64) -> impl Iterator<Item = (TimeNs, usize, &'static [u8])> {
    (0..count).map(move |i| ((2 * count + i * seconds) * SECOND_NS / count, 0, GOSSIP))
}

#[test]
fn one_line_too_many_in_a_second_ends_a_run_in_virtual_time() {
    let (said, done) = told(gossip(50_000, 1), Some(LINES_PER_VIRTUAL_SECOND));
    assert_eq!((said.len(), done), (0, false));
    let (said, done) = told(gossip(50_001, 1), Some(LINES_PER_VIRTUAL_SECOND));
    assert!(done);
    let expected = "n0: A storm of messages: between 2 s and 3 s of the run the nodes wrote more \
                    than 50000 lines, 50001 of them n0, before the first operation of a client. Of \
                    the last 1001, 100% were of type `gossip`, most often from n0 to n1, such as \
                    `{\"src\":\"n0\",\"dest\":\"n1\",\"body\":{\"type\":\"gossip\",\"all\":[7]}}`. \
                    The run was ended. ";
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with(expected), "{}", said[0]);
    assert!(said[0].contains("seen"), "{}", said[0]);
}

#[test]
fn as_many_lines_over_two_seconds_are_no_storm() {
    let (said, done) = told(gossip(99_000, 2), Some(LINES_PER_VIRTUAL_SECOND));
    assert_eq!((said.len(), done), (0, false));
}

#[test]
fn in_real_time_a_storm_is_told_once_and_ends_nothing() {
    let (said, done) = told(gossip(200_000, 2), None);
    assert_eq!((said.len(), done), (1, false));
    assert!(!said[0].contains("ended"), "{}", said[0]);
}

#[test]
fn what_is_no_message_between_nodes_is_named_too() {
    let other = |line: &'static [u8]| {
        let lines = (0..50_001).map(move |i| (i, 1, line));
        let (mut said, _) = told(lines, Some(LINES_PER_VIRTUAL_SECOND));
        said.pop().expect("a storm")
    };
    let junk = other(b"x");
    assert!(
        junk.contains("100% were no messages, such as `x`"),
        "{junk}"
    );
    assert!(junk.ends_with("a loop that prints without end."), "{junk}");
    let answers = other(br#"{"src":"n1","dest":"c1","body":{"type":"echo_ok","in_reply_to":1}}"#);
    assert!(answers.contains("Answer each request once"), "{answers}");
    let itself = other(br#"{"src":"n1","dest":"n1","body":{"type":"tick"}}"#);
    assert!(itself.contains("to itself without end"), "{itself}");
}

#[test]
fn what_operations_explain_is_no_storm() {
    let mut watch = StormWatch::new(5, Some(LINES_PER_VIRTUAL_SECOND));
    let mut begins = |ops| (0..60_000).any(|i| watch.begins(i, 0, GOSSIP, ops, 0));
    assert!(!begins(25), "not even 5000 for each of 25");
    assert!(begins(20), "now they are 6000 for each of 20");
}

#[test]
fn many_nodes_may_say_more() {
    let limit = |nodes| StormWatch::new(nodes, Some(LINES_PER_VIRTUAL_SECOND)).limit;
    assert_eq!([1, 2, 5, 10].map(limit), [50_000; 4]);
    assert_eq!(limit(25), 300_000);
}
