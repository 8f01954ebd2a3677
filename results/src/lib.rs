//! What a run leaves behind, and how it is shown.
//!
//! - [`document`]: the verdict of a run and the grade of a suite, as published documents.
//! - [`run_dir`]: the directory of a run: plan, history, journal, verdict.
//! - [`render`]: tables for people, JSON and JUnit for programs.
//! - [`exit`]: the exit codes, as data.
//! - [`quote`]: how foreign text is shortened and made visible.
//!
//! Nothing here knows how anything is run.

pub mod document;
pub mod exit;
pub mod quote;
pub mod render;
pub mod run_dir;

pub use document::{EnvironmentDocument, GradeDocument, VerdictDocument};
pub use exit::Exit;
pub use run_dir::RunDir;
