//! Faults on real processes: each does what it says, and nothing else.

use std::collections::BTreeSet;
use std::fs;

use results::run_dir::JournalEvent;
use serde_json::Value;
use workloads::options::Fault;

use crate::proc::{state, until, with_argument};
use crate::program::{Program, python, python_file};
use crate::run::{Line, Outcome, Run};

/// Three seconds with everything in it that the faults need to act.
fn faulty<'a>(workload: &str, program: &'a Program, nemesis: &str) -> Run<'a> {
    Run::of(workload, program)
        .with("--node-count", "5")
        .with("--nemesis", nemesis)
        .with("--nemesis-interval", "0.5")
        .with("--time-limit", "3")
        .with("--recovery", "20")
}

/// Who is cut off from whom while a fault lasts, as in the plan.
type Links = BTreeSet<(String, String)>;

/// The links of every planned fault, under the sentence by which the journal calls it.
fn links_of_faults(outcome: &Outcome) -> Vec<(String, Links)> {
    let plan = fs::read_to_string(outcome.dir.join("plan.json")).expect("plan.json");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    let name = |index: &Value| format!("n{index}");
    let faults = plan["faults"].as_array().expect("faults").iter();
    let one = |fault: &Value| {
        let kind = fault["fault"].as_str().expect("a kind");
        let what = fault["what"].as_str().expect("a sentence");
        let links = fault["action"]["links"]["links"].as_array();
        let links = links.into_iter().flatten();
        let pairs = links.map(|link| (name(&link[0]), name(&link[1])));
        (format!("{kind}: {what}"), pairs.collect())
    };
    faults.map(one).collect()
}

fn is_client(line: &Line) -> bool {
    line.src.starts_with('c') || line.dest.starts_with('c')
}

/// Clients live beside their nodes: what they say is never lost, late or repeated.
fn assert_clients_are_undisturbed(outcome: &Outcome, journal: &[Line]) {
    let mut sent = None;
    let mut messages = 0;
    for line in journal.iter().filter(|line| is_client(line)) {
        let at = (line.id, line.time_ns);
        match line.event {
            JournalEvent::Send => sent = Some(at),
            JournalEvent::Deliver => {
                assert_eq!(sent.take(), Some(at), "delivered late or twice: {line:?}");
                messages += 1;
            }
            _ => panic!("a client's message was lost: {line:?}\n{outcome}"),
        }
    }
    assert!(messages > 20, "only {messages} messages of clients");
}

/// A node that tells all others whatever it is asked.
const TALKATIVE: &str = "
def on(m):
    if m['body']['type'] != 'echo':
        return
    for peer in peers:
        if peer != me:
            send(peer, {'type': 'rumour'})
    echo(m)";

#[test]
fn a_partition_drops_what_crosses_it_and_nothing_else() {
    let Some(node) = python(TALKATIVE) else {
        return;
    };
    let outcome = faulty("echo", &node, "partition").done();
    outcome.assert_valid();
    let journal = outcome.journal();
    assert_clients_are_undisturbed(&outcome, &journal);
    let planned = links_of_faults(&outcome);
    let mut active: Option<&(String, Links)> = None;
    let (mut dropped, mut delivered) = (0, 0);
    for line in &journal {
        let link = (line.src.clone(), line.dest.clone());
        let is_cut = active.is_some_and(|(_, links)| links.contains(&link));
        match line.event {
            JournalEvent::Fault => {
                let begins = |what: &str| line.why == format!("{what} (begins)");
                active = planned.iter().find(|(what, _)| begins(what));
            }
            JournalEvent::Drop => {
                assert!(is_cut, "dropped, and the link is not cut: {line:?}");
                assert!(crosses(active, line), "not on opposite sides: {line:?}");
                dropped += 1;
            }
            JournalEvent::Deliver => {
                assert!(!is_cut, "delivered over a link that is cut: {line:?}");
                delivered += u32::from(!is_client(line));
            }
            _ => {}
        }
    }
    assert!(
        dropped > 5 && delivered > 20,
        "{dropped} dropped, {delivered} delivered"
    );
}

/// Whether sender and receiver are in different groups of `halves: n0 n1 | n2 n3 n4`; a ring has
/// no groups.
fn crosses(partition: Option<&(String, Links)>, line: &Line) -> bool {
    let Some((what, _)) = partition else {
        return false;
    };
    let groups = what.rsplit(": ").next().unwrap_or_default();
    let Some((left, right)) = groups.split_once(" | ") else {
        return what.contains("ring");
    };
    let is_in = |group: &str, id: &str| group.split(' ').any(|member| member == id);
    is_in(left, &line.src) != is_in(left, &line.dest)
        && is_in(right, &line.src) != is_in(right, &line.dest)
}

