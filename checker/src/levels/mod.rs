//! How much a store of registers by key promises: a ladder of consistency levels, and why a history
//! is not of one.
//!
//! ```text
//! linearizable ─┬─► sequential ─┬─► causal convergence ─┬─► causal
//!               │               │                       └─► monotonic reads
//!               │               └─► causal memory ──┬─► causal
//!               │                                   └─► PRAM
//!               ├─► regular
//!               └─► eventual
//!
//! causal ─► read your writes, monotonic writes, writes follow reads
//! PRAM ───► read your writes, monotonic writes, monotonic reads
//! ```
//!
//! ([`Level`] says it exactly.) Values have to be different, so that a read tells which write it
//! saw; then all but the sequential level are decided exactly in near `O(nk)` for n operations of k
//! sessions, with witnesses of a few operations. Operations whose end is not known are exact: an
//! open write counts if something that counts read it, and is then in no session's way; an open
//! read says nothing.
//!
//! No level allows to read what nobody wrote, or what was taken back.
//!
//! ```
//! use checker::levels::{Access, Level, Limits, SessionOp, Standing, judge};
//! use checker::Timed;
//!
//! let op = |session, key, call, ret, op| {
//!     let timed = Timed { call, ret, op };
//!     SessionOp { session, key, timed }
//! };
//! // Each of two sessions writes a key, and does not see the write of the other: store buffering,
//! // which no order of all operations explains.
//! let history = [
//!     op(0, 0, 0, 2, Access::Write(1)),
//!     op(1, 1, 1, 3, Access::Write(2)),
//!     op(0, 1, 4, 6, Access::Read(0)),
//!     op(1, 0, 5, 7, Access::Read(0)),
//! ];
//! let report = judge(0, &history, Limits::default()).expect("different values");
//! assert!(matches!(report.standing(Level::Sequential), Standing::Broken(_)));
//! assert!(matches!(report.standing(Level::CausalMemory), Standing::Holds));
//! assert_eq!(report.strongest(), [Level::CausalConvergence, Level::CausalMemory]);
//! ```

mod causal;
mod eventual;
mod input;
mod level;
mod linearizable;
mod order;
mod regular;
mod report;
mod sequential;
mod sessions;
mod shrink;
mod staleness;
#[cfg(test)]
mod tests;
mod views;
mod web;
mod witness;

pub use input::{Access, Limits, NotUnique, SessionOp};
pub use level::Level;
pub use report::{Report, Standing, Why, judge};
pub use staleness::{Quantiles, Staleness, staleness};
pub use witness::{Flaw, Step, Witness};
