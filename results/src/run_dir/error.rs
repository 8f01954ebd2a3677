//! What can go wrong with the directory of a run, in words.

use std::io;
use std::path::{Path, PathBuf};

use crate::Exit;

/// Why a run directory cannot be made, written or read.
#[derive(Debug, thiserror::Error)]
pub enum RunDirError {
    /// The directory holds something else.
    #[error(
        "{} is not empty and not the directory of an earlier run: nothing was changed. Choose \
         another name, or empty it",
        path.display()
    )]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// A file or directory cannot be made.
    #[error("cannot create {}: {source}", path.display())]
    Create {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} is damaged: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// There is no run.
    #[error(
        "{} is not the directory of a run: it has no plan.json. `splitbrain list runs` shows the \
         runs there are",
        path.display()
    )]
    NoRun {
        /// The directory.
        path: PathBuf,
    },
}

impl RunDirError {
    /// The exit code for it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Occupied { .. } | Self::Create { .. } => Exit::CannotCreate,
            Self::Write { .. } => Exit::Io,
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => Exit::NoInput,
            Self::Read { .. } => Exit::Io,
            Self::Parse { .. } => Exit::BadData,
            Self::NoRun { .. } => Exit::NoInput,
        }
    }

    /// For `map_err`: the system's error, about the making of a file or directory.
    pub(super) fn create(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Create { path, source }
    }

    /// For `map_err`: the system's error, about the writing of a file.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// For `map_err`: the system's error, about the reading of a file.
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }
}
