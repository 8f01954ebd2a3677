//! The run as one state machine: `step(now, input) -> outputs`, without clock and I/O.
//!
//! A driver feeds it what nodes do and the time, and carries out its [`Output`]s: start, stop and
//! signal processes, write lines to them, consume [`Event`]s. Given the same plan and the same
//! inputs at the same times it does the same, whoever drives it.
//!
//! - `nodes`: start, `init`, set-up, death and restart of nodes; the barrier.
//! - `clients`: one outstanding request each, time-outs, answers.
//! - `router`: one queue per directed link, latency, and what faults do to messages.
//! - `nemesis`: begins and ends the planned faults.
//! - `phases`: boot, main, recovery, final reads.
//! - `recorder`: numbers messages and operations and emits events.
//! - `storm`: notices nodes that write without end.

mod advice;
mod clients;
mod lines;
mod nemesis;
mod nodes;
mod phases;
mod recorder;
mod router;
mod storm;
mod timers;

use bytes::Bytes;
use workloads::{Event, Generator, Setup, Workload};

use crate::plan::{ClockChange, Plan};
use clients::Client;
use nemesis::Nemesis;
use nodes::Node;
use phases::Phase;
use recorder::Recorder;
use router::Router;
pub use storm::LINES_PER_VIRTUAL_SECOND;
use storm::StormWatch;
use timers::{Timer, Timers};

/// Nanoseconds since the run began.
pub type TimeNs = u64;

pub(crate) const MS: TimeNs = 1_000_000;

/// What happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// A node's process runs.
    Started(usize),
    /// A node's process could not be started: why, and what to do.
    StartFailed(usize, String, String),
    /// A node wrote a line (without its newline).
    Line(usize, &'a [u8]),
    /// A node wrote a line beyond the limit: its beginning and the limit.
    LineTooLong(usize, &'a [u8], usize),
    /// A node ended in the middle of a line.
    HalfLine(usize, &'a [u8]),
    /// A node's process ended: how, for people.
    Exited(usize, String),
    /// A line could not be handed to a node because it does not read.
    NotReading(usize),
    /// Nothing but time has passed.
    Tick,
    /// The run shall end now, for this reason; what is open is indeterminate.
    Interrupt(String),
}

/// What shall be done.
#[derive(Debug)]
pub enum Output {
    /// Start a node's process.
    Start(usize),
    /// Write this line (with its newline) to a node.
    Send(usize, Bytes),
    /// Kill a node's process.
    Kill(usize),
    /// Stop a node's process.
    Pause(usize),
    /// Continue a node's process.
    Resume(usize),
    /// From now on a node's clocks go like this, also after it was started again.
    Skew(usize, ClockChange),
    /// Something happened: for checks, history, journal, progress.
    Event(Event),
    /// The run is over.
    Done,
}

/// What the driver decides about a run, because it depends on the machine or the program.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// At most so many nodes are between start and `init_ok` at a time, so that many slow
    /// runtimes do not starve each other.
    pub starting_at_once: usize,
    /// How the program's language flushes stdout, if its name tells.
    pub flush_hint: Option<&'static str>,
    /// When nodes write more lines than this within a second, and thousands for each operation,
    /// the run ends. Where a second takes a second, such storms are only told.
    pub lines_per_second: Option<u64>,
}

/// The state machine.
pub struct Core<'a> {
    plan: &'a Plan,
    surroundings: Surroundings,
    generator: Box<dyn Generator>,
    nodes: Vec<Node>,
    clients: Vec<Client>,
    admin: nodes::Admin,
    router: Router,
    recorder: Recorder,
    storm: StormWatch,
    timers: Timers,
    nemesis: Nemesis,
    phase: Phase,
    now_ns: TimeNs,
    out: Vec<Output>,
}

impl<'a> Core<'a> {
    /// A run that has not begun; [`Core::begin`] begins it.
    #[must_use]
    pub fn new(plan: &'a Plan, workload: &dyn Workload, surroundings: Surroundings) -> Self {
        let setup = Setup {
            options: &plan.options,
            node_ids: &plan.node_ids,
        };
        Self {
            plan,
            surroundings,
            generator: workload.generator(&setup),
            nodes: plan.node_ids.iter().map(|id| Node::new(id)).collect(),
            clients: clients::all(plan),
            admin: nodes::Admin::new(),
            router: Router::new(plan),
            recorder: Recorder::new(),
            storm: StormWatch::new(plan.node_ids.len(), surroundings.lines_per_second),
            timers: Timers::default(),
            nemesis: Nemesis::default(),
            phase: Phase::Boot,
            now_ns: 0,
            out: Vec::new(),
        }
    }

    /// Begins the run: the first nodes are started.
    pub fn begin(&mut self, out: &mut Vec<Output>) {
        self.start_waiting_nodes();
        out.append(&mut self.out);
    }

    /// Takes one input, and does everything that is due by `now_ns`.
    pub fn step(&mut self, now_ns: TimeNs, input: Input<'_>, out: &mut Vec<Output>) {
        // Time never goes back, whatever the driver's clock does.
        self.now_ns = self.now_ns.max(now_ns);
        if self.phase != Phase::Done {
            self.run_timers();
        }
        if self.phase != Phase::Done {
            self.take(input);
            self.advance_phase();
        }
        out.append(&mut self.out);
    }

    /// When the next [`Input::Tick`] is needed at the latest.
    #[must_use]
    pub fn next_deadline_ns(&self) -> Option<TimeNs> {
        match self.phase {
            Phase::Done => None,
            _ => self.timers.next_ns(),
        }
    }

    /// How far the run is, for a progress line.
    #[must_use]
    pub fn progress(&self) -> (&'static str, TimeNs) {
        (self.phase.word(), self.now_ns)
    }

    fn take(&mut self, input: Input<'_>) {
        match input {
            Input::Started(node) => self.node_started(node),
            Input::StartFailed(node, what, hint) => self.node_start_failed(node, &what, &hint),
            Input::Line(node, line) => self.line(node, line),
            Input::LineTooLong(node, prefix, limit) => self.line_too_long(node, prefix, limit),
            Input::HalfLine(node, half) => self.half_line(node, half),
            Input::Exited(node, how) => self.node_exited(node, &how),
            Input::NotReading(node) => self.node_not_reading(node),
            Input::Tick => {}
            Input::Interrupt(reason) => self.interrupt(&reason),
        }
    }

    fn run_timers(&mut self) {
        while let Some(timer) = self.timers.pop_due(self.now_ns) {
            match timer {
                Timer::Client(slot) => self.client_turn(slot),
                Timer::Timeout(slot) => self.client_timeout(slot),
                Timer::Link(link) => self.deliver_due(link),
                Timer::Ready(node, incarnation) => self.node_ready_deadline(node, incarnation),
                Timer::FaultBegins(index) => self.fault_begins(index),
                Timer::FaultEnds(index) => self.fault_ends(index),
                Timer::Phase => {}
            }
            self.advance_phase();
            if self.phase == Phase::Done {
                return;
            }
        }
    }

    fn emit(&mut self, event: Event) {
        self.out.push(Output::Event(event));
    }
}
