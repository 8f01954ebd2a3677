//! Replicas of the quorum store: in a simulated network, and as processes.

mod history;
mod network;
mod processes;
mod properties;
mod situations;
