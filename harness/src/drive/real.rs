//! Runs real processes in real time.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use results::document::NodeExit;
use tokio::sync::mpsc;
use workloads::{Event, Workload};

use super::{Enough, Stop};
use crate::core::{Core, Input, Output, Surroundings, TimeNs};
use crate::plan::Plan;
use crate::supervisor::{
    Exit, ExitStatus, Limits, NodeEvent, NodeEventKind, Program, Supervisor, Undelivered,
};

/// So many events wait at most between the supervisor and the core.
const EVENT_ROOM: usize = 1024;

/// So many events are taken at once.
const EVENTS_AT_ONCE: usize = 64;

/// What remains of a node after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeReport {
    /// How its last process ended, if it did so by itself.
    pub(crate) exit: Option<NodeExit>,
    /// How often it was started.
    pub(crate) starts: u32,
    /// The last lines of its stderr.
    pub(crate) stderr_tail: Vec<String>,
    /// Whether its stderr was longer than what was kept.
    pub(crate) stderr_truncated: bool,
}

/// Runs a plan with this program. Every event goes to the sink as it happens; a request to
/// stop ends the run early. Returns when no process is left.
///
/// # Errors
/// When the nodes' directories cannot be made.
#[expect(clippy::disallowed_methods, reason = "here real time enters")]
pub(crate) async fn run(
    plan: &Plan,
    workload: &dyn Workload,
    program: &Program,
    nodes_dir: &Path,
    surroundings: Surroundings,
    sink: &mut dyn FnMut(&Event),
    stop: &mut Stop<'_>,
) -> io::Result<Vec<NodeReport>> {
    let (sender, events) = mpsc::channel(EVENT_ROOM);
    let ids = &plan.node_ids;
    let supervisor = Supervisor::new(program, nodes_dir, ids, Limits::default(), sender)?;
    let mut driver = Driver {
        core: Core::new(plan, workload, surroundings),
        supervisor,
        events,
        begun: Instant::now(),
        now_ns: 0,
        nodes: vec![NodeState::default(); ids.len()],
        done: false,
        enough: stop.enough,
    };
    driver.run(sink, stop).await;
    Ok(driver.finish().await)
}

/// What the driver remembers of a node.
#[derive(Debug, Clone, Default)]
struct NodeState {
    starts: u32,
    exit: Option<Exit>,
    said_not_reading: bool,
}

struct Driver<'a> {
    core: Core<'a>,
    supervisor: Supervisor,
    events: mpsc::Receiver<NodeEvent>,
    begun: Instant,
    now_ns: TimeNs,
    nodes: Vec<NodeState>,
    done: bool,
    enough: &'a Enough,
}

