//! What is decided, as pure state machines: no processes, no clock, no I/O.

pub(crate) mod clock;
pub(crate) mod cpuid;
pub(crate) mod entropy;
pub(crate) mod files;
pub(crate) mod futex;
pub(crate) mod ids;
pub(crate) mod level;
pub(crate) mod paths;
pub(crate) mod schedule;
pub(crate) mod signals;
pub(crate) mod timers;
