//! The documents that are published: the verdict of a run, what it stood on, and the grade
//! of a suite.
//!
//! Their field names are a contract; `schemas/` holds their JSON Schemas, generated from the types
//! here.

pub mod check;
mod environment;
mod evidence;
mod grade;
pub mod schema;
mod stats;
mod verdict;

pub use check::{CheckDocument, CheckedOp};
pub use environment::{EnvironmentDocument, FileRole, Harness, Processor, ProgramFile};
pub use evidence::{Evidence, QuotedEnd, QuotedMessage, QuotedOp, QuotedStep};
pub use grade::{GradeDocument, ItemResult, Mismatch};
pub use stats::{LatencyMs, LinkCounts, MessageCounts, OpCounts, Stats};
pub use verdict::{Level, NodeExit, NodeReport, TimeMode, VerdictDocument};

#[cfg(test)]
pub(crate) mod sample;
