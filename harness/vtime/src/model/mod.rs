//! What is decided, as pure state machines: no processes, no clock, no I/O.

pub(crate) mod level;
