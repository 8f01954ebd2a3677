//! What clients ask of a node, how answers become operations, and which checks judge them.
//!
//! - [`Workload`]: one file each; its RPCs, its operations, its checks. [`WORKLOADS`] lists them.
//! - [`RunOptions`]: everything that can be said about a run, by flags or in a suite.
//! - [`Event`]: everything that happens in a run, for checks, journals and progress alike.
//! - [`run_checks`]: judges a whole run: every check, and statistics.
//! - [`anomaly`]: what anomalies mean, as data.
//! - [`problem`]: what a node can do wrong on the wire, as data.
//! - [`quorum_kv`]: clients of a replicated store over HTTP, and how consistent it was.
//! - [`scenario`]: clusters of programs that talk over TCP, read from TOML.
//! - [`suite`]: what a program is graded by, read from TOML.
//! - [`toml_file`]: files that people write, and what is wrong with them.
//! - [`transcript`]: lines in, lines expected out, and what differs.
//! - [`random`]: independent random streams, each with a label, from one seed.

pub mod anomaly;
mod anti_entropy;
mod broadcast;
mod echo;
pub mod event;
mod g_counter;
mod lww_kv;
pub mod options;
pub mod problem;
pub mod quorum_kv;
pub mod random;
mod rounds;
pub mod run_checks;
pub mod scenario;
#[cfg(test)]
mod simulation;
pub mod suite;
pub mod toml_file;
mod topology;
pub mod transcript;
mod unique_ids;
mod vector_kv;
mod workload;

pub use event::Event;
pub use options::RunOptions;
pub use workload::{
    Answer, CheckDef, Generator, Op, Process, RpcDef, Setup, WORKLOADS, Workload, WorkloadInfo,
    workload_by_name,
};
