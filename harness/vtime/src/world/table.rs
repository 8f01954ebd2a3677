//! What is known of nodes, processes and threads.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use bytes::BytesMut;

use crate::command::{Exit, TimeNs};
use crate::image::page::Moment;
use crate::model::clock::NodeClock;
use crate::model::entropy::Entropy;
use crate::model::files::Files;
use crate::model::signals::Actions;
use crate::raw::descriptors::Watched;
use crate::raw::trace::{Registers, Tid};

/// A thread of this world; never given twice.
pub(crate) type ThreadId = u32;
/// A process of this world; never given twice.
pub(crate) type ProcessId = u32;

/// A thread.
pub(crate) struct Thread {
    pub(crate) tid: Tid,
    pub(crate) process: ProcessId,
    pub(crate) state: State,
    /// What it does when it is its turn.
    pub(crate) resume: Resume,
    /// As they were when it stopped for its latest call.
    pub(crate) registers: Registers,
    /// Whether it is stopped at the beginning of that call; else it is before it.
    pub(crate) at_call: bool,
    /// Whether the next call that it makes is to be let pass.
    pub(crate) let_pass: bool,
    /// How much of its latest call, a long write, is done.
    pub(crate) written: u64,
    /// Until when its latest call waits.
    pub(crate) until_ns: Option<TimeNs>,
    /// What ends its wait for a descriptor; nothing when only a look at the call can tell.
    pub(crate) watched: Vec<Watched>,
    /// Its end of a named pipe, until somebody has the other one.
    pub(crate) opened: Option<i32>,
    /// What to put right when its call is done.
    pub(crate) amend: Amend,
    /// Where the kernel writes a zero and wakes who waits for it when the thread ends.
    pub(crate) clear_tid_at: u64,
    /// The signal that it gets when it goes on.
    pub(crate) signal: i32,
    /// Signals that it gets because it was chosen among the threads of its process.
    pub(crate) sent_to_process: u64,
    /// Stops of ours that are still on their way.
    pub(crate) own_stops: u32,
    /// How often it was taken off the processor because the kernel made it wait.
    pub(crate) forced: u32,
    /// How many turns the world had had when that happened last, if it was for that.
    pub(crate) tried_at_turn: Option<u64>,
}

/// Where a thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It has the processor.
    Running,
    /// It could have it.
    Ready,
    /// It waits.
    Parked(Wait),
    /// It has ended, but stays a zombie until the rest of its process has.
    Zombie,
}

/// What a thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A wake-up of its futex.
    Futex,
    /// Time.
    Sleep,
    /// A descriptor.
    Io,
    /// Room in a pipe or a socket, in a call that the kernel makes.
    Room,
    /// Something that others hold, or have not sent yet: it tries again.
    Attempt,
    /// A child's end.
    Child,
    /// A signal.
    Signal,
    /// The world's clock, because its own is ahead.
    Ahead,
    /// Its vfork child's program or end.
    Birth(ProcessId),
    /// Another try, because the kernel made it wait for something that is not modelled.
    Kernel,
}

/// How a thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resume {
    /// From where it is.
    GoOn,
    /// With another look at the call that it waits in.
    Answer,
}

/// What is put right at the end of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amend {
    /// Arguments as the program had given them.
    pub(crate) args: [Option<u64>; 6],
    /// What a positive result is replaced by.
    pub(crate) result: Option<i64>,
    /// An `int` of the program's memory, where the kernel has written something else.
    pub(crate) memory: Option<(u64, i32)>,
    /// Where the kernel writes who sent a signal.
    pub(crate) sender: Option<Sender>,
    /// The kernel has written what it knows of a file.
    pub(crate) metadata: bool,
}

/// Where who sent a signal stands in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// In a `siginfo`.
    Info(u64),
    /// In what was read from a signalfd.
    Descriptor(u64),
}

