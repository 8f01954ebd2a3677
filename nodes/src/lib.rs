//! How to be a node: a small library, the reference nodes, and a zoo of broken ones.
//!
//! A node is a state machine, the trait [`Node`]: messages and timers go in, and whatever it wants
//! to send, remember or log is collected by its [`Context`]. It has no clock, no threads and no
//! I/O, so that one implementation runs in two ways:
//!
//! - [`run_stdio`] is a process: JSON lines on stdin and stdout, storage in the working directory.
//! - [`Instance`] is the same thing without a process, for a simulation that owns time, network
//!   and disks: [`build`] makes one, [`Instance::on_line`] and [`Instance::on_timer`] drive it.
//!
//! [`starters`] writes the first node of somebody who begins, in several languages.
//!
//! [`NODES`] lists the reference nodes, [`BUGS`] what can be broken in them on purpose.
//!
//! [`quorum`] is another kind of program: replicas of a key-value store that speak HTTP.

mod calls;
mod context;
mod element;
mod instance;
mod message;
mod node;
mod outbox;
pub mod quorum;
mod reference;
pub mod starters;
mod stdio;
mod storage;
mod zoo;

pub use context::Context;
pub use instance::{Instance, Outputs, Setup};
pub use message::Message;
pub use node::{Failure, Handled, Node};
pub use reference::{NODES, NodeDef, UnknownNode, build};
pub use stdio::{StdioError, run_stdio};
pub use zoo::{BUGS, Bug};
