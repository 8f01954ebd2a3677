//! Judges a recorded history: reads operations as those of an object, takes the history apart by
//! objects, and uses a rule where one applies and the search where none does.
//!
//! - `named`: objects by name.
//! - `object`, `objects/`: what an object says about itself; those that are known.
//! - `parts`: a history taken apart.
//! - `online`: a history that grows.
//! - `engine`: rule, search, verdict.
//! - `window`: what a search found, made small.
//! - `teller`: sentences about lines of the history.
//! - `outcome`: what a judgement says.

#[cfg(test)]
pub(crate) mod drawn;
mod engine;
mod named;
mod object;
mod objects;
mod online;
mod outcome;
mod parts;
#[cfg(test)]
mod properties;
mod teller;
#[cfg(test)]
mod tests;
mod window;

pub use engine::judge;
pub use named::{Named, Settings};
pub use object::{Object, OpOf, StateOf};
pub use objects::{Containers, Counters, FailedCas, GrowingSets, Registers};
pub use online::{End, Online};
pub use outcome::{Judgement, Misfit, Undecided, Violation};
pub use parts::Intake;
pub use teller::Teller;
