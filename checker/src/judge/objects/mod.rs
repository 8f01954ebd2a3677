//! The objects that are known.

mod containers;
mod counters;
mod growing_sets;
mod registers;

pub use containers::Containers;
pub use counters::Counters;
pub use growing_sets::GrowingSets;
pub use registers::{FailedCas, Registers};

use crate::recorded::{History, Recorded};

/// The name of a recorded operation's function.
fn function<'a>(history: &'a History, recorded: &Recorded) -> &'a str {
    &history.functions[usize::from(recorded.function)]
}
