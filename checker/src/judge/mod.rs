//! Judges a recorded history by a model: reads operations as the model's, takes the history apart
//! by objects, and uses a rule where one applies and the search where none does.

mod outcome;
mod registers;
mod sentences;
#[cfg(test)]
mod tests;

pub use outcome::{Judgement, Misfit, Undecided, Violation};
pub use registers::{FailedCas, Registers};
