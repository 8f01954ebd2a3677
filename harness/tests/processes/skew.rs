//! Clocks that go wrong, as a program sees them: when, by how much, and that they are right again.

use std::fs;

use results::run_dir::JournalEvent;
use serde_json::Value;

use crate::program::{Program, note_skipped, python};
use crate::run::{Line, Outcome, Run};

/// What a wall clock shows when a run in virtual time begins: 2024-01-01.
const WALL_NS: i64 = 1_704_067_200_000_000_000;

/// Reading clocks and writing a line takes a little, and a fault finds a node at work.
const ACCURACY_NS: i64 = 1_000_000;

/// Tells itself what its clocks show, and the run's journal says when it did. A clock that counts
/// never goes back, however often it is read.
const TELLS_CLOCKS: &str = "
last = 0
def look():
    global last
    for i in range(300):
        now = time.monotonic_ns()
        assert now >= last, (now, last)
        last = now
        if i % 100 == 0:
            os.getppid()
def on(m):
    if m['body']['type'] == 'echo':
        look()
        clocks = {'wall': time.time_ns(), 'monotonic': time.monotonic_ns(), 'pid': os.getpid()}
        send(me, dict(clocks, type='clocks'))
        echo(m)";

/// What a node's clocks showed at a moment of the run.
#[derive(Debug)]
struct Look {
    time_ns: i64,
    node: String,
    wall_ns: i64,
    monotonic_ns: i64,
    pid: i64,
}

/// A fault as it happened.
struct Skewed {
    from_ns: i64,
    until_ns: i64,
    nodes: Vec<String>,
    offset_ns: i64,
    drift_ppm: i64,
}

impl Skewed {
    fn concerns(&self, look: &Look) -> bool {
        let during = (self.from_ns..self.until_ns).contains(&look.time_ns);
        during && self.nodes.contains(&look.node)
    }

    /// By how much it makes the clocks of its nodes drift until this moment.
    fn drifted_ns(&self, time_ns: i64) -> i64 {
        let passed = time_ns.min(self.until_ns) - self.from_ns;
        passed.max(0) * self.drift_ppm / 1_000_000
    }
}

fn echo(program: &Program) -> Run<'_> {
    Run::of("echo", program).with("--node-count", "3")
}

/// A long run that is done twice; nothing where a run has the machine's clock.
fn skewed(program: &Program, nemesis: &str) -> Option<Outcome> {
    let quiet = echo(program).done();
    if quiet.document["level"] == "real" {
        note_skipped(&quiet.document["level_why"].to_string());
        return None;
    }
    fs::remove_dir_all(&quiet.dir).expect("the quiet run is gone");
    let outcome = echo(program)
        .with("--nemesis", nemesis)
        .with("--nemesis-interval", "2")
        .with("--time-limit", "40")
        .bare("--verify")
        .done();
    outcome.assert_valid();
    assert_eq!(outcome.document["level"], "exact", "{outcome}");
    assert_eq!(outcome.check("replay")["verdict"], "valid", "{outcome}");
    Some(outcome)
}

fn looks(journal: &[Line]) -> Vec<Look> {
    let sent = journal.iter().filter(|l| l.event == JournalEvent::Send);
    let look = |line: &Line| {
        let body: Value = serde_json::from_str(&line.body).expect("JSON");
        let shown = |clock: &str| body[clock].as_i64().expect("a number");
        (body["type"] == "clocks").then(|| Look {
            time_ns: line.time_ns as i64,
            node: line.src.clone(),
            wall_ns: shown("wall"),
            monotonic_ns: shown("monotonic"),
            pid: shown("pid"),
        })
    };
    sent.filter_map(look).collect()
}

