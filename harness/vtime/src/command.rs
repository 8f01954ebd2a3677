//! What a caller says about a world and its processes, and what it hears of them.

use std::ffi::CString;
use std::fmt;
use std::fs::File;
use std::path::PathBuf;

use bytes::Bytes;

/// Nanoseconds since the world began, by its own clock.
pub type TimeNs = u64;

/// What a world is like.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Decides everything that programs take for chance.
    pub seed: u64,
    /// In which order threads run.
    pub schedule: Schedule,
    /// How many processors programs see. They run on one, whatever they see.
    pub visible_cpus: u32,
    /// Never looks at descriptors from outside, as where that is forbidden.
    pub looks_from_inside: bool,
    /// How far a process that never waits may run ahead of the world's clock.
    pub lookahead_ns: TimeNs,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            schedule: Schedule::Fair,
            visible_cpus: 1,
            looks_from_inside: false,
            lookahead_ns: 1_000_000,
        }
    }
}

/// In which order threads run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// In the order in which they became ready, until they wait.
    Fair,
    /// By chance, decided by a seed of its own, to find orders that a fair schedule never shows.
    Explore {
        /// Decides the order.
        seed: u64,
        /// A thread gives way at one in so many of its system calls.
        yield_one_in: u32,
    },
}

/// A program to be started.
#[derive(Debug)]
pub struct Command {
    /// An executable file, by its full path.
    pub program: CString,
    /// Its arguments, its own name first.
    pub args: Vec<CString>,
    /// The whole environment, each as `NAME=value`.
    pub env: Vec<CString>,
    /// Where it runs.
    pub directory: PathBuf,
    /// Where its stderr goes. `None`: it comes as [`What::Stderr`].
    pub stderr: Option<File>,
}

/// How a node's clocks differ from the world's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skew {
    /// Added to its wall clock.
    pub offset_ns: i64,
    /// Its clocks gain so many microseconds in a second; the monotonic ones too. When that ends,
    /// the wall clock is set right; a monotonic clock keeps what it gained or lost.
    pub drift_ppm: i64,
}

/// Something that a node did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time_ns: TimeNs,
    /// Which node, as given to `World::start`.
    pub node: usize,
    /// What.
    pub what: What,
}

/// What a node did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It wrote these bytes to stdout.
    Stdout(Bytes),
    /// It wrote these bytes to stderr.
    Stderr(Bytes),
    /// Its first process ended. What is left of its family is killed.
    Exited(Exit),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// Why a world cannot be had, or a program not started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// This machine does not allow it.
    #[error("virtual time is not to be had here: {what}")]
    Unavailable {
        /// What was refused.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// The program could not be started.
    #[error("the program cannot be started: {what}")]
    Start {
        /// The number of the error of `execve` or `chdir`.
        errno: i32,
        /// What failed.
        what: String,
    },
}

/// How far one call of `World::run` came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing can go on before time passes or something arrives.
    Quiescent,
    /// It took long; call again. Nothing that programs can see depends on this.
    Unfinished,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(number) => write!(f, "signal {number}"),
        }
    }
}
