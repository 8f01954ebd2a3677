//! Replicas of the quorum store: in a simulated network, and as processes.

mod cluster;
mod history;
mod in_go;
mod network;
mod processes;
mod properties;
mod situations;
mod storm;
