//! Processes under one clock.
//!
//! - `table`: what is known of nodes, processes and threads.
//! - `turns`: a thread's turn, from its going on to its next wait.
//! - `waits`: parking threads and letting them go on.
//! - `family`: births, programs and deaths.
//! - `images`: which programs take chance from the processor.
//! - `inject`: calls that a waiting thread makes for us.
//! - `instructions`: what would show the processor.
//! - `sites`: calls that are answered where they are made.
//! - `signals`: what a signal does to who waits.
//! - `stdio`: stdin, stdout and stderr of nodes.
//! - `time`: the world's clock, processes' own, and timers.
//! - `begin`: programs' memory before their first instruction.
//! - `trouble`: threads that spin or that the kernel makes wait.

mod begin;
mod family;
mod images;
mod inject;
mod instructions;
mod signals;
mod sites;
mod stdio;
pub(crate) mod table;
mod time;
mod trouble;
mod turns;
mod waits;

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::calls::metadata::machine_time_ns;
use crate::command::{Command, Error, Event, Progress, Settings, Skew, TimeNs, What};
use crate::model::futex::Futexes;
use crate::model::ids::Ids;
use crate::model::level::{Ledger, Level};
use crate::model::schedule::Schedule;
use crate::model::timers::Timers;
use crate::probe::{Abilities, probe};
use crate::raw::descriptors::{Affinity, pin_to_one_processor};
use crate::raw::watch::{TICK_MS, Ticker};
use crate::standins::StandIns;
use table::{Node, Process, ProcessId, State, Thread, ThreadId, TimerKey};

/// [`World::run`] returns at least this often.
const TURN_MS: u64 = 50;

/// More output than this is not kept until its node waits.
const FLOOD_BYTES: usize = 4 << 20;

/// Processes under one clock. All its calls must come from the thread that made it, because the
/// kernel lets only that thread trace them; and that thread stays on one processor while it lives.
///
/// ```text
/// start ──► run ──► events ──► (decide) ──► send, kill, pause ... ──► run ──► ... ──► advance
/// ```
pub struct World {
    pub(crate) settings: Settings,
    pub(crate) now_ns: TimeNs,
    /// When it began, by the machine's clock.
    pub(crate) begun_ns: i128,
    pub(crate) nodes: Vec<Node>,
    pub(crate) processes: BTreeMap<ProcessId, Process>,
    pub(crate) threads: BTreeMap<ThreadId, Thread>,
    pub(crate) schedule: Schedule<ThreadId>,
    pub(crate) futexes: Futexes<ThreadId>,
    pub(crate) timers: Timers<TimerKey>,
    pub(crate) ids: Ids,
    pub(crate) ledger: Ledger,
    pub(crate) standins: StandIns,
    images: images::Images,
    pub(crate) abilities: Abilities,
    figures: Figures,
    next_id: u32,
    /// A turn was so long that somebody who waits may be able to go on.
    looks_for_others: bool,
    /// For reading pipes.
    buffer: Box<[u8]>,
    /// Ticks since the world began, and when to return to the caller at the latest.
    ticks: u64,
    return_at_tick: u64,
    /// The thread that had the processor when that happened, and still has it.
    interrupted: Option<ThreadId>,
    watched: trouble::Watched,
    _ticker: Ticker,
    _affinity: Affinity,
    same_thread: PhantomData<*const ()>,
}

/// How much a world had to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// System calls that were looked at.
    pub traps: u64,
    /// Turns that threads had.
    pub turns: u64,
    /// Threads that were born.
    pub threads: u64,
}

impl World {
    /// A world for so many nodes, none of them started.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when this machine does not allow it.
    pub fn new(settings: Settings, nodes: usize) -> Result<Self, Error> {
        let abilities = probe()?;
        let inside = settings.looks_from_inside;
        let mut world = Self::untried(settings, nodes)?;
        world.abilities = abilities;
        world.abilities.looks_from_outside &= !inside;
        Ok(world)
    }

