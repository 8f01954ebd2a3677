//! Runs node programs under faults: supervisor, core, drivers, and the command line.

pub mod cli;
pub mod cluster;
pub mod core;
pub mod drive;
pub mod environment;
pub mod grade;
pub mod links;
pub mod plan;
pub mod replay;
pub mod run;
pub mod shrink;
pub mod supervisor;
pub mod transcript_run;
