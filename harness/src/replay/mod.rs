//! Whether two runs of one plan are the same, and where not.
//!
//! - `compare`: two journals, line by line.
//! - `recorded`: a run that is opened to be done again.
//! - `story`: a line of the journal in words.
//! - `report`: the outcome for people, with what changed around the run.

mod compare;
mod recorded;
mod report;
mod story;

pub use compare::{Comparison, Divergence, compare};
pub use recorded::{Recorded, RecordedError};
pub use report::{Circumstances, in_a_sentence, is_same, report};

#[cfg(test)]
mod tests;
