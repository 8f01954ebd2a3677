//! Links between programs that talk over TCP: each leads through a port of ours.
//!
//! ```text
//! peer0 ──► 127.0.0.1:PEER_PEER1_PORT ─ Link peer0 ► peer1 ─► 127.0.0.1:PORT of peer1
//! ```
//!
//! - `condition`: what is wrong with a link at a moment; `fate`: which connections that loses.
//! - `pace`: when bytes arrive.
//! - `http`: requests and responses, as they pass by; `answer`: one response, read to its end.
//! - `carry`: one connection; `report`: what it tells.
//! - `proxy`: the port, and all connections of a link.
//!
//! The first four decide and do nothing; the others do what they are told. A link listens on the
//! loopback address only.

mod answer;
mod carry;
mod condition;
mod fate;
mod http;
mod pace;
mod proxy;
mod report;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use answer::AnswerReader;
pub use condition::Condition;
pub use http::{Head, HttpMessage};
pub use proxy::{Link, LinkSetup};
use workloads::scenario::Loss;

/// Something that happened on a link.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkEvent {
    /// Which link, as it was numbered when it was opened.
    pub link: usize,
    /// Which of its connections, from 0.
    pub connection: u64,
    /// When, counted from the moment that the links were told.
    pub time: Duration,
    /// What.
    pub kind: LinkEventKind,
}

/// What can happen on a link.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkEventKind {
    /// Somebody opened a connection.
    Opened,
    /// A request or a response was sent: the n-th of its side.
    Sent(Side, u64, HttpMessage),
    /// It has arrived.
    Arrived(Side, u64),
    /// The connection has ended.
    Closed {
        /// Why, if not because both sides had said all.
        why: Option<Broken>,
        /// How many bytes arrived, of the one who asks and of the one who answers.
        bytes: [u64; 2],
    },
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The one who opened the connection.
    Asks,
    /// The other one.
    Answers,
}

/// Why a connection ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The link was cut, or lost the connection.
    Fault(Loss),
    /// Nobody listens at its other end.
    Refused,
    /// One side has broken it off.
    ByPeer,
}
