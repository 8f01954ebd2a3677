//! Judges histories of concurrent operations: what clients asked of a distributed program, and what
//! they were told.
//!
//! # From a file to a verdict
//!
//! [`recorded`] reads a history (JSON Lines, Jepsen's EDN, or a picture, for tests and documents)
//! and checks what is assumed of it. [`judge`](mod@judge) takes it apart by objects and finds out
//! of each whether it is linearizable, by a near-linear rule where one applies and by an exact
//! search where none does.
//!
//! ```
//! use checker::Verdict;
//! use checker::judge::{Named, Settings};
//! use checker::recorded::read_notation;
//! use checker::search::Budget;
//!
//! let (history, error) = read_notation("
//!     0: |-- write 1 --|   |-- read 2 --|   |-- read 1 --|
//!     1:      |-- write 2 --...
//! ");
//! assert_eq!(error, None);
//! let judgement = Named::Register.judge(&Settings::default(), &history, &Budget::AMPLE)?;
//! assert_eq!(judgement.verdict(), Verdict::Invalid);
//! let violation = &judgement.violations[0];
//! assert_eq!(violation.kind, "stale-read");
//! assert_eq!(
//!     violation.summary,
//!     "Process 0 read 1 (line 2), which had been replaced before."
//! );
//! # Ok::<(), checker::judge::Misfit>(())
//! ```
//!
//! A judgement is `valid`, `invalid` with a few operations that are impossible by themselves and a
//! sentence for each step, or `unknown` when the [budget](search::Budget) was used up. Histories of
//! registers that are not linearizable may keep a weaker promise: see [`levels`] and
//! [`judge::ladder`](judge::ladder()).
//!
//! # An object of your own
//!
//! Any sequential behaviour is a [`model::Model`], deterministic or not, and
//! [`search`](search::search()) decides it. An answer can be verified by the definition.
//!
//! ```
//! use checker::Timed;
//! use checker::model::Model;
//! use checker::search::{Budget, Found, search, verify};
//!
//! /// Hands out numbers, each of them once, in any order.
//! struct Tickets;
//!
//! impl Model for Tickets {
//!     type Op = u8;
//!     type State = Vec<u8>;
//!     type Next = Option<Vec<u8>>;
//!
//!     fn initial(&self) -> Vec<u8> {
//!         Vec::new()
//!     }
//!
//!     fn step(&self, taken: &Vec<u8>, ticket: &u8) -> Option<Vec<u8>> {
//!         (!taken.contains(ticket)).then(|| [&taken[..], &[*ticket]].concat())
//!     }
//! }
//!
//! let took = |call, ret, op| Timed { call, ret, op };
//! let fair = [took(0, 2, 7), took(1, 3, 8)];
//! let Found::Linearizable(order) = search(&Tickets, &fair, &Budget::AMPLE, true) else {
//!     panic!("there is an order");
//! };
//! assert!(verify(&Tickets, &fair, &order).is_ok());
//! let unfair = [took(0, 2, 7), took(1, 3, 7)];
//! assert!(matches!(
//!     search(&Tickets, &unfair, &Budget::AMPLE, false),
//!     Found::Impossible { .. }
//! ));
//! ```
//!
//! [`judge::Object`] makes a model one that recorded histories are judged by, with sentences.
//!
//! # Checks of a run
//!
//! A [`Check`] is a fold over the events of a run: it is fed each invocation and each finished
//! [`Operation`] in real-time order and ends with a [`CheckResult`]. These know what replicated
//! objects may do that no linearizable one may.
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
mod smaller;
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