/// A process.
pub(crate) struct Process {
    pub(crate) node: usize,
    /// Its first thread.
    pub(crate) tid: Tid,
    pub(crate) parent: Option<ProcessId>,
    pub(crate) threads: BTreeSet<ThreadId>,
    /// For a look at its descriptors; none where that is forbidden.
    pub(crate) handle: Option<OwnedFd>,
    /// Whether it, or who made it, has a descriptor that tells nothing when looked at from outside.
    pub(crate) looks_from_inside: bool,
    /// Its own time: the world's, and what it did since.
    pub(crate) local_ns: TimeNs,
    pub(crate) cpu_ns: TimeNs,
    /// What its clock page holds; `None` without a page.
    pub(crate) page: Option<Moment>,
    pub(crate) page_bases: [u64; 12],
    pub(crate) sites: Sites,
    pub(crate) entropy: Entropy,
    pub(crate) actions: Actions,
    /// Looks without result, one after the other.
    pub(crate) idle_looks: u32,
    /// What stands behind descriptors that are timers.
    pub(crate) timer_fds: BTreeMap<i32, TimerFd>,
    /// POSIX timers by id.
    pub(crate) posix_timers: BTreeMap<i32, PosixTimer>,
    pub(crate) next_timer: i32,
    /// How it ended, once it has; until its parent has asked.
    pub(crate) ended: Option<Exit>,
}

/// Which calls of a process are answered where they are made.
#[derive(Clone, Default)]
pub(crate) struct Sites {
    /// How often it made a call that could be.
    pub(crate) calls: u32,
    /// Sites that were looked at.
    pub(crate) seen: BTreeSet<u64>,
    /// Where the next copy goes, for each area.
    pub(crate) next: BTreeMap<u64, u64>,
}

/// A timer with a descriptor.
pub(crate) struct TimerFd {
    /// A second descriptor for it; none where that is forbidden.
    pub(crate) descriptor: Option<OwnedFd>,
    /// What it is, so that another with its number is not taken for it.
    pub(crate) identity: Option<String>,
}

/// A timer made by `timer_create`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PosixTimer {
    pub(crate) clock: i32,
    pub(crate) signal: i32,
    /// Handed to the signal's handler.
    pub(crate) value: u64,
    /// The thread that gets it, if not the process; by virtual id.
    pub(crate) thread: Option<i32>,
    pub(crate) overruns: i32,
}

/// What a timer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimerKey {
    /// The deadline of a thread that waits.
    Thread(ThreadId),
    /// A timerfd.
    Descriptor(ProcessId, i32),
    /// `setitimer` and `alarm`.
    Alarm(ProcessId),
    /// `timer_create`.
    Posix(ProcessId, i32),
}

/// A place for a program and its family.
#[derive(Default)]
pub(crate) struct Node {
    pub(crate) starts: u32,
    /// Processes begun in this start.
    pub(crate) processes: u32,
    pub(crate) main: Option<ProcessId>,
    pub(crate) stdin: Option<File>,
    pub(crate) unsent: VecDeque<u8>,
    pub(crate) stdin_ends: bool,
    pub(crate) stdout: Option<File>,
    pub(crate) stderr: Option<File>,
    /// Read while it ran, not yet told.
    pub(crate) out: BytesMut,
    pub(crate) err: BytesMut,
    pub(crate) paused: bool,
    pub(crate) clock: NodeClock,
    /// Where its first process began, without links.
    pub(crate) directory: PathBuf,
    /// Files outside of it that it wrote, and may have removed again.
    pub(crate) left_outside: BTreeSet<PathBuf>,
    /// What it has seen of files.
    pub(crate) files: Files,
    /// Something happened that may let one of its waits end.
    pub(crate) stirred: bool,
    /// It may have something to tell.
    pub(crate) active: bool,
    /// Something is in its stdout or stderr.
    pub(crate) written: bool,
    pub(crate) ended: Option<Exit>,
}
