//! Drivers: they carry out what the core decides.
//!
//! - [`simulated`]: nodes of this project in the same process, under a simulated clock. A minute
//!   takes milliseconds and a seed repeats exactly.
//! - [`real`]: real processes in real time.

pub mod real;
pub mod simulated;
mod stop;

pub(crate) use stop::Stop;
