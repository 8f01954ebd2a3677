//! Runs candidates, and keeps the smallest that fails.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use results::run_dir::RunDirError;
use results::{RunDir, VerdictDocument};

use super::super::Failure;
use super::super::again::Again;
use super::super::args::ShrinkArgs;
use super::super::replay::compared;
use crate::plan::Plan;
use crate::replay::{Comparison, Recorded};
use crate::run::replay_command;
use crate::shrink::{Issued, Shrinker, Target, Trial};

/// Runs candidates.
pub(super) struct Bench<'a> {
    pub(super) again: Again<'a>,
    pub(super) out: Out,
    pub(super) target: Target,
}

impl Bench<'_> {
    /// Runs a candidate; one that fails becomes the best.
    pub(super) fn attempt(&mut self, plan: &Plan, label: &str) -> Result<Trial, Failure> {
        let mut issued = Issued::new(plan);
        let candidate = self.out.candidate.clone();
        let mut watcher = |event: &workloads::Event| issued.take(event);
        let verdict = self.again.run(plan, &candidate, label, &mut watcher)?;
        if verdict.interrupted || !self.target.is_shown_by(&verdict.checks) {
            return Ok(Trial::Passes);
        }
        self.out.keep_candidate()?;
        Ok(Trial::Fails(issued.into_operations()))
    }

    /// Tries what the shrinker proposes; false when something ended it before its end.
    #[expect(clippy::disallowed_methods, reason = "people wait for it only so long")]
    pub(super) fn search(
        &mut self,
        shrinker: &mut Shrinker,
        args: &ShrinkArgs,
    ) -> Result<bool, Failure> {
        let begun = Instant::now();
        let limit = Duration::from_secs(args.max_seconds);
        while let Some(candidate) = shrinker.propose() {
            if shrinker.runs() >= args.max_runs || begun.elapsed() >= limit {
                return Ok(false);
            }
            let (_, size) = shrinker.sizes();
            let label = format!("run {}, so far {size}", shrinker.runs() + 1);
            let trial = self.attempt(&candidate, &label)?;
            if self.again.signalled().is_some() {
                return Ok(false);
            }
            shrinker.tell(trial);
        }
        Ok(true)
    }

    /// Runs the smallest plan once more; whether its journal is the same.
    pub(super) fn repeats(&mut self, plan: &Plan) -> Result<bool, Failure> {
        let candidate = self.out.candidate.clone();
        self.again.run(plan, &candidate, "once more", &mut |_| {})?;
        let best = Recorded::open(&self.out.best)?;
        let comparison = compared(&best, &RunDir::open(&candidate)?)?;
        Ok(matches!(comparison, Comparison::Same { .. }))
    }
}

/// Where runs are written: the best so far, and beside it the one that is tried.
pub(super) struct Out {
    pub(super) best: PathBuf,
    candidate: PathBuf,
}

impl Out {
    pub(super) fn new(best: PathBuf) -> Result<Self, Failure> {
        // Whether the place can be had is found out before the work.
        RunDir::create_at(&best)?;
        let name = best.file_name().unwrap_or_default().to_string_lossy();
        let candidate = best.with_file_name(format!("{name}~"));
        Ok(Self { best, candidate })
    }

    /// The candidate becomes the best.
    fn keep_candidate(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.best)?;
        fs::rename(&self.candidate, &self.best)
    }

    /// Completes the best run: its verdict says where it is now, and how it became so small.
    pub(super) fn publish(
        &self,
        how: impl FnOnce(&VerdictDocument) -> serde_json::Value,
    ) -> Result<VerdictDocument, Failure> {
        let directory = RunDir::open(&self.best)?;
        let mut verdict = directory.read_verdict()?;
        verdict.run_dir = self.best.to_string_lossy().into_owned();
        verdict.replay = replay_command(&self.best);
        directory.write_verdict(&verdict)?;
        directory.write_shrink(&how(&verdict))?;
        Ok(verdict)
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        // It may not be there.
        let _ = fs::remove_dir_all(&self.candidate);
        if !Path::new(&self.best)
            .join(results::run_dir::VERDICT)
            .exists()
        {
            let _ = fs::remove_dir(&self.best);
        }
    }
}

impl From<RunDirError> for Failure {
    fn from(error: RunDirError) -> Self {
        Self::new(error.exit(), error.to_string())
    }
}