impl Driver<'_> {
    async fn run(&mut self, sink: &mut dyn FnMut(&Event), stop: &mut Stop<'_>) {
        let mut out = Vec::new();
        let mut events = Vec::new();
        self.core.begin(&mut out);
        self.carry_out(&mut out, sink);
        while !self.done {
            tokio::select! {
                reason = stop.requested() => {
                    self.look_at_the_clock();
                    self.step(Input::Interrupt(reason.to_string()), &mut out, sink);
                }
                _ = self.events.recv_many(&mut events, EVENTS_AT_ONCE) => {
                    for event in events.drain(..) {
                        self.node_event(event, &mut out, sink);
                    }
                }
                () = until(self.begun, self.core.next_deadline_ns()) => {
                    self.look_at_the_clock();
                    self.step(Input::Tick, &mut out, sink);
                }
            }
        }
    }

    /// One event is dealt with at one time, however long that takes.
    fn look_at_the_clock(&mut self) {
        self.now_ns = u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(TimeNs::MAX);
    }

    fn step(&mut self, input: Input<'_>, out: &mut Vec<Output>, sink: &mut dyn FnMut(&Event)) {
        self.core.step(self.now_ns, input, out);
        self.carry_out(out, sink);
        if self.enough.is_set() && !self.done {
            let enough = Input::Interrupt(Enough::REASON.to_owned());
            self.core.step(self.now_ns, enough, out);
            self.carry_out(out, sink);
        }
    }

    fn node_event(
        &mut self,
        event: NodeEvent,
        out: &mut Vec<Output>,
        sink: &mut dyn FnMut(&Event),
    ) {
        let NodeEvent {
            node,
            incarnation,
            kind,
        } = event;
        // What is due by now comes first: it may be this process's end and a new one's beginning.
        self.look_at_the_clock();
        self.step(Input::Tick, out, sink);
        // What a killed process had still written or done is over once its successor is asked for.
        if incarnation != self.nodes[node].starts {
            return;
        }
        match kind {
            NodeEventKind::Started { .. } => self.step(Input::Started(node), out, sink),
            NodeEventKind::StartFailed(error) => {
                let input =
                    Input::StartFailed(node, error.to_string(), error.hint().unwrap_or_default());
                self.step(input, out, sink);
            }
            NodeEventKind::Lines(batch) => {
                for line in batch.iter() {
                    self.step(Input::Line(node, line), out, sink);
                }
            }
            NodeEventKind::LineTooLong {
                prefix,
                limit_bytes,
            } => {
                self.step(Input::LineTooLong(node, &prefix, limit_bytes), out, sink);
            }
            NodeEventKind::PartialLine(half) => {
                self.step(Input::HalfLine(node, &half), out, sink);
            }
            NodeEventKind::Exited(exit) => {
                self.nodes[node].exit = Some(exit);
                self.step(Input::Exited(node, exit.status.to_string()), out, sink);
            }
        }
    }

    fn carry_out(&mut self, out: &mut Vec<Output>, sink: &mut dyn FnMut(&Event)) {
        let mut not_reading = None;
        for output in out.drain(..) {
            match output {
                Output::Event(event) => sink(&event),
                Output::Start(node) => {
                    if self.supervisor.start(node) {
                        self.nodes[node].starts += 1;
                        self.nodes[node].exit = None;
                    }
                }
                Output::Send(node, line) => {
                    let line = line.strip_suffix(b"\n").unwrap_or(&line);
                    if let Err(Undelivered::Full { .. }) = self.supervisor.send(node, line) {
                        not_reading = Some(node);
                    }
                }
                Output::Kill(node) => {
                    self.supervisor.kill(node);
                }
                Output::Pause(node) => {
                    self.supervisor.pause(node);
                }
                Output::Resume(node) => {
                    self.supervisor.resume(node);
                }
                // No plan for real time has it: `run::clock` refuses it there.
                Output::Skew(..) => {}
                Output::Done => self.done = true,
            }
        }
        if let Some(node) = not_reading
            && !std::mem::replace(&mut self.nodes[node].said_not_reading, true)
        {
            self.step(Input::NotReading(node), out, sink);
        }
    }

    async fn finish(mut self) -> Vec<NodeReport> {
        self.supervisor.shutdown().await;
        let report = |(node, state): (usize, &NodeState)| NodeReport {
            exit: state
                .exit
                .filter(|e| !e.by_harness)
                .map(|e| exit_of(e.status)),
            starts: state.starts,
            stderr_tail: self.supervisor.stderr_tail(node),
            stderr_truncated: self.supervisor.stderr_truncated(node),
        };
        self.nodes.iter().enumerate().map(report).collect()
    }
}

pub(crate) fn exit_of(status: ExitStatus) -> NodeExit {
    match status {
        ExitStatus::Code(code) => NodeExit {
            code: Some(code),
            signal: None,
        },
        ExitStatus::Signal(signal) => NodeExit {
            code: None,
            signal: Some(signal),
        },
        ExitStatus::Unknown => NodeExit {
            code: None,
            signal: None,
        },
    }
}

/// Sleeps until a time of the run; for ever when there is none.
async fn until(begun: Instant, deadline_ns: Option<TimeNs>) {
    match deadline_ns {
        Some(ns) => tokio::time::sleep_until((begun + Duration::from_nanos(ns)).into()).await,
        None => std::future::pending().await,
    }
}
