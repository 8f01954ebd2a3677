//! A run that was recorded, opened to be done again.

use std::path::{Path, PathBuf};

use results::document::{EnvironmentDocument, TimeMode};
use results::run_dir::{PLAN, RunDirError};
use results::{Exit, RunDir, VerdictDocument};

use crate::plan::Plan;
use crate::supervisor::Program;

/// A recorded run.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Where it is.
    pub directory: RunDir,
    /// What was decided before its start.
    pub plan: Plan,
    /// Its verdict; nothing when it was killed before its end.
    pub verdict: Option<VerdictDocument>,
    /// What it stood on; nothing when an earlier version recorded it.
    pub environment: Option<EnvironmentDocument>,
}

/// Why a run cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// There is nothing of this name.
    #[error("{}: there is no such run. `splitbrain list runs` shows the runs there are", path.display())]
    Missing {
        /// What was named.
        path: PathBuf,
    },
    /// Its files cannot be read.
    #[error(transparent)]
    Directory(#[from] RunDirError),
    /// Its plan is not one of this version.
    #[error(
        "{} is not a plan that this version understands: {source}. It was written by another \
         version, or edited",
        path.display()
    )]
    Plan {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
}

impl RecordedError {
    /// The exit code for it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Missing { .. } => Exit::NoInput,
            Self::Directory(error) => error.exit(),
            Self::Plan { .. } => Exit::BadData,
        }
    }
}

impl Recorded {
    /// Opens a run by its directory, or by a file in it (`verdict.json`).
    ///
    /// # Errors
    /// When there is no such run, or its plan cannot be read.
    pub fn open(path: &Path) -> Result<Self, RecordedError> {
        // A link like `latest` may point elsewhere by the time the run is compared.
        let Ok(real) = path.canonicalize() else {
            let path = path.to_owned();
            return Err(RecordedError::Missing { path });
        };
        let directory = match real.parent() {
            Some(parent) if real.is_file() => RunDir::open(&shown(parent))?,
            _ => RunDir::open(&shown(&real))?,
        };
        let text = directory.read_plan()?;
        let plan = serde_json::from_str(&text).map_err(|source| RecordedError::Plan {
            path: directory.path().join(PLAN),
            source,
        })?;
        Ok(Self {
            plan,
            verdict: directory.read_verdict().ok(),
            environment: directory.read_environment()?,
            directory,
        })
    }

    /// The program with its arguments. Its paths hold from where it was started then, if it is
    /// still there, or else from here.
    #[must_use]
    pub fn program(&self) -> Program {
        let mut words = self.plan.bin.iter().cloned();
        let program = Program {
            bin: words.next().unwrap_or_default().into(),
            args: words.collect(),
            env: Vec::new(),
            dir: None,
        };
        let there = self.environment.as_ref().map(|e| Path::new(&e.directory));
        match there.map(|directory| program.anchored(directory)) {
            Some(anchored) if anchored.bin.is_file() => anchored,
            _ => program,
        }
    }

    /// Whether it had the machine's clock, so that nothing of it repeats exactly.
    #[must_use]
    pub fn was_in_real_time(&self) -> bool {
        match (&self.verdict, &self.environment) {
            (Some(verdict), _) => verdict.time_mode == TimeMode::Real,
            (None, Some(environment)) => environment.time == "real",
            (None, None) => true,
        }
    }

    /// A free directory beside this one for a run that is named by its time.
    #[must_use]
    pub fn place_beside(&self, now: &jiff::Zoned) -> PathBuf {
        let parent = self.directory.path().parent().unwrap_or(Path::new("."));
        let name = format!("{}-{}", now.strftime("%Y%m%dT%H%M%S"), self.plan.seed);
        let names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}-{n}")));
        let mut free = names.map(|n| parent.join(n)).filter(|p| !p.exists());
        free.next().unwrap_or_else(|| parent.join(name))
    }
}

/// A path as people write it: from here, if it is below.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_owned(),
        _ => path.to_owned(),
    }
}
