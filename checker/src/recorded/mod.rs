//! Histories that somebody recorded: read, paired, and found to be what checks assume.
//!
//! ```text
//! bytes ──► json_lines, edn, notation ──► Event ──► Pairing ──► History
//! ```
//!
//! What is assumed, and checked: a process has at most one open operation; a completion has the
//! function of its invocation; events stand in the order of real time. An invocation without
//! completion may have happened. Events of the nemesis are not paired; they tell when faults were
//! active.

mod edn;
mod faults;
mod json_line;
mod json_lines;
mod keys;
mod notation;
mod pairing;
#[cfg(test)]
mod properties;
mod reader;
mod tuples;
mod value;

pub use edn::read_edn;
pub use faults::Faults;
pub use json_lines::{JsonLines, read_json_lines};
pub(crate) use keys::Keys;
pub use notation::read_notation;
pub use pairing::{Event, Pairing, Problem};
pub use reader::Reader;
pub use tuples::NoPair;
pub use value::{Val, Values};

use crate::history::EventKind;
use crate::timed::NEVER;

/// Operations as they were recorded, in the order of their invocations.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub(crate) ops: Vec<Recorded>,
    /// Who belongs to which key; goes with the operations.
    pub(crate) keys: Keys,
    pub(crate) open: Open,
    /// What their values stand for.
    pub values: Values,
    /// The names of functions.
    pub functions: Vec<Box<str>>,
    /// Who did them, as they are called in the history.
    pub processes: Vec<Val>,
    /// When faults were active.
    pub faults: Faults,
}

/// How many operations are open, while they come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Open {
    /// Now: those that may still happen, too.
    pub(crate) now: usize,
    /// At most, so far.
    pub(crate) most: usize,
}

impl Open {
    /// At the end of these operations.
    fn of(ops: &[Recorded]) -> Self {
        let calls = ops.iter().map(|op| (op.call, true));
        let returns = ops.iter().map(|op| (op.ret, false));
        let mut events: Vec<(u32, bool)> = calls.chain(returns).collect();
        events.retain(|(position, _)| *position != NEVER);
        events.sort_unstable();
        let mut open = Self::default();
        events.iter().for_each(|(_, begins)| open.change(*begins));
        open
    }

    /// Another operation begins, or one ends.
    pub(crate) fn change(&mut self, begins: bool) {
        if begins {
            self.now += 1;
            self.most = self.most.max(self.now);
        } else {
            self.now -= 1;
        }
    }
}

impl History {
    /// The operations, in the order of their invocations.
    #[must_use]
    pub fn ops(&self) -> &[Recorded] {
        &self.ops
    }

    /// A history of some of these operations, by their numbers, in this order.
    #[must_use]
    pub fn only(&self, numbers: impl IntoIterator<Item = u32>) -> Self {
        let numbers = numbers.into_iter();
        let ops: Vec<Recorded> = numbers.map(|number| self.ops[number as usize]).collect();
        Self {
            keys: Keys::of(ops.iter().map(|op| op.key)),
            open: Open::of(&ops),
            ops,
            values: self.values.clone(),
            functions: self.functions.clone(),
            processes: self.processes.clone(),
            faults: self.faults.clone(),
        }
    }
}

/// An operation.
// In this order, so that those who judge find what they need side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Recorded {
    /// The object concerned, or null.
    pub key: Val,
    /// What was asked.
    pub argument: Val,
    /// What was answered, where something was.
    pub answer: Val,
    /// The position of its invocation among all events.
    pub call: u32,
    /// The position of its completion, or [`NEVER`].
    pub ret: u32,
    /// Who did it: a place in [`History::processes`].
    pub process: u32,
    /// The place of its function's name in [`History::functions`].
    pub function: u16,
    /// `Ok`, `Fail` or `Info`.
    pub end: EventKind,
    /// The line of its invocation.
    pub call_line: u32,
    /// The line of its completion, or 0.
    pub ret_line: u32,
    /// When it began, if it was said.
    pub call_ns: u64,
    /// When it ended, if it was said.
    pub ret_ns: u64,
}

impl Recorded {
    /// Whether it may have happened or not.
    #[must_use]
    pub fn is_indeterminate(&self) -> bool {
        self.ret == NEVER
    }
}

/// A history that could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, where that is known.
    pub column: Option<u32>,
    /// What stands there, cut where it is long.
    pub quote: String,
    /// What is wrong with it.
    pub what: String,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.what)?;
        if !self.quote.is_empty() {
            write!(f, " In `{}`.", self.quote)?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {}

/// What was read, and the error that ended it, if one did: what stands before an error is kept.
pub type Read = (History, Option<ReadError>);
