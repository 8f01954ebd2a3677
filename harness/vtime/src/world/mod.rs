//! Processes under one clock.

use std::marker::PhantomData;

use crate::command::{Command, Error, Event, Progress, Settings, Skew, TimeNs};
use crate::model::level::{Ledger, Level};

/// Processes under one clock. All its calls must come from the thread that made it, because the
/// kernel lets only that thread trace them; and that thread stays on one processor while it lives.
///
/// ```text
/// start ──► run ──► events ──► (decide) ──► send, kill, pause ... ──► run ──► ... ──► advance
/// ```
pub struct World {
    now_ns: TimeNs,
    ledger: Ledger,
    same_thread: PhantomData<*const ()>,
}

impl World {
    /// A world for so many nodes, none of them started.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when this machine does not allow it.
    pub fn new(_settings: Settings, _nodes: usize) -> Result<Self, Error> {
        Err(Error::Unavailable {
            what: "this version cannot do it yet".to_owned(),
            hint: "use --time real".to_owned(),
        })
    }

    /// Starts a node's program; its first process, in a session of its own. It runs with the next
    /// [`World::run`]. What a former process of this node left is gone by then.
    ///
    /// # Errors
    /// [`Error::Start`] when the program cannot be executed.
    pub fn start(&mut self, _node: usize, _command: &Command) -> Result<(), Error> {
        unreachable!("there is no world yet")
    }

    /// Gives bytes to a node's stdin; what does not fit into its pipe waits here.
    /// False when the node does not run or has closed its stdin.
    pub fn send(&mut self, _node: usize, _bytes: &[u8]) -> bool {
        unreachable!("there is no world yet")
    }

    /// How many bytes wait because a node does not read.
    #[must_use]
    pub fn unread_bytes(&self, _node: usize) -> usize {
        unreachable!("there is no world yet")
    }

    /// Ends a node's stdin after what was sent.
    pub fn close_stdin(&mut self, _node: usize) {
        unreachable!("there is no world yet")
    }

    /// Kills all processes of a node. No event follows; what it wrote before comes first with the
    /// next [`World::run`].
    pub fn kill(&mut self, _node: usize) {
        unreachable!("there is no world yet")
    }

    /// From now on no thread of the node runs. Its timers run on.
    pub fn pause(&mut self, _node: usize) {
        unreachable!("there is no world yet")
    }

    /// Lets a paused node go on.
    pub fn resume(&mut self, _node: usize) {
        unreachable!("there is no world yet")
    }

    /// Changes a node's clocks, from now on and across its restarts.
    pub fn skew(&mut self, _node: usize, _skew: Skew) {
        unreachable!("there is no world yet")
    }

    /// Lets threads run, one at a time, until none can go on at this time; appends what they did.
    /// Returns [`Progress::Unfinished`] when that takes long, so that a caller can look at its
    /// signals.
    pub fn run(&mut self, _events: &mut Vec<Event>) -> Progress {
        unreachable!("there is no world yet")
    }

    /// When something happens by itself, if nothing arrives before.
    #[must_use]
    pub fn next_deadline_ns(&self) -> Option<TimeNs> {
        unreachable!("there is no world yet")
    }

    /// Moves the clock to `time_ns`, if that is not in the past. Nothing that was due between is
    /// skipped, it happens late; so go to [`World::next_deadline_ns`] at most.
    pub fn advance_to(&mut self, _time_ns: TimeNs) {
        unreachable!("there is no world yet")
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
}
