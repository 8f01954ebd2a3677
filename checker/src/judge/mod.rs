//! Judges a recorded history: reads operations as those of an object, takes the history apart by
//! objects, and uses a rule where one applies and the search where none does.
//!
//! - `named`: objects by name.
//! - `object`, `objects/`: what an object says about itself; those that are known.
//! - `by_key`, `parts`: a history taken apart.
//! - `online`: a history that grows.
//! - `engine`: rule, search, verdict; `fits`: the verdict alone.
//! - `window`: what a search found, made small.
//! - `evidence`, `teller`: sentences about lines of the history.
//! - `coverage`: whether anything could have gone wrong.
//! - `ladder`, `registers_by_session`: the levels of consistency of registers.
//! - `outcome`: what a judgement says.

mod by_key;
mod coverage;
#[cfg(test)]
pub(crate) mod drawn;
mod engine;
mod evidence;
mod fits;
mod ladder;
mod named;
mod object;
mod objects;
mod online;
mod outcome;
mod parts;
#[cfg(test)]
mod properties;
mod registers_by_session;
mod teller;
#[cfg(test)]
mod tests;
mod window;

pub use coverage::Coverage;
pub use engine::judge;
pub use ladder::{Ladder, Rung, ladder};
pub use named::{Named, Settings};
pub use object::{End, Object, OpOf, StateOf};
pub use objects::{
    Containers, Counters, FailedCas, GrowingSets, LastWriters, Locks, Logs, MultiValues, Registers,
    Sets, WholeSets,
};
pub use online::Online;
pub use outcome::{Judgement, Misfit, Undecided, Violation};
pub use parts::Intake;
pub use teller::Teller;