#[test]
fn a_killed_node_starts_again_in_its_directory() {
    let functions = "
with open('lives', 'a') as lives:
    lives.write(f'{os.getpid()}\\n')
def on(m):
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = faulty("echo", &node, "kill").done();
    outcome.assert_valid();
    let mut killed = 0;
    for report in outcome.document["nodes"].as_array().expect("nodes") {
        let id = report["id"].as_str().expect("an id");
        let starts = report["starts"].as_u64().expect("a number");
        let lives = outcome.node_file(id, "lives").expect("the file survives");
        let lives = String::from_utf8(lives).expect("text");
        let pids: BTreeSet<&str> = lives.lines().collect();
        // A node may be killed before it comes to write, but for its first and its last life.
        assert!(
            pids.len() as u64 >= starts.min(2),
            "{id}: {starts} starts, {pids:?}"
        );
        assert!(
            pids.len() as u64 <= starts,
            "{id}: {starts} starts, {pids:?}"
        );
        killed += u32::from(starts > 1);
    }
    assert!(killed > 0, "{outcome}");
}

#[test]
fn a_paused_node_is_stopped_and_continues() {
    let Some(mut node) = python("def on(m): echo(m)") else {
        return;
    };
    let mark = format!("--mark={}", node.dir().display());
    node.args.push(mark.clone());
    // In virtual time a paused node simply has no turns; this looks at the process itself.
    let running = faulty("echo", &node, "pause")
        .with("--time", "real")
        .begun();
    until("a stopped node", || {
        with_argument(&mark)
            .into_iter()
            .find(|pid| state(*pid) == Some('T'))
    });
    let outcome = running.wait();
    outcome.assert_valid();
    let mut paused = BTreeSet::new();
    for line in outcome.journal() {
        match line.event {
            JournalEvent::Node if line.why.contains("stopped") => {
                paused.insert(line.src);
            }
            JournalEvent::Node if line.why.contains("continued") => {
                paused.remove(&line.src);
            }
            JournalEvent::Deliver => assert!(!paused.contains(&line.dest), "{line:?}"),
            _ => {}
        }
    }
    assert!(paused.is_empty(), "never continued: {paused:?}");
}

#[test]
fn every_fault_leaves_the_reference_node_valid() {
    let kinds = Fault::ALL.iter().filter(|fault| **fault != Fault::Skew);
    let programs = kinds.map(|fault| (fault, Program::reference("broadcast")));
    let programs: Vec<_> = programs.collect();
    assert_eq!(programs.len(), 8);
    let runs: Vec<_> = programs
        .iter()
        .map(|(fault, program)| (fault, faulty("broadcast", program, fault.word()).begun()))
        .collect();
    for (fault, run) in runs {
        let outcome = run.wait();
        assert_eq!(outcome.exit, Some(0), "{fault}: {outcome}");
        let journal = outcome.journal();
        let begins = journal
            .iter()
            .filter(|l| l.why.ends_with("(begins)"))
            .count();
        let ends = journal.iter().filter(|l| l.why.ends_with("(ends)")).count();
        assert!(
            begins > 0 && begins == ends,
            "{fault}: {begins} begin, {ends} end"
        );
        if !matches!(fault, Fault::Kill | Fault::Pause) {
            assert_clients_are_undisturbed(&outcome, &journal);
        }
    }
}

/// Broadcast as a student may write it: what is known goes to a file before it is acknowledged,
/// and to everybody a few times a second.
const BROADCAST: &str = r#"
import json, os, sys, threading, time
me, peers, known, lock = None, [], set(), threading.Lock()
if os.path.exists("known"):
    known = set(json.loads(line) for line in open("known"))

def send(dest, body):
    with lock:
        print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)

def learn(values):
    new = set(values) - known
    if new:
        with open("known", "a") as file:
            file.writelines(json.dumps(value) + "\n" for value in new)
        known.update(new)

def gossip():
    while True:
        time.sleep(0.2)
        for peer in peers:
            send(peer, {"type": "gossip", "known": list(known)})

threading.Thread(target=gossip, daemon=True).start()
for line in sys.stdin:
    m = json.loads(line)
    body = m["body"]
    answer = {"type": body["type"] + "_ok", "in_reply_to": body.get("msg_id")}
    if body["type"] == "init":
        me, everybody = body["node_id"], body["node_ids"]
    elif body["type"] == "broadcast":
        learn([body["message"]])
    elif body["type"] == "read":
        answer["messages"] = list(known)
    elif body["type"] == "gossip":
        learn(body["known"])
        continue
    send(m["src"], answer)
    if body["type"] == "init":
        peers = [peer for peer in everybody if peer != me]
"#;

#[test]
fn any_executable_can_be_tested_under_partition_loss_and_kill() {
    let Some(node) = python_file("node.py", BROADCAST) else {
        return;
    };
    let outcome = faulty("broadcast", &node, "partition,loss,kill").done();
    outcome.assert_valid();
    assert!(outcome.ok() > 20, "{outcome}");
}
