//! Runs a scenario: a cluster of programs that talk over TCP, disturbed and judged.
//!
//! - `copies`: the programs, in the directory of the run.
//! - `build`, `hints`: what is done before they start, and why they do not.
//! - `ports`: ports that nobody else uses.
//! - `members`: the programs as processes.
//! - `schedule`: when faults begin and end; decides and does nothing.
//! - `stage`: everything together while it runs.
//! - `told`: what happened, in words; `listening`: on which ports programs listen instead.
//! - `clients`: clients of the harness, where a scenario has a workload.
//! - `checks`: what must hold in the end; `probe`: what a program answers.
//! - `journal`, `document`: what is kept.
//!
//! The links between programs are in [`crate::links`].

mod build;
mod checks;
mod clients;
mod copies;
mod document;
mod hints;
mod journal;
mod listening;
mod members;
mod ports;
mod probe;
mod schedule;
mod stage;
mod told;

use std::path::PathBuf;
use std::sync::Arc;

use results::run_dir::{PROGRAMS, RunDirError};
use results::{RunDir, VerdictDocument};
use tokio::sync::mpsc;
use tokio::time::Instant;
use workloads::random::Seed;
use workloads::scenario::Scenario;

use crate::run::{Place, program_words};
use crate::supervisor::Program;
pub use document::points_of;
use stage::Stage;

/// What shall be run.
#[derive(Debug)]
pub struct ClusterRequest<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// How it is called on the command line.
    pub scenario_file: String,
    /// Where the programs are; nowhere if one program is run in the place of all.
    pub dir: Option<PathBuf>,
    /// What is run in the place of everything in the background, as the command line says it. The
    /// scenario says so already.
    pub program: Option<Program>,
    /// Decides which connections a link loses.
    pub seed: Seed,
    /// Where the run directory shall be.
    pub place: Place,
}

/// Why there is no verdict at all.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The run directory cannot be made or written.
    #[error(transparent)]
    Directory(#[from] RunDirError),
    /// The programs cannot be copied.
    #[error("the programs in {} cannot be copied: {source}", dir.display())]
    Copy {
        /// Where they are.
        dir: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// There are no ports, or no links.
    #[error("the links between the programs cannot be made: {0}")]
    Links(std::io::Error),
}

/// Runs a cluster and judges it. A text received from `stop` ends the run early; what was recorded
/// until then is kept and judged. No process and no socket is left.
///
/// # Errors
/// Only what keeps the run from beginning; whatever happens later stands in the document.
#[expect(
    clippy::disallowed_methods,
    reason = "the date in the directory's name, and how long it took"
)]
pub async fn run_cluster(
    request: &ClusterRequest<'_>,
    stop: &mut mpsc::Receiver<Arc<str>>,
) -> Result<VerdictDocument, ClusterError> {
    let scenario = request.scenario;
    let directory = match &request.place {
        Place::At(path) => RunDir::create_at(path)?,
        Place::Below(root) => {
            let now = jiff::Zoned::now();
            RunDir::create(root, &scenario.name, &now, &request.seed.to_string())?
        }
    };
    directory.write_plan(&serde_json::json!({
        "scenario": request.scenario_file,
        "dir": request.dir,
        "bin": request.program.as_ref().map(program_words),
        "seed": request.seed,
    }))?;
    directory.write_scenario(&scenario.text)?;
    let programs = std::path::absolute(directory.path().join(PROGRAMS));
    let programs = programs.map_err(ClusterError::Links)?;
    let replaced = request.program.is_some();
    let copied = copies::make(request.dir.as_deref(), &programs, scenario, replaced);
    copied.map_err(|source| ClusterError::Copy {
        dir: request.dir.clone().unwrap_or_else(|| programs.clone()),
        source,
    })?;
    let begun = Instant::now();
    let mut stage = Stage::set(request, &directory, &programs, begun).await?;
    stage.play(stop).await;
    let ended = stage.clear().await;
    let end = document::End {
        checks: ended.checks,
        nodes: ended.nodes,
        journal_hash: ended.journal_hash,
        counts: ended.counts,
        stats: ended.stats,
        trouble: ended.trouble,
        interrupted: ended.interrupted.as_deref(),
        wall_s: begun.elapsed().as_secs_f64(),
    };
    Ok(document::write(request, &directory, end)?)
}
