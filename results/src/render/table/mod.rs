//! Tables for people.

mod anomaly;
mod check;
mod grade;
mod grid;
mod http;
mod list;
mod nodes;
mod run;
mod stats;

pub(super) use anomaly::evidence_of;
pub use check::history_report;
pub use grade::grade_report;
pub use list::list;
pub(super) use run::failure_report;
pub use run::run_report;

#[cfg(test)]
mod tests;
