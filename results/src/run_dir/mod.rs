//! The directory of a run, written so that a kill at any moment leaves something useful.
//!
//! In this order: `plan.json` and `environment.json` before anything starts, `history.jsonl` and
//! `journal.jsonl.zst` as things happen, `nodes/`, and last, in one step, `verdict.json`.

mod error;
mod history;
mod journal;
mod line;
mod lookup;
mod place;
mod tail;

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use error::RunDirError;
pub use history::{HistoryReader, HistoryWriter};
pub use journal::{JournalReader, JournalWriter, hash_of_journal};
pub use line::{JournalEvent, JournalLine};
pub use lookup::Wanted;
pub use tail::tail_of;

use crate::document::{EnvironmentDocument, Evidence, VerdictDocument};

/// The name of the file with everything that was decided before the start.
pub const PLAN: &str = "plan.json";
/// The name of the file with what the run stood on.
pub const ENVIRONMENT: &str = "environment.json";
/// The name of the file with every invocation and completion.
pub const HISTORY: &str = "history.jsonl";
/// The name of the file with every message and fault.
pub const JOURNAL: &str = "journal.jsonl.zst";
/// The name of the file with the verdict.
pub const VERDICT: &str = "verdict.json";
/// The name of the file with the report for a browser.
pub const REPORT: &str = "report.html";
/// The name of the file with how a run was shrunk to this one.
pub const SHRINK: &str = "shrink.json";
/// The name of the directory with what the nodes wrote.
pub const NODES: &str = "nodes";
/// The name of the file with the scenario of a cluster, as it was run.
pub const SCENARIO: &str = "scenario.toml";
/// The name of the directory with the copies of a cluster's programs.
pub const PROGRAMS: &str = "programs";

/// The directory of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDir {
    path: PathBuf,
}

impl RunDir {
    /// Makes `<root>/<workload>/<time>-<seed>` for a run that starts now, and points
    /// `<root>/latest` to it. A run of the same second and seed gets a number after its name.
    pub fn create(
        root: &Path,
        workload: &str,
        now: &jiff::Zoned,
        seed: &str,
    ) -> Result<Self, RunDirError> {
        let path = place::make_unique(root, workload, now, seed)?;
        place::point_latest(root, &path);
        Ok(Self { path })
    }

    /// Makes a directory of the caller's choice. One that exists must be empty or hold an earlier
    /// run and nothing else; the earlier run is removed.
    pub fn create_at(path: &Path) -> Result<Self, RunDirError> {
        place::make_fresh(path)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Opens the directory of an earlier run, complete or not.
    pub fn open(path: &Path) -> Result<Self, RunDirError> {
        if path.join(PLAN).is_file() {
            Ok(Self {
                path: path.to_owned(),
            })
        } else {
            Err(RunDirError::NoRun {
                path: path.to_owned(),
            })
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a node's own working directory, which survives the node, and says where it is.
    pub fn make_node_dir(&self, id: &str) -> Result<PathBuf, RunDirError> {
        let path = self.path.join(NODES).join(id);
        std::fs::create_dir_all(&path).map_err(RunDirError::create(&path))?;
        Ok(path)
    }

    /// Where a node's stderr goes; its directory exists once [`Self::make_node_dir`] was called.
    #[must_use]
    pub fn stderr_path(&self, id: &str) -> PathBuf {
        self.path.join(Self::stderr_name(id))
    }

    /// The same, relative to the run directory, for documents.
    #[must_use]
    pub fn stderr_name(id: &str) -> String {
        format!("{NODES}/{id}.stderr.log")
    }

    /// The last lines of a node's stderr; none if there is no such file.
    #[must_use]
    pub fn stderr_tail(&self, id: &str, lines: usize) -> Vec<String> {
        tail_of(&self.stderr_path(id), lines).unwrap_or_default()
    }

    /// Writes the plan. Nothing may be started before.
    pub fn write_plan(&self, plan: &impl Serialize) -> Result<(), RunDirError> {
        self.write_json(PLAN, plan)
    }

    /// Writes the scenario of a cluster, as it is run.
    pub fn write_scenario(&self, text: &str) -> Result<(), RunDirError> {
        let path = self.path.join(SCENARIO);
        std::fs::write(&path, text).map_err(RunDirError::write(&path))
    }

    /// The plan's text.
    pub fn read_plan(&self) -> Result<String, RunDirError> {
        self.read_text(PLAN)
    }

    /// Writes what the run stands on.
    pub fn write_environment(&self, found: &EnvironmentDocument) -> Result<(), RunDirError> {
        self.write_json(ENVIRONMENT, found)
    }

    /// Reads what the run stood on; nothing when it was not written, as by earlier versions.
    pub fn read_environment(&self) -> Result<Option<EnvironmentDocument>, RunDirError> {
        if !self.path.join(ENVIRONMENT).is_file() {
            return Ok(None);
        }
        self.read_json(ENVIRONMENT).map(Some)
    }

    /// Begins the history.
    pub fn history(&self) -> Result<HistoryWriter, RunDirError> {
        HistoryWriter::create(&self.path.join(HISTORY))
    }

    /// Begins the journal.
    pub fn journal(&self) -> Result<JournalWriter, RunDirError> {
        JournalWriter::create(&self.path.join(JOURNAL))
    }

    /// Reads the history, as far as it was written.
    pub fn read_history(&self) -> Result<HistoryReader, RunDirError> {
        HistoryReader::open(&self.path.join(HISTORY))
    }

    /// Reads the journal, as far as it was written.
    pub fn read_journal(&self) -> Result<JournalReader, RunDirError> {
        JournalReader::open(&self.path.join(JOURNAL))
    }

    /// Quotes operations and messages from the history and the journal. Both must have been
    /// flushed.
    pub fn quote(&self, wanted: &Wanted) -> Result<Evidence, RunDirError> {
        lookup::quote(self, wanted)
    }

    /// Writes the verdict, in one step, after everything else.
    pub fn write_verdict(&self, verdict: &VerdictDocument) -> Result<(), RunDirError> {
        self.write_json(VERDICT, verdict)
    }

    /// Writes how a larger run was shrunk to this one.
    pub fn write_shrink(&self, document: &impl Serialize) -> Result<(), RunDirError> {
        self.write_json(SHRINK, document)
    }

    /// Reads the verdict.
    pub fn read_verdict(&self) -> Result<VerdictDocument, RunDirError> {
        self.read_json(VERDICT)
    }

    fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<T, RunDirError> {
        let text = self.read_text(name)?;
        serde_json::from_str(&text).map_err(|source| RunDirError::Parse {
            path: self.path.join(name),
            source,
        })
    }

    fn read_text(&self, name: &str) -> Result<String, RunDirError> {
        let path = self.path.join(name);
        std::fs::read_to_string(&path).map_err(RunDirError::read(&path))
    }

    /// Writes a document under a temporary name and moves it into place: a reader sees all of it
    /// or nothing.
    fn write_json(&self, name: &str, document: &impl Serialize) -> Result<(), RunDirError> {
        let path = self.path.join(name);
        let failed = RunDirError::write(&path);
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::Builder::new()
                .prefix(&format!(".{name}."))
                .permissions(place::readable())
                .tempfile_in(&self.path)?;
            let mut text = serde_json::to_vec_pretty(document)?;
            text.push(b'\n');
            file.write_all(&text)?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(failed)
    }
}

#[cfg(test)]
mod tests;