    /// A world of which nobody knows whether it can start anything.
    pub(crate) fn untried(settings: Settings, nodes: usize) -> Result<Self, Error> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error: std::io::Error| Error::Unavailable {
                what: format!("{what}: {error}"),
                hint: "use --time real".to_owned(),
            }
        };
        let affinity = pin_to_one_processor().map_err(failed("staying on one processor"))?;
        let ticker = Ticker::start().map_err(failed("a timer of the machine"))?;
        Ok(Self {
            now_ns: 0,
            begun_ns: machine_time_ns(),
            nodes: (0..nodes).map(|_| Node::default()).collect(),
            processes: BTreeMap::new(),
            threads: BTreeMap::new(),
            schedule: Schedule::new(settings.schedule),
            futexes: Futexes::default(),
            timers: Timers::default(),
            ids: Ids::new(nodes),
            ledger: Ledger::default(),
            standins: StandIns::default(),
            images: images::Images::default(),
            abilities: Abilities::default(),
            figures: Figures::default(),
            next_id: 0,
            looks_for_others: false,
            buffer: vec![0; stdio::BUFFER_BYTES].into_boxed_slice(),
            ticks: 0,
            return_at_tick: 0,
            interrupted: None,
            watched: trouble::Watched::default(),
            settings,
            _ticker: ticker,
            _affinity: affinity,
            same_thread: PhantomData,
        })
    }

    /// Starts a node's program; its first process, in a session of its own. It runs with the next
    /// [`World::run`]. What a former process of this node left is gone by then.
    ///
    /// # Errors
    /// [`Error::Start`] when the program cannot be executed, [`Error::Unavailable`] when this
    /// machine does not allow to trace it.
    pub fn start(&mut self, node: usize, command: &Command) -> Result<(), Error> {
        self.kill(node);
        self.launch(node, command)
    }

    /// Kills all processes of a node. No event follows; what it wrote to stdout and was not told by
    /// now is lost.
    pub fn kill(&mut self, node: usize) {
        self.drain(node);
        self.end_family(node);
        self.note_what_it_left(node);
        let node = &mut self.nodes[node];
        node.active = true;
        node.ended = None;
        node.main = None;
        node.unsent.clear();
        node.out.clear();
        (node.stdin, node.stdout, node.stderr) = (None, None, None);
        node.paused = false;
    }

    /// Files that a node wrote outside its own directory are told if they are still there.
    fn note_what_it_left(&mut self, node: usize) {
        let written = std::mem::take(&mut self.nodes[node].left_outside);
        if let Some(left) = written.iter().find(|path| path.exists()) {
            let what = format!(
                "it leaves files outside its own directory, such as {}; the next run finds them",
                left.display()
            );
            self.ledger.lowers(Some(node), what);
        }
    }

    /// From now on no thread of the node runs. Its timers run on.
    pub fn pause(&mut self, node: usize) {
        self.nodes[node].paused = true;
    }

    /// Lets a paused node go on.
    pub fn resume(&mut self, node: usize) {
        self.nodes[node].paused = false;
    }

    /// Changes a node's clocks, from this time on and across its restarts. If a process is ahead of
    /// it, and so has seen its clock already, they change where that one is.
    pub fn skew(&mut self, node: usize, skew: Skew, from_ns: TimeNs) {
        let mine = self.processes.values().filter(|p| p.node == node);
        let seen_ns = mine.map(|p| p.local_ns).max().unwrap_or(0);
        let from_ns = from_ns.max(self.now_ns).max(seen_ns);
        self.nodes[node].clock.set(skew, from_ns);
    }

    /// Lets threads run, one at a time, until none can go on at this time; appends what they did.
    /// Returns [`Progress::Unfinished`] when that takes long, so that a caller can look at its
    /// signals.
    pub fn run(&mut self, events: &mut Vec<Event>) -> Progress {
        self.return_at_tick = self.ticks + TURN_MS / TICK_MS;
        if let Some(id) = self.interrupted.take() {
            self.watch(id);
        }
        loop {
            if self.ticks >= self.return_at_tick {
                self.tell_of_floods(events);
                return Progress::Unfinished;
            }
            if std::mem::take(&mut self.looks_for_others) {
                self.wake_whoever_can_go_on();
            }
            let World {
                schedule,
                nodes,
                processes,
                threads,
                ..
            } = &mut *self;
            let may_run = |id: ThreadId| {
                threads
                    .get(&id)
                    .is_some_and(|t| !nodes[processes[&t.process].node].paused)
            };
            if let Some(id) = schedule.pick(may_run) {
                self.turn(id);
            } else if !self.wake_whoever_can_go_on() {
                self.tell(events);
                return Progress::Quiescent;
            }
        }
    }

    /// When something happens by itself, if nothing arrives before.
    #[must_use]
    pub fn next_deadline_ns(&self) -> Option<TimeNs> {
        self.timers.next_ns()
    }

    /// The world's time.
    #[must_use]
    pub fn now_ns(&self) -> TimeNs {
        self.now_ns
    }

    /// How exactly this run repeats, as far as is known by now.
    #[must_use]
    pub fn level(&self) -> Level {
        self.ledger.level()
    }

    /// What was noticed.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How much there was to do.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.figures
    }

    /// What nodes did since it was last told, in the order of nodes.
    fn tell(&mut self, events: &mut Vec<Event>) {
        for index in 0..self.nodes.len() {
            if !std::mem::take(&mut self.nodes[index].active) {
                continue;
            }
            if std::mem::take(&mut self.nodes[index].written) {
                self.drain(index);
            }
            let time_ns = self.node_time_ns(index);
            let node = &mut self.nodes[index];
            let mut say = |what| {
                events.push(Event {
                    time_ns,
                    node: index,
                    what,
                });
            };
            if !node.out.is_empty() {
                say(What::Stdout(node.out.split().freeze()));
            }
            if !node.err.is_empty() {
                say(What::Stderr(node.err.split().freeze()));
            }
            if let Some(exit) = node.ended.take() {
                say(What::Exited(exit));
            }
        }
    }

    /// What a node wrote is kept until it waits, unless that is very much.
    fn tell_of_floods(&mut self, events: &mut Vec<Event>) {
        for index in 0..self.nodes.len() {
            let time_ns = self.node_time_ns(index);
            let node = &mut self.nodes[index];
            if node.out.len() + node.err.len() < FLOOD_BYTES {
                continue;
            }
            let what = "it wrote megabytes without ever waiting; they were taken in parts whose \
                        sizes differ from run to run";
            self.ledger.lowers(Some(index), what);
            let (out, err) = (node.out.split().freeze(), node.err.split().freeze());
            for what in [What::Stdout(out), What::Stderr(err)] {
                let node = index;
                events.push(Event {
                    time_ns,
                    node,
                    what,
                });
            }
        }
    }

    fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn thread(&self, id: ThreadId) -> &Thread {
        &self.threads[&id]
    }

    /// A thread that is known to be there.
    pub(crate) fn thread_mut(&mut self, id: ThreadId) -> &mut Thread {
        self.threads
            .get_mut(&id)
            .expect("a thread that has not ended")
    }

    pub(crate) fn process_of(&self, id: ThreadId) -> &Process {
        &self.processes[&self.threads[&id].process]
    }

    pub(crate) fn process_of_mut(&mut self, id: ThreadId) -> &mut Process {
        let process = self.threads[&id].process;
        self.process_mut(process)
    }

    pub(crate) fn process_mut(&mut self, id: ProcessId) -> &mut Process {
        self.processes
            .get_mut(&id)
            .expect("a process that its parent has not asked for")
    }

    pub(crate) fn node_of(&self, id: ThreadId) -> usize {
        self.process_of(id).node
    }

    /// Whether descriptors of the thread's process can be looked at from outside.
    pub(crate) fn looks_from_outside(&self, id: ThreadId) -> bool {
        self.abilities.looks_from_outside && !self.process_of(id).looks_from_inside
    }

    fn is_running(&self, id: ThreadId) -> bool {
        self.threads
            .get(&id)
            .is_some_and(|t| t.state == State::Running)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for node in 0..self.nodes.len() {
            self.end_family(node);
        }
    }
}
