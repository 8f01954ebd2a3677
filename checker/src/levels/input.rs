//! What is judged: accesses to registers, by sessions; and how much work that may be.

use crate::timed::Timed;

/// What an operation did to the register of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access<V> {
    /// A read and what it found.
    Read(V),
    /// A write.
    Write(V),
    /// A write of a value where another one was found, in one step: a compare-and-set that
    /// succeeded, or one of which nobody knows whether it did.
    Update {
        /// What it found.
        found: V,
        /// What it wrote.
        written: V,
    },
    /// A write that certainly did not happen.
    Aborted(V),
}

/// An operation of a session.
///
/// A session calls one operation after another, in the order of their calls. One whose end is not
/// known comes after those before it, and before nothing: its process may have gone on while it
/// was still under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOp<V> {
    /// Whose it is.
    pub session: u32,
    /// The register concerned.
    pub key: u32,
    /// When, and what.
    pub timed: Timed<Access<V>>,
}

/// How much work may be done where it has no small bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the search for a sequential order, and of the search for missing causes.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 2_000_000 }
    }
}

/// Why nothing can be said: reads do not tell which write they saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUnique<V> {
    /// The register that got a value twice, or its initial value again.
    pub key: u32,
    /// The value.
    pub value: V,
    /// The operations that wrote it, by number: two, or one that wrote the initial value.
    pub ops: [Option<u32>; 2],
}

impl<V: Copy + Eq> Access<V> {
    /// The value that it may have written.
    #[must_use]
    pub fn written(&self) -> Option<V> {
        match *self {
            Self::Write(value) => Some(value),
            Self::Update { found, written } if found != written => Some(written),
            _ => None,
        }
    }

    /// The value that it found.
    #[must_use]
    pub fn found(&self) -> Option<V> {
        match *self {
            Self::Read(value) | Self::Update { found: value, .. } => Some(value),
            _ => None,
        }
    }
}
