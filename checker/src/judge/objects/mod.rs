//! The objects that are known.

mod containers;
mod counters;
mod growing_sets;
mod locks;
mod logs;
mod registers;
mod sets;
mod versions;
mod whole_sets;

#[cfg(test)]
mod tests;

pub use containers::Containers;
pub use counters::Counters;
pub use growing_sets::GrowingSets;
pub use locks::Locks;
pub use logs::Logs;
pub use registers::{FailedCas, Registers};
pub use sets::Sets;
pub(super) use sets::told;
pub use versions::{LastWriters, MultiValues};
pub use whole_sets::WholeSets;

use crate::recorded::{History, Recorded};

/// The name of a recorded operation's function.
fn function<'a>(history: &'a History, recorded: &Recorded) -> &'a str {
    &history.functions[usize::from(recorded.function)]
}
