//! Runs real processes under a virtual clock.
//!
//! Time stands still while a node can run. A line leaves a node at the node's own time, which may
//! be a little ahead; the world's clock follows, so that no message arrives before it was sent.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use vtime::{Event as WorldEvent, Progress, What, World};
use workloads::{Event, Workload};

use super::real::NodeReport;
use super::{Enough, Stop, virtual_nodes::Nodes};
use crate::core::{Core, Input, LINES_PER_VIRTUAL_SECOND, Output, Surroundings, TimeNs};
use crate::plan::Plan;
use crate::supervisor::{ExitStatus, Piece, Program};

/// How long it takes a node to be handed a line, so that an endless exchange of messages cannot
/// stop the clock.
const STEP_NS: TimeNs = 1_000;

/// A request to stop is looked for this often.
const LOOK_AROUND: Duration = Duration::from_millis(50);

/// What a run in virtual time was like.
pub(crate) struct VirtualRun {
    /// What remains of the nodes.
    pub(crate) nodes: Vec<NodeReport>,
    /// The world, with what was noticed.
    pub(crate) world: World,
}

/// Runs a plan with this program in this world. Every event goes to the sink as it happens; a
/// request to stop ends the run early. Returns when no process is left.
///
/// # Errors
/// When the nodes' directories cannot be made.
pub(crate) async fn run(
    world: World,
    plan: &Plan,
    workload: &dyn Workload,
    program: &Program,
    nodes_dir: &Path,
    sink: &mut dyn FnMut(&Event),
    stop: &mut Stop<'_>,
) -> io::Result<VirtualRun> {
    let surroundings = Surroundings {
        // Starting takes no time, so nobody starves anybody; and it does not depend on the machine.
        starting_at_once: usize::MAX,
        flush_hint: program.hint_for_flush(),
        lines_per_second: Some(LINES_PER_VIRTUAL_SECOND),
    };
    let mut driver = Driver {
        core: Core::new(plan, workload, surroundings),
        nodes: Nodes::new(world, program, nodes_dir, &plan.node_ids)?,
        now_ns: 0,
        out: Vec::new(),
        done: false,
        enough: stop.enough,
    };
    driver.run(sink, stop).await;
    driver.nodes.finish()
}

struct Driver<'a> {
    core: Core<'a>,
    nodes: Nodes,
    now_ns: TimeNs,
    out: Vec<Output>,
    done: bool,
    enough: &'a Enough,
}

