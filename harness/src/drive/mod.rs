//! Drivers: they carry out what the core decides.
//!
//! - [`simulated`]: nodes of this project in the same process, under a simulated clock. A minute
//!   takes milliseconds and a seed repeats exactly.
//! - [`real`]: real processes in real time.
//! - `virtual_time`: real processes under a virtual clock; `virtual_nodes` are its nodes,
//!   `node_environment` and `work_place` what surrounds them.

mod node_clock;
pub(crate) mod node_environment;
pub mod real;
pub mod simulated;
mod stop;
mod virtual_nodes;
pub(crate) mod virtual_time;
mod work_place;

pub(crate) use stop::{Enough, Stop};
