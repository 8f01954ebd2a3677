//! Ctrl-C, SIGTERM and worse in the middle of a run: what was recorded stays, processes do not.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::proc::{until, with_argument};
use crate::program::{Program, python};
use crate::run::{Outcome, Run, Running, journal_of};

/// A node that answers for as long as it is asked, and can be found by its only argument.
fn marked(functions: &str) -> Option<(Program, String)> {
    let mut node = python(functions)?;
    let mark = format!("--mark={}", node.dir().display());
    node.args.push(mark.clone());
    Some((node, mark))
}

/// A run that lasts until somebody ends it, two nodes of which have answered requests.
fn in_the_middle(node: &Program) -> Running {
    let running = long(node).begun();
    until("operations in the history", || {
        (running.history_lines() >= 20).then_some(())
    });
    running
}

fn long(node: &Program) -> Run<'_> {
    Run::echo(node)
        .with("--node-count", "2")
        .with("--time-limit", "1000")
}

fn signal(running: &Running, signal: Signal) {
    let pid = i32::try_from(running.child.id()).expect("a process id");
    kill(Pid::from_raw(pid), signal).expect("the harness runs");
}

fn assert_nobody_left(mark: &str) {
    let left = with_argument(mark);
    assert!(left.is_empty(), "processes {left:?} are left");
}

/// What an interrupted run must have left.
fn assert_kept(outcome: &Outcome) {
    assert_eq!(outcome.document["interrupted"], true, "{outcome}");
    assert_eq!(outcome.document["verdict"], "unknown", "{outcome}");
    let file = fs::read_to_string(outcome.dir.join("verdict.json")).expect("verdict.json");
    let file: Value = serde_json::from_str(&file).expect("JSON");
    assert_eq!(file, outcome.document);
    assert!(outcome.ok() > 5, "{outcome}");
    assert_record_reads(&outcome.dir);
}

fn assert_record_reads(dir: &Path) {
    let plan = fs::read_to_string(dir.join("plan.json")).expect("plan.json");
    serde_json::from_str::<Value>(&plan).expect("JSON");
    let history = fs::read_to_string(dir.join("history.jsonl")).expect("history.jsonl");
    let (whole, _) = history.rsplit_once('\n').expect("a line");
    let lines: Vec<Value> = whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of the history"))
        .collect();
    assert!(lines.iter().filter(|line| line["type"] == "ok").count() > 5);
    let answers = journal_of(dir);
    let answers = answers.iter().filter(|line| line.body.contains("echo_ok"));
    assert!(answers.count() > 5, "answers in the journal");
}

#[test]
fn ctrl_c_keeps_the_record_and_leaves_nobody() {
    let Some((node, mark)) = marked("def on(m): echo(m)") else {
        return;
    };
    let running = in_the_middle(&node);
    signal(&running, Signal::SIGINT);
    let outcome = running.wait();
    assert_eq!(outcome.exit, Some(130), "{outcome}");
    assert_nobody_left(&mark);
    assert_kept(&outcome);
    let summary = outcome.document["summary"].as_str().unwrap_or_default();
    assert!(summary.contains("interrupted (Ctrl-C)"), "{summary}");
}

/// Each node has a child in its group, one in a session of its own, and a daemon.
const FAMILY: &str = "
import subprocess
rest = [sys.executable, '-c', 'import time; time.sleep(1000)', sys.argv[1]]
def on_init(m):
    subprocess.Popen(rest)
    subprocess.Popen(rest, start_new_session=True)
    child = os.fork()
    if child == 0:
        os.setsid()
        subprocess.Popen(rest)
        os._exit(0)
    os.waitpid(child, 0)
    reply(m, {'type': 'init_ok'})
def on(m):
    echo(m)";

#[test]
fn sigterm_leaves_no_descendants_either() {
    let Some((node, mark)) = marked(FAMILY) else {
        return;
    };
    let running = in_the_middle(&node);
    until("all descendants", || {
        // The harness itself, two nodes and three children of each.
        (with_argument(&mark).len() == 1 + 2 * 4).then_some(())
    });
    signal(&running, Signal::SIGTERM);
    let outcome = running.wait();
    assert_eq!(outcome.exit, Some(143), "{outcome}");
    assert_nobody_left(&mark);
    assert_kept(&outcome);
}

#[test]
fn descendants_are_gone_after_an_ordinary_end_too() {
    let Some((node, mark)) = marked(FAMILY) else {
        return;
    };
    let outcome = Run::echo(&node).with("--node-count", "2").done();
    outcome.assert_valid();
    assert_nobody_left(&mark);
}

#[test]
fn an_interrupt_before_the_first_operation_blames_nobody() {
    let functions = "
def on_init(m):
    open('asked', 'w').close()
def on(m):
    pass";
    let Some((node, mark)) = marked(functions) else {
        return;
    };
    // In virtual time the thousand seconds would be over at once.
    let running = long(&node)
        .with("--init-timeout", "1000000")
        .with("--time", "real")
        .begun();
    until("init", || {
        running.dir.join("nodes/n0/asked").exists().then_some(())
    });
    signal(&running, Signal::SIGINT);
    let outcome = running.wait();
    assert_eq!(outcome.exit, Some(130), "{outcome}");
    assert_eq!(outcome.document["verdict"], "unknown", "{outcome}");
    assert_eq!(outcome.document["interrupted"], true, "{outcome}");
    assert_nobody_left(&mark);
}

#[test]
fn a_violation_before_the_interrupt_stays_one() {
    let Some((node, _)) = marked("def on(m): write('?\\n'); echo(m)") else {
        return;
    };
    let running = in_the_middle(&node);
    signal(&running, Signal::SIGINT);
    let outcome = running.wait();
    assert_eq!(outcome.exit, Some(130), "{outcome}");
    assert_eq!(outcome.document["verdict"], "invalid", "{outcome}");
    assert_eq!(outcome.document["interrupted"], true, "{outcome}");
}

#[test]
fn a_harness_that_is_killed_leaves_a_readable_record_and_no_nodes() {
    let Some((node, mark)) = marked("def on(m): echo(m)") else {
        return;
    };
    let running = in_the_middle(&node);
    signal(&running, Signal::SIGKILL);
    let outcome = running.wait();
    assert_eq!(outcome.exit, None, "{outcome}");
    until("the end of all nodes", || {
        with_argument(&mark).is_empty().then_some(())
    });
    assert!(!outcome.dir.join("verdict.json").exists());
    assert_record_reads(&outcome.dir);
}
