//! A cluster while it runs.
//!
//! - `state`: what runs, and what is known of it so far.
//! - `set`: ports, links and members, before anything runs.
//! - `act`: faults, from the schedule to links and processes.
//! - `wait`: everything goes on until something holds.
//! - `play`: from the first build to the last check.
//! - `clear`: the end of everything.
//!
//! Each uses only those above it.

mod act;
mod clear;
mod play;
mod set;
mod state;
mod wait;

pub(super) use state::Stage;