impl Driver<'_> {
    #[expect(clippy::disallowed_methods, reason = "how often to look for Ctrl-C")]
    async fn run(&mut self, sink: &mut dyn FnMut(&Event), stop: &mut Stop<'_>) {
        let mut looked = Instant::now();
        self.core.begin(&mut self.out);
        self.carry_out(sink);
        let mut events = Vec::new();
        while !self.done {
            if looked.elapsed() >= LOOK_AROUND {
                looked = Instant::now();
                if let Some(reason) = requested(stop).await {
                    self.step(Input::Interrupt(reason), sink);
                    continue;
                }
            }
            self.tell_of_starts(sink);
            self.nodes.hear_all();
            let progress = self.nodes.world.run(&mut events);
            if events.is_empty() && progress == Progress::Unfinished {
                continue;
            }
            if events.is_empty() {
                self.jump(sink);
            } else {
                // Whoever wrote first comes first; nodes in their order otherwise.
                events.sort_by_key(|event| event.time_ns);
                events
                    .drain(..)
                    .for_each(|event| self.node_event(event, sink));
            }
            if progress == Progress::Quiescent {
                self.nodes.world.advance_to(self.now_ns);
            }
        }
    }

    /// Goes to the next moment at which something is due.
    fn jump(&mut self, sink: &mut dyn FnMut(&Event)) {
        let world_ns = self.nodes.world.next_deadline_ns();
        match world_ns
            .into_iter()
            .chain(self.core.next_deadline_ns())
            .min()
        {
            Some(at_ns) => {
                self.now_ns = self.now_ns.max(at_ns);
                self.step(Input::Tick, sink);
            }
            // Nothing is due ever again: the core would wait for a node for ever.
            None => self.step(
                Input::Interrupt("nothing is left to happen".to_owned()),
                sink,
            ),
        }
    }

    fn tell_of_starts(&mut self, sink: &mut dyn FnMut(&Event)) {
        while let Some((node, started)) = self.nodes.started.pop_front() {
            match started {
                Ok(()) => self.step(Input::Started(node), sink),
                Err(error) => {
                    let hint = error.hint().unwrap_or_default();
                    self.step(Input::StartFailed(node, error.to_string(), hint), sink);
                }
            }
        }
    }

    fn node_event(&mut self, event: WorldEvent, sink: &mut dyn FnMut(&Event)) {
        let node = event.node;
        if self.nodes.is_deaf(node) {
            return;
        }
        self.now_ns = self.now_ns.max(event.time_ns);
        match event.what {
            What::Stdout(bytes) => {
                for piece in self.nodes.split(node, &bytes) {
                    self.piece(node, &piece, sink);
                }
            }
            What::Stderr(bytes) => self.nodes.log(node, &bytes),
            What::Exited(exit) => {
                if let Some(half) = self.nodes.half_line(node) {
                    self.step(Input::HalfLine(node, &half), sink);
                }
                let status = match exit {
                    vtime::Exit::Code(code) => ExitStatus::Code(code),
                    vtime::Exit::Signal(signal) => ExitStatus::Signal(signal),
                };
                self.nodes.exited(node, status);
                self.step(Input::Exited(node, status.to_string()), sink);
            }
        }
    }

    fn piece(&mut self, node: usize, piece: &Piece, sink: &mut dyn FnMut(&Event)) {
        match piece {
            Piece::Lines(block) => {
                let body = block.strip_suffix(b"\n").unwrap_or(block);
                for line in body.split(|byte| *byte == b'\n') {
                    if !self.nodes.is_deaf(node) {
                        self.step(Input::Line(node, line), sink);
                    }
                }
            }
            Piece::TooLong(prefix) => {
                let limit_bytes = self.nodes.limits.line_bytes;
                self.step(Input::LineTooLong(node, prefix, limit_bytes), sink);
            }
        }
    }

    fn step(&mut self, input: Input<'_>, sink: &mut dyn FnMut(&Event)) {
        self.core.step(self.now_ns, input, &mut self.out);
        self.carry_out(sink);
        if self.enough.is_set() && !self.done {
            let enough = Input::Interrupt(Enough::REASON.to_owned());
            self.core.step(self.now_ns, enough, &mut self.out);
            self.carry_out(sink);
        }
    }

    fn carry_out(&mut self, sink: &mut dyn FnMut(&Event)) {
        let mut not_reading = None;
        for output in self.out.drain(..) {
            match output {
                Output::Event(event) => sink(&event),
                Output::Start(node) => self.nodes.start(node),
                Output::Send(node, line) => {
                    self.now_ns += STEP_NS;
                    if !self.nodes.send(node, &line) {
                        not_reading = Some(node);
                    }
                }
                Output::Kill(node) => self.nodes.kill(node),
                Output::Pause(node) => self.nodes.world.pause(node),
                Output::Resume(node) => self.nodes.world.resume(node),
                Output::Skew(node, change) => self.nodes.skew(node, change, self.now_ns),
                Output::Done => self.done = true,
            }
        }
        if let Some(node) = not_reading {
            self.step(Input::NotReading(node), sink);
        }
    }
}

/// Lets signals in, and looks whether the run shall stop.
async fn requested(stop: &mut Stop<'_>) -> Option<String> {
    // Once for the task that hears signals, once for its message to arrive.
    tokio::task::yield_now().await;
    tokio::select! {
        biased;
        reason = stop.requested() => Some(reason.to_string()),
        () = tokio::task::yield_now() => None,
    }
}
