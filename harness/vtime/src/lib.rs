//! Runs unmodified processes under a virtual clock, repeatably.
//!
//! A [`World`] starts processes, traces them, lets one of their threads run at a time, and answers
//! every system call that has to do with time, chance, waiting or identity itself. Time stands
//! still while anything can run, and jumps to the next deadline when nothing can: a minute of
//! waiting takes no longer than the work in it, and the same seed gives the same bytes.
//!
//! - `model`: what is decided, as pure state machines: schedule, futexes, timers, clocks, ids,
//!   signals, entropy.
//! - `calls`: one file for each family of system calls.
//! - `world`: the loop that runs threads until none can go on, and processes' births and deaths.
//! - `image`: what is changed in a program's memory when it begins.
//! - `raw`: ptrace, seccomp, fork and memory of other processes; all `unsafe` is there.
//!
//! x86-64 Linux only. How it works and why: `docs/virtual-time.md`.

mod calls;
mod command;
mod filter;
mod image;
mod memory;
mod model;
mod probe;
mod raw;
mod standins;
mod world;

pub use command::{Command, Error, Event, Exit, Progress, Schedule, Settings, Skew, TimeNs, What};
pub use model::level::{Ledger, Level, Remark};
pub use probe::{Abilities, probe};
pub use world::{Figures, World};