/// What the plan says of `skew`, at the times of the journal. These faults do not overlap.
fn faults(outcome: &Outcome, journal: &[Line]) -> Vec<Skewed> {
    let plan = fs::read_to_string(outcome.dir.join("plan.json")).expect("plan.json");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    let lines = journal.iter().filter(|l| l.event == JournalEvent::Fault);
    let mut lines = lines.filter(|line| line.why.starts_with("skew: "));
    let mut when = |what: String| {
        let line = lines.next().expect("it happened");
        assert_eq!(line.why, what);
        line.time_ns as i64
    };
    let mut one = |fault: &Value| {
        let skew = fault["action"].get("skew")?;
        let what = fault["what"].as_str()?;
        let number = |name: &str| skew["change"][name].as_i64();
        let nodes = skew["nodes"].as_array()?.iter();
        Some(Skewed {
            from_ns: when(format!("skew: {what} (begins)")),
            until_ns: when(format!("skew: {what} (ends)")),
            nodes: nodes.map(|index| format!("n{index}")).collect(),
            offset_ns: number("offset_ns")?,
            drift_ppm: number("drift_ppm")?,
        })
    };
    let faults = plan["faults"].as_array().expect("faults");
    faults.iter().filter_map(&mut one).collect()
}

/// Demands that clocks show what the plan makes of them, at nodes that it concerns and at others;
/// gives how many looks were at wrong clocks and at right ones.
fn assert_shown(looks: &[Look], faults: &[Skewed]) -> (usize, usize) {
    // Nobody knows when the machine was switched on, but it is the same for all nodes.
    let since_ns = looks[0].monotonic_ns - looks[0].time_ns;
    let mut wrong = 0;
    for look in looks {
        let time_ns = look.time_ns;
        let now = faults.iter().find(|fault| fault.concerns(look));
        let off_ns = now.map_or(0, |f| f.offset_ns + f.drifted_ns(time_ns));
        let error = look.wall_ns - WALL_NS - time_ns - off_ns;
        assert!(error.abs() < ACCURACY_NS, "{look:?} is {error} ns off");
        let mine = faults.iter().filter(|f| f.nodes.contains(&look.node));
        let drifted: i64 = mine.map(|fault| fault.drifted_ns(time_ns)).sum();
        let error = look.monotonic_ns - since_ns - time_ns - drifted;
        assert!(error.abs() < ACCURACY_NS, "{look:?} is {error} ns off");
        wrong += usize::from(off_ns.abs() > ACCURACY_NS);
    }
    (wrong, looks.len() - wrong)
}

#[test]
fn clocks_of_some_nodes_jump_or_drift_and_are_right_again() {
    let Some(node) = python(TELLS_CLOCKS) else {
        return;
    };
    let Some(outcome) = skewed(&node, "skew") else {
        return;
    };
    let journal = outcome.journal();
    let (looks, faults) = (looks(&journal), faults(&outcome, &journal));
    let jumps = faults.iter().filter(|fault| fault.offset_ns != 0).count();
    let drifts = faults.len() - jumps;
    assert!(jumps > 1 && drifts > 1, "{jumps} jumps, {drifts} drifts");
    let (wrong, right) = assert_shown(&looks, &faults);
    assert!(wrong > 50 && right > 500, "{wrong} wrong, {right} right");
    let last = faults.iter().map(|fault| fault.until_ns).max();
    let afterwards = looks.iter().filter(|look| Some(look.time_ns) > last);
    assert!(afterwards.count() > 10, "nobody looked after the last one");
}

#[test]
fn a_node_that_is_killed_and_started_again_finds_the_same_wrong_clock() {
    let Some(node) = python(TELLS_CLOCKS) else {
        return;
    };
    let Some(outcome) = skewed(&node, "skew,kill") else {
        return;
    };
    let journal = outcome.journal();
    let (looks, faults) = (looks(&journal), faults(&outcome, &journal));
    assert_shown(&looks, &faults);
    let lives = |fault: &Skewed| {
        let wrong = looks.iter().filter(|look| fault.concerns(look));
        let mut lives: Vec<(&str, i64)> = wrong.map(|l| (&*l.node, l.pid)).collect();
        lives.sort_unstable();
        lives.dedup();
        lives.len()
    };
    let across = faults
        .iter()
        .filter(|fault| lives(fault) > fault.nodes.len());
    assert!(
        across.count() > 0,
        "no node was started under a wrong clock"
    );
}

#[test]
fn real_time_has_no_wrong_clocks() {
    let node = Program::reference("echo");
    let run = echo(&node).with("--nemesis", "skew");
    let outcome = run.with("--time", "real").done();
    assert_eq!(outcome.exit, Some(2), "{outcome}");
    let reason = "`--nemesis skew` exists in virtual time only, and this run would have the \
                  machine's clock: real time was asked for. Leave skew out";
    assert!(outcome.stderr.contains(reason), "{outcome}");
}
