//! Runs reference nodes in this process under a simulated clock.
//!
//! Time jumps from event to event. Handling a line takes a node a microsecond, so that events have
//! an order in time and an endless exchange of messages cannot stop the clock.

use std::collections::VecDeque;

use bytes::Bytes;
use nodes::{Instance, Outputs, Setup};
use workloads::{Event, Workload};

use super::node_clock::NodeClock;
use crate::core::{Core, Input, LINES_PER_VIRTUAL_SECOND, Output, Surroundings, TimeNs};
use crate::plan::{ClockChange, Plan};

/// How long a node takes for a line.
const STEP_NS: TimeNs = 1_000;

/// Runs a plan with a reference node, broken on purpose when a bug is named; hands every event to
/// the sink.
///
/// # Errors
/// When there is no such node or bug.
pub fn run(
    plan: &Plan,
    workload: &dyn Workload,
    node: &str,
    bug: Option<&str>,
    sink: &mut dyn FnMut(&Event),
) -> Result<(), nodes::UnknownNode> {
    // A name that does not exist must not wait for the first start.
    nodes::build(node, bug, Setup::default())?;
    let surroundings = Surroundings {
        starting_at_once: usize::MAX,
        flush_hint: None,
        lines_per_second: Some(LINES_PER_VIRTUAL_SECOND),
    };
    let mut simulation = Simulation {
        core: Core::new(plan, workload, surroundings),
        hosts: plan
            .node_ids
            .iter()
            .enumerate()
            .map(|(i, _)| Host::new(plan, i))
            .collect(),
        node,
        bug,
        now_ns: 0,
        inputs: VecDeque::new(),
        done: false,
    };
    simulation.run(sink);
    Ok(())
}

/// The place where a node lives: its disk outlives it.
struct Host {
    instance: Option<Instance>,
    clock: NodeClock,
    storage: Vec<u8>,
    paused: bool,
    seed: u64,
    starts: u64,
}

impl Host {
    fn new(plan: &Plan, index: usize) -> Self {
        let seed = plan.seed.stream(&format!("node/{index}")).bits();
        Self {
            instance: None,
            clock: NodeClock::default(),
            storage: Vec::new(),
            paused: false,
            seed,
            starts: 0,
        }
    }

    fn deadline_ns(&self) -> Option<TimeNs> {
        if self.paused {
            None
        } else {
            let shown_ns = self.instance.as_ref()?.next_deadline_ns()?;
            Some(self.clock.when_shown_ns(shown_ns))
        }
    }
}

/// An input that waits for its turn.
enum Owned {
    Started(usize),
    Line(usize, Bytes),
}

struct Simulation<'a> {
    core: Core<'a>,
    hosts: Vec<Host>,
    node: &'a str,
    bug: Option<&'a str>,
    now_ns: TimeNs,
    inputs: VecDeque<Owned>,
    done: bool,
}

impl Simulation<'_> {
    fn run(&mut self, sink: &mut dyn FnMut(&Event)) {
        let mut out = Vec::new();
        self.core.begin(&mut out);
        self.carry_out(&mut out, sink);
        while !self.done {
            let waiting = self.inputs.pop_front();
            let input = match &waiting {
                Some(Owned::Started(node)) => Input::Started(*node),
                Some(Owned::Line(node, line)) => Input::Line(*node, line),
                None if self.jump() => Input::Tick,
                // Nothing is due ever again: the core would wait for a node for ever.
                None => Input::Interrupt("nothing is left to happen".to_owned()),
            };
            self.core.step(self.now_ns, input, &mut out);
            self.carry_out(&mut out, sink);
        }
    }

    /// Jumps to the next moment at which something is due, and lets the nodes do theirs; false
    /// when nothing ever is.
    fn jump(&mut self) -> bool {
        let nodes = self.hosts.iter().filter_map(Host::deadline_ns).min();
        let Some(at_ns) = nodes.into_iter().chain(self.core.next_deadline_ns()).min() else {
            return false;
        };
        self.now_ns = self.now_ns.max(at_ns);
        for index in 0..self.hosts.len() {
            let host = &mut self.hosts[index];
            if host.deadline_ns().is_some_and(|d| d <= self.now_ns)
                && let Some(instance) = &mut host.instance
            {
                let outputs = instance.on_timer(host.clock.shown_ns(self.now_ns));
                self.take(index, &outputs);
            }
        }
        true
    }

    fn carry_out(&mut self, out: &mut Vec<Output>, sink: &mut dyn FnMut(&Event)) {
        for output in out.drain(..) {
            match output {
                Output::Event(event) => sink(&event),
                Output::Start(node) => self.start(node),
                Output::Send(node, line) => self.deliver(node, &line),
                Output::Kill(node) => self.hosts[node].instance = None,
                Output::Pause(node) => self.hosts[node].paused = true,
                Output::Resume(node) => self.hosts[node].paused = false,
                Output::Skew(node, change) => self.skew(node, change),
                Output::Done => self.done = true,
            }
        }
    }

    fn start(&mut self, node: usize) {
        let host = &mut self.hosts[node];
        host.starts += 1;
        host.paused = false;
        let seed = host.seed.wrapping_add(host.starts);
        let setup = Setup {
            seed,
            wall_offset_ns: host.clock.wall_offset_ns(),
            storage: &host.storage,
        };
        // That it can be built was tried before the run.
        host.instance = nodes::build(self.node, self.bug, setup).ok();
        self.inputs.push_back(Owned::Started(node));
    }

    fn deliver(&mut self, node: usize, line: &[u8]) {
        self.now_ns += STEP_NS;
        let host = &mut self.hosts[node];
        let shown_ns = host.clock.shown_ns(self.now_ns);
        if let Some(instance) = &mut host.instance {
            let outputs = instance.on_line(shown_ns, line);
            self.take(node, &outputs);
        }
    }

    fn skew(&mut self, node: usize, change: ClockChange) {
        let host = &mut self.hosts[node];
        host.clock.set(change, self.now_ns);
        if let Some(instance) = &mut host.instance {
            instance.set_wall_offset_ns(host.clock.wall_offset_ns());
        }
    }

    fn take(&mut self, node: usize, outputs: &Outputs) {
        self.hosts[node].storage.extend_from_slice(&outputs.stored);
        let lines = outputs
            .lines()
            .map(|line| Owned::Line(node, Bytes::copy_from_slice(line)));
        self.inputs.extend(lines);
    }
}
