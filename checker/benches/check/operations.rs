//! Operations of drawn histories.

use std::fmt;

/// What was asked or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Nothing,
    Number(i64),
    Pair(i64, i64),
    Truth(bool),
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("null"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Pair(from, to) => write!(f, "[{from},{to}]"),
            Self::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

/// How an operation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Ok,
    Fail,
    /// Nobody knows, but it took effect.
    Happened,
    /// Nobody knows, and it never took effect.
    Vanished,
}

/// An operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    pub(crate) process: usize,
    pub(crate) call: f64,
    pub(crate) effect: f64,
    pub(crate) ret: f64,
    pub(crate) function: &'static str,
    pub(crate) key: u32,
    pub(crate) asked: Said,
    pub(crate) found: Said,
    pub(crate) end: End,
}

impl Op {
    /// Whether it was certainly over when the other one began.
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        self.end == End::Ok && self.ret < other.call
    }
}
