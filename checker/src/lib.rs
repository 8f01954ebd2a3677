//! Judges recorded histories of concurrent operations.
//!
//! A history is a sequence of events: each [`Invocation`] of an operation, and later its
//! [`Completion`], which says what the caller was told. A [`Check`] is a fold over that sequence:
//! it is fed each invocation and each finished [`Operation`] in real-time order and ends with a
//! [`CheckResult`]: a [`Verdict`], a sentence, [`Anomaly`]s as evidence, and figures.
//!
//! Nothing here knows of processes, networks or clocks.

mod canonical;
mod check;
mod counter;
mod findings;
mod grow_set;
mod history;
pub mod judge;
pub mod levels;
pub mod lww_register;
pub mod model;
pub mod mv_register;
#[cfg(test)]
mod oracle;
pub mod recorded;
pub mod rules;
pub mod search;
pub mod test_history;
mod timed;
mod unique;
mod verdict;
mod words;

pub use canonical::{canonical, integer};
pub use check::{Anomaly, Check, CheckResult, Figures};
pub use counter::Counter;
pub use findings::Findings;
pub use grow_set::GrowSet;
pub use history::{Completion, EventKind, HistoryLine, Invocation, OpError, Operation};
pub use timed::{NEVER, Timed, rank};
pub use unique::Unique;
pub use verdict::Verdict;
pub use words::{listed, natural_order};
